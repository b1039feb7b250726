//! The language's own functions: their names, what they take and what they come to.

/// A function of the language.
#[derive(Debug)]
pub struct Native {
    /// Its name.
    pub name: &'static str,
    /// What it takes and comes to, one way after another: `list function -> list`. Without any it is
    /// read as a property alone.
    pub ways: &'static [&'static str],
}

const fn native(name: &'static str, ways: &'static [&'static str]) -> Native {
    Native { name, ways }
}

/// The functions Rhai brings, operators left out, in order.
pub static LANGUAGE: &[Native] = &[
    native("E", &["-> float"]),
    native("PI", &["-> float"]),
    native("abs", &["float -> float", "int -> int"]),
    native("acos", &["float -> float"]),
    native("acosh", &["float -> float"]),
    native("all", &["list function -> bool", "list text -> bool"]),
    native(
        "append",
        &[
            "blob blob -> ()",
            "blob char -> ()",
            "blob int -> ()",
            "blob text -> ()",
            "list list -> ()",
            "text any -> ()",
            "text blob -> ()",
        ],
    ),
    native("as_string", &["blob -> text"]),
    native("asin", &["float -> float"]),
    native("asinh", &["float -> float"]),
    native("atan", &["float -> float", "float float -> float"]),
    native("atanh", &["float -> float"]),
    native(
        "bits",
        &[
            "int -> any",
            "int int -> any",
            "int int int -> any",
            "int range -> any",
        ],
    ),
    native("blob", &["-> blob", "int -> blob", "int int -> blob"]),
    native("bytes", &["text -> int"]),
    native("ceiling", &["float -> float"]),
    native(
        "chars",
        &[
            "text -> any",
            "text int -> any",
            "text int int -> any",
            "text range -> any",
        ],
    ),
    native("chop", &["blob int -> ()", "list int -> ()"]),
    native(
        "clear",
        &["blob -> ()", "list -> ()", "map -> ()", "text -> ()"],
    ),
    native(
        "contains",
        &[
            "blob int -> bool",
            "list any -> bool",
            "map text -> bool",
            "range int -> bool",
            "text char -> bool",
            "text text -> bool",
        ],
    ),
    native("cos", &["float -> float"]),
    native("cosh", &["float -> float"]),
    native(
        "crop",
        &["text int -> ()", "text int int -> ()", "text range -> ()"],
    ),
    native(
        "debug",
        &[
            "() -> text",
            "-> text",
            "any -> text",
            "bool -> text",
            "char -> text",
            "float -> text",
            "function -> text",
            "list -> text",
            "map -> text",
            "text -> text",
        ],
    ),
    native(
        "dedup",
        &["list -> ()", "list function -> ()", "list text -> ()"],
    ),
    native(
        "drain",
        &[
            "blob int int -> blob",
            "blob range -> blob",
            "list function -> list",
            "list int int -> list",
            "list range -> list",
            "list text -> list",
            "map function -> map",
        ],
    ),
    native("end", &["range -> int"]),
    native("ends_with", &["text char -> bool", "text text -> bool"]),
    native("exit", &["-> any", "any -> any"]),
    native("exp", &["float -> float"]),
    native(
        "extract",
        &[
            "blob int -> blob",
            "blob int int -> blob",
            "blob range -> blob",
            "list int -> list",
            "list int int -> list",
            "list range -> list",
        ],
    ),
    native("fill_with", &["map map -> ()"]),
    native(
        "filter",
        &[
            "list function -> list",
            "list text -> list",
            "map function -> map",
        ],
    ),
    native(
        "find",
        &["list function -> any", "list function int -> any"],
    ),
    native(
        "find_map",
        &["list function -> any", "list function int -> any"],
    ),
    native("floor", &["float -> float"]),
    native("for_each", &["list function -> ()"]),
    native("fraction", &["float -> float"]),
    native(
        "get",
        &[
            "blob int -> int",
            "list int -> any",
            "map text -> any",
            "text int -> any",
        ],
    ),
    native("get_bit", &["int int -> bool"]),
    native("get_bits", &["int int int -> int", "int range -> int"]),
    native("hypot", &["float float -> float"]),
    native(
        "index_of",
        &[
            "list any -> int",
            "list any int -> int",
            "list function -> int",
            "list function int -> int",
            "list text -> int",
            "list text int -> int",
            "text char -> int",
            "text char int -> int",
            "text text -> int",
            "text text int -> int",
        ],
    ),
    native("insert", &["blob int int -> ()", "list int any -> ()"]),
    native("int", &["float -> float"]),
    native("is_anonymous", &["function -> bool"]),
    native(
        "is_empty",
        &[
            "blob -> bool",
            "list -> bool",
            "map -> bool",
            "range -> bool",
            "text -> bool",
        ],
    ),
    native("is_even", &["int -> bool"]),
    native("is_exclusive", &["range -> bool"]),
    native("is_finite", &["float -> bool"]),
    native("is_inclusive", &["range -> bool"]),
    native("is_infinite", &["float -> bool"]),
    native("is_nan", &["float -> bool"]),
    native("is_odd", &["int -> bool"]),
    native("is_zero", &["float -> bool", "int -> bool"]),
    native("keys", &["map -> list"]),
    native(
        "len",
        &["blob -> int", "list -> int", "map -> int", "text -> int"],
    ),
    native("ln", &["float -> float"]),
    native("log", &["float -> float", "float float -> float"]),
    native("make_lower", &["char -> ()", "text -> ()"]),
    native("make_upper", &["char -> ()", "text -> ()"]),
    native(
        "map",
        &[
            "list function -> list",
            "list text -> list",
            "map function -> map",
        ],
    ),
    native(
        "max",
        &[
            "char char -> char",
            "float float -> float",
            "float int -> float",
            "int float -> float",
            "int int -> int",
            "text text -> text",
        ],
    ),
    native(
        "min",
        &[
            "char char -> char",
            "float float -> float",
            "float int -> float",
            "int float -> float",
            "int int -> int",
            "text text -> text",
        ],
    ),
    native("mixin", &["map map -> ()"]),
    native("name", &["function -> text"]),
    native("order", &["list -> list", "list function -> list"]),
    native("order_by", &["list function -> list"]),
    native("order_desc", &["list -> list"]),
    native(
        "pad",
        &[
            "blob int int -> ()",
            "list int any -> ()",
            "text int char -> ()",
            "text int text -> ()",
        ],
    ),
    native(
        "parse_be_float",
        &["blob int int -> float", "blob range -> float"],
    ),
    native(
        "parse_be_int",
        &["blob int int -> int", "blob range -> int"],
    ),
    native("parse_float", &["text -> float"]),
    native("parse_int", &["text -> int", "text int -> int"]),
    native("parse_json", &["text -> any"]),
    native(
        "parse_le_float",
        &["blob int int -> float", "blob range -> float"],
    ),
    native(
        "parse_le_int",
        &["blob int int -> int", "blob range -> int"],
    ),
    native(
        "pop",
        &[
            "blob -> int",
            "list -> any",
            "text -> any",
            "text int -> text",
        ],
    ),
    native(
        "print",
        &[
            "() -> text",
            "-> text",
            "any -> text",
            "bool -> text",
            "char -> text",
            "float -> text",
            "list -> text",
            "map -> text",
            "text -> text",
        ],
    ),
    native("push", &["blob int -> ()", "list any -> ()"]),
    native(
        "range",
        &[
            "float float float -> any",
            "int int -> any",
            "int int int -> any",
            "range float -> any",
            "range int -> any",
        ],
    ),
    native(
        "reduce",
        &[
            "list function -> any",
            "list function any -> any",
            "list text -> any",
            "list text any -> any",
        ],
    ),
    native(
        "reduce_rev",
        &[
            "list function -> any",
            "list function any -> any",
            "list text -> any",
            "list text any -> any",
        ],
    ),
    native(
        "remove",
        &[
            "blob int -> int",
            "list int -> any",
            "map text -> any",
            "text char -> ()",
            "text text -> ()",
        ],
    ),
    native(
        "replace",
        &[
            "text char char -> ()",
            "text char text -> ()",
            "text text char -> ()",
            "text text text -> ()",
        ],
    ),
    native(
        "retain",
        &[
            "blob int int -> blob",
            "blob range -> blob",
            "list function -> list",
            "list int int -> list",
            "list range -> list",
            "list text -> list",
            "map function -> map",
        ],
    ),
    native("reverse", &["blob -> ()", "list -> ()"]),
    native("round", &["float -> float"]),
    native(
        "set",
        &[
            "blob int int -> ()",
            "list int any -> ()",
            "map text any -> ()",
            "text int char -> ()",
        ],
    ),
    native("set_bit", &["int int bool -> ()"]),
    native(
        "set_bits",
        &["int int int int -> ()", "int range int -> ()"],
    ),
    native("set_tag", &["any int -> ()"]),
    native("shift", &["blob -> int", "list -> any"]),
    native("sign", &["float -> int", "int -> int"]),
    native("sin", &["float -> float"]),
    native("sinh", &["float -> float"]),
    native("sleep", &["float -> ()", "int -> ()"]),
    native("some", &["list function -> bool", "list text -> bool"]),
    native(
        "sort",
        &["list -> ()", "list function -> ()", "list text -> ()"],
    ),
    native("sort_by", &["list function -> ()"]),
    native("sort_desc", &["list -> ()"]),
    native(
        "splice",
        &[
            "blob int int blob -> ()",
            "blob range blob -> ()",
            "list int int list -> ()",
            "list range list -> ()",
        ],
    ),
    native(
        "split",
        &[
            "blob int -> blob",
            "list int -> list",
            "text -> list",
            "text char -> list",
            "text char int -> list",
            "text int -> list",
            "text text -> list",
            "text text int -> list",
        ],
    ),
    native(
        "split_rev",
        &[
            "text char -> list",
            "text char int -> list",
            "text text -> list",
            "text text int -> list",
        ],
    ),
    native("sqrt", &["float -> float"]),
    native("start", &["range -> int"]),
    native("starts_with", &["text char -> bool", "text text -> bool"]),
    native(
        "sub_string",
        &[
            "text int -> text",
            "text int int -> text",
            "text range -> text",
        ],
    ),
    native("tag", &["any -> int"]),
    native("take", &["any -> any"]),
    native("tan", &["float -> float"]),
    native("tanh", &["float -> float"]),
    native("to_array", &["blob -> list"]),
    native("to_binary", &["int -> text"]),
    native("to_blob", &["text -> blob"]),
    native("to_chars", &["text -> list"]),
    native(
        "to_debug",
        &[
            "() -> text",
            "any -> text",
            "bool -> text",
            "char -> text",
            "float -> text",
            "function -> text",
            "list -> text",
            "map -> text",
            "text -> text",
        ],
    ),
    native("to_degrees", &["float -> float"]),
    native("to_float", &["any -> any"]),
    native("to_hex", &["int -> text"]),
    native("to_int", &["any -> any", "char -> int", "float -> int"]),
    native("to_json", &["map -> text"]),
    native("to_lower", &["char -> char", "text -> text"]),
    native("to_octal", &["int -> text"]),
    native("to_radians", &["float -> float"]),
    native(
        "to_string",
        &[
            "() -> text",
            "any -> text",
            "bool -> text",
            "char -> text",
            "float -> text",
            "list -> text",
            "map -> text",
            "text -> text",
        ],
    ),
    native("to_upper", &["char -> char", "text -> text"]),
    native("trim", &["text -> ()"]),
    native(
        "truncate",
        &["blob int -> ()", "list int -> ()", "text int -> ()"],
    ),
    native("values", &["map -> list"]),
    native(
        "write_ascii",
        &["blob int int text -> ()", "blob range text -> ()"],
    ),
    native(
        "write_be",
        &[
            "blob int int float -> ()",
            "blob int int int -> ()",
            "blob range float -> ()",
            "blob range int -> ()",
        ],
    ),
    native(
        "write_le",
        &[
            "blob int int float -> ()",
            "blob int int int -> ()",
            "blob range float -> ()",
            "blob range int -> ()",
        ],
    ),
    native("zip", &["list list function -> list"]),
];

/// What the language's own values have as properties, in order.
pub static PROPERTIES: &[Native] = &[
    native("bits", &["int -> any"]),
    native("bytes", &["text -> int"]),
    native("ceiling", &["float -> float"]),
    native("chars", &["text -> any"]),
    native("end", &["range -> int"]),
    native("floor", &["float -> float"]),
    native("fraction", &["float -> float"]),
    native("int", &["float -> float"]),
    native("is_anonymous", &["function -> bool"]),
    native(
        "is_empty",
        &[
            "blob -> bool",
            "list -> bool",
            "range -> bool",
            "text -> bool",
        ],
    ),
    native("is_even", &["int -> bool"]),
    native("is_exclusive", &["range -> bool"]),
    native("is_finite", &["float -> bool"]),
    native("is_inclusive", &["range -> bool"]),
    native("is_infinite", &["float -> bool"]),
    native("is_nan", &["float -> bool"]),
    native("is_odd", &["int -> bool"]),
    native("is_zero", &["float -> bool", "int -> bool"]),
    native("len", &["blob -> int", "list -> int", "text -> int"]),
    native("name", &["function -> text"]),
    native("round", &["float -> float"]),
    native("start", &["range -> int"]),
    native("tag", &["any -> int"]),
];

/// The function of the language of this name.
#[must_use]
pub fn function(name: &str) -> Option<&'static Native> {
    find(LANGUAGE, name)
}

/// The property of this name that some of the language's own values have.
#[must_use]
pub fn property(name: &str) -> Option<&'static Native> {
    find(PROPERTIES, name)
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
        assert_eq!(listed(LANGUAGE), functions);
        assert!(LANGUAGE.is_sorted_by_key(|native| native.name));
    }

    #[test]
    fn the_properties_are_what_the_engine_brings() {
        let properties: BTreeMap<String, BTreeSet<String>> = brought()
            .into_iter()
            .filter_map(|(name, ways)| Some((name.strip_prefix("get$")?.to_owned(), ways)))
            .collect();
        assert_eq!(listed(PROPERTIES), properties);
        for property in PROPERTIES {
            assert!(function(property.name).is_some(), "{}", property.name);
        }
    }
}
