//! What is done to texts. What the language's own functions do without a bound is done here: it looks at
//! what they made only once it is there, and then there may be no memory left.

use rhai::{EvalAltResult, INT, ImmutableString};

use super::largest;
use super::lexicon::Lexicon;
use super::trouble::Trouble;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers them, some in place of the language's own.
pub fn register(lexicon: &mut Lexicon) {
    lexicon
        .register_fn("pad_left", |text: &str, width: INT| {
            padded(text, width, " ")
        })
        .register_fn("pad_left", padded)
        .register_fn("pad_left", |text: &str, width: INT, with: char| {
            padded(text, width, with.encode_utf8(&mut [0; 4]))
        })
        .register_fn(
            "replace",
            |text: &mut ImmutableString, old: &str, new: &str| replace(text, old, new),
        )
        .register_fn(
            "replace",
            |text: &mut ImmutableString, old: &str, new: char| {
                replace(text, old, new.encode_utf8(&mut [0; 4]))
            },
        )
        .register_fn(
            "replace",
            |text: &mut ImmutableString, old: char, new: &str| {
                replace(text, old.encode_utf8(&mut [0; 4]), new)
            },
        )
        .register_fn(
            "replace",
            |text: &mut ImmutableString, old: char, new: char| {
                let (mut old_bytes, mut new_bytes) = ([0; 4], [0; 4]);
                let old = old.encode_utf8(&mut old_bytes);
                replace(text, old, new.encode_utf8(&mut new_bytes))
            },
        );
}

/// A text of at least so many characters, filled up at its beginning.
fn padded(text: &str, width: INT, with: &str) -> Result<String> {
    if with.is_empty() {
        let trouble = Trouble::argument("a text is not made wider by an empty one");
        return Err(trouble
            .hint("give it a character: pad_left(10, \"0\")")
            .raise());
    }
    let missing = usize::try_from(width)
        .unwrap_or_default()
        .saturating_sub(text.chars().count());
    let longest = missing.saturating_mul(4).saturating_add(text.len());
    largest::text(longest)?;
    let filling = with.chars().cycle().take(missing);
    Ok(filling.chain(text.chars()).collect())
}

fn replace(text: &mut ImmutableString, old: &str, new: &str) -> Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    if new.len() > old.len() {
        let more = (new.len() - old.len()).saturating_mul(text.matches(old).count());
        largest::text(text.len().saturating_add(more))?;
    }
    *text = text.replace(old, new).into();
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::script::trial::Trial;

    #[test]
    fn texts_are_replaced_as_the_language_does() {
        let trial = Arc::new(Trial::default());
        for (arguments, expected) in [
            (r#""b", "xx""#, "axxcaxxc"),
            (r#""bc", 'é'"#, "aéaé"),
            (r#"'c', """#, "abab"),
            ("'a', 'ü'", "übcübc"),
            (r#""nothing", "x""#, "abcabc"),
        ] {
            let line = format!(
                r#"let text = "abcabc"; text.replace({arguments}); assert_eq(text, "{expected}")"#
            );
            assert!(trial.run(&line).is_ok(), "{line}");
        }
    }

    #[test]
    fn what_would_come_to_more_than_a_text_may_be_is_refused_before_it_is_made() {
        let trial = Arc::new(Trial::default());
        let long = "let text = \"\"; text.pad(100_000, 'x'); let all = #{};";
        for line in [
            "let other = text; text.replace(\"x\", other);",
            "let list = []; list.pad(1_000_000, 1); list.join(text)",
            // Each is the same text, which costs nothing until it is written down.
            "for n in 0..1_000 { all[`k${n}`] = text; } all.to_json()",
            "for n in 0..1_000 { all[`k${n}`] = text; } `${all}`",
        ] {
            let error = trial.run(&format!("{long} {line}")).unwrap_err();
            assert!(
                format!("{error:?}").contains("more than 64 MB"),
                "{line}: {error:?}"
            );
        }
    }
}
