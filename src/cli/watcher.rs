//! Calls, waits and retries, told to the person watching.

use crate::client::{CallError, Observer, Waiting};
use crate::clock::Clock;
use crate::operation::Operation;
use crate::output::line;

use super::global::LogFormat;
use super::serve::log;
use super::{Global, live};

/// Tells of waits and, when asked to be verbose, of every call.
pub struct Watcher {
    quiet: bool,
    simulated: Option<Clock>,
    /// Whether what is told is part of a service's log of objects.
    is_entry: bool,
}

impl Watcher {
    /// The watcher of this command line.
    pub fn new(global: &Global, simulated: Option<Clock>) -> Self {
        Self {
            quiet: global.quiet,
            simulated,
            is_entry: global.metrics.is_some() && global.log_format == LogFormat::Json,
        }
    }
}

impl Observer for Watcher {
    fn started(&self, operation: &'static Operation, target: &str, attempt: u32) {
        tracing::debug!(operation = operation.name, target, attempt, "sending");
    }

    fn waiting(&self, operation: &'static Operation, target: &str, waiting: Waiting) {
        if self.quiet {
            return;
        }
        let wait = waiting.wait.to_std().unwrap_or_default();
        let wait = std::time::Duration::from_millis(
            u64::try_from(wait.as_millis()).unwrap_or(u64::MAX) / 100 * 100,
        );
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
        if self.is_entry {
            let fields = [
                ("operation", operation.name.into()),
                ("attempt", waiting.attempt.into()),
                ("seconds", wait.as_secs_f64().into()),
            ];
            let fields = fields.map(|(name, value)| (name.to_owned(), value));
            log::entry(
                LogFormat::Json,
                "warn",
                "waiting",
                fields.into_iter().collect(),
                &told,
            );
            return;
        }
        // Nobody is left to tell when standard error is closed.
        let _ = live::tell(&format!("{told}\n"));
    }

    fn finished(
        &self,
        operation: &'static Operation,
        target: &str,
        attempts: u32,
        result: Result<u16, &CallError>,
    ) {
        match result {
            Ok(status) => {
                tracing::debug!(
                    operation = operation.name,
                    target,
                    attempts,
                    status,
                    "answered"
                );
            }
            Err(error) => {
                tracing::debug!(operation = operation.name, target, attempts, %error, "failed");
            }
        }
    }
}
