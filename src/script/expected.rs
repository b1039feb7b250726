//! What is expected at the end of a line that is being typed: the word, the key or the resource that
//! the call, the map or the comparison there would take.

mod values;

use super::brackets::{self, Open};
use super::check::{Callable, Type, meanings, params as pieces};
use super::handle;
use super::inspection::Known;
use super::interpreter::{Interpreter, Value};
use super::scan::{Scan, is_word};
use super::subject::states_of;
use crate::record::{RecordKind, View};
use crate::session::of_record;
use values::{of_field, within};

/// What is expected.
#[derive(Clone, Debug)]
pub enum Expected {
    /// Nothing in particular.
    Anything,
    /// A key of a map, out of these.
    Keys(Vec<Key>),
    /// One of these texts.
    Words(Vec<&'static str>),
    /// The name of a field of such records.
    Field(&'static RecordKind),
    /// A text that names a resource.
    Resource(Wanted),
    /// The path of a file.
    File,
    /// The name or path of a module.
    Module,
}

/// A key that a map may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub doc: &'static str,
    /// Whether the map must have it.
    pub required: bool,
}

/// A resource that is to be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The type of its record.
    pub record: &'static str,
    /// What it may be named by.
    pub by: By,
    /// The type and the id of what it belongs to, where that is known.
    pub of: Option<(&'static str, String)>,
}

/// What a resource may be named by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Its id.
    Id,
    /// Its name.
    Name,
    /// Either.
    Either,
}

/// The place a line is being typed at.
#[derive(Clone, Debug)]
pub struct Spot {
    /// What is expected there.
    pub expected: Expected,
    /// The byte at which the text begins that is being typed, after its quote.
    pub quoted: Option<usize>,
    /// The call it is in.
    pub call: Option<Call>,
}

/// A call that is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// How what is called is written down: `wait_for(cloud | order | node, state: string)`.
    pub signature: String,
    /// The place of the argument among the parameters written there.
    pub argument: usize,
}

impl Interpreter {
    /// What is expected where this text ends.
    #[must_use]
    pub fn expected(&self, text: &str) -> Spot {
        let scan = Scan::of(text);
        let quoted = scan
            .texts
            .last()
            .filter(|it| !it.closed && it.bytes.end == text.len() && it.mark != '\'');
        let start = quoted.map_or_else(
            || scan.code.trim_end_matches(is_word).len(),
            |quoted| quoted.bytes.start,
        );
        let quoted = quoted.map(|it| it.bytes.start + it.mark.len_utf8());
        let head = text.get(..start).unwrap_or_default();
        let scan = Scan::of(head);
        let opened = brackets::open(head, &scan);
        let own = opened.iter().rposition(|it| it.bracket == '{');
        let opened = opened.get(own.map_or(0, |at| at + 1)..).unwrap_or_default();
        let calling = opened.iter().rposition(|it| callee(&scan, it).is_some());
        let (call, inner) = match calling {
            Some(at) => (opened.get(at), opened.get(at + 1..).unwrap_or_default()),
            None => (None, opened),
        };
        let mut found = None;
        let spot = call.and_then(|open| {
            let (name, is_method) = callee(&scan, open)?;
            let at = At {
                head,
                scan: &scan,
                open,
                name,
                is_method,
                inner,
            };
            self.call(&at, &mut found)
        });
        let compared = compared(&scan).and_then(|end| self.value_of_field(head, end));
        let imported = scan
            .code
            .trim_end()
            .ends_with("import")
            .then_some(Expected::Module);
        Spot {
            expected: imported.or(compared).or(spot).unwrap_or(Expected::Anything),
            quoted,
            call: found,
        }
    }

    /// What an argument of a call is expected to be.
    fn call(&self, at: &At<'_>, found: &mut Option<Call>) -> Option<Expected> {
        let target = self.target(at);
        let given = at.open.commas + usize::from(at.is_method);
        let kind = target.as_ref().map_or(Type::Unknown, Known::kind);
        if let Some(signature) = self.defined(at) {
            *found = Some(Call {
                signature,
                argument: at.open.commas,
            });
            return None;
        }
        let meaning = meaning(at, &kind, given, target.is_some())?;
        let operation = meaning.operation;
        let argument = match operation {
            // The signature of an operation has what a resource brings by itself.
            Some(operation) => given + operation.params.len() - meaning.params.len(),
            None => given,
        };
        *found = signature(at.name, &meaning, &kind).map(|signature| Call {
            signature,
            argument,
        });
        if let Some(operation) = operation {
            let param = meaning.params.get(given)?;
            let expected = within(&param.kind, param.name, at.inner)?;
            let Expected::Resource(mut wanted) = expected else {
                return Some(expected);
            };
            if given == 0 && at.inner.is_empty() && crate::api::listing(operation).is_some() {
                wanted.by = By::Either;
            }
            if given > 0 {
                wanted.of = target.as_ref().and_then(identity);
            }
            return Some(Expected::Resource(wanted));
        }
        let signature = meaning.signature.as_deref()?;
        let piece = pieces(signature).get(given).copied()?;
        at.of_piece(piece, given, target.as_ref())
    }

    /// What is known of what a call acts on: what stands before its dot, or its first argument.
    fn target(&self, at: &At<'_>) -> Option<Known> {
        let (end, start) = if at.is_method {
            let end = at.open.at.checked_sub(at.name.len() + 1)?;
            (end, brackets::chain(&Scan::of(at.head.get(..end)?)))
        } else {
            if at.open.commas == 0 {
                return None;
            }
            let first = at.scan.code.get(at.open.at + 1..)?;
            (at.open.at + 1 + first_item(first), at.open.at + 1)
        };
        let text = at.head.get(..end)?;
        let blank = text.get(start..)?;
        let start = start + (blank.len() - blank.trim_start().len());
        Some(self.known(text.trim_end_matches('?'), start))
    }

    /// How a function of the session or of a module of it is called.
    fn defined(&self, at: &At<'_>) -> Option<String> {
        let name = at.name;
        let before = at.scan.code.get(..at.open.at.checked_sub(name.len())?)?;
        if let Some(before) = before.strip_suffix("::") {
            let alias = before.get(before.trim_end_matches(is_word).len()..)?;
            let offered = self.offered(alias);
            let of_module = offered.iter().find(|it| it.name == name);
            return of_module.map(|it| format!("{alias}::{}", it.signature()));
        }
        let own = self.functions().into_iter().filter(|_| !at.is_method);
        own.into_iter()
            .find(|it| it.name == name)
            .map(|it| it.signature())
    }

    /// What a field is compared with that a text ends with.
    fn value_of_field(&self, head: &str, end: usize) -> Option<Expected> {
        let text = head.get(..end)?.trim_end();
        let before = text.trim_end_matches(is_word);
        let field = text.get(before.len()..)?;
        let text = before.strip_suffix('.')?.trim_end_matches('?');
        let known = self.known(text, brackets::chain(&Scan::of(text)));
        match known.kind() {
            Type::Record(record) => of_field(record, field),
            _ => None,
        }
    }
}

/// A place in a call.
struct At<'t> {
    /// The text before what is being typed there.
    head: &'t str,
    /// The same, told apart.
    scan: &'t Scan,
    /// The bracket of the call.
    open: &'t Open,
    /// What is called.
    name: &'t str,
    /// Whether it is called on something.
    is_method: bool,
    /// The brackets that stand open within it.
    inner: &'t [Open],
}

impl At<'_> {
    /// What a parameter expects that a signature of ours writes so.
    fn of_piece(&self, piece: &str, given: usize, target: Option<&Known>) -> Option<Expected> {
        if let Some((_, keys)) = piece.split_once("#{") {
            return self.options(keys);
        }
        let kind = target.map_or(Type::Unknown, Known::kind);
        let record = match kind.item() {
            Type::Record(record) => Some(record),
            _ => None,
        };
        let param = piece.split([':', '?', ' ']).next().unwrap_or_default();
        match (self.name, param) {
            ("wait_for", "state") => Some(Expected::Words(match &kind {
                Type::Record(record) => states_of(record.name).1,
                _ => states_of("").1,
            })),
            ("node", "name") => Some(Expected::Resource(Wanted {
                record: "Node",
                by: By::Either,
                of: target.and_then(identity),
            })),
            ("where", "value") => {
                let mut before = self.scan.texts.iter().rev();
                let field = before.find(|it| it.bytes.end <= self.open.item)?;
                let field = self.head.get(field.bytes.clone())?;
                of_field(record?, field.trim_matches('"'))
            }
            (_, "field") | ("where", _) if given == 1 => record.map(Expected::Field),
            ("table" | "to_csv", "columns") if self.inner.first()?.bracket == '[' => {
                record.map(Expected::Field)
            }
            (_, "path" | "folder") => Some(Expected::File),
            _ => {
                let words: Vec<&str> = piece.split('"').skip(1).step_by(2).collect();
                let known = ["asc", "desc"].into_iter().filter(|it| words.contains(it));
                let known: Vec<&str> = known.collect();
                (!known.is_empty()).then_some(Expected::Words(known))
            }
        }
    }

    /// The options that a signature lists and that are not given yet: `timeout, every}?`.
    fn options(&self, listed: &str) -> Option<Expected> {
        let [map] = self.inner else { return None };
        if map.bracket != '#' || map.colon.is_some() {
            return None;
        }
        let names = listed.split('}').next().unwrap_or_default().split(',');
        let names = names.map(|it| it.trim().trim_end_matches('?'));
        let names = names.filter(|it| it.chars().all(is_word) && !it.is_empty());
        let names = names.filter(|it| !map.keys.iter().any(|given| given == it));
        let keys = names.map(|name| Key {
            name: name.to_owned(),
            doc: "",
            required: false,
        });
        Some(Expected::Keys(keys.collect()))
    }
}

/// What a name before a bracket calls, and whether as a method; nothing if it is no call.
fn callee<'s>(scan: &'s Scan, open: &Open) -> Option<(&'s str, bool)> {
    if open.bracket != '(' {
        return None;
    }
    let before = scan.code.get(..open.at)?;
    let start = before.trim_end_matches(is_word).len();
    let name = before.get(start..)?;
    let is_keyword = matches!(
        name,
        "if" | "while" | "for" | "switch" | "return" | "in" | "until"
    );
    if name.is_empty() || is_keyword || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let before = before.get(..start)?;
    Some((name, before.ends_with('.') && !before.ends_with("..")))
}

/// Where the first of the items ends that a text begins with.
fn first_item(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => return at,
            _ => {}
        }
    }
    code.len()
}

/// Where what is compared ends, if a text ends with a comparison: `n.power_state ==`.
fn compared(scan: &Scan) -> Option<usize> {
    let code = scan.code.trim_end();
    let left = code.strip_suffix("==").or_else(|| code.strip_suffix("!="));
    left.map(|left| left.trim_end().len())
}

/// What a name means that is called so.
fn meaning(at: &At<'_>, first: &Type, given: usize, is_known: bool) -> Option<Callable> {
    let fits = |it: &Callable| !is_known || it.suits(first);
    let mut all: Vec<Callable> = meanings(at.name, false).into_iter().filter(fits).collect();
    // What has a signature of ours says more than what is of the language.
    let rank = |it: &Callable| {
        (
            given >= it.most.max(1),
            it.is_function == at.is_method,
            it.operation.is_none() && it.signature.is_none(),
        )
    };
    all.sort_by_key(rank);
    all.into_iter().next()
}

/// How what is called is written down.
fn signature(name: &str, meaning: &Callable, first: &Type) -> Option<String> {
    if let Some(signature) = &meaning.signature {
        return Some(signature.clone());
    }
    let native = super::language::function(name)?;
    let way = native.ways.iter().find(|way| {
        let (takes, _) = way.split_once("->").unwrap_or((way, ""));
        takes
            .split_whitespace()
            .next()
            .is_none_or(|it| first.fits(it))
    })?;
    let (takes, result) = way.split_once("->").unwrap_or((way, ""));
    let takes: Vec<&str> = takes.split_whitespace().collect();
    Some(format!("{name}({}) -> {}", takes.join(", "), result.trim()))
}

/// The type and the id of a resource that is there.
fn identity(known: &Known) -> Option<(&'static str, String)> {
    let Known::Value(value) = known else {
        return None;
    };
    id_of(value)
}

fn id_of(value: &Value) -> Option<(&'static str, String)> {
    let record = handle::unwrap(value)?;
    let kind = record.kind().name;
    match record.get(of_record(kind)?.id)? {
        View::Text(id) => Some((kind, id.to_owned())),
        View::Int(id) => Some((kind, id.to_string())),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
