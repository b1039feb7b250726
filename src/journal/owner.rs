//! Who has a run: a process, told apart from all others.

use std::fs;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// A process, told apart from all others: by the machine, the boot, and when it began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The machine's name, for people.
    pub host: String,
    /// The machine's own mark.
    machine: String,
    /// The boot of it.
    boot: String,
    /// The space its process ids are counted in.
    space: String,
    /// Its process id.
    pub pid: u32,
    /// When the process began, in ticks since the boot.
    born: u64,
}

fn line(file: &str) -> String {
    fs::read_to_string(file)
        .map(|text| text.trim().to_owned())
        .unwrap_or_default()
}

/// When a process began, and whether it is there at all: one that has ended but was not yet waited
/// for does nothing any more.
fn born(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold anything, brackets included.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    if matches!(fields.next()?, "Z" | "X") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

impl Owner {
    /// This process.
    #[must_use]
    pub fn this() -> &'static Self {
        static THIS: OnceLock<Owner> = OnceLock::new();
        THIS.get_or_init(|| {
            let pid = std::process::id();
            let space = fs::read_link("/proc/self/ns/pid")
                .map(|link| link.to_string_lossy().into_owned())
                .unwrap_or_default();
            Self {
                host: line("/proc/sys/kernel/hostname"),
                machine: line("/etc/machine-id"),
                boot: line("/proc/sys/kernel/random/boot_id"),
                space,
                pid,
                born: born(pid).unwrap_or_default(),
            }
        })
    }

    /// Whether the process is certainly no more. Of one that cannot be seen from here only the lease
    /// tells.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.is_gone_as_seen_by(Self::this(), born)
    }

    fn is_gone_as_seen_by(&self, here: &Self, born: impl Fn(u32) -> Option<u64>) -> bool {
        if self.boot.is_empty() || here.boot.is_empty() {
            return false;
        }
        if self.boot != here.boot {
            // The same machine has been booted since.
            return !self.machine.is_empty()
                && self.machine == here.machine
                && self.host == here.host;
        }
        self.space == here.space && born(self.pid) != Some(self.born)
    }

    /// Whether it is on this machine.
    #[must_use]
    pub fn is_here(&self) -> bool {
        self.boot == Self::this().boot
    }

    /// The process in words: `process 4711 on great-wombat`.
    #[must_use]
    pub fn described(&self) -> String {
        format!("process {} on {}", self.pid, self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(boot: &str, pid: u32, born: u64) -> Owner {
        Owner {
            host: "h".to_owned(),
            machine: "m".to_owned(),
            boot: boot.to_owned(),
            space: "s".to_owned(),
            pid,
            born,
        }
    }

    #[test]
    fn only_what_can_be_seen_from_here_is_known_to_be_gone() {
        let here = owner("b", 1, 1);
        let alive = |pid: u32| (pid == 7).then_some(100);
        assert!(!owner("b", 7, 100).is_gone_as_seen_by(&here, alive));
        // Another process has the number now.
        assert!(owner("b", 7, 90).is_gone_as_seen_by(&here, alive));
        assert!(owner("b", 8, 100).is_gone_as_seen_by(&here, alive));
        // An earlier boot of this machine.
        assert!(owner("a", 7, 100).is_gone_as_seen_by(&here, alive));
        let elsewhere = Owner {
            machine: "n".to_owned(),
            ..owner("a", 8, 1)
        };
        assert!(!elsewhere.is_gone_as_seen_by(&here, alive));
        let contained = Owner {
            space: "t".to_owned(),
            ..owner("b", 8, 1)
        };
        assert!(!contained.is_gone_as_seen_by(&here, alive));
    }

    #[test]
    fn this_process_is_here() {
        assert!(!Owner::this().is_gone());
    }
}
