//! The names of what a session has seen: for questions to people, to whom ids say nothing, and for
//! grants that name what they are for.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::subject::{self, Called, Subject};
use crate::api::clouds::CloudStats;
use crate::api::ip_blocks::IpBlockDetails;
use crate::operation::{Arguments, Decoded, Kind, Operation, Place};
use crate::record::{Record, View};

/// Names by type and id. The first name seen stays: a script that gives a resource another name has
/// not thereby another resource.
#[derive(Debug, Default)]
pub struct Names {
    all: Mutex<HashMap<(&'static str, String), Called>>,
    /// The clouds that nodes were listed in.
    homes: Mutex<HashMap<String, String>>,
}

impl Names {
    fn all(&self) -> MutexGuard<'_, HashMap<(&'static str, String), Called>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn homes(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.homes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The id of the cloud that a node was listed in.
    pub fn home(&self, node: &str) -> Option<String> {
        self.homes().get(node).cloned()
    }

    /// Learns the names in an answer.
    pub fn learn(&self, decoded: &Decoded) {
        match decoded {
            Decoded::Nothing => {}
            Decoded::One(record) => self.learn_one(record.as_ref()),
            Decoded::Many(records) => {
                for record in records {
                    self.learn_one(record.as_ref());
                }
            }
        }
    }

    fn learn_one(&self, record: &dyn Record) {
        let any: &dyn Any = record;
        if let Some(stats) = any.downcast_ref::<CloudStats>() {
            for node in &stats.nodes {
                self.note(node.as_ref());
                if let Some(cloud) = &node.cloud_id {
                    self.homes().insert(node.uuid.clone(), cloud.clone());
                }
            }
        }
        if let Some(block) = any.downcast_ref::<IpBlockDetails>() {
            for address in &block.ip_addrs {
                self.note(address.as_ref());
            }
        }
        self.note(record);
    }

    fn note(&self, record: &dyn Record) {
        let Some(known) = subject::of_record(record.kind().name) else {
            return;
        };
        let id = match record.get(known.id) {
            Some(View::Text(id)) => id.to_owned(),
            Some(View::Int(id)) => id.to_string(),
            _ => return,
        };
        let name = match record.get(known.name) {
            Some(View::Text(name)) => Called::By(name.to_owned()),
            _ => Called::Nothing,
        };
        // What had no name may get one; what has one keeps it.
        let mut names = self.all();
        let known = names.entry((known.word, id)).or_default();
        if known.name().is_none() {
            *known = name;
        }
    }

    /// Gives the subjects of a call the names that are known.
    pub fn give(&self, subjects: &mut [Subject]) {
        let names = self.all();
        for subject in subjects {
            if let Some(name) = names.get(&(subject.kind, subject.id.clone())) {
                subject.name = name.clone();
            }
        }
    }
}

/// What a call would do, in words: `reboot late-crow (7f…) of My first cloud (qw5T)`.
#[must_use]
pub fn described(operation: &Operation, arguments: &Arguments, subjects: &[Subject]) -> String {
    let mut said = operation.name.replace('_', " ");
    for param in operation.params {
        if param.place == Place::Member
            && let Some(text) = arguments.text(param.name)
        {
            // The API's word for what `n.reboot()` does.
            text.strip_suffix("ing")
                .filter(|_| operation.name == "set_power")
                .unwrap_or(&text)
                .clone_into(&mut said);
        }
    }
    let mut of = Vec::new();
    for param in operation.params.iter().rev() {
        let Some(id) = arguments.text(param.name).filter(|_| param.place.is_path()) else {
            continue;
        };
        let kind = match param.kind {
            Kind::Id(record) => subject::word(record),
            _ => None,
        };
        let known = subjects
            .iter()
            .find(|subject| Some(subject.kind) == kind && subject.id == id)
            .and_then(|subject| subject.name.name());
        of.push(match known {
            Some(name) => format!("{name} ({id})"),
            None => format!("{} {id}", param.name.replace('_', " ")),
        });
    }
    let label = arguments
        .get("body")
        .and_then(|body| body.get("label"))
        .map(|label| format!("labelled {label}"));
    if of.is_empty() {
        of.extend(label);
    }
    if of.is_empty() {
        return said;
    }
    format!("{said} {}", of.join(" of "))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::api;
    use crate::api::clouds::Cloud;
    use crate::api::nodes::Node;
    use crate::api::vlans::Vlan;

    fn said(names: &Names, name: &str, arguments: &Arguments) -> String {
        let operation = api::operation(name).unwrap();
        let request = operation.request(arguments).unwrap();
        let mut subjects = subject::subjects(&request, arguments);
        names.give(&mut subjects);
        described(operation, arguments, &subjects)
    }

    #[test]
    fn a_question_names_the_node_its_cloud_and_what_is_done() {
        let names = Names::default();
        let node = Node {
            uuid: "a3".to_owned(),
            hostname: Some("bold-fox".into()),
            ..Node::default()
        };
        names.learn(&Decoded::One(Arc::new(CloudStats {
            nodes: vec![Arc::new(node)],
            ..CloudStats::default()
        })));
        let arguments = Arguments::new()
            .with("cloud", "qw")
            .with("node", "a3")
            .with("power_state", "rebooting");
        assert_eq!(
            said(&names, "set_power", &arguments),
            "reboot bold-fox (a3) of cloud qw"
        );
        let off = arguments.with("power_state", "power off");
        assert_eq!(
            said(&names, "set_power", &off),
            "power off bold-fox (a3) of cloud qw"
        );
        let body = json!({"label": "Web", "pod_location": "pod_1", "vlan_type": "internal"});
        let arguments = Arguments::new().with("body", body);
        assert_eq!(
            said(&names, "create_vlan", &arguments),
            "create vlan labelled \"Web\""
        );
    }

    #[test]
    fn another_name_makes_no_other_resource() {
        let names = Names::default();
        for label in ["production", "staging"] {
            names.learn(&Decoded::One(Arc::new(Cloud {
                id: "qw".to_owned(),
                label: Some(label.to_owned()),
                ..Cloud::default()
            })));
        }
        let arguments = Arguments::new().with("cloud", "qw");
        assert_eq!(
            said(&names, "delete_cloud", &arguments),
            "delete cloud production (qw)"
        );
    }

    #[test]
    fn two_of_one_id_and_of_different_kinds_keep_their_own_names() {
        let names = Names::default();
        names.learn(&Decoded::One(Arc::new(Vlan {
            id: "x1".to_owned(),
            label: Some("backup".to_owned()),
            ..Vlan::default()
        })));
        let arguments = Arguments::new().with("cloud", "x1").with("vlan", "x1");
        assert_eq!(
            said(&names, "assign_vlan", &arguments),
            "assign vlan backup (x1) of cloud x1"
        );
    }
}
