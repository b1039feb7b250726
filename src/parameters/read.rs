//! The values a command line gives.

use serde_json::{Map, Value};

use super::header::Header;
use super::kind::Kind;
use super::parameter::Parameter;
use crate::error::Complaint;
use crate::operation::nearest;

/// What a command line asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A run with these values, one for each name the header declares.
    Values(Map<String, Value>),
    /// This help.
    Help(String),
}

impl Header {
    /// Reads the arguments that follow the script on the command line.
    ///
    /// The first thing wrong is refused with exit code 2.
    pub fn read(&self, args: &[String]) -> Result<Outcome, Complaint> {
        let asks_help = |arg: &String| matches!(arg.as_str(), "-h" | "--help");
        if args.iter().take_while(|arg| *arg != "--").any(asks_help) {
            return Ok(Outcome::Help(self.help(&self.file)));
        }
        let mut reading = Reading {
            header: self,
            given: Map::new(),
            loose: Vec::new(),
        };
        let mut args = args.iter().peekable();
        while let Some(arg) = args.next() {
            if arg == "--" {
                reading.loose.extend(args.map(String::as_str));
                break;
            }
            if let Some(option) = arg.strip_prefix("--") {
                let next = args.peek().map(|next| next.as_str());
                if reading.option(option, next)? {
                    args.next();
                }
            } else if is_short_option(arg) {
                return Err(reading.unknown_option(arg, arg.trim_start_matches('-')));
            } else {
                reading.plain(arg)?;
            }
        }
        reading.fill()?;
        self.check(&reading.given).map(Outcome::Values)
    }
}

/// Whether the argument looks like `-x`: neither `-` alone nor a negative number.
fn is_short_option(arg: &str) -> bool {
    arg.strip_prefix('-').is_some_and(|rest| {
        !rest.is_empty() && !rest.starts_with(|c: char| c.is_ascii_digit() || c == '.')
    })
}

/// Whether a word says yes or no in another way than scripts do.
fn means(word: &str) -> Option<bool> {
    match &*word.to_ascii_lowercase() {
        "yes" | "on" | "1" | "true" => Some(true),
        "no" | "off" | "0" | "false" => Some(false),
        _ => None,
    }
}

struct Reading<'a> {
    header: &'a Header,
    given: Map<String, Value>,
    loose: Vec<&'a str>,
}

impl<'a> Reading<'a> {
    /// Reads `--name`, `--name=value` or `--no-name`; true when `next` was its value.
    fn option(&mut self, option: &str, next: Option<&str>) -> Result<bool, Complaint> {
        let (written, value) = match option.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (option, None),
        };
        let name = written.replace('-', "_");
        if let Some(param) = self.header.param(&name) {
            return match (value, &param.kind) {
                (Some(text), _) => self.give(param, text).map(|()| false),
                (None, Kind::Bool) => match next {
                    Some(text @ ("true" | "false")) => self.give(param, text).map(|()| true),
                    // The switch would be on, and the word somebody else's.
                    Some(word) if means(word).is_some() => Err(Complaint::usage(format!(
                        "`--{written}` is followed by {word:?}, which is neither `true` nor `false`"
                    ))
                    .hint(format!(
                        "write `{}={}`",
                        param.option(),
                        means(word).unwrap_or_default()
                    ))),
                    _ => self.put(param, Value::Bool(true)).map(|()| false),
                },
                (None, _) => {
                    match next.filter(|next| !next.starts_with("--")) {
                        Some(text) => self.give(param, text).map(|()| true),
                        None => Err(Complaint::usage(format!("`--{written}` has no value"))
                            .hint(needs(param))),
                    }
                }
            };
        }
        let denied = name
            .strip_prefix("no_")
            .and_then(|name| self.header.param(name));
        match (denied, value) {
            (Some(param), None) if param.kind == Kind::Bool => {
                self.put(param, Value::Bool(false)).map(|()| false)
            }
            (Some(param), Some(value)) if param.kind == Kind::Bool => Err(Complaint::usage(
                format!("`--{written}` takes no value, and {value:?} is given"),
            )
            .hint(format!("write `{}=true` or `{0}=false`", param.option()))),
            _ => Err(self.unknown_option(&format!("--{written}"), &name)),
        }
    }

    /// Reads an argument that is no option: `name=value`, or a value for whoever is next.
    fn plain(&mut self, arg: &'a str) -> Result<(), Complaint> {
        if let Some((written, value)) = arg.split_once('=') {
            let name = written.replace('-', "_");
            if let Some(param) = self.header.param(&name) {
                return self.give(param, value);
            }
            let names = self.header.params.iter().map(|param| param.name.as_str());
            if let Some(near) = nearest(&name, names) {
                return Err(
                    Complaint::usage(format!("no parameter is called `{written}`")).hint(format!(
                        "did you mean `{near}={value}`? To give the text itself, put `--` before it"
                    )),
                );
            }
        }
        self.loose.push(arg);
        Ok(())
    }

    fn give(&mut self, param: &Parameter, text: &str) -> Result<(), Complaint> {
        let value = param
            .value_of(text)
            .map_err(|complaint| complaint.hint(needs(param)))?;
        self.put(param, value)
    }

    fn put(&mut self, param: &Parameter, value: Value) -> Result<(), Complaint> {
        if self.given.contains_key(&param.name) {
            let several = if param.kind == Kind::List {
                format!("separate the items by commas: `{} A,B`", param.option())
            } else {
                "give it once".to_owned()
            };
            return Err(Complaint::usage(format!("`{}` is given twice", param.name)).hint(several));
        }
        self.given.insert(param.name.clone(), value);
        Ok(())
    }

    /// Hands the arguments without a name to the parameters that are still open.
    fn fill(&mut self) -> Result<(), Complaint> {
        let header = self.header;
        let open: Vec<&Parameter> = header
            .params
            .iter()
            .filter(|param| !self.given.contains_key(&param.name))
            .collect();
        let required = open.iter().filter(|param| param.is_required());
        let others = open
            .iter()
            .filter(|param| !param.is_required() && header.rest.is_none());
        let mut loose = std::mem::take(&mut self.loose).into_iter();
        for param in required.chain(others) {
            let Some(text) = loose.next() else {
                break;
            };
            self.give(param, text)?;
        }
        match &header.rest {
            Some(rest) => {
                let items: Vec<&str> = loose.collect();
                self.given.insert(rest.name.clone(), items.into());
                Ok(())
            }
            None => match loose.next() {
                None => Ok(()),
                Some(extra) => Err(self.surplus(extra)),
            },
        }
    }

    fn surplus(&self, extra: &str) -> Complaint {
        if self.header.params.is_empty() {
            return Complaint::usage(format!(
                "the script takes no arguments, and {extra:?} is given"
            ))
            .hint(
                "declare what it takes at its top: `//! @param NAME: string`, \
                     or `//! @rest NAME` for any number",
            );
        }
        Complaint::usage(format!("{extra:?} is one argument too many"))
            .hint(format!("the script takes {}", list(self.header.names())))
    }

    fn unknown_option(&self, written: &str, name: &str) -> Complaint {
        let complaint = Complaint::usage(format!("the script has no option `{written}`"));
        let denied = name.strip_prefix("no_").unwrap_or(name);
        let near = |name: &str| {
            let names = self.header.params.iter().map(|param| param.name.as_str());
            nearest(name, names).and_then(|near| self.header.param(near))
        };
        let hint = match near(name).or_else(|| near(denied)) {
            Some(param) => format!("did you mean `{}`?", param.usage()),
            None if self.header.params.is_empty() => {
                "options of mw itself come before the script".to_owned()
            }
            None => format!(
                "it has {}; options of mw itself come before the script",
                list(self.header.params.iter().map(Parameter::option)),
            ),
        };
        complaint.hint(hint)
    }
}

fn list<T: std::fmt::Display>(names: impl Iterator<Item = T>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// How the parameter is given, and what for.
fn needs(param: &Parameter) -> String {
    let usage = param.usage();
    if param.doc.is_empty() {
        format!("give it as `{usage}`")
    } else {
        format!("give it as `{usage}`: {}", param.doc)
    }
}
