//! `mw runs show`.

use std::fmt::Write as _;

use clap::Args;

use super::changes::Changes;
use super::{ById, view};
use crate::cli::kept::complaint;
use crate::cli::{Global, Outcome, show};
use crate::error::exit;
use crate::journal::{Call, CallState, Run, RunState, micros};
use crate::output::{self, Document};

/// Show what a run did.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw runs show r7k3m9x2
  mw runs show r7k3m9x2 --changes")]
pub struct Show {
    #[command(flatten)]
    run: ById,
    /// Leave out what changes nothing: reads, waits, the time
    #[arg(long)]
    changes: bool,
}

impl Show {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let (reader, run) = self.run.find(global)?;
        let mut calls = reader.calls(&run).map_err(|error| complaint(&error))?;
        Call::sort(&mut calls);
        if self.changes {
            calls.retain(|call| Changes::counts(&call.effect));
        }
        let now = micros();
        if global.output.is_for_programs() {
            let whole = view::whole(&run, &calls, now);
            show::document(&Document::Value(whole), global)?;
        } else {
            show::text(&told(&run, &calls, now))?;
        }
        Ok(exit::DONE)
    }
}

/// A run and its calls, for people.
fn told(run: &Run, calls: &[Call], now: i64) -> String {
    let mut text = String::new();
    let state = run.seen(now);
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{name:<9} {}", output::line(value));
        }
    };
    line("run", &run.id);
    line("state", state.as_str());
    line("script", &run.start.script);
    line("job", run.start.job.as_deref().unwrap_or_default());
    line(
        "account",
        &format!("{} at {}", run.start.profile, run.start.url),
    );
    let args: Vec<String> = run
        .start
        .args
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    line("args", &args.join(" "));
    line("started", &view::short(run.started));
    if let Some(finished) = run.finished {
        let took = view::span(finished.saturating_sub(run.started));
        line(
            "finished",
            &format!("{}, after {took}", view::short(finished)),
        );
    }
    if let Some(code) = run.exit {
        line("exit", &code.to_string());
    }
    line("message", run.message.as_deref().unwrap_or_default());
    if !run.state.is_over() && run.state != RunState::Paused {
        line("owner", &run.owner.described());
    }
    line("cancel", run.cancel.as_deref().unwrap_or_default());
    line("changed", &Changes::of(calls).to_string());
    text.push('\n');
    tree(&mut text, calls, run.state.is_over());
    if let Some(next) = next(run, state, calls) {
        let _ = write!(text, "\n{next}\n");
    }
    text
}

/// The calls, those within others below them.
fn tree(text: &mut String, calls: &[Call], is_over: bool) {
    for call in calls {
        let depth = call.path.matches('/').count() / 2;
        let place = call
            .place
            .as_deref()
            .map_or_else(String::new, |place| format!("  ({})", output::line(place)));
        let _ = writeln!(
            text,
            "{:indent$}{}  {}: {}{place}",
            "",
            call.path,
            output::line(&view::title(call)),
            view::outcome(call, is_over),
            indent = depth * 2,
        );
        if let Some(note) = &call.note {
            let note = output::line(note);
            let _ = writeln!(text, "{:indent$}  {note}", "", indent = depth * 2);
        }
    }
}

/// What to do next about a run.
fn next(run: &Run, state: RunState, calls: &[Call]) -> Option<String> {
    match state {
        RunState::Interrupted if run.start.kind.is_resumable() && run.cancel.is_some() => {
            Some(format!(
                "mw runs resume {} runs its cleanups, and nothing else",
                run.id
            ))
        }
        RunState::Interrupted if run.start.kind.is_resumable() => Some(format!(
            "mw runs resume {} takes it up where it broke off",
            run.id
        )),
        RunState::Paused => {
            let mut lines = Vec::new();
            for call in calls.iter().filter(|call| call.state == CallState::InDoubt) {
                lines.push(format!(
                    "was `{}` carried out? It was sent at {}.\n  mw runs resolve {id} --call {path} --done    it was\n  mw runs resolve {id} --call {path} --retry   send it again\n  mw runs resolve {id} --call {path} --abort   give the run up",
                    output::line(&view::title(call)),
                    view::short(call.started),
                    id = run.id,
                    path = call.path,
                ));
            }
            lines.push(format!("then: mw runs resume {}", run.id));
            Some(lines.join("\n"))
        }
        _ => None,
    }
}
