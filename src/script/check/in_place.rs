//! What changes a value in place, used as if it came to something: `let t = s.replace("a", "b")` leaves `t`
//! with nothing, and no error says so.

use rhai::{ASTNode, Expr, FnCallExpr, Position, Stmt};

use super::super::language;
use super::expression::Closure;
use super::rule::Rule;
use super::types::Type;
use super::walk::Walk;

/// A call that changes something in place.
#[derive(Clone, Debug)]
pub struct Change {
    /// The function.
    name: String,
    /// How it is called: without arguments, or with some.
    brackets: &'static str,
    /// The variable that it changes, if it is one.
    variable: Option<String>,
    /// Where it is called.
    at: Position,
}

impl Change {
    /// The change that an expression ends in.
    fn of(expr: &Expr) -> Option<Self> {
        match expr {
            Expr::Dot(it, ..) => {
                let change = Self::of(&it.rhs)?;
                let variable = match (&it.lhs, &it.rhs) {
                    (Expr::Variable(it, ..), Expr::MethodCall(..)) => Some(it.1.to_string()),
                    _ => change.variable,
                };
                Some(Self { variable, ..change })
            }
            Expr::Index(it, ..) => Self::of(&it.rhs),
            Expr::Stmt(block) => Self::of_statement(block.statements().last()?),
            Expr::MethodCall(call, at) => Self::of_call(call, None, *at),
            Expr::FnCall(call, at) => Self::of_call(call, call.args.first(), *at),
            _ => None,
        }
    }

    /// The change that a statement is.
    fn of_statement(statement: &Stmt) -> Option<Self> {
        match statement {
            Stmt::Expr(expr) => Self::of(expr),
            Stmt::FnCall(call, at) => Self::of_call(call, call.args.first(), *at),
            _ => None,
        }
    }

    fn of_call(call: &FnCallExpr, first: Option<&Expr>, at: Position) -> Option<Self> {
        let native = language::function(&call.name)?;
        native.is_in_place().then(|| Self {
            name: call.name.to_string(),
            brackets: if call.args.len() > usize::from(first.is_some()) {
                "(…)"
            } else {
                "()"
            },
            variable: match first {
                Some(Expr::Variable(it, ..)) => Some(it.1.to_string()),
                _ => None,
            },
            at,
        })
    }

    /// What it changes, for messages.
    fn target(&self) -> String {
        match &self.variable {
            Some(name) => format!("`{name}`"),
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
        let it = self.variable.as_deref().unwrap_or_default();
        let brackets = self.brackets;
        Some(format!(
            "write {it}.{other}{brackets}, which comes to a value of its own"
        ))
    }

    fn hint(&self) -> String {
        self.instead().unwrap_or_else(|| match &self.variable {
            Some(it) => format!(
                "call it on a line by itself, {}; and use `{it}` then",
                self.on(it)
            ),
            None => format!(
                "put that in a variable first: let it = …; {};",
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
            && let Some(change) = Change::of(expr)
        {
            self.lost(&change);
            return Type::Unknown;
        }
        known
    }

    /// Walks through an expression that stands by itself. A variable is not read by being changed.
    pub(super) fn done(&mut self, expr: &Expr) -> Type {
        let change = Change::of(expr).filter(|_| !reads_in_arguments(expr));
        let changed = root(expr).zip(change);
        let used = changed
            .as_ref()
            .and_then(|(name, _)| Some(self.scope.find(name)?.used));
        let known = self.expr(expr);
        if known == Type::Unit
            && let (Some((name, change)), Some(used)) = (changed, used)
            && let Some(variable) = self.scope.find(&name)
        {
            variable.used = used;
            variable.changed.get_or_insert(change);
        }
        known
    }

    /// A parameter that is changed and not read.
    pub(super) fn lost_change(&mut self, function: &str, parameter: &str, change: &Change) {
        self.fails(
            Rule::LostChange,
            change.at,
            format!(
                "`{parameter}` is a copy of what the function is given: what `{}` does to it is lost",
                change.name
            ),
            Some(format!(
                "end the function with `{parameter}`, and take what it comes to: x = {function}(x)"
            )),
        );
    }

    /// The change that a variable is declared with, which matters if anybody reads it.
    pub(super) fn declared_with(known: &Type, value: &Expr) -> Option<Change> {
        (*known == Type::Unit).then(|| Change::of(value))?
    }

    /// What a closure comes to whose result is used.
    pub(super) fn closure_wanted(&mut self, closure: &Closure<'_>, known: &Type) {
        if *known == Type::Unit
            && let Some(last) = self.last_of(closure)
            && let Some(change) = Change::of_statement(last)
        {
            let (name, target) = (&change.name, change.target());
            let hint = change.variable.as_ref().map_or_else(
                || change.hint(),
                |it| {
                    format!(
                        "let the closure come to it: |…| {{ {}; {it} }}",
                        change.on(it)
                    )
                },
            );
            let hint = change.instead().unwrap_or(hint);
            let message = format!("`{name}` changes {target} in place, and comes to nothing");
            self.fails(Rule::ComesToNothing, change.at, message, Some(hint));
        }
    }

    /// A variable that holds nothing is read.
    pub(super) fn lost_in(&mut self, variable: &str, change: &Change) {
        let (name, target) = (&change.name, change.target());
        let hint = change.instead().unwrap_or_else(|| {
            let what = change.variable.as_deref().unwrap_or("…");
            let call = change.on(variable);
            format!("change a copy: let {variable} = {what}; {call};")
        });
        self.fails(
            Rule::ComesToNothing,
            change.at,
            format!("`{variable}` holds nothing: `{name}` changes {target} in place"),
            Some(hint),
        );
    }

    fn lost(&mut self, change: &Change) {
        let (name, target) = (&change.name, change.target());
        self.fails(
            Rule::ComesToNothing,
            change.at,
            format!("`{name}` changes {target} in place, and comes to nothing"),
            Some(change.hint()),
        );
    }
}

/// The variable that a chain of fields and items begins with.
fn root(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Dot(it, ..) | Expr::Index(it, ..) => match &it.lhs {
            Expr::Variable(it, ..) => Some(it.1.to_string()),
            inner => root(inner),
        },
        _ => None,
    }
}

/// Whether a chain that begins with a variable mentions that variable once more.
fn reads_in_arguments(expr: &Expr) -> bool {
    let Some(name) = root(expr) else {
        return true;
    };
    let mut times = 0;
    expr.walk(&mut Vec::new(), &mut |path: &[ASTNode<'_>]| {
        if let Some(ASTNode::Expr(Expr::Variable(it, ..))) = path.last() {
            times += usize::from(it.1 == name);
        }
        true
    });
    times > 1
}
