//! Which files of the journal are open, and whether they still lie where they were.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// A file by its device and its number.
type Number = (u64, u64);

/// The files that SQLite writes.
#[derive(Debug)]
pub(super) struct Placed {
    file: PathBuf,
    itself: Option<Number>,
    /// Which file beside it holds what was written last, once there is one: as long as its connection
    /// lasts it stays the same.
    beside: Option<Number>,
}

impl Placed {
    /// Those of a file as they lie now.
    pub(super) fn of(file: &Path) -> Self {
        Self {
            file: file.to_owned(),
            itself: number_of(file),
            beside: None,
        }
    }

    /// Something was written: from now on there is a file beside it.
    pub(super) fn was_written(&mut self) {
        if self.beside.is_none() {
            self.beside = number_of(&self.beside());
        }
    }

    /// The file that was removed or replaced, if one was.
    pub(super) fn displaced(&self) -> Option<PathBuf> {
        if number_of(&self.file) != self.itself {
            return Some(self.file.clone());
        }
        let beside = self.beside();
        let is_lost = self.beside.is_some() && number_of(&beside) != self.beside;
        is_lost.then_some(beside)
    }

    /// The file in which SQLite writes first what goes into this one.
    fn beside(&self) -> PathBuf {
        let mut name = self.file.as_os_str().to_owned();
        name.push("-wal");
        name.into()
    }
}

fn number_of(file: &Path) -> Option<Number> {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.dev(), metadata.ino()))
}
