use super::*;

#[test]
fn a_mistake_in_the_file_is_pointed_at() {
    let home = Home::with("[profile.a]\nurl = \"https://a\"\n  alow = [\"read\"]\n");
    let complaint = home.resolve().unwrap_err();
    let path = home.path("config.toml");
    assert_eq!(
        complaint.to_string(),
        format!(
            "error: there is no key `alow`\n  --> {}:3:3\n   |\n 3 |   alow = [\"read\"]\n   |   ^^^^\n  \
             help: did you mean `allow`?\n",
            path.display(),
        ),
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn every_mistake_in_the_file_is_named() {
    for (text, message, hint, line, column) in [
        (
            "[profile.a]\napi_key = \"hush\"",
            "`api_key` would be a secret",
            "api_key_file = ",
            2,
            1,
        ),
        (
            "[profile.a]\nclient_secret = \"hush\"",
            "would be a secret",
            "client_secret_file = ",
            2,
            1,
        ),
        (
            "api_key = \"hush\"",
            "`api_key` would be a secret",
            "chmod 600",
            1,
            1,
        ),
        (
            "profiles = 1",
            "there is no key `profiles`",
            "did you mean `profile`?",
            1,
            1,
        ),
        (
            "default_profile = \"b\"\n[profile.a]",
            "there is no profile \"b\"",
            "[profile.b]",
            1,
            19,
        ),
        (
            "default_profile = 1",
            "`default_profile` must be text",
            "default_profile = \"",
            1,
            19,
        ),
        (
            "[profile.a]\nallow = \"read\"",
            "must be a list",
            "allow = [\"",
            2,
            9,
        ),
        (
            "[profile.a]\nallow = [\"é\", 1]",
            "`allow` must be text",
            "allow",
            2,
            15,
        ),
        (
            "[profile.a]\nurl = \"\"",
            "`url` must be text",
            "url = ",
            2,
            7,
        ),
        (
            "[profile]\na = 1",
            "`a` must be a table",
            "[profile.NAME]",
            2,
            5,
        ),
        (
            "[profile.a]\nproduction = \"yes\"",
            "`production` must be true or false",
            "production = true",
            2,
            14,
        ),
        (
            "[profile.a]\nspend_limit = -1",
            "must be a number of dollars, 0 or more",
            "spend_limit = 500",
            2,
            15,
        ),
        (
            "[profile.a]\nspend_limit = nan",
            "must be a number of dollars",
            "dollars per 30 days",
            2,
            15,
        ),
        (
            "[profile.a]\nclient_id = \"x\"",
            "without client_secret_file",
            "client_secret_file",
            1,
            1,
        ),
        (
            "[profile.a]\nclient_secret_env = \"X\"",
            "without client_id",
            "client_id = ",
            1,
            1,
        ),
        (
            "[profile.a]\napi_key_env = \"X\"\napi_key_file = \"y\"",
            "says twice where its API key is",
            "keep one",
            3,
            1,
        ),
        (
            "[profile.a]\napi_key_command = []",
            "names no program",
            "PROGRAM",
            2,
            19,
        ),
        (
            "[profile.a]\napi_key_command = \"pass | head\"",
            "'|', and no shell",
            "sh",
            2,
            19,
        ),
        ("[profile.a\n", "", "TOML", 1, 11),
        ("a = 1\na = 2", "duplicate key", "TOML", 2, 1),
    ] {
        let home = Home::with(text);
        let complaint = home.resolve().unwrap_err();
        assert!(complaint.message.contains(message), "{text}: {complaint}");
        assert!(
            complaint.hint.as_deref().unwrap().contains(hint),
            "{text}: {complaint}"
        );
        let place = complaint.place.as_ref().unwrap();
        assert_eq!(
            (place.line, place.column),
            (line, column),
            "{text}: {complaint}"
        );
        assert_eq!(complaint.exit, 2);
        assert!(!complaint.to_string().contains("hush"), "{complaint}");
    }
}

#[test]
fn a_line_that_holds_a_secret_is_not_repeated() {
    for text in [
        "[profile.default]\nurl = \"https://ada:hush@example.com\"",
        "[profile.default]\napi_key = hush",
        "[profile.default]\n\"api_key\" = 'hush",
        "profile = { default = { api_key = \"hush\" } }",
    ] {
        let complaint = Home::with(text).resolve().unwrap_err();
        assert!(!complaint.to_string().contains("hush"), "{complaint}");
    }
}

#[test]
fn a_bad_address_of_a_profile_is_pointed_at_only_when_it_is_used() {
    let home = Home::with("[profile.a]\nurl = \"http://example.com\"\n[profile.default]\n");
    assert!(home.resolve().is_ok());
    let complaint = resolve(&named("a"), &home.environment()).unwrap_err();
    assert_eq!(complaint.place.unwrap().line, 2);
    assert!(complaint.hint.unwrap().contains("OPENMETAL_ALLOW_HTTP=1"));
    let environment = home.environment().with("OPENMETAL_ALLOW_HTTP", "1");
    assert_eq!(
        resolve(&named("a"), &environment).unwrap().url,
        "http://example.com"
    );
}

proptest::proptest! {
    #[test]
    fn no_text_of_the_file_panics(text in "(\\[profile\\.a\\]\n)?((url|allow|api_key_file|[a-z]{1,3}) = .{0,12}\n){0,4}.*") {
        let parsed = file::File::parse("a.toml".into(), text, &Environment::default());
        if let Err(complaint) = parsed {
            let _ = complaint.to_string();
        }
    }
}
