//! What a call acts upon: the resources that its arguments name, those within a body included.

use serde_json::Value;

use crate::api;
use crate::operation::{Answer, Arguments, Kind, Operation, Place, Request};

/// A resource that a call names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its type as grants write it: `cloud`, `ip_block`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: Called,
}

/// What a resource is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Called {
    /// Nobody has asked yet.
    #[default]
    Unknown,
    /// It has no name.
    Nothing,
    /// Its label or host name.
    By(String),
}

impl Called {
    /// The name, if it is known and there is one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::By(name) => Some(name),
            Self::Unknown | Self::Nothing => None,
        }
    }
}

/// A type of resource that calls can name.
#[derive(Debug)]
pub struct Nameable {
    /// The type as records name it.
    pub record: &'static str,
    /// The same as grants and messages write it.
    pub word: &'static str,
    /// The field of its id.
    pub id: &'static str,
    /// The field of its name.
    pub name: &'static str,
    /// The operation that tells the names of those beside it; the one that lists them all unless
    /// it is another.
    reading: Option<&'static str>,
}

const fn nameable(record: &'static str, word: &'static str) -> Nameable {
    Nameable {
        record,
        word,
        id: "id",
        name: "label",
        reading: None,
    }
}

/// The types of resources that calls can name.
pub static NAMEABLE: &[Nameable] = &[
    nameable("Cloud", "cloud"),
    Nameable {
        id: "uuid",
        name: "hostname",
        reading: Some("cloud_stats"),
        ..nameable("Node", "node")
    },
    nameable("Vlan", "vlan"),
    nameable("IpBlock", "ip_block"),
    Nameable {
        reading: Some("ip_block_details"),
        ..nameable("IpAddress", "ip_address")
    },
    nameable("Order", "order"),
    nameable("Configuration", "configuration"),
    nameable("PublicKey", "public_key"),
    Nameable {
        id: "organization_id",
        name: "name",
        ..nameable("Organization", "organization")
    },
    Nameable {
        id: "membership_id",
        name: "invite_email",
        reading: Some("members"),
        ..nameable("Member", "member")
    },
    nameable("Location", "location"),
];

fn find(is_it: impl Fn(&Nameable) -> bool) -> Option<&'static Nameable> {
    NAMEABLE.iter().find(|known| is_it(known))
}

/// What is known of a type of record.
#[must_use]
pub fn of_record(record: &str) -> Option<&'static Nameable> {
    find(|known| known.record == record)
}

/// The word for a type of record, where calls can name it.
pub fn word(record: &str) -> Option<&'static str> {
    of_record(record).map(|known| known.word)
}

/// Every type of resource that calls can name.
pub fn kinds() -> Vec<&'static str> {
    NAMEABLE.iter().map(|known| known.word).collect()
}

/// The types of resources that calls of an operation can name.
pub fn kinds_of(operation: &Operation) -> Vec<&'static str> {
    let mut found = Vec::new();
    for param in operation.params {
        gather_kinds(&param.kind, &mut found);
    }
    found
}

fn gather_kinds(kind: &Kind, found: &mut Vec<&'static str>) {
    match kind {
        Kind::Id(name) => {
            if let Some(word) = word(name).filter(|word| !found.contains(word)) {
                found.push(word);
            }
        }
        Kind::List(item) | Kind::OneOrMany(item) => gather_kinds(item, found),
        Kind::Object(fields) => {
            for field in *fields {
                gather_kinds(&field.kind, found);
            }
        }
        Kind::Text | Kind::Int(..) | Kind::Bool | Kind::OneOf(_) | Kind::Any => {}
    }
}

/// The resources that a call names.
pub fn subjects(request: &Request, arguments: &Arguments) -> Vec<Subject> {
    let mut found = Vec::new();
    for param in request.operation.params {
        let value = match param.place {
            Place::Body => request.body.as_ref(),
            _ => arguments.get(param.name),
        };
        if let Some(value) = value {
            gather(&param.kind, value, &mut found);
        }
    }
    found
}

fn gather(kind: &Kind, value: &Value, found: &mut Vec<Subject>) {
    match (kind, value) {
        (Kind::List(item) | Kind::OneOrMany(item), Value::Array(values)) => {
            for value in values {
                gather(item, value, found);
            }
        }
        (Kind::OneOrMany(item), value) => gather(item, value, found),
        (Kind::Object(fields), Value::Object(members)) => {
            for field in *fields {
                if let Some(value) = members.get(field.name) {
                    gather(&field.kind, value, found);
                }
            }
        }
        (Kind::Id(name), Value::String(_) | Value::Number(_)) => {
            let id = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            if let Some(kind) = word(name) {
                found.push(Subject {
                    kind,
                    id,
                    name: Called::Unknown,
                });
            }
        }
        _ => {}
    }
}

/// The call that tells the names of the resources of a type, among them those that a call with these
/// subjects acts upon; none where the API has none.
#[must_use]
pub fn reading(word: &str, beside: &[Subject]) -> Option<(&'static Operation, Arguments)> {
    let known = find(|known| known.word == word)?;
    let operation = match known.reading {
        Some(name) => api::operation(name)?,
        None => api::operations().find(|operation| {
            operation.params.iter().all(|param| !param.required)
                && matches!(operation.answer, Answer::Many(kind) if kind.name == known.record)
        })?,
    };
    let mut arguments = Arguments::new();
    for param in operation.params.iter().filter(|param| param.required) {
        let Kind::Id(record) = param.kind else {
            return None;
        };
        let of = beside
            .iter()
            .find(|subject| Some(subject.kind) == self::word(record))?;
        arguments.set(param.name, of.id.as_str());
    }
    Some((operation, arguments))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_type_that_a_call_can_name_has_a_word() {
        for operation in api::operations() {
            for param in operation.params {
                every_id(&param.kind, &mut |name| {
                    assert!(word(name).is_some(), "{name}");
                });
            }
        }
    }

    fn every_id(kind: &Kind, see: &mut dyn FnMut(&str)) {
        match kind {
            Kind::Id(name) => see(name),
            Kind::List(item) | Kind::OneOrMany(item) => every_id(item, see),
            Kind::Object(fields) => fields.iter().for_each(|field| every_id(&field.kind, see)),
            _ => {}
        }
    }

    #[test]
    fn names_are_read_where_the_api_tells_them() {
        let beside = [Subject {
            kind: "cloud",
            id: "qw5T".to_owned(),
            name: Called::Unknown,
        }];
        let read = |word| {
            let (operation, arguments) = reading(word, &beside)?;
            operation.request(&arguments).ok().map(|it| it.path)
        };
        assert_eq!(read("cloud").unwrap(), "/v1/clouds");
        assert!(read("node").unwrap().contains("qw5T"));
        assert!(read("vlan").is_some());
        assert_eq!(read("ip_address"), None);
    }

    #[test]
    fn resources_within_a_body_are_named_too_however_it_is_written() {
        let order = api::operation("place_order").unwrap();
        let item = json!({
            "hardware_sku": "medium_v4", "location": "pod_1", "type": "baremetal",
            "quantity": 1, "cloud_id": "qw5T",
            "modifications": {"deployment_configuration": "c1"},
        });
        let keys = json!({"public_key_ids": ["k1", "k2"]});
        for body in [
            json!({"label": "a", "items": [item], "config_options": keys}),
            json!({"label": "a", "fields": {"items": [item], "config_options": keys}}),
        ] {
            let arguments = Arguments::new().with("body", body);
            let request = order.request(&arguments).unwrap();
            let mut named: Vec<String> = subjects(&request, &arguments)
                .into_iter()
                .map(|it| format!("{}:{}", it.kind, it.id))
                .collect();
            named.sort();
            assert_eq!(
                named,
                [
                    "cloud:qw5T",
                    "configuration:c1",
                    "location:pod_1",
                    "public_key:k1",
                    "public_key:k2"
                ]
            );
        }
    }
}
