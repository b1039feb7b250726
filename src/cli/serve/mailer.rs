//! Delivering letters: what people are told of jobs, until it has arrived.
//!
//! Each channel goes at its own pace, so that one that hangs holds up no other.

mod strays;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use serde_json::{Map, Value};
use tokio::sync::Notify;
use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;

use super::log;
use crate::cli::global::LogFormat;
use crate::journal::{Fault, Letter};
use crate::metrics::{Metrics, Outcome};
use crate::notice::{Courier, Notice, wait_before};
use crate::schedule::channels::Channels;
use crate::schedule::{Event, Events, Ledger, Rows};
use strays::Strays;

/// How many letters are under way at once in all.
const MOST: u32 = 32;

/// How many of them go by one channel.
const ABREAST: u32 = 4;

/// How long a letter is this service's; one that dies with it on its way is another's then.
const HELD: TimeDelta = TimeDelta::seconds(90);

/// How long nothing is done after the store failed.
const BREATH: Duration = Duration::from_secs(5);

/// For how long a service that ends still takes letters: what it takes then has time to arrive.
const LAST_TAKEN: Duration = Duration::from_secs(3);

/// How long nothing is looked at where nothing happens.
const LULL: Duration = Duration::from_mins(10);

/// The letters under way, by their tasks: the channel and the number of each.
type Busy = HashMap<Id, (String, i64)>;

/// Delivers letters.
pub struct Mailer {
    ledger: Arc<dyn Ledger>,
    courier: Courier,
    channels: Mutex<Channels>,
    metrics: Arc<Metrics>,
    format: LogFormat,
    wake: Notify,
    /// Whether the channels are those of a jobs file that was just read.
    is_fresh: AtomicBool,
}

impl Events for Mailer {
    fn happened(&self, event: &Event) {
        if matches!(
            event,
            Event::Settled { .. } | Event::Missed { .. } | Event::Long { .. }
        ) {
            self.wake.notify_one();
        }
    }
}

impl Mailer {
    /// One that delivers the letters of these rows by these channels.
    pub fn new(
        ledger: Arc<dyn Ledger>,
        courier: Courier,
        channels: &Channels,
        metrics: Arc<Metrics>,
        format: LogFormat,
    ) -> Self {
        Self {
            ledger,
            courier,
            channels: Mutex::new(channels.clone()),
            metrics,
            format,
            wake: Notify::new(),
            is_fresh: AtomicBool::new(true),
        }
    }

    /// Takes over the channels of a new jobs file.
    pub fn goes_by(&self, channels: &Channels) {
        channels.clone_into(&mut self.channels.lock().unwrap_or_else(PoisonError::into_inner));
        self.is_fresh.store(true, Ordering::Relaxed);
        self.wake.notify_one();
    }

    /// Delivers whatever is due until it is over, and then what is left of that.
    pub async fn run(self: Arc<Self>, over: CancellationToken) {
        let mut under_way = JoinSet::new();
        let mut busy = Busy::new();
        let mut strays = Strays::default();
        let mut ending: Option<Instant> = None;
        loop {
            if over.is_cancelled() {
                let since = *ending.get_or_insert_with(Instant::now);
                if since.elapsed() > LAST_TAKEN {
                    // The next service goes on with the rest.
                    while under_way.join_next().await.is_some() {}
                    return;
                }
            }
            let is_fresh = self.is_fresh.swap(false, Ordering::Relaxed);
            strays.look(&self, is_fresh).await;
            let wait = match self.take(&busy).await {
                // The store may have been waited for until it was too late.
                Ok((letters, _)) if ending.is_some_and(|since| since.elapsed() > LAST_TAKEN) => {
                    for letter in letters {
                        self.settle(&letter, Some(Utc::now().timestamp_micros()))
                            .await;
                    }
                    Duration::ZERO
                }
                Ok((letters, next)) => {
                    for letter in letters {
                        let (mailer, known) =
                            (self.clone(), (letter.channel.clone(), letter.number));
                        let task = under_way.spawn(async move { mailer.deliver(&letter).await });
                        busy.insert(task.id(), known);
                    }
                    next.map_or(LULL, |at| {
                        let left = at.saturating_sub(Utc::now().timestamp_micros());
                        Duration::from_micros(u64::try_from(left).unwrap_or(0)).min(LULL)
                    })
                }
                Err(_) => BREATH,
            };
            if over.is_cancelled() && under_way.is_empty() {
                return;
            }
            tokio::select! {
                () = self.wake.notified() => {}
                () = over.cancelled(), if !over.is_cancelled() => {}
                Some(done) = under_way.join_next_with_id() => {
                    busy.remove(&done.map_or_else(|error| error.id(), |(id, ())| id));
                }
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// The names of the channels that there are.
    fn names(&self) -> Vec<String> {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.keys().cloned().collect()
    }

    /// Takes the letters that are due, as far as their channels have places free: first one of each
    /// channel that has none under way, so that none waits for those that are slow. Gives when the next
    /// ones are due, too.
    async fn take(&self, busy: &Busy) -> Result<(Vec<Letter>, Option<i64>), String> {
        let mut counts: BTreeMap<String, u32> =
            self.names().into_iter().map(|name| (name, 0)).collect();
        for (channel, _) in busy.values() {
            // One that is gone from the jobs file gets no more.
            if let Some(count) = counts.get_mut(channel) {
                *count += 1;
            }
        }
        let mut left = MOST.saturating_sub(u32::try_from(busy.len()).unwrap_or(MOST));
        let now = Utc::now();
        let until = (now + HELD).timestamp_micros();
        // The store may have failed for longer than a letter is held: it is under way all the same.
        let held: HashSet<i64> = busy.values().map(|(_, number)| *number).collect();
        let now = now.timestamp_micros();
        self.with_rows(move |rows| {
            let mut letters = Vec::new();
            for level in 0..ABREAST {
                for (channel, count) in &mut counts {
                    if *count != level || left == 0 {
                        continue;
                    }
                    if let Some(letter) = rows.take_letter(channel, now, until)? {
                        *count += 1;
                        left -= 1;
                        if !held.contains(&letter.number) {
                            letters.push(letter);
                        }
                    }
                }
            }
            // What is due and has no place is looked for when one is free.
            let mut next = None;
            for channel in counts.keys() {
                let of_channel = rows.next_letter(channel, now)?;
                next = next.into_iter().chain(of_channel).min();
            }
            Ok((letters, next))
        })
        .await
    }

    /// Makes one attempt with a letter, and writes down what came of it.
    async fn deliver(&self, letter: &Letter) {
        let channel = self
            .channels
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&letter.channel)
            .cloned();
        let notice = serde_json::from_str::<Notice>(&letter.body);
        let (channel, notice) = match (channel, notice) {
            (Some(channel), Ok(notice)) => (channel, notice),
            // Its channel was taken out of the jobs file a moment ago; another service may have it.
            (None, _) => {
                let now = Utc::now().timestamp_micros();
                return self.settle(letter, Some(now)).await;
            }
            (_, Err(error)) => {
                self.metrics.notice(&letter.channel, Outcome::GivenUp);
                let message = format!(
                    "a notice by channel {} cannot be read, it is given up: {error}",
                    letter.channel
                );
                let channel = ("channel".to_owned(), letter.channel.clone().into());
                self.say(
                    "error",
                    "notice_failed",
                    Map::from_iter([channel]),
                    &message,
                );
                return self.settle(letter, None).await;
            }
        };
        let Err(failure) = self.courier.deliver(&channel, &notice).await else {
            self.metrics.notice(&letter.channel, Outcome::Delivered);
            return self.settle(letter, None).await;
        };
        let again = wait_before(letter.attempts + 1, failure.not_within)
            .filter(|_| failure.is_worth_repeating);
        let what = if let Some(wait) = again {
            self.metrics.notice(&letter.channel, Outcome::Postponed);
            format!("it is tried again in {} s", wait.num_seconds())
        } else {
            self.metrics.notice(&letter.channel, Outcome::GivenUp);
            "it is given up".to_owned()
        };
        let message = format!(
            "{}: the notice by channel {} was not delivered, {what}: {}",
            notice.job, letter.channel, failure.message
        );
        let mut fields = Map::from_iter([
            ("job".to_owned(), notice.job.clone().into()),
            ("channel".to_owned(), letter.channel.clone().into()),
            ("error".to_owned(), failure.message.clone().into()),
        ]);
        if let Some(run) = &notice.run {
            fields.insert("run".to_owned(), run.clone().into());
        }
        self.say("error", "notice_failed", fields, &message);
        let due = again.map(|wait| (Utc::now() + wait).timestamp_micros());
        self.settle(letter, due).await;
    }

    /// Puts a letter off, or forgets it. That is tried until it is written: a letter that was delivered
    /// would be once more, and nothing else goes by its channel meanwhile that would be, too.
    async fn settle(&self, letter: &Letter, due: Option<i64>) {
        let number = letter.number;
        let write = || {
            self.with_rows(move |rows| match due {
                Some(due) => rows.put_off(number, due),
                None => rows.drop_letter(number),
            })
        };
        while write().await.is_err() {
            tokio::time::sleep(BREATH).await;
        }
    }

    fn say(&self, level: &str, event: &str, fields: Map<String, Value>, message: &str) {
        log::entry(self.format, level, event, fields, message);
    }

    async fn with_rows<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Rows) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, String> {
        let slot = Arc::new(Mutex::new(None));
        let own = slot.clone();
        let work = Box::new(move |rows: &mut dyn Rows| {
            *own.lock().unwrap_or_else(PoisonError::into_inner) = Some(work(rows)?);
            Ok(())
        });
        self.ledger.carry_out(work).await?;
        let value = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        value.ok_or_else(|| "the store gave no answer".to_owned())
    }
}

#[cfg(test)]
mod tests;
