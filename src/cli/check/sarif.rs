//! What was found as SARIF 2.1.0, which code hosts read.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use super::Results;
use super::report::length;
use crate::script::check::{Finding, Rule};

/// What a path may not hold where it is part of an address.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b':');

/// The whole document.
pub fn document(results: &Results) -> String {
    let rules: Vec<Value> = Rule::ALL
        .iter()
        .map(|rule| {
            json!({
                "id": rule.name(),
                "shortDescription": {"text": rule.doc().trim()},
                "defaultConfiguration": {"level": rule.severity().as_str()},
            })
        })
        .collect();
    let found: Vec<Value> = results.findings.iter().map(result).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "mw",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            // Columns count characters.
            "columnKind": "unicodeCodePoints",
            "results": found,
        }],
    });
    format!("{document:#}\n")
}

fn result(finding: &Finding) -> Value {
    let (line, column) = finding.spot();
    let index = Rule::ALL.iter().position(|rule| *rule == finding.rule);
    let mut text = finding.complaint.message.clone();
    if let Some(hint) = &finding.complaint.hint {
        text = format!("{text}\n{hint}");
    }
    let file = finding.file().trim_start_matches('<').replace('>', "");
    json!({
        "ruleId": finding.rule.name(),
        "ruleIndex": index.unwrap_or_default(),
        "level": finding.severity.as_str(),
        "message": {"text": text},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": utf8_percent_encode(&file, PATH).to_string()},
            "region": {
                "startLine": line,
                "startColumn": column,
                "endColumn": column + length(finding),
            },
        }}],
    })
}
