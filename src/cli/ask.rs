//! Asking the person at the terminal for consent.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::live;
use crate::script::stop::Stop;
use crate::session::{Asker, Consent, Question};

/// How often whoever waits for an answer looks whether the run is to stop.
const EVERY: Duration = Duration::from_millis(50);

/// The person at the terminal, if there is one: both the question and the answer need it.
pub fn person(stop: &Stop) -> Option<Arc<dyn Asker>> {
    let is_there = io::stdin().is_terminal() && io::stderr().is_terminal();
    is_there.then(|| Arc::new(Person { stop: stop.clone() }) as _)
}

struct Person {
    stop: Stop,
}

impl Asker for Person {
    fn ask(&self, question: &Question) -> Consent {
        let _held = live::hold();
        loop {
            // Silence is not consent.
            let Some(answer) = self.says(&question.line()) else {
                return Consent::No;
            };
            if let Some(consent) = question.consent(&answer) {
                return consent;
            }
        }
    }

    fn confirm(&self, question: &str) -> Option<bool> {
        loop {
            let answer = self.says(&format!("{question} [y/N]: "))?;
            match answer.trim().to_lowercase().as_str() {
                "y" | "yes" => return Some(true),
                "n" | "no" | "" => return Some(false),
                _ => {}
            }
        }
    }
}

impl Person {
    /// What he says to a question.
    fn says(&self, question: &str) -> Option<String> {
        // What a name or a script holds must not move the cursor over what is asked.
        let question: String = question
            .chars()
            .map(|c| if c.is_control() { '?' } else { c })
            .collect();
        let mut err = io::stderr().lock();
        let asked = write!(err, "{question}").and_then(|()| err.flush());
        drop(err);
        asked.ok().and_then(|()| self.line())
    }

    /// A line from the terminal; nothing at its end, or when the run is to stop. Reading cannot be
    /// interrupted, so another thread does it, which ends with the process.
    fn line(&self) -> Option<String> {
        let (sender, receiver) = channel();
        std::thread::Builder::new()
            .spawn(move || {
                let mut line = String::new();
                let read = io::stdin().lock().read_line(&mut line).unwrap_or(0);
                // Nobody waits any more when the run was stopped.
                let _ = sender.send((read > 0).then_some(line));
            })
            .ok()?;
        loop {
            match receiver.recv_timeout(EVERY) {
                Ok(line) => return line,
                Err(RecvTimeoutError::Timeout) if self.stop.reason().is_none() => {}
                Err(_) => return None,
            }
        }
    }
}
