//! `confirm`: a question to the person at the terminal.

use rhai::NativeCallContext;
use serde_json::{Value, json};

use super::Result;
use crate::error::exit;
use crate::script::given::Given;
use crate::script::host::Host;
use crate::script::trouble::Trouble;

fn confirm(host: &Host, question: &str) -> Result<bool> {
    let kept = host.kept("confirm", question, &json!({"question": question}), || {
        if host.locals().yes {
            return Ok(Value::Bool(true));
        }
        match host.session().confirm(question) {
            Some(Some(answer)) => Ok(Value::Bool(answer)),
            // Silence is not consent.
            Some(None) => host
                .stopped()
                .map_or(Ok(Value::Bool(false)), |stopped| Err(stopped.raise())),
            None => {
                let message = format!("confirm {question:?}: there is no terminal to ask at");
                let mut trouble = Trouble::new("not_permitted", message)
                    .hint("--yes answers every such question with yes");
                trouble.exit = exit::NOT_PERMITTED;
                Err(trouble.raise())
            }
        }
    })?;
    Ok(kept == true)
}

/// Registers `confirm`.
pub fn register(engine: &mut Given<'_>, host: &Host) {
    let own = host.clone();
    engine.register_fn(
        "confirm",
        move |context: NativeCallContext, question: &str| {
            own.come_to(&context);
            confirm(&own, question)
        },
    );
}
