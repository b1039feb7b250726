//! `sim::`, the controls of the simulated account, and `run_script`: what only tests have.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use http::{Method, Uri};
use rhai::{
    Dynamic, Engine, EvalAltResult, FuncRegistration, INT, ImmutableString, Map, Module,
    NativeCallContext, Variant,
};
use serde_json::{Value, json};

use super::console::{Console, Level};
use super::fetch;
use super::handle;
use super::host::Host;
use super::interpreter::{Ended, Interpreter};
use super::moment::Span;
use super::source::Source;
use super::trouble::Trouble;
use super::value::{self, id_of};
use crate::api;
use crate::error::Complaint;
use crate::parameters::Header;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// The function that runs a script.
const RUN_SCRIPT: &str = "run_script";

/// The module's name.
pub const NAME: &str = "sim";

/// Gives an engine what only tests have, if its host has the controls.
pub fn register(engine: &mut Engine, host: &Host, folder: &Path) {
    if host.controls().is_none() {
        return;
    }
    engine.register_static_module(NAME, module(host).into());
    for given in [false, true] {
        let (own, folder) = (host.clone(), folder.to_owned());
        if given {
            engine.register_fn(RUN_SCRIPT, move |path: &str, args: Map| {
                run_script(&own, &folder, path, &args)
            });
        } else {
            engine.register_fn(RUN_SCRIPT, move |path: &str| {
                run_script(&own, &folder, path, &Map::new())
            });
        }
    }
}

/// Gives an engine an error that says where `run_script` is at home, if it is not a test's and the
/// script mentions it.
pub fn refuse(engine: &mut Engine, host: &Host, mentioned: &BTreeSet<String>) {
    if host.controls().is_some() || !mentioned.contains(RUN_SCRIPT) {
        return;
    }
    let elsewhere = || -> Result<Map> {
        Err(Trouble::argument(format!("`{RUN_SCRIPT}` is for tests"))
            .hint("mw test runs the tests of scripts")
            .raise())
    };
    engine.register_fn(RUN_SCRIPT, move |_: &str| elsewhere());
    engine.register_fn(RUN_SCRIPT, move |_: &str, _: Map| elsewhere());
}

fn module(host: &Host) -> Module {
    let mut module = Module::new();
    let own = host.clone();
    plain(&mut module, "reset", move || {
        call(&own, Method::POST, "reset", &Value::Null).map(drop)
    });
    let own = host.clone();
    with(&mut module, "advance", move |span: Dynamic| {
        // A sleep, so that branches that wait get their turns on the way.
        let span = Span::of(&span)?.0;
        own.outlasts("advance", span)?;
        own.sleep(span)
    });
    let own = host.clone();
    with(&mut module, "window", move |left: Dynamic| {
        let end = own.clock().after(Span::of(&left)?.0);
        own.window()
            .set(Arc::new(move |at| (at < end).then_some(end)));
        Ok(())
    });
    let own = host.clone();
    with(&mut module, "stock", move |wanted: Map| {
        let body = value::to_json(&Dynamic::from_map(wanted)).map_err(Trouble::raise)?;
        call(&own, Method::POST, "stock", &body).map(drop)
    });
    let own = host.clone();
    plain(&mut module, "events", move || {
        call(&own, Method::GET, "events", &Value::Null).map(|events| value::of_json(&events))
    });
    let own = host.clone();
    with(&mut module, "count", move |operation: ImmutableString| {
        count(&own, &operation, None)
    });
    let own = host.clone();
    FuncRegistration::new("count").set_into_module(
        &mut module,
        move |context: NativeCallContext, operation: &str, target: Dynamic| {
            placed(&context, count(&own, operation, Some(&target)))
        },
    );
    let own = host.clone();
    plain(&mut module, "snapshot", move || {
        let taken = call(&own, Method::POST, "snapshot", &Value::Null)?;
        Ok(value::of_json(&taken["snapshot"]))
    });
    let own = host.clone();
    with(&mut module, "restore", move |snapshot: INT| {
        call(
            &own,
            Method::POST,
            "restore",
            &json!({"snapshot": snapshot}),
        )
        .map(drop)
    });
    let own = host.clone();
    with(&mut module, "cloud", move |wanted: Map| cloud(&own, wanted));
    let own = host.clone();
    with(&mut module, "fault", move |rule: Map| {
        let rule = value::to_argument(&Dynamic::from_map(rule)).map_err(Trouble::raise)?;
        let added = call_as(&own, "fault", Method::POST, "faults", &rule)?;
        Ok(value::of_json(&added["faults"][0]))
    });
    let own = host.clone();
    plain(&mut module, "faults", move || {
        call(&own, Method::GET, "faults", &Value::Null).map(|faults| value::of_json(&faults))
    });
    let own = host.clone();
    plain(&mut module, "clear_faults", move || {
        call_as(&own, "clear_faults", Method::DELETE, "faults", &Value::Null).map(drop)
    });
    module
}

/// A function of the module without arguments.
fn plain<T: Variant + Clone>(
    module: &mut Module,
    name: &'static str,
    function: impl Fn() -> Result<T> + Send + Sync + 'static,
) {
    FuncRegistration::new(name).set_into_module(module, move |context: NativeCallContext| {
        placed(&context, function())
    });
}

/// A function of the module with an argument.
fn with<A: Variant + Clone, T: Variant + Clone>(
    module: &mut Module,
    name: &'static str,
    function: impl Fn(A) -> Result<T> + Send + Sync + 'static,
) {
    FuncRegistration::new(name)
        .set_into_module(module, move |context: NativeCallContext, given: A| {
            placed(&context, function(given))
        });
}

/// An error with the place of the call, which the engine leaves out for functions of modules.
fn placed<T>(context: &NativeCallContext<'_>, result: Result<T>) -> Result<T> {
    result.map_err(|mut error| {
        if error.position().is_none() {
            error.set_position(context.call_position());
        }
        error
    })
}

/// Calls a control; the error is what it refused with.
fn call(host: &Host, method: Method, name: &str, body: &Value) -> Result<Value> {
    call_as(host, name, method, name, body)
}

/// The same, for a function that is not called as its control.
fn call_as(host: &Host, function: &str, method: Method, name: &str, body: &Value) -> Result<Value> {
    let refuse = |message: String| Trouble::new("sim", message).raise();
    let controls = host
        .controls()
        .ok_or_else(|| refuse("only tests have the controls of the simulator".to_owned()))?;
    let uri = Uri::try_from(format!("/_sim/{name}"))
        .map_err(|error| refuse(format!("sim::{function} cannot be called: {error}")))?;
    let body = match body {
        Value::Null => Vec::new(),
        body => body.to_string().into_bytes(),
    };
    let (status, answer) = controls(method, uri, &body);
    if status >= 300 {
        let said = crate::client::problem(&answer).message.unwrap_or_default();
        return Err(refuse(format!("sim::{function} was refused: {said}")));
    }
    if answer.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&answer).map_err(|error| {
        refuse(format!(
            "the answer to sim::{function} makes no sense: {error}"
        ))
    })
}

/// How often an operation was called, in all or on one target.
fn count(host: &Host, operation: &str, target: Option<&Dynamic>) -> Result<INT> {
    if api::operation(operation).is_none() {
        let names = api::operations().map(|operation| operation.name);
        let trouble = Trouble::argument(format!("there is no operation `{operation}` to count"));
        return Err(match crate::operation::nearest(operation, names) {
            Some(near) => trouble.hint(format!("did you mean `{near}`?")),
            None => trouble.hint("mw doc lists the operations"),
        }
        .raise());
    }
    let counters = call(host, Method::GET, "counters", &Value::Null)?;
    let counter = &counters[operation];
    let Some(target) = target else {
        return Ok(counter["calls"].as_i64().unwrap_or_default());
    };
    let wanted = match handle::unwrap(target).and_then(|record| id_of(record.as_ref())) {
        Some(Value::String(id)) => id,
        Some(other) => other.to_string(),
        None => value::brief(target),
    };
    let targets = counter["targets"].as_object();
    // A target is written as the names and values of a path: `node N of cloud C`.
    let calls = targets.into_iter().flatten().filter_map(|(name, calls)| {
        let own = name.split(" of ").next().unwrap_or_default();
        (own.split(' ').nth(1) == Some(wanted.as_str()))
            .then(|| calls.as_i64())
            .flatten()
    });
    Ok(calls.sum())
}

fn cloud(host: &Host, wanted: Map) -> Result<Dynamic> {
    let body = value::to_json(&Dynamic::from_map(wanted)).map_err(Trouble::raise)?;
    let added = call_as(host, "cloud", Method::POST, "clouds", &body)?;
    let id = added["cloud"].as_str().unwrap_or_default();
    let (Some(operation), Some(list)) = (api::operation("cloud"), api::operation("clouds")) else {
        return Ok(Dynamic::UNIT);
    };
    fetch::by_id_or_label(host, operation, list, id)
}

/// What a script under test says, kept.
#[derive(Default)]
struct Record(Mutex<Vec<String>>);

impl Record {
    fn keep(&self, text: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.extend(text.split('\n').map(str::to_owned));
    }
}

impl Console for Record {
    fn print(&self, text: &str) -> std::io::Result<()> {
        self.keep(text);
        Ok(())
    }

    fn note(&self, _: Level, _: &str) {}
}

/// Runs a script as `mw run` does, in the account of the test.
fn run_script(host: &Host, folder: &Path, path: &str, args: &Map) -> Result<Dynamic> {
    let file = if Path::new(path).is_absolute() || folder == Path::new(".") {
        Path::new(path).to_owned()
    } else {
        folder.join(path)
    };
    let usage = |complaint: Complaint| {
        // The error stands at the call: where in the script it is must be said in words.
        let trouble = Trouble::argument(match &complaint.place {
            Some(place) => format!("{}:{}: {}", place.file, place.line, complaint.message),
            None => complaint.message,
        });
        match complaint.hint {
            Some(hint) => trouble.hint(hint),
            None => trouble,
        }
        .raise()
    };
    let source = Source::read(&file.to_string_lossy()).map_err(usage)?;
    let header = Header::parse(&source.name, &source.text).map_err(|complaints| {
        let unclear = || Complaint::usage("its header cannot be read");
        usage(complaints.into_iter().next().unwrap_or_else(unclear))
    })?;
    let given = match value::to_argument(&Dynamic::from_map(args.clone())) {
        Ok(Value::Object(given)) => given,
        Ok(_) => serde_json::Map::new(),
        Err(trouble) => return Err(trouble.raise()),
    };
    let args = header.check(&given).map_err(usage)?;
    let record = Arc::new(Record::default());
    let beside = host.beside(record.clone(), args);
    let ended = Interpreter::new(&beside, &source).run(&source);
    if let Some(stopped) = host.stopped() {
        return Err(stopped.raise());
    }
    let printed = record.0.lock().unwrap_or_else(PoisonError::into_inner);
    let output = printed.join("\n");
    let (exit, value, error) = match ended {
        Ok(value) => (0, value, Dynamic::UNIT),
        Err(Ended::Quietly(code)) => (code, Dynamic::UNIT, Dynamic::UNIT),
        Err(Ended::Complaining(complaints)) => {
            let code = complaints.first().map_or(1, |complaint| complaint.exit);
            let messages: Vec<String> = complaints.into_iter().map(|it| it.message).collect();
            (code, Dynamic::UNIT, Dynamic::from(messages.join("\n")))
        }
    };
    Ok(Dynamic::from_map(Map::from_iter([
        ("exit".into(), Dynamic::from(INT::from(exit))),
        ("value".into(), value),
        ("error".into(), error),
        ("output".into(), Dynamic::from(output)),
    ])))
}
