//! Values that nobody takes, of what does nothing else: `rows.sort_by("label");` leaves `rows` as it is.

use rhai::{Expr, FnCallExpr, Position, Stmt};

use super::expression::closure;
use super::in_place::written;
use super::rule::Rule;
use super::types::Type;
use super::walk::Walk;

/// Whether a method that comes to this is one of those that leave what they are called on as it is, and do
/// nothing else.
fn is_copy(name: &str, known: &Type) -> bool {
    match known {
        Type::List(_) => matches!(
            name,
            "sort_by" | "order" | "order_desc" | "unique" | "pluck" | "extract" | "shuffle"
        ),
        Type::Text => matches!(
            name,
            "to_upper" | "to_lower" | "sub_string" | "replace_all" | "pad_left"
        ),
        Type::Record(_) => name == "refresh",
        Type::Instant => matches!(name, "add_days" | "start_of_day"),
        _ => false,
    }
}

/// Operators that do nothing but come to a value.
const OPERATORS: &[&str] = &["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">="];

impl Walk<'_> {
    /// Looks at a statement after which others follow, by what it comes to.
    pub(super) fn thrown_away(&mut self, statement: &Stmt, known: &Type) {
        match statement {
            Stmt::FnCall(call, at) => self.operator_alone(call, *at),
            Stmt::Expr(expr) => match &**expr {
                Expr::FnCall(call, at) => self.operator_alone(call, *at),
                expr => self.copy_alone(expr, known),
            },
            _ => {}
        }
    }

    /// Looks at what the body of a function comes to: of `try { … } catch { … }` the language hands on
    /// what `try` comes to, and not what `catch` does.
    pub(super) fn lost_catch(&mut self, body: &[Stmt]) {
        match body.last() {
            Some(Stmt::TryCatch(it, _)) => {
                self.lost_catch(it.body.statements());
                let last = match it.branch.statements().last() {
                    Some(Stmt::Expr(last)) if is_value(last) => last,
                    _ => return,
                };
                let tried = it.body.statements().last();
                let comes_to_something = matches!(tried, Some(Stmt::Expr(it)) if is_value(it));
                // A number or a list is there for nothing else; a word may be a remark.
                let is_sure = comes_to_something || (last.is_constant() && !is_word(last));
                let message = "what `catch` comes to is lost: () is handed on in its place";
                let hint = "return it from there: return …; or write attempt(|| …).value ?? …";
                let at = last.start_position();
                let (message, hint) = (message.to_owned(), Some(hint.to_owned()));
                if is_sure {
                    self.fails(Rule::UnusedValue, at, message, hint);
                } else {
                    self.suspects(Rule::UnusedValue, at, message, hint);
                }
            }
            Some(Stmt::If(it, _)) => {
                self.lost_catch(it.body.statements());
                self.lost_catch(it.branch.statements());
            }
            Some(Stmt::Block(block)) => self.lost_catch(block.statements()),
            _ => {}
        }
    }

    fn operator_alone(&mut self, call: &FnCallExpr, at: Position) {
        let name = call.name.as_str();
        let is_plain = |arg: &Expr| written(arg).is_some() || arg.is_constant();
        if !OPERATORS.contains(&name) || !call.args.iter().all(is_plain) {
            return;
        }
        let first = call.args.first().filter(|_| call.args.len() == 2);
        let hint = match (name, first.and_then(written)) {
            ("==", Some(it)) => format!(
                "`=` gives a value: {it} = …; if {it} != … {{ throw \"…\"; }} looks whether it holds"
            ),
            ("+" | "-" | "*" | "/" | "%", Some(it)) => format!("keep it: {it} {name}= …"),
            _ => "take it: let it = …, or if … { … }".to_owned(),
        };
        let message = format!("nothing takes what `{name}` comes to, and it does nothing else");
        self.fails(Rule::UnusedValue, at, message, Some(hint));
    }

    fn copy_alone(&mut self, expr: &Expr, known: &Type) {
        let Some((call, at)) = last_call(expr) else {
            return;
        };
        let name = call.name.as_str();
        // A function may do anything, and a variable hold one.
        let is_data = |arg: &Expr| arg.is_constant() && closure(arg).is_none();
        let has_function = !call.args.iter().all(is_data);
        if !is_copy(name, known) || has_function || self.own.contains_key(name) {
            return;
        }
        let brackets = if call.args.is_empty() { "()" } else { "(…)" };
        let target = match expr {
            Expr::Dot(it, ..) if matches!(it.rhs, Expr::MethodCall(..)) => written(&it.lhs),
            _ => None,
        };
        let (message, hint) = match target {
            Some(it) => (
                format!("`{it}` stays as it is, and nothing takes what `{name}` comes to"),
                format!("keep it: {it} = {it}.{name}{brackets}"),
            ),
            None => (
                format!("nothing takes what `{name}` comes to, and it does nothing else"),
                format!("keep it: let it = ….{name}{brackets}"),
            ),
        };
        if name == "refresh" {
            // It fails where there is nothing any more, which may be all that is asked.
            self.suspects(Rule::UnusedValue, at, message, Some(hint));
        } else {
            self.fails(Rule::UnusedValue, at, message, Some(hint));
        }
    }
}

/// Whether an expression is but a value, and does nothing.
fn is_value(expr: &Expr) -> bool {
    match expr {
        Expr::Unit(_) => false,
        Expr::Variable(..) => true,
        Expr::InterpolatedString(items, _) | Expr::Array(items, _) => items.iter().all(is_value),
        Expr::Map(map, _) => map.0.iter().all(|(_, item)| is_value(item)),
        Expr::And(items, _) | Expr::Or(items, _) | Expr::Coalesce(items, _) => {
            items.iter().all(is_value)
        }
        Expr::FnCall(call, _) => call.is_operator_call() && call.args.iter().all(is_value),
        Expr::Dot(it, ..) => is_value(&it.lhs) && is_property(&it.rhs),
        Expr::Index(it, ..) => is_value(&it.lhs) && is_value(&it.rhs),
        expr => expr.is_constant() && closure(expr).is_none(),
    }
}

fn is_property(expr: &Expr) -> bool {
    match expr {
        Expr::Property(..) => true,
        Expr::Dot(it, ..) => is_property(&it.lhs) && is_property(&it.rhs),
        _ => false,
    }
}

/// Whether it may say something where nobody reads it.
const fn is_word(expr: &Expr) -> bool {
    matches!(expr, Expr::StringConstant(..) | Expr::BoolConstant(..))
}

/// The method that a chain ends in.
fn last_call(expr: &Expr) -> Option<(&FnCallExpr, Position)> {
    match expr {
        Expr::Dot(it, ..) | Expr::Index(it, ..) => last_call(&it.rhs),
        Expr::MethodCall(call, at) => Some((call, *at)),
        _ => None,
    }
}
