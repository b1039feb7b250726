//! Where `mw` finds what it needs before it can speak to the API.
//!
//! Whatever is said twice, the nearer wins: a flag, then the environment, then the profile in
//! `config.toml`, then the default. The environment is `OPENMETAL_API_URL`, `OPENMETAL_API_KEY`,
//! `OPENMETAL_CLIENT_ID`, `OPENMETAL_CLIENT_SECRET`, `MW_PROFILE` and `MW_CONFIG`; a variable that
//! is empty counts as not set. Where an API key and an OAuth client are both given at one place,
//! the key is used; an API key or a client of the environment goes before either of a profile.
//!
//! ```toml
//! default_profile = "production"
//!
//! [profile.production]
//! allow = ["read"]
//! api_key_command = ["pass", "show", "openmetal/production"]
//!
//! [profile.sandbox]
//! preset = "sandbox"
//! client_id = "ci"
//! client_secret_file = "sandbox.secret"
//! ```
//!
//! `production = true` says of a profile that its account serves people, and `spend_limit = 500` how
//! many dollars per 30 days its runs may commit it to.
//!
//! `[journal]` says how runs are kept: `keep` (a span, or `forever`), `cap` (the most that one run may
//! keep) and `lease` (how long a process has a run without renewing it). `[runs]` says with `memory` how
//! much a process may hold with all its runs.
//!
//! Relative paths are those beside the file; `~/` is the home directory. The file holds no
//! secrets, only where they are: in a file of mode 0600, in an environment variable, or in what a
//! command prints.

mod command;
mod credentials;
mod edited;
mod environment;
mod file;
mod journal;
mod login;
mod logout;
mod paths;
mod profile;
mod runs;
mod safe;
mod section;
mod size;
mod url;

pub use credentials::{Found, clean, from_file as secret_file};
pub use environment::Environment;
pub use journal::{Journal, Keep};
pub use login::{Stored, Target, target};
pub use logout::{Forgotten, forget};
pub use paths::{config_file, history_file, journal_file, state_dir};
pub use profile::{DEFAULT_URL, Flags, Profile, all, missing_hint, resolve};
pub use runs::Runs;

/// How runs are kept, as the configuration file says.
pub fn journal(environment: &Environment) -> Result<Journal, crate::error::Complaint> {
    file::File::read(environment).map(|file| file.journal)
}

/// The files that any profile reads a secret from.
pub fn secret_files(
    environment: &Environment,
) -> Result<Vec<std::path::PathBuf>, crate::error::Complaint> {
    let file = file::File::read(environment)?;
    let sections = file.profiles.values();
    Ok(sections.flat_map(section::Section::secret_files).collect())
}

/// What runs may take up, as the configuration file says.
pub fn runs(environment: &Environment) -> Result<Runs, crate::error::Complaint> {
    file::File::read(environment).map(|file| file.runs)
}

#[cfg(test)]
mod tests;
