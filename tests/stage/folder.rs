//! A folder that lasts as long as its test.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process, thread};

use serde_json::Value;

use super::vendor::vendor;

/// A folder of its own for one test, removed when dropped.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("mw-promises-{}-{number}", process::id()));
        fs::create_dir_all(path.join("home")).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where what is run here writes what its simulated accounts were asked and answered.
    pub fn exchanges(&self) -> PathBuf {
        self.0.join("home/exchanges")
    }

    /// Holds every answer of the simulated accounts against the vendor's schema. What a fault made
    /// of an answer is the test's own affair.
    fn check_exchanges(&self) {
        let Some(vendor) = vendor() else { return };
        let written = fs::read_to_string(self.exchanges()).unwrap_or_default();
        // The last line is broken where the process was killed in the middle of it.
        for line in written
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'))
        {
            let exchange: Value = serde_json::from_str(line).unwrap();
            let text = |name: &str| exchange[name].as_str();
            let path = text("target").unwrap().split('?').next().unwrap();
            if exchange["fault"] == true {
                continue;
            }
            let complaint = vendor.complaint(
                (text("method").unwrap(), path),
                u16::try_from(exchange["status"].as_u64().unwrap()).unwrap(),
                text("content_type"),
                text("answer").unwrap(),
            );
            assert_eq!(complaint, None);
        }
    }

    /// Writes a file, and the folders it needs.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.check_exchanges();
        }
        // What cannot be removed is left to the system, which clears its temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}
