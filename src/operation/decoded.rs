//! From an answer's bytes to records.

use std::sync::Arc;

use super::Answer;
use crate::record::Record;

/// What a call answered with.
#[derive(Clone, Debug)]
pub enum Decoded {
    /// Nothing beyond success.
    Nothing,
    /// One record.
    One(Arc<dyn Record>),
    /// A list of records.
    Many(Vec<Arc<dyn Record>>),
}

impl Answer {
    /// Reads an answer. The error is the developer's sentence about the JSON.
    pub fn read(self, body: &[u8]) -> Result<Decoded, serde_json::Error> {
        Ok(match self {
            Self::Nothing => Decoded::Nothing,
            Self::One(kind) => Decoded::One((kind.decode)(body)?),
            Self::Many(kind) => Decoded::Many((kind.decode_list)(body)?),
        })
    }
}
