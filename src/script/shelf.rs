//! The texts a run consists of: the script and what it imports.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::source::Source;
use crate::error::Complaint;

/// Hears of a text that the run consists of: its name and itself.
type Tell = dyn Fn(&str, &str) + Send + Sync;

/// The texts a run consists of: those it was begun with, where it is taken up again, and those on
/// disk otherwise.
#[derive(Clone, Default)]
pub struct Shelf {
    kept: Arc<HashMap<String, String>>,
    tell: Option<Arc<Tell>>,
    told: Arc<Mutex<HashSet<String>>>,
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf")
            .field("kept", &self.kept.len())
            .finish_non_exhaustive()
    }
}

impl Shelf {
    /// A shelf with these texts; what is read beside them is told to `tell`.
    #[must_use]
    pub fn of(
        kept: HashMap<String, String>,
        tell: impl Fn(&str, &str) + Send + Sync + 'static,
    ) -> Self {
        Self {
            told: Arc::new(Mutex::new(kept.keys().cloned().collect())),
            kept: Arc::new(kept),
            tell: Some(Arc::new(tell)),
        }
    }

    /// The text of this name, or what `read` gives.
    pub fn text(
        &self,
        name: &str,
        read: impl FnOnce() -> Result<Source, Complaint>,
    ) -> Result<Source, Complaint> {
        if let Some(text) = self.kept.get(name) {
            let mut source = Source::of_text(name, text.as_str());
            source.folder = Source::folder_of(name);
            return Ok(source);
        }
        let source = read()?;
        if let Some(tell) = &self.tell {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            if told.insert(name.to_owned()) {
                tell(name, &source.text);
            }
        }
        Ok(source)
    }
}
