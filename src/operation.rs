//! An API operation as a declaration, and the request that its arguments make of it.
//!
//! Everything else about an operation (the script function, the method on its resource, `mw call`,
//! completion, documentation, permission, retry, the simulator's route) is derived from the one
//! [`Operation`] literal under `api/`. Building a request is pure: nothing is sent from here.

mod arguments;
mod decoded;
mod effect;
mod field;
mod kind;
mod missing;
mod refusal;
mod repeat;
mod request;

pub use arguments::Arguments;
pub use decoded::Decoded;
pub use effect::{Effect, EffectRule};
pub use field::{Field, every_name, field_at, way};
pub use kind::Kind;
pub use refusal::{Refusal, near_word, nearest};
pub use repeat::{Repeat, RepeatRule};
pub use request::Request;

use crate::record::RecordKind;

/// The HTTP methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, links and acts.
    Post,
    /// Alters.
    Patch,
    /// Deletes and unlinks.
    Delete,
    /// Replaces; no declared operation does.
    Put,
    /// Reads the headers alone; no declared operation does.
    Head,
}

impl Method {
    /// The method as HTTP writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Put => "PUT",
            Self::Head => "HEAD",
        }
    }
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone: no credentials are sent.
    Public,
    /// The holder of an API key or of an access token.
    Bearer,
    /// An OAuth client, with its id and secret (HTTP Basic).
    Client,
}

/// What a successful call answers with.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// No body, or one that says nothing beyond success.
    Nothing,
    /// One resource.
    One(&'static RecordKind),
    /// A list of resources; the API has no pagination.
    Many(&'static RecordKind),
}

impl Answer {
    /// The answer's type as scripts name it: `Cloud`, `[Cloud]` or `()`.
    #[must_use]
    pub fn type_name(self) -> String {
        match self {
            Self::Nothing => "()".to_owned(),
            Self::One(kind) => kind.name.to_owned(),
            Self::Many(kind) => format!("[{}]", kind.name),
        }
    }
}

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the path, percent-encoded.
    Path,
    /// In the path, and once more as this member of the body.
    PathAndMember(&'static str),
    /// In the query string.
    Query,
    /// As one member of the JSON body.
    Member,
    /// As the JSON body itself.
    Body,
}

impl Place {
    /// Whether the parameter names what the operation acts upon.
    #[must_use]
    pub const fn is_path(self) -> bool {
        matches!(self, Self::Path | Self::PathAndMember(_))
    }
}

/// One parameter of an operation, in the order scripts give it.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name, also the placeholder in the path.
    pub name: &'static str,
    /// Where it travels.
    pub place: Place,
    /// What it may be.
    pub kind: Kind,
    /// Whether a call without it is refused.
    pub required: bool,
    /// What is sent when a call leaves it out.
    pub default: Option<&'static str>,
    /// One line about it.
    pub doc: &'static str,
}

impl Param {
    /// A required part of the path.
    #[must_use]
    pub const fn path(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self {
            name,
            place: Place::Path,
            kind,
            required: true,
            default: None,
            doc,
        }
    }

    /// An optional part of the query string.
    #[must_use]
    pub const fn query(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self {
            name,
            place: Place::Query,
            kind,
            required: false,
            default: None,
            doc,
        }
    }

    /// A required member of the body.
    #[must_use]
    pub const fn member(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self {
            name,
            place: Place::Member,
            kind,
            required: true,
            default: None,
            doc,
        }
    }

    /// The body, a map of the fields given.
    #[must_use]
    pub const fn body(fields: &'static [Field], doc: &'static str) -> Self {
        Self {
            name: "body",
            place: Place::Body,
            kind: Kind::Object(fields),
            required: true,
            default: None,
            doc,
        }
    }

    /// The same parameter, sent with this value when a call leaves it out.
    #[must_use]
    pub const fn with_default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    /// The same parameter, which a call may leave out.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.required = false;
        self
    }
}

/// How an operation reads as a method: `cloud.delete()`.
#[derive(Clone, Copy, Debug)]
pub struct MethodForm {
    /// The script type it is called on, the subject.
    pub on: &'static str,
    /// The method's name.
    pub name: &'static str,
}

/// One operation of the API.
#[derive(Debug)]
pub struct Operation {
    /// The script function's name.
    pub name: &'static str,
    /// A second name under which the function takes a map: the verb of `order(#{…})`.
    pub alias: Option<&'static str>,
    /// How it reads as a method of its subject.
    pub form: Option<MethodForm>,
    /// HTTP method.
    pub method: Method,
    /// Path with `{placeholders}` named after the parameters.
    pub path: &'static str,
    /// Which credentials it needs.
    pub access: Access,
    /// Parameters, in the order scripts give them.
    pub params: &'static [Param],
    /// What it answers with.
    pub answer: Answer,
    /// What it does to the world.
    pub effect: EffectRule,
    /// What sending it twice does.
    pub repeat: RepeatRule,
    /// One line of documentation.
    pub doc: &'static str,
    /// A line of script that uses it and runs on the simulator's starting account.
    pub example: &'static str,
    /// The section of the API reference it comes from.
    pub section: &'static str,
}

impl Operation {
    /// The operation's effect when called with these arguments.
    #[must_use]
    pub fn effect(&self, arguments: &Arguments) -> Effect {
        self.effect.of(arguments)
    }

    /// What sending these arguments twice does.
    #[must_use]
    pub fn repeat(&self, arguments: &Arguments) -> Repeat {
        self.repeat.of(arguments)
    }

    /// The declared parameter of this name.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&'static Param> {
        self.params.iter().find(|param| param.name == name)
    }

    /// The request these arguments make; a refusal says which argument is wrong and how to mend it.
    pub fn request(&'static self, arguments: &Arguments) -> Result<Request, Refusal> {
        Request::of(self, arguments)
    }

    /// The names of the members of its answer that hold secrets.
    pub fn secrets(&self) -> impl Iterator<Item = &'static str> + use<> {
        let fields = match self.answer {
            Answer::Nothing => &[],
            Answer::One(kind) | Answer::Many(kind) => kind.fields,
        };
        let secret = fields.iter().filter(|field| field.is_secret);
        secret.map(|field| field.name)
    }

    /// What the call acts upon, for messages: `node 7f… of cloud 0Absd1`.
    #[must_use]
    pub fn target(&self, arguments: &Arguments) -> String {
        let mut parts: Vec<String> = Vec::new();
        for param in self.params.iter().filter(|param| param.place.is_path()) {
            if let Some(text) = arguments.text(param.name) {
                parts.push(format!("{} {text}", param.name.replace('_', " ")));
            }
        }
        parts.reverse();
        parts.join(" of ")
    }

    /// The function's signature as help shows it: `set_power(cloud: Cloud, node: Node, …)`.
    #[must_use]
    pub fn signature(&self) -> String {
        let params: Vec<String> = self
            .params
            .iter()
            .map(|param| {
                let mark = if param.required { "" } else { "?" };
                format!("{}{mark}: {}", param.name, param.kind.type_name())
            })
            .collect();
        format!(
            "{}({}) -> {}",
            self.name,
            params.join(", "),
            self.answer.type_name()
        )
    }
}
