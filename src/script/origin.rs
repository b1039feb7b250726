//! Which account a record came from.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rhai::{Array, Dynamic, FnPtr, Map};

use super::handle;
use super::host::Host;
use super::trouble::Trouble;

/// The accounts that records of this process came from, as people know them.
static KNOWN: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Whether there is more than one: most processes never see a second, and look no further.
static ARE_SEVERAL: AtomicBool = AtomicBool::new(false);

/// Deeper values than any API takes.
const DEEPEST: usize = 64;

/// The account that a record came from. A session at the prompt may move to another account, where
/// an id may be that of something else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin(u32);

fn known() -> MutexGuard<'static, Vec<String>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Origin {
    /// The account that people know as this.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let mut known = known();
        let place = known.iter().position(|it| it == name).unwrap_or_else(|| {
            known.push(name.to_owned());
            known.len() - 1
        });
        ARE_SEVERAL.store(known.len() > 1, Ordering::Relaxed);
        // The first number is that of a run, which has but one account.
        Self(u32::try_from(place + 1).unwrap_or(u32::MAX))
    }

    /// What people know it as.
    fn name(self) -> String {
        let known = known();
        let name = self.0.checked_sub(1).and_then(|at| known.get(at as usize));
        name.map_or_else(|| "another account".to_owned(), Clone::clone)
    }
}

/// Refuses values that are, or hold, records of another account than the host's.
pub fn refuse(host: &Host, values: &[Dynamic]) -> Result<(), Trouble> {
    if !ARE_SEVERAL.load(Ordering::Relaxed) {
        return Ok(());
    }
    let here = host.origin();
    match values.iter().find_map(|value| foreign(value, here, 0)) {
        None => Ok(()),
        Some((record, origin)) => {
            let here = here.name();
            let is_of = origin.map_or_else(
                || "may be of another account".to_owned(),
                |there| format!("is of {}", there.name()),
            );
            let message = format!("{record} {is_of}, and this session is now on {here}");
            Err(Trouble::argument(message)
                .hint("nothing was sent; fetch it here, or go back there with :profile"))
        }
    }
}

/// The first record in a value that is of another account, in words, and which account that is. What
/// cannot be looked into may be anybody's.
fn foreign(value: &Dynamic, here: Origin, depth: usize) -> Option<(String, Option<Origin>)> {
    if depth > DEEPEST {
        return Some((format!("what is nested deeper than {DEEPEST} levels"), None));
    }
    if let Some((record, origin)) = handle::found(value) {
        return (origin != here).then(|| (record.summary(), Some(origin)));
    }
    if value.is_shared() && value.is_locked() {
        return Some(("a value that is being changed".to_owned(), None));
    }
    let within = |value: &Dynamic| foreign(value, here, depth + 1);
    if let Some(items) = value.read_lock::<Array>() {
        return items.iter().find_map(within);
    }
    if let Some(members) = value.read_lock::<Map>() {
        return members.values().find_map(within);
    }
    if let Some(function) = value.read_lock::<FnPtr>() {
        return function.curry().iter().find_map(within);
    }
    None
}
