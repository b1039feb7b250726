//! A run does what it is granted and nothing else: what is refused is refused before it is sent, with
//! exit 4 and the words that would grant it.

use crate::stage::http;
use crate::stage::mw::Mw;
use crate::stage::server::Server;
use crate::stage::terminal::{self, Terminal};

/// A line on an account on a socket, with these grants.
fn line(server: &Server, options: &[&str], line: &str) -> Mw {
    let call = ["eval", line];
    let words = ["--quiet"].iter().chain(options).chain(&call);
    Mw::new(words).account(server.url()).any_stdout()
}

fn refused(server: &Server, options: &[&str], text: &str) -> String {
    line(server, options, text)
        .any_stderr()
        .code(4)
        .run()
        .stderr
}

fn changes(server: &Server) -> Vec<String> {
    let calls = server.calls().into_iter();
    calls
        .filter(|call| call.status.is_some_and(|status| status < 300))
        .map(|call| call.operation)
        .filter(|name| {
            ["set_power", "delete_", "create_", "update_", "place_order"]
                .iter()
                .any(|begin| name.starts_with(begin))
        })
        .collect()
}

const REBOOT: &str = r#"cloud("Bare metal").nodes()[0].reboot()"#;

#[test]
fn a_grant_for_one_cloud_reaches_no_other() {
    let server = Server::start();
    let grants = [
        "disrupt@cloud:Bare metal",
        "set_power@cloud:Bare*",
        "disrupt@node:*",
    ];
    for (node, allow) in grants.iter().enumerate() {
        // A node that has just been rebooted is locked.
        let reboot = REBOOT.replace("[0]", &format!("[{node}]"));
        line(&server, &["--allow", allow], &reboot).run();
    }
    assert_eq!(changes(&server), ["set_power"; 3]);
    server.reset();
    let allow = "disrupt@cloud:My first cloud,change@cloud:Bare metal";
    let told = refused(&server, &["--allow", allow], REBOOT);
    assert!(
        told.contains("or only here with --allow 'disrupt@cloud:Bare metal'"),
        "{told}"
    );
    assert!(changes(&server).is_empty());
}

#[test]
fn what_is_denied_by_name_is_denied_whatever_it_is_called_by() {
    let server = Server::start();
    let id = line(&server, &[], r#"cloud("Bare metal").id"#).run().stdout;
    let by_id = format!(
        "set_power({:?}, cloud_stats({:?}).nodes[0].uuid, \"power off\")",
        id.trim(),
        id.trim()
    );
    for text in [REBOOT, &by_id] {
        let options = ["--allow", "disrupt", "--deny", "disrupt@cloud:Bare metal"];
        let told = refused(&server, &options, text);
        assert!(
            told.contains("`disrupt@cloud:Bare metal` is denied to this run by --deny"),
            "{told}"
        );
    }
    assert!(changes(&server).is_empty());
    let options = [
        "--allow",
        "disrupt",
        "--deny",
        "disrupt@cloud:My first cloud",
    ];
    line(&server, &options, REBOOT).run();
    assert_eq!(changes(&server), ["set_power"]);
}

#[test]
fn an_order_for_a_location_that_is_denied_is_not_placed() {
    let server = Server::start();
    let order = r#"order(#{label: "a", items: [#{hardware_sku: "medium_v4", location: "pod_1", type: "pcc", quantity: 1}], config_options: #{public_key: "ssh-ed25519 AAAA a"}}).label"#;
    for deny in ["spend@location:pod_1", "place_order@location:*"] {
        let said = refused(&server, &["--allow", "spend", "--deny", deny], order);
        assert!(said.contains("is denied to this run by --deny"), "{said}");
    }
    // The word that scripts use for it is not that of another operation.
    let done = line(&server, &["--allow", "spend", "--deny", "order"], order)
        .any_stderr()
        .code(2)
        .run();
    assert!(
        done.stderr.contains("write place_order or spend"),
        "{}",
        done.stderr
    );
    assert_eq!(changes(&server), Vec::<String>::new());
    line(&server, &["--allow", "spend@location:pod_1"], order).run();
    assert_eq!(changes(&server), ["place_order"]);
}

#[test]
fn a_grant_for_a_cloud_does_not_reach_a_node_of_another_that_is_named_beside_it() {
    let server = Server::start();
    let seen = |text: &str| line(&server, &[], text).run().stdout.trim().to_owned();
    let mine = seen(r#"cloud("My first cloud").id"#);
    let other = seen(r#"cloud("Bare metal").id"#);
    let node = seen(&format!("cloud_stats({other:?}).nodes[0].uuid"));
    let off = format!("set_power({mine:?}, {node:?}, \"power off\")");
    let granted = format!("disrupt@cloud:{mine}");
    let denied = format!("disrupt@cloud:{other}");
    let before = server.calls().len();
    // Nothing is known of the node but that it is not where the call says.
    for options in [
        &["--allow", &granted][..],
        &["--allow", "disrupt@cloud:My first*"],
        &["--allow", "disrupt", "--deny", &denied],
    ] {
        let told = refused(&server, options, &off);
        assert!(told.contains("the rules for it go by clouds"), "{told}");
        assert!(told.contains(&format!("node {node} is in cloud")), "{told}");
    }
    // The script has seen where it is.
    let seen = format!("cloud_stats({other:?}); {off}");
    let told = refused(&server, &["--allow", &granted], &seen);
    assert!(told.contains("its effect is `disrupt`"), "{told}");
    let told = refused(&server, &["--allow", "disrupt", "--deny", &denied], &seen);
    assert!(
        told.contains(&format!("`{denied}` is denied to this run by --deny")),
        "{told}"
    );
    let called = server.calls().split_off(before);
    assert!(
        called.iter().all(|call| call.operation != "set_power"),
        "{called:?}"
    );
    // One that is there is reached.
    let node = line(
        &server,
        &[],
        &format!("cloud_stats({mine:?}).nodes[0].uuid"),
    )
    .run()
    .stdout;
    let off = format!("set_power({mine:?}, {:?}, \"power off\")", node.trim());
    line(&server, &["--allow", &granted], &off).run();
    assert_eq!(changes(&server), ["set_power"]);
}

#[test]
fn where_no_rule_is_for_a_cloud_nothing_more_is_asked_of_the_account() {
    let server = Server::start();
    let seen = |text: &str| line(&server, &[], text).run().stdout.trim().to_owned();
    let cloud = seen(r#"cloud("Bare metal").id"#);
    let node = seen(&format!("cloud_stats({cloud:?}).nodes[0].uuid"));
    let off = format!("set_power({cloud:?}, {node:?}, \"power off\")");
    let before = server.calls().len();
    let options = [
        "--allow",
        "disrupt,change@cloud:x",
        "--deny",
        "destroy@cloud:y",
    ];
    line(&server, &options, &off).run();
    let called: Vec<String> = server
        .calls()
        .split_off(before)
        .into_iter()
        .map(|call| call.operation)
        .collect();
    assert_eq!(called, ["token", "set_power"]);
}

#[test]
fn another_label_makes_nothing_one_may_delete() {
    let server = Server::start();
    let options = ["--allow", "change,destroy@vlan:scratch-*"];
    let made = r#"let v = create_vlan(#{label: "scratch-1", pod_location: "pod_1", vlan_type: "internal"}); v.delete(); 1"#;
    line(&server, &options, made).stdout("1\n").run();
    let mine =
        r#"create_vlan(#{label: "precious", pod_location: "pod_1", vlan_type: "internal"}).id"#;
    let id = line(&server, &options, mine).run().stdout;
    let id = id.trim();
    for text in [
        format!("vlan({id:?}).update(#{{label: \"scratch-2\"}}); vlan({id:?}).delete()"),
        format!("update_vlan({id:?}, #{{label: \"scratch-3\"}}); delete_vlan({id:?})"),
    ] {
        let told = refused(&server, &options, &text);
        assert!(told.contains("its effect is `destroy`"), "{told}");
        // What it was called when the run began is put back for the next.
        line(
            &server,
            &["--allow", "change"],
            &format!("vlan({id:?}).update(#{{label: \"precious\"}})"),
        )
        .run();
    }
    let deleted = changes(&server);
    assert_eq!(deleted.iter().filter(|it| *it == "delete_vlan").count(), 1);
}

#[test]
fn where_names_cannot_be_read_nothing_that_hangs_on_them_is_done() {
    let server = Server::start();
    let id = line(&server, &[], r#"cloud("Bare metal").id"#).run().stdout;
    let fault = r#"{"operation": "clouds", "status": 403}"#;
    http::post(server.url(), "/_sim/faults", fault);
    let text = format!("delete_cloud({:?})", id.trim());
    for options in [
        [
            "--allow",
            "destroy",
            "--deny",
            "destroy@cloud:My first cloud",
        ],
        ["--allow", "destroy@cloud:Bare metal", "--deny", "spend"],
    ] {
        let told = refused(&server, &options, &text);
        assert!(
            told.contains("what its cloud is called could not be read"),
            "{told}"
        );
    }
    assert!(changes(&server).is_empty());
    let by_id = format!("destroy@cloud:{}", id.trim());
    line(&server, &["--allow", &by_id], &text).run();
    assert_eq!(changes(&server), ["delete_cloud"]);
}

#[test]
fn yes_grants_neither_what_destroys_nor_what_spends() {
    let server = Server::start();
    line(&server, &["--yes"], REBOOT).run();
    for (text, effect) in [
        ("vlans()[0].delete()", "destroy"),
        (r#"delete_cloud("qw5T")"#, "destroy"),
        (
            r#"order(#{label: "a", items: [#{hardware_sku: "medium_v4", location: "pod_1", type: "pcc", quantity: 1}]})"#,
            "spend",
        ),
    ] {
        let told = refused(&server, &["--yes"], text);
        assert!(told.contains("--yes does not go so far"), "{told}");
        assert!(told.contains(&format!("--allow {effect}")), "{told}");
    }
    assert_eq!(changes(&server), ["set_power"]);
}

/// Orders a private cloud core of three servers.
const ORDER: &str = r#"order(#{label: "a", items: [#{hardware_sku: "medium_v4", location: "pod_1", type: "pcc", quantity: 1}]})"#;
/// Three servers at $1.38 an hour, for 720 hours.
const COSTS: &str = "$2,980.80";

#[test]
fn a_run_buys_for_no_more_than_its_limit() {
    let server = Server::start();
    let spend = |limit: &'static str| ["--allow", "spend", "--spend-limit", limit];
    let told = refused(&server, &spend("2980.79"), ORDER);
    assert!(told.contains(COSTS), "{told}");
    assert!(told.contains("more than the limit of $2,980.79"), "{told}");
    assert!(told.contains("--spend-limit 2981"), "{told}");
    assert!(changes(&server).is_empty());
    line(&server, &spend("2980.80"), ORDER).run();
    let both = format!("{ORDER}; {ORDER}");
    let told = refused(&server, &spend("5000"), &both);
    assert!(
        told.contains("after $2,980.80 for what the run has bought"),
        "{told}"
    );
    assert_eq!(changes(&server), ["place_order"; 2]);
    // A limit is no grant.
    let told = refused(&server, &["--spend-limit", "9999"], ORDER);
    assert!(told.contains("--allow spend"), "{told}");
}

#[test]
fn what_was_not_bought_after_all_does_not_count() {
    let server = Server::start();
    let wrong = ORDER
        .replace("pod_1", "pod_5")
        .replace("quantity: 1", "quantity: 40");
    let text = format!("attempt(|| {wrong}); {ORDER}.id");
    let told = line(
        &server,
        &["--allow", "spend", "--spend-limit", "200000"],
        &text,
    )
    .run();
    assert!(!told.stdout.is_empty());
}

#[test]
fn what_has_no_price_is_not_bought_within_a_limit() {
    let server = Server::start();
    for text in [
        ORDER.replace("medium_v4", "giant_v9"),
        r#"create_ip_block(#{label: "a", pod_location: "pod_1", prefix_type: "routed"})"#
            .to_owned(),
    ] {
        let told = refused(
            &server,
            &["--allow", "spend", "--spend-limit", "9999"],
            &text,
        );
        assert!(told.contains("the catalogue has no price for"), "{told}");
    }
    assert!(changes(&server).is_empty());
}

/// A configuration whose default profile is this account, with these keys more.
fn configured(mw: Mw, server: &Server, keys: &str) -> Mw {
    let text = format!(
        "default_profile = \"live\"\n[profile.live]\nurl = {:?}\napi_key_env = \"KEY\"\n{keys}\n",
        server.url()
    );
    mw.file("config.toml", &text)
        .env("MW_CONFIG", "config.toml")
        .env("KEY", "sim")
}

#[test]
fn a_profile_of_production_grants_less_and_its_denials_hold() {
    let server = Server::start();
    let run = |options: &[&str], keys: &str, text: &str| {
        let call = ["eval", text];
        let words = ["--quiet"].iter().chain(options).chain(&call);
        configured(Mw::new(words), &server, keys).any_stdout()
    };
    run(&["--yes"], "", REBOOT).run();
    let told = run(&["--yes"], "production = true", REBOOT)
        .any_stderr()
        .code(4)
        .run()
        .stderr;
    assert!(told.contains("--yes does not go so far"), "{told}");
    let other = REBOOT.replace("[0]", "[1]");
    run(&["--allow", "disrupt"], "production = true", &other).run();
    let told = run(
        &["--allow", "disrupt"],
        "deny = [\"set_power@cloud:Bare*\"]",
        REBOOT,
    )
    .any_stderr()
    .code(4)
    .run()
    .stderr;
    assert!(
        told.contains("`set_power@cloud:Bare*` is denied by profile live"),
        "{told}"
    );
    let told = run(&["--allow", "spend"], "spend_limit = 100", ORDER)
        .any_stderr()
        .code(4)
        .run()
        .stderr;
    assert!(told.contains("limit of $100.00"), "{told}");
    run(
        &["--allow", "spend", "--spend-limit", "3000"],
        "spend_limit = 100",
        ORDER,
    )
    .run();
    assert_eq!(changes(&server), ["set_power", "set_power", "place_order"]);
}

#[test]
fn a_person_is_asked_with_names_and_costs() {
    if !terminal::is_there() {
        return;
    }
    let server = Server::start();
    let variables = format!("OPENMETAL_API_URL={} OPENMETAL_API_KEY=sim", server.url());
    let id = line(&server, &[], r#"cloud("Bare metal").id"#).run().stdout;
    let node = format!("cloud_stats({:?}).nodes[0]", id.trim());
    let uuid = line(&server, &[], &format!("{node}.uuid")).run().stdout;
    let host = line(&server, &[], &format!("{node}.hostname")).run().stdout;
    let text = format!(
        "set_power(\"{}\", \"{}\", \"rebooting\"); 1",
        id.trim(),
        uuid.trim()
    );
    let person = Terminal::of(&variables, &format!("eval '{text}'"));
    let asks = format!(
        "disrupt: reboot {} ({}) of Bare metal ({})?",
        host.trim(),
        uuid.trim(),
        id.trim()
    );
    let screen = person.shows("a question", |screen| screen.contains("[n]o:"));
    let whole = screen.replace('\n', "");
    assert!(whole.contains(&asks), "{screen}");
    person.enters("n");
    person.closes();
    let person = Terminal::of(&variables, &format!("eval '{ORDER}.label'"));
    let screen = person.shows("a question", |screen| screen.contains("[n]o:"));
    let whole = screen.replace('\n', "");
    assert!(
        whole.contains("spend: place order labelled \"a\", 1 × medium_v4 (3 servers each) in pod_1, at most $2,980.80 for 30 days?"),
        "{screen}"
    );
    person.enters("y");
    person.closes();
    assert_eq!(changes(&server), ["place_order"]);
}
