//! Notices that the jobs file was changed.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustix::fs::OFlags;
use sha2::{Digest, Sha256};
use tokio::fs::OpenOptions;
use tokio::io::AsyncReadExt as _;
use tokio::sync::{Notify, mpsc};
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use super::event::{Event, Events};
use super::jobs::Jobs;
use super::text::text_of;
use crate::error::{Complaint, exit};

/// How often the file is looked at.
const EVERY: Duration = Duration::from_secs(3);

/// How long a new content must stay as it is before it counts: whoever writes the file may not be done,
/// and what is missing so far would be taken for jobs that are gone.
const SETTLES: Duration = Duration::from_millis(250);

/// How often it is waited for that; a file that changes all the time is left to the next look.
const PATIENCE: usize = 8;

/// What else is wrong with jobs that read well: scripts that are missing, powers that do not exist.
pub type Check = Arc<dyn Fn(&Jobs) -> Vec<Complaint> + Send + Sync>;

/// A jobs file, and what was last seen of it.
///
/// The content decides: a file that is only touched is not a change. It is read when its time or
/// length differ, and also while its time is so recent that a second write could hide behind it.
pub struct Watch {
    path: PathBuf,
    stamp: Option<Stamp>,
    seen: Option<[u8; 32]>,
    /// What was said to be wrong with that, if it was refused. Scripts may come after the file that names
    /// them: it is checked until nothing is wrong.
    refused: Option<Vec<Complaint>>,
    check: Option<Check>,
    /// It was a pipe to begin with, which is read once: there is nothing to look at.
    is_pipe: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    /// When anything about it was changed, its permissions too: seconds and nanoseconds.
    changed: (i64, i64),
    length: u64,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            modified: metadata.modified().ok(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            length: metadata.len(),
        }
    }
}

impl Watch {
    /// A watch over the file at `path`, whose present content is `text`.
    #[must_use]
    pub fn new(path: &Path, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            stamp: None,
            seen: Some(Sha256::digest(text).into()),
            refused: None,
            check: None,
            is_pipe: std::fs::metadata(path).is_ok_and(|found| is_endless(&found)),
        }
    }

    /// The same watch, which lets only those jobs through that this check finds nothing wrong with.
    #[must_use]
    pub fn checking(mut self, check: Check) -> Self {
        self.check = Some(check);
        self
    }

    /// The new jobs when the file was changed since the last look, or what is wrong with it.
    ///
    /// The same problems are reported once, not at every look.
    /// `pause` passes the time that a content must stay as it is.
    pub async fn look(&mut self, pause: impl AsyncFnMut()) -> Option<Result<Jobs, Vec<Complaint>>> {
        let stamp = match tokio::fs::metadata(&self.path).await {
            Ok(found) if is_endless(&found) && self.is_pipe => return None,
            Ok(found) => Stamp::of(&found),
            Err(error) => return self.unreadable(unread(&self.path, &error)),
        };
        if self.stamp == Some(stamp) {
            return None;
        }
        let text = match self.settled(pause).await {
            Ok(Some(text)) => text,
            Ok(None) => return None,
            Err(complaint) => return self.unreadable(complaint),
        };
        let fresh = stamp
            .modified
            .and_then(|modified| modified.elapsed().ok())
            .is_none_or(|age| age < EVERY);
        self.stamp = (!fresh).then_some(stamp);
        let digest = Sha256::digest(&text).into();
        if self.seen.replace(digest) == Some(digest) && self.refused.is_none() {
            return None;
        }
        let read = Jobs::read(&self.path.to_string_lossy(), &text);
        let read = read.and_then(|jobs| self.checked(jobs));
        let refused = read.as_ref().err().cloned();
        if refused.is_some() {
            self.stamp = None;
        }
        let is_known = refused.is_some() && self.refused == refused;
        self.refused = refused;
        (!is_known).then_some(read)
    }

    /// Somebody asks for a look now, and to hear what is wrong once more.
    fn asked(&mut self) {
        self.stamp = None;
        self.refused = self.refused.take().map(|_| Vec::new());
        // One that could not be read has no content: any is another.
        self.seen.get_or_insert_default();
    }

    /// The content, once it stays the same; a known one is not waited for.
    async fn settled(&self, mut pause: impl AsyncFnMut()) -> Result<Option<String>, Complaint> {
        let mut text = read(&self.path).await?;
        for _ in 0..PATIENCE {
            if self.seen == Some(Sha256::digest(&text).into()) {
                return Ok(Some(text));
            }
            pause().await;
            let again = read(&self.path).await?;
            if again == text {
                return Ok(Some(text));
            }
            text = again;
        }
        Ok(None)
    }

    fn checked(&self, jobs: Jobs) -> Result<Jobs, Vec<Complaint>> {
        let complaints = self
            .check
            .as_ref()
            .map_or_else(Vec::new, |check| check(&jobs));
        if complaints.is_empty() {
            Ok(jobs)
        } else {
            Err(complaints)
        }
    }

    fn unreadable(&mut self, complaint: Complaint) -> Option<Result<Jobs, Vec<Complaint>>> {
        self.stamp = None;
        // A file that cannot be read has no content to compare; the first such look reports it.
        self.seen.take()?;
        self.refused = None;
        Some(Err(vec![complaint]))
    }

    /// Looks every few seconds until `stop`, and whenever it is told to look `now`; sends new jobs to `reload`, and tells `events` when
    /// the file is broken.
    pub async fn run(
        mut self,
        reload: mpsc::Sender<Jobs>,
        events: Arc<dyn Events>,
        stop: CancellationToken,
        now: Arc<Notify>,
    ) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = reload.closed() => return,
                _ = ticks.tick() => {}
                () = now.notified() => self.asked(),
            }
            match self.look(async || sleep(SETTLES).await).await {
                None => {}
                Some(Ok(jobs)) => {
                    let gone = reload.send(jobs).await.is_err();
                    if gone {
                        return;
                    }
                }
                Some(Err(complaints)) => events.happened(&Event::ReloadFailed { complaints }),
            }
        }
    }
}

/// Whether what lies there may have no end, or keep whoever reads it waiting: a pipe, a device.
fn is_endless(found: &Metadata) -> bool {
    !found.is_file() && !found.is_dir()
}

/// The text of a file. A pipe in its place is neither read nor waited for: nobody may ever write to it.
async fn read(path: &Path) -> Result<String, Complaint> {
    let bytes = bytes(path).await;
    text_of(
        &path.to_string_lossy(),
        bytes.map_err(|error| unread(path, &error))?,
    )
}

fn unread(path: &Path, error: &io::Error) -> Complaint {
    let message = format!("{} cannot be read: {error}", path.display());
    Complaint::new(exit::USAGE, message).hint("put the file back")
}

async fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = OpenOptions::new()
        .read(true)
        // What was a file a moment ago may be a pipe by now.
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)
        .await?;
    if is_endless(&file.metadata().await?) {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).await?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[[job]]\nname = \"a\"\ncron = \"@daily\"\nscript = \"a.rhai\"\n";

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let id = std::process::id();
            let path = std::env::temp_dir().join(format!("mw-watch-{name}-{id}"));
            std::fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn file(&self) -> PathBuf {
            self.0.join("jobs.toml")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[tokio::test]
    async fn a_file_whose_script_comes_after_it_is_read_again_without_being_changed() {
        let folder = Folder::new("script");
        let script = folder.0.join("b.rhai");
        let wanted = script.clone();
        let check: Check = Arc::new(move |_| {
            let missing = Complaint::new(exit::USAGE, "there is no b.rhai");
            if wanted.exists() {
                Vec::new()
            } else {
                vec![missing]
            }
        });
        let more = GOOD.replace("\"a\"", "\"b\"");
        std::fs::write(folder.file(), &more).unwrap();
        let mut watch = Watch::new(&folder.file(), GOOD).checking(check);
        assert!(watch.look(async || {}).await.unwrap().is_err());
        // The same is said once, and once more to whoever asks.
        assert!(watch.look(async || {}).await.is_none());
        watch.asked();
        assert!(watch.look(async || {}).await.unwrap().is_err());
        std::fs::write(&script, "").unwrap();
        assert!(watch.look(async || {}).await.unwrap().is_ok());
        assert!(watch.look(async || {}).await.is_none());
    }

    #[tokio::test]
    async fn a_file_that_is_still_being_written_has_lost_no_jobs() {
        let folder = Folder::new("written");
        let more = GOOD.replace("\"a\"", "\"b\"");
        let mut watch = Watch::new(&folder.file(), GOOD);
        std::fs::write(folder.file(), "").unwrap();
        let mut parts = vec![format!("{more}{GOOD}"), more];
        let writes = async || {
            if let Some(part) = parts.pop() {
                std::fs::write(folder.file(), part).unwrap();
            }
        };
        let jobs = watch.look(writes).await.unwrap().unwrap();
        assert!(jobs.get("a").is_some() && jobs.get("b").is_some());
        assert_eq!(watch.look(async || ()).await, None);
    }

    #[tokio::test]
    async fn a_file_that_never_stays_the_same_is_left_to_the_next_look() {
        let folder = Folder::new("restless");
        std::fs::write(folder.file(), "").unwrap();
        let mut watch = Watch::new(&folder.file(), GOOD);
        let mut count = 0;
        let writes = async || {
            count += 1;
            std::fs::write(folder.file(), format!("{GOOD}# {count}\n")).unwrap();
        };
        assert_eq!(watch.look(writes).await, None);
        assert!(watch.look(async || ()).await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn only_a_changed_content_is_a_change() {
        let folder = Folder::new("content");
        std::fs::write(folder.file(), GOOD).unwrap();
        let mut watch = Watch::new(&folder.file(), GOOD);
        assert_eq!(watch.look(async || ()).await, None);
        std::fs::write(folder.file(), GOOD).unwrap();
        assert_eq!(watch.look(async || ()).await, None);
        // As long as before, and within the resolution of the file's time.
        std::fs::write(folder.file(), GOOD.replace("\"a\"", "\"b\"")).unwrap();
        let jobs = watch.look(async || ()).await.unwrap().unwrap();
        assert!(jobs.get("b").is_some());
        assert_eq!(watch.look(async || ()).await, None);
    }

    #[tokio::test]
    async fn a_broken_file_is_reported_once_and_its_mending_is_seen() {
        let folder = Folder::new("broken");
        std::fs::write(folder.file(), "[[job]]\n").unwrap();
        let mut watch = Watch::new(&folder.file(), GOOD);
        let complaints = watch.look(async || ()).await.unwrap().unwrap_err();
        assert_eq!(complaints.len(), 3, "{complaints:?}");
        assert_eq!(watch.look(async || ()).await, None);
        std::fs::write(folder.file(), GOOD).unwrap();
        assert!(watch.look(async || ()).await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn jobs_that_a_check_complains_about_do_not_come_through() {
        let folder = Folder::new("check");
        std::fs::write(folder.file(), GOOD).unwrap();
        let check: Check = Arc::new(|jobs| {
            let place = jobs.place("a", "script").cloned();
            vec![Complaint::usage("there is no script `a.rhai`").at(place)]
        });
        let mut watch = Watch::new(&folder.file(), "").checking(check);
        let complaints = watch.look(async || ()).await.unwrap().unwrap_err();
        assert_eq!(complaints[0].place.as_ref().unwrap().line, 4);
    }

    fn make_pipe(path: &Path) {
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        let kind = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, path, kind, mode, 0).unwrap();
    }

    #[tokio::test]
    async fn a_pipe_in_place_of_the_file_is_said_once_and_not_waited_for() {
        let folder = Folder::new("pipe");
        std::fs::write(folder.file(), GOOD).unwrap();
        let mut watch = Watch::new(&folder.file(), GOOD);
        std::fs::remove_file(folder.file()).unwrap();
        make_pipe(&folder.file());
        let complaints = watch.look(async || ()).await.unwrap().unwrap_err();
        let message = &complaints[0].message;
        assert!(message.ends_with("it is no regular file"), "{message}");
        assert_eq!(watch.look(async || ()).await, None);
        std::fs::remove_file(folder.file()).unwrap();
        std::fs::write(folder.file(), GOOD).unwrap();
        assert!(watch.look(async || ()).await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn the_jobs_of_a_pipe_are_not_gone_once_it_was_read() {
        let folder = Folder::new("given");
        make_pipe(&folder.file());
        let mut watch = Watch::new(&folder.file(), GOOD);
        assert_eq!(watch.look(async || ()).await, None);
        watch.asked();
        assert_eq!(watch.look(async || ()).await, None);
    }

    #[tokio::test]
    async fn a_change_that_leaves_time_and_length_as_they_were_is_seen() {
        let folder = Folder::new("time");
        let write = |text: &str| {
            std::fs::write(folder.file(), text).unwrap();
            let file = std::fs::File::options().write(true).open(folder.file());
            file.unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        };
        write(GOOD);
        let mut watch = Watch::new(&folder.file(), GOOD);
        assert_eq!(watch.look(async || ()).await, None);
        write(&GOOD.replace("\"a\"", "\"b\""));
        let jobs = watch.look(async || ()).await.unwrap().unwrap();
        assert!(jobs.get("b").is_some());
    }

    #[tokio::test]
    async fn a_missing_file_is_reported_once() {
        let folder = Folder::new("missing");
        let mut watch = Watch::new(&folder.file(), GOOD);
        let complaints = watch.look(async || ()).await.unwrap().unwrap_err();
        assert!(complaints[0].message.contains("jobs.toml cannot be read"));
        assert_eq!(watch.look(async || ()).await, None);
        std::fs::write(folder.file(), GOOD).unwrap();
        assert!(watch.look(async || ()).await.unwrap().is_ok());
    }
}
