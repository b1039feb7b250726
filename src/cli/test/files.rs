//! The files that hold tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::Complaint;

/// What the names of files of tests end with.
const SUFFIX: &str = "_test.rhai";
/// Folders nest no deeper than this, unless a link goes round in a circle.
const DEEPEST: usize = 32;

/// The files of tests at these paths, each once, in order. A file that is named is taken whatever
/// it is called.
pub fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Complaint> {
    let mut found = Vec::new();
    for path in paths {
        let before = found.len();
        if path.is_dir() {
            walk(path, 0, &mut |file| {
                if file.to_string_lossy().ends_with(SUFFIX) {
                    found.push(plain(file));
                }
            });
            found.get_mut(before..).unwrap_or_default().sort();
            if found.len() == before {
                return Err(Complaint::usage(format!(
                    "there is no file of tests in {}",
                    path.display()
                ))
                .hint(format!("their names end with {SUFFIX}")));
            }
        } else if path.exists() {
            found.push(plain(path));
        } else {
            return Err(Complaint::usage(format!("there is no {}", path.display()))
                .hint("name a file of tests or a folder that holds some"));
        }
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|path| seen.insert(path.clone()));
    Ok(found)
}

/// A path as people write it: without a dot before it.
pub fn plain(path: &Path) -> PathBuf {
    path.strip_prefix(".").unwrap_or(path).to_owned()
}

/// Shows every file under a folder. Hidden folders, and what builds leave, hold no tests.
pub fn walk(folder: &Path, depth: usize, see: &mut dyn FnMut(&Path)) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if path.is_dir() {
            let left_out = name.starts_with('.') || matches!(&*name, "target" | "node_modules");
            if !left_out && depth < DEEPEST {
                walk(&path, depth + 1, see);
            }
        } else {
            see(&path);
        }
    }
}

/// What the scripts at some paths were like.
#[derive(Debug, PartialEq, Eq)]
pub struct Changes(BTreeMap<PathBuf, (Option<SystemTime>, u64)>);

impl Changes {
    /// The scripts as they are now: all of the folders, and of the folders of the files.
    pub fn of(paths: &[PathBuf]) -> Self {
        let mut seen = BTreeMap::new();
        for path in paths {
            let folder = if path.is_dir() {
                path.as_path()
            } else {
                path.parent().unwrap_or(Path::new("."))
            };
            let folder = if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            };
            walk(folder, 0, &mut |file| {
                if file.extension().is_some_and(|it| it == "rhai") {
                    let stamp =
                        fs::metadata(file).map_or((None, 0), |it| (it.modified().ok(), it.len()));
                    seen.insert(file.to_owned(), stamp);
                }
            });
        }
        Self(seen)
    }

    /// Whether any of them changed since; the change is then taken for seen.
    pub fn came(&mut self, paths: &[PathBuf]) -> bool {
        let now = Self::of(paths);
        if now == *self {
            return false;
        }
        *self = now;
        true
    }
}
