//! `mw run` and `mw eval`.

use clap::Args;
use serde_json::Map;

use super::execution::{Execution, Task};
use super::{Global, Outcome, show};
use crate::error::exit;
use crate::parameters::{Header, Outcome as Read};
use crate::script::source::Source;

/// Run a script.
#[derive(Args, Debug)]
pub struct Run {
    /// The script; a dash reads it from standard input
    #[arg(value_name = "SCRIPT")]
    script: String,
    /// Arguments for the script; --help after the script's name lists them
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "ARGS"
    )]
    args: Vec<String>,
}

impl Run {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let source = Source::read(&self.script)?;
        let header = Header::parse(&source.name, &source.text)?;
        let args = match header.read(&self.args)? {
            Read::Help(text) => {
                show::text(&text)?;
                return Ok(exit::DONE);
            }
            Read::Values(values) => values,
        };
        Execution::new(global)?.run(global, Task { source, args })
    }
}

/// Run one line of script.
#[derive(Args, Debug)]
pub struct Eval {
    /// The line
    #[arg(value_name = "EXPR", allow_hyphen_values = true)]
    line: String,
}

impl Eval {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let source = Source::of_text("<eval>", self.line);
        Execution::new(global)?.run(
            global,
            Task {
                source,
                args: Map::new(),
            },
        )
    }
}
