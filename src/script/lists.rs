//! What people do to lists of resources, native because loops in scripts are slow.

use std::collections::{HashMap, HashSet};

use ahash::RandomState;
use rhai::{Array, Dynamic, EvalAltResult, FnPtr, ImmutableString, Map, NativeCallContext};

use super::diagnose::kind;
use super::handle::described;
use super::key::Key;
use super::largest;
use super::lexicon::Lexicon;
use super::predicates::truth;
use super::reader::Reader;
use super::sum::Sum;
use super::trouble::Trouble;
use super::value;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers the list functions.
pub fn register(lexicon: &mut Lexicon) {
    lexicon
        .register_fn(
            "where",
            |ctx: NativeCallContext, list: &mut Array, f: FnPtr| {
                filter(&ctx, list, Selector::Call(f))
            },
        )
        .register_fn(
            "where",
            |ctx: NativeCallContext, list: &mut Array, name: ImmutableString| {
                filter(&ctx, list, Selector::Field(Reader::new(name)))
            },
        )
        .register_fn(
            "where",
            |list: &mut Array, name: ImmutableString, wanted: Dynamic| {
                matching(list, name, &wanted)
            },
        )
        .register_fn(
            "sort_by",
            |ctx: NativeCallContext, list: &mut Array, by: Dynamic| sort(&ctx, list, by, "asc"),
        )
        .register_fn(
            "sort_by",
            |ctx: NativeCallContext, list: &mut Array, by: Dynamic, order: &str| {
                sort(&ctx, list, by, order)
            },
        )
        // The language has a `sort_by` of its own for functions, which sorts in place by a comparison;
        // only one for the very same type comes before it.
        .register_fn(
            "sort_by",
            |ctx: NativeCallContext, list: &mut Array, by: FnPtr| {
                sort(&ctx, list, by.into(), "asc")
            },
        )
        .register_fn(
            "group_by",
            |ctx: NativeCallContext, list: &mut Array, by: Dynamic| group(&ctx, list, by),
        )
        .register_fn(
            "count_by",
            |ctx: NativeCallContext, list: &mut Array, by: Dynamic| count(&ctx, list, by),
        )
        .register_fn(
            "sum_by",
            |ctx: NativeCallContext, list: &mut Array, by: Dynamic| sum(&ctx, list, by),
        )
        .register_fn("unique", |list: &mut Array| unique(list))
        .register_fn(
            "unique",
            |ctx: NativeCallContext, list: &mut Array, by: Dynamic| unique_by(&ctx, list, by),
        )
        .register_fn("join", |list: &mut Array| join(list, ""))
        .register_fn("join", |list: &mut Array, separator: &str| {
            join(list, separator)
        })
        .register_fn("first", |list: &mut Array| {
            list.first().cloned().unwrap_or_default()
        })
        .register_fn("last", |list: &mut Array| {
            list.last().cloned().unwrap_or_default()
        })
        .register_fn(
            "pluck",
            |list: &mut Array, name: ImmutableString| -> Result<Array> {
                let mut reader = Reader::new(name);
                list.iter().map(|item| reader.value(item)).collect()
            },
        );
}

/// How a value is got from an item: by a function, or by the name of a field.
enum Selector {
    Call(FnPtr),
    Field(Reader),
}

impl Selector {
    fn of(by: Dynamic) -> Result<Self> {
        if by.is_fnptr() {
            return Ok(Self::Call(by.cast()));
        }
        let found = kind(&described(&by));
        by.into_immutable_string()
            .map(|name| Self::Field(Reader::new(name)))
            .map_err(|_| {
                Trouble::argument(format!(
                    "the second argument is a field name or a function, not {found}"
                ))
                .hint("write it like \"label\" or |x| x.label")
                .raise()
            })
    }

    fn pick(&mut self, context: &NativeCallContext<'_>, item: &Dynamic) -> Result<Dynamic> {
        match self {
            Self::Call(f) => f.call_within_context(context, (item.clone(),)),
            Self::Field(reader) => reader.value(item),
        }
    }

    /// What `look` makes of an item's key.
    fn key<T>(
        &mut self,
        context: &NativeCallContext<'_>,
        item: &Dynamic,
        mut look: impl FnMut(&Key<'_>) -> T,
    ) -> Result<T> {
        match self {
            Self::Call(_) => Ok(look(&Key::of(&self.pick(context, item)?))),
            Self::Field(reader) => reader.key(item, look),
        }
    }
}

/// What is kept by the name of a group, found without making a name of its own for each item.
struct Named<T>(HashMap<String, T, RandomState>);

impl<T: Default> Named<T> {
    fn new() -> Self {
        Self(HashMap::default())
    }

    fn with(&mut self, name: &str, change: impl FnOnce(&mut T)) {
        if let Some(held) = self.0.get_mut(name) {
            change(held);
        } else {
            change(self.0.entry(name.to_owned()).or_default());
        }
    }

    fn into_map(self, value: impl Fn(T) -> Dynamic) -> Map {
        self.0
            .into_iter()
            .map(|(name, held)| (name.into(), value(held)))
            .collect()
    }
}

fn filter(context: &NativeCallContext<'_>, list: &Array, mut by: Selector) -> Result<Array> {
    let mut kept = Array::new();
    for item in list {
        let answer = by.pick(context, item)?;
        if truth("where", &answer, "compare: |c| c.label == \"x\"")? {
            kept.push(item.clone());
        }
    }
    Ok(kept)
}

fn matching(list: &Array, name: ImmutableString, wanted: &Dynamic) -> Result<Array> {
    let wanted = Key::of(wanted);
    let mut reader = Reader::new(name);
    let mut kept = Array::new();
    for item in list {
        if reader.key(item, |key| key.is_like(&wanted))? {
            kept.push(item.clone());
        }
    }
    Ok(kept)
}

fn sort(context: &NativeCallContext<'_>, list: &Array, by: Dynamic, order: &str) -> Result<Array> {
    let descending = match order {
        "asc" => false,
        "desc" => true,
        other => {
            return Err(Trouble::argument(format!(
                "the order is \"asc\" or \"desc\", not {other:?}"
            ))
            .raise());
        }
    };
    let mut by = Selector::of(by)?;
    let mut keyed = Vec::with_capacity(list.len());
    for item in list {
        #[expect(
            clippy::redundant_closure_for_method_calls,
            reason = "the method alone is not general over the lifetime of what a key borrows"
        )]
        let rung = by.key(context, item, |key| key.rung())?;
        keyed.push((rung, item.clone()));
    }
    if descending {
        keyed.sort_by(|a, b| b.0.cmp(&a.0));
    } else {
        keyed.sort_by(|a, b| a.0.cmp(&b.0));
    }
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}

fn group(context: &NativeCallContext<'_>, list: &Array, by: Dynamic) -> Result<Map> {
    let mut by = Selector::of(by)?;
    let mut groups = Named::<Array>::new();
    for item in list {
        by.key(context, item, |key| {
            groups.with(&key.as_text(), |group| group.push(item.clone()));
        })?;
    }
    Ok(groups.into_map(Dynamic::from_array))
}

fn count(context: &NativeCallContext<'_>, list: &Array, by: Dynamic) -> Result<Map> {
    let mut by = Selector::of(by)?;
    let mut counts = Named::<i64>::new();
    for item in list {
        by.key(context, item, |key| {
            counts.with(&key.as_text(), |count| *count += 1);
        })?;
    }
    Ok(counts.into_map(Dynamic::from_int))
}

/// Adds up numbers, or durations.
fn sum(context: &NativeCallContext<'_>, list: &Array, by: Dynamic) -> Result<Dynamic> {
    let mut by = Selector::of(by)?;
    let mut sum = Sum::default();
    for item in list {
        sum.add(&by.pick(context, item)?)?;
    }
    Ok(sum.value())
}

/// What was seen. Text, which most is, is told apart from what only looks like it written as JSON.
#[derive(Default)]
struct Seen {
    texts: HashSet<String, RandomState>,
    others: HashSet<String>,
}

impl Seen {
    fn is_new_text(&mut self, text: &str) -> bool {
        !self.texts.contains(text) && self.texts.insert(text.to_owned())
    }

    fn is_new(&mut self, value: &Dynamic) -> Result<bool> {
        if let Ok(text) = value.as_immutable_string_ref() {
            return Ok(self.is_new_text(&text));
        }
        let json = value::to_json(value).map_err(Trouble::raise)?;
        Ok(self.others.insert(json.to_string()))
    }
}

fn unique(list: &Array) -> Result<Array> {
    let mut seen = Seen::default();
    let mut kept = Array::new();
    for item in list {
        if seen.is_new(item)? {
            kept.push(item.clone());
        }
    }
    Ok(kept)
}

fn unique_by(context: &NativeCallContext<'_>, list: &Array, by: Dynamic) -> Result<Array> {
    let mut by = Selector::of(by)?;
    let mut seen = Seen::default();
    let mut kept = Array::new();
    for item in list {
        let known = match &mut by {
            Selector::Field(reader) => reader.text(item, |text| seen.is_new_text(text)),
            Selector::Call(_) => None,
        };
        let new = match known {
            Some(new) => new,
            None => seen.is_new(&by.pick(context, item)?)?,
        };
        if new {
            kept.push(item.clone());
        }
    }
    Ok(kept)
}

fn join(list: &Array, separator: &str) -> Result<String> {
    let mut text = String::new();
    for (index, item) in list.iter().enumerate() {
        if index > 0 {
            largest::text(text.len().saturating_add(separator.len()))?;
            text.push_str(separator);
        }
        let item = value::brief(item);
        largest::text(text.len().saturating_add(item.len()))?;
        text.push_str(&item);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_sorted_by_a_field_and_by_a_function_alike() {
        let mut engine = rhai::Engine::new();
        crate::script::engine::packages(&mut engine);
        engine.register_global_module(Lexicon::of(register));
        for by in [
            r#""n""#,
            "|item| item.n",
            r#""n", "asc""#,
            r#"|item| item.n, "asc""#,
        ] {
            let line =
                format!("[#{{n: 3}}, #{{n: 1}}, #{{n: 2}}].sort_by({by}).map(|item| item.n)");
            let sorted: Vec<i64> = engine
                .eval::<Array>(&line)
                .unwrap()
                .into_iter()
                .map(|item| item.as_int().unwrap())
                .collect();
            assert_eq!(sorted, [1, 2, 3], "{line}");
        }
    }
}
