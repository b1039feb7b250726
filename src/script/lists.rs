//! What people do to lists of resources, native because loops in scripts are slow.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, ImmutableString, Map, NativeCallContext};

use super::field;
use super::handle;
use super::trouble::Trouble;
use super::value;
use crate::record::{Record, View};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers the list functions.
pub fn register(engine: &mut Engine) {
    engine
        .register_fn(
            "where",
            |ctx: NativeCallContext, list: &mut Array, f: FnPtr| {
                filter(&ctx, list, &Selector::Call(f))
            },
        )
        .register_fn(
            "where",
            |ctx: NativeCallContext, list: &mut Array, name: ImmutableString| {
                filter(&ctx, list, &Selector::Field(name))
            },
        )
        .register_fn("where", |list: &mut Array, name: &str, wanted: Dynamic| {
            matching(list, name, &wanted)
        })
        .register_fn(
            "sort_by",
            |ctx: NativeCallContext, list: &mut Array, by: Dynamic| sort(&ctx, list, by, "asc"),
        )
        // The language has a `sort_by` of its own for this type, which sorts in place.
        .register_fn(
            "sort_by",
            |ctx: NativeCallContext, list: &mut Array, by: FnPtr| {
                sort(&ctx, list, by.into(), "asc")
            },
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
        .register_fn("unique", |list: &mut Array| {
            distinct(list, |item| Ok(item.clone()))
        })
        .register_fn(
            "unique",
            |ctx: NativeCallContext, list: &mut Array, by: Dynamic| {
                let by = Selector::of(by)?;
                distinct(list, |item| by.pick(&ctx, item))
            },
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
        .register_fn("pluck", |list: &mut Array, name: &str| -> Result<Array> {
            list.iter().map(|item| field_of(item, name)).collect()
        });
}

/// How a value is got from an item: by a function, or by the name of a field.
enum Selector {
    Call(FnPtr),
    Field(ImmutableString),
}

impl Selector {
    fn of(by: Dynamic) -> Result<Self> {
        if by.is_fnptr() {
            return Ok(Self::Call(by.cast()));
        }
        by.into_immutable_string()
            .map(Self::Field)
            .map_err(|found| {
                Trouble::argument(format!(
                    "the second argument is a field name or a function, not {found}"
                ))
                .hint("write it like \"label\" or |x| x.label")
                .raise()
            })
    }

    fn pick(&self, context: &NativeCallContext<'_>, item: &Dynamic) -> Result<Dynamic> {
        match self {
            Self::Call(f) => f.call_within_context(context, (item.clone(),)),
            Self::Field(name) => field_of(item, name),
        }
    }

    /// The records that keys borrow their text from. A function's answers have nothing to borrow.
    fn records(&self, list: &Array) -> Records {
        match self {
            Self::Call(_) => Records::new(),
            Self::Field(_) => list.iter().map(handle::unwrap).collect(),
        }
    }

    fn keys<'a>(
        &self,
        context: &NativeCallContext<'_>,
        list: &Array,
        records: &'a Records,
    ) -> Result<Vec<Key<'a>>> {
        match self {
            Self::Call(_) => list
                .iter()
                .map(|item| Ok(Key::of(&self.pick(context, item)?)))
                .collect(),
            Self::Field(name) => list
                .iter()
                .zip(records)
                .map(|(item, record)| key_of(item, record.as_deref(), name))
                .collect(),
        }
    }
}

/// The records behind a list's items, where they are records.
type Records = Vec<Option<Arc<dyn Record>>>;

/// The key in a field, borrowed from the record where there is one.
fn key_of<'a>(item: &Dynamic, record: Option<&'a dyn Record>, name: &str) -> Result<Key<'a>> {
    let own = record
        .and_then(|record| record.lookup(name))
        .and_then(|view| Key::of_view(&view));
    match own {
        Some(key) => Ok(key),
        None => Ok(Key::of(&field_of(item, name)?)),
    }
}

/// A field of a record or of a map.
pub fn field_of(item: &Dynamic, name: &str) -> Result<Dynamic> {
    if let Some(record) = handle::unwrap(item) {
        return field::field(record.as_ref(), name).map_err(Trouble::raise);
    }
    if let Some(map) = item.read_lock::<Map>() {
        return Ok(map.get(name).cloned().unwrap_or_default());
    }
    Err(Trouble::new(
        "field",
        format!("{} has no field `{name}`", field::described(item)),
    )
    .raise())
}

/// What things are sorted and grouped by. Nothing comes first, then truth, numbers, text.
#[derive(Clone, Debug)]
enum Key<'a> {
    Nothing,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
}

impl<'a> Key<'a> {
    fn of_view(view: &View<'a>) -> Option<Self> {
        Some(match view {
            View::Null => Self::Nothing,
            View::Bool(flag) => Self::Bool(*flag),
            View::Int(whole) => Self::whole(*whole),
            View::Float(float) => Self::Number(*float),
            View::Text(text) => Self::Text(Cow::Borrowed(text)),
            _ => return None,
        })
    }

    fn of(value: &Dynamic) -> Self {
        if value.is_unit() {
            Self::Nothing
        } else if let Ok(flag) = value.as_bool() {
            Self::Bool(flag)
        } else if let Ok(whole) = value.as_int() {
            Self::whole(whole)
        } else if let Ok(float) = value.as_float() {
            Self::Number(float)
        } else {
            Self::Text(value::brief(value).into())
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "order among numbers beyond 2^53 may coarsen"
    )]
    const fn whole(whole: i64) -> Self {
        Self::Number(whole as f64)
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Bool(_) => 1,
            Self::Number(_) => 2,
            Self::Text(_) => 3,
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn into_text(self) -> Cow<'a, str> {
        match self {
            Self::Nothing => Cow::Borrowed(""),
            Self::Bool(flag) => flag.to_string().into(),
            Self::Number(number) => number.to_string().into(),
            Self::Text(text) => text,
        }
    }
}

fn filter(context: &NativeCallContext<'_>, list: &Array, by: &Selector) -> Result<Array> {
    let mut kept = Array::new();
    for item in list {
        let answer = by.pick(context, item)?;
        match answer.as_bool() {
            Ok(true) => kept.push(item.clone()),
            Ok(false) => {}
            Err(_) if answer.is_unit() => {}
            Err(_) => {
                return Err(Trouble::argument(format!(
                    "where asks for true or false, and got {}",
                    value::debug(&answer, 0)
                ))
                .hint("compare: |c| c.label == \"x\"")
                .raise());
            }
        }
    }
    Ok(kept)
}

fn matching(list: &Array, name: &str, wanted: &Dynamic) -> Result<Array> {
    let wanted = Key::of(wanted);
    let mut kept = Array::new();
    for item in list {
        let record = handle::unwrap(item);
        if key_of(item, record.as_deref(), name)?.order(&wanted) == Ordering::Equal {
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
    let by = Selector::of(by)?;
    let records = by.records(list);
    let mut keyed: Vec<_> = by
        .keys(context, list, &records)?
        .into_iter()
        .zip(list)
        .collect();
    if descending {
        keyed.sort_by(|a, b| b.0.order(&a.0));
    } else {
        keyed.sort_by(|a, b| a.0.order(&b.0));
    }
    Ok(keyed.into_iter().map(|(_, item)| item.clone()).collect())
}

fn group(context: &NativeCallContext<'_>, list: &Array, by: Dynamic) -> Result<Map> {
    let by = Selector::of(by)?;
    let records = by.records(list);
    let keys = by.keys(context, list, &records)?;
    let mut groups: HashMap<Cow<'_, str>, Array> = HashMap::new();
    for (key, item) in keys.into_iter().zip(list) {
        groups
            .entry(key.into_text())
            .or_default()
            .push(item.clone());
    }
    Ok(groups
        .into_iter()
        .map(|(key, items)| (key.as_ref().into(), Dynamic::from_array(items)))
        .collect())
}

fn count(context: &NativeCallContext<'_>, list: &Array, by: Dynamic) -> Result<Map> {
    let by = Selector::of(by)?;
    let records = by.records(list);
    let keys = by.keys(context, list, &records)?;
    let mut counts: HashMap<Cow<'_, str>, i64> = HashMap::new();
    for key in keys {
        *counts.entry(key.into_text()).or_default() += 1;
    }
    Ok(counts
        .into_iter()
        .map(|(key, count)| (key.as_ref().into(), Dynamic::from(count)))
        .collect())
}

/// Whole numbers add up to a whole number; anything with a fraction makes it a float.
fn sum(context: &NativeCallContext<'_>, list: &Array, by: Dynamic) -> Result<Dynamic> {
    let by = Selector::of(by)?;
    let mut whole: i64 = 0;
    let mut fraction: Option<f64> = None;
    for item in list {
        let value = by.pick(context, item)?;
        if let Ok(more) = value.as_int() {
            whole = whole.checked_add(more).ok_or_else(|| {
                Trouble::new("arithmetic", "the sum is beyond what an int can hold").raise()
            })?;
        } else if let Ok(more) = value.as_float() {
            *fraction.get_or_insert(0.0) += more;
        } else if !value.is_unit() {
            return Err(Trouble::argument(format!(
                "sum_by adds numbers, and got {}",
                value::debug(&value, 0)
            ))
            .raise());
        }
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a sum with fractions is a float to scripts"
    )]
    Ok(fraction.map_or_else(
        || Dynamic::from(whole),
        |rest| Dynamic::from(rest + whole as f64),
    ))
}

fn distinct(list: &Array, pick: impl Fn(&Dynamic) -> Result<Dynamic>) -> Result<Array> {
    let mut seen = HashSet::new();
    let mut kept = Array::new();
    for item in list {
        let value = pick(item)?;
        // Text, which most are, is told apart from what only looks like it written as JSON.
        let key = if let Ok(text) = value.as_immutable_string_ref() {
            (true, ImmutableString::clone(&text))
        } else {
            let json = value::to_json(&value).map_err(Trouble::raise)?;
            (false, json.to_string().into())
        };
        if seen.insert(key) {
            kept.push(item.clone());
        }
    }
    Ok(kept)
}

fn join(list: &Array, separator: &str) -> String {
    list.iter()
        .map(value::brief)
        .collect::<Vec<_>>()
        .join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_sorted_by_a_field_and_by_a_function_alike() {
        let mut engine = Engine::new();
        crate::script::engine::packages(&mut engine);
        register(&mut engine);
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
