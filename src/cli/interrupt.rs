//! Ctrl-C: the first one stops the run in an orderly way, the second one ends the process.

use std::sync::Arc;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use tokio::signal::unix::{SignalKind, signal};

use crate::error::exit;
use crate::script::runtime::LazyRuntime;
use crate::script::stop::Stop;

const BOTH: &[i32] = &[SIGINT, SIGTERM];

/// Lets signals stop the run, and gives the runtime that wakes what waits when they do.
pub fn watch(stop: &Stop) -> Arc<LazyRuntime> {
    let flag = stop.signal_flag();
    for signal in BOTH {
        // Registered first: it ends the process when the flag was set by an earlier signal. Where a
        // handler cannot be registered, the signal ends the process at once, as it would anyway.
        let _ =
            flag::register_conditional_shutdown(*signal, exit::INTERRUPTED.into(), flag.clone());
        let _ = flag::register(*signal, flag.clone());
    }
    waking(stop, BOTH)
}

/// Lets Ctrl-C stop the line of a session, however often it is pressed: a session is not lost by
/// impatience. Everything else ends the process as it would anyway.
pub fn watch_session(stop: &Stop) -> Arc<LazyRuntime> {
    // Where the handler cannot be registered, Ctrl-C ends the process.
    let _ = flag::register(SIGINT, stop.signal_flag());
    waking(stop, &[SIGINT])
}

/// The runtime that wakes what waits when one of these signals comes.
fn waking(stop: &Stop, signals: &'static [i32]) -> Arc<LazyRuntime> {
    let stop = stop.clone();
    Arc::new(LazyRuntime::new(move |handle| {
        for kind in signals {
            let stop = stop.clone();
            handle.spawn(async move {
                let Ok(mut heard) = signal(SignalKind::from_raw(*kind)) else {
                    return;
                };
                // A signal may have come before there was a runtime to hear of it: asking shows it.
                let _ = stop.reason();
                while heard.recv().await.is_some() {
                    stop.interrupt();
                }
            });
        }
    }))
}
