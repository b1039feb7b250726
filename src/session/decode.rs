//! From an answer's bytes to records.

use std::any::Any;
use std::sync::Arc;

use crate::api::clouds::CloudStats;
use crate::api::ip_blocks::{IpAddress, IpBlockDetails};
use crate::api::nodes::Console;
use crate::api::organizations::{Member, Organization};
use crate::operation::{Answer, Arguments, Operation};
use crate::record::{Record, Secret};

/// What a call answered with.
#[derive(Clone, Debug)]
pub enum Decoded {
    /// Nothing beyond success.
    Nothing,
    /// One record.
    One(Arc<dyn Record>),
    /// A list of records.
    Many(Vec<Arc<dyn Record>>),
}

/// Reads an answer. The error is the developer's sentence about the JSON.
pub fn decode(
    operation: &'static Operation,
    arguments: &Arguments,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<Decoded, serde_json::Error> {
    let is_file = content_type.is_some_and(|kind| kind.starts_with("application/x-java-jnlp"));
    match operation.answer {
        Answer::Nothing => Ok(Decoded::Nothing),
        Answer::One(_) if is_file => {
            let jnlp = Some(Secret::new(String::from_utf8_lossy(body)));
            Ok(Decoded::One(Arc::new(Console {
                jnlp,
                ..Console::default()
            })))
        }
        Answer::One(kind) => {
            let mut record = (kind.decode)(body)?;
            belong(&mut record, arguments);
            Ok(Decoded::One(record))
        }
        Answer::Many(kind) => {
            let mut records = (kind.decode_list)(body)?;
            for record in &mut records {
                belong(record, arguments);
            }
            Ok(Decoded::Many(records))
        }
    }
}

/// Tells a record what it belongs to, where the answer does not say but the call knew: a node needs
/// its cloud to be rebooted by, an address its block.
fn belong(record: &mut Arc<dyn Record>, arguments: &Arguments) {
    let Some(record) = Arc::get_mut(record) else {
        return;
    };
    let record: &mut dyn Any = record;
    if let Some(stats) = record.downcast_mut::<CloudStats>() {
        for node in stats.nodes.iter_mut().filter_map(Arc::get_mut) {
            node.cloud_id = arguments.text("cloud");
        }
    } else if let Some(details) = record.downcast_mut::<IpBlockDetails>() {
        for address in details.ip_addrs.iter_mut().filter_map(Arc::get_mut) {
            address.block_id = arguments.text("prefix");
        }
    } else if let Some(address) = record.downcast_mut::<IpAddress>() {
        address.block_id = arguments.text("prefix");
    } else if let Some(member) = record.downcast_mut::<Member>() {
        member.organization_id = arguments.text("organization");
    } else if let Some(organization) = record.downcast_mut::<Organization>() {
        let id = organization.organization_id.clone();
        for member in organization.members.iter_mut().filter_map(Arc::get_mut) {
            member.organization_id = Some(id.clone());
        }
    }
}
