//! Two services on one journal, killed over and over at drawn moments: each instant has one run, and
//! no run does anything twice.

use std::collections::BTreeMap;

use super::account::Account;
use crate::stage::process::Process;

const JOBS: &str = "[[job]]\nname = \"tick\"\ncron = \"* * * * * *\"\nseconds = true\n\
script = \"tick.rhai\"\nallow = [\"read\", \"change\"]\noverlap = \"allow\"\ncatch_up = \"all\"\n";

const TICK: &str = r#"
for part in ["a", "b"] {
    create_vlan(#{label: `${run.id}${part}`, pod_location: "pod_1", vlan_type: "internal"});
}
"#;

const POINTS: [&str; 6] = [
    "after-claim",
    "after-begin",
    "before-intent",
    "after-intent",
    "after-outcome",
    "after-end",
];

/// How many blows are drawn; `MW_SURVIVAL` asks for more.
fn blows() -> u64 {
    std::env::var("MW_SURVIVAL").map_or(20, |count| count.parse().unwrap())
}

/// How many instants were decided about.
fn instants(account: &Account) -> usize {
    let rows = account.json(&["jobs", "history", "--count", "100000"]);
    rows.as_array().unwrap().len()
}

/// A service that is killed where the next draw says: at a point of its own, or when so many instants
/// were decided about beside it.
fn struck(account: &Account, random: &mut fastrand::Rng) -> (Process, Option<usize>, String) {
    let call = account.mw(&["serve"]);
    if random.bool() {
        let point = POINTS[random.usize(..POINTS.len())];
        let blow = format!("{point}:{}", random.usize(1..4));
        return (call.env("MW_TEST_KILL", &blow).start(), None, blow);
    }
    let told = random.usize(0..3);
    (call.start(), Some(told), format!("told {told}"))
}

#[test]
fn of_two_services_killed_at_drawn_moments_one_runs_each_instant_once() {
    let account = Account::new();
    account.home.write("jobs.toml", JOBS);
    account.home.write("tick.rhai", TICK);
    let mut random = fastrand::Rng::with_seed(6);
    let mut history = Vec::new();
    let mut other: Option<Process> = None;
    for _ in 0..blows() {
        let (mut service, told, blow) = struck(&account, &mut random);
        history.push(blow);
        match told {
            Some(told) => {
                service.notes("tick");
                // Where the other one lives on, it may be the one that takes all of them.
                let until = instants(&account) + told;
                while instants(&account) < until {}
                service.signal("KILL");
            }
            // It ends by itself once it comes there: at the latest when the other one is gone.
            None => drop(other.take()),
        }
        if told.is_some() && random.bool() {
            // The other one lives on beside the next.
            let mut steady = account.mw(&["serve"]).start();
            steady.notes("tick: next");
            other = Some(steady);
        }
        service.end();
    }
    drop(other);
    // The last one takes up everything that is left behind.
    let mut last = account.mw(&["serve"]).start();
    last.notes("tick: next");
    last.notes("succeeded");
    last.signal("TERM");
    assert_eq!(last.end().code, Some(0), "{history:?}");
    let rows = account.json(&["jobs", "history", "--count", "100000"]);
    let mut runs: BTreeMap<&str, usize> = BTreeMap::new();
    let mut asked = 0;
    for row in rows.as_array().unwrap() {
        // One that was cut off in the middle of a call may have a question, and has no guess.
        asked += usize::from(row["state"] == "in-doubt");
        assert!(
            row["state"] == "succeeded" || row["state"] == "in-doubt",
            "{history:?}: {row:#?}"
        );
        *runs.entry(row["due"].as_str().unwrap()).or_default() += 1;
    }
    assert!(
        runs.values().all(|count| *count == 1),
        "{history:?}: {runs:?}"
    );
    let mut labels = account.labels();
    let made = labels.len();
    labels.sort();
    labels.dedup();
    assert_eq!(labels.len(), made, "{history:?}: something was made twice");
    let all = 2 * runs.len();
    assert!(
        (all - 2 * asked..=all).contains(&made),
        "{history:?}: {made} of {all}, {asked} asked"
    );
}
