//! Keeping credentials: in a file of their own, with a profile that says where.

use std::fs;
use std::path::{Path, PathBuf};

use super::credentials::{self, Found};
use super::edited::{CREDENTIALS, Edited, unwritable};
use super::environment::Environment;
use super::profile::{DEFAULT_NAME, DEFAULT_URL, Flags};
use super::section::{Section, Source};
use super::{file, safe, url};
use crate::error::Complaint;

/// Where an address is written in a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Address {
    /// The profile says it already, or it is the usual one.
    AsItIs,
    /// By the name of a preset.
    Preset(&'static str),
    /// As it is.
    Url(String),
}

/// The profile that credentials are to be kept for.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// The address the credentials are for.
    pub url: String,
    /// Certificates to trust beside the system's.
    pub cacert: Option<PathBuf>,
    /// Where its credentials come from so far.
    pub before: Option<String>,
    /// A variable of the environment that goes before whatever the profile says.
    pub overruled_by: Option<&'static str>,
    address: Address,
    section: Section,
}

/// What was kept.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The configuration file.
    pub config: PathBuf,
    /// The file of the secret.
    pub secret: PathBuf,
    /// Whether the profile is used when none is chosen.
    pub is_default: bool,
}

/// The profile that flags, environment and configuration file mean; it need not be there yet.
pub fn target(
    flags: &Flags,
    sandbox: bool,
    environment: &Environment,
) -> Result<Target, Complaint> {
    let mut file = file::File::read(environment)?;
    let name = flags
        .profile
        .clone()
        .or_else(|| environment.get("MW_PROFILE").map(str::to_owned))
        .or_else(|| file.default_profile.as_ref().map(|(name, _)| name.clone()))
        .unwrap_or_else(|| DEFAULT_NAME.to_owned());
    check_name(&name)?;
    let section = file.profiles.remove(&name).unwrap_or_default();
    let http = url::allows_http(environment);
    let said = section.url.as_ref().map(|(said, _)| said.as_str());
    let (url, address) = if sandbox {
        (url::SANDBOX.to_owned(), Address::Preset("sandbox"))
    } else {
        let of_environment = environment.get("OPENMETAL_API_URL");
        let (text, origin) = match (&flags.url, of_environment, said) {
            (Some(text), _, _) => (text.as_str(), "--url"),
            (None, Some(text), _) => (text, "OPENMETAL_API_URL"),
            (None, None, Some(text)) => (text, "the profile"),
            (None, None, None) => (DEFAULT_URL, "mw"),
        };
        let url = url::check(text, origin, http)?;
        let now = said.unwrap_or(DEFAULT_URL).trim_end_matches('/');
        let address = if url == now {
            Address::AsItIs
        } else {
            Address::Url(url.clone())
        };
        (url, address)
    };
    Ok(Target {
        name,
        url,
        cacert: flags.cacert.clone().or_else(|| section.cacert.clone()),
        before: credentials::origin(&section, &Environment::default()),
        overruled_by: credentials::of_environment(environment),
        address,
        section,
    })
}

/// Whether a profile may have this name, which becomes the name of a file; or what it is made of.
pub(super) fn fit(name: &str) -> Result<(), &'static str> {
    let is_fit = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || name.len() > 64 || name.starts_with('.') || !name.chars().all(is_fit) {
        return Err("use letters, digits, `-`, `_` and `.`, 64 at most, and none of `.` first");
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), Complaint> {
    fit(name)
        .map_err(|hint| Complaint::usage(format!("a profile cannot be called {name:?}")).hint(hint))
}

/// The folder of secrets beside the configuration file.
pub(super) fn credentials_folder(config: &Path) -> PathBuf {
    config.join("credentials")
}

impl Target {
    /// Keeps credentials: the secret in a file that only its owner may read, and in the profile where
    /// that is. Everything else in the configuration file stays as it stands.
    pub fn store(&self, found: &Found, environment: &Environment) -> Result<Stored, Complaint> {
        let mut edited = Edited::open(environment)?;
        let (keys, secret) = match found {
            Found::ApiKey(secret) => (vec![], Some((secret, "key", "api_key_file"))),
            Found::OAuth {
                client_id,
                client_secret,
            } => (
                vec![("client_id", client_id.clone())],
                Some((client_secret, "secret", "client_secret_file")),
            ),
            Found::None => (vec![], None),
        };
        let Some((secret, ending, reference)) = secret else {
            return Err(Complaint::usage("there are no credentials to keep"));
        };
        let file_name = format!("{}.{ending}", self.name);
        let is_first = !edited.has_default() && self.is_only(environment)?;
        let profile = edited.profile(&self.name)?;
        for key in CREDENTIALS {
            profile.remove(key);
        }
        match &self.address {
            Address::AsItIs => {}
            Address::Preset(preset) => {
                profile.remove("url");
                profile.insert("preset", toml_edit::value(*preset));
            }
            Address::Url(url) => {
                profile.remove("preset");
                profile.insert("url", toml_edit::value(url));
            }
        }
        for (key, value) in keys {
            profile.insert(key, toml_edit::value(value));
        }
        let relative = format!("credentials/{file_name}");
        profile.insert(reference, toml_edit::value(relative));
        if is_first && self.name != DEFAULT_NAME {
            edited.set_default(&self.name);
        }
        // A configuration that could not be read afterwards is found before anything is written.
        let text = edited.text(environment)?;
        let folder = credentials_folder(edited.folder());
        safe::folder(&folder).map_err(|error| unwritable(&folder, &error))?;
        let path = folder.join(file_name);
        safe::write(&path, &format!("{}\n", secret.reveal()), 0o600)
            .map_err(|error| unwritable(&path, &error))?;
        edited.write(&text)?;
        self.remove_stale(&folder, &path);
        let now = file::File::read(environment)?;
        let default = now.default_profile.map(|(name, _)| name);
        Ok(Stored {
            config: edited.path.clone(),
            secret: path,
            is_default: default.as_deref().unwrap_or(DEFAULT_NAME) == self.name,
        })
    }

    /// Whether there is no other profile.
    fn is_only(&self, environment: &Environment) -> Result<bool, Complaint> {
        let file = file::File::read(environment)?;
        Ok(file.profiles.keys().all(|name| *name == self.name))
    }

    /// Removes the secret that the profile had before, where it lay among those kept here.
    fn remove_stale(&self, folder: &Path, now: &Path) {
        let before = [
            self.section.api_key.as_ref(),
            self.section.client.as_ref().map(|(_, source)| source),
        ];
        for source in before.into_iter().flatten() {
            if let Source::File(path) = source
                && path.parent() == Some(folder)
                && path != now
            {
                // It may be gone already.
                let _ = fs::remove_file(path);
            }
        }
    }
}
