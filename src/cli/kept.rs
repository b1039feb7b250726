//! A run as it is kept in the journal: begun, taken up again, ended.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};

use super::account::{Account, machine};
use super::granted::Granted;
use super::{Global, live};
use crate::config::{self, Environment, Keep};
use crate::error::{Complaint, exit};
use crate::journal::{
    Claim, ErrorKind, Grants, Journal, JournalError, Reader, Run, RunKind, RunState, Settings,
    Start, Store,
};
use crate::output::{Document, line};
use crate::script::Ended;
use crate::script::shelf::Shelf;
use crate::script::source::Source;
use crate::script::stop::Stop;
use crate::session::{Book, Halt, Past, Recorder};

/// The complaint about a journal.
pub fn complaint(error: &JournalError) -> Complaint {
    let code = match error.kind {
        ErrorKind::Wrong => exit::USAGE,
        _ => exit::FAILED,
    };
    Complaint::new(code, &error.message).hint(&error.hint)
}

/// Why a run is not ready to be carried out.
pub enum Unready {
    /// The journal failed, or does not let go of it.
    Journal(JournalError),
    /// Something else is wrong.
    Other(Vec<Complaint>),
}

impl Unready {
    /// Whether it passes: the journal cannot be written just now, or another process has the run.
    pub fn passes(&self) -> bool {
        use ErrorKind::{Held, Lost, Unwritable};
        matches!(self, Self::Journal(error) if matches!(error.kind, Unwritable | Held | Lost))
    }

    /// What to say about it.
    pub fn complaints(self) -> Vec<Complaint> {
        match self {
            Self::Journal(error) => vec![complaint(&error)],
            Self::Other(complaints) => complaints,
        }
    }
}

impl From<JournalError> for Unready {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl From<Complaint> for Unready {
    fn from(complaint: Complaint) -> Self {
        Self::Other(vec![complaint])
    }
}

impl From<Vec<Complaint>> for Unready {
    fn from(complaints: Vec<Complaint>) -> Self {
        Self::Other(complaints)
    }
}

/// The file of the journal that the command line, the environment or the default names.
fn file(global: &Global) -> Result<PathBuf, Complaint> {
    let environment = Environment::of_process();
    let Some(named) = &global.store else {
        let file = config::journal_file(&environment)?;
        return checked(&file.to_string_lossy(), "MW_STORE");
    };
    checked(named, "--store")
}

fn checked(named: &str, origin: &str) -> Result<PathBuf, Complaint> {
    let path = named.strip_prefix("sqlite:").unwrap_or(named);
    let path = path.strip_prefix("//").unwrap_or(path);
    if let Some((scheme, _)) = path.split_once("://") {
        return Err(Complaint::usage(format!(
            "{origin} names a store by {scheme}, which this mw does not know"
        ))
        .hint("name a file: the journal is kept in SQLite"));
    }
    if path.is_empty() {
        return Err(Complaint::usage(format!("{origin} names no file")));
    }
    // A run that is taken up goes back to the folder it was begun in.
    std::path::absolute(path)
        .map_err(|error| Complaint::usage(format!("{origin} names no file: {error}")))
}

/// The journal that the command line names, to be read.
pub fn store(global: &Global) -> Result<Store, Complaint> {
    file(global).map(Store::at)
}

/// Refuses `--no-journal` to a command that is about the journal.
pub fn is_asked_for(global: &Global) -> Result<(), Complaint> {
    if global.no_journal {
        let complaint = Complaint::usage("what this command is about is in the journal");
        return Err(complaint.hint("leave --no-journal out"));
    }
    Ok(())
}

/// The journal that the command line names, to be read. Where there is none yet it is said so, and
/// where it was looked for: the name may be a slip.
pub fn reader(global: &Global) -> Result<Option<Reader>, Complaint> {
    let store = store(global)?;
    let reader = store.read().map_err(|error| complaint(&error))?;
    if reader.is_none() && !global.quiet {
        let told = format!("there is no journal at {} yet\n", store.file().display());
        // Nobody is left to tell when standard error is closed.
        let _ = live::tell(&told);
    }
    Ok(reader)
}

/// The journal that the command line names, open for writing.
pub fn journal(global: &Global) -> Result<Journal, Complaint> {
    Journal::open(settings(global)?).map_err(|error| complaint(&error.without_a_run()))
}

fn settings(global: &Global) -> Result<Settings, Complaint> {
    let said = config::journal(&Environment::of_process())?;
    let mut settings = Settings::of(file(global)?);
    match said.keep {
        Some(Keep::For(span)) => settings.keep = Some(span),
        Some(Keep::Forever) => settings.keep = None,
        None => {}
    }
    settings.cap = said.cap.unwrap_or(settings.cap);
    settings.lease = said.lease.unwrap_or(settings.lease);
    Ok(settings)
}

/// What a new run is.
pub struct New<'a> {
    /// What kind of run.
    pub kind: RunKind,
    /// Its job, where it is one.
    pub job: Option<&'a str>,
    /// The tick that it is the run of, where it is that of a job.
    pub claim: Option<Claim>,
    /// Its script.
    pub source: &'a Source,
    /// Its arguments.
    pub args: &'a Map<String, Value>,
    /// What it is allowed and denied.
    pub grants: Grants,
}

/// Texts by name, collected.
type Texts = Arc<Mutex<Vec<(String, String)>>>;

/// A run as it is kept, or one that is not.
pub struct Kept {
    recorder: Option<Recorder>,
    texts: HashMap<String, String>,
    /// The texts that a run is taken up with in place of its own, once it does anything new.
    changed: Option<Texts>,
}

impl Kept {
    /// A run that is not kept.
    pub fn not() -> Self {
        Self {
            recorder: None,
            texts: HashMap::new(),
            changed: None,
        }
    }

    /// Begins a run. On the embedded simulator none is kept: its world ends with the process.
    pub fn begin(global: &Global, account: &Account, new: &New<'_>) -> Result<Self, Complaint> {
        if matches!(account, Account::Simulated(_)) || global.no_journal {
            return Ok(Self::not());
        }
        Self::begin_in(&journal(global)?, account, new).map_err(|error| complaint(&error))
    }

    /// Begins a run in a journal that is open.
    pub fn begin_in(
        journal: &Journal,
        account: &Account,
        new: &New<'_>,
    ) -> Result<Self, JournalError> {
        let Account::Real { profile, .. } = account else {
            return Ok(Self::not());
        };
        let start = Start {
            kind: new.kind,
            script: new.source.name.clone(),
            folder: here(),
            job: new.job.map(str::to_owned),
            profile: profile.name.clone(),
            url: profile.url.clone(),
            args: new.args.clone(),
            grants: new.grants.clone(),
        };
        let text = (new.source.name.clone(), new.source.text.clone());
        let lease = journal.begin_for(new.claim, &start, std::slice::from_ref(&text))?;
        let book = Book {
            journal: journal.clone(),
            lease,
        };
        Ok(Self {
            recorder: Some(Recorder::of(machine(), book, None)),
            texts: HashMap::from([text]),
            changed: None,
        })
    }

    /// A trail of what is done, begun with the first call.
    pub fn audit(
        global: &Global,
        account: &Account,
        kind: RunKind,
        name: &str,
    ) -> Result<Self, Complaint> {
        let Account::Real { profile, .. } = account else {
            return Ok(Self::not());
        };
        if global.no_journal {
            return Ok(Self::not());
        }
        let start = Start {
            kind,
            script: name.to_owned(),
            folder: here(),
            job: None,
            profile: profile.name.clone(),
            url: profile.url.clone(),
            args: Map::new(),
            grants: Granted::of(global, account)?.words(),
        };
        let global = global.clone();
        let open = move || {
            // Where it would be is asked when there is something to write.
            let settings = settings(&global).map_err(|complaint| JournalError {
                message: complaint.message,
                hint: complaint.hint.unwrap_or_default(),
                kind: ErrorKind::Unwritable,
            })?;
            let journal = Journal::open(settings)?;
            let lease = journal.begin(&start, &[])?;
            Ok(Book { journal, lease })
        };
        Ok(Self {
            recorder: Some(match kind {
                RunKind::Session => Recorder::for_session(machine(), open),
                _ => Recorder::for_audit(machine(), open),
            }),
            texts: HashMap::new(),
            changed: None,
        })
    }

    /// Takes a run up where it broke off.
    pub fn resume(journal: &Journal, run: &Run, with_changes: bool) -> Result<Self, Unready> {
        let lease = journal.claim(run)?;
        // Read once it is ours: nobody writes to it any more.
        let reader = journal
            .store()
            .read()?
            .ok_or_else(|| Complaint::new(exit::FAILED, "the journal is gone"))?;
        let calls = reader.history(run)?;
        let texts = if with_changes {
            HashMap::new()
        } else {
            reader.pins(run)?.into_iter().collect()
        };
        let past = Past {
            is_cancelled: reader.again(run)?.cancel.is_some(),
            calls,
        };
        let book = Book {
            journal: journal.clone(),
            lease,
        };
        let recorder = Recorder::of(machine(), book.clone(), Some(past));
        let changed = with_changes.then(|| {
            let changed = Arc::new(Mutex::new(Vec::new()));
            let own = changed.clone();
            // Until then the run can still be taken up as what it was begun.
            recorder.before_anything_new(move || {
                let texts = std::mem::take(&mut *held(&own));
                book.journal.repin(&book.lease, texts);
            });
            changed
        });
        Ok(Self {
            recorder: Some(recorder),
            texts,
            changed,
        })
    }

    /// Where it is written down what is done.
    pub const fn recorder(&self) -> Option<&Recorder> {
        self.recorder.as_ref()
    }

    /// Its id, where it has begun.
    pub fn id(&self) -> Option<String> {
        let book = self.recorder().and_then(Recorder::book)?;
        Some(book.lease.id().to_owned())
    }

    /// The text of the script that a run was begun with.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    /// Notes the text of the script that a run is taken up with in place of its own.
    pub fn takes(&self, source: &Source) {
        if let Some(changed) = &self.changed {
            held(changed).push((source.name.clone(), source.text.clone()));
        }
    }

    /// Stops the run when another process wants it cancelled.
    pub fn cancels(&self, stop: &Stop) {
        if let Some(book) = self.recorder().and_then(Recorder::book) {
            let stop = stop.clone();
            book.lease.on_cancel(move || stop.interrupt());
        }
    }

    /// The texts the run consists of.
    pub fn shelf(&self) -> Shelf {
        match self.recorder().and_then(Recorder::book) {
            None => Shelf::default(),
            Some(book) => {
                let (book, changed) = (book.clone(), self.changed.clone());
                Shelf::of(self.texts.clone(), move |name, text| {
                    let (name, text) = (name.to_owned(), text.to_owned());
                    match &changed {
                        Some(changed) if !held(changed).is_empty() => {
                            held(changed).push((name, text));
                        }
                        _ => book.journal.pin(&book.lease, name, text),
                    }
                })
            }
        }
    }

    /// Writes how the run ended. One that cannot go on has not ended: it is taken up later.
    pub fn end(&self, ended: &Result<Document, Ended>, stop: &Stop) -> Result<(), JournalError> {
        let Some(recorder) = self.recorder() else {
            return Ok(());
        };
        let Some(book) = recorder.book() else {
            return Ok(());
        };
        let (state, code, message) = match (recorder.halt(), ended) {
            (Some(Halt::Doubt(doubt)), _) => {
                (RunState::Paused, exit::IN_DOUBT, Some(doubt.question()))
            }
            (Some(_), _) => return Ok(()),
            // It failed before it had come to what it was about to do when it broke off.
            (None, Err(Ended::Complaining(_))) if recorder.leaves_unknown() => return Ok(()),
            // Nothing was done: the script does not parse or check as it is now.
            (None, Err(Ended::Complaining(complaints)))
                if recorder.is_resumed()
                    && complaints.first().is_some_and(|it| it.exit == exit::USAGE) =>
            {
                return Ok(());
            }
            // It ends well for whoever runs it, and was cut short all the same.
            (None, Err(Ended::Quietly(exit::DONE))) if stop.is_unheard() => {
                let why = "nobody read its output any more".to_owned();
                (RunState::Cancelled, exit::DONE, Some(why))
            }
            (None, Ok(_) | Err(Ended::Quietly(exit::DONE))) => {
                (RunState::Succeeded, exit::DONE, None)
            }
            (None, Err(Ended::Quietly(exit::INTERRUPTED))) => {
                (RunState::Cancelled, exit::INTERRUPTED, None)
            }
            (None, Err(Ended::Quietly(code))) => (RunState::Failed, *code, None),
            (None, Err(Ended::Complaining(complaints))) => {
                let first = complaints.first();
                let code = first.map_or(exit::FAILED, |it| it.exit);
                let state = match code {
                    exit::INTERRUPTED => RunState::Cancelled,
                    _ => RunState::Failed,
                };
                (state, code, first.map(|it| it.message.clone()))
            }
        };
        let owed = recorder.owes();
        let stood = book.journal.stand(&book.lease, state, Some(code), message);
        stood.map_err(|error| left_out(error, owed))?;
        if state.is_over() && state != RunState::Succeeded {
            tell_locks(&book.journal, book.lease.id());
        }
        Ok(())
    }
}

/// Says, of a journal that cannot be written, what of a session it does not know therefore.
fn left_out(mut error: JournalError, owed: usize) -> JournalError {
    if owed > 0 {
        let left = format!("; what came of {owed} of the session's calls is not on record");
        error.message.push_str(&left);
    }
    error
}

/// Says which locks a run that is over has kept: nobody else will give them back.
fn tell_locks(journal: &Journal, run: &str) {
    use std::io::Write as _;
    let held = journal.store().read().ok().flatten().map(|it| it.locks());
    let Some(Ok(locks)) = held else { return };
    let mut err = std::io::stderr().lock();
    for lock in locks.iter().filter(|lock| lock.run == run) {
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(
            err,
            "run {run} keeps lock {:?}: mw locks release {} --reason … takes it away",
            lock.name,
            line(&lock.name)
        );
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The folder that relative names are from.
fn here() -> String {
    std::env::current_dir()
        .map(|folder| folder.to_string_lossy().into_owned())
        .unwrap_or_default()
}
