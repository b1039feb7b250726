//! Documents as rows and columns for people.

use serde_json::Value;

use super::choice::Screen;
use super::colour::Tone;
use super::human;
use super::item::Item;
use super::sheet::Sheet;
use super::state;
use crate::record::{Unit, View};

/// One cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    /// What it says; nothing where there is no value.
    pub(super) text: Option<String>,
    /// Whether it is a quantity, which is set to the right.
    pub(super) is_number: bool,
    /// How it looks.
    pub(super) tone: Option<Tone>,
}

impl Cell {
    fn text(text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            ..Self::default()
        }
    }

    fn number(text: impl Into<String>) -> Self {
        Self {
            is_number: true,
            ..Self::text(text)
        }
    }

    /// A field in a column.
    fn field(found: Option<(View<'_>, Unit)>, screen: &Screen) -> Self {
        let Some((view, unit)) = found else {
            return Self::default();
        };
        if let Some(text) = human::written(&view, unit) {
            return Self::number(text);
        }
        match view {
            View::Null => Self::default(),
            View::List(items) => Self::list(items, unit, screen),
            View::Int(whole) => Self::number(whole.to_string()),
            View::Float(float) => Self::number(float.to_string()),
            View::Time(text) => Self::instant(text, screen),
            View::Text(text) if unit == Unit::Instant => Self::instant(text, screen),
            View::Text(text) if unit == Unit::State => Self {
                tone: state::tone(text),
                ..Self::text(text)
            },
            View::Json(Value::Array(items)) if items.iter().all(is_simple) => {
                Self::list(items.iter().map(View::of_json).collect(), unit, screen)
            }
            other => Self::text(other.brief()),
        }
    }

    /// A list of simple values, joined.
    fn list(items: Vec<View<'_>>, unit: Unit, screen: &Screen) -> Self {
        if items.is_empty() {
            return Self::default();
        }
        let shown = |item| {
            let cell = Self::field(Some((item, unit)), screen);
            cell.text.unwrap_or_else(|| "-".to_owned())
        };
        Self::text(items.into_iter().map(shown).collect::<Vec<_>>().join(", "))
    }

    /// An instant in a column: how long ago it was.
    fn instant(text: &str, screen: &Screen) -> Self {
        let age = || human::age(text, screen.now);
        let age = if screen.is_wide { None } else { age() };
        Self::text(age.unwrap_or_else(|| text.to_owned()))
    }

    /// A field beside its name, where there is room to say more, and where quantities stand among
    /// texts.
    fn alone(found: Option<(View<'_>, Unit)>, screen: &Screen) -> Self {
        if let Some((View::Time(text), _) | (View::Text(text), Unit::Instant)) = found
            && !screen.is_wide
            && let Some(age) = human::age(text, screen.now)
        {
            let told = if age.starts_with("in ") {
                age
            } else {
                format!("{age} ago")
            };
            return Self::text(format!("{text} ({told})"));
        }
        Self {
            is_number: false,
            ..Self::field(found, screen)
        }
    }
}

fn is_simple(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

/// Rows under named columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    /// The columns' names.
    pub(super) columns: Vec<String>,
    /// The rows, each as long as `columns`.
    pub(super) rows: Vec<Vec<Cell>>,
}

impl Grid {
    /// Things under these columns.
    pub(super) fn of(sheet: &Sheet<'_>, columns: Vec<String>, screen: &Screen) -> Self {
        let row = |item: &Item<'_>| {
            let cell = |name: &String| Cell::field(item.at(name), screen);
            columns.iter().map(cell).collect()
        };
        Self {
            rows: sheet.items.iter().map(row).collect(),
            columns,
        }
    }

    /// One thing: a row for each of these fields.
    pub(super) fn alone(item: &Item<'_>, fields: &[String], screen: &Screen) -> Self {
        let row = |name: &String| {
            let value = Cell::alone(item.at(name), screen);
            vec![Cell::text(name.as_str()), value]
        };
        Self {
            columns: vec!["field".to_owned(), "value".to_owned()],
            rows: fields.iter().map(row).collect(),
        }
    }
}
