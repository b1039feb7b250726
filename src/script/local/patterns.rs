//! `matches`, `find_all`, `captures`, `replace_all`: regular expressions.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use regex::{Regex, RegexBuilder};
use rhai::{Array, Dynamic, ImmutableString, Map};

use super::Result;
use crate::script::lexicon::Lexicon;
use crate::script::trouble::Trouble;

/// The largest pattern once it is made ready, in bytes.
const LARGEST: usize = 4 << 20;
/// How many patterns are kept ready.
const MOST: usize = 64;

/// Patterns made ready: a loop uses the same one again and again.
#[derive(Clone, Default)]
struct Patterns(Arc<Mutex<HashMap<String, Regex>>>);

impl Patterns {
    fn get(&self, builtin: &str, pattern: &str) -> Result<Regex> {
        let ready = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(regex) = ready().get(pattern) {
            return Ok(regex.clone());
        }
        // A large one takes its time, which other runs need not wait for.
        let regex = RegexBuilder::new(pattern)
            .size_limit(LARGEST)
            .dfa_size_limit(LARGEST)
            .build()
            .map_err(|error| wrong(builtin, pattern, &error).raise())?;
        let mut ready = ready();
        if ready.len() >= MOST {
            ready.clear();
        }
        ready.insert(pattern.to_owned(), regex.clone());
        Ok(regex)
    }
}

fn wrong(builtin: &str, pattern: &str, error: &regex::Error) -> Trouble {
    if let regex::Error::CompiledTooBig(_) = error {
        return Trouble::argument(format!("{builtin}: the pattern {pattern:?} is too large"))
            .hint("repeat less: {1,1000} within another repetition multiplies");
    }
    let text = error.to_string();
    let why = text
        .rsplit_once("error: ")
        .map_or(text.as_str(), |(_, why)| why.trim());
    // Its own message has a mark under the place, the pattern four columns in.
    let column = text
        .lines()
        .find(|line| line.trim_start().starts_with('^'))
        .and_then(|line| line.find('^'))
        .map(|at| at.saturating_sub(3))
        .filter(|_| !pattern.contains('\n'));
    let place = column.map_or_else(String::new, |column| format!(", at character {column}"));
    let hint = if pattern.is_empty() {
        "write a pattern"
    } else {
        r"write `\.` for a dot itself, and patterns between backticks: `\d+`"
    };
    Trouble::argument(format!(
        "{builtin}: {pattern:?} is no pattern{place}: {why}"
    ))
    .hint(hint)
}

fn text(found: &str) -> Dynamic {
    Dynamic::from(ImmutableString::from(found))
}

/// The groups of the first match, by number and by name; () where there is none.
fn captures(regex: &Regex, whole: &str) -> Dynamic {
    let Some(found) = regex.captures(whole) else {
        return Dynamic::UNIT;
    };
    let mut map = Map::new();
    for (number, name) in regex.capture_names().enumerate() {
        let group = found
            .get(number)
            .map_or(Dynamic::UNIT, |group| text(group.as_str()));
        if let Some(name) = name {
            map.insert(name.into(), group.clone());
        }
        map.insert(number.to_string().into(), group);
    }
    Dynamic::from_map(map)
}

/// Registers the functions of patterns.
pub fn register(lexicon: &mut Lexicon) {
    let patterns = Patterns::default();
    let own = patterns.clone();
    lexicon.register_fn(
        "matches",
        move |whole: &str, pattern: &str| -> Result<bool> {
            Ok(own.get("matches", pattern)?.is_match(whole))
        },
    );
    let own = patterns.clone();
    lexicon.register_fn(
        "find_all",
        move |whole: &str, pattern: &str| -> Result<Array> {
            let regex = own.get("find_all", pattern)?;
            Ok(regex
                .find_iter(whole)
                .map(|found| text(found.as_str()))
                .collect())
        },
    );
    let own = patterns.clone();
    lexicon.register_fn(
        "captures",
        move |whole: &str, pattern: &str| -> Result<Dynamic> {
            Ok(captures(&own.get("captures", pattern)?, whole))
        },
    );
    lexicon.register_fn(
        "replace_all",
        move |whole: &str, pattern: &str, with: &str| -> Result<String> {
            let regex = patterns.get("replace_all", pattern)?;
            Ok(regex.replace_all(whole, with).into_owned())
        },
    );
}
