//! What is said when `mw` itself is at fault.

use std::io::{self, Write as _};
use std::panic;
use std::sync::Arc;

use signal_hook::consts::SIGXFSZ;
use signal_hook::flag;

use crate::secret;

/// Says where a thread gave up, and why, without the secrets of this process. A file that may grow no
/// further is told of where it is written, and does not end the process.
pub fn watch() {
    // Where it cannot be heard, it ends the process as it would anyway.
    let _ = flag::register(SIGXFSZ, Arc::default());
    panic::set_hook(Box::new(|fault| {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("one without a name");
        let told = format!("error: a bug in mw: thread {name}: {fault}\n");
        // Nobody is left to tell when standard error is closed.
        let _ = io::stderr()
            .lock()
            .write_all(secret::redact(&told).as_bytes());
    }));
}
