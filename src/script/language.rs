//! The language's own functions: their names, what they take and what they come to.

use std::sync::LazyLock;

/// A function of the language, or a property of its values.
#[derive(Debug)]
pub struct Native {
    /// Its name.
    pub name: &'static str,
    /// What it takes and comes to, one way after another: `list function -> list`. A property that is
    /// no function has none.
    pub ways: Vec<&'static str>,
    /// What it does, in a line; nothing of a property, which is the function without its brackets.
    pub doc: &'static str,
}

impl Native {
    /// Whether it does nothing but change what it is called on, of one type at least: what the language
    /// has comes to something otherwise.
    #[must_use]
    pub fn is_in_place(&self) -> bool {
        let is_other = matches!(self.name, "for_each" | "sleep");
        !is_other && self.ways.iter().any(|way| way.ends_with("-> ()"))
    }

    /// Whether it is called on a value of this type, or as a function with one first.
    #[must_use]
    pub fn is_of(&self, kind: &str) -> bool {
        let word = if kind == "character" { "char" } else { kind };
        let mut firsts = self.ways.iter().filter_map(|way| way.split(' ').next());
        firsts.any(|first| first == word)
    }
}

/// The types that the language's own functions are of, as scripts and messages name them.
pub const TYPES: &[&str] = &[
    "text",
    "list",
    "map",
    "int",
    "float",
    "character",
    "function",
    "range",
    "blob",
];

/// The words that the language is written with.
pub const KEYWORDS: &[&str] = &[
    "as", "break", "catch", "const", "continue", "do", "else", "export", "false", "fn", "for",
    "if", "import", "in", "let", "loop", "private", "return", "switch", "this", "throw", "true",
    "try", "until", "while",
];

/// What Rhai brings, operators left out: a line each, with what a function does after
/// `#`; properties have a dot before them.
static LINES: &str = include_str!("language.txt");

/// The functions Rhai brings, in order.
pub static LANGUAGE: LazyLock<Vec<Native>> =
    LazyLock::new(|| read(LINES.lines().filter(|line| !line.starts_with('.'))));

/// What the language's own values have as properties, in order.
pub static PROPERTIES: LazyLock<Vec<Native>> =
    LazyLock::new(|| read(LINES.lines().filter_map(|line| line.strip_prefix('.'))));

fn read(lines: impl Iterator<Item = &'static str>) -> Vec<Native> {
    lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, rest)| (name, rest.split_once(" # ").unwrap_or((rest, ""))))
        .map(|(name, (ways, doc))| Native {
            name,
            doc,
            ways: ways
                .split('|')
                .map(str::trim)
                .filter(|way| !way.is_empty())
                .collect(),
        })
        .collect()
}

/// The type of the language that is called so, by scripts, messages or signatures.
#[must_use]
pub fn type_called(name: &str) -> Option<&'static str> {
    let name = match name {
        "string" => "text",
        "array" => "list",
        "char" => "character",
        name => name,
    };
    TYPES.iter().copied().find(|known| *known == name)
}

/// The function of the language of this name.
#[must_use]
pub fn function(name: &str) -> Option<&'static Native> {
    find(&LANGUAGE, name)
}

/// The property of this name that some of the language's own values have.
#[must_use]
pub fn property(name: &str) -> Option<&'static Native> {
    find(&PROPERTIES, name)
}

fn find(list: &'static [Native], name: &str) -> Option<&'static Native> {
    let place = list.binary_search_by(|native| native.name.cmp(name)).ok()?;
    list.get(place)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// A type as this list names it; ranges and the like are only ever made and handed on.
    fn short(text: &str) -> &'static str {
        let text = text.trim().trim_start_matches("&mut ").trim();
        match text {
            "INT" => "int",
            "FLOAT" | "f64" => "float",
            "bool" => "bool",
            "char" => "char",
            "ImmutableString" | "&str" | "String" => "text",
            "Array" => "list",
            "Blob" => "blob",
            "Map" => "map",
            "FnPtr" => "function",
            "()" => "()",
            _ if text.contains("Range") => "range",
            _ => "any",
        }
    }

    fn result(text: &str) -> &'static str {
        let inner = text.trim().strip_prefix("RhaiResultOf<");
        let inner = inner.and_then(|it| it.strip_suffix('>'));
        match short(inner.unwrap_or(text)) {
            "range" => "any",
            known => known,
        }
    }

    /// The ways of every function that the engine brings, by name.
    fn brought() -> BTreeMap<String, BTreeSet<String>> {
        let mut engine = rhai::Engine::new_raw();
        crate::script::engine::packages(&mut engine);
        let all = engine.collect_fn_metadata(
            None,
            |it| {
                let metadata = it.metadata;
                let mut way: Vec<&str> = metadata
                    .params_info
                    .iter()
                    .map(|param| short(param.split_once(':').map_or("any", |(_, kind)| kind)))
                    .collect();
                // The functions of a macro say nothing of what they take.
                way.resize(metadata.num_params, "any");
                way.push("->");
                way.push(result(&metadata.return_type));
                // There is only one kind of float.
                let is_other = metadata
                    .params_info
                    .iter()
                    .any(|param| param.contains("f32"));
                (!is_other).then(|| (metadata.name.to_string(), way.join(" ")))
            },
            true,
        );
        let mut brought: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (name, way) in all {
            brought.entry(name).or_default().insert(way);
        }
        // Brought by the metadata that only tests have.
        brought.remove("get_fn_metadata_list");
        brought
    }

    fn listed(list: &[Native]) -> BTreeMap<String, BTreeSet<String>> {
        list.iter()
            .filter(|native| !native.ways.is_empty())
            .map(|native| {
                let ways = native.ways.iter().map(|way| (*way).to_owned());
                (native.name.to_owned(), ways.collect())
            })
            .collect()
    }

    #[test]
    fn the_list_is_what_the_engine_brings() {
        let mut functions = brought();
        functions.retain(|name, _| name.starts_with(char::is_alphabetic) && !name.contains('$'));
        assert_eq!(listed(&LANGUAGE), functions);
        assert!(LANGUAGE.iter().all(|native| !native.doc.is_empty()));
        assert!(LANGUAGE.is_sorted_by_key(|native| native.name));
        assert!(PROPERTIES.is_sorted_by_key(|native| native.name));
    }

    #[test]
    fn the_properties_are_what_the_engine_brings() {
        let properties: BTreeMap<String, BTreeSet<String>> = brought()
            .into_iter()
            .filter_map(|(name, ways)| Some((name.strip_prefix("get$")?.to_owned(), ways)))
            .collect();
        assert_eq!(listed(&PROPERTIES), properties);
        for property in PROPERTIES.iter() {
            assert!(function(property.name).is_some(), "{}", property.name);
        }
    }
}
