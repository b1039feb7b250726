//! The file that lines are kept in from session to session: a JSON object a line, added to under a
//! lock, so that sessions at the same time lose nothing of each other.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The most lines that are kept.
pub const MOST: usize = 10_000;

/// How many lines more make it worth writing the file anew.
const MORE: usize = 2_500;

/// How many bytes at the end of the file are read; what is before them goes when it is written anew.
const TAIL: u64 = 32 << 20;

/// How many bytes a file that is written anew has at most.
const ANEW: usize = 16 << 20;

/// How often a lock that another session holds is asked for, and how long lies between.
const ASKED: usize = 200;
const BETWEEN: Duration = Duration::from_millis(5);

/// A line and when it was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When it was entered.
    pub at: DateTime<Utc>,
    /// The line, which may have line ends in it.
    pub line: String,
}

/// The file.
pub struct Records {
    path: PathBuf,
    /// What could not be written so far.
    unwritten: Vec<u8>,
    /// How many lines the file has, as far as is known here.
    count: usize,
    /// How many bytes it had when it was looked at last.
    length: u64,
    /// How often the lock is asked for: a session that had to do without it once waits no more.
    patience: usize,
}

impl Records {
    /// The file at this path, which may not be there yet.
    pub const fn new(path: PathBuf) -> Self {
        Self {
            path,
            unwritten: Vec::new(),
            count: 0,
            length: 0,
            patience: ASKED,
        }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The lines it has, the newest last. What is no record is passed over.
    pub fn read(&mut self) -> io::Result<Vec<Record>> {
        let mut file = match self.locked(OpenOptions::new().read(true), File::try_lock_shared) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let bytes = tail(&mut file)?;
        let read: Vec<Record> = records(&bytes).map(|(record, _)| record).collect();
        self.count = read.len();
        self.length = file.metadata()?.len();
        Ok(read)
    }

    /// Adds a line at its end, with those that could not be added before.
    pub fn add(&mut self, record: &Record) -> io::Result<()> {
        // Where nothing can be written, what is remembered of it has an end.
        if self.unwritten.len() < ANEW {
            serde_json::to_writer(&mut self.unwritten, record)?;
            self.unwritten.push(b'\n');
        }
        let outcome = self.write();
        match outcome {
            Ok(()) => self.unwritten.clear(),
            Err(_) => self.patience = 1,
        }
        outcome
    }

    /// Takes lines out of the file, and out of what is still to be written there.
    pub fn forget(&mut self, is_gone: impl Fn(&str) -> bool) -> io::Result<()> {
        let unwritten = without(&self.unwritten, &is_gone);
        self.unwritten = unwritten
            .flat_map(|raw| [raw, b"\n"])
            .flatten()
            .copied()
            .collect();
        let mut options = OpenOptions::new();
        let mut file = match self.locked(options.read(true).append(true), File::try_lock) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        };
        let bytes = tail(&mut file)?;
        if !records(&bytes).any(|(record, _)| is_gone(&record.line)) {
            return Ok(());
        }
        self.shorten(&bytes, is_gone)
    }

    fn write(&mut self) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true).mode(0o600);
        let mut file = self.locked(&options, File::try_lock)?;
        let metadata = file.metadata()?;
        if metadata.permissions().mode() & 0o077 != 0 {
            file.set_permissions(Permissions::from_mode(0o600))?;
        }
        let before = metadata.len();
        if before < self.length {
            // Another session wrote it anew.
            self.count = MOST;
        }
        let mut bytes = std::mem::take(&mut self.unwritten);
        // What a session that was killed left half written stands alone.
        if is_torn(&mut file, before)? {
            bytes.insert(0, b'\n');
        }
        let written = file.write_all(&bytes);
        self.count += bytes
            .split(|byte| *byte == b'\n')
            .filter(|it| !it.is_empty())
            .count();
        self.unwritten = bytes;
        if written.is_err() {
            // A full disk takes a part: it must not stand before the next line.
            let _ = file.set_len(before);
        }
        written?;
        self.length = file.metadata()?.len();
        if self.count > MOST + MORE || before > TAIL {
            // The line is written: that the file stays long is no reason to write it again.
            let _ = tail(&mut file).and_then(|bytes| self.shorten(&bytes, |_| false));
        }
        Ok(())
    }

    /// Writes the file anew with the last of its lines but those, whole or not at all.
    fn shorten(&mut self, bytes: &[u8], is_gone: impl Fn(&str) -> bool) -> io::Result<()> {
        let kept: Vec<&[u8]> = without(bytes, is_gone).collect();
        let mut size = 0;
        let mut count = 0;
        for raw in kept.iter().rev().take(MOST) {
            size += raw.len() + 1;
            if size > ANEW {
                break;
            }
            count += 1;
        }
        let mut text = Vec::with_capacity(size);
        for raw in kept.iter().skip(kept.len() - count) {
            text.extend_from_slice(raw);
            text.push(b'\n');
        }
        // A path that is a link stays one.
        let path = fs::canonicalize(&self.path)?;
        let mut aside = path.clone().into_os_string();
        aside.push(format!(".{}.tmp", std::process::id()));
        let aside = PathBuf::from(aside);
        // Left behind by a process of the same number that was killed here.
        let _ = fs::remove_file(&aside);
        let written = (|| {
            let mut options = OpenOptions::new();
            let mut anew = options
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&aside)?;
            anew.write_all(&text)?;
            anew.sync_all()?;
            fs::rename(&aside, &path)
        })();
        if written.is_err() {
            let _ = fs::remove_file(&aside);
        }
        self.count = count;
        self.length = 0;
        written
    }

    /// The file, with nobody else at it, or nobody who writes.
    fn locked(
        &self,
        options: &OpenOptions,
        lock: impl Fn(&File) -> Result<(), TryLockError>,
    ) -> io::Result<File> {
        for asked in 1.. {
            if fs::metadata(&self.path).is_ok_and(|it| !it.is_file()) {
                return Err(io::Error::other("it is no file"));
            }
            let file = options.open(&self.path)?;
            match lock(&file) {
                // Another session may have put a new one in its place meanwhile.
                Ok(()) if is_at(&file, &self.path)? => return Ok(file),
                Ok(()) => continue,
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) => {}
            }
            if asked >= self.patience {
                break;
            }
            std::thread::sleep(BETWEEN);
        }
        Err(io::Error::other("another session holds its lock"))
    }
}

fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let own = file.metadata()?;
    Ok(fs::metadata(path).is_ok_and(|it| (it.dev(), it.ino()) == (own.dev(), own.ino())))
}

/// Whether a file of this length ends within a line.
fn is_torn(file: &mut File, length: u64) -> io::Result<bool> {
    if length == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::Start(length - 1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// The last bytes of a file, from the beginning of a line or within the one that is cut.
fn tail(file: &mut File) -> io::Result<Vec<u8>> {
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The records that bytes hold, each with its own.
fn records(bytes: &[u8]) -> impl Iterator<Item = (Record, &[u8])> {
    let lines = bytes.split(|byte| *byte == b'\n');
    lines.filter_map(|raw| Some((serde_json::from_slice(raw).ok()?, raw)))
}

/// The records that bytes hold but those of some lines, as they stand there.
fn without(bytes: &[u8], is_gone: impl Fn(&str) -> bool) -> impl Iterator<Item = &[u8]> {
    let kept = records(bytes).filter(move |(record, _)| !is_gone(&record.line));
    kept.map(|(_, raw)| raw)
}
