//! What a script holds to be true: `assert`, `assert_eq`, `assert_ne`, `assert_throws`.

use rhai::{Dynamic, EvalAltResult, FnPtr, NativeCallContext};

use super::field::equal;
use super::flow::caught;
use super::lexicon::Lexicon;
use super::trouble::Trouble;
use super::value;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Values that are longer together are compared line by line, in characters.
const SHORT: usize = 100;

/// Registers the assertions.
pub fn register(lexicon: &mut Lexicon) {
    lexicon
        .register_fn("assert", |held: bool| assert(held, "the assertion failed"))
        .register_fn("assert", |held: bool, message: &str| assert(held, message))
        .register_fn("assert_eq", |a: Dynamic, b: Dynamic| assert_eq(&a, &b))
        .register_fn("assert_ne", |a: Dynamic, b: Dynamic| assert_ne(&a, &b))
        .register_fn(
            "assert_throws",
            |context: NativeCallContext, body: FnPtr| throws(&context, &body, ""),
        )
        .register_fn(
            "assert_throws",
            |context: NativeCallContext, body: FnPtr, part: &str| throws(&context, &body, part),
        );
}

fn assert(held: bool, message: &str) -> Result<()> {
    if held {
        Ok(())
    } else {
        Err(Trouble::new("assertion", message).raise())
    }
}

fn assert_eq(a: &Dynamic, b: &Dynamic) -> Result<()> {
    if equal(a, b) {
        return Ok(());
    }
    let (short, other) = (value::debug(a), value::debug(b));
    let message = if short == other {
        format!("two values that are shown as {short} are not equal")
    } else if short.chars().count() + other.chars().count() <= SHORT {
        format!("{short} is not {other}")
    } else {
        let (a, b) = (lines(a), lines(b));
        format!(
            "the first value (-) is not the second (+)\n{}",
            difference(&a, &b).join("\n")
        )
    };
    assert(false, &message)
}

fn assert_ne(a: &Dynamic, b: &Dynamic) -> Result<()> {
    if !equal(a, b) {
        return Ok(());
    }
    let (a, b) = (value::debug(a), value::debug(b));
    let message = if a == b {
        format!("both are {a}")
    } else {
        format!("{a} and {b} are equal")
    };
    assert(false, &message)
}

/// The function's error, which it must raise and whose message must hold `part`.
fn throws(context: &NativeCallContext<'_>, body: &FnPtr, part: &str) -> Result<Dynamic> {
    let error = match body.call_within_context::<Dynamic>(context, ()) {
        Ok(value) => {
            let value = value::debug(&value);
            let message = format!("it was to throw and answered {value}");
            return assert(false, &message).map(|()| Dynamic::UNIT);
        }
        Err(error) => caught(error)?,
    };
    let message = value::brief(&error);
    assert(
        message.contains(part),
        &format!("it was to throw an error with {part:?} and threw {message:?}"),
    )?;
    Ok(error)
}

/// A value over several lines: an item, a member or a line of text each.
fn lines(value: &Dynamic) -> Vec<String> {
    if let Ok(text) = value.as_immutable_string_ref() {
        return text.split('\n').map(str::to_owned).collect();
    }
    match value::to_json(value) {
        Ok(json) => serde_json::to_string_pretty(&json)
            .unwrap_or_else(|_| value::debug(value))
            .lines()
            .map(str::to_owned)
            .collect(),
        Err(_) => vec![value::debug(value)],
    }
}

/// More lines than this are not compared: it takes the square of their number.
const MOST_LINES: usize = 2_000;
/// Lines alike that are shown around a difference.
const AROUND: usize = 2;

/// The lines of both: those only in the first after `-`, those only in the second after `+`.
fn difference(a: &[String], b: &[String]) -> Vec<String> {
    if a.len() > MOST_LINES || b.len() > MOST_LINES {
        let at = a.iter().zip(b).position(|(a, b)| a != b);
        let at = at.unwrap_or_else(|| a.len().min(b.len()));
        let line = |lines: &[String]| lines.get(at).cloned().unwrap_or_default();
        return vec![
            format!("  (from line {} on)", at + 1),
            format!("- {}", line(a)),
            format!("+ {}", line(b)),
        ];
    }
    // The length of the longest common rest of each pair of rests.
    let wide = b.len() + 1;
    let mut common = vec![0_usize; (a.len() + 1) * wide];
    let rest = |common: &[usize], i: usize, j: usize| {
        common.get(i * wide + j).copied().unwrap_or_default()
    };
    for (i, left) in a.iter().enumerate().rev() {
        for (j, right) in b.iter().enumerate().rev() {
            let longest = if left == right {
                rest(&common, i + 1, j + 1) + 1
            } else {
                rest(&common, i + 1, j).max(rest(&common, i, j + 1))
            };
            if let Some(cell) = common.get_mut(i * wide + j) {
                *cell = longest;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut shown: Vec<(char, &str)> = Vec::new();
    loop {
        match (a.get(i), b.get(j)) {
            (Some(left), Some(right)) if left == right => {
                shown.push((' ', left));
                (i, j) = (i + 1, j + 1);
            }
            (Some(left), right)
                if right.is_none() || rest(&common, i + 1, j) >= rest(&common, i, j + 1) =>
            {
                shown.push(('-', left));
                i += 1;
            }
            (_, Some(right)) => {
                shown.push(('+', right));
                j += 1;
            }
            _ => break,
        }
    }
    abridged(&shown)
}

/// Only what differs and a little around it.
fn abridged(lines: &[(char, &str)]) -> Vec<String> {
    let near = |at: usize| {
        let from = at.saturating_sub(AROUND);
        lines
            .iter()
            .skip(from)
            .take(at - from + AROUND + 1)
            .any(|(mark, _)| *mark != ' ')
    };
    let mut shown = Vec::new();
    let mut left_out = false;
    for (at, (mark, line)) in lines.iter().enumerate() {
        if near(at) {
            shown.push(format!("{mark} {line}"));
            left_out = false;
        } else if !left_out {
            shown.push("  …".to_owned());
            left_out = true;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(a: &[&str], b: &[&str]) -> Vec<String> {
        let own = |lines: &[&str]| {
            lines
                .iter()
                .map(|&line| line.to_owned())
                .collect::<Vec<_>>()
        };
        difference(&own(a), &own(b))
    }

    #[test]
    fn what_differs_is_shown_with_a_little_around_it() {
        assert_eq!(
            shown(
                &["a", "b", "c", "d", "e", "f", "g"],
                &["a", "b", "c", "d", "x", "f", "g"]
            ),
            ["  …", "  c", "  d", "- e", "+ x", "  f", "  g"]
        );
        assert_eq!(shown(&["a"], &["a", "b"]), ["  a", "+ b"]);
        assert_eq!(shown(&["a", "b"], &["b"]), ["- a", "  b"]);
        assert_eq!(shown(&[], &["b"]), ["+ b"]);
    }

    #[test]
    fn secrets_that_differ_are_not_equal_though_they_are_shown_alike() {
        let secret = |text: &str| Dynamic::from(crate::record::Secret::new(text));
        assert!(assert_eq(&secret("one-secret"), &secret("one-secret")).is_ok());
        assert!(assert_eq(&secret("one-secret"), &secret("two-secret")).is_err());
        assert!(assert_ne(&secret("one-secret"), &secret("two-secret")).is_ok());
    }

    #[test]
    fn long_values_that_differ_are_compared_to_their_end() {
        let many: Vec<String> = (0..=MOST_LINES).map(|line| line.to_string()).collect();
        let mut other = many.clone();
        other[1_500] = "x".to_owned();
        assert_eq!(
            difference(&many, &other),
            ["  (from line 1501 on)", "- 1500", "+ x"]
        );
    }
}
