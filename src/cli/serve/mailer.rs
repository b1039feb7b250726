//! Delivering letters: what people are told of jobs, until it has arrived.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use futures_util::future::join_all;
use tokio::sync::Notify;

use super::log;
use crate::cli::global::LogFormat;
use crate::journal::{Fault, Letter};
use crate::metrics::{Metrics, Outcome};
use crate::notice::{Courier, Notice, wait_before};
use crate::schedule::channels::Channels;
use crate::schedule::{Event, Events, Ledger, Rows};

/// How many letters are under way at once.
const MOST: u32 = 16;

/// How long a letter is this service's; one that dies with it on its way is another's then.
const HELD: TimeDelta = TimeDelta::seconds(90);

/// How long nothing is done after the store failed.
const BREATH: Duration = Duration::from_secs(5);

/// Delivers letters.
pub struct Mailer {
    pub ledger: Arc<dyn Ledger>,
    pub courier: Courier,
    pub channels: Mutex<Channels>,
    pub metrics: Arc<Metrics>,
    pub format: LogFormat,
    pub wake: Notify,
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
    /// Takes over the channels of a new jobs file.
    pub fn goes_by(&self, channels: &Channels) {
        channels.clone_into(&mut self.channels.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Delivers whatever is due, for as long as it is let.
    pub async fn run(&self) {
        loop {
            let wait = match self.round().await {
                Ok(next) => next.map(|at| {
                    let left = at.saturating_sub(Utc::now().timestamp_micros());
                    Duration::from_micros(u64::try_from(left).unwrap_or(0))
                }),
                Err(_) => Some(BREATH),
            };
            let rest = async {
                match wait {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.wake.notified() => {}
                () = rest => {}
            }
        }
    }

    /// Makes one attempt with every letter that is due; when the next one is.
    pub async fn round(&self) -> Result<Option<i64>, String> {
        loop {
            let now = Utc::now();
            let until = (now + HELD).timestamp_micros();
            let now = now.timestamp_micros();
            let letters = self
                .with_rows(move |rows| rows.take_letters(now, until, MOST))
                .await?;
            if letters.is_empty() {
                return self.with_rows(|rows| rows.next_letter()).await;
            }
            for done in join_all(letters.iter().map(|letter| self.deliver(letter))).await {
                done?;
            }
        }
    }

    async fn deliver(&self, letter: &Letter) -> Result<(), String> {
        let number = letter.number;
        let channel = self
            .channels
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&letter.channel)
            .cloned();
        let (Some(channel), Ok(notice)) = (channel, serde_json::from_str::<Notice>(&letter.body))
        else {
            // Its channel was taken out of the jobs file.
            return self.with_rows(move |rows| rows.drop_letter(number)).await;
        };
        let Err(failure) = self.courier.deliver(&channel, &notice).await else {
            self.metrics.notice(&letter.channel, Outcome::Delivered);
            return self.with_rows(move |rows| rows.drop_letter(number)).await;
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
        let mut fields = serde_json::Map::from_iter([
            ("job".to_owned(), notice.job.clone().into()),
            ("channel".to_owned(), letter.channel.clone().into()),
            ("error".to_owned(), failure.message.clone().into()),
        ]);
        if let Some(run) = &notice.run {
            fields.insert("run".to_owned(), run.clone().into());
        }
        log::entry(self.format, "error", "notice_failed", fields, &message);
        match again {
            Some(wait) => {
                let due = (Utc::now() + wait).timestamp_micros();
                self.with_rows(move |rows| rows.put_off(number, due)).await
            }
            None => self.with_rows(move |rows| rows.drop_letter(number)).await,
        }
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
