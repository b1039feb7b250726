//! `mw call`: any operation by its name, or by its method and path.

mod door;
mod query;
mod words;

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::account::Account;
use super::granted::Granted;
use super::line::Line;
use super::wire::Wire;
use super::{Global, Outcome, show};
use crate::client::CallError;
use crate::error::{Complaint, exit};
use crate::journal::RunKind;
use crate::operation::{Answer, Effect, Operation, Request};
use crate::output::Document;
use crate::session::{Decoded, Done, Failure, Standing};
use door::Door;
use query::Query;
use words::Words;

/// Call one operation of the API.
#[derive(Args, Debug)]
#[command(after_help = "\
Fields of the body are given by name, flat or as the API nests them:
  mw call create_vlan label=app pod_location=pod_1 vlan_type=internal
  mw call POST /v1/vlans label=app fields.pod_location=pod_1 fields.vlan_type=internal
KEY=VALUE takes text where text is wanted, and JSON elsewhere; KEY:=JSON takes JSON; KEY=@FILE and KEY=- take a
file and standard input, KEY=@@TEXT a text that begins with @. body=@FILE, or --input FILE, is the whole body.

Examples:
  mw call clouds --query '.[] | .label' --raw
  mw call GET /v1/clouds --include
  mw call create_vlan --input vlan.json --dry-run

A path that is declared nowhere may be read, and is otherwise sent only with --allow destroy,spend: what it does is
not known.")]
pub struct Call {
    /// The operation, as `mw doc` lists them, or a method before its path
    #[arg(value_name = "OPERATION|METHOD PATH")]
    operation: String,
    /// Its arguments
    #[arg(value_name = "KEY=VALUE")]
    arguments: Vec<String>,
    /// Take the whole body from this file; - is standard input
    #[arg(long, value_name = "FILE")]
    input: Option<String>,
    /// Write the answer's status line and headers before it
    #[arg(long, short)]
    include: bool,
    /// Write what this query of jq makes of the answer, a value a line
    #[arg(long, value_name = "EXPR")]
    query: Option<String>,
    /// Write texts without their quotes
    #[arg(long, short, requires = "query")]
    raw: bool,
    /// Show the request that would be sent, and send nothing
    #[arg(long, conflicts_with_all = ["query", "include"])]
    dry_run: bool,
}

impl Call {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        // Read first: a call whose answer is of no use is not made.
        let query = self.query.as_deref().map(Query::read).transpose()?;
        let door = door::find(&self.operation, &self.arguments)?;
        let operation = door.operation;
        let arguments = Words::default().bind(
            operation,
            door.arguments.clone(),
            &door.words,
            self.input.as_deref(),
        )?;
        let request = operation.request(&arguments).map_err(|refusal| {
            let complaint = Complaint::usage(refusal.message);
            match refusal.hint {
                // It names the function of scripts.
                Some(hint) if !hint.starts_with("call it as ") && !hint.starts_with("add ") => {
                    complaint.hint(hint)
                }
                _ => complaint.hint(words::usage(operation)),
            }
        })?;
        if self.dry_run {
            show::document(
                &planned(global, &request, operation.effect(&arguments))?,
                global,
            )?;
            return Ok(exit::DONE);
        }
        if !door.is_declared {
            permitted(global, &door, operation.effect(&arguments))?;
        }
        let mut global = global.clone();
        if self.include || !door.is_declared {
            let told = global.verbose.then_some(global.log_format);
            global.wire = Some(Wire::awaiting(told, request.method.as_str(), &request.path));
        }
        let line = Line::open(&global, Some(RunKind::Call))?;
        if let Answer::One(kind) | Answer::Many(kind) = operation.answer
            && operation.effect(&arguments) != Effect::Read
        {
            let like = Document::NoneOf(kind);
            show::could_show(&like, &global, line.session.clock().now())?;
        }
        let calling = line.session.perform(operation, &arguments, &line.limits);
        let done = line.block_on(calling)?.map_err(|why| {
            let complaint = failure(&why);
            match (&door.near, complaint.exit) {
                (Some(near), exit::FAILED) => complaint.hint(format!(
                    "no operation is declared for this path; did you mean `{near}`?"
                )),
                _ => complaint,
            }
        });
        line.close(done.as_ref().err())?;
        let wire = global.wire.clone();
        if self.include {
            self::include(wire.as_ref(), done.is_err())?;
        }
        let document = answer(done?, &door, operation, wire.as_ref());
        match query {
            None => show::document_at(&document, &global, line.session.clock().now())?,
            Some(_) => return ask(self.query.unwrap_or_default(), self.raw, document, &line),
        }
        Ok(exit::DONE)
    }
}

/// What the call answered with. Of a path that is not declared it is what came over the wire.
fn answer(done: Done, door: &Door, operation: &Operation, wire: Option<&Arc<Wire>>) -> Document {
    match done.decoded {
        Decoded::Many(records) if records.is_empty() => match operation.answer {
            Answer::Many(kind) => Document::NoneOf(kind),
            _ => Document::Records(records),
        },
        Decoded::One(record) => Document::Record(record),
        Decoded::Many(records) => Document::Records(records),
        Decoded::Nothing if door.is_declared => Document::Nothing,
        Decoded::Nothing => match wire.and_then(|wire| wire.last()).map(|last| last.body()) {
            None | Some(Ok(Value::Null)) => Document::Nothing,
            Some(Ok(value)) => Document::Value(value),
            Some(Err(text)) => Document::Text(text),
        },
    }
}

/// Writes the head of the last answer, and its body where the call failed.
fn include(wire: Option<&Arc<Wire>>, failed: bool) -> Result<(), Complaint> {
    let Some(last) = wire.and_then(|wire| wire.last()) else {
        return Ok(());
    };
    let mut text = last.head();
    if failed {
        match last.body() {
            Ok(Value::Null) => {}
            Ok(value) => {
                text.push_str(&serde_json::to_string_pretty(&value).unwrap_or_default());
                text.push('\n');
            }
            Err(body) => {
                text.push_str(&body);
                text.push('\n');
            }
        }
    }
    show::text(&text)
}

/// How often it is looked whether a query is to end.
const EVERY: Duration = Duration::from_millis(20);
/// A query may nest as deep as it likes; its memory is taken as it is used.
const STACK: usize = 256 << 20;

/// Writes what a query makes of a document. It may never end, so another thread works on it, which
/// ends with the process.
fn ask(query: String, raw: bool, document: Document, line: &Line) -> Outcome {
    let value = document.into_value();
    let (sender, receiver) = channel();
    std::thread::Builder::new()
        .name("query".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            let told = sender.clone();
            let ended = Query::read(&query).and_then(|query| {
                query.ask(&value, raw, |line| {
                    // Nobody listens any more when it was interrupted.
                    let _ = told.send(Ok(line));
                    Ok(())
                })
            });
            if let Err(complaint) = ended {
                let _ = sender.send(Err(complaint));
            }
        })
        .map_err(|error| Complaint::new(exit::FAILED, format!("no thread: {error}")))?;
    loop {
        match receiver.recv_timeout(EVERY) {
            Ok(Ok(text)) => {
                let heard = query::write(&text).map_err(|error| {
                    let what = format!("cannot write to standard output: {error}");
                    Complaint::new(exit::FAILED, what)
                })?;
                if !heard {
                    return Ok(exit::DONE);
                }
            }
            Ok(Err(complaint)) => return Err(complaint.into()),
            Err(RecvTimeoutError::Disconnected) => return Ok(exit::DONE),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if line.limits.cancel.is_cancelled() {
            return Err(Complaint::new(exit::INTERRUPTED, "interrupted").into());
        }
    }
}

/// The request that would be sent, for people or for programs.
fn planned(global: &Global, request: &Request, effect: Effect) -> Result<Document, Complaint> {
    let base = match Account::of(global, false)? {
        Account::Real { profile, .. } => profile.url.clone(),
        Account::Simulated(_) => String::new(),
    };
    let (method, operation) = (request.method.as_str(), request.operation.name);
    if global.output.is_for_programs() {
        return Ok(Document::Value(json!({
            "operation": operation,
            "effect": effect.as_str(),
            "method": method,
            "url": format!("{base}{}", request.path),
            "body": request.body,
        })));
    }
    let mut text = format!("{method} {base}{}", request.path);
    if let Some(body) = &request.body {
        text.push_str("\ncontent-type: application/json\n\n");
        text.push_str(&serde_json::to_string_pretty(body).unwrap_or_default());
    }
    Ok(Document::Text(text))
}

/// Refuses to send what nobody knows the effect of, unless everything it could be is granted by name
/// and nothing is denied that it might be.
fn permitted(global: &Global, door: &Door, effect: Effect) -> Result<(), Complaint> {
    let account = Account::of(global, false)?;
    let permission = Granted::of(global, &account)?.permission(None);
    if let Some(denied) = permission.may_deny(effect) {
        return Err(Complaint::new(
            exit::NOT_PERMITTED,
            format!(
                "`{}` is no operation that mw knows, and may be what `{denied}` denies",
                door.operation.name
            ),
        )
        .hint(match &door.near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "call an operation that mw doc lists".to_owned(),
        }));
    }
    if effect == Effect::Read {
        return Ok(());
    }
    if permission.limit().is_some() {
        return Err(Complaint::new(
            exit::NOT_PERMITTED,
            format!(
                "`{}` is no operation that mw knows, and there is a limit to what may be spent: what \
                 it costs is not known",
                door.operation.name
            ),
        )
        .hint("leave out --spend-limit, or `spend_limit` of the profile, to send it all the same"));
    }
    let granted = [Effect::Destroy, Effect::Spend]
        .into_iter()
        .all(|effect| permission.standing(door.operation, effect, &[]) == Standing::Granted);
    if granted {
        return Ok(());
    }
    let declared = match &door.near {
        Some(near) => format!("; declared is `{near}`"),
        None => String::new(),
    };
    Err(Complaint::new(
        exit::NOT_PERMITTED,
        format!(
            "`{}` is no operation that mw knows, and so it is not known what it does to the account",
            door.operation.name
        ),
    )
    .hint(format!(
        "grant the worst by name, --allow destroy,spend, to send it all the same{declared}"
    )))
}

/// What a call that came to nothing is complained about with.
pub fn failure(failure: &Failure) -> Complaint {
    match failure {
        Failure::Call(error) => complaint(error),
        Failure::Halt(halt) => {
            let (message, hint) = halt.sentence();
            let complaint = Complaint::new(exit::FAILED, message);
            match hint {
                Some(hint) => complaint.hint(hint),
                None => complaint,
            }
        }
    }
}

/// What a call that failed is complained about with.
pub fn complaint(error: &CallError) -> Complaint {
    let mut message = error.to_string();
    if let Some(doubt) = error.left_in_doubt() {
        message = format!("{message}: {doubt}");
    }
    let code = match error.kind_name() {
        "cancelled" => exit::INTERRUPTED,
        // On a command line a wrong argument is wrong usage.
        "argument" => exit::USAGE,
        _ => error.exit_code(),
    };
    let complaint = Complaint::new(code, message);
    match error.hint() {
        Some(hint) => complaint.hint(hint),
        None => complaint,
    }
}
