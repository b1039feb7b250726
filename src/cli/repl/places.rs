//! The accounts that a session at the prompt goes to, and what holds on each.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};

use super::names::{NAMESAKE, SIMULATOR, called, called_in, known_as, profiles, prompt};
use super::simulation;
use crate::cli::account::Account;
use crate::cli::auth::profiles::row;
use crate::cli::console::Terminal;
use crate::cli::kept::{self, Kept};
use crate::cli::label::Label;
use crate::cli::runs::list;
use crate::cli::world::World;
use crate::cli::{Global, live, locals, show};
use crate::error::{Complaint, exit};
use crate::journal::{Filter, RunKind};
use crate::money::Money;
use crate::operation::nearest;
use crate::output::Document;
use crate::repl::{self, Place};
use crate::script::Ended;
use crate::script::host::{Host, Parts};
use crate::script::origin::Origin;
use crate::script::runtime::LazyRuntime;
use crate::script::shelf::Shelf;
use crate::script::stop::Stop;
use crate::script::window::Window;
use crate::session::{Grant, Recorder, Session};

/// What the script of a session is called.
const NAME: &str = "<repl>";

/// The trail of the account that a session is on, which whoever ends the session ends.
#[derive(Clone)]
pub struct Trail(Arc<Mutex<Kept>>);

impl Default for Trail {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Kept::not())))
    }
}

impl Trail {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends it, once; with this exit code the session ends too, or goes elsewhere.
    pub fn end(&self, code: u8) -> Result<(), Complaint> {
        // Held until it is written: whoever comes second must not end the process before that.
        let mut kept = self.kept();
        let ended = match code {
            exit::DONE => Ok(Document::Nothing),
            code => Err(Ended::Quietly(code)),
        };
        let ended = kept.end(&ended, &Stop::default());
        // What could not be written may be written later.
        ended.map_err(|error| kept::complaint(&error))?;
        *kept = Kept::not();
        Ok(())
    }

    fn recorder(&self) -> Option<Recorder> {
        self.kept().recorder().cloned()
    }
}

/// An account that the session has been on. What was allowed, consented to and bought there counts
/// when it comes back.
struct Visited {
    account: Account,
    /// The options that hold there.
    global: Global,
    session: Session,
}

impl Visited {
    fn name(&self) -> &str {
        called(&self.account)
    }

    const fn is_simulated(&self) -> bool {
        matches!(self.account, Account::Simulated(_))
    }

    fn simulated(&self) -> Result<&Arc<World>, Complaint> {
        match &self.account {
            Account::Simulated(world) => Ok(world),
            Account::Real { .. } => {
                let here = self.account.described();
                Err(
                    Complaint::usage(format!("there is no simulator here, on {here}"))
                        .hint(":profile sim goes to the embedded one"),
                )
            }
        }
    }
}

/// The accounts that a session goes to.
pub struct Places {
    /// The options that the session was begun with.
    global: Global,
    stop: Stop,
    runtime: Arc<LazyRuntime>,
    here: Visited,
    /// Where it was before, in no order.
    others: Vec<Visited>,
    trail: Trail,
}

impl Places {
    /// A session that begins on the account of the command line; its first place, too.
    pub fn begin(
        global: &Global,
        stop: &Stop,
        runtime: Arc<LazyRuntime>,
        trail: &Trail,
    ) -> Result<(Self, Place), Complaint> {
        let (here, kept) = visit(global.clone(), stop)?;
        if let Some(recorder) = kept.recorder()
            && let Err(complaint) = kept::journal(global)
        {
            // Nobody is left to tell when standard error is closed.
            let _ = live::tell(&format!("{}\n", unrecorded(&complaint.message)));
            recorder.needs_no_warning();
        }
        let places = Self {
            global: global.clone(),
            stop: stop.clone(),
            runtime,
            here,
            others: Vec::new(),
            trail: trail.clone(),
        };
        *trail.kept() = kept;
        let place = places.place();
        Ok((places, place))
    }

    /// Where the session is, for scripts to stand on.
    fn place(&self) -> Place {
        let Visited {
            account,
            global,
            session,
        } = &self.here;
        let host = Host::new(Parts {
            session: session.on_record(self.trail.recorder()),
            runtime: self.runtime.clone(),
            console: Arc::new(Terminal::new(
                global,
                account.simulated_clock(),
                Label::default(),
            )),
            stop: self.stop.clone(),
            args: Map::new(),
            memory: account.memory(NAME),
            shelf: Shelf::default(),
            profile: account.profile().to_owned(),
            origin: Origin::of(&known_as(account)),
            controls: None,
            coverage: None,
            locals: locals::of(global, account, PathBuf::new(), Arc::default()),
            window: Window::default(),
        });
        let (options, clock) = (global.clone(), host.clock().clone());
        Place {
            host,
            directory: account.directory(global, &self.runtime),
            profiles: self.names(),
            prompt: prompt(account),
            described: account.described(),
            rendered: Box::new(move |document, format| {
                let mut options = options.clone();
                options.output = format.unwrap_or(options.output);
                show::rendered(document, &options, clock.now())
            }),
        }
    }

    /// The names of the profiles that one may go to; those that a faulty file has are not told of here.
    fn names(&self) -> Vec<String> {
        let found = profiles().unwrap_or_default().into_iter();
        let mut names: Vec<String> = found.map(|(profile, _)| profile.name).collect();
        let visited = std::iter::once(&self.here).chain(&self.others);
        names.extend(visited.map(|it| it.name().to_owned()));
        names.push(SIMULATOR.to_owned());
        names.sort();
        names.dedup();
        names
    }

    /// What is said of other accounts than the first on the command line: what restricts holds there
    /// too, what allows does not, and neither do the address and the model.
    fn elsewhere(&self) -> Global {
        Global {
            sim: None,
            faults: None,
            profile: None,
            url: None,
            allow: Vec::new(),
            yes: false,
            ..self.global.clone()
        }
    }

    /// The options that an account is reached with which the session has not been on.
    fn options(&self, name: &str) -> Result<Global, Complaint> {
        let elsewhere = self.elsewhere();
        if name == SIMULATOR {
            return Ok(Global {
                sim: Some(String::new()),
                ..elsewhere
            });
        }
        let profiles = profiles()?;
        let mut names: Vec<&str> = profiles.iter().map(|(it, _)| it.name.as_str()).collect();
        if let Some((profile, is_in_file)) = profiles.iter().find(|(it, _)| it.name == name) {
            // The command line may say more than the profile of its own account; here both restrict.
            let own = profile.spend_limit.and_then(Money::dollars);
            return Ok(Global {
                profile: is_in_file.then(|| name.to_owned()),
                spend_limit: [own, elsewhere.spend_limit].into_iter().flatten().min(),
                ..elsewhere
            });
        }
        names.push(SIMULATOR);
        names.push(self.here.name());
        names.extend(self.others.iter().map(Visited::name));
        if name == NAMESAKE {
            let message = "a profile called `sim` is gone to from the command line alone";
            return Err(Complaint::usage(message).hint(
                "give it another name in the configuration file, or say mw --profile sim repl",
            ));
        }
        let hint = nearest(name, names).map_or_else(
            || ":profile lists them; `mw auth login` makes one".to_owned(),
            |near| format!("did you mean `:profile {near}`?"),
        );
        Err(Complaint::usage(format!("there is no profile {name:?}")).hint(hint))
    }
}

impl repl::Places for Places {
    fn profiles(&self) -> Result<Document, Complaint> {
        let mut rows: Vec<Value> = Vec::new();
        let of_file = profiles().unwrap_or_else(|complaint| {
            // Those that the session has been on are known all the same.
            show::complaints(&[complaint]);
            Vec::new()
        });
        for (profile, _) in of_file {
            let name = called_in(&profile).to_owned();
            let is_here = self.here.name() == name;
            let profile = match &self.here.account {
                // It may have been given another address.
                Account::Real { profile, .. } if is_here => profile,
                _ => &profile,
            };
            let mut row = row(profile, "here", is_here);
            row["profile"] = name.into();
            rows.push(row);
        }
        let marked = self.others.iter().map(|it| (it, false));
        for (visited, is_here) in std::iter::once((&self.here, true)).chain(marked) {
            if let Account::Real { profile, .. } = &visited.account
                && !rows.iter().any(|row| row["profile"] == visited.name())
            {
                rows.push(row(profile, "here", is_here));
            }
        }
        rows.push(serde_json::json!({
            "profile": SIMULATOR,
            "here": self.here.is_simulated(),
            "url": "the embedded simulator",
            "credentials": null,
            "production": false,
        }));
        Ok(Document::Value(rows.into()))
    }

    fn moves(&mut self, profile: &str) -> Result<Place, Complaint> {
        if self.here.name() == profile {
            return Ok(self.place());
        }
        let mut others = self.others.iter();
        let known = others.position(|it| it.name() == profile);
        let (new, kept) = if let Some(at) = known {
            let visited = self.others.swap_remove(at);
            match audit(&visited.global, &visited.account) {
                Ok(kept) => {
                    if let Some(recorder) = kept.recorder() {
                        visited.session.retells(recorder);
                    }
                    (visited, kept)
                }
                Err(complaint) => {
                    self.others.push(visited);
                    return Err(complaint);
                }
            }
        } else {
            let (new, kept) = visit(self.options(profile)?, &self.stop)?;
            is_reached(&new.account)?;
            (new, kept)
        };
        if let Err(complaint) = self.trail.end(exit::DONE) {
            // What was done here would be left behind unwritten.
            if known.is_some() {
                self.others.push(new);
            }
            return Err(complaint);
        }
        *self.trail.kept() = kept;
        self.others.push(std::mem::replace(&mut self.here, new));
        Ok(self.place())
    }

    fn allowed(&self) -> String {
        let told = self.here.session.permission().told();
        let mut lines = vec![("allowed", told.allowed.join(", "))];
        if !told.open.is_empty() {
            let open: Vec<&str> = told.open.iter().map(|effect| effect.as_str()).collect();
            let what = if told.is_asked { "asked" } else { "refused" };
            lines.push((what, open.join(", ")));
        }
        lines.extend(told.denied.into_iter().map(|it| ("denied", it)));
        if let Some(limit) = told.limit {
            lines.push(("limit", format!("{limit} for 30 days")));
        }
        if told.is_unrecorded {
            let why =
                "there is no journal, and nothing is changed without one unless --yes is said";
            lines.push(("refused", why.to_owned()));
        }
        let lines: Vec<String> = lines
            .iter()
            .map(|(what, said)| format!("{what:<8} {said}\n"))
            .collect();
        lines.concat()
    }

    fn allow(&mut self, grants: &str) -> Result<String, Complaint> {
        let words = grants.split(',').map(str::trim);
        let grants = words
            .filter(|word| !word.is_empty())
            .map(|word| word.parse().map_err(Complaint::usage))
            .collect::<Result<Vec<Grant>, _>>()?;
        let session = self.here.session.on_record(self.trail.recorder());
        for grant in &grants {
            if let Some((why, hint)) = session.permission().bars(grant) {
                let message = format!("`{grant}` cannot be allowed here: {why}");
                return Err(Complaint::new(exit::NOT_PERMITTED, message).hint(hint));
            }
        }
        session.allow(grants);
        Ok(self.allowed())
    }

    fn trouble(&self) -> Option<String> {
        let (error, owed) = self.trail.recorder()?.untold()?;
        let mut told = unrecorded(&error.message);
        if owed > 0 {
            told += "; what this line came to is written as soon as it can be";
        }
        Some(told)
    }

    fn simulator(&self) -> Result<String, Complaint> {
        Ok(simulation::told(self.here.simulated()?))
    }

    fn advance(&self, by: &str) -> Result<String, Complaint> {
        let world = self.here.simulated()?;
        simulation::advance(world, by)?;
        Ok(simulation::told(world))
    }

    fn faults(&self) -> Result<Document, Complaint> {
        simulation::faults(self.here.simulated()?)
    }

    fn fail(&self, file: &str) -> Result<Document, Complaint> {
        let world = self.here.simulated()?;
        simulation::fail(world, file)?;
        simulation::faults(world)
    }

    fn runs(&self, count: usize) -> Result<Document, Complaint> {
        list::listed(&self.here.global, &Filter::default(), None, count)
    }
}

/// The account that these options name, and the trail of what is done there.
fn visit(global: Global, stop: &Stop) -> Result<(Visited, Kept), Complaint> {
    let account = Account::of(&global, true)?;
    let kept = audit(&global, &account)?;
    let recorder = kept.recorder().cloned();
    let session = account.session(&global, stop, recorder, &Label::default())?;
    let visited = Visited {
        account,
        global,
        session,
    };
    Ok((visited, kept))
}

/// That what the session does cannot be recorded, why, and what follows.
fn unrecorded(why: &str) -> String {
    format!(
        "warning: {why}: reading goes on, and what changes something is refused until it can be \
         recorded; a session that is begun with --store FILE has another journal, one with \
         --no-journal --yes none"
    )
}

/// Fetches the credentials of an account: whoever goes there and then finds that there are none is
/// nowhere.
fn is_reached(account: &Account) -> Result<(), Complaint> {
    if let Account::Real { profile, .. } = account
        && profile.credentials_origin().is_none()
    {
        return Err(profile.missing_credentials());
    }
    account.connect()
}

fn audit(global: &Global, account: &Account) -> Result<Kept, Complaint> {
    Kept::audit(global, account, RunKind::Session, NAME)
}
