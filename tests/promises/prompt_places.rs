//! The prompt goes from account to account, and what belongs to one is never taken for another's.

use serde_json::Value;

use crate::stage::mw::Mw;
use crate::stage::server::Server;
use crate::stage::terminal::{self, Terminal};
use crate::stage::two::Two;

#[test]
fn a_session_goes_to_another_account_with_all_it_has_declared() {
    let two = Two::new();
    let done = two.says(
        &["repl"],
        "let n = 20;\nfn twice(x) { x * 2 }\nimport \"rolling\" as r;\nclouds().len()\n:profile there\n\
         twice(n) + _1\nr::batches(cloud(\"Bare metal\").nodes(), 2).len()\n",
    );
    assert_eq!(
        (done.code, done.stdout.as_str()),
        (Some(0), "2\n42\n3\n"),
        "{}",
        done.stderr
    );
    assert_eq!(Two::asked(&two.here), ["clouds"]);
    assert_eq!(Two::asked(&two.there), ["clouds", "cloud_stats"]);
    // Each account has a trail of its own, and both are ended.
    let runs = two.runs();
    assert_eq!(runs.len(), 2, "{runs:?}");
    assert!(
        runs.iter().all(|run| run["state"] == "succeeded"),
        "{runs:?}"
    );
}

#[test]
fn what_one_account_answered_with_is_never_acted_upon_in_another() {
    let two = Two::new();
    // The ids are those of things that are there in both.
    let before = "let c = cloud(\"Bare metal\");\nlet s = c.stats();\nlet n = c.nodes()[0];\n\
                  let list = [#{deep: [c]}];\nlet act = || n.reboot();\nconst FIXED = c;\nc\n:profile there\n";
    for line in [
        "n.reboot()",
        "c.delete()",
        "delete_cloud(c)",
        "reboot(n)",
        "s.nodes[0].reboot()",
        "list[0].deep[0].delete()",
        "act.call()",
        "FIXED.delete()",
        "_1.delete()",
        "c.nodes().len()",
        "[n].map(|it| it.reboot())",
        "parallel([n], |it| it.reboot())",
        "create_vlan(#{label: c, pod_location: \"pod_1\", vlan_type: \"internal\"})",
        "wait_for(n, \"power on\")",
        "for it in s.nodes { it.power_off() }",
        "set_power(c.id, n, \"power off\")",
    ] {
        let done = two.says(&["repl"], &format!("{before}{line}\n"));
        assert_eq!(done.code, Some(1), "{line}: {}{}", done.stdout, done.stderr);
        let told = format!(
            "and this session is now on profile there at {}",
            two.there.url()
        );
        assert!(done.stderr.contains(&told), "{line}: {}", done.stderr);
        assert!(
            done.stderr.contains("nothing was sent"),
            "{line}: {}",
            done.stderr
        );
        let asked = Two::asked(&two.there);
        assert!(asked.iter().all(|it| it == "clouds"), "{line}: {asked:?}");
    }
    // It may be looked at, and back home it is what it was.
    let lines = format!("{before}n.uuid == s.nodes[0].uuid\n:profile here\nn.power_off().result\n");
    let done = two.says(&["repl"], &lines);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(Two::asked(&two.here).contains(&"set_power".to_owned()));
}

#[test]
fn what_the_account_one_is_on_answered_with_is_acted_upon_however_it_is_held() {
    let two = Two::new();
    let lines = ":profile there\nlet nodes = cloud(\"Bare metal\").nodes();\nlet a = nodes[0];\nlet b = nodes[1];\n\
                 let off = || a.power_off().result;\noff.call()\n\
                 let both = #{node: b};\nlet off = || parallel([both], |it| it.node.power_off().result);\n\
                 off.call()[0]\n";
    let done = two.says(&["repl"], lines);
    assert_eq!(
        (done.code, done.stdout.as_str()),
        (Some(0), "success\nsuccess\n"),
        "{}",
        done.stderr
    );
}

#[test]
fn an_account_that_the_environment_names_alone_can_be_gone_to() {
    let server = Server::start();
    let done = Mw::new(["--sim", "repl"])
        .account(server.url())
        .stdin(":profile\n:profile default\nclouds().len()\n:profile sim\n:profile default\n")
        .any_stdout()
        .run();
    assert!(done.stdout.contains(server.url()), "{}", done.stdout);
    assert!(done.stdout.ends_with("\n2\n"), "{}", done.stdout);
    // Beside profiles it would be one of their accounts without their brakes.
    let two = Two::with("production = true", "");
    let done = two
        .mw(&["--profile", "here", "repl"])
        .env("OPENMETAL_API_KEY", "sim")
        .stdin(":profile default\n")
        .code(2)
        .run();
    assert!(
        done.stderr.contains("there is no profile \"default\""),
        "{}",
        done.stderr
    );
    // Where it has no credentials there is none.
    let done = Mw::new(["--sim", "repl"])
        .env("OPENMETAL_API_URL", server.url())
        .stdin(":profile default\n")
        .any_stderr()
        .code(2)
        .run();
    assert!(
        done.stderr.contains("there is no profile \"default\""),
        "{}",
        done.stderr
    );
}

#[test]
fn what_a_module_did_when_it_was_imported_is_not_done_again_elsewhere() {
    let two = Two::new();
    let module = "export const MADE = create_vlan(#{label: \"m\", pod_location: \"pod_1\", vlan_type: \"internal\"});\n\
                  fn count() { clouds().len() }\n";
    two.folder.write("own.rhai", module);
    let done = two.says(
        &["repl"],
        "import \"own\" as own;\n:profile there\nown::count()\nown::MADE.delete()\n",
    );
    assert_eq!(
        (done.code, done.stdout.as_str()),
        (Some(1), "2\n"),
        "{}",
        done.stderr
    );
    assert!(done.stderr.contains("nothing was sent"), "{}", done.stderr);
    assert_eq!(Two::asked(&two.there), ["clouds"]);
}

#[test]
fn a_profile_that_cannot_be_gone_to_leaves_the_session_where_it_is() {
    if !terminal::is_there() {
        return;
    }
    let two = Two::new();
    let config = two
        .folder
        .path()
        .join("home/config/metalwright/config.toml");
    let variables = format!("KEY=sim MW_CONFIG='{}'", config.display());
    let terminal = Terminal::of(&variables, "repl");
    terminal.shows("the profile", |screen| screen.ends_with("\nhere>"));
    terminal.enters(":profile ther");
    terminal.shows("a suggestion", |screen| {
        screen.contains("did you mean `:profile there`?") && screen.ends_with("\nhere>")
    });
    terminal.enters(":profile bare");
    terminal.shows("what is missing", |screen| {
        screen.contains("has no credentials for") && screen.ends_with("\nhere>")
    });
    terminal.enters("clouds().len() + 40");
    terminal.shows("the account", |screen| {
        screen.contains("\n42\n") && screen.ends_with("\nhere>")
    });
    terminal.enters(":profile there");
    terminal.shows("the other account", |screen| {
        screen.contains("\non profile there at http") && screen.ends_with("\nthere>")
    });
    terminal.enters(":profile sim");
    terminal.answers("\non the embedded simulator: nothing here is real\n");
    assert_eq!(Two::asked(&two.there), Vec::<String>::new());
}

#[test]
fn a_profile_called_sim_is_not_taken_for_the_simulator() {
    let two = Two::new();
    let text = format!(
        "default_profile = \"here\"\n[profile.here]\nurl = {:?}\napi_key_env = \"KEY\"\n\
         [profile.sim]\nurl = {:?}\napi_key_env = \"KEY\"\n",
        two.here.url(),
        two.there.url()
    );
    two.folder
        .write("home/config/metalwright/config.toml", &text);
    let lines = ":profile sim\n:sim\nclouds().len()\n:profile\n:profile sim (a profile)\n";
    let done = two.says(&["repl"], lines);
    assert!(done.stdout.contains("2026-01-15"), "{}", done.stdout);
    assert!(done.stdout.contains("sim (a profile)"), "{}", done.stdout);
    assert!(
        done.stderr.contains("mw --profile sim repl"),
        "{}",
        done.stderr
    );
    assert!(Two::asked(&two.there).is_empty());
    assert!(Two::asked(&two.here).is_empty());
}

#[test]
fn what_was_done_on_two_accounts_is_not_saved_as_one_script() {
    let two = Two::new();
    let made = two.folder.path().join("made.rhai");
    let lines = format!("let a = 1;\n:profile there\n:save {}\n", made.display());
    let done = two.says(&["repl"], &lines);
    assert_eq!(done.code, Some(2));
    assert!(
        done.stderr.contains("more than one account"),
        "{}",
        done.stderr
    );
    assert!(!made.exists());
    // Where nothing was done before, there is one account.
    let lines = format!(":profile there\nlet a = 1;\n:save {}\n", made.display());
    two.says(&["repl"], &lines);
    assert!(made.exists());
}

#[test]
fn what_a_function_imports_is_not_loaded_again_elsewhere() {
    let two = Two::new();
    two.folder
        .write("own.rhai", "print(\"once\"); fn it() { 1 }");
    let lines = "fn act() { import \"./own\" as own; own::it() }\nact()\n:profile there\nact()\n";
    assert_eq!(two.says(&["repl"], lines).stdout, "once\n1\n1\n");
}

#[test]
fn what_is_denied_is_not_looked_at_for_completion_either() {
    if !terminal::is_there() {
        return;
    }
    let server = Server::start();
    let variables = format!("OPENMETAL_API_URL={} OPENMETAL_API_KEY=sim", server.url());
    let terminal = Terminal::of(&variables, "--deny clouds repl");
    terminal.shows("the prompt", |screen| screen.ends_with("\ndefault>"));
    terminal.types("cloud(\"B");
    terminal.presses("Tab");
    terminal.types("\"; 42");
    terminal.presses("C-u");
    terminal.enters("40 + 2");
    terminal.shows("the answer", |screen| screen.contains("\n42\n"));
    assert!(Two::asked(&server).is_empty());
}

#[test]
fn profiles_are_listed_with_the_one_the_session_is_on() {
    let two = Two::new();
    let done = two.says(&["--output", "json", "repl"], ":profile there\n:profile\n");
    let rows: Vec<Value> = serde_json::from_str(&done.stdout).unwrap();
    let rows: Vec<_> = rows
        .iter()
        .map(|row| (row["profile"].as_str().unwrap(), row["here"] == true))
        .collect();
    assert_eq!(
        rows,
        [
            ("bare", false),
            ("here", false),
            ("there", true),
            ("sim", false)
        ]
    );
}

#[test]
fn what_the_command_line_allows_holds_for_its_own_account_and_what_it_denies_for_all() {
    let narrow = "allow = [\"read\"]";
    let two = Two::with(narrow, narrow);
    let lines = ":allow\n:profile there\n:allow\n:profile here\n:allow\n";
    let done = two.says(
        &[
            "--allow",
            "disrupt",
            "--deny",
            "delete_cloud",
            "--spend-limit",
            "50",
            "repl",
        ],
        lines,
    );
    let here = "allowed  disrupt, read\nrefused  change, destroy, spend\n";
    let there = "allowed  read\nrefused  change, disrupt, destroy, spend\n";
    let both = "denied   delete_cloud to this run by --deny\nlimit    $50.00 for 30 days\n";
    assert_eq!(
        done.stdout,
        format!("{here}{both}{there}{both}{here}{both}")
    );
    let done = two.says(
        &["--allow", "disrupt", "repl"],
        ":profile there\ncloud(\"Bare metal\").nodes()[0].reboot()\n",
    );
    assert_eq!(done.code, Some(4), "{}", done.stderr);
}

#[test]
fn a_limit_on_spending_is_not_loosened_by_going_elsewhere_nor_forgotten_by_coming_back() {
    let two = Two::with("allow = [\"read\"]", "allow = [\"read\"]\nspend_limit = 20");
    let done = two.says(&["--spend-limit", "50", "repl"], ":profile there\n:allow\n");
    assert!(
        done.stdout.contains("limit    $20.00 for 30 days"),
        "{}",
        done.stdout
    );
    // An order takes most of what there is; after a visit elsewhere there is no more than the rest.
    let order = "order(#{label: \"a\", items: [#{hardware_sku: \"medium_v4\", location: \"pod_1\", \
                 type: \"pcc\", quantity: 1}]});";
    let done = two.says(
        &["--allow", "spend", "--spend-limit", "3000", "repl"],
        &format!("{order}\n:profile there\n:profile here\nprint(\"back\")\n{order}\n"),
    );
    assert_eq!(done.code, Some(4), "{}", done.stderr);
    assert!(
        done.stdout.ends_with("back\n"),
        "{}{}",
        done.stdout,
        done.stderr
    );
    assert!(
        done.stderr.contains("more than the limit"),
        "{}",
        done.stderr
    );
}

#[test]
fn the_simulator_says_its_time_and_its_clock_is_moved() {
    let mw = |lines: &str| Mw::new(["--sim", "repl"]).stdin(lines);
    let done = mw(":sim\nlet before = now();\n:sim advance 3h\n(now() - before).hours()\n")
        .any_stdout()
        .run();
    let lines: Vec<&str> = done.stdout.lines().collect();
    assert!(
        lines[0].starts_with("time     2026-01-15T08:00:0"),
        "{lines:?}"
    );
    assert_eq!(
        lines[1],
        "account  2 clouds, 8 nodes, 13 VLANs, 5 IP blocks, 2 orders"
    );
    assert!(
        lines[2].starts_with("time     2026-01-15T11:00:0"),
        "{lines:?}"
    );
    assert!(lines[4].starts_with('3'), "{lines:?}");
    for wrong in [
        ":sim advance soon",
        ":sim back",
        ":sim advance",
        ":sim advance 20000d",
    ] {
        let done = mw(wrong).any_stderr().done();
        assert!(matches!(done.code, Some(1 | 2)), "{wrong}: {}", done.stderr);
    }
}

#[test]
fn calls_to_the_simulator_fail_by_rules_that_are_given_at_the_prompt() {
    let rules = "[[fault]]\noperation = \"clouds\"\nstatus = 503\ntimes = 9\n";
    let done = Mw::new(["--sim", "--output", "json", "repl"])
        .file("rules.toml", rules)
        .stdin(
            ":faults\n:faults rules.toml\nattempt(|| clouds()).ok\n:faults\n:faults none\nattempt(|| clouds()).ok\n",
        )
        .any_stdout()
        .any_stderr()
        .run();
    assert!(
        done.stdout
            .contains("\"fails\": \"times = 9, status = 503\""),
        "{}",
        done.stdout
    );
    assert!(
        done.stdout.contains("\nfalse\n") && done.stdout.ends_with("true\n"),
        "{}",
        done.stdout
    );
    // What cannot be read leaves the rules as they are.
    let done = Mw::new(["--sim", "repl"])
        .file("rules.toml", rules)
        .file(
            "wrong.toml",
            "[[fault]]\noperation = \"cluods\"\nstatus = 503\n",
        )
        .stdin(":faults wrong.toml\n")
        .any_stderr()
        .code(2)
        .run();
    assert!(done.stderr.contains("clouds"), "{}", done.stderr);
}

#[test]
fn where_there_is_no_simulator_it_is_said() {
    let two = Two::new();
    for line in [":sim", ":sim advance 1h", ":faults", ":faults none"] {
        let done = two.says(&["repl"], &format!("{line}\n"));
        assert_eq!(done.code, Some(2), "{line}");
        let told = format!(
            "there is no simulator here, on profile here at {}",
            two.here.url()
        );
        assert!(done.stderr.contains(&told), "{line}: {}", done.stderr);
    }
}
