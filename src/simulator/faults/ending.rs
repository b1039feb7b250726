//! How a cloud ends that never gets complete.

use serde::{Deserialize, Serialize};

/// How a cloud ends that never gets complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// A person has to set it up.
    ManualSetup,
    /// It stays in progress.
    Stalled,
}
