//! Where a session is, and where else it may go.

use super::Rendered;
use crate::error::Complaint;
use crate::output::Document;
use crate::script::directory::Directory;
use crate::script::host::Host;

/// Where a session is.
pub struct Place {
    /// What scripts stand on.
    pub host: Host,
    /// What the account has, for completion.
    pub directory: Directory,
    /// The profiles that one may go to from here, for completion.
    pub profiles: Vec<String>,
    /// The prompt, which says where one is.
    pub prompt: String,
    /// A line that says it to people.
    pub described: String,
    /// A value as it is shown here.
    pub rendered: Rendered,
}

/// The places that a session may be at, and what can be asked of the one it is at.
pub trait Places: Send {
    /// The profiles one may go to.
    fn profiles(&self) -> Result<Document, Complaint>;

    /// Goes to the account of a profile. Where that fails one stays where one is.
    fn moves(&mut self, profile: &str) -> Result<Place, Complaint>;

    /// What may be done here.
    fn allowed(&self) -> String;

    /// Allows more here; says what may be done then.
    fn allow(&mut self, grants: &str) -> Result<String, Complaint>;

    /// What the last line left to be told, once: that nothing can be recorded any more.
    fn trouble(&self) -> Option<String>;

    /// The time of the simulator here, and how much it has of what.
    fn simulator(&self) -> Result<String, Complaint>;

    /// Moves the clock of the simulator here; says what its time is then.
    fn advance(&self, by: &str) -> Result<String, Complaint>;

    /// The rules by which calls to the simulator here fail.
    fn faults(&self) -> Result<Document, Complaint>;

    /// Has calls fail by the rules of a file, or by none.
    fn fail(&self, file: &str) -> Result<Document, Complaint>;

    /// The latest runs that the journal has.
    fn runs(&self, count: usize) -> Result<Document, Complaint>;
}
