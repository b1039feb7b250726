//! What came of a test.

use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;

use crate::error::Complaint;

/// How a test ended.
#[derive(Clone, Debug)]
pub enum Ending {
    /// As it should.
    Passed,
    /// With these complaints.
    Failed(Vec<Complaint>),
    /// Its file does not parse or check, so that none of its tests ran.
    Broken(Vec<Complaint>),
}

/// What came of a test, or of a file none of whose tests could run.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The file.
    pub file: PathBuf,
    /// The test; empty for a file that is broken.
    pub name: String,
    /// The line it begins on.
    pub line: usize,
    /// How it ended.
    pub ending: Ending,
    /// How long it took.
    pub took: Duration,
    /// How long it took in the simulated account.
    pub simulated: TimeDelta,
    /// What it printed and told.
    pub said: Vec<String>,
}

impl Verdict {
    /// Whether it ended as it should.
    pub const fn passed(&self) -> bool {
        matches!(self.ending, Ending::Passed)
    }

    /// What there is to complain about.
    pub fn complaints(&self) -> &[Complaint] {
        match &self.ending {
            Ending::Passed => &[],
            Ending::Failed(complaints) | Ending::Broken(complaints) => complaints,
        }
    }
}
