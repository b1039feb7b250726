//! What a simulated account starts from, by the command line.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Global;
use crate::clock::Clock;
use crate::error::Complaint;
use crate::simulator::{Exchanges, Model, Rule, Settings, faults};

/// The account that `--sim=MODEL`, `--seed`, `--faults` and `--exchanges` say, on a clock that starts
/// when the model does.
pub fn settings(
    global: &Global,
    clock: impl FnOnce(DateTime<Utc>) -> Clock,
) -> Result<Settings, Complaint> {
    settings_of(global, global.sim.as_deref().unwrap_or_default(), clock)
}

/// The same with the model of this file.
pub fn settings_of(
    global: &Global,
    model: &str,
    clock: impl FnOnce(DateTime<Utc>) -> Clock,
) -> Result<Settings, Complaint> {
    let model = read_model(model)?;
    Ok(Settings {
        seed: global.seed,
        clock: clock(model.start()),
        model,
        faults: match &global.faults {
            Some(file) => read_faults(file)?,
            None => Vec::new(),
        },
        exchanges: match &global.exchanges {
            Some(file) => Some(Arc::new(exchanges(file)?)),
            None => None,
        },
    })
}

/// The model in a file; without one, the starting account.
fn read_model(file: &str) -> Result<Model, Complaint> {
    if file.is_empty() {
        return Ok(Model::starting());
    }
    let text = fs::read_to_string(file).map_err(|error| {
        Complaint::usage(format!("cannot read the model {file}: {error}"))
            .hint("mw snapshot --out account.toml writes one; --sim alone needs none")
    })?;
    Model::read(file, &text).map_err(|complaint| *complaint)
}

/// The faults in a file.
pub fn read_faults(file: &str) -> Result<Vec<Rule>, Complaint> {
    let text = fs::read_to_string(file).map_err(|error| {
        Complaint::usage(format!("cannot read the faults {file}: {error}"))
            .hint("check the path: what is read is a file of [[fault]] tables")
    })?;
    faults::read(file, &text).map_err(|complaint| *complaint)
}

fn exchanges(file: &Path) -> Result<Exchanges, Complaint> {
    Exchanges::to(file).map_err(|error| {
        let file = file.display();
        Complaint::usage(format!("cannot write exchanges to {file}: {error}"))
            .hint("--exchanges names a file in a folder that is there and may be written to")
    })
}
