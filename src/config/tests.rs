mod mistakes;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::error::Complaint;

/// A directory of its own for one test, removed with it.
struct Home(PathBuf);

impl Home {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("metalwright-config-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(path.join(".config/metalwright")).unwrap();
        Self(path)
    }

    fn with(config: &str) -> Self {
        let home = Self::new();
        home.write("config.toml", config, 0o644);
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(".config/metalwright").join(name)
    }

    fn write(&self, name: &str, text: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn environment(&self) -> Environment {
        Environment::default().with("HOME", self.0.to_str().unwrap())
    }

    fn resolve(&self) -> Result<Profile, Complaint> {
        resolve(&Flags::default(), &self.environment())
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn named(name: &str) -> Flags {
    Flags {
        profile: Some(name.to_owned()),
        ..Flags::default()
    }
}

fn key(found: &Found) -> &str {
    match found {
        Found::ApiKey(secret) => secret.reveal(),
        other => panic!("{other:?}"),
    }
}

const TWO: &str = r#"default_profile = "production"

[profile.production]
allow = ["read"]
deny = ["spend", "delete_cloud"]
cacert = "ca.pem"
api_key_file = "~/.config/metalwright/key"

[profile.sandbox]
url = "https://sandbox.api.central.openmetal.io/"
client_id = "ci"
client_secret_env = "SANDBOX_SECRET"
"#;

#[test]
fn without_anything_the_default_holds_and_credentials_are_asked_for() {
    let home = Home::new();
    let profile = home.resolve().unwrap();
    assert_eq!(
        (profile.name.as_str(), profile.url.as_str()),
        ("default", DEFAULT_URL)
    );
    assert_eq!(profile.credentials(), Ok(Found::None));
    assert_eq!(profile.credentials_origin(), None);
    let complaint = profile.missing_credentials();
    assert_eq!(complaint.exit, 3);
    let hint = complaint.hint.unwrap();
    for word in [
        "OPENMETAL_API_KEY",
        "OPENMETAL_CLIENT_SECRET",
        "--sim",
        "[profile.default]",
    ] {
        assert!(hint.contains(word), "{hint}");
    }
    assert!(resolve(&Flags::default(), &Environment::default()).is_ok());
}

#[test]
fn flags_go_before_the_environment_and_that_before_the_file() {
    let home = Home::with(TWO);
    let profile = home.resolve().unwrap();
    assert_eq!(
        (profile.name.as_str(), profile.url.as_str()),
        ("production", DEFAULT_URL)
    );
    assert_eq!(
        (profile.allow, profile.deny.len()),
        (vec!["read".to_owned()], 2)
    );
    assert_eq!(profile.cacert, Some(home.path("ca.pem")));

    let environment = home.environment().with("MW_PROFILE", "sandbox");
    let profile = resolve(&Flags::default(), &environment).unwrap();
    assert_eq!(profile.url, "https://sandbox.api.central.openmetal.io");
    assert_eq!(
        resolve(&named("production"), &environment).unwrap().name,
        "production"
    );

    let environment = environment.with("OPENMETAL_API_URL", "https://of.the.environment");
    let profile = resolve(&Flags::default(), &environment).unwrap();
    assert_eq!(profile.url, "https://of.the.environment");
    let flags = Flags {
        url: Some("https://of.the.flag/".to_owned()),
        cacert: Some("mine.pem".into()),
        ..Flags::default()
    };
    let profile = resolve(&flags, &environment).unwrap();
    assert_eq!(profile.url, "https://of.the.flag");
    assert_eq!(profile.cacert.as_deref(), Some(Path::new("mine.pem")));
}

#[test]
fn credentials_of_the_environment_go_before_those_of_the_profile() {
    let home = Home::with(TWO);
    home.write("key", "of-the-file\n", 0o600);
    assert_eq!(
        key(&home.resolve().unwrap().credentials().unwrap()),
        "of-the-file"
    );

    let client = home
        .environment()
        .with("OPENMETAL_CLIENT_ID", "id")
        .with("OPENMETAL_CLIENT_SECRET", "secret");
    let found = resolve(&Flags::default(), &client).unwrap().credentials();
    assert!(matches!(found, Ok(Found::OAuth { client_id, .. }) if client_id == "id"));

    let both = client.with("OPENMETAL_API_KEY", "of-the-environment");
    let profile = resolve(&Flags::default(), &both).unwrap();
    assert_eq!(key(&profile.credentials().unwrap()), "of-the-environment");
    assert!(!format!("{profile:?} {:?}", profile.credentials()).contains("of-the-environment"));
}

#[test]
fn a_profile_says_what_is_at_stake() {
    let home = Home::with(
        "[profile.default]\n[profile.a]\nproduction = true\nspend_limit = 500\n\
         [profile.b]\nproduction = false\nspend_limit = 0.5\n",
    );
    for (name, production, limit) in [
        ("default", false, None),
        ("a", true, Some(500.0)),
        ("b", false, Some(0.5)),
    ] {
        let profile = resolve(&named(name), &home.environment()).unwrap();
        assert_eq!(
            (profile.production, profile.spend_limit),
            (production, limit),
            "{name}"
        );
    }
}

#[test]
fn half_a_client_is_refused() {
    let home = Home::new();
    let environment = home.environment().with("OPENMETAL_CLIENT_ID", "id");
    let complaint = resolve(&Flags::default(), &environment)
        .unwrap()
        .credentials()
        .unwrap_err();
    assert_eq!(
        complaint.message,
        "OPENMETAL_CLIENT_ID is set and OPENMETAL_CLIENT_SECRET is not"
    );
    assert_eq!(complaint.exit, 3);
}

#[test]
fn a_secret_of_a_named_variable_must_be_set() {
    let home = Home::with(TWO);
    let profile = resolve(&named("sandbox"), &home.environment()).unwrap();
    let complaint = profile.credentials().unwrap_err();
    assert_eq!(
        complaint.message,
        "the environment variable SANDBOX_SECRET is not set"
    );
    let environment = home.environment().with("SANDBOX_SECRET", "s");
    let profile = resolve(&named("sandbox"), &environment).unwrap();
    assert_eq!(
        profile.credentials_origin().as_deref(),
        Some("OAuth client ci, its secret of the environment's SANDBOX_SECRET"),
    );
    let Ok(Found::OAuth {
        client_id,
        client_secret,
    }) = profile.credentials()
    else {
        panic!("no client");
    };
    assert_eq!((client_id.as_str(), client_secret.reveal()), ("ci", "s"));
}

#[test]
fn a_key_file_that_others_can_read_is_refused_with_the_chmod() {
    let home = Home::with(TWO);
    for mode in [0o644, 0o640, 0o604, 0o610] {
        home.write("key", "hush", mode);
        let complaint = home.resolve().unwrap().credentials().unwrap_err();
        assert_eq!(complaint.exit, 3);
        let path = home.path("key");
        assert_eq!(
            complaint.hint,
            Some(format!("run `chmod 600 {}`", path.display()))
        );
        assert!(!complaint.to_string().contains("hush"));
    }
    home.write("key", "hush", 0o400);
    assert_eq!(key(&home.resolve().unwrap().credentials().unwrap()), "hush");
}

#[test]
fn a_key_file_that_is_absent_empty_or_long_is_refused() {
    let home = Home::with(TWO);
    let message = || home.resolve().unwrap().credentials().unwrap_err().message;
    assert!(message().contains("cannot be read"), "{}", message());
    home.write("key", "\n", 0o600);
    assert!(message().ends_with("is empty"), "{}", message());
    home.write("key", &"k".repeat(70_000), 0o600);
    assert!(message().contains("too long"), "{}", message());
    home.write("key", "one\ntwo", 0o600);
    assert!(message().contains("line break"), "{}", message());
}

#[test]
fn a_command_runs_only_when_credentials_are_asked_for() {
    let home = Home::new();
    let mark = home.path("mark").display().to_string();
    home.write(
        "config.toml",
        &format!(
            "[profile.default]\napi_key_command = [\"sh\", \"-c\", \"touch '{mark}'; echo key\"]\n\
             [profile.text]\napi_key_command = \"echo of-words\"\n"
        ),
        0o644,
    );
    let profile = home.resolve().unwrap();
    assert!(profile.credentials_origin().is_some());
    assert!(!Path::new(&mark).exists());
    assert_eq!(key(&profile.credentials().unwrap()), "key");
    assert!(Path::new(&mark).exists());
    let profile = resolve(&named("text"), &home.environment()).unwrap();
    assert_eq!(key(&profile.credentials().unwrap()), "of-words");
}

#[test]
fn an_unknown_profile_is_suggested() {
    let home = Home::with(TWO);
    let complaint = resolve(&named("sandbx"), &home.environment()).unwrap_err();
    assert_eq!(
        complaint.message,
        "there is no profile \"sandbx\", which --profile names"
    );
    assert_eq!(complaint.hint.as_deref(), Some("did you mean \"sandbox\"?"));
    assert_eq!(complaint.exit, 2);
    let environment = home.environment().with("MW_PROFILE", "x");
    let complaint = resolve(&Flags::default(), &environment).unwrap_err();
    assert!(complaint.message.contains("MW_PROFILE"), "{complaint}");
    assert!(complaint.hint.unwrap().ends_with("has production, sandbox"));
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let home = Home::new();
    let environment = home.environment().with("MW_CONFIG", "/nowhere/mw.toml");
    let complaint = resolve(&Flags::default(), &environment).unwrap_err();
    assert!(
        complaint.message.contains("/nowhere/mw.toml"),
        "{complaint}"
    );
    assert_eq!(complaint.hint.as_deref(), Some("it is named by MW_CONFIG"));
}
