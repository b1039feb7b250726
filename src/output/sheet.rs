//! A document as things with fields: which columns it has, and in what order its things stand.

use indexmap::IndexSet;
use serde_json::{Map, Value};

use super::choice::{SortKey, Unfit};
use super::document::{Column, Document, Shown};
use super::item::{Item, VALUE, splits};
use super::order;
use crate::operation::nearest;
use crate::record::{RecordKind, View};

/// A document as things with fields.
pub(super) struct Sheet<'d> {
    /// The things.
    pub(super) items: Vec<Item<'d>>,
    /// Whether it is a list of them, and not just one.
    pub(super) is_list: bool,
    kinds: Vec<&'static RecordKind>,
    columns: &'static [Column],
}

impl<'d> Sheet<'d> {
    /// The document's things; none where it has none, but is a text or nothing at all.
    pub(super) fn of(document: &'d Document) -> Option<Self> {
        let mut sheet = Self {
            items: Vec::new(),
            is_list: true,
            kinds: Vec::new(),
            columns: &[],
        };
        match document {
            Document::Nothing | Document::Text(_) | Document::Value(Value::Null) => return None,
            Document::NoneOf(kind) => sheet.kinds.push(kind),
            Document::Records(records) => {
                sheet.items = records.iter().map(|it| Item::Record(&**it)).collect();
                for record in records {
                    let kind = record.kind();
                    if !sheet.kinds.iter().any(|known| known.name == kind.name) {
                        sheet.kinds.push(kind);
                    }
                }
            }
            Document::Record(record) => {
                sheet.is_list = false;
                sheet.kinds.push(record.kind());
                sheet.items.push(Item::Record(&**record));
            }
            Document::Rows(columns, rows) => {
                sheet.columns = columns;
                sheet.items = rows.iter().map(|row| Item::Row(row, columns)).collect();
            }
            Document::Value(Value::Array(items)) => {
                sheet.items = items.iter().map(Item::of).collect();
            }
            Document::Value(value) => {
                sheet.is_list = false;
                sheet.items.push(Item::of(value));
            }
        }
        Some(sheet)
    }

    /// Whether something in it has no fields.
    pub(super) fn has_bare(&self) -> bool {
        self.items.iter().any(|item| matches!(item, Item::Bare(_)))
    }

    /// The columns for people: those that its kinds chose, or all.
    pub(super) fn brief(&self) -> Vec<String> {
        let chosen = self.kinds.iter().flat_map(|kind| kind.columns);
        let columns: IndexSet<&str> = chosen.copied().collect();
        if !columns.is_empty() {
            return columns.into_iter().map(str::to_owned).collect();
        }
        if self.columns.is_empty() {
            return self.whole();
        }
        let shown = self.columns.iter().filter(|it| it.shown != Shown::Wide);
        shown.map(|column| column.name.to_owned()).collect()
    }

    /// Every column for people: each declared field, so that it does not depend on which optional
    /// fields today's answer has, and then what nobody declared.
    pub(super) fn whole(&self) -> Vec<String> {
        let mut names: IndexSet<String> = IndexSet::new();
        for kind in &self.kinds {
            names.extend(flat(kind));
        }
        names.extend(self.columns.iter().map(|column| column.name.to_owned()));
        for item in &self.items {
            names.extend(item.names());
        }
        names.into_iter().collect()
    }

    /// Every column for programs.
    pub(super) fn exact(&self) -> Vec<String> {
        let mut names = self.whole();
        names.retain(|name| {
            let column = self.columns.iter().find(|column| column.name == name);
            column.is_none_or(|column| column.shown != Shown::People)
        });
        names
    }

    /// The columns asked for, each once; none where none are.
    pub(super) fn chosen(&self, columns: &[String]) -> Result<Option<Vec<String>>, Unfit> {
        let mut chosen: IndexSet<String> = IndexSet::new();
        for name in columns {
            let name = name.trim();
            if name.is_empty() {
                return Err(Unfit::mistake(
                    "a column without a name is asked for",
                    format!("--columns NAME,NAME; {}", self.listed()),
                ));
            }
            self.require(name, "column")?;
            chosen.insert(name.to_owned());
        }
        Ok((!chosen.is_empty()).then(|| chosen.into_iter().collect()))
    }

    /// Puts its things in order; those that have nothing to be sorted by stand last.
    pub(super) fn sort(&mut self, keys: &[SortKey]) -> Result<(), Unfit> {
        for key in keys {
            self.require(&key.field, "field")?;
        }
        if self.is_list {
            order::sort(&mut self.items, keys);
        }
        Ok(())
    }

    /// The whole for programs: whole things, or their chosen columns.
    pub(super) fn value(&self, chosen: Option<&[String]>) -> Value {
        let mut values = self.values(chosen);
        if self.is_list {
            return Value::Array(values);
        }
        values.pop().unwrap_or_default()
    }

    /// Each thing for programs.
    pub(super) fn values(&self, chosen: Option<&[String]>) -> Vec<Value> {
        let Some(columns) = chosen else {
            return self.items.iter().map(Item::whole).collect();
        };
        let row = |item: &Item<'_>| {
            let member = |name: &String| (name.clone(), raw(item, name));
            Value::Object(columns.iter().map(member).collect::<Map<_, _>>())
        };
        self.items.iter().map(row).collect()
    }

    fn require(&self, name: &str, what: &str) -> Result<(), Unfit> {
        if self.knows(name) {
            return Ok(());
        }
        let names = self.whole();
        let near = nearest(name, names.iter().map(String::as_str));
        let hint = match near {
            Some(near) => format!("did you mean `{near}`? {}", self.listed()),
            None => self.listed(),
        };
        Err(Unfit::mistake(
            format!("the result has no {what} `{name}`"),
            hint,
        ))
    }

    fn listed(&self) -> String {
        let names = self.whole();
        match names.as_slice() {
            [] => "it has none".to_owned(),
            [only] => format!("it has {only} alone"),
            names => format!("it has {}", names.join(", ")),
        }
    }

    /// Whether there is such a field: declared, or in one of the things. A path within what is
    /// empty today is not known to be wrong.
    fn knows(&self, path: &str) -> bool {
        let is_unknown = self.items.is_empty() && self.kinds.is_empty() && self.columns.is_empty();
        if is_unknown
            || self.declares(path)
            || self.items.iter().any(|item| item.at(path).is_some())
        {
            return true;
        }
        splits(path).any(|(head, _)| {
            let found = || self.items.iter().filter_map(|item| item.at(head));
            (self.declares(head) || found().next().is_some())
                && found().all(|(view, _)| is_empty(&view))
        })
    }

    fn declares(&self, path: &str) -> bool {
        let is_column = self.columns.iter().any(|column| column.name == path);
        is_column || self.kinds.iter().any(|kind| declares(kind, path))
    }
}

/// A field for programs.
pub(super) fn raw(item: &Item<'_>, name: &str) -> Value {
    item.at(name)
        .map_or(Value::Null, |(view, _)| view.redacted())
}

fn is_empty(view: &View<'_>) -> bool {
    match view {
        View::Null => true,
        View::List(items) => items.is_empty(),
        View::Json(Value::Array(items)) => items.is_empty(),
        View::Json(Value::Object(members)) => members.is_empty(),
        _ => false,
    }
}

/// The declared fields of a kind, those under `fields` beside the others.
fn flat(kind: &'static RecordKind) -> Vec<String> {
    let is_own = |name: &str| kind.fields.iter().any(|field| field.name == name);
    let mut names = Vec::new();
    for field in kind.fields {
        match kind.nested("fields") {
            Some(inner) if field.name == "fields" => {
                names.extend(inner.fields.iter().map(|field| {
                    if is_own(field.name) {
                        format!("fields.{}", field.name)
                    } else {
                        field.name.to_owned()
                    }
                }));
            }
            _ => names.push(field.name.to_owned()),
        }
    }
    names
}

fn declares(kind: &'static RecordKind, path: &str) -> bool {
    kind.field(path).is_some()
        || splits(path).any(|(head, rest)| {
            // A place in a list is not part of what is declared.
            let rest = match rest.split_once('.') {
                Some((place, rest)) if place.parse::<usize>().is_ok() => rest,
                _ => rest,
            };
            let nested = kind.field(head).and_then(|field| field.nested);
            nested.is_some_and(|nested| declares(nested(), rest))
        })
}

/// The one column of values without fields.
pub(super) fn bare() -> Vec<String> {
    vec![VALUE.to_owned()]
}
