//! Calls, waits and retries, told to the person watching.

use std::time::Duration;

use crate::client::{CallError, Observer, Waiting};
use crate::clock::Clock;
use crate::operation::Operation;
use crate::output::line;

use super::global::LogFormat;
use super::label::Label;
use super::serve::log;
use super::{Global, live};

/// Tells of waits and, when asked to be verbose, of every call.
pub struct Watcher {
    quiet: bool,
    simulated: Option<Clock>,
    log_format: LogFormat,
    /// The run that is watched.
    label: Label,
}

impl Watcher {
    /// The watcher of this command line.
    pub fn new(global: &Global, simulated: Option<Clock>, label: Label) -> Self {
        Self {
            quiet: global.quiet,
            simulated,
            log_format: global.log_format,
            label,
        }
    }
}

impl Observer for Watcher {
    fn started(&self, operation: &'static Operation, target: &str, attempt: u32) {
        let (job, number, run) = (self.label.job(), self.label.number(), self.label.run());
        tracing::debug!(
            operation = operation.name,
            target,
            attempt,
            job,
            number,
            run,
            "sending"
        );
    }

    fn waiting(&self, operation: &'static Operation, target: &str, waiting: Waiting) {
        if self.quiet {
            return;
        }
        let wait = waiting.wait.to_std().unwrap_or_default();
        let wait =
            Duration::from_millis(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX) / 100 * 100);
        let mark = if self.simulated.is_some() {
            "sim  "
        } else {
            ""
        };
        let target = if target.is_empty() {
            String::new()
        } else {
            format!(" {}", line(target))
        };
        let told = format!(
            "{mark}{}{target}: {}; on in {} (sent {} so far)",
            operation.name,
            waiting.why.as_str(),
            humantime::format_duration(wait),
            waiting.attempt
        );
        if self.log_format == LogFormat::Json {
            let fields = [
                ("operation", operation.name.into()),
                ("attempt", waiting.attempt.into()),
                ("seconds", wait.as_secs_f64().into()),
            ];
            let mut all = self.label.fields();
            all.extend(fields.map(|(name, value)| (name.to_owned(), value)));
            log::entry(self.log_format, "warn", "waiting", all, &told);
            return;
        }
        // Nobody is left to tell when standard error is closed.
        let _ = live::tell(&format!("{}{told}\n", self.label));
    }

    fn finished(
        &self,
        operation: &'static Operation,
        target: &str,
        attempts: u32,
        _took: Duration,
        result: Result<u16, &CallError>,
    ) {
        let (job, number, run) = (self.label.job(), self.label.number(), self.label.run());
        match result {
            Ok(status) => {
                tracing::debug!(
                    operation = operation.name,
                    target,
                    attempts,
                    status,
                    job,
                    number,
                    run,
                    "answered"
                );
            }
            Err(error) => {
                tracing::debug!(
                    operation = operation.name,
                    target,
                    attempts,
                    %error,
                    job,
                    number,
                    run,
                    "failed"
                );
            }
        }
    }
}
