//! `template`: texts with gaps that values fill.

use minijinja::value::Serde;
use minijinja::{Error, ErrorKind, Value};
use rhai::{Dynamic, Map};

use super::Result;
use crate::script::lexicon::Lexicon;
use crate::script::trouble::Trouble;
use crate::script::value;
use crate::template;

/// How many steps a template may take: one that goes on and on ends within a second.
const STEPS: u64 = 2_000_000;
/// The longest text it may come to, in bytes.
const LONGEST: usize = 16 << 20;

fn filled(text: &str, values: &Map) -> Result<String> {
    let values = value::to_json(&Dynamic::from_map(values.clone())).map_err(Trouble::raise)?;
    let mut out = Limited::default();
    let rendered = template::filled(text, STEPS, |environment| {
        environment
            .template_from_str(text)?
            .render_captured_to(Value::from(Serde(&values)), &mut out)
            .map(drop)
    });
    match rendered {
        _ if out.is_full => Err(Trouble::argument(format!(
            "template: the text would be longer than {} MiB",
            LONGEST >> 20
        ))
        .raise()),
        Ok(()) => String::from_utf8(out.bytes)
            .map_err(|_| Trouble::argument("template: the text is no UTF-8").raise()),
        Err(error) => Err(wrong(text, &error).raise()),
    }
}

/// Takes a text until it is too long.
#[derive(Default)]
struct Limited {
    bytes: Vec<u8>,
    is_full: bool,
}

impl std::io::Write for Limited {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len().saturating_add(piece.len()) > LONGEST {
            self.is_full = true;
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn wrong(text: &str, error: &Error) -> Trouble {
    let range = error.range().filter(|range| range.start < range.end);
    let at = range.as_ref().and_then(|range| text.get(..range.start));
    let place = match (at, error.line()) {
        (Some(before), _) => {
            let line = before.matches('\n').count() + 1;
            let column = before
                .rsplit('\n')
                .next()
                .unwrap_or_default()
                .chars()
                .count()
                + 1;
            format!(", line {line}, column {column}")
        }
        (None, Some(line)) => format!(", line {line}"),
        (None, None) => String::new(),
    };
    let piece = range
        .and_then(|range| text.get(range))
        .filter(|piece| piece.len() < 80 && !piece.contains('\n'));
    let (what, hint) = match (error.kind(), piece) {
        (ErrorKind::UndefinedError, Some(piece)) => (
            format!("`{}` is not among the values", piece.trim()),
            Some("give it, or write {{ name | default(\"…\") }}"),
        ),
        (ErrorKind::UndefinedError, None) => (
            "something is not among the values".to_owned(),
            Some("give it, or write {{ name | default(\"…\") }}"),
        ),
        (ErrorKind::OutOfFuel, _) => ("it takes too many steps".to_owned(), None),
        (ErrorKind::TemplateNotFound, _) => (
            "it names another template, and templates stand alone".to_owned(),
            Some("fill the other one first, and give its text as a value"),
        ),
        (kind, _) => (
            error
                .detail()
                .map_or_else(|| kind.to_string(), str::to_owned),
            template::instead(error),
        ),
    };
    let trouble = Trouble::new("template", format!("template{place}: {what}"));
    match hint {
        Some(hint) => trouble.hint(hint),
        None => trouble,
    }
}

/// Registers `template`.
pub fn register(lexicon: &mut Lexicon) {
    lexicon.register_fn("template", |text: &str, values: Map| filled(text, &values));
}
