//! How large a script's values may become.

use rhai::{EvalAltResult, Position};

/// The most bytes of a text: a longer one is a runaway loop.
pub const TEXT: usize = 64 << 20;

/// The most bytes of all texts in a value that is written down.
pub const TEXTS: usize = 4 * TEXT;

/// The most values in a list or a map, each with what it holds: more are one too. To limit texts alone
/// would cost as much.
pub const ITEMS: usize = 4 << 20;

/// What the engine calls a text that is too long.
const LENGTH: &str = "Length of string";

/// Refuses a text of so many bytes, before it is made, where that is more than one may have.
pub fn text(bytes: usize) -> Result<(), Box<EvalAltResult>> {
    if bytes <= TEXT {
        return Ok(());
    }
    let large = EvalAltResult::ErrorDataTooLarge(LENGTH.to_owned(), Position::NONE);
    Err(large.into())
}

/// What is said of a value that became larger, by what the engine calls it.
#[must_use]
pub fn exceeded(what: &str) -> String {
    let values = format!("more than {ITEMS} values, with what they hold");
    match what {
        LENGTH => format!("a text grows to more than {} MB", TEXT >> 20),
        "Size of object map" => format!("a map grows to {values}"),
        _ => format!("a list grows to {values}"),
    }
}
