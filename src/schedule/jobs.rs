//! The jobs file: every job of a service, and everything that is wrong with it at once.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use ahash::RandomState;
use toml::de::DeTable;

use super::almanac::Almanac;
use super::channels::{Channels, read_channels};
use super::document::{Document, Node, key_span};
use super::entry::{Beside, read_job};
use super::job::Job;
use super::limits;
use super::places::Places;
use super::shared::Shared;
use crate::error::{Complaint, Place};

/// How long a piece of a file is at the least, in bytes: many short ones take longer.
const PIECE: usize = 64 * 1024;

/// The jobs of a service, in the order of their file.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    list: Vec<Arc<Job>>,
    /// The place of each job among them, by its name.
    index: HashMap<Arc<str>, usize, RandomState>,
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
        let text = &Arc::from(text);
        // What is wrong is said of the whole text.
        match Self::in_pieces(file_name, text, PIECE) {
            Some(jobs) => Ok(jobs),
            None => Self::whole(file_name, text),
        }
    }

    fn whole(file_name: &str, text: &Arc<str>) -> Result<Self, Vec<Complaint>> {
        let mut document = Document::new(file_name, text);
        let root = document.root();
        let mut reading = Reading::begin(file_name, text, &mut document, &root);
        reading.read(&mut document, &root);
        if document.is_sound() {
            Ok(reading.jobs)
        } else {
            Err(document.into_complaints())
        }
    }

    /// Reads a text job by job, so that a long one is never all in memory as a tree; nothing where
    /// anything about it is out of the ordinary.
    fn in_pieces(file_name: &str, text: &Arc<str>, least: usize) -> Option<Self> {
        let mut pieces = pieces(text, least);
        let head = pieces.next()?;
        let mut document = Document::new(file_name, head);
        let root = document.root();
        if root.contains_key("job") {
            return None;
        }
        let mut reading = Reading::begin(file_name, text, &mut document, &root);
        let mut is_sound = document.is_sound();
        for piece in pieces {
            if !is_sound {
                return None;
            }
            let mut document = Document::new(file_name, piece);
            let root = document.root();
            if root.len() != 1 {
                return None;
            }
            reading.read(&mut document, &root);
            is_sound = document.is_sound();
        }
        is_sound.then_some(reading.jobs)
    }

    /// The text that they were read from.
    #[must_use]
    pub fn text(&self) -> &str {
        self.places.text()
    }

    /// The same without the text, which only complaints ask for.
    #[must_use]
    pub fn settled(mut self) -> Self {
        self.places = Places::default();
        self
    }

    /// The jobs, in the order of their file.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Job>> {
        self.list.iter()
    }

    /// Those of them that are not scheduled.
    pub fn disabled(&self) -> impl Iterator<Item = &Arc<Job>> {
        self.list.iter().filter(|job| !job.enabled)
    }

    /// The job of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<Job>> {
        self.list.get(self.position(name)?)
    }

    /// Which of the jobs has this name, counted from 0.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
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

/// The text before its first `[[job]]` line, and then pieces of at least so many bytes, each of which begins
/// with such a line. What it means elsewhere, within a text of several lines or a list, leaves the piece before it
/// without an end, which is no TOML.
fn pieces(text: &str, least: usize) -> impl Iterator<Item = &str> {
    let begins = |at: &usize| {
        let line = text.get(*at..).and_then(|rest| rest.lines().next());
        line.is_some_and(|line| line.trim() == "[[job]]")
    };
    let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    let mut starts = starts.filter(move |at| begins(at)).peekable();
    let head = text.get(..starts.peek().copied().unwrap_or(text.len()));
    let rest = std::iter::from_fn(move || {
        let start = starts.next()?;
        while starts.next_if(|next| next - start < least).is_some() {}
        text.get(start..starts.peek().copied().unwrap_or(text.len()))
    });
    head.into_iter().chain(rest)
}

/// A jobs file that is being read.
struct Reading<'a> {
    jobs: Jobs,
    folder: &'a Path,
    almanac: Almanac,
    seen: HashMap<String, Range<usize>>,
    shared: Shared,
}

impl<'a> Reading<'a> {
    /// Reads all but the jobs.
    fn begin(
        file_name: &'a str,
        text: &Arc<str>,
        document: &mut Document<'_>,
        root: &DeTable<'_>,
    ) -> Self {
        document.refuse_strangers(
            root,
            &["calendar", "group", "job", "notify", "service"],
            "the jobs file",
        );
        let almanac = Almanac::read(document, root);
        let folder = Path::new(file_name).parent();
        Self {
            folder: folder.unwrap_or_else(|| Path::new("")),
            almanac,
            jobs: Jobs {
                groups: limits::groups(document, root),
                limit: limits::of_service(document, root),
                channels: read_channels(document, root),
                places: Places::of(file_name, Arc::clone(text)),
                ..Jobs::default()
            },
            seen: HashMap::new(),
            shared: Shared::default(),
        }
    }

    /// Reads the jobs of a table.
    fn read(&mut self, document: &mut Document<'_>, root: &DeTable<'_>) {
        for entry in entries(document, root) {
            let span = entry.span();
            let Some(table) = entry.get_ref().as_table() else {
                document.refuse_type("job", entry, "a table", "{ name = \"nightly\" }");
                continue;
            };
            let mut beside = Beside {
                folder: self.folder,
                groups: &self.jobs.groups,
                channels: &self.jobs.channels,
                almanac: &self.almanac,
                seen: &mut self.seen,
                shared: &mut self.shared,
            };
            if let Some(job) = read_job(document, table, &span, &mut beside) {
                let jobs = &mut self.jobs;
                jobs.index.insert(job.name.clone(), jobs.list.len());
                jobs.list.push(Arc::new(job));
            }
        }
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
