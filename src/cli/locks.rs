//! `mw locks`: the locks that runs hold across each other.

use clap::{Args, Subcommand};
use serde_json::Value;

use super::{Global, Outcome, kept, show};
use crate::error::{Complaint, exit};
use crate::journal::Lock;
use crate::operation::nearest;
use crate::output::{Column, Document};
use crate::record::Unit;

/// Look at the locks that runs hold, and take them away.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  mw locks list")]
pub enum Locks {
    /// List the locks that are held, and by whom
    List(List),
    /// Take a lock away from the run that holds it
    Release(Release),
}

/// List the locks that are held.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw locks list
  mw --output json locks list")]
pub struct List {}

/// Take a lock away.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw locks release nightly --reason 'its host is gone'")]
pub struct Release {
    /// The lock's name
    #[arg(value_name = "NAME")]
    name: String,
    /// Why it may be taken away, for the record
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Locks {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        kept::is_asked_for(global)?;
        match self {
            Self::List(_) => list(global),
            Self::Release(release) => release.run(global),
        }
    }
}

fn held(global: &Global) -> Result<Vec<Lock>, Complaint> {
    match kept::reader(global)? {
        None => Ok(Vec::new()),
        Some(reader) => reader.locks().map_err(|error| kept::complaint(&error)),
    }
}

/// The columns of a list of locks.
const COLUMNS: &[Column] = &[
    Column::new("name", Unit::Plain),
    Column::new("profile", Unit::Plain),
    Column::new("run", Unit::Plain),
    Column::new("state", Unit::State),
    Column::new("since", Unit::Instant),
];

fn list(global: &Global) -> Outcome {
    let rows = held(global)?
        .into_iter()
        .map(|lock| {
            let since = chrono::DateTime::from_timestamp_micros(lock.since).unwrap_or_default();
            let since = since.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            let values = [lock.name, lock.profile, lock.run, lock.state, since];
            Column::row(COLUMNS, values.map(Value::String))
        })
        .collect();
    show::document(&Document::Rows(COLUMNS, rows), global)?;
    Ok(exit::DONE)
}

impl Release {
    fn run(self, global: &Global) -> Outcome {
        if self.reason.trim().is_empty() {
            return Err(
                Complaint::usage("say why the lock may be taken away: --reason TEXT").into(),
            );
        }
        let all = held(global)?;
        let named: Vec<&Lock> = all.iter().filter(|lock| lock.name == self.name).collect();
        let wanted = global.profile.as_deref();
        let lock = match named.as_slice() {
            [one] => one,
            [] => {
                let hint = match nearest(&self.name, all.iter().map(|lock| lock.name.as_str())) {
                    Some(near) => format!("did you mean {near:?}?"),
                    None => "mw locks list shows what is held".to_owned(),
                };
                let message = format!("nobody holds a lock {:?}", self.name);
                return Err(Complaint::usage(message).hint(hint).into());
            }
            several => several
                .iter()
                .find(|lock| Some(lock.profile.as_str()) == wanted)
                .ok_or_else(|| {
                    Complaint::usage(format!("several profiles have a lock {:?}", self.name))
                        .hint("say which: --profile NAME")
                })?,
        };
        kept::journal(global)?
            .release_lock(&lock.profile, &lock.name, &self.reason)
            .map_err(|error| kept::complaint(&error))?;
        show::text(&format!(
            "lock {:?} is free; run {} held it\n",
            lock.name, lock.run
        ))?;
        Ok(exit::DONE)
    }
}
