//! `read_file`, `write_file`, `append_file`, `file_exists`, `list_files`.

use std::path::{Path, PathBuf};

use rhai::{Dynamic, ImmutableString, NativeCallContext};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Result, appended, disk};
use crate::error::exit;
use crate::operation::Effect;
use crate::record::Secret;
use crate::script::given::Given;
use crate::script::host::Host;
use crate::script::recording::Step;
use crate::script::trouble::Trouble;
use crate::script::value;
use crate::session::crash::crash;
use crate::session::{Access, Want, resolved};

/// An error about a file.
pub(super) fn failed(builtin: &str, path: &str, why: &str) -> Trouble {
    Trouble::new("file", format!("{builtin} {path:?}: {why}"))
}

/// Where a path of the script's leads, which it must be permitted to use.
pub(super) fn place(host: &Host, builtin: &str, access: Access, path: &str) -> Result<PathBuf> {
    let trouble = |why: &str| failed(builtin, path, why);
    if path.is_empty() {
        return Err(trouble("the path is empty").raise());
    }
    if path.contains('\0') {
        return Err(trouble("no path can hold this").raise());
    }
    if path == "~" || path.starts_with("~/") {
        return Err(trouble("`~` stands for nothing here")
            .hint(r#"write the whole path, or env("HOME") + "/…""#)
            .raise());
    }
    let real = resolved(&host.locals().folder.join(path))
        .map_err(|error| trouble(&disk::why(&error)).raise())?;
    if host.locals().is_own(&real) {
        let mut trouble = trouble("it is mw's own: its configuration, credentials and journal");
        trouble.exit = exit::NOT_PERMITTED;
        return Err(trouble
            .hint("no script reads or writes them, whatever is granted")
            .raise());
    }
    let want = Want::file(access, Path::new(path), real.clone());
    host.permit(&format!("{builtin} {path:?}"), &want)?;
    Ok(real)
}

/// An error about a file that cannot be had, which says where a relative path was looked for.
pub(super) fn absent(host: &Host, builtin: &str, path: &str, why: &str) -> Trouble {
    let trouble = failed(builtin, path, why);
    if Path::new(path).is_absolute() {
        return trouble;
    }
    match std::path::absolute(host.locals().folder.join("x")) {
        Ok(whole) => {
            let folder = whole.parent().unwrap_or(&whole).display().to_string();
            trouble.hint(format!("relative paths are from {folder}"))
        }
        Err(_) => trouble,
    }
}

/// The text of a file, the same one when the run is taken up again.
pub(super) fn text_of(host: &Host, builtin: &'static str, path: &str) -> Result<String> {
    let kept = host.kept(builtin, path, &json!({"path": path}), || {
        let real = place(host, builtin, Access::Read, path)?;
        disk::read(&real)
            .map(Value::from)
            .map_err(|why| absent(host, builtin, path, &why).raise())
    })?;
    match kept {
        Value::String(text) => Ok(text),
        // An empty answer is not kept.
        _ => Ok(String::new()),
    }
}

/// The text that a script wants written.
fn written(builtin: &str, text: &Dynamic) -> Result<ImmutableString> {
    if let Ok(text) = text.as_immutable_string_ref() {
        return Ok(text.clone());
    }
    let wrong = |what: String, hint: &str| Trouble::argument(what).hint(hint).raise();
    if text.read_lock::<Secret>().is_some() {
        let what = format!("{builtin} writes text, and this is a secret");
        return Err(wrong(
            what,
            "reveal() gives its text, which anybody may then read",
        ));
    }
    Err(wrong(
        format!("{builtin} writes text, and this is {}", value::debug(text)),
        "to_json, to_yaml, to_toml and to_csv make a text of a value",
    ))
}

/// What tells one text from another, without being it.
pub(super) fn digest(text: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(text)
        .iter()
        .take(16)
        .fold(String::new(), |mut hex, byte| {
            // A text takes whatever is written to it.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

fn write(host: &Host, path: &str, text: &Dynamic) -> Result<()> {
    const NAME: &str = "write_file";
    let text = written(NAME, text)?;
    let arguments = json!({
        "path": path,
        "bytes": text.len(),
        "sha256": digest(text.as_bytes()),
    });
    let put = |real: PathBuf| {
        disk::write(&real, &text).map_err(|why| absent(host, NAME, path, &why).raise())
    };
    match host.step_of(Effect::Change.as_str(), NAME, path, &arguments)? {
        Step::Over(_) => Ok(()),
        Step::Unrecorded => put(place(host, NAME, Access::Write, path)?),
        Step::Open(call) => {
            let real = match place(host, NAME, Access::Write, path) {
                Ok(real) => real,
                outcome => {
                    host.end(Some(call), &outcome, |_| Value::Null);
                    return outcome.map(drop);
                }
            };
            // To write the same once more does no harm, if it is cut off.
            let call = host.begun(call, &Value::Null)?;
            crash("after-intent");
            let outcome = put(real);
            crash("before-outcome");
            host.end(Some(call), &outcome, |()| Value::Null);
            outcome
        }
    }
}

/// Whether a name fits a pattern, in which `*` is any text and `?` one character.
fn fits(name: &str, pattern: &str) -> bool {
    let (name, pattern): (Vec<char>, Vec<char>) =
        (name.chars().collect(), pattern.chars().collect());
    let (mut at, mut place, mut star) = (0, 0, None);
    while at < name.len() {
        match pattern.get(place) {
            Some('*') => {
                star = Some((place, at));
                place += 1;
            }
            Some(wanted) if *wanted == '?' || Some(wanted) == name.get(at) => {
                at += 1;
                place += 1;
            }
            _ => match &mut star {
                // The star takes one more.
                Some((since, taken)) => {
                    *taken += 1;
                    at = *taken;
                    place = *since + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(place).all(|rest| *rest == '*')
}

fn list(host: &Host, folder: &str, pattern: &str) -> Result<Dynamic> {
    const NAME: &str = "list_files";
    let arguments = json!({"path": folder, "pattern": pattern});
    let kept = host.kept(NAME, folder, &arguments, || {
        let real = place(host, NAME, Access::Read, folder)?;
        let names = disk::list(&real).map_err(|why| absent(host, NAME, folder, &why).raise())?;
        // As in a shell, hidden files are not meant unless they are named.
        let is_meant = |name: &str| !name.starts_with('.') || pattern.starts_with('.');
        Ok(names
            .into_iter()
            .filter(|name| is_meant(name) && fits(name, pattern))
            .map(|name| match folder {
                "." => name,
                _ => format!("{}/{name}", folder.trim_end_matches('/')),
            })
            .collect())
    })?;
    Ok(value::of_json(&kept))
}

fn exists(host: &Host, path: &str) -> Result<bool> {
    const NAME: &str = "file_exists";
    let kept = host.kept(NAME, path, &json!({"path": path}), || {
        // What leads nowhere is not there, whoever may look.
        if let Err(error) = resolved(&host.locals().folder.join(path))
            && error.kind() == std::io::ErrorKind::NotFound
        {
            return Ok(Value::Bool(false));
        }
        let real = place(host, NAME, Access::Read, path)?;
        Ok(Value::Bool(real.exists()))
    })?;
    Ok(kept == true)
}

/// Registers the functions of files.
pub fn register(engine: &mut Given<'_>, host: &Host) {
    let own = host.clone();
    engine.register_fn(
        "read_file",
        move |context: NativeCallContext, path: &str| {
            own.come_to(&context);
            text_of(&own, "read_file", path)
        },
    );
    let own = host.clone();
    engine.register_fn(
        "write_file",
        move |context: NativeCallContext, path: &str, text: Dynamic| {
            own.come_to(&context);
            write(&own, path, &text)
        },
    );
    let own = host.clone();
    engine.register_fn(
        "append_file",
        move |context: NativeCallContext, path: &str, text: Dynamic| {
            own.come_to(&context);
            appended::append(&own, path, &written("append_file", &text)?)
        },
    );
    let own = host.clone();
    engine.register_fn(
        "file_exists",
        move |context: NativeCallContext, path: &str| {
            own.come_to(&context);
            exists(&own, path)
        },
    );
    let own = host.clone();
    engine.register_fn(
        "list_files",
        move |context: NativeCallContext, folder: &str| {
            own.come_to(&context);
            list(&own, folder, "*")
        },
    );
    let own = host.clone();
    engine.register_fn(
        "list_files",
        move |context: NativeCallContext, folder: &str, pattern: &str| {
            own.come_to(&context);
            list(&own, folder, pattern)
        },
    );
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_fit_as_in_a_shell() {
        for (name, pattern, expected) in [
            ("a.json", "*.json", true),
            ("a.json.bak", "*.json", false),
            ("aXbXc", "a*b*c", true),
            ("abc", "a?c", true),
            ("ac", "a?c", false),
            ("", "*", true),
            ("a", "", false),
            ("aaab", "*ab", true),
        ] {
            assert_eq!(fits(name, pattern), expected, "{name} {pattern}");
        }
    }
}
