//! Functions that say of items whether something is so, and what lists and maps do with them.
//!
//! The language takes all that is not `true` for false: `nodes.all(|n| n.hostname)` is false, and
//! `nodes.filter(|n| n.hostname)` is empty, without a word. Here nothing is no, as of a flag that the
//! API leaves out, and what is neither is an error.

use rhai::{
    Array, Dynamic, EvalAltResult, FnPtr, FuncRegistration, INT, ImmutableString, Map,
    NativeCallContext, Variant,
};

use super::lexicon::Lexicon;
use super::trouble::Trouble;
use super::value;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Whether a function said that something is so; `name` is what it was given to.
pub fn truth(name: &str, answer: &Dynamic, hint: &str) -> Result<bool> {
    match answer.as_bool() {
        Ok(said) => Ok(said),
        Err(_) if answer.is_unit() => Ok(false),
        Err(_) => Err(Trouble::argument(format!(
            "{name} asks for true or false, and got {}",
            value::debug(answer)
        ))
        .hint(hint)
        .raise()),
    }
}

/// A function that is asked about items, and who asks.
struct Predicate<'a> {
    name: &'static str,
    context: &'a NativeCallContext<'a>,
    function: &'a FnPtr,
}

impl<'a> Predicate<'a> {
    const fn of(
        name: &'static str,
        context: &'a NativeCallContext<'a>,
        function: &'a FnPtr,
    ) -> Self {
        Self {
            name,
            context,
            function,
        }
    }

    /// Whether it is so of an item of a list. The function may take its number too, or take it as
    /// `this`.
    fn holds(&self, item: &mut Dynamic, number: usize) -> Result<bool> {
        let number = INT::try_from(number).unwrap_or(INT::MAX);
        self.said(item, [], [number.into()], 0)
    }

    /// Whether it is so of an entry of a map.
    fn holds_of(&self, key: &str, value: &mut Dynamic) -> Result<bool> {
        self.said(value, [key.into()], [], 1)
    }

    fn said<const N: usize, const E: usize>(
        &self,
        item: &mut Dynamic,
        given: [Dynamic; N],
        more: [Dynamic; E],
        place: usize,
    ) -> Result<bool> {
        let answer = self.function.call_raw_with_extra_args(
            self.name,
            self.context,
            Some(item),
            given,
            more,
            Some(place),
        )?;
        truth(self.name, &answer, "compare: |x| x.label == \"…\"")
    }

    /// The number of the first item from a place on of which it is so.
    fn first(&self, list: &mut Array, from: INT) -> Result<Option<usize>> {
        let far = usize::try_from(from.unsigned_abs()).unwrap_or(usize::MAX);
        let from = if from < 0 {
            list.len().saturating_sub(far)
        } else {
            far
        };
        for (number, item) in list.iter_mut().enumerate().skip(from) {
            if self.holds(item, number)? {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    /// Takes the items out of which it is or is not so, once all have been asked about: a list stays as it
    /// is where one fails.
    fn take(&self, list: &mut Array, is_so: bool) -> Result<Array> {
        let mut taken = Vec::with_capacity(list.len());
        for (number, item) in list.iter_mut().enumerate() {
            taken.push(self.holds(item, number)? == is_so);
        }
        let mut taken = taken.into_iter();
        let items = list.extract_if(.., |_| taken.next().unwrap_or(false));
        Ok(items.collect())
    }

    /// Takes the entries out of which it is or is not so.
    fn take_of(&self, map: &mut Map, is_so: bool) -> Result<Map> {
        let mut taken = Vec::new();
        for (key, value) in map.iter_mut() {
            if self.holds_of(key, value)? == is_so {
                taken.push(key.clone());
            }
        }
        let entries = taken.into_iter().filter_map(|key| map.remove_entry(&key));
        Ok(entries.collect())
    }
}

fn filter(asked: &Predicate<'_>, list: &mut Array) -> Result<Array> {
    let mut kept = Array::new();
    for (number, item) in list.iter_mut().enumerate() {
        if asked.holds(item, number)? {
            kept.push(item.clone());
        }
    }
    Ok(kept)
}

fn filter_map(asked: &Predicate<'_>, map: &mut Map) -> Result<Map> {
    let mut kept = Map::new();
    for (key, value) in map.iter_mut() {
        if asked.holds_of(key, value)? {
            kept.insert(key.clone(), value.clone());
        }
    }
    Ok(kept)
}

fn some(asked: &Predicate<'_>, list: &mut Array) -> Result<bool> {
    asked.first(list, 0).map(|found| found.is_some())
}

fn all(asked: &Predicate<'_>, list: &mut Array) -> Result<bool> {
    for (number, item) in list.iter_mut().enumerate() {
        if !asked.holds(item, number)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn find(asked: &Predicate<'_>, list: &mut Array, from: INT) -> Result<Dynamic> {
    let found = asked.first(list, from)?;
    let item = found.and_then(|number| list.get(number).cloned());
    Ok(item.unwrap_or_default())
}

fn index_of(asked: &Predicate<'_>, list: &mut Array, from: INT) -> Result<INT> {
    let found = asked.first(list, from)?;
    Ok(found.map_or(-1, |number| INT::try_from(number).unwrap_or(INT::MAX)))
}

/// Registers what asks functions, in the place of the language's own.
pub fn register(lexicon: &mut Lexicon) {
    asks(lexicon, "filter", true, filter);
    asks(lexicon, "filter", true, filter_map);
    asks(lexicon, "some", true, some);
    asks(lexicon, "all", true, all);
    asks(lexicon, "find", true, |asked, list| find(asked, list, 0));
    asks_from(lexicon, "find", find);
    asks(lexicon, "index_of", true, |asked, list| {
        index_of(asked, list, 0)
    });
    asks_from(lexicon, "index_of", index_of);
    asks(lexicon, "drain", false, |asked, list: &mut Array| {
        asked.take(list, true)
    });
    asks(lexicon, "drain", false, |asked, map: &mut Map| {
        asked.take_of(map, true)
    });
    asks(lexicon, "retain", false, |asked, list: &mut Array| {
        asked.take(list, false)
    });
    asks(lexicon, "retain", false, |asked, map: &mut Map| {
        asked.take_of(map, false)
    });
    named(lexicon, "filter", true, filter);
    named(lexicon, "some", true, some);
    named(lexicon, "all", true, all);
    named(lexicon, "drain", false, |asked, list| {
        asked.take(list, true)
    });
    named(lexicon, "retain", false, |asked, list| {
        asked.take(list, false)
    });
}

/// Registers something that asks a function of its own.
fn asks<T: Variant + Clone, R: Variant + Clone>(
    lexicon: &mut Lexicon,
    name: &'static str,
    is_pure: bool,
    answer: impl Fn(&Predicate<'_>, &mut T) -> Result<R> + Send + Sync + 'static,
) {
    lexicon.register(
        FuncRegistration::new(name).with_purity(is_pure),
        move |context: NativeCallContext, of: &mut T, function: FnPtr| {
            answer(&Predicate::of(name, &context, &function), of)
        },
    );
}

/// The same from a place on.
fn asks_from<R: Variant + Clone>(
    lexicon: &mut Lexicon,
    name: &'static str,
    answer: impl Fn(&Predicate<'_>, &mut Array, INT) -> Result<R> + Send + Sync + 'static,
) {
    lexicon.register_fn(
        name,
        move |context: NativeCallContext, list: &mut Array, function: FnPtr, from: INT| {
            answer(&Predicate::of(name, &context, &function), list, from)
        },
    );
}

/// The same of a function that is named.
fn named<R: Variant + Clone>(
    lexicon: &mut Lexicon,
    name: &'static str,
    is_pure: bool,
    answer: impl Fn(&Predicate<'_>, &mut Array) -> Result<R> + Send + Sync + 'static,
) {
    lexicon.register(
        FuncRegistration::new(name).with_purity(is_pure),
        move |context: NativeCallContext, list: &mut Array, function: ImmutableString| {
            let function = FnPtr::new(function)?;
            answer(&Predicate::of(name, &context, &function), list)
        },
    );
}
