//! The engine: Rhai with the language's own packages and our functions.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::LazyLock;

use rhai::packages::{
    BasicArrayPackage, BasicBlobPackage, BasicMapPackage, BasicMathPackage, BitFieldPackage,
    CorePackage, LogicPackage, MoreStringPackage, Package,
};
use rhai::{Dynamic, Engine, Module, OptimizationLevel, Shared};

use super::given::Given;
use super::host::Host;
use super::lexicon::Lexicon;
use super::modules::{Loaded, Modules};
use super::{
    assertions, call, comparison, coverage, field, flow, handle, inequality, largest, lists, local,
    memory, moment, numbers, parallel, predicates, progress, speech, stand_in, strides, texts,
    waiting, weight, window,
};

/// How deep scripts may call and nest. Rhai's own limits differ between debug and release builds;
/// a script that works must work in both. The stack of a script's thread has room for them.
const CALL_LEVELS: usize = 64;
const EXPRESSION_DEPTH: usize = 64;
const FUNCTION_EXPRESSION_DEPTH: usize = 48;
/// How many steps pass between two looks at whether the run is to stop: microseconds.
const STEPS: u32 = 128;

thread_local! {
    /// How many steps this thread has taken since the last look.
    static TAKEN: Cell<u32> = const { Cell::new(0) };
}

/// What knows of no run.
static LEXICON: LazyLock<Shared<Module>> = LazyLock::new(|| {
    Lexicon::of(|lexicon| {
        handle::register(lexicon);
        field::register(lexicon);
        lists::register(lexicon);
        comparison::register(lexicon);
        inequality::register(lexicon);
        moment::register(lexicon);
        numbers::register(lexicon);
        predicates::register(lexicon);
        assertions::register(lexicon);
        texts::register(lexicon);
        local::describe(lexicon);
    })
});

/// An engine for one run. `base` is the folder that imports are relative to.
#[must_use]
pub fn build(host: &Host, base: PathBuf, loaded: Loaded) -> Engine {
    let mut engine = parser(true);
    engine.set_max_call_levels(CALL_LEVELS);
    engine.set_module_resolver(Modules::new(
        base,
        host.shelf().clone(),
        host.coverage().cloned(),
        loaded,
    ));
    packages(&mut engine);
    engine.register_global_module(Shared::clone(&LEXICON));
    let own = host.clone();
    engine.on_progress(move |_| {
        // The language begins anew to count with each call of a function by something native.
        let steps = TAKEN.get() + 1;
        if steps < STEPS {
            TAKEN.set(steps);
            return None;
        }
        TAKEN.set(0);
        weight::watch();
        own.stopped().map(Dynamic::from)
    });
    progress::describe(&mut engine, host);
    if let Some(coverage) = host.coverage() {
        coverage::register(&mut engine, coverage);
    }
    engine
}

/// Gives an engine, of the functions that know their run, those that a script mentions.
pub fn answer(engine: &mut Engine, host: &Host, mentioned: &BTreeSet<String>) {
    let given = &mut Given::to(engine, mentioned);
    moment::register_now(given, host);
    window::register(given, host);
    speech::register(given, host);
    flow::register(given, host);
    waiting::register(given, host);
    parallel::register(given, host);
    memory::register(given, host);
    progress::register(given, host);
    strides::register(given, host);
    local::register(given, host);
    call::register(engine, host, mentioned);
    stand_in::refuse(engine, host, mentioned);
}

/// An engine that only parses, as strictly as the engine of a run, or letting undefined names pass.
#[must_use]
pub fn parser(strict: bool) -> Engine {
    let mut engine = Engine::new_raw();
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_strict_variables(strict);
    engine.set_max_expr_depths(EXPRESSION_DEPTH, FUNCTION_EXPRESSION_DEPTH);
    engine.set_max_string_size(largest::TEXT);
    engine.set_max_array_size(largest::ITEMS);
    engine.set_max_map_size(largest::ITEMS);
    engine.disable_symbol("eval");
    inequality::claim(&mut engine);
    engine
}

/// The language's own functions, but for its clock: a script's time is the account's. They know of
/// no run, so that all engines of a process share them.
pub fn packages(engine: &mut Engine) {
    static PACKAGES: LazyLock<[Shared<Module>; 8]> = LazyLock::new(|| {
        [
            CorePackage::new().as_shared_module(),
            BitFieldPackage::new().as_shared_module(),
            LogicPackage::new().as_shared_module(),
            BasicMathPackage::new().as_shared_module(),
            BasicArrayPackage::new().as_shared_module(),
            BasicBlobPackage::new().as_shared_module(),
            BasicMapPackage::new().as_shared_module(),
            MoreStringPackage::new().as_shared_module(),
        ]
    });
    for package in PACKAGES.iter() {
        engine.register_global_module(Shared::clone(package));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::trial::Trial;

    #[test]
    fn what_grows_without_end_is_stopped_before_the_machine_is() {
        let trial = Arc::new(Trial::default());
        for line in [
            r#"let text = "abc"; loop { text += text; }"#,
            "let list = [1]; loop { list += list; }",
            "let map = #{inner: [1]}; loop { map.inner.append(map.inner); }",
            "let list = []; list.pad(1_000_000_000, 1);",
            "blob(1_000_000_000_000, 1)",
        ] {
            assert!(trial.run(line).is_err(), "{line}");
        }
    }
}
