//! Durations and texts that are written down.

use rhai::{Expr, Position};

use super::super::diagnose;
use super::super::moment::Span;
use super::parse::offset;
use super::rule::Rule;
use super::walk::Walk;

/// The functions with options that are durations.
const PATIENT: &[&str] = &[
    "wait_for",
    "wait_until",
    "retry",
    "lock",
    "http_get",
    "http_post",
    "http_request",
];
/// Those options.
const SPANS: &[&str] = &["timeout", "every", "delay"];

impl Walk<'_> {
    /// Looks at the durations among the arguments of a call.
    pub(super) fn spans(&mut self, name: &str, args: &[Expr], first: usize) {
        match name {
            "sleep" | "duration" if first == 0 => {
                if let Some(arg) = args.first() {
                    self.span(arg, name == "sleep");
                }
            }
            name if PATIENT.contains(&name) => {
                for arg in args {
                    let Expr::Map(map, _) = arg else {
                        continue;
                    };
                    for (key, value) in &map.0 {
                        if SPANS.contains(&key.name.as_str()) {
                            self.span(value, true);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// Looks at a duration; of some it makes no sense to be less than nothing.
    pub(super) fn span(&mut self, expr: &Expr, is_ahead: bool) {
        let at = expr.start_position();
        match expr {
            Expr::StringConstant(text, _) => {
                if let Err(error) = Span::parse(text) {
                    let (message, hint) = diagnose::sentence(&error);
                    self.fails(Rule::WrongArgument, at, message, hint);
                }
            }
            Expr::IntegerConstant(number, _) if is_ahead && *number < 0 => self.fails(
                Rule::WrongArgument,
                at,
                format!("a duration of {number} seconds is less than nothing"),
                Some("write how long it is to take: \"90s\", or a number of seconds".to_owned()),
            ),
            _ => {}
        }
    }

    /// Looks at a duration that is written down to be added to an instant.
    pub(super) fn exact_span(&mut self, text: &str, at: Position) {
        if let Err(error) = Span::exact(text) {
            let (message, hint) = diagnose::sentence(&error);
            self.fails(Rule::WrongArgument, at, message, hint);
        }
    }

    /// Looks at a text for what was to be filled in, and is not between double quotes.
    pub(super) fn unfilled(&mut self, text: &str, at: Position) {
        let source = &self.ground.source.text;
        let is_quoted = offset(source, at)
            .and_then(|it| source.get(it..))
            .is_some_and(|it| it.starts_with('"'));
        if !is_quoted {
            return;
        }
        for part in text.split("${").skip(1) {
            let name = part
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .unwrap_or_default();
            let is_closed = part.contains('}');
            let Some(variable) = self.scope.find(name).filter(|_| is_closed) else {
                continue;
            };
            variable.used = true;
            self.warn(
                Rule::UnfilledText,
                at,
                format!("`${{{name}}}` is not filled in between double quotes"),
                Some("write the text between backquotes: `…`".to_owned()),
            );
            return;
        }
    }
}
