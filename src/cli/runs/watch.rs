//! `mw runs watch`: what a run does, while it does it.

use std::collections::HashMap;
use std::io::Write as _;
use std::time::Duration;

use clap::Args;

use super::{ById, view};
use crate::cli::kept::complaint;
use crate::cli::{Global, Outcome};
use crate::error::{Complaint, exit};
use crate::journal::{Call, CallState, Reader, Run, RunState, micros};

/// How often it is looked.
const EVERY: Duration = Duration::from_millis(300);

/// Show what a run does, while it does it.
#[derive(Args, Debug)]
#[command(
    after_help = "It ends when the run does, with the run's exit code; Ctrl-C ends only the \
watching.\n\nExamples:
  mw runs watch r7k3m9x2"
)]
pub struct Watch {
    #[command(flatten)]
    run: ById,
}

impl Watch {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let (reader, mut run) = self.run.find(global)?;
        let mut shown = Shown::default();
        loop {
            // How it stands first: what was written before is then read for certain.
            run = reader.again(&run).map_err(|error| complaint(&error))?;
            let state = run.seen(micros());
            if !shown.tell(&reader, &run, global)? {
                return Ok(exit::DONE);
            }
            let is_over =
                state.is_over() || matches!(state, RunState::Paused | RunState::Interrupted);
            if is_over {
                let mut out = std::io::stdout().lock();
                // Nobody is left to tell when the output is closed.
                let _ = writeln!(out, "{}", state.as_str());
                return Ok(match state {
                    RunState::Interrupted => exit::FAILED,
                    _ => run.exit.unwrap_or(exit::DONE),
                });
            }
            std::thread::sleep(EVERY);
        }
    }
}

/// What was shown of the calls so far.
#[derive(Default)]
struct Shown(HashMap<String, CallState>);

impl Shown {
    /// Tells what is new; false when nobody reads any more.
    fn tell(&mut self, reader: &Reader, run: &Run, global: &Global) -> Result<bool, Complaint> {
        let calls: Vec<Call> = reader.calls(run).map_err(|error| complaint(&error))?;
        let mut out = std::io::stdout().lock();
        for call in calls {
            if self.0.insert(call.path.clone(), call.state) == Some(call.state) {
                continue;
            }
            let line = if global.output.is_for_programs() {
                view::call(&call).to_string()
            } else {
                let at = view::instant(call.finished.unwrap_or(call.started));
                format!(
                    "{}  {}  {}: {}",
                    at.format("%H:%M:%S"),
                    call.path,
                    view::title(&call),
                    view::outcome(&call, false)
                )
            };
            if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
