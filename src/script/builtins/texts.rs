//! Texts: formats of data, patterns and templates.

use super::{Builtin, function, method};

pub(super) const TEXTS: &[Builtin] = &[
    function(
        "parse_json",
        "parse_json(text: string) -> value",
        "Reads JSON. What is wrong in it is said with line and column.",
        r#"parse_json("{\"a\": [1, 2]}").a[1]"#,
    ),
    function(
        "parse_yaml",
        "parse_yaml(text: string) -> value",
        "Reads YAML of one document.",
        r#"parse_yaml("nodes:\n  - a\n  - b").nodes.len()"#,
    ),
    function(
        "parse_toml",
        "parse_toml(text: string) -> map",
        "Reads TOML. Dates with a zone are instants.",
        r#"parse_toml("[limits]\nnodes = 3").limits.nodes"#,
    ),
    function(
        "parse_csv",
        "parse_csv(text: string, #{delimiter, headers}?) -> [map]",
        "Reads CSV: a map for each line, by the names in the first. All values are texts; with headers: false each line is a list.",
        r#"parse_csv("name;rack\na;1", #{delimiter: ";"})[0].rack"#,
    ),
    function(
        "read_json",
        "read_json(path: string) -> value",
        "Reads a file of JSON. What is wrong in it is said with file, line and column.",
        r#"read_json("inventory.json").nodes"#,
    )
    .needs("fs:."),
    function(
        "read_yaml",
        "read_yaml(path: string) -> value",
        "Reads a file of YAML.",
        r#"read_yaml("inventory.yaml").nodes"#,
    )
    .needs("fs:."),
    function(
        "read_toml",
        "read_toml(path: string) -> map",
        "Reads a file of TOML.",
        r#"read_toml("inventory.toml").nodes"#,
    )
    .needs("fs:."),
    function(
        "read_csv",
        "read_csv(path: string, #{delimiter, headers}?) -> [map]",
        "Reads a file of CSV, as parse_csv does a text.",
        r#"read_csv("inventory.csv").pluck("name")"#,
    )
    .needs("fs:."),
    method(
        "any",
        "to_yaml",
        "to_yaml(value) -> string",
        "A value as YAML; secrets stay hidden.",
        r"#{a: [1, 2]}.to_yaml()",
    ),
    method(
        "any",
        "to_toml",
        "to_toml(map) -> string",
        "A map as TOML, which has no word for ().",
        r"#{limits: #{nodes: 3}}.to_toml()",
    ),
    method(
        "list",
        "to_csv",
        "to_csv(list, columns?: [string]) -> string",
        "A list of maps or resources as CSV; `columns` chooses and orders them.",
        r#"clouds().to_csv(["id", "label"])"#,
    ),
    method(
        "string",
        "matches",
        "matches(text, pattern: string) -> bool",
        "Whether a regular expression fits some part of a text; `^` and `$` are its ends.",
        r#""great-wombat".matches(`^great-\w+$`)"#,
    ),
    method(
        "string",
        "find_all",
        "find_all(text, pattern: string) -> [string]",
        "All parts of a text that a regular expression fits.",
        r#""10.0.0.1 and 10.0.0.2".find_all(`\d+\.\d+\.\d+\.\d+`).len() == 2"#,
    ),
    method(
        "string",
        "captures",
        "captures(text, pattern: string) -> map | ()",
        "The groups of the first fit, by number and by name; \"0\" is all of it. () where nothing fits.",
        r#""rack-12".captures(`(?<kind>\w+)-(\d+)`).kind == "rack""#,
    ),
    method(
        "string",
        "replace_all",
        "replace_all(text, pattern: string, with: string) -> string",
        "A text with every part that a regular expression fits replaced; `$1` and `${name}` stand for groups. The text itself stays as it is.",
        r#""a-b-c".replace_all("-", "_")"#,
    ),
    method(
        "string",
        "pad_left",
        "pad_left(text, width: int, with?: string) -> string",
        "A text with so many spaces before it, or other characters, that it is as wide as asked; the text itself stays as it is.",
        r#""7".pad_left(3, "0") == "007""#,
    ),
    function(
        "template",
        "template(text: string, #{values}) -> string",
        "Fills the gaps of a text, {{ name }}, with values, as Jinja does, with its filters, loops and conditions. What is not among the values is an error; secrets stay hidden.",
        r#"template("{% for c in clouds %}{{ c.label }}\n{% endfor %}", #{clouds: clouds()})"#,
    ),
];
