//! Handing over what is to be decided about, and doing what was decided.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;

use super::{BREATH, Decided, Scheduler};
use crate::schedule::desk::{self, Desk, Verdict};
use crate::schedule::event::Event;
use crate::schedule::launch::Due;
use crate::schedule::rows::Rows;

/// How much is decided about in one transaction at most: of many instants the first start before the
/// last are decided about, and others who want to write are let in between.
pub(super) const AT_ONCE: usize = 512;

impl Scheduler {
    /// Hands over what is to be decided about, unless something is being decided.
    pub(super) fn submit(&mut self) {
        let waits = self
            .failing
            .is_some_and(|(_, next)| self.clock.now() < next);
        if self.matters.is_empty() || self.decided.is_some() || waits {
            return;
        }
        let later = self.matters.split_off(self.matters.len().min(AT_ONCE));
        let matters = Arc::new(std::mem::replace(&mut self.matters, later));
        let verdicts = Arc::new(Mutex::new(Vec::new()));
        let (jobs, service, stops) = (self.jobs.clone(), self.ledger.service(), self.stops);
        let profile = self.ledger.profile().to_owned();
        let (own, found, clock) = (matters.clone(), verdicts.clone(), self.clock.clone());
        let work = Box::new(move |rows: &mut dyn Rows| {
            let mut desk = Desk {
                rows,
                jobs: &jobs,
                service,
                profile: &profile,
                // Others may have had the rows to themselves for a while.
                now: clock.now(),
                stops,
                verdicts: Vec::new(),
                about: None,
            };
            for matter in own.iter() {
                desk.decide(matter)?;
            }
            *found.lock().unwrap_or_else(PoisonError::into_inner) = desk.verdicts;
            Ok(())
        });
        let done = self.ledger.carry_out(work);
        let decided = async move {
            done.await?;
            Ok(std::mem::take(
                &mut *verdicts.lock().unwrap_or_else(PoisonError::into_inner),
            ))
        };
        self.decided = Some((matters, decided.boxed()));
    }

    /// Does what was decided; what could not be decided about stays to be.
    pub(super) fn act(&mut self, decided: Decided) {
        let Some((matters, _)) = self.decided.take() else {
            return;
        };
        let now = self.clock.now();
        match decided {
            Ok(verdicts) => {
                if self.failing.take().is_some() {
                    self.events.happened(&Event::StoreBack);
                }
                // The next are decided about while these are carried out.
                self.submit();
                for verdict in verdicts {
                    self.carry_out(verdict);
                }
            }
            Err(message) => {
                if self.failing.is_none() {
                    self.events.happened(&Event::StoreFailed { message });
                }
                let since = self.failing.map_or(now, |(since, _)| since);
                self.failing = Some((since, now + BREATH));
                let mut again = Arc::unwrap_or_clone(matters);
                again.append(&mut self.matters);
                self.matters = again;
            }
        }
    }

    fn start(&mut self, due: Due) {
        let (job, number) = (due.job.name.clone(), due.number);
        self.events.happened(&match &due.resume {
            None => Event::Started {
                job,
                number,
                instant: due.instant,
                attempt: due.attempt,
            },
            Some(run) => Event::Resumed {
                job,
                number,
                run: run.clone(),
            },
        });
        self.running.start(due, self.clock.now());
    }

    fn carry_out(&mut self, verdict: Verdict) {
        let event = match verdict {
            Verdict::Start(tick, job) => {
                self.launched += 1;
                self.left.remove(&tick.number);
                let due = Due {
                    job,
                    instant: desk::instant(tick.instant),
                    number: self.launched,
                    tick: tick.number,
                    attempt: tick.attempt,
                    args: tick.args,
                    resume: tick.run,
                    id: Arc::default(),
                };
                return self.start(due);
            }
            Verdict::Queued(tick) => match tick.waits {
                Some(waits) => Event::Queued {
                    instant: desk::instant(tick.instant),
                    job: tick.job,
                    waits,
                },
                None => return,
            },
            Verdict::Skipped(tick, reason) => Event::Skipped {
                instant: desk::instant(tick.instant),
                job: tick.job,
                reason,
            },
            Verdict::Missed(job, missed) => Event::Missed {
                job,
                first: missed.first,
                last: missed.last,
                count: missed.count,
            },
            Verdict::Replaced(tick) => {
                match self.running.cancel(tick.number, self.clock.now()) {
                    Some((number, run)) => Event::Replaced {
                        job: tick.job,
                        number,
                        run,
                    },
                    // It is another service's, which hears of it through the journal.
                    None => return,
                }
            }
            Verdict::Retrying(tick, at) => {
                self.again.insert((at, tick.number));
                Event::Retrying {
                    job: tick.job,
                    run: tick.run,
                    attempt: tick.attempt,
                    at,
                }
            }
            Verdict::Later(tick, at) => {
                self.again.insert((at, tick));
                return;
            }
            Verdict::GivenUp(tick, reason) => Event::GivenUp {
                job: tick.job,
                attempt: tick.attempt,
                reason,
            },
            Verdict::Paused(job, failures) => Event::Paused { job, failures },
            // They are found with every look, and said once.
            Verdict::Left(tick) | Verdict::Shut(tick, _) if !self.left.insert(tick.number) => {
                return;
            }
            Verdict::Left(tick) => Event::Left {
                job: tick.job,
                run: tick.run.unwrap_or_default(),
            },
            Verdict::Shut(tick, opens) => Event::Shut {
                job: tick.job,
                run: tick.run.unwrap_or_default(),
                opens,
            },
            Verdict::Over(tick, failures) => Event::Settled {
                instant: desk::instant(tick.instant),
                job: tick.job,
                state: tick.state,
                run: tick.run,
                failures,
            },
        };
        self.events.happened(&event);
    }
}
