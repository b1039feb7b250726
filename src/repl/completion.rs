//! What a word may become while a line is typed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::command::COMMANDS;
use super::offer::{Offer, alike, begins_alike, begun, listed};
use super::paths;
use crate::operation::Effect;
use crate::reference::{self, brief};
use crate::script::check::{Type, methods_of};
use crate::script::directory::{Directory, Entry};
use crate::script::expected::{By, Expected, Wanted};
use crate::script::language::KEYWORDS;
use crate::script::scan::{Scan, is_word, quoted};
use crate::script::{Interpreter, brackets, kinds, vocabulary};

/// What is known while a line is typed.
pub struct Knowledge<'s> {
    /// What the session has.
    pub session: &'s Interpreter,
    /// What the account has.
    pub directory: &'s Directory,
    /// The profiles that one may go to.
    pub profiles: &'s [String],
    /// How long it is waited for what the account has.
    pub patience: Duration,
}

/// Where the word under the cursor starts, and what it may become; `after` is what stands after the
/// cursor.
pub fn offers(before: &str, after: &str, known: &Knowledge<'_>) -> (usize, Vec<Offer>) {
    let start = before.trim_end_matches(is_word).len();
    let (rest, word) = before.split_at(start);
    let said = rest.trim_start();
    if said == ":" {
        let commands = COMMANDS.iter();
        return (
            start,
            begun(word, commands.map(|it| Offer::new(it.name, it.doc))),
        );
    }
    if said.starts_with('?') {
        let kinds = kinds().into_iter().map(|kind| kind.name);
        let names = vocabulary::functions().chain(kinds);
        let begun_names = names.filter(|name| name.starts_with(word));
        return (
            start,
            listed(begun_names.map(|name| named(None, name)).collect()),
        );
    }
    let Some(command) = before.trim_start().strip_prefix(':') else {
        return of_code(before, 0, after, known);
    };
    let begins = before.len() - command.len();
    let Some(space) = command.find(char::is_whitespace) else {
        return (start, Vec::new());
    };
    let name = command.get(..space).unwrap_or_default();
    let argument = begins + space + 1;
    let typed = before.get(argument..).unwrap_or_default();
    let takes = COMMANDS.iter().find(|it| it.name == name);
    let takes = takes.map_or("", |it| it.takes);
    if takes.contains("LINE") || takes.contains("EXPRESSION") {
        return of_code(before, argument, after, known);
    }
    // Grants come after one another.
    let word = typed.rsplit(',').next().unwrap_or_default().trim_start();
    let mut found = match takes.trim_matches(['[', ']']) {
        "NAME" => {
            let profiles = known.profiles.iter();
            begun(word, profiles.map(|name| Offer::new(name.as_str(), "")))
        }
        "GRANTS" => begun(
            word,
            Effect::ALL.map(|effect| Offer::new(effect.as_str(), "")),
        ),
        takes => begun(
            word,
            ["none", "advance"]
                .into_iter()
                .filter(|it| takes.contains(it))
                .map(|it| Offer::new(it, "")),
        ),
    };
    if takes.contains("FILE") {
        found.extend(paths::files(word));
    }
    (before.len() - word.len(), listed(found))
}

/// The same for code, which begins at a byte of the line.
fn of_code(before: &str, from: usize, after: &str, known: &Knowledge<'_>) -> (usize, Vec<Offer>) {
    let code = before.get(from..).unwrap_or_default();
    let scan = Scan::of(code);
    let in_comment = scan
        .comments
        .last()
        .is_some_and(|it| it.bytes.end == code.len());
    if in_comment {
        return (before.len(), Vec::new());
    }
    let spot = known.session.expected(code);
    if let Some(quote) = spot.quoted {
        let typed = code.get(quote..).unwrap_or_default();
        let mark = code.get(..quote).and_then(|it| it.chars().next_back());
        let end = mark.filter(|mark| !after.starts_with(*mark));
        let mut found = texts(&spot.expected, typed, known);
        for offer in &mut found {
            // A folder is gone into.
            if !offer.text.ends_with('/') {
                offer.text.extend(end);
            }
        }
        return (from + quote, found);
    }
    let start = code.trim_end_matches(is_word).len();
    let (rest, word) = code.split_at(start);
    if let Some(target) = rest
        .trim_end()
        .strip_suffix('.')
        .filter(|it| !it.ends_with('.'))
    {
        return (
            from + start,
            begun(word, members(target, word, known.session)),
        );
    }
    if let Some(rest) = rest.strip_suffix("::") {
        let alias = rest.get(rest.trim_end_matches(is_word).len()..);
        let offered = known.session.offered(alias.unwrap_or_default()).into_iter();
        let offered = offered.map(|it| {
            let note = format!("{}  {}", it.signature(), it.doc);
            Offer::new(it.name, note.trim_end())
        });
        return (from + start, begun(word, offered));
    }
    if let Expected::Keys(keys) = &spot.expected {
        let keys = keys.iter().map(|key| {
            let need = if key.required { "required: " } else { "" };
            let note = format!("{need}{}", key.doc);
            Offer::new(format!("{}: ", key.name), note).shown(key.name.as_str())
        });
        return (from + start, begun(word, keys));
    }
    if word.is_empty() {
        let mut found = texts(&spot.expected, "", known);
        if !found.is_empty() {
            for offer in found.iter_mut().filter(|it| !it.text.ends_with('/')) {
                offer.text = format!("\"{}\"", offer.text);
            }
            return (from + start, found);
        }
    }
    (from + start, begun(word, words(word, known.session)))
}

/// Everything that may stand by itself and begins so.
fn words(typed: &str, session: &Interpreter) -> Vec<Offer> {
    let functions = session.functions().into_iter();
    let own = functions.map(|it| Offer::new(it.name.clone(), it.signature()));
    let variables = session.variables(typed).into_iter();
    let variables = variables.map(|it| {
        let brief: String = it.brief.chars().take(40).collect();
        Offer::new(it.name, format!("{} {brief}", it.kind))
    });
    let aliases = session
        .aliases()
        .map(|alias| Offer::new(format!("{alias}::"), "module"));
    vocabulary::functions()
        .filter(|name| name.starts_with(typed))
        .map(|name| named(None, name))
        .chain(KEYWORDS.iter().map(|word| Offer::new(*word, "")))
        .chain(own)
        .chain(variables)
        .chain(aliases)
        .collect()
}

/// The fields, keys and methods of what a text ends with, those that begin so; every method when it is
/// not known what it is.
fn members(before: &str, typed: &str, session: &Interpreter) -> Vec<Offer> {
    let before = before.trim_end_matches('?');
    let known = session.known(before, brackets::chain(&Scan::of(before)));
    let keys = known.keys().into_iter().map(|key| Offer::new(key, ""));
    let kind = known.kind();
    if !kind.is_known() {
        let methods = vocabulary::methods().map(|name| Offer::new(name, ""));
        return keys.chain(methods).collect();
    }
    let mut found: Vec<Offer> = keys.collect();
    if let Type::Record(record) = &kind {
        found.extend(record.field_names().map(|name| {
            let field = record.field(name);
            Offer::new(name, field.map_or("", |it| it.doc.trim()))
        }));
    }
    let on = kind.name();
    let methods = methods_of(&kind)
        .into_iter()
        .chain(reference::methods("any"));
    let methods = methods.filter(|name| name.starts_with(typed));
    found.extend(methods.map(|name| named(on.as_deref(), name)));
    found
}

fn named(on: Option<&str>, name: &'static str) -> Offer {
    Offer::new(name, brief(on, name).unwrap_or_default())
}

/// The texts that are expected and begin with what was typed.
fn texts(expected: &Expected, typed: &str, known: &Knowledge<'_>) -> Vec<Offer> {
    match expected {
        Expected::Anything | Expected::Keys(_) => Vec::new(),
        Expected::Words(words) => alike(typed, words.iter().map(|word| Offer::new(*word, ""))),
        Expected::Field(record) => {
            let fields = record.field_names();
            alike(
                typed,
                fields.map(|name| {
                    let field = record.field(name);
                    Offer::new(name, field.map_or("", |it| it.doc.trim()))
                }),
            )
        }
        Expected::Resource(wanted) => {
            let entries = known
                .directory
                .look(wanted.record, wanted.of.clone(), known.patience);
            resources(&entries, wanted, typed)
        }
        Expected::File => paths::files(typed),
        Expected::Module => paths::modules(typed),
    }
}

/// The resources whose id or name begins with what was typed, by what they may be named by.
fn resources(entries: &Arc<[Entry]>, wanted: &Wanted, typed: &str) -> Vec<Offer> {
    let is_begun = |text: &str| begins_alike(text, typed);
    let matching: Vec<&Entry> = entries
        .iter()
        .filter(|it| {
            let by_name = it
                .name
                .as_deref()
                .is_some_and(|name| is_begun(&quoted(name)));
            by_name || (wanted.by != By::Name && is_begun(&quoted(&it.id)))
        })
        .collect();
    let is_only = matching.len() == 1;
    let mut named: HashMap<&str, usize> = HashMap::new();
    for name in entries.iter().filter_map(|it| it.name.as_deref()) {
        *named.entry(name).or_default() += 1;
    }
    let offer = |it: &Entry| {
        let name = it.name.as_deref().unwrap_or_default();
        let is_unique = !name.is_empty() && named.get(name) == Some(&1);
        let by_id = !typed.is_empty() && is_begun(&quoted(&it.id));
        let text = match wanted.by {
            By::Id if by_id || is_only || name.is_empty() || typed.is_empty() => &it.id,
            // What is typed can be narrowed down by the name until one is left.
            By::Id | By::Name => name,
            By::Either if is_unique && !by_id => name,
            By::Either => &it.id,
        };
        let other = if text == it.id { name } else { &it.id };
        let note = [other, it.note.as_str()]
            .into_iter()
            .filter(|it| !it.is_empty());
        Offer::new(quoted(text), note.collect::<Vec<_>>().join("  "))
    };
    let found = matching.into_iter().map(offer);
    listed(found.filter(|it| !it.text.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::source::Source;
    use crate::script::trial::Trial;

    fn complete(line: &str) -> Vec<String> {
        let trial = Arc::new(Trial::default());
        let host = trial.host();
        let mut session = Interpreter::of_session(&host);
        let declared = r"
            let m = #{first: 1, inner: #{deep: [#{last: 2}]}};
            let f = |x| x;
            fn mine(a) { a }
        ";
        assert!(session.run(&Source::of_text("<repl>", declared)).is_ok());
        let directory = Directory::new(host.session().clone(), Arc::default(), || false);
        let known = Knowledge {
            session: &session,
            directory: &directory,
            profiles: &["production".to_owned(), "sim".to_owned()],
            patience: Duration::ZERO,
        };
        let (_, found) = offers(line, "", &known);
        found.into_iter().map(|it| it.text).collect()
    }

    #[test]
    fn functions_variables_and_commands_complete_by_their_beginning() {
        assert_eq!(
            complete("clo"),
            ["cloud", "cloud_stats", "cloud_subscription", "clouds"]
        );
        assert_eq!(complete("let x = mi"), ["mine"]);
        assert_eq!(complete("impo"), ["import"]);
        assert_eq!(complete(":sa"), ["save"]);
        assert_eq!(
            complete("?Clo"),
            ["Cloud", "CloudFields", "CloudStats", "CloudVlan"]
        );
        assert_eq!(complete("// clo"), Vec::<String>::new());
    }

    #[test]
    fn what_a_command_takes_completes() {
        assert_eq!(complete(":profile pro"), ["production"]);
        assert_eq!(complete(":allow read, dis"), ["disrupt"]);
        assert_eq!(complete(":sim adv"), ["advance"]);
        assert_eq!(complete(":faults no"), ["none"]);
        assert_eq!(complete(":time clouds().gro"), ["group_by"]);
        assert_eq!(complete(":quit clo"), Vec::<String>::new());
    }

    #[test]
    fn members_complete_by_the_type_of_what_stands_before_the_dot() {
        for (line, expected) in [
            ("cloud(\"x\").nodes()[0].reb", vec!["reboot"]),
            ("clouds().gro", vec!["group_by"]),
            ("cloud(\"x\").reb", vec![]),
            ("clouds().filter(|c| c.subs", vec!["subscription"]),
            ("for n in cloud(\"a)\").nodes() { n.reb", vec!["reboot"]),
            ("let c = cloud(\"x\"); if c.cloud_t", vec!["cloud_type"]),
            ("\"a.b\".to_up", vec!["to_upper"]),
            (":type cloud(\"x\").nodes()[0].reb", vec!["reboot"]),
        ] {
            assert_eq!(complete(line), expected, "{line}");
        }
    }

    #[test]
    fn the_keys_of_maps_that_are_there_complete() {
        assert_eq!(complete("m.fir"), ["first"]);
        assert_eq!(complete("m.inner.deep[0].la"), ["last"]);
        // Within the closure it is another.
        assert_eq!(complete("clouds().map(|m| m.fir"), Vec::<String>::new());
    }

    #[test]
    fn texts_complete_by_what_their_place_takes() {
        assert_eq!(
            complete("wait_for(cloud(\"x\").nodes()[0], \"power o"),
            ["power off\"", "power on\""]
        );
        assert_eq!(complete("order(#{lab"), ["label: "]);
        assert_eq!(complete("sleep("), complete(""));
        assert_eq!(
            complete("clouds().sort_by(\"label\", "),
            ["\"asc\"", "\"desc\""]
        );
        assert_eq!(complete("import \"rol"), ["rolling\""]);
        assert_eq!(complete("print(\"clo"), Vec::<String>::new());
    }

    fn entries(of: &[(&str, &str)]) -> Arc<[Entry]> {
        let entry = |(id, name): &(&str, &str)| Entry {
            id: (*id).to_owned(),
            name: (!name.is_empty()).then(|| (*name).to_owned()),
            note: String::new(),
        };
        of.iter().map(entry).collect()
    }

    #[test]
    fn resources_complete_by_what_they_may_be_named_by() {
        let entries = entries(&[
            ("q1", "Web \"1\""),
            ("q2", "Web 2"),
            ("q3", "twice"),
            ("q4", "twice"),
            ("q5", ""),
        ]);
        let named = |by: By, typed: &str| {
            let wanted = Wanted {
                record: "Cloud",
                by,
                of: None,
            };
            let found = resources(&entries, &wanted, typed).into_iter();
            found.map(|it| it.text).collect::<Vec<_>>()
        };
        assert_eq!(named(By::Either, "web"), ["Web 2", "Web \\\"1\\\""]);
        assert_eq!(named(By::Either, "tw"), ["q3", "q4"]);
        assert_eq!(named(By::Either, "q5"), ["q5"]);
        assert_eq!(named(By::Id, "Web 2"), ["q2"]);
        assert_eq!(named(By::Id, "Web"), ["Web 2", "Web \\\"1\\\""]);
        assert_eq!(named(By::Id, ""), ["q1", "q2", "q3", "q4", "q5"]);
        assert_eq!(named(By::Name, "q"), Vec::<String>::new());
    }
}
