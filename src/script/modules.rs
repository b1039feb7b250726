//! Modules: `import "rolling" as rolling;` from the library in the binary, `import "./mine"` from a
//! file beside the script.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rhai::{Engine, EvalAltResult, Module, ModuleResolver, Position, Scope, Shared};

use super::coverage::Coverage;
use super::shelf::Shelf;
use super::source::Source;
use crate::operation::nearest;

/// The modules in the binary: name and text.
pub static STDLIB: &[(&str, &str)] = &[("rolling", include_str!("../../stdlib/rolling.rhai"))];

/// What to do about a module that is not there.
const NOWHERE: &str = "check the path: \"./file\" is file.rhai beside the script that imports it";

thread_local! {
    /// The modules this thread is loading, outermost first.
    static LOADING: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// A module being loaded, for as long as it takes: modules that import each other would otherwise
/// go on until the stack is full.
struct Loading(());

impl Loading {
    fn of(name: &str) -> Option<Self> {
        LOADING.with_borrow_mut(|loading| {
            if loading.iter().any(|other| other == name) {
                return None;
            }
            loading.push(name.to_owned());
            Some(Self(()))
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

/// Finds modules and keeps them for the run.
#[derive(Debug)]
pub struct Modules {
    base: PathBuf,
    shelf: Shelf,
    coverage: Option<Arc<Coverage>>,
    known: Mutex<HashMap<String, Shared<Module>>>,
}

impl Modules {
    /// Modules for a script in this folder; what they carry out is counted where asked for.
    #[must_use]
    pub fn new(base: PathBuf, shelf: Shelf, coverage: Option<Arc<Coverage>>) -> Self {
        Self {
            base,
            shelf,
            coverage,
            known: Mutex::default(),
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
        let known = |name: &str| {
            self.known
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get(name)
                .cloned()
        };
        if let Some(module) = known(&found.name) {
            return Ok(module);
        }
        let _loading = Loading::of(&found.name).ok_or_else(|| {
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
        let counted = self
            .coverage
            .as_ref()
            .map(|coverage| coverage.counted(engine, &Scope::new(), &found.name, &found.text));
        let mut ast = engine
            .compile(counted.as_ref().unwrap_or(&found.text))
            .map_err(|error| inside(Box::new(EvalAltResult::from(error))))?;
        ast.set_source(&found.name);
        let module = Module::eval_ast_as_new(Scope::new(), &ast, engine)
            .map_err(inside)
            .map(Shared::new)?;
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(found.name, module.clone());
        Ok(module)
    }
}
