//! `mw run` and `mw eval`.

use clap::Args;
use serde_json::Map;

use super::execution::{Execution, Task};
use super::{Global, Outcome, show};
use crate::error::{Complaint, exit};
use crate::journal::RunKind;
use crate::parameters::{Header, Outcome as Read};
use crate::script::source::Source;

/// Run a script.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw --sim run scripts/rolling_power_cycle.rhai --cloud 'Bare metal' --batch 2
  mw --sim run scripts/provision_cloud.rhai --help
  mw --sim --output json run scripts/nightly_inventory.rhai
  echo 'print(clouds().len())' | mw --sim run -
  mw --profile production --allow disrupt run scripts/rolling_power_cycle.rhai --cloud Web")]
pub struct Run {
    // One list, so that nothing after the script's name is taken for an option of mw.
    /// The script, a dash for standard input; then its arguments, of which --help lists them all
    #[arg(
        required = true,
        num_args = 1..,
        trailing_var_arg = true,
        value_names = ["SCRIPT", "ARGS"]
    )]
    words: Vec<String>,
}

impl Run {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let (script, args) = self
            .words
            .split_first()
            .ok_or_else(|| Complaint::usage("name the script to run"))?;
        let source = Source::read(script)?;
        let header = Header::parse(&source.name, &source.text)?;
        let args = match header.read(args)? {
            Read::Help(text) => {
                show::text(&text)?;
                return Ok(exit::DONE);
            }
            Read::Values(values) => values,
        };
        let kind = RunKind::Script;
        Execution::new(global)?.run(global, Task { source, args, kind })
    }
}

/// Run one line of script.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw --sim eval 'clouds()'
  mw --sim --output json eval 'cloud(\"My first cloud\").nodes()'")]
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
                kind: RunKind::Line,
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        run: Run,
        #[arg(long, global = true)]
        quiet: bool,
    }

    #[test]
    fn what_follows_the_script_belongs_to_it_and_what_comes_before_does_not() {
        let line = Line::parse_from([
            "run", "--quiet", "a.rhai", "--help", "--quiet", "-o", "--", "b",
        ]);
        assert!(line.quiet);
        assert_eq!(
            line.run.words,
            ["a.rhai", "--help", "--quiet", "-o", "--", "b"]
        );
        assert_eq!(Line::parse_from(["run", "-"]).run.words, ["-"]);
        assert!(Line::try_parse_from(["run"]).is_err());
        assert!(Line::try_parse_from(["run", "--help"]).is_err());
        assert!(Line::try_parse_from(["run", "--bach", "a.rhai"]).is_err());
    }
}
