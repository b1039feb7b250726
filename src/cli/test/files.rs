//! The files that hold tests.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::Complaint;

/// What the names of files of tests end with.
const SUFFIX: &str = "_test.rhai";

/// The files of tests at these paths, each once, in order. A file that is named is taken whatever
/// it is called.
pub fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Complaint> {
    let mut found = Vec::new();
    for path in paths {
        let before = found.len();
        if path.is_dir() {
            walk(path, &mut |file| {
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
    let mut seen = HashSet::new();
    found.retain(|path| seen.insert(path.clone()));
    Ok(found)
}

/// A path as people write it: without a dot before it.
pub fn plain(path: &Path) -> PathBuf {
    path.strip_prefix(".").unwrap_or(path).to_owned()
}

/// Shows every file under a folder, whatever links lead there once. Hidden folders, and what builds
/// leave, hold no tests.
pub fn walk(folder: &Path, see: &mut dyn FnMut(&Path)) {
    let mut seen = HashSet::new();
    let mut folders = vec![folder.to_owned()];
    // Followed last, so that a file goes by its own name where it has one.
    let mut links = VecDeque::new();
    while let Some(folder) = folders.pop().or_else(|| links.pop_front()) {
        let is_new = fs::canonicalize(&folder).is_ok_and(|own| seen.insert(own));
        let Some(entries) = fs::read_dir(&folder).ok().filter(|_| is_new) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let is_left_out = name.starts_with('.') || matches!(&*name, "target" | "node_modules");
            if !path.is_dir() {
                see(&path);
            } else if !is_left_out && path.is_symlink() {
                links.push_back(path);
            } else if !is_left_out {
                folders.push(path);
            }
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
            walk(folder, &mut |file| {
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_that_go_round_lead_to_each_file_once() {
        let id = std::process::id();
        let folder = std::env::temp_dir().join(format!("mw-links-{id}"));
        let inner = folder.join("b/inner");
        fs::create_dir_all(&inner).unwrap();
        fs::write(inner.join("x_test.rhai"), "").unwrap();
        symlink(&folder, folder.join("self")).unwrap();
        symlink(&folder, inner.join("up")).unwrap();
        // It comes before what it leads to.
        symlink(&inner, folder.join("a")).unwrap();
        let found = find(std::slice::from_ref(&folder));
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found.unwrap(), [inner.join("x_test.rhai")]);
    }
}
