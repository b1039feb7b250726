//! Where code comes to an end, and conditions that are no question.

use rhai::{ASTFlags, Expr, Stmt};

use super::rule::Rule;
use super::types::Type;
use super::walk::Walk;

/// What ends a block at this statement, if something does. `is_own` knows the script's functions.
pub fn ends(statement: &Stmt, is_own: &dyn Fn(&str) -> bool) -> Option<&'static str> {
    match statement {
        Stmt::Return(_, flags, _) if flags.contains(ASTFlags::BREAK) => Some("`throw` stands"),
        Stmt::Return(..) => Some("`return` stands"),
        Stmt::BreakLoop(_, flags, _) if flags.contains(ASTFlags::BREAK) => Some("`break` stands"),
        Stmt::BreakLoop(..) => Some("`continue` stands"),
        Stmt::FnCall(call, _) if call.name == "exit" && !is_own("exit") => Some("`exit` stands"),
        Stmt::Expr(expr) => match &**expr {
            Expr::FnCall(call, _)
                if call.name == "exit" && call.namespace.is_empty() && !is_own("exit") =>
            {
                Some("`exit` stands")
            }
            Expr::Stmt(block) => block.iter().find_map(|it| ends(it, is_own)),
            _ => None,
        },
        Stmt::Block(block) => block.iter().find_map(|it| ends(it, is_own)),
        Stmt::If(it, _) => {
            let then = it.body.iter().find_map(|it| ends(it, is_own));
            let other = it.branch.iter().find_map(|it| ends(it, is_own));
            then.and(other).map(|_| "all ways end")
        }
        _ => None,
    }
}

impl Walk<'_> {
    /// Walks through a condition.
    pub(super) fn condition(&mut self, condition: &Expr, is_loop: bool) {
        let known = self.expr(condition);
        let at = condition.start_position();
        let always = match condition {
            // `while true` is how endless loops are written.
            Expr::BoolConstant(true, _) if is_loop => None,
            Expr::BoolConstant(held, _) => Some(*held),
            _ => None,
        };
        let is_literal = match condition {
            Expr::FnCall(call, _) => call.op_token.is_some() && call.args.iter().all(is_plain),
            _ => false,
        };
        if let Some(always) = always {
            self.warn(
                Rule::ConstantCondition,
                at,
                format!("this condition is always {always}"),
                Some("remove what never runs".to_owned()),
            );
        } else if is_literal {
            self.warn(
                Rule::ConstantCondition,
                at,
                "this condition is the same every time: both sides are constants".to_owned(),
                Some("compare something that may change".to_owned()),
            );
        } else if known.is_known() && known != Type::Bool {
            self.fails(
                Rule::WrongType,
                at,
                format!(
                    "a condition is true or false, and this is {}",
                    known.described()
                ),
                Some(match known {
                    Type::List(_) => "ask whether it holds something: !list.is_empty()".to_owned(),
                    Type::Text => "compare it with something: text != \"\"".to_owned(),
                    Type::Int | Type::Float => "compare it with something: number > 0".to_owned(),
                    _ => "compare it with something: value != ()".to_owned(),
                }),
            );
        }
    }

    /// Looks at what is looped over.
    pub(super) fn loops(&mut self, list: &Type, at: rhai::Position) {
        let hint = match list {
            Type::Map | Type::Keys(_) => "loop over its keys: for key in map.keys() { … }",
            Type::Int => "loop over a range: for i in 0..n { … }",
            Type::Record(_) => "loop over a list: for n in cloud.nodes() { … }",
            Type::Bool | Type::Float | Type::Function | Type::Instant | Type::Duration => {
                "loop over a list: for x in [1, 2] { … }"
            }
            _ => return,
        };
        self.fails(
            Rule::WrongType,
            at,
            format!(
                "only lists, maps' keys(), ranges and texts can be looped over, and this is {}",
                list.described()
            ),
            Some(hint.to_owned()),
        );
    }
}

fn is_plain(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::BoolConstant(..)
            | Expr::IntegerConstant(..)
            | Expr::FloatConstant(..)
            | Expr::StringConstant(..)
            | Expr::CharConstant(..)
    )
}
