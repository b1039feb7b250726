//! What a script throws, in words.

use rhai::{Dynamic, Map};

use crate::script::trouble::Trouble;
use crate::script::value;

/// The error that a thrown value is, or carries as what `parallel` collects and `attempt` gives.
pub fn trouble(value: &Dynamic) -> Option<Trouble> {
    if let Some(trouble) = value.read_lock::<Trouble>() {
        return Some(trouble.clone());
    }
    let map = value.read_lock::<Map>()?;
    let trouble = map.get("error")?.read_lock::<Trouble>()?;
    Some(trouble.clone())
}

/// What a thrown value says, and what to do about it.
pub fn sentence(value: &Dynamic) -> (String, Option<String>) {
    if let Some(trouble) = trouble(value) {
        return (trouble.message, trouble.hint);
    }
    if let Ok(text) = value.as_immutable_string_ref()
        && !text.is_empty()
    {
        return (text.to_string(), None);
    }
    if let Some(caught) = caught(value) {
        return caught;
    }
    if value.is_unit() || value.is_string() {
        return (
            "the script threw nothing".to_owned(),
            Some("say what is wrong: throw \"no node is free\"".to_owned()),
        );
    }
    (format!("the script threw {}", value::brief(value)), None)
}

/// What the language says of an error of its own that was caught and thrown again.
fn caught(value: &Dynamic) -> Option<(String, Option<String>)> {
    let map = value.read_lock::<Map>()?;
    let text = |name: &str| map.get(name)?.clone().into_immutable_string().ok();
    let message = text("message")?;
    if text("error").is_none_or(|kind| !kind.starts_with("Error")) {
        return Some((message.to_string(), None));
    }
    let mut place = text("source").map_or_else(String::new, |it| it.to_string());
    for name in ["line", "position"] {
        if let Some(number) = map.get(name).and_then(|it| it.as_int().ok()) {
            place = format!("{place}:{number}");
        }
    }
    let hint = (!place.is_empty()).then(|| format!("it happened first at {place}"));
    Some((super::running::plain(&message), hint))
}
