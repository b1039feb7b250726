//! The help of a script.

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::header::Header;
use super::kind::Kind;
use super::parameter::Parameter;

/// How wide the usage may grow, in columns.
const WIDTH: usize = 80;

/// How far its further lines are indented.
const INDENT: usize = 9;

impl Header {
    /// The help of the script, which ends with a newline.
    #[must_use]
    pub fn help(&self, script: &str) -> String {
        let mut text = String::new();
        if !self.doc.is_empty() {
            text.push_str(&self.doc);
            text.push_str("\n\n");
        }
        self.push_usage(&mut text, script);
        text.push_str("\n\nParameters:\n");
        let mut lines: Vec<(String, String)> = self
            .params
            .iter()
            .map(|param| (param.usage(), describe(param)))
            .collect();
        if let Some(rest) = &self.rest {
            lines.push((format!("{}…", rest.name.to_uppercase()), rest.doc.clone()));
        }
        lines.push(("-h, --help".to_owned(), "show this".to_owned()));
        let widest = lines
            .iter()
            .map(|(left, _)| left.width())
            .max()
            .unwrap_or(0);
        for (left, right) in &lines {
            let pad = " ".repeat(widest.saturating_sub(left.width()));
            let line = format!("  {left}{pad}  {right}");
            text.push_str(line.trim_end());
            text.push('\n');
        }
        if !self.params.is_empty() {
            text.push_str(
                "\nA value may also be given as NAME=VALUE, or without its name: \
                 those required come first, in this order.\n",
            );
        }
        text
    }

    /// Appends the line that shows how the script is called, broken where it grows long.
    fn push_usage(&self, text: &mut String, script: &str) {
        let mut line = format!("Usage: mw run {script}");
        let params = self.params.iter().map(|param| {
            let usage = param.usage();
            if param.is_required() {
                usage
            } else {
                format!("[{usage}]")
            }
        });
        let rest = self
            .rest
            .iter()
            .map(|rest| format!("[{}…]", rest.name.to_uppercase()));
        for part in params.chain(rest) {
            if line.width() + 1 + part.width() > WIDTH && !line.trim_start().is_empty() {
                text.push_str(&line);
                text.push('\n');
                line = " ".repeat(INDENT);
            } else {
                line.push(' ');
            }
            line.push_str(&part);
        }
        text.push_str(&line);
    }
}

/// What a parameter is for, and what it is when it is left out.
fn describe(param: &Parameter) -> String {
    let note = match &param.default {
        None if param.optional => Some("optional".to_owned()),
        None => Some("required".to_owned()),
        Some(Value::String(text)) if !text.is_empty() => Some(format!("default: {text}")),
        Some(Value::Array(items)) if param.kind == Kind::List && !items.is_empty() => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            Some(format!("default: {}", items.join(",")))
        }
        Some(value) => Some(format!("default: {value}")),
    };
    [
        param.doc.clone(),
        note.map(|note| format!("[{note}]")).unwrap_or_default(),
    ]
    .into_iter()
    .filter(|part| !part.is_empty())
    .collect::<Vec<_>>()
    .join(" ")
}
