//! Functions that a loop makes and somebody keeps: they share the loop's variable, which is the last item
//! by the time that they are called.

use std::collections::HashSet;

use rhai::{ASTNode, Expr, FnCallExpr, Position, Stmt};

use super::expression::closure;
use super::mentions::root;
use super::rule::Rule;
use super::walk::Walk;
use crate::script::parts::each_part_in;

/// Methods that keep what they are given.
const KEEPERS: &[&str] = &["append", "insert", "push", "set"];

/// What a loop keeps of its own.
struct Kept<'n> {
    /// The variable of the loop.
    item: &'n str,
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

    fn call(&self, call: &FnCallExpr, target: &Expr, args: &[Expr]) -> Option<Position> {
        let keeps = KEEPERS.contains(&call.name.as_str()) && self.is_outer(target);
        let mut given = args.iter().filter_map(|arg| self.holds(arg));
        keeps.then(|| given.next()).flatten()
    }

    /// Where a part of the loop has a function kept beyond the item that it was made for.
    fn beyond(&self, node: &ASTNode<'_>) -> Option<Position> {
        match node {
            ASTNode::Stmt(Stmt::Assignment(it)) if self.is_outer(&it.1.lhs) => {
                self.holds(&it.1.rhs)
            }
            ASTNode::Expr(Expr::Dot(it, ..)) => match &it.rhs {
                Expr::MethodCall(call, _) => self.call(call, &it.lhs, &call.args),
                _ => None,
            },
            ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)) => {
                let (target, args) = call.args.split_first()?;
                self.call(call, target, args)
            }
            _ => None,
        }
    }
}

impl Walk<'_> {
    /// Looks for functions that share the variable of a loop and are kept beyond its item.
    pub(super) fn kept_item(&mut self, item: &str, body: &[Stmt]) {
        let mut kept = Kept {
            item,
            inner: HashSet::new(),
            holders: HashSet::new(),
        };
        each_part_in(body, |node| {
            if let ASTNode::Stmt(Stmt::Var(it, ..)) = node {
                kept.inner.insert(it.0.name.to_string());
                if kept.holds(&it.1).is_some() {
                    kept.holders.insert(it.0.name.to_string());
                }
            }
            true
        });
        let mut found = None;
        each_part_in(body, |node| {
            found = kept.beyond(node);
            found.is_none()
        });
        if let Some(at) = found {
            let message = format!(
                "all functions that are kept here share one `{item}`, which is the last item by the time they are called"
            );
            let hint = format!("copy it for each of them: let own = {item}; || … own …");
            self.fails(Rule::SharedLoopVariable, at, message, Some(hint));
        }
    }
}
