//! The `[notify.NAME]` tables of the jobs file: the channels that notices go by.

mod mail;
mod webhook;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use toml::de::DeTable;

use super::document::{Document, key_span};
use crate::notice::{Channel, Hook, Kind, Text, Way, address};
use crate::operation::nearest;
use crate::secret::Secret;

/// The channels of a jobs file by name.
pub type Channels = BTreeMap<String, Arc<Channel>>;

/// The ways there are: the key that says each, and the keys that belong to it.
const WAYS: [(&str, &[&str]); 4] = [
    (
        "webhook",
        &[
            "webhook",
            "webhook_env",
            "template",
            "content_type",
            "headers",
            "header_env",
            "insecure",
        ],
    ),
    ("slack", &["slack", "slack_env", "insecure"]),
    (
        "smtp",
        &["smtp", "from", "to", "user", "password_env", "insecure"],
    ),
    ("command", &["command"]),
];

const HOOK: &str = "\"https://hooks.example.com/…\"";

/// Reads every `[notify.NAME]`.
pub(super) fn read_channels(document: &mut Document<'_>, root: &DeTable<'_>) -> Channels {
    let mut channels = Channels::new();
    let Some(value) = root.get("notify") else {
        return channels;
    };
    let Some(tables) = value.get_ref().as_table() else {
        let hint = "write `[notify.NAME]` above its keys".to_owned();
        document.complain(&value.span(), "`notify` is no table".into(), Some(hint));
        return channels;
    };
    for (key, value) in tables {
        let name = key.get_ref().as_ref();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
        if name.is_empty() || !name.chars().all(fits) {
            let message = format!("`{name}` is not a name of a channel");
            let hint = "use lower-case letters, digits, `_` and `-`".to_owned();
            document.complain(&key.span(), message, Some(hint));
            continue;
        }
        let Some(table) = value.get_ref().as_table() else {
            document.refuse_type(name, value, "a table", "{ command = [\"notify-send\"] }");
            continue;
        };
        let mut reader = Reader {
            document,
            table,
            name,
            span: key.span(),
        };
        if let Some(channel) = reader.read() {
            channels.insert(name.to_owned(), Arc::new(channel));
        }
    }
    channels
}

/// Reads the `notify` of a job: names of channels, each of which there must be.
pub(super) fn read_notify(
    document: &mut Document<'_>,
    job: &DeTable<'_>,
    channels: &Channels,
) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for (name, span) in document.texts(job, "notify", "[\"ops\"]")? {
        if channels.contains_key(name) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        } else if channels.is_empty() {
            let hint = format!("write `[notify.{name}]` and its keys");
            document.complain(&span, format!("there is no channel `{name}`"), Some(hint));
        } else {
            let known = channels.keys().map(String::as_str);
            document.refuse_unknown(&span, "channel", name, known);
        }
    }
    Some(names)
}

/// Reads one table.
struct Reader<'r, 'd, 'v, 't> {
    document: &'r mut Document<'d>,
    table: &'v DeTable<'t>,
    name: &'v str,
    span: Range<usize>,
}

impl Reader<'_, '_, '_, '_> {
    fn read(&mut self) -> Option<Channel> {
        let mut known: Vec<&str> = WAYS.iter().flat_map(|(_, keys)| *keys).copied().collect();
        known.push("on");
        known.sort_unstable();
        known.dedup();
        self.document
            .refuse_strangers(self.table, &known, "a channel");
        let on = self.on();
        let way = match self.way()? {
            "webhook" => Way::Webhook(self.webhook(&on)?),
            "slack" => {
                let url = self.url("slack", "slack_env")?;
                let insecure = self.insecure();
                Way::Slack(Hook {
                    insecure,
                    is_secret: true,
                    ..Hook::new(url)
                })
            }
            "smtp" => Way::Mail(self.mail()?),
            _ => Way::Command(self.command()?),
        };
        Some(Channel {
            name: self.name.to_owned(),
            way,
            on,
        })
    }

    fn complain(&mut self, span: &Range<usize>, message: String, hint: impl Into<String>) {
        self.document.complain(span, message, Some(hint.into()));
    }

    /// The one way that the table names; keys of others are complained about.
    fn way(&mut self) -> Option<&'static str> {
        let named = |way: &str| {
            let mut keys = [way.to_owned(), format!("{way}_env")].into_iter();
            keys.find_map(|key| key_span(self.table, &key))
        };
        let ways: Vec<_> = WAYS
            .iter()
            .filter_map(|(way, keys)| Some((*way, *keys, named(way)?)))
            .collect();
        let Some((way, keys, _)) = ways.first() else {
            let (span, message) = (
                self.span.clone(),
                format!("the channel `{}` leads nowhere", self.name),
            );
            self.complain(
                &span,
                message,
                "write one of `webhook`, `slack`, `smtp` and `command`",
            );
            return None;
        };
        if let Some((other, _, span)) = ways.get(1) {
            let message = format!("a channel is either `{way}` or `{other}`");
            self.complain(span, message, "make two channels of it");
            return None;
        }
        let strays: Vec<_> = self
            .table
            .keys()
            .filter(|key| {
                let key = key.get_ref().as_ref();
                let is_known = WAYS.iter().any(|(_, keys)| keys.contains(&key));
                is_known && !keys.contains(&key)
            })
            .map(|key| (key.get_ref().to_string(), key.span()))
            .collect();
        for (key, span) in strays {
            let message = format!("`{key}` does not go with `{way}`");
            self.complain(&span, message, "take it out");
        }
        Some(way)
    }

    fn on(&mut self) -> Vec<Kind> {
        const EXAMPLE: &str = "[\"failure\", \"recovery\"]";
        let Some(value) = self.table.get("on") else {
            return Kind::USUAL.to_vec();
        };
        let mut on = Vec::new();
        let listed = self
            .document
            .texts(self.table, "on", EXAMPLE)
            .unwrap_or_default();
        if listed.is_empty()
            && value
                .get_ref()
                .as_array()
                .is_some_and(|list| list.is_empty())
        {
            let hint = format!("write `on = {EXAMPLE}`, or take it out");
            self.complain(&value.span(), "`on` lists nothing".into(), hint);
        }
        for (text, span) in listed {
            let known = || Kind::ALL.into_iter().map(Kind::as_str);
            if let Some(kind) = Kind::named(text) {
                on.push(kind);
                continue;
            }
            let hint = match nearest(text, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", known().collect::<Vec<_>>().join(", ")),
            };
            self.complain(&span, format!("no notice is of kind `{text}`"), hint);
        }
        on
    }

    fn insecure(&mut self) -> bool {
        self.document
            .boolean(self.table, "insecure")
            .unwrap_or(false)
    }

    /// The address of a webhook, written or in a variable.
    fn url(&mut self, written: &str, variable: &str) -> Option<Text> {
        let insecure = self.insecure();
        if let (Some(_), Some(span)) = (self.table.get(written), key_span(self.table, variable)) {
            let message = format!("`{written}` and `{variable}` say the same thing");
            self.complain(&span, message, "keep one of them");
            return None;
        }
        if let Some(name) = self.variable(variable) {
            return Some(name);
        }
        let (text, span) = self.document.text(self.table, written, HOOK)?;
        match address(text, insecure) {
            Ok(_) => Some(Text::Written(Secret::new(text.trim()))),
            Err(why) => {
                let hint = if why.contains("not encrypted") {
                    "write https://, or `insecure = true` where the way to it is safe".to_owned()
                } else if why.contains("must not hold") {
                    "write `header_env = { Authorization = \"VARIABLE\" }`".to_owned()
                } else {
                    format!("write `{written} = {HOOK}`")
                };
                self.complain(&span, why, hint);
                None
            }
        }
    }

    /// A variable of the environment under a key.
    fn variable(&mut self, key: &str) -> Option<Text> {
        let (name, span) = self.document.text(self.table, key, "\"OPS_URL\"")?;
        self.variable_named(key, name, &span)
    }

    fn variable_named(&mut self, key: &str, name: &str, span: &Range<usize>) -> Option<Text> {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || !name.chars().all(fits) {
            // It may be the secret itself, and is not repeated.
            let message = format!("`{key}` must be the name of an environment variable");
            self.complain(
                span,
                message,
                "write the secret into a variable, and its name here",
            );
            return None;
        }
        Some(Text::Variable(name.to_owned()))
    }

    fn command(&mut self) -> Option<Vec<String>> {
        const EXAMPLE: &str = "[\"notify-send\", \"mw\"]";
        let value = self.table.get("command")?;
        let words = self.document.texts(self.table, "command", EXAMPLE)?;
        let is_list = value.get_ref().as_array().is_some();
        if is_list && words.first().is_none_or(|(word, _)| word.is_empty()) {
            let hint = format!("write `command = {EXAMPLE}`");
            self.complain(&value.span(), "`command` names no program".into(), hint);
            return None;
        }
        is_list.then(|| words.into_iter().map(|(word, _)| word.to_owned()).collect())
    }
}

#[cfg(test)]
mod tests;
