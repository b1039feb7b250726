use std::sync::Arc;

use super::*;
use crate::api::clouds::Cloud;
use crate::api::nodes::Node;
use crate::script::origin::Origin;
use crate::script::source::Source;
use crate::script::trial::Trial;

/// A session that knows a cloud and a node.
fn session() -> Interpreter {
    let mut session = Interpreter::of_session(&Arc::new(Trial::default()).host());
    let cloud = Cloud {
        id: "qw".to_owned(),
        ..Cloud::default()
    };
    session.keeps(1, &handle::wrap(Arc::new(cloud), Origin::of("")));
    session.keeps(2, &handle::wrap(Arc::new(Node::default()), Origin::of("")));
    let line = "let c = _1; let n = _2; fn mine(a, b) { a }";
    assert!(session.run(&Source::of_text("<repl>", line)).is_ok());
    session
}

fn said(spot: &Spot) -> String {
    match &spot.expected {
        Expected::Anything => "anything".to_owned(),
        Expected::Keys(keys) => {
            let names: Vec<&str> = keys.iter().map(|it| it.name.as_str()).collect();
            format!("keys {}", names.join(" "))
        }
        Expected::Words(words) => format!("words {}", words.join(", ")),
        Expected::Field(record) => format!("a field of {}", record.name),
        Expected::Resource(wanted) => format!(
            "{:?} of {}{}",
            wanted.by,
            wanted.record,
            wanted.of.as_ref().map_or("", |_| ", in what is known")
        ),
        Expected::File => "a file".to_owned(),
        Expected::Module => "a module".to_owned(),
    }
}

#[test]
fn it_is_told_what_each_place_takes() {
    let session = session();
    for (text, expected) in [
        ("cloud(\"", "Either of Cloud"),
        ("let x = cloud_stats(\"ab", "Id of Cloud"),
        ("c.node(\"", "Either of Node, in what is known"),
        ("wait_for(n, \"", "words power on, power off, rebooting"),
        ("n.wait_for(\"po", "words power on, power off, rebooting"),
        ("n.set_power(\"", "words power on, power off, rebooting"),
        ("set_power(c, n, \"", "words power on, power off, rebooting"),
        ("set_power(c, \"", "Id of Node, in what is known"),
        ("wait_for(n, \"power on\", #{", "keys timeout every"),
        (
            "n.wait_for(\"power on\", #{timeout: \"1h\", ev",
            "keys every",
        ),
        ("n.wait_for(\"power on\", #{timeout: ", "anything"),
        ("order(#{items: [#{type: \"", "words baremetal, pcc"),
        ("order(#{items: [#{location: \"", "Id of Location"),
        (
            "order(#{label: \"x\", items: [#{hardware_sku: \"",
            "Id of Hardware",
        ),
        (
            "order(#{config_options: #{public_key_ids: [\"a\", \"",
            "Id of PublicKey",
        ),
        (
            "if n.power_state == \"",
            "words power on, power off, rebooting",
        ),
        ("c.nodes().filter(|m| m.hostname != \"", "Name of Node"),
        ("clouds().where(\"", "a field of Cloud"),
        (
            "c.nodes().where(\"power_state\", \"",
            "words power on, power off, rebooting",
        ),
        (
            "where(cloud(\"a\").nodes(), \"power_state\", \"",
            "words power on, power off, rebooting",
        ),
        ("clouds().sort_by(\"label\", \"", "words asc, desc"),
        ("table(clouds(), [\"id\", \"", "a field of Cloud"),
        ("read_file(\"", "a file"),
        ("import \"", "a module"),
        ("print(\"", "anything"),
        ("cloud(\"a\") + \"", "anything"),
        ("parallel(clouds(), |c| { \"", "anything"),
        ("if (\"", "anything"),
    ] {
        assert_eq!(said(&session.expected(text)), expected, "{text}");
    }
}

#[test]
fn the_keys_of_a_body_are_those_that_are_not_given() {
    let session = session();
    let spot = session.expected("order(#{label: \"x\", ");
    let Expected::Keys(keys) = spot.expected else {
        panic!("keys");
    };
    assert!(keys.iter().all(|it| it.name != "label"));
    let items = keys.iter().find(|it| it.name == "items").unwrap();
    assert_eq!(items.doc, "what to order");
    assert!(keys.iter().any(|it| it.name == "fields" && it.required));
}

#[test]
fn a_call_is_known_by_its_signature_and_the_place_in_it() {
    let session = session();
    let call = |text: &str| session.expected(text).call;
    let told = |text: &str| call(text).map(|it| (it.signature, it.argument));
    let (signature, argument) = told("n.set_power(").unwrap();
    assert!(signature.starts_with("set_power(cloud: Cloud, node: Node, power_state"));
    assert_eq!(argument, 2);
    assert_eq!(told("mine(1, "), Some(("mine(a, b)".to_owned(), 1)));
    assert_eq!(told("[1].push(").unwrap().1, 1);
    assert_eq!(told("clouds()"), None);
    assert_eq!(told("nobody("), None);
}

#[test]
fn whatever_is_typed_is_looked_at_without_a_fall() {
    let session = session();
    let whole = "order(#{label: \"ü`x${c.nodes()[0].é}`\", items: [#{type: 'b', | |a, b| /* é";
    for (at, _) in whole.char_indices() {
        let _ = session.expected(&whole[..at]);
        let _ = session.expected(&whole[at..]);
    }
}
