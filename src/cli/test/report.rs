//! The results of tests, for people and for programs.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use super::coverage::Covered;
use super::verdict::{Ending, Verdict};
use crate::cli::Global;
use crate::error::{Complaint, exit};
use crate::output::Document;

/// Results as they come, a line each.
pub struct Progress {
    verbose: bool,
    quiet: bool,
    coloured: bool,
    file: PathBuf,
}

impl Progress {
    /// The progress of this command line.
    pub fn new(global: &Global, to_terminal: bool) -> Self {
        Self {
            verbose: global.verbose,
            quiet: global.quiet,
            coloured: to_terminal && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty()),
            file: PathBuf::new(),
        }
    }

    /// A result: what it printed is shown if it failed, or if everything is asked for.
    pub fn line(&mut self, verdict: &Verdict) -> String {
        let mut text = String::new();
        if self.quiet && verdict.passed() {
            return text;
        }
        if self.file != verdict.file {
            self.file.clone_from(&verdict.file);
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{}", verdict.file.display());
        }
        let (word, colour) = match verdict.ending {
            Ending::Passed => ("ok    ", 32),
            Ending::Failed(_) => ("FAILED", 31),
            Ending::Broken(_) => ("BROKEN", 31),
        };
        let word = if self.coloured {
            format!("\x1b[{colour}m{word}\x1b[0m")
        } else {
            word.to_owned()
        };
        let name = if verdict.name.is_empty() {
            "no test of it ran"
        } else {
            &verdict.name
        };
        let mut times = format!("{:.2} s", verdict.took.as_secs_f64());
        if verdict.simulated > chrono::TimeDelta::zero() {
            let simulated = verdict.simulated.to_std().unwrap_or_default();
            let simulated = Duration::from_secs(simulated.as_secs());
            let _ = write!(
                times,
                ", {} simulated",
                humantime::format_duration(simulated)
            );
        }
        let _ = writeln!(text, "  {word}  {name}  ({times})");
        for complaint in verdict.complaints() {
            text.push_str(&indented(&complaint.to_string()));
        }
        if (!verdict.passed() || self.verbose) && !verdict.said.is_empty() {
            text.push_str("    it said:\n");
            text.push_str(&indented(&verdict.said.join("\n")));
        }
        text
    }
}

fn indented(text: &str) -> String {
    let mut indented = String::new();
    for line in text.lines() {
        let _ = writeln!(indented, "    {line}");
    }
    indented
}

/// All results together.
pub struct Summary {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Files none of whose tests could run.
    pub broken: usize,
    /// How long all of it took.
    pub took: Duration,
}

impl Summary {
    /// The sum of these results.
    pub fn of(verdicts: &[Verdict], took: Duration) -> Self {
        let count =
            |wanted: fn(&Ending) -> bool| verdicts.iter().filter(|it| wanted(&it.ending)).count();
        Self {
            passed: count(|ending| matches!(ending, Ending::Passed)),
            failed: count(|ending| matches!(ending, Ending::Failed(_))),
            broken: count(|ending| matches!(ending, Ending::Broken(_))),
            took,
        }
    }

    /// The last line.
    pub fn line(&self) -> String {
        let mut counts = vec![format!("{} passed", self.passed)];
        if self.failed > 0 {
            counts.push(format!("{} failed", self.failed));
        }
        match self.broken {
            0 => {}
            1 => counts.push("1 file broken".to_owned()),
            many => counts.push(format!("{many} files broken")),
        }
        format!(
            "{} in {:.2} s\n",
            counts.join(", "),
            self.took.as_secs_f64()
        )
    }

    /// The exit code they mean.
    pub const fn exit(&self) -> u8 {
        if self.broken > 0 {
            exit::USAGE
        } else if self.failed > 0 {
            exit::FAILED
        } else {
            exit::DONE
        }
    }
}

/// The results as one document: durations in seconds, coverage where it is asked for.
pub fn document(verdicts: &[Verdict], summary: &Summary, covered: Option<&[Covered]>) -> Document {
    let tests: Vec<Value> = verdicts.iter().map(entry).collect();
    let mut document = json!({
        "passed": summary.passed,
        "failed": summary.failed,
        "broken": summary.broken,
        "seconds": summary.took.as_secs_f64(),
        "tests": tests,
    });
    if let Some(covered) = covered {
        let files: Vec<Value> = covered
            .iter()
            .map(|it| {
                json!({
                    "file": it.file,
                    "lines": it.lines.len(),
                    "run": it.run(),
                    "missed": it.missed(),
                })
            })
            .collect();
        document["coverage"] = files.into();
    }
    Document::Value(document)
}

fn entry(verdict: &Verdict) -> Value {
    let outcome = match verdict.ending {
        Ending::Passed => "passed",
        Ending::Failed(_) => "failed",
        Ending::Broken(_) => "broken",
    };
    let errors: Vec<Value> = verdict.complaints().iter().map(error).collect();
    json!({
        "file": verdict.file.to_string_lossy(),
        "name": verdict.name,
        "line": verdict.line,
        "outcome": outcome,
        "seconds": verdict.took.as_secs_f64(),
        "simulated_seconds": verdict.simulated.num_seconds(),
        "errors": errors,
        "said": verdict.said,
    })
}

fn error(complaint: &Complaint) -> Value {
    let place = complaint.place.as_ref();
    json!({
        "message": complaint.message,
        "file": place.map(|place| &place.file),
        "line": place.map(|place| place.line),
        "column": place.map(|place| place.column),
        "trail": complaint.trail,
        "hint": complaint.hint,
    })
}
