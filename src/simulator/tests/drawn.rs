//! Requests drawn at random: about things that are there and things that are not, with bodies that
//! are nearly right. Whatever comes, the answer is one the vendor documents.

use super::*;
use crate::operation::Place;

/// What may stand where something else is expected.
fn strange() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(json!(1e300)),
        Just(json!(-1)),
        Just(json!(28)),
        Just(json!("")),
        Just(json!("pod_1")),
        Just(json!("10.10.0.3")),
        Just(json!("10.0.0.0/8")),
        Just(json!("power on")),
        Just(json!("routed")),
        Just(json!("owner")),
        Just(json!("é\u{0}\u{1f600}")),
        Just(json!("x".repeat(70_000))),
        Just(json!([])),
        Just(json!([null, 1, "a", {}])),
        Just(json!({})),
        Just(json!({"label": {"label": []}})),
        "\\PC{0,12}".prop_map(Value::from),
    ]
}

/// A change to a body: which of its members, and what becomes of it.
#[derive(Clone, Debug)]
enum Slip {
    Left(usize),
    Replaced(usize, Value),
    Whole(Value),
}

fn slip() -> impl Strategy<Value = Slip> {
    prop_oneof![
        any::<usize>().prop_map(Slip::Left),
        (any::<usize>(), strange()).prop_map(|(at, value)| Slip::Replaced(at, value)),
        strange().prop_map(Slip::Whole),
    ]
}

/// Every place in a value that can be left out or replaced.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut inside = |key: String, value: &Value| {
        let at = format!("{at}/{key}");
        places(value, &at, found);
        found.push(at);
    };
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                inside(key.clone(), value);
            }
        }
        Value::Array(items) => {
            for (key, value) in items.iter().enumerate() {
                inside(key.to_string(), value);
            }
        }
        _ => {}
    }
}

fn slipped(mut body: Value, slip: Slip) -> Value {
    let mut found = Vec::new();
    places(&body, "", &mut found);
    let place = |at: usize| found.get(at.checked_rem(found.len())?);
    match slip {
        Slip::Whole(value) => return value,
        Slip::Left(at) => {
            if let Some((parent, key)) = place(at).and_then(|it| it.rsplit_once('/'))
                && let Some(Value::Object(members)) = body.pointer_mut(parent)
            {
                members.remove(key);
            }
        }
        Slip::Replaced(at, value) => {
            if let Some(member) = place(at).and_then(|it| body.pointer_mut(it)) {
                *member = value;
            }
        }
    }
    body
}

/// Who asks, the owner first.
const KEYS: &[&str] = &[
    "Bearer sim",
    "Bearer sim-maintainer",
    "Bearer sim-member",
    "Bearer sim-billing",
    "Bearer sim-support",
    "Bearer x",
];

/// One request: which operation, by whom, whether to something unknown, its slips.
type Drawn = (usize, usize, bool, Vec<Slip>, u16);

fn drawn() -> impl Strategy<Value = Drawn> {
    (
        any::<usize>(),
        prop_oneof![8 => Just(0_usize), 1 => 1..KEYS.len()],
        prop::bool::weighted(0.15),
        proptest::collection::vec(slip(), 0..3),
        0_u16..600,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_answer_is_one_the_vendor_documents(requests in proptest::collection::vec(drawn(), 1..40)) {
        let simulator = simulator();
        // Good ones at the start; what comes before them may take away what they need.
        let all: Vec<_> = operations()
            .map(|operation| (operation, good(&simulator, operation.name)))
            .collect();
        for (which, who, is_lost, slips, minutes) in requests {
            let (operation, (path, body)) = &all[which % all.len()];
            let mut path = path.clone();
            if is_lost {
                let end = path.len() - path.rsplit('/').next().unwrap().len();
                path.truncate(end);
                path.push('0');
            }
            let takes_body = operation.params.iter().any(|param| {
                matches!(param.place, Place::Body | Place::Member | Place::PathAndMember(_))
            });
            let body = takes_body.then(|| {
                slips.into_iter().fold(body.clone().unwrap_or(json!({})), slipped)
            });
            let key = KEYS[who];
            let answer = call_as(&simulator, key, operation.method.as_str(), &path, body.as_ref());
            prop_assert!(answer.status().as_u16() < 500, "{path}");
            pass(&simulator, TimeDelta::minutes(i64::from(minutes)));
        }
    }
}
