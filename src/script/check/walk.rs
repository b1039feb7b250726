//! The walk through a script, statement by statement, with what is known at each place.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use rhai::{ASTFlags, Expr, Position, Stmt};

use super::super::diagnose;
use super::super::source::Source;
use super::callable::{self, Callable};
use super::finding::Finding;
use super::flow;
use super::needs::Uses;
use super::operands::Words;
use super::parse::Function;
use super::rule::{Rule, Severity};
use super::scope::{Kind, Scope};
use super::types::Type;
use super::unit::Unit;
use crate::error::{Complaint, exit};

/// How what is found is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// As it is.
    None,
    /// The script catches what fails here, and may mean it to.
    Caught,
    /// The script fails unless something fails here.
    Wanted,
}

/// What is known of a text before it is walked through.
pub struct Ground<'a> {
    /// The text.
    pub source: &'a Source,
    /// Its functions.
    pub functions: &'a [Function],
    /// The modules it imports, by the paths it writes.
    pub imports: &'a HashMap<String, Option<Rc<Unit>>>,
    /// The names that may be anything.
    pub lost: &'a HashSet<String>,
    /// The names to which a value is given again.
    pub assigned: &'a HashSet<String>,
    /// The names of lists that are changed.
    pub changed: &'a HashSet<String>,
    /// The names of keys and words that could hold a function.
    pub keys: &'a HashSet<String>,
    /// The names declared outside of functions.
    pub top: &'a HashSet<String>,
    /// The arguments that the header declares; nothing where anything goes.
    pub declared: Option<&'a [(String, Type)]>,
    /// Functions defined before, with the counts of their parameters.
    pub outer: &'a [(String, usize)],
    /// Whether a bare import brings in functions under their own names.
    pub is_open: bool,
    /// Whether this is a test.
    pub in_tests: bool,
    /// Whether only errors matter.
    pub errors_only: bool,
    /// Where an expression begins of which it is asked what it is.
    pub asked: Option<Position>,
}

/// How many errors of a file are said, and how many warnings: nobody reads more, and a file may be
/// nothing but mistakes.
const MOST: usize = 1_000;

/// A walk through a script.
pub struct Walk<'a> {
    pub(super) ground: &'a Ground<'a>,
    pub(super) own: HashMap<&'a str, Vec<&'a Function>>,
    pub(super) scope: Scope,
    pub(super) aliases: HashMap<String, Option<Rc<Unit>>>,
    pub(super) findings: Vec<Finding>,
    errors: usize,
    warnings: usize,
    pub(super) guard: Guard,
    pub(super) in_function: bool,
    pub(super) uses: Uses,
    /// The arguments of the script that were read.
    pub(super) arguments: BTreeSet<String>,
    /// How often the arguments were read in a way that may be of any.
    pub(super) bare_arguments: usize,
    pub(super) returned: bool,
    /// What the field that was read last may be.
    pub(super) words: Option<Words>,
    /// The variable that the methods at hand are called on, in use until the last of them is done.
    pub(super) held: Option<String>,
    /// Whether what is read may be missing: something stands in for it.
    pub(super) may_be_missing: bool,
    /// The closures being walked through, outermost first.
    pub(super) entered: Vec<String>,
    /// What the expression is that was asked about.
    pub(super) asked: Option<Type>,
    known: HashMap<String, Rc<Vec<Callable>>>,
}

impl<'a> Walk<'a> {
    /// A walk that has not begun.
    #[must_use]
    pub fn new(ground: &'a Ground<'a>) -> Self {
        let mut own: HashMap<&'a str, Vec<&'a Function>> = HashMap::new();
        for function in ground.functions {
            own.entry(function.name.as_str())
                .or_default()
                .push(function);
        }
        Self {
            ground,
            own,
            scope: Scope::default(),
            aliases: HashMap::new(),
            findings: Vec::new(),
            errors: 0,
            warnings: 0,
            guard: Guard::None,
            in_function: false,
            uses: Uses::default(),
            arguments: BTreeSet::new(),
            bare_arguments: 0,
            returned: false,
            words: None,
            held: None,
            may_be_missing: false,
            entered: Vec::new(),
            asked: None,
            known: HashMap::new(),
        }
    }

    /// What a name may mean that is not of the script itself.
    pub(super) fn meanings(&mut self, name: &str) -> Rc<Vec<Callable>> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let found = Rc::new(callable::meanings(name, self.ground.in_tests));
        self.known.insert(name.to_owned(), found.clone());
        found
    }

    /// Notes a finding that holds wherever it stands.
    pub(super) fn find(&mut self, rule: Rule, at: Position, message: String, hint: Option<String>) {
        self.keep(rule, at, message, hint, false);
    }

    /// Notes a finding, unless there are too many.
    fn keep(
        &mut self,
        rule: Rule,
        at: Position,
        message: String,
        hint: Option<String>,
        doubted: bool,
    ) -> Option<&mut Finding> {
        let mut severity = rule.severity();
        if doubted {
            severity = Severity::Warning;
        }
        let count = match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        *count += 1;
        let (message, hint) = match (*count).cmp(&(MOST + 1)) {
            Ordering::Less => (message, hint),
            Ordering::Equal => {
                let s = severity.as_str();
                let message =
                    format!("there are more {s}s than these {MOST}, which is where mw stops");
                let hint = Some("mend these and check again".to_owned());
                (message, hint)
            }
            Ordering::Greater => return None,
        };
        let place = diagnose::place(self.ground.source, at);
        let mut complaint = Complaint::new(exit::USAGE, message).at(place);
        complaint.hint = hint;
        let finding = Finding::new(rule, complaint);
        let finding = if doubted { finding.doubted() } else { finding };
        self.findings.push(finding);
        self.findings.last_mut()
    }

    /// Notes a finding about what would fail as it runs, which some scripts mean to.
    pub(super) fn fails(
        &mut self,
        rule: Rule,
        at: Position,
        message: String,
        hint: Option<String>,
    ) {
        self.failing(rule, at, message, hint);
    }

    /// The same; gives what was noted.
    pub(super) fn failing(
        &mut self,
        rule: Rule,
        at: Position,
        message: String,
        hint: Option<String>,
    ) -> Option<&mut Finding> {
        match self.guard {
            Guard::Wanted => None,
            Guard::Caught => self.keep(rule, at, message, hint, true),
            Guard::None => self.keep(rule, at, message, hint, false),
        }
    }

    /// Notes what is likely not meant, and may be.
    pub(super) fn suspects(
        &mut self,
        rule: Rule,
        at: Position,
        message: String,
        hint: Option<String>,
    ) {
        if !self.ground.errors_only && self.guard != Guard::Wanted {
            self.keep(rule, at, message, hint, true);
        }
    }

    /// Notes a finding that is a matter of taste.
    pub(super) fn warn(&mut self, rule: Rule, at: Position, message: String, hint: Option<String>) {
        if !self.ground.errors_only {
            self.find(rule, at, message, hint);
        }
    }

    /// Walks through statements that see what is declared in them; gives what the last comes to.
    pub(super) fn block<'s>(&mut self, statements: impl IntoIterator<Item = &'s Stmt>) -> Type {
        let mark = self.scope.mark();
        let value = self.statements(statements);
        self.leave(mark);
        value
    }

    /// Takes away the variables declared since, and tells which were never read.
    pub(super) fn leave(&mut self, mark: usize) {
        for variable in self.scope.rewind(mark) {
            if variable.used || variable.name.starts_with('_') {
                continue;
            }
            match variable.kind {
                Kind::Declared => self.warn(
                    Rule::UnusedVariable,
                    variable.position,
                    format!("`{}` is never read", variable.name),
                    Some(format!(
                        "remove it, or call it `_{}` if that is meant",
                        variable.name
                    )),
                ),
                Kind::Import => self.warn(
                    Rule::UnusedImport,
                    variable.position,
                    format!("the module `{}` is never used", variable.name),
                    Some("remove the import".to_owned()),
                ),
                Kind::Parameter | Kind::Given => {}
            }
        }
    }

    /// Walks through statements in the scope that is; gives what the last comes to.
    pub(super) fn statements<'s>(
        &mut self,
        statements: impl IntoIterator<Item = &'s Stmt>,
    ) -> Type {
        let mut value = Type::Unit;
        let mut ended: Option<&'static str> = None;
        let mut told = false;
        let mut statements = statements.into_iter().peekable();
        while let Some(statement) = statements.next() {
            if let Some(how) = ended
                && !told
                && !matches!(statement, Stmt::Noop(_))
            {
                told = true;
                self.warn(
                    Rule::UnreachableCode,
                    statement.position(),
                    format!("this never runs: {how} before it"),
                    Some("remove it, or move it before".to_owned()),
                );
            }
            if !matches!(statement, Stmt::Noop(_)) {
                value = self.statement(statement);
                if statements.peek().is_some() {
                    self.thrown_away(statement, &value);
                }
            }
            ended = ended.or_else(|| flow::ends(statement, &|name| self.own.contains_key(name)));
        }
        if ended.is_some() {
            Type::Unknown
        } else {
            value
        }
    }

    fn statement(&mut self, statement: &Stmt) -> Type {
        match statement {
            Stmt::Expr(expr) => return self.done(expr),
            Stmt::FnCall(call, position) => {
                let known = self.call(call, *position);
                return self.answered(known, *position);
            }
            Stmt::Block(block) => return self.block(block.iter()),
            Stmt::If(it, _) => {
                self.condition(&it.expr, false);
                let then = self.block(it.body.iter());
                if it.branch.is_empty() {
                    return Type::Unknown;
                }
                let other = self.block(it.branch.iter());
                return then.or(&other);
            }
            Stmt::Switch(it, _) => {
                let known = self.wanted(&it.0);
                if !it.1.cases.is_empty() {
                    self.no_case(&known, it.0.start_position());
                }
                for case in &it.1.expressions {
                    self.expr(&case.lhs);
                    self.expr(&case.rhs);
                }
                return Type::Unknown;
            }
            Stmt::While(it, _) | Stmt::Do(it, ..) => {
                if !matches!(it.expr, Expr::Unit(_)) {
                    self.condition(&it.expr, true);
                }
                self.block(it.body.iter());
                return Type::Unknown;
            }
            Stmt::For(it, _) => {
                let (item, counter, it) = &**it;
                let list = self.wanted(&it.expr);
                self.loops(&list, it.expr.start_position());
                let mark = self.scope.mark();
                let known = self.settled(&item.name, list.item());
                self.scope.push(&item.name, known, item.pos, Kind::Given);
                if let Some(counter) = counter {
                    let known = self.settled(&counter.name, Type::Int);
                    self.scope
                        .push(&counter.name, known, counter.pos, Kind::Given);
                }
                self.block(it.body.iter());
                self.lost_item(&item.name);
                let names = [Some(item), counter.as_ref()].into_iter().flatten();
                let names: Vec<&str> = names.map(|it| it.name.as_str()).collect();
                self.kept_items(&names, it.body.statements());
                self.leave(mark);
                return Type::Unknown;
            }
            Stmt::Var(it, flags, _) => self.declare(&it.0.name, it.0.pos, &it.1, *flags),
            Stmt::Assignment(it) => self.assign(&it.1.lhs, &it.1.rhs, it.0.is_op_assignment()),
            Stmt::TryCatch(it, _) => {
                let guard = std::mem::replace(&mut self.guard, Guard::Caught);
                self.block(it.body.iter());
                self.guard = guard;
                let mark = self.scope.mark();
                if let Expr::Variable(name, _, position) = &it.expr {
                    self.scope
                        .push(&name.1, Type::Unknown, *position, Kind::Given);
                }
                self.block(it.branch.iter());
                self.leave(mark);
                return Type::Unknown;
            }
            Stmt::BreakLoop(Some(value), ..) => {
                self.expr(value);
            }
            Stmt::Return(value, flags, _) => {
                self.returned |= !flags.contains(ASTFlags::BREAK);
                if let Some(value) = value {
                    self.done(value);
                }
            }
            Stmt::Import(it, _) => self.import(&it.0, &it.1.name, it.1.pos),
            Stmt::Export(it, _) => {
                self.variable(&it.0.name, it.0.pos);
            }
            _ => {}
        }
        Type::Unit
    }

    /// Notes what an expression is, if it is the one that was asked about. The last that begins there
    /// is the outermost.
    pub(super) fn answered(&mut self, known: Type, begins: Position) -> Type {
        if self.ground.asked == Some(begins) {
            self.asked = Some(known.clone());
        }
        known
    }

    fn import(&mut self, path: &Expr, alias: &str, position: Position) {
        match path {
            Expr::Variable(it, _, place) if self.scope.find(&it.1).is_none() => {
                let name = it.1.as_str();
                let alias = if alias.is_empty() { name } else { alias };
                self.fails(
                    Rule::UnknownImport,
                    *place,
                    "a module is named by a text".to_owned(),
                    Some(format!("write import {name:?} as {alias};")),
                );
            }
            path => {
                self.expr(path);
            }
        }
        if alias.is_empty() {
            return;
        }
        let unit = match path {
            Expr::StringConstant(path, _) => self.ground.imports.get(path.as_str()).cloned(),
            _ => None,
        };
        self.aliases.insert(alias.to_owned(), unit.flatten());
        self.scope
            .push(alias, Type::Unknown, position, Kind::Import);
    }
}
