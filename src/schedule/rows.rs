//! Where it is kept what became of each instant: the rows that decisions are made on.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::journal::{Fault, Letter, Progress, Standing, Tick, Ticks};

type Found<T> = Result<T, Fault>;

/// The ticks and the standing of jobs, within one transaction.
///
/// What is decided on them happens altogether or not at all, and nobody else decides meanwhile.
pub trait Rows {
    /// The tick of this number.
    fn tick(&mut self, number: i64) -> Found<Option<Tick>>;
    /// The tick of a job at this instant, but for what was missed.
    fn at(&mut self, job: &str, instant: i64) -> Found<Option<Tick>>;
    /// The last instant of a job with a tick, but for what was missed.
    fn newest(&mut self, job: &str) -> Found<Option<i64>>;
    /// What is open of a job, in order of its instants.
    fn open(&mut self, job: &str) -> Found<Vec<Tick>>;
    /// The first few that were asked for and are not decided, in order of their instants.
    fn asked(&mut self, most: u32) -> Found<Vec<Tick>>;
    /// The first few that wait for a place in a group.
    fn queued_for_group(&mut self, group: &str, most: u32) -> Found<Vec<Tick>>;
    /// The first few that wait for a place in a service.
    fn queued_for_place(&mut self, most: u32) -> Found<Vec<Tick>>;
    /// The first few that wait.
    fn queued(&mut self, most: u32) -> Found<Vec<Tick>>;
    /// The jobs of which anything is open.
    fn open_jobs(&mut self) -> Found<Vec<Arc<str>>>;
    /// The first few of a job that were asked for and are not decided.
    fn asked_of(&mut self, job: &str, most: u32) -> Found<Vec<Tick>>;
    /// The first of a job that waits.
    fn queued_of(&mut self, job: &str) -> Found<Option<Tick>>;
    /// How many of a group are at work, in all services.
    fn at_work_in_group(&mut self, group: &str) -> Found<usize>;
    /// How many runs of a service are on their way.
    fn running_of(&mut self, service: i64) -> Found<usize>;
    /// What is open and belongs to a service that is no more.
    fn orphans(&mut self, own: i64) -> Found<Vec<Tick>>;
    /// Whether both services have, or had, the same jobs file.
    fn is_of_same_file(&mut self, service: i64, own: i64) -> Found<bool>;
    /// How a run stands; nothing when it is not kept.
    fn run(&mut self, id: &str) -> Found<Option<Progress>>;
    /// Asks that a run be cancelled, whichever process has it.
    fn cancel(&mut self, run: &str, reason: &str) -> Found<()>;
    /// Lets go of a run that this process has and does nothing for any more, so that it can be taken
    /// up at once.
    fn let_go(&mut self, run: &str) -> Found<()>;
    /// Takes a run away from whoever does not let go of it.
    fn wrest(&mut self, run: &str, reason: &str) -> Found<()>;
    /// Writes a tick; a new one gets its number.
    fn save(&mut self, tick: &mut Tick) -> Found<()>;
    /// How a job stands.
    fn standing(&mut self, job: &str) -> Found<Option<Standing>>;
    /// Writes how a job stands.
    fn stand(&mut self, standing: &Standing) -> Found<()>;
    /// Puts a letter where it waits to be delivered.
    fn post(&mut self, channel: &str, body: &str, due: i64) -> Found<()>;
    /// The next letter of a channel to deliver by now, which is this caller's until `until`.
    fn take_letter(&mut self, channel: &str, now: i64, until: i64) -> Found<Option<Letter>>;
    /// When the next letter of a channel is to be delivered, of those that are not due by now.
    fn next_letter(&mut self, channel: &str, now: i64) -> Found<Option<i64>>;
    /// How many letters were to be delivered before then, by channel.
    fn overdue_letters(&mut self, before: i64) -> Found<Vec<(String, u64)>>;
    /// Forgets the letters of a channel that were to be delivered before then; gives how many.
    fn drop_letters(&mut self, channel: &str, before: i64) -> Found<u64>;
    /// Forgets a letter: it was delivered, or never will be.
    fn drop_letter(&mut self, number: i64) -> Found<()>;
    /// Puts a letter off.
    fn put_off(&mut self, number: i64, due: i64) -> Found<()>;
}

/// Something to decide in one transaction.
pub type Work = Box<dyn FnOnce(&mut dyn Rows) -> Result<(), Fault> + Send>;

/// Keeps the rows.
pub trait Ledger: Send + Sync {
    /// Carries work out in one transaction; it has happened when this succeeds, and not at all when
    /// it fails with what is wrong with the store.
    fn carry_out(&self, work: Work) -> BoxFuture<'static, Result<(), String>>;

    /// The number of this service among all that share the rows.
    fn service(&self) -> i64;

    /// The profile whose account the jobs work on.
    fn profile(&self) -> &str;

    /// Whether the rows outlive this process, so that another service goes on with them.
    fn lasts(&self) -> bool;

    /// Says that this service has ended, so that others go on at once with what it leaves behind.
    fn end(&self) {}
}

impl Rows for Ticks<'_> {
    fn tick(&mut self, number: i64) -> Found<Option<Tick>> {
        Ticks::tick(self, number)
    }
    fn at(&mut self, job: &str, instant: i64) -> Found<Option<Tick>> {
        Ticks::at(self, job, instant)
    }
    fn newest(&mut self, job: &str) -> Found<Option<i64>> {
        Ticks::newest(self, job)
    }
    fn open(&mut self, job: &str) -> Found<Vec<Tick>> {
        Ticks::open(self, job)
    }
    fn asked(&mut self, most: u32) -> Found<Vec<Tick>> {
        Ticks::asked(self, most)
    }
    fn queued_for_group(&mut self, group: &str, most: u32) -> Found<Vec<Tick>> {
        Ticks::queued_for_group(self, group, most)
    }
    fn queued_for_place(&mut self, most: u32) -> Found<Vec<Tick>> {
        Ticks::queued_for_place(self, most)
    }
    fn queued(&mut self, most: u32) -> Found<Vec<Tick>> {
        Ticks::queued(self, most)
    }
    fn open_jobs(&mut self) -> Found<Vec<Arc<str>>> {
        Ticks::open_jobs(self)
    }
    fn asked_of(&mut self, job: &str, most: u32) -> Found<Vec<Tick>> {
        Ticks::asked_of(self, job, most)
    }
    fn queued_of(&mut self, job: &str) -> Found<Option<Tick>> {
        Ticks::queued_of(self, job)
    }
    fn at_work_in_group(&mut self, group: &str) -> Found<usize> {
        Ticks::at_work_in_group(self, group)
    }
    fn running_of(&mut self, service: i64) -> Found<usize> {
        Ticks::running_of(self, service)
    }
    fn orphans(&mut self, own: i64) -> Found<Vec<Tick>> {
        Ticks::orphans(self, own)
    }
    fn is_of_same_file(&mut self, service: i64, own: i64) -> Found<bool> {
        Ticks::is_of_same_file(self, service, own)
    }
    fn run(&mut self, id: &str) -> Found<Option<Progress>> {
        Ticks::run(self, id)
    }
    fn cancel(&mut self, run: &str, reason: &str) -> Found<()> {
        Ticks::cancel(self, run, reason)
    }
    fn let_go(&mut self, run: &str) -> Found<()> {
        Ticks::let_go(self, run)
    }
    fn wrest(&mut self, run: &str, reason: &str) -> Found<()> {
        Ticks::wrest(self, run, reason)
    }
    fn save(&mut self, tick: &mut Tick) -> Found<()> {
        Ticks::save(self, tick)
    }
    fn standing(&mut self, job: &str) -> Found<Option<Standing>> {
        Ticks::standing(self, job)
    }
    fn stand(&mut self, standing: &Standing) -> Found<()> {
        Ticks::stand(self, standing)
    }
    fn post(&mut self, channel: &str, body: &str, due: i64) -> Found<()> {
        Ticks::post(self, channel, body, due)
    }
    fn take_letter(&mut self, channel: &str, now: i64, until: i64) -> Found<Option<Letter>> {
        Ticks::take_letter(self, channel, now, until)
    }
    fn next_letter(&mut self, channel: &str, now: i64) -> Found<Option<i64>> {
        Ticks::next_letter(self, channel, now)
    }
    fn overdue_letters(&mut self, before: i64) -> Found<Vec<(String, u64)>> {
        Ticks::overdue_letters(self, before)
    }
    fn drop_letters(&mut self, channel: &str, before: i64) -> Found<u64> {
        Ticks::drop_letters(self, channel, before)
    }
    fn drop_letter(&mut self, number: i64) -> Found<()> {
        Ticks::drop_letter(self, number)
    }
    fn put_off(&mut self, number: i64, due: i64) -> Found<()> {
        Ticks::put_off(self, number, due)
    }
}
