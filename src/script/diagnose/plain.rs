//! By chance: whatever is wrong with a script, what is said of it is said in words of scripts.

use std::sync::Arc;

use proptest::prelude::*;

use super::super::Ended;
use super::super::check::{Checker, Surroundings, Type};
use super::super::shelf::Shelf;
use super::super::source::Source;
use super::super::trial::Trial;
use crate::error::Complaint;

/// What only the program's source may say.
const INSIDES: &[&str] = &[
    "Dynamic",
    "EvalAltResult",
    "core::",
    "alloc::",
    "rhai::",
    "std::",
    "metalwright::",
    "i64",
    "f64",
    "ImmutableString",
    "&str",
    "INT",
    "FnPtr",
    "Box<",
    "Option<",
    "Vec<",
    "Range<",
    "anon$",
];

const SCRIPTS: &[&str] = &[
    include_str!("../../../scripts/rolling_power_cycle.rhai"),
    include_str!("../../../scripts/provision_cloud.rhai"),
    include_str!("../../../scripts/nightly_inventory.rhai"),
    include_str!("../../../stdlib/rolling.rhai"),
];

fn plain(complaints: &[Complaint], script: &str) {
    for complaint in complaints {
        let hint = complaint.hint.as_deref().unwrap_or_default();
        let said = format!(
            "{}\n{hint}\n{}",
            complaint.message,
            complaint.trail.join("\n")
        );
        assert!(
            !complaint.message.is_empty(),
            "nothing is said of\n{script}"
        );
        for inside in INSIDES {
            // A name that the script itself uses may be repeated.
            assert!(
                !said.contains(inside) || script.contains(inside),
                "{said}\n{script}"
            );
        }
    }
}

/// A text as words, marks and spaces.
fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, more) = rest.split_at(length);
        found.push(token);
        rest = more;
    }
    found
}

/// What is written in the place of a token, or before it.
const STRANGE: &[&str] = &[
    "", "(", ")", "{", "}", "[", "]", "#{", "\"", "`", "'", "${", "/*", "*/", "//", ";", ",", ":",
    "::", ".", "..", "=>", "=", "==", "===", "++", "!", "?", "|", "||", "&", "@", "$", "#", "~",
    "let", "fn", "if", "else", "for", "in", "while", "return", "throw", "switch", "import", "null",
    "function", "new", "this", "()", "5", "1.5", "0x", "1e999", "\"abc\"", "'ab'", "ü", "\u{0}",
    "é\t",
];

#[derive(Clone, Debug)]
enum Slip {
    Replaced(usize, usize),
    Added(usize, usize),
    Doubled(usize),
    Swapped(usize),
    CutOff(usize),
}

fn slip() -> impl Strategy<Value = Slip> {
    let at = || any::<u16>().prop_map(usize::from);
    prop_oneof![
        (at(), 0..STRANGE.len()).prop_map(|(at, word)| Slip::Replaced(at, word)),
        (at(), 0..STRANGE.len()).prop_map(|(at, word)| Slip::Added(at, word)),
        at().prop_map(Slip::Doubled),
        at().prop_map(Slip::Swapped),
        at().prop_map(Slip::CutOff),
    ]
}

fn slipped(text: &str, slips: &[Slip]) -> String {
    let mut tokens = tokens(text);
    for slip in slips {
        let count = tokens.len().max(2) - 1;
        if tokens.len() < 2 {
            break;
        }
        match *slip {
            Slip::Replaced(at, word) => tokens[at % count] = STRANGE[word],
            Slip::Added(at, word) => tokens.insert(at % count, STRANGE[word]),
            Slip::Doubled(at) => tokens.insert(at % count, tokens[at % count]),
            Slip::Swapped(at) => tokens.swap(at % count, at % count + 1),
            Slip::CutOff(at) => tokens.truncate(at % count),
        }
    }
    tokens.concat()
}

/// An expression of values, operators and methods, that comes to an end whatever it is.
fn expression() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        "5",
        "0",
        "-1",
        "1.5",
        "true",
        "'x'",
        "\"abc\"",
        "\"5m\"",
        "[1, \"a\"]",
        "#{a: 1}",
        "blob(2)",
        "(0..3)",
        "|x| x",
        "()",
        "duration(\"5m\")",
        "now()",
        "a",
        "b",
        "args",
        "f.call(1)",
        "9223372036854775807",
    ])
    .prop_map(str::to_owned);
    value.prop_recursive(4, 24, 3, |inner| {
        let operator = prop::sample::select(vec![
            "+", "-", "*", "/", "%", "**", "<<", "&", "==", "<", "&&", "||", "??", "..", "in",
        ]);
        let method = prop::sample::select(vec![
            "len()",
            "label",
            "map(|x| x + 1)",
            "to_upper()",
            "push(1)",
            "sort_by(|x| x)",
            "keys()",
            "split(\",\")",
            "to_int()",
            "parse_int()",
            "seconds()",
            "format(\"%H\")",
            "pluck(\"a\")",
            "where(\"a\", 1)",
            "reduce(|x, y| x + y)",
            "filter(|x, y, z| x)",
            "to_json()",
        ]);
        let function = prop::sample::select(vec![
            "attempt(|| ",
            "parse_json(",
            "sqrt(",
            "max(1, ",
            "type_of(",
            "cloud(",
            "retry(2, || ",
            "assert(",
            "table(",
            "parallel([1], |x| ",
            "throw_it(",
            "wait_for(",
        ]);
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(a, o, b)| format!("({a} {o} {b})")),
            (inner.clone(), method).prop_map(|(a, method)| format!("({a}).{method}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}]")),
            (function, inner.clone()).prop_map(|(name, a)| format!("{name}{a})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("(if {a} {{ {b} }} else {{ {a} }})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn of_a_script_with_slips(which in 0..SCRIPTS.len(), slips in prop::collection::vec(slip(), 1..4)) {
        let script = slipped(SCRIPTS[which], &slips);
        let source = Source::of_text("<test>", script.clone());
        let around = Surroundings {
            variables: vec![("args".to_owned(), Type::Args), ("run".to_owned(), Type::Run)],
            ..Surroundings::default()
        };
        let report = Checker::new(Shelf::default()).check(&source, &around);
        let found: Vec<Complaint> =
            report.findings.iter().map(|finding| finding.complaint.clone()).collect();
        plain(&found, &script);
    }

    #[test]
    fn of_an_expression_made_up(made in expression()) {
        let script = format!(
            "fn throw_it(x) {{ throw x; }} let a = [3]; let b = #{{k: \"v\"}}; let f = |x| x + a; {made}"
        );
        let trial = Arc::new(Trial::default());
        if let Err(Ended::Complaining(complaints)) = trial.run(&script) {
            plain(&complaints, &script);
        }
        for said in trial.noted.lock().unwrap().iter().chain(&*trial.printed.lock().unwrap()) {
            plain(&[Complaint::usage(format!("> {said}"))], &script);
        }
    }
}
