//! What a jobs file says of a webhook.

use std::ops::Range;

use http::{HeaderName, HeaderValue};
use toml::de::DeValue;

use super::super::document::Node;
use super::Reader;
use crate::notice::{Hook, Kind, Template, Text};
use crate::secret::Secret;

/// Headers that are not for a jobs file to say.
const OWN_HEADERS: [&str; 6] = [
    "content-type",
    "content-length",
    "host",
    "transfer-encoding",
    "connection",
    "idempotency-key",
];

impl Reader<'_, '_, '_, '_> {
    pub(super) fn webhook(&mut self, on: &[Kind]) -> Option<Hook> {
        let url = self.url("webhook", "webhook_env");
        let kind = self
            .document
            .text(self.table, "content_type", "\"text/plain\"");
        let content_type = match kind {
            Some((kind, span)) if HeaderValue::from_str(kind).is_err() || !kind.contains('/') => {
                self.complain(
                    &span,
                    format!("`{kind}` is no content type"),
                    "write `content_type = \"text/plain\"`, or take it out",
                );
                None
            }
            Some((kind, _)) => Some(kind.to_owned()),
            None => Some("application/json".to_owned()),
        };
        let template = match &content_type {
            Some(kind) => self.template(kind, on),
            None => None,
        };
        let mut headers = self.headers("headers");
        headers.extend(self.headers("header_env"));
        Some(Hook {
            url: url?,
            template,
            content_type: content_type?,
            headers,
            insecure: self.insecure(),
            is_secret: false,
        })
    }

    fn template(&mut self, content_type: &str, on: &[Kind]) -> Option<Template> {
        let example = "'{\"text\": \"{{ text }}\"}'";
        let (text, span) = self.document.text(self.table, "template", example)?;
        match Template::new(text, content_type, on) {
            Ok(template) => Some(template),
            Err(why) => {
                let hint = if why.contains("come to JSON") {
                    "put texts in quotes, \"{{ message }}\", and numbers without, {{ exit }}; or \
                     say its `content_type`"
                } else {
                    "names stand between {{ and }}; docs/notifications.md lists them"
                };
                self.complain(&span, why, hint);
                None
            }
        }
    }

    fn headers(&mut self, key: &str) -> Vec<(HeaderName, Text)> {
        let mut headers = Vec::new();
        let Some(value) = self.table.get(key) else {
            return headers;
        };
        let example = "{ X-Team = \"ops\" }";
        let Some(table) = value.get_ref().as_table() else {
            self.document.refuse_type(key, value, "a table", example);
            return headers;
        };
        for (name, value) in table {
            headers.extend(self.header(key, name.get_ref(), &name.span(), value));
        }
        headers
    }

    fn header(
        &mut self,
        key: &str,
        name: &str,
        span: &Range<usize>,
        value: &Node<'_>,
    ) -> Option<(HeaderName, Text)> {
        let Ok(header) = name.parse::<HeaderName>() else {
            self.complain(
                span,
                format!("`{name}` is not a name of a header"),
                "use letters, digits and `-`",
            );
            return None;
        };
        if OWN_HEADERS.contains(&header.as_str()) {
            let hint = if header == "content-type" {
                "write `content_type` instead"
            } else {
                "take it out"
            };
            self.complain(span, format!("the header `{name}` is mw's to say"), hint);
            return None;
        }
        let DeValue::String(text) = value.get_ref() else {
            self.document.refuse_type(name, value, "text", "\"ops\"");
            return None;
        };
        if key == "header_env" {
            let text = self.variable_named(name, text, &value.span())?;
            return Some((header, text));
        }
        if HeaderValue::from_str(text).is_err() {
            let message = format!("the header `{name}` cannot have this value");
            self.complain(&value.span(), message, "keep to one line of plain letters");
            return None;
        }
        Some((header, Text::Written(Secret::new(text.as_ref()))))
    }
}
