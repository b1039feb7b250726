use super::*;

#[track_caller]
fn wrong(line: &str, shown: &str) {
    let complaints = Header::parse("a.rhai", line).unwrap_err();
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    assert_eq!(complaints[0].to_string().trim_end(), shown.trim());
}

#[test]
fn an_unknown_type_is_pointed_at() {
    wrong(
        "//! doc\n//! @param ü: strng  x",
        "error: \"ü\" is no name for a parameter
  --> a.rhai:2:12
   |
 2 | //! @param ü: strng  x
   |            ^
  help: a name is a letter and then letters, digits and `_`",
    );
    wrong(
        "  //! @param a: strng? x",
        "error: `strng` is no type of parameter
  --> a.rhai:1:17
   |
 1 |   //! @param a: strng? x
   |                 ^^^^^^
  help: did you mean `string`?",
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn every_mistake_in_a_declaration_is_named() {
    for (line, message, hint) in [
        ("@param", "the name is missing", "write `@param NAME: TYPE`"),
        ("@param a-b: int", "\"a-b\" is no name", "such as `a_b`"),
        (
            "@param for: int",
            "`for` is a reserved word",
            "another name",
        ),
        (
            "@param default: int",
            "`default` is a reserved word",
            "`args.default` would not parse",
        ),
        ("@param help: int", "`help` is the option", "another name"),
        (
            "@param tag: string",
            "`tag` is a property that every value",
            "another name",
        ),
        (
            "@param a int",
            "the type of `a` is missing",
            "write `@param a: TYPE`",
        ),
        (
            "@param a:",
            "the type of `a` is missing",
            "the types are string, int",
        ),
        ("@param a?: int", "the `?` of `a`", "after the type"),
        (
            "@param a: integer",
            "`integer` is no type",
            "did you mean `int`?",
        ),
        ("@param a: map", "`map` is no type", "the types are"),
        (
            "@param a: int = \"1\"",
            "is \"1\", and must be a whole number",
            "its type is `int`",
        ),
        (
            "@param a: int = 1.5 x",
            "is 1.5, and must be a whole number",
            "its type is `int`",
        ),
        (
            "@param a: int = 99999999999999999999",
            "must be a whole number",
            "its type",
        ),
        ("@param a: string = x", "is not a value: x", "in quotes"),
        ("@param a: string = \"x", "is not a value: \"x", "in quotes"),
        (
            "@param a: string =",
            "the default of `a` is missing",
            "in quotes",
        ),
        (
            "@param a: duration = 2m",
            "is not a value: 2m",
            "durations in quotes",
        ),
        (
            "@param a: duration = 2",
            "is 2, and must be a duration",
            "its type is `duration`",
        ),
        (
            "@param a: int = null",
            "is null, and must be",
            "write `int?`",
        ),
        (
            "@param a: int? = 1",
            "has a `?` and a default",
            "remove one",
        ),
        ("@param a: int?x", "without a space", "put a space"),
        ("@param a: string=\"x\"y", "without a space", "put a space"),
        ("@param a: int=1x", "is not a value: 1x", "numbers"),
        (
            "@param a: choice",
            "has no words",
            "choice(\"one\", \"other\")",
        ),
        (
            "@param a: choice()",
            "has no words",
            "choice(\"one\", \"other\")",
        ),
        (
            "@param a: choice(x)",
            "not in quotes",
            "choice(\"one\", \"other\")",
        ),
        (
            "@param a: choice(\"x\"",
            "has no `)`",
            "choice(\"one\", \"other\")",
        ),
        (
            "@param a: choice(\"x\", \"x\")",
            "stands twice",
            "remove one",
        ),
        (
            "@param a: choice(\"x\", \"y\") = \"z\"",
            "must be one of \"x\", \"y\"",
            "its type",
        ),
        ("@parm a: int", "no tag `@parm`", "did you mean `@param`?"),
        ("@author me", "no tag `@author`", "the tags are"),
        ("@rest", "the name is missing", "write `@rest NAME`"),
        (
            "@rest a: list",
            "follows the name of the rest",
            "always a list",
        ),
    ] {
        let complaints = Header::parse("a.rhai", &format!("//! {line}")).unwrap_err();
        let [complaint] = complaints.as_slice() else {
            panic!("{line}: {complaints:?}");
        };
        assert!(complaint.message.contains(message), "{line}: {complaint}");
        let given = complaint.hint.as_deref().unwrap();
        assert!(given.contains(hint), "{line}: {complaint}");
    }
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let source = "//! @param a: nope\n//! @param b: int = x\n//! @param c: int\n//! @param c: int\n\
                  //! @param d: bool\n//! @param no_d: int\n//! @rest r\n//! @rest s\n";
    let complaints = Header::parse("a.rhai", source).unwrap_err();
    let lines: Vec<usize> = complaints
        .iter()
        .map(|complaint| complaint.place.as_ref().unwrap().line)
        .collect();
    assert_eq!(lines, [1, 2, 4, 6, 8]);
}
