use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use url::Url;

use super::{Access, Address, Power, Want, resolved};
use crate::session::{Asker, Consent, Denial, Grant, Permission, Question, Source};

fn grants(words: &[&str]) -> Vec<Grant> {
    words.iter().map(|word| word.parse().unwrap()).collect()
}

fn denials(grants: Vec<Grant>) -> Vec<Denial> {
    grants
        .into_iter()
        .map(|grant| Denial {
            grant,
            by: Source::Flag,
        })
        .collect()
}

fn may(allow: &[&str], deny: &[&str], want: &Want) -> bool {
    Permission::new(grants(allow), denials(grants(deny)), None)
        .permit_power(want)
        .is_ok()
}

fn host(url: &str) -> Want {
    Want::host(Address::of_url(&Url::parse(url).unwrap()).unwrap(), "GET")
}

#[test]
fn powers_are_written_as_they_are_read() {
    for word in [
        "fs:reports",
        "fs:read:reports/a b",
        "fs:write:/var/log",
        "fs:.",
        "env:HOME",
        "env:SLACK_*",
        "env:*",
        "net:hooks.example.com",
        "net:hooks.example.com:8443",
        "net:*.example.com",
        "net:*",
        "net:[::1]:8080",
        "net:10.0.0.1",
    ] {
        let power: Power = word.parse().unwrap();
        assert_eq!(power.to_string(), word);
        assert_eq!(power.to_string().parse::<Power>().unwrap(), power);
    }
}

#[test]
fn what_is_malformed_is_refused_with_what_to_write() {
    for (word, expected) in [
        ("fs:", "write fs:reports"),
        ("fs:read:", "names no file"),
        ("fs:~/reports", "$HOME/reports"),
        ("fs:reports/*", "write fs:reports"),
        ("env:", "env:NAME"),
        ("env:A=b", "env:A"),
        ("env:$HOME", "env:HOME"),
        ("env:*_KEY", "at the end only"),
        ("env:A B", "is no name"),
        ("net:", "net:HOST"),
        ("net:http://x", "net:x"),
        ("net:https://x.de:8443/path", "net:x.de:8443"),
        ("net:x/path", "net:x"),
        ("net:me@x", "the host only"),
        ("net:x:http", "is a number"),
        ("net:x:0", "is a number"),
        ("net:x:70000", "is a number"),
        ("net:api.*.com", "*.example.com"),
        ("net:*.10.0.0.1", "is a pattern of an address"),
        ("net:a b", "which is none"),
        ("disk:x", "fs:PATH"),
    ] {
        let error = word.parse::<Power>().unwrap_err();
        assert!(error.contains(expected), "{word}: {error}");
    }
}

#[test]
fn hosts_are_the_same_however_they_are_written() {
    for (granted, url, expected) in [
        ("net:hooks.example.com", "https://HOOKS.example.com/x", true),
        ("net:Hooks.Example.com", "https://hooks.example.com", true),
        (
            "net:hooks.example.com",
            "https://hooks.example.com./x",
            true,
        ),
        (
            "net:hooks.example.com.",
            "https://hooks.example.com/x",
            true,
        ),
        (
            "net:hooks.example.com",
            "https://hooks.example.com:8443/",
            true,
        ),
        (
            "net:hooks.example.com:443",
            "https://hooks.example.com/",
            true,
        ),
        (
            "net:hooks.example.com:443",
            "http://hooks.example.com/",
            false,
        ),
        (
            "net:hooks.example.com",
            "https://hooks.example.com.evil.org/",
            false,
        ),
        ("net:example.com", "https://hooks.example.com/", false),
        ("net:*.example.com", "https://hooks.example.com/", true),
        ("net:*.example.com", "https://a.b.example.com/", true),
        ("net:*.example.com", "https://example.com/", false),
        ("net:*.example.com", "https://badexample.com/", false),
        ("net:*", "http://10.0.0.1/", true),
        ("net:bücher.example", "https://xn--bcher-kva.example/", true),
        ("net:xn--bcher-kva.example", "https://BÜCHER.example/", true),
        ("net:127.0.0.1", "http://0x7f.1/", true),
        ("net:127.0.0.1", "http://localhost/", false),
        ("net:[::1]", "http://[0:0:0:0:0:0:0:1]:8080/", true),
        ("net:::1", "http://[::1]/", true),
        ("net:[::1]:80", "http://[::1]:8080/", false),
    ] {
        assert_eq!(
            may(&[granted], &[], &host(url)),
            expected,
            "{granted} {url}"
        );
    }
    assert!(!may(
        &["net:*"],
        &["net:*.example.com"],
        &host("https://a.example.com")
    ));
    assert!(may(
        &["net:*"],
        &["net:*.example.com"],
        &host("https://example.org")
    ));
}

#[test]
fn this_machine_is_denied_by_each_of_its_names_and_addresses() {
    let here = [
        "http://localhost:80/",
        "http://LOCALHOST./",
        "http://127.0.0.1/",
        "http://127.1/",
        "http://127.9.9.9/",
        "http://0.0.0.0/",
        "http://0/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://a.localhost/",
    ];
    for denied in ["net:localhost", "net:127.0.0.1", "net:[::1]", "net:0.0.0.0"] {
        for url in here {
            assert!(!may(&["net:*"], &[denied], &host(url)), "{denied} {url}");
        }
        for url in ["http://10.0.0.1/", "http://localhost.example.com/"] {
            assert!(may(&["net:*"], &[denied], &host(url)), "{denied} {url}");
        }
    }
    let port = ["net:localhost:8080"];
    assert!(!may(&["net:*"], &port, &host("http://127.0.0.1:8080/")));
    assert!(may(&["net:*"], &port, &host("http://127.0.0.1:8081/")));
    // A grant is for what it says.
    assert!(!may(&["net:localhost"], &[], &host("http://127.0.0.1/")));
}

#[test]
fn variables_go_by_name_or_by_its_beginning() {
    for (granted, name, expected) in [
        ("env:HOME", "HOME", true),
        ("env:HOME", "HOME2", false),
        ("env:SLACK_*", "SLACK_URL", true),
        ("env:SLACK_*", "SLACK", false),
        ("env:*", "ANY", true),
        // The account's own credentials must be named.
        ("env:*", "OPENMETAL_API_KEY", false),
        ("env:OPENMETAL_*", "OPENMETAL_CLIENT_SECRET", false),
        ("env:OPENMETAL_API_KEY", "OPENMETAL_API_KEY", true),
    ] {
        assert_eq!(
            may(&[granted], &[], &Want::variable(name)),
            expected,
            "{granted} {name}"
        );
    }
    assert!(!may(&["env:HOME"], &["env:*"], &Want::variable("HOME")));
    assert!(!may(
        &["env:OPENMETAL_API_KEY"],
        &["env:OPENMETAL_*"],
        &Want::variable("OPENMETAL_API_KEY")
    ));
}

/// A folder with `in/a`, `in/out` leading to `secret`, `in/near` leading to `in/a`.
struct Tree(PathBuf);

impl Tree {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("mw-power-{name}-{}", std::process::id()));
        fs::create_dir_all(root.join("in/deep")).unwrap();
        fs::write(root.join("in/a"), "a").unwrap();
        fs::write(root.join("secret"), "s").unwrap();
        symlink(root.join("secret"), root.join("in/out")).unwrap();
        symlink("..", root.join("in/up")).unwrap();
        symlink("a", root.join("in/near")).unwrap();
        symlink("nowhere", root.join("in/dangling")).unwrap();
        symlink("in", root.join("linked")).unwrap();
        Self(root)
    }

    fn may(&self, access: Access, path: &str, allow: &[&str], deny: &[&str]) -> bool {
        let path = self.0.join(path);
        let Ok(real) = resolved(&path) else {
            return false;
        };
        let full = |words: &[&str]| -> Vec<Grant> {
            grants(words)
                .into_iter()
                .map(|grant| grant.from_folder(&self.0))
                .collect()
        };
        Permission::new(full(allow), denials(full(deny)), None)
            .permit_power(&Want::file(access, &path, real))
            .is_ok()
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

#[test]
fn a_folder_is_what_is_really_below_it() {
    let tree = Tree::new("below");
    for (path, expected) in [
        ("in/a", true),
        ("in", true),
        ("in/new", true),
        ("in/new/deep/file", true),
        ("in/near", true),
        ("in/./deep/../a", true),
        ("linked/a", true),
        ("in/out", false),
        ("in/up/secret", false),
        ("in/up/new", false),
        ("in/up/in/a", true),
        ("in/../secret", false),
        ("in/new/../../secret", false),
        ("in/dangling", false),
        ("in/dangling/x", false),
        ("inside", false),
        ("secret", false),
    ] {
        for access in [Access::Read, Access::Write] {
            assert_eq!(tree.may(access, path, &["fs:in"], &[]), expected, "{path}");
        }
    }
    assert!(tree.may(Access::Read, "in/a", &["fs:linked"], &[]));
    assert!(tree.may(Access::Read, "in/a", &["fs:in/a"], &[]));
    assert!(tree.may(Access::Read, "in/out", &["fs:in", "fs:secret"], &[]));
}

#[test]
fn halves_are_halves_and_deny_wins() {
    let tree = Tree::new("halves");
    let may = |access, allow: &[&str], deny: &[&str]| tree.may(access, "in/a", allow, deny);
    assert!(may(Access::Read, &["fs:read:in"], &[]));
    assert!(!may(Access::Write, &["fs:read:in"], &[]));
    assert!(may(Access::Write, &["fs:write:in"], &[]));
    assert!(!may(Access::Read, &["fs:write:in"], &[]));
    assert!(may(Access::Read, &["fs:in"], &["fs:write:in"]));
    assert!(!may(Access::Write, &["fs:in"], &["fs:write:in"]));
    assert!(!may(Access::Read, &["fs:in", "fs:in/a"], &["fs:in"]));
    assert!(!may(Access::Read, &["fs:in"], &["fs:in/a"]));
    // Denied by the name of a link as well.
    assert!(!may(Access::Read, &["fs:in"], &["fs:in/near"]));
}

#[test]
fn a_refusal_names_what_to_grant() {
    let refusal = |want: &Want| {
        Permission::new(Vec::new(), Vec::new(), None)
            .permit_power(want)
            .unwrap_err()
            .1
    };
    let here = std::env::current_dir().unwrap();
    let file = |path: &str| Want::file(Access::Write, Path::new(path), here.join(path));
    assert_eq!(
        refusal(&file("reports/a.json")),
        "grant it with --allow fs:reports/a.json, or all of its folder with --allow fs:reports"
    );
    assert_eq!(
        refusal(&file("a b")),
        "grant it with --allow 'fs:a b', or all of its folder with --allow fs:."
    );
    let elsewhere = Want::file(Access::Read, Path::new("in/link"), "/etc/passwd".into());
    let folder = Want::file(Access::Read, Path::new("/etc"), "/etc".into());
    assert_eq!(refusal(&folder), "grant it with --allow fs:/etc");
    assert!(refusal(&elsewhere).contains("--allow fs:/etc/passwd"));
    assert_eq!(
        refusal(&host("https://hooks.example.com/x")),
        "grant it with --allow net:hooks.example.com"
    );
    assert_eq!(
        refusal(&host("http://[::1]:8080/x")),
        "grant it with --allow 'net:[::1]:8080'"
    );
    assert_eq!(
        refusal(&Want::variable("HOME")),
        "grant it with --allow env:HOME"
    );
}

#[test]
fn all_is_remembered_and_yes_is_not() {
    struct Answers(Mutex<Vec<Consent>>);
    impl Asker for Answers {
        fn ask(&self, question: &Question) -> Consent {
            assert_eq!(
                question.line(),
                "net:hooks.example.com: send GET to hooks.example.com? [y]es [a]ll net:hooks.example.com [n]o: "
            );
            self.0.lock().unwrap().pop().unwrap()
        }
    }
    let answers = vec![Consent::All, Consent::Yes];
    let permission = Permission::new(
        Vec::new(),
        Vec::new(),
        Some(Arc::new(Answers(Mutex::new(answers)))),
    );
    let want = host("https://hooks.example.com/x");
    assert_eq!(permission.permit_power(&want), Ok(None));
    let all = "net:hooks.example.com".parse().unwrap();
    assert_eq!(permission.permit_power(&want), Ok(Some(all)));
    assert_eq!(permission.permit_power(&want), Ok(None));
}
