//! What a simulated account starts from, by the command line.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::Global;
use crate::clock::Clock;
use crate::error::Complaint;
use crate::simulator::{Exchanges, Model, Rule, Settings, faults};

/// The account that `--sim=MODEL`, `--seed`, `--faults` and `--exchanges` say.
pub fn settings(global: &Global, clock: Clock) -> Result<Settings, Complaint> {
    Ok(Settings {
        seed: global.seed,
        clock,
        model: read_model(global.sim.as_deref().unwrap_or_default())?,
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
pub fn read_model(file: &str) -> Result<Model, Complaint> {
    if file.is_empty() {
        return Ok(Model::starting());
    }
    let text = fs::read_to_string(file)
        .map_err(|error| Complaint::usage(format!("cannot read the model {file}: {error}")))?;
    Model::read(file, &text).map_err(|complaint| *complaint)
}

/// The faults in a file.
fn read_faults(file: &str) -> Result<Vec<Rule>, Complaint> {
    let text = fs::read_to_string(file)
        .map_err(|error| Complaint::usage(format!("cannot read the faults {file}: {error}")))?;
    faults::read(file, &text).map_err(|complaint| *complaint)
}

fn exchanges(file: &Path) -> Result<Exchanges, Complaint> {
    Exchanges::to(file).map_err(|error| {
        let file = file.display();
        Complaint::usage(format!("cannot write exchanges to {file}: {error}"))
            .hint("--exchanges names a file in a folder that is there and may be written to")
    })
}
