//! Functions that a loop makes and somebody keeps: they share the loop's variable, which is the last item
//! by the time that they are called.

use std::collections::HashSet;

use rhai::{ASTNode, Expr, FnCallExpr, Position, Stmt};

use super::expression::closure;
use super::mentions::root;
use super::rule::Rule;
use super::walk::Walk;
use crate::script::parts::{each_part_in, each_part_of};

/// Methods that keep what they are given.
const KEEPERS: &[&str] = &["append", "insert", "push", "set"];

/// What a loop keeps of its own.
struct Kept<'n> {
    /// The variable of the loop.
    item: &'n str,
    /// That, and the one that counts.
    names: &'n [&'n str],
    /// The functions of the script, which may do anything under any name.
    own: HashSet<String>,
    /// What is declared anew with each item, and goes with it.
    inner: HashSet<String>,
    /// Those of them that hold a function that shares the variable.
    holders: HashSet<String>,
}

impl Kept<'_> {
    /// Where a value holds a function that shares the variable.
    fn holds(&self, value: &Expr) -> Option<Position> {
        if let Some(closure) = closure(value) {
            return closure.shares(self.item).then(|| value.start_position());
        }
        match value {
            Expr::Array(items, _) => items.iter().find_map(|item| self.holds(item)),
            Expr::Map(map, _) => map.0.iter().find_map(|(_, item)| self.holds(item)),
            Expr::Variable(it, ..) => {
                let is_holder = self.holders.contains(it.1.as_str());
                is_holder.then(|| value.start_position())
            }
            _ => None,
        }
    }

    fn is_outer(&self, target: &Expr) -> bool {
        root(target).is_some_and(|name| !self.inner.contains(&name) && name != self.item)
    }

    /// Whether a place is another one with each item: `later[c.label]`.
    fn is_elsewhere_each_time(&self, target: &Expr) -> bool {
        match target {
            Expr::Index(it, ..) => self.goes_with(&it.rhs) || self.is_elsewhere_each_time(&it.lhs),
            Expr::Dot(it, ..) => {
                self.is_elsewhere_each_time(&it.lhs) || self.is_elsewhere_each_time(&it.rhs)
            }
            _ => false,
        }
    }

    /// Whether a key is that of an item: it says its variable, or what is declared with it.
    fn goes_with(&self, key: &Expr) -> bool {
        let mut goes = false;
        each_part_of(key, |node| {
            if let ASTNode::Expr(Expr::Variable(it, ..)) = node {
                let name = it.1.as_str();
                goes |= self.names.contains(&name) || self.inner.contains(name);
            }
            true
        });
        goes
    }

    /// What a call keeps, where it is one of the language's own.
    fn call(&self, call: &FnCallExpr, target: &Expr, args: &[Expr]) -> Option<(String, Position)> {
        let name = call.name.as_str();
        let is_language = call.namespace.is_empty() && !self.own.contains(name);
        // One place has the function of the last item, which is what it says.
        let has_many = name != "set" || args.first().is_some_and(|key| self.goes_with(key));
        if !is_language || !KEEPERS.contains(&name) || !has_many || !self.is_outer(target) {
            return None;
        }
        let at = args.iter().find_map(|arg| self.holds(arg))?;
        Some((root(target)?, at))
    }

    /// What a part of the loop has kept beyond the item that it was made for, and in what.
    fn beyond(&self, node: &ASTNode<'_>) -> Option<(String, Position)> {
        match node {
            ASTNode::Stmt(Stmt::Assignment(it)) => {
                let target = &it.1.lhs;
                let has_many = it.0.is_op_assignment() || self.is_elsewhere_each_time(target);
                if !has_many || !self.is_outer(target) {
                    return None;
                }
                Some((root(target)?, self.holds(&it.1.rhs)?))
            }
            ASTNode::Expr(Expr::Dot(it, ..)) => {
                let call = last_call(&it.rhs)?;
                self.call(call, &it.lhs, &call.args)
            }
            ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)) => {
                let (target, args) = call.args.split_first()?;
                self.call(call, target, args)
            }
            _ => None,
        }
    }
}

/// The method that a chain without others ends in.
fn last_call(chain: &Expr) -> Option<&FnCallExpr> {
    match chain {
        Expr::MethodCall(call, _) => Some(call),
        Expr::Dot(it, ..) if matches!(it.lhs, Expr::Property(..)) => last_call(&it.rhs),
        _ => None,
    }
}

impl Walk<'_> {
    /// Looks for functions that share a variable of a loop and are kept beyond its item.
    pub(super) fn kept_items(&mut self, names: &[&str], body: &[Stmt]) {
        for item in names {
            if self.kept_item(item, names, body) {
                break;
            }
        }
    }

    /// The same for one variable of it; whether there are any.
    fn kept_item(&mut self, item: &str, names: &[&str], body: &[Stmt]) -> bool {
        let mut kept = Kept {
            item,
            names,
            own: self.own.keys().map(ToString::to_string).collect(),
            inner: HashSet::new(),
            holders: HashSet::new(),
        };
        let (mut leaves, mut calls) = (false, false);
        each_part_in(body, |node| {
            match node {
                ASTNode::Stmt(Stmt::Var(it, ..)) => {
                    kept.inner.insert(it.0.name.to_string());
                    if kept.holds(&it.1).is_some() {
                        kept.holders.insert(it.0.name.to_string());
                    }
                }
                ASTNode::Stmt(Stmt::For(it, _)) => {
                    kept.inner.insert(it.0.name.to_string());
                }
                ASTNode::Stmt(Stmt::BreakLoop(..) | Stmt::Return(..)) => leaves = true,
                ASTNode::Expr(Expr::MethodCall(call, _) | Expr::FnCall(call, _))
                | ASTNode::Stmt(Stmt::FnCall(call, _)) => calls |= call.name == "call",
                _ => {}
            }
            true
        });
        // It is another variable from there on.
        if kept.inner.contains(item) {
            return false;
        }
        let mut found = None;
        each_part_in(body, |node| {
            found = kept.beyond(node);
            found.is_none()
        });
        let Some((target, at)) = found else {
            return false;
        };
        let message = format!(
            "all functions that are kept here share one `{item}`, which is the last item by the time they are called"
        );
        let hint = Some(format!(
            "copy it for each of them: let own = {item}; || … own …"
        ));
        // They may be called before the next item, or be but one.
        if leaves || calls || times(&target, body) > 1 {
            self.suspects(Rule::SharedLoopVariable, at, message, hint);
        } else {
            self.fails(Rule::SharedLoopVariable, at, message, hint);
        }
        true
    }
}

/// How often statements mention a variable.
fn times(name: &str, body: &[Stmt]) -> usize {
    let mut times = 0;
    each_part_in(body, |node| {
        if let ASTNode::Expr(Expr::Variable(it, ..)) = node {
            times += usize::from(it.1 == name);
        }
        true
    });
    times
}
