//! Asking the person at the terminal for consent.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{QueueSelector, tcflush};
use signal_hook::consts::{SIGINT, SIGTERM};

use super::live;
use crate::branch::{Branch, Frame};
use crate::client::is_unprintable;
use crate::script::stop::Stop;
use crate::session::{Asker, Consent, Question};

/// How often whoever waits for an answer looks whether the run is to stop.
const EVERY: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};

/// The longest answer that is read.
const LONGEST: usize = 4096;

/// One question at a time, whoever asks: an answer belongs to the question that is seen.
static ASKING: Mutex<()> = Mutex::new(());

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
        let _alone = ASKING.lock().unwrap_or_else(PoisonError::into_inner);
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
        let _alone = ASKING.lock().unwrap_or_else(PoisonError::into_inner);
        let _held = live::hold();
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

/// Whether somebody pressed Ctrl-C and no thread has come to hear of it yet: on a busy machine what is
/// typed afterwards may be there first.
fn is_signalled() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let pending = status.lines().find_map(|it| it.strip_prefix("ShdPnd:"));
    let pending = pending.and_then(|it| u64::from_str_radix(it.trim(), 16).ok());
    let bits = [SIGINT, SIGTERM].map(|signal| 1_u64 << (signal - 1));
    pending.is_some_and(|pending| bits.iter().any(|bit| pending & bit != 0))
}

impl Person {
    /// What he says to a question.
    fn says(&self, question: &str) -> Option<String> {
        if self.is_over() {
            return None;
        }
        // What a name or a script holds must not move the cursor over what is asked, nor turn its
        // letters around.
        let question: String = question
            .chars()
            .map(|c| if is_unprintable(c) { '?' } else { c })
            .collect();
        // What was typed before was no answer to what nobody had seen.
        tcflush(io::stdin(), QueueSelector::IFlush).ok()?;
        let mut err = io::stderr().lock();
        let asked = write!(err, "{question}").and_then(|()| err.flush());
        drop(err);
        asked.ok()?;
        let answer = self.line();
        if answer.is_none() {
            // Whatever comes next begins a line.
            let _ = writeln!(io::stderr().lock());
        }
        answer
    }

    /// Whether an answer would come too late. A cleanup asks although the run was cancelled, unless
    /// it is cancelled itself.
    fn is_over(&self) -> bool {
        let is_cancelled = Branch::is_cancelled().unwrap_or(false);
        is_cancelled || !Frame::nature().cleanup && self.stop.reason().is_some()
    }

    /// A line from the terminal; nothing at its end, or when the run is to stop. Read past the buffer
    /// of standard input, which may hold what was typed before the question.
    fn line(&self) -> Option<String> {
        let input = io::stdin();
        let mut line = Vec::new();
        while !line.ends_with(b"\n") && line.len() < LONGEST {
            let mut ready = [PollFd::new(&input, PollFlags::IN)];
            match poll(&mut ready, Some(&EVERY)) {
                // What is typed after Ctrl-C is meant for the prompt that comes next.
                _ if self.is_over() || is_signalled() => return None,
                Ok(0) | Err(rustix::io::Errno::INTR) => continue,
                Ok(_) => {}
                _ => return None,
            }
            let mut bytes = [0; 256];
            match rustix::io::read(&input, &mut bytes) {
                Ok(0) => return None,
                Ok(read) => line.extend(bytes.get(..read)?),
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return None,
            }
        }
        Some(String::from_utf8_lossy(&line).into_owned())
    }
}
