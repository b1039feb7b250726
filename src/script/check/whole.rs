//! From a text to all that is found in it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use rhai::{ASTFlags, Engine, Position, Stmt};

use super::super::language::{self, Native};
use super::super::progress::RUN;
use super::super::scan::{Scan, Written};
use super::super::source::Source;
use super::super::{stand_in, vocabulary};
use super::callable::Callable;
use super::finding::Finding;
use super::mentions::{self, Changes};
use super::needs::Uses;
use super::parse::{Function, Parsed, parse};
use super::rule::{Rule, Severity};
use super::scope::Kind;
use super::types::Type;
use super::unit::Unit;
use super::walk::{Ground, Walk};
use super::{Surroundings, allow, callable};
use crate::error::{Complaint, Place};
use crate::parameters::Header;

/// A text that was parsed, on its way to all that is found in it.
pub struct Inquiry<'a> {
    source: &'a Source,
    around: &'a Surroundings,
    scan: Scan,
    parsed: Parsed,
}

impl<'a> Inquiry<'a> {
    /// Parses a text.
    #[must_use]
    pub fn begin(
        strict: &Engine,
        lenient: &Engine,
        source: &'a Source,
        around: &'a Surroundings,
    ) -> Self {
        let scan = Scan::of(&source.text);
        let mut scope = rhai::Scope::new();
        for (name, _) in &around.variables {
            scope.push(name.as_str(), ());
        }
        if around.has_header {
            scope.push_constant("args", ());
            scope.push_constant(RUN, ());
        }
        let mut parsed = parse(strict, lenient, &scope, source, &scan);
        let is_given = |module: &str| {
            (around.in_tests && module == stand_in::NAME)
                || around.modules.iter().any(|own| own == module)
        };
        if parsed.undefined_module.as_deref().is_some_and(is_given) {
            parsed.undefined = None;
        }
        Self {
            source,
            around,
            scan,
            parsed,
        }
    }

    /// The modules that the text imports by a literal path.
    #[must_use]
    pub fn imports(&self) -> Vec<(String, Position)> {
        let ast = self.parsed.ast.as_ref();
        ast.map(mentions::imported).unwrap_or_default()
    }

    /// Looks through the text; `findings` are those about its imports.
    #[must_use]
    pub fn finish(
        mut self,
        imports: &HashMap<String, Option<Rc<Unit>>>,
        findings: Vec<Finding>,
    ) -> Unit {
        let mut found = std::mem::take(&mut self.parsed.findings);
        let parses = found.is_empty();
        found.extend(findings);
        let header = self.header(&mut found);
        let names: HashSet<&str> = self
            .parsed
            .functions
            .iter()
            .map(|it| it.name.as_str())
            .chain(self.around.functions.iter().map(|(name, _)| name.as_str()))
            .collect();
        let ast = self.parsed.ast.as_ref();
        let changes = ast
            .map(|ast| Changes::of(ast, &names, !self.around.functions.is_empty()))
            .unwrap_or_default();
        let declared: Option<Vec<(String, Type)>> = match &header {
            Some(header) => Some(of_header(header)),
            None => self.around.arguments.clone().map(|names| {
                let unknown = names.into_iter().map(|name| (name, Type::Unknown));
                unknown.collect()
            }),
        };
        let is_open = self.parsed.is_open();
        let errors_only = self.around.errors_only || !parses;
        let ground = Ground {
            source: self.source,
            functions: &self.parsed.functions,
            imports,
            lost: &self.parsed.lost,
            assigned: &changes.assigned,
            changed: &changes.changed,
            keys: &changes.keys,
            top: &changes.top,
            declared: declared.as_deref(),
            outer: &self.around.functions,
            is_open,
            in_tests: self.around.in_tests,
            errors_only,
            asked: self.around.asked.map(|at| spot(&self.source.text, at)),
        };
        let written = self.scan.functions();
        let mut walk = Walk::new(&ground);
        let (mark, value) = walk.whole(&self.parsed, self.around);
        let top = std::mem::take(&mut walk.uses);
        let bodies = walk.bodies(&self.parsed, &written);
        walk.leave(mark);
        let asked = walk.asked.take();
        let arguments = std::mem::take(&mut walk.arguments);
        let bare = walk.bare_arguments > 0;
        found.append(&mut walk.findings);
        if let Some(header) = &header
            && !errors_only
            && !bare
        {
            found.extend(unread(self.source, header, &arguments));
        }
        let is_clean = !found
            .iter()
            .any(|finding| finding.severity == Severity::Error);
        if let Some(undefined) = self.parsed.undefined.take()
            && is_clean
        {
            found.push(undefined);
        }
        found.sort_by_key(|finding| (finding.spot(), finding.rule));
        found.dedup();
        allow::apply(self.source, &self.scan, &mut found, errors_only);
        found.sort_by_key(|finding| (finding.spot(), finding.rule));
        Unit {
            source: self.source.clone(),
            exports: exports(&self.parsed.statements),
            is_opaque: is_open || !parses,
            imports: aliases(&self.parsed.statements, imports),
            reached: 1,
            ast: self.parsed.ast,
            findings: found,
            functions: self.parsed.functions,
            top,
            value,
            asked,
            bodies,
            counted: std::cell::RefCell::default(),
        }
    }

    /// Declarations that stand after the header, where nobody reads them.
    fn late(&self) -> impl Iterator<Item = Finding> {
        let (name, text) = (&self.source.name, &self.source.text);
        let begin = self.scan.code.find(|c: char| !c.is_whitespace());
        let comments = self.scan.comments.iter();
        let late = comments.filter(move |comment| begin.is_some_and(|at| comment.bytes.start > at));
        late.filter_map(move |comment| {
            let said = text
                .get(comment.bytes.clone())?
                .strip_prefix("//!")?
                .trim_start();
            let word = said.split_whitespace().next()?;
            let tag = ["@param", "@rest"].into_iter().find(|tag| *tag == word)?;
            let message = format!("`{tag}` stands after the header, and declares nothing");
            let complaint = Complaint::usage(message)
                .at(Some(Place::of_bytes(name, text, comment.bytes.clone())))
                .hint("move it to the top, before all that is no remark");
            Some(Finding::new(Rule::BadHeader, complaint))
        })
    }

    fn header(&self, found: &mut Vec<Finding>) -> Option<Header> {
        if !self.around.has_header {
            return None;
        }
        match Header::parse(&self.source.name, &self.source.text) {
            Ok(header) => {
                found.extend(self.late());
                Some(header)
            }
            Err(complaints) => {
                let wrong = complaints.into_iter();
                found.extend(wrong.map(|complaint| Finding::new(Rule::BadHeader, complaint)));
                None
            }
        }
    }
}

impl Walk<'_> {
    /// Walks through what stands outside of functions; gives what it comes to, and from where on the
    /// variables are its own.
    fn whole(&mut self, parsed: &Parsed, around: &Surroundings) -> (usize, Type) {
        for (name, known) in &around.variables {
            let known = self.settled(name, known.clone());
            self.scope.push(name, known, Position::NONE, Kind::Given);
        }
        for alias in &around.modules {
            self.scope
                .push(alias, Type::Unknown, Position::NONE, Kind::Import);
        }
        let mark = self.scope.mark();
        if around.has_header {
            self.scope
                .push("args", Type::Args, Position::NONE, Kind::Given);
            self.scope.push(RUN, Type::Run, Position::NONE, Kind::Given);
        }
        (mark, self.statements(parsed.statements.iter()))
    }

    /// Walks through the functions; gives what each of them uses.
    fn bodies(&mut self, parsed: &Parsed, written: &[Written]) -> HashMap<String, Uses> {
        let mut bodies = HashMap::new();
        let named = parsed.functions.iter().filter(|it| !it.name.contains('$'));
        for function in named {
            self.function_body(function, written);
            let uses: &mut Uses = bodies.entry(function.name.clone()).or_default();
            uses.add(&std::mem::take(&mut self.uses));
        }
        bodies
    }

    fn function_body(&mut self, function: &Function, written: &[Written]) {
        let place = written
            .iter()
            .find(|it| it.name == function.name && it.params.len() == function.params.len());
        self.shadows(function, place);
        let wall = self.scope.wall();
        let mark = self.scope.mark();
        for name in &function.params {
            self.scope
                .push(name, Type::Unknown, Position::NONE, Kind::Parameter);
        }
        self.in_function = true;
        let body = self.scope.mark();
        self.statements(function.body.iter());
        self.lost_catch(&function.body);
        self.leave(body);
        self.in_function = false;
        for variable in self.scope.rewind(mark) {
            let at = place.and_then(|it| it.params.iter().find(|(name, _)| *name == variable.name));
            if variable.used {
                continue;
            }
            if let Some(change) = &variable.changed {
                self.lost_change(function, &variable.name, change);
            } else if !variable.name.starts_with('_')
                && let Some((name, at)) = at
            {
                self.note_written(
                    Rule::UnusedParameter,
                    *at..*at + name.len(),
                    format!("the parameter `{name}` is never read"),
                    format!("remove it, or call it `_{name}` if that is meant"),
                );
            }
        }
        self.scope.unwall(wall);
    }

    /// Whether a function takes the place of one of ours.
    fn shadows(&mut self, function: &Function, place: Option<&Written>) {
        let name = function.name.as_str();
        let Some(place) = place else {
            return;
        };
        let count = function.params.len();
        let ours = callable::meanings(name, self.ground.in_tests);
        let shadowed = ours
            .iter()
            .any(|it| it.signature.is_some() && it.counts(count) && it.is_function);
        // What the language changes values with is called on one, which stays as it is then.
        let changes = language::function(name).is_some_and(Native::is_in_place);
        let is_called_so = |it: &Callable| it.counts(count) || it.counts(count + 1);
        if changes && !shadowed && ours.iter().any(is_called_so) {
            self.note_written(
                Rule::ShadowedFunction,
                place.at..place.at + name.len(),
                format!(
                    "`{name}` takes the place of the language's own: values are not changed by it"
                ),
                "give it another name".to_owned(),
            );
        } else if shadowed {
            let hint = vocabulary::signature(name).map_or_else(
                || "give it another name".to_owned(),
                |signature| format!("give it another name: mw has {signature}"),
            );
            self.note_written(
                Rule::ShadowedFunction,
                place.at..place.at + name.len(),
                format!("`{name}` takes the place of the function that mw has under that name"),
                hint,
            );
        }
    }

    fn note_written(
        &mut self,
        rule: Rule,
        bytes: std::ops::Range<usize>,
        message: String,
        hint: String,
    ) {
        if self.ground.errors_only {
            return;
        }
        let source = self.ground.source;
        let place = Place::of_bytes(&source.name, &source.text, bytes);
        let complaint = Complaint::usage(message).hint(hint).at(Some(place));
        self.findings.push(Finding::new(rule, complaint));
    }
}

/// The place of a byte as the parser counts; the start of the text where it counts no further.
fn spot(text: &str, byte: usize) -> Position {
    let place = Place::of_bytes("", text, byte..byte);
    match (u16::try_from(place.line), u16::try_from(place.column)) {
        (Ok(line), Ok(column)) => Position::new(line, column),
        _ => Position::START,
    }
}

/// The arguments that a header declares, and what each is.
fn of_header(header: &Header) -> Vec<(String, Type)> {
    let known = |name: &str| match header.param(name) {
        Some(param) if param.optional => Type::Unknown,
        Some(param) => Type::of_parameter(&param.kind),
        None => Type::list(Type::Text),
    };
    header
        .names()
        .map(|name| (name.to_owned(), known(name)))
        .collect()
}

/// The arguments that the header declares and nothing reads.
fn unread<'a>(
    source: &'a Source,
    header: &'a Header,
    read: &'a BTreeSet<String>,
) -> impl Iterator<Item = Finding> + 'a {
    let rest = header.rest.iter().map(|rest| (&rest.name, rest.line));
    let params = header.params.iter().map(|param| (&param.name, param.line));
    params
        .chain(rest)
        .filter(|(name, _)| !read.contains(*name))
        .map(|(name, line)| {
            let text = source.text.lines().nth(line - 1).unwrap_or_default();
            let column = text.find(name.as_str()).map_or(1, |at| {
                text.get(..at).unwrap_or_default().chars().count() + 1
            });
            let length = name.chars().count();
            let place = Place::in_text(&source.name, &source.text, line, column, length);
            let complaint = Complaint::usage(format!("the script never reads `args.{name}`"))
                .hint("remove the parameter, or use it")
                .at(Some(place));
            Finding::new(Rule::UnusedArgument, complaint)
        })
}

/// What a module shows of its variables.
fn exports(statements: &[Stmt]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for statement in statements {
        match statement {
            Stmt::Var(it, flags, _) if flags.contains(ASTFlags::EXPORTED) => {
                names.insert(it.0.name.to_string());
            }
            Stmt::Export(it, _) => {
                let shown = if it.1.name.is_empty() {
                    &it.0.name
                } else {
                    &it.1.name
                };
                names.insert(shown.to_string());
            }
            _ => {}
        }
    }
    names
}

/// The modules by the aliases that a text gives them, outside of functions or in them.
fn aliases(
    statements: &[Stmt],
    imports: &HashMap<String, Option<Rc<Unit>>>,
) -> HashMap<String, Rc<Unit>> {
    let mut known: HashMap<String, Rc<Unit>> = imports
        .iter()
        .filter_map(|(path, unit)| Some((path.clone(), unit.clone()?)))
        .collect();
    for statement in statements {
        if let Stmt::Import(it, _) = statement
            && let rhai::Expr::StringConstant(path, _) = &it.0
            && let Some(Some(unit)) = imports.get(path.as_str())
            && !it.1.name.is_empty()
        {
            known.insert(it.1.name.to_string(), unit.clone());
        }
    }
    known
}
