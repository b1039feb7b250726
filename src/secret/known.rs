//! The secrets that this process knows.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use bytes::Bytes;

use super::{REDACTED, forms};

/// Shorter secrets would blot out half of every text, and are let be.
const SHORTEST: usize = 6;

/// How many there are: most texts are written where there are none.
static COUNT: AtomicUsize = AtomicUsize::new(0);

static KNOWN: Mutex<Known> = Mutex::new(Known {
    secrets: Vec::new(),
    finder: None,
});

struct Known {
    secrets: Vec<String>,
    /// Finds all forms of them; made when it is first needed after one was added.
    finder: Option<Arc<AhoCorasick>>,
}

fn known() -> MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a secret is too short to be blotted out.
#[must_use]
pub fn is_too_short(secret: &str) -> bool {
    secret.trim().len() < SHORTEST
}

/// Keeps a secret out of all that the process writes from now on.
pub fn guard(secret: &str) {
    if is_too_short(secret) {
        return;
    }
    let secret = secret.trim();
    let mut known = known();
    if known.secrets.iter().any(|other| other == secret) {
        return;
    }
    known.secrets.push(secret.to_owned());
    known.finder = None;
    COUNT.store(known.secrets.len(), Ordering::Release);
}

/// How many secrets the process knows: more than before is a reason to look again.
#[must_use]
pub fn count() -> usize {
    COUNT.load(Ordering::Acquire)
}

/// What finds the secrets; none where there are none.
fn finder() -> Option<Arc<AhoCorasick>> {
    if count() == 0 {
        return None;
    }
    let mut known = known();
    if let Some(finder) = &known.finder {
        return Some(finder.clone());
    }
    let forms: HashSet<String> = known
        .secrets
        .iter()
        .flat_map(|secret| forms::of(secret))
        .collect();
    let finder = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        // The quicker kind takes ten times as long to make, and for one letter said a thousand times the
        // square of that, to be hardly quicker.
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(forms)
        .ok()
        .map(Arc::new)?;
    known.finder = Some(finder.clone());
    Some(finder)
}

/// Whether a text holds a secret that the process knows.
#[must_use]
pub fn holds_any(text: &str) -> bool {
    finder().is_some_and(|finder| finder.is_match(text))
}

/// The text with every secret that the process knows blotted out.
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    match finder() {
        Some(finder) if finder.is_match(text) => {
            let mut clean = String::with_capacity(text.len());
            finder.replace_all_with(text, &mut clean, |_, _, clean| {
                clean.push_str(REDACTED);
                true
            });
            Cow::Owned(clean)
        }
        _ => Cow::Borrowed(text),
    }
}

/// The same of what may not be text; given back as it is where there is nothing to blot out.
#[must_use]
pub fn redact_bytes(bytes: Bytes) -> Bytes {
    match finder() {
        Some(finder) if finder.is_match(&bytes) => {
            let mut clean = Vec::with_capacity(bytes.len());
            finder.replace_all_with_bytes(&bytes, &mut clean, |_, _, clean| {
                clean.extend_from_slice(REDACTED.as_bytes());
                true
            });
            Bytes::from(clean)
        }
        _ => bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn a_secret_is_blotted_out_in_every_form_once_it_is_guarded() {
        let said = "key=Hush/4711+ä";
        assert_eq!(redact(said), said);
        let _ = Secret::guarded("Hush/4711+ä\n");
        for text in [
            said,
            "?k=Hush%2F4711%2B%C3%A4",
            "?k=Hush%2f4711%2b%c3%a4",
            "Basic aWQ6SHVzaC80NzExK8Ok",
            r#"{"k":"Hush\/4711+ä"}"#,
        ] {
            let shown = redact(text);
            assert!(shown.contains(REDACTED), "{shown}");
            assert!(!shown.contains("4711"), "{shown}");
            assert!(holds_any(text));
        }
        let bytes = redact_bytes(Bytes::from_static(b"\xffHush/4711+\xc3\xa4\xff"));
        assert_eq!(&bytes[..], b"\xff<redacted>\xff");
    }

    #[test]
    fn a_long_secret_that_repeats_itself_is_blotted_out() {
        let long = "y".repeat(20_000);
        let _ = Secret::guarded(&long);
        assert_eq!(redact(&format!("z{long}z")), "z<redacted>z");
        assert_eq!(redact(&"y".repeat(19_999)), "y".repeat(19_999));
    }

    #[test]
    fn what_is_too_short_to_be_a_secret_is_let_be() {
        guard("sim");
        guard("  a  ");
        assert_eq!(redact("the simulator and a sim"), "the simulator and a sim");
    }
}
