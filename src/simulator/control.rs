//! What tests and demonstrations ask of the simulator itself, under `/_sim/`.

use bytes::Bytes;
use chrono::TimeDelta;
use http::{Method, Request, Response};
use serde::Serialize;
use serde_json::{Value, json};

use super::Simulator;
use super::answer::{Answer, Refused, wrong_method};
use super::assumptions::ASSUMPTIONS;
use super::world::World;

/// Farther than this a clock is not moved at once.
const FARTHEST: TimeDelta = TimeDelta::days(3660);

impl Simulator {
    /// Answers a call to a control. They need no credentials: the account is nobody's.
    pub(super) fn control(&self, name: &str, request: &Request<Bytes>) -> Response<Bytes> {
        let wanted = match name {
            "reset" | "advance" | "restore" => Method::POST,
            "clock" | "events" | "counters" | "assumptions" | "snapshot" => Method::GET,
            _ => {
                return Refused::new(404, "not_found", format!("there is no control {name:?}"))
                    .respond();
            }
        };
        if *request.method() != wanted {
            return wrong_method(wanted.as_str());
        }
        let answer = match name {
            "reset" => {
                *self.world() = World::starting(&self.settings);
                Ok(Answer::success())
            }
            "advance" => self.advance(request.body()),
            "restore" => self.restore(request.body()),
            "clock" => Answer::json(&json!({"now": self.world().now})),
            "events" => json_of(&self.world().events),
            "counters" => json_of(&self.world().counters),
            "assumptions" => json_of(&ASSUMPTIONS),
            _ => json_of(&*self.world()),
        };
        answer.map_or_else(|refused| refused.respond(), Answer::respond)
    }

    fn advance(&self, body: &[u8]) -> Result<Answer, Refused> {
        let span = serde_json::from_slice::<Value>(body)
            .ok()
            .and_then(|body| body.get("seconds").and_then(Value::as_i64))
            .and_then(TimeDelta::try_seconds)
            .filter(|span| (TimeDelta::zero()..=FARTHEST).contains(span))
            .ok_or_else(|| Refused::invalid("write {\"seconds\": 60}, at most ten years"))?;
        self.settings.clock.advance(span);
        Answer::json(&json!({"now": self.world().now}))
    }

    fn restore(&self, body: &[u8]) -> Result<Answer, Refused> {
        let world: World = serde_json::from_slice(body)
            .map_err(|error| Refused::invalid(format!("that is not a snapshot: {error}")))?;
        *self.world() = world;
        Ok(Answer::success())
    }
}

fn json_of(value: &impl Serialize) -> Result<Answer, Refused> {
    Answer::json(value)
}
