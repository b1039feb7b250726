//! Every part of a script: its statements and expressions, however deep.

use rhai::{AST, ASTNode, Expr, Stmt};

/// Goes through all parts of a script as long as `on` says so, functions included.
pub fn each_part(script: &AST, mut on: impl FnMut(&ASTNode<'_>) -> bool) {
    script.walk(&mut |path: &[ASTNode<'_>]| goes_on(path, &mut on));
}

/// Goes through all parts of an expression as long as `on` says so.
pub fn each_part_of(expr: &Expr, mut on: impl FnMut(&ASTNode<'_>) -> bool) {
    within(expr, &mut on);
}

/// Goes through all parts of statements as long as `on` says so.
pub fn each_part_in(statements: &[Stmt], mut on: impl FnMut(&ASTNode<'_>) -> bool) {
    for statement in statements {
        let mut visit = |path: &[ASTNode<'_>]| goes_on(path, &mut on);
        if !statement.walk(&mut Vec::new(), &mut visit) {
            break;
        }
    }
}

fn within(expr: &Expr, on: &mut dyn FnMut(&ASTNode<'_>) -> bool) -> bool {
    expr.walk(&mut Vec::new(), &mut |path: &[ASTNode<'_>]| {
        goes_on(path, on)
    })
}

fn goes_on(path: &[ASTNode<'_>], on: &mut dyn FnMut(&ASTNode<'_>) -> bool) -> bool {
    let Some(node) = path.last() else {
        return true;
    };
    if !on(node) {
        return false;
    }
    match node {
        // The language itself passes by what a loop comes to.
        ASTNode::Stmt(Stmt::BreakLoop(Some(expr), ..)) => within(expr, on),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_loop_comes_to_is_a_part() {
        let text = "fn f() { loop { break loop { break a(b()) }; } } let x = loop { break c() };";
        let script = rhai::Engine::new().compile(text).unwrap();
        let mut called = Vec::new();
        each_part(&script, |node| {
            if let ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)) =
                node
            {
                called.push(call.name.to_string());
            }
            true
        });
        called.sort_unstable();
        assert_eq!(called, ["a", "b", "c"]);
    }
}
