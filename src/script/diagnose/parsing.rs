//! What does not parse, in words.

use rhai::{LexError, ParseErrorType, Position};

use super::foreign::{RESERVED, foreign};
use super::missing::{PART, missing, never_closed};
use super::sentence::Sentence;
use super::spot::{Spot, is_word};
use super::unclosed::innermost;
use super::undefined;
use crate::script::results;
use crate::script::source::Source;

/// What to do about a word of the language where a name is to stand.
const NO_NAME: &str = "it cannot be a name: choose another one";

/// What is wrong with a text that does not parse.
#[expect(
    clippy::too_many_lines,
    reason = "one arm for each way in which a text does not parse"
)]
pub fn sentence(source: &Source, kind: &ParseErrorType, position: Position) -> Sentence {
    use ParseErrorType as P;
    let spot = Spot::of(source, position);
    match kind {
        P::UnexpectedEOF => never_closed(&spot).unwrap_or_else(|| {
            Sentence::new(
                "the script ends in the middle of something",
                "look for what is missing at its end",
            )
            .at(spot.end_before())
        }),
        P::BadInput(error) => input(&spot, error),
        P::MissingToken(token, what) => missing(&spot, token, what),
        P::VariableUndefined(name) => {
            let (message, hint) = undefined(name, &source.text);
            Sentence::new(message, hint.as_deref().unwrap_or_default())
        }
        P::ModuleUndefined(name) if name == crate::script::stand_in::NAME => Sentence::new(
            format!("there is no module `{name}` here"),
            "it is for tests, which mw test runs",
        ),
        P::ModuleUndefined(name) => Sentence::new(
            format!("there is no module `{name}` here"),
            "import it first: import \"rolling\" as rolling;",
        ),
        P::Reserved(word) | P::UnknownOperator(word) => reserved(&spot, word),
        P::VariableExpected if spot.word_before() == "for" || spot.before.ends_with("for (") => {
            Sentence::new(
                "`for` goes over a list or a range, and is followed by a name",
                "write for i in 0..3 { … }",
            )
        }
        P::VariableExpected if spot.found().starts_with(char::is_alphabetic) => {
            Sentence::new(format!("`{}` is a reserved word", spot.found()), NO_NAME)
        }
        P::VariableExpected if spot.found() == "_" => Sentence::new(
            "a name is expected here, not `_`",
            "what nobody reads begins with one: let _done = …;",
        ),
        P::VariableExpected => Sentence::new(
            format!("a name is expected here, not `{}`", spot.found()),
            "let declares one variable at a time: let name = value;",
        ),
        P::PropertyExpected => Sentence::new(
            format!(
                "the name of a field is expected here, not `{}`",
                spot.found()
            ),
            "a name that is no word stands between quotes: #{\"my key\": 1}",
        ),
        P::FnDuplicatedDefinition(name, count) => Sentence::new(
            format!("`{name}` with {} is defined twice", parameters(*count)),
            "give one of them another name, or another count of parameters",
        ),
        P::FnDuplicatedParam(name, param) => Sentence::new(
            format!("`{name}` has the parameter `{param}` twice"),
            "give one of them another name",
        ),
        P::FnMissingName => Sentence::new(
            "the function has no name",
            "write fn name(a, b) { … }, or a closure: |a, b| …",
        ),
        P::FnMissingParams(name) => Sentence::new(
            format!("`{name}` has no parameters in brackets"),
            &format!("write fn {name}() {{ … }}"),
        ),
        P::FnMissingBody(name) if spot.after.starts_with("->") => Sentence::new(
            format!("`{name}` is given a type, and functions have none"),
            &format!("leave it out: fn {name}(…) {{ … }}"),
        ),
        P::FnMissingBody(name) => Sentence::new(
            if name.is_empty() {
                "the closure has no body".to_owned()
            } else {
                format!("`{name}` has no body")
            },
            "its body stands between { and }",
        ),
        P::WrongFnDefinition => Sentence::new(
            "a function is defined inside a block or another function",
            "move it out to the top level, or make it a closure: let name = |a, b| …;",
        ),
        P::WrongDocComment => Sentence::new(
            "a comment with /// belongs to a function, and none follows",
            "write it with //",
        ),
        P::WrongExport => Sentence::new(
            "export stands inside a block",
            "move it out to the top level",
        ),
        P::AssignmentToConstant(name) if name.is_empty() => not_assignable(),
        P::AssignmentToInvalidLHS(_) => not_assignable(),
        P::AssignmentToConstant(name) => Sentence::new(
            format!("`{name}` is a constant"),
            &format!("declare it with let {name} = …; to change it"),
        ),
        P::LoopBreak => Sentence::new(
            format!("`{}` means something only inside a loop", spot.found()),
            "a function is left with return, the script with exit(0)",
        ),
        P::ExprTooDeep => Sentence::new(
            "the expression is nested too deeply",
            "give parts of it names with let",
        ),
        P::WrongSwitchDefaultCase => Sentence::new(
            "the case `_` is not the last",
            "move it to the end of the switch: nothing after it would be reached",
        ),
        P::WrongSwitchCaseCondition => Sentence::new(
            "this case cannot have a condition",
            "the case _ takes what no other one does",
        ),
        P::WrongSwitchIntegerCase => Sentence::new(
            "a case for one number follows one for a range",
            "move it before the ranges",
        ),
        P::ExprExpected(_) if matches!(spot.found().as_str(), "default" | "case") => {
            reserved(&spot, &spot.found())
        }
        P::ExprExpected(_) => Sentence::new(
            format!("a value is expected here, not `{}`", spot.found()),
            "a case of switch is a number, a text, true or false",
        ),
        P::MismatchedType(wanted, found) => Sentence::new(
            format!("{} is expected here, not {}", what(wanted), what(found)),
            match found.as_str() {
                "an object map" => "go over its keys: for key in map.keys() { … }",
                "a number" if wanted.contains("iterable") => "go over a range: for i in 0..5 { … }",
                _ => "",
            },
        ),
        P::MalformedIndexExpr(_) => Sentence::new(
            "this cannot be an index",
            "lists take whole numbers, maps take texts",
        ),
        P::DuplicatedProperty(name) => Sentence::new(
            format!("the map has the key `{name}` twice"),
            "keep one of the two",
        ),
        P::DuplicatedVariable(name) => Sentence::new(
            format!("there are two variables `{name}` here"),
            "give one of them another name",
        ),
        P::LiteralTooLarge(..) => Sentence::new(
            "this value is too large to be written in a script",
            "read it from a file",
        ),
        P::MissingSymbol(_) => Sentence::new(
            format!("something is missing before `{}`", spot.found()),
            "look at what stands before it",
        ),
        other => Sentence::new(lower(&other.to_string()), ""),
    }
}

fn parameters(count: usize) -> String {
    match count {
        0 => "no parameters".to_owned(),
        1 => "1 parameter".to_owned(),
        more => format!("{more} parameters"),
    }
}

/// What the parser calls a value, as scripts do.
fn what(name: &str) -> &str {
    match name {
        "an iterable value" => "a list, a range or a text",
        "an object map" => "a map",
        "a boolean expression" | "a boolean" => "true or false",
        "a string" => "a text",
        other => other,
    }
}

fn not_assignable() -> Sentence {
    Sentence::new(
        "this cannot be given a value",
        "only variables, fields and items can; to compare, write ==",
    )
}

fn reserved(spot: &Spot<'_>, word: &str) -> Sentence {
    if word == "=>" && spot.before.trim_end().ends_with(')') {
        return Sentence::new("there is no operator `=>`", "a closure is written |x| …");
    }
    let hint = match (word, spot.word_before()) {
        ("...", _) if innermost(spot.before).is_some_and(|it| it.mark == '[') => {
            "lists are joined by +: a + [2]"
        }
        ("new", "throw") => "write throw \"what is wrong\"",
        (word, _) if word.chars().all(is_word) && spot.is_name() => NO_NAME,
        (word, _) if word.chars().all(is_word) && spot.is_key() => {
            "as a key it stands between quotes: #{\"my key\": 1}, map[\"my key\"]"
        }
        (word, _) => RESERVED
            .iter()
            .find(|(known, _)| *known == word)
            .map_or("give it another name", |(_, hint)| *hint),
    };
    let message = if word.chars().all(is_word) {
        format!("`{word}` is a reserved word")
    } else if matches!(word, "#" | "#!" | "$" | "@") {
        format!("`{word}` means nothing here")
    } else {
        format!("there is no operator `{word}`")
    };
    Sentence::new(message, hint)
}

fn input(spot: &Spot<'_>, error: &LexError) -> Sentence {
    match error {
        LexError::UnterminatedString => never_closed(spot).unwrap_or_else(|| {
            Sentence::new(
                "this text is never closed",
                "close it with the quote it began with",
            )
        }),
        LexError::ImproperSymbol(symbol, why) if symbol == "=" && why.contains("==") => {
            Sentence::new(
                "`=` gives a variable a value, and this is a condition",
                "compare with ==",
            )
        }
        LexError::ImproperSymbol(symbol, why)
            if RESERVED.iter().all(|(known, _)| known != symbol) && !why.is_empty() =>
        {
            if why.contains("disabled") {
                Sentence::new(
                    format!("`{symbol}` is not to be had: a script does what is written in it"),
                    "call a function, or import a module",
                )
            } else if symbol == "this" {
                Sentence::new(
                    "`this` means something only inside a function that is called as a method",
                    "give what is meant a name: let it = …;",
                )
            } else {
                Sentence::new(lower(why), "")
            }
        }
        LexError::ImproperSymbol(symbol, _) => reserved(spot, symbol),
        LexError::UnexpectedInput(what) if what == ":" && spot.before.ends_with('[') => {
            Sentence::new("`:` takes no part of a list", PART)
        }
        LexError::UnexpectedInput(what) => unexpected(spot, what),
        LexError::MalformedChar(text) => Sentence::new(
            format!("`'{}'` is not one character", text.trim_matches('\'')),
            &format!(
                "texts stand between double quotes: \"{}\"",
                text.trim_matches('\'')
            ),
        ),
        LexError::MalformedEscapeSequence(text) => Sentence::new(
            format!("`{text}` is no escape"),
            "a backslash itself is written \\\\; known are \\n, \\t, \\\", \\\\ and \\u1234",
        ),
        LexError::MalformedNumber(text) => Sentence::new(
            format!("`{text}` is no number"),
            "numbers are written 42, 1_000, 0xff, 1.5 or 1.5e3",
        ),
        LexError::MalformedIdentifier(text) if results::is_name(text) => Sentence::new(
            format!("`{text}` is what a session calls one of its results"),
            NO_NAME,
        ),
        LexError::MalformedIdentifier(text) => Sentence::new(
            format!("`{text}` is no name"),
            "names are made of letters, digits and _, and begin with a letter",
        ),
        other => Sentence::new(lower(&other.to_string()), ""),
    }
}

fn unexpected(spot: &Spot<'_>, what: &str) -> Sentence {
    let message = format!("`{what}` is unexpected here");
    let hint = match what {
        ">" if spot.before.ends_with('<') => "write != for what is not equal",
        "<" if spot.before.ends_with('=') => "write <=",
        "“" | "”" | "„" | "«" | "»" => "texts stand between plain quotes: \"…\"",
        "‘" | "’" | "´" => "texts stand between plain double quotes: \"…\"",
        "–" | "—" | "−" => "write the minus of the keyboard: -",
        "×" => "write *",
        "÷" => "write /",
        "…" => "a range is written 0..10",
        "≤" => "write <=",
        "≥" => "write >=",
        "≠" => "write !=",
        "}" | ")" | "]" => "it closes nothing: remove it, or look for what was to open it",
        ";" | "," => "a value is missing before it",
        "=>" => "a closure is written |x| …",
        "return" | "let" | "const" | "throw" | "break" | "continue" => {
            "it is a statement of its own and has no value: write it on a line by itself"
        }
        "else" => "it belongs to an if: if … { … } else { … }",
        "fn" => "a function is defined at the top level; a closure is written |x| …",
        _ if what.chars().all(char::is_alphabetic) && !what.is_ascii() => {
            "names are made of the letters a to z, digits and _"
        }
        _ if foreign(what).is_some() => foreign(what).unwrap_or_default(),
        _ => "look at what stands before it: something is missing there, or is one too many",
    };
    if what.is_empty() {
        return never_closed(spot)
            .unwrap_or_else(|| Sentence::new("something is missing here", ""));
    }
    Sentence::new(message, hint)
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    let mut lowered: String = chars
        .next()
        .map(|c| c.to_lowercase().collect())
        .unwrap_or_default();
    lowered.extend(chars);
    lowered
}
