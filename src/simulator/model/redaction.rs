//! What is left out of a snapshot: secrets, addresses, names.

mod addresses;
mod keys;
mod names;

use super::resources::Resources;

/// What is to be left out. Everything left out is replaced by something of its form, the same for
/// the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Redaction {
    /// Keys, cloud-init, and what addresses on the web carry beside their path.
    pub secrets: bool,
    /// Public addresses and those of network interfaces. Private ranges are everybody's.
    pub addresses: bool,
    /// Labels, descriptions, host names, people and how to reach them.
    pub names: bool,
}

impl Redaction {
    /// Leaves it out.
    pub fn apply(self, resources: &mut Resources) {
        if self.secrets {
            keys::redact(resources);
        }
        if self.addresses {
            addresses::redact(resources);
        }
        if self.names {
            names::redact(resources);
        }
    }

    /// What is left out, in words.
    #[must_use]
    pub fn described(self) -> String {
        let words = [
            (self.secrets, "secrets"),
            (self.addresses, "addresses"),
            (self.names, "names"),
        ];
        let words: Vec<&str> = words
            .into_iter()
            .filter_map(|(is_out, word)| is_out.then_some(word))
            .collect();
        words.join(", ")
    }
}
