//! What scripts remember from run to run: `remember(name, value)` and `recall(name)`.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use chrono::{SecondsFormat, TimeDelta};
use rhai::{Array, Dynamic, EvalAltResult, NativeCallContext};
use serde_json::{Map, Value, json};

use super::given::Given;
use super::host::Host;
use super::moment::{Instant, Span};
use super::recording::Step;
use super::trouble::Trouble;
use super::value;
use crate::secret;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// A script's memory: in a file, or for the length of the run on the simulator, whose world ends
/// with the process.
#[derive(Debug, Default)]
pub struct Memory {
    file: Option<PathBuf>,
    values: Mutex<Option<Map<String, Value>>>,
}

impl Memory {
    /// A memory that ends with the run.
    #[must_use]
    pub fn of_the_run() -> Self {
        Self::default()
    }

    /// A memory kept in a file.
    #[must_use]
    pub fn in_file(file: PathBuf) -> Self {
        Self {
            file: Some(file),
            values: Mutex::default(),
        }
    }

    fn get(&self, name: &str) -> io::Result<Value> {
        self.with(|values| Ok(values.get(name).cloned().unwrap_or_default()))
    }

    fn set(&self, name: &str, value: Value) -> io::Result<()> {
        self.with(|values| {
            let mut changed = values.clone();
            changed.insert(name.to_owned(), value);
            if let Some(file) = &self.file {
                write(file, &changed)?;
            }
            *values = changed;
            Ok(())
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Map<String, Value>) -> io::Result<T>) -> io::Result<T> {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(values) = values.as_mut() {
            return act(values);
        }
        let read = self.file.as_deref().map_or_else(|| Ok(Map::new()), read)?;
        act(values.insert(read))
    }
}

fn read(file: &Path) -> io::Result<Map<String, Value>> {
    match fs::read(file) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{} is not what was written there: {error}", file.display()),
            )
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Map::new()),
        Err(error) => Err(error),
    }
}

/// Written aside, synced and renamed: a crash leaves the old memory or the new one.
fn write(file: &Path, values: &Map<String, Value>) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let aside = file.with_extension(format!("{}.tmp", std::process::id()));
    let mut out = fs::File::create(&aside)?;
    out.write_all(&serde_json::to_vec_pretty(values)?)?;
    out.sync_all()?;
    fs::rename(&aside, file)
}

/// What a duration is kept under, in seconds and nanoseconds, and an instant: as texts they would be
/// compared by their letters when they are recalled.
const DURATION: &str = "$duration";
const INSTANT: &str = "$instant";

/// A value as it is kept.
fn kept(value: &Dynamic) -> std::result::Result<Value, Trouble> {
    if let Some(span) = value.read_lock::<Span>() {
        return Ok(json!({DURATION: [span.0.num_seconds(), span.0.subsec_nanos()]}));
    }
    if let Some(at) = value.read_lock::<Instant>() {
        let at = at.0.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        return Ok(json!({INSTANT: at}));
    }
    if let Some(list) = value.read_lock::<Array>() {
        return list.iter().map(kept).collect();
    }
    if let Some(map) = value.read_lock::<rhai::Map>() {
        let members = map
            .iter()
            .map(|(name, value)| Ok((name.to_string(), kept(value)?)));
        return members.collect();
    }
    value::to_json(value)
}

/// A value that was kept.
fn recalled(value: &Value) -> Dynamic {
    match value {
        Value::Array(list) => Dynamic::from_array(list.iter().map(recalled).collect()),
        Value::Object(map) => lone(map).unwrap_or_else(|| {
            let members = map.iter();
            let members = members.map(|(name, value)| (name.as_str().into(), recalled(value)));
            Dynamic::from_map(members.collect())
        }),
        other => value::of_json(other),
    }
}

/// The duration or the instant that a map stands for, if it does.
fn lone(map: &Map<String, Value>) -> Option<Dynamic> {
    if map.len() != 1 {
        return None;
    }
    if let Some(at) = map.get(INSTANT) {
        return Some(Dynamic::from(Instant::parse(at.as_str()?).ok()?));
    }
    let parts = map.get(DURATION)?.as_array()?;
    let [seconds, nanoseconds] = parts.as_slice() else {
        return None;
    };
    let span = TimeDelta::try_seconds(seconds.as_i64()?)?
        .checked_add(&TimeDelta::nanoseconds(nanoseconds.as_i64()?))?;
    Some(Dynamic::from(Span(span)))
}

/// Registers `remember` and `recall`.
pub fn register(engine: &mut Given<'_>, host: &Host) {
    fn failed(error: &io::Error) -> Box<EvalAltResult> {
        Trouble::new(
            "memory",
            format!("what the script remembers could not be kept: {error}"),
        )
        .raise()
    }
    let own = host.clone();
    engine.register_fn(
        "recall",
        move |context: NativeCallContext, name: &str| -> Result<Dynamic> {
            own.come_to(&context);
            own.kept("recall", name, &json!({"name": name}), || {
                own.memory().get(name).map_err(|error| failed(&error))
            })
            .map(|value| recalled(&value))
        },
    );
    let own = host.clone();
    engine.register_fn(
        "remember",
        move |context: NativeCallContext, name: &str, value: Dynamic| -> Result<()> {
            own.come_to(&context);
            // What the record of the run tells it by.
            let told = value::to_json(&value).map_err(Trouble::raise)?;
            let value = kept(&value).map_err(Trouble::raise)?;
            if secret::holds_any(&value.to_string()) {
                return Err(Trouble::new(
                    "memory",
                    format!("what was to be remembered as {name:?} holds a secret of this run"),
                )
                .hint("fetch it anew in each run: what is remembered lies in a file")
                .raise());
            }
            let set = |value: Value| {
                own.memory()
                    .set(name, value)
                    .map_err(|error| failed(&error))
            };
            let arguments = json!({"name": name, "value": told});
            match own.step("remember", name, &arguments)? {
                Step::Over(_) => Ok(()),
                Step::Unrecorded => set(value),
                Step::Open(call) => {
                    // What the value rests on must be on record before it is anywhere else.
                    let call = own.begun(call, &Value::Null)?;
                    let outcome = set(value);
                    own.end(Some(call), &outcome, |()| Value::Null);
                    outcome
                }
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_in_a_file_is_recalled_by_the_next_run() {
        let folder = std::env::temp_dir().join(format!("mw-memory-{}", std::process::id()));
        let file = folder.join("deep/inventory.json");
        Memory::in_file(file.clone()).set("free", 7.into()).unwrap();
        assert_eq!(Memory::in_file(file.clone()).get("free").unwrap(), 7);
        assert_eq!(
            Memory::in_file(file.clone()).get("other").unwrap(),
            Value::Null
        );
        fs::write(&file, "{").unwrap();
        let error = Memory::in_file(file).get("free").unwrap_err();
        assert!(
            error.to_string().contains("is not what was written there"),
            "{error}"
        );
        fs::remove_dir_all(folder).unwrap();
    }
}
