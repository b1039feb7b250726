//! The one path of every effect on the account.
//!
//! identify → permit → send → observe. Whoever wants something of the API, a script, `mw call` or
//! the REPL, goes through [`Session::perform`]; there is no other way to the client.

mod decode;
mod names;
mod permission;

use std::sync::{Arc, OnceLock};

use crate::client::{CallError, Client, Limits, Observer, unreadable};
use crate::clock::Clock;
use crate::operation::{Arguments, Operation};
use names::Names;

pub use decode::Decoded;
pub use permission::{Asker, Consent, Grant, Permission, Question};

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
}

/// The path of every effect, shared by all branches of a run.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    settings: Settings,
    client: OnceLock<Client>,
    names: Names,
}

impl Session {
    /// A session with these settings.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self(Arc::new(Inner {
            settings,
            client: OnceLock::new(),
            names: Names::default(),
        }))
    }

    /// The account's time.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.settings.clock
    }

    /// Performs one operation: checks its arguments, asks whether it may, sends it and reads the
    /// answer.
    pub async fn perform(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
        limits: &Limits,
    ) -> Result<Decoded, CallError> {
        let request = operation
            .request(arguments)
            .map_err(|refusal| CallError::argument(operation, arguments, refusal))?;
        let effect = operation.effect(arguments);
        self.0
            .settings
            .permission
            .permit(operation, effect, &|| {
                self.0.names.described(operation, arguments)
            })
            .map_err(|(why, hint)| CallError::not_permitted(operation, arguments, why, hint))?;
        let client = self.client()?;
        let reply = client
            .call(
                &request,
                arguments,
                limits,
                self.0.settings.observer.as_ref(),
            )
            .await?;
        let decoded = decode::decode(
            operation,
            arguments,
            reply.content_type.as_deref(),
            &reply.body,
        )
        .map_err(|error| {
            let what = if error.is_data() {
                error.to_string()
            } else {
                unreadable(&reply.body)
            };
            CallError::bad_answer(operation, arguments, &what)
        })?;
        if self.0.settings.permission.asks() {
            self.0.names.learn(&decoded);
        }
        Ok(decoded)
    }

    fn client(&self) -> Result<&Client, CallError> {
        if let Some(client) = self.0.client.get() {
            return Ok(client);
        }
        let client = (self.0.settings.connect)()?;
        // Two branches may connect at once; the first to finish wins and the other is dropped.
        Ok(self.0.client.get_or_init(|| client))
    }
}
