//! Expressions: what they read, and what is known of what they come to.

use rhai::{Expr, FnCallExpr, FnPtr, Position, Stmt};

use super::super::diagnose::foreign;
use super::super::{results, vocabulary};
use super::parse::Function;
use super::rule::Rule;
use super::scope::Kind;
use super::types::Type;
use super::walk::Walk;
use crate::operation::nearest;

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
    /// Whether it shares this variable with those around it.
    #[must_use]
    pub fn shares(&self, name: &str) -> bool {
        let mut captured = self.captured.iter().filter_map(variable);
        self.shares && captured.any(|captured| captured == name)
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
            Expr::Dot(it, ..) => {
                let target = self.expr(&it.lhs);
                let outer = std::mem::replace(&mut self.held, variable(&it.lhs));
                let known = self.dotted(&target, &it.rhs);
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
                let known: Vec<Type> = parts.iter().map(|part| self.wanted(part)).collect();
                let mut known = known.into_iter();
                let first = known.next().unwrap_or(Type::Unknown);
                known.fold(first, |all, one| all.or(&one))
            }
            _ => Type::Unknown,
        }
    }

    /// Reads a variable.
    pub(super) fn variable(&mut self, name: &str, position: Position) -> Type {
        if let Some(variable) = self.scope.find(name) {
            variable.used = true;
            let known = variable.known.clone();
            let nothing = variable.nothing.take();
            self.bare_arguments += usize::from(known == Type::Args);
            if let Some(change) = nothing {
                // Said once, and not what comes of it.
                variable.known = Type::Unknown;
                self.lost_in(name, &change);
                return Type::Unknown;
            }
            return known;
        }
        if self.ground.lost.contains(name) {
            return Type::Unknown;
        }
        let hint = self.absent(name);
        self.find(
            Rule::UnknownVariable,
            position,
            vocabulary::no_variable(name),
            Some(hint),
        );
        // Said once.
        self.scope.push(name, Type::Unknown, position, Kind::Given);
        Type::Unknown
    }

    /// What to do about a variable that is not there.
    fn absent(&mut self, name: &str) -> String {
        if self.in_function && self.ground.top.contains(name) {
            // It was meant to be read.
            if let Some(variable) = self.scope.global(name) {
                variable.used = true;
            }
            return format!(
                "functions do not see variables outside them: pass `{name}` as an argument, or use a closure"
            );
        }
        if self.in_function && matches!(name, "args" | "run") {
            return format!("functions do not see `{name}`: pass what they need as an argument");
        }
        if results::is_name(name) {
            let most = results::MOST;
            return format!("the prompt names its results so, and keeps the last {most}");
        }
        if self.scope.import(name).is_some() {
            return format!("it is a module: call its functions, {name}::…()");
        }
        if let Some(hint) = foreign(name) {
            return hint.to_owned();
        }
        if self.own.contains_key(name) || vocabulary::is_function(name) {
            return format!("it is a function: call it, {name}(), or hand it on as Fn(\"{name}\")");
        }
        if self.ground.top.contains(name) {
            return "it is declared further down, or inside a block".to_owned();
        }
        let near = nearest(name, self.scope.names()).map(str::to_owned);
        let Some(near) = near else {
            return format!("declare it before it is read: let {name} = …;");
        };
        if let Some(variable) = self.scope.find(&near) {
            variable.used = true;
        }
        format!("did you mean `{near}`?")
    }

    /// Reads what is written `module::NAME`.
    fn qualified(&mut self, module: &str, name: &str, position: Position) {
        if module == "global" {
            if let Some(variable) = self.scope.global(name) {
                variable.used = true;
            } else if !self.ground.lost.contains(name) && !self.ground.top.contains(name) {
                self.fails(
                    Rule::UnknownVariable,
                    position,
                    format!("there is no constant `{name}` outside of functions"),
                    Some(format!("declare it there: const {name} = …;")),
                );
            }
            return;
        }
        let Some(unit) = self.module(module, position) else {
            return;
        };
        if unit.is_opaque || unit.exports.contains(name) {
            return;
        }
        let hint = nearest(name, unit.exports.iter().map(String::as_str)).map_or_else(
            || format!("a module shows what it exports: export const {name} = …;"),
            |near| format!("did you mean `{module}::{near}`?"),
        );
        self.fails(
            Rule::UnknownVariable,
            position,
            format!("the module `{module}` exports no `{name}`"),
            Some(hint),
        );
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

    /// Looks at an assignment to a field.
    pub(super) fn sets(&mut self, target: &Expr) {
        let Expr::Dot(it, ..) = target else {
            return;
        };
        let (Expr::Variable(base, ..), Expr::Property(field, position)) = (&it.lhs, &it.rhs) else {
            return;
        };
        let Some(variable) = self.scope.find(&base.1) else {
            return;
        };
        let name = field.2.as_str();
        let (message, hint) = match &variable.known {
            Type::Record(kind) => {
                let is_updatable = callable_update(kind.name);
                let hint = if is_updatable {
                    format!(
                        "change it in the account: {}.update(#{{{name}: …}})",
                        base.1
                    )
                } else {
                    format!("copy it into a map first: {}.to_map()", base.1)
                };
                let message = format!(
                    "`{name}` cannot be set: {} is what the API answered",
                    kind.name
                );
                (message, hint)
            }
            Type::Args => (
                format!("`{name}` cannot be set: it is an argument of the script"),
                format!("put it in a variable: let {name} = args.{name}"),
            ),
            _ => return,
        };
        self.fails(Rule::ReadOnlyField, *position, message, Some(hint));
    }
}

fn callable_update(kind: &str) -> bool {
    super::super::call::method(kind, "update").is_some()
}
