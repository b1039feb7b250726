//! What people do to lists of resources, native because loops in scripts are slow.

use std::cmp::Ordering;
use std::collections::HashSet;

use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, ImmutableString, Map, NativeCallContext};

use super::field;
use super::handle;
use super::trouble::Trouble;
use super::value;
use crate::record::View;

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

    fn key(&self, context: &NativeCallContext<'_>, item: &Dynamic) -> Result<Key> {
        if let Self::Field(name) = self
            && let Some(record) = handle::unwrap(item)
            && let Some(view) = record.lookup(name)
            && let Some(key) = Key::of_view(&view)
        {
            return Ok(key);
        }
        Ok(Key::of(&self.pick(context, item)?))
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
enum Key {
    Nothing,
    Bool(bool),
    Number(f64),
    Text(String),
}

impl Key {
    fn of_view(view: &View<'_>) -> Option<Self> {
        Some(match view {
            View::Null => Self::Nothing,
            View::Bool(flag) => Self::Bool(*flag),
            View::Int(whole) => Self::whole(*whole),
            View::Float(float) => Self::Number(*float),
            View::Text(text) => Self::Text((*text).to_owned()),
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
            Self::Text(value::brief(value))
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

    fn into_text(self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Bool(flag) => flag.to_string(),
            Self::Number(number) => number.to_string(),
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
        if Key::of(&field_of(item, name)?).order(&wanted) == Ordering::Equal {
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
    let mut keyed = list
        .iter()
        .map(|item| Ok((by.key(context, item)?, item)))
        .collect::<Result<Vec<_>>>()?;
    if descending {
        keyed.sort_by(|a, b| b.0.order(&a.0));
    } else {
        keyed.sort_by(|a, b| a.0.order(&b.0));
    }
    Ok(keyed.into_iter().map(|(_, item)| item.clone()).collect())
}

fn group(context: &NativeCallContext<'_>, list: &Array, by: Dynamic) -> Result<Map> {
    let by = Selector::of(by)?;
    let mut groups: indexmap::IndexMap<String, Array> = indexmap::IndexMap::new();
    for item in list {
        let key = by.key(context, item)?.into_text();
        groups.entry(key).or_default().push(item.clone());
    }
    Ok(groups
        .into_iter()
        .map(|(key, items)| (key.into(), Dynamic::from_array(items)))
        .collect())
}

fn count(context: &NativeCallContext<'_>, list: &Array, by: Dynamic) -> Result<Map> {
    let by = Selector::of(by)?;
    let mut counts: indexmap::IndexMap<String, i64> = indexmap::IndexMap::new();
    for item in list {
        *counts
            .entry(by.key(context, item)?.into_text())
            .or_default() += 1;
    }
    Ok(counts
        .into_iter()
        .map(|(key, count)| (key.into(), Dynamic::from(count)))
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
        let key = value::to_json(&pick(item)?)
            .map_err(Trouble::raise)?
            .to_string();
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
