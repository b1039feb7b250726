//! An asset: hardware of a cloud as its bill knows it. It outlives the node it was.

use chrono::{DateTime, Utc};

use super::assumptions::HOUR_BEGUN;

/// A node that is or was billed.
#[derive(Clone, Debug)]
pub struct Asset {
    /// The number it goes by inside.
    pub number: i64,
    /// UUID of the node.
    pub node: String,
    /// Its hardware type.
    pub sku: String,
    /// When it joined the cloud.
    pub since: DateTime<Utc>,
    /// When it was removed, if it was.
    pub until: Option<DateTime<Utc>>,
}

impl Asset {
    /// The hours it was there from one instant to another.
    #[must_use]
    pub fn hours(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
        hours(
            self.since.max(from),
            self.until.map_or(to, |until| until.min(to)),
        )
    }
}

/// The hours billed from one instant to another.
#[must_use]
pub fn hours(from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
    let seconds = (to - from).num_seconds().max(0);
    if HOUR_BEGUN.most() == 1 {
        (seconds + 3_599) / 3_600
    } else {
        seconds / 3_600
    }
}

/// Ends the assets of a node, or of all of them.
pub fn end(assets: &mut [Asset], node: Option<&str>, at: DateTime<Utc>) {
    for asset in assets {
        if asset.until.is_none() && node.is_none_or(|node| asset.node == node) {
            asset.until = Some(at);
        }
    }
}
