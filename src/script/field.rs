//! Fields of host values, their text and their equality, once for all types.

use rhai::{
    Array, Blob, Dynamic, EvalAltResult, FLOAT, FnPtr, FuncRegistration, INT, ImmutableString, Map,
    Position,
};

use super::diagnose::{NO_FIELDS, NOTHING, kind};
use super::handle::{self, described};
use super::lexicon::Lexicon;
use super::moment::{Instant, Span};
use super::origin::Origin;
use super::trouble::Trouble;
use super::value::{self, Args, of_view};
use crate::operation::nearest;
use crate::record::{Record, Secret};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers fields, text and equality.
pub fn register(lexicon: &mut Lexicon) {
    // Pure, so that methods may be called on the fields of a constant.
    lexicon.register(
        FuncRegistration::new_index_setter().with_purity(true),
        |value: &mut Dynamic, name: ImmutableString, _: Dynamic| -> Result<()> {
            Err(unsettable(value, &name))
        },
    );
    lexicon
        // What type_of and messages call them.
        .register_type_with_name::<INT>("int")
        .register_type_with_name::<FLOAT>("float")
        .register_type_with_name::<Args>("Args")
        .register_type_with_name::<Trouble>("Error")
        .register_type_with_name::<Secret>("Secret")
        .register_fn(
            "index$get$",
            |value: &mut Dynamic, name: ImmutableString| get(value, &name),
        )
        .register_fn("to_string", |value: &mut Dynamic| value::brief(value))
        .register_fn("to_debug", |value: &mut Dynamic| value::debug(value))
        // The language has one of its own for functions, which tells the names it makes up for closures.
        .register_fn("to_debug", |function: &mut FnPtr| {
            value::brief(&Dynamic::from(function.clone()))
        })
        .register_fn("==", |a: Dynamic, b: Dynamic| equal(&a, &b))
        .register_fn("!=", |a: Dynamic, b: Dynamic| !equal(&a, &b))
        .register_fn("reveal", |secret: &mut Secret| secret.reveal().to_owned())
        .register_fn("to_map", |value: &mut Dynamic| -> Result<Dynamic> {
            match handle::unwrap(value) {
                Some(record) => Ok(value::of_json(&record.redacted())),
                None => value::to_json(value)
                    .map(|json| value::of_json(&json))
                    .map_err(Trouble::raise),
            }
        })
        .register_fn("to_json", |value: &mut Dynamic| json(value))
        // The language has one of its own for maps, which knows nothing of our types.
        .register_fn("to_json", |map: &mut Map| {
            json(&Dynamic::from_map(map.clone()))
        });
}

fn json(value: &Dynamic) -> Result<String> {
    value::to_json(value)
        .map(|json| json.to_string())
        .map_err(Trouble::raise)
}

fn get(value: &Dynamic, name: &str) -> Result<Dynamic> {
    if let Some((record, origin)) = handle::found(value) {
        return field(record.as_ref(), name, origin).map_err(Trouble::raise);
    }
    if let Some(args) = value.read_lock::<Args>() {
        return args.0.get(name).cloned().ok_or_else(|| {
            let known = args.0.keys().map(rhai::Identifier::as_str);
            Trouble::new("field", format!("the script has no parameter `{name}`"))
                .hint(nearest(name, known).map_or_else(
                    || format!("declare it in the header: //! @param {name}: string"),
                    |near| format!("did you mean `args.{near}`?"),
                ))
                .raise()
        });
    }
    if let Some(trouble) = value.read_lock::<Trouble>() {
        return trouble.field(name).ok_or_else(|| {
            let trouble = unknown("an error", name, Trouble::FIELDS.iter().copied());
            let fields = Trouble::FIELDS.join(", ");
            let hint = trouble.hint.clone();
            trouble
                .hint(hint.unwrap_or_else(|| format!("it has {fields}")))
                .raise()
        });
    }
    if value.is::<Span>() {
        let hint = "a duration has methods: seconds(), minutes(), hours()";
        return Err(unknown("a duration", name, []).hint(hint).raise());
    }
    if value.is::<Instant>() {
        return Err(unknown("an instant", name, [])
            .hint("format it: at.format(\"%H:%M\")")
            .raise());
    }
    let trouble = unknown(&kind(&described(value)), name, []);
    let hint = if value.is_unit() { NOTHING } else { NO_FIELDS };
    Err(trouble.hint(hint).raise())
}

/// A field of a record of an account, or the suggestion of one.
pub fn field(
    record: &dyn Record,
    name: &str,
    origin: Origin,
) -> std::result::Result<Dynamic, Trouble> {
    if let Some(view) = record.lookup(name) {
        return Ok(of_view(&view, origin));
    }
    let kind = record.kind();
    // Declared but absent from this answer.
    if kind.field_names().any(|known| known == name) {
        return Ok(Dynamic::UNIT);
    }
    let names = record.names();
    Err(unknown(kind.name, name, names.iter().map(String::as_str)))
}

fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Trouble {
    let trouble = Trouble::new("field", format!("{what} has no field `{name}`"));
    match nearest(name, known) {
        Some(near) => trouble.hint(format!("did you mean `{near}`?")),
        None if handle::kind(what).is_some() => {
            trouble.hint(format!("mw doc {what} lists its fields"))
        }
        None => trouble,
    }
}

/// The engine writes a field back after a method was called on it, and lets this one error pass:
/// only an assignment shows it. The hint is the second line.
fn unsettable(value: &Dynamic, name: &str) -> Box<EvalAltResult> {
    let message = if value.is::<Args>() {
        format!(
            "`{name}` cannot be set: it is an argument of the script\nput it in a variable: let {name} = args.{name}"
        )
    } else if let Some(record) = handle::unwrap(value) {
        let what = record.kind().name;
        let hint = match super::call::method(what, "update") {
            Some(_) => format!("change it in the account: x.update(#{{{name}: …}})"),
            None => "copy it into a map first: x.to_map()".to_owned(),
        };
        format!("`{name}` cannot be set: {what} is what the API answered\n{hint}")
    } else {
        format!(
            "{} has no field `{name}` that could be set\nmake a map: let m = #{{{name}: …}};",
            kind(&described(value))
        )
    };
    Box::new(EvalAltResult::ErrorIndexingType(message, Position::NONE))
}

/// Whether two values are equal, as `==` says. Records are when the API says the same of them. The
/// language asks here about plain values too, whenever it compares them from within: in lists, in maps
/// and in `contains`.
pub fn equal(a: &Dynamic, b: &Dynamic) -> bool {
    if let (Some(a), Some(b)) = (handle::unwrap(a), handle::unwrap(b)) {
        return a.kind().name == b.kind().name && a.to_json() == b.to_json();
    }
    plain(a, b).unwrap_or_else(|| own(a, b))
}

/// Whether two values of the language are equal; nothing when they are not both its own.
fn plain(a: &Dynamic, b: &Dynamic) -> Option<bool> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "the language compares a whole number with a float so"
    )]
    let number = |value: &Dynamic| {
        value
            .as_float()
            .ok()
            .or_else(|| value.as_int().ok().map(|whole| whole as f64))
    };
    if a.is_unit() || b.is_unit() {
        return Some(a.is_unit() && b.is_unit());
    }
    if let (Ok(a), Ok(b)) = (a.as_immutable_string_ref(), b.as_immutable_string_ref()) {
        return Some(*a == *b);
    }
    if let (Ok(a), Ok(b)) = (a.as_int(), b.as_int()) {
        return Some(a == b);
    }
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return Some(a.total_cmp(&b).is_eq() || (a == 0.0 && b == 0.0));
    }
    if let (Ok(a), Ok(b)) = (a.as_bool(), b.as_bool()) {
        return Some(a == b);
    }
    if let (Ok(a), Ok(b)) = (a.as_char(), b.as_char()) {
        return Some(a == b);
    }
    for (one, text) in [(a, b), (b, a)] {
        if let (Ok(one), Ok(text)) = (one.as_char(), text.as_immutable_string_ref()) {
            return Some(*text == *one.encode_utf8(&mut [0; 4]));
        }
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Array>(), b.read_lock::<Array>()) {
        return Some(a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal(a, b)));
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Map>(), b.read_lock::<Map>()) {
        return Some(
            a.len() == b.len()
                && a.iter()
                    .all(|(name, a)| b.get(name).is_some_and(|b| equal(a, b))),
        );
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Blob>(), b.read_lock::<Blob>()) {
        return Some(*a == *b);
    }
    None
}

/// Whether two values of ours are equal.
fn own(a: &Dynamic, b: &Dynamic) -> bool {
    if let (Some(a), Some(b)) = (a.read_lock::<Span>(), b.read_lock::<Span>()) {
        return *a == *b;
    }
    if let (Some(a), Some(b)) = (Instant::of(a), Instant::of(b)) {
        return a == b;
    }
    let is_told = |value: &Dynamic| value.is::<Trouble>() || value.is::<Args>();
    if a.type_id() == b.type_id() && is_told(a) {
        return value::debug(a) == value::debug(b);
    }
    // As they are more or less than texts, they are equal to them.
    for (a, b) in [(a, b), (b, a)] {
        let Ok(text) = b.as_immutable_string_ref() else {
            continue;
        };
        if let Some(span) = a.read_lock::<Span>() {
            return span.is_meant_by(&text);
        }
        if let Some(at) = Instant::of(a) {
            return at.is_meant_by(&text);
        }
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Secret>(), b.read_lock::<Secret>()) {
        return *a == *b;
    }
    false
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rhai::Engine;

    use super::*;

    #[test]
    fn arguments_have_methods_and_cannot_be_set() {
        let mut engine = Engine::new();
        engine.register_global_module(Lexicon::of(register));
        let mut scope = rhai::Scope::new();
        let list = Dynamic::from_array(vec![1_i64.into()]);
        scope.push_constant(
            "args",
            Args(Arc::new(Map::from_iter([("list".into(), list)]))),
        );
        let mut run = |line: &str| engine.eval_with_scope::<bool>(&mut scope, line);
        assert!(!run("args.list.is_empty()").unwrap());
        assert!(run("args.list.contains(1)").unwrap());
        let error = run(r#"args["list"] = 2; true"#).unwrap_err().to_string();
        assert!(error.contains("argument of the script"), "{error}");
    }

    #[test]
    fn values_are_compared_by_what_they_hold_within_lists_and_maps_too() {
        let mut engine = Engine::new();
        engine.register_global_module(Lexicon::of(register));
        let holds = |line: &str| engine.eval::<bool>(line).unwrap();
        for line in [
            r#"["a", "b"].contains("b")"#,
            r#"["a", "b"].index_of("b") == 1"#,
            "[1, [2.5, 'c', ()]] == [1, [2.5, 'c', ()]]",
            r#"#{a: "x", b: [true]} == #{b: [true], a: "x"}"#,
            "[1] == [1.0]",
            "blob(2, 7) == blob(2, 7)",
        ] {
            assert!(holds(line), "{line}");
        }
        for line in [
            r#"["a"].contains("b")"#,
            "[1, 2] == [1]",
            r#"[1] == ["1"]"#,
            "#{a: 1} == #{b: 1}",
            "#{a: ()} == #{b: ()}",
            "[()] == [0]",
            "[true] == [false]",
        ] {
            assert!(!holds(line), "{line}");
        }
    }
}
