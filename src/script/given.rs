//! Functions that know their run, of which an engine is given those that its script mentions.

use std::collections::BTreeSet;

use rhai::{Engine, RhaiNativeFunc, Variant};

/// An engine, and the names that its script mentions. To give each engine all functions would take
/// longer than most scripts do.
pub struct Given<'a> {
    engine: &'a mut Engine,
    mentioned: &'a BTreeSet<String>,
}

impl<'a> Given<'a> {
    /// What this engine is given for a script that mentions these names.
    pub const fn to(engine: &'a mut Engine, mentioned: &'a BTreeSet<String>) -> Self {
        Self { engine, mentioned }
    }

    /// Adds a function, as an engine does, if it is mentioned.
    pub fn register_fn<
        A: 'static,
        const N: usize,
        const X: bool,
        R: Variant + Clone,
        const F: bool,
    >(
        &mut self,
        name: &str,
        function: impl RhaiNativeFunc<A, N, X, R, F> + Send + Sync + 'static,
    ) -> &mut Self {
        if self.mentioned.contains(name) {
            self.engine.register_fn(name, function);
        }
        self
    }
}
