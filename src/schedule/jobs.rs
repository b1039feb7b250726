//! The jobs file: every job of a service, and everything that is wrong with it at once.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use toml::de::DeTable;

use super::almanac::Almanac;
use super::channels::{Channels, read_channels};
use super::document::{Document, Node, key_span};
use super::entry::read_job;
use super::job::Job;
use super::limits;
use super::places::Places;
use crate::error::{Complaint, Place};

/// The jobs of a service, in the order of their file.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    list: Vec<Arc<Job>>,
    /// The place of each job among them, by its name.
    index: HashMap<String, usize>,
    /// How many runs each concurrency group may have at once.
    groups: BTreeMap<String, usize>,
    /// How many runs a service may have at once.
    limit: usize,
    channels: Channels,
    places: Places,
}

/// Jobs are equal when they mean the same, wherever they stand in their file.
impl PartialEq for Jobs {
    fn eq(&self, other: &Self) -> bool {
        self.list == other.list
            && self.groups == other.groups
            && self.limit == other.limit
            && self.channels == other.channels
    }
}

impl Jobs {
    /// Reads the text of a jobs file.
    ///
    /// Scripts are found relative to the file. All problems are reported, not only the first, each
    /// with its place.
    pub fn read(file_name: &str, text: &str) -> Result<Self, Vec<Complaint>> {
        let mut document = Document::new(file_name, text);
        let root = document.root();
        document.refuse_strangers(
            &root,
            &["calendar", "group", "job", "notify", "service"],
            "the jobs file",
        );
        let almanac = Almanac::read(&mut document, &root);
        let folder = Path::new(file_name)
            .parent()
            .unwrap_or_else(|| Path::new(""));
        let mut jobs = Self {
            groups: limits::groups(&mut document, &root),
            limit: limits::of_service(&mut document, &root),
            channels: read_channels(&mut document, &root),
            places: Places::of(file_name, text),
            ..Self::default()
        };
        let mut seen = BTreeMap::new();
        for entry in entries(&mut document, &root) {
            let span = entry.span();
            let Some(table) = entry.get_ref().as_table() else {
                document.refuse_type("job", entry, "a table", "{ name = \"nightly\" }");
                continue;
            };
            let beside = (&jobs.groups, &jobs.channels, &almanac);
            if let Some(job) = read_job(&mut document, table, &span, folder, &mut seen, beside) {
                jobs.index.insert(job.name.clone(), jobs.list.len());
                jobs.list.push(Arc::new(job));
            }
        }
        if document.is_sound() {
            Ok(jobs)
        } else {
            Err(document.into_complaints())
        }
    }

    /// The jobs, in the order of their file.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Job>> {
        self.list.iter()
    }

    /// The job of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<Job>> {
        self.list.get(*self.index.get(name)?)
    }

    /// How many runs of a concurrency group there may be at once.
    #[must_use]
    pub fn group(&self, name: &str) -> usize {
        self.groups.get(name).copied().unwrap_or(usize::MAX)
    }

    /// How many runs a service may have at once.
    #[must_use]
    pub const fn limit(&self) -> usize {
        self.limit
    }

    /// The channels that notices go by, by name.
    #[must_use]
    pub fn channels(&self) -> &Channels {
        &self.channels
    }

    /// Where a value of a job stands, for complaints about it by those who know more of what it
    /// should be: `script`, `timeout`, `allow.0`, `args.batch`. The
    /// channel NAME goes by `notify.NAME`, as no job can.
    #[must_use]
    pub fn place(&self, job: &str, key: &str) -> Option<&Place> {
        self.places.all().get(job)?.get(key)
    }

    /// How many jobs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// The tables within a table, by name.
fn entries<'v, 't>(document: &mut Document<'_>, root: &'v DeTable<'t>) -> Vec<&'v Node<'t>> {
    let Some(value) = root.get("job") else {
        return Vec::new();
    };
    if let Some(list) = value.get_ref().as_array() {
        return list.iter().collect();
    }
    let message = "`job` is a single table, but jobs are a list".to_owned();
    let span = key_span(root, "job").unwrap_or_else(|| value.span());
    document.complain(
        &span,
        message,
        Some("write `[[job]]` above each job".into()),
    );
    Vec::new()
}

#[cfg(test)]
mod tests;
