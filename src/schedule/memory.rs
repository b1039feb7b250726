//! Rows that end with the process: those of a service on the embedded simulator, whose world does so
//! too.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use ahash::RandomState;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use super::rows::{Ledger, Rows, Work};
use crate::journal::{Fault, Letter, Progress, Standing, Tick, TickState, Waits};

type Found<T> = Result<T, Fault>;

/// How many instants of a job are remembered to have been decided.
const REMEMBERED: usize = 64;

/// Rows that end with the process.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    last: i64,
    open: HashMap<i64, Tick, RandomState>,
    by_job: HashMap<Arc<str>, OfJob, RandomState>,
    queued: BTreeSet<(i64, i64)>,
    /// How many of each group are at work.
    groups: HashMap<String, usize>,
    running: usize,
    letters: BTreeMap<i64, Letter>,
}

#[derive(Debug, Default)]
struct OfJob {
    standing: Option<Standing>,
    /// The instants and numbers of what is open, in order: mostly none or one.
    open: Vec<(i64, i64)>,
    /// The last instants that were decided, in order.
    decided: Vec<i64>,
}

impl OfJob {
    fn decide(&mut self, instant: i64) {
        if let Err(place) = self.decided.binary_search(&instant) {
            self.decided.insert(place, instant);
            if self.decided.len() > REMEMBERED {
                self.decided.remove(0);
            }
        }
    }

    fn open(&mut self, key: (i64, i64)) {
        if let Err(place) = self.open.binary_search(&key) {
            self.open.insert(place, key);
        }
    }
}

impl Ledger for Memory {
    fn carry_out(&self, work: Work) -> BoxFuture<'static, Result<(), String>> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ready(work(&mut *inner).map_err(|fault| fault.to_string())).boxed()
    }

    fn service(&self) -> i64 {
        1
    }

    fn profile(&self) -> &'static str {
        "simulated"
    }

    fn lasts(&self) -> bool {
        false
    }
}

impl Inner {
    fn waiting(&self, most: u32, fits: impl Fn(&Tick) -> bool) -> Vec<Tick> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let ticks = self
            .queued
            .iter()
            .filter_map(|(_, number)| self.open.get(number));
        ticks
            .filter(|tick| fits(tick))
            .take(most)
            .cloned()
            .collect()
    }

    fn count(&mut self, tick: &Tick, by: isize) {
        if tick.state == TickState::Running {
            self.running = self.running.saturating_add_signed(by);
        }
        if tick.state.is_at_work()
            && let Some(group) = &tick.group
        {
            let count = self.groups.entry(group.clone()).or_default();
            *count = count.saturating_add_signed(by);
        }
    }
}

impl Rows for Inner {
    fn tick(&mut self, number: i64) -> Found<Option<Tick>> {
        Ok(self.open.get(&number).cloned())
    }

    fn at(&mut self, job: &str, instant: i64) -> Found<Option<Tick>> {
        let known = self.by_job.get(job);
        let is_known = known.is_some_and(|known| known.decided.binary_search(&instant).is_ok());
        Ok(is_known.then(|| Tick {
            job: job.into(),
            instant,
            ..Tick::default()
        }))
    }

    fn newest(&mut self, job: &str) -> Found<Option<i64>> {
        let known = self.by_job.get(job);
        Ok(known.and_then(|known| known.decided.last().copied()))
    }

    fn open(&mut self, job: &str) -> Found<Vec<Tick>> {
        let Some(known) = self.by_job.get(job) else {
            return Ok(Vec::new());
        };
        let numbers = known.open.iter().map(|(_, number)| number);
        Ok(numbers
            .filter_map(|number| self.open.get(number).cloned())
            .collect())
    }

    fn asked(&mut self, _most: u32) -> Found<Vec<Tick>> {
        Ok(Vec::new())
    }

    fn queued_for_group(&mut self, group: &str, most: u32) -> Found<Vec<Tick>> {
        Ok(self.waiting(most, |tick| {
            tick.waits == Some(Waits::Group) && tick.group.as_deref() == Some(group)
        }))
    }

    fn queued_for_place(&mut self, most: u32) -> Found<Vec<Tick>> {
        Ok(self.waiting(most, |tick| tick.waits == Some(Waits::Limit)))
    }

    fn queued(&mut self, most: u32) -> Found<Vec<Tick>> {
        Ok(self.waiting(most, |_| true))
    }

    fn open_jobs(&mut self) -> Found<Vec<Arc<str>>> {
        let open: HashSet<&Arc<str>> = self.open.values().map(|tick| &tick.job).collect();
        Ok(open.into_iter().cloned().collect())
    }

    fn asked_of(&mut self, _job: &str, _most: u32) -> Found<Vec<Tick>> {
        Ok(Vec::new())
    }

    fn queued_of(&mut self, job: &str) -> Found<Option<Tick>> {
        Ok(self.waiting(1, |tick| *tick.job == *job).pop())
    }

    fn at_work_in_group(&mut self, group: &str) -> Found<usize> {
        Ok(self.groups.get(group).copied().unwrap_or_default())
    }

    fn running_of(&mut self, _service: i64) -> Found<usize> {
        Ok(self.running)
    }

    fn orphans(&mut self, _own: i64) -> Found<Vec<Tick>> {
        Ok(Vec::new())
    }

    fn is_of_same_file(&mut self, _service: i64, _own: i64) -> Found<bool> {
        Ok(true)
    }

    fn run(&mut self, _id: &str) -> Found<Option<Progress>> {
        Ok(None)
    }

    fn cancel(&mut self, _run: &str, _reason: &str) -> Found<()> {
        Ok(())
    }

    fn let_go(&mut self, _run: &str) -> Found<()> {
        Ok(())
    }

    fn wrest(&mut self, _run: &str, _reason: &str) -> Found<()> {
        Ok(())
    }

    fn save(&mut self, tick: &mut Tick) -> Found<()> {
        if tick.number == 0 {
            self.last += 1;
            tick.number = self.last;
        }
        let key = (tick.instant, tick.number);
        if let Some(before) = self.open.remove(&tick.number) {
            self.count(&before, -1);
        }
        self.queued.remove(&key);
        self.count(tick, 1);
        let known = self.by_job.entry(tick.job.clone()).or_default();
        known.open.retain(|it| *it != key);
        if tick.state != TickState::Missed {
            known.decide(tick.instant);
        }
        if tick.state.is_open() {
            known.open(key);
            if tick.state == TickState::Queued {
                self.queued.insert(key);
            }
            self.open.insert(tick.number, tick.clone());
        }
        Ok(())
    }

    fn standing(&mut self, job: &str) -> Found<Option<Standing>> {
        Ok(self
            .by_job
            .get(job)
            .and_then(|known| known.standing.clone()))
    }

    fn stand(&mut self, standing: &Standing) -> Found<()> {
        let known = self.by_job.entry(standing.job.clone()).or_default();
        known.standing = Some(standing.clone());
        Ok(())
    }

    fn post(&mut self, channel: &str, body: &str, due: i64) -> Found<()> {
        self.last += 1;
        let letter = Letter {
            number: self.last,
            channel: channel.to_owned(),
            body: body.to_owned(),
            attempts: 0,
            due,
        };
        self.letters.insert(letter.number, letter);
        Ok(())
    }

    fn take_letter(&mut self, channel: &str, now: i64, until: i64) -> Found<Option<Letter>> {
        let due = self
            .letters
            .values_mut()
            .filter(|letter| letter.channel == channel && letter.due <= now)
            .min_by_key(|letter| (letter.due, letter.number));
        Ok(due.map(|letter| {
            (letter.due, letter.attempts) = (until, letter.attempts + 1);
            letter.clone()
        }))
    }

    fn next_letter(&mut self, channel: &str, now: i64) -> Found<Option<i64>> {
        let of_channel = self.letters.values().filter(|it| it.channel == channel);
        Ok(of_channel.map(|it| it.due).filter(|due| *due > now).min())
    }

    fn overdue_letters(&mut self, before: i64) -> Found<Vec<(String, u64)>> {
        let mut counts = BTreeMap::new();
        for letter in self.letters.values().filter(|it| it.due < before) {
            *counts.entry(letter.channel.clone()).or_default() += 1;
        }
        Ok(counts.into_iter().collect())
    }

    fn drop_letters(&mut self, channel: &str, before: i64) -> Found<u64> {
        let all = self.letters.len();
        self.letters
            .retain(|_, letter| letter.channel != channel || letter.due >= before);
        Ok(u64::try_from(all - self.letters.len()).unwrap_or(u64::MAX))
    }

    fn drop_letter(&mut self, number: i64) -> Found<()> {
        self.letters.remove(&number);
        Ok(())
    }

    fn put_off(&mut self, number: i64, due: i64) -> Found<()> {
        if let Some(letter) = self.letters.get_mut(&number) {
            letter.due = due;
        }
        Ok(())
    }
}
