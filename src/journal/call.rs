//! A call as the journal keeps it.

use std::borrow::Cow;

use bytes::Bytes;

use crate::secret;

/// How far a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It changes something and is about to be sent, or was: nobody knows until its outcome is
    /// on record.
    Sent,
    /// It was turned down for now and will be sent again: nothing has happened so far.
    Held,
    /// It has begun and changes nothing by itself: a wait, a `parallel`, an `ensure`.
    Open,
    /// It came to its result.
    Done,
    /// It failed.
    Failed,
    /// Nobody could learn whether it was carried out: a person must decide.
    InDoubt,
    /// A person decided that it was carried out.
    ResolvedDone,
    /// A person decided that it is sent again.
    ResolvedRetry,
    /// A person decided to give the run up.
    ResolvedAbort,
}

impl State {
    const ALL: [Self; 9] = [
        Self::Sent,
        Self::Held,
        Self::Open,
        Self::Done,
        Self::Failed,
        Self::InDoubt,
        Self::ResolvedDone,
        Self::ResolvedRetry,
        Self::ResolvedAbort,
    ];

    /// The state's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Held => "held",
            Self::Open => "open",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::InDoubt => "in-doubt",
            Self::ResolvedDone => "resolved-done",
            Self::ResolvedRetry => "resolved-retry",
            Self::ResolvedAbort => "resolved-abort",
        }
    }

    /// The state of this name; one that a newer release wrote is none of ours.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// A call, all that is known of it. Writing one again replaces what was known.
#[derive(Clone, Debug)]
pub struct Call {
    /// Where in the run it was made.
    pub path: String,
    /// The operation, or the builtin.
    pub operation: Cow<'static, str>,
    /// Tells its arguments apart from others.
    pub hash: [u8; 16],
    /// What it does to the world; `local` where that is nothing of the account's.
    pub effect: Cow<'static, str>,
    /// What it acts upon.
    pub target: String,
    /// Its arguments, as JSON.
    pub arguments: String,
    /// How far it has come.
    pub state: State,
    /// How often it was sent.
    pub attempts: u32,
    /// When it began, in microseconds since 1970.
    pub started: i64,
    /// When it was over.
    pub finished: Option<i64>,
    /// Where in the script it stands: `file:line`.
    pub place: Option<String>,
    /// What it came to, as the API answered.
    pub body: Option<Bytes>,
    /// Why it failed, as JSON.
    pub error: Option<String>,
    /// What was seen meanwhile, for people.
    pub note: Option<String>,
}

impl Call {
    /// The call without the secrets that this process knows, if it holds any. What tells its
    /// arguments apart from others stays as it is.
    pub(super) fn cleaned(&self) -> Option<Self> {
        let texts = [
            Some(&self.target),
            Some(&self.arguments),
            self.error.as_ref(),
            self.note.as_ref(),
        ];
        let body = self.body.clone().map(secret::redact_bytes);
        let place = |bytes: &Option<Bytes>| bytes.as_ref().map(|it| it.as_ptr());
        if place(&body) == place(&self.body)
            && !texts.into_iter().flatten().any(|it| secret::holds_any(it))
        {
            return None;
        }
        let clean = |text: &str| secret::redact(text).into_owned();
        Some(Self {
            target: clean(&self.target),
            arguments: clean(&self.arguments),
            error: self.error.as_deref().map(clean),
            note: self.note.as_deref().map(clean),
            body,
            ..self.clone()
        })
    }

    /// Where a call stands among the others of its run: as the script goes, not as time went.
    #[must_use]
    pub fn order(path: &str) -> Vec<(u64, String)> {
        path.split('/')
            .map(|part| {
                // `do` comes before `cleanup`.
                let number = match part {
                    "do" => 0,
                    "cleanup" => 1,
                    part => part.parse().unwrap_or(u64::MAX),
                };
                (number, part.to_owned())
            })
            .collect()
    }

    /// Puts calls in their order.
    pub fn sort(calls: &mut [Self]) {
        calls.sort_by_cached_key(|call| Self::order(&call.path));
    }
}
