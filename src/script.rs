//! Scripts: everything that knows Rhai.
//!
//! A script runs on a thread that may wait, and waits for the account through the session; operations
//! are functions and methods that [`call`] answers from the table in `api`.

pub mod builtins;
pub mod check;
pub mod console;
pub mod host;
pub mod memory;
pub mod runtime;
pub mod source;
pub mod value;
pub mod vocabulary;

mod arguments;
mod assertions;
pub mod brackets;
mod call;
mod captured;
mod case;
mod comparison;
mod coverage;
mod diagnose;
pub mod directory;
mod engine;
pub mod expected;
pub mod fetch;
mod field;
mod flow;
pub mod gauge;
mod given;
mod handle;
mod hands;
mod incomplete;
mod inequality;
pub mod insistence;
mod inspection;
mod interpreter;
mod key;
pub mod language;
mod largest;
mod lexicon;
mod lists;
pub mod local;
mod modules;
mod moment;
mod numbers;
mod options;
pub mod origin;
mod parallel;
mod parts;
mod power;
mod predicates;
mod processor;
mod progress;
mod reader;
mod recording;
pub mod results;
pub mod room;
pub mod scan;
pub mod shelf;
mod speech;
mod stand_in;
mod stats;
pub mod stop;
mod strides;
mod subject;
pub mod sugar;
mod sum;
mod tally;
mod texts;
#[cfg(test)]
pub(crate) mod trial;
mod trouble;
mod waiting;
pub mod weight;
pub mod window;

pub use case::Case;
pub use coverage::Coverage;
pub use handle::described;
pub use handle::{kind, kinds};
pub use incomplete::{Growing, parts};
pub use inspection::Known;
pub use interpreter::{Ended, Interpreter, Suite, Value};
pub use modules::STDLIB;
