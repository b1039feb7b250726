//! A call as the behaviours see it: path, query and body taken apart and checked for type.

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::assumptions::{DESCRIPTION_LENGTH, LABEL_LENGTH, MEMBER_WRITES, OTHER_ROLES};
use super::caller::Caller;
use super::credentials::Role;
use super::world::World;

/// What an operation does to the account.
pub type Behaviour = fn(&mut World, &Call) -> Result<Answer, Answer>;

/// One call that reached its operation.
#[derive(Debug)]
pub struct Call {
    /// The path's parameters, decoded.
    pub path: Vec<(&'static str, String)>,
    /// The query string, undecoded.
    pub query: String,
    /// The body's members. `UNKNOWN_FIELDS`: those that nobody asks for stay here.
    pub body: Map<String, Value>,
    /// The bearer token it came with, where it needs one.
    pub token: Option<String>,
    /// Who calls, and what they may do.
    pub caller: Caller,
}

impl Call {
    /// A parameter of the path.
    #[must_use]
    pub fn param(&self, name: &str) -> &str {
        self.path
            .iter()
            .find(|(known, _)| *known == name)
            .map_or("", |(_, value)| value)
    }

    /// A parameter of the query.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<String> {
        let decoded = |text: &str| {
            percent_encoding::percent_decode_str(&text.replace('+', " "))
                .decode_utf8_lossy()
                .into_owned()
        };
        let pairs = self.query.split('&').filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .find(|(known, _)| decoded(known) == name)
            .map(|(_, value)| decoded(value))
    }

    /// Refuses a caller below this role: `MEMBER_WRITES`.
    pub fn needs(&self, role: Role, what: &str) -> Result<(), Answer> {
        if self.caller.role >= Some(role) {
            return Ok(());
        }
        let message = format!("Unauthorized access to: {what}");
        if self.caller.role < Some(Role::Maintainer) {
            return Err(Answer::named(
                MEMBER_WRITES.status(),
                "unauthorized",
                &message,
            ));
        }
        Err(Answer::forbidden(&message))
    }

    /// What the caller may do with a thing, as orders and keys tell.
    pub fn access(&self) -> Value {
        let role = match self.caller.role {
            Some(Role::Billing | Role::Support) if OTHER_ROLES.most() == 1 => Role::Member.name(),
            _ => self.caller.role_name(),
        };
        json!({ "role": role })
    }

    /// The label, which must be there.
    pub fn label(&self) -> Result<String, Answer> {
        let label = required(&self.body, "label")?;
        check_label(label)
    }

    /// The label of a change, which may be left out.
    pub fn new_label(&self) -> Result<Option<String>, Answer> {
        text(&self.body, "label")?.map(check_label).transpose()
    }

    /// The description, where one is given.
    pub fn description(&self) -> Result<Option<String>, Answer> {
        let description = text(&self.body, "description")?;
        let most = usize::try_from(DESCRIPTION_LENGTH.most()).unwrap_or(usize::MAX);
        if description.is_some_and(|text| text.chars().count() > most) {
            return Err(Answer::invalid(&format!(
                "description must have {most} characters at most."
            )));
        }
        Ok(description.map(str::to_owned))
    }

    /// The members under `fields`, which must be there.
    pub fn fields(&self) -> Result<&Map<String, Value>, Answer> {
        object(&self.body, "fields")?.ok_or_else(|| Answer::invalid("fields is required."))
    }
}

fn check_label(label: &str) -> Result<String, Answer> {
    let most = usize::try_from(LABEL_LENGTH.most()).unwrap_or(usize::MAX);
    if label.trim().is_empty() || label.chars().count() > most {
        return Err(Answer::invalid(&format!(
            "label must have 1 to {most} characters."
        )));
    }
    Ok(label.to_owned())
}

/// A member that is text, if it is there.
pub fn text<'a>(map: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Answer> {
    match map.get(name) {
        // NULLS
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Answer::invalid(&format!("{name} must be a string."))),
    }
}

/// A member that is text and must be there.
pub fn required<'a>(map: &'a Map<String, Value>, name: &str) -> Result<&'a str, Answer> {
    text(map, name)?.ok_or_else(|| Answer::invalid(&format!("{name} is required.")))
}

/// A member that is a whole number, if it is there.
pub fn whole(map: &Map<String, Value>, name: &str) -> Result<Option<i64>, Answer> {
    match map.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_i64()
            .map(Some)
            .ok_or_else(|| Answer::invalid(&format!("{name} must be a whole number."))),
    }
}

/// A member that is an object, if it is there.
pub fn object<'a>(
    map: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a Map<String, Value>>, Answer> {
    match map.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(members)) => Ok(Some(members)),
        Some(_) => Err(Answer::invalid(&format!("{name} must be an object."))),
    }
}
