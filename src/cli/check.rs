//! `mw check`: what is wrong with scripts, without running them.

mod files;
mod report;
mod sarif;

use std::collections::HashSet;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Global, Outcome, show};
use crate::error::{Complaint, exit};
use crate::output::{Document, Stream};
use crate::script::check::{Checker, Finding, Rule, Severity, Surroundings};
use crate::script::runtime::STACK;
use crate::script::shelf::Shelf;
use crate::script::source::Source;

/// Check scripts.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw check scripts                      every *.rhai file under a folder
  mw check nightly.rhai --strict        warnings count as errors
  echo 'cluods()' | mw check -          a script from standard input
  mw --output json check scripts        for programs
  mw check scripts --format sarif       for code hosts

A finding that is meant is allowed on its line or the line before, or for the whole file:
  // mw: allow(unused-variable)
  //! mw: allow(unused-parameter)

Exit codes: 0 no errors, 2 errors; with --strict also for warnings.")]
pub struct Check {
    /// Files, and folders in which every *.rhai file is checked; a dash for standard input
    #[arg(value_name = "PATH", required_unless_present = "rules")]
    paths: Vec<PathBuf>,
    /// Exit with 2 on warnings too
    #[arg(long)]
    strict: bool,
    /// Write findings as text or sarif; for json, yaml and csv there is --output
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        hide_possible_values = true
    )]
    format: Format,
    /// List what is looked for
    #[arg(long)]
    rules: bool,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, unless --output says otherwise.
    Text,
    /// SARIF 2.1.0, which code hosts read.
    Sarif,
}

/// What was found in one file.
pub struct Checked {
    /// The file.
    pub name: String,
    /// What it needs to be granted.
    pub needs: Vec<&'static str>,
}

/// All that was found.
pub struct Results {
    /// The files, in order.
    pub files: Vec<Checked>,
    /// What was found, file by file.
    pub findings: Vec<Finding>,
}

impl Results {
    /// How many findings matter as much as this.
    pub fn count(&self, severity: Severity) -> usize {
        let findings = self.findings.iter();
        findings.filter(|it| it.severity == severity).count()
    }
}

impl Check {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        if self.rules {
            show::text(&report::rules(Rule::ALL))?;
            return Ok(exit::DONE);
        }
        let files = files::find(&self.paths)?;
        let results = on_a_deep_stack(move || look(&files))??;
        if self.format == Format::Sarif {
            show::text(&sarif::document(&results))?;
        } else if global.output.is_for_programs() {
            show::document(&Document::Value(report::document(&results)), global)?;
        } else {
            let paint = global.color.on(Stream::Output);
            show::text(&report::text(&results, global.quiet, paint))?;
        }
        let wrong = results.count(Severity::Error);
        let doubtful = results.count(Severity::Warning);
        Ok(if wrong > 0 || (self.strict && doubtful > 0) {
            exit::USAGE
        } else {
            exit::DONE
        })
    }
}

/// Looks at every file.
fn look(files: &[String]) -> Result<Results, Complaint> {
    let mut checker = Checker::new(Shelf::default());
    let mut results = Results {
        files: Vec::new(),
        findings: Vec::new(),
    };
    let mut seen = HashSet::new();
    for file in files {
        let source = Source::read(file)?;
        let report = checker.check(&source, &Surroundings::of_file(&source.name));
        for finding in report.findings {
            // A module is found from every script that imports it.
            let key = (
                finding.file().to_owned(),
                finding.spot(),
                finding.rule,
                finding.complaint.message.clone(),
            );
            if seen.insert(key) {
                results.findings.push(finding);
            }
        }
        results.files.push(Checked {
            name: source.name,
            needs: report.needs.names(),
        });
    }
    Ok(results)
}

/// Scripts nest as deep as the stack of the thread that runs them allows; so does what looks at them.
fn on_a_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Complaint> {
    let failed = |what: String| Complaint::new(exit::FAILED, what);
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("check".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, work)
            .map_err(|error| failed(format!("no thread could be started: {error}")))?
            .join()
            .map_err(|_| failed("the check ended unexpectedly; this is a bug in mw".to_owned()))
    })
}
