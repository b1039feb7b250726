//! Bad input gets a sentence, the place, what to do next and the exit code of its kind; nothing that
//! changes the account is sent on a malformed call.
//!
//! What is shown is compared word by word.

mod account;
mod language;
mod values;

use crate::stage::mw::Mw;

/// What a line comes to on the simulator.
fn value(line: &str) -> String {
    let done = Mw::eval(line).any_stdout().run();
    done.stdout.trim().to_owned()
}
