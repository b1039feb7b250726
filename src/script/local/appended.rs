//! `append_file`: what was cut off is finished, not done twice.

use rhai::ImmutableString;
use serde_json::{Value, json};

use super::files::{absent, digest, place};
use super::{Result, disk};
use crate::operation::Effect;
use crate::script::host::Host;
use crate::script::recording::{Step, of_body};
use crate::session::Access;
use crate::session::crash::crash;

const NAME: &str = "append_file";

pub(super) fn append(host: &Host, path: &str, text: &ImmutableString) -> Result<()> {
    let arguments = json!({
        "path": path,
        "bytes": text.len(),
        "sha256": digest(text.as_bytes()),
    });
    let trouble = |why: String| absent(host, NAME, path, &why).raise();
    let step = host.step_of(Effect::Change.as_str(), NAME, path, &arguments)?;
    let call = match step {
        Step::Over(_) => return Ok(()),
        Step::Unrecorded => None,
        Step::Open(call) => Some(call),
    };
    let placed = place(host, NAME, Access::Write, path)
        .and_then(|real| Ok((disk::length(&real).map_err(trouble)?, real)));
    let (length, real) = match placed {
        Ok(placed) => placed,
        outcome => {
            host.end(call, &outcome, |_| Value::Null);
            return outcome.map(drop);
        }
    };
    let Some(call) = call else {
        return disk::append_now(&real, text).map_err(trouble);
    };
    // How long the file was says later how much of the text is in it.
    let cut_off = of_body(&call)["before"].as_u64();
    let before = cut_off.unwrap_or(length);
    let call = host.begun(call, &json!({"before": before}))?;
    crash("after-intent");
    // Others may add to the file as well: only what was cut off is looked for.
    let appended = match cut_off {
        Some(before) => disk::append(&real, text, before),
        None => disk::append_now(&real, text).map(|()| true),
    };
    let outcome = match appended {
        Ok(true) => Ok(()),
        Ok(false) => {
            let seen = "the file has changed since, and does not say whether it was added";
            return Err(host.doubt(&call, seen));
        }
        Err(why) => Err(trouble(why)),
    };
    crash("before-outcome");
    host.end(Some(call), &outcome, |()| Value::Null);
    outcome
}
