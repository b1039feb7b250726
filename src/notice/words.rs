//! What people read.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::Notice;
use super::kind::Kind;

/// The longest part of a message that one line has room for, in characters.
const LINE: usize = 500;

fn utc(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn span(span: TimeDelta) -> String {
    let seconds = u64::try_from(span.num_seconds()).unwrap_or_default();
    humantime::format_duration(std::time::Duration::from_secs(seconds)).to_string()
}

fn counted(count: u64, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {what}{s}")
}

/// What happened to the job, after its name.
fn happened(notice: &Notice) -> String {
    let after = match notice.took() {
        Some(took) => format!(" after {}", span(took)),
        None => String::new(),
    };
    match notice.kind {
        Kind::Failure => match notice.exit {
            Some(exit) => format!("failed with exit code {exit}{after}"),
            None => format!("failed{after}"),
        },
        Kind::Recovery if notice.streak == 0 => "succeeded again".to_owned(),
        Kind::Recovery => format!(
            "succeeded again after {}",
            counted(notice.streak.into(), "failure")
        ),
        Kind::Miss => match notice.until.filter(|_| notice.missed > 1) {
            Some(until) => format!(
                "was missed {} times from {} to {}",
                notice.missed,
                utc(notice.instant),
                utc(until)
            ),
            None => format!("was missed at {}", utc(notice.instant)),
        },
        Kind::InDoubt => "waits for a decision about a call in doubt".to_owned(),
        Kind::LongRunning => match notice.took() {
            Some(took) => format!("is still running after {}", span(took)),
            None => "is still running".to_owned(),
        },
        Kind::Success => format!("succeeded{after}"),
    }
}

/// A text on one line of a bounded length.
fn flat(text: &str, longest: usize) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", flat.get(..end).unwrap_or_default()),
        None => flat,
    }
}

/// What happened, in one line.
#[must_use]
pub fn line(notice: &Notice) -> String {
    let happened = format!("{} {}", notice.job, happened(notice));
    match &notice.message {
        Some(message) => format!("{happened}: {}", flat(message, LINE)),
        None => happened,
    }
}

/// The account and the machine.
fn place(notice: &Notice) -> Option<String> {
    match (notice.profile.as_str(), notice.host.as_str()) {
        ("", "") => None,
        (profile, "") => Some(format!("profile {profile}")),
        ("", host) => Some(format!("on {host}")),
        (profile, host) => Some(format!("profile {profile} on {host}")),
    }
}

/// Text as Slack reads it: three characters of it would begin something.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// What Slack shows: one line, whose job stands out.
#[must_use]
pub fn slack_line(notice: &Notice) -> String {
    let mut text = format!("*{}* {}", escaped(&notice.job), escaped(&happened(notice)));
    if let Some(message) = &notice.message {
        let _ = write!(text, ": {}", escaped(&flat(message, LINE)));
    }
    let mut more = Vec::new();
    if let Some(run) = &notice.run {
        more.push(format!("run {run}"));
    }
    if notice.attempt > 1 {
        more.push(format!("attempt {}", notice.attempt));
    }
    if notice.kind == Kind::Failure && notice.streak > 1 {
        more.push(format!("{} failures in a row", notice.streak));
    }
    more.extend(place(notice));
    if let Some(next) = notice.next {
        more.push(format!("next {}", utc(next)));
    }
    if !more.is_empty() {
        let _ = write!(text, " ({})", escaped(&more.join(", ")));
    }
    text
}

/// The subject of an e-mail.
#[must_use]
pub fn subject(notice: &Notice) -> String {
    let profile = match notice.profile.as_str() {
        "" => String::new(),
        profile => format!(" {profile}"),
    };
    let whole = format!("[mw{profile}] {} {}", notice.job, happened(notice));
    flat(&whole, 200)
}

/// The body of an e-mail.
#[must_use]
pub fn body(notice: &Notice) -> String {
    let mut text = format!("{} {}.\n", notice.job, happened(notice));
    if let Some(message) = &notice.message {
        text.push('\n');
        for line in message.lines() {
            let _ = writeln!(text, "    {}", line.trim_end());
        }
    }
    text.push('\n');
    let mut row = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = writeln!(text, "{name:<9} {value}");
        }
    };
    row("Run", notice.run.clone());
    row("Due", Some(utc(notice.instant)));
    row("Started", notice.started.map(utc));
    row("Ended", notice.finished.map(utc));
    row(
        "Attempt",
        (notice.attempt > 1).then(|| notice.attempt.to_string()),
    );
    row(
        "In a row",
        (notice.kind == Kind::Failure && notice.streak > 1)
            .then(|| counted(notice.streak.into(), "failure")),
    );
    row(
        "Profile",
        Some(notice.profile.clone()).filter(|it| !it.is_empty()),
    );
    row(
        "Host",
        Some(notice.host.clone()).filter(|it| !it.is_empty()),
    );
    row("Next", notice.next.map(utc));
    if let Some(next) = what_to_do(notice) {
        let _ = write!(text, "\n{next}\n");
    }
    text
}

/// What to do next, where something is to be done.
fn what_to_do(notice: &Notice) -> Option<String> {
    let run = notice.run.as_deref();
    match (notice.kind, run) {
        (Kind::Failure | Kind::LongRunning, Some(run)) => {
            Some(format!("mw runs show {run} tells what it did."))
        }
        (Kind::InDoubt, Some(run)) => Some(format!(
            "mw runs show {run} tells which call is in doubt, mw runs resolve {run} decides it."
        )),
        (Kind::Miss, _) => Some(
            "Nothing was run for it, unless the job catches up; look whether mw serve was stopped."
                .to_owned(),
        ),
        _ => None,
    }
}
