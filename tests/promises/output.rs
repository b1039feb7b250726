//! Results as people and programs read them: every resource as a table at every width, and every
//! format.

use std::fmt::Write as _;

use metalwright::output::{Choice, Document, Format, Paint, Screen, render};
use metalwright::script::kind;
use serde_json::Value;

use crate::stage::mw::Mw;

/// Every resource that is shown in lists, with a line of script that lists some.
const RESOURCES: [(&str, &str); 16] = [
    ("Cloud", "clouds()"),
    ("Node", r#"cloud("My first cloud").nodes()"#),
    ("CloudVlan", r#"cloud("Bare metal").stats().vlans"#),
    ("CloudStats", r#"[cloud("Bare metal").stats()]"#),
    ("Order", "orders()"),
    ("OrderItem", "orders()[0].items"),
    ("DeployedCloud", "orders()[0].clouds_deployed"),
    ("Vlan", "vlans()"),
    ("IpBlock", "ip_blocks()"),
    ("Configuration", "configurations()"),
    ("PublicKey", "public_keys()"),
    ("Image", r#"images("pod_1")"#),
    ("Location", "locations()"),
    ("Stock", r#"availability("pod_1").stock"#),
    ("Hardware", "products().hardware"),
    ("Product", "products().addons.ip_block"),
];

/// The resources of the simulated account, the last one with a name that is hard to show.
fn resources(name: &str, line: &str) -> Document {
    let done = Mw::new(["--sim", "-o", "json", "eval", line])
        .any_stdout()
        .run();
    let mut list: Value = serde_json::from_str(&done.stdout).unwrap();
    let last = list.as_array_mut().unwrap().last_mut().unwrap();
    for field in ["label", "hostname", "name"] {
        if last[field].is_string() {
            last[field] = "日本語のクラウド — café 👩‍💻\u{1b}[2J\u{202e}".into();
        }
    }
    let decode = kind(name).unwrap().decode_list;
    Document::Records(decode(list.to_string().as_bytes()).unwrap())
}

fn on(width: Option<usize>, is_wide: bool) -> Screen {
    Screen {
        width,
        is_terminal: true,
        is_wide,
        paint: Paint::NONE,
        now: "2026-01-17T12:34:56Z".parse().unwrap(),
    }
}

#[test]
fn every_resource_is_a_table_at_every_width() {
    for (name, line) in RESOURCES {
        let document = resources(name, line);
        let choice = Choice::of(Format::Table);
        let mut golden = String::new();
        for width in [40, 80, 120, 200] {
            let text = render(&document, &choice, &on(Some(width), false)).unwrap();
            for line in text.lines() {
                let shown = unicode_width::UnicodeWidthStr::width(line);
                assert!(shown <= width, "{name} at {width}: {line}");
            }
            let _ = write!(golden, "-- {width}\n{text}");
        }
        let wide = render(&document, &choice, &on(Some(40), true)).unwrap();
        let _ = write!(golden, "-- wide\n{wide}");
        assert!(!golden.contains('\u{1b}') && !golden.contains('\u{202e}'));
        insta::assert_snapshot!(name, golden);
    }
}

#[test]
fn states_are_coloured_where_colours_are_wanted() {
    let done = Mw::new([
        "--sim",
        "--color",
        "always",
        "eval",
        "clouds()",
        "--columns",
        "label,provision_status",
    ])
    .any_stdout()
    .run();
    assert_eq!(
        done.stdout,
        "\u{1b}[1mlabel\u{1b}[0m           \u{1b}[1mprovision_status\u{1b}[0m\n\
         My first cloud  \u{1b}[32mcomplete\u{1b}[0m\n\
         Bare metal      \u{1b}[32mcomplete\u{1b}[0m\n"
    );
    // Programs are given none.
    Mw::new([
        "--sim", "--color", "always", "-o", "csv", "eval", "clouds()",
    ])
    .any_stdout()
    .run()
    .stdout
    .chars()
    .for_each(|c| assert_ne!(c, '\u{1b}'));
}

#[test]
fn columns_and_order_are_chosen() {
    let nodes = r#"cloud("Bare metal").nodes()"#;
    Mw::new([
        "--sim",
        "eval",
        nodes,
        "--columns",
        "hostname,cpu,disks.0.size",
        "--sort",
        "-hostname",
    ])
    .stdout(
        "hostname    cpu  disks.0.size\nshy-lynx     24  480 GB\nplain-hare   24  480 GB\n\
             late-crow    24  480 GB\ngrand-mole   24  480 GB\nbold-fox     24  480 GB\n",
    )
    .run();
    Mw::new([
        "--sim",
        "-o",
        "csv",
        "call",
        "clouds",
        "--columns=fields.pod_location,label",
        "--sort=label",
    ])
    .stdout("fields.pod_location,label\npod_1,Bare metal\npod_1,My first cloud\n")
    .run();
    Mw::new([
        "--sim",
        "-o",
        "jsonl",
        "eval",
        "clouds()",
        "--columns",
        "label",
    ])
    .stdout("{\"label\":\"My first cloud\"}\n{\"label\":\"Bare metal\"}\n")
    .run();
    Mw::new([
        "--sim",
        "-o",
        "yaml",
        "eval",
        "clouds()[0]",
        "--columns",
        "label,fields.cloud_type",
    ])
    .stdout("label: My first cloud\nfields.cloud_type: pcc\n")
    .run();
    Mw::new([
        "--sim",
        "-o",
        "json",
        "eval",
        "[3, 1, 2]",
        "--sort",
        "-value",
    ])
    .stdout("[\n  3,\n  2,\n  1\n]\n")
    .run();
}

#[test]
fn what_is_not_there_is_a_mistake_that_names_what_is() {
    let refused = |arguments: &[&str], stderr: &str| {
        let all = ["--sim", "eval"].iter().chain(arguments);
        Mw::new(all).code(2).stderr(stderr).run();
    };
    refused(
        &["locations()", "--columns", "id,regoin"],
        "error: the result has no column `regoin`\n  help: did you mean `region`? it has id, label, \
         displayName, region, code, latitude, longitude, release_status\n",
    );
    refused(
        &["locations()", "--sort", "-price"],
        "error: the result has no field `price`\n  help: it has id, label, displayName, region, code, \
         latitude, longitude, release_status\n",
    );
    refused(
        &["[1, 2]", "--columns", "id"],
        "error: the result has no column `id`\n  help: it has value alone\n",
    );
    refused(
        &[r#""text""#, "--columns", "id"],
        "error: the result is a text, which has no columns\n  help: leave out --columns and --sort\n",
    );
    refused(
        &["clouds()", "--columns", "id,,label"],
        "error: a column without a name is asked for\n  help: --columns NAME,NAME; it has id, label, \
         description, created_at, cloud_type, cloud_uuid, cloud_version, owner_name, organization_id, \
         hostname, order_id, pod_location, provision_status, provision_completion_time, pending_delete\n",
    );
}

#[test]
fn an_empty_list_has_its_form_in_every_format() {
    for (format, stdout) in [
        ("table", ""),
        ("json", "[]\n"),
        ("jsonl", ""),
        ("yaml", "[]\n"),
        (
            "csv",
            "id,state,script,job,started_at,finished_at,exit_code\n",
        ),
    ] {
        Mw::new(["-q", "-o", format, "runs", "list"])
            .stdout(stdout)
            .run();
    }
    Mw::new(["-q", "-o", "csv", "locks", "list"])
        .stdout("name,profile,run,state,since\n")
        .run();
    // What a script's empty list would hold is not known, what was asked for is.
    Mw::new(["--sim", "-o", "csv", "eval", "[]"]).run();
    Mw::new(["--sim", "-o", "csv", "eval", "[]", "--columns", "a,b"])
        .stdout("a,b\n")
        .run();
}

#[test]
fn a_table_shows_ages_and_a_wide_one_instants() {
    let line = "public_keys()";
    Mw::new(["--sim", "eval", line, "--columns", "label,created_at"])
        .stdout("label       created_at\noperations  1d\ndeploy      1d\n")
        .run();
    Mw::new([
        "--sim",
        "eval",
        line,
        "--columns",
        "label,created_at",
        "--wide",
    ])
    .stdout(
        "label       created_at\noperations  2026-01-14T08:00:00+00:00\n\
             deploy      2026-01-14T08:00:00+00:00\n",
    )
    .run();
    // The clock is the account's, also after a wait.
    Mw::new([
        "--sim",
        "eval",
        r#"clouds(); sleep("2h"); public_keys()"#,
        "--columns",
        "created_at",
    ])
    .stdout("created_at\n1d 2h\n1d 2h\n")
    .run();
}

#[test]
fn money_and_sizes_are_written_out_for_people_and_raw_for_programs() {
    let call = |more: &[&'static str]| {
        let line = "products().addons.ip_block";
        let columns = "add_on_code,hourly_cost_mils,hourly_cost,30_day_cost";
        let all = [
            "--sim",
            "eval",
            line,
            "--columns",
            columns,
            "--sort",
            "30_day_cost",
        ];
        Mw::new(all.iter().chain(more)).any_stdout().run().stdout
    };
    insta::assert_snapshot!(call(&[]));
    insta::assert_snapshot!(call(&["-o", "csv"]));
    let line = r#"cloud("Bare metal").subscription()"#;
    Mw::new([
        "--sim",
        "eval",
        line,
        "--columns",
        "subscription.total_in_cents",
    ])
    .stdout("field                        value\nsubscription.total_in_cents  $165.60\n")
    .run();
}

#[test]
fn nothing_that_a_server_says_is_obeyed_by_the_terminal() {
    if !crate::stage::terminal::is_there() {
        return;
    }
    let line =
        r#"--sim eval 'let l = "\x1b[2J\x1b]0;t\x07\x1b[31mred\x1b[0m"; print(l); info(l); l'"#;
    let terminal = crate::stage::terminal::Terminal::staying("", line);
    let screen = terminal.shows("its end", |screen| screen.ends_with("exit 0"));
    let text = r"\u{1b}[2J\u{1b}]0;t\u{7}red";
    assert_eq!(
        screen.trim_end(),
        format!("{text}\nsim 08:00:00  {text}\n{text}\nexit 0")
    );
    assert!(terminal.colours().contains("\u{1b}[31mred"));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let done = Mw::shell("mw --sim -o jsonl eval 'let l = []; l.pad(100000, 7); l' | head -1; mw --sim eval 'clouds()' | true")
        .stdout("7\n")
        .run();
    assert_eq!(done.stderr, "");
}
