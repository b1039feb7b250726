//! What can be found wrong with a script before it has done anything.

use std::collections::{BTreeSet, HashSet};

use rhai::{AST, ASTNode, Expr, FnCallExpr, Position, Stmt};

use super::diagnose::place;
use super::language::LANGUAGE;
use super::source::Source;
use super::vocabulary;
use crate::api;
use crate::error::{Complaint, exit};
use crate::operation::{Operation, nearest};

/// The names a script mentions that could be calls, those in texts included: `Fn("clouds")` makes a
/// call of one.
pub fn mentioned(ast: &AST, names: &mut BTreeSet<String>) {
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        if let Some((call, ..)) = path.last().and_then(call_at) {
            names.insert(call.name.to_string());
        } else if let Some(ASTNode::Expr(Expr::StringConstant(text, _))) = path.last()
            && is_word(text)
        {
            names.insert(text.to_string());
        }
        true
    });
}

/// The call at a node: where it stands, and whether it is one of a method.
fn call_at<'a>(node: &ASTNode<'a>) -> Option<(&'a FnCallExpr, Position, bool)> {
    match node {
        ASTNode::Expr(Expr::FnCall(call, position))
        | ASTNode::Stmt(Stmt::FnCall(call, position)) => Some((call, *position, false)),
        ASTNode::Expr(Expr::MethodCall(call, position)) => Some((call, *position, true)),
        _ => None,
    }
}

/// The modules a script imports by a literal path.
pub fn imported(ast: &AST) -> Vec<(String, Position)> {
    let mut paths = Vec::new();
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        if let Some(ASTNode::Stmt(Stmt::Import(import, _))) = path.last()
            && let Expr::StringConstant(path, position) = &import.0
        {
            paths.push((path.to_string(), *position));
        }
        true
    });
    paths
}

/// What a script itself imports under a name: path and name.
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

/// Every call of a function that does not exist, and every call of an operation with too many or
/// too few arguments.
#[must_use]
pub fn check(source: &Source, ast: &AST, defined: &AST) -> Vec<Complaint> {
    let own: HashSet<String> = ast
        .iter_functions()
        .chain(defined.iter_functions())
        .map(|function| function.name.to_owned())
        .collect();
    let imports_all = has_bare_import(ast);
    let mut found: Vec<(Position, Complaint)> = Vec::new();
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        if let Some((call, position, is_method)) = path.last().and_then(call_at) {
            if call.op_token.is_some() || !call.namespace.is_empty() {
                return true;
            }
            let name = call.name.as_str();
            if !is_word(name) || KEYWORDS.contains(&name) {
                return true;
            }
            if own.contains(name) {
                if !is_method && !vocabulary::is_function(name) {
                    let counts = counts(name, &[ast, defined]);
                    found.extend(
                        miscounted(name, call.args.len(), &counts)
                            .map(|complaint| (position, complaint.at(place(source, position)))),
                    );
                }
                return true;
            }
            let complaint = if !vocabulary::is_function(name) {
                // A bare import brings functions in under their own names.
                (!imports_all).then(|| unknown(name, is_method, &own))
            } else if is_method {
                None
            } else {
                arity(name, call.args.len())
            };
            if let Some(complaint) = complaint {
                found.push((position, complaint.at(place(source, position))));
            }
        }
        true
    });
    found.sort_by_key(|(position, _)| (position.line(), position.position()));
    found.dedup();
    found.into_iter().map(|(_, complaint)| complaint).collect()
}

/// How many arguments the script's own functions of a name take.
fn counts(name: &str, asts: &[&AST]) -> Vec<usize> {
    let mut counts: Vec<usize> = asts
        .iter()
        .flat_map(|ast| ast.iter_functions())
        .filter(|function| function.name == name)
        .map(|function| function.params.len())
        .collect();
    counts.sort_unstable();
    counts.dedup();
    counts
}

fn miscounted(name: &str, given: usize, counts: &[usize]) -> Option<Complaint> {
    let fewest = counts.first()?;
    if counts.contains(&given) {
        return None;
    }
    let counts: Vec<String> = counts.iter().map(usize::to_string).collect();
    Some(Complaint::new(
        exit::USAGE,
        format!(
            "`{name}` takes {} argument{}, and is called with {given}",
            counts.join(" or "),
            if *fewest == 1 && counts.len() == 1 {
                ""
            } else {
                "s"
            }
        ),
    ))
}

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

fn is_word(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

fn has_bare_import(ast: &AST) -> bool {
    let mut found = false;
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        if let Some(ASTNode::Stmt(Stmt::Import(import, _))) = path.last()
            && import.1.name.is_empty()
        {
            found = true;
        }
        true
    });
    found
}

fn unknown(name: &str, is_method: bool, own: &HashSet<String>) -> Complaint {
    let what = if is_method { "method" } else { "function" };
    let hint = nearest(name, own.iter().map(String::as_str))
        .or_else(|| vocabulary::near(name))
        .map_or_else(
            || "mw doc lists what there is".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
    Complaint::new(exit::USAGE, format!("there is no {what} `{name}`")).hint(hint)
}

/// Whether an operation can be called with so many arguments.
fn arity(name: &str, given: usize) -> Option<Complaint> {
    // Names that are something else as well are left to the call itself.
    let operation: &Operation = api::operation(name)?;
    let shared = super::sugar::is_known(name)
        || super::builtins::BUILTINS
            .iter()
            .any(|builtin| builtin.name == name)
        || LANGUAGE.binary_search(&name).is_ok()
        || api::operations()
            .any(|it| it.name != name && it.form.is_some_and(|form| form.name == name));
    if shared {
        return None;
    }
    let most = operation.params.len();
    let required = operation
        .params
        .iter()
        .filter(|it| it.required && it.default.is_none())
        .count();
    // A node, an address or a member brings what it belongs to.
    let brings = operation
        .params
        .iter()
        .filter(|it| it.place.is_path())
        .count()
        > 1;
    let least = required.saturating_sub(usize::from(brings));
    if (least..=most).contains(&given) {
        return None;
    }
    let (few, many) = (given < least, if given == 1 { "" } else { "s" });
    Some(
        Complaint::new(
            exit::USAGE,
            format!(
                "`{name}` is called with {given} argument{many}, which is too {}",
                if few { "few" } else { "many" }
            ),
        )
        .hint(format!("call it as {}", operation.signature())),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(text: &str) -> Vec<String> {
        let source = Source::of_text("<test>", text);
        let mut engine = rhai::Engine::new();
        engine.set_optimization_level(rhai::OptimizationLevel::None);
        let ast = engine.compile(&source.text).unwrap();
        check(&source, &ast, &AST::empty())
            .into_iter()
            .map(|complaint| complaint.message)
            .collect()
    }

    #[test]
    fn a_function_of_the_script_is_called_with_as_many_arguments_as_it_takes() {
        let wrong = complaints("fn f(a) { a }\nfn g() { f(1, 2) }\nf(1); f();");
        assert_eq!(
            wrong,
            [
                "`f` takes 1 argument, and is called with 2",
                "`f` takes 1 argument, and is called with 0"
            ]
        );
        assert!(complaints("fn f() {} fn f(a, b) {} f(); f(1, 2); let x = 1; x.f();").is_empty());
        assert_eq!(
            complaints("fn f() {} fn f(a, b) {} f(1);"),
            ["`f` takes 0 or 2 arguments, and is called with 1"]
        );
    }
}
