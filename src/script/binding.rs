//! The operations a script names, as functions of its engine: the others cost nothing.

use std::any::TypeId;
use std::collections::HashSet;

use rhai::{AST, ASTNode, Dynamic, Engine, EvalAltResult, Expr, Stmt};

use super::call;
use super::host::Host;
use super::vocabulary;

/// A script that names functions in other ways than by calling them gets all of them, for calls
/// with up to so many arguments.
const MOST: usize = 4;

/// What an engine knows of ours so far.
#[derive(Debug, Default)]
pub struct Bindings {
    bound: HashSet<(String, usize)>,
    all: bool,
}

impl Bindings {
    /// Binds what a script calls.
    pub fn bind(&mut self, engine: &mut Engine, host: &Host, ast: &AST) {
        let (called, reaches_out) = named(ast);
        for (name, arguments) in called {
            self.bind_one(engine, host, name, arguments);
        }
        if reaches_out && !self.all {
            self.all = true;
            for name in vocabulary::names() {
                for arguments in 0..=MOST {
                    self.bind_one(engine, host, name.to_owned(), arguments);
                }
            }
        }
    }

    fn bind_one(&mut self, engine: &mut Engine, host: &Host, name: String, arguments: usize) {
        if !call::is_known(&name) || !self.bound.insert((name.clone(), arguments)) {
            return;
        }
        let host = host.clone();
        let types = vec![TypeId::of::<Dynamic>(); arguments];
        engine.register_raw_fn(name.clone(), types, move |context, args| {
            call::call(&host, &name, args).unwrap_or_else(|| {
                let types: Vec<&str> = args
                    .iter()
                    .map(|value| context.engine().map_type_name(value.type_name()))
                    .collect();
                Err(Box::new(EvalAltResult::ErrorFunctionNotFound(
                    format!("{name} ({})", types.join(", ")),
                    context.call_position(),
                )))
            })
        });
    }
}

/// The functions a script calls and with how many arguments, and whether others may be called in
/// its name: by modules, or by pointers made of text.
fn named(ast: &AST) -> (HashSet<(String, usize)>, bool) {
    let mut called = HashSet::new();
    let mut reaches_out = false;
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        let (call, subject) = match path.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _))) => {
                (call, 0)
            }
            Some(ASTNode::Expr(Expr::MethodCall(call, _))) => (call, 1),
            Some(ASTNode::Stmt(Stmt::Import(..))) => {
                reaches_out = true;
                return true;
            }
            _ => return true,
        };
        reaches_out |= call.name == "Fn";
        called.insert((call.name.to_string(), call.args.len() + subject));
        true
    });
    (called, reaches_out)
}
