//! Variables: what is declared, read and given a value.

use rhai::{ASTFlags, Expr, Position};

use super::super::diagnose::foreign;
use super::super::{results, vocabulary};
use super::in_place::InPlace;
use super::mentions::root;
use super::rule::Rule;
use super::scope::Kind;
use super::types::Type;
use super::walk::Walk;
use crate::operation::nearest;

impl Walk<'_> {
    /// Declares a variable.
    pub(super) fn declare(
        &mut self,
        name: &str,
        position: Position,
        value: &Expr,
        flags: ASTFlags,
    ) {
        let known = self.expr(value);
        let known = self.settled(name, known);
        let nothing = Self::declared_with(&known, value);
        let quotient = self.quotient(value, &known);
        self.scope.push(name, known, position, Kind::Declared);
        if let Some(variable) = self.scope.find(name) {
            variable.used = flags.contains(ASTFlags::EXPORTED);
            variable.nothing = nothing;
            variable.quotient = quotient;
        }
    }

    /// What stays known of a variable over all that is done to it.
    pub(super) fn settled(&self, name: &str, known: Type) -> Type {
        if self.ground.assigned.contains(name) {
            return Type::Unknown;
        }
        match known {
            Type::List(_) if self.ground.changed.contains(name) => Type::list(Type::Unknown),
            Type::Keys(_) if self.ground.changed.contains(name) => Type::Map,
            known => known,
        }
    }

    /// Gives a variable, or a part of one, a value.
    pub(super) fn assign(&mut self, target: &Expr, value: &Expr, is_operation: bool) {
        self.wanted(value);
        match target {
            Expr::Variable(name, _, position) if name.2.is_empty() => {
                if is_operation {
                    // What is added to is not thereby read.
                    let used = self.scope.find(&name.1).map(|variable| variable.used);
                    self.variable(&name.1, *position);
                    if let (Some(used), Some(variable)) = (used, self.scope.find(&name.1)) {
                        variable.used = used;
                    }
                } else if self.scope.find(&name.1).is_none() {
                    self.variable(&name.1, *position);
                }
            }
            target => {
                self.sets(target);
                let before = self.read_before(root(target), &[target, value]);
                self.expr(target);
                if let Some(before) = before {
                    self.is_changed(before, InPlace::assignment(target.position()));
                }
            }
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
        // A function of the script is handed on by its name.
        if self.own.contains_key(name) {
            self.uses.own.insert(name.to_owned());
            return Type::Function;
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
        if vocabulary::is_function(name) {
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
    pub(super) fn qualified(&mut self, module: &str, name: &str, position: Position) {
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
