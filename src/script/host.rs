//! What a running script stands on: the account, the clock, the output, and the way to stop it.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use rhai::{AST, EvalAltResult};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::captured::is_unclear;
use super::console::{Console, Level};
use super::coverage::Coverage;
use super::hands::Hands;
use super::local::Locals;
use super::memory::Memory;
use super::origin::Origin;
use super::power::PowerMarks;
use super::runtime::LazyRuntime;
use super::shelf::Shelf;
use super::stats::{Entry, StatsCache};
use super::stop::Stop;
use super::strides::Strides;
use super::trouble::{Stopped, Trouble};
use super::window::Window;
use crate::api::clouds::CloudStats;
use crate::branch::{Branch, Frame};
use crate::client::{CallError, Limits};
use crate::clock::Clock;
use crate::operation::{Arguments, Decoded, Operation, Repeat};
use crate::session::crash::crash;
use crate::session::{Failure, Recorder, Session};

/// How often a branch looks whether another's fetch has ended, in virtual time.
const LOOK: TimeDelta = TimeDelta::milliseconds(100);

/// What a [`Host`] is made of.
pub struct Parts {
    /// The way to the account.
    pub session: Session,
    /// The runtime for everything that waits.
    pub runtime: Arc<LazyRuntime>,
    /// Where output goes.
    pub console: Arc<dyn Console>,
    /// The way to stop the run.
    pub stop: Stop,
    /// The script's arguments.
    pub args: Map<String, Value>,
    /// What scripts remember from run to run.
    pub memory: Memory,
    /// The texts the run consists of.
    pub shelf: Shelf,
    /// The profile's name, or what stands for one.
    pub profile: String,
    /// The account that what is fetched here is of.
    pub origin: Origin,
    /// The controls of the simulated account, which only tests have in hand.
    pub controls: Option<Controls>,
    /// Where it is counted what scripts carry out.
    pub coverage: Option<Arc<Coverage>>,
    /// What the script has beside its account.
    pub locals: Arc<Locals>,
    /// When the run may be at work.
    pub window: Window,
}

/// Calls a control of the simulated account, which answers with a status and a body.
pub type Controls =
    Arc<dyn Fn(http::Method, http::Uri, &[u8]) -> (u16, bytes::Bytes) + Send + Sync>;

/// What a running script stands on, shared by all its branches.
#[derive(Clone)]
pub struct Host(Arc<Inner>);

struct Inner {
    parts: Parts,
    stats: StatsCache,
    sequence: AtomicU64,
    power: PowerMarks,
    hands: Hands,
    strides: Strides,
    /// Whether the script does what makes it unclear what its branches change.
    is_unclear: AtomicBool,
}

impl Host {
    /// A host of these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            parts,
            stats: StatsCache::default(),
            sequence: AtomicU64::new(1),
            power: PowerMarks::default(),
            hands: Hands::default(),
            strides: Strides::default(),
            is_unclear: AtomicBool::new(false),
        }))
    }

    /// Looks at a script that is about to run.
    pub(super) fn runs(&self, script: &AST) {
        self.0
            .is_unclear
            .fetch_or(is_unclear(script), Ordering::Relaxed);
    }

    /// Whether the script does what makes it unclear what its branches change.
    #[must_use]
    pub(super) fn is_unclear(&self) -> bool {
        self.0.is_unclear.load(Ordering::Relaxed)
    }

    /// The way to the account.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.0.parts.session
    }

    /// The account's time.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.session().clock()
    }

    /// The way to stop the run.
    #[must_use]
    pub fn stop(&self) -> &Stop {
        &self.0.parts.stop
    }

    /// The script's arguments.
    #[must_use]
    pub fn args(&self) -> &Map<String, Value> {
        &self.0.parts.args
    }

    /// The texts the run consists of.
    #[must_use]
    pub(super) fn shelf(&self) -> &Shelf {
        &self.0.parts.shelf
    }

    /// The profile's name, or what stands for one.
    pub(super) fn profile(&self) -> &str {
        &self.0.parts.profile
    }

    /// The account that what is fetched here is of.
    pub(super) fn origin(&self) -> Origin {
        self.0.parts.origin
    }

    /// What scripts remember from run to run.
    pub(super) fn memory(&self) -> &Memory {
        &self.0.parts.memory
    }

    /// What the script has beside its account.
    pub(super) fn locals(&self) -> &Locals {
        &self.0.parts.locals
    }

    /// When the run may be at work.
    #[must_use]
    pub(super) fn window(&self) -> &Window {
        &self.0.parts.window
    }

    /// The controls of the simulated account, in tests.
    #[must_use]
    pub(super) fn controls(&self) -> Option<&Controls> {
        self.0.parts.controls.as_ref()
    }

    /// Where it is counted what scripts carry out, if it is.
    #[must_use]
    pub(super) fn coverage(&self) -> Option<&Arc<Coverage>> {
        self.0.parts.coverage.as_ref()
    }

    /// A host on the same account for a script of its own.
    #[must_use]
    pub(super) fn beside(&self, console: Arc<dyn Console>, args: Map<String, Value>) -> Self {
        let parts = &self.0.parts;
        Self::new(Parts {
            session: parts.session.clone(),
            runtime: parts.runtime.clone(),
            console,
            stop: parts.stop.clone(),
            args,
            memory: Memory::of_the_run(),
            shelf: Shelf::default(),
            profile: parts.profile.clone(),
            origin: parts.origin,
            controls: None,
            coverage: parts.coverage.clone(),
            locals: parts.locals.clone(),
            window: parts.window.clone(),
        })
    }

    /// Where output goes.
    #[must_use]
    pub(super) fn console(&self) -> &Arc<dyn Console> {
        &self.0.parts.console
    }

    /// What the script itself says of how far it has come.
    pub(super) fn strides(&self) -> &Strides {
        &self.0.strides
    }

    /// Stats of a cloud that other waits have fetched, or that `fetch` does.
    pub(super) fn shared_stats(
        &self,
        cloud: &str,
        since: u64,
        age: TimeDelta,
        fetch: impl FnOnce() -> Result<Arc<CloudStats>, Box<EvalAltResult>>,
    ) -> Result<Arc<CloudStats>, Box<EvalAltResult>> {
        let slot = self.0.stats.slot(cloud);
        let mut entry = loop {
            match slot.try_lock() {
                Ok(entry) => break entry,
                // Whoever fetches may have to wait for a retry, which it could not on a virtual
                // clock while this branch counts as being at work.
                Err(_) if matches!(self.clock(), Clock::Virtual(_)) => self.sleep(LOOK)?,
                Err(_) => break self.complete(slot.lock())?,
            }
        };
        let now = self.clock().now();
        if let Some(entry) = entry.as_ref()
            && entry.is_fresh(since, now, age)
        {
            return Ok(entry.stats.clone());
        }
        let sequence = self.next_in_sequence();
        let stats = fetch()?;
        *entry = Some(Entry {
            sequence,
            at: now,
            stats: stats.clone(),
        });
        Ok(stats)
    }

    /// A number larger than every one given before: the order of things within the run.
    fn next_in_sequence(&self) -> u64 {
        self.0.sequence.fetch_add(1, Ordering::SeqCst)
    }

    /// The changes of power that the run asked for and has not waited for.
    #[must_use]
    pub(super) fn power(&self) -> &PowerMarks {
        &self.0.power
    }

    /// The branches that the run may have at work.
    pub(super) fn hands(&self) -> &Hands {
        &self.0.hands
    }

    /// The cancellation of the branch this thread works for.
    #[must_use]
    pub(super) fn token(&self) -> CancellationToken {
        Branch::token().unwrap_or_else(|| self.stop().token())
    }

    /// Why the branch this thread works for is to end, if it is.
    #[must_use]
    pub fn stopped(&self) -> Option<Stopped> {
        // A run that cannot go on stops as it stands: it is not a branch that another one failed, whose
        // cleanup is due.
        if self.is_halted() {
            return Some(Stopped::Halted);
        }
        let reason = self.stop().reason();
        if (reason.is_some() || Branch::is_cancelled() == Some(true)) && self.is_behind() {
            // What was done before is told again first: cleanups hang on it.
            return None;
        }
        match Branch::is_cancelled() {
            // A branch of its own token: a cleanup that runs after the rest was stopped, or a
            // parallel branch, whose token is cancelled along with the run's.
            Some(false) => self.stop().ends_cleanups(),
            Some(true) => Some(reason.unwrap_or(Stopped::Abandoned)),
            None => reason,
        }
    }

    /// Waits until `at` on a script's thread, unless the branch is stopped first.
    pub(super) fn sleep_until(&self, at: DateTime<Utc>) -> Result<(), Box<EvalAltResult>> {
        crash("in-sleep");
        let token = self.token();
        let recorder = self.session().recorder();
        let slept = self.complete(async {
            match recorder {
                None => Some(self.clock().sleep_unless(&token, at).await),
                Some(recorder) => tokio::select! {
                    biased;
                    () = recorder.halted().cancelled() => None,
                    came = self.clock().sleep_unless(&token, at) => Some(came),
                },
            }
        })?;
        match slept {
            None => Err(Stopped::Halted.raise()),
            Some(true) => Ok(()),
            Some(false) => Err(self.stopped().unwrap_or(Stopped::Interrupted).raise()),
        }
    }

    /// The same, for a span.
    pub(super) fn sleep(&self, span: TimeDelta) -> Result<(), Box<EvalAltResult>> {
        self.sleep_until(self.clock().after(span))
    }

    /// Waits for something that must not be cut off.
    pub(super) fn complete<T>(
        &self,
        work: impl Future<Output = T>,
    ) -> Result<T, Box<EvalAltResult>> {
        // By reference, since what is given is moved several times, and a call's course is long.
        Ok(self.handle()?.block_on(pin!(work)))
    }

    fn handle(&self) -> Result<&tokio::runtime::Handle, Box<EvalAltResult>> {
        self.0.parts.runtime.handle().map_err(|error| {
            Trouble::new(
                "system",
                format!("the runtime could not be started: {error}"),
            )
            .raise()
        })
    }

    /// Performs an operation for a script.
    pub(super) fn perform(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
    ) -> Result<Decoded, Box<EvalAltResult>> {
        match self.try_perform(operation, arguments)? {
            Ok(decoded) => Ok(decoded),
            Err(error) => Err(Trouble::from(error).raise()),
        }
    }

    /// Performs an operation for a script; the outer error is that the script is to stop.
    pub(super) fn try_perform(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
    ) -> Result<Result<Decoded, CallError>, Box<EvalAltResult>> {
        if let Some(stopped) = self.stopped() {
            return Err(stopped.raise());
        }
        let is_recorded = self
            .session()
            .recorder()
            .is_some_and(Recorder::is_resumable);
        let limits = Limits {
            cancel: if is_recorded
                && !Frame::nature().cleanup
                && operation.repeat(arguments) != Repeat::Safe
            {
                // A branch that is given up does not cut off what it has sent: nobody would know
                // what came of it. The run being stopped does.
                self.stop().token()
            } else {
                self.token()
            },
            // Whoever is asked otherwise would rather wait.
            watch: is_recorded && !self.power().holds(operation, arguments),
            ..Limits::default()
        };
        // The client watches the cancellation itself: it knows what a call cut off leaves behind.
        let outcome = self.complete(self.session().perform(operation, arguments, &limits))?;
        let error = match outcome {
            Ok(done) => {
                if operation.name == "set_power" {
                    let at = done.told_of.unwrap_or_else(|| self.clock().now());
                    let sequence = self.next_in_sequence();
                    self.power().note(arguments, sequence, at);
                }
                return Ok(Ok(done.decoded));
            }
            Err(Failure::Halt(halt)) => return Err(Self::halted(operation.name, &halt)),
            Err(Failure::Call(error)) => error,
        };
        // Whoever interrupts the question about a call has not refused the call alone.
        if error.kind_name() == "not_permitted"
            && let Some(stopped) = self.stopped()
        {
            return Err(stopped.raise());
        }
        if !error.is_cancelled() {
            return Ok(Err(error));
        }
        let stopped = self.stopped().unwrap_or(Stopped::Interrupted);
        let Some(doubt) = error.left_in_doubt() else {
            return Err(stopped.raise());
        };
        self.note(Level::Warn, &doubt);
        Err(match stopped {
            Stopped::Abandoned => Stopped::AbandonedInDoubt,
            other => other,
        }
        .raise())
    }

    /// Prints for a script. When nobody reads any more the run ends, but for its cleanups.
    pub(super) fn print(&self, text: &str) -> Result<(), Box<EvalAltResult>> {
        match self.0.parts.console.print(text) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
            Err(error) => {
                let message = format!("the output could not be written: {error}");
                return Err(Trouble::new("output", message).raise());
            }
        }
        self.stop().close_output();
        self.stopped()
            .map_or(Ok(()), |stopped| Err(stopped.raise()))
    }

    /// Tells the person watching.
    pub fn note(&self, level: Level, text: &str) {
        self.0.parts.console.note(level, text);
    }
}
