//! `parallel`: many items at once, results in order.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rhai::{Array, Dynamic, EvalAltResult, FnPtr, Map, NativeCallContext};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::captured::Captured;
use super::given::Given;
use super::host::Host;
use super::options::Options;
use super::processor;
use super::recording::Scope;
use super::tally::Tally;
use super::trouble::{Stopped, Trouble};
use super::weight::AtWork;
use crate::branch::{Branch, Frame, Nature};
use crate::clock::{Clock, Ticket};
use crate::error::exit;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Items at once unless told otherwise: enough to hide latency, few enough not to be a nuisance.
const LIMIT: i64 = 16;
/// More branches than this would mostly wait for each other.
const MOST: i64 = 1024;
/// Deep expressions of a script recurse on the branch's stack. It is reserved, not used.
const STACK: usize = 16 << 20;

/// Registers `parallel`.
pub fn register(engine: &mut Given<'_>, host: &Host) {
    let own = host.clone();
    engine.register_fn(
        "parallel",
        move |context: NativeCallContext, items: Array, body: FnPtr| {
            parallel(&own, &context, items, &body, &Map::new())
        },
    );
    let own = host.clone();
    engine.register_fn(
        "parallel",
        move |context: NativeCallContext, items: Array, body: FnPtr, options: Map| {
            parallel(&own, &context, items, &body, &options)
        },
    );
}

/// What the branches of one `parallel` share.
struct Crew<'a> {
    waiting: Mutex<VecDeque<(usize, Dynamic)>>,
    done: Mutex<Vec<Option<Dynamic>>>,
    /// The failures by item, in the order they came.
    failed: Mutex<Vec<(usize, Box<EvalAltResult>)>>,
    /// The whole on the record of the run, and what its calls are.
    scope: &'a Scope,
    nature: Nature,
    /// Whether a branch was given up, or failed, with a call that may have been carried out.
    doubted: AtomicBool,
    /// Whether a branch was given up.
    gave_up: AtomicBool,
    /// Branches still at work; the last one calls the parent back.
    left: Mutex<(usize, Option<Ticket>)>,
    collect: bool,
    cancel: CancellationToken,
    /// How many are over.
    tally: Tally,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn parallel(
    host: &Host,
    context: &NativeCallContext<'_>,
    items: Array,
    body: &FnPtr,
    options: &Map,
) -> Result<Array> {
    let options = Options::new("parallel", options, &["limit", "on_error"])?;
    let limit = options.int("limit")?.unwrap_or(LIMIT);
    if !(1..=MOST).contains(&limit) {
        return Err(Trouble::argument(format!(
            "parallel: `limit` must be from 1 to {MOST}, not {limit}"
        ))
        .raise());
    }
    let collect = options.word("on_error", &["stop", "collect"])? == Some("collect");
    host.come_to(context);
    let scope = host.scope(
        "parallel",
        &json!({"items": items.len(), "collect": collect}),
    )?;
    if items.is_empty() {
        host.leave(scope, &json!({"failed": null}));
        return Ok(Array::new());
    }
    let wanted = usize::try_from(limit).unwrap_or(1).min(items.len());
    let hands = host.hands().take(wanted);
    let branches = hands.count();
    let total = items.len() as u64;
    let crew = Crew {
        tally: Tally::of(host, total),
        done: Mutex::new(vec![None; items.len()]),
        waiting: Mutex::new(items.into_iter().enumerate().collect()),
        failed: Mutex::new(Vec::new()),
        scope: &scope,
        nature: Frame::nature(),
        doubted: AtomicBool::new(false),
        gave_up: AtomicBool::new(false),
        left: Mutex::new((branches, None)),
        collect,
        cancel: host.token().child_token(),
    };
    work(host, context, body, &crew, branches)?;
    let doubted = crew.doubted.load(Ordering::Relaxed);
    let failed = crew.first_failure();
    let done: Array = lock(&crew.done)
        .drain(..)
        .map(Option::unwrap_or_default)
        .collect();
    let gave_up = crew.gave_up.load(Ordering::Relaxed);
    drop(crew);
    if host.is_halted() {
        return Err(Stopped::Halted.raise());
    }
    if let Some((index, error)) = failed {
        if !super::flow::is_final(&error) {
            host.leave(scope, &json!({"failed": index}));
        }
        return Err(if doubted { in_doubt(error) } else { error });
    }
    match host.stopped() {
        Some(Stopped::Abandoned) if doubted => return Err(Stopped::AbandonedInDoubt.raise()),
        Some(stopped) => return Err(stopped.raise()),
        None => {}
    }
    if gave_up {
        // Results are missing, and nothing says why: this is no success.
        return Err(Stopped::Abandoned.raise());
    }
    host.leave(scope, &json!({"failed": null}));
    Ok(done)
}

impl Crew<'_> {
    /// The failure that ends the whole: the first one, which is on record when all of this happened
    /// before and the branches come to it in another order.
    fn first_failure(&self) -> Option<(usize, Box<EvalAltResult>)> {
        let mut failed = lock(&self.failed);
        let recorded = self
            .scope
            .ended
            .as_ref()
            .and_then(|ended| ended["failed"].as_u64())
            .and_then(|index| failed.iter().position(|(it, _)| *it as u64 == index));
        match recorded {
            Some(place) => Some(failed.swap_remove(place)),
            None if failed.is_empty() => None,
            None => Some(failed.remove(0)),
        }
    }
}

/// Runs the branches to their end. On a virtual clock they take turns, in their order, and the
/// parent is not at work meanwhile: time moves when all of them wait.
fn work(
    host: &Host,
    context: &NativeCallContext<'_>,
    body: &FnPtr,
    crew: &Crew<'_>,
    branches: usize,
) -> Result<()> {
    #[expect(
        deprecated,
        reason = "rhai marks it as volatile; nothing else crosses threads"
    )]
    let store = context.store_data();
    let engine = context.engine();
    let clock = host.clock();
    let processor = clock.takes_turns().then(processor::present);
    let tickets: Vec<Ticket> = (0..branches).map(|_| clock.ticket()).collect();
    let captured = &Captured::of(host, context, body, branches);
    let started: Result<usize> = std::thread::scope(|scope| {
        let mut started = 0;
        let mut failure = None;
        for ticket in tickets {
            let store = &store;
            let spawned =
                std::thread::Builder::new()
                    .stack_size(STACK)
                    .spawn_scoped(scope, move || {
                        let _leaving = Leaving { crew, clock };
                        let _at_work = AtWork::begin_anew(host.stop());
                        if let Some(processor) = processor {
                            processor::keep_to(processor);
                        }
                        let body = captured.copied(body);
                        if host.complete(ticket.turn()).is_ok() {
                            #[expect(deprecated, reason = "as above")]
                            let context = store.create_context(engine);
                            let _branch = Branch::start(crew.cancel.clone());
                            branch(&context, host, &body, crew);
                        }
                    });
            match spawned {
                Ok(_) => started += 1,
                Err(error) => {
                    failure = Some(error);
                    leave(crew, clock);
                }
            }
        }
        clock.leave();
        match failure {
            Some(error) if started == 0 => Err(Trouble::new(
                "system",
                format!("no thread could be started for parallel: {error}"),
            )
            .raise()),
            _ => Ok(started),
        }
    });
    // The last branch took the ticket before it left, so that nobody else's turn comes between.
    if let Some(ticket) = lock(&crew.left).1.take() {
        host.complete(ticket.turn())?;
    }
    started.map(|_| ())
}

/// Leaves when the branch is over, however it ends: others would wait for it in vain.
struct Leaving<'a> {
    crew: &'a Crew<'a>,
    clock: &'a Clock,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        leave(self.crew, self.clock);
    }
}

fn leave(crew: &Crew<'_>, clock: &Clock) {
    let mut left = lock(&crew.left);
    left.0 = left.0.saturating_sub(1);
    if left.0 == 0 {
        left.1 = Some(clock.ticket());
    }
    drop(left);
    clock.leave();
}

fn branch(context: &NativeCallContext<'_>, host: &Host, body: &FnPtr, crew: &Crew<'_>) {
    loop {
        let Some((index, item)) = lock(&crew.waiting).pop_front() else {
            return;
        };
        let part = index.to_string();
        let is_stopped = crew.cancel.is_cancelled() || host.stopped().is_some();
        // What was begun before is told again all the same: its cleanups hang on it.
        if is_stopped && !host.knows(crew.scope, &part) {
            continue;
        }
        let _frame = crew.scope.enter(&part, crew.nature);
        let outcome: Result<Dynamic> = body.call_within_context(context, (item,));
        crew.tally.advance(host, outcome.is_ok());
        let value = match outcome {
            Ok(value) if crew.collect => collected(true, value, Dynamic::UNIT),
            Ok(value) => value,
            Err(error) => match tolerated(crew, index, error) {
                Some(value) => value,
                None => continue,
            },
        };
        if let Some(place) = lock(&crew.done).get_mut(index) {
            *place = Some(value);
        }
    }
}

/// An error as a result where results are collected; otherwise it ends the whole.
fn tolerated(crew: &Crew<'_>, index: usize, error: Box<EvalAltResult>) -> Option<Dynamic> {
    let error = if crew.collect {
        match super::flow::caught(error) {
            Ok(value) => return Some(collected(false, Dynamic::UNIT, value)),
            Err(error) => error,
        }
    } else {
        error
    };
    let abandoned = match error.unwrap_inner() {
        EvalAltResult::ErrorTerminated(token, _) => match token.read_lock::<Stopped>().as_deref() {
            Some(Stopped::AbandonedInDoubt) => {
                crew.doubted.store(true, Ordering::Relaxed);
                true
            }
            other => other == Some(&Stopped::Abandoned),
        },
        EvalAltResult::ErrorRuntime(value, _) => {
            if value
                .read_lock::<Trouble>()
                .is_some_and(|trouble| trouble.exit == exit::IN_DOUBT)
            {
                crew.doubted.store(true, Ordering::Relaxed);
            }
            false
        }
        _ => false,
    };
    if abandoned {
        crew.gave_up.store(true, Ordering::Relaxed);
    } else {
        lock(&crew.failed).push((index, error));
    }
    crew.cancel.cancel();
    None
}

/// The failure of a `parallel` that left a call in doubt: whatever failed first, to do it all again
/// could do that call twice.
fn in_doubt(error: Box<EvalAltResult>) -> Box<EvalAltResult> {
    let known = match error.unwrap_inner() {
        EvalAltResult::ErrorTerminated(..) => return error,
        EvalAltResult::ErrorRuntime(value, _) => value.clone().try_cast::<Trouble>(),
        _ => None,
    };
    let failure = known.unwrap_or_else(|| {
        Trouble::new(
            "in_doubt",
            super::diagnose::sentence(error.unwrap_inner()).0,
        )
    });
    if failure.exit == exit::IN_DOUBT {
        return error;
    }
    Trouble {
        message: format!(
            "{}; another branch left a call in doubt meanwhile",
            failure.message
        ),
        kind: "in_doubt".into(),
        hint: Some("look at the account before doing it again".to_owned()),
        exit: exit::IN_DOUBT,
        call: failure.call,
        status: failure.status,
    }
    .raise()
}

fn collected(ok: bool, value: Dynamic, error: Dynamic) -> Dynamic {
    Dynamic::from_map(Map::from_iter([
        ("ok".into(), Dynamic::from(ok)),
        ("value".into(), value),
        ("error".into(), error),
    ]))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::trial::Trial;

    #[test]
    fn within_one_another_they_share_the_threads_of_the_run() {
        let trial = Arc::new(Trial::default());
        // Each level alone would be granted, and all of them together be a hundred thousand.
        trial
            .run(
                "let items = []; items.pad(50, 0);
                 let few = items.extract(0, 2);
                 let wide = #{limit: 1024};
                 let counts = parallel(items, |_i| parallel(items, |_i| {
                     parallel(few, |_i| { sleep(60); 1 }, wide).len()
                 }, wide).sum_by(|n| n), wide);
                 print(counts.sum_by(|n| n));
                 // What was taken is given back.
                 let start = now();
                 let many = []; many.pad(1000, 0);
                 parallel(many, |_i| sleep(60), wide);
                 print(now() - start);",
            )
            .unwrap();
        assert_eq!(*trial.printed.lock().unwrap(), ["5000", "1m"]);
    }
}
