//! TOML read into JSON, with the place of everything in it.

use std::ops::Range;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A file, parsed.
pub struct Written<'a> {
    table: Spanned<DeTable<'a>>,
}

impl<'a> Written<'a> {
    /// Parses a file; the error is what is wrong and where.
    pub fn parse(text: &'a str) -> Result<Self, (String, Range<usize>)> {
        let table = DeTable::parse(text).map_err(|error| {
            let at = error.span().unwrap_or_default();
            (error.message().to_owned(), at)
        })?;
        Ok(Self { table })
    }

    /// All of it as JSON; dates are text there.
    pub fn value(&self) -> Value {
        of_table(self.table.get_ref())
    }

    /// Where a JSON pointer leads in the text, or as far on the way there as there is something.
    /// `key` asks for the name of the last member instead of its value.
    pub fn place(&self, pointer: &str, key: bool) -> Range<usize> {
        let mut at = self.table.span();
        let mut table = Some(self.table.get_ref());
        let mut array = None;
        let mut steps = pointer.split('/').skip(1).peekable();
        while let Some(step) = steps.next() {
            let is_last = steps.peek().is_none();
            let found: Option<&Spanned<DeValue<'_>>> = match (table, array) {
                (Some(members), _) => {
                    let member = members
                        .iter()
                        .find(|(name, _)| name.get_ref().as_ref() == step);
                    if let Some((name, _)) = member
                        && is_last
                        && key
                    {
                        return name.span();
                    }
                    member.map(|(_, value)| value)
                }
                (None, Some(items)) => step.parse().ok().and_then(|place: usize| {
                    let items: &toml::de::DeArray<'_> = items;
                    items.get(place)
                }),
                (None, None) => None,
            };
            let Some(found) = found else { break };
            at = found.span();
            (table, array) = match found.get_ref() {
                DeValue::Table(members) => (Some(members), None),
                DeValue::Array(items) => (None, Some(items)),
                _ => (None, None),
            };
        }
        at
    }
}

fn of_table(table: &DeTable<'_>) -> Value {
    let members = table
        .iter()
        .map(|(name, value)| (name.get_ref().to_string(), of_value(value.get_ref())));
    Value::Object(members.collect::<Map<_, _>>())
}

fn of_value(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::String(number.as_str().to_owned()), Value::from),
        DeValue::Float(number) => number
            .as_str()
            .parse::<f64>()
            .map_or_else(|_| Value::String(number.as_str().to_owned()), Value::from),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(instant) => Value::String(instant.to_string()),
        DeValue::Array(items) => items.iter().map(|item| of_value(item.get_ref())).collect(),
        DeValue::Table(members) => of_table(members),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_in_a_file_has_a_place() {
        let text = "seed = 7\n[[cloud]]\nid = \"a\"\n[cloud.fields]\nup = true\n";
        let written = Written::parse(text).unwrap();
        assert_eq!(written.value()["cloud"][0]["fields"]["up"], true);
        let shown = |pointer: &str, key: bool| text.get(written.place(pointer, key));
        assert_eq!(shown("/seed", false), Some("7"));
        assert_eq!(shown("/cloud/0/id", false), Some("\"a\""));
        assert_eq!(shown("/cloud/0/fields/up", true), Some("up"));
        // What is missing is where it should be.
        assert_eq!(shown("/cloud/0/label", false), Some("[[cloud]]"));
        assert!(Written::parse("seed = = 7").is_err());
    }
}
