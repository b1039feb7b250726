//! Faults over HTTP: GET lists them, POST puts one or several in force, DELETE takes them out.

use serde_json::json;

use crate::simulator::answer::Answer;
use crate::simulator::faults::Rule;
use crate::simulator::world::World;

/// Answers `/_sim/faults`.
pub fn answer(method: &str, body: &[u8], world: &mut World) -> Answer {
    match method {
        "GET" => Answer::json(world.faults.listed()),
        "POST" => match Rule::read_all(&String::from_utf8_lossy(body)) {
            Ok(rules) => {
                let ids: Vec<u64> = rules.into_iter().map(|it| world.faults.add(it)).collect();
                Answer::json(json!({ "faults": ids }))
            }
            Err(why) => Answer::invalid(&format!("The fault cannot be read: {why}.")),
        },
        "DELETE" => {
            world.faults.clear();
            Answer::success()
        }
        _ => not_allowed("DELETE, GET, POST"),
    }
}

/// Answers `/_sim/faults/ID`.
pub fn one(method: &str, name: &str, world: &mut World) -> Answer {
    if method != "DELETE" {
        return not_allowed("DELETE");
    }
    let id = name.strip_prefix("faults/").and_then(|id| id.parse().ok());
    if id.is_some_and(|id| world.faults.remove(id)) {
        Answer::success()
    } else {
        Answer::missing("Fault")
    }
}

fn not_allowed(methods: &str) -> Answer {
    Answer::errors(
        405,
        "method_not_allowed",
        "This control has another method.",
    )
    .allowing(methods.to_owned())
}
