//! How the service is, for those who ask over HTTP.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// How the service is.
#[derive(Debug, Default)]
pub struct Health(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    is_loaded: bool,
    is_draining: bool,
    /// Why the store cannot be used.
    store: Option<String>,
}

impl Health {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The jobs are loaded.
    pub fn loaded(&self) {
        self.state().is_loaded = true;
    }

    /// The store cannot be used.
    pub fn store_failed(&self, reason: impl Into<String>) {
        self.state().store = Some(reason.into());
    }

    /// The store can be used, perhaps again.
    pub fn store_works(&self) {
        self.state().store = None;
    }

    /// No run is started any more.
    pub fn draining(&self) {
        self.state().is_draining = true;
    }

    /// Whether jobs are run when they are due, or why not.
    pub fn readiness(&self) -> Result<(), String> {
        let state = self.state();
        if state.is_draining {
            return Err("the service is stopping: no run is started any more".to_owned());
        }
        if let Some(reason) = &state.store {
            return Err(format!("the store cannot be used: {reason}"));
        }
        if !state.is_loaded {
            return Err("the jobs are not loaded yet".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_ready_while_its_jobs_are_loaded_and_its_store_works() {
        let health = Health::default();
        assert!(health.readiness().unwrap_err().contains("not loaded"));
        health.loaded();
        assert_eq!(health.readiness(), Ok(()));
        health.store_failed("the disk is full");
        let why = "the store cannot be used: the disk is full".to_owned();
        assert_eq!(health.readiness(), Err(why));
        health.store_works();
        assert_eq!(health.readiness(), Ok(()));
        health.draining();
        assert!(health.readiness().unwrap_err().contains("stopping"));
    }
}
