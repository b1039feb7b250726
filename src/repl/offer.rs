//! What a word may become, as it is listed.

use rustyline::completion::Candidate;
use terminal_size::{Width, terminal_size};

use crate::output::{cut, line};

/// The most that is listed: nobody reads more, and the editor counts no further than to 65,535.
const MOST: usize = 1_000;
/// The most that are listed a line each, with what is known of them.
const MOST_EXPLAINED: usize = 24;
/// How wide a line of the list is at most, and in how narrow a terminal.
const WIDEST: usize = 78;
const NARROWEST: usize = 20;

/// Something that a word may become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What is put in the word's place.
    pub text: String,
    /// What it is called in the list.
    pub shown: String,
    /// What is known of it.
    pub note: String,
    /// How it is listed.
    display: String,
}

impl Offer {
    /// What a word may become, with what is known of it.
    pub fn new(text: impl Into<String>, note: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            shown: text.clone(),
            text,
            note: note.into(),
            display: String::new(),
        }
    }

    /// The same, listed under another name than the one it is put down by.
    #[must_use]
    pub fn shown(mut self, shown: impl Into<String>) -> Self {
        self.shown = shown.into();
        self
    }
}

impl Candidate for Offer {
    fn display(&self) -> &str {
        &self.display
    }

    fn replacement(&self) -> &str {
        &self.text
    }
}

/// Those that begin with what was typed.
pub fn begun(typed: &str, offers: impl IntoIterator<Item = Offer>) -> Vec<Offer> {
    let offers = offers.into_iter();
    let found = offers.filter(|it| it.text.starts_with(typed) && !it.text.starts_with("anon$"));
    listed(found.collect())
}

/// Those that begin with what was typed, in whatever case.
pub fn alike(typed: &str, offers: impl IntoIterator<Item = Offer>) -> Vec<Offer> {
    let offers = offers.into_iter();
    listed(offers.filter(|it| begins_alike(&it.text, typed)).collect())
}

/// Whether a text begins with what was typed, in whatever case.
#[must_use]
pub fn begins_alike(text: &str, typed: &str) -> bool {
    let mut letters = text.chars().flat_map(char::to_lowercase);
    typed
        .chars()
        .flat_map(char::to_lowercase)
        .all(|c| letters.next() == Some(c))
}

/// How wide the terminal is.
#[must_use]
pub fn columns() -> usize {
    terminal_size().map_or(80, |(Width(columns), _)| usize::from(columns))
}

/// Offers in order, each once and as it is listed.
pub fn listed(mut offers: Vec<Offer>) -> Vec<Offer> {
    offers.sort_by(|a, b| a.text.cmp(&b.text).then(b.note.len().cmp(&a.note.len())));
    offers.dedup_by(|a, b| a.text == b.text);
    if offers.len() > MOST {
        // What all have in common is what the first and the last have in common.
        let last = offers.pop();
        offers.truncate(MOST - 1);
        offers.extend(last);
    }
    let has_notes = offers.iter().any(|it| !it.note.is_empty());
    let is_explained = has_notes && offers.len() <= MOST_EXPLAINED;
    let widest = offers.iter().map(|it| it.shown.chars().count()).max();
    let widest = widest.unwrap_or_default();
    // The list puts two spaces after each.
    let width = columns().saturating_sub(3).clamp(NARROWEST, WIDEST);
    for offer in &mut offers {
        let display = if is_explained && !offer.note.is_empty() {
            format!("{:widest$}  {}", offer.shown, offer.note)
        } else {
            offer.shown.clone()
        };
        // What an account calls things is data: it is made visible before it is shown.
        offer.display = cut(&line(&display), width);
        if is_explained {
            // So wide, each has a line of its own.
            offer.display = format!("{:width$}", offer.display);
        }
    }
    offers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_is_cut_has_in_common_what_the_whole_has() {
        let many = (0..5_000).map(|at| Offer::new(format!("node-{at:04}"), ""));
        let cut = listed(many.collect());
        assert_eq!(cut.len(), MOST);
        assert_eq!(cut.first().unwrap().text, "node-0000");
        assert_eq!(cut.last().unwrap().text, "node-4999");
    }
}
