//! What the simulated account answers has the form the vendor documents. Every other test helps:
//! all that their accounts are asked and answer is written down and held against the document.

use std::fs;

use serde_json::Value;

use crate::stage::folder::Folder;
use crate::stage::mw::Mw;
use crate::stage::vendor::Vendor;

/// A document of one operation.
const DOCUMENT: &str = "
paths:
  /v1/vlans/{vlanId}:
    get:
      responses:
        '200':
          content:
            application/json:
              schema: { $ref: '#/components/schemas/Vlan' }
        '400': {}
components:
  schemas:
    Vlan:
      type: object
      required: [id]
      properties:
        id: { type: string }
        deleted_at: { type: string, format: date-time, nullable: true }
";

#[test]
fn an_answer_of_another_form_than_the_document_says_is_found() {
    let vendor = Vendor::read(DOCUMENT);
    let complaint = |path: &str, status: u16, body: &str| {
        vendor.complaint(("GET", path), status, Some("application/json"), body)
    };
    for (path, status, body) in [
        ("/v1/vlans/a", 200, r#"{"id": "a"}"#),
        ("/v1/vlans/a", 200, r#"{"id": "a", "deleted_at": null}"#),
        ("/v1/vlans/a", 400, "anything"),
        ("/v1/vlans/a", 404, ""),
        ("/v1/nothing", 404, ""),
    ] {
        assert_eq!(complaint(path, status, body), None);
    }
    for (path, status, body, why) in [
        ("/v1/vlans/a", 200, r#"{"id": 1}"#, "at /id"),
        ("/v1/vlans/a", 200, "{}", "required"),
        (
            "/v1/vlans/a",
            200,
            r#"{"id": "a", "deleted_at": "soon"}"#,
            "/deleted_at",
        ),
        ("/v1/vlans/a", 200, "{", "not JSON"),
        ("/v1/vlans/a", 409, "", "not documented"),
        ("/v1/nothing", 200, "{}", "no such operation"),
    ] {
        let found = complaint(path, status, body).unwrap_or_default();
        assert!(found.contains(why), "{body}: {found}");
    }
    let page = vendor.complaint(("GET", "/v1/vlans/a"), 200, Some("text/html"), "{}");
    assert!(page.unwrap_or_default().contains("text/html"));
}

#[test]
fn what_an_account_is_asked_and_answers_is_written_down_on_request() {
    let folder = Folder::new();
    let file = folder.path().join("said.jsonl");
    let name = file.to_str().unwrap();
    Mw::new(["--sim", "--exchanges", name, "eval", "clouds().len()"])
        .stdout("2\n")
        .run();
    let text = fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let asked: Vec<&str> = lines
        .iter()
        .map(|line| line["target"].as_str().unwrap())
        .collect();
    assert_eq!(
        asked,
        [
            "/v1/oauth2/token?grant_type=client_credentials",
            "/v1/clouds"
        ]
    );
    assert_eq!(lines[1]["status"], 200);
    assert!(
        lines[1]["answer"]
            .as_str()
            .unwrap()
            .contains("My first cloud")
    );
    assert!(lines[1].get("fault").is_none());
}

#[test]
fn a_file_of_exchanges_that_cannot_be_written_is_said_before_anything_runs() {
    Mw::new(["--sim", "--exchanges", "no/such/folder", "eval", "print(1)"])
        .stderr(
            "error: cannot write exchanges to no/such/folder: No such file or directory (os error 2)\n  \
             help: --exchanges names a file in a folder that is there and may be written to\n",
        )
        .code(2)
        .run();
    Mw::shell("mkfifo pipe && mw --sim --exchanges pipe eval 1")
        .stderr(
            "error: cannot write exchanges to pipe: it is not a file\n  \
             help: --exchanges names a file in a folder that is there and may be written to\n",
        )
        .code(2)
        .run();
}
