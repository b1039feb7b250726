//! The names of what a session has seen, for questions to people: ids say nothing to them.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::decode::Decoded;
use crate::api::clouds::CloudStats;
use crate::operation::{Arguments, Operation, Place};
use crate::record::{Record, View};

/// Names by id.
#[derive(Debug, Default)]
pub struct Names(Mutex<HashMap<String, String>>);

impl Names {
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
                self.note(node.as_ref(), "uuid", "hostname");
            }
        }
        self.note(record, "id", "label");
    }

    fn note(&self, record: &dyn Record, id: &str, name: &str) {
        if let (Some(View::Text(id)), Some(View::Text(name))) = (record.get(id), record.get(name)) {
            let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            names.insert(id.to_owned(), name.to_owned());
        }
    }

    /// What a call would do, in words: `reboot` alone would not say of what.
    #[must_use]
    pub fn described(&self, operation: &Operation, arguments: &Arguments) -> String {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut parts = Vec::new();
        for param in operation.params.iter().rev() {
            let Some(text) = arguments.text(param.name) else {
                continue;
            };
            let what = param.name.replace('_', " ");
            match (param.place, names.get(&text)) {
                (Place::Member, _) => parts.insert(0, format!("{text:?}")),
                (place, _) if !place.is_path() => {}
                (_, Some(name)) => parts.push(format!("{what} {name} ({text})")),
                (_, None) => parts.push(format!("{what} {text}")),
            }
        }
        let label = arguments.get("body").and_then(|body| body.get("label"));
        if let Some(label) = label {
            parts.push(label.to_string());
        }
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::api;
    use crate::api::nodes::Node;

    #[test]
    fn a_question_names_the_node_its_cloud_and_the_state_wanted() {
        let names = Names::default();
        let node = Node {
            uuid: "a3".to_owned(),
            hostname: Some("bold-fox".to_owned()),
            ..Node::default()
        };
        let stats = CloudStats {
            nodes: vec![Arc::new(node)],
            ..CloudStats::default()
        };
        names.learn(&Decoded::One(Arc::new(stats)));
        let arguments = Arguments::new()
            .with("cloud", "qw")
            .with("node", "a3")
            .with("power_state", "rebooting");
        let operation = api::operation("set_power").unwrap();
        assert_eq!(
            names.described(operation, &arguments),
            "\"rebooting\", node bold-fox (a3), cloud qw"
        );
    }
}
