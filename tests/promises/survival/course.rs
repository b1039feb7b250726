//! A run from its beginning to its end, through all that befalls it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::account::Account;
use crate::stage::gateway::{Effect, Fate, Request};

/// What befalls one process of a run.
#[derive(Clone, Debug)]
pub enum Blow {
    /// Nothing.
    None,
    /// It is killed when it comes to a point for the n-th time.
    At(&'static str, usize),
    /// The n-th request ends so.
    Request(usize, Fate),
    /// The n-th request that changes something ends so.
    Change(usize, Fate),
}

/// A script with its arguments, and how often it may be killed.
pub struct Course<'a> {
    pub account: &'a Account,
    pub words: Vec<String>,
}

/// How it went.
pub struct Went {
    /// How many of the processes were killed.
    pub killed: usize,
    /// How many questions were asked.
    pub asked: usize,
    /// What was carried out.
    pub effects: Vec<Effect>,
}

impl Course<'_> {
    /// Goes through the blows, one for each process, and then on without any; answers the questions
    /// that are asked with the truth.
    #[track_caller]
    pub fn go(&self, blows: &[Blow]) -> Went {
        let mut went = Went {
            killed: 0,
            asked: 0,
            effects: Vec::new(),
        };
        let mut run: Option<String> = None;
        let mut blows = blows.iter();
        for _ in 0..40 {
            let blow = blows.next().cloned().unwrap_or(Blow::None);
            let ended = self.process(run.as_deref(), &blow);
            let newest = self.account.newest();
            if newest.is_null() {
                // It was killed before it began.
                went.killed += 1;
                continue;
            }
            let id = newest["id"].as_str().unwrap().to_owned();
            assert!(run.is_none() || run.as_deref() == Some(&*id), "another run");
            run = Some(id.clone());
            let state = newest["state"].as_str().unwrap();
            match (ended.code, state) {
                (Some(0), "succeeded") => {
                    went.effects = self.account.gateway.effects();
                    return went;
                }
                (None, "interrupted") => went.killed += 1,
                // Killed when all was done.
                (None, "succeeded") => {
                    went.killed += 1;
                    went.effects = self.account.gateway.effects();
                    return went;
                }
                (Some(5), "paused-in-doubt") => {
                    went.asked += 1;
                    self.answer(&id);
                }
                // Killed when the question was on disk, or before the run was taken up once it had
                // been answered.
                (None, "paused-in-doubt") => {
                    went.killed += 1;
                    if self.asks(&id) {
                        went.asked += 1;
                        self.answer(&id);
                    }
                }
                (code, state) => panic!(
                    "after {blow:?}: exit {code:?}, {state}\n{}\n{}",
                    ended.stdout, ended.stderr
                ),
            }
        }
        panic!("it never ends");
    }

    fn process(&self, run: Option<&str>, blow: &Blow) -> crate::stage::process::Ended {
        let mut words: Vec<&str> = vec!["--quiet"];
        if let Some(id) = run {
            words.extend(["runs", "resume", id]);
        } else {
            words.extend(["--allow", "change,disrupt,spend,destroy", "run"]);
            words.extend(self.words.iter().map(String::as_str));
        }
        let mut call = self.account.mw(&words);
        let gateway = &self.account.gateway;
        match blow.clone() {
            Blow::None => gateway.decide(|_, _| Fate::Pass),
            Blow::At(point, count) => {
                gateway.decide(|_, _| Fate::Pass);
                call = call.env("MW_TEST_KILL", &format!("{point}:{count}"));
            }
            Blow::Request(wanted, fate) => {
                gateway.decide(
                    move |_, number| {
                        if number == wanted { fate } else { Fate::Pass }
                    },
                );
            }
            Blow::Change(wanted, fate) => {
                let seen = std::sync::atomic::AtomicUsize::new(0);
                gateway.decide(move |request: &Request, _| {
                    let changes = request.changes() && !request.path.contains("oauth2");
                    if changes
                        && seen.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1 == wanted
                    {
                        return fate;
                    }
                    Fate::Pass
                });
            }
        }
        self.account.call(call)
    }

    /// Whether a call of a run waits for an answer.
    fn asks(&self, run: &str) -> bool {
        let is_doubted = |call: &Value| call["state"] == "in-doubt" || call["state"] == "sent";
        self.account.calls(run).iter().any(is_doubted)
    }

    /// Answers every question of a run with the truth, as the gateway knows it.
    #[track_caller]
    fn answer(&self, run: &str) {
        let effects = self.account.gateway.effects();
        let calls = self.account.calls(run);
        let doubted: Vec<&Value> = calls
            .iter()
            .filter(|call| call["state"] == "in-doubt" || call["state"] == "sent")
            .collect();
        assert!(!doubted.is_empty(), "nothing is asked: {calls:#?}");
        for call in doubted {
            let path = call["path"].as_str().unwrap();
            let operation = call["operation"].as_str().unwrap();
            let truth = if operation == "set_power" {
                let node = call["arguments"]["node"].as_str().unwrap();
                let rebooted = reboots(&effects).get(node).copied().unwrap_or(0);
                let known = calls
                    .iter()
                    .filter(|other| {
                        other["operation"] == "set_power"
                            && other["arguments"]["node"] == node
                            && other["state"] == "done"
                    })
                    .count();
                assert_eq!(call["arguments"]["power_state"], "rebooting");
                (rebooted > known).then(String::new)
            } else {
                // Its mark, or its label where it carries none.
                let mark = format!("[mw:{run}/{path}]");
                let label = &call["arguments"]["body"]["label"];
                let quoted = label.to_string();
                effects
                    .iter()
                    .find(|effect| {
                        effect.body.contains(&mark)
                            || (operation == "allocate_ip" && effect.body.contains(&quoted))
                    })
                    .map(|effect| effect.answer.clone())
            };
            let mut words = vec!["runs", "resolve", run, "--call", path];
            match &truth {
                Some(answer) if answer.is_empty() => words.push("--done"),
                Some(answer) => words.extend(["--done", "--result", answer]),
                None => words.push("--retry"),
            }
            self.account.mw(&words).any_stdout().run();
        }
    }
}

/// How often each node was rebooted.
pub fn reboots(effects: &[Effect]) -> BTreeMap<String, usize> {
    let mut reboots = BTreeMap::new();
    for effect in effects {
        if !effect.path.ends_with("/power") || !effect.body.contains("rebooting") {
            continue;
        }
        let node = effect.path.rsplit('/').nth(1).unwrap();
        *reboots.entry(node.to_owned()).or_default() += 1;
    }
    reboots
}
