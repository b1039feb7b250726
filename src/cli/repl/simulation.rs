//! The embedded simulator, as a session at the prompt sees to it.

use std::sync::Arc;

use chrono::SecondsFormat;
use http::{Method, Uri};
use serde_json::{Map, Value, json};

use crate::cli::global::span;
use crate::cli::simulated::read_faults;
use crate::cli::world::World;
use crate::error::{Complaint, exit};
use crate::output::Document;

/// Its time, and how much it has of what.
pub fn told(world: &Arc<World>) -> String {
    let now = world
        .clock()
        .now()
        .to_rfc3339_opts(SecondsFormat::Secs, true);
    let counts: Vec<String> = world
        .counts()
        .into_iter()
        .map(|(what, count)| format!("{count} {what}"))
        .collect();
    format!("time     {now}\naccount  {}\n", counts.join(", "))
}

/// Moves its clock.
pub fn advance(world: &Arc<World>, by: &str) -> Result<(), Complaint> {
    let by = span(by)
        .map_err(|must| Complaint::usage(format!("{by:?} is no span of time")).hint(must))?;
    // Its clock is moved by whole seconds.
    let seconds = by
        .as_secs()
        .saturating_add(u64::from(by.subsec_nanos() > 0));
    call(
        world,
        Method::POST,
        "/_sim/advance",
        &json!({"seconds": seconds}),
    )
    .map(drop)
}

/// The rules by which calls to it fail, with what became of each.
pub fn faults(world: &Arc<World>) -> Result<Document, Complaint> {
    let listed = call(world, Method::GET, "/_sim/faults", &Value::Null)?;
    let rules = listed.as_array().into_iter().flatten();
    let rows: Vec<Value> = rules.map(row).collect();
    if rows.is_empty() {
        return Ok(Document::Text("no call is made to fail".to_owned()));
    }
    Ok(Document::Value(rows.into()))
}

/// Has calls to it fail by the rules of this file and no others; by none where it is `none`.
pub fn fail(world: &Arc<World>, file: &str) -> Result<(), Complaint> {
    let rules = match file {
        "none" => Vec::new(),
        file => read_faults(file)?,
    };
    call(world, Method::DELETE, "/_sim/faults", &Value::Null)?;
    if !rules.is_empty() {
        call(world, Method::POST, "/_sim/faults", &json!(rules))?;
    }
    Ok(())
}

/// A rule in a list: what it is about, how that fails, and how often it did.
fn row(listed: &Value) -> Value {
    let nothing = Map::new();
    let rule = listed["rule"].as_object().unwrap_or(&nothing);
    let about = ["operation", "target"];
    let ways: Vec<String> = rule
        .iter()
        .filter(|(name, _)| !about.contains(&name.as_str()))
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    json!({
        "id": listed["id"],
        "operation": listed["rule"]["operation"],
        "target": listed["rule"]["target"],
        "fails": ways.join(", "),
        "matched": listed["matched"],
        "struck": listed["struck"],
    })
}

/// What one of its controls answers.
fn call(
    world: &Arc<World>,
    method: Method,
    path: &'static str,
    body: &Value,
) -> Result<Value, Complaint> {
    let body = body.to_string();
    let (status, answer) = world.controls()(method, Uri::from_static(path), body.as_bytes());
    let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
    if status < 300 {
        return Ok(answer);
    }
    let why = answer["errors"][0]["message"].as_str();
    let why = why.unwrap_or("it does not say why");
    Err(Complaint::new(
        exit::FAILED,
        format!("the simulator refused: {why}"),
    ))
}
