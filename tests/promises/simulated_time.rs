//! On the simulator an hour costs nothing, and a seed decides everything.

use crate::stage::mw::Mw;

/// Orders a cloud and waits for it; its value is the simulated minutes that took.
const PROVISION: &str = r#"
let start = now();
let o = order(#{
    label: "timed",
    items: [#{hardware_sku: "medium_v4", location: "pod_1", type: "pcc", quantity: 1}]
});
wait_for(o, "complete");
(now() - start).minutes()
"#;

fn minutes(seed: &str) -> f64 {
    let done = Mw::new(["--sim", "--seed", seed, "--quiet", "eval", PROVISION])
        .any_stdout()
        .run();
    done.stdout.trim().parse().unwrap()
}

#[test]
fn simulated_time_starts_at_the_same_instant() {
    Mw::eval(r#"now() == instant("2026-01-15T08:00:00Z")"#)
        .stdout("true\n")
        .run();
}

#[test]
fn provisioning_takes_twenty_to_thirty_simulated_minutes() {
    for seed in ["1", "2", "3", "4", "5"] {
        let minutes = minutes(seed);
        assert!(
            (20.0..=30.0).contains(&minutes),
            "{minutes} minutes with seed {seed}"
        );
    }
}

#[test]
fn a_pause_passes_at_once_and_exactly() {
    Mw::eval(r#"let start = now(); sleep("36h"); (now() - start).hours()"#)
        .stdout("36.0\n")
        .run();
}

#[test]
fn branches_wait_side_by_side() {
    let line = "
        let start = now();
        parallel([1, 2, 3, 4], |n| sleep(`${n}h`));
        (now() - start).hours()
    ";
    let told = "sim 09:00:00  parallel: 1 of 4
sim 10:00:00  parallel: 2 of 4
sim 11:00:00  parallel: 3 of 4
sim 12:00:00  parallel: 4 of 4
";
    Mw::eval(line).stdout("4.0\n").stderr(told).run();
}

/// A script that does everything whose order could differ.
const BUSY: &str = r#"
let c = cloud("Bare metal");
let seen = parallel(c.nodes(), |n| {
    n.reboot();
    info(`waiting for ${n.hostname}`);
    let back = n.wait_for("power on", #{timeout: "1h"});
    sleep("1m");
    #{host: back.hostname, at: now()}
}, #{limit: 1});
print(seen);
let blocks = parallel([1, 2, 3, 4, 5, 6], |n| {
    sleep(`${7 - n}m`);
    let v = create_vlan(#{label: `v${n}`, pod_location: "pod_1", vlan_type: "internal"});
    v.id
}, #{limit: 3});
print(blocks);
print(vlans().pluck("id"));
print(now());
"#;

fn busy(seed: &str) -> (String, String) {
    let done = Mw::new(["--sim", "--seed", seed, "run", "busy.rhai"])
        .file("busy.rhai", BUSY)
        .any_stdout()
        .any_stderr()
        .run();
    (done.stdout, done.stderr)
}

#[test]
fn one_seed_gives_one_output() {
    let first = busy("7");
    assert!(first.0.lines().count() >= 4, "{}", first.0);
    for _ in 0..4 {
        assert_eq!(busy("7"), first);
    }
    assert_ne!(busy("8").0, first.0, "another seed is another account");
}

/// The account is made when it is first needed, which nobody can tell.
#[test]
fn a_sleep_before_the_first_call_passes_for_the_account_too() {
    let model = r#"now = "2026-01-15T08:00:00+00:00"
[[cloud]]
id = "c1"
fields = { cloud_type = "pcc", pod_location = "pod_1", provision_status = "pending", order_id = "o1" }
[[order]]
id = "o1"
fields = { items = [{ hardware_sku = "medium_v4", quantity = 1 }], clouds_deployed = [{ id = "c1" }] }
"#;
    let told = r#"let c = cloud("c1"); print(`${c.provision_status} since ${c.created_at}`);"#;
    let said: Vec<String> = ["", r#"cloud("c1"); "#]
        .into_iter()
        .map(|first| {
            let line = format!(r#"{first}sleep("1h"); {told}"#);
            let mw = Mw::new(["--sim=model.toml", "--quiet", "eval", &line]);
            mw.file("model.toml", model).any_stdout().run().stdout
        })
        .collect();
    assert_eq!(said[0], said[1]);
    assert!(
        said[0].starts_with("complete since 2026-01-15"),
        "{}",
        said[0]
    );
    assert!(said[0].contains("08:00"), "{}", said[0]);
}
