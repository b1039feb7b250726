//! What was found, for people and for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Results;
use crate::script::check::{Finding, Rule, Severity};

/// What was found, for people: every finding, what each file needs, and a line that sums it up.
pub fn text(results: &Results, quiet: bool) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    for finding in &results.findings {
        let _ = writeln!(text, "{}", shown(finding));
    }
    if !quiet {
        let names = results.files.iter().map(|file| file.name.chars().count());
        let width = names.max().unwrap_or_default();
        for file in &results.files {
            let needs = if file.needs.is_empty() {
                "nothing".to_owned()
            } else {
                file.needs.join(", ")
            };
            let _ = writeln!(text, "{:width$}  needs: {needs}", file.name);
        }
    }
    let _ = writeln!(text, "{}", summary(results));
    text
}

/// A finding as complaints are shown, with the name of its rule.
fn shown(finding: &Finding) -> String {
    let text = finding.complaint.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    format!(
        "{}[{}]: {text}",
        finding.severity.as_str(),
        finding.rule.name()
    )
}

fn summary(results: &Results) -> String {
    let counted = |count: usize, word: &str| {
        let s = if count == 1 { "" } else { "s" };
        format!("{count} {word}{s}")
    };
    let mut parts = vec![counted(results.files.len(), "file")];
    for severity in [Severity::Error, Severity::Warning] {
        let count = results.count(severity);
        if count > 0 {
            parts.push(counted(count, severity.as_str()));
        }
    }
    if parts.len() == 1 {
        parts.push("no problems".to_owned());
    }
    parts.join(", ")
}

/// What was found, for programs.
pub fn document(results: &Results) -> Value {
    let findings: Vec<Value> = results.findings.iter().map(finding).collect();
    let files: Vec<Value> = results
        .files
        .iter()
        .map(|file| json!({"file": file.name, "needs": file.needs}))
        .collect();
    json!({
        "findings": findings,
        "files": files,
        "errors": results.count(Severity::Error),
        "warnings": results.count(Severity::Warning),
    })
}

fn finding(finding: &Finding) -> Value {
    let (line, column) = finding.spot();
    json!({
        "rule": finding.rule.name(),
        "severity": finding.severity.as_str(),
        "message": finding.complaint.message,
        "file": finding.file(),
        "line": line,
        "column": column,
        "end_column": column + length(finding),
        "help": finding.complaint.hint,
    })
}

/// How many characters are at fault.
pub fn length(finding: &Finding) -> usize {
    let place = finding.complaint.place.as_ref();
    place.map_or(1, |place| place.length.max(1))
}

/// Rules with what they are about, a line each.
pub fn rules(rules: &[Rule]) -> String {
    let width = rules
        .iter()
        .map(|rule| rule.name().len())
        .max()
        .unwrap_or_default();
    let mut text = String::new();
    for rule in rules {
        let _ = writeln!(
            text,
            "{:width$}  {:7}  {}",
            rule.name(),
            rule.severity().as_str(),
            rule.doc().trim()
        );
    }
    text
}
