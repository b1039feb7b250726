//! Powers outside the account: files, variables of the environment, hosts of the network.

mod address;
mod path;

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Session;
use super::grant::Grant;
use super::permission::{Permission, Refusal, quoted};
use super::question::{Consent, Question};
use crate::secret;
pub use address::Address;
pub use path::resolved;

/// What says who mw is and where it writes: no pattern grants them, as none does its secrets.
const OWN: [&str; 2] = ["OPENMETAL_CLIENT_ID", "MW_STORE"];

/// Whether a variable is mw's own, as those with its credentials are, which must be granted by name.
#[must_use]
pub fn is_own_variable(name: &str) -> bool {
    OWN.contains(&name) || secret::is_protected(name)
}

/// Whether a pattern gives a variable: what is mw's own and proxies' passwords must be named.
fn is_common(name: &str) -> bool {
    let is_password = || {
        std::env::var_os(name)
            .is_some_and(|value| secret::is_proxy_password(name, &value.to_string_lossy()))
    };
    !is_own_variable(name) && !is_password()
}

/// What may be done with files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Reading and writing.
    Both,
    /// Reading them, and listing folders.
    Read,
    /// Writing them.
    Write,
}

impl Access {
    const fn covers(self, wanted: Self) -> bool {
        matches!(
            (self, wanted),
            (Self::Both, _) | (Self::Read, Self::Read) | (Self::Write, Self::Write)
        )
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Both => "",
            Self::Read => "read:",
            Self::Write => "write:",
        }
    }
}

/// A power outside the account.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Power {
    /// `fs:PATH`: a file, or a folder and all below it; `fs:read:PATH` and `fs:write:PATH` are halves.
    Files(Access, PathBuf),
    /// `env:NAME`, `env:PREFIX_*`, `env:*`: variables of the environment, and secrets by name.
    Variable(String),
    /// `net:HOST`, `net:HOST:PORT`, `net:*.DOMAIN`, `net:*`.
    Network(Address),
}

impl fmt::Display for Power {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files(access, path) => write!(f, "fs:{}{}", access.prefix(), path.display()),
            Self::Variable(name) => write!(f, "env:{name}"),
            Self::Network(address) => write!(f, "net:{address}"),
        }
    }
}

impl FromStr for Power {
    type Err = String;

    /// Reads a power as it is granted.
    fn from_str(text: &str) -> Result<Self, String> {
        let Some((kind, rest)) = text.split_once(':') else {
            return Err(format!("`{text}` is no power; {FORMS}"));
        };
        let wrong = |why: String| format!("`{text}` {why}");
        match kind {
            "fs" => files(rest).map_err(wrong),
            "env" => variable(rest).map_err(wrong),
            "net" => rest.parse().map(Self::Network).map_err(wrong),
            _ => Err(format!("`{text}` is no power; {FORMS}")),
        }
    }
}

const FORMS: &str = "powers are fs:PATH, env:NAME and net:HOST";

fn files(text: &str) -> Result<Power, String> {
    let (access, path) = if let Some(path) = text.strip_prefix("read:") {
        (Access::Read, path)
    } else if let Some(path) = text.strip_prefix("write:") {
        (Access::Write, path)
    } else {
        (Access::Both, text)
    };
    if path.is_empty() {
        return Err(
            "names no file or folder; write fs:reports, or fs:. for this folder".to_owned(),
        );
    }
    if path.contains('\0') {
        return Err("holds a character that no path can".to_owned());
    }
    if path == "~" || path.starts_with("~/") {
        let rest = path.trim_start_matches('~');
        return Err(format!(
            "begins with `~`, which the shell leaves as it is there; write \"fs:$HOME{rest}\""
        ));
    }
    if path.ends_with("/*") || path.ends_with("/**") || path == "*" || path == "**" {
        let folder = path.trim_end_matches(['*', '/']);
        let folder = if folder.is_empty() { "." } else { folder };
        return Err(format!(
            "is a pattern; a folder stands for all below it: write fs:{folder}"
        ));
    }
    Ok(Power::Files(access, PathBuf::from(path)))
}

fn variable(text: &str) -> Result<Power, String> {
    if text.is_empty() {
        return Err("names no variable; write env:NAME, env:PREFIX_* or env:*".to_owned());
    }
    let name = text.strip_suffix('*').unwrap_or(text);
    if name.contains('*') {
        return Err("may have its `*` at the end only, as in env:PREFIX_*".to_owned());
    }
    if let Some((name, _)) = text.split_once('=') {
        return Err(format!("gives a value; name the variable only: env:{name}"));
    }
    if let Some(name) = text.strip_prefix('$') {
        return Err(format!("has a `$` too many: write env:{name}"));
    }
    if !name.chars().all(is_of_names) {
        return Err(
            "is no name of a variable: those have letters, digits, `_`, `-` and `.`".to_owned(),
        );
    }
    Ok(Power::Variable(text.to_owned()))
}

/// Whether names of variables and of secrets may hold this.
#[must_use]
pub fn is_of_names(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

impl Power {
    /// The same power, its path taken from this folder if it is relative.
    #[must_use]
    pub fn from_folder(self, folder: &Path) -> Self {
        match self {
            Self::Files(access, path) => {
                let path = folder.join(path);
                // Without a working directory nothing relative means anything.
                Self::Files(access, std::path::absolute(&path).unwrap_or(path))
            }
            other => other,
        }
    }

    /// Whether what is wanted is part of this.
    fn covers(&self, want: &Want, denies: bool) -> bool {
        match (self, &want.power) {
            (Self::Files(access, path), Power::Files(wanted, _)) => {
                access.covers(*wanted)
                    && place(path, denies).is_some_and(|place| want.real.starts_with(place))
            }
            (Self::Variable(pattern), Power::Variable(name)) => match pattern.strip_suffix('*') {
                Some(prefix) => name.starts_with(prefix) && (denies || is_common(name)),
                None => pattern == name,
            },
            (Self::Network(denied), Power::Network(wanted)) if denies => denied.is_met_by(wanted),
            (Self::Network(granted), Power::Network(wanted)) => granted.covers(wanted),
            _ => false,
        }
    }
}

/// Where a grant's path really is. One that cannot be found grants nothing, and denies what it says.
fn place(path: &Path, denies: bool) -> Option<PathBuf> {
    match resolved(path) {
        Ok(place) => Some(place),
        Err(_) if denies => std::path::absolute(path).ok(),
        Err(_) => None,
    }
}

/// Something a script wants of a power.
#[derive(Clone, Debug)]
pub struct Want {
    /// The power that covers this and nothing else.
    power: Power,
    /// Where a file really is, all links followed.
    real: PathBuf,
    /// What is to be done, as a person is asked about it.
    deed: String,
}

impl Want {
    /// A file or folder at this place, which `path` names.
    #[must_use]
    pub fn file(access: Access, path: &Path, real: PathBuf) -> Self {
        let verb = match access {
            Access::Read => "read",
            Access::Both | Access::Write => "write",
        };
        let shown = path.display();
        // A link, or a way upwards, leads elsewhere than the path says: what counts is where.
        let is_plain = real.ends_with(plain(path));
        let (named, deed) = if is_plain {
            (path.to_owned(), format!("{verb} {shown}"))
        } else {
            (
                real.clone(),
                format!("{verb} {shown}, which is {}", real.display()),
            )
        };
        Self {
            power: Power::Files(access, named),
            real,
            deed,
        }
    }

    /// A variable of the environment, or a secret.
    #[must_use]
    pub fn variable(name: &str) -> Self {
        Self {
            power: Power::Variable(name.to_owned()),
            real: PathBuf::new(),
            deed: format!("read the variable {name}"),
        }
    }

    /// A secret of the user's.
    #[must_use]
    pub fn secret(name: &str) -> Self {
        Self {
            deed: format!("use the secret {name}"),
            ..Self::variable(name)
        }
    }

    /// A host of the network, to be reached with this method.
    #[must_use]
    pub fn host(address: Address, method: &str) -> Self {
        Self {
            deed: format!("send {method} to {address}"),
            power: Power::Network(address),
            real: PathBuf::new(),
        }
    }

    /// What a person may grant with one answer for all of the run.
    fn whole(&self) -> Power {
        match &self.power {
            Power::Files(access, path) => Power::Files(*access, folder_of(path)),
            Power::Network(address) => Power::Network(address.usual()),
            other @ Power::Variable(_) => other.clone(),
        }
    }

    /// What would grant it, exactly and for all of a folder: on the command line, or in a job.
    fn remedy(&self, job: Option<&str>) -> String {
        let (exact, folder) = match &self.power {
            Power::Files(_, path) => {
                let of = |path| Power::Files(Access::Both, path).to_string();
                // To grant all there is would be no remedy.
                let folder = folder_of(path);
                let folder = (folder.parent().is_some()).then(|| of(folder));
                (of(path.clone()), folder)
            }
            Power::Network(address) => (Power::Network(address.usual()).to_string(), None),
            power @ Power::Variable(_) => (power.to_string(), None),
        };
        if let Some(job) = job {
            let more = folder.map_or_else(String::new, |folder| {
                format!(", or {folder:?} for all of its folder")
            });
            return format!("add {exact:?} to `allow` of job {job}{more}");
        }
        let more = folder.map_or_else(String::new, |folder| {
            format!(", or all of its folder with --allow {}", quoted(&folder))
        });
        format!("grant it with --allow {}{more}", quoted(&exact))
    }
}

/// A path without its steps on the spot.
fn plain(path: &Path) -> PathBuf {
    path.components()
        .filter(|component| !matches!(component, Component::CurDir))
        .collect()
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => PathBuf::from("."),
        Some(folder) => folder.to_owned(),
        None => path.to_owned(),
    }
}

/// What a person consented to for all of the run.
#[derive(Debug, Default)]
pub(super) struct Consented(Mutex<Vec<Power>>);

impl Consented {
    fn lock(&self) -> MutexGuard<'_, Vec<Power>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permission {
    /// The same, with the powers a person consented to when the run was under way before.
    #[must_use]
    pub fn with_powers(self, powers: impl IntoIterator<Item = Power>) -> Self {
        self.powers.lock().extend(powers);
        self
    }

    /// Whether a power may be used; otherwise the sentence that says why not, and what to do. A power
    /// comes back that a person has just consented to for all of the run.
    pub fn permit_power(&self, want: &Want) -> Result<Option<Power>, Refusal> {
        let covers = |grant: &Grant, denies: bool| match grant {
            Grant::Local(power) => power.covers(want, denies),
            Grant::Account(..) => false,
        };
        if let Some(denial) = self.deny.iter().find(|it| covers(&it.grant, true)) {
            let (grant, by) = (&denial.grant, &denial.by);
            return Err((format!("`{grant}` is denied {by}"), by.hint(grant)));
        }
        let is_consented = |powers: &[Power]| powers.iter().any(|it| it.covers(want, false));
        let is_allowed = |grants: &[Grant]| grants.iter().any(|grant| covers(grant, false));
        if is_allowed(&self.allow) || is_allowed(&self.since()) || is_consented(&self.powers.lock())
        {
            return Ok(None);
        }
        let refusal = |why: &str| {
            let remedy = want.remedy(self.job.as_deref());
            (format!("`{}` {why}", want.power), remedy)
        };
        let Some(asker) = &self.asker else {
            return Err(refusal(
                "is not granted to this run, and there is no terminal to ask at",
            ));
        };
        // Held while asking, so that parallel branches ask one after the other.
        let mut consented = self.powers.lock();
        if is_consented(&consented) {
            return Ok(None);
        }
        let whole = want.whole();
        let question = Question {
            effect: whole.to_string(),
            what: want.deed.clone(),
            ..Question::default()
        };
        match asker.ask(&question) {
            Consent::Yes => Ok(None),
            Consent::All => {
                consented.push(whole.clone());
                Ok(Some(whole))
            }
            Consent::No => Err(refusal("was refused by you")),
        }
    }
}

impl Session {
    /// Whether a script may use a power; otherwise the sentence that says why not, and what to do.
    pub fn permit_power(&self, want: &Want) -> Result<(), Refusal> {
        let consented = self.0.settings.permission.permit_power(want)?;
        if let (Some(power), Some(recorder)) = (consented, self.recorder()) {
            recorder.consent(&power.to_string());
        }
        Ok(())
    }

    /// What the person at the terminal answers a script; nothing where nobody is there, and nothing
    /// within where no answer came.
    #[must_use]
    pub fn confirm(&self, question: &str) -> Option<Option<bool>> {
        let asker = self.0.settings.permission.asker.as_ref()?;
        Some(asker.confirm(question))
    }
}

#[cfg(test)]
mod tests;
