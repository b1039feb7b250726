//! Expressions: what they read, and what is known of what they come to.

use rhai::{ASTFlags, Expr, FnCallExpr, FnPtr, Position, Stmt};

use super::in_place::InPlace;
use super::parse::Function;
use super::scope::Kind;
use super::types::Type;
use super::walk::Walk;

/// A closure where it is written: the name the parser gave it, and what it captures.
pub struct Closure<'e> {
    name: String,
    captured: &'e [Expr],
    /// Whether the parser made it of `|…| …`: what it captures, it shares with those around it.
    shares: bool,
}

/// The closure that an expression is.
#[must_use]
pub fn closure(expr: &Expr) -> Option<Closure<'_>> {
    let pointer = |expr: &Expr| match expr {
        Expr::DynamicConstant(value, _) => value
            .read_lock::<FnPtr>()
            .map(|pointer| pointer.fn_name().to_owned()),
        _ => None,
    };
    if let Some(name) = pointer(expr) {
        return Some(Closure {
            name,
            captured: &[],
            shares: false,
        });
    }
    let call: &FnCallExpr = match expr {
        Expr::FnCall(call, _) => call,
        Expr::Stmt(block) => match block.statements().last()? {
            Stmt::Expr(inner) => match &**inner {
                Expr::FnCall(call, _) => call,
                _ => return None,
            },
            Stmt::FnCall(call, _) => call,
            _ => return None,
        },
        _ => return None,
    };
    if call.name != "curry" {
        return None;
    }
    let (first, captured) = call.args.split_first()?;
    Some(Closure {
        name: pointer(first)?,
        captured,
        shares: matches!(expr, Expr::Stmt(_)),
    })
}

impl Closure<'_> {
    /// Whether it is written where it stands, and no function of another name.
    #[must_use]
    pub fn is_written(&self) -> bool {
        self.name.starts_with("anon$")
    }

    /// Whether it captures this variable.
    #[must_use]
    pub fn captures(&self, name: &str) -> bool {
        let mut captured = self.captured.iter().filter_map(variable);
        captured.any(|captured| captured == name)
    }

    /// Whether it shares this variable with those around it.
    #[must_use]
    pub fn shares(&self, name: &str) -> bool {
        self.shares && self.captures(name)
    }
}

/// The variable that an expression is.
fn variable(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Variable(it, ..) if it.2.is_empty() => Some(it.1.to_string()),
        _ => None,
    }
}

impl<'a> Walk<'a> {
    /// Walks through an expression; gives what is known of its value.
    pub(super) fn expr(&mut self, expr: &Expr) -> Type {
        let known = self.looked_through(expr);
        self.answered(known, expr.start_position())
    }

    fn looked_through(&mut self, expr: &Expr) -> Type {
        if let Some(closure) = closure(expr) {
            self.enter(&closure, &[]);
            return Type::Function;
        }
        match expr {
            Expr::BoolConstant(..) => Type::Bool,
            Expr::IntegerConstant(..) => Type::Int,
            Expr::FloatConstant(..) => Type::Float,
            Expr::CharConstant(..) => Type::Char,
            Expr::StringConstant(text, at) => {
                self.unfilled(text, *at);
                Type::Text
            }
            Expr::Unit(_) => Type::Unit,
            Expr::InterpolatedString(parts, _) => {
                for part in parts {
                    self.wanted(part);
                }
                Type::Text
            }
            Expr::Array(items, _) => {
                let mut item: Option<Type> = None;
                for expr in items {
                    let known = self.wanted(expr);
                    item = Some(match item {
                        Some(item) => item.or(&known),
                        None => known,
                    });
                }
                Type::list(item.unwrap_or(Type::Unknown))
            }
            Expr::Map(map, _) => {
                for (_, value) in &map.0 {
                    self.wanted(value);
                }
                Type::Map
            }
            Expr::Variable(it, _, position) if it.2.is_empty() => self.variable(&it.1, *position),
            Expr::Variable(it, _, position) => {
                self.qualified(&it.2.to_string(), &it.1, *position);
                Type::Unknown
            }
            Expr::Stmt(block) => self.block(block.iter()),
            Expr::FnCall(call, position) => self.call(call, *position),
            Expr::Dot(it, flags, _) => {
                let asks = flags.contains(ASTFlags::NEGATED);
                let missing = std::mem::replace(&mut self.may_be_missing, asks);
                let target = self.expr(&it.lhs);
                let outer = std::mem::replace(&mut self.held, variable(&it.lhs));
                self.may_be_missing |= missing;
                let known = self.dotted(&target, &it.rhs);
                self.may_be_missing = missing;
                self.held = outer;
                known
            }
            Expr::Index(it, flags, _) => {
                let target = self.expr(&it.lhs);
                let outer = std::mem::replace(&mut self.held, variable(&it.lhs));
                let known = self.indexed(&target, &it.rhs, *flags);
                self.held = outer;
                known
            }
            Expr::And(parts, _) | Expr::Or(parts, _) => {
                for part in parts.iter() {
                    self.expr(part);
                }
                Type::Bool
            }
            Expr::Coalesce(parts, _) => {
                let last = parts.len().saturating_sub(1);
                let known: Vec<Type> = parts
                    .iter()
                    .enumerate()
                    .map(|(at, part)| self.coalesced(part, at == last))
                    .collect();
                let mut known = known.into_iter();
                let first = known.next().unwrap_or(Type::Unknown);
                known.fold(first, |all, one| all.or(&one))
            }
            _ => Type::Unknown,
        }
    }

    /// A part of `a ?? b`: what stands before the last may be missing.
    fn coalesced(&mut self, part: &Expr, is_last: bool) -> Type {
        if is_last {
            return self.expr(part);
        }
        let outer = std::mem::replace(&mut self.may_be_missing, true);
        let known = self.expr(part);
        self.may_be_missing = outer;
        known
    }

    /// Walks through a closure whose parameters are known to be of these types; gives what it comes
    /// to.
    pub(super) fn enter(&mut self, closure: &Closure<'_>, params: &[Type]) -> Type {
        let captured: Vec<Type> = closure.captured.iter().map(|it| self.expr(it)).collect();
        let Some(function) = self.function(&closure.name) else {
            return Type::Unknown;
        };
        // A closure that does nothing but call a function is that function, which is looked at for
        // itself.
        if !closure.name.starts_with("anon$") || self.entered.contains(&closure.name) {
            return Type::Unknown;
        }
        self.entered.push(closure.name.clone());
        let wall = self.scope.wall();
        let mark = self.scope.mark();
        let known = captured
            .into_iter()
            .map(Some)
            .chain(params.iter().cloned().map(Some));
        for (name, known) in function
            .params
            .iter()
            .zip(known.chain(std::iter::repeat(None)))
        {
            let known = self.settled(name, known.unwrap_or(Type::Unknown));
            self.scope.push(name, known, Position::NONE, Kind::Given);
        }
        let returned = std::mem::replace(&mut self.returned, false);
        let in_function = std::mem::replace(&mut self.in_function, false);
        let value = self.block(function.body.iter());
        self.in_function = in_function;
        let returned = std::mem::replace(&mut self.returned, returned);
        self.entered.pop();
        self.lost_catch(&function.body);
        let last = function.body.last().and_then(InPlace::of_statement);
        for name in function.params.iter().skip(closure.captured.len()) {
            self.lost_in_closure(name, last.as_ref());
        }
        self.leave(mark);
        self.scope.unwall(wall);
        if returned { Type::Unknown } else { value }
    }

    /// How many parameters a closure is written with.
    pub(super) fn parameters_of(&self, closure: &Closure<'_>) -> Option<usize> {
        if !closure.name.starts_with("anon$") {
            return None;
        }
        let function = self.function(&closure.name)?;
        function.params.len().checked_sub(closure.captured.len())
    }

    /// The last statement of a closure.
    pub(super) fn last_of(&self, closure: &Closure<'_>) -> Option<&'a Stmt> {
        self.function(&closure.name)?.body.last()
    }

    fn function(&self, name: &str) -> Option<&'a Function> {
        self.own.get(name)?.first().copied()
    }
}
