//! The `[journal]` section of the configuration file: how runs are kept.

use std::time::Duration;

use toml::Spanned;
use toml::de::DeValue;

use super::size;

/// How runs are kept, as far as the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journal {
    /// How long runs that are over are kept.
    pub keep: Option<Keep>,
    /// The most bytes that one run may keep.
    pub cap: Option<u64>,
    /// How long a process has a run without renewing it.
    pub lease: Option<Duration>,
}

/// How long runs that are over are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// So long.
    For(Duration),
    /// For good.
    Forever,
}

/// The keys of the section.
pub(super) const KEYS: [&str; 3] = ["keep", "cap", "lease"];

/// The shortest lease: one that is shorter could pass while a disk is slow.
const SHORTEST: Duration = Duration::from_secs(2);

impl Journal {
    /// Sets a key; the error says what it must be.
    pub(super) fn set(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<(), String> {
        let DeValue::String(text) = value.get_ref() else {
            return Err(must(key));
        };
        match key {
            "keep" if text.as_ref() == "forever" => self.keep = Some(Keep::Forever),
            "keep" => {
                let span = humantime::parse_duration(text).map_err(|_| must(key))?;
                self.keep = Some(Keep::For(span));
            }
            "cap" => self.cap = Some(size::bytes(text).ok_or_else(|| must(key))?),
            _ => {
                let span = humantime::parse_duration(text).map_err(|_| must(key))?;
                if span < SHORTEST {
                    return Err("`lease` must be 2 seconds or more".to_owned());
                }
                self.lease = Some(span);
            }
        }
        Ok(())
    }
}

fn must(key: &str) -> String {
    match key {
        "keep" => "`keep` must be a span such as \"90d\", or \"forever\"".to_owned(),
        "cap" => "`cap` must be a size such as \"500MB\" or \"1GiB\"".to_owned(),
        _ => "`lease` must be a span such as \"30s\"".to_owned(),
    }
}
