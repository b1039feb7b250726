//! Which created resource belongs to which call, so that two alike never adopt the same one.

use serde_json::Value;

use super::account::Account;
use crate::operation::Operation;

/// A creation under way; dropped when it ends.
pub(super) struct Creating {
    account: Account,
    key: String,
}

impl Drop for Creating {
    fn drop(&mut self) {
        let mut common = self.account.common();
        if let Some(crowd) = common.creating.get_mut(&self.key) {
            crowd.count = crowd.count.saturating_sub(1);
            if crowd.count == 0 {
                common.creating.remove(&self.key);
            }
        }
    }
}

fn key(operation: &Operation, body: Option<&Value>) -> String {
    let label = body
        .and_then(|body| body.get("label"))
        .and_then(Value::as_str);
    format!("{} {}", operation.name, label.unwrap_or_default())
}

fn id_of(resource: &Value) -> Option<String> {
    match resource.get("id")? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

impl Account {
    /// Notes that a creation is under way.
    pub(super) fn creating(&self, operation: &Operation, body: Option<&Value>) -> Creating {
        let key = key(operation, body);
        let mut common = self.common();
        let crowd = common.creating.entry(key.clone()).or_default();
        crowd.met |= crowd.count > 0;
        crowd.count = crowd.count.saturating_add(1);
        drop(common);
        Creating {
            account: self.clone(),
            key,
        }
    }

    /// Whether another creation like this one has been under way meanwhile.
    pub(super) fn creates_another(&self, operation: &Operation, body: Option<&Value>) -> bool {
        self.common()
            .creating
            .get(&key(operation, body))
            .is_some_and(|crowd| crowd.met)
    }

    /// Notes whose creation a resource is; false when it was noted before.
    pub(super) fn claim(&self, resource: &[u8]) -> bool {
        let id = serde_json::from_slice::<Value>(resource)
            .ok()
            .as_ref()
            .and_then(id_of);
        id.is_none_or(|id| self.common().claimed.insert(id))
    }

    /// Leaves out what other calls are known to have created.
    pub(super) fn drop_claimed(&self, items: &mut Vec<Value>) {
        let common = self.common();
        items.retain(|item| id_of(item).is_none_or(|id| !common.claimed.contains(&id)));
    }

    /// Whether a call not long ago left an edge operation on this target in doubt.
    pub(super) fn doubts_since(&self, target: &str) -> bool {
        let now = self.clock().now();
        let doubt = self.policy().doubt;
        self.common()
            .doubts
            .get(target)
            .is_some_and(|since| now - *since <= doubt)
    }
}
