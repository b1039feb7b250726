//! Letters of services that share a journal: each delivers those of its own channels, and none is lost.

use std::net::TcpListener;

use rusqlite::Connection;
use serde_json::Value;

use crate::promises::survival::account::Account;
use crate::stage::site::Site;

const JOB: &str = "[[job]]\nname = \"fails\"\ncron = \"0 0 1 1 *\"\nscript = \"fails.rhai\"\n";

fn hook(channel: &str, url: &str) -> String {
    format!("[notify.{channel}]\nwebhook = \"{url}\"\n\n")
}

#[test]
fn a_letter_waits_for_a_service_that_has_its_channel() {
    let account = Account::new();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let dead = format!("http://{}", nobody.unwrap());
    let home = &account.home;
    home.write("fails.rhai", "exit(3);");
    home.write("b.toml", &format!("{}{JOB}", hook("ops", &dead)));
    let mut service = account.mw(&["serve", "--jobs", "b.toml"]).start();
    service.notes("fails: next");
    let trigger = ["jobs", "trigger", "fails", "--jobs", "b.toml"];
    account.mw(&trigger).any_stdout().run();
    service.notes("the notice by channel ops was not delivered, it is tried again");
    // It waits for a channel that has another name now.
    home.write("b.toml", &format!("{}{JOB}", hook("people", &dead)));
    service.signal("HUP");
    let waits = "1 notice waits for the channel ops, which the jobs file does not have";
    service.notes(waits);
    drop(service);
    let journal = Connection::open(account.store()).unwrap();
    let now_due = journal.execute(
        "UPDATE letters SET due = ?1",
        [chrono::Utc::now().timestamp_micros()],
    );
    assert_eq!(now_due.unwrap(), 1);

    home.write(
        "a.toml",
        "[[job]]\nname = \"other\"\ncron = \"0 0 1 1 *\"\nscript = \"fails.rhai\"\n",
    );
    let mut other = account.mw(&["serve", "--jobs", "a.toml"]).start();
    other.notes(waits);
    other.signal("TERM");
    assert_eq!(other.end().code, Some(0));

    let site = Site::new();
    home.write("c.toml", &hook("ops", site.url()));
    let last = account.mw(&["serve", "--jobs", "c.toml"]).start();
    site.waits();
    last.signal("TERM");
    assert_eq!(last.end().code, Some(0));
    let told: Value = serde_json::from_str(&site.requests()[0].body).unwrap();
    assert_eq!((&told["job"], &told["exit"]), (&"fails".into(), &3.into()));
    // The machine is called what it calls itself.
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    assert_eq!(told["host"], host.trim());
    let left: i64 = journal
        .query_row("SELECT count(*) FROM letters", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 0);
}
