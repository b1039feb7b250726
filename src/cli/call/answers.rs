//! What a query makes of an answer, written as it is asked for.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::Value;

use super::super::line::Line;
use super::super::{Global, Outcome, show};
use super::query::{self, Query};
use crate::error::{Complaint, exit};
use crate::output::{Document, Format};

/// How often it is looked whether a query is to end.
const EVERY: Duration = Duration::from_millis(20);
/// A query may nest as deep as it likes; its memory is taken as it is used.
const STACK: usize = 256 << 20;

/// Writes what a query makes of a document. It may never end, so another thread works on it, which
/// ends with the process.
pub fn show(query: String, raw: bool, document: Document, line: &Line, global: &Global) -> Outcome {
    let value = document.into_value();
    let mut written = Written::new(raw, line, global);
    let is_raw = raw && written.is_plain;
    let (sender, receiver) = channel();
    std::thread::Builder::new()
        .name("query".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            let told = sender.clone();
            let ended = Query::read(&query).and_then(|query| {
                query.ask(&value, is_raw, |line| {
                    // Nobody listens any more when it was interrupted.
                    let _ = told.send(Ok(line));
                    Ok(())
                })
            });
            if let Err(complaint) = ended {
                let _ = sender.send(Err(complaint));
            }
        })
        .map_err(|error| Complaint::new(exit::FAILED, format!("no thread: {error}")))?;
    loop {
        match receiver.recv_timeout(EVERY) {
            Ok(Ok(text)) => {
                if !written.write(&text)? {
                    return Ok(exit::DONE);
                }
            }
            Ok(Err(complaint)) => return Err(complaint.into()),
            Err(RecvTimeoutError::Disconnected) => {
                written.end()?;
                return Ok(exit::DONE);
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if line.limits.cancel.is_cancelled() {
            return Err(Complaint::new(exit::INTERRUPTED, "interrupted").into());
        }
    }
}

/// The results of a query on their way to standard output.
struct Written<'a> {
    global: &'a Global,
    line: &'a Line,
    /// Whether each is a line as the query gives it.
    is_plain: bool,
    /// Those that become rows of one table.
    rows: Vec<Value>,
    /// Whether one has been written.
    has_begun: bool,
}

impl<'a> Written<'a> {
    fn new(raw: bool, line: &'a Line, global: &'a Global) -> Self {
        // A text without its quotes is no JSON.
        let is_raw = raw && matches!(global.output, Format::Json | Format::Jsonl);
        Self {
            global,
            line,
            is_plain: is_raw || global.output == Format::Auto,
            rows: Vec::new(),
            has_begun: false,
        }
    }

    /// Writes one; whether anybody reads on.
    fn write(&mut self, text: &str) -> Result<bool, Complaint> {
        if self.is_plain {
            return heard(text);
        }
        let value = serde_json::from_str(text).map_err(|_| {
            let what = "the query failed: a result of it is none of JSON's values";
            Complaint::new(exit::FAILED, what).hint("leave out --output to see it")
        })?;
        if matches!(self.global.output, Format::Table | Format::Csv) {
            self.rows.push(value);
            return Ok(true);
        }
        let now = self.line.session.clock().now();
        let mut text = show::rendered(&Document::Value(value), self.global, now)?;
        if self.global.output == Format::Yaml && self.has_begun {
            text.insert_str(0, "---\n");
        }
        self.has_begun = true;
        heard(text.trim_end_matches('\n'))
    }

    /// Writes what was kept for the end.
    fn end(mut self) -> Result<(), Complaint> {
        let document = match (self.rows.len(), self.rows.pop()) {
            (_, None) => return Ok(()),
            (1, Some(only)) => Document::Value(only),
            (_, Some(last)) => {
                self.rows.push(last);
                Document::Value(Value::Array(self.rows))
            }
        };
        show::document_at(&document, self.global, self.line.session.clock().now())
    }
}

fn heard(text: &str) -> Result<bool, Complaint> {
    query::write(text).map_err(|error| {
        let what = format!("cannot write to standard output: {error}");
        Complaint::new(exit::FAILED, what)
    })
}
