//! Letters whose channel this service does not have.
//!
//! They are another service's, which shares the journal, or nobody's: of a channel that was renamed or
//! taken out while they waited. Which, only time tells.

use std::collections::BTreeSet;

use chrono::{TimeDelta, Utc};
use serde_json::Map;
use tokio::time::Instant;

use super::{LULL, Mailer};
use crate::metrics::Outcome;

/// How long they wait for a service that has their channel.
const KEPT: TimeDelta = TimeDelta::days(7);

/// For how long none has taken what would have been if there were one.
const LATE: TimeDelta = TimeDelta::minutes(10);

/// What was said of them.
#[derive(Debug, Default)]
pub(super) struct Strays {
    /// The channels that were named.
    told: BTreeSet<String>,
    /// When they were looked for.
    looked: Option<Instant>,
}

impl Strays {
    /// Says once of each channel that letters wait for it: at once where the jobs file was just read,
    /// and otherwise when nobody takes them. What has waited for too long is forgotten, with a word.
    pub async fn look(&mut self, mailer: &Mailer, is_fresh: bool) {
        if !is_fresh && self.looked.is_some_and(|at| at.elapsed() < LULL) {
            return;
        }
        self.looked = Some(Instant::now());
        let (names, now) = (mailer.names(), Utc::now());
        let late = if is_fresh {
            i64::MAX
        } else {
            (now - LATE).timestamp_micros()
        };
        let old = (now - KEPT).timestamp_micros();
        let found = mailer.with_rows(move |rows| {
            let mut waiting = rows.overdue_letters(late)?;
            waiting.retain(|(channel, _)| !names.contains(channel));
            let mut forgotten = Vec::new();
            for (channel, count) in &mut waiting {
                let dropped = rows.drop_letters(channel, old)?;
                *count -= dropped.min(*count);
                forgotten.push((channel.clone(), dropped));
            }
            waiting.retain(|(_, count)| *count > 0);
            forgotten.retain(|(_, count)| *count > 0);
            Ok((waiting, forgotten))
        });
        // Without the store nothing is known of them; they are looked for again.
        let Ok((waiting, forgotten)) = found.await else {
            return;
        };
        for (channel, count) in &forgotten {
            for _ in 0..*count {
                mailer.metrics.notice(channel, Outcome::GivenUp);
            }
            let what = format!(
                "{} given up: no service had its channel {channel} for 7 days",
                counted(*count, "is", "are")
            );
            say(mailer, "error", "notice_failed", (channel, *count), &what);
        }
        if is_fresh {
            // Of those that wait no more it is said again when there are others.
            let waits = |told: &String| waiting.iter().any(|(channel, _)| channel == told);
            self.told.retain(waits);
        }
        for (channel, count) in waiting {
            let what = format!(
                "{} for the channel {channel}, which the jobs file does not have: a service that \
                 has it delivers them, and after 7 days they are forgotten",
                counted(count, "waits", "wait")
            );
            if self.told.insert(channel.clone()) {
                say(mailer, "warn", "notices_waiting", (&channel, count), &what);
            }
        }
    }
}

fn say(mailer: &Mailer, level: &str, event: &str, (channel, count): (&str, u64), message: &str) {
    let fields = Map::from_iter([
        ("channel".to_owned(), channel.into()),
        ("count".to_owned(), count.into()),
    ]);
    mailer.say(level, event, fields, message);
}

/// So many notices, and what they do.
fn counted(count: u64, one: &str, more: &str) -> String {
    match count {
        1 => format!("1 notice {one}"),
        _ => format!("{count} notices {more}"),
    }
}
