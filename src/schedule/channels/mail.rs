//! What a jobs file says of e-mail.

use std::ops::Range;

use super::super::document::key_span;
use super::Reader;
use crate::notice::{Mail, Mailbox};

impl Reader<'_, '_, '_, '_> {
    pub(super) fn mail(&mut self) -> Option<Mail> {
        let insecure = self.insecure();
        let (text, span) =
            self.document
                .text(self.table, "smtp", "\"smtp://mail.example.com:587\"")?;
        let server = Mail::server(text, insecure)
            .map_err(|why| {
                self.complain(
                    &span,
                    why,
                    "write `smtp = \"smtp://mail.example.com:587\"`, with `user` and \
                     `password_env` below",
                );
            })
            .ok();
        let from = self.person("from");
        let to: Vec<_> = self
            .document
            .texts(self.table, "to", "[\"ops@example.com\"]")
            .unwrap_or_default();
        if to.is_empty() {
            let span = key_span(self.table, "to").unwrap_or_else(|| self.span.clone());
            let message = format!("the channel `{}` writes to nobody", self.name);
            self.complain(&span, message, "write `to = [\"ops@example.com\"]`");
        }
        let to: Vec<_> = to
            .into_iter()
            .filter_map(|(text, span)| self.mailbox(text, &span))
            .collect();
        let user = self.document.text(self.table, "user", "\"mw\"");
        let password = self.variable("password_env");
        if user.is_some() != self.table.contains_key("password_env") {
            let span = user.as_ref().map(|(_, span)| span.clone());
            let span = span
                .or_else(|| key_span(self.table, "password_env"))
                .unwrap_or_else(|| self.span.clone());
            let message = "`user` and `password_env` go together".to_owned();
            self.complain(&span, message, "write both, or none of them");
        }
        let (host, port, protection) = server?;
        Some(Mail {
            host,
            port,
            protection,
            from: from?,
            to,
            user: user.map(|(user, _)| user.to_owned()),
            password,
        })
    }

    fn person(&mut self, key: &str) -> Option<Mailbox> {
        if !self.table.contains_key(key) {
            let (span, message) = (
                self.span.clone(),
                format!("the channel `{}` has no `{key}`", self.name),
            );
            self.complain(
                &span,
                message,
                format!("write `{key} = \"mw@example.com\"`"),
            );
        }
        let (text, span) = self.document.text(self.table, key, "\"mw@example.com\"")?;
        self.mailbox(text, &span)
    }

    fn mailbox(&mut self, text: &str, span: &Range<usize>) -> Option<Mailbox> {
        Mail::mailbox(text)
            .map_err(|why| {
                self.complain(
                    span,
                    why,
                    "write `ops@example.com`, or `Operations <ops@example.com>`",
                );
            })
            .ok()
    }
}
