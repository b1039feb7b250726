//! Words of other languages, and what is written instead.

/// Words of other languages that begin a statement or an expression, and what is written instead.
pub(super) const FOREIGN: &[(&str, &str)] = &[
    ("function", "a function is written fn name(a, b) { … }"),
    ("def", "a function is written fn name(a, b) { … }"),
    ("func", "a function is written fn name(a, b) { … }"),
    ("fun", "a function is written fn name(a, b) { … }"),
    ("sub", "a function is written fn name(a, b) { … }"),
    ("lambda", "a closure is written |x| …"),
    (
        "class",
        "there are no classes: keep values in a map, #{name: value}",
    ),
    (
        "struct",
        "there are no types of your own: keep values in a map, #{name: value}",
    ),
    ("foreach", "write for item in list { … }"),
    ("until", "write while !(…) { … }"),
    (
        "then",
        "what belongs together stands between { and }: if a > b { … }",
    ),
    ("del", "write map.remove(\"key\")"),
    ("delete", "write map.remove(\"key\")"),
    ("include", "write import \"./file\" as name;"),
    ("require", "write import \"./file\" as name;"),
    ("elif", "write else if"),
    ("elsif", "write else if"),
    ("elseif", "write else if"),
    ("unless", "write if !(…) { … }"),
    (
        "finally",
        "write ensure(|| …, || …), whose second part always runs",
    ),
    ("except", "write try { … } catch (e) { … }"),
    ("rescue", "write try { … } catch (e) { … }"),
    ("raise", "write throw"),
    (
        "from",
        "write import \"rolling\" as rolling; and call rolling::…()",
    ),
    ("and", "write &&"),
    ("or", "write ||"),
    ("not", "write !"),
    ("echo", "write print(…)"),
    ("puts", "write print(…)"),
    ("local", "write let"),
    ("int", "write let: variables take any type"),
    ("string", "write let: variables take any type"),
    (
        "mut",
        "leave it out: every variable can be given another value",
    ),
];

/// Words that are kept for the language, and what is written instead.
pub(super) const RESERVED: &[(&str, &str)] = &[
    ("null", "nothing is written ()"),
    ("nil", "nothing is written ()"),
    ("var", "write let"),
    ("static", "write const"),
    (
        "public",
        "leave it out: functions can be called from outside unless they are private",
    ),
    ("new", "leave it out: values come from functions"),
    ("match", "write switch value { 1 => …, _ => … }"),
    ("case", "a case of switch is written value => …"),
    ("default", "the last case of switch is written _ => …"),
    (
        "async",
        "leave it out: calls wait by themselves, and parallel(…) does several at once",
    ),
    ("await", "leave it out: calls wait by themselves"),
    (
        "go",
        "several things at once are done by parallel(items, |item| …)",
    ),
    (
        "spawn",
        "several things at once are done by parallel(items, |item| …)",
    ),
    (
        "thread",
        "several things at once are done by parallel(items, |item| …)",
    ),
    (
        "sync",
        "only one run at a time is what lock(\"name\", || …) makes sure of",
    ),
    ("use", "write import \"rolling\" as rolling;"),
    (
        "module",
        "every file is a module: import \"./file\" as name;",
    ),
    (
        "package",
        "every file is a module: import \"./file\" as name;",
    ),
    ("goto", "use a function, or break"),
    ("exit", "write exit(1)"),
    ("print", "write print(…), with brackets"),
    ("debug", "write debug(…), with brackets"),
    ("#", "a comment begins with //, and a map with #{"),
    ("#!", "only the first line of a file may begin with it"),
    (
        "$",
        "names have no mark before them; in a text between backquotes it is ${name}",
    ),
    ("@", "names have no mark before them"),
    (
        "?",
        "write if condition { … } else { … }, which has a value",
    ),
    ("~", "the bits of n are turned over by n ^ -1"),
    ("++", "write x += 1"),
    ("--", "write x -= 1"),
    ("===", "write =="),
    ("!==", "write !="),
    ("->", "a closure is written |x| …, and a field x.name"),
    ("<-", "write =, or < -"),
    (":=", "write let name = value;"),
    ("=>", "a closure is written |x| …"),
    ("::<", "functions take no types: write name(…)"),
    ("...", "a range is written 0..10"),
    ("(*", "a comment is written /* … */"),
    ("*)", "a comment is written /* … */"),
    ("|>", "call it as a method: value.name(…)"),
];

/// What is written instead of a word of another language.
pub fn foreign(word: &str) -> Option<&'static str> {
    let find = |list: &[(&str, &'static str)]| {
        list.iter()
            .find(|(known, _)| *known == word)
            .map(|(_, hint)| *hint)
    };
    find(FOREIGN).or_else(|| find(RESERVED)).or(match word {
        "None" | "NULL" | "Null" | "undefined" => Some("nothing is written ()"),
        "True" | "TRUE" => Some("write true"),
        "False" | "FALSE" => Some("write false"),
        "self" => Some("write this, inside a function that is called as a method"),
        "console" => Some("write print(…)"),
        "JSON" | "json" => Some("write parse_json(text), or x.to_json()"),
        "Math" | "math" => Some("call it on the number, x.abs(), x.round(); or max(a, b)"),
        "Object" => Some("call it on the map: map.keys(), map.values()"),
        "os" | "process" | "ENV" | "environ" => Some("write env(\"NAME\")"),
        "sys" | "argv" | "argparse" | "ARGV" => {
            Some("declare a parameter in the header, //! @param name: string, and read args.name")
        }
        "requests" | "axios" | "urllib" => Some("write http_get(\"https://…\")"),
        "Date" | "datetime" | "Time" => Some("write now()"),
        "re" | "RegExp" => Some("write text.matches(`…`), text.find_all(`…`)"),
        _ => None,
    })
}
