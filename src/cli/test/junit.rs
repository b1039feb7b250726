//! The results of tests as `JUnit` XML, which code hosts read.

use std::fmt::Write as _;

use super::report::Summary;
use super::verdict::{Ending, Verdict};

/// The document: a suite for each file, a case for each test, times in seconds.
pub fn document(verdicts: &[Verdict], summary: &Summary) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a text cannot fail.
    let _ = writeln!(
        text,
        "<testsuites tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3}\">",
        verdicts.len(),
        summary.failed,
        summary.broken,
        summary.took.as_secs_f64()
    );
    for suite in verdicts.chunk_by(|a, b| a.file == b.file) {
        write_suite(&mut text, suite);
    }
    text.push_str("</testsuites>\n");
    text
}

fn write_suite(text: &mut String, verdicts: &[Verdict]) {
    let file = verdicts
        .first()
        .map(|verdict| escaped(&verdict.file.to_string_lossy()))
        .unwrap_or_default();
    let sum = Summary::of(verdicts, verdicts.iter().map(|it| it.took).sum());
    let _ = writeln!(
        text,
        "  <testsuite name=\"{file}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3}\">",
        verdicts.len(),
        sum.failed,
        sum.broken,
        sum.took.as_secs_f64()
    );
    for verdict in verdicts {
        let name = if verdict.name.is_empty() {
            "(the file)".to_owned()
        } else {
            escaped(&verdict.name)
        };
        let _ = write!(
            text,
            "    <testcase name=\"{name}\" classname=\"{file}\" file=\"{file}\" line=\"{}\" time=\"{:.3}\"",
            verdict.line,
            verdict.took.as_secs_f64()
        );
        if verdict.passed() && verdict.said.is_empty() {
            text.push_str("/>\n");
            continue;
        }
        text.push_str(">\n");
        let element = match verdict.ending {
            Ending::Broken(_) => "error",
            Ending::Passed | Ending::Failed(_) => "failure",
        };
        if let Some(first) = verdict.complaints().first() {
            let whole: String = verdict
                .complaints()
                .iter()
                .map(ToString::to_string)
                .collect();
            let _ = writeln!(
                text,
                "      <{element} message=\"{}\">{}</{element}>",
                escaped(&first.message),
                escaped(&whole)
            );
        }
        if !verdict.said.is_empty() {
            let _ = writeln!(
                text,
                "      <system-out>{}</system-out>",
                escaped(&verdict.said.join("\n"))
            );
        }
        text.push_str("    </testcase>\n");
    }
    text.push_str("  </testsuite>\n");
}

/// A text as it may stand in XML: characters that XML has no way to write are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_of_a_text_is_taken_for_markup() {
        assert_eq!(
            escaped("a < b && \"c\" > \u{1b}[31md\u{0}\n"),
            "a &lt; b &amp;&amp; &quot;c&quot; &gt; [31md&#10;"
        );
    }
}
