//! What changes a value in place, used as if it came to something, or done to a copy that nobody reads:
//! `let t = s.replace("a", "b")` leaves `t` with nothing, and no error says so.

use rhai::{ASTNode, Expr, FnCallExpr, Position, Stmt};

use super::super::call::meant;
use super::super::language;
use super::super::parts::each_part_of;
use super::expression::Closure;
use super::mentions::root;
use super::parse::Function;
use super::rule::Rule;
use super::types::Type;
use super::walk::Walk;

/// What parts a variable from what is in it, as it is written.
const PARTS: [char; 2] = ['.', '['];

/// A call that changes something in place.
#[derive(Clone, Debug)]
pub struct InPlace {
    /// The function; an assignment is one of `=`.
    name: String,
    /// How it is called: without arguments, or with some.
    brackets: &'static str,
    /// What it changes, as it is written, where that is short.
    target: Option<String>,
    /// Where it is called.
    at: Position,
}

impl InPlace {
    /// The call that an expression ends in.
    fn of(expr: &Expr) -> Option<Self> {
        match expr {
            Expr::Dot(it, ..) => {
                let call = Self::of(&it.rhs)?;
                let before = written(&it.lhs);
                let target = match (&it.rhs, call.target) {
                    (Expr::MethodCall(..), _) => before,
                    (_, within) => before.zip(within).map(|(a, b)| format!("{a}.{b}")),
                };
                Some(Self { target, ..call })
            }
            Expr::Index(it, ..) => {
                let call = Self::of(&it.rhs)?;
                let target = written(&it.lhs).map(|list| format!("{list}[…]"));
                Some(Self { target, ..call })
            }
            Expr::Stmt(block) => Self::of_statement(block.statements().last()?),
            Expr::MethodCall(call, at) => Self::of_call(call, None, *at),
            Expr::FnCall(call, at) => Self::of_call(call, call.args.first(), *at),
            _ => None,
        }
    }

    /// The call that a statement is.
    pub(super) fn of_statement(statement: &Stmt) -> Option<Self> {
        match statement {
            Stmt::Expr(expr) => Self::of(expr),
            Stmt::FnCall(call, at) => Self::of_call(call, call.args.first(), *at),
            _ => None,
        }
    }

    fn of_call(call: &FnCallExpr, first: Option<&Expr>, at: Position) -> Option<Self> {
        language::function(&call.name)?.is_in_place().then(|| Self {
            name: call.name.to_string(),
            brackets: if call.args.len() > usize::from(first.is_some()) {
                "(…)"
            } else {
                "()"
            },
            target: first.and_then(written),
            at,
        })
    }

    /// An assignment to a part of a variable.
    pub fn assignment(at: Position) -> Self {
        Self {
            name: "=".to_owned(),
            brackets: "",
            target: None,
            at,
        }
    }

    /// Whether resources have a method of its name, which does something.
    fn may_be_operation(&self) -> bool {
        meant().any(|name| name == self.name)
    }

    /// The variable that it changes, or a part of.
    fn root(&self) -> Option<&str> {
        self.target.as_deref()?.split(PARTS).next()
    }

    /// The variable that it changes as a whole.
    fn variable(&self) -> Option<&str> {
        self.target.as_deref().filter(|it| !it.contains(PARTS))
    }

    /// What it changes, for messages.
    fn changed(&self) -> String {
        match &self.target {
            Some(target) => format!("`{target}`"),
            None => "what it is called on".to_owned(),
        }
    }

    /// The call itself, on a variable.
    fn on(&self, variable: &str) -> String {
        format!("{variable}.{}{}", self.name, self.brackets)
    }

    /// What comes to a value of its own instead.
    fn instead(&self) -> Option<String> {
        let other = match self.name.as_str() {
            "sort" => "order",
            "sort_desc" => "order_desc",
            "dedup" => "unique",
            "make_upper" => "to_upper",
            "make_lower" => "to_lower",
            _ => return None,
        };
        let target = self.target.as_deref().unwrap_or("…");
        let brackets = self.brackets;
        Some(format!(
            "write {target}.{other}{brackets}, which comes to a value of its own"
        ))
    }

    fn hint(&self) -> String {
        self.instead().unwrap_or_else(|| match self.variable() {
            Some(it) => format!(
                "call it on a line by itself, {}; and use `{it}` then",
                self.on(it)
            ),
            None => format!(
                "put that in a variable first: let it = {}; {};",
                self.target.as_deref().unwrap_or("…"),
                self.on("it")
            ),
        })
    }
}

impl Walk<'_> {
    /// Walks through an expression whose value is used.
    pub(super) fn wanted(&mut self, expr: &Expr) -> Type {
        let known = self.expr(expr);
        if known == Type::Unit
            && let Some(call) = InPlace::of(expr)
        {
            self.comes_to_nothing(&call, call.hint());
            return Type::Unknown;
        }
        known
    }

    /// Walks through an expression that stands by itself. A variable is not read by being changed.
    pub(super) fn done(&mut self, expr: &Expr) -> Type {
        let call = InPlace::of(expr);
        let name = root(expr).filter(|_| call.is_some());
        let before = self.read_before(name, &[expr]);
        let known = self.expr(expr);
        match (&known, call, before) {
            (Type::Unit, Some(call), Some(before)) => self.is_changed(before, call),
            (Type::Unit, Some(call), None)
                if !call.may_be_operation() && self.is_of_nobody(expr) =>
            {
                self.comes_to_nothing(&call, call.hint());
            }
            _ => {}
        }
        known
    }

    /// Whether what an expression begins with is nobody's: it is written there, or what a function that is
    /// not the script's comes to.
    fn is_of_nobody(&self, expr: &Expr) -> bool {
        let Expr::Dot(it, ..) = expr else {
            return false;
        };
        match &it.lhs {
            Expr::FnCall(call, _) => {
                !call.is_qualified() && !self.own.contains_key(call.name.as_str())
            }
            base => {
                base.is_constant()
                    || matches!(
                        base,
                        Expr::Array(..) | Expr::Map(..) | Expr::InterpolatedString(..)
                    )
            }
        }
    }

    /// A variable that is about to be changed, and whether it was read before; nothing if it is mentioned
    /// once more by what changes it.
    pub(super) fn read_before(
        &mut self,
        name: Option<String>,
        exprs: &[&Expr],
    ) -> Option<(String, bool)> {
        let name = name?;
        let times: usize = exprs.iter().map(|expr| mentions(expr, &name)).sum();
        let variable = self.scope.find(&name).filter(|_| times == 1)?;
        // What the API answered cannot be changed, which is said.
        let is_fixed = matches!(variable.known, Type::Record(_) | Type::Args | Type::Run);
        let used = variable.used;
        (!is_fixed).then_some((name, used))
    }

    /// A variable was changed, and is not read thereby.
    pub(super) fn is_changed(&mut self, (name, used): (String, bool), call: InPlace) {
        if let Some(variable) = self.scope.find(&name) {
            variable.used = used;
            if !used {
                variable.changed.get_or_insert(call);
            }
        }
    }

    /// The call that a variable is declared with, which matters if anybody reads it.
    pub(super) fn declared_with(known: &Type, value: &Expr) -> Option<InPlace> {
        (*known == Type::Unit).then(|| InPlace::of(value))?
    }

    /// What a closure comes to whose result is used.
    pub(super) fn closure_wanted(&mut self, closure: &Closure<'_>, known: &Type) {
        if *known == Type::Unit
            && let Some(last) = self.last_of(closure)
            && let Some(call) = InPlace::of_statement(last)
            // What is outside of the closure stays changed, which may be all that is wanted.
            && !call.root().is_some_and(|name| closure.captures(name))
        {
            let hint = match call.variable() {
                Some(it) => {
                    format!(
                        "let the closure come to it: |…| {{ {}; {it} }}",
                        call.on(it)
                    )
                }
                None => call.hint(),
            };
            let hint = call.instead().unwrap_or(hint);
            self.comes_to_nothing(&call, hint);
        }
    }

    fn comes_to_nothing(&mut self, call: &InPlace, hint: String) {
        let (name, changed) = (&call.name, call.changed());
        let message = format!("`{name}` changes {changed} in place, and comes to nothing");
        self.fails(Rule::ComesToNothing, call.at, message, Some(hint));
    }

    /// A variable that holds nothing is read.
    pub(super) fn lost_in(&mut self, variable: &str, call: &InPlace) {
        let (name, changed) = (&call.name, call.changed());
        let hint = call.instead().unwrap_or_else(|| {
            let what = call.target.as_deref().unwrap_or("…");
            format!(
                "change a copy: let {variable} = {what}; {};",
                call.on(variable)
            )
        });
        let message = format!("`{variable}` holds nothing: `{name}` changes {changed} in place");
        self.fails(Rule::ComesToNothing, call.at, message, Some(hint));
    }

    /// A parameter that is changed and not read.
    pub(super) fn lost_change(&mut self, function: &Function, parameter: &str, call: &InPlace) {
        let (name, params) = (&function.name, function.params.join(", "));
        self.fails(
            Rule::LostChange,
            call.at,
            format!(
                "`{parameter}` is a copy of what the function is given: what `{}` does to it is lost",
                call.name
            ),
            Some(format!(
                "end the function with `{parameter}`, and take what it comes to: {parameter} = {name}({params})"
            )),
        );
    }

    /// What a closure is given, which it changes and does not read.
    pub(super) fn lost_in_closure(&mut self, parameter: &str, last: Option<&InPlace>) {
        let variable = self.scope.find(parameter).filter(|it| !it.used);
        let Some(call) = variable.and_then(|it| it.changed.take()) else {
            return;
        };
        // That it comes to nothing is said of what the closure is to come to.
        if last.is_some_and(|it| it.at == call.at) {
            return;
        }
        self.fails(
            Rule::LostChange,
            call.at,
            format!(
                "`{parameter}` is a copy of what the closure is given: what `{}` does to it is lost",
                call.name
            ),
            Some(format!(
                "let the closure come to it: |{parameter}| {{ …; {parameter} }}"
            )),
        );
    }

    /// The item of a loop that is changed and not read.
    pub(super) fn lost_item(&mut self, item: &str) {
        let Some(variable) = self.scope.find(item).filter(|it| !it.used) else {
            return;
        };
        let Some(call) = variable.changed.take() else {
            return;
        };
        self.fails(
            Rule::LostChange,
            call.at,
            format!(
                "`{item}` is a copy of the item: what `{}` does to it is lost",
                call.name
            ),
            Some(format!(
                "make a list of what comes of it: list.map(|{item}| {{ …; {item} }})"
            )),
        );
    }
}

/// A variable, or fields of one, as it is written.
pub fn written(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Variable(it, ..) => Some(it.1.to_string()),
        Expr::Property(it, _) => Some(it.2.to_string()),
        Expr::Dot(it, ..) => Some(format!("{}.{}", written(&it.lhs)?, written(&it.rhs)?)),
        _ => None,
    }
}

/// How often an expression mentions a variable.
fn mentions(expr: &Expr, name: &str) -> usize {
    let mut times = 0;
    each_part_of(expr, |node| {
        if let ASTNode::Expr(Expr::Variable(it, ..)) = node {
            times += usize::from(it.1 == name);
        }
        true
    });
    times
}
