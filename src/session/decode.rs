//! From an answer to records that know what they belong to.

use std::any::Any;
use std::sync::Arc;

use crate::api::clouds::CloudStats;
use crate::api::ip_blocks::{IpAddress, IpBlockDetails};
use crate::api::nodes::Console;
use crate::api::organizations::{Member, Organization};
use crate::client::Reply;
use crate::operation::{Answer, Arguments, Decoded, Operation};
use crate::record::{Record, Secret};

/// Reads an answer. The error is the developer's sentence about the JSON.
pub fn decode(
    operation: &'static Operation,
    arguments: &Arguments,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<Decoded, serde_json::Error> {
    let is_file = content_type.is_some_and(|kind| kind.starts_with("application/x-java-jnlp"));
    if is_file && matches!(operation.answer, Answer::One(_)) {
        let jnlp = Some(Secret::new(String::from_utf8_lossy(body)));
        return Ok(Decoded::One(Arc::new(Console {
            jnlp,
            ..Console::default()
        })));
    }
    let decoded = operation.answer.read(body)?;
    Ok(belonging(decoded, arguments))
}

/// What a reply holds. What the client read of it already is not read again.
pub fn of_reply(
    operation: &'static Operation,
    arguments: &Arguments,
    reply: &mut Reply,
) -> Result<Decoded, serde_json::Error> {
    if let Some(decoded) = reply.read.take() {
        return Ok(belonging(decoded, arguments));
    }
    let kind = reply.content_type.as_deref();
    decode(operation, arguments, kind, &reply.body)
}

/// What was read, told what the call knew it to belong to.
fn belonging(mut decoded: Decoded, arguments: &Arguments) -> Decoded {
    match &mut decoded {
        Decoded::Nothing => {}
        Decoded::One(record) => belong(record, arguments),
        Decoded::Many(records) => {
            for record in records {
                belong(record, arguments);
            }
        }
    }
    decoded
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
    } else if let Some(console) = record.downcast_mut::<Console>() {
        // Whatever else it says may be the secret again, under a name that nobody knows.
        console.extra.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_console_says_beside_its_secrets_is_dropped() {
        let console = crate::api::operation("console").unwrap();
        for body in [
            r#"{"url":"https://c.test/?s=4711","other":"https://c.test/?s=4711"}"#,
            r#"{"data":{"url":"https://c.test/?s=4711"}}"#,
        ] {
            let decoded = decode(console, &Arguments::new(), None, body.as_bytes()).unwrap();
            let Decoded::One(record) = decoded else {
                panic!("a console is one record");
            };
            let kept = record.redacted().to_string();
            assert!(!kept.contains("4711"), "{kept}");
        }
    }
}
