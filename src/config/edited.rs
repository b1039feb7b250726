//! The configuration file as it is changed: what the user wrote in it stays as it stands.

use std::fs::{self, File as Handle};
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table, TableLike};

use super::environment::Environment;
use super::file::File;
use super::{paths, safe};
use crate::error::{Complaint, exit};

/// The keys that say where credentials are.
pub(super) const CREDENTIALS: [&str; 6] = [
    "api_key_file",
    "api_key_env",
    "api_key_command",
    "client_id",
    "client_secret_file",
    "client_secret_env",
];

/// The configuration file, open to be changed. No other process changes it meanwhile.
pub(super) struct Edited {
    /// Where it is, links followed.
    pub(super) path: PathBuf,
    document: DocumentMut,
    _alone: Handle,
}

/// A complaint that something could not be kept.
pub(super) fn unwritable(path: &Path, error: &dyn std::fmt::Display) -> Complaint {
    Complaint::new(
        exit::FAILED,
        format!("cannot write {}: {error}", path.display()),
    )
}

impl Edited {
    /// Opens the file; one that is not there is empty.
    pub(super) fn open(environment: &Environment) -> Result<Self, Complaint> {
        let path = paths::config_file(environment)?;
        // A file that is a link to another stays one.
        let path = fs::canonicalize(&path).unwrap_or(path);
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        if !folder.exists() {
            safe::folder(&folder).map_err(|error| unwritable(&folder, &error))?;
        }
        let alone = Handle::open(&folder)
            .and_then(|handle| handle.lock().map(|()| handle))
            .map_err(|error| unwritable(&folder, &error))?;
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(unwritable(&path, &error)),
        };
        let document = text.parse().map_err(|_| {
            // It was read before, and is another by now.
            unwritable(&path, &"it is no TOML")
        })?;
        Ok(Self {
            path,
            document,
            _alone: alone,
        })
    }

    /// The folder of the file.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// Whether the file names a profile to be used when none is chosen.
    pub(super) fn has_default(&self) -> bool {
        self.document.contains_key("default_profile")
    }

    /// Names the profile to be used when none is chosen.
    pub(super) fn set_default(&mut self, name: &str) {
        self.document["default_profile"] = toml_edit::value(name);
    }

    /// The profile of this name, made where there is none.
    pub(super) fn profile(&mut self, name: &str) -> Result<&mut dyn TableLike, Complaint> {
        let path = self.path.clone();
        let wrong = || unwritable(&path, &"its profiles are no tables");
        let profiles = self
            .document
            .entry("profile")
            .or_insert_with(|| {
                let mut table = Table::new();
                table.set_implicit(true);
                Item::Table(table)
            })
            .as_table_like_mut()
            .ok_or_else(wrong)?;
        profiles
            .entry(name)
            .or_insert_with(toml_edit::table)
            .as_table_like_mut()
            .ok_or_else(wrong)
    }

    /// Takes a profile out in which nothing is left, and what names it.
    pub(super) fn drop_if_empty(&mut self, name: &str) {
        let profiles = self
            .document
            .get_mut("profile")
            .and_then(Item::as_table_like_mut);
        let Some(profiles) = profiles else { return };
        let is_empty = profiles
            .get(name)
            .and_then(Item::as_table_like)
            .is_some_and(TableLike::is_empty);
        if !is_empty {
            return;
        }
        profiles.remove(name);
        if self.document.get("default_profile").and_then(Item::as_str) == Some(name) {
            self.document.remove("default_profile");
        }
    }

    /// The text as it is now, when it is a configuration that can be read.
    pub(super) fn text(&self, environment: &Environment) -> Result<String, Complaint> {
        let text = self.document.to_string();
        File::parse(self.path.clone(), text.clone(), environment)?;
        Ok(text)
    }

    /// Writes the file. It keeps its mode; a new one is for its owner.
    pub(super) fn write(&self, text: &str) -> Result<(), Complaint> {
        let mode = safe::mode(&self.path).unwrap_or(0o600);
        safe::write(&self.path, text, mode).map_err(|error| unwritable(&self.path, &error))
    }
}
