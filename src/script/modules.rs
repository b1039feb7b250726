//! Modules: `import "rolling" as rolling;` from the library in the binary, `import "./mine"` from a
//! file beside the script.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::{Engine, EvalAltResult, Module, ModuleResolver, Position, Scope, Shared};

use super::coverage::Coverage;
use super::shelf::Shelf;
use super::source::Source;
use crate::operation::nearest;

/// The modules in the binary: name and text.
pub static STDLIB: &[(&str, &str)] = &[("rolling", include_str!("../../stdlib/rolling.rhai"))];

/// How many modules one may reach, a module that is reached in several ways counted as often: what is
/// reached through a module is listed anew in each that imports it, so that a few files which import
/// the next ones twice would fill the memory.
pub const MOST_REACHED: usize = 10_000;

/// What to say of a module that reaches more.
pub fn reaches_too_much(name: &str) -> String {
    format!(
        "{name} reaches more than {MOST_REACHED} modules through those it imports, counted once for \
each way there"
    )
}

/// What to do about a module that is not there.
const NOWHERE: &str = "check the path: \"./file\" is file.rhai beside the script that imports it";

thread_local! {
    /// The modules this thread is loading, outermost first, and how many each has reached.
    static LOADING: RefCell<Vec<(String, usize)>> = const { RefCell::new(Vec::new()) };
}

/// A module being loaded, for as long as it takes: modules that import each other would otherwise
/// go on until the stack is full.
struct Loading(());

impl Loading {
    fn of(name: &str) -> Option<Self> {
        LOADING.with_borrow_mut(|loading| {
            if loading.iter().any(|(other, _)| other == name) {
                return None;
            }
            loading.push((name.to_owned(), 1));
            Some(Self(()))
        })
    }

    /// How many modules the innermost has reached.
    fn reached() -> usize {
        LOADING.with_borrow(|loading| loading.last().map_or(1, |(_, reached)| *reached))
    }

    /// Adds what a module reaches to what the one around it does; the name of that where it is too
    /// much.
    fn add(reached: usize) -> Result<(), String> {
        LOADING.with_borrow_mut(|loading| {
            let Some((name, sum)) = loading.last_mut() else {
                return Ok(());
            };
            *sum = sum.saturating_add(reached);
            if *sum > MOST_REACHED {
                return Err(name.clone());
            }
            Ok(())
        })
    }
}

impl Drop for Loading {
    fn drop(&mut self) {
        LOADING.with_borrow_mut(|loading| {
            loading.pop();
        });
    }
}

/// The modules that were loaded, by the names they go by, and how many each reaches. What a module does
/// when it is loaded is done once, whoever imports it and by whatever path.
#[derive(Clone, Debug, Default)]
pub struct Loaded(Arc<Mutex<HashMap<String, Reached>>>);

/// A module and how many it reaches.
type Reached = (Shared<Module>, usize);

impl Loaded {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Reached>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The module that goes by this name.
    #[must_use]
    pub fn module(&self, name: &str) -> Option<Shared<Module>> {
        self.lock().get(name).map(|(module, _)| module.clone())
    }
}

/// Finds modules and keeps them for the run.
#[derive(Debug)]
pub struct Modules {
    base: PathBuf,
    shelf: Shelf,
    coverage: Option<Arc<Coverage>>,
    loaded: Loaded,
}

impl Modules {
    /// Modules for a script in this folder; what they carry out is counted where asked for.
    #[must_use]
    pub fn new(
        base: PathBuf,
        shelf: Shelf,
        coverage: Option<Arc<Coverage>>,
        loaded: Loaded,
    ) -> Self {
        Self {
            base,
            shelf,
            coverage,
            loaded,
        }
    }
}

/// The text of a module and the name it goes by in messages. `from` is the file that imports it.
pub fn find(shelf: &Shelf, base: &Path, from: Option<&str>, path: &str) -> Result<Source, String> {
    if let Some((name, text)) = STDLIB.iter().find(|(name, _)| *name == path) {
        let name = format!("<stdlib>/{name}.rhai");
        let found = shelf.text(&name, || Ok(Source::of_text(&name, *text)));
        return found.map_err(|complaint| complaint.message);
    }
    let folder = match from {
        Some(from) if path.starts_with('.') && !from.starts_with('<') => {
            Path::new(from).parent().unwrap_or(base)
        }
        _ => base,
    };
    let plain = path.strip_prefix("./").unwrap_or(path);
    let mut file = if folder == Path::new(".") {
        PathBuf::from(plain)
    } else {
        folder.join(plain)
    };
    if file.extension().is_none() {
        file.set_extension("rhai");
    }
    let near = nearest(path, STDLIB.iter().map(|(name, _)| *name))
        .map(|near| format!("did you mean {near:?}?"));
    let name = file.to_string_lossy();
    let found = shelf.text(&name, || Source::file(&name, NOWHERE));
    found.map_err(|complaint| match near.or(complaint.hint) {
        Some(hint) => format!("{} ({hint})", complaint.message),
        None => complaint.message,
    })
}

/// The path of a module that a file imports by this one, as the file's own is written.
#[must_use]
pub fn seen_from(file: &str, path: &str) -> String {
    let folder = Path::new(file).parent();
    match folder.filter(|_| path.starts_with('.') && !file.starts_with('<')) {
        Some(folder) if folder != Path::new("") => {
            let plain = path.strip_prefix("./").unwrap_or(path);
            folder.join(plain).to_string_lossy().into_owned()
        }
        _ => path.to_owned(),
    }
}

impl ModuleResolver for Modules {
    fn resolve(
        &self,
        engine: &Engine,
        source: Option<&str>,
        path: &str,
        position: Position,
    ) -> Result<Shared<Module>, Box<EvalAltResult>> {
        let found = find(&self.shelf, &self.base, source, path).map_err(|message| {
            Box::new(EvalAltResult::ErrorModuleNotFound(
                format!("{path}: {message}"),
                position,
            ))
        })?;
        let counted = |(module, reached): (Shared<Module>, usize)| {
            Loading::add(reached).map(|()| module).map_err(|name| {
                Box::new(EvalAltResult::ErrorRuntime(
                    reaches_too_much(&name).into(),
                    position,
                ))
            })
        };
        let known = self.loaded.lock().get(&found.name).cloned();
        if let Some(known) = known {
            return counted(known);
        }
        let loading = Loading::of(&found.name).ok_or_else(|| {
            let message = format!("{path}: the modules import each other in a circle");
            Box::new(EvalAltResult::ErrorModuleNotFound(message, position))
        })?;
        let inside = |error: Box<EvalAltResult>| {
            Box::new(EvalAltResult::ErrorInModule(
                found.name.clone(),
                error,
                position,
            ))
        };
        let covered = self
            .coverage
            .as_ref()
            .map(|coverage| coverage.counted(engine, &Scope::new(), &found.name, &found.text));
        let mut ast = engine
            .compile(covered.as_ref().unwrap_or(&found.text))
            .map_err(|error| inside(Box::new(EvalAltResult::from(error))))?;
        ast.set_source(&found.name);
        let module = Module::eval_ast_as_new(Scope::new(), &ast, engine)
            .map_err(inside)
            .map(Shared::new)?;
        let known = (module, Loading::reached());
        drop(loading);
        self.loaded.lock().insert(found.name, known.clone());
        counted(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::engine;

    #[test]
    fn modules_that_reach_too_many_are_not_loaded() {
        let mut texts = HashMap::from([("m30.rhai".to_owned(), "fn it() { 1 }".to_owned())]);
        for level in 0..30 {
            let next = level + 1;
            let text = format!("import \"m{next}\" as a; import \"m{next}\" as b; fn it() {{ 1 }}");
            texts.insert(format!("m{level}.rhai"), text);
        }
        let shelf = Shelf::of(texts, |_, _| {});
        let mut engine = engine::parser(false);
        engine.set_module_resolver(Modules::new(
            PathBuf::from("."),
            shelf,
            None,
            Loaded::default(),
        ));
        let few = engine.eval::<i64>("import \"m20\" as m; m::it()");
        assert_eq!(few.unwrap(), 1);
        let many = engine.eval::<i64>("import \"m0\" as m; m::it()");
        let error = many.unwrap_err().to_string();
        assert!(
            error.contains("m17.rhai reaches more than 10000"),
            "{error}"
        );
    }
}
