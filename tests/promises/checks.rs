//! `mw check` finds what is wrong with scripts without running them, and nothing that is right; what
//! cannot work is refused before it has done anything.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use metalwright::api;
use metalwright::script::builtins::{BUILTINS, IN_TESTS};
use metalwright::script::check::{Checker, Report, Surroundings};
use metalwright::script::shelf::Shelf;
use metalwright::script::source::Source;
use metalwright::script::sugar::SUGAR;
use proptest::prelude::*;
use serde_json::Value;

use crate::stage::folder::Folder;
use crate::stage::mw::Mw;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn corpus() -> PathBuf {
    root().join("tests/promises/checks")
}

/// Looks at a text, as deep as it may nest.
fn look(name: &str, text: &str) -> Report {
    let mut source = Source::of_text(name, text);
    root().clone_into(&mut source.folder);
    let around = Surroundings::of_file(name);
    Checker::new(Shelf::default()).check(&source, &around)
}

/// What would keep a text from running.
fn refusals(name: &str, text: &str) -> Vec<String> {
    let refusals = look(name, text).refusals();
    refusals.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_its_remedy() {
    let done = Mw::new(["check", "."])
        .inside(&corpus())
        .code(2)
        .any_stdout()
        .run();
    let golden = corpus().join("findings.txt");
    if std::env::var_os("MW_BLESS").is_some() {
        fs::write(&golden, &done.stdout).unwrap();
    }
    let expected = fs::read_to_string(&golden).unwrap();
    assert_eq!(done.stdout, expected);
    // Every script of the corpus is wrong in some way.
    let scripts = fs::read_dir(corpus())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let scripts: Vec<PathBuf> = scripts
        .filter(|it| it.extension().is_some_and(|it| it == "rhai"))
        .collect();
    assert!(scripts.len() >= 60, "{}", scripts.len());
    for script in scripts {
        let name = script.file_name().unwrap().to_str().unwrap().to_owned();
        let found = expected.contains(&format!("  --> {name}:"));
        assert_eq!(found, name != "allowed_by_comment.rhai", "{name}");
    }
}

#[test]
fn a_few_modules_that_import_each_other_in_many_ways_are_refused() {
    let folder = Arc::new(Folder::new());
    let import = |level: usize| {
        let imports = ["a", "b", "c"].map(|alias| format!("import \"./m{level}\" as {alias};\n"));
        imports.concat()
    };
    for level in 0..20 {
        let text = import(level + 1) + "fn it() { 1 }\n";
        folder.write(&format!("m{level}.rhai"), &text);
    }
    folder.write("m20.rhai", "fn it() { 1 }\n");
    folder.write("many.rhai", "import \"./m0\" as m;\nprint(m::it());\n");
    // What is reached in many ways, and not that often, is nothing to speak of.
    folder.write("few.rhai", "import \"./m14\" as m;\nprint(m::it());\n");
    let mw = |arguments: &[&str]| Mw::new(arguments).sharing(&folder).inside(folder.path());
    mw(&["check", "many.rhai"]).code(2).any_stdout().run();
    mw(&["--sim", "run", "many.rhai"])
        .code(2)
        .stderr(
            "\
error: m11.rhai reaches more than 10000 modules through those it imports, counted once for each way there
  --> m11.rhai:2:8
   |
 2 | import \"./m12\" as b;
   |        ^^^^^^^
  help: put what is needed in many places into one module, and import that where it is used
",
        )
        .run();
    mw(&["--sim", "run", "few.rhai"]).stdout("1\n").run();
}

#[test]
fn of_a_line_without_end_the_first_thousand_findings_are_said_and_the_part_around_each_is_kept() {
    let before = "let a = \"é\"; ".repeat(2_000);
    let text = format!("{before}{}", "let x = cluods(); ".repeat(2_000));
    let report = look("long.rhai", &text);
    let all = report.findings.iter();
    let more = all.filter(|it| it.complaint.message.contains("there are more "));
    assert_eq!((report.findings.len(), more.count()), (2_002, 2));
    for finding in &report.findings {
        let place = finding.complaint.place.as_ref().unwrap();
        assert!(place.text.chars().count() <= 4_000);
        let shown: String = text.chars().skip(place.column - 1).take(3).collect();
        let kept = place.text.chars().skip(place.column - 1 - place.skipped);
        assert_eq!(kept.take(3).collect::<String>(), shown);
    }
}

#[test]
fn what_ships_is_without_a_fault() {
    Mw::new(["check", "--strict", "scripts", "stdlib", "tests/language"])
        .inside(root())
        .any_stdout()
        .run();
}

// Whoever sets a constant at the top of a script, or asks for its type, has a branch that is not taken.
#[test]
fn what_is_never_equal_by_a_setting_is_said_and_not_refused() {
    let script = "const MODE = \"auto\";\nlet limit = 5;\nif MODE == 0 { print(1); }\n\
        if type_of(limit) == \"string\" && limit == \"\" { print(2); }\nprint(3);\n";
    Mw::new(["--sim", "run", "set.rhai"])
        .file("set.rhai", script)
        .stdout("3\n")
        .run();
    Mw::new(["check", "set.rhai"])
        .file("set.rhai", script)
        .any_stdout()
        .code(2)
        .run();
}

#[test]
fn examples_are_not_called_wrong() {
    let operations = api::operations().map(|it| (it.name, it.example));
    let builtins = BUILTINS.iter().map(|it| (it.name, it.example));
    let sugar = SUGAR.iter().map(|it| (it.name, it.example));
    for (name, example) in operations.chain(builtins).chain(sugar) {
        assert_eq!(
            refusals("example.rhai", example),
            [""; 0],
            "{name}: {example}"
        );
    }
    for it in IN_TESTS {
        assert_eq!(
            refusals("example_test.rhai", it.example),
            [""; 0],
            "{}",
            it.name
        );
    }
}

#[test]
fn what_can_only_be_told_as_it_runs_is_not_called_wrong() {
    for text in [
        // A function reached by a name, and one that a map holds.
        "let f = Fn(\"clouds\"); print(f.call());",
        "let m = #{greet: |name| `hello ${name}`}; print(m.greet(\"you\"));",
        "fn run_it(o) { o.work(1) } let o = #{}; o.work = |n| n; print(run_it(o));",
        // A variable that becomes something else, and a list that gets something else.
        "let c = cloud(\"Web\"); c = #{lable: 1}; print(c.lable);",
        "let l = clouds(); l.push(#{lable: 1}); print(l.last().lable);",
        "let l = clouds(); push(l, #{lable: 1}); for c in l { print(c.lable); }",
        "let l = clouds(); l[0] = #{lable: 1}; print(l[0].lable);",
        "let c = (); for x in clouds() { c = x; } print(c.whatever);",
        // What `this` is, what a function is given.
        "fn label_of() { this.lable } print(#{lable: 1}.label_of());",
        "fn lable_of(c) { c.lable } print(lable_of(#{lable: 1}));",
        "fn int.double() { this * 2 } print(4.double());",
        // Names of closures, loops, catches and constants.
        "let sum = 0; [1, 2].for_each(|n| sum += n); print(sum);",
        "let n = 2; let f = |x| |y| x + y + n; print(f.call(1).call(2));",
        "for (c, i) in clouds() { print(`${i}: ${c.label}`); }",
        "try { throw \"no\"; } catch (e) { print(e); }",
        "const LIMIT = 3; fn limit() { global::LIMIT } print(limit());",
        // Meant to fail.
        "assert_throws(|| create_vlan(#{lable: 1}));",
        "assert_throws(|| cloud(\"Web\").lable);",
        "try { print(cloud(\"Web\").lable); } catch { }",
        "parallel(clouds(), |c| c.lable, #{on_error: \"collect\"});",
        // Both of two types.
        "let x = if clouds().is_empty() { cloud(\"Web\") } else { #{lable: 1} }; print(x.lable);",
        "let x = [cloud(\"Web\"), #{lable: 1}]; print(x[1].lable);",
        "switch 1 { 1 => print(\"one\"), _ => print(\"other\") }",
        "import \"rolling\" as rolling; print(rolling::batches(cloud(\"Web\").nodes(), 2));",
        "let c = cloud(\"Web\"); print(c?.label ?? c.id);",
        "create_vlan(#{label: \"a\", fields: #{pod_location: \"pod_1\", vlan_type: \"internal\"}});",
    ] {
        assert_eq!(refusals("sound.rhai", text), [""; 0], "{text}");
    }
}

#[test]
fn a_script_that_cannot_work_does_nothing_at_all() {
    let text = "print(\"begun\");\nlet c = clouds()[0];\nprint(c.lable);\nc.delet();\n";
    let refused = "error: Cloud has no field `lable`
  --> late.rhai:3:9
   |
 3 | print(c.lable);
   |         ^^^^^
  help: did you mean `label`?
error: Cloud has no method `delet`
  --> late.rhai:4:3
   |
 4 | c.delet();
   |   ^^^^^
  help: did you mean `delete`?
";
    Mw::new(["--sim", "run", "late.rhai"])
        .file("late.rhai", text)
        .stderr(refused)
        .code(2)
        .run();
    Mw::new(["jobs", "check", "jobs.toml"])
        .file("late.rhai", text)
        .file(
            "jobs.toml",
            "[[job]]\nname = \"late\"\ncron = \"0 3 * * *\"\nscript = \"late.rhai\"\n",
        )
        .stderr(refused)
        .code(2)
        .run();
}

#[test]
fn warnings_keep_nothing_from_running_and_count_only_when_asked() {
    let file = |mw: Mw| mw.file("idle.rhai", "let idle = 1;\nprint(\"hello\");\n");
    file(Mw::new(["--sim", "run", "idle.rhai"]))
        .stdout("hello\n")
        .run();
    let shown = "warning[unused-variable]: `idle` is never read
  --> idle.rhai:1:5
   |
 1 | let idle = 1;
   |     ^^^^
  help: remove it, or call it `_idle` if that is meant

idle.rhai  needs: nothing
1 file, 1 warning
";
    file(Mw::new(["check", "idle.rhai"])).stdout(shown).run();
    file(Mw::new(["check", "--strict", "idle.rhai"]))
        .stdout(shown)
        .code(2)
        .run();
}

#[test]
fn paths_that_hold_no_script_are_refused() {
    Mw::new(["check", "nightly.rhay"])
        .file("nightly.rhai", "")
        .stderr("error: there is no nightly.rhay\n  help: did you mean nightly.rhai?\n")
        .code(2)
        .run();
    Mw::new(["check", "."])
        .stderr(
            "error: there is no script in .\n  help: their names end with .rhai; name a file to check it whatever it is called\n",
        )
        .code(2)
        .run();
}

#[test]
fn programs_get_findings_and_needs_as_json() {
    let done = Mw::new(["--output", "json", "check", "one.rhai"])
        .file(
            "one.rhai",
            "let n = cloud(\"Web\").nodes()[0];\nn.rebot();\nn.reboot();\n",
        )
        .any_stdout()
        .code(2)
        .run();
    let said: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(
        said,
        serde_json::json!({
            "findings": [{
                "rule": "unknown-method", "severity": "error",
                "message": "Node has no method `rebot`",
                "file": "one.rhai", "line": 2, "column": 3, "end_column": 8,
                "help": "did you mean `reboot`?",
            }],
            "files": [{"file": "one.rhai", "needs": ["read", "disrupt"]}],
            "errors": 1,
            "warnings": 0,
        })
    );
}

#[test]
fn code_hosts_get_sarif() {
    let done = Mw::new(["check", "--format", "sarif", "a b.rhai"])
        .file("a b.rhai", "print(cloud(\"Web\").lable);\nlet idle = 1;\n")
        .any_stdout()
        .code(2)
        .run();
    let said: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(said["version"], "2.1.0");
    assert!(said["$schema"].as_str().unwrap().contains("sarif-2.1.0"));
    let run = &said["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "mw");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    let levels: Vec<&str> = results
        .iter()
        .map(|it| it["level"].as_str().unwrap())
        .collect();
    assert_eq!(levels, ["error", "warning"]);
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["shortDescription"]["text"].is_string());
        assert!(result["message"]["text"].is_string());
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b.rhai");
        let region = &place["region"];
        assert!(region["startLine"].as_u64().unwrap() >= 1);
        assert!(region["endColumn"].as_u64() > region["startColumn"].as_u64());
    }
    assert_eq!(
        results[0]["locations"][0]["physicalLocation"]["region"]["startColumn"],
        20
    );
}

/// The scripts that ship, to be spoilt.
fn shipped() -> Vec<String> {
    let mut texts = Vec::new();
    for folder in ["scripts", "stdlib", "tests/language"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|it| it == "rhai") {
                texts.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    texts.sort();
    texts
}

/// The pieces of a text: words, spaces and signs.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in text.chars() {
        let joins = c.is_alphanumeric() && last.is_alphanumeric();
        match pieces.last_mut() {
            Some(piece) if joins => piece.push(c),
            _ => pieces.push(c.to_string()),
        }
        last = c;
    }
    pieces
}

/// What belongs to the program and not to its users.
const INTERNAL: &[&str] = &[
    "Dynamic",
    "EvalAltResult",
    "alloc::",
    "core::",
    "std::",
    "rhai::",
    "ImmutableString",
    "i64",
    "f64",
    "anon$",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn spoilt_scripts_get_sentences(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_u8..3), 1..6),
    ) {
        let texts = shipped();
        let text = &texts[which.index(texts.len())];
        let mut parts = pieces(text);
        for (at, other, how) in changes {
            let (at, other) = (at.index(parts.len()), other.index(parts.len()));
            match how {
                0 => { parts.remove(at); }
                1 => parts.swap(at, other),
                _ => { let part = parts[other].clone(); parts.insert(at, part); }
            }
        }
        let spoilt: String = parts.concat();
        let report = std::thread::Builder::new()
            .stack_size(64 << 20)
            .spawn(move || {
                look("spoilt_test.rhai", &spoilt)
                    .findings
                    .iter()
                    .map(|it| format!("{}\n{}", it.complaint.message, it.complaint.hint.as_deref().unwrap_or_default()))
                    .collect::<Vec<String>>()
            })
            .unwrap()
            .join()
            .unwrap();
        for said in report {
            // What the script itself says may be in it.
            prop_assert!(
                !INTERNAL.iter().any(|word| said.contains(word) && !text.contains(word)),
                "{said}"
            );
        }
    }
}
