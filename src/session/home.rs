//! The cloud a node is in: a rule for a cloud is about its own nodes, whichever cloud a call names
//! beside them.

use super::Session;
use super::grant::Covers;
use super::permission::{Permission, Refusal, Standing};
use super::subject::{self, Called, Subject};
use crate::operation::{Effect, Operation};

const CLOUD: &str = "cloud";
const NODE: &str = "node";

impl Permission {
    /// Whether a rule for a cloud decides about a call that the rules stand so to.
    fn goes_by_cloud(
        &self,
        operation: &Operation,
        effect: Effect,
        on: &[Subject],
        stands: &Standing,
    ) -> bool {
        let mut denials = self.deny.iter();
        if denials.any(|denial| denial.grant.is_about(operation, effect, CLOUD)) {
            return !matches!(stands, Standing::Refused(_));
        }
        let (by_cloud, others): (Vec<_>, Vec<_>) = self
            .allow
            .iter()
            .partition(|grant| grant.is_about(operation, effect, CLOUD));
        matches!(stands, Standing::Granted | Standing::Undecided)
            && !by_cloud.is_empty()
            && !self.consents().contains(&effect)
            && !others
                .iter()
                .any(|grant| grant.covers_all(operation, effect, on) == Covers::Yes)
    }
}

impl Session {
    /// Adds the clouds that the nodes of a call are in, where a rule for a cloud decides about it. A
    /// node that the account does not list in the cloud named is refused.
    pub(super) async fn add_homes(
        &self,
        operation: &Operation,
        effect: Effect,
        on: &mut Vec<Subject>,
        stands: &Standing,
    ) -> Result<(), Refusal> {
        let permission = &self.0.settings.permission;
        let nodes: Vec<String> = on
            .iter()
            .filter(|subject| subject.kind == NODE)
            .map(|subject| subject.id.clone())
            .collect();
        if nodes.is_empty() || !permission.goes_by_cloud(operation, effect, on, stands) {
            return Ok(());
        }
        let names = &self.0.known.names;
        for node in nodes {
            if names.home(&node).is_none() {
                self.list_nodes(&node, on).await?;
            }
            let Some(home) = names.home(&node) else {
                return Err((
                    format!(
                        "the rules for it go by clouds, and the account does not say that node \
                         {node} is in {}",
                        beside(on)
                    ),
                    "name the cloud that the node is in".to_owned(),
                ));
            };
            if !on.iter().any(|it| it.kind == CLOUD && it.id == home) {
                on.push(Subject {
                    kind: CLOUD,
                    id: home,
                    name: Called::Unknown,
                });
            }
        }
        names.give(on);
        Ok(())
    }

    /// Learns which nodes are in the cloud that a call names.
    async fn list_nodes(&self, node: &str, on: &[Subject]) -> Result<(), Refusal> {
        let Some((operation, arguments)) = subject::reading(NODE, on) else {
            return Ok(());
        };
        let decoded = self.look_up(operation, &arguments).await.map_err(|error| {
            (
                format!(
                    "the rules for it go by clouds, and which one node {node} is in could not be \
                     read: {error}"
                ),
                "try again, or name the cloud that the node is in".to_owned(),
            )
        })?;
        self.0.known.names.learn(&decoded);
        Ok(())
    }
}

/// The cloud that a call names, in words.
fn beside(on: &[Subject]) -> String {
    let named = on.iter().find(|subject| subject.kind == CLOUD);
    named.map_or_else(
        || "a cloud".to_owned(),
        |subject| match subject.name.name() {
            Some(name) => format!("cloud {name} ({})", subject.id),
            None => format!("cloud {}", subject.id),
        },
    )
}
