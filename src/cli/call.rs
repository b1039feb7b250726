//! `mw call`: any operation by its name, or by its method and path.

mod answers;
mod door;
mod query;
mod words;

use std::sync::Arc;

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
use crate::operation::{Answer, Arguments, Decoded, Effect, Operation, Request};
use crate::output::{Document, Format};
use crate::script::fetch;
use crate::session::{Done, Failure, Standing};
use door::Door;
use query::Query;
use words::Words;

/// Call one operation of the API.
#[derive(Args, Debug)]
#[command(after_help = "\
Fields of the body are given by name, flat or as the API nests them:
  mw call create_vlan label=app pod_location=pod_1 vlan_type=internal
  mw call POST /v1/vlans label=app fields.pod_location=pod_1 \\
    fields.vlan_type=internal
KEY=VALUE takes text where text is wanted, and JSON elsewhere; KEY:=JSON takes JSON; KEY=@FILE and \
KEY=- take a file and standard input, KEY=@@TEXT a text that begins with @. body=@FILE, or --input \
FILE, is the whole body. An operation that fetches one of several takes its id or its label: \
cloud=Web.

Examples:
  mw call clouds --query '.[] | .label' --raw
  mw call GET /v1/clouds --include
  mw call create_vlan --input vlan.json --dry-run

A path that is declared nowhere may be read, and is otherwise sent only with --allow destroy,spend: \
what it does is not known.")]
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
        self.query.as_deref().map(Query::read).transpose()?;
        if self.query.is_some()
            && global.output == Format::Auto
            && let Some(option) = global.arranged_by()
        {
            return Err(Complaint::usage(format!(
                "`{option}` does nothing to what a query writes"
            ))
            .hint("have the query pick and sort, or say --output as well")
            .into());
        }
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
        let done = self
            .perform(&line, operation, &arguments)?
            .map_err(|complaint| match (&door.near, complaint.exit) {
                (Some(near), exit::FAILED) => complaint.hint(format!(
                    "no operation is declared for this path; did you mean `{near}`?"
                )),
                _ => complaint,
            });
        line.close(done.as_ref().err())?;
        let wire = global.wire.clone();
        if self.include {
            self::include(wire.as_ref(), done.is_err())?;
        }
        let document = answer(done?, &door, operation, wire.as_ref());
        if let Some(query) = self.query {
            return answers::show(query, self.raw, document, &line, &global);
        }
        show::document_at(&document, &global, line.session.clock().now())?;
        Ok(exit::DONE)
    }

    /// Makes the call. What is fetched by an operation's name may be named by its label, as in
    /// scripts; a path is taken as it is written, and one call alone is made whose answer is to be
    /// shown as it came.
    fn perform(
        &self,
        line: &Line,
        operation: &'static Operation,
        arguments: &Arguments,
    ) -> Result<Result<Done, Complaint>, Complaint> {
        let calling = |operation, arguments: &Arguments| {
            line.block_on(line.session.perform(operation, arguments, &line.limits))
        };
        let is_by_name = operation.name == self.operation && !self.include;
        let list = crate::api::listing(operation).filter(|_| is_by_name);
        let wanted = operation
            .params
            .first()
            .and_then(|it| arguments.text(it.name));
        let (Some(list), Some(wanted)) = (list, wanted) else {
            return Ok(calling(operation, arguments)?.map_err(|why| failure(&why)));
        };
        let said = format!("mw call {}", list.name);
        let found =
            fetch::look_up(
                operation,
                list,
                &wanted,
                &said,
                |operation, arguments| match calling(operation, arguments).map_err(Err)? {
                    Ok(done) => Ok(Ok(done.decoded)),
                    Err(Failure::Call(error)) => Ok(Err(error)),
                    Err(halt) => Err(Ok(failure(&halt))),
                },
            );
        Ok(match found {
            Ok(Ok(decoded)) => Ok(decoded.into()),
            Ok(Err(trouble)) => Err(if let Some(error) = &trouble.call {
                complaint(error)
            } else {
                let complaint = Complaint::new(trouble.exit, trouble.message.clone());
                trouble.hint.iter().fold(complaint, Complaint::hint)
            }),
            Err(Ok(halted)) => Err(halted),
            Err(Err(complaint)) => return Err(complaint),
        })
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
    let code = match error.kind_name() {
        "cancelled" => exit::INTERRUPTED,
        // On a command line a wrong argument is wrong usage.
        "argument" => exit::USAGE,
        _ => error.exit_code(),
    };
    let complaint = Complaint::new(code, error.told());
    match error.hint() {
        Some(hint) => complaint.hint(hint),
        None => complaint,
    }
}
