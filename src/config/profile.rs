//! The profile in force: where the API is, with which credentials, and what is permitted there.

use std::path::{Path, PathBuf};

use super::credentials::{self, Found};
use super::environment::Environment;
use super::file::File;
use super::login::fit;
use super::paths;
use super::section::Section;
use super::url;
use crate::error::{Complaint, exit};
use crate::operation::nearest;

/// The address of the API when nothing says otherwise.
pub const DEFAULT_URL: &str = "https://api.central.openmetal.io";

/// The name of the profile when none is chosen.
pub(super) const DEFAULT_NAME: &str = "default";

/// What the command line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--profile`
    pub profile: Option<String>,
    /// `--url`
    pub url: Option<String>,
    /// `--cacert`
    pub cacert: Option<PathBuf>,
}

/// The profile in force.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name; `default` when none is chosen.
    pub name: String,
    /// Address of the API, without a slash at its end.
    pub url: String,
    /// Certificates to trust beside the system's, as a PEM file.
    pub cacert: Option<PathBuf>,
    /// What its runs may do without being asked.
    pub allow: Vec<String>,
    /// What its runs may never do.
    pub deny: Vec<String>,
    /// Whether the account serves people: `production = true`.
    pub production: bool,
    /// The most its runs may commit the account to, in dollars per 30 days; not negative.
    pub spend_limit: Option<f64>,
    /// The variables of the environment that any profile reads a secret from.
    pub secret_variables: Vec<String>,
    section: Section,
    environment: Environment,
}

impl Profile {
    /// Fetches the credentials; only here is a file opened or a command run for them.
    ///
    /// Errors carry the exit code for credentials.
    pub fn credentials(&self) -> Result<Found, Complaint> {
        credentials::find(&self.section, &self.environment)
    }

    /// Where the credentials come from, for people; none when there are none. Nothing is fetched.
    #[must_use]
    pub fn credentials_origin(&self) -> Option<String> {
        credentials::origin(&self.section, &self.environment)
    }

    /// Whether a command is run for the credentials, which may ask a person.
    #[must_use]
    pub fn runs_command(&self) -> bool {
        credentials::runs_command(&self.section, &self.environment)
    }

    /// The file that the secret is read from, where it is read from one.
    #[must_use]
    pub fn secret_file(&self) -> Option<&Path> {
        credentials::file(&self.section, &self.environment)
    }

    /// The complaint that an operation needs credentials and there are none.
    #[must_use]
    pub fn missing_credentials(&self) -> Complaint {
        Complaint::new(
            exit::CREDENTIALS,
            format!(
                "profile {:?} has no credentials for {}",
                self.name, self.url
            ),
        )
        .hint(missing_hint(self))
    }
}

/// What to set when the profile has no credentials.
#[must_use]
pub fn missing_hint(profile: &Profile) -> String {
    let file = match paths::config_file(&profile.environment) {
        Ok(path) => path.display().to_string(),
        Err(_) => "config.toml".to_owned(),
    };
    format!(
        "run `mw auth login`, or set OPENMETAL_API_KEY, or OPENMETAL_CLIENT_ID and \
         OPENMETAL_CLIENT_SECRET, or write `api_key_file = \"PATH\"` under `[profile.{}]` in {file}; \
         `--sim` needs no account",
        profile.name,
    )
}

/// The profile that flags, environment and configuration file come to.
///
/// A bad flag or file is refused with exit code 2. Credentials are not fetched yet.
pub fn resolve(flags: &Flags, environment: &Environment) -> Result<Profile, Complaint> {
    let mut file = File::read(environment)?;
    let (name, origin) = chosen(flags, environment, &file);
    let section = match (file.profiles.remove(&name), origin) {
        (Some(section), _) => section,
        (None, Some(origin)) => return Err(unknown(&name, origin, &file)),
        (None, None) => Section::default(),
    };
    of_section(name, section, flags, environment, &file)
}

/// Every profile of the configuration file, with whether it is used when none is chosen.
pub fn all(flags: &Flags, environment: &Environment) -> Result<Vec<(Profile, bool)>, Complaint> {
    let file = File::read(environment)?;
    let unchosen = Flags {
        profile: None,
        ..flags.clone()
    };
    let (default, _) = chosen(&unchosen, environment, &file);
    file.profiles
        .iter()
        .map(|(name, section)| {
            let section = section.clone();
            let profile = of_section(name.clone(), section, flags, environment, &file)?;
            Ok((profile, *name == default))
        })
        .collect()
}

/// The name of the profile in force, and what names it, where it is named at all.
pub(super) fn chosen(
    flags: &Flags,
    environment: &Environment,
    file: &File,
) -> (String, Option<&'static str>) {
    match (&flags.profile, environment.get("MW_PROFILE")) {
        (Some(name), _) => (name.clone(), Some("--profile")),
        (None, Some(name)) => (name.to_owned(), Some("MW_PROFILE")),
        (None, None) => {
            let default = file.default_profile.as_ref();
            let name = default.map_or(DEFAULT_NAME, |(name, _)| name);
            (name.to_owned(), None)
        }
    }
}

fn of_section(
    name: String,
    section: Section,
    flags: &Flags,
    environment: &Environment,
    file: &File,
) -> Result<Profile, Complaint> {
    let http = url::allows_http(environment);
    let address = match (
        &flags.url,
        environment.get("OPENMETAL_API_URL"),
        &section.url,
    ) {
        (Some(text), _, _) => url::check(text, "--url", http)?,
        (None, Some(text), _) => url::check(text, "OPENMETAL_API_URL", http)?,
        (None, None, Some((text, span))) => url::check(text, &format!("profile {name:?}"), http)
            .map_err(|complaint| complaint.at(Some(file.place(span.clone()))))?,
        (None, None, None) => DEFAULT_URL.to_owned(),
    };
    // The chosen one has been taken out of the file.
    let sections = file.profiles.values().chain([&section]);
    let secret_variables = sections.flat_map(Section::secret_variables).collect();
    Ok(Profile {
        name,
        url: address,
        cacert: flags.cacert.clone().or_else(|| section.cacert.clone()),
        allow: section.allow.clone(),
        deny: section.deny.clone(),
        production: section.production,
        spend_limit: section.spend_limit,
        secret_variables,
        section,
        environment: environment.clone(),
    })
}

/// The complaint that there is no such profile.
pub(super) fn unknown(name: &str, origin: &str, file: &File) -> Complaint {
    let complaint = Complaint::usage(format!(
        "there is no profile {name:?}, which {origin} names"
    ));
    let names: Vec<&str> = file.profiles.keys().map(String::as_str).collect();
    let shown = if file.path == Path::new("") {
        "config.toml".to_owned()
    } else {
        file.path.display().to_string()
    };
    complaint.hint(match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean {near:?}?"),
        None if let Err(unfit) = fit(name) => unfit.to_owned(),
        None if names.is_empty() => {
            format!("run `mw auth login --profile {name}`, or add `[profile.{name}]` to {shown}")
        }
        None => format!("{shown} has {}", names.join(", ")),
    })
}
