//! The controls of a simulated account: paths under `/_sim/`, which need no credentials.

mod clouds;
mod faults;
mod stock;

use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::assumptions;
use super::world::World;
use crate::clock::{Clock, SIMULATED_END};

/// Where the controls live.
pub const ROOT: &str = "/_sim/";

/// How many snapshots are kept; the oldest give way.
const KEPT: usize = 32;

/// How far one call may move the clock, in seconds: ten years.
const FARTHEST: i64 = 315_360_000;

/// Copies of the account to go back to.
#[derive(Debug, Default)]
pub struct Snapshots {
    kept: Vec<(u64, World)>,
    taken: u64,
}

/// Answers a control.
pub fn answer(
    method: &str,
    path: &str,
    body: &[u8],
    clock: &Clock,
    world: &mut World,
    snapshots: &mut Snapshots,
    fresh: &dyn Fn() -> World,
) -> Answer {
    let name = path.strip_prefix(ROOT).unwrap_or_default();
    let wanted = match name {
        "clock" | "events" | "counters" | "assumptions" => "GET",
        "faults" => return faults::answer(method, body, world),
        one if one.starts_with("faults/") => return faults::one(method, one, world),
        "reset" | "advance" | "clouds" | "stock" | "snapshot" | "restore" => "POST",
        _ => return Answer::missing("Control"),
    };
    if method != wanted {
        return Answer::errors(
            405,
            "method_not_allowed",
            "This control has another method.",
        )
        .allowing(wanted.to_owned());
    }
    match name {
        "clock" => Answer::json(json!({"now": clock.now(), "simulated": clock.is_simulated()})),
        "events" => Answer::json(world.events.all()),
        "counters" => Answer::json(world.events.counters()),
        "assumptions" => Answer::json(assumptions::ALL),
        "reset" => {
            *world = fresh();
            Answer::success()
        }
        "advance" => advance(body, clock),
        "clouds" => clouds::add(body, world),
        "stock" => stock::set(body, world),
        "snapshot" => {
            snapshots.taken += 1;
            if snapshots.kept.len() >= KEPT {
                snapshots.kept.remove(0);
            }
            snapshots.kept.push((snapshots.taken, world.clone()));
            Answer::json(json!({"snapshot": snapshots.taken}))
        }
        _ => {
            let Some(id) = member(body, "snapshot") else {
                return Answer::invalid("snapshot must be the number of a snapshot.");
            };
            let found = snapshots
                .kept
                .iter()
                .find(|(kept, _)| i64::try_from(*kept) == Ok(id));
            let Some((_, kept)) = found else {
                return Answer::missing("Snapshot");
            };
            *world = kept.clone();
            Answer::success()
        }
    }
}

fn advance(body: &[u8], clock: &Clock) -> Answer {
    match member(body, "seconds") {
        Some(seconds) if (0..=FARTHEST).contains(&seconds) => {
            if !clock.is_simulated() {
                return Answer::errors(409, "real_clock", "This simulator runs on the real clock.");
            }
            if clock.now() >= SIMULATED_END {
                return Answer::invalid("The clock cannot be moved further.");
            }
            clock.advance(TimeDelta::seconds(seconds));
            Answer::json(json!({"now": clock.now()}))
        }
        _ => Answer::invalid("seconds must be a whole number from 0 to 315360000."),
    }
}

fn member(body: &[u8], name: &str) -> Option<i64> {
    let members: Map<String, Value> = serde_json::from_slice(body).ok()?;
    members.get(name)?.as_i64()
}
