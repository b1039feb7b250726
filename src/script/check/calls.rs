//! Calls: whether there is such a function, on such a value, with so many arguments.

use std::rc::Rc;

use rhai::{Expr, FnCallExpr, Position};

use super::callable::Callable;
use super::callbacks::Made;
use super::expression::{Closure, closure};
use super::mentions::ANY;
use super::rule::Rule;
use super::types::Type;
use super::unit::Unit;
use super::walk::{Guard, Walk};
use crate::operation::nearest;

/// Calls the parser itself makes something of.
const KEYWORDS: &[&str] = &[
    "Fn",
    "call",
    "curry",
    "type_of",
    "is_shared",
    "is_def_var",
    "is_def_fn",
    "this",
];

pub(super) fn is_word(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

impl Walk<'_> {
    /// A call of a function.
    pub(super) fn call(&mut self, call: &FnCallExpr, position: Position) -> Type {
        if !call.namespace.is_empty() {
            return self.qualified_call(call, position);
        }
        let name = call.name.as_str();
        if call.op_token.is_some() || !is_word(name) {
            return self.operator(call, position);
        }
        let (known, given) = self.arguments(name, None, &call.args);
        if KEYWORDS.contains(&name) {
            self.keyword(name, &call.args);
            return Type::Unknown;
        }
        let own = self.own_counts(name);
        if own.contains(&call.args.len()) {
            self.uses.own.insert(name.to_owned());
            return Type::Unknown;
        }
        let meanings = self.meanings(name);
        let first = known.first().cloned().unwrap_or(Type::Unknown);
        if meanings.is_empty() {
            if own.is_empty() {
                self.no_function(name, &first, position);
            } else {
                self.miscounted(name, call.args.len(), &own, position);
            }
            return Type::Unknown;
        }
        let Some(meaning) = meaning(&meanings, call.args.len(), &first) else {
            if own.is_empty() || !call.args.is_empty() {
                self.unfit(name, false, &meanings, call.args.len(), &first, position);
            } else {
                self.miscounted(name, call.args.len(), &own, position);
            }
            return Type::Unknown;
        };
        self.note(name, &meaning, &first, &call.args, 0);
        self.look_at(name, &meaning, &call.args, &known, 0, position);
        super::callbacks::result(name, &meaning, &first, &given, &call.args)
    }

    /// A call of a method.
    pub(super) fn method(&mut self, target: &Type, call: &FnCallExpr, position: Position) -> Type {
        let name = call.name.as_str();
        let held = self.held.take();
        let (mut known, given) = self.arguments(name, Some(target), &call.args);
        self.held = held;
        known.insert(0, target.clone());
        if KEYWORDS.contains(&name) || !is_word(name) {
            return Type::Unknown;
        }
        let own = self.own_counts(name);
        // A function that a map holds may do nothing with what it is given.
        if !self.may_be_held(name) {
            self.uses_held(call);
        }
        // A method of the script is called on `this`; a map may hold a function under any name.
        if own.contains(&call.args.len()) || self.may_be_held(name) {
            self.uses.own.insert(name.to_owned());
            for meaning in self.meanings(name).iter() {
                self.note(name, meaning, target, &call.args, 1);
            }
            return Type::Unknown;
        }
        let meanings = self.meanings(name);
        let count = call.args.len() + 1;
        if meanings.is_empty() {
            if own.is_empty() {
                self.no_method(target, name, position);
            } else {
                self.miscounted(name, call.args.len(), &own, position);
            }
            return Type::Unknown;
        }
        let Some(meaning) = meaning(&meanings, count, target) else {
            self.unfit(name, true, &meanings, count, target, position);
            return Type::Unknown;
        };
        if target.is_known() {
            self.note(name, &meaning, target, &call.args, 1);
        } else {
            for meaning in meanings.iter().filter(|it| it.counts(count)) {
                self.note(name, meaning, target, &call.args, 1);
            }
        }
        self.look_at(name, &meaning, &call.args, &known, 1, position);
        super::callbacks::result(name, &meaning, target, &given, &call.args)
    }

    /// Walks through the arguments of a call; gives what is known of each, and what the closures
    /// among them come to.
    fn arguments(
        &mut self,
        name: &str,
        target: Option<&Type>,
        args: &[Expr],
    ) -> (Vec<Type>, Vec<Type>) {
        let is_asked = matches!(name, "assert_eq" | "assert_ne" | "type_of");
        let mut known = Vec::with_capacity(args.len());
        let mut closures: Vec<(usize, Closure<'_>)> = Vec::new();
        for (at, arg) in args.iter().enumerate() {
            if let Some(closure) = closure(arg) {
                closures.push((at, closure));
                known.push(Type::Function);
            } else if let ("replace_all", Expr::StringConstant(..)) = (name, arg) {
                // `${name}` is a group of the pattern there.
                known.push(Type::Text);
            } else if is_asked {
                // That something comes to nothing may be what is asked.
                known.push(self.expr(arg));
            } else {
                known.push(self.wanted(arg));
            }
        }
        let first = target.or_else(|| known.first()).cloned();
        let guard = self.guard;
        let own = self.may_be_own(name, target.is_some());
        let params = if own {
            Vec::new()
        } else {
            super::callbacks::params(name, &first.unwrap_or(Type::Unknown))
        };
        let made = if own {
            Made::Nothing
        } else {
            super::callbacks::made(name)
        };
        match name {
            "assert_throws" if !own => self.guard = Guard::Wanted,
            "attempt" if !own && guard == Guard::None => self.guard = Guard::Caught,
            "parallel" if !own && guard == Guard::None && super::callbacks::collects(args) => {
                self.guard = Guard::Caught;
            }
            _ => {}
        }
        let mut given = Vec::new();
        for (at, closure) in closures {
            if let (Some(wanted), false, Some(arg)) =
                (super::callbacks::arity(name), own, args.get(at))
            {
                self.closure_takes(name, &closure, wanted, arg.position());
            }
            let value = self.enter(&closure, &params);
            if made != Made::Nothing {
                self.closure_wanted(&closure, &value);
            }
            if made == Made::Decision {
                self.closure_decides(name, &closure, &value);
            }
            given.push(value);
        }
        self.guard = guard;
        (known, given)
    }

    /// Whether a call of this name may be one of the script itself, or of a function that a map holds.
    fn may_be_own(&self, name: &str, is_method: bool) -> bool {
        !self.own_counts(name).is_empty() || (is_method && self.may_be_held(name))
    }

    /// Whether a map may hold a function under this name.
    fn may_be_held(&self, name: &str) -> bool {
        self.ground.keys.contains(name) || self.ground.keys.contains(ANY)
    }

    /// How many parameters the script's own functions of a name have.
    fn own_counts(&self, name: &str) -> Vec<usize> {
        let own = self.own.get(name).into_iter().flatten();
        let own = own.map(|function| function.params.len());
        let outer = self.ground.outer.iter().filter(|(outer, _)| outer == name);
        let mut counts: Vec<usize> = own.chain(outer.map(|(_, count)| *count)).collect();
        counts.sort_unstable();
        counts.dedup();
        counts
    }

    fn keyword(&mut self, name: &str, args: &[Expr]) {
        // A function that is made of its name may be called with anything.
        if let ("Fn", Some(Expr::StringConstant(named, _))) = (name, args.first()) {
            self.uses.own.insert(named.to_string());
            for meaning in self.meanings(named).iter() {
                self.note(named, meaning, &Type::Unknown, &[], 0);
            }
        }
    }

    /// The module behind an alias, if it is known.
    pub(super) fn module(&mut self, alias: &str, position: Position) -> Option<Rc<Unit>> {
        let root = alias.split("::").next().unwrap_or(alias);
        if let Some(import) = self.scope.import(root) {
            import.used = true;
            let known = self.aliases.get(root).cloned().flatten();
            return known.filter(|_| root == alias);
        }
        if self.ground.lost.contains(root) {
            return None;
        }
        let hint = if root == super::super::stand_in::NAME {
            "it is for tests, which mw test runs".to_owned()
        } else {
            let near = nearest(root, self.scope.imports()).map(str::to_owned);
            if let Some(import) = near.as_deref().and_then(|near| self.scope.import(near)) {
                import.used = true;
            }
            near.map_or_else(
                || "import it first: import \"rolling\" as rolling;".to_owned(),
                |near| format!("did you mean `{near}`?"),
            )
        };
        self.find(
            Rule::UnknownModule,
            position,
            format!("there is no module `{root}` here"),
            Some(hint),
        );
        None
    }
}

/// What a call of this name means, with so many arguments and this first one; something of no
/// known result where it may mean several things.
fn meaning(meanings: &[Callable], count: usize, first: &Type) -> Option<Callable> {
    let fitting = || {
        meanings
            .iter()
            .filter(|it| it.counts(count) && it.suits(first))
    };
    let mut meaning = fitting().next()?.clone();
    if fitting().any(|other| other.result != meaning.result) {
        meaning.result = Type::Unknown;
    }
    if !first.is_known() && fitting().count() > 1 {
        // Which parameters the arguments are for depends on the first.
        meaning.params = &[];
    }
    Some(meaning)
}
