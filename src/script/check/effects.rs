//! What a call needs to be granted.

use rhai::Expr;
use serde_json::Value;

use super::super::builtins::BUILTINS;
use super::super::sugar;
use super::callable::Callable;
use super::types::Type;
use super::walk::Walk;
use crate::api;
use crate::operation::{Arguments, Effect, EffectRule, Operation};

impl Walk<'_> {
    /// Notes what a call with this meaning needs. `first` counts the arguments that stand before
    /// those given: what a method is called on.
    pub(super) fn note(
        &mut self,
        name: &str,
        meaning: &Callable,
        target: &Type,
        args: &[Expr],
        first: usize,
    ) {
        let needs = &mut self.uses.needs;
        if let Some(operation) = meaning.operation {
            // Which parameters are meant is not known without the first.
            let is_certain = target.is_known() || operation.params.len() <= 1;
            let params = meaning.params.get(first..).filter(|_| is_certain);
            let params = params.unwrap_or_default();
            needs.effects.extend(effects(operation, params, args));
            return;
        }
        if sugar::is_known(name) && meaning.signature.is_some() {
            needs.effects.extend(short_form(name));
        }
        let builtin = BUILTINS
            .iter()
            .find(|it| it.name == name && Some(it.signature) == meaning.signature.as_deref());
        if let Some(builtin) = builtin {
            needs.powers.extend(builtin.power());
            if name == "wait_for" {
                needs.effects.insert(Effect::Read);
            }
        }
    }
}

/// The effect of a short form, which is that of the operation behind it.
fn short_form(name: &str) -> Option<Effect> {
    let state = match name {
        "reboot" => "rebooting",
        "power_on" => "power on",
        "power_off" => "power off",
        _ => return Some(Effect::Read),
    };
    let operation = api::operation("set_power")?;
    Some(operation.effect(&Arguments::new().with("power_state", state)))
}

/// The effects that a call may have: one, where all that decides it is written down.
fn effects(
    operation: &'static Operation,
    params: &[crate::operation::Param],
    args: &[Expr],
) -> Vec<Effect> {
    let possible = || operation.effect.possible().to_vec();
    if matches!(operation.effect, EffectRule::Always(_)) || params.is_empty() {
        return possible();
    }
    let mut arguments = Arguments::new();
    for (param, arg) in params.iter().zip(args) {
        match literal(arg) {
            Some(value) => arguments.set(param.name, value),
            // What it acts upon does not decide what it does.
            None if param.place.is_path() => {}
            None => return possible(),
        }
    }
    vec![operation.effect(&arguments)]
}

/// The value that an expression is, if it is written down.
fn literal(expr: &Expr) -> Option<Value> {
    Some(match expr {
        Expr::BoolConstant(value, _) => (*value).into(),
        Expr::IntegerConstant(value, _) => (*value).into(),
        Expr::StringConstant(value, _) => value.as_str().into(),
        Expr::Array(items, _) => items
            .iter()
            .map(literal)
            .collect::<Option<Vec<_>>>()?
            .into(),
        Expr::Map(map, _) => {
            let fields = map.0.iter();
            let fields = fields.map(|(key, value)| Some((key.name.to_string(), literal(value)?)));
            Value::Object(fields.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}
