//! Where a script's output goes.

use std::sync::Arc;

use chrono::DateTime;

use super::gauge::Gauge;
use crate::output::Screen;

/// How loud a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// For the record.
    Info,
    /// Something to look at.
    Warn,
    /// Something went wrong.
    Error,
}

impl Level {
    /// What a message of this level begins with.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Info => "",
            Self::Warn => "warning: ",
            Self::Error => "error: ",
        }
    }
}

/// Where a script's output goes.
pub trait Console: Send + Sync {
    /// What `print` and `table` write. An error means that nobody reads any more.
    fn print(&self, text: &str) -> std::io::Result<()>;
    /// What `info`, `warn` and `error` write, and the runtime itself.
    fn note(&self, level: Level, text: &str);
    /// The screen that output goes to; what it takes for the present is of no account.
    fn screen(&self) -> Screen {
        Screen::none(DateTime::UNIX_EPOCH)
    }
    /// Whether somebody watches what is under way; nobody makes a gauge otherwise.
    fn is_watched(&self) -> bool {
        false
    }
    /// Shows a gauge from now on.
    fn begin(&self, _gauge: &Arc<Gauge>) {}
    /// Shows it no longer.
    fn end(&self, _gauge: &Arc<Gauge>) {}
}
