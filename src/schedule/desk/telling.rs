//! What people are told: letters that wait, in the same transaction, to be delivered.

use chrono::{DateTime, Utc};

use super::{Desk, Found, Missed, instant, micros};
use crate::journal::{Tick, TickState};
use crate::notice::{Channel, Kind, Notice};
use crate::schedule::job::Job;

impl Desk<'_> {
    /// Tells how the run of a tick ended, after so many failures in a row. Of a job that nobody knows any
    /// more all channels are told.
    pub(super) fn tell_end(&mut self, tick: &Tick, before: u32, streak: u32) -> Found<()> {
        let now = self.now;
        let notice = |streak| {
            let mut notice = noticed(tick, now);
            notice.streak = streak;
            notice
        };
        match tick.state {
            TickState::Succeeded => {
                let kind = |channel: &Channel| {
                    if before > 0 && channel.wants(Kind::Recovery) {
                        return Some(Kind::Recovery);
                    }
                    channel.wants(Kind::Success).then_some(Kind::Success)
                };
                self.post(&tick.job, kind, || notice(before))
            }
            TickState::InDoubt => self.post(&tick.job, wanted(Kind::InDoubt), || notice(streak)),
            state if state.is_failure() => {
                self.post(&tick.job, wanted(Kind::Failure), || notice(streak))
            }
            _ => Ok(()),
        }
    }

    /// Tells that instants of a job were missed.
    pub(super) fn tell_missed(&mut self, job: &Job, missed: Missed) -> Found<()> {
        let now = self.now;
        self.post(&job.name, wanted(Kind::Miss), || {
            let mut notice = Notice::new(Kind::Miss, &*job.name, missed.first, now);
            notice.missed = missed.count;
            notice.until = (missed.count > 1).then_some(missed.last);
            notice
        })
    }

    /// Tells that the run of a tick takes longer than it should.
    pub(super) fn tell_long(&mut self, number: i64) -> Found<()> {
        let Some(tick) = self.rows.tick(number)? else {
            return Ok(());
        };
        let now = self.now;
        let notice = || noticed(&tick, now);
        self.post(&tick.job, wanted(Kind::LongRunning), notice)
    }

    /// Puts a letter in for each channel of the job that wants it as one of a kind. What it says is
    /// put together where somebody does.
    fn post(
        &mut self,
        name: &str,
        kind: impl Fn(&Channel) -> Option<Kind>,
        notice: impl Fn() -> Notice,
    ) -> Found<()> {
        let job = self.jobs.get(name);
        let known = job.or(self.about.as_ref().filter(|about| *about.name == *name));
        for (channel_name, channel) in self.jobs.channels() {
            let named = known.and_then(|job| job.policy.notify.as_ref());
            let is_of_job = named.is_none_or(|it| it.contains(channel_name));
            let Some(kind) = kind(channel).filter(|_| is_of_job) else {
                continue;
            };
            let mut notice = notice();
            notice.kind = kind;
            notice.next = job
                .filter(|job| job.enabled)
                .and_then(|job| job.next_after(self.now));
            notice.profile.clone_from(&self.profile.to_owned());
            // A struct of plain fields does not fail to be written.
            let body = serde_json::to_string(&notice.presentable()).unwrap_or_default();
            self.rows.post(channel_name, &body, micros(self.now))?;
        }
        Ok(())
    }
}

/// A notice of a tick, as one of a failure.
fn noticed(tick: &Tick, now: DateTime<Utc>) -> Notice {
    let mut notice = Notice::new(Kind::Failure, &*tick.job, instant(tick.instant), now);
    notice.run.clone_from(&tick.run);
    notice.started = tick.started.map(instant);
    notice.finished = tick.finished.map(instant);
    notice.exit = tick.exit;
    notice.message.clone_from(&tick.message);
    notice.attempt = tick.attempt.max(1);
    notice
}

fn wanted(kind: Kind) -> impl Fn(&Channel) -> Option<Kind> {
    move |channel| channel.wants(kind).then_some(kind)
}
