//! Functions and methods of other languages, and what is written instead.

use super::foreign;

/// A name, in small letters without `_`; the types that other languages have it on, as the functions
/// of the language name them; what is written instead.
type Row = (
    &'static [&'static str],
    &'static [&'static str],
    &'static str,
);

const IN_MAPS: &str = "go over its keys: for key in map.keys() { let value = map[key]; … }";
/// What repeats a text.
pub const REPEATED: &str = "pad a text with it, let line = \"\"; line.pad(10, '-'); or make a number of it, text.parse_int()";

/// What puts values into a text.
pub const FILLED: &str = "put values into a text between backquotes: `x: ${value}`";

/// What adds an item to a list.
pub const PUSHED: &str = "write .push(x) to add an item; append adds the items of another list";

/// What to do about a method of what comes to nothing.
pub const IN_PLACE: &str = "methods that change a value in place, as sort, trim and push do, come to nothing: call them on a line by themselves";

/// What counts characters.
pub const COUNTED: &str = "text.len() counts characters; text.to_chars() is a list of them";

/// Methods, and properties, that other languages have.
const METHODS: &[Row] = &[
    (
        &["length", "size"],
        &["text", "list", "map"],
        "write .len()",
    ),
    (
        &["count"],
        &["text", "list", "map"],
        "write .len(); of some items, .filter(|x| …).len()",
    ),
    (
        &["upper", "uppercase", "upcase", "touppercase"],
        &["text"],
        "write .to_upper()",
    ),
    (
        &["lower", "lowercase", "downcase", "tolowercase"],
        &["text"],
        "write .to_lower()",
    ),
    (
        &["strip", "lstrip", "rstrip", "chomp", "trimstart", "trimend"],
        &["text"],
        "write text.trim(); on a line by itself: it changes the text in place",
    ),
    (
        &["rjust", "zfill", "padstart", "lpad"],
        &["text"],
        "write .pad_left(10), or .pad_left(10, \"0\")",
    ),
    (
        &["ljust", "center", "padend", "padright", "rpad"],
        &["text"],
        "write text.pad(10, ' '); on a line by itself: it fills the text up in place",
    ),
    (&["repeat"], &["text"], REPEATED),
    (
        &[
            "includes",
            "include",
            "has",
            "haskey",
            "containskey",
            "hasownproperty",
            "member",
        ],
        &["text", "list", "map"],
        "write .contains(…), or … in it",
    ),
    (
        &["delete", "del", "unset", "erase", "pop", "deletekey"],
        &["map"],
        "write map.remove(\"key\")",
    ),
    (
        &["delete", "erase", "removeat"],
        &["list"],
        "write list.remove(0), by the number of the item",
    ),
    (
        &["each", "foreach"],
        &["list", "text"],
        "write for x in list { … }",
    ),
    (
        &[
            "each",
            "foreach",
            "items",
            "entries",
            "iteritems",
            "eachpair",
            "pairs",
        ],
        &["map"],
        IN_MAPS,
    ),
    (
        &["select", "grep", "findall", "where"],
        &["list"],
        "write .filter(|x| …)",
    ),
    (&["reject"], &["list"], "write .filter(|x| !(…))"),
    (&["collect", "transform"], &["list"], "write .map(|x| …)"),
    (&["detect", "findfirst"], &["list"], "write .find(|x| …)"),
    (
        &["inject", "fold", "foldl", "aggregate"],
        &["list"],
        "write .reduce(|all, x| all + x, 0)",
    ),
    (
        &["flatten", "flat"],
        &["list"],
        "write .reduce(|all, x| all + x, [])",
    ),
    (
        &["flatmap"],
        &["list"],
        "write .map(|x| …).reduce(|all, x| all + x, [])",
    ),
    (&["every"], &["list"], "write .all(|x| …)"),
    (&["any"], &["list"], "write .some(|x| …)"),
    (&["add", "pushback"], &["list"], "write .push(x)"),
    (&["concat"], &["list"], "write list + other"),
    (&["extend", "addall"], &["list"], "write list += other"),
    (
        &["unshift", "prepend", "pushfront"],
        &["list"],
        "write .insert(0, x)",
    ),
    (
        &["slice", "sublist", "subarray"],
        &["list"],
        "write list.extract(1..3)",
    ),
    (
        &["slice", "substr", "substring", "mid"],
        &["text"],
        "write text.sub_string(1..3)",
    ),
    (&["charat"], &["text"], "write text[0]"),
    (
        &["find", "search", "index", "position"],
        &["text"],
        "write .index_of(…)",
    ),
    (
        &["search", "index", "position"],
        &["list"],
        "write .index_of(…)",
    ),
    (&["format", "sprintf"], &["text"], FILLED),
    (
        &["toi", "toint", "tonumber", "parse"],
        &["text"],
        "write .parse_int()",
    ),
    (&["tof", "tofloat"], &["text"], "write .parse_float()"),
    (&["tos", "str", "tostr"], &["any"], "write .to_string()"),
    (&["merge", "assign"], &["map"], "write map + other"),
    (&["update"], &["map"], "write map += other"),
    (&["put", "add"], &["map"], "write map[\"key\"] = value"),
    (
        &["getordefault", "fetch", "getor"],
        &["map"],
        "write map[\"key\"] ?? other",
    ),
    (&["sorted", "tosorted"], &["list"], "write .order()"),
    (
        &["reversed", "toreversed"],
        &["list"],
        "write list.reverse(); on a line by itself: it turns the list round in place",
    ),
    (
        &["uniq", "distinct", "dedupe"],
        &["list"],
        "write .unique()",
    ),
    (
        &["sum"],
        &["list"],
        "write .sum_by(|x| x), or .sum_by(\"field\")",
    ),
    (&["max"], &["list"], "write .order().last()"),
    (&["min"], &["list"], "write .order().first()"),
    (&["head"], &["list"], "write .first()"),
    (&["lines", "splitlines"], &["text"], "write .split(\"\\n\")"),
    (
        &["replaceall"],
        &["text"],
        "write text.replace(\"a\", \"b\"); on a line by itself: it changes every part in place",
    ),
    (
        &["gsub", "sub"],
        &["text"],
        "write .replace_all(\"pattern\", \"other\")",
    ),
    (
        &["test", "ismatch"],
        &["text"],
        "write .matches(\"pattern\")",
    ),
    (
        &["join"],
        &["text"],
        "call it on the list: list.join(\", \")",
    ),
    (&["empty"], &["text", "list", "map"], "write .is_empty()"),
    (
        &["isnull", "isnil", "isnone"],
        &["any"],
        "compare with (), which is nothing: x == ()",
    ),
];

/// What is called without anything before it in other languages.
const FUNCTIONS: &[Row] = &[
    (&["str", "string"], &[], "write n.to_string()"),
    (
        &["int", "integer", "number", "atoi"],
        &[],
        "write parse_int(text), or x.to_int()",
    ),
    (
        &["float", "double"],
        &[],
        "write parse_float(text), or n.to_float()",
    ),
    (&["bool", "boolean"], &[], "compare it: text == \"true\""),
    (
        &["dict", "object", "hash"],
        &[],
        "a map is written #{name: value}",
    ),
    (&["array", "list", "vec"], &[], "a list is written [1, 2]"),
    (
        &["strlen", "sizeof", "length", "count"],
        &[],
        "write x.len()",
    ),
    (&["printf", "sprintf", "format"], &[], FILLED),
    (
        &["isinstance", "typeof", "type", "gettype"],
        &[],
        "write type_of(x)",
    ),
    (
        &["open", "filegetcontents"],
        &[],
        "write read_file(\"path\")",
    ),
    (
        &["input", "readline", "gets", "prompt"],
        &[],
        "declare a parameter in the header: //! @param name: string; confirm(…) asks yes or no",
    ),
    (
        &["system", "exec", "shell", "popen"],
        &[],
        "scripts start no other programs",
    ),
    (&["enumerate"], &[], "write for (x, i) in list { … }"),
    (&["sorted"], &[], "write list.order()"),
    (&["reversed"], &[], "write list.reverse();"),
    (&["sum"], &[], "write list.sum_by(|x| x)"),
    (&["max"], &["list"], "write list.order().last()"),
    (&["min"], &["list"], "write list.order().first()"),
    (&["range"], &[], "a range is written 0..10"),
    (
        &[
            "error",
            "exception",
            "runtimeerror",
            "valueerror",
            "panic",
            "fail",
            "die",
            "abort",
        ],
        &[],
        "write throw \"what is wrong\"",
    ),
    (
        &["wait", "delay", "settimeout"],
        &[],
        "write sleep(\"10s\")",
    ),
    (
        &["require", "include"],
        &[],
        "write import \"./file\" as name;",
    ),
    (&["curl"], &[], "write http_get(\"https://…\")"),
    (&["getenv"], &[], "write env(\"NAME\")"),
    (&["time", "date", "today", "datetime"], &[], "write now()"),
    (&["rand", "randint"], &[], "write random()"),
    (
        &["jsonencode", "dumps", "stringify"],
        &[],
        "write x.to_json()",
    ),
    (&["jsondecode", "loads"], &[], "write parse_json(text)"),
    (
        &["isset", "isnull", "defined"],
        &[],
        "compare with (), which is nothing: x == ()",
    ),
    (
        &["vardump", "printr", "inspect", "repr"],
        &[],
        "write debug(x)",
    ),
    (&["del", "delete"], &[], "write map.remove(\"key\")"),
];

fn flat(name: &str) -> String {
    name.to_lowercase().replace('_', "")
}

/// What is written instead of a method of another language, on what `fits` says the value may be.
#[must_use]
pub fn method(name: &str, fits: &dyn Fn(&str) -> bool) -> Option<String> {
    let name = flat(name);
    let mut ways: Vec<&str> = METHODS
        .iter()
        .filter(|(names, on, _)| names.contains(&name.as_str()) && on.iter().any(|it| fits(it)))
        .map(|(.., instead)| *instead)
        .collect();
    ways.dedup();
    (!ways.is_empty()).then(|| ways.join("; or "))
}

/// What is written instead of a function of another language, called with this first.
#[must_use]
pub fn function(name: &str, fits: &dyn Fn(&str) -> bool) -> Option<String> {
    let plain = flat(name);
    let own = FUNCTIONS
        .iter()
        .find(|(names, on, _)| {
            names.contains(&plain.as_str()) && (on.is_empty() || on.iter().any(|it| fits(it)))
        })
        .map(|(.., instead)| (*instead).to_owned());
    own.or_else(|| foreign(name).map(str::to_owned))
        .or_else(|| method(name, fits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_flat_and_stand_once_for_a_type() {
        for table in [METHODS, FUNCTIONS] {
            let mut seen = Vec::new();
            for (names, on, instead) in table {
                for name in *names {
                    assert_eq!(*name, flat(name));
                    let on = if on.is_empty() { &["any"] } else { *on };
                    for on in on {
                        assert!(!seen.contains(&(*name, *on)), "{name} {on}");
                        seen.push((name, on));
                    }
                }
                assert!(!instead.is_empty());
            }
        }
    }

    #[test]
    fn the_type_decides_what_is_written_instead() {
        let on = |wanted: &'static str| move |it: &str| it == wanted;
        let list = method("slice", &on("list")).unwrap();
        assert_eq!(list, "write list.extract(1..3)");
        let text = method("slice", &on("text")).unwrap();
        assert_eq!(text, "write text.sub_string(1..3)");
        assert_eq!(
            method("slice", &|_| true).unwrap(),
            format!("{list}; or {text}")
        );
        assert_eq!(method("isNull", &on("any")), method("is_null", &on("any")));
        assert_eq!(method("slice", &on("int")), None);
        assert_eq!(function("puts", &|_| true).unwrap(), "write print(…)");
    }
}
