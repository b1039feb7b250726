//! Files, reached by the folders above them one after the other: what became a link since it was
//! looked at is not followed.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Component, Path};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;

/// The largest file that is read, in bytes.
pub const LARGEST: u64 = 16 << 20;

/// Folders are passed through, not read.
#[cfg(target_os = "linux")]
const PASSED: OFlags = OFlags::PATH;
#[cfg(not(target_os = "linux"))]
const PASSED: OFlags = OFlags::empty();

const FOLDER: OFlags = OFlags::DIRECTORY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// A pipe with nobody at its other end must not hold the script up.
const FILE: OFlags = OFlags::NOFOLLOW
    .union(OFlags::CLOEXEC)
    .union(OFlags::NONBLOCK);

/// Why nothing came of it, for people.
type Result<T> = std::result::Result<T, String>;

/// The cause in words.
pub fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound if error.raw_os_error().is_none() => error.to_string(),
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "the system does not let this user".to_owned(),
        io::ErrorKind::NotADirectory => "a part of the path is not a folder".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the disk can only be read".to_owned(),
        _ if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => {
            "it became a link while it was opened".to_owned()
        }
        _ => {
            let text = error.to_string();
            text.split(" (os error")
                .next()
                .unwrap_or(&text)
                .to_lowercase()
        }
    }
}

fn said(error: Errno) -> String {
    why(&error.into())
}

/// A folder, made with those above it where it is missing. `real` holds no links.
fn folder(real: &Path, make: bool) -> Result<OwnedFd> {
    let mut at = rustix::fs::open("/", PASSED | FOLDER, Mode::empty()).map_err(said)?;
    for component in real.components() {
        let name = match component {
            Component::Normal(name) => name,
            Component::RootDir => continue,
            _ => return Err("its path cannot be followed".to_owned()),
        };
        let open = || rustix::fs::openat(&at, name, PASSED | FOLDER, Mode::empty());
        let next = match open() {
            Err(Errno::NOENT) if make => {
                match rustix::fs::mkdirat(&at, name, Mode::from_raw_mode(0o777)) {
                    // Another branch was faster.
                    Ok(()) | Err(Errno::EXIST) => open(),
                    Err(error) => Err(error),
                }
            }
            other => other,
        };
        at = next.map_err(said)?;
    }
    Ok(at)
}

/// The folder a file lies in, and its name there.
fn parted(real: &Path, make: bool) -> Result<(OwnedFd, &OsStr)> {
    let (Some(parent), Some(name)) = (real.parent(), real.file_name()) else {
        return Err("it is a folder".to_owned());
    };
    Ok((folder(parent, make)?, name))
}

fn regular(file: &File) -> Result<u64> {
    let metadata = file.metadata().map_err(|error| why(&error))?;
    if metadata.is_dir() {
        return Err("it is a folder".to_owned());
    }
    if !metadata.is_file() {
        return Err("it is a device or a pipe, and no file".to_owned());
    }
    Ok(metadata.len())
}

/// Whether a file is where the kernel tells of a process: what is granted of files grants nothing of
/// the environment, which stands there.
#[cfg(target_os = "linux")]
fn is_of_a_process(real: &Path, file: &File) -> bool {
    const PROC: u64 = 0x9fa0;
    let is_number = |name: &OsStr| {
        let name = name.as_encoded_bytes();
        !name.is_empty() && name.iter().all(u8::is_ascii_digit)
    };
    let kind = rustix::fs::fstatfs(file).map(|found| u64::try_from(found.f_type).unwrap_or(0));
    // Where that cannot be asked, the path tells.
    let is_told = kind.map_or_else(|_| real.starts_with("/proc"), |kind| kind == PROC);
    is_told && real.iter().any(is_number)
}

#[cfg(not(target_os = "linux"))]
const fn is_of_a_process(_: &Path, _: &File) -> bool {
    false
}

/// A size as people write it.
fn sized(bytes: u64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    match units.into_iter().find(|(_, shift)| bytes >> shift > 0) {
        Some((unit, shift)) => format!("{} {unit}", bytes >> shift),
        None => format!("{bytes} bytes"),
    }
}

/// Reads a text.
pub fn read(real: &Path) -> Result<String> {
    let (folder, name) = parted(real, false)?;
    let opened = rustix::fs::openat(&folder, name, OFlags::RDONLY | FILE, Mode::empty());
    let file = File::from(opened.map_err(said)?);
    if is_of_a_process(real, &file) {
        return Err("it tells of a process, of its environment and memory too".to_owned());
    }
    let length = regular(&file)?;
    let large = |length: u64| {
        format!(
            "it is {} long, and a script reads {} at most",
            sized(length),
            sized(LARGEST)
        )
    };
    if length > LARGEST {
        return Err(large(length));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    // A file may grow meanwhile, and some say that they are empty.
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| why(&error))?;
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if length > LARGEST {
        return Err(large(length));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error
            .as_bytes()
            .iter()
            .take(at)
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        format!("it is not text: line {line} holds bytes that are no UTF-8")
    })
}

/// Writes a text: a crash leaves the old file or the new one. The file's mode stays what it was.
pub fn write(real: &Path, text: &str) -> Result<()> {
    let (folder, name) = parted(real, true)?;
    let mode = match rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(found) => match FileType::from_raw_mode(found.st_mode) {
            FileType::RegularFile => Some(Mode::from_raw_mode(found.st_mode)),
            FileType::Directory => return Err("it is a folder".to_owned()),
            FileType::Symlink => return Err("it became a link while it was opened".to_owned()),
            _ => return Err("it is a device or a pipe, and no file".to_owned()),
        },
        Err(Errno::NOENT) => None,
        Err(error) => return Err(said(error)),
    };
    let aside = format!(
        ".{}.{}-{:x}.tmp",
        name.to_string_lossy(),
        std::process::id(),
        fastrand::u32(..)
    );
    // Nobody may read beforehand what he may not read afterwards.
    let first = if mode.is_some() { 0o600 } else { 0o666 };
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | FILE;
    let opened = rustix::fs::openat(&folder, &aside, flags, Mode::from_raw_mode(first));
    let mut file = File::from(opened.map_err(said)?);
    let mut fill = || -> io::Result<()> {
        file.write_all(text.as_bytes())?;
        if let Some(mode) = mode {
            rustix::fs::fchmod(&file, mode)?;
        }
        file.sync_all()?;
        rustix::fs::renameat(&folder, &aside, &folder, name)?;
        Ok(())
    };
    fill().map_err(|error| {
        // What is left of it is in nobody's way.
        let _ = rustix::fs::unlinkat(&folder, &aside, AtFlags::empty());
        why(&error)
    })
}

/// How long a file is; 0 where there is none.
pub fn length(real: &Path) -> Result<u64> {
    match std::fs::symlink_metadata(real) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(why(&error)),
    }
}

/// Adds a text at the end of a file, wherever that is by now.
pub fn append_now(real: &Path, text: &str) -> Result<()> {
    let (folder, name) = parted(real, true)?;
    let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | FILE;
    let opened = rustix::fs::openat(&folder, name, flags, Mode::from_raw_mode(0o666));
    let mut file = File::from(opened.map_err(said)?);
    regular(&file)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all());
    written.map_err(|error| why(&error))
}

/// Adds what of a text is missing to a file that was `before` bytes long; false where the file holds
/// something else behind that.
pub fn append(real: &Path, text: &str, before: u64) -> Result<bool> {
    let (folder, name) = parted(real, true)?;
    let flags = OFlags::RDWR | OFlags::APPEND | OFlags::CREATE | FILE;
    let opened = rustix::fs::openat(&folder, name, flags, Mode::from_raw_mode(0o666));
    let mut file = File::from(opened.map_err(said)?);
    let length = regular(&file)?;
    let mut work = || -> io::Result<bool> {
        let Some(there) = length.checked_sub(before) else {
            return Ok(false);
        };
        file.seek(SeekFrom::Start(before))?;
        let there = usize::try_from(there).unwrap_or(usize::MAX).min(text.len());
        let mut found = vec![0; there];
        file.read_exact(&mut found)?;
        let Some(rest) = text.as_bytes().strip_prefix(found.as_slice()) else {
            return Ok(false);
        };
        file.write_all(rest)?;
        file.sync_all()?;
        Ok(true)
    };
    work().map_err(|error| why(&error))
}

/// The names of the files in a folder, in order.
pub fn list(real: &Path) -> Result<Vec<String>> {
    let at = folder(real, false)?;
    let opened = rustix::fs::openat(&at, ".", OFlags::RDONLY | FOLDER, Mode::empty());
    let entries = Dir::new(opened.map_err(said)?).map_err(said)?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(said)?;
        let mut kind = entry.file_type();
        if kind == FileType::Unknown {
            kind = rustix::fs::statat(&at, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW)
                .map_or(kind, |found| FileType::from_raw_mode(found.st_mode));
        }
        if kind == FileType::Symlink {
            // A link is what it leads to; one that leads nowhere is nothing.
            kind = rustix::fs::statat(&at, entry.file_name(), AtFlags::empty())
                .map_or(kind, |found| FileType::from_raw_mode(found.st_mode));
        }
        if kind == FileType::RegularFile {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}
