//! `mw repl`.

mod before;
mod names;
mod places;
mod simulation;

use std::io::IsTerminal as _;

use clap::Args;

use super::{Global, Outcome, interrupt, pager, show};
use crate::config::{self, Environment};
use crate::error::{Complaint, exit};
use crate::output::Stream;
use crate::repl::{self, Turn};
use crate::script::stop::Stop;
use before::Before;
use places::{Places, Trail};

/// Explore at a prompt.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw --sim repl
  mw --profile production repl")]
pub struct Repl {}

impl Repl {
    /// Runs the command.
    #[expect(clippy::unused_self, reason = "every command is run alike")]
    pub fn run(self, global: &Global) -> Outcome {
        let stop = Stop::default();
        let is_typed = std::io::stdin().is_terminal();
        let (turn, trail) = (Turn::new(&stop), Trail::default());
        let runtime = interrupt::watch_session(&stop, &turn, is_typed, {
            let (before, trail) = (Before::now(), trail.clone());
            move || {
                if let Err(complaint) = trail.end(exit::INTERRUPTED) {
                    show::complaints(&[complaint]);
                }
                before.again();
                std::process::exit(exit::INTERRUPTED.into());
            }
        });
        let (places, place) = Places::begin(global, &stop, runtime, &trail)?;
        let greeting = if global.quiet || !is_typed {
            String::new()
        } else {
            format!(
                "metalwright {} on {}\n?name explains, :help lists commands, Tab completes, Ctrl-D leaves",
                env!("CARGO_PKG_VERSION"),
                place.described
            )
        };
        let own = turn.clone();
        let settings = repl::Settings {
            place,
            places: Box::new(places),
            is_typed,
            turn,
            paint: global.color.on(Stream::Output),
            editor: editor(&Environment::of_process()).filter(|_| is_typed),
            history: config::history_file(&Environment::of_process()).ok(),
            greeting,
            write: if is_typed && std::io::stdout().is_terminal() {
                Box::new(move |text| pager::text(text, &own))
            } else {
                Box::new(show::text)
            },
            complain: Box::new(show::complaints),
        };
        let session = std::thread::Builder::new()
            .name("script".to_owned())
            .stack_size(crate::script::runtime::STACK)
            .spawn(move || repl::run(settings))
            .map_err(|error| Complaint::new(exit::FAILED, format!("no thread: {error}")))?;
        let Ok(outcome) = session.join() else {
            trail.end(exit::FAILED)?;
            let message = "the session ended unexpectedly; this is a bug in mw";
            return Err(Complaint::new(exit::FAILED, message).into());
        };
        let code = outcome.as_ref().map_or_else(|it| it.exit, |code| *code);
        trail.end(code)?;
        Ok(outcome?)
    }
}

/// The command that the person edits texts with. A terminal that has no cursor to move shows lines only
/// when they are entered: what an editor left would be lost on it.
fn editor(environment: &Environment) -> Option<String> {
    let is_plain = matches!(environment.get("TERM"), Some("dumb" | "cons25" | "emacs"));
    let named = environment
        .get("VISUAL")
        .or_else(|| environment.get("EDITOR"));
    (!is_plain).then(|| named.unwrap_or("vi").to_owned())
}
