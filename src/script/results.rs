//! `_` and `_1`, `_2`, …: the results of earlier lines of a session, which are names only there.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::{Engine, LexError, Position, Token};

/// The name of the last result.
pub const LAST: &str = "_";

/// How many results are kept: a session is open all day, and a list of all nodes is large.
pub const MOST: usize = 100;

/// The name of the result with this number.
#[must_use]
pub fn name(number: usize) -> String {
    format!("_{number}")
}

/// Whether a word is the name of a result.
#[must_use]
pub fn is_name(word: &str) -> bool {
    word.strip_prefix('_')
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()))
}

/// The line that an engine is about to parse, in which results have names; nothing while it parses
/// something else. The language has a `_` of its own, that of `switch x { _ => … }`, which can be told
/// only by what follows it.
#[derive(Clone, Debug, Default)]
pub struct Text(Arc<Mutex<String>>);

impl Text {
    /// Notes what is parsed next.
    pub fn set(&self, text: &str) {
        text.clone_into(&mut self.lock());
    }

    fn lock(&self) -> MutexGuard<'_, String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that what is parsed next is none of the session's.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Whether the sign at a place is a name: it is a case of a `switch` if an arrow follows.
    fn is_name(&self, at: Position) -> bool {
        let text = self.lock();
        let (Some(line), Some(column)) = (at.line(), at.position()) else {
            return false;
        };
        let mut lines = text.split('\n').skip(line - 1);
        let mut rest = lines.next().unwrap_or_default().chars().skip(column - 1);
        if rest.next() != Some('_') {
            return false;
        }
        let below = lines.flat_map(str::chars);
        let mut rest = rest.chain(below).skip_while(|c| c.is_whitespace());
        !(rest.next() == Some('=') && rest.next() == Some('>'))
    }
}

/// Lets an engine take the names of results for names.
pub fn allow(engine: &mut Engine, text: &Text) {
    let text = text.clone();
    // The engine takes a sign after what it does not know for that of a number. It is one between
    // two only where it stands by itself: `_1 - 1`.
    let is_after_result = AtomicBool::new(false);
    // Whoever declared one would lose it to a result.
    let is_declared = AtomicBool::new(false);
    #[expect(
        deprecated,
        reason = "it is marked so to say that it may change, not that it will go"
    )]
    engine.on_parse_token(move |token, at, _| {
        let declares = matches!(token, Token::Let | Token::Const);
        if is_declared.swap(declares, Ordering::Relaxed) {
            is_after_result.store(false, Ordering::Relaxed);
            return token;
        }
        let name = match &token {
            Token::Underscore if text.is_name(at) => Some(LAST.to_owned()),
            Token::LexError(error) => match &**error {
                LexError::MalformedIdentifier(word) if is_name(word) => Some(word.clone()),
                _ => None,
            },
            _ => None,
        };
        let was_after_result = is_after_result.swap(name.is_some(), Ordering::Relaxed);
        match (name, token) {
            (Some(name), _) => Token::Identifier(Box::new(name.into())),
            (None, Token::UnaryPlus) if was_after_result => Token::Plus,
            (None, Token::UnaryMinus) if was_after_result => Token::Minus,
            (None, token) => token,
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_names_and_the_case_of_a_switch_stays_one() {
        let mut engine = Engine::new();
        let text = Text::default();
        allow(&mut engine, &text);
        let mut scope = rhai::Scope::new();
        scope.push("_", 40_i64);
        scope.push("_2", 2_i64);
        for (line, expected) in [
            ("_ + _2", 42),
            ("_2 + _ - _2 + 2 - _2", 40),
            ("`${_}`.len() + _2", 4),
            ("switch _2 { 1 => 0, _ => _ }", 40),
            ("switch _2 { 1 => 0, _\n  => _2 }", 2),
        ] {
            text.set(line);
            let value = engine.eval_with_scope::<i64>(&mut scope, line);
            assert_eq!(value.ok(), Some(expected), "{line}");
        }
        for line in ["let _2 = 1; _2", "const _7 = 1;", "let _ = 1;"] {
            text.set(line);
            assert!(engine.compile(line).is_err(), "{line}");
        }
        assert!(!is_name("_a") && !is_name("a_1") && is_name("_") && is_name("_17"));
    }
}
