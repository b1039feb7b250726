//! Functions and types that know of no run, which the engines of all runs share.

use rhai::{FuncRegistration, Module, RhaiNativeFunc, Shared, Variant};

/// Functions and types that know of no run. To give them to each engine anew would take longer than
/// most scripts do.
#[derive(Default)]
pub struct Lexicon(Module);

impl Lexicon {
    /// What is registered so, for engines to share.
    pub fn of(register: impl FnOnce(&mut Self)) -> Shared<Module> {
        let mut lexicon = Self::default();
        register(&mut lexicon);
        lexicon.0.into()
    }

    /// Adds a function, as an engine does.
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
        self.register(FuncRegistration::new(name), function)
    }

    /// Adds how a value is asked for a field, as an engine does.
    pub fn register_indexer_get<A: 'static, const X: bool, R: Variant + Clone, const F: bool>(
        &mut self,
        function: impl RhaiNativeFunc<A, 2, X, R, F> + Send + Sync + 'static,
    ) -> &mut Self {
        self.register(FuncRegistration::new_index_getter(), function)
    }

    /// Adds a function with more to say of it than its name.
    pub fn register<
        A: 'static,
        const N: usize,
        const X: bool,
        R: Variant + Clone,
        const F: bool,
    >(
        &mut self,
        as_what: FuncRegistration,
        function: impl RhaiNativeFunc<A, N, X, R, F> + Send + Sync + 'static,
    ) -> &mut Self {
        as_what.set_into_module(&mut self.0, function);
        self
    }

    /// Adds what a type is called in scripts.
    pub fn register_type_with_name<T: Variant + Clone>(&mut self, name: &str) -> &mut Self {
        self.0.set_custom_type::<T>(name);
        self
    }
}
