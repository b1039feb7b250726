//! Calls, waits and retries, told to the person watching.

use crate::client::{CallError, Observer, Waiting};
use crate::clock::Clock;
use crate::operation::Operation;
use crate::output::line;

use super::{Global, live};

/// Tells of waits and, when asked to be verbose, of every call.
pub struct Watcher {
    quiet: bool,
    simulated: Option<Clock>,
}

impl Watcher {
    /// The watcher of this command line.
    pub fn new(global: &Global, simulated: Option<Clock>) -> Self {
        Self {
            quiet: global.quiet,
            simulated,
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
        // Nobody is left to tell when standard error is closed.
        let _ = live::tell(&format!(
            "{mark}{}{target}: {}; on in {} (sent {} so far)\n",
            operation.name,
            waiting.why.as_str(),
            humantime::format_duration(wait),
            waiting.attempt
        ));
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
