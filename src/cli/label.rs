//! A run, as the log and the traces name it.

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};

use super::Global;
use super::account::Account;
use crate::client::Observer;
use crate::schedule::Due;
use crate::traces::{Run, Subject};

/// The run that a line of the log or a span is about, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct Label {
    /// Its job and its number in this service, where a service runs it.
    job: Option<(Arc<str>, u64)>,
    /// Its id, once it has begun and where it is kept.
    id: Arc<OnceLock<String>>,
    /// Its span, where traces are wanted.
    span: Option<Run>,
}

impl Label {
    /// The run of a job.
    pub fn of(due: &Due) -> Self {
        Self {
            job: Some((due.job.name.clone(), due.number)),
            id: due.id.clone(),
            span: None,
        }
    }

    /// A run that somebody typed, by its id.
    pub fn of_run(id: Option<String>) -> Self {
        Self {
            job: None,
            id: Arc::new(id.map(OnceLock::from).unwrap_or_default()),
            span: None,
        }
    }

    /// The same with a span, begun now, where traces are wanted.
    pub fn traced(
        mut self,
        global: &Global,
        account: &Account,
        name: &str,
        script: Option<&str>,
    ) -> Self {
        self.span = global.traces.as_ref().map(|traces| {
            traces.begin(&Subject {
                name,
                job: self.job.as_ref().map(|(job, number)| (&**job, *number)),
                script,
                profile: account.profile(),
                server: account.server(),
            })
        });
        self
    }

    /// Whoever tells of the calls of the run, where traces are wanted.
    pub fn observer(&self) -> Option<Arc<dyn Observer>> {
        self.span.as_ref().map(Run::observer)
    }

    /// Ends its span. The id of what is only kept once something is done is known by now.
    pub fn ended(&self, id: Option<&str>, exit: u8) {
        if let Some(span) = &self.span {
            span.end(id.or_else(|| self.run()), exit);
        }
    }

    /// The job.
    pub fn job(&self) -> Option<&str> {
        self.job.as_ref().map(|(job, _)| &**job)
    }

    /// The number of the run in its service.
    pub fn number(&self) -> Option<u64> {
        self.job.as_ref().map(|(_, number)| *number)
    }

    /// The id of the run.
    pub fn run(&self) -> Option<&str> {
        self.id.get().map(String::as_str)
    }

    /// What is known of it, as members of an object.
    pub fn fields(&self) -> Map<String, Value> {
        let fields = [
            ("job", self.job().map(Value::from)),
            ("number", self.number().map(Value::from)),
            ("run", self.run().map(Value::from)),
        ];
        let known = fields.into_iter().filter_map(|(name, value)| {
            let value = value?;
            Some((name.to_owned(), value))
        });
        known.collect()
    }
}

/// What a line for people begins with: `JOB#NUMBER` and a gap, or nothing.
impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.job {
            Some((job, number)) => write!(f, "{job}#{number}  "),
            None => Ok(()),
        }
    }
}
