//! Forgetting credentials that were kept here.

use std::fs;
use std::io;
use std::path::PathBuf;

use super::edited::{CREDENTIALS, Edited, unwritable};
use super::environment::Environment;
use super::file::File;
use super::login::credentials_folder;
use super::profile::{Flags, chosen, unknown};
use super::section::Source;
use crate::error::Complaint;

/// What was forgotten, and what was not.
#[derive(Clone, Debug)]
pub struct Forgotten {
    /// The profile.
    pub name: String,
    /// The files of secrets that were removed.
    pub removed: Vec<PathBuf>,
    /// Where credentials come from that were left alone.
    pub left: Vec<String>,
}

/// Removes the secret files that were kept for a profile, and their references. What lies elsewhere
/// is left alone: a file of the user's own, a variable, a command.
pub fn forget(flags: &Flags, environment: &Environment) -> Result<Forgotten, Complaint> {
    let file = File::read(environment)?;
    let (name, origin) = chosen(flags, environment, &file);
    let Some(section) = file.profiles.get(&name) else {
        if let Some(origin) = origin {
            return Err(unknown(&name, origin, &file));
        }
        return Ok(Forgotten {
            name,
            removed: Vec::new(),
            left: Vec::new(),
        });
    };
    let mut edited = Edited::open(environment)?;
    let folder = credentials_folder(edited.folder());
    let mut forgotten = Forgotten {
        name: name.clone(),
        removed: Vec::new(),
        left: Vec::new(),
    };
    let sources = [
        (section.api_key.as_ref(), "api_key"),
        (
            section.client.as_ref().map(|(_, source)| source),
            "client_secret",
        ),
    ];
    let mut is_changed = false;
    for (source, what) in sources {
        match source {
            None => {}
            Some(Source::File(path)) => {
                // The file of a link and the link may be named differently.
                let is_ours = path.parent().is_some_and(|parent| {
                    parent == folder
                        || fs::canonicalize(parent).ok() == fs::canonicalize(&folder).ok()
                });
                if is_ours {
                    forgotten.removed.push(path.clone());
                } else {
                    forgotten.left.push(format!("the file {}", path.display()));
                }
                let profile = edited.profile(&name)?;
                for key in CREDENTIALS.iter().filter(|key| key.starts_with(what)) {
                    profile.remove(key);
                }
                if what == "client_secret" {
                    profile.remove("client_id");
                }
                is_changed = true;
            }
            Some(Source::Variable(variable)) => forgotten
                .left
                .push(format!("`{what}_env = {variable:?}` of the profile")),
            Some(Source::Command(words)) => forgotten.left.push(format!(
                "`{what}_command` of the profile, which runs `{}`",
                words.join(" ")
            )),
        }
    }
    if is_changed {
        edited.drop_if_empty(&name);
        let text = edited.text(environment)?;
        edited.write(&text)?;
    }
    for path in &forgotten.removed {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(unwritable(path, &error));
            }
            _ => {}
        }
    }
    Ok(forgotten)
}
