//! Files that only their owner may read, written whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

/// Makes a folder that only its owner may enter, and those above it; one that is there is closed to
/// others.
pub(super) fn folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 != 0 {
        fs::set_permissions(path, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Writes a file in the place of one that may be there: a crash leaves the old one or the new one,
/// and at no time may anybody read it whom `mode` does not let.
pub(super) fn write(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let aside = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    // Left behind by a process of the same number that was killed here.
    match fs::remove_file(&aside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = (|| {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode & 0o777)
            .open(&aside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&aside, path)
    })();
    if written.is_err() {
        // What is wrong is known; what is left of it is tidied as far as that goes.
        let _ = fs::remove_file(&aside);
    }
    written?;
    File::open(folder)?.sync_all()
}

/// The file's mode, when its group or others may read, write or run it.
pub(super) fn open_to_others(metadata: &fs::Metadata) -> Option<u32> {
    let mode = metadata.permissions().mode() & 0o7777;
    (metadata.is_file() && mode & 0o077 != 0).then_some(mode)
}

/// The mode of a file that is there.
pub(super) fn mode(path: &Path) -> Option<u32> {
    Some(fs::metadata(path).ok()?.permissions().mode() & 0o777)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_mode_from_the_beginning_and_replaces_another_whole() {
        let path = std::env::temp_dir().join(format!("mw-safe-{}", std::process::id()));
        let inner = path.join("a/credentials");
        folder(&inner).unwrap();
        assert_eq!(mode(&inner), Some(0o700));
        let file = inner.join("key");
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        write(&file, "new", 0o600).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(mode(&file), Some(0o600));
        assert_eq!(fs::read_dir(&inner).unwrap().count(), 1);
        // A folder in the place of the file: nothing is left of the attempt.
        fs::create_dir_all(inner.join("taken/x")).unwrap();
        assert!(write(&inner.join("taken"), "new", 0o600).is_err());
        assert_eq!(fs::read_dir(&inner).unwrap().count(), 2);
        fs::remove_dir_all(path).unwrap();
    }
}
