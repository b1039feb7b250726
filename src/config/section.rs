//! One profile as `config.toml` says it.

use std::ops::Range;
use std::path::PathBuf;

/// One profile as `config.toml` says it, its paths made absolute or relative to the process.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Section {
    /// Address of the API, and where in the file it stands.
    pub(super) url: Option<(String, Range<usize>)>,
    /// What runs may do without being asked.
    pub(super) allow: Vec<String>,
    /// What runs may never do.
    pub(super) deny: Vec<String>,
    /// Whether what it names serves people.
    pub(super) production: bool,
    /// The most its runs may commit it to, in dollars per 30 days.
    pub(super) spend_limit: Option<f64>,
    /// Certificates to trust beside the system's.
    pub(super) cacert: Option<PathBuf>,
    /// Where the API key is.
    pub(super) api_key: Option<Source>,
    /// The OAuth client: its id, and where its secret is.
    pub(super) client: Option<(String, Source)>,
}

impl Section {
    /// The variables of the environment that it reads secrets from.
    pub(super) fn secret_variables(&self) -> impl Iterator<Item = String> + use<> {
        let found = self.sources().map(|source| match source {
            Some(Source::Variable(name)) => Some(name.clone()),
            _ => None,
        });
        found.into_iter().flatten()
    }

    /// The files that it reads secrets from.
    pub(super) fn secret_files(&self) -> impl Iterator<Item = PathBuf> + use<> {
        let found = self.sources().map(|source| match source {
            Some(Source::File(path)) => Some(path.clone()),
            _ => None,
        });
        found.into_iter().flatten()
    }

    fn sources(&self) -> [Option<&Source>; 2] {
        let secret = self.client.as_ref().map(|(_, source)| source);
        [self.api_key.as_ref(), secret]
    }
}

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// In a file that only its owner may read.
    File(PathBuf),
    /// In an environment variable.
    Variable(String),
    /// In what a program prints: the program and its arguments.
    Command(Vec<String>),
}
