//! The runtime for everything that waits.

use std::sync::OnceLock;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};

/// Deep scripts recurse on the stack of the thread they run on. It is reserved, not used.
pub const STACK: usize = 64 << 20;

/// How long the end waits for what waits itself: a file system that does not answer may never let go.
const LAST: Duration = Duration::from_secs(2);

/// What is done once when the runtime starts.
type OnStart = Box<dyn Fn(&Handle) + Send + Sync>;

/// A runtime started when first needed: starting it costs more than most one-liners.
#[derive(Default)]
pub struct LazyRuntime {
    runtime: OnceLock<Runtime>,
    on_start: Option<OnStart>,
}

impl std::fmt::Debug for LazyRuntime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LazyRuntime")
            .field("runtime", &self.runtime)
            .finish_non_exhaustive()
    }
}

impl LazyRuntime {
    /// A runtime that does something once when it starts.
    #[must_use]
    pub fn new(on_start: impl Fn(&Handle) + Send + Sync + 'static) -> Self {
        Self {
            runtime: OnceLock::new(),
            on_start: Some(Box::new(on_start)),
        }
    }

    /// A handle to the runtime.
    pub fn handle(&self) -> std::io::Result<&Handle> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime.handle());
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("mw")
            // The runs of jobs are carried out on threads of the runtime that may wait.
            .thread_stack_size(STACK)
            .enable_all()
            .build()?;
        let mut is_first = false;
        let runtime = self.runtime.get_or_init(|| {
            is_first = true;
            runtime
        });
        if is_first && let Some(on_start) = &self.on_start {
            on_start(runtime.handle());
        }
        Ok(runtime.handle())
    }
}

impl Drop for LazyRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(LAST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_does_not_wait_for_a_read_that_never_ends() {
        let (over, ended) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = LazyRuntime::default();
            let handle = runtime.handle().unwrap().clone();
            // Nobody ever says anything.
            let (silent, gate) = std::sync::mpsc::channel::<()>();
            handle.spawn_blocking(move || gate.recv());
            drop(runtime);
            over.send(()).unwrap();
            drop(silent);
        });
        assert!(ended.recv().is_ok());
    }
}
