//! A host for tests: simulated time, an account that cannot be reached, and everything said kept.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::console::{Console, Level};
use super::host::{Host, Parts};
use super::memory::Memory;
use super::runtime::LazyRuntime;
use super::source::Source;
use super::stop::Stop;
use super::{Ended, Interpreter};
use crate::client::{CallError, Silent};
use crate::clock::Clock;
use crate::session::{Permission, Session, Settings};

/// What a script said and did.
#[derive(Default)]
pub struct Trial {
    /// What it printed.
    pub printed: Mutex<Vec<String>>,
    /// What it told whoever watches.
    pub noted: Mutex<Vec<String>>,
    /// How often it tried to reach the account.
    pub calls: AtomicUsize,
}

impl Console for Trial {
    fn print(&self, text: &str) -> io::Result<()> {
        self.printed.lock().unwrap().push(text.to_owned());
        Ok(())
    }

    fn note(&self, _: Level, text: &str) {
        self.noted.lock().unwrap().push(text.to_owned());
    }
}

impl Trial {
    /// Runs a script.
    pub fn run(self: &Arc<Self>, text: &str) -> Result<(), Ended> {
        let source = Source::of_text("<test>", text);
        Interpreter::new(&self.host(), &source)
            .run(&source)
            .map(|_| ())
    }

    /// The host.
    pub fn host(self: &Arc<Self>) -> Host {
        let own = self.clone();
        let session = Session::new(Settings {
            connect: Box::new(move || {
                own.calls.fetch_add(1, Ordering::Relaxed);
                Err(CallError::setup("there is no account", "none"))
            }),
            clock: Clock::simulated(),
            permission: Permission::new(Permission::everything(), Vec::new(), None),
            observer: Arc::new(Silent),
            recorder: None,
        });
        Host::new(Parts {
            session,
            runtime: Arc::new(LazyRuntime::default()),
            console: self.clone(),
            stop: Stop::default(),
            args: serde_json::Map::new(),
            memory: Memory::of_the_run(),
            shelf: super::shelf::Shelf::default(),
            profile: String::new(),
            origin: super::origin::Origin::default(),
            controls: None,
            coverage: None,
            locals: Arc::default(),
            window: super::window::Window::default(),
        })
    }
}
