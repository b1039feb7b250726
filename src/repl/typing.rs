//! The type of an expression being typed, as far as the tables tell.

use super::completion::Scope;
use crate::api;
use crate::script::sugar::SUGAR;
use crate::script::{kind, vocabulary};

/// The type of the expression that ends this text.
pub fn type_of(text: &str, scope: &Scope) -> Option<String> {
    let text = text.trim_end();
    if let Some(inner) = text.strip_suffix(']') {
        let open = opening(inner, '[', ']')?;
        return item(&type_of(&inner[..open], scope)?);
    }
    if let Some(inner) = text.strip_suffix(')') {
        let open = opening(inner, '(', ')')?;
        let (receiver, name) = last_word(&inner[..open]);
        return match receiver {
            Some(receiver) => of_method(&type_of(receiver, scope)?, name),
            None => of_function(name),
        };
    }
    match last_word(text) {
        (Some(receiver), name) => of_field(&type_of(receiver, scope)?, name),
        (None, name) => scope.type_of(name).map(str::to_owned),
    }
}

/// Where the bracket opens that ends after this text.
fn opening(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 1;
    let mut quote = None;
    for (index, c) in text.char_indices().rev() {
        match (quote, c) {
            (None, '"' | '`') => quote = Some(c),
            (Some(mark), c) if c == mark => quote = None,
            (None, c) if c == close => depth += 1,
            (None, c) if c == open => {
                depth -= 1;
                if depth == 0 {
                    return Some(index);
                }
            }
            _ => {}
        }
    }
    None
}

/// The last word, and what stands before its dot.
fn last_word(text: &str) -> (Option<&str>, &str) {
    let start = text
        .char_indices()
        .rev()
        .find(|(_, c)| !(c.is_alphanumeric() || *c == '_'))
        .map_or(0, |(index, c)| index + c.len_utf8());
    let (before, word) = text.split_at(start);
    (before.trim_end().strip_suffix('.'), word)
}

fn item(list: &str) -> Option<String> {
    Some(list.strip_prefix('[')?.strip_suffix(']')?.to_owned())
}

fn of_function(name: &str) -> Option<String> {
    if let Some(operation) = api::operation(name) {
        return Some(operation.answer.type_name());
    }
    let signature = vocabulary::signature(name)?;
    Some(signature.rsplit_once("-> ")?.1.to_owned())
}

fn of_method(receiver: &str, name: &str) -> Option<String> {
    if receiver.starts_with('[') {
        return match name {
            "where" | "filter" | "sort_by" | "unique" => Some(receiver.to_owned()),
            "first" | "last" | "find" => item(receiver),
            _ => None,
        };
    }
    let form = api::operations().find(|operation| {
        operation
            .form
            .is_some_and(|it| it.on == receiver && it.name == name)
    });
    if let Some(operation) = form {
        return Some(operation.answer.type_name());
    }
    let short = SUGAR
        .iter()
        .find(|it| it.on == receiver && it.name == name)?;
    Some(short.signature.rsplit_once("-> ")?.1.to_owned())
}

fn of_field(receiver: &str, name: &str) -> Option<String> {
    let kind = kind(receiver)?;
    let own = kind.fields.iter().find(|field| field.name == name);
    let nested = || {
        let fields = kind
            .fields
            .iter()
            .find(|field| field.name == "fields")?
            .nested?;
        fields().fields.iter().find(|field| field.name == name)
    };
    own.or_else(nested).map(|field| (field.type_name)())
}
