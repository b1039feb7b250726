//! Ctrl-C: the first one stops the run in an orderly way, the second one ends the process.

use std::sync::Arc;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use tokio::signal::unix::{SignalKind, signal};

use crate::error::exit;
use crate::script::runtime::LazyRuntime;
use crate::script::stop::Stop;

/// Lets signals stop the run, and gives the runtime that wakes what waits when they do.
pub fn watch(stop: &Stop) -> Arc<LazyRuntime> {
    let flag = stop.signal_flag();
    for signal in [SIGINT, SIGTERM] {
        // Registered first: it ends the process when the flag was set by an earlier signal. Where a
        // handler cannot be registered, the signal ends the process at once, as it would anyway.
        let _ = flag::register_conditional_shutdown(signal, exit::INTERRUPTED.into(), flag.clone());
        let _ = flag::register(signal, flag.clone());
    }
    let stop = stop.clone();
    Arc::new(LazyRuntime::new(move |handle| {
        let stop = stop.clone();
        handle.spawn(async move {
            let (Ok(mut interrupt), Ok(mut terminate)) = (
                signal(SignalKind::interrupt()),
                signal(SignalKind::terminate()),
            ) else {
                return;
            };
            // A signal may have come before there was a runtime to hear of it: asking shows it.
            let _ = stop.reason();
            loop {
                tokio::select! {
                    _ = interrupt.recv() => stop.interrupt(),
                    _ = terminate.recv() => stop.interrupt(),
                }
            }
        });
    }))
}
