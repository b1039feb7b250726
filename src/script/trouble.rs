//! Errors as scripts see them: values with a message and a cause, to be caught or attempted.

use std::borrow::Cow;

use rhai::{Dynamic, EvalAltResult, ImmutableString, Position};
use serde_json::{Value, json};

use crate::client::CallError;
use crate::error::exit;
use crate::output::Unfit;

/// An error of the host, as a script value: `e.message`, `e.kind`, `e.operation`, `e.status`, …
#[derive(Clone, Debug)]
pub struct Trouble {
    /// What happened, in one sentence.
    pub message: String,
    /// What kind of error: `refused`, `unreachable`, `timed_out`, `argument`, …
    pub kind: Cow<'static, str>,
    /// What to do next.
    pub hint: Option<String>,
    /// The exit code it means when nobody catches it.
    pub exit: u8,
    /// The failed call, where it was one.
    pub call: Option<Box<CallError>>,
    /// The status that a host elsewhere answered with.
    pub status: Option<u16>,
}

impl Trouble {
    /// An error of a builtin.
    #[must_use]
    pub fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            kind: Cow::Borrowed(kind),
            hint: None,
            exit: exit::FAILED,
            call: None,
            status: None,
        }
    }

    /// A wrong argument.
    #[must_use]
    pub fn argument(message: impl Into<String>) -> Self {
        Self::new("argument", message)
    }

    /// The same, with what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// One field of the error, as scripts read it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<Dynamic> {
        let text = |text: &str| Dynamic::from(ImmutableString::from(text));
        Some(match name {
            "message" => text(&self.message),
            "kind" => text(&self.kind),
            "hint" => self.hint.as_deref().map_or(Dynamic::UNIT, text),
            "operation" => self
                .call
                .as_ref()
                .map_or(Dynamic::UNIT, |call| text(call.operation)),
            "target" => self
                .call
                .as_ref()
                .map_or(Dynamic::UNIT, |call| text(&call.target)),
            "status" => self
                .call
                .as_ref()
                .and_then(|call| call.status())
                .or(self.status)
                .map_or(Dynamic::UNIT, |status| Dynamic::from(i64::from(status))),
            "name" => self
                .call
                .as_ref()
                .and_then(|call| call.server_name())
                .map_or(Dynamic::UNIT, text),
            _ => return None,
        })
    }

    /// The fields [`field`](Self::field) knows.
    pub const FIELDS: &'static [&'static str] = &[
        "message",
        "kind",
        "hint",
        "operation",
        "target",
        "status",
        "name",
    ];

    /// The error, raised.
    #[must_use]
    pub fn raise(self) -> Box<EvalAltResult> {
        Box::new(EvalAltResult::ErrorRuntime(
            Dynamic::from(self),
            Position::NONE,
        ))
    }
}

impl From<Unfit> for Trouble {
    fn from(unfit: Unfit) -> Self {
        let kind = if unfit.is_mistake {
            "argument"
        } else {
            "output"
        };
        Self {
            hint: unfit.hint,
            ..Self::new(kind, unfit.message)
        }
    }
}

impl From<CallError> for Trouble {
    fn from(error: CallError) -> Self {
        Self {
            message: error.to_string(),
            kind: Cow::Borrowed(error.kind_name()),
            hint: error.hint().map(str::to_owned),
            // A wrong argument is the script's failure; only on a command line is it wrong usage.
            exit: match error.exit_code() {
                exit::USAGE => exit::FAILED,
                code => code,
            },
            call: Some(Box::new(error)),
            status: None,
        }
    }
}

impl Trouble {
    /// The error as JSON, to be kept.
    #[must_use]
    pub fn to_json(&self) -> String {
        json!({
            "message": self.message,
            "kind": self.kind,
            "hint": self.hint,
            "exit": self.exit,
            "call": self.call.as_ref().map(|call| call.to_json()),
            "status": self.status,
        })
        .to_string()
    }

    /// An error as it was kept.
    #[must_use]
    pub fn from_json(text: &str) -> Self {
        let kept: Value = serde_json::from_str(text).unwrap_or_default();
        let word = |name: &str| kept[name].as_str().map(str::to_owned);
        Self {
            message: word("message").unwrap_or_else(|| "the journal does not say why".to_owned()),
            kind: Cow::Owned(word("kind").unwrap_or_default()),
            hint: word("hint"),
            exit: kept["exit"]
                .as_u64()
                .and_then(|code| u8::try_from(code).ok())
                .unwrap_or(exit::FAILED),
            call: word("call")
                .and_then(|call| CallError::from_json(&call).ok())
                .map(Box::new),
            status: kept["status"]
                .as_u64()
                .and_then(|status| u16::try_from(status).ok()),
        }
    }
}

/// Why a script was stopped from outside. Scripts cannot catch it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// `exit(n)` was called.
    Exit(u8),
    /// The user or the system wants it to end.
    Interrupted,
    /// Another branch of the same `parallel` failed.
    Abandoned,
    /// The same, while a call was under way that may have been carried out.
    AbandonedInDoubt,
    /// Whoever reads the output has gone.
    OutputClosed,
    /// The time the job was given is over.
    TimedOut,
    /// It takes up too much memory.
    Overgrown,
    /// The run cannot go on; its record says why.
    Halted,
}

impl Stopped {
    /// The stop in words.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Exit(_) => "the script ended itself",
            Self::Interrupted => "the run was interrupted",
            Self::Abandoned | Self::AbandonedInDoubt => {
                "the branch was given up, since another one failed"
            }
            Self::OutputClosed => "nobody reads the output any more",
            Self::TimedOut => "the run took longer than it was given",
            Self::Overgrown => "the run took up more memory than there is for it",
            Self::Halted => "the run cannot go on",
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn hint(self) -> Option<&'static str> {
        match self {
            Self::Overgrown => Some(
                "look for what grows without end, or do it in parts; `memory` under [runs] in the \
                 configuration file says how much mw may hold",
            ),
            _ => None,
        }
    }

    /// Whether it is told why, which nobody knows who has not stopped it.
    #[must_use]
    pub const fn is_told(self) -> bool {
        matches!(self, Self::TimedOut | Self::Overgrown)
    }

    /// The stop, raised.
    #[must_use]
    pub fn raise(self) -> Box<EvalAltResult> {
        Box::new(EvalAltResult::ErrorTerminated(
            Dynamic::from(self),
            Position::NONE,
        ))
    }
}
