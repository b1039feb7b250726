//! The configuration file.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::environment::Environment;
use super::journal::{self, Journal};
use super::paths;
use super::runs::{self, Runs};
use super::section::{Section, Source};
use super::url::PRESETS;
use crate::error::{Complaint, Place};
use crate::operation::nearest;

/// The keys of a profile.
const KEYS: [&str; 13] = [
    "url",
    "preset",
    "allow",
    "deny",
    "production",
    "spend_limit",
    "cacert",
    "api_key_file",
    "api_key_env",
    "api_key_command",
    "client_id",
    "client_secret_file",
    "client_secret_env",
];

/// Keys that would hold a secret itself, and the key that says where it is.
const INLINE: [(&str, &str); 6] = [
    ("api_key", "api_key_file"),
    ("key", "api_key_file"),
    ("token", "api_key_file"),
    ("access_token", "api_key_file"),
    ("client_secret", "client_secret_file"),
    ("secret", "client_secret_file"),
];

/// The configuration file, read.
#[derive(Clone, Debug, Default)]
pub(super) struct File {
    /// Where it is, as messages name it.
    pub(super) path: PathBuf,
    source: String,
    /// The profile used when none is named, and where in the file it stands.
    pub(super) default_profile: Option<(String, Range<usize>)>,
    /// The profiles by name.
    pub(super) profiles: BTreeMap<String, Section>,
    /// How runs are kept.
    pub(super) journal: Journal,
    /// What runs may take up.
    pub(super) runs: Runs,
}

impl File {
    /// Reads the file; one that is not there is empty, unless `MW_CONFIG` names it.
    pub(super) fn read(environment: &Environment) -> Result<Self, Complaint> {
        let named = environment.get("MW_CONFIG").is_some();
        let path = match paths::config_file(environment) {
            Ok(path) => path,
            // Without a home there is no file to read: everything else may still be given.
            Err(_) if !named => return Ok(Self::default()),
            Err(complaint) => return Err(complaint),
        };
        match std::fs::read_to_string(&path) {
            Ok(source) => Self::parse(path, source, environment),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !named => Ok(Self {
                path,
                ..Self::default()
            }),
            Err(error) => {
                let complaint = Complaint::usage(format!(
                    "the configuration file {} cannot be read: {error}",
                    path.display(),
                ));
                Err(if named {
                    complaint.hint("it is named by MW_CONFIG")
                } else {
                    complaint
                })
            }
        }
    }

    /// Reads the text of a file at `path`.
    pub(super) fn parse(
        path: PathBuf,
        source: String,
        environment: &Environment,
    ) -> Result<Self, Complaint> {
        let mut file = Self {
            path,
            source,
            ..Self::default()
        };
        let read = {
            let table = DeTable::parse(&file.source).map_err(|error| {
                let complaint = file.wrong(error.span().unwrap_or(0..0), one_line(error.message()));
                complaint.hint("the file is TOML")
            })?;
            file.top(table.get_ref(), environment)?
        };
        file = Self {
            path: file.path,
            source: file.source,
            ..read
        };
        if let Some((name, span)) = &file.default_profile
            && !file.profiles.contains_key(name)
        {
            let names = file.profiles.keys().map(String::as_str);
            let hint = match nearest(name, names) {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!("add `[profile.{name}]`"),
            };
            return Err(file
                .wrong(span.clone(), format!("there is no profile {name:?}"))
                .hint(hint));
        }
        Ok(file)
    }

    /// What the parts of the file say, by themselves.
    fn top(&self, table: &DeTable<'_>, environment: &Environment) -> Result<Self, Complaint> {
        let mut read = Self::default();
        for (key, value) in in_order(table) {
            match key.get_ref().as_ref() {
                "default_profile" => {
                    let name = self.text("default_profile", value)?;
                    read.default_profile = Some((name, value.span()));
                }
                "profile" => {
                    for (name, value) in in_order(self.table("profile", value)?) {
                        let name = name.get_ref().to_string();
                        let reader = SectionReader {
                            file: self,
                            name: &name,
                            environment,
                        };
                        let section = reader.read(self.table(&name, value)?, value.span())?;
                        read.profiles.insert(name, section);
                    }
                }
                "journal" => {
                    for (key, value) in in_order(self.table("journal", value)?) {
                        let name = key.get_ref().as_ref();
                        if !journal::KEYS.contains(&name) {
                            return Err(self.unknown(name, key.span(), &journal::KEYS));
                        }
                        let set = read.journal.set(name, value);
                        set.map_err(|wrong| self.wrong(value.span(), wrong))?;
                    }
                }
                "runs" => {
                    for (key, value) in in_order(self.table("runs", value)?) {
                        let name = key.get_ref().as_ref();
                        if !runs::KEYS.contains(&name) {
                            return Err(self.unknown(name, key.span(), &runs::KEYS));
                        }
                        let set = read.runs.set(value);
                        set.map_err(|wrong| self.wrong(value.span(), wrong))?;
                    }
                }
                other => {
                    let known = ["default_profile", "profile", "journal", "runs"];
                    return Err(self.unknown(other, key.span(), &known));
                }
            }
        }
        Ok(read)
    }

    /// A complaint about the text at `span`.
    fn wrong(&self, span: Range<usize>, message: impl Into<String>) -> Complaint {
        Complaint::usage(message).at(Some(self.place(span)))
    }

    /// The place of the text at `span`.
    pub(super) fn place(&self, span: Range<usize>) -> Place {
        let path = self.path.display().to_string();
        let place = Place::of_bytes(&path, &self.source, span);
        // The whole line is looked through, of which the place may keep a part.
        let line = self.source.lines().nth(place.line - 1).unwrap_or_default();
        match without_secret(line) {
            Some(shown) => {
                let length = place.length.min(shown.chars().count());
                Place::in_line(&path, &shown, place.line, place.column, length)
            }
            None => place,
        }
    }

    fn unknown(&self, key: &str, span: Range<usize>, known: &[&str]) -> Complaint {
        if let Some((_, instead)) = INLINE.iter().find(|(inline, _)| *inline == key) {
            return self
                .wrong(span, format!("`{key}` would be a secret in the configuration file"))
                .hint(format!(
                    "put it in a file of its own, `chmod 600` that, and write `{instead} = \"PATH\"`"
                ));
        }
        self.wrong(span, format!("there is no key `{key}`")).hint(
            match nearest(key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the keys here are {}", known.join(", ")),
            },
        )
    }

    fn text(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<String, Complaint> {
        match value.get_ref() {
            DeValue::String(text) if !text.is_empty() => Ok(text.to_string()),
            _ => Err(self
                .wrong(value.span(), format!("`{key}` must be text"))
                .hint(format!("write `{key} = \"…\"`"))),
        }
    }

    fn texts(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, Complaint> {
        match value.get_ref() {
            DeValue::Array(items) => items.iter().map(|item| self.text(key, item)).collect(),
            _ => Err(self
                .wrong(value.span(), format!("`{key}` must be a list of texts"))
                .hint(format!("write `{key} = [\"…\"]`"))),
        }
    }

    fn flag(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<bool, Complaint> {
        match value.get_ref() {
            DeValue::Boolean(flag) => Ok(*flag),
            _ => Err(self
                .wrong(value.span(), format!("`{key}` must be true or false"))
                .hint(format!("write `{key} = true`"))),
        }
    }

    fn dollars(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<f64, Complaint> {
        let number: Option<f64> = match value.get_ref() {
            DeValue::Integer(whole) => i64::from_str_radix(whole.as_str(), whole.radix())
                .ok()
                .and_then(|whole| whole.to_string().parse().ok()),
            DeValue::Float(float) => float.as_str().parse().ok(),
            _ => None,
        };
        number
            .filter(|dollars| dollars.is_finite() && *dollars >= 0.0)
            .ok_or_else(|| {
                let wrong = format!("`{key}` must be a number of dollars, 0 or more");
                self.wrong(value.span(), wrong)
                    .hint(format!("write `{key} = 500`: dollars per 30 days"))
            })
    }

    fn table<'a, 'i>(
        &self,
        key: &str,
        value: &'a Spanned<DeValue<'i>>,
    ) -> Result<&'a DeTable<'i>, Complaint> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self
                .wrong(value.span(), format!("`{key}` must be a table"))
                .hint("write `[profile.NAME]` and its keys below")),
        }
    }
}

/// The members as the file orders them, so that the first mistake is reported first.
fn in_order<'a, 'i>(
    table: &'a DeTable<'i>,
) -> Vec<(
    &'a Spanned<std::borrow::Cow<'i, str>>,
    &'a Spanned<DeValue<'i>>,
)> {
    let mut members: Vec<_> = table.iter().collect();
    members.sort_by_key(|(key, _)| key.span().start);
    members
}

/// The line up to the first value that may be a secret, when it has one: it must not be repeated.
fn without_secret(line: &str) -> Option<String> {
    line.match_indices('=').find_map(|(at, _)| {
        let (before, after) = line.split_at_checked(at)?;
        let name = before
            .trim_end()
            .trim_end_matches(['"', '\''])
            .rsplit(|c: char| !c.is_alphanumeric() && c != '_')
            .next()?;
        let inline = INLINE.iter().any(|(inline, _)| *inline == name);
        (inline || after.contains('@')).then(|| format!("{before}= …"))
    })
}

fn one_line(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join(", ")
}

struct SectionReader<'a> {
    file: &'a File,
    name: &'a str,
    environment: &'a Environment,
}

impl SectionReader<'_> {
    fn read(&self, table: &DeTable<'_>, span: Range<usize>) -> Result<Section, Complaint> {
        let file = self.file;
        let mut section = Section::default();
        let mut client_id = None;
        let mut client_secret = None;
        for (key, value) in in_order(table) {
            let name = key.get_ref().as_ref();
            match name {
                "url" | "preset" => {
                    if section.url.is_some() {
                        let twice = format!("profile {:?} says twice where its API is", self.name);
                        return Err(file.wrong(key.span(), twice).hint("keep one of them"));
                    }
                    let text = file.text(name, value)?;
                    let url = if name == "url" {
                        text
                    } else {
                        self.preset(&text, value.span())?
                    };
                    section.url = Some((url, value.span()));
                }
                "allow" => section.allow = file.texts(name, value)?,
                "deny" => section.deny = file.texts(name, value)?,
                "production" => section.production = file.flag(name, value)?,
                "spend_limit" => section.spend_limit = Some(file.dollars(name, value)?),
                "cacert" => section.cacert = Some(self.path(name, value)?),
                "api_key_file" | "api_key_env" | "api_key_command" => {
                    let source = self.source(name, value)?;
                    self.once(&mut section.api_key, source, key.span(), "API key")?;
                }
                "client_id" => client_id = Some(file.text(name, value)?),
                "client_secret_file" | "client_secret_env" => {
                    let source = self.source(name, value)?;
                    self.once(&mut client_secret, source, key.span(), "client secret")?;
                }
                other => return Err(file.unknown(other, key.span(), &KEYS)),
            }
        }
        section.client = match (client_id, client_secret) {
            (Some(id), Some(secret)) => Some((id, secret)),
            (None, None) => None,
            (Some(_), None) => {
                return Err(self.half(span, "client_id", "client_secret_file"));
            }
            (None, Some(_)) => return Err(self.half(span, "a client secret", "client_id")),
        };
        Ok(section)
    }

    fn preset(&self, name: &str, span: Range<usize>) -> Result<String, Complaint> {
        if let Some((_, url)) = PRESETS.iter().find(|(preset, _)| *preset == name) {
            return Ok((*url).to_owned());
        }
        let names: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
        Err(self
            .file
            .wrong(span, format!("there is no preset {name:?}"))
            .hint(format!("there is {}", names.join(", "))))
    }

    fn half(&self, span: Range<usize>, has: &str, lacks: &str) -> Complaint {
        self.file
            .wrong(
                span,
                format!("profile {:?} has {has} without {lacks}", self.name),
            )
            .hint(format!("add `{lacks} = \"…\"`"))
    }

    fn once(
        &self,
        slot: &mut Option<Source>,
        source: Source,
        span: Range<usize>,
        what: &str,
    ) -> Result<(), Complaint> {
        if slot.is_some() {
            return Err(self
                .file
                .wrong(
                    span,
                    format!("profile {:?} says twice where its {what} is", self.name),
                )
                .hint("keep one of them"));
        }
        *slot = Some(source);
        Ok(())
    }

    fn path(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<PathBuf, Complaint> {
        let path = self.file.text(key, value)?;
        let beside = self.file.path.parent().unwrap_or(Path::new(""));
        Ok(paths::expand(&path, beside, self.environment))
    }

    fn source(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<Source, Complaint> {
        if key.ends_with("_file") {
            return self.path(key, value).map(Source::File);
        }
        if key.ends_with("_env") {
            return self.file.text(key, value).map(Source::Variable);
        }
        let words = match value.get_ref() {
            DeValue::Array(_) => self.file.texts(key, value)?,
            _ => self.words(key, value)?,
        };
        match words.split_first() {
            Some((program, arguments)) if program.starts_with("~/") => {
                let program = paths::expand(program, Path::new(""), self.environment);
                let program = program.display().to_string();
                let words = std::iter::once(program).chain(arguments.iter().cloned());
                Ok(Source::Command(words.collect()))
            }
            Some(_) => Ok(Source::Command(words)),
            None => Err(self
                .file
                .wrong(value.span(), format!("`{key}` names no program"))
                .hint(format!("write `{key} = [\"PROGRAM\", \"ARGUMENT\"]`"))),
        }
    }

    /// The words of a command written as one text. What a shell would act on is refused, because
    /// none runs.
    fn words(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, Complaint> {
        let text = self.file.text(key, value)?;
        let meant_for_a_shell = |c: char| "\"'\\$`|&;<>*?(){}[]#".contains(c);
        if let Some(found) = text.chars().find(|c| meant_for_a_shell(*c)) {
            return Err(self
                .file
                .wrong(value.span(), format!("`{key}` holds {found:?}, and no shell runs it"))
                .hint(format!(
                    "write its words as a list: `{key} = [\"sh\", \"-c\", \"…\"]` where a shell is wanted"
                )));
        }
        Ok(text.split_whitespace().map(str::to_owned).collect())
    }
}
