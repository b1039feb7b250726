//! `mw runs export`: everything that is known of runs, for an audit.

use std::fmt::Write as _;

use clap::Args;
use serde_json::{Value, json};

use super::view;
use crate::cli::kept::{complaint, reader};
use crate::cli::{Global, Outcome, show};
use crate::error::{Complaint, exit};
use crate::journal::{Call, Filter, micros};

/// Write everything that is known of runs, as JSON lines: a line for each run, then one for each of
/// its calls.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw runs export > audit.jsonl
  mw runs export r7k3m9x2 --results")]
pub struct Export {
    /// The runs' ids; all runs unless given
    #[arg(value_name = "RUN")]
    ids: Vec<String>,
    /// With what each call came to
    #[arg(long)]
    results: bool,
}

impl Export {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let Some(reader) = reader(global)? else {
            return match self.ids.first() {
                None => Ok(exit::DONE),
                Some(id) => Err(Complaint::usage(format!(
                    "there is no run {id:?}: nothing was run yet"
                ))
                .into()),
            };
        };
        let failed = |error| complaint(&error);
        let runs = if self.ids.is_empty() {
            let mut runs = reader.runs(&Filter::default()).map_err(failed)?;
            runs.reverse();
            runs
        } else {
            self.ids
                .iter()
                .map(|id| reader.run(id).map_err(failed))
                .collect::<Result<_, _>>()?
        };
        let now = micros();
        for run in runs {
            let mut calls = if self.results {
                reader.history(&run)
            } else {
                reader.calls(&run)
            }
            .map_err(failed)?;
            Call::sort(&mut calls);
            let mut whole = view::whole(&run, &[], now);
            if let Value::Object(fields) = &mut whole {
                fields.remove("calls");
            }
            let mut text = String::new();
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{}", json!({"type": "run", "run": whole}));
            for call in &calls {
                let _ = writeln!(text, "{}", line(&run.id, call));
            }
            show::text(&text)?;
        }
        Ok(exit::DONE)
    }
}

fn line(run: &str, call: &Call) -> Value {
    let mut shown = view::call(call);
    if let Value::Object(fields) = &mut shown {
        if let Some(body) = &call.body {
            let result = serde_json::from_slice(body)
                .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()));
            fields.insert("result".to_owned(), result);
        }
        if let Some(error) = &call.error {
            let error = serde_json::from_str(error).unwrap_or_default();
            fields.insert("error".to_owned(), error);
        }
    }
    json!({"type": "call", "run": run, "call": shown})
}
