//! The `[journal]` section of the configuration file: how runs are kept.

use std::time::Duration;

use toml::Spanned;
use toml::de::DeValue;

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
            "cap" => self.cap = Some(bytes(text).ok_or_else(|| must(key))?),
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

/// A size in bytes: a whole number and a unit.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    let unit: u64 = match unit.trim() {
        "B" | "" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    let size = number.parse::<u64>().ok()?.checked_mul(unit)?;
    (size > 0).then_some(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("500MB"), Some(500_000_000));
        assert_eq!(bytes("1 GiB"), Some(1 << 30));
        assert_eq!(bytes("12"), Some(12));
        for wrong in [
            "",
            "MB",
            "0",
            "1.5GB",
            "-1MB",
            "99999999999999999999",
            "18446744073709551615GB",
        ] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }
}
