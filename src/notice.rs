//! Notices: what people are told of jobs, and the channels it reaches them by.
//!
//! A [`Notice`] is plain data, which may be kept as JSON and delivered later; a [`Channel`] is one
//! `[notify.NAME]` of the jobs file; a [`Courier`] makes one attempt to deliver the one by the other.
//! Who keeps notices, and tries again after [`wait_before`], is not here.

mod channel;
mod command;
mod courier;
mod failure;
mod kind;
mod mail;
mod repeat;
mod samples;
mod template;
mod web;
mod words;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::secret;

pub use channel::{Channel, Text, Way};
pub use courier::Courier;
pub use failure::Failure;
pub use kind::Kind;
pub use lettre::message::Mailbox;
pub use mail::{Mail, Protection};
pub use repeat::wait_before;
pub use samples::samples;
pub use template::Template;
pub use web::{Hook, address};
pub use words::{body, line, slack_line, subject};

/// The longest message that is passed on, in characters.
const LONGEST_MESSAGE: usize = 2000;

/// Something that people want to hear of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What happened.
    pub kind: Kind,
    /// The job.
    pub job: String,
    /// The id of its run, where there was one that is kept.
    #[serde(default)]
    pub run: Option<String>,
    /// When it was due; of a miss, the first instant that was missed.
    pub instant: DateTime<Utc>,
    /// When this was noticed.
    pub at: DateTime<Utc>,
    /// When the run started.
    #[serde(default)]
    pub started: Option<DateTime<Utc>>,
    /// When it ended.
    #[serde(default)]
    pub finished: Option<DateTime<Utc>>,
    /// Its exit code.
    #[serde(default)]
    pub exit: Option<u8>,
    /// What it says about itself.
    #[serde(default)]
    pub message: Option<String>,
    /// Which attempt it was, from 1.
    #[serde(default = "first")]
    pub attempt: u32,
    /// How many failures there were in a row: this one included, or before this recovery.
    #[serde(default)]
    pub streak: u32,
    /// How many instants were missed, where some were.
    #[serde(default)]
    pub missed: u64,
    /// The last of them.
    #[serde(default)]
    pub until: Option<DateTime<Utc>>,
    /// The profile of the account.
    #[serde(default)]
    pub profile: String,
    /// The machine; empty until it is delivered, and where its name is not known.
    #[serde(default)]
    pub host: String,
    /// When the job is due next.
    #[serde(default)]
    pub next: Option<DateTime<Utc>>,
}

const fn first() -> u32 {
    1
}

impl Notice {
    /// A notice of which nothing more is known.
    #[must_use]
    pub fn new(
        kind: Kind,
        job: impl Into<String>,
        instant: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            kind,
            job: job.into(),
            run: None,
            instant,
            at,
            started: None,
            finished: None,
            exit: None,
            message: None,
            attempt: 1,
            streak: 0,
            missed: 0,
            until: None,
            profile: String::new(),
            host: String::new(),
            next: None,
        }
    }

    /// What tells this notice apart from others, the same at every attempt to deliver it and on every
    /// machine: whoever gets it twice may leave the second one out.
    #[must_use]
    pub fn id(&self) -> String {
        let run = self.run.as_deref().unwrap_or_default();
        let parts = [
            self.profile.as_str(),
            self.job.as_str(),
            self.kind.as_str(),
            run,
            &self.instant.timestamp_micros().to_string(),
            &self.attempt.to_string(),
            &self.missed.to_string(),
        ];
        let digest = Sha256::digest(parts.join("\n").as_bytes());
        let number = digest
            .iter()
            .take(8)
            .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        format!("{number:016x}")
    }

    /// How long the run took, or has taken so far.
    #[must_use]
    pub fn took(&self) -> Option<TimeDelta> {
        let started = self.started?;
        let took = self.finished.unwrap_or(self.at) - started;
        (took >= TimeDelta::zero()).then_some(took)
    }

    /// The notice as JSON, for webhooks, templates and commands: every member is there, and null
    /// where nothing is known.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut members = Map::new();
        members.insert("id".to_owned(), self.id().into());
        members.insert("text".to_owned(), words::line(self).into());
        // A struct of plain fields does not fail to be written.
        if let Ok(Value::Object(own)) = serde_json::to_value(self) {
            members.extend(own);
        }
        for (name, value) in [("profile", &self.profile), ("host", &self.host)] {
            if value.is_empty() {
                members.insert(name.to_owned(), Value::Null);
            }
        }
        let seconds = self.took().map(|took| took.num_seconds());
        members.insert("seconds".to_owned(), seconds.into());
        Value::Object(members)
    }

    /// The notice as it may leave the machine: without secrets, with nothing in its message that a
    /// terminal or a mail program would obey, and of a bounded length.
    #[must_use]
    pub fn presentable(&self) -> Self {
        let message = self.message.as_deref().map(|message| {
            let clean = secret::redact(message);
            let mut shown: String = clean
                .trim()
                .chars()
                .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
                .take(LONGEST_MESSAGE + 1)
                .collect();
            if let Some((end, _)) = shown.char_indices().nth(LONGEST_MESSAGE) {
                shown.truncate(end);
                shown.push('…');
            }
            shown
        });
        Self {
            message: message.filter(|message| !message.is_empty()),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_kept_as_json_and_read_again() {
        for notice in samples(&Kind::ALL) {
            let kept = serde_json::to_string(&notice).unwrap();
            assert_eq!(serde_json::from_str::<Notice>(&kept).unwrap(), notice);
        }
    }

    #[test]
    fn a_notice_of_an_older_release_is_read() {
        let kept = r#"{"kind":"failure","job":"nightly","instant":"2026-01-01T02:00:00Z",
            "at":"2026-01-01T02:00:01Z"}"#;
        let notice: Notice = serde_json::from_str(kept).unwrap();
        let (instant, at) = (notice.instant, notice.at);
        assert_eq!(notice, Notice::new(Kind::Failure, "nightly", instant, at));
    }

    #[test]
    fn an_id_is_the_same_at_every_attempt_and_another_for_another_run() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let notice = Notice::new(Kind::Failure, "nightly", now, now);
        let later = Notice {
            at: now + TimeDelta::hours(1),
            host: "other".to_owned(),
            ..notice.clone()
        };
        assert_eq!(notice.id(), later.id());
        let again = Notice {
            attempt: 2,
            ..notice.clone()
        };
        assert_ne!(notice.id(), again.id());
    }

    #[test]
    fn what_leaves_the_machine_has_no_secrets_and_an_end() {
        secret::guard("hush-hush-4711");
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let mut notice = Notice::new(Kind::Failure, "nightly", now, now);
        notice.message = Some("\u{1b}[31mkey hush-hush-4711 is bad\r\nat line 1".to_owned());
        let shown = notice.presentable().message.unwrap();
        assert_eq!(shown, "[31mkey <redacted> is bad\nat line 1");
        notice.message = Some("ä".repeat(5000));
        let shown = notice.presentable().message.unwrap();
        assert_eq!(shown.chars().count(), LONGEST_MESSAGE + 1);
        notice.message = Some(" \n".to_owned());
        assert_eq!(notice.presentable().message, None);
    }
}
