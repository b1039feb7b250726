//! A run that is ready to be carried out; one that is taken up where it broke off is what it was
//! begun as, and not what lies on disk now.

use super::execution::Task;
use super::granted::Granted;
use super::kept::{Kept, Unready};
use crate::error::{Complaint, exit};
use crate::journal::{Journal, Run};
use crate::operation::Effect;
use crate::script::source::Source;
use crate::session::Power;

/// A run that is ready to be carried out.
pub struct Prepared {
    /// Its script and arguments.
    pub task: Task,
    /// What it is allowed and denied.
    pub granted: Granted,
    /// Its record.
    pub kept: Kept,
    /// What a person consented to before.
    pub consents: Vec<Effect>,
    /// The powers outside the account that he consented to.
    pub powers: Vec<Power>,
}

/// Finds a run that can be taken up again.
fn find(journal: &Journal, id: &str) -> Result<Run, Unready> {
    let reader = journal.store().read()?.ok_or_else(|| {
        Complaint::usage("nothing was run yet: there is no journal")
            .hint("runs on a real account are kept; --store names a journal elsewhere")
    })?;
    Ok(reader.run(id)?)
}

impl Prepared {
    /// Takes a run up.
    pub fn again(journal: &Journal, id: &str, with_changes: bool) -> Result<Self, Unready> {
        let run = find(journal, id)?;
        if !run.start.kind.is_resumable() {
            return Err(Complaint::usage(format!(
                "run {} is a trail of what was typed, which cannot be resumed",
                run.id
            ))
            .hint(format!("mw runs show {} says what was done", run.id))
            .into());
        }
        let granted = Granted::of_words(&run.start.grants)?;
        let kept = Kept::resume(journal, &run, with_changes)?;
        let name = &run.start.script;
        let source = match (kept.text(name), with_changes) {
            (Some(text), _) => Source {
                folder: Source::folder_of(name),
                ..Source::of_text(name, text)
            },
            (None, true) => {
                let source = Source::read(name)?;
                kept.takes(&source);
                source
            }
            (None, false) => {
                return Err(Complaint::new(
                    exit::FAILED,
                    format!("the journal has lost the text of run {}", run.id),
                )
                .hint("restore a copy of the journal")
                .into());
            }
        };
        Ok(Self {
            powers: run
                .consents
                .iter()
                .filter_map(|it| it.parse().ok())
                .collect(),
            consents: run
                .consents
                .iter()
                .filter_map(|it| it.parse().ok())
                .collect(),
            task: Task {
                source,
                args: run.start.args.clone(),
                kind: run.start.kind,
            },
            granted,
            kept,
        })
    }
}
