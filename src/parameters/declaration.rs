//! The type and the default that a header declares.

use serde_json::Value;

use super::cursor::{Cursor, Wrong};
use super::kind::Kind;
use crate::operation::nearest;

/// The type that comes next.
pub(super) fn kind(cursor: &mut Cursor<'_>, name: &str) -> Result<Kind, Wrong> {
    let at = *cursor;
    let word = cursor.take_while(|c| c.is_alphanumeric() || c == '_');
    if word == "choice" {
        return choice(cursor, name, at);
    }
    Kind::named(word).ok_or_else(|| {
        let shown = at.word();
        let meant = match word {
            "str" | "text" | "String" => Some("string"),
            "integer" | "number" | "i64" => Some("int"),
            "boolean" | "flag" => Some("bool"),
            "double" | "f64" | "decimal" => Some("float"),
            "array" | "strings" => Some("list"),
            "date" | "datetime" | "time" | "timestamp" => Some("instant"),
            "enum" | "oneof" => Some("choice"),
            other => nearest(other, Kind::NAMES),
        };
        Wrong::at(
            at,
            shown,
            if word.is_empty() {
                format!("the type of `{name}` is missing")
            } else {
                format!("`{word}` is no type of parameter")
            },
            match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("the types are {}", Kind::NAMES.join(", ")),
            },
        )
    })
}

/// The words of a choice: `("a", "b")`.
fn choice(cursor: &mut Cursor<'_>, name: &str, at: Cursor<'_>) -> Result<Kind, Wrong> {
    let wrong = |cursor: Cursor<'_>, message: &str| {
        Wrong::at(
            cursor,
            "",
            format!("the choice of `{name}` {message}"),
            format!("write `@param {name}: choice(\"one\", \"other\")`"),
        )
    };
    if !cursor.eat("(") {
        return Err(wrong(*cursor, "has no words"));
    }
    let mut words: Vec<String> = Vec::new();
    loop {
        cursor.skip_spaces();
        if cursor.eat(")") {
            break;
        }
        let here = *cursor;
        let Some((Value::String(word), text)) = cursor.json() else {
            return Err(wrong(here, "has a word that is not in quotes"));
        };
        if words.contains(&word) {
            return Err(Wrong::at(
                here,
                text,
                format!("{word:?} stands twice in the choice of `{name}`"),
                "remove one of them",
            ));
        }
        words.push(word);
        cursor.skip_spaces();
        if !cursor.eat(",") && !cursor.rest.starts_with(')') {
            return Err(wrong(*cursor, "has no `)`"));
        }
    }
    if words.is_empty() {
        return Err(wrong(at, "has no words"));
    }
    Ok(Kind::Choice(words))
}

/// The default after `=`, if one comes next.
pub(super) fn default(
    cursor: &mut Cursor<'_>,
    name: &str,
    kind: &Kind,
    optional: bool,
) -> Result<Option<Value>, Wrong> {
    let mut ahead = *cursor;
    ahead.skip_spaces();
    let equals = ahead;
    if !ahead.eat("=") {
        return Ok(None);
    }
    if optional {
        return Err(Wrong::at(
            equals,
            "=",
            format!("`{name}` has a `?` and a default"),
            "remove one of them: without a `?` the default stands in, with it null does",
        ));
    }
    ahead.skip_spaces();
    *cursor = ahead;
    let word = ahead.word();
    let Some((value, text)) = cursor.json() else {
        return Err(Wrong::at(
            ahead,
            word,
            if word.is_empty() {
                format!("the default of `{name}` is missing")
            } else {
                format!("the default of `{name}` is not a value: {word}")
            },
            "write texts and durations in quotes, numbers and true or false without",
        ));
    };
    kind.of_value(&value).map(Some).map_err(|wanted| {
        Wrong::at(
            ahead,
            text,
            format!("the default of `{name}` is {text}, and must be {wanted}"),
            match value {
                Value::Null => format!("for a parameter that may be null write `{kind}?`"),
                _ => format!("its type is `{kind}`"),
            },
        )
    })
}
