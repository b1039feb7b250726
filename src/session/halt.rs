//! Why a run cannot go on: nothing that a script could handle.

use crate::branch::Spot;
use crate::client::CallError;
use crate::journal::JournalError;

/// Why a run cannot go on.
#[derive(Clone, Debug)]
pub enum Halt {
    /// The journal failed, or the run is no longer ours.
    Journal(JournalError),
    /// This could not be recorded, and changes something; the session goes on.
    Unrecorded(JournalError),
    /// The script does otherwise than it did when this was recorded.
    Parted(Box<Parted>),
    /// The account cannot be reached to learn what became of a call.
    Setup(Box<CallError>),
    /// A call is in doubt, and a person must decide.
    Doubt(Box<Doubt>),
    /// The run was cancelled before this call; cleanups go on.
    Cancelled,
    /// The branch was given up before this call.
    Abandoned,
}

/// Where a script and its record part.
#[derive(Clone, Debug)]
pub struct Parted {
    /// The run.
    pub run: String,
    /// The call's path.
    pub path: String,
    /// What the record has there.
    pub recorded: String,
    /// Where that stood in the script.
    pub stood: Option<String>,
    /// What the script wants there now.
    pub wanted: String,
    /// Where that stands.
    pub spot: Option<Spot>,
}

/// A call in doubt.
#[derive(Clone, Debug)]
pub struct Doubt {
    /// The run.
    pub run: String,
    /// The call's path.
    pub path: String,
    /// What was sent.
    pub call: String,
    /// When, in microseconds since 1970.
    pub sent: i64,
    /// What was seen since.
    pub seen: String,
    /// Where it stands in the script.
    pub spot: Option<Spot>,
}

impl Halt {
    /// Whether all of the run ends with it, and not only a branch.
    #[must_use]
    pub const fn is_for_all(&self) -> bool {
        !matches!(
            self,
            Self::Unrecorded(_) | Self::Cancelled | Self::Abandoned
        )
    }

    /// What happened, in one sentence, and what to do next.
    #[must_use]
    pub fn sentence(&self) -> (String, Option<String>) {
        match self {
            Self::Journal(error) => (error.message.clone(), Some(error.hint.clone())),
            Self::Unrecorded(error) => (
                format!("it could not be recorded: {}", error.message),
                Some(error.hint.clone()),
            ),
            Self::Parted(parted) => {
                let stood = parted
                    .stood
                    .as_ref()
                    .map_or_else(String::new, |stood| format!(" (at {stood})"));
                (
                    format!(
                        "run {} parts from its record at call {}: the record has {}{stood}, the script now wants {}",
                        parted.run, parted.path, parted.recorded, parted.wanted
                    ),
                    Some(
                        "nothing was sent; a script must do the same again until where it broke off"
                            .to_owned(),
                    ),
                )
            }
            Self::Setup(error) => (error.to_string(), error.hint().map(str::to_owned)),
            Self::Doubt(doubt) => (doubt.question(), Some(doubt.commands())),
            Self::Cancelled => ("the run was cancelled".to_owned(), None),
            Self::Abandoned => ("the branch was given up".to_owned(), None),
        }
    }
}

impl Doubt {
    /// What a person is asked.
    #[must_use]
    pub fn question(&self) -> String {
        let sent = chrono::DateTime::from_timestamp_micros(self.sent)
            .unwrap_or_default()
            .to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        format!(
            "run {} is paused: was `{}` carried out? It was sent at {sent}; {}",
            self.run, self.call, self.seen
        )
    }

    /// The three ways to decide.
    #[must_use]
    pub fn commands(&self) -> String {
        let resolve = format!("mw runs resolve {} --call {}", self.run, self.path);
        format!(
            "look at the account, then say which:\n\
             \x20   {resolve} --done    it was carried out\n\
             \x20   {resolve} --retry   it was not: send it again\n\
             \x20   {resolve} --abort   give the run up\n\
             \x20 then: mw runs resume {}",
            self.run
        )
    }
}
