//! What is missing in a text that does not parse.

use super::foreign::FOREIGN;
use super::place;
use super::sentence::Sentence;
use super::spot::{Spot, is_word};
use super::unclosed::{innermost, unclosed};
use crate::error::Place;

pub(super) fn missing(spot: &Spot<'_>, token: &str, what: &str) -> Sentence {
    let found = spot.found();
    let before = spot.word_before();
    // At the end of a text it is a bracket that is missing, wherever.
    if spot.is_end()
        && token != "catch"
        && let Some(sentence) = never_closed(spot)
    {
        return sentence;
    }
    if spot.before.trim_end().ends_with("..") || (spot.is_end() && spot.before.contains(".. {")) {
        return Sentence::new(
            "the range has no end",
            "a range is written 0..10; for ever is loop { … }",
        )
        .at(open_range(spot));
    }
    let is_field = spot
        .before
        .trim_end()
        .strip_suffix(before)
        .is_some_and(|it| it.ends_with('.'));
    for word in [found.as_str(), if is_field { "" } else { before }] {
        if let Some((word, hint)) = FOREIGN.iter().find(|(known, _)| *known == word) {
            let place = if *word == found {
                place(spot.source, spot.position)
            } else {
                Some(spot.place_before(word))
            };
            return Sentence::new(format!("`{word}` is not a word of this language"), hint)
                .at(place);
        }
    }
    if found == "=>" && token != ":" {
        return Sentence::new("there is no operator `=>`", "a closure is written |x| …");
    }
    if let Some(sentence) = borrowed(spot, token, &found)
        && !what.contains("parameters of function")
    {
        return sentence;
    }
    let opened = innermost(spot.before);
    match token {
        ";" => no_semicolon(spot, &found, before),
        "{" if found == ":" => Sentence::new(
            "a block stands between { and }, and not after `:`",
            "write { instead, and } where the block ends",
        ),
        "{" => Sentence::new(
            format!("`{{` is missing before `{found}`"),
            "what belongs together stands between { and }: if a > b { … }",
        ),
        "catch" => Sentence::new(
            "`catch` is missing after the block of `try`",
            "write try { … } catch (e) { … }",
        )
        .at(spot.end_before()),
        "=>" => Sentence::new(
            format!("`=>` is missing before `{found}`"),
            "a case of switch is written value => …",
        ),
        ":" => Sentence::new(
            format!("`:` is missing before `{found}`"),
            "a map is written #{name: value}",
        ),
        _ if what.contains("parameters of function") => Sentence::new(
            format!("`{found}` is unexpected among the parameters of a function"),
            "parameters are names and nothing more: fn name(a, b) { … }",
        ),
        "in" => Sentence::new(
            format!("`in` is missing before `{found}`"),
            "write for item in list { … }",
        ),
        "," | ")" | "]" | "}" if matches!(found.as_str(), ";" | "}" | ")" | "]") => {
            let mark = opened.map_or('(', |it| it.mark);
            let close = closing(mark);
            let line = opened.map(|it| spot.place_of(it));
            let hint = line.map_or_else(String::new, |it| {
                format!("it closes the `{mark}` at {}:{}", it.line, it.column)
            });
            Sentence::new(format!("`{close}` is missing before `{found}`"), &hint)
        }
        "," if before == "f" && found.starts_with('"') => Sentence::new(
            "values stand in texts between backquotes",
            "write `hello ${name}`",
        ),
        "," => Sentence::new(
            format!("`,` is missing before `{found}`"),
            match opened.map(|it| it.mark) {
                Some('[') => "it stands between the items of a list",
                Some('{') => "it stands between the fields of a map",
                _ => "it stands between the arguments of a call",
            },
        ),
        _ => Sentence::new(
            format!("`{token}` is missing before `{found}`"),
            "look at what stands before it",
        ),
    }
}

/// What is written as other languages have it, where this is missing.
fn borrowed(spot: &Spot<'_>, token: &str, found: &str) -> Option<Sentence> {
    Some(match token {
        "," | ")" | "]" if found == "for" => Sentence::new(
            "`for` makes no list",
            "write list.map(|x| …), of some of the items list.filter(|x| …)",
        ),
        "]" if found == ":" => Sentence::new("`:` takes no part of a list", PART),
        "}" if spot.after.starts_with("...") => Sentence::new(
            "there is no operator `...`",
            "maps are joined by +: m + #{b: 2}",
        ),
        ")" if found == "," && is_arrow(spot) => {
            Sentence::new("there is no operator `=>`", "a closure is written |a, b| …")
        }
        "|" if found == "_" => Sentence::new(
            "`_` cannot be the name of a parameter",
            "give it one: |_x| …",
        ),
        ")" if found == "=" => Sentence::new(
            "`=` gives a value, and this is none to give it to",
            "compare with ==",
        ),
        "in" if found == "," => Sentence::new(
            "`for` has one name, or two in brackets: an item and its number",
            "of a map write for key in map.keys() { let value = map[key]; … }; of a list for (x, i) in list { … }",
        ),
        "," if found == ":" && innermost(spot.before).is_some_and(|it| it.mark == '(') => {
            Sentence::new(
                "arguments have no names",
                "give them in order, or as a map: #{name: value}",
            )
        }
        _ => return None,
    })
}

/// What to do about a part of a list.
pub const PART: &str = "write list.extract(1..3), of a text text.sub_string(1..3)";

/// Whether what follows are parameters in brackets before an arrow.
fn is_arrow(spot: &Spot<'_>) -> bool {
    spot.after
        .split_once(')')
        .is_some_and(|(_, rest)| rest.trim_start().starts_with("=>"))
}

fn no_semicolon(spot: &Spot<'_>, found: &str, before: &str) -> Sentence {
    let statement = spot.statement();
    let word = statement.split(' ').next().unwrap_or_default();
    let declares = matches!(word, "let" | "const") && statement.split_whitespace().count() == 2;
    match found {
        ")" | "]" | "}" => Sentence::new(
            format!("`{found}` closes nothing"),
            "remove it, or look for what was to open it",
        ),
        ":" if declares => Sentence::new(
            "variables are declared without a type",
            &format!("leave it out: {word} {before} = …;"),
        ),
        "=" if declares && spot.after.starts_with("==") => Sentence::new(
            format!("`==` compares, and {word} gives a value"),
            &format!("write {word} {before} = …;"),
        ),
        "if" if matches!(word, "let" | "const") && statement.contains('=') => Sentence::new(
            "`if` stands before what it decides between",
            "write let x = if a > b { a } else { b };",
        ),
        "," if statement.starts_with("let ") => Sentence::new(
            "let declares one variable at a time",
            "write another let for the next one",
        ),
        ":" if innermost(spot.before).is_some_and(|it| it.mark == '{') => Sentence::new(
            "`:` is unexpected here",
            "a map begins with #{, a block with {",
        ),
        _ if before.starts_with(|c: char| c.is_ascii_digit())
            && spot.before.ends_with(before)
            && found.starts_with(is_word) =>
        {
            Sentence::new(
                format!("`{before}{found}` is neither a number nor a name"),
                "names begin with a letter",
            )
        }
        _ => Sentence::new(
            format!("`;` is missing before `{found}`"),
            "end the statement before it with ;",
        )
        .at(spot.end_before()),
    }
}

/// The bracket, quote or comment that is never closed.
pub(super) fn never_closed(spot: &Spot<'_>) -> Option<Sentence> {
    let found = unclosed(&spot.source.text)?;
    let place = spot.place_of(found);
    let sentence = match found.mark {
        '"' => Sentence::new(
            "this text is never closed",
            "close it with \"; only a text between backquotes, `…`, may go over several lines",
        ),
        '\'' => Sentence::new(
            "this character is never closed",
            "close it with '; texts stand between double quotes",
        ),
        '`' => Sentence::new("this text is never closed", "close it with a backquote, `"),
        '*' => Sentence::new("this comment is never closed", "close it with */"),
        mark => Sentence::new(
            format!("this `{mark}` is never closed"),
            &format!("write `{}` where it ends", closing(mark)),
        ),
    };
    Some(sentence.at(Some(place)))
}

const fn closing(mark: char) -> char {
    match mark {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

fn open_range(spot: &Spot<'_>) -> Option<Place> {
    let at = spot.before.rfind("..")?;
    let bytes = at..at + 2;
    Some(Place::of_bytes(&spot.source.name, &spot.source.text, bytes))
}
