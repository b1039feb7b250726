//! Runs tests, several at once, and tells of them in their order.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::Map;

use super::verdict::{Ending, Verdict};
use crate::cli::granted::denied;
use crate::cli::world::World;
use crate::client::Silent;
use crate::clock::Clock;
use crate::error::{Complaint, exit};
use crate::script::console::{Console, Level};
use crate::script::host::{Host, Parts};
use crate::script::local::Locals;
use crate::script::memory::Memory;
use crate::script::origin::Origin;
use crate::script::runtime::LazyRuntime;
use crate::script::runtime::STACK;
use crate::script::shelf::Shelf;
use crate::script::source::Source;
use crate::script::stop::Stop;
use crate::script::window::Window;
use crate::script::{self, Case, Coverage, Ended, Interpreter};
use crate::session::{Grant, Permission};
use crate::simulator::Settings;

/// What all tests share.
pub struct Suite {
    /// What every account starts from; each has a clock of its own.
    pub account: Settings,
    /// What is allowed beside every effect.
    pub allow: Vec<Grant>,
    /// Whether every question of a script is answered with yes.
    pub yes: bool,
    /// What is denied.
    pub deny: Vec<Grant>,
    /// The runtime for everything that waits.
    pub runtime: Arc<LazyRuntime>,
    /// The way to stop.
    pub stop: Stop,
    /// Where it is counted what scripts carry out.
    pub coverage: Option<Arc<Coverage>>,
}

/// How to run them.
pub struct Order<'a> {
    /// Only those whose file or name contains this.
    pub filter: Option<&'a str>,
    /// Whether the first failure is the end.
    pub fail_fast: bool,
    /// How many at once.
    pub jobs: usize,
}

/// A file of tests: as it is, and with what counts where that is asked for.
struct Parsed {
    source: Source,
    suite: script::Suite,
    counting: Option<script::Suite>,
}

/// Something to do: a test, or a file to tell what is wrong with.
enum Work {
    Case(Arc<Parsed>, Case),
    Broken(PathBuf, Vec<Complaint>),
}

impl Suite {
    /// Runs the tests of these files. `tell` hears of each in order, however they end.
    pub fn run(
        &self,
        files: &[PathBuf],
        order: &Order<'_>,
        tell: &mut dyn FnMut(&Verdict) -> Result<(), Complaint>,
    ) -> Result<Vec<Verdict>, Complaint> {
        let work = self.gather(files, order.filter);
        let next = AtomicUsize::new(0);
        let end = AtomicUsize::new(work.len());
        let (sender, receiver) = mpsc::channel();
        let mut verdicts = Vec::with_capacity(work.len());
        std::thread::scope(|scope| {
            for _ in 0..order.jobs.min(work.len()) {
                let (sender, work, next, end) = (sender.clone(), &work, &next, &end);
                std::thread::Builder::new()
                    .name("test".to_owned())
                    .stack_size(STACK)
                    .spawn_scoped(scope, move || {
                        while self.stop.reason().is_none() {
                            let index = next.fetch_add(1, Ordering::Relaxed);
                            if index >= end.load(Ordering::Relaxed) {
                                return;
                            }
                            let Some(verdict) = work.get(index).map(|work| self.perform(work))
                            else {
                                return;
                            };
                            if order.fail_fast && !verdict.passed() {
                                // Those before it are under way or done; none after it begins.
                                end.fetch_min(index, Ordering::Relaxed);
                            }
                            if sender.send((index, verdict)).is_err() {
                                return;
                            }
                        }
                    })
                    .map_err(|error| {
                        Complaint::new(exit::FAILED, format!("no thread could be started: {error}"))
                    })?;
            }
            drop(sender);
            let mut early: Vec<Option<Verdict>> = work.iter().map(|_| None).collect();
            for (index, verdict) in receiver {
                if let Some(place) = early.get_mut(index) {
                    *place = Some(verdict);
                }
                while let Some(verdict) = early.get_mut(verdicts.len()).and_then(Option::take) {
                    if order.fail_fast && verdicts.last().is_some_and(|it: &Verdict| !it.passed()) {
                        break;
                    }
                    tell(&verdict)?;
                    verdicts.push(verdict);
                }
            }
            Ok(verdicts)
        })
    }

    fn gather(&self, files: &[PathBuf], filter: Option<&str>) -> Vec<Work> {
        let wanted = |text: &str| filter.is_none_or(|filter| text.contains(filter));
        let mut work = Vec::new();
        for file in files {
            let shown = file.to_string_lossy();
            let found = Source::read(&shown)
                .map_err(|complaint| vec![complaint])
                .and_then(|source| {
                    let (host, _) = self.host(Arc::default(), None);
                    let parse = |host: &Host| Interpreter::new(host, &source).suite(&source);
                    let suite = parse(&host)?;
                    let counting = match &self.coverage {
                        Some(_) => {
                            Some(parse(&self.host(Arc::default(), self.coverage.clone()).0)?)
                        }
                        None => None,
                    };
                    Ok(Parsed {
                        source,
                        suite,
                        counting,
                    })
                });
            match found {
                Ok(found) if found.suite.cases.is_empty() && filter.is_none() => {
                    let complaint = Complaint::usage(format!("{shown} has no test"))
                        .hint("a test is a function without parameters: fn test_it_works() { … }");
                    work.push(Work::Broken(file.clone(), vec![complaint]));
                }
                Ok(found) => {
                    let found = Arc::new(found);
                    let cases = found.suite.cases.iter();
                    work.extend(
                        cases
                            .filter(|case| wanted(&shown) || wanted(&case.name))
                            .map(|case| Work::Case(found.clone(), case.clone())),
                    );
                }
                Err(complaints) => work.push(Work::Broken(file.clone(), complaints)),
            }
        }
        work
    }

    /// A host in an account of its own, and that account.
    fn host(
        &self,
        console: Arc<Transcript>,
        coverage: Option<Arc<Coverage>>,
    ) -> (Host, Arc<World>) {
        let world = World::new(Settings {
            clock: Clock::simulated_at(self.account.model.start()),
            ..self.account.clone()
        });
        let allow = [Permission::everything(), self.allow.clone()].concat();
        let permission = Permission::new(allow, denied(&self.deny), None);
        let host = Host::new(Parts {
            session: world.session(permission, Arc::new(Silent)),
            runtime: self.runtime.clone(),
            console,
            stop: self.stop.of_part(),
            args: Map::new(),
            memory: Memory::of_the_run(),
            shelf: Shelf::default(),
            profile: "sim".to_owned(),
            origin: Origin::default(),
            controls: Some(world.controls()),
            coverage,
            locals: Arc::new(Locals {
                yes: self.yes,
                chance: Mutex::new(fastrand::Rng::with_seed(self.account.seed)),
                ..Locals::default()
            }),
            window: Window::default(),
        });
        (host, world)
    }

    fn perform(&self, work: &Work) -> Verdict {
        let (parsed, case) = match work {
            Work::Case(parsed, case) => (parsed, case),
            Work::Broken(file, complaints) => {
                return Verdict {
                    file: file.clone(),
                    name: String::new(),
                    line: 1,
                    ending: Ending::Broken(complaints.clone()),
                    took: Duration::ZERO,
                    simulated: TimeDelta::zero(),
                    said: Vec::new(),
                };
            }
        };
        let source = &parsed.source;
        let begun = Instant::now();
        let transcript = Arc::new(Transcript::default());
        let (host, world) = self.host(transcript.clone(), None);
        let ended = Interpreter::new(&host, source).run_case(source, &parsed.suite, &case.name);
        let ending = match ended {
            Ok(()) => Ending::Passed,
            Err(Ended::Quietly(_)) if self.stop.reason().is_some() => {
                Ending::Failed(vec![Complaint::new(exit::INTERRUPTED, "interrupted")])
            }
            Err(Ended::Quietly(code)) => Ending::Failed(vec![
                Complaint::new(
                    exit::FAILED,
                    format!("the test ended itself with exit({code})"),
                )
                .hint("run_script runs a script that ends itself, and gives its exit code"),
            ]),
            Err(Ended::Complaining(complaints)) => {
                Ending::Failed(complaints.into_iter().map(|it| own(it, case)).collect())
            }
        };
        let took = begun.elapsed();
        // Counted in a run of its own, so that no mistake is shown in a text that nobody wrote. It
        // ends as the first one did.
        if let Some(suite) = &parsed.counting {
            let (host, _) = self.host(Arc::default(), self.coverage.clone());
            let mut interpreter = Interpreter::new(&host, source);
            let _ = interpreter.run_case(source, suite, &case.name);
        }
        let said = std::mem::take(&mut *transcript.lock());
        Verdict {
            file: Path::new(&source.name).to_owned(),
            name: case.name.clone(),
            line: case.line,
            ending,
            took,
            simulated: world.clock().now() - self.account.model.start(),
            said,
        }
    }
}

/// A complaint without the step that every test begins with: that it was called.
fn own(mut complaint: Complaint, case: &Case) -> Complaint {
    let called = format!("`{}` called at ", case.name);
    if complaint
        .trail
        .last()
        .is_some_and(|step| step.starts_with(&called))
    {
        complaint.trail.pop();
    }
    complaint
}

/// What a test says, kept for when it fails.
#[derive(Default)]
struct Transcript(Mutex<Vec<String>>);

impl Transcript {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Console for Transcript {
    fn print(&self, text: &str) -> std::io::Result<()> {
        self.lock().extend(text.split('\n').map(str::to_owned));
        Ok(())
    }

    fn note(&self, level: Level, text: &str) {
        self.lock().push(format!("{}{text}", level.mark()));
    }
}
