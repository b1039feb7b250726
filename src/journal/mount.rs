//! Whether a file lies on a file system that other machines may have mounted too.

use std::fs;
use std::path::Path;

/// File systems over a network, on which SQLite's locks and shared memory do not hold.
const NETWORKED: &[&str] = &[
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "fuse.ceph",
    "fuse.glusterfs",
    "fuse.s3fs",
    "fuse.sshfs",
    "gfs2",
    "gpfs",
    "lustre",
    "nfs",
    "nfs4",
    "ocfs2",
    "smb3",
    "smbfs",
];

/// The name of the network file system that the folder lies on, if it lies on one.
#[must_use]
pub fn network(folder: &Path) -> Option<String> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let whole = fs::canonicalize(folder).ok()?;
    of(&mounts, &whole)
}

/// The same, of the text of `/proc/self/mountinfo`.
fn of(mounts: &str, folder: &Path) -> Option<String> {
    let mut best: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let (before, after) = line.split_once(" - ")?;
        let point = before.split(' ').nth(4)?.replace("\\040", " ");
        let kind = after.split(' ').next()?;
        // The last of several mounts at one place is the one that is seen.
        if folder.starts_with(&point) && best.is_none_or(|(length, _)| point.len() >= length) {
            best = Some((point.len(), kind));
        }
    }
    let (_, kind) = best?;
    NETWORKED.contains(&kind).then(|| kind.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /home rw shared:2 - nfs4 server:/home rw,vers=4.2
31 30 8:2 / /home/ada/local\\040disk rw - xfs /dev/sdb1 rw
32 22 0:41 / /mnt/share rw - fuse.sshfs host:/ rw
";

    #[test]
    fn the_innermost_mount_decides() {
        let of = |path: &str| of(MOUNTS, Path::new(path));
        assert_eq!(of("/home/ada/.local/state").as_deref(), Some("nfs4"));
        assert_eq!(of("/home/ada/local disk/state"), None);
        assert_eq!(of("/mnt/share").as_deref(), Some("fuse.sshfs"));
        assert_eq!(of("/var/lib/mw"), None);
    }
}
