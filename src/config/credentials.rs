//! Credentials: what is accepted as one, and how each is fetched.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use super::command;
use super::environment::Environment;
use super::safe::open_to_others;
use super::section::{Section, Source};
use crate::error::{Complaint, exit};
use crate::secret::Secret;

const API_KEY: &str = "OPENMETAL_API_KEY";
const CLIENT_ID: &str = "OPENMETAL_CLIENT_ID";
const CLIENT_SECRET: &str = "OPENMETAL_CLIENT_SECRET";

/// The longest secret read, in bytes.
pub(super) const LONGEST: u64 = 64 * 1024;

/// The credentials found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// An API key, sent as a bearer token.
    ApiKey(Secret),
    /// An OAuth client, which access tokens are asked for with.
    OAuth {
        /// Its id.
        client_id: String,
        /// Its secret.
        client_secret: Secret,
    },
    /// None. Public operations work without.
    None,
}

/// Fetches the credentials: those of the environment, else those the profile refers to.
pub(super) fn find(section: &Section, environment: &Environment) -> Result<Found, Complaint> {
    if let Some(key) = environment.get(API_KEY) {
        return clean(key, API_KEY).map(Found::ApiKey);
    }
    match (environment.get(CLIENT_ID), environment.get(CLIENT_SECRET)) {
        (Some(id), Some(secret)) => {
            return Ok(Found::OAuth {
                client_id: id.to_owned(),
                client_secret: clean(secret, CLIENT_SECRET)?,
            });
        }
        (Some(_), None) => return Err(half(CLIENT_ID, CLIENT_SECRET)),
        (None, Some(_)) => return Err(half(CLIENT_SECRET, CLIENT_ID)),
        (None, None) => {}
    }
    if let Some(source) = &section.api_key {
        return fetch(source, environment).map(Found::ApiKey);
    }
    if let Some((id, source)) = &section.client {
        return Ok(Found::OAuth {
            client_id: id.clone(),
            client_secret: fetch(source, environment)?,
        });
    }
    Ok(Found::None)
}

/// Where the credentials come from, for people; nothing is fetched.
pub(super) fn origin(section: &Section, environment: &Environment) -> Option<String> {
    if environment.get(API_KEY).is_some() {
        return Some(format!("API key of the environment's {API_KEY}"));
    }
    if environment.get(CLIENT_ID).is_some() || environment.get(CLIENT_SECRET).is_some() {
        return Some(format!(
            "OAuth client of the environment's {CLIENT_ID} and {CLIENT_SECRET}"
        ));
    }
    let place = |source: &Source| match source {
        Source::File(path) => path.display().to_string(),
        Source::Variable(name) => format!("the environment's {name}"),
        Source::Command(words) => format!("the command `{}`", words.join(" ")),
    };
    if let Some(source) = &section.api_key {
        return Some(format!("API key of {}", place(source)));
    }
    let (id, source) = section.client.as_ref()?;
    Some(format!(
        "OAuth client {id}, its secret of {}",
        place(source)
    ))
}

pub(super) fn refused(message: impl Into<String>) -> Complaint {
    Complaint::new(exit::CREDENTIALS, message)
}

/// The variable of the environment that credentials come from, whatever a profile says.
pub(super) fn of_environment(environment: &Environment) -> Option<&'static str> {
    [API_KEY, CLIENT_ID, CLIENT_SECRET]
        .into_iter()
        .find(|name| environment.get(name).is_some())
}

/// Whether a command is run for the secret.
pub(super) fn runs_command(section: &Section, environment: &Environment) -> bool {
    let client = section.client.as_ref().map(|(_, source)| source);
    let source = section.api_key.as_ref().or(client);
    of_environment(environment).is_none() && matches!(source, Some(Source::Command(_)))
}

/// The file that the secret is read from, where it is read from one.
pub(super) fn file<'a>(section: &'a Section, environment: &Environment) -> Option<&'a Path> {
    if of_environment(environment).is_some() {
        return None;
    }
    let client = section.client.as_ref().map(|(_, source)| source);
    match section.api_key.as_ref().or(client)? {
        Source::File(path) => Some(path),
        Source::Variable(_) | Source::Command(_) => None,
    }
}

fn half(set: &str, unset: &str) -> Complaint {
    refused(format!("{set} is set and {unset} is not"))
        .hint(format!("set both, or set {API_KEY} instead"))
}

/// The secret without the space around it, kept out of all that is written from now on. Whatever
/// cannot stand in a header is refused, without being repeated.
pub fn clean(text: &str, origin: &str) -> Result<Secret, Complaint> {
    let text = text.trim();
    if text.is_empty() {
        return Err(refused(format!("the secret of {origin} is empty")));
    }
    if text.chars().any(char::is_control) {
        return Err(refused(format!(
            "the secret of {origin} holds a line break or another control character"
        ))
        .hint("it must be one line, and nothing but the secret"));
    }
    Ok(Secret::guarded(text))
}

fn fetch(source: &Source, environment: &Environment) -> Result<Secret, Complaint> {
    match source {
        Source::File(path) => from_file(path),
        Source::Variable(name) => match environment.get(name) {
            Some(text) => clean(text, name),
            None => Err(
                refused(format!("the environment variable {name} is not set"))
                    .hint("the profile reads a secret from it: set it, or change the profile"),
            ),
        },
        Source::Command(words) => command::run(words, command::LIMIT),
    }
}

/// Reads a secret from a file, which nobody else may read.
pub fn from_file(path: &Path) -> Result<Secret, Complaint> {
    let shown = path.display();
    let unreadable = |error: &dyn std::fmt::Display| {
        refused(format!("the secret file {shown} cannot be read: {error}"))
            .hint("mw auth login makes one; a path is relative to the configuration file")
    };
    let file = fs::File::open(path).map_err(|error| unreadable(&error))?;
    // The opened file is asked, not its path, which may name another by now.
    let metadata = file.metadata().map_err(|error| unreadable(&error))?;
    if metadata.is_dir() {
        return Err(unreadable(&"it is a directory"));
    }
    if let Some(mode) = open_to_others(&metadata) {
        return Err(refused(format!(
            "the secret file {shown} is open to others (mode {mode:04o})"
        ))
        .hint(format!("run `chmod 600 {}`", quoted(path))));
    }
    let mut text = String::new();
    file.take(LONGEST + 1)
        .read_to_string(&mut text)
        .map_err(|error| unreadable(&error))?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > LONGEST {
        return Err(unreadable(&"it is too long for a secret"));
    }
    clean(&text, &shown.to_string())
}

/// The path as a shell takes it.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+,@%:".contains(c);
    if path.chars().all(plain) && !path.starts_with('-') {
        return path;
    }
    format!("'{}'", path.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_one_line_and_never_repeated() {
        assert_eq!(clean(" key\r\n", "X").unwrap().reveal(), "key");
        for text in ["hush\nhush", "hush\u{0}", "hush\u{1b}[0m"] {
            let complaint = clean(text, "X").unwrap_err();
            assert_eq!(complaint.exit, exit::CREDENTIALS);
            assert!(!complaint.to_string().contains("hush"), "{complaint}");
        }
        assert_eq!(
            clean(" \n", "X").unwrap_err().message,
            "the secret of X is empty"
        );
    }

    #[test]
    fn a_path_with_spaces_is_quoted_for_the_shell() {
        assert_eq!(quoted(Path::new("/home/ada/key")), "/home/ada/key");
        assert_eq!(quoted(Path::new("/it's/a key")), r"'/it'\''s/a key'");
    }
}
