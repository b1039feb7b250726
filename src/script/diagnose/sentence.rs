//! What is wrong, in words.

use crate::error::Place;

/// What is wrong, where, and what to do.
pub struct Sentence {
    pub message: String,
    pub hint: Option<String>,
    /// Where, if it is elsewhere than the parser says.
    pub place: Option<Place>,
}

impl Sentence {
    pub(super) fn new(message: impl Into<String>, hint: &str) -> Self {
        Self {
            message: message.into(),
            hint: (!hint.is_empty()).then(|| hint.to_owned()),
            place: None,
        }
    }

    pub(super) fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }
}
