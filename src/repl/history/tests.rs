use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use rustyline::history::History as _;
use rustyline::history::SearchDirection::{Forward, Reverse};

use super::*;

/// A folder of a test's own, gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("mw-history-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("state/history.jsonl")
    }

    fn open(&self) -> History {
        let (history, trouble) = History::open(Some(self.file()));
        assert_eq!(trouble, None);
        history
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn lines(history: &History) -> Vec<String> {
    let kept = history.lock();
    kept.lines.iter().map(|it| it.line.clone()).collect()
}

#[test]
fn lines_with_secrets_are_not_kept() {
    for line in [
        "let k = secret(\"db\")",
        "let key = \"om_live_4f9a8b7c6d5e4f3a2b1c\"",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        " ",
    ] {
        assert!(!is_kept(line), "{line}");
    }
    for line in [
        "clouds().where(\"label\", \"My first cloud\")",
        "cloud(\"qw5T\").node(\"7f0c2b1e-1111-4222-8333-944455566677\")",
        "let a_long_name_of_a_variable = 2026",
    ] {
        assert!(is_kept(line), "{line}");
    }
}

#[test]
fn what_becomes_known_as_a_secret_is_taken_out_wherever_it_stands() {
    let folder = Folder::new("forgets");
    let (history, other) = (folder.open(), folder.open());
    for line in [
        "[1]",
        "\"open-sesame-0815\".len()",
        "[2]",
        "!open-sesame-0815",
    ] {
        assert_eq!(history.keeps(line), None);
    }
    other.keeps("[3]");
    secret::guard("open-sesame-0815");
    assert_eq!(lines(&history), ["[1]", GONE, "[2]", GONE]);
    assert_eq!(history.beginning("", (0..4).rev(), "").unwrap().0, 2);
    assert_eq!(history.beginning("\"open", (0..4).rev(), ""), None);
    assert!(history.search("sesame", 3, Reverse).unwrap().is_none());
    assert!(history.get(1, Forward).unwrap().is_none());
    let gone = history.line(2).unwrap_err().message;
    assert_eq!(
        gone,
        "line 2 is no longer in the history: it has a secret in it"
    );
    assert!(
        history
            .last()
            .unwrap_err()
            .message
            .contains("has a secret in it")
    );
    assert_eq!(history.line(3).unwrap(), "[2]");
    let listed = history.listed("");
    assert!(
        !listed.contains("sesame") && listed.lines().count() == 2,
        "{listed}"
    );
    // What other sessions wrote meanwhile stays.
    assert_eq!(lines(&folder.open()), ["[1]", "[2]", "[3]"]);
    history.keeps("[4]");
    assert_eq!(lines(&folder.open()), ["[1]", "[2]", "[3]", "[4]"]);
    assert!(
        !fs::read_to_string(folder.file())
            .unwrap()
            .contains("sesame")
    );
}

#[test]
fn a_secret_that_the_last_line_told_is_taken_out_with_the_session() {
    let folder = Folder::new("forgets-last");
    let history = folder.open();
    history.keeps("\"open-sesame-0816\"");
    secret::guard("open-sesame-0816");
    drop(history);
    assert_eq!(fs::read_to_string(folder.file()).unwrap(), "");
}

#[test]
fn what_another_session_wrote_is_looked_at_too() {
    let folder = Folder::new("forgets-others");
    // A secret is known from the beginning, as one of the account's is.
    secret::guard("open-sesame-0818");
    let (history, other) = (folder.open(), folder.open());
    history.keeps("[1]");
    other.keeps("\"open-sesame-0819\"");
    secret::guard("open-sesame-0819");
    assert_eq!(lines(&history), ["[1]"]);
    assert_eq!(lines(&folder.open()), ["[1]"]);
    // What is written after that is found when the session ends.
    fs::write(
        folder.file(),
        "{\"at\":\"2026-01-01T00:00:00Z\",\"line\":\"open-sesame-0818\"}\n",
    )
    .unwrap();
    drop(history);
    assert_eq!(fs::read_to_string(folder.file()).unwrap(), "");
}

#[test]
fn a_file_that_a_secret_cannot_be_taken_out_of_is_told_of() {
    let folder = Folder::new("forgets-not");
    let history = folder.open();
    history.keeps("\"open-sesame-0817\"");
    // What is no file cannot be written, not even by root.
    let aside = folder.0.join("aside");
    fs::rename(folder.file(), &aside).unwrap();
    fs::create_dir(folder.file()).unwrap();
    secret::guard("open-sesame-0817");
    let told = history.keeps("[1]").unwrap();
    assert!(
        told.starts_with("a line with a secret in it stays in ")
            && told.contains("\nthis session's lines are not kept"),
        "{told}"
    );
    assert_eq!(lines(&history), [GONE, "[1]"]);
    // With the next line it is tried again.
    fs::remove_dir(folder.file()).unwrap();
    fs::rename(&aside, folder.file()).unwrap();
    assert_eq!(history.keeps("[2]"), None);
    assert_eq!(lines(&folder.open()), ["[1]", "[2]"]);
}

#[test]
fn a_file_is_its_owners_alone_and_has_an_instant_with_each_line() {
    let folder = Folder::new("owner");
    fs::create_dir_all(folder.0.join("state")).unwrap();
    fs::write(folder.file(), "").unwrap();
    fs::set_permissions(folder.file(), fs::Permissions::from_mode(0o644)).unwrap();
    let history = folder.open();
    let begun = Utc::now();
    for line in ["fn f() {\n  1\n}", "f()", "f()\n", "secret(\"db\")", "f()"] {
        assert_eq!(history.keeps(line), None);
    }
    assert_eq!(lines(&folder.open()), ["fn f() {\n  1\n}", "f()"]);
    let mode = fs::metadata(folder.file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = fs::read_to_string(folder.file()).unwrap();
    assert_eq!(text.lines().count(), 2);
    let first: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let at: chrono::DateTime<Utc> = first["at"].as_str().unwrap().parse().unwrap();
    assert!(first["at"].as_str().unwrap().ends_with('Z'), "{first}");
    assert!(begun <= at && at <= Utc::now());
}

#[test]
fn sessions_at_once_lose_nothing_of_each_other() {
    let folder = Folder::new("both");
    std::thread::scope(|scope| {
        for session in 0..4 {
            let history = folder.open();
            scope.spawn(move || {
                for line in 0..100 {
                    assert_eq!(history.keeps(&format!("[{session}, {line}]")), None);
                }
            });
        }
    });
    let mut found = lines(&folder.open());
    for session in 0..4 {
        let own = found
            .iter()
            .filter(|it| it.starts_with(&format!("[{session},")));
        let expected: Vec<String> = (0..100)
            .map(|line| format!("[{session}, {line}]"))
            .collect();
        assert_eq!(own.cloned().collect::<Vec<_>>(), expected);
    }
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 400);
}

#[test]
fn damaged_lines_are_passed_over_and_destroy_no_others() {
    let folder = Folder::new("damaged");
    folder.open().keeps("1");
    let mut bytes = fs::read(folder.file()).unwrap();
    bytes.extend_from_slice(b"\xff\xfe{}\n\nnull\n{\"at\":1,\"line\":2}\n{\"at\":\"2026-");
    fs::write(folder.file(), &bytes).unwrap();
    let history = folder.open();
    assert_eq!(lines(&history), ["1"]);
    history.keeps("2");
    assert_eq!(lines(&folder.open()), ["1", "2"]);
    // Nothing of what is there was touched.
    assert!(fs::read(folder.file()).unwrap().starts_with(&bytes));
}

#[test]
fn a_file_far_too_long_is_written_anew_with_its_last_lines() {
    let folder = Folder::new("long");
    folder.open().keeps("0");
    let record = fs::read_to_string(folder.file()).unwrap();
    let all = (0..13_000).map(|number| record.replace("\"0\"", &format!("\"{number}\"")));
    fs::write(folder.file(), all.collect::<String>()).unwrap();
    let history = folder.open();
    assert_eq!(history.count(), 10_000);
    assert_eq!(history.line(1).unwrap(), "3000");
    let other = folder.open();
    assert_eq!(history.keeps("new"), None);
    // The other one has the old file in its mind, and writes to the new one.
    assert_eq!(other.keeps("newer"), None);
    let text = fs::read_to_string(folder.file()).unwrap();
    assert_eq!(text.lines().count(), 10_001);
    assert!(text.contains("\"3001\"") && !text.contains("\"3000\""));
    assert!(lines(&folder.open()).ends_with(&[
        "12999".to_owned(),
        "new".to_owned(),
        "newer".to_owned()
    ]));
    assert_eq!(fs::read_dir(folder.0.join("state")).unwrap().count(), 1);
    let mode = fs::metadata(folder.file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // Its numbers are those of before.
    assert_eq!(history.line(2).unwrap(), "3001");
    let complaint = history.line(1).unwrap_err();
    assert_eq!(complaint.message, "the history has no line 1");
    assert_eq!(
        complaint.hint.unwrap(),
        "its lines are 2 to 10001, and :history lists them"
    );
}

#[test]
fn a_history_that_cannot_be_kept_is_told_of_once_and_stands_while_the_session_lasts() {
    let folder = Folder::new("none");
    fs::create_dir_all(folder.file()).unwrap();
    let (history, trouble) = History::open(Some(folder.file()));
    assert_eq!(
        trouble.unwrap(),
        format!(
            "the lines of earlier sessions are missing: cannot read {}: it is no file",
            folder.file().display()
        )
    );
    assert_eq!(history.keeps("1"), None);
    assert_eq!(lines(&history), ["1"]);
    // One that can be read, and then no more written.
    fs::remove_dir(folder.file()).unwrap();
    let history = folder.open();
    history.keeps("1");
    fs::rename(folder.file(), folder.0.join("aside")).unwrap();
    fs::create_dir(folder.file()).unwrap();
    let trouble = history.keeps("2").unwrap();
    assert!(
        trouble.starts_with("this session's lines are not kept for later ones: cannot write"),
        "{trouble}"
    );
    assert_eq!(history.keeps("3"), None);
    // Once it can be, it has what it lacks.
    fs::remove_dir(folder.file()).unwrap();
    fs::rename(folder.0.join("aside"), folder.file()).unwrap();
    assert_eq!(history.keeps("4"), None);
    assert_eq!(lines(&folder.open()), ["1", "2", "3", "4"]);
}

#[test]
fn a_lock_that_another_session_does_not_let_go_holds_up_none() {
    let folder = Folder::new("lock");
    let history = folder.open();
    history.keeps("1");
    let held = fs::File::open(folder.file()).unwrap();
    held.lock().unwrap();
    let trouble = history.keeps("2").unwrap();
    assert!(
        trouble.ends_with("another session holds its lock"),
        "{trouble}"
    );
    drop(held);
    history.keeps("3");
    assert_eq!(lines(&folder.open()), ["1", "2", "3"]);
}

#[test]
fn what_is_looked_for_is_found_by_words_before_letters_and_the_newest_first() {
    let (history, _) = History::open(None);
    for line in ["clouds().len()", "vlans()", "cloud(\"é\").nodes()", "v + l"] {
        history.keeps(line);
    }
    let found = |term: &str, start, direction| {
        let found = history.search(term, start, direction).unwrap();
        found.map(|it| (it.idx, it.pos))
    };
    assert_eq!(found("cloud", 3, Reverse), Some((2, 0)));
    assert_eq!(found("nodes É", 3, Reverse), None);
    assert_eq!(found("nodes é", 3, Reverse), Some((2, 12)));
    assert_eq!(found("cloud", 1, Reverse), Some((0, 0)));
    assert_eq!(found("len", 0, Forward), Some((0, 9)));
    // Words go before letters, though these are newer.
    assert_eq!(found("vl", 3, Reverse), Some((1, 0)));
    assert_eq!(found("cnd", 3, Reverse), Some((2, 0)));
    assert_eq!(found("", 3, Reverse), None);
    assert_eq!(found("cloud", 4, Reverse), None);
    let begins = history.starts_with("cl", 3, Reverse).unwrap().unwrap();
    assert_eq!((begins.idx, begins.pos), (2, 2));
}

#[test]
fn lines_are_listed_with_their_numbers_and_those_of_several_lines_indented() {
    let (history, _) = History::open(None);
    assert_eq!(history.listed(""), "nothing was entered yet\n");
    for number in 1..=60 {
        history.keeps(&format!("{number} + {number}"));
    }
    history.keeps("fn f() {\n  \x1b[31m1\n}");
    let listed = history.listed("");
    let shown: Vec<&str> = listed.lines().collect();
    // Fifty lines, the last one of which is three.
    assert_eq!(shown.len(), 52);
    assert!(
        shown[0].starts_with("12  ") && shown[0].ends_with("  12 + 12"),
        "{listed}"
    );
    let indent = shown[49].find("fn f()").unwrap();
    assert_eq!(shown[50].find("\\u{1b}[31m1"), Some(indent + 2), "{listed}");
    assert_eq!(shown[51].find('}'), Some(indent));
    let found = history.listed("+ 7");
    assert_eq!(found.lines().count(), 6, "{found}");
    assert!(found.lines().all(|it| it.contains('7')), "{found}");
    assert_eq!(history.listed("nodes"), "no line has \"nodes\" in it\n");
    // A time that a clock on the wall shows.
    let at = shown[0].split("  ").nth(1).unwrap();
    assert!(
        at.parse::<chrono::DateTime<chrono::FixedOffset>>().is_ok(),
        "{at}"
    );
}
