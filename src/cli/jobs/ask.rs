//! Asking services for runs: a tick that is due, which the next one that looks decides about.

use crate::journal::{Fault, Tick, Ticks};

/// Writes that a job is due; what is there already at its instant is left as it is, unless it was left
/// out. Gives its number, if it is due now.
pub fn ask(rows: &mut Ticks<'_>, mut tick: Tick) -> Result<Option<i64>, Fault> {
    if let Some(there) = rows.at(&tick.job, tick.instant)? {
        if there.state != crate::journal::TickState::Skipped {
            return Ok(None);
        }
        tick.number = there.number;
    }
    rows.save(&mut tick)?;
    Ok(Some(tick.number))
}

/// What to say of who will do it.
pub fn by_whom(services: &[String]) -> String {
    match services {
        [] => {
            "no service is running on this journal: it starts with the next `mw serve`".to_owned()
        }
        [one] => format!("{one} hears of it within a second"),
        several => format!(
            "one of {} services hears of it within a second",
            several.len()
        ),
    }
}
