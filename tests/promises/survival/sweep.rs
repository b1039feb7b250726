//! Every boundary, and drawn sequences of blows.

use std::time::Duration;

use super::account::{Account, SPEED, script};
use super::course::{Blow, Course, Went, reboots};
use crate::stage::gateway::{Effect, Fate};

const NESTED: &str = r#"
let pods = ["pod_1"];
let made = parallel([1, 2, 3], |i| {
    let own = create_vlan(#{label: `outer-${i}`, pod_location: "pod_1", vlan_type: "internal"});
    sleep("30s");
    let inner = parallel(["a", "b"], |name| {
        sleep("10s");
        ensure(
            || create_vlan(#{label: `inner-${i}${name}`, pod_location: "pod_1", vlan_type: "internal"}).id,
            || create_vlan(#{label: `clean-${i}${name}`, pod_location: "pod_1", vlan_type: "internal"})
        )
    });
    clouds();
    inner.len()
}, #{limit: 2});
checkpoint("made");
made.len()
"#;

/// A script under test: how it is called, and what it must have done in the end.
#[derive(Clone, Copy, Debug)]
enum Script {
    Rolling,
    Provision,
    Nested,
}

impl Script {
    fn words(self, account: &Account) -> Vec<String> {
        let words: &[&str] = match self {
            // Longer than a busy machine takes, at this speed.
            Self::Rolling => &[
                "--cloud",
                "Bare metal",
                "--batch",
                "2",
                "--soak",
                "1m",
                "--timeout",
                "50h",
            ],
            Self::Provision => &["--label", "Web", "--timeout", "50h"],
            Self::Nested => &[],
        };
        let file = match self {
            Self::Rolling => script("scripts/rolling_power_cycle.rhai"),
            Self::Provision => script("scripts/provision_cloud.rhai"),
            Self::Nested => {
                account.home.write("nested.rhai", NESTED);
                "nested.rhai".to_owned()
            }
        };
        let words = words.iter().map(|word| (*word).to_owned());
        std::iter::once(file).chain(words).collect()
    }

    /// Looks whether everything was done, and nothing twice.
    #[track_caller]
    fn check(self, went: &Went, after: &str) {
        let created = |effect: &Effect| {
            let body: serde_json::Value = serde_json::from_str(&effect.body).unwrap_or_default();
            format!(
                "{} {}",
                effect.path.rsplit('/').next().unwrap(),
                body["label"]
            )
        };
        match self {
            Self::Rolling => {
                let counts: Vec<usize> = reboots(&went.effects).into_values().collect();
                assert_eq!(counts, [1; 5], "{after}");
            }
            Self::Provision => {
                let mut made: Vec<String> = went
                    .effects
                    .iter()
                    .filter(|effect| effect.method == "POST" && effect.body.contains("label"))
                    .map(created)
                    .collect();
                made.sort();
                assert_eq!(
                    made,
                    [
                        "ip \"web-1\"",
                        "orders \"Web\"",
                        "prefixes \"web\"",
                        "vlans \"web\""
                    ],
                    "{after}"
                );
            }
            Self::Nested => {
                let mut made: Vec<String> = went.effects.iter().map(created).collect();
                made.sort();
                let once = made.windows(2).all(|pair| pair[0] != pair[1]);
                assert!(once && made.len() == 15, "{after}: {made:#?}");
            }
        }
    }

    #[track_caller]
    fn survives(self, blows: &[Blow]) -> Went {
        let account = Account::new();
        let course = Course {
            words: self.words(&account),
            account: &account,
        };
        let went = course.go(blows);
        self.check(&went, &format!("{self:?} after {blows:?}"));
        went
    }

    /// Every time a script comes to a point.
    fn swept(self, blow: impl Fn(usize) -> Blow + Sync, step: usize) -> usize {
        let mut count = 0;
        for number in (1..).step_by(step) {
            let went = self.survives(&[blow(number)]);
            if went.killed == 0 && went.asked == 0 {
                break;
            }
            count += 1;
        }
        count
    }
}

#[test]
fn a_run_that_nothing_befalls_does_everything_once() {
    for script in [Script::Rolling, Script::Provision, Script::Nested] {
        let went = script.survives(&[]);
        assert_eq!((went.killed, went.asked), (0, 0));
    }
}

fn boundaries(script: Script) {
    for point in [
        "before-intent",
        "after-intent",
        "before-outcome",
        "after-outcome",
    ] {
        let count = script.swept(|number| Blow::At(point, number), 1);
        assert!(count >= 4, "{script:?} came to {point} {count} times");
    }
    for fate in [Fate::KilledBefore, Fate::KilledAfter] {
        let count = script.swept(|number| Blow::Change(number, fate), 1);
        assert!(count >= 4, "{script:?} changed something {count} times");
    }
}

#[test]
fn a_rolling_power_cycle_killed_at_every_boundary_reboots_each_node_once() {
    boundaries(Script::Rolling);
}

#[test]
fn a_provisioning_killed_at_every_boundary_orders_once() {
    boundaries(Script::Provision);
}

#[test]
fn nested_branches_killed_at_every_boundary_make_everything_once() {
    boundaries(Script::Nested);
}

#[test]
fn a_run_killed_in_its_waits_goes_on_waiting() {
    Script::Rolling.swept(|number| Blow::At("in-sleep", number), 7);
    Script::Provision.swept(|number| Blow::At("in-sleep", number), 9);
    Script::Nested.swept(|number| Blow::At("in-sleep", number), 1);
}

#[test]
fn a_run_killed_while_it_is_taken_up_is_taken_up_again() {
    for script in [Script::Rolling, Script::Provision, Script::Nested] {
        for number in [1, 2, 5, 9] {
            script.survives(&[
                Blow::At("after-outcome", 3),
                Blow::At("replay", number),
                Blow::At("before-intent", 1),
                Blow::At("replay", number + 1),
                Blow::At("after-outcome", 1),
            ]);
        }
    }
}

#[test]
fn lost_denied_and_late_answers_are_looked_into() {
    let late = |seconds: u64| Fate::Late(Duration::from_millis(seconds * 1000 / u64::from(SPEED)));
    for script in [Script::Rolling, Script::Provision, Script::Nested] {
        for fate in [Fate::Lost, Fate::Denied, late(10), late(60), Fate::Dropped] {
            for number in [1, 3] {
                script.survives(&[Blow::Change(number, fate)]);
            }
        }
    }
}

/// Blows drawn from a seed, several to a run.
fn drawn(seeds: std::ops::Range<u64>) {
    let scripts = [Script::Rolling, Script::Provision, Script::Nested];
    for seed in seeds {
        let mut random = fastrand::Rng::with_seed(seed);
        let script = scripts[random.usize(..3)];
        let blows: Vec<Blow> = (0..random.usize(1..5))
            .map(|_| match random.usize(..9) {
                0 => Blow::At("before-intent", random.usize(1..6)),
                1 => Blow::At("after-intent", random.usize(1..6)),
                2 => Blow::At("before-outcome", random.usize(1..6)),
                3 => Blow::At("after-outcome", random.usize(1..6)),
                4 => Blow::At("in-sleep", random.usize(1..40)),
                5 => Blow::At("replay", random.usize(1..30)),
                6 => Blow::Request(random.usize(1..40), Fate::KilledBefore),
                7 => Blow::Request(random.usize(1..40), Fate::KilledAfter),
                _ => {
                    let late = Fate::Late(Duration::from_millis(random.u64(0..17)));
                    let fate = [Fate::Lost, Fate::Denied, Fate::Dropped, late][random.usize(..4)];
                    Blow::Change(random.usize(1..6), fate)
                }
            })
            .collect();
        // The seed is in what is said when it fails, with the blows.
        script.survives(&blows);
    }
}

/// How many sequences are drawn; `MW_SURVIVAL` asks for more.
fn sequences() -> u64 {
    std::env::var("MW_SURVIVAL").map_or(200, |count| count.parse().unwrap())
}

#[test]
fn whatever_befalls_a_run_it_does_everything_once() {
    let (all, hands) = (sequences(), 4);
    std::thread::scope(|scope| {
        for hand in 0..hands {
            scope.spawn(move || drawn(all * hand / hands..all * (hand + 1) / hands));
        }
    });
}
