//! Something found in a script.

use super::rule::{Rule, Severity};
use crate::error::Complaint;

/// Something found in a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked for.
    pub rule: Rule,
    /// How much it matters.
    pub severity: Severity,
    /// What was found, where, and what to do.
    pub complaint: Complaint,
    /// Whether it is certain enough to refuse to run the script. What only an account can tell, such
    /// as a field that the API had no name for when this program was made, is not.
    pub refuses: bool,
}

impl Finding {
    /// A finding that matters as much as its rule.
    #[must_use]
    pub fn new(rule: Rule, complaint: Complaint) -> Self {
        let severity = rule.severity();
        Self {
            rule,
            severity,
            complaint,
            refuses: severity == Severity::Error,
        }
    }

    /// The same, as something that need not be wrong.
    #[must_use]
    pub fn doubted(mut self) -> Self {
        self.severity = Severity::Warning;
        self.refuses = false;
        self
    }

    /// Where it stands: line and column, from 1.
    #[must_use]
    pub fn spot(&self) -> (usize, usize) {
        let place = self.complaint.place.as_ref();
        place.map_or((1, 1), |place| (place.line, place.column))
    }

    /// The file it stands in.
    #[must_use]
    pub fn file(&self) -> &str {
        let place = self.complaint.place.as_ref();
        place.map_or("", |place| place.file.as_str())
    }
}
