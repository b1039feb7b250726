//! What the program says of itself, on standard error.

use std::io::{self, Write};

use tracing_subscriber::EnvFilter;

use super::Global;
use super::global::LogFormat;
use crate::secret;

/// Starts logging, if anything is to be logged: setting it up costs more than most one-liners.
pub fn start(global: &Global) {
    let asked = std::env::var_os("MW_LOG").is_some();
    if !global.verbose && !asked {
        return;
    }
    let level = if global.verbose {
        "metalwright=debug"
    } else {
        "metalwright=info"
    };
    let filter = EnvFilter::try_from_env("MW_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| Redacting)
        .with_target(false);
    // A second start in one process (tests) changes nothing.
    let _ = match global.log_format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.with_ansi(false).try_init(),
    };
}

/// Standard error, without the secrets of this process. A line of the log comes in one piece.
struct Redacting;

impl Write for Redacting {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let shown = secret::redact_bytes(bytes::Bytes::copy_from_slice(line));
        io::stderr().lock().write_all(&shown)?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
