//! The prompt: lines and functions are run as they are typed, and stay.

mod completion;
mod typing;

use std::cell::RefCell;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::rc::Rc;

use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{CompletionType, Config, Editor};

use crate::error::Complaint;
use crate::output::Document;
use crate::reference;
use crate::script::host::Host;
use crate::script::source::Source;
use crate::script::{Ended, Interpreter};
use completion::{Prompt, Scope};

/// Shows a value.
pub type Show = Box<dyn Fn(&Document) -> Result<(), Complaint>>;
/// Shows complaints.
pub type Complain = Box<dyn Fn(&[Complaint])>;

/// What a session at the prompt needs.
pub struct Settings {
    /// What scripts stand on.
    pub host: Host,
    /// Where the lines typed are kept.
    pub history: Option<PathBuf>,
    /// What is said first.
    pub greeting: String,
    /// The prompt.
    pub prompt: &'static str,
    /// Shows a value.
    pub show: Show,
    /// Shows complaints.
    pub complain: Complain,
}

/// Runs a session until it is left; the exit code is that of `exit(n)`, or 0.
pub fn run(settings: &Settings) -> Result<u8, Complaint> {
    let failed = |error: ReadlineError| Complaint::new(1, format!("the prompt failed: {error}"));
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .auto_add_history(true)
        .max_history_size(10_000)
        .map_err(failed)?
        .build();
    let scope = Rc::new(RefCell::new(Scope::default()));
    let mut editor: Editor<Prompt, FileHistory> = Editor::with_config(config).map_err(failed)?;
    editor.set_helper(Some(Prompt::new(scope.clone())));
    if let Some(history) = &settings.history {
        // A first session has none.
        let _ = editor.load_history(history);
    }
    if !settings.greeting.is_empty() {
        say(&settings.greeting);
    }
    let mut interpreter = Interpreter::new(&settings.host, PathBuf::from("."));
    let code = loop {
        scope.replace(Scope::of(&interpreter));
        let line = match editor.readline(settings.prompt) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => break 0,
            Err(error) => return Err(failed(error)),
        };
        if let Some(history) = &settings.history {
            save(&mut editor, history);
        }
        match line.trim() {
            "" => {}
            "exit" | "quit" => break 0,
            asked if asked.starts_with('?') => help(asked.trim_start_matches('?').trim(), settings),
            _ => {
                if let Some(code) = evaluate(settings, &mut interpreter, &line) {
                    break code;
                }
            }
        }
    };
    Ok(code)
}

/// A line's history survives a crash of the terminal.
fn save(editor: &mut Editor<Prompt, FileHistory>, history: &std::path::Path) {
    if let Some(folder) = history.parent() {
        // Without a place to keep it, a session still works.
        let _ = std::fs::create_dir_all(folder);
    }
    let _ = editor.append_history(history);
}

fn help(name: &str, settings: &Settings) {
    let name = name.trim_end_matches(['(', ')']);
    if name.is_empty() {
        print!("{}", reference::index());
        return;
    }
    match reference::entry(name) {
        Ok(text) => print!("{text}"),
        Err(hint) => {
            (settings.complain)(&[
                Complaint::usage(format!("nothing is called `{name}`")).hint(hint)
            ]);
        }
    }
}

/// Runs a line; the exit code when the line ends the session.
fn evaluate(settings: &Settings, interpreter: &mut Interpreter, line: &str) -> Option<u8> {
    settings.host.stop().renew();
    match interpreter.run(&Source::of_text("<repl>", line)) {
        Ok(value) => {
            if let Err(complaint) = (settings.show)(&Interpreter::document(&value)) {
                (settings.complain)(&[complaint]);
            }
        }
        Err(Ended::Quietly(crate::error::exit::INTERRUPTED)) => say("interrupted"),
        Err(Ended::Quietly(code)) => return Some(code),
        Err(Ended::Complaining(complaints)) => (settings.complain)(&complaints),
    }
    None
}

/// Says something beside the results. Nobody is left to tell when standard error is closed.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
