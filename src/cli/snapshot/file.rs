//! A file that is written as a whole or not at all.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::error::Complaint;

/// What only its owner may read: it holds an account.
const PRIVATE: u32 = 0o600;

/// Writes a file as a whole or not at all. A link is followed, and what is no file is written to as
/// it is.
pub fn write(file: &Path, text: &str) -> Result<(), Complaint> {
    put(file, text).map_err(|error| {
        Complaint::usage(format!("cannot write {}: {error}", file.display()))
            .hint("--out names a file in a folder that is there and may be written to")
    })
}

fn put(file: &Path, text: &str) -> io::Result<()> {
    let target = match fs::canonicalize(file) {
        Ok(target) => target,
        Err(_) => file.to_owned(),
    };
    let found = fs::metadata(&target).ok();
    if found.as_ref().is_some_and(|found| !found.is_file()) {
        return OpenOptions::new()
            .write(true)
            .open(&target)?
            .write_all(text.as_bytes());
    }
    let part = beside(&target);
    let mut opened = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(PRIVATE)
        .open(&part)?;
    let mode = found.map_or(PRIVATE, |found| found.permissions().mode());
    let written = opened
        .write_all(text.as_bytes())
        .and_then(|()| opened.set_permissions(Permissions::from_mode(mode)))
        .and_then(|()| opened.sync_all())
        .and_then(|()| fs::rename(&part, &target));
    if written.is_err() {
        // It is of our making, and what was there before is still there.
        let _ = fs::remove_file(&part);
    }
    written
}

/// A name in the same folder that nobody else uses.
fn beside(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.{}", std::process::id()))
}
