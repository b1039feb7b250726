//! `mw runs resolve` and `mw runs cancel`: what a person decides about a run.

use std::fs;

use clap::Args;
use serde_json::Value;

use super::{ById, view};
use crate::api;
use crate::cli::{Global, Outcome, kept, show};
use crate::error::{Complaint, exit};
use crate::journal::{Call, CallState, Journal, JournalError, Run, RunState, micros};
use crate::operation::Decoded;
use crate::record::View;

/// Decide about a call in doubt.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw runs resolve r7k3m9x2 --call 3 --done
  mw runs resolve r7k3m9x2 --call 3 --retry")]
pub struct Resolve {
    #[command(flatten)]
    run: ById,
    /// The call, where more than one is in doubt
    #[arg(long, value_name = "PATH")]
    call: Option<String>,
    #[command(flatten)]
    decision: Decision,
    /// With --done: what the call came to, as the API would have answered; JSON, or @FILE
    #[arg(long, value_name = "JSON", requires = "done")]
    result: Option<String>,
}

/// What was decided.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct Decision {
    /// It was carried out
    #[arg(long)]
    done: bool,
    /// It was not: send it again
    #[arg(long)]
    retry: bool,
    /// Give the run up, with its cleanups
    #[arg(long)]
    abort: bool,
}

/// Cancel a run.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw runs cancel r7k3m9x2 --reason 'wrong cloud'")]
pub struct Cancel {
    #[command(flatten)]
    run: ById,
    /// Why, for the record
    #[arg(long, value_name = "TEXT", default_value = "asked for")]
    reason: String,
}

fn failed(error: &JournalError) -> Complaint {
    kept::complaint(error)
}

/// The call that is meant.
fn chosen(run: &Run, calls: Vec<Call>, wanted: Option<&str>) -> Result<Call, Complaint> {
    let mut doubted: Vec<Call> = calls
        .into_iter()
        .filter(|call| matches!(call.state, CallState::InDoubt | CallState::Sent))
        .collect();
    let paths = |calls: &[Call]| {
        let lines: Vec<String> = calls
            .iter()
            .map(|call| format!("--call {} ({})", call.path, view::title(call)))
            .collect();
        lines.join(", ")
    };
    let found = match wanted {
        Some(path) => doubted.iter().position(|call| call.path == path),
        None if doubted.len() == 1 => Some(0),
        None => None,
    };
    match found {
        Some(place) => Ok(doubted.swap_remove(place)),
        None if doubted.is_empty() => Err(Complaint::usage(format!(
            "no call of run {} is in doubt",
            run.id
        ))
        .hint(format!("mw runs show {} says how it stands", run.id))),
        None => Err(Complaint::usage(match wanted {
            Some(path) => format!("call {path} of run {} is not in doubt", run.id),
            None => format!("{} calls of run {} are in doubt", doubted.len(), run.id),
        })
        .hint(format!("say which: {}", paths(&doubted)))),
    }
}

impl Resolve {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let (reader, run) = self.run.find(global)?;
        let state = run.seen(micros());
        if !matches!(state, RunState::Paused | RunState::Interrupted) {
            return Err(Complaint::usage(format!(
                "run {} is {} and asks nothing",
                run.id,
                state.as_str()
            ))
            .into());
        }
        if run.cancel.is_some() {
            return Err(Complaint::usage(format!(
                "run {} was cancelled: only its cleanups are still to run",
                run.id
            ))
            .hint(format!("mw runs resume {} runs them", run.id))
            .into());
        }
        let calls = reader.calls(&run).map_err(|error| failed(&error))?;
        let call = chosen(&run, calls, self.call.as_deref())?;
        let body = self.result.as_deref().map(|text| result(text, &call));
        let body = body.transpose()?;
        let journal = kept::journal(global)?;
        let (state, note) = if self.decision.done {
            (
                CallState::ResolvedDone,
                "somebody decided: it was carried out",
            )
        } else if self.decision.retry {
            (
                CallState::ResolvedRetry,
                "somebody decided: it is sent again",
            )
        } else {
            (
                CallState::ResolvedAbort,
                "somebody decided: the run is given up",
            )
        };
        journal
            .resolve(&run, &call.path, state, note, body.as_deref())
            .map_err(|error| failed(&error))?;
        let said = if self.decision.abort {
            give_up(&journal, &run, "given up by mw runs resolve --abort")?
        } else if run.start.kind.is_resumable() {
            format!("decided; mw runs resume {} goes on\n", run.id)
        } else {
            "noted; what was typed is not gone on with\n".to_owned()
        };
        show::text(&said)?;
        Ok(exit::DONE)
    }
}

/// What a call came to, in the words of the API. A run would end by what it cannot read, and for good.
fn result(text: &str, call: &Call) -> Result<Vec<u8>, Complaint> {
    let text = match text.strip_prefix('@') {
        None => text.to_owned(),
        Some(file) => fs::read_to_string(file)
            .map_err(|error| Complaint::usage(format!("cannot read {file}: {error}")))?,
    };
    let value: Value = serde_json::from_str(&text)
        .map_err(|error| Complaint::usage(format!("--result is not JSON: {error}")))?;
    let body = value.to_string().into_bytes();
    let Some(operation) = api::operation(&call.operation) else {
        return Ok(body);
    };
    let name = operation.name;
    let wrong = |why: &str| {
        Complaint::usage(format!("--result is not what {name} answers with: {why}")).hint(format!(
            "mw doc {name} says what that is; without --result it is looked for"
        ))
    };
    let is_nothing = |view: View<'_>| matches!(view, View::Null | View::Text(""));
    match operation.answer.read(&body) {
        Err(error) => Err(wrong(&error.to_string())),
        Ok(Decoded::One(record)) if record.get("id").is_some_and(is_nothing) => {
            Err(wrong("its `id` is empty"))
        }
        Ok(_) => Ok(body),
    }
}

impl Cancel {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let (_, run) = self.run.find(global)?;
        let state = run.seen(micros());
        if state.is_over() {
            return Err(
                Complaint::usage(format!("run {} is over: {}", run.id, state.as_str())).into(),
            );
        }
        let journal = kept::journal(global)?;
        let said = if matches!(state, RunState::Paused | RunState::Interrupted) {
            give_up(&journal, &run, &self.reason)?
        } else {
            journal
                .cancel(&run, &self.reason)
                .map_err(|error| failed(&error))?;
            format!(
                "run {} will stop: {} hears of it within a second or two\n",
                run.id,
                run.owner.described()
            )
        };
        show::text(&said)?;
        Ok(exit::DONE)
    }
}

/// Ends a run that nobody has. Where it broke off within an `ensure`, its cleanup is due first.
fn give_up(journal: &Journal, run: &Run, reason: &str) -> Result<String, Complaint> {
    let reader = journal.store().read().map_err(|error| failed(&error))?;
    let calls = match &reader {
        Some(reader) => reader.calls(run).map_err(|error| failed(&error))?,
        None => Vec::new(),
    };
    let mut doubts = String::new();
    for call in calls
        .iter()
        .filter(|call| matches!(call.state, CallState::InDoubt | CallState::Sent))
    {
        doubts.extend([
            "it is not known whether `",
            &view::title(call),
            "` was carried out: look at the account\n",
        ]);
    }
    let is_open = |call: &Call| call.operation == "ensure" && call.state == CallState::Open;
    journal
        .cancel(run, reason)
        .map_err(|error| failed(&error))?;
    if run.start.kind.is_resumable() && calls.iter().any(is_open) {
        return Ok(format!(
            "run {} is given up, but for its cleanups: mw runs resume {} runs them\n{doubts}",
            run.id, run.id
        ));
    }
    journal
        .close(run, RunState::Cancelled, reason)
        .map_err(|error| failed(&error))?;
    Ok(format!("run {} is cancelled\n{doubts}", run.id))
}
