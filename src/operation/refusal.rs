//! Why a call was refused before anything was sent.

use thiserror::Error;

/// A call that was refused before anything was sent: what is wrong, where, and what would be right.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct Refusal {
    /// The operation called.
    pub operation: &'static str,
    /// The argument at fault, with its place inside: `body.fields.vlan_type`.
    pub argument: String,
    /// What is wrong, naming the offending text.
    pub message: String,
    /// What would be right.
    pub hint: Option<String>,
}

/// The candidate most like `text`, when one is near enough to be meant.
#[must_use]
pub fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = text.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (likeness(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// The word that is most like this one, or has it as a part: `off` of `power off`.
#[must_use]
pub fn near_word(word: &str, known: &[&'static str]) -> Option<&'static str> {
    nearest(word, known.iter().copied()).or_else(|| {
        let mut having = known
            .iter()
            .filter(|it| it.split([' ', '_']).any(|part| part == word));
        having.next().filter(|_| having.next().is_none()).copied()
    })
}

/// Two measures, because each misses what the other sees: transposed letters and shared beginnings.
fn likeness(a: &str, b: &str) -> f64 {
    // Of a short word one slip is a large part.
    if a.len() > 2 && strsim::damerau_levenshtein(a, b) == 1 {
        return 0.9;
    }
    strsim::normalized_damerau_levenshtein(a, b).max(strsim::jaro_winkler(a, b) - 0.15)
}

#[cfg(test)]
mod tests {
    use super::{near_word, nearest};

    #[test]
    fn a_part_of_one_word_finds_it() {
        let states = ["power on", "power off", "rebooting"];
        assert_eq!(near_word("off", &states), Some("power off"));
        assert_eq!(near_word("on", &["turned on", "switched on"]), None);
        assert_eq!(near_word("reboot", &states), Some("rebooting"));
    }

    #[test]
    fn a_slip_finds_its_word_and_noise_finds_none() {
        let names = ["label", "description", "vlan_type", "pod_location"];
        assert_eq!(nearest("lable", names), Some("label"));
        assert_eq!(nearest("vlantype", names), Some("vlan_type"));
        assert_eq!(nearest("pod_loc", names), Some("pod_location"));
        assert_eq!(nearest("zzz", names), None);
        assert_eq!(nearest("", names), None);
    }
}
