//! Asking the person at the terminal for consent.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::sync::Arc;

use crate::session::{Asker, Consent, Question};

/// The person at the terminal, if there is one: both the question and the answer need it.
pub fn person() -> Option<Arc<dyn Asker>> {
    (io::stdin().is_terminal() && io::stderr().is_terminal()).then(|| Arc::new(Person) as _)
}

struct Person;

impl Asker for Person {
    fn ask(&self, question: &Question) -> Consent {
        loop {
            let mut err = io::stderr().lock();
            let asked = write!(
                err,
                "{}: {}{}? [y]es [a]ll {} [n]o: ",
                question.effect,
                question.operation,
                if question.target.is_empty() {
                    String::new()
                } else {
                    format!(" {}", question.target)
                },
                question.effect
            )
            .and_then(|()| err.flush());
            drop(err);
            let mut answer = String::new();
            // Silence is not consent.
            if asked.is_err() || io::stdin().lock().read_line(&mut answer).unwrap_or(0) == 0 {
                return Consent::No;
            }
            match answer.trim().to_lowercase().as_str() {
                "y" | "yes" => return Consent::Yes,
                "a" | "all" => return Consent::All,
                "n" | "no" | "" => return Consent::No,
                _ => {}
            }
        }
    }
}
