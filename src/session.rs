//! The one path of every effect on the account.
//!
//! identify → replay → permit → intent → send → outcome → observe. Whoever wants something of the
//! API, a script, `mw call` or the REPL, goes through [`Session::perform`]; there is no other way to
//! the client.

mod asked;
pub mod crash;
mod decode;
mod denial;
mod gate;
mod grant;
mod halt;
mod home;
mod marks;
mod names;
mod past;
mod permission;
mod power;
mod question;
mod recorded;
mod recorder;
mod scribe;
mod spending;
mod subject;
mod widening;
mod witness;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};

use crate::api;
use crate::client::{CallError, Client, Limits, Observer, Reply, misshapen, unreadable};
use crate::clock::Clock;
use crate::operation::{Arguments, Decoded, Effect, Operation, Repeat};
use gate::Known;

pub use asked::{Asked, canonical};
pub use denial::{Denial, Source};
pub use grant::{Grant, Target, What};
pub use halt::{Doubt, Halt, Parted};
pub use past::{LOCAL, Past};
pub use permission::{Permission, Standing};
pub use power::{Access, Address, Power, Want, is_of_names, is_own_variable, resolved};
pub use question::{Asker, Consent, Question};
pub use recorder::{Begun, Book, Recorder};
pub use subject::{Called, Subject, of_record, reading};
pub use witness::Witness;

/// How a session reaches its account. The client is made when first needed, because many scripts
/// and most one-liners never call the API.
pub type Connect = Box<dyn Fn() -> Result<Client, CallError> + Send + Sync>;

/// What a session is made of.
pub struct Settings {
    /// Reaches the account.
    pub connect: Connect,
    /// The account's time.
    pub clock: Clock,
    /// What may be done.
    pub permission: Permission,
    /// Who hears of attempts and retries.
    pub observer: Arc<dyn Observer>,
    /// Where it is written down what is done, if it is.
    pub recorder: Option<Recorder>,
}

/// What a call came to.
#[derive(Clone, Debug)]
pub struct Done {
    /// What it answered with.
    pub decoded: Decoded,
    /// When it was made, where it is told again from the record.
    pub told_of: Option<DateTime<Utc>>,
}

impl From<Decoded> for Done {
    fn from(decoded: Decoded) -> Self {
        Self {
            decoded,
            told_of: None,
        }
    }
}

/// Why a call came to nothing.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The call failed: a script may handle it.
    Call(CallError),
    /// The run cannot go on.
    Halt(Halt),
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl From<Halt> for Failure {
    fn from(halt: Halt) -> Self {
        Self::Halt(halt)
    }
}

/// The path of every effect, shared by all branches of a run.
#[derive(Clone)]
pub struct Session(Arc<Inner>, Option<Recorder>);

struct Inner {
    settings: Settings,
    client: OnceLock<Client>,
    known: Known,
    /// How many calls there were that may change something.
    changes: AtomicU64,
}

impl Session {
    /// A session with these settings.
    #[must_use]
    pub fn new(mut settings: Settings) -> Self {
        let recorder = settings.recorder.take();
        let inner = Inner {
            settings,
            client: OnceLock::new(),
            known: Known::default(),
            changes: AtomicU64::new(0),
        };
        Self(Arc::new(inner), recorder)
    }

    /// The same path, with what it has bought and been allowed so far, on another record.
    #[must_use]
    pub fn on_record(&self, recorder: Option<Recorder>) -> Self {
        Self(self.0.clone(), recorder)
    }

    /// Has on a record that begins later what was allowed and consented to before.
    pub fn retells(&self, recorder: &Recorder) {
        for grant in self.permission().given_since() {
            recorder.consent(&grant);
        }
    }

    /// What may be done.
    #[must_use]
    pub fn permission(&self) -> &Permission {
        &self.0.settings.permission
    }

    /// Allows more from now on, and has it on record.
    pub fn allow(&self, grants: Vec<Grant>) {
        if let Some(recorder) = self.recorder() {
            for grant in &grants {
                recorder.consent(&grant.to_string());
            }
        }
        self.permission().widen(grants);
    }

    /// The account's time.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.settings.clock
    }

    /// Where it is written down what is done, if it is.
    #[must_use]
    pub fn recorder(&self) -> Option<&Recorder> {
        self.1.as_ref()
    }

    /// How many calls there were so far that may have changed something.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.0.changes.load(Ordering::Relaxed)
    }

    /// Performs one operation: checks its arguments, asks whether it may, sends it and reads the
    /// answer. What is on record is told again and not done again.
    pub async fn perform(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
        limits: &Limits,
    ) -> Result<Done, Failure> {
        if operation.effect(arguments) != Effect::Read {
            self.0.changes.fetch_add(1, Ordering::Relaxed);
        }
        match self.recorder() {
            Some(recorder) => {
                let performed = self.perform_recorded(recorder, operation, arguments, limits);
                performed.await.map_err(|failure| match failure {
                    Failure::Halt(halt @ Halt::Unrecorded(_)) => {
                        let (why, hint) = halt.sentence();
                        let hint = hint.unwrap_or_default();
                        CallError::not_permitted(operation, arguments, why, hint).into()
                    }
                    failure => failure,
                })
            }
            None => Ok(self
                .perform_plainly(operation, arguments, limits)
                .await?
                .into()),
        }
    }

    async fn perform_plainly(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
        limits: &Limits,
    ) -> Result<Decoded, CallError> {
        let request = operation
            .request(arguments)
            .map_err(|refusal| CallError::argument(operation, arguments, refusal))?;
        let effect = operation.effect(arguments);
        let admitted = self.admit(&request, arguments, effect).await?;
        let client = self.client()?;
        let mut reply = client
            .call(
                &request,
                arguments,
                limits,
                self.0.settings.observer.as_ref(),
            )
            .await
            .inspect_err(|error| self.reconsider(admitted, error))?;
        self.taken(operation, arguments, &mut reply)
    }

    /// Takes what a reply holds, and learns the names in it.
    fn taken(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
        reply: &mut Reply,
    ) -> Result<Decoded, CallError> {
        let read = decode::of_reply(operation, arguments, reply);
        self.learned(operation, arguments, read, &reply.body)
    }

    /// Reads an answer that was kept, and learns the names in it.
    fn decoded(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
        body: &[u8],
    ) -> Result<Decoded, CallError> {
        let read = decode::decode(operation, arguments, None, body);
        self.learned(operation, arguments, read, body)
    }

    fn learned(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
        read: Result<Decoded, serde_json::Error>,
        body: &[u8],
    ) -> Result<Decoded, CallError> {
        let decoded = read.map_err(|error| {
            let what = if error.is_data() {
                misshapen(operation, &error)
            } else {
                unreadable(operation, body)
            };
            CallError::bad_answer(operation, arguments, &what)
        })?;
        let permission = &self.0.settings.permission;
        if permission.tells() || permission.minds_names() {
            self.0.known.names.learn(&decoded);
        }
        Ok(decoded)
    }

    fn client(&self) -> Result<&Client, CallError> {
        if let Some(client) = self.0.client.get() {
            return Ok(client);
        }
        let client = (self.0.settings.connect)()?;
        for (name, body) in self.recorder().map(Recorder::made).unwrap_or_default() {
            let made = api::operation(&name)
                .is_some_and(|it| it.repeat(&Arguments::new()) == Repeat::Create);
            if made {
                // What a call of this run made before is nobody else's to adopt.
                client.claim(&body);
            }
        }
        // Two branches may connect at once; the first to finish wins and the other is dropped.
        Ok(self.0.client.get_or_init(|| client))
    }
}
