//! What is under way, as lines at the foot of a terminal.

use chrono::TimeDelta;
use unicode_width::UnicodeWidthStr as _;

use crate::output::{Paint, Tone, cut, line, span};
use crate::script::gauge::Standing;
use crate::secret;

/// The steps of the mark that says that something goes on.
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/// How wide a bar is.
const BAR: usize = 20;
/// The narrowest a name is cut before what follows it gives.
const NAME: usize = 12;

/// The lines of what is under way: as many as there is room for, the last of them saying how many
/// more there are.
pub fn lines(
    standings: &[Standing],
    step: usize,
    room: (usize, usize),
    paint: Paint,
) -> Vec<String> {
    let (width, height) = room;
    let shown = if standings.len() > height {
        height.saturating_sub(1)
    } else {
        standings.len()
    };
    let mut lines: Vec<String> = standings
        .iter()
        .take(shown)
        .map(|standing| of(standing, step, width, paint))
        .collect();
    if standings.len() > shown && height > 0 {
        let more = cut(&format!("  … and {} more", standings.len() - shown), width);
        lines.push(paint.tone(Tone::Faint, &more).to_string());
    }
    lines
}

/// One thing under way, no wider than `width`.
fn of(standing: &Standing, step: usize, width: usize, paint: Paint) -> String {
    let mark = SPINNER.get(step % SPINNER.len()).copied().unwrap_or("-");
    let mut name = line(&secret::redact(&standing.what));
    if !standing.state.is_empty() {
        name = format!("{name}: {}", line(&secret::redact(&standing.state)));
    }
    let facts = facts(standing);
    let bar = fraction(standing).map(|fraction| bar(fraction, paint));
    // The mark and the spaces between the parts.
    let mut room = width.saturating_sub(4);
    let needed = NAME.min(name.width()).min(room);
    let facts = cut(&facts, room - needed);
    room = room.saturating_sub(facts.chars().count());
    let bar = bar.filter(|_| room >= BAR + 2 + NAME);
    if bar.is_some() {
        room -= BAR + 2;
    }
    let mut text = format!(
        "{} {}",
        paint.tone(Tone::Busy, mark),
        cut(&name, room.max(1))
    );
    if let Some(bar) = bar {
        text.push_str("  ");
        text.push_str(&bar);
    }
    if !facts.is_empty() {
        text.push_str("  ");
        text.push_str(&paint.tone(Tone::Faint, &facts).to_string());
    }
    text
}

/// The figures: how many, for how long, and how long it may still take.
fn facts(standing: &Standing) -> String {
    let elapsed = seconds(standing.elapsed);
    let mut facts = Vec::new();
    if let Some((done, total)) = standing.count {
        facts.push(format!("{done} of {total}"));
    }
    if standing.failed > 0 {
        facts.push(format!("{} failed", standing.failed));
    }
    match standing.limit {
        Some(limit) => {
            // It was counted from a moment later.
            let limit = seconds(limit).round();
            facts.push(format!("{} of {}", whole(elapsed), whole(limit)));
        }
        None => facts.push(whole(elapsed)),
    }
    if let Some(left) = left(standing) {
        facts.push(format!("{} left", whole(left.ceil())));
    }
    facts.join(", ")
}

/// How long it will still take, as far as that can be told.
fn left(standing: &Standing) -> Option<f64> {
    let elapsed = seconds(standing.elapsed);
    if standing.is_timed {
        return standing
            .limit
            .map(|limit| (seconds(limit) - elapsed).max(0.0));
    }
    let fraction = standing.count.and_then(|_| fraction(standing))?;
    (fraction > 0.0 && fraction < 1.0 && elapsed >= 1.0)
        .then(|| elapsed / fraction * (1.0 - fraction))
}

/// How much of it is done, from 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "it is drawn with 20 characters")]
fn fraction(standing: &Standing) -> Option<f64> {
    let fraction = match (standing.count, standing.limit) {
        (Some((done, total)), _) => done as f64 / total as f64,
        (None, Some(limit)) if standing.is_timed && limit > TimeDelta::zero() => {
            seconds(standing.elapsed) / seconds(limit)
        }
        _ => return None,
    };
    Some(fraction.clamp(0.0, 1.0))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a fraction of 20 characters"
)]
fn bar(fraction: f64, paint: Paint) -> String {
    let full = ((BAR as f64 * fraction) as usize).min(BAR);
    format!(
        "{}{}",
        paint.tone(Tone::Good, &"━".repeat(full)),
        paint.tone(Tone::Faint, &"─".repeat(BAR - full))
    )
}

#[expect(clippy::cast_precision_loss, reason = "it is rounded for people")]
fn seconds(span: TimeDelta) -> f64 {
    (span.num_milliseconds().max(0) as f64) / 1000.0
}

/// A span to the second: what changes faster cannot be read.
fn whole(seconds: f64) -> String {
    span(seconds.floor())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing() -> Standing {
        Standing {
            what: "wait_for great-wombat".to_owned(),
            state: "in_progress → complete".to_owned(),
            elapsed: TimeDelta::milliseconds(130_400),
            limit: Some(TimeDelta::minutes(10)),
            is_timed: false,
            count: None,
            failed: 0,
        }
    }

    fn several() -> Vec<Standing> {
        vec![
            Standing {
                what: "parallel".to_owned(),
                state: String::new(),
                limit: None,
                count: Some((12, 50)),
                failed: 1,
                ..standing()
            },
            standing(),
            Standing {
                what: "sleep".to_owned(),
                state: String::new(),
                elapsed: TimeDelta::seconds(3),
                limit: Some(TimeDelta::seconds(10)),
                is_timed: true,
                ..standing()
            },
            Standing {
                what: "日本語\u{1b}[2J".to_owned(),
                ..standing()
            },
        ]
    }

    #[test]
    fn what_is_under_way_is_a_line_each() {
        let shown = lines(&several(), 0, (100, 10), Paint::NONE).join("\n");
        insta::assert_snapshot!(shown, @r"
        ⠋ parallel  ━━━━────────────────  12 of 50, 1 failed, 2m 10s, 6m 53s left
        ⠋ wait_for great-wombat: in_progress → complete  2m 10s of 10m
        ⠋ sleep  ━━━━━━──────────────  3s of 10s, 7s left
        ⠋ 日本語\u{1b}[2J: in_progress → complete  2m 10s of 10m
        ");
    }

    #[test]
    fn on_a_small_terminal_the_rest_is_counted() {
        let shown = lines(&several(), 3, (50, 3), Paint::NONE).join("\n");
        insta::assert_snapshot!(shown, @r"
        ⠸ parallel  12 of 50, 1 failed, 2m 10s, 6m 53s le…
        ⠸ wait_for great-wombat: in_progre…  2m 10s of 10m
          … and 2 more
        ");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_or_obeyed_by_it() {
        for width in 8..140 {
            for line in lines(&several(), 0, (width, 9), Paint::NONE) {
                assert!(line.width() <= width, "{width}: {line}");
                assert!(!line.contains('\u{1b}'));
            }
        }
    }
}
