//! The scripts that are to be checked.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::cli::test::files::{plain, walk};
use crate::error::Complaint;
use crate::operation::nearest;

/// The scripts at these paths, each once, in order. A file that is named is taken whatever it is
/// called.
pub fn find(paths: &[PathBuf]) -> Result<Vec<String>, Complaint> {
    let mut found: Vec<String> = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            found.push("-".to_owned());
        } else if path.is_dir() {
            let before = found.len();
            walk(path, &mut |file| {
                if file.extension().is_some_and(|it| it == "rhai") {
                    found.push(plain(file).to_string_lossy().into_owned());
                }
            });
            found.get_mut(before..).unwrap_or_default().sort();
            if found.len() == before {
                return Err(
                    Complaint::usage(format!("there is no script in {}", path.display())).hint(
                        "their names end with .rhai; name a file to check it whatever it is called",
                    ),
                );
            }
        } else if path.exists() {
            found.push(plain(path).to_string_lossy().into_owned());
        } else {
            return Err(missing(path));
        }
    }
    let mut seen = HashSet::new();
    found.retain(|path| seen.insert(path.clone()));
    Ok(found)
}

fn missing(path: &Path) -> Complaint {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let wanted = path.file_name().unwrap_or_default().to_string_lossy();
    let hint = nearest(&wanted, names.iter().map(String::as_str)).map_or_else(
        || "name a script or a folder that holds some".to_owned(),
        |near| format!("did you mean {}?", plain(&folder.join(near)).display()),
    );
    Complaint::usage(format!("there is no {}", path.display())).hint(hint)
}
