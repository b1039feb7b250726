//! What scripts do beside the account: on the machine they run on, and with hosts elsewhere.

mod appended;
mod chance;
mod confirm;
pub(super) mod dates;
mod disk;
mod environment;
mod files;
mod formats;
mod patterns;
mod sent;
mod tables;
mod template;
mod web;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use rhai::EvalAltResult;

use super::given::Given;
use super::host::Host;
use super::lexicon::Lexicon;
use super::trouble::Trouble;
use crate::client::Web;
use crate::error::{Complaint, exit};
use crate::record::Secret;
use crate::session::{Address, Want};

pub use dates::Local;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Finds a secret of the user's by its name, if there is one.
pub type Secrets =
    Arc<dyn Fn(&str) -> std::result::Result<Option<Secret>, Complaint> + Send + Sync>;

/// What a script has beside its account.
pub struct Locals {
    /// The folder that its relative paths are from; the process's own if it is empty.
    pub folder: PathBuf,
    /// The variables that it has in place of those of the process.
    pub environment: Arc<BTreeMap<String, String>>,
    /// The user's secrets.
    pub secrets: Secrets,
    /// The way to hosts elsewhere.
    pub web: Web,
    /// Whether every question of `confirm` is answered with yes.
    pub yes: bool,
    /// Where its random numbers come from.
    pub chance: Mutex<fastrand::Rng>,
    /// What is mw's own: its configuration, credentials and journal, which no grant reaches.
    pub own: Own,
    /// The host and port of the account's API, which is reached by its operations only.
    pub api: Option<Address>,
}

/// Paths that are worked out when a script first asks for a file.
pub type Own = LazyLock<Vec<PathBuf>, Box<dyn FnOnce() -> Vec<PathBuf> + Send>>;

impl Locals {
    /// Whether a path without links leads to what is mw's own.
    fn is_own(&self, real: &Path) -> bool {
        self.own.iter().any(|own| real.starts_with(own))
    }
}

impl fmt::Debug for Locals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Locals")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Default for Locals {
    /// Nothing secret, nobody who says yes, and numbers that nobody can foretell.
    fn default() -> Self {
        Self {
            folder: PathBuf::new(),
            environment: Arc::default(),
            secrets: Arc::new(|_| Ok(None)),
            web: Web::new(None),
            yes: false,
            chance: Mutex::new(fastrand::Rng::new()),
            own: LazyLock::new(Box::new(Vec::new)),
            api: None,
        }
    }
}

impl Host {
    /// Makes sure that a script may do this; whoever may not is told how he could.
    fn permit(&self, what: &str, want: &Want) -> Result<()> {
        let Err((why, hint)) = self.session().permit_power(want) else {
            return Ok(());
        };
        // Whoever interrupts the question has not refused this alone.
        if let Some(stopped) = self.stopped() {
            return Err(stopped.raise());
        }
        let message = format!("`{what}` is not permitted: {why}");
        let mut trouble = Trouble::new("not_permitted", message).hint(hint);
        trouble.exit = exit::NOT_PERMITTED;
        Err(trouble.raise())
    }
}

/// Registers what scripts have beside the account and any run.
pub fn describe(lexicon: &mut Lexicon) {
    template::register(lexicon);
    dates::register(lexicon);
    environment::describe(lexicon);
    patterns::register(lexicon);
}

/// Registers what scripts have beside the account.
pub fn register(engine: &mut Given<'_>, host: &Host) {
    files::register(engine, host);
    formats::register(engine, host);
    environment::register(engine, host);
    web::register(engine, host);
    chance::register(engine, host);
    confirm::register(engine, host);
}
