//! What people are told: letters that wait, in the same transaction, to be delivered.

use super::{Desk, Found, Missed, instant, micros};
use crate::journal::{Tick, TickState};
use crate::notice::{Channel, Kind, Notice};
use crate::schedule::job::Job;

impl Desk<'_> {
    /// Tells how the run of a tick ended, after so many failures in a row.
    pub(super) fn tell_end(
        &mut self,
        job: &Job,
        tick: &Tick,
        before: u32,
        streak: u32,
    ) -> Found<()> {
        let mut notice = self.notice(Kind::Failure, tick);
        notice.streak = streak;
        match tick.state {
            TickState::Succeeded => {
                notice.streak = before;
                self.post(job, &notice, |channel| {
                    if before > 0 && channel.wants(Kind::Recovery) {
                        return Some(Kind::Recovery);
                    }
                    channel.wants(Kind::Success).then_some(Kind::Success)
                })
            }
            TickState::InDoubt => self.post(job, &notice, wanted(Kind::InDoubt)),
            state if state.is_failure() => self.post(job, &notice, wanted(Kind::Failure)),
            _ => Ok(()),
        }
    }

    /// Tells that instants of a job were missed.
    pub(super) fn tell_missed(&mut self, job: &Job, missed: Missed) -> Found<()> {
        let mut notice = Notice::new(Kind::Miss, &job.name, missed.first, self.now);
        notice.missed = missed.count;
        notice.until = (missed.count > 1).then_some(missed.last);
        self.post(job, &notice, wanted(Kind::Miss))
    }

    /// Tells that the run of a tick takes longer than it should.
    pub(super) fn tell_long(&mut self, number: i64) -> Found<()> {
        let Some(tick) = self.rows.tick(number)? else {
            return Ok(());
        };
        let Some(job) = self.jobs.get(&tick.job).cloned() else {
            return Ok(());
        };
        let notice = self.notice(Kind::LongRunning, &tick);
        self.post(&job, &notice, wanted(Kind::LongRunning))
    }

    fn notice(&self, kind: Kind, tick: &Tick) -> Notice {
        let mut notice = Notice::new(kind, &tick.job, instant(tick.instant), self.now);
        notice.run.clone_from(&tick.run);
        notice.started = tick.started.map(instant);
        notice.finished = tick.finished.map(instant);
        notice.exit = tick.exit;
        notice.message.clone_from(&tick.message);
        notice.attempt = tick.attempt.max(1);
        notice
    }

    /// Puts a letter in for each channel of the job that wants it as one of a kind.
    fn post(
        &mut self,
        job: &Job,
        notice: &Notice,
        kind: impl Fn(&Channel) -> Option<Kind>,
    ) -> Found<()> {
        for (name, channel) in self.jobs.channels() {
            let is_of_job = job
                .policy
                .notify
                .as_ref()
                .is_none_or(|it| it.contains(name));
            let Some(kind) = kind(channel).filter(|_| is_of_job) else {
                continue;
            };
            let mut notice = notice.clone();
            notice.kind = kind;
            notice.next = job.next_after(self.now);
            notice.profile.clone_from(&self.profile.to_owned());
            // A struct of plain fields does not fail to be written.
            let body = serde_json::to_string(&notice.presentable()).unwrap_or_default();
            self.rows.post(name, &body, micros(self.now))?;
        }
        Ok(())
    }
}

fn wanted(kind: Kind) -> impl Fn(&Channel) -> Option<Kind> {
    move |channel| channel.wants(kind).then_some(kind)
}
