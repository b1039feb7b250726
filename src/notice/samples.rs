//! Notices of nothing that happened, which templates are tried with.

use chrono::{DateTime, TimeDelta, Utc};

use super::Notice;
use super::kind::Kind;

/// Of each kind a notice with everything in it, in words that are hard to quote, and one with
/// nothing but what every notice has.
#[must_use]
pub fn samples(kinds: &[Kind]) -> Vec<Notice> {
    kinds
        .iter()
        .flat_map(|kind| [full(*kind), bare(*kind)])
        .collect()
}

/// 2026-01-15T08:00:00Z.
fn instant() -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(1_768_464_000)
}

fn bare(kind: Kind) -> Notice {
    Notice::new(kind, "nightly", instant(), instant())
}

fn full(kind: Kind) -> Notice {
    let due = instant();
    let is_over = matches!(kind, Kind::Failure | Kind::Recovery | Kind::Success);
    let is_run = kind != Kind::Miss;
    let message = match kind {
        Kind::Failure => {
            Some("could not delete cloud \"Web\": 409 <in use> & locked\n  at C:\\nightly:3")
        }
        Kind::InDoubt => Some("reboot node n1 of cloud Web was sent, and no answer came"),
        Kind::LongRunning => Some("it usually takes 2m"),
        Kind::Recovery | Kind::Miss | Kind::Success => None,
    };
    Notice {
        run: is_run.then(|| "r7k3m9x2".to_owned()),
        at: due + TimeDelta::seconds(75),
        started: is_run.then(|| due + TimeDelta::seconds(1)),
        finished: is_over.then(|| due + TimeDelta::seconds(62)),
        exit: is_over.then_some(u8::from(kind == Kind::Failure)),
        message: message.map(str::to_owned),
        attempt: if kind == Kind::Failure { 2 } else { 1 },
        streak: if matches!(kind, Kind::Failure | Kind::Recovery) {
            3
        } else {
            0
        },
        missed: if is_run { 0 } else { 4 },
        until: (!is_run).then(|| due + TimeDelta::hours(3)),
        profile: "production".to_owned(),
        host: "ops1".to_owned(),
        next: Some(due + TimeDelta::days(1)),
        ..bare(kind)
    }
}
