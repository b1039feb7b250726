//! `env` and `secret`: what the user's environment says.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use rhai::{Dynamic, ImmutableString, NativeCallContext};
use serde_json::{Value, json};

use super::Result;
use crate::record::Secret;
use crate::script::console::Level;
use crate::script::given::Given;
use crate::script::host::Host;
use crate::script::lexicon::Lexicon;
use crate::script::recording::Step;
use crate::script::trouble::Trouble;
use crate::secret::is_too_short;
use crate::session::{Want, is_of_names};

fn named(builtin: &str, name: &str) -> Result<()> {
    if !name.is_empty() && !name.starts_with('.') && name.chars().all(is_of_names) {
        return Ok(());
    }
    Err(Trouble::argument(format!(
        "{builtin} takes a name of letters, digits, `_`, `-` and `.`, not {name:?}"
    ))
    .raise())
}

fn variable(name: &str) -> Result<Option<String>> {
    match std::env::var(name) {
        Ok(text) => Ok(Some(text)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Trouble::new(
            "environment",
            format!("the variable {name} holds bytes that are no UTF-8"),
        )
        .raise()),
    }
}

/// A variable of the environment. Any may hold a secret, whatever it is called, and so none is kept:
/// it is read again when the run is taken up.
fn env(host: &Host, name: &str) -> Result<Option<String>> {
    named("env", name)?;
    let look = || {
        host.permit(&format!("env {name:?}"), &Want::variable(name))?;
        match host.locals().environment.get(name) {
            Some(text) => Ok(Some(text.clone())),
            None => variable(name),
        }
    };
    let arguments = json!({"name": name});
    match host.step("env", name, &arguments)? {
        Step::Unrecorded | Step::Over(_) => look(),
        Step::Open(call) => {
            let outcome = look();
            host.end(Some(call), &outcome, |_| Value::Null);
            outcome
        }
    }
}

fn unset(name: &str) -> Trouble {
    Trouble::new("environment", format!("the variable {name} is not set")).hint(format!(
        r#"set it, or give what stands for it: env({name:?}, "…")"#
    ))
}

/// A secret: never kept, and fetched again when the run is taken up.
fn secret(host: &Host, name: &str) -> Result<Secret> {
    named("secret", name)?;
    let find = || {
        host.permit(&format!("secret {name:?}"), &Want::secret(name))?;
        if let Some(text) = variable(name)?.filter(|text| !text.is_empty()) {
            return Ok(Secret::guarded(text));
        }
        match (host.locals().secrets)(name) {
            Ok(Some(secret)) => Ok(secret),
            Ok(None) => Err(Trouble::new("secret", format!("there is no secret {name:?}"))
                .hint(format!(
                    "set the variable {name}, or write the file secrets/{name} beside config.toml, with chmod 600"
                ))
                .raise()),
            Err(complaint) => {
                let mut trouble = Trouble::new("secret", complaint.message);
                trouble.hint = complaint.hint;
                trouble.exit = complaint.exit;
                Err(trouble.raise())
            }
        }
    };
    let found = match host.step("secret", name, &json!({"name": name}))? {
        Step::Unrecorded | Step::Over(_) => find(),
        Step::Open(call) => {
            let outcome = find();
            host.end(Some(call), &outcome, |_| Value::Null);
            outcome
        }
    }?;
    warn_of_short(host, name, &found);
    Ok(found)
}

/// Says once of a secret that it is too short to be blotted out.
fn warn_of_short(host: &Host, name: &str, secret: &Secret) {
    static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if !is_too_short(secret.reveal()) {
        return;
    }
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    if told.insert(name.to_owned()) {
        let what = format!(
            "the secret {name} has fewer than 6 characters, and is not blotted out of what is written"
        );
        host.note(Level::Warn, &what);
    }
}

/// Registers what makes a longer secret of one.
pub fn describe(lexicon: &mut Lexicon) {
    lexicon
        .register_fn("+", |text: &str, secret: Secret| {
            Secret::new(format!("{text}{}", secret.reveal()))
        })
        .register_fn("+", |secret: Secret, text: &str| {
            Secret::new(format!("{}{text}", secret.reveal()))
        })
        .register_fn("+", |a: Secret, b: Secret| {
            Secret::new(format!("{}{}", a.reveal(), b.reveal()))
        });
}

/// Registers `env` and `secret`.
pub fn register(engine: &mut Given<'_>, host: &Host) {
    let own = host.clone();
    engine.register_fn("env", move |context: NativeCallContext, name: &str| {
        own.come_to(&context);
        env(&own, name)?.ok_or_else(|| unset(name).raise())
    });
    let own = host.clone();
    engine.register_fn(
        "env",
        move |context: NativeCallContext, name: &str, default: Dynamic| -> Result<Dynamic> {
            own.come_to(&context);
            Ok(match env(&own, name)? {
                Some(text) => Dynamic::from(ImmutableString::from(text)),
                None => default,
            })
        },
    );
    let own = host.clone();
    engine.register_fn("secret", move |context: NativeCallContext, name: &str| {
        own.come_to(&context);
        secret(&own, name)
    });
}
