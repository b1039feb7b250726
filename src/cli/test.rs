//! `mw test`: the tests of scripts, each on a simulated account and a clock of its own.

mod coverage;
pub(super) mod files;
mod junit;
mod report;
mod suite;
mod verdict;

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;

use super::{Global, Outcome, interrupt, show, simulated};
use crate::clock::Clock;
use crate::error::{Complaint, exit};
use crate::script::stop::Stop;
use files::Changes;
use report::{Progress, Summary};
use suite::{Order, Suite};

/// How often the files are looked at while `--watch` waits.
const LOOK: Duration = Duration::from_millis(300);

/// Run the tests of scripts: every `fn test_…()` of files named `*_test.rhai`.
#[derive(Args, Debug)]
#[command(
    after_help = "Each test has a simulated account and a clock of its own, so that waits take no \
time and no test sees what another did. In tests, sim:: prepares the account and tells what \
happened to it, and run_script(\"x.rhai\", #{…}) runs a script; mw doc sim lists them.\n\
Exit codes: 0 all passed, 1 a test failed, 2 a file does not parse or there is no test.\n\nExamples:
  mw test scripts
  mw test scripts -k rolling --fail-fast
  mw test scripts --coverage --junit results.xml"
)]
pub struct Test {
    /// Files of tests, and folders that hold some at any depth
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Only tests whose file or name contains this
    #[arg(long, short = 'k', value_name = "TEXT")]
    filter: Option<String>,
    /// Stop at the first test that fails
    #[arg(long)]
    fail_fast: bool,
    /// Run so many tests at once; as many as there are cores unless given
    #[arg(long, short, value_name = "N")]
    jobs: Option<usize>,
    /// Write the results to this file in the XML of `JUnit`
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Tell which lines of the scripts under test ran
    #[arg(long)]
    coverage: bool,
    /// Write which lines ran to this file in lcov's form
    #[arg(long, value_name = "FILE")]
    lcov: Option<PathBuf>,
    /// Run again whenever a script of the folders changes
    #[arg(long)]
    watch: bool,
}

impl Test {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        if self.jobs == Some(0) {
            return Err(Complaint::usage("--jobs must be 1 or more").into());
        }
        let account = simulated::settings(global, Clock::simulated_at)?;
        let stop = Stop::default();
        let runtime = interrupt::watch(&stop);
        let mut suite = Suite {
            account,
            allow: global.allow.clone(),
            deny: global.deny.clone(),
            yes: global.yes,
            runtime,
            stop: stop.clone(),
            coverage: None,
        };
        loop {
            suite.coverage = (self.coverage || self.lcov.is_some()).then(Arc::default);
            let mut changes = Changes::of(&self.paths);
            let outcome = self.once(global, &suite);
            if !self.watch {
                return outcome;
            }
            if let Err(complaints) = &outcome {
                show::complaints(complaints);
            }
            show::text("waiting for changes\n")?;
            while !changes.came(&self.paths) {
                if stop.reason().is_some() {
                    return Ok(exit::INTERRUPTED);
                }
                std::thread::sleep(LOOK);
            }
        }
    }

    fn once(&self, global: &Global, suite: &Suite) -> Outcome {
        let begun = Instant::now();
        let files = files::find(&self.paths)?;
        let order = Order {
            filter: self.filter.as_deref(),
            fail_fast: self.fail_fast,
            jobs: self
                .jobs
                .or_else(|| std::thread::available_parallelism().ok().map(usize::from))
                .unwrap_or(1),
        };
        let for_programs = global.output.is_for_programs();
        let mut progress = Progress::new(global, io::stdout().is_terminal());
        let verdicts = suite.run(&files, &order, &mut |verdict| {
            if for_programs {
                return Ok(());
            }
            show::text(&progress.line(verdict))
        })?;
        if suite.stop.reason().is_some() {
            return Err(Complaint::new(exit::INTERRUPTED, "interrupted").into());
        }
        if verdicts.is_empty() {
            return Err(match &self.filter {
                Some(text) => Complaint::usage(format!("no test has {text:?} in its name"))
                    .hint("run mw test without --filter to see them all"),
                None => Complaint::usage("there is no test in these files")
                    .hint("a test is a function without parameters: fn test_it_works() { … }"),
            }
            .into());
        }
        let summary = Summary::of(&verdicts, begun.elapsed());
        if let Some(file) = &self.junit {
            write(file, &junit::document(&verdicts, &summary))?;
        }
        let covered = suite
            .coverage
            .as_ref()
            .map(|coverage| coverage::under_test(coverage, &files))
            .unwrap_or_default();
        if let Some(file) = &self.lcov {
            write(file, &coverage::lcov(&covered))?;
        }
        if for_programs {
            let shown = self.coverage.then_some(covered.as_slice());
            show::document(&report::document(&verdicts, &summary, shown), global)?;
        } else {
            if self.coverage {
                show::text(&coverage::table(&covered))?;
            }
            show::text(&summary.line())?;
        }
        Ok(summary.exit())
    }
}

fn write(file: &Path, text: &str) -> Result<(), Complaint> {
    std::fs::write(file, text).map_err(|error| {
        Complaint::new(
            exit::FAILED,
            format!("cannot write {}: {error}", file.display()),
        )
    })
}
