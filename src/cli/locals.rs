//! What scripts have beside their account: the user's secrets, the way to hosts elsewhere.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use super::Global;
use super::account::Account;
use super::kept;
use crate::client::Web;
use crate::config::{self, Environment};
use crate::error::Complaint;
use crate::record::Secret;
use crate::script::local::Locals;
use crate::session::{Address, resolved};

/// What a script has beside this account. Its relative paths are from `folder`, or from where `mw` was
/// called if that is empty.
pub fn of(
    global: &Global,
    account: &Account,
    folder: PathBuf,
    environment: Arc<BTreeMap<String, String>>,
) -> Arc<Locals> {
    let chance = match account {
        Account::Simulated(world) => fastrand::Rng::with_seed(world.seed()),
        Account::Real { .. } => fastrand::Rng::new(),
    };
    Arc::new(Locals {
        folder,
        environment,
        secrets: Arc::new(secret),
        web: Web::new(account.ca_file(global)),
        yes: global.yes,
        chance: Mutex::new(chance),
        own: LazyLock::new(Box::new({
            let global = global.clone();
            move || own(&global)
        })),
        api: match account {
            Account::Simulated(_) => None,
            Account::Real { profile, .. } => url::Url::parse(&profile.url)
                .ok()
                .and_then(|url| Address::of_url(&url)),
        },
    })
}

/// The folder of the configuration, with the credentials beside it and those that it names elsewhere,
/// what was typed at the prompt, and the journal: who writes to them grants himself what he likes.
fn own(global: &Global) -> Vec<PathBuf> {
    let mut own = Vec::new();
    let environment = Environment::of_process();
    if let Ok(file) = config::config_file(&environment) {
        own.extend(file.parent().map(Path::to_owned));
        own.push(file);
    }
    // A configuration that cannot be read names no secret to anybody.
    own.extend(config::secret_files(&environment).unwrap_or_default());
    own.extend(config::history_file(&environment));
    if let Ok(store) = kept::store(global) {
        let file = store.file();
        own.extend(["", "-wal", "-shm"].map(|end| {
            let mut name = file.as_os_str().to_owned();
            name.push(end);
            PathBuf::from(name)
        }));
    }
    // What is granted is decided by where a path really leads, whether it is there yet or not.
    own.iter().filter_map(|path| resolved(path).ok()).collect()
}

/// A secret of the user's: a file beside the configuration, readable by him alone.
fn secret(name: &str) -> Result<Option<Secret>, Complaint> {
    let file = config::config_file(&Environment::of_process())?
        .with_file_name("secrets")
        .join(name);
    if !file.exists() {
        return Ok(None);
    }
    config::secret_file(&file).map(Some)
}
