//! The account a command works on: the embedded simulator, or a real one by its profile.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use sha2::{Digest as _, Sha256};

use super::Global;
use super::ask;
use super::granted::Granted;
use super::label::Label;
use super::simulated;
use super::watcher::Watcher;
use super::wire::Wire;
use super::world::World;
use crate::api;
use crate::client::{
    CallError, Client, Credentials, Each, Https, HttpsSettings, Limits, Observer, Policy,
    Settings as Setup, Transport,
};
use crate::clock::Clock;
use crate::config::{self, Environment, Flags, Found, Profile};
use crate::error::{Complaint, exit};
use crate::metrics::Watched;
use crate::operation::Arguments;
use crate::script::directory::Directory;
use crate::script::memory::Memory;
use crate::script::runtime::LazyRuntime;
use crate::script::stop::Stop;
use crate::secret;
use crate::session::{Permission, Recorder, Session, Settings};

/// The account a command works on.
pub enum Account {
    /// The embedded simulator.
    Simulated(Arc<World>),
    /// A real account, or a simulator reached by URL, which is one like any other.
    Real {
        /// Its profile.
        profile: Box<Profile>,
        /// The way to it, shared by all runs: one token, one pool, one retry budget.
        client: Arc<OnceLock<Client>>,
        /// Who watches what goes over the wire to it.
        wire: Option<Arc<Wire>>,
    },
}

impl Account {
    /// The account the command line names. `flowing` lets simulated time run by itself, for people
    /// at a prompt.
    pub fn of(global: &Global, flowing: bool) -> Result<Self, Complaint> {
        if global.sim.is_some() {
            let settings = simulated::settings(global, |start| {
                if flowing {
                    Clock::flowing(start, 1.0)
                } else {
                    Clock::simulated_at(start)
                }
            })?;
            return Ok(Self::Simulated(World::watched(
                settings,
                global.wire.clone(),
            )));
        }
        if global.faults.is_some() {
            let message = "--faults is for a simulated account, and this is a real one";
            return Err(Complaint::usage(message).hint("give --sim too, or use mw sim"));
        }
        let flags = Flags {
            profile: global.profile.clone(),
            url: global.url.clone(),
            cacert: global.cacert.clone(),
        };
        let environment = Environment::of_process();
        let profile = config::resolve(&flags, &environment)?;
        for variable in &profile.secret_variables {
            secret::protect(variable);
        }
        // Known to be secret before they are used for the first time.
        let of_profile = profile.secret_variables.iter().cloned();
        for variable in secret::own_variables().map(str::to_owned).chain(of_profile) {
            if let Some(value) = environment.get(&variable) {
                secret::guard(value);
            }
        }
        Ok(Self::Real {
            profile: Box::new(profile),
            client: Arc::default(),
            wire: global.wire.clone(),
        })
    }

    /// The account's clock, if it is simulated.
    pub fn simulated_clock(&self) -> Option<Clock> {
        match self {
            Self::Simulated(world) => Some(world.clock().clone()),
            Self::Real { .. } => None,
        }
    }

    /// The authorities that are trusted beside the system's, with hosts elsewhere too.
    pub fn ca_file(&self, global: &Global) -> Option<PathBuf> {
        match self {
            Self::Simulated(_) => global.cacert.clone(),
            Self::Real { profile, .. } => profile.cacert.clone(),
        }
    }

    /// A line that tells people which account this is.
    pub fn described(&self) -> String {
        match self {
            Self::Simulated(_) => "the embedded simulator: nothing here is real".to_owned(),
            Self::Real { profile, .. } => format!("profile {} at {}", profile.name, profile.url),
        }
    }

    /// A session on the account with the command line's permissions.
    pub fn session(
        &self,
        global: &Global,
        stop: &Stop,
        recorder: Option<Recorder>,
        label: &Label,
    ) -> Result<Session, Complaint> {
        let permission = Granted::of(global, self)?.permission(ask::person(stop));
        Ok(self.session_with(global, permission, recorder, label))
    }

    /// A session on the account with these permissions, for this run.
    pub fn session_with(
        &self,
        global: &Global,
        permission: Permission,
        recorder: Option<Recorder>,
        label: &Label,
    ) -> Session {
        let permission = match self {
            Self::Real { .. } if recorder.is_none() && !global.yes => permission.unrecorded(),
            _ => permission,
        };
        let watcher = Arc::new(Watcher::new(global, self.simulated_clock(), label.clone()));
        let counted = global.metrics.clone().map(Watched::new);
        let counted = counted.map(|it| Arc::new(it) as Arc<dyn Observer>);
        let beside: Vec<_> = label.observer().into_iter().chain(counted).collect();
        let observer: Arc<dyn Observer> = if beside.is_empty() {
            watcher
        } else {
            Arc::new(Each([beside, vec![watcher]].concat()))
        };
        match self {
            Self::Simulated(world) => world.session(permission, observer),
            Self::Real {
                profile,
                client,
                wire,
            } => {
                let (profile, client, wire) = (profile.clone(), client.clone(), wire.clone());
                Session::new(Settings {
                    connect: Box::new(move || match client.get() {
                        Some(client) => Ok(client.clone()),
                        None => real(&profile, wire.as_ref())
                            .map(|new| client.get_or_init(|| new).clone()),
                    }),
                    clock: machine(),
                    permission,
                    observer,
                    recorder,
                })
            }
        }
    }

    /// What it has, read behind the scenes for whoever types at a prompt.
    pub fn directory(&self, global: &Global, runtime: &Arc<LazyRuntime>) -> Directory {
        // Nobody wants to hear of retries while typing.
        let global = Global {
            quiet: true,
            ..global.clone()
        };
        // What is denied is not looked at either.
        let denied = Granted::of(&global, self).map(|granted| granted.deny);
        let permission = denied.map(|deny| Permission::new(Permission::reading(), deny, None));
        let is_known = permission.is_ok();
        let permission =
            permission.unwrap_or_else(|_| Permission::new(Vec::new(), Vec::new(), None));
        let session = self.session_with(&global, permission, None, &Label::default());
        // A command that fetches credentials may ask whoever sits there: only a line that is entered
        // makes it run.
        let may_ask: Box<dyn Fn() -> bool + Send + Sync> = match self {
            // A fault is there for the lines that are entered.
            Self::Simulated(world) => {
                let world = world.clone();
                Box::new(move || !world.has_faults())
            }
            Self::Real {
                profile, client, ..
            } => {
                let (client, is_silent) = (client.clone(), !profile.runs_command());
                Box::new(move || is_silent || client.get().is_some())
            }
        };
        Directory::new(session, runtime.clone(), move || is_known && may_ask())
    }

    /// Makes the way to a real account now, where it would be made with the first call: from another
    /// folder it might not be found.
    pub fn connect(&self) -> Result<(), Complaint> {
        let Self::Real {
            profile,
            client,
            wire,
        } = self
        else {
            return Ok(());
        };
        if client.get().is_none() {
            let new =
                real(profile, wire.as_ref()).map_err(|error| super::call::complaint(&error))?;
            client.get_or_init(|| new);
        }
        Ok(())
    }

    /// Asks the account something that changes nothing: whoever takes a run up and then finds that he
    /// has no key has spoilt it.
    pub fn greet(&self, global: &Global, runtime: &LazyRuntime) -> Result<(), Complaint> {
        let Some(operation) = api::operation("clouds") else {
            return Ok(());
        };
        let permission = Permission::new(Permission::reading(), Vec::new(), None);
        let session = self.session_with(global, permission, None, &Label::default());
        let (arguments, limits) = (Arguments::new(), Limits::default());
        let handle = runtime
            .handle()
            .map_err(|error| Complaint::new(exit::FAILED, format!("no runtime: {error}")))?;
        handle
            .block_on(session.perform(operation, &arguments, &limits))
            .map(drop)
            .map_err(|failure| super::call::failure(&failure))
    }

    /// The profile's name, or what stands for one.
    pub fn profile(&self) -> &str {
        match self {
            Self::Simulated(_) => "sim",
            Self::Real { profile, .. } => &profile.name,
        }
    }

    /// Host and port of the API, where it is reached over the network.
    pub fn server(&self) -> Option<(String, u16)> {
        let Self::Real { profile, .. } = self else {
            return None;
        };
        let url = url::Url::parse(&profile.url).ok()?;
        Some((url.host_str()?.to_owned(), url.port_or_known_default()?))
    }

    /// What a script of this name remembers from run to run.
    pub fn memory(&self, script: &str) -> Memory {
        let Self::Real { profile, .. } = self else {
            return Memory::of_the_run();
        };
        let Ok(folder) = config::state_dir(&Environment::of_process()) else {
            return Memory::of_the_run();
        };
        let whole = fs::canonicalize(script).unwrap_or_else(|_| script.into());
        let stem = Path::new(script)
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy();
        let digest = Sha256::digest(whole.to_string_lossy().as_bytes());
        let mark = digest
            .iter()
            .take(4)
            .fold(0_u32, |mark, byte| (mark << 8) | u32::from(*byte));
        let name = format!("{}-{mark:08x}.json", stem.trim_matches(['<', '>']));
        Memory::in_file(folder.join("memory").join(&profile.name).join(name))
    }
}

/// The machine's clock. Tests hurry it, and only tests: release builds do not listen.
pub fn machine() -> Clock {
    #[cfg(debug_assertions)]
    if let Some(hurry) = std::env::var("MW_TEST_CLOCK")
        .ok()
        .and_then(|text| text.parse().ok())
    {
        return Clock::Hurried(hurry);
    }
    Clock::Real
}

/// The way to the account of a profile, with its credentials.
fn real(profile: &Profile, wire: Option<&Arc<Wire>>) -> Result<Client, CallError> {
    let found = profile.credentials().map_err(|complaint| {
        let hint = complaint.hint.unwrap_or_default();
        match complaint.exit {
            exit::CREDENTIALS => CallError::credentials(complaint.message, hint),
            exit::INTERRUPTED => CallError::cancelled(),
            _ => CallError::setup(complaint.message, hint),
        }
    })?;
    client(
        &profile.name,
        &profile.url,
        profile.cacert.as_deref(),
        found,
        wire,
    )
}

/// The way to the account at this address, with these credentials.
pub fn client(
    profile: &str,
    url: &str,
    cacert: Option<&Path>,
    credentials: Found,
    wire: Option<&Arc<Wire>>,
) -> Result<Client, CallError> {
    let credentials = match credentials {
        Found::ApiKey(key) => Credentials::ApiKey(key),
        Found::OAuth {
            client_id,
            client_secret,
        } => Credentials::OAuth {
            client_id,
            client_secret,
        },
        Found::None => Credentials::None,
    };
    let settings = HttpsSettings {
        ca_file: cacert.map(Path::to_owned),
        ..HttpsSettings::new(url)
    };
    settings.check().map_err(|failure| {
        CallError::setup(
            failure.message,
            "check --url, --cacert, the profile and the variables of proxies",
        )
    })?;
    let transport: Arc<dyn Transport> = Arc::new(Https::new(settings));
    Ok(Client::new(Setup {
        transport: match wire {
            Some(wire) => wire.around(transport),
            None => transport,
        },
        credentials,
        clock: machine(),
        policy: Policy::default(),
        profile: profile.to_owned(),
    }))
}
