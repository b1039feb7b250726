//! An interpreter: an engine with a scope, for one script or for a session at the terminal.

use std::sync::Arc;

use rhai::{AST, Dynamic, Engine, Scope};

use super::check::check;
use super::diagnose;
use super::engine;
use super::field::{Args, described};
use super::host::Host;
use super::modules;
use super::placed::Placed;
use super::source::Source;
use super::value;
use crate::error::{Complaint, exit};
use crate::output::Document;

/// What a script came to.
pub type Value = Dynamic;

/// How a script ended that did not come to a value.
#[derive(Clone, Debug)]
pub enum Ended {
    /// It ended itself, or was ended, with this exit code and nothing to say.
    Quietly(u8),
    /// With these complaints.
    Complaining(Vec<Complaint>),
}

/// An engine with a scope.
pub struct Interpreter {
    engine: Engine,
    scope: Scope<'static>,
    /// The functions defined so far.
    defined: AST,
    folder: std::path::PathBuf,
    host: Host,
    placed: Placed,
}

impl Interpreter {
    /// An interpreter whose imports are relative to the source's folder.
    #[must_use]
    pub fn new(host: &Host, folder: std::path::PathBuf) -> Self {
        let placed = Placed::default();
        let engine = engine::build(host, folder.clone(), &placed);
        let mut scope = Scope::new();
        let args = host
            .args()
            .iter()
            .map(|(name, value)| (name.as_str().into(), value::of_json(value)))
            .collect();
        scope.push_constant("args", Args(Arc::new(args)));
        Self {
            engine,
            scope,
            defined: AST::empty(),
            folder,
            host: host.clone(),
            placed,
        }
    }

    /// The complaints about a script, without running it.
    pub fn check(&self, source: &Source) -> Vec<Complaint> {
        match self.parse(source) {
            Ok(_) => Vec::new(),
            Err(complaints) => complaints,
        }
    }

    fn parse(&self, source: &Source) -> Result<AST, Vec<Complaint>> {
        let mut ast = self
            .engine
            .compile_with_scope(&self.scope, &source.text)
            .map_err(|error| vec![diagnose::parse(source, &error)])?;
        ast.set_source(&source.name);
        let complaints = check(source, &ast, &self.defined);
        if complaints.is_empty() {
            Ok(ast)
        } else {
            Err(complaints)
        }
    }

    /// Parses, checks and runs a script. Variables and functions stay for the next one.
    pub fn run(&mut self, source: &Source) -> Result<Value, Ended> {
        let ast = self.parse(source).map_err(Ended::Complaining)?;
        self.placed
            .register(&mut self.engine, &self.host, &ast, &self.folder);
        self.defined = self.defined.merge(&ast.clone_functions_only());
        let runnable = self.defined.merge(&ast);
        let mut runnable = runnable;
        runnable.set_source(&source.name);
        self.engine
            .eval_ast_with_scope::<Dynamic>(&mut self.scope, &runnable)
            .map_err(|error| self.ended(source, &error))
    }

    fn ended(&self, source: &Source, error: &rhai::EvalAltResult) -> Ended {
        let find = |name: &str| {
            let path = name
                .strip_prefix("<stdlib>/")
                .map_or(name, |module| module.trim_end_matches(".rhai"));
            modules::find(&self.folder, None, path)
                .or_else(|_| Source::read(name).map_err(|complaint| complaint.message))
                .ok()
        };
        let complaint = diagnose::failure(source, error, &find);
        let quiet = matches!(
            error.unwrap_inner(),
            rhai::EvalAltResult::ErrorTerminated(..)
        );
        if quiet && complaint.exit != exit::TIMED_OUT {
            return Ended::Quietly(complaint.exit);
        }
        Ended::Complaining(vec![complaint])
    }

    /// A value as something to show.
    #[must_use]
    pub fn document(value: &Value) -> Document {
        value::to_document(value)
    }

    /// The variables in scope with their types, for completion.
    #[must_use]
    pub fn variables(&self) -> Vec<(String, String)> {
        self.scope
            .iter()
            .map(|(name, _, value)| (name.to_owned(), described(&value)))
            .collect()
    }

    /// The value of a variable.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<Value> {
        self.scope.get_value(name)
    }

    /// The functions defined so far.
    #[must_use]
    pub fn functions(&self) -> Vec<String> {
        self.defined
            .iter_functions()
            .map(|function| function.name.to_owned())
            .collect()
    }
}
