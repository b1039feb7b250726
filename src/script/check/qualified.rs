//! Calls of functions of modules: `rolling::batches(…)`.

use rhai::{FnCallExpr, Position};

use super::super::stand_in;
use super::callable;
use super::rule::Rule;
use super::types::Type;
use super::unit::Unit;
use super::walk::Walk;
use crate::operation::nearest;

impl Walk<'_> {
    /// A call of a function of a module.
    pub(super) fn qualified_call(&mut self, call: &FnCallExpr, position: Position) -> Type {
        for arg in &call.args {
            self.expr(arg);
        }
        let module = call.namespace.to_string();
        let name = call.name.as_str();
        let at = Some(call.namespace.position())
            .filter(|at| !at.is_none())
            .unwrap_or(position);
        if module == stand_in::NAME && self.ground.in_tests && self.scope.import(&module).is_none()
        {
            return self.of_simulator(name, call.args.len(), at);
        }
        let Some(Some(unit)) = self.module(&module, at) else {
            return Type::Unknown;
        };
        self.uses.foreign.insert((module.clone(), name.to_owned()));
        if !unit.is_opaque {
            self.of_unit(&unit, &module, name, call.args.len(), at);
        }
        Type::Unknown
    }

    fn of_simulator(&mut self, name: &str, given: usize, at: Position) -> Type {
        let own = callable::of_simulator(name);
        if let Some(meaning) = own.iter().find(|it| it.counts(given)) {
            return meaning.result.clone();
        }
        let signatures: Vec<String> = own.iter().filter_map(|it| it.signature.clone()).collect();
        if signatures.is_empty() {
            let names = super::super::builtins::IN_TESTS
                .iter()
                .filter(|it| it.on.is_some())
                .map(|it| it.name);
            let hint = nearest(name, names).map_or_else(
                || "mw doc sim lists what there is".to_owned(),
                |near| format!("did you mean `sim::{near}`?"),
            );
            self.find(
                Rule::UnknownFunction,
                at,
                format!("there is no function `sim::{name}`"),
                Some(hint),
            );
        } else {
            self.fails(
                Rule::WrongArity,
                at,
                wrong_count(&format!("sim::{name}"), given),
                Some(format!("call it as {}", signatures.join(" or "))),
            );
        }
        Type::Unknown
    }

    fn of_unit(&mut self, unit: &Unit, module: &str, name: &str, given: usize, at: Position) {
        let named = || {
            unit.functions
                .iter()
                .filter(|function| function.name == name)
        };
        if named().any(|function| !function.private && function.params.len() == given) {
            return;
        }
        if named().next().is_none() {
            let shown = unit
                .functions
                .iter()
                .filter(|it| !it.private && !it.name.contains('$'));
            let hint = nearest(name, shown.map(|it| it.name.as_str())).map_or_else(
                || format!("it is defined in {}", unit.source.name),
                |near| format!("did you mean `{module}::{near}`?"),
            );
            let hint = hint.replace("it is defined in", "look into");
            self.fails(
                Rule::UnknownFunction,
                at,
                format!("there is no function `{module}::{name}`"),
                Some(hint),
            );
        } else if named().all(|function| function.private) {
            self.fails(
                Rule::UnknownFunction,
                at,
                format!("`{module}::{name}` is private: only its own file can call it"),
                Some(format!(
                    "remove `private` before it in {}",
                    unit.source.name
                )),
            );
        } else {
            let shown = named().filter(|function| !function.private);
            let ways: Vec<String> = shown
                .map(|function| format!("{module}::{name}({})", function.params.join(", ")))
                .collect();
            self.fails(
                Rule::WrongArity,
                at,
                wrong_count(&format!("{module}::{name}"), given),
                Some(format!("call it as {}", ways.join(" or "))),
            );
        }
    }
}

fn wrong_count(name: &str, given: usize) -> String {
    let s = if given == 1 { "" } else { "s" };
    format!("`{name}` does not take {given} argument{s}")
}
