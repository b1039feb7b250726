//! Where a path really is.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How often a path is looked at that is made just then.
const MOST_TRIES: u32 = 16;

/// Where a path really is, all links followed. What is not there yet is named as it will be, below
/// the deepest folder that is.
pub fn resolved(path: &Path) -> io::Result<PathBuf> {
    let whole = std::path::absolute(path)?;
    let mut missing = Vec::new();
    let mut at = whole.as_path();
    let mut tries = 0;
    loop {
        match fs::canonicalize(at) {
            Ok(place) => {
                return Ok(missing
                    .iter()
                    .rev()
                    .fold(place, |place, name| place.join(name)));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let there = fs::symlink_metadata(at);
        if there.as_ref().is_ok_and(|it| !it.file_type().is_symlink()) && tries < MOST_TRIES {
            // It was made just now.
            tries += 1;
            continue;
        }
        if there.is_ok() {
            // To write through it would make a file that nobody named.
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "it is a link to something that is not there",
            ));
        }
        // A path that ends with `..` has no name: upwards from nowhere leads anywhere.
        let (Some(name), Some(parent)) = (at.file_name(), at.parent()) else {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "it goes up from a folder that is not there",
            ));
        };
        missing.push(name.to_owned());
        at = parent;
    }
}
