//! Who sees what is done.

use std::sync::Arc;

use super::permission::Permission;
use super::question::Question;

/// Someone who is told what is about to be done, once it may be.
pub trait Witness: Send + Sync {
    /// The call that this would be the question about is made now.
    fn sees(&self, question: &Question);
}

impl Permission {
    /// The same with somebody who is told of every call but reads, before it is made.
    #[must_use]
    pub fn seen_by(mut self, witness: Option<Arc<dyn Witness>>) -> Self {
        self.witness = witness;
        self
    }

    /// Whether there is someone to whom calls are told in words.
    #[must_use]
    pub fn tells(&self) -> bool {
        self.asker.is_some() || self.witness.is_some()
    }
}
