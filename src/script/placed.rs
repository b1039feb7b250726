//! Places for what goes wrong in operations.
//!
//! A call that no function answers reaches us without its position; one of a native function has
//! it. So the operations that a script and its modules name become native functions before it runs.
//! The others still cost nothing.

use std::any::TypeId;
use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use rhai::{AST, ASTNode, Dynamic, Engine, EvalAltResult, Expr, NativeCallContext, Stmt};

use super::call;
use super::host::Host;
use super::modules;

/// What has been registered: names and numbers of arguments.
#[derive(Clone, Debug, Default)]
pub struct Placed {
    calls: Arc<RwLock<HashSet<(String, usize)>>>,
    modules: HashSet<String>,
}

impl Placed {
    /// Whether a call is answered by a native function. The engine asks for a missing function
    /// whenever a call failed, also when it was the native function that failed: what it did must
    /// not be done again.
    #[must_use]
    pub fn answers(&self, name: &str, count: usize) -> bool {
        let calls = self.calls.read().unwrap_or_else(PoisonError::into_inner);
        calls.contains(&(name.to_owned(), count))
    }

    fn is_new(&self, name: &str, count: usize) -> bool {
        let mut calls = self.calls.write().unwrap_or_else(PoisonError::into_inner);
        calls.insert((name.to_owned(), count))
    }

    /// Registers the operations that a script calls, and those its modules call.
    pub fn register(&mut self, engine: &mut Engine, host: &Host, ast: &AST, folder: &Path) {
        let mut asts = vec![(None, ast.clone())];
        while let Some((file, ast)) = asts.pop() {
            let (calls, imports) = found(&ast);
            for (name, count) in calls {
                if self.is_new(&name, count) {
                    register(engine, host, &name, count);
                }
            }
            for path in imports {
                // What is wrong with a module is said when it is imported.
                let Ok(source) = modules::find(folder, file.as_deref(), &path) else {
                    continue;
                };
                if self.modules.insert(source.name.clone())
                    && let Ok(ast) = engine.compile(&source.text)
                {
                    asts.push((Some(source.name), ast));
                }
            }
        }
    }
}

/// The operations a script calls, and the modules it imports by a plain name.
fn found(ast: &AST) -> (Vec<(String, usize)>, Vec<String>) {
    let (mut calls, mut imports) = (Vec::new(), Vec::new());
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        match path.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, _))) if call.namespace.is_empty() => {
                calls.push((call.name.to_string(), call.args.len()));
            }
            Some(ASTNode::Expr(Expr::MethodCall(call, _))) => {
                calls.push((call.name.to_string(), call.args.len() + 1));
            }
            Some(ASTNode::Stmt(Stmt::Import(import, _))) => {
                if let Expr::StringConstant(path, _) = &import.0 {
                    imports.push(path.to_string());
                }
            }
            _ => {}
        }
        true
    });
    calls.retain(|(name, _)| call::is_known(name));
    (calls, imports)
}

fn register(engine: &mut Engine, host: &Host, name: &str, count: usize) {
    let (host, own) = (host.clone(), name.to_owned());
    engine.register_raw_fn(
        name,
        vec![TypeId::of::<Dynamic>(); count],
        move |context: NativeCallContext,
              args: &mut [&mut Dynamic]|
              -> Result<Dynamic, Box<EvalAltResult>> {
            call::call(&host, &own, args).unwrap_or_else(|| {
                let types: Vec<&str> = args
                    .iter()
                    .map(|value| context.engine().map_type_name(value.type_name()))
                    .collect();
                let signature = format!("{own} ({})", types.join(", "));
                let position = context.call_position();
                Err(EvalAltResult::ErrorFunctionNotFound(signature, position).into())
            })
        },
    );
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::super::Ended;
    use super::super::trial::Trial;
    use super::*;

    #[test]
    fn an_operation_that_fails_is_tried_once_and_its_place_is_said() {
        for (text, line, column) in [
            ("let x = 1;\n\n  clouds();", 3, 3),
            ("fn f() {\n    orders()\n}\nf();", 2, 5),
            ("[1].map(|x|\n  node(\"a\", \"b\"));", 2, 3),
            ("let id = \"a\";\nid.nodes();", 2, 4),
        ] {
            let trial = Arc::new(Trial::default());
            let Err(Ended::Complaining(complaints)) = trial.run(text) else {
                panic!("{text:?} was to fail");
            };
            let place = complaints[0].place.clone().unwrap();
            assert_eq!((place.line, place.column), (line, column), "{text:?}");
            assert_eq!(trial.calls.load(Ordering::Relaxed), 1, "{text:?}");
        }
    }

    #[test]
    fn functions_of_the_script_come_before_operations_of_the_same_name() {
        let trial = Arc::new(Trial::default());
        trial.run("fn clouds() { 7 }\nprint(clouds());").unwrap();
        assert_eq!(*trial.printed.lock().unwrap(), ["7"]);
    }

    #[test]
    fn operations_reached_through_function_pointers_are_answered_too() {
        let trial = Arc::new(Trial::default());
        assert!(trial.run("Fn(\"clouds\").call()").is_err());
        assert_eq!(trial.calls.load(Ordering::Relaxed), 1);
    }
}
