//! One thing granted or denied, as it is written: `disrupt`, `create_vlan`, `disrupt@cloud:Web`,
//! `net:hooks.example.com`.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::power::Power;
use super::subject::{self, Called, Subject};
use crate::api;
use crate::operation::{Arguments, Effect, Operation, nearest};

/// One thing granted or denied.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Grant {
    /// Something done to the account.
    Account(What, Option<Target>),
    /// A power outside the account: `fs:DIR`, `env:NAME`, `net:HOST`.
    Local(Power),
}

/// What is done to the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// Every operation with this effect.
    Effect(Effect),
    /// One operation, whatever its effect.
    Operation(&'static str),
}

/// What it is done to: one resource, or those whose names are alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// The type of the resource: `cloud`, `ip_block`.
    pub kind: &'static str,
    /// Its id, or its label or host name; `*` stands for any characters.
    pub name: String,
}

/// Whether something covers a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covers {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// The names of what the call acts upon decide, and are not known.
    Unknown,
}

impl Grant {
    /// Every operation with this effect, on anything.
    #[must_use]
    pub const fn effect(effect: Effect) -> Self {
        Self::Account(What::Effect(effect), None)
    }

    /// The same grant, its path taken from this folder if it is a relative one.
    #[must_use]
    pub fn from_folder(self, folder: &Path) -> Self {
        match self {
            Self::Local(power) => Self::Local(power.from_folder(folder)),
            other @ Self::Account(..) => other,
        }
    }

    /// The kind of resource it is limited to, if it is.
    #[must_use]
    pub const fn kind(&self) -> Option<&'static str> {
        match self {
            Self::Account(_, Some(target)) => Some(target.kind),
            _ => None,
        }
    }

    /// Whether it is about such a call on resources of this kind, and no others.
    #[must_use]
    pub fn is_about(&self, operation: &Operation, effect: Effect, kind: &str) -> bool {
        match self {
            Self::Account(what, Some(target)) => {
                target.kind == kind && what.means(operation, effect)
            }
            _ => false,
        }
    }

    /// Whether everything that the call acts upon is covered: what a grant asks for.
    #[must_use]
    pub fn covers_all(&self, operation: &Operation, effect: Effect, on: &[Subject]) -> Covers {
        self.covers(operation, effect, on, |found| {
            if found.contains(&Covers::No) || found.is_empty() {
                Covers::No
            } else if found.contains(&Covers::Unknown) {
                Covers::Unknown
            } else {
                Covers::Yes
            }
        })
    }

    /// Whether anything that the call acts upon is covered: what a denial asks for.
    #[must_use]
    pub fn covers_any(&self, operation: &Operation, effect: Effect, on: &[Subject]) -> Covers {
        self.covers(operation, effect, on, |found| {
            if found.contains(&Covers::Yes) {
                Covers::Yes
            } else if found.contains(&Covers::Unknown) {
                Covers::Unknown
            } else {
                Covers::No
            }
        })
    }

    fn covers(
        &self,
        operation: &Operation,
        effect: Effect,
        on: &[Subject],
        together: impl Fn(&[Covers]) -> Covers,
    ) -> Covers {
        let Self::Account(what, target) = self else {
            return Covers::No;
        };
        match target {
            _ if !what.means(operation, effect) => Covers::No,
            None => Covers::Yes,
            Some(target) => {
                let found: Vec<Covers> = on
                    .iter()
                    .filter(|subject| subject.kind == target.kind)
                    .map(|subject| target.names(subject))
                    .collect();
                together(&found)
            }
        }
    }
}

impl What {
    fn means(&self, operation: &Operation, effect: Effect) -> bool {
        match self {
            Self::Effect(granted) => *granted == effect,
            Self::Operation(name) => *name == operation.name,
        }
    }
}

impl Target {
    fn names(&self, subject: &Subject) -> Covers {
        if alike(&self.name, &subject.id) {
            return Covers::Yes;
        }
        match &subject.name {
            Called::By(name) if alike(&self.name, name) => Covers::Yes,
            Called::By(_) | Called::Nothing => Covers::No,
            Called::Unknown => Covers::Unknown,
        }
    }
}

/// Whether a name is of this form, in which `*` stands for any characters.
fn alike(form: &str, name: &str) -> bool {
    let mut parts = form.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Effect(effect) => effect.fmt(f),
            Self::Operation(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(what, None) => what.fmt(f),
            Self::Account(what, Some(target)) => {
                write!(f, "{what}@{}:{}", target.kind, target.name)
            }
            Self::Local(power) => power.fmt(f),
        }
    }
}

impl FromStr for Grant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if ["fs:", "env:", "net:"]
            .iter()
            .any(|power| text.starts_with(power))
        {
            return text.parse().map(Self::Local);
        }
        let (what, target) = match text.split_once('@') {
            Some((what, target)) => (what, Some(target)),
            None => (text, None),
        };
        let what = read_what(what)?;
        let target = target.map(|target| read_target(what, target)).transpose()?;
        Ok(Self::Account(what, target))
    }
}

fn read_what(text: &str) -> Result<What, String> {
    if let Ok(effect) = text.parse() {
        return Ok(What::Effect(effect));
    }
    if let Some(operation) = api::operation(text) {
        // Whoever denies what a script calls so must not deny something else.
        if let Some(called) = api::operations().find(|it| it.alias == Some(text)) {
            let (name, effect) = (called.name, called.effect(&Arguments::new()));
            return Err(format!(
                "`{text}` may be the operation `{text}`, or `{name}`, which scripts call so; write {name} or {effect} for that, and {} for the other",
                operation.effect(&Arguments::new())
            ));
        }
        return Ok(What::Operation(operation.name));
    }
    if let Some(effect) = meant(text) {
        return Err(format!(
            "`{text}` is neither an effect nor an operation; what does so has the effect `{effect}`"
        ));
    }
    let known = Effect::ALL
        .iter()
        .map(|effect| effect.as_str())
        .chain(api::operations().map(|operation| operation.name));
    let hint = nearest(text, known).map_or_else(
        || "effects are read, change, disrupt, destroy and spend; mw doc lists operations; local powers are fs:, env: and net:".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Err(format!(
        "`{text}` is neither an effect nor an operation; {hint}"
    ))
}

/// The effect that is meant by the word for what is done.
fn meant(text: &str) -> Option<Effect> {
    Some(match text.to_lowercase().as_str() {
        "get" | "list" | "view" => Effect::Read,
        "write" | "update" | "create" | "edit" | "modify" => Effect::Change,
        "power" | "reboot" | "restart" | "stop" | "interrupt" => Effect::Disrupt,
        "delete" | "remove" | "erase" => Effect::Destroy,
        "buy" | "order" | "pay" | "cost" => Effect::Spend,
        _ => return None,
    })
}

fn read_target(what: What, text: &str) -> Result<Target, String> {
    let kinds = match what {
        What::Effect(_) => subject::kinds(),
        What::Operation(name) => api::operation(name)
            .map(subject::kinds_of)
            .unwrap_or_default(),
    };
    let Some((kind, name)) = text.split_once(':') else {
        if kinds.contains(&text) {
            return Err(format!(
                "`@{text}` names no resource; of one write {what}@{text}:NAME, of all {what}@{text}:*"
            ));
        }
        let kind = kinds
            .iter()
            .find(|kind| **kind == "cloud")
            .or(kinds.first());
        let hint = kind.map_or_else(
            || format!("`{what}` acts upon nothing that can be named"),
            |kind| format!("say what it is: {what}@{kind}:{text}"),
        );
        return Err(format!("`@{text}` names no kind of resource; {hint}"));
    };
    let Some(known) = kinds.iter().find(|known| **known == kind) else {
        let hint = nearest(kind, kinds.iter().copied()).map_or_else(
            || match kinds.as_slice() {
                [] => "it acts upon nothing that can be named".to_owned(),
                kinds => format!("there is {}", kinds.join(", ")),
            },
            |near| format!("did you mean `{what}@{near}:{name}`?"),
        );
        return Err(format!("`{what}` does nothing to a `{kind}`; {hint}"));
    };
    if name.trim().is_empty() {
        return Err(format!(
            "`{what}@{kind}:` names none; write its id or label: {what}@{kind}:NAME"
        ));
    }
    Ok(Target {
        kind: known,
        name: name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(text: &str) -> Grant {
        text.parse().unwrap()
    }

    fn cloud(id: &str, name: Called) -> Subject {
        Subject {
            kind: "cloud",
            id: id.to_owned(),
            name,
        }
    }

    fn by(name: &str) -> Called {
        Called::By(name.to_owned())
    }

    #[test]
    fn grants_are_written_as_they_are_read() {
        for text in [
            "read",
            "create_vlan",
            "disrupt@cloud:My first cloud",
            "set_power@node:late-*",
            "delete_vlan@vlan:a:b@c",
            "fs:reports",
            "net:hooks.example.com:8080",
        ] {
            assert_eq!(grant(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_grant_is_refused_with_what_may_be_meant() {
        for (text, says) in [
            ("disrpt", "did you mean `disrupt`?"),
            ("reboot_everything", "effects are read"),
            ("", "effects are read"),
            ("delete", "has the effect `destroy`"),
            ("destroy@vlan", "destroy@vlan:NAME, of all destroy@vlan:*"),
            ("disrupt@production", "disrupt@cloud:production"),
            ("disrupt@clod:a", "did you mean `disrupt@cloud:a`?"),
            ("disrupt@cloud:", "disrupt@cloud:NAME"),
            ("clouds@cloud:a", "nothing that can be named"),
            ("delete_vlan@node:a", "there is vlan"),
        ] {
            let error = text.parse::<Grant>().unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        for (form, name) in [
            ("web", "web"),
            ("web*", "web"),
            ("*", ""),
            ("*-1", "web-1"),
            ("w*-*1", "web-01"),
            ("a*a", "aa"),
            ("a*b*c", "aXbXbXc"),
        ] {
            assert!(alike(form, name), "{form} {name}");
        }
        for (form, name) in [
            ("web", "webs"),
            ("web", "Web"),
            ("a*a", "a"),
            ("*-1", "web-12"),
            ("a*b*c", "acb"),
            ("", "a"),
        ] {
            assert!(!alike(form, name), "{form} {name}");
        }
    }

    #[test]
    fn a_target_is_known_by_its_id_or_its_name() {
        let power = api::operation("set_power").unwrap();
        let covers = |text: &str, on: &[Subject]| {
            let grant = grant(text);
            (
                grant.covers_all(power, Effect::Disrupt, on),
                grant.covers_any(power, Effect::Disrupt, on),
            )
        };
        let (yes, no, unknown) = (Covers::Yes, Covers::No, Covers::Unknown);
        let named = cloud("qw5T", by("Web"));
        assert_eq!(
            covers("disrupt@cloud:qw5T", &[cloud("qw5T", Called::Unknown)]),
            (yes, yes)
        );
        assert_eq!(
            covers("disrupt@cloud:Web", std::slice::from_ref(&named)),
            (yes, yes)
        );
        assert_eq!(
            covers("disrupt@cloud:Web", &[cloud("qw5T", Called::Unknown)]),
            (unknown, unknown)
        );
        assert_eq!(
            covers("disrupt@cloud:Web", &[cloud("qw5T", Called::Nothing)]),
            (no, no)
        );
        assert_eq!(covers("disrupt@cloud:Web", &[]), (no, no));
        assert_eq!(
            covers("disrupt@node:Web", std::slice::from_ref(&named)),
            (no, no)
        );
        assert_eq!(
            covers("change@cloud:Web", std::slice::from_ref(&named)),
            (no, no)
        );
        assert_eq!(covers("fs:Web", std::slice::from_ref(&named)), (no, no));
        // A call on two clouds is granted when both are, and denied when one is.
        let both = [named, cloud("other", by("Db"))];
        assert_eq!(covers("disrupt@cloud:Web", &both), (no, yes));
        assert_eq!(covers("disrupt@cloud:*b", &both), (yes, yes));
    }
}
