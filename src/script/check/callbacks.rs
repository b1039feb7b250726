//! What functions hand to the closures they are given, and what calls come to.

use rhai::{Expr, FnCallExpr, Position, Stmt};

use super::super::subject;
use super::callable::Callable;
use super::expression::{Closure, closure};
use super::rule::Rule;
use super::types::Type;
use super::walk::Walk;

/// What a closure given to this function gets, as far as it is known from the first argument.
#[must_use]
pub fn params(name: &str, first: &Type) -> Vec<Type> {
    let item = first.item();
    match name {
        "for_each" if matches!(first, Type::List(_)) => vec![Type::Int],
        "map" | "filter" | "where" | "all" | "some" | "find" | "find_map" | "index_of"
        | "sort_by" | "group_by" | "count_by" | "sum_by" | "unique" | "retain" | "drain"
            if matches!(first, Type::List(_)) =>
        {
            vec![item, Type::Int]
        }
        "parallel" if matches!(first, Type::List(_)) => vec![item],
        "sort" | "order" | "order_by" | "dedup" if matches!(first, Type::List(_)) => {
            vec![item.clone(), item]
        }
        "reduce" | "reduce_rev" if matches!(first, Type::List(_)) => vec![Type::Unknown, item],
        _ => Vec::new(),
    }
}

/// What a function makes of what the closure that it is given comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// Nothing, or nobody knows what.
    Nothing,
    /// Something.
    Value,
    /// A decision.
    Decision,
}

/// What this function makes of what its closure comes to.
#[must_use]
pub fn made(name: &str) -> Made {
    match name {
        "filter" | "where" | "all" | "some" | "find" | "index_of" | "retain" | "drain"
        | "wait_until" => Made::Decision,
        "map" | "find_map" | "sort" | "sort_by" | "order" | "order_by" | "dedup" | "group_by"
        | "count_by" | "sum_by" | "unique" | "reduce" | "reduce_rev" => Made::Value,
        _ => Made::Nothing,
    }
}

/// How many parameters the closures may have that are given to one of our functions, where it always
/// calls them with as many. One that has more is never carried out, which shows when it is too late.
#[must_use]
pub fn arity(name: &str) -> Option<usize> {
    match name {
        "ensure" | "lock" | "attempt" | "wait_until" | "assert_throws" => Some(0),
        "parallel" => Some(1),
        _ => None,
    }
}

/// Whether a call of `parallel` gives the errors of its branches as values, or may.
#[must_use]
pub fn collects(args: &[Expr]) -> bool {
    match args.get(2) {
        None => false,
        Some(Expr::Map(map, _)) => map.0.iter().any(|(key, _)| key.name == "on_error"),
        Some(_) => true,
    }
}

/// What `parallel` gives for each item where it gives errors as values, or may.
fn collected(args: &[Expr]) -> Type {
    let Some(Expr::Map(map, _)) = args.get(2) else {
        return Type::Unknown;
    };
    let is_certain = map.0.iter().any(|(key, value)| {
        key.name == "on_error"
            && matches!(value, Expr::StringConstant(word, _) if word == "collect")
    });
    if is_certain {
        Type::named("#{ok, value, error}")
    } else {
        Type::Unknown
    }
}

/// What a call comes to. `given` is what the closures among its arguments come to.
#[must_use]
pub fn result(name: &str, meaning: &Callable, first: &Type, given: &[Type], args: &[Expr]) -> Type {
    let list = matches!(first, Type::List(_));
    let body = given.first().cloned().unwrap_or(Type::Unknown);
    if meaning.operation.is_some() {
        return meaning.result.clone();
    }
    match name {
        "map" if list => Type::list(body),
        "filter" | "where" | "sort_by" | "unique" | "retain" | "drain" | "extract" | "order"
        | "order_by" | "order_desc" | "split"
            if list =>
        {
            first.clone()
        }
        "first" | "last" | "pop" | "shift" | "remove" | "find" | "get" if list => first.item(),
        "parallel" if collects(args) => Type::list(collected(args)),
        "parallel" => Type::list(body),
        "ensure" | "retry" | "lock" => body,
        "pluck" if list => match (first.item(), args.last()) {
            (Type::Record(kind), Some(Expr::StringConstant(field, _))) => {
                Type::list(Type::of_field(kind, field).unwrap_or(Type::Unknown))
            }
            _ => Type::list(Type::Unknown),
        },
        // Without headers each line is a list.
        "parse_csv" | "read_csv" if args.len() > 1 => Type::list(Type::Unknown),
        // What stands in for a variable may be anything.
        "env" if args.len() > 1 => Type::Unknown,
        "wait_for" => waited(first, args),
        "to_json" | "to_string" | "to_debug" => Type::Text,
        _ => meaning.result.clone(),
    }
}

impl Walk<'_> {
    /// A closure that uses the variable which the method that is given it, or one before it, is called
    /// on: the language holds on to that until the last of them is done.
    pub(super) fn uses_held(&mut self, call: &FnCallExpr) {
        let Some(held) = self.held.clone() else {
            return;
        };
        let using = |arg: &&Expr| closure(arg).is_some_and(|closure| closure.shares(&held));
        let Some(arg) = call.args.iter().find(using) else {
            return;
        };
        let name = &call.name;
        self.fails(
            Rule::VariableInUse,
            arg.position(),
            format!("this closure uses `{held}`, which is in use while `{name}` is called"),
            Some(format!(
                "copy it before, and use the copy in the closure: let other = {held};"
            )),
        );
    }

    /// A closure that is asked whether something is so, and says something else.
    pub(super) fn closure_decides(&mut self, name: &str, closure: &Closure<'_>, said: &Type) {
        if matches!(said, Type::Unknown | Type::Unit | Type::Bool) {
            return;
        }
        let at = self.last_of(closure).map_or(Position::NONE, Stmt::position);
        self.fails(
            Rule::WrongType,
            at,
            format!(
                "`{name}` asks for true or false, and this is {}",
                said.described()
            ),
            Some("compare it with something: |x| x.label == \"…\"".to_owned()),
        );
    }

    /// A closure that has not as many parameters as it is called with.
    pub(super) fn closure_takes(
        &mut self,
        name: &str,
        closure: &Closure<'_>,
        wanted: usize,
        at: Position,
    ) {
        let Some(found) = self.parameters_of(closure) else {
            return;
        };
        if found == wanted {
            return;
        }
        let hint = match wanted {
            0 => "write it as || …".to_owned(),
            _ => "write it as |item| …".to_owned(),
        };
        self.find(
            Rule::WrongArity,
            at,
            format!(
                "`{name}` calls this closure with {}, and it takes {found}",
                if wanted == 0 { "nothing" } else { "1 argument" }
            ),
            Some(hint),
        );
    }
}

/// What a wait comes to: what was waited for, but for the states of a cloud at work.
fn waited(first: &Type, args: &[Expr]) -> Type {
    let Type::Record(kind) = first else {
        return Type::Unknown;
    };
    let state = args.iter().find_map(|arg| match arg {
        Expr::StringConstant(text, _) => Some(text.as_str()),
        _ => None,
    });
    match (kind.name, state) {
        ("Cloud" | "DeployedCloud", Some(state)) if !subject::is_state_at_work(state) => {
            Type::named("Cloud")
        }
        ("Node" | "Order", _) => first.clone(),
        _ => Type::Unknown,
    }
}
