mod declarations;
mod properties;

use serde_json::{Map, Value, json};

use super::*;
use crate::error::Complaint;

const ROLLING: &str = r#"#!/usr/bin/env -S mw run
//! Power-cycle the nodes of a cloud, a batch at a time.
//!
//! Each node is checked before the next.
//! @param cloud: string          id or label of the cloud
//! @param batch: int = 1         nodes at once
//! @param soak: duration = "2m"  pause after each batch,
//!                               so that the cluster settles
//! @param note: string?          for the log
//! @param force: bool = false
//! @param mode: choice("rolling", "all at once") = "rolling"  how

let x = 1;
//! @param late: string
"#;

fn header(source: &str) -> Header {
    Header::parse("rolling.rhai", source).unwrap()
}

fn read(header: &Header, args: &[&str]) -> Result<Map<String, Value>, Complaint> {
    let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
    match header.read(&args)? {
        Outcome::Values(values) => Ok(values),
        Outcome::Help(help) => panic!("{help}"),
    }
}

#[track_caller]
fn refused(header: &Header, args: &[&str], message: &str, hint: &str) {
    let complaint = read(header, args).unwrap_err();
    assert_eq!(complaint.message, message);
    assert_eq!(complaint.hint.as_deref(), Some(hint));
    assert_eq!(complaint.exit, 2);
}

#[test]
fn a_header_is_read_whole_and_ends_with_the_code() {
    let header = header(ROLLING);
    assert_eq!(
        header.doc,
        "Power-cycle the nodes of a cloud, a batch at a time.\n\n\
         Each node is checked before the next.",
    );
    let names: Vec<&str> = header.names().collect();
    assert_eq!(names, ["cloud", "batch", "soak", "note", "force", "mode"]);
    let soak = header.param("soak").unwrap();
    assert_eq!(
        soak.doc,
        "pause after each batch, so that the cluster settles"
    );
    assert_eq!((soak.line, &soak.default), (7, &Some(json!("2m"))));
    assert!(header.param("note").unwrap().optional);
    assert!(header.param("cloud").unwrap().is_required());
}

#[test]
fn help_shows_what_to_give() {
    let mut header = header(ROLLING);
    header.rest = Some(Rest {
        name: "nodes".to_owned(),
        doc: "ids".to_owned(),
        line: 12,
    });
    insta::assert_snapshot!(header.help("rolling.rhai"), @r"
    Power-cycle the nodes of a cloud, a batch at a time.

    Each node is checked before the next.

    Usage: mw run rolling.rhai --cloud STRING [--batch N] [--soak DURATION]
             [--note STRING] [--[no-]force] [--mode rolling|all at once] [NODES…]

    Parameters:
      --cloud STRING              id or label of the cloud [required]
      --batch N                   nodes at once [default: 1]
      --soak DURATION             pause after each batch, so that the cluster settles [default: 2m]
      --note STRING               for the log [optional]
      --[no-]force                [default: false]
      --mode rolling|all at once  how [default: rolling]
      NODES…                      ids
      -h, --help                  show this

    A value may also be given as NAME=VALUE, or without its name: those required come first, in this order.
    ");
}

#[test]
fn values_are_given_by_option_by_name_or_by_place() {
    let header = header(ROLLING);
    let whole = json!({
        "cloud": "My first cloud", "batch": 2, "soak": "2m", "note": null, "force": true,
        "mode": "rolling",
    });
    for args in [
        &["--cloud", "My first cloud", "--batch", "2", "--force"][..],
        &["--cloud=My first cloud", "batch=2", "--force"],
        &["--batch=2", "My first cloud", "force=true"],
        &["My first cloud", "2", "--force=true"],
        &["--force", "--", "My first cloud", "2"],
    ] {
        assert_eq!(
            Value::Object(read(&header, args).unwrap()),
            whole,
            "{args:?}"
        );
    }
    let denied = read(&header, &["c", "--no-force", "--batch", "-3"]).unwrap();
    assert_eq!(denied["force"], json!(false));
    assert_eq!(denied["batch"], json!(-3));
    assert_eq!(
        read(&header, &["--", "--cloud"]).unwrap()["cloud"],
        json!("--cloud")
    );
    assert_eq!(read(&header, &["a=b"]).unwrap()["cloud"], json!("a=b"));
    assert_eq!(read(&header, &["-"]).unwrap()["cloud"], json!("-"));
}

#[test]
fn help_is_given_wherever_it_is_asked_for() {
    let header = header(ROLLING);
    for args in [
        &["--help"][..],
        &["--nonsense", "-h"],
        &["--cloud", "--help"],
    ] {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let Outcome::Help(text) = header.read(&args).unwrap() else {
            panic!("{args:?}");
        };
        assert!(text.contains("Usage: mw run rolling.rhai"), "{text}");
    }
    assert_eq!(
        read(&header, &["--", "--help"]).unwrap()["cloud"],
        json!("--help")
    );
}

#[test]
fn a_wrong_command_line_is_refused_with_what_to_give() {
    let header = header(ROLLING);
    refused(
        &header,
        &[],
        "`cloud` is missing",
        "give it as `--cloud STRING` (id or label of the cloud); `--help` shows all parameters",
    );
    refused(
        &header,
        &["--clod", "x"],
        "the script has no option `--clod`",
        "did you mean `--cloud STRING`?",
    );
    refused(
        &header,
        &["--no-forc"],
        "the script has no option `--no-forc`",
        "did you mean `--[no-]force`?",
    );
    refused(
        &header,
        &["-x"],
        "the script has no option `-x`",
        "it has `--cloud`, `--batch`, `--soak`, `--note`, `--force`, `--mode`; \
         options of mw itself come before the script",
    );
    refused(
        &header,
        &["--batch", "many", "c"],
        "`batch` is \"many\", and must be a whole number",
        "give it as `--batch N`: nodes at once",
    );
    refused(
        &header,
        &["--batch", "1", "batch=1"],
        "`batch` is given twice",
        "give it once",
    );
    refused(
        &header,
        &["--cloud", "--batch", "1"],
        "`--cloud` has no value",
        "give it as `--cloud STRING`: id or label of the cloud",
    );
    refused(
        &header,
        &["--cloud"],
        "`--cloud` has no value",
        "give it as `--cloud STRING`: id or label of the cloud",
    );
    refused(
        &header,
        &["cluod=x"],
        "no parameter is called `cluod`",
        "did you mean `cloud=x`? To give the text itself, put `--` before it",
    );
    refused(
        &header,
        &["--no-force=true", "c"],
        "`--no-force` takes no value, and \"true\" is given",
        "write `--force=true` or `--force=false`",
    );
    refused(
        &header,
        &["--force", "No", "c"],
        "`--force` is followed by \"No\", which is neither `true` nor `false`",
        "write `--force=false`",
    );
    refused(
        &header,
        &["c", "--mode=roling"],
        "`mode` is \"roling\", and must be one of \"rolling\", \"all at once\"; \
         did you mean \"rolling\"?",
        "give it as `--mode rolling|all at once`: how",
    );
    refused(
        &header,
        &["c", "1", "2m", "n", "true", "rolling", "extra"],
        "\"extra\" is one argument too many",
        "the script takes `cloud`, `batch`, `soak`, `note`, `force`, `mode`",
    );
}

#[test]
fn a_script_without_a_header_takes_no_arguments() {
    let header = header("print(1);\n");
    assert_eq!(read(&header, &[]).unwrap(), Map::new());
    refused(
        &header,
        &["x"],
        "the script takes no arguments, and \"x\" is given",
        "declare what it takes at its top: `//! @param NAME: string`, \
         or `//! @rest NAME` for any number",
    );
    refused(
        &header,
        &["--sim"],
        "the script has no option `--sim`",
        "options of mw itself come before the script",
    );
}

#[test]
fn the_rest_takes_what_the_required_parameters_leave() {
    let header = header("//! @param a: int\n//! @param b: int = 7\n//! @rest more  the others\n");
    assert_eq!(
        Value::Object(read(&header, &["1", "2", "--b", "3", "--", "-x"]).unwrap()),
        json!({ "a": 1, "b": 3, "more": ["2", "-x"] }),
    );
    assert_eq!(read(&header, &["1"]).unwrap()["more"], json!([]));
}

#[test]
fn typed_values_are_checked_and_completed() {
    let header = header(ROLLING);
    let given = |value: Value| header.check(value.as_object().unwrap());
    assert_eq!(
        Value::Object(given(json!({ "cloud": "c", "batch": 3, "note": null })).unwrap()),
        json!({
            "cloud": "c", "batch": 3, "soak": "2m", "note": null, "force": false,
            "mode": "rolling",
        }),
    );
    for (value, message, hint) in [
        (
            json!({ "cloud": 5 }),
            "`cloud` is 5, and must be text",
            Some("did you mean \"5\"?"),
        ),
        (
            json!({ "cloud": "c", "batch": "2" }),
            "`batch` is \"2\", and must be a whole number",
            Some("did you mean 2?"),
        ),
        (
            json!({ "cloud": "c", "soak": "soon" }),
            "`soak` is \"soon\", and must be a duration such as 90s, 15m or 1h30m",
            Some("its type is `duration`"),
        ),
        (
            json!({ "cloud": "c", "bach": 1 }),
            "the script has no parameter `bach`",
            Some("did you mean `batch`?"),
        ),
    ] {
        let complaint = given(value).unwrap_err();
        assert_eq!(complaint.message, message);
        assert_eq!(complaint.hint.as_deref(), hint);
    }
    assert_eq!(given(json!({})).unwrap_err().message, "`cloud` is missing");
}
