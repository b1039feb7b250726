//! What the system says of memory. Where it says nothing, nobody is stopped for it.

use std::fs;
use std::path::Path;

use rustix::process::{Pid, Resource, getrlimit};

/// How many bytes this process holds, in memory and swapped out.
pub(super) fn held() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = |name: &str| kilobytes(&status, name);
    Some((kilobytes("VmRSS:")? + kilobytes("VmSwap:").unwrap_or_default()) * 1024)
}

/// How many pages a thread of this process has touched for the first time.
pub(super) fn faults(thread: Pid) -> Option<u64> {
    let thread = thread.as_raw_nonzero();
    let stat = fs::read_to_string(format!("/proc/self/task/{thread}/stat")).ok()?;
    minor_faults(&stat)
}

/// The eighth field after the name, which may hold anything and ends with the last parenthesis.
fn minor_faults(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(7)?.parse().ok()
}

/// The most bytes that the system lets this process have: those of the machine, of its control group
/// and of its own limit.
pub(super) fn at_most() -> Option<u64> {
    let machine = fs::read_to_string("/proc/meminfo").ok();
    let machine = machine.and_then(|it| kilobytes(&it, "MemTotal:"));
    let own = getrlimit(Resource::As).current;
    let all = [machine.map(|it| it * 1024), of_group(), own];
    all.into_iter().flatten().min()
}

fn of_group() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let root = Path::new("/sys/fs/cgroup");
    let folders = root.join(path);
    let folders = folders.ancestors().take_while(|it| it.starts_with(root));
    // Each of them bounds what is below it; "max" is no bound.
    let limits = folders.filter_map(|folder| {
        let text = fs::read_to_string(folder.join("memory.max")).ok()?;
        text.trim().parse().ok()
    });
    limits.min()
}

fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use rustix::thread::gettid;

    use super::*;

    #[test]
    fn a_process_holds_something_and_its_threads_touch_pages() {
        let before = faults(gettid()).unwrap();
        // So much comes from the system anew, whatever was given back here before.
        let text = "x".repeat(64 << 20);
        assert!(faults(gettid()).unwrap() > before);
        assert!(held().unwrap() > text.len() as u64);
        assert!(at_most().unwrap() > held().unwrap());
        assert_eq!(minor_faults("17 (a) b) S 1 2 3 4 5 6 4711 0 1"), Some(4711));
        assert_eq!(minor_faults(""), None);
    }
}
