//! The options of a builtin: a map whose keys are checked.

use rhai::{Dynamic, EvalAltResult, FLOAT, INT, ImmutableString, Map};

use super::moment::Span;
use super::trouble::Trouble;
use super::value;
use crate::operation::nearest;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// A builtin's options.
pub struct Options<'a> {
    of: &'static str,
    map: &'a Map,
}

impl<'a> Options<'a> {
    /// Options of which every key is known.
    pub fn new(of: &'static str, map: &'a Map, known: &[&str]) -> Result<Self> {
        for name in map.keys() {
            if !known.contains(&name.as_str()) {
                return Err(Trouble::argument(format!("{of} has no option `{name}`"))
                    .hint(nearest(name, known.iter().copied()).map_or_else(
                        || format!("its options are {}", known.join(", ")),
                        |near| format!("did you mean `{near}`?"),
                    ))
                    .raise());
            }
        }
        Ok(Self { of, map })
    }

    fn get(&self, name: &str) -> Option<&Dynamic> {
        self.map.get(name).filter(|value| !value.is_unit())
    }

    fn wrong(&self, name: &str, wanted: &str, value: &Dynamic) -> Box<EvalAltResult> {
        Trouble::argument(format!(
            "{}: `{name}` must be {wanted}, not {}",
            self.of,
            value::debug(value)
        ))
        .raise()
    }

    /// A whole number.
    pub fn int(&self, name: &str) -> Result<Option<INT>> {
        self.get(name)
            .map(|value| {
                value
                    .as_int()
                    .map_err(|_| self.wrong(name, "a whole number", value))
            })
            .transpose()
    }

    /// A number, 0 or more.
    pub fn float(&self, name: &str) -> Result<Option<FLOAT>> {
        #[expect(clippy::cast_precision_loss, reason = "factors are small")]
        self.get(name)
            .map(|value| {
                value
                    .as_float()
                    .or_else(|_| value.as_int().map(|whole| whole as FLOAT))
                    .ok()
                    .filter(|number| number.is_finite() && *number >= 0.0)
                    .ok_or_else(|| self.wrong(name, "a number, 0 or more", value))
            })
            .transpose()
    }

    /// A span of time, longer than nothing.
    pub fn span(&self, name: &str) -> Result<Option<Span>> {
        self.get(name)
            .map(|value| {
                let span = Span::of(value)?;
                if span.0 <= chrono::TimeDelta::zero() {
                    return Err(self.wrong(name, "longer than nothing", value));
                }
                Ok(span)
            })
            .transpose()
    }

    /// A text.
    pub fn text(&self, name: &str) -> Result<Option<ImmutableString>> {
        self.get(name)
            .map(|value| {
                value
                    .as_immutable_string_ref()
                    .map(|text| text.clone())
                    .map_err(|_| self.wrong(name, "text", value))
            })
            .transpose()
    }

    /// True or false.
    pub fn flag(&self, name: &str) -> Result<Option<bool>> {
        self.get(name)
            .map(|value| {
                value
                    .as_bool()
                    .map_err(|_| self.wrong(name, "true or false", value))
            })
            .transpose()
    }

    /// A map.
    pub fn map(&self, name: &str) -> Result<Option<Map>> {
        self.get(name)
            .map(|value| {
                value
                    .read_lock::<Map>()
                    .map(|map| map.clone())
                    .ok_or_else(|| self.wrong(name, "a map, #{…}", value))
            })
            .transpose()
    }

    /// Any value.
    pub fn any(&self, name: &str) -> Option<&Dynamic> {
        self.get(name)
    }

    /// One of a few words.
    pub fn word<'w>(&self, name: &str, words: &[&'w str]) -> Result<Option<&'w str>> {
        self.get(name)
            .map(|value| {
                let text = value.as_immutable_string_ref().ok();
                words
                    .iter()
                    .copied()
                    .find(|word| text.as_ref().is_some_and(|text| text.as_str() == *word))
                    .ok_or_else(|| {
                        let words: Vec<_> = words.iter().map(|word| format!("{word:?}")).collect();
                        self.wrong(name, &words.join(" or "), value)
                    })
            })
            .transpose()
    }
}
