//! What an account has, by id and name, read behind the scenes while lines are typed.
//!
//! Nothing here changes anything, waits longer than it is told to, or complains: an account that does
//! not answer has nothing to offer, and is asked again a little later.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::runtime::LazyRuntime;
use crate::api;
use crate::api::clouds::CloudStats;
use crate::api::inventory::Products;
use crate::api::ip_blocks::IpBlockDetails;
use crate::client::Limits;
use crate::operation::{Arguments, Decoded, Operation};
use crate::record::{Record, View};
use crate::session::{Called, Session, Subject, of_record, reading};

/// How long what was read is taken for what is there.
const FRESH: Duration = Duration::from_secs(30);
/// How long one look may take before it is given up, in seconds.
const LONGEST: i64 = 20;
/// The most clouds whose nodes are looked at when it is not known which cloud is meant.
const MOST_CLOUDS: usize = 64;
/// How many of them at once.
const AT_ONCE: usize = 8;

/// Something that an account has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// Its label or host name.
    pub name: Option<String>,
    /// What else tells it apart: the cloud of a node, the state of a cloud.
    pub note: String,
}

/// What an account has.
#[derive(Clone)]
pub struct Directory(Arc<Inner>);

struct Inner {
    session: Session,
    runtime: Arc<LazyRuntime>,
    /// Whether the account can be asked without asking a person for anything first.
    may_ask: Box<dyn Fn() -> bool + Send + Sync>,
    pages: Mutex<HashMap<Topic, Page>>,
    told: Condvar,
}

/// What a page is about: the resources of a type, or those of them that belong to one other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Topic {
    record: &'static str,
    of: Option<(&'static str, String)>,
}

/// What was read of a topic.
#[derive(Clone, Default)]
struct Page {
    entries: Arc<[Entry]>,
    /// When it was read, or when that failed.
    at: Option<Instant>,
    /// Whether something may have changed since.
    is_stale: bool,
    is_being_read: bool,
}

impl Page {
    fn is_fresh(&self) -> bool {
        !self.is_stale && self.at.is_some_and(|at| at.elapsed() < FRESH)
    }
}

impl Directory {
    /// What the account of a session has. The session should be one that may only read; it is used
    /// only while `may_ask` says so.
    pub fn new(
        session: Session,
        runtime: Arc<LazyRuntime>,
        may_ask: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner {
            session,
            runtime,
            may_ask: Box::new(may_ask),
            pages: Mutex::default(),
            told: Condvar::new(),
        }))
    }

    /// The resources of a type of record, those of one other if that is known. What is not known, or
    /// was read a while ago, is read anew behind the scenes; that is waited for no longer than
    /// `patience`, and otherwise what was known before is given.
    #[must_use]
    pub fn look(
        &self,
        record: &'static str,
        of: Option<(&'static str, String)>,
        patience: Duration,
    ) -> Arc<[Entry]> {
        let topic = Topic { record, of };
        let until = Instant::now() + patience;
        let mut pages = self.0.pages();
        let page = pages.entry(topic.clone()).or_default();
        if !page.is_fresh() && !page.is_being_read && (self.0.may_ask)() {
            page.is_being_read = true;
            page.is_stale = false;
            // What is not begun ends at once, and notes that on the page.
            drop(pages);
            self.read(&topic);
            pages = self.0.pages();
        }
        loop {
            let page = pages.entry(topic.clone()).or_default();
            let left = until.saturating_duration_since(Instant::now());
            if !page.is_being_read || left.is_zero() {
                return page.entries.clone();
            }
            let waited = self.0.told.wait_timeout(pages, left);
            pages = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn read(&self, topic: &Topic) {
        let reading = Reading {
            inner: self.0.clone(),
            topic: topic.clone(),
            found: None,
        };
        if let Ok(handle) = self.0.runtime.handle() {
            handle.spawn(reading.goes_on());
        }
    }

    /// Something may have changed: what was read is read anew when it is asked for.
    pub fn doubt(&self) {
        for page in self.0.pages().values_mut() {
            page.is_stale = true;
        }
    }
}

/// A page that is being read. However that ends, it may be read again.
struct Reading {
    inner: Arc<Inner>,
    topic: Topic,
    found: Option<Vec<Entry>>,
}

impl Reading {
    async fn goes_on(mut self) {
        self.found = self.inner.entries(&self.topic).await;
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        let mut pages = self.inner.pages();
        let page = pages.entry(self.topic.clone()).or_default();
        page.is_being_read = false;
        page.at = Some(Instant::now());
        if let Some(found) = self.found.take() {
            page.entries = found.into();
        }
        drop(pages);
        self.inner.told.notify_all();
    }
}

impl Inner {
    fn pages(&self) -> MutexGuard<'_, HashMap<Topic, Page>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What there is of a topic; nothing if that cannot be learnt.
    async fn entries(&self, topic: &Topic) -> Option<Vec<Entry>> {
        if topic.record == "Hardware" {
            let operation = api::operation("products")?;
            return Some(entries(&self.ask(operation, &Arguments::new()).await?));
        }
        if let Some((operation, arguments)) = call(topic) {
            return Some(entries(&self.ask(operation, &arguments).await?));
        }
        if topic.record != "Node" {
            return None;
        }
        let clouds = api::operation("clouds")?;
        let clouds = entries(&self.ask(clouds, &Arguments::new()).await?);
        let clouds: Vec<Entry> = clouds.into_iter().take(MOST_CLOUDS).collect();
        let mut found = Vec::new();
        for some in clouds.chunks(AT_ONCE) {
            let nodes = some.iter().map(|cloud| self.nodes(cloud));
            found.extend(join_all(nodes).await.into_iter().flatten());
        }
        Some(found)
    }

    /// The nodes of a cloud; none if they cannot be learnt.
    async fn nodes(&self, cloud: &Entry) -> Vec<Entry> {
        let topic = Topic {
            record: "Node",
            of: Some(("Cloud", cloud.id.clone())),
        };
        let Some((operation, arguments)) = call(&topic) else {
            return Vec::new();
        };
        let Some(decoded) = self.ask(operation, &arguments).await else {
            return Vec::new();
        };
        let of = cloud.name.as_deref().unwrap_or(&cloud.id);
        let nodes = entries(&decoded).into_iter();
        let nodes = nodes.map(|node| Entry {
            note: format!("{} of {of}", node.note),
            ..node
        });
        nodes.collect()
    }

    async fn ask(&self, operation: &'static Operation, arguments: &Arguments) -> Option<Decoded> {
        let limits = Limits {
            deadline: Some(self.session.clock().now() + TimeDelta::seconds(LONGEST)),
            ..Limits::default()
        };
        let done = self.session.perform(operation, arguments, &limits).await;
        done.ok().map(|done| done.decoded)
    }
}

/// The call that lists what a topic is about.
fn call(topic: &Topic) -> Option<(&'static Operation, Arguments)> {
    let subject = |(record, id): &(&'static str, String)| {
        Some(Subject {
            kind: of_record(record)?.word,
            id: id.clone(),
            name: Called::Unknown,
        })
    };
    let of: Vec<Subject> = topic.of.iter().filter_map(subject).collect();
    reading(of_record(topic.record)?.word, &of)
}

/// What is named in an answer.
fn entries(decoded: &Decoded) -> Vec<Entry> {
    let mut found = Vec::new();
    match decoded {
        Decoded::Nothing => {}
        Decoded::One(record) => gather(record.as_ref(), &mut found),
        Decoded::Many(records) => {
            for record in records {
                gather(record.as_ref(), &mut found);
            }
        }
    }
    found
}

fn gather(record: &dyn Record, found: &mut Vec<Entry>) {
    let any: &dyn Any = record;
    if let Some(stats) = any.downcast_ref::<CloudStats>() {
        found.extend(stats.nodes.iter().filter_map(|it| entry(it.as_ref())));
    } else if let Some(block) = any.downcast_ref::<IpBlockDetails>() {
        found.extend(block.ip_addrs.iter().filter_map(|it| entry(it.as_ref())));
    } else if let Some(products) = any.downcast_ref::<Products>() {
        let hardware = products.hardware.iter();
        found.extend(hardware.filter_map(|it| {
            Some(Entry {
                id: it.name.clone()?,
                name: None,
                note: it.display_name.clone().unwrap_or_default(),
            })
        }));
    } else {
        found.extend(entry(record));
    }
}

/// The fields that tell resources apart beside their names.
const TELLING: &[&str] = &[
    "power_state",
    "cloud_type",
    "provision_status",
    "vlan_type",
    "prefix",
    "ip_address",
    "displayName",
    "region",
];

fn entry(record: &dyn Record) -> Option<Entry> {
    let known = of_record(record.kind().name)?;
    let text = |name: &str| match record.lookup(name) {
        Some(View::Text(text)) if !text.is_empty() => Some(text.to_owned()),
        Some(View::Int(number)) => Some(number.to_string()),
        _ => None,
    };
    let telling = TELLING.iter().filter_map(|name| text(name));
    Some(Entry {
        id: text(known.id)?,
        name: text(known.name),
        note: telling.collect::<Vec<_>>().join(", "),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::script::trial::Trial;

    /// Long enough for whatever comes of itself.
    const LONG: Duration = Duration::from_mins(1);

    fn of(trial: &Arc<Trial>, may_ask: bool) -> Directory {
        let session = trial.host().session().clone();
        Directory::new(session, Arc::default(), move || may_ask)
    }

    #[test]
    fn an_account_that_does_not_answer_is_asked_again_only_when_something_changed() {
        let trial = Arc::new(Trial::default());
        let directory = of(&trial, true);
        let asked = || trial.calls.load(Ordering::Relaxed);
        assert!(directory.look("Cloud", None, LONG).is_empty());
        assert_eq!(asked(), 1);
        assert!(directory.look("Cloud", None, LONG).is_empty());
        assert_eq!(asked(), 1);
        directory.doubt();
        assert!(directory.look("Cloud", None, LONG).is_empty());
        assert_eq!(asked(), 2);
        // What the account has no list of is not asked for.
        assert!(directory.look("PowerChange", None, LONG).is_empty());
        assert_eq!(asked(), 2);
    }

    #[test]
    fn an_account_that_may_not_be_asked_is_not() {
        let trial = Arc::new(Trial::default());
        assert!(of(&trial, false).look("Cloud", None, LONG).is_empty());
        assert_eq!(trial.calls.load(Ordering::Relaxed), 0);
    }
}
