//! What a script mentions: names that could be calls, and imports.

use std::collections::{BTreeSet, HashSet};

use super::expression::closure;
use crate::script::builtins::BUILTINS;
use crate::script::call::meant;
use crate::script::parts::each_part;
use rhai::{AST, ASTNode, Expr, FnCallExpr, Position, Stmt};

/// The names a script mentions that could be calls, those in texts included: `Fn("clouds")` makes a
/// call of one. Where it turns out only when it runs which they are, they may be any.
pub fn mentioned(ast: &AST, names: &mut BTreeSet<String>) {
    each_part(ast, |node| {
        if let Some(call) = call_at(node) {
            names.insert(call.name.to_string());
            let is_literal = matches!(call.args.first(), Some(Expr::StringConstant(..)));
            if call.name == "Fn" && !is_literal {
                names.extend(every());
            }
        } else if let ASTNode::Stmt(Stmt::Import(import, _)) = node
            && !matches!(import.0, Expr::StringConstant(..))
        {
            names.extend(every());
        } else if let ASTNode::Expr(Expr::StringConstant(text, _)) = node
            && is_word(text)
        {
            names.insert(text.to_string());
        }
        true
    });
}

/// Every name that could be a call of ours.
pub fn every() -> impl Iterator<Item = String> {
    let builtins = BUILTINS.iter().map(|it| it.name);
    meant().chain(builtins).map(str::to_owned)
}

fn call_at<'a>(node: &ASTNode<'a>) -> Option<&'a FnCallExpr> {
    match node {
        ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _))
        | ASTNode::Stmt(Stmt::FnCall(call, _)) => Some(call),
        _ => None,
    }
}

/// The modules a script imports by a literal path.
#[must_use]
pub fn imported(ast: &AST) -> Vec<(String, Position)> {
    let mut paths = Vec::new();
    each_part(ast, |node| {
        if let ASTNode::Stmt(Stmt::Import(import, _)) = node
            && let Expr::StringConstant(path, position) = &import.0
        {
            paths.push((path.to_string(), *position));
        }
        true
    });
    paths
}

/// What a script itself imports under a name: path and name.
#[must_use]
pub fn named_imports(ast: &AST) -> Vec<(String, String)> {
    let named = ast
        .statements()
        .iter()
        .filter_map(|statement| match statement {
            Stmt::Import(import, _) => Some(&**import),
            _ => None,
        });
    named
        .filter_map(|(path, name)| match path {
            Expr::StringConstant(path, _) if !name.name.is_empty() => {
                Some((path.to_string(), name.name.to_string()))
            }
            _ => None,
        })
        .collect()
}

fn is_word(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Whether a script imports something under the names it has there.
#[must_use]
pub fn has_bare_import(ast: &AST) -> bool {
    let mut found = false;
    each_part(ast, |node| {
        if let ASTNode::Stmt(Stmt::Import(import, _)) = node
            && import.1.name.is_empty()
        {
            found = true;
        }
        true
    });
    found
}

/// Names to which something is done that takes away what was known of them.
#[derive(Debug, Default)]
pub struct Changes {
    /// The variables that are given a value again.
    pub assigned: HashSet<String>,
    /// The lists that are changed.
    pub changed: HashSet<String>,
    /// Keys of maps and words, which may hold or name a function.
    pub keys: HashSet<String>,
    /// The names declared outside of functions and blocks.
    pub top: HashSet<String>,
}

/// What stands for every key.
pub const ANY: &str = "*";

/// Methods that change what they are called on.
const CHANGERS: &[&str] = &[
    "append",
    "chop",
    "clear",
    "crop",
    "dedup",
    "drain",
    "fill_with",
    "insert",
    "mixin",
    "pad",
    "pop",
    "push",
    "remove",
    "retain",
    "reverse",
    "set",
    "shift",
    "sort",
    "splice",
    "split",
    "take",
    "truncate",
];

impl Changes {
    /// What a script does to its names. `own` knows its functions, which may change what they are
    /// called on; `has_this` is whether some of them, defined before, may.
    #[must_use]
    pub fn of(ast: &AST, own: &HashSet<&str>, mut has_this: bool) -> Self {
        let mut changes = Self::default();
        // What is called on them may make anything of them, where anything says `this`.
        let mut called_on = HashSet::new();
        for statement in ast.statements() {
            match statement {
                Stmt::Var(it, ..) => {
                    changes.top.insert(it.0.name.to_string());
                }
                Stmt::Import(it, _) => {
                    changes.top.insert(it.1.name.to_string());
                }
                _ => {}
            }
        }
        each_part(ast, |node| {
            match node {
                ASTNode::Expr(Expr::ThisPtr(_)) => has_this = true,
                ASTNode::Stmt(Stmt::Assignment(it)) => {
                    changes.assignment(&it.1.lhs);
                    if let (Expr::Index(to, ..), true) = (&it.1.lhs, is_function(&it.1.rhs)) {
                        changes.held(&to.rhs);
                    }
                }
                ASTNode::Expr(Expr::Dot(it, ..) | Expr::Index(it, ..)) => {
                    if let Some(name) = root(&it.lhs) {
                        if changes_root(&it.rhs, own) {
                            changes.changed.insert(name.clone());
                        }
                        if calls_own(&it.rhs, own) {
                            called_on.insert(name);
                        }
                    }
                }
                ASTNode::Expr(Expr::MethodCall(call, _))
                    if call.name == "set" && call.args.last().is_some_and(is_function) =>
                {
                    call.args
                        .first()
                        .into_iter()
                        .for_each(|key| changes.held(key));
                }
                ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)) => {
                    if CHANGERS.contains(&call.name.as_str())
                        && let Some(name) = call.args.first().and_then(root)
                    {
                        changes.changed.insert(name);
                    }
                }
                ASTNode::Expr(Expr::Map(map, _)) => {
                    changes
                        .keys
                        .extend(map.0.iter().map(|(key, _)| key.name.to_string()));
                }
                _ => {}
            }
            true
        });
        if has_this {
            changes.assigned.extend(called_on);
        }
        changes
    }

    /// A function is kept under a key, which may be any if it is not written down.
    fn held(&mut self, key: &Expr) {
        self.keys.insert(match key {
            Expr::StringConstant(key, _) => key.to_string(),
            _ => ANY.to_owned(),
        });
    }

    fn assignment(&mut self, target: &Expr) {
        match target {
            Expr::Variable(it, ..) => {
                self.assigned.insert(it.1.to_string());
            }
            Expr::Dot(it, ..) => {
                self.set(&it.rhs);
                self.changed.extend(root(&it.lhs));
            }
            Expr::Index(it, ..) => {
                if let Expr::StringConstant(key, _) = &it.rhs {
                    self.keys.insert(key.to_string());
                }
                self.set(&it.rhs);
                self.changed.extend(root(&it.lhs));
            }
            _ => {}
        }
    }

    /// The property that is set at the end of a chain.
    fn set(&mut self, chain: &Expr) {
        match chain {
            Expr::Property(it, _) => {
                self.keys.insert(it.2.to_string());
            }
            Expr::Dot(it, ..) | Expr::Index(it, ..) => self.set(&it.rhs),
            _ => {}
        }
    }
}

/// Whether an expression is a function where it is written.
fn is_function(expr: &Expr) -> bool {
    closure(expr).is_some() || matches!(expr, Expr::FnCall(call, _) if call.name == "Fn")
}

/// The variable that an expression begins with.
#[must_use]
pub fn root(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Variable(it, ..) => Some(it.1.to_string()),
        Expr::Dot(it, ..) | Expr::Index(it, ..) => root(&it.lhs),
        _ => None,
    }
}

/// Whether a chain calls a method of the script's own, or one that is given something, which may be a
/// function: both may have the value as `this`.
fn calls_own(chain: &Expr, own: &HashSet<&str>) -> bool {
    match chain {
        Expr::MethodCall(call, _) => own.contains(call.name.as_str()) || !call.args.is_empty(),
        Expr::Dot(it, ..) | Expr::Index(it, ..) => {
            calls_own(&it.lhs, own) || calls_own(&it.rhs, own)
        }
        _ => false,
    }
}

/// Whether a chain of methods changes what it begins with.
fn changes_root(chain: &Expr, own: &HashSet<&str>) -> bool {
    match chain {
        Expr::MethodCall(call, _) => {
            let name = call.name.as_str();
            CHANGERS.contains(&name) || own.contains(name)
        }
        Expr::Dot(it, ..) | Expr::Index(it, ..) => {
            changes_root(&it.lhs, own) || changes_root(&it.rhs, own)
        }
        _ => false,
    }
}
