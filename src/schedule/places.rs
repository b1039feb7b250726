//! Where the values of a jobs file stand, worked out when somebody asks.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use toml::de::{DeTable, DeValue};

use super::document::Document;
use crate::error::Place;

/// By the name of the job, and then by key.
type All = BTreeMap<String, BTreeMap<String, Place>>;

/// Where the values of a jobs file stand. Only complaints ask, so that a file of many jobs without any
/// costs no more than its text.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    file: Arc<str>,
    text: Arc<str>,
    all: OnceLock<All>,
}

impl Places {
    /// Those of this text.
    pub(super) fn of(file: &str, text: Arc<str>) -> Self {
        Self {
            file: file.into(),
            text,
            all: OnceLock::new(),
        }
    }

    /// The text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// All of them; those of the channel NAME go by `notify.NAME`, as no job can.
    pub(super) fn all(&self) -> &All {
        self.all.get_or_init(|| {
            let mut document = Document::new(&self.file, &self.text);
            let root = document.root();
            let mut all = All::new();
            let channels = root.get("notify").and_then(|it| it.get_ref().as_table());
            for (name, value) in channels.into_iter().flatten() {
                if let Some(table) = value.get_ref().as_table() {
                    let name = format!("notify.{}", name.get_ref());
                    all.insert(name, of_table(&document, table));
                }
            }
            let jobs = root.get("job").and_then(|it| it.get_ref().as_array());
            for table in jobs.into_iter().flatten() {
                let Some(table) = table.get_ref().as_table() else {
                    continue;
                };
                let name = table.get("name").and_then(|it| it.get_ref().as_str());
                if let Some(name) = name {
                    let places = of_table(&document, table);
                    // The first job of a name is the one that there is.
                    all.entry(name.to_owned()).or_insert(places);
                }
            }
            all
        })
    }
}

/// Where the values of a job stand: `cron`, `allow`, `args`, and within them `cron.0`, `args.batch`.
fn of_table(document: &Document<'_>, table: &DeTable<'_>) -> BTreeMap<String, Place> {
    let mut places = BTreeMap::new();
    for (key, value) in table {
        let key = key.get_ref();
        places.insert(key.to_string(), document.place(&value.span()));
        match value.get_ref() {
            DeValue::Array(list) => {
                for (index, item) in list.iter().enumerate() {
                    places.insert(format!("{key}.{index}"), document.place(&item.span()));
                }
            }
            DeValue::Table(inner) => {
                for (name, item) in inner {
                    let name = name.get_ref();
                    places.insert(format!("{key}.{name}"), document.place(&item.span()));
                }
            }
            _ => {}
        }
    }
    places
}
