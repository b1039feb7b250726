//! `mw repl`.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::Map;

use super::account::Account;
use super::console::Terminal;
use super::kept::{self, Kept};
use super::label::Label;
use super::{Global, Outcome, interrupt, locals, show};
use crate::config::{self, Environment};
use crate::error::{Complaint, exit};
use crate::journal::RunKind;
use crate::output::{Document, Stream};
use crate::repl;
use crate::script::host::{Host, Parts};
use crate::script::shelf::Shelf;
use crate::script::stop::Stop;
use crate::script::window::Window;

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
        let runtime = if is_typed {
            interrupt::watch_session(&stop)
        } else {
            interrupt::watch(&stop)
        };
        let account = Account::of(global, true)?;
        let kept = Kept::audit(global, &account, RunKind::Session, "<repl>")?;
        let directory = account.directory(global, &runtime);
        let host = Host::new(Parts {
            session: account.session(global, &stop, kept.recorder().cloned(), &Label::default())?,
            runtime,
            console: Arc::new(Terminal::new(
                global,
                account.simulated_clock(),
                Label::default(),
            )),
            stop,
            args: Map::new(),
            memory: account.memory("<repl>"),
            shelf: Shelf::default(),
            profile: account.profile().to_owned(),
            controls: None,
            coverage: None,
            locals: locals::of(global, &account, PathBuf::new(), Arc::default()),
            window: Window::default(),
        });
        let prompt = is_typed.then(|| prompt(&account));
        let greeting = if global.quiet || !is_typed {
            String::new()
        } else {
            format!(
                "metalwright {} on {}\n?name explains, :help lists commands, Tab completes, Ctrl-D leaves",
                env!("CARGO_PKG_VERSION"),
                account.described()
            )
        };
        let paint = global.color.on(Stream::Output);
        let (options, clock) = (global.clone(), host.clock().clone());
        let session = std::thread::Builder::new()
            .name("script".to_owned())
            .stack_size(super::execution::STACK)
            .spawn(move || {
                repl::run(repl::Settings {
                    host,
                    directory,
                    paint,
                    history: config::history_file(&Environment::of_process()).ok(),
                    editor: editor(&Environment::of_process()).filter(|_| is_typed),
                    greeting,
                    prompt,
                    rendered: Box::new(move |document, format| {
                        let mut options = options.clone();
                        options.output = format.unwrap_or(options.output);
                        show::rendered(document, &options, clock.now())
                    }),
                    write: Box::new(show::text),
                    complain: Box::new(show::complaints),
                })
            })
            .map_err(|error| Complaint::new(exit::FAILED, format!("no thread: {error}")))?;
        match session.join() {
            Ok(outcome) => {
                kept.end(&Ok(Document::Nothing), &Stop::default())
                    .map_err(|error| kept::complaint(&error))?;
                Ok(outcome?)
            }
            Err(_) => Err(Complaint::new(
                exit::FAILED,
                "the session ended unexpectedly; this is a bug in mw",
            )
            .into()),
        }
    }
}

/// The prompt on an account, which says where one is: the profile, with a mark where people are served.
fn prompt(account: &Account) -> String {
    match account {
        Account::Simulated(_) => "sim> ".to_owned(),
        Account::Real { profile, .. } if profile.production => format!("{}!> ", profile.name),
        Account::Real { profile, .. } => format!("{}> ", profile.name),
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
