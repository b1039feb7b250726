//! Ctrl-C and SIGTERM: the first one stops the run in an orderly way, the second one ends the process.

use std::io::Read as _;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::low_level::pipe;
use tokio::signal::unix::{SignalKind, signal};

use crate::error::exit;
use crate::repl::Turn;
use crate::script::insistence::Insistence;
use crate::script::runtime::LazyRuntime;
use crate::script::stop::Stop;

const BOTH: &[i32] = &[SIGINT, SIGTERM];

/// Lets signals stop the run, and gives the runtime that wakes what waits when they do.
pub fn watch(stop: &Stop) -> Arc<LazyRuntime> {
    let flag = stop.signal_flag();
    for signal in BOTH {
        // Registered first: it ends the process when the flag was set by an earlier signal. Where a
        // handler cannot be registered, the signal ends the process at once, as it would anyway.
        let is_second = second(*signal, &flag, stop.insistence());
        let _ = flag::register_conditional_shutdown(*signal, exit::INTERRUPTED.into(), is_second);
        let _ = flag::register(*signal, flag.clone());
    }
    waking(stop, BOTH)
}

/// The flag by which a signal is the second one. What is typed is meant each time; programs may tell
/// twice that time is up.
fn second(signal: i32, first: &Arc<AtomicBool>, insistence: &Insistence) -> Arc<AtomicBool> {
    match signal {
        SIGTERM => insistence.flag(),
        _ => first.clone(),
    }
}

/// Lets signals end a session in order. Where lines are typed, Ctrl-C stops one, however often it is
/// pressed: a session is not lost by impatience. What else ends it does so between two lines, by what is
/// done `at_rest`, or stops the one that is carried out; asked a second time, the process ends.
pub fn watch_session(
    stop: &Stop,
    turn: &Turn,
    is_typed: bool,
    at_rest: impl Fn() + Send + 'static,
) -> Arc<LazyRuntime> {
    let (ending, waking_up): (&[i32], &[i32]) = if is_typed {
        // Where the handler cannot be registered, Ctrl-C ends the process.
        let _ = flag::register(SIGINT, stop.signal_flag());
        (&[SIGTERM, SIGHUP], &[SIGINT])
    } else {
        (BOTH, &[])
    };
    // Where that cannot be had, they end the process as they would anyway.
    if let Ok((mut heard, told)) = UnixStream::pair() {
        let (is_told, insistence) = (Arc::new(AtomicBool::new(false)), Insistence::default());
        for signal in ending {
            let Ok(told) = told.try_clone() else { continue };
            // That a terminal went away is told twice, by the system and by whoever had it.
            if *signal != SIGHUP {
                let code = exit::INTERRUPTED.into();
                let is_second = second(*signal, &is_told, &insistence);
                let _ = flag::register_conditional_shutdown(*signal, code, is_second);
                let _ = flag::register(*signal, is_told.clone());
            }
            let _ = pipe::register(*signal, told);
        }
        let turn = turn.clone();
        let listening = thread::Builder::new().name("signals".to_owned());
        let _ = listening.spawn(move || {
            if heard.read_exact(&mut [0]).is_ok() {
                insistence.begin();
                turn.leave(exit::INTERRUPTED, at_rest);
            }
        });
    }
    waking(stop, waking_up)
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
                    // From now on it counts how often it is told.
                    let _ = stop.reason();
                }
            });
        }
    }))
}
