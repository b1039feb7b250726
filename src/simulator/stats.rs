//! The stats of a cloud, written out once for all who ask until they change.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde::Serialize;

use crate::api::clouds::CloudStats;

/// The stats of a cloud.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    record: Arc<CloudStats>,
    written: OnceLock<Bytes>,
}

/// Stats of a cloud for which nothing is pending: the documents have a null then, not nothing.
#[derive(Serialize)]
struct Idle<'a> {
    #[serde(flatten)]
    record: &'a CloudStats,
    pending_date: (),
}

impl Stats {
    /// The stats, to be altered.
    pub fn alter(&mut self) -> &mut CloudStats {
        self.written.take();
        Arc::make_mut(&mut self.record)
    }

    /// The stats as JSON.
    pub fn written(&self) -> Bytes {
        let write = || {
            let written = if self.record.pending_date.is_some() {
                serde_json::to_vec(&self.record)
            } else {
                serde_json::to_vec(&Idle {
                    record: &self.record,
                    pending_date: (),
                })
            };
            written.unwrap_or_default().into()
        };
        self.written.get_or_init(write).clone()
    }
}

impl From<CloudStats> for Stats {
    fn from(stats: CloudStats) -> Self {
        Self {
            record: Arc::new(stats),
            written: OnceLock::new(),
        }
    }
}

impl Deref for Stats {
    type Target = CloudStats;

    fn deref(&self) -> &CloudStats {
        &self.record
    }
}
