//! Who somebody is to the API.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::api;
use crate::cli::account::{Account, machine};
use crate::cli::call::failure;
use crate::cli::label::Label;
use crate::cli::watcher::Watcher;
use crate::cli::wire::Wire;
use crate::cli::{Global, interrupt};
use crate::client::{CallError, Client, Limits};
use crate::error::{Complaint, exit};
use crate::operation::{Arguments, Decoded};
use crate::script::runtime::LazyRuntime;
use crate::script::stop::Stop;
use crate::session::{Connect, Failure, Permission, Session, Settings};

/// Asks accounts who we are.
pub struct Asking<'a> {
    global: &'a Global,
    runtime: Arc<LazyRuntime>,
    limits: Limits,
}

/// Who somebody is, as the API says.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The account, with its `account_access`; none where the API does not say.
    pub account: Option<Value>,
}

impl<'a> Asking<'a> {
    /// Asks for this command line.
    pub fn new(global: &'a Global) -> Self {
        let stop = Stop::default();
        let runtime = interrupt::watch(&stop);
        Self {
            global,
            runtime,
            limits: Limits {
                deadline: None,
                cancel: stop.token(),
                watch: false,
            },
        }
    }

    /// Who watches the wire.
    pub fn wire(&self) -> Option<Arc<Wire>> {
        self.global.wire.clone()
    }

    /// A session that only reads, with a client that is made when it is needed.
    pub fn session(
        &self,
        connect: impl Fn() -> Result<Client, CallError> + Send + Sync + 'static,
    ) -> Session {
        let connect: Connect = Box::new(connect);
        Session::new(Settings {
            connect,
            clock: machine(),
            permission: Permission::new(Permission::reading(), Vec::new(), None),
            observer: Arc::new(Watcher::new(self.global, None, Label::default())),
            recorder: None,
        })
    }

    /// A session that only reads on the account of the command line.
    pub fn session_on(&self, account: &Account) -> Session {
        let permission = Permission::new(Permission::reading(), Vec::new(), None);
        account.session_with(self.global, permission, None, &Label::default())
    }

    /// What an operation without arguments answers.
    pub fn read(&self, session: &Session, name: &str) -> Result<Value, Unread> {
        let bug = |what: String| Unread::from(Complaint::new(exit::FAILED, what));
        let operation =
            api::operation(name).ok_or_else(|| bug(format!("there is no operation {name}")))?;
        let handle = self
            .runtime
            .handle()
            .map_err(|error| bug(format!("no runtime: {error}")))?;
        let arguments = Arguments::new();
        let calling = session.perform(operation, &arguments, &self.limits);
        match handle.block_on(calling) {
            Ok(done) => Ok(match done.decoded {
                Decoded::Nothing => Value::Null,
                Decoded::One(record) => record.redacted(),
                Decoded::Many(records) => records.iter().map(|it| it.redacted()).collect(),
            }),
            Err(why) => {
                let unread = Unread::from(failure(&why));
                Err(match &why {
                    Failure::Call(error) => Unread {
                        status: error.status(),
                        kind: error.kind_name(),
                        ..unread
                    },
                    Failure::Halt(_) => unread,
                })
            }
        }
    }

    /// Who we are. An API that accepts the credentials and does not tell is asked for something else
    /// that only its own are told.
    pub fn identity(&self, session: &Session) -> Result<Identity, Unread> {
        match self.read(session, "profile") {
            Ok(account) => Ok(Identity {
                account: Some(account),
            }),
            Err(Unread {
                status: Some(403 | 404 | 501),
                ..
            }) => {
                self.read(session, "clouds")?;
                Ok(Identity { account: None })
            }
            Err(why) => Err(why),
        }
    }
}

/// What the API was asked for and did not tell.
pub struct Unread {
    /// Why, for people.
    pub complaint: Complaint,
    /// Its status, where it answered with one.
    pub status: Option<u16>,
    /// The kind of the error; empty where it is none of a call.
    pub kind: &'static str,
}

impl From<Complaint> for Unread {
    fn from(complaint: Complaint) -> Self {
        Self {
            complaint,
            status: None,
            kind: "",
        }
    }
}

impl Identity {
    /// The account in a few words; none where the API does not say.
    pub fn name(&self) -> Option<String> {
        let account = self.account.as_ref()?;
        let text = |name: &str| account.get(name).and_then(Value::as_str);
        let email = text("email").or_else(|| text("username"));
        match (email, text("display_name")) {
            (Some(email), Some(name)) if name != email => Some(format!("{email} ({name})")),
            (Some(one), _) | (None, Some(one)) => Some(one.to_owned()),
            (None, None) => None,
        }
    }

    /// The organizations the account acts for: id, name and role.
    pub fn organizations(&self) -> Vec<Value> {
        let access = self
            .account
            .as_ref()
            .and_then(|account| account.get("account_access")?.as_array());
        access
            .into_iter()
            .flatten()
            .map(|entry| {
                let member = |name: &str| entry.get(name).cloned().unwrap_or_default();
                json!({
                    "id": member("account_id"),
                    "name": member("display_name"),
                    "role": member("role"),
                })
            })
            .collect()
    }

    /// The account for programs.
    pub fn to_json(&self) -> Value {
        let Some(account) = &self.account else {
            return Value::Null;
        };
        let member = |name: &str| account.get(name).cloned().unwrap_or_default();
        json!({
            "email": member("email"),
            "username": member("username"),
            "display_name": member("display_name"),
        })
    }
}

/// An organization in a few words: `Example Org (0Absd1), as owner`.
pub fn organization(entry: &Value) -> String {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let mut words = match (text("name"), text("id")) {
        (Some(name), Some(id)) => format!("{name} ({id})"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "one without a name".to_owned(),
    };
    if let Some(role) = text("role") {
        words.push_str(", as ");
        words.push_str(role);
    }
    words
}
