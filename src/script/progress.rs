//! What a script knows of its own run: `run.id`, `run.resumed`, `checkpoint`, and `lock` across
//! runs.

use chrono::TimeDelta;
use rhai::{Dynamic, Engine, EvalAltResult, FnPtr, ImmutableString, Map, NativeCallContext};
use serde_json::{Value, json};

use super::console::Level;
use super::given::Given;
use super::host::Host;
use super::moment::Span;
use super::options::Options;
use super::trouble::{Stopped, Trouble};
use crate::branch::Frame;
use crate::error::exit;
use crate::journal::{RunState, Taken};
use crate::session::{Book, Halt, Recorder};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// The name of the constant that is a script's own run.
pub const RUN: &str = "run";

/// A script's own run.
#[derive(Clone, Debug)]
pub struct OwnRun;

/// How often it is looked whether a lock is free.
const LOOK: TimeDelta = TimeDelta::seconds(2);

/// Registers what a script knows of its own run, `run.id` and `run.resumed`.
pub fn describe(engine: &mut Engine, host: &Host) {
    engine.register_type_with_name::<OwnRun>("Run");
    let own = host.clone();
    engine.register_get("id", move |_: &mut OwnRun| -> ImmutableString {
        let recorder = own.session().recorder();
        recorder.and_then(Recorder::id).unwrap_or("sim").into()
    });
    let own = host.clone();
    engine.register_get("resumed", move |_: &mut OwnRun| -> Result<bool> {
        // What it was when this was first asked: a script must do the same again.
        let resumed = own.session().recorder().is_some_and(Recorder::is_resumed);
        own.kept("run.resumed", "", &json!({}), || Ok(Value::Bool(resumed)))
            .map(|kept| kept == true)
    });
}

/// Registers what a script does with its own run: `checkpoint` and `lock`.
pub fn register(engine: &mut Given<'_>, host: &Host) {
    let own = host.clone();
    engine.register_fn(
        "checkpoint",
        move |context: NativeCallContext, name: &str| -> Result<()> {
            own.come_to(&context);
            own.kept("checkpoint", name, &json!({"name": name}), || {
                own.note(Level::Info, &format!("checkpoint: {name}"));
                Ok(Value::Null)
            })
            .map(drop)
        },
    );
    let own = host.clone();
    engine.register_fn(
        "lock",
        move |context: NativeCallContext, name: &str, body: FnPtr| {
            lock(&own, &context, name, &Map::new(), &body)
        },
    );
    let own = host.clone();
    engine.register_fn(
        "lock",
        move |context: NativeCallContext, name: &str, options: Map, body: FnPtr| {
            lock(&own, &context, name, &options, &body)
        },
    );
}

/// Holds a lock while the body runs. It is given back when the body succeeds, or the run does; what
/// failed half-way keeps it, since nobody knows what it guards now.
fn lock(
    host: &Host,
    context: &NativeCallContext<'_>,
    name: &str,
    options: &Map,
    body: &FnPtr,
) -> Result<Dynamic> {
    let options = Options::new("lock", options, &["timeout"])?;
    let timeout = options
        .span("timeout")?
        .unwrap_or_else(|| Span(TimeDelta::hours(1)));
    if name.is_empty() {
        return Err(Trouble::argument("a lock needs a name")
            .hint("the same name is the same lock: lock(\"rolling\", || …)")
            .raise());
    }
    host.come_to(context);
    let arguments = json!({"name": name, "timeout": timeout.0.num_milliseconds()});
    let scope = host.scope("lock", &arguments)?;
    let book = host
        .session()
        .recorder()
        .filter(|recorder| recorder.is_resumable())
        .and_then(|recorder| recorder.book().cloned());
    // Where runs are not kept there is nobody to share a lock with; where it is over, it was held.
    let held = match (scope.path(), book, &scope.ended) {
        (Some(path), Some(book), None) => Some((path.to_owned(), book)),
        _ => None,
    };
    if let Some((path, book)) = &held {
        take(host, book, name, path, host.clock().after(timeout.0))?;
    }
    let outcome: Result<Dynamic> = {
        let _frame = scope.enter("do", Frame::nature());
        body.call_within_context(context, ())
    };
    let Some((path, book)) = held else {
        return outcome;
    };
    match &outcome {
        Ok(_) => {
            book.journal.give_back_lock(&book.lease, &path);
            host.leave(scope, &json!({}));
        }
        Err(error) if super::flow::is_final(error) => {}
        Err(_) => {
            host.note(
                Level::Warn,
                &format!(
                    "lock {name:?} stays held by this run, which failed with it, until the run succeeds or somebody says: mw locks release {name} --reason …"
                ),
            );
            host.leave(scope, &json!({"failed": true}));
        }
    }
    outcome
}

fn take(
    host: &Host,
    book: &Book,
    name: &str,
    path: &str,
    until: chrono::DateTime<chrono::Utc>,
) -> Result<()> {
    let mut is_told = false;
    loop {
        let taken = book
            .journal
            .take_lock(&book.lease, host.profile(), name, path)
            .map_err(|error| {
                if let Some(recorder) = host.session().recorder() {
                    recorder.stop(Halt::Journal(error));
                }
                Stopped::Halted.raise()
            })?;
        let holder = match taken {
            Taken::Ours => return Ok(()),
            Taken::By(run, state) => {
                if RunState::named(&state).is_some_and(RunState::is_over) {
                    // It will never give it back.
                    let message =
                        format!("lock {name:?} is held by run {run}, which is over: {state}");
                    return Err(Trouble::new("locked", message)
                        .hint(format!(
                            "look at what it left (mw runs show {run}), then: mw locks release {name} --reason …"
                        ))
                        .raise());
                }
                format!("run {run}")
            }
            Taken::ByOurselves(held) if path.starts_with(&format!("{held}/")) => {
                let message = format!("lock {name:?} is held already, around this call");
                return Err(Trouble::argument(message).raise());
            }
            Taken::ByOurselves(_) => "another branch of this run".to_owned(),
        };
        if !is_told {
            host.note(
                Level::Info,
                &format!("waiting for lock {name:?}, which {holder} holds"),
            );
            is_told = true;
        }
        if host.clock().now() >= until {
            let mut trouble = Trouble::new(
                "timed_out",
                format!("lock {name:?} is still held by {holder}"),
            )
            .hint(format!(
                "mw locks list shows who holds it; mw locks release {name} --reason … takes it away"
            ));
            trouble.exit = exit::TIMED_OUT;
            return Err(trouble.raise());
        }
        host.sleep_until(host.clock().after(LOOK).min(until))?;
    }
}
