//! An interpreter: an engine with a scope, for one script or for a session at the terminal.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use rhai::{AST, CallFnOptions, Dynamic, Engine, Module, Position, Scope, Shared};

use super::case::{Case, cases};
use super::check::{self, Checker, Surroundings, Type, named_imports};
use super::diagnose;
use super::engine;
use super::host::Host;
use super::modules;
use super::progress::{OwnRun, RUN};
use super::results;
use super::source::Source;
use super::stand_in;
use super::trouble::Stopped;
use super::value::{self, Args};
use super::weight::AtWork;
use crate::error::{Complaint, Place, exit};
use crate::output::Document;
use crate::parameters::Header;
use crate::session::{Halt, Recorder};

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

/// A file of tests that parses and checks, ready to be run any number of times.
pub struct Suite {
    ast: AST,
    names: BTreeSet<String>,
    /// Its tests, in the order they stand there.
    pub cases: Vec<Case>,
}

/// A module as it was imported.
pub(super) struct Imported {
    pub(super) alias: String,
    /// What it is imported by, and the file that does.
    path: String,
    from: String,
    module: Shared<Module>,
}

impl Imported {
    /// What a line of the session would import it by.
    pub(super) fn seen(&self) -> String {
        modules::seen_from(&self.from, &self.path)
    }
}

/// An engine with a scope.
pub struct Interpreter {
    engine: Engine,
    host: Host,
    scope: Scope<'static>,
    /// The functions defined so far.
    defined: AST,
    /// The modules imported so far.
    modules: Vec<Imported>,
    /// Every module that was loaded, by whatever line.
    loaded: modules::Loaded,
    folder: std::path::PathBuf,
    /// The names that lines have mentioned so far: functions and imports go on mentioning them.
    mentioned: BTreeSet<String>,
    /// The line that is parsed, in a session, where results have names.
    line: Option<results::Text>,
    /// What is known of the variables, once it was looked at: lists are gone through for it, and it is
    /// asked for at each key that is pressed.
    types: OnceCell<Vec<(String, Type)>>,
}

impl Interpreter {
    /// An interpreter of a script: its imports are relative to its folder, and its arguments are what its
    /// header declares.
    #[must_use]
    pub fn new(host: &Host, source: &Source) -> Self {
        let args = host.args();
        // What is wrong with the header is said by whoever reads the arguments.
        let header = (!args.is_empty())
            .then(|| Header::parse(&source.name, &source.text).ok())
            .flatten();
        let args = Args::of(args, &header.unwrap_or_default());
        Self::with(
            host,
            source.folder.clone(),
            modules::Loaded::default(),
            args,
        )
    }

    /// An interpreter with these arguments, where these modules were loaded before.
    fn with(host: &Host, folder: std::path::PathBuf, loaded: modules::Loaded, args: Args) -> Self {
        let mut engine = engine::build(host, folder.clone(), loaded.clone());
        stand_in::register(&mut engine, host, &folder);
        let mut scope = Scope::new();
        scope.push_constant("args", args);
        scope.push_constant(RUN, OwnRun);
        Self {
            engine,
            host: host.clone(),
            scope,
            defined: AST::empty(),
            modules: Vec::new(),
            loaded,
            folder,
            mentioned: BTreeSet::new(),
            line: None,
            types: OnceCell::new(),
        }
    }

    /// An interpreter for a session: lines are run in it as they come, and their results have names.
    #[must_use]
    pub fn of_session(host: &Host) -> Self {
        Self::of_session_with(host, modules::Loaded::default())
    }

    fn of_session_with(host: &Host, loaded: modules::Loaded) -> Self {
        let args = Args::of(host.args(), &Header::default());
        let mut own = Self::with(host, std::path::PathBuf::from("."), loaded, args);
        let line = results::Text::default();
        results::allow(&mut own.engine, &line);
        own.line = Some(line);
        own
    }

    /// The same session with all it has declared, on another host. What it imported stays as it is: to
    /// read it again would do again what it did then, to another account.
    pub fn moves(&mut self, host: &Host) {
        let loaded = self.loaded.clone();
        for imported in self.renews(host, loaded) {
            self.holds(imported);
        }
    }

    /// Reads again what was imported; gives the modules of which that failed.
    pub fn reads_again(&mut self) -> Vec<String> {
        let host = self.host.clone();
        // What stands in a module by now may call anything.
        self.mentioned.extend(check::every());
        let before = self.renews(&host, modules::Loaded::default()).into_iter();
        let lost = before.filter_map(|it| self.imports(it));
        lost.collect()
    }

    /// The same session on this host, but for what it imported, which is given.
    fn renews(&mut self, host: &Host, loaded: modules::Loaded) -> Vec<Imported> {
        let mut new = Self::of_session_with(host, loaded);
        new.answers(std::mem::take(&mut self.mentioned));
        new.scope = std::mem::take(&mut self.scope);
        new.defined = std::mem::take(&mut self.defined);
        std::mem::replace(self, new).modules
    }

    /// Parses and checks a script and what it imports, and makes the engine ready for the calls
    /// they mention.
    fn prepare(&mut self, source: &Source) -> Result<AST, Vec<Complaint>> {
        let (ast, names) = self.checked(source)?;
        self.answers(names);
        Ok(ast)
    }

    /// Makes the engine ready for calls of these names.
    fn answers(&mut self, names: BTreeSet<String>) {
        engine::answer(&mut self.engine, &self.host, &names);
        if self.line.is_some() {
            self.mentioned.extend(names);
        }
    }

    /// Parses and checks a script and what it imports, and collects the names they mention.
    fn checked(&self, source: &Source) -> Result<(AST, BTreeSet<String>), Vec<Complaint>> {
        let folder = Source {
            folder: self.folder.clone(),
            ..source.clone()
        };
        let report = self.checker(source).check(&folder, &self.surroundings());
        let complaints = report.refusals();
        if !complaints.is_empty() {
            return Err(complaints);
        }
        let names = report.mentioned();
        if let Some(line) = &self.line {
            line.set(&source.text);
        }
        let text = match self.host.coverage() {
            Some(coverage) => {
                let (name, text) = (&source.name, &source.text);
                coverage.counted(&self.engine, &self.scope, name, text)
            }
            None => source.text.clone(),
        };
        let ast = self
            .engine
            .compile_with_scope(&self.scope, text)
            .map_err(|error| vec![diagnose::parse(source, &error)])?;
        if let Some(line) = &self.line {
            line.clear();
        }
        Ok((ast, names))
    }

    pub(super) fn checker(&self, source: &Source) -> Checker {
        let checker = Checker::new(self.host.shelf().clone());
        match self.line {
            Some(_) => checker.of_line(&source.text),
            None => checker,
        }
    }

    /// What a script sees that is not of its own.
    pub(super) fn surroundings(&self) -> Surroundings {
        let defined = self.defined.iter_functions();
        Surroundings {
            variables: self.types.get_or_init(|| self.types()).clone(),
            functions: defined
                .map(|function| (function.name.to_owned(), function.params.len()))
                .collect(),
            modules: self
                .modules
                .iter()
                .map(|imported| imported.alias.clone())
                .collect(),
            in_tests: self.host.controls().is_some(),
            arguments: Some(self.host.args().keys().cloned().collect()),
            has_header: false,
            errors_only: true,
            asked: None,
        }
    }

    fn types(&self) -> Vec<(String, Type)> {
        let variables = self.scope.iter_raw();
        variables
            .map(|(name, _, value)| (name.to_owned(), Type::of(value)))
            .collect()
    }

    /// Parses, checks and runs a script. Variables, functions and imports stay for the next one.
    pub fn run(&mut self, source: &Source) -> Result<Value, Ended> {
        let _at_work = AtWork::begin(self.host.stop());
        let ast = self.prepare(source).map_err(Ended::Complaining)?;
        let mut runnable = self.defined.merge(&ast);
        runnable.set_source(&source.name);
        self.defined = runnable.clone_functions_only();
        self.host.runs(&runnable);
        let value = self
            .engine
            .eval_ast_with_scope::<Dynamic>(&mut self.scope, &runnable);
        self.types.take();
        self.host.strides().clear();
        let value = value.map_err(|error| self.ended(source, &error))?;
        if let Some(recorder) = self.host.session().recorder() {
            recorder.settle();
        }
        if let Some(halt) = self.host.session().recorder().and_then(Recorder::halt) {
            // Whatever the script made of it: the run is not over.
            return Err(self.halted(source, halt));
        }
        self.keep_imports(source, &ast);
        Ok(value)
    }

    /// Parses and checks a file of tests and what it imports.
    pub fn suite(&self, source: &Source) -> Result<Suite, Vec<Complaint>> {
        let (mut ast, names) = self.checked(source)?;
        ast.set_source(&source.name);
        let cases = cases(source, &ast).map_err(|complaint| vec![complaint])?;
        Ok(Suite { ast, names, cases })
    }

    /// Runs one test of a file: first the file's top level, then the test.
    pub fn run_case(&mut self, source: &Source, suite: &Suite, case: &str) -> Result<(), Ended> {
        let _at_work = AtWork::begin(self.host.stop());
        engine::answer(&mut self.engine, &self.host, &suite.names);
        self.host.runs(&suite.ast);
        self.types.take();
        let options = CallFnOptions::new().eval_ast(true).rewind_scope(false);
        self.engine
            .call_fn_with_options::<Dynamic>(options, &mut self.scope, &suite.ast, case, ())
            .map(drop)
            .map_err(|error| self.ended(source, &error))
    }

    fn keep_imports(&mut self, source: &Source, ast: &AST) {
        for (path, alias) in named_imports(ast) {
            let (shelf, from) = (self.host.shelf(), Some(source.name.as_str()));
            let found = modules::find(shelf, &self.folder, from, &path).ok();
            // Loaded it was a moment ago; what it does then is not done again.
            let module = found.and_then(|it| self.loaded.module(&it.name));
            if let Some(module) = module {
                let from = source.name.clone();
                self.holds(Imported {
                    alias,
                    path,
                    from,
                    module,
                });
            }
        }
    }

    /// Imports a module again, by the path and from the file that it was imported by: under another
    /// name it would be another one. Gives what the session calls it where that fails.
    fn imports(&mut self, before: Imported) -> Option<String> {
        let (resolver, from) = (self.engine.module_resolver(), Some(before.from.as_str()));
        match resolver.resolve(&self.engine, from, &before.path, Position::NONE) {
            Ok(module) => {
                self.holds(Imported { module, ..before });
                None
            }
            Err(_) => Some(before.seen()),
        }
    }

    fn holds(&mut self, imported: Imported) {
        let module = imported.module.clone();
        self.engine.register_static_module(&imported.alias, module);
        self.modules.retain(|known| known.alias != imported.alias);
        self.modules.push(imported);
    }

    /// The text of a module by the name it goes by in messages.
    fn text_of(&self, name: &str) -> Option<Source> {
        let path = name
            .strip_prefix("<stdlib>/")
            .map_or(name, |module| module.trim_end_matches(".rhai"));
        modules::find(self.host.shelf(), &self.folder, None, path)
            .or_else(|_| Source::read(name).map_err(|complaint| complaint.message))
            .ok()
    }

    fn halted(&self, source: &Source, halt: &Halt) -> Ended {
        Ended::Complaining(vec![halted(source, halt, &|name| self.text_of(name))])
    }

    fn ended(&self, source: &Source, error: &rhai::EvalAltResult) -> Ended {
        if let Some(halt) = self.host.session().recorder().and_then(Recorder::halt) {
            return self.halted(source, halt);
        }
        let find = |name: &str| self.text_of(name);
        let complaint = diagnose::failure(source, error, &find);
        if let rhai::EvalAltResult::ErrorTerminated(token, _) = error.unwrap_inner()
            && !token.read_lock::<Stopped>().is_some_and(|it| it.is_told())
        {
            return Ended::Quietly(complaint.exit);
        }
        Ended::Complaining(vec![complaint])
    }

    /// A value as something to show.
    #[must_use]
    pub fn document(value: &Value) -> Document {
        value::to_document(value)
    }

    /// The value of a variable.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<Value> {
        self.scope.get_value(name)
    }

    /// What the session has declared, by its parts.
    pub(super) const fn declared(&self) -> (&Scope<'static>, &AST, &Vec<Imported>) {
        (&self.scope, &self.defined, &self.modules)
    }

    /// A line as it is parsed here, if it can be.
    pub(super) fn parsed_line(&self, line: &str) -> Option<AST> {
        if let Some(text) = &self.line {
            text.set(line);
        }
        self.engine.compile_with_scope(&self.scope, line).ok()
    }

    /// An expression as it is parsed here, if it is one.
    pub(super) fn parsed(&self, expression: &str) -> Option<AST> {
        if let Some(line) = &self.line {
            line.set(expression);
        }
        let parsed = self
            .engine
            .compile_expression_with_scope(&self.scope, expression);
        parsed.ok()
    }

    /// Keeps the result of a line under the names that later lines know it by.
    pub fn keeps(&mut self, number: usize, value: &Value) {
        self.types.take();
        self.scope.set_value(results::LAST, value.clone());
        self.scope.set_value(results::name(number), value.clone());
        if let Some(gone) = number.checked_sub(results::MOST) {
            let _ = self.scope.remove::<Value>(&results::name(gone));
        }
    }
}

/// The complaint about a run that cannot go on.
fn halted(source: &Source, halt: &Halt, find: &dyn Fn(&str) -> Option<Source>) -> Complaint {
    let (message, hint) = halt.sentence();
    let (code, spot) = match halt {
        Halt::Doubt(doubt) => (exit::IN_DOUBT, doubt.spot.as_ref()),
        Halt::Parted(parted) => (exit::DEVIATES, parted.spot.as_ref()),
        Halt::Setup(error) => (error.exit_code(), None),
        Halt::Journal(_) | Halt::Unrecorded(_) | Halt::Cancelled | Halt::Abandoned => {
            (exit::FAILED, None)
        }
    };
    let place = spot.and_then(|spot| {
        let found = if spot.file.is_empty() || spot.file == source.name {
            Some(source.clone())
        } else {
            find(&spot.file)
        };
        found.map(|it| Place::in_text(&it.name, &it.text, spot.line, 1, 1).whole())
    });
    let complaint = Complaint::new(code, message).at(place);
    match hint {
        Some(hint) => complaint.hint(hint),
        None => complaint,
    }
}
