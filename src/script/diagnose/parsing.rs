//! What does not parse, in words.

use rhai::{LexError, ParseErrorType, Position};

use super::unclosed::{Unclosed, innermost, unclosed};
use super::{place, undefined};
use crate::error::Place;
use crate::script::source::Source;

/// What is wrong, where, and what to do.
pub struct Sentence {
    pub message: String,
    pub hint: Option<String>,
    /// Where, if it is elsewhere than the parser says.
    pub place: Option<Place>,
}

impl Sentence {
    fn new(message: impl Into<String>, hint: &str) -> Self {
        Self {
            message: message.into(),
            hint: (!hint.is_empty()).then(|| hint.to_owned()),
            place: None,
        }
    }

    fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }
}

/// Words of other languages that begin a statement or an expression, and what is written instead.
const FOREIGN: &[(&str, &str)] = &[
    ("function", "a function is written fn name(a, b) { … }"),
    ("def", "a function is written fn name(a, b) { … }"),
    ("func", "a function is written fn name(a, b) { … }"),
    ("fun", "a function is written fn name(a, b) { … }"),
    ("sub", "a function is written fn name(a, b) { … }"),
    ("lambda", "a closure is written |x| …"),
    (
        "class",
        "there are no classes: keep values in a map, #{name: value}",
    ),
    (
        "struct",
        "there are no types of your own: keep values in a map, #{name: value}",
    ),
    ("foreach", "write for item in list { … }"),
    ("elif", "write else if"),
    ("elsif", "write else if"),
    ("elseif", "write else if"),
    ("unless", "write if !(…) { … }"),
    (
        "finally",
        "write ensure(|| …, || …), whose second part always runs",
    ),
    ("except", "write try { … } catch (e) { … }"),
    ("rescue", "write try { … } catch (e) { … }"),
    ("raise", "write throw"),
    (
        "from",
        "write import \"rolling\" as rolling; and call rolling::…()",
    ),
    ("and", "write &&"),
    ("or", "write ||"),
    ("not", "write !"),
    ("echo", "write print(…)"),
    ("puts", "write print(…)"),
    ("local", "write let"),
    ("int", "write let: variables take any type"),
    ("string", "write let: variables take any type"),
    (
        "mut",
        "leave it out: every variable can be given another value",
    ),
];

/// Words that are kept for the language, and what is written instead.
const RESERVED: &[(&str, &str)] = &[
    ("null", "nothing is written ()"),
    ("nil", "nothing is written ()"),
    ("var", "write let"),
    ("static", "write const"),
    (
        "public",
        "leave it out: functions can be called from outside unless they are private",
    ),
    ("new", "leave it out: values come from functions"),
    ("match", "write switch value { 1 => …, _ => … }"),
    ("case", "a case of switch is written value => …"),
    ("default", "the last case of switch is written _ => …"),
    (
        "async",
        "leave it out: calls wait by themselves, and parallel(…) does several at once",
    ),
    ("await", "leave it out: calls wait by themselves"),
    (
        "go",
        "several things at once are done by parallel(items, |item| …)",
    ),
    (
        "spawn",
        "several things at once are done by parallel(items, |item| …)",
    ),
    (
        "thread",
        "several things at once are done by parallel(items, |item| …)",
    ),
    (
        "sync",
        "only one run at a time is what lock(\"name\", || …) makes sure of",
    ),
    ("use", "write import \"rolling\" as rolling;"),
    (
        "module",
        "every file is a module: import \"./file\" as name;",
    ),
    (
        "package",
        "every file is a module: import \"./file\" as name;",
    ),
    ("goto", "use a function, or break"),
    ("exit", "write exit(1)"),
    ("print", "write print(…), with brackets"),
    ("debug", "write debug(…), with brackets"),
    ("#", "a comment begins with //, and a map with #{"),
    ("#!", "only the first line of a file may begin with it"),
    (
        "$",
        "names have no mark before them; in a text between backquotes it is ${name}",
    ),
    ("@", "names have no mark before them"),
    (
        "?",
        "write if condition { … } else { … }, which has a value",
    ),
    ("~", "turn over bits with ^ -1"),
    ("++", "write x += 1"),
    ("--", "write x -= 1"),
    ("===", "write =="),
    ("!==", "write !="),
    ("->", "a closure is written |x| …, and a field x.name"),
    ("<-", "write =, or < -"),
    (":=", "write let name = value;"),
    ("=>", "a closure is written |x| …"),
    ("::<", "functions take no types: write name(…)"),
    ("...", "a range is written 0..10"),
    ("(*", "a comment is written /* … */"),
    ("*)", "a comment is written /* … */"),
    ("|>", "call it as a method: value.name(…)"),
];

/// What is written instead of a word of another language.
pub fn foreign(word: &str) -> Option<&'static str> {
    let find = |list: &[(&str, &'static str)]| {
        list.iter()
            .find(|(known, _)| *known == word)
            .map(|(_, hint)| *hint)
    };
    find(FOREIGN).or_else(|| find(RESERVED)).or(match word {
        "None" | "NULL" | "Null" | "undefined" => Some("nothing is written ()"),
        "True" | "TRUE" => Some("write true"),
        "False" | "FALSE" => Some("write false"),
        "self" => Some("write this, inside a function that is called as a method"),
        "console" => Some("write print(…)"),
        _ => None,
    })
}

/// The text around a position.
struct Spot<'s> {
    source: &'s Source,
    position: Position,
    /// All that stands before it.
    before: &'s str,
    /// All that follows.
    after: &'s str,
}

impl<'s> Spot<'s> {
    fn of(source: &'s Source, position: Position) -> Self {
        let text = source.text.as_str();
        let at = offset(text, position).unwrap_or(text.len());
        let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
        Self {
            source,
            position,
            before,
            after,
        }
    }

    fn is_end(&self) -> bool {
        self.after.trim().is_empty()
    }

    /// The word or sign at the position.
    fn found(&self) -> String {
        let rest = self.after.trim_start();
        let word: String = rest.chars().take_while(|c| is_word(*c)).collect();
        if !word.is_empty() {
            return word;
        }
        match rest.chars().next() {
            Some('"') => {
                let inside = rest.get(1..).unwrap_or_default();
                let end = inside.find(['"', '\n']).map_or(rest.len(), |it| it + 2);
                rest.get(..end).unwrap_or(rest).trim_end().to_owned()
            }
            Some('=') if rest.starts_with("=>") => "=>".to_owned(),
            Some(c) => c.to_string(),
            None => String::new(),
        }
    }

    /// The word that ends before the position, on the same line.
    fn word_before(&self) -> &'s str {
        let line = self.before.rsplit('\n').next().unwrap_or_default();
        line.trim_end()
            .rsplit(|c: char| !is_word(c))
            .next()
            .unwrap_or_default()
    }

    /// The place right after what stands before the position.
    fn end_before(&self) -> Option<Place> {
        let trimmed = self.before.trim_end();
        let end = trimmed.len();
        (end > 0).then(|| Place::of_bytes(&self.source.name, &self.source.text, end..end))
    }

    fn place_of(&self, unclosed: Unclosed) -> Place {
        let length = if unclosed.mark == '*' { 2 } else { 1 };
        let bytes = unclosed.at..unclosed.at + length;
        Place::of_bytes(&self.source.name, &self.source.text, bytes)
    }

    /// The place of the word that ends before the position.
    fn place_before(&self, word: &str) -> Place {
        let end = self.before.trim_end().len();
        let start = end.saturating_sub(word.len());
        Place::of_bytes(&self.source.name, &self.source.text, start..end)
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A position as a byte of a text.
fn offset(text: &str, position: Position) -> Option<usize> {
    let line = position.line()?;
    let start: usize = text
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let column = position.position().unwrap_or(1).saturating_sub(1);
    let rest = text.get(start..)?;
    let inside = rest
        .char_indices()
        .nth(column)
        .map_or(rest.len(), |(at, _)| at);
    Some(start + inside)
}

/// What is wrong with a text that does not parse.
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
        P::VariableExpected if spot.before.trim_end().ends_with("for") => Sentence::new(
            "`for` goes over a list or a range, and is followed by a name",
            "write for i in 0..3 { … }",
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
        P::ExprExpected(_) if spot.found() == "default" => reserved(&spot, "default"),
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
    let hint = RESERVED
        .iter()
        .find(|(known, _)| *known == word)
        .map_or("give it another name", |(_, hint)| *hint);
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
        _ => "look at what stands before it: something is missing there, or is one too many",
    };
    if what.is_empty() {
        return never_closed(spot)
            .unwrap_or_else(|| Sentence::new("something is missing here", ""));
    }
    Sentence::new(message, hint)
}

/// The bracket, quote or comment that is never closed.
fn never_closed(spot: &Spot<'_>) -> Option<Sentence> {
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

fn missing(spot: &Spot<'_>, token: &str, what: &str) -> Sentence {
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
    for word in [found.as_str(), before] {
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

fn open_range(spot: &Spot<'_>) -> Option<Place> {
    let at = spot.before.rfind("..")?;
    let bytes = at..at + 2;
    Some(Place::of_bytes(&spot.source.name, &spot.source.text, bytes))
}

fn no_semicolon(spot: &Spot<'_>, found: &str, before: &str) -> Sentence {
    let line = spot.before.rsplit('\n').next().unwrap_or_default();
    let line = line.trim_start();
    match found {
        ")" | "]" | "}" => Sentence::new(
            format!("`{found}` closes nothing"),
            "remove it, or look for what was to open it",
        ),
        "," if line.starts_with("let ") => Sentence::new(
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

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    let mut lowered: String = chars
        .next()
        .map(|c| c.to_lowercase().collect())
        .unwrap_or_default();
    lowered.extend(chars);
    lowered
}
