//! Where a script's output goes.

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
    /// The width of the screen that output goes to, and whether it is one.
    fn screen(&self) -> (Option<usize>, bool) {
        (None, false)
    }
}
