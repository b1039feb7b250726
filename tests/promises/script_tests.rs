//! `mw test` runs the tests of scripts, each in a world of its own, and says what came of them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use metalwright::script::builtins::IN_TESTS;

use crate::stage::mw::Mw;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The results as JSON, of a call that ends with this code.
fn results(mw: Mw, code: i32) -> serde_json::Value {
    let done = mw.any_stdout().code(code).run();
    serde_json::from_str(&done.stdout).unwrap()
}

const MIXED: &str = r#"
fn test_passes() { assert_eq(clouds().len(), 2) }

fn test_fails() {
    print("on the way");
    assert_eq(cloud("Bare metal").nodes().len(), 6);
}

fn helper() { throw "from below" }

fn test_fails_deeper() { helper() }
"#;

#[test]
fn what_ships_passes_its_tests() {
    Mw::new(["--quiet", "test", "scripts", "stdlib", "tests/language"])
        .inside(root())
        .any_stdout()
        .run();
}

#[test]
fn a_failure_is_shown_with_its_line_and_what_it_said() {
    let done = Mw::new(["test", "mixed_test.rhai"])
        .file("mixed_test.rhai", MIXED)
        .any_stdout()
        .code(1)
        .run();
    // Durations differ from run to run; they are the only parentheses with a unit.
    let shown: Vec<&str> = done
        .stdout
        .lines()
        .map(|line| {
            line.split_once("  (0.")
                .or_else(|| line.split_once(" in 0."))
                .map_or(line, |(before, _)| before)
        })
        .collect();
    let expected = "mixed_test.rhai
  ok      test_passes
  FAILED  test_fails
    error: 5 is not 6
      --> mixed_test.rhai:6:5
       |
     6 |     assert_eq(cloud(\"Bare metal\").nodes().len(), 6);
       |     ^^^^^^^^^
    it said:
    on the way
  FAILED  test_fails_deeper
    error: from below
      --> mixed_test.rhai:9:15
       |
     9 | fn helper() { throw \"from below\" }
       |               ^^^^^
      in `helper` called at mixed_test.rhai:11:26
1 passed, 2 failed";
    assert_eq!(shown.join("\n"), expected);
}

#[test]
fn results_are_in_order_and_the_same_however_many_run_at_once() {
    let mut text = String::new();
    for number in 0..40 {
        let _ = writeln!(
            text,
            "fn test_{number}() {{ order(#{{label: \"c\", items: [#{{hardware_sku: \"medium_v4\", \
             location: \"pod_1\", type: \"pcc\", quantity: 1}}]}}); sleep(\"{number}m\"); \
             print(clouds().pluck(\"id\")); assert({number} % 7 != 6, \"seven\") }}"
        );
    }
    let run = |jobs: &str| {
        let mut document = results(
            Mw::new(["--output", "json", "test", "--jobs", jobs, "many_test.rhai"])
                .file("many_test.rhai", &text),
            1,
        );
        document["seconds"] = serde_json::Value::Null;
        for test in document["tests"].as_array_mut().unwrap() {
            test["seconds"] = serde_json::Value::Null;
        }
        document
    };
    let one = run("1");
    assert_eq!(one["passed"], 35);
    assert_eq!(one["tests"][39]["simulated_seconds"], 39 * 60);
    assert_eq!(one, run("8"));
}

#[test]
fn every_test_has_a_world_and_a_clock_of_its_own() {
    Mw::new(["--quiet", "test", "."])
        .file(
            "worlds_test.rhai",
            r#"
            import "./common" as common;
            const LABEL = "new";
            fn test_first() {
                common::make(global::LABEL);
                sleep("1h");
                remember("seen", 1);
                assert_eq(vlans().where("label", "new").len(), 1);
            }
            fn test_second() {
                assert_eq(vlans().where("label", "new").len(), 0);
                assert_eq(now(), instant("2026-01-15T08:00:00Z"));
                assert_eq(recall("seen"), ());
            }
            "#,
        )
        .file(
            "common.rhai",
            r#"fn make(label) {
                create_vlan(#{label: label, pod_location: "pod_1", vlan_type: "internal"})
            }"#,
        )
        .any_stdout()
        .run();
}

#[test]
fn a_file_that_does_not_parse_fails_alone() {
    let document = results(
        Mw::new(["--output", "json", "test"])
            .file("a_test.rhai", "fn test_a() { 1 }")
            .file("b_test.rhai", "fn test_b() { let }")
            .file("c_test.rhai", "fn test_c() { no_such_function() }")
            .file("d_test.rhai", "fn helper() { 1 }")
            .file("e_test.rhai", "fn test_e() { 1 }")
            .file("no_tests.rhai", "syntax error"),
        2,
    );
    let outcomes: Vec<(&str, &str)> = document["tests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|test| {
            let text = |name: &str| test[name].as_str().unwrap();
            (text("file"), text("outcome"))
        })
        .collect();
    assert_eq!(
        outcomes,
        [
            ("a_test.rhai", "passed"),
            ("b_test.rhai", "broken"),
            ("c_test.rhai", "broken"),
            ("d_test.rhai", "broken"),
            ("e_test.rhai", "passed"),
        ]
    );
    assert_eq!(document["tests"][1]["errors"][0]["line"], 1);
    assert_eq!(document["passed"], 2);
}

#[test]
fn tests_are_chosen_by_name_and_the_first_failure_can_be_the_end() {
    let names = |arguments: &[&str], code| {
        let call = ["--output", "json", "test", "mixed_test.rhai"]
            .iter()
            .chain(arguments);
        let document = results(Mw::new(call).file("mixed_test.rhai", MIXED), code);
        document["tests"]
            .as_array()
            .unwrap()
            .iter()
            .map(|test| test["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&["--filter", "passes"], 0), ["test_passes"]);
    assert_eq!(names(&["-k", "deeper"], 1), ["test_fails_deeper"]);
    assert_eq!(names(&["-k", "mixed"], 1).len(), 3);
    assert_eq!(
        names(&["--fail-fast", "--jobs", "4"], 1),
        ["test_passes", "test_fails"]
    );
}

#[test]
fn wrong_usage_is_said_and_nothing_runs() {
    for (arguments, message) in [
        (&["nowhere"][..], "there is no nowhere"),
        (&["."], "there is no file of tests in ."),
        (&["--jobs", "0"], "--jobs must be 1 or more"),
    ] {
        let done = Mw::new(["test"].iter().chain(arguments))
            .any_stderr()
            .code(2)
            .run();
        assert!(done.stderr.contains(message), "{}", done.stderr);
    }
    let done = Mw::new(["test", "-k", "nothing like it"])
        .file("mixed_test.rhai", MIXED)
        .any_stderr()
        .code(2)
        .run();
    assert!(done.stderr.contains("no test has"), "{}", done.stderr);
}

#[test]
fn results_are_written_as_junit_and_as_lcov() {
    let done = Mw::shell(
        "mw -q test --junit out.xml --lcov out.info --coverage mixed_test.rhai; cat out.xml out.info",
    )
    .file(
        "mixed_test.rhai",
        "import \"./part\" as part;\nfn test_one() { part::choose(1) }\nfn test_two() { print(\"<&>\"); throw \"a \\\"quoted\\\" <word>\" }\n",
    )
    .file(
        "part.rhai",
        "fn choose(n) {\n    if n == 1 {\n        return 1;\n    }\n    let other = 2;\n    other\n}\n\nfn never() {\n    3\n}\n",
    )
    .any_stdout()
    .run();
    for expected in [
        "<testsuite name=\"mixed_test.rhai\" tests=\"2\" failures=\"1\" errors=\"0\"",
        "<testcase name=\"test_one\" classname=\"mixed_test.rhai\" file=\"mixed_test.rhai\" line=\"2\"",
        "<failure message=\"a &quot;quoted&quot; &lt;word&gt;\">",
        "<system-out>&lt;&amp;&gt;</system-out>",
        "  part.rhai   40 %  2 of 5 lines, not 5-10\n",
        "SF:part.rhai\nDA:2,1\nDA:3,1\nDA:5,0\nDA:6,0\nDA:10,0\nLF:5\nLH:2\nend_of_record\n",
    ] {
        assert!(
            done.stdout.contains(expected),
            "{expected}\n{}",
            done.stdout
        );
    }
}

#[test]
fn a_test_that_waits_for_what_never_comes_ends_and_says_for_what() {
    let done = Mw::new(["test"])
        .file(
            "never_test.rhai",
            r#"fn test_never() { wait_until("the moon is full", || false, #{timeout: "5 years"}) }"#,
        )
        .any_stdout()
        .code(1)
        .run();
    assert!(
        done.stdout.contains("the moon is full: not so after"),
        "{}",
        done.stdout
    );
}

#[test]
fn what_only_tests_have_is_refused_elsewhere() {
    for line in ["sim::events()", "run_script(\"x.rhai\")"] {
        let done = Mw::eval(line).any_stderr().any_stdout().code(2).run();
        assert!(done.stderr.contains("mw test runs"), "{}", done.stderr);
    }
}

#[test]
fn a_misspelt_control_of_the_simulator_is_suggested() {
    for (line, hint) in [
        ("sim::clod(#{label: \"x\"})", "did you mean `sim::cloud`?"),
        (
            "sim::count()",
            "call it as sim::count(operation: string, target?) -> int",
        ),
        ("sim::qqqqqqqq()", "mw doc sim lists what there is"),
    ] {
        let done = Mw::new(["--quiet", "test"])
            .file("slip_test.rhai", &format!("fn test_slip() {{ {line} }}"))
            .any_stdout()
            .code(2)
            .run();
        assert!(done.stdout.contains(hint), "{line}: {}", done.stdout);
    }
}

#[test]
fn examples_of_what_only_tests_have_run() {
    assert!(IN_TESTS.len() > 5);
    let mut text = String::new();
    for (number, function) in IN_TESTS.iter().enumerate() {
        assert!(
            function.example.contains(function.name),
            "{}",
            function.name
        );
        let _ = writeln!(text, "fn test_{number}() {{ {} }}", function.example);
    }
    Mw::new(["--quiet", "test"])
        .file("examples_test.rhai", &text)
        .file(
            "hello.rhai",
            "//! Greets.\n//! @param name: string  whom\nprint(`hello ${args.name}`);",
        )
        .any_stdout()
        .run();
}

#[test]
fn a_script_under_test_gives_its_output_its_value_and_its_exit_code() {
    Mw::new(["--quiet", "test", "tests"])
        .file(
            "tests/run_test.rhai",
            r#"
            fn test_it() {
                let done = run_script("../tool.rhai", #{times: 2, cloud: cloud("Bare metal")});
                assert_eq(done.output, "once\nonce");
                assert_eq(done.value, 2);
                assert_eq([done.exit, done.error], [0, ()]);
                assert_eq(run_script("../tool.rhai", #{times: 0}).exit, 9);
                let failed = run_script("../tool.rhai", #{times: -1});
                assert_eq([failed.exit, failed.error], [1, "too few"]);
                assert_throws(|| run_script("../tool.rhai", #{tims: 1}), "tims");
                assert_throws(|| run_script("../tool.rhai", #{times: "many"}), "times");
                assert_throws(|| run_script("../odd.rhai"), "odd.rhai:2: ");
            }
            "#,
        )
        .file("odd.rhai", "//! Is odd.\n//! @param x: nonsense  what\n")
        .file(
            "tool.rhai",
            "//! Works.\n//! @param times: int = 1  how often\n//! @param cloud: string?  which\n\
             if args.times == 0 { exit(9) }\nif args.times < 0 { throw \"too few\" }\n\
             for _i in 0..args.times { print(\"once\"); }\nargs.times\n",
        )
        .any_stdout()
        .run();
}

/// Much at once: orders, reboots, waits that end in any order.
const BUSY: &str = r#"
fn test_busy() {
    let made = parallel([1, 2, 3], |n| {
        let o = order(#{label: `c${n}`, items: [
            #{hardware_sku: "medium_v4", location: "pod_1", type: "pcc", quantity: 1},
        ]});
        wait_for(o, "complete");
        cloud(`c${n}`)
    }, #{limit: 3});
    parallel(made + clouds(), |c| parallel(c.nodes(), |n| {
        n.reboot();
        n.wait_for("power on");
    }), #{on_error: "collect"});
    create_vlan(#{label: "busy", pod_location: "pod_1", vlan_type: "internal"}).delete();
    print(sim::events().to_json());
}
"#;

#[test]
fn a_seed_decides_every_event_whatever_runs_beside() {
    let log = |seed: &str| {
        let done = Mw::new(["--seed", seed, "--verbose", "--output", "json", "test"])
            .file("busy_test.rhai", BUSY)
            .any_stdout()
            .any_stderr()
            .run();
        let document: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
        document["tests"][0]["said"].to_string()
    };
    let first = log("7");
    assert!(first.contains("set_power"), "{first}");
    for _ in 1..10 {
        assert_eq!(log("7"), first);
    }
    assert_ne!(log("8"), first);
}

#[test]
fn an_interrupt_ends_the_tests_and_is_no_failure_of_their_own() {
    let mut process = Mw::new(["test", "--watch"])
        .file("a_test.rhai", "fn test_a() { 1 }")
        .start();
    process.says("waiting for changes");
    process.signal("INT");
    assert_eq!(process.end().code, Some(130));
}

#[test]
fn files_are_watched_and_run_again_when_they_change() {
    let mw = Mw::new(["test", "--watch"]).file("watch_test.rhai", "fn test_it() { assert(false) }");
    let file = mw.folder().join("watch_test.rhai");
    let mut process = mw.start();
    process.says("1 failed");
    process.says("waiting for changes");
    fs::write(&file, "fn test_it() { assert(true) }\n").unwrap();
    process.says("1 passed");
}
