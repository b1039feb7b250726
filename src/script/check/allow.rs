//! `// mw: allow(rule)`: findings that somebody has looked at.

use super::super::scan::Scan;
use super::super::source::Source;
use super::finding::Finding;
use super::rule::Rule;
use crate::error::{Complaint, Place};

/// One rule that a comment allows.
struct Allowed<'t> {
    name: &'t str,
    at: usize,
    /// The line it holds for; the whole file without one.
    line: Option<usize>,
    used: bool,
}

/// Takes away the findings that the text allows, and adds what is wrong with its allowing. Whether
/// a script parses is not a matter of opinion.
pub fn apply(source: &Source, scan: &Scan, findings: &mut Vec<Finding>, errors_only: bool) {
    let mut allowed = allowed(source, scan);
    if allowed.is_empty() {
        return;
    }
    findings.retain(|finding| {
        let line = finding.spot().0;
        let fits = |it: &&mut Allowed<'_>| {
            it.name == finding.rule.name() && it.line.is_none_or(|own| own == line)
        };
        if finding.rule == Rule::ParseError || finding.file() != source.name {
            return true;
        }
        let mut kept = true;
        for it in allowed.iter_mut().filter(|it| fits(it)) {
            it.used = true;
            kept = false;
        }
        kept
    });
    if errors_only {
        return;
    }
    for it in allowed.iter().filter(|it| !it.used) {
        let place = Place::of_bytes(&source.name, &source.text, it.at..it.at + it.name.len());
        let finding = if Rule::named(it.name).is_some() {
            let complaint = Complaint::usage(format!("there is no `{}` here to allow", it.name))
                .hint("remove it");
            Finding::new(Rule::UnusedAllow, complaint.at(Some(place)))
        } else {
            let complaint = Complaint::usage(format!("there is no rule `{}`", it.name)).hint(
                Rule::near(it.name).map_or_else(
                    || "mw check --rules lists them".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                ),
            );
            Finding::new(Rule::UnknownRule, complaint.at(Some(place)))
        };
        findings.push(finding);
    }
}

/// The rules that the comments of a text allow.
fn allowed<'t>(source: &'t Source, scan: &Scan) -> Vec<Allowed<'t>> {
    let mut found = Vec::new();
    for comment in &scan.comments {
        let Some(text) = source.text.get(comment.bytes.clone()) else {
            continue;
        };
        let body = text.trim_start_matches(['/', '*', '!']);
        let Some(rest) = body.trim_start().strip_prefix("mw:") else {
            continue;
        };
        let Some(list) = rest.trim_start().strip_prefix("allow(") else {
            continue;
        };
        let list = list.split(')').next().unwrap_or_default();
        // On a line of its own it is about the next line that is more than a comment.
        let line = if text.starts_with("//!") {
            None
        } else if comment.alone {
            let after = scan.code.lines().enumerate().skip(comment.line);
            let next = after
                .filter(|(_, line)| !line.trim().is_empty())
                .map(|(at, _)| at + 1);
            Some(next.min().unwrap_or(comment.line + 1))
        } else {
            Some(comment.line)
        };
        let before = text.find("allow(").map_or(0, |at| at + "allow(".len());
        let start = comment.bytes.start + before;
        let mut at = start;
        for piece in list.split(',') {
            let name = piece.trim();
            if !name.is_empty() {
                found.push(Allowed {
                    name,
                    at: at + (piece.len() - piece.trim_start().len()),
                    line,
                    used: false,
                });
            }
            at += piece.len() + 1;
        }
    }
    found
}
