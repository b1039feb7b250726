//! `random`, `shuffle`, `pick`, `uuid`: chance that is the same when a run is taken up again.

use std::sync::PoisonError;

use rhai::{Array, Dynamic, FLOAT, INT, NativeCallContext};
use serde_json::{Value, json};

use super::Result;
use crate::script::given::Given;
use crate::script::host::Host;
use crate::script::trouble::Trouble;

/// What chance came to, or had come to.
fn drawn(
    host: &Host,
    name: &'static str,
    arguments: &Value,
    draw: impl FnOnce(&mut fastrand::Rng) -> Value,
) -> Result<Value> {
    host.kept(name, "", arguments, || {
        let chance = &host.locals().chance;
        Ok(draw(
            &mut chance.lock().unwrap_or_else(PoisonError::into_inner),
        ))
    })
}

fn backwards(low: &dyn std::fmt::Display, high: &dyn std::fmt::Display) -> Trouble {
    Trouble::argument(format!(
        "random takes the lower bound first, not {low} and {high}"
    ))
    .hint(format!("turn them round: random({high}, {low})"))
}

fn between(host: &Host, low: INT, high: INT) -> Result<INT> {
    if low > high {
        return Err(backwards(&low, &high).raise());
    }
    let value = drawn(host, "random", &json!({"low": low, "high": high}), |rng| {
        rng.i64(low..=high).into()
    })?;
    Ok(value.as_i64().unwrap_or(low))
}

fn within(host: &Host, low: FLOAT, high: FLOAT) -> Result<FLOAT> {
    if !(low.is_finite() && high.is_finite() && low <= high) {
        return Err(backwards(&low, &high).raise());
    }
    let value = drawn(host, "random", &json!({"low": low, "high": high}), |rng| {
        (high - low).mul_add(rng.f64(), low).clamp(low, high).into()
    })?;
    Ok(value.as_f64().unwrap_or(low))
}

fn shuffled(host: &Host, list: &Array) -> Result<Array> {
    let count = list.len();
    let order = drawn(host, "shuffle", &json!({"items": count}), |rng| {
        let mut order: Vec<usize> = (0..count).collect();
        rng.shuffle(&mut order);
        order.into()
    })?;
    let order = order.as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(order
        .iter()
        .filter_map(|place| list.get(usize::try_from(place.as_u64()?).ok()?).cloned())
        .collect())
}

fn picked(host: &Host, list: &Array) -> Result<Dynamic> {
    if list.is_empty() {
        return Err(Trouble::argument("pick has nothing to pick from: the list is empty").raise());
    }
    let count = list.len();
    let place = drawn(host, "pick", &json!({"items": count}), |rng| {
        rng.usize(0..count).into()
    })?;
    let place = place.as_u64().and_then(|place| usize::try_from(place).ok());
    Ok(place
        .and_then(|place| list.get(place).cloned())
        .unwrap_or_default())
}

/// A UUID of version 4.
fn uuid(host: &Host) -> Result<String> {
    let value = drawn(host, "uuid", &json!({}), |rng| {
        let bits = (rng.u128(..) & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
        let hex = format!("{bits:032x}");
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        format!(
            "{}-{}-{}-{}-{}",
            part(0, 8),
            part(8, 12),
            part(12, 16),
            part(16, 20),
            part(20, 32)
        )
        .into()
    })?;
    Ok(value.as_str().unwrap_or_default().to_owned())
}

/// Registers the functions of chance.
pub fn register(engine: &mut Given<'_>, host: &Host) {
    let own = host.clone();
    engine.register_fn(
        "random",
        move |context: NativeCallContext| -> Result<FLOAT> {
            own.come_to(&context);
            let value = drawn(&own, "random", &json!({}), |rng| rng.f64().into())?;
            Ok(value.as_f64().unwrap_or_default())
        },
    );
    let own = host.clone();
    engine.register_fn(
        "random",
        move |context: NativeCallContext, low: INT, high: INT| {
            own.come_to(&context);
            between(&own, low, high)
        },
    );
    let own = host.clone();
    engine.register_fn(
        "random",
        move |context: NativeCallContext, low: FLOAT, high: FLOAT| {
            own.come_to(&context);
            within(&own, low, high)
        },
    );
    let own = host.clone();
    engine.register_fn("shuffle", move |context: NativeCallContext, list: Array| {
        own.come_to(&context);
        shuffled(&own, &list)
    });
    let own = host.clone();
    engine.register_fn("pick", move |context: NativeCallContext, list: Array| {
        own.come_to(&context);
        picked(&own, &list)
    });
    let own = host.clone();
    engine.register_fn("uuid", move |context: NativeCallContext| {
        own.come_to(&context);
        uuid(&own)
    });
}
