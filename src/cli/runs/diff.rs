//! `mw runs diff`: what two runs did differently.

use std::collections::HashMap;

use clap::Args;
use serde_json::{Value, json};

use super::{ById, view};
use crate::cli::kept::complaint;
use crate::cli::{Global, Outcome, show};
use crate::error::exit;
use crate::journal::Call;
use crate::output::Document;
use crate::session::LOCAL;

/// Compare what two runs did.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw runs diff r7k3m9x2 r2b8n4c6")]
pub struct Diff {
    #[command(flatten)]
    run: ById,
    /// The other run
    #[arg(value_name = "OTHER")]
    other: String,
    /// Compare what changes nothing too: reads, waits, the time
    #[arg(long)]
    all: bool,
}

impl Diff {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let (reader, one) = self.run.find(global)?;
        let other = ById { id: self.other };
        let (_, two) = other.find(global)?;
        let read = |run| reader.history(run).map_err(|error| complaint(&error));
        let rows = compared(&read(&one)?, &read(&two)?, self.all);
        if rows.is_empty() && !global.output.is_for_programs() {
            show::text("they did the same\n")?;
            return Ok(exit::DONE);
        }
        show::document(&Document::Value(Value::Array(rows)), global)?;
        Ok(exit::DONE)
    }
}

/// The calls that are not in both, or came to something else. A target tells calls apart, and not
/// their path: one call more would shift all that follow.
fn compared(one: &[Call], two: &[Call], all: bool) -> Vec<Value> {
    fn grouped(calls: &[Call], all: bool) -> (Vec<String>, HashMap<String, Vec<&Call>>) {
        let mut order = Vec::new();
        let mut groups: HashMap<String, Vec<&Call>> = HashMap::new();
        for call in calls {
            if call.effect == LOCAL || (!all && call.effect == "read") {
                continue;
            }
            let key = format!("{}\u{0}{}", view::title(call), call.arguments);
            if !groups.contains_key(&key) {
                order.push(key.clone());
            }
            groups.entry(key).or_default().push(call);
        }
        (order, groups)
    }
    let (mut order, ones) = grouped(one, all);
    let (more, twos) = grouped(two, all);
    order.extend(more.into_iter().filter(|key| !ones.contains_key(key)));
    let mut rows = Vec::new();
    for key in order {
        let none = Vec::new();
        let (a, b) = (
            ones.get(&key).unwrap_or(&none),
            twos.get(&key).unwrap_or(&none),
        );
        let Some(call) = a.first().or_else(|| b.first()) else {
            continue;
        };
        let states = |calls: &[&Call]| {
            let names: Vec<&str> = calls.iter().map(|call| call.state.as_str()).collect();
            match names.as_slice() {
                [] => "not made".to_owned(),
                [one] => (*one).to_owned(),
                several => format!("{} times: {}", several.len(), several.join(", ")),
            }
        };
        let results = |calls: &[&Call]| calls.iter().map(|it| it.body.clone()).collect::<Vec<_>>();
        let (before, after) = (states(a), states(b));
        let is_read_otherwise = call.effect == "read" && results(a) != results(b);
        if before == after && !is_read_otherwise {
            continue;
        }
        rows.push(json!({
            "call": view::title(call),
            "effect": call.effect,
            "first": before,
            "second": if before == after { format!("{after}, with another result") } else { after },
        }));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::CallState;

    fn made(operation: &str, effect: &str, target: &str, body: &'static str) -> Call {
        Call {
            path: "1".to_owned(),
            operation: operation.to_owned().into(),
            hash: [0; 16],
            effect: effect.to_owned().into(),
            target: target.to_owned(),
            arguments: String::new(),
            state: CallState::Done,
            attempts: 1,
            started: 0,
            finished: Some(1),
            place: None,
            body: Some(body.into()),
            error: None,
            note: None,
        }
    }

    #[test]
    fn only_what_differs_is_told_wherever_it_stands() {
        let reboot = |node: &str| made("set_power", "disrupt", node, "{}");
        let read = |body| made("cloud", "read", "cloud a", body);
        let one = [read("1"), reboot("node a"), reboot("node b")];
        let two = [read("2"), reboot("node b"), reboot("node c")];
        let rows = compared(&one, &two, false);
        let said: Vec<String> = rows
            .iter()
            .map(|row| {
                format!("{} {} {}", row["call"], row["first"], row["second"]).replace('"', "")
            })
            .collect();
        assert_eq!(
            said,
            [
                "set_power node a done not made",
                "set_power node c not made done"
            ]
        );
        assert_eq!(compared(&one, &two, true).len(), 3);
        assert!(compared(&one, &one, true).is_empty());
    }
}
