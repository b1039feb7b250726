//! What a `[notify.NAME]` may say, and what is said about one that it may not.

use super::super::Jobs;
use super::*;
use crate::notice::Protection;

fn read(text: &str) -> Channels {
    Jobs::read("jobs.toml", text).unwrap().channels().clone()
}

/// Line, column, message and hint of each complaint.
fn told(text: &str) -> Vec<String> {
    let complaints = Jobs::read("jobs.toml", text).unwrap_err();
    complaints
        .into_iter()
        .map(|complaint| {
            let place = complaint.place.unwrap();
            let hint = complaint.hint.unwrap_or_default();
            format!(
                "{}:{} {} | {hint}",
                place.line, place.column, complaint.message
            )
        })
        .collect()
}

#[test]
fn every_way_is_read() {
    let channels = read(
        r#"
[notify.ops]
webhook_env = "OPS_URL"
template = '{"summary": "{{ text }}", "exit": {{ exit }}}'
headers = { X-Team = "ops" }
header_env = { Authorization = "OPS_TOKEN" }
on = ["failure", "success"]

[notify.chat]
slack = "https://hooks.slack.com/services/T0/B0/x"

[notify.mail]
smtp = "smtp://mail.example.com:587"
from = "mw <mw@example.com>"
to = ["ops@example.com", "lead@example.com"]
user = "mw"
password_env = "SMTP_PASSWORD"

[notify.desk]
command = ["notify-send", "mw"]
"#,
    );
    let ops = &channels["ops"];
    assert_eq!(ops.on, [Kind::Failure, Kind::Success]);
    let variables = [
        ("webhook_env".to_owned(), "OPS_URL".to_owned()),
        (
            "header_env.authorization".to_owned(),
            "OPS_TOKEN".to_owned(),
        ),
    ];
    assert_eq!(ops.variables(), variables);
    assert!(channels["chat"].wants(Kind::Failure) && !channels["chat"].wants(Kind::Success));
    let Way::Mail(mail) = &channels["mail"].way else {
        panic!("{:?}", channels["mail"]);
    };
    assert_eq!((mail.port, mail.protection), (587, Protection::Required));
    assert_eq!(mail.to.len(), 2);
    let words = vec!["notify-send".to_owned(), "mw".to_owned()];
    assert_eq!(channels["desk"].way, Way::Command(words));
}

#[test]
fn every_problem_is_told_at_its_place() {
    let expected = [
        "2:9 the channel `empty` leads nowhere | write one of `webhook`, `slack`, `smtp` and `command`",
        "5:1 a channel is either `webhook` or `command` | make two channels of it",
        "8:1 a channel has no key `webhok` | did you mean `webhook`?",
        "10:11 the address is not encrypted: it starts with http:// | write https://, or \
         `insecure = true` where the way to it is safe",
        "11:1 `from` does not go with `webhook` | take it out",
        "12:7 no notice is of kind `failures` | did you mean `failure`?",
        "14:13 `slack_env` must be the name of an environment variable | write the secret into a \
         variable, and its name here",
        "15:9 the channel `mail` writes to nobody | write `to = [\"ops@example.com\"]`",
        "16:8 the address must not hold a user or a password | write `smtp = \
         \"smtp://mail.example.com:587\"`, with `user` and `password_env` below",
        "17:8 \"nobody\" is no e-mail address | write `ops@example.com`, or \
         `Operations <ops@example.com>`",
        "18:8 `user` and `password_env` go together | write both, or none of them",
        "20:11 `command` is text, but should be a list of texts | write `command = \
         [\"notify-send\", \"mw\"]`",
        "23:12 the template does not come to JSON: expected ident at line 1 column 8 (tried with a \
         notice of kind failure) | put texts in quotes, \"{{ message }}\", and numbers without, \
         {{ exit }}; or say its `content_type`",
        "24:13 the header `Host` is mw's to say | take it out",
        "25:9 `Ops` is not a name of a channel | use lower-case letters, digits, `_` and `-`",
    ];
    let found = told(
        r#"
[notify.empty]
[notify.two]
webhook = "https://example.com"
command = ["true"]
[notify.typo]
slack = "https://example.com"
webhok = 1
[notify.plain]
webhook = "http://example.com"
from = "a@example.com"
on = ["failures"]
[notify.secret]
slack_env = "https://hooks.slack.com/services/T0/B0/x"
[notify.mail]
smtp = "smtp://me:hush@mail.example.com"
from = "nobody"
user = "me"
[notify.text]
command = "notify-send"
[notify.shape]
webhook = "https://example.com"
template = '{"a": {{ job }}}'
headers = { Host = "x" }
[notify.Ops]
command = ["true"]
"#,
    );
    assert_eq!(found, expected);
}

#[test]
fn a_job_names_channels_that_there_are() {
    let text = "notify = [\"opps\", \"ops\", \"ops\", \"elsewhere\"]\n";
    let mut document = Document::new("jobs.toml", text);
    let table = document.root();
    let channels =
        read("[notify.ops]\ncommand = [\"true\"]\n[notify.mail]\ncommand = [\"true\"]\n");
    assert_eq!(
        read_notify(&mut document, &table, &channels),
        Some(vec!["ops".to_owned()])
    );
    let told: Vec<_> = document
        .into_complaints()
        .into_iter()
        .map(|complaint| (complaint.message, complaint.hint.unwrap()))
        .collect();
    let expected = [
        ("there is no channel `opps`", "did you mean `ops`?"),
        ("there is no channel `elsewhere`", "there are mail, ops"),
    ]
    .map(|(message, hint)| (message.to_owned(), hint.to_owned()));
    assert_eq!(told, expected);
}

#[test]
fn a_channel_is_found_by_its_place() {
    let text = "[notify.ops]\nwebhook_env = \"OPS_URL\"\n";
    let jobs = Jobs::read("jobs.toml", text).unwrap();
    let place = jobs.place("notify.ops", "webhook_env").unwrap();
    assert_eq!((place.line, place.column), (2, 15));
}
