//! The `[runs]` section of the configuration file: what runs may take up.

use toml::Spanned;
use toml::de::DeValue;

use super::size;

/// What runs may take up, as far as the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runs {
    /// The most bytes of memory that a process may hold with all its runs.
    pub memory: Option<u64>,
}

/// The keys of the section.
pub(super) const KEYS: [&str; 1] = ["memory"];

impl Runs {
    /// Sets a key; the error says what it must be.
    pub(super) fn set(&mut self, value: &Spanned<DeValue<'_>>) -> Result<(), String> {
        let bytes = match value.get_ref() {
            DeValue::String(text) => size::bytes(text),
            _ => None,
        };
        self.memory = Some(bytes.ok_or("`memory` must be a size such as \"500MB\" or \"2GiB\"")?);
        Ok(())
    }
}
