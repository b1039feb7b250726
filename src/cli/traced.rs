//! Traces, for the commands that run something.

use std::sync::Arc;

use serde_json::Map;

use super::Global;
use super::global::LogFormat;
use super::live;
use super::serve::log;
use crate::output::line;
use crate::secret;
use crate::traces::Traces;

/// Starts telling a collector, where the environment names one: it costs nothing otherwise.
pub fn start(global: &Global) -> Option<Arc<Traces>> {
    let variable = |name: &str| std::env::var(name).ok();
    let (is_quiet, format) = (global.quiet, global.log_format);
    let tell = Box::new(move |what: &str| {
        if !is_quiet {
            tell(format, what);
        }
    });
    Traces::of(variable, global.cacert.clone(), tell).map(Arc::new)
}

/// Says what is wrong with the collector. The work goes on.
fn tell(format: LogFormat, what: &str) {
    let message =
        secret::redact(&format!("warning: traces are not delivered: {what}")).into_owned();
    match format {
        // Nobody is left to tell when standard error is closed.
        LogFormat::Text => live::tell(&format!("{}\n", line(&message))).unwrap_or_default(),
        LogFormat::Json => log::entry(format, "warn", "traces_failed", Map::new(), &message),
    }
}
