//! What people are told of jobs reaches them, says what happened, and gives no secret away.

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Utc};
use metalwright::config::Environment;
use metalwright::notice::{Courier, Failure, Kind, Notice, body, samples, slack_line, subject};
use metalwright::schedule::Jobs;

use crate::stage::folder::Folder;
use crate::stage::post::{Manner, Post};
use crate::stage::site::{Reply, Site};

/// A secret that must be in nothing that is written.
const CANARY: &str = "canary-4711-hush";

/// A notice with everything in it.
fn notice() -> Notice {
    samples(&[Kind::Failure]).remove(0)
}

/// One attempt by the channel `ops` of a jobs file.
fn attempt(
    channel: &str,
    variables: &[(&str, &str)],
    notice: &Notice,
    patience: Duration,
) -> Result<(), Failure> {
    trusting(None, channel, variables, notice, patience)
}

/// The same, trusting the authority of this file.
fn trusting(
    ca_file: Option<PathBuf>,
    channel: &str,
    variables: &[(&str, &str)],
    notice: &Notice,
    patience: Duration,
) -> Result<(), Failure> {
    let text = format!("[notify.ops]\n{channel}\n");
    let jobs = Jobs::read("jobs.toml", &text).unwrap();
    let environment: Environment = variables.iter().copied().collect();
    let courier = Courier::new(ca_file, environment).patient(patience, patience);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(courier.deliver(&jobs.channels()["ops"], notice))
}

/// Nothing takes this long.
const LONG: Duration = Duration::from_secs(20);
/// So long those are waited for who never answer.
const SHORT: Duration = Duration::from_millis(50);

fn deliver(channel: &str, variables: &[(&str, &str)]) -> Result<(), Failure> {
    attempt(channel, variables, &notice(), LONG)
}

/// `MW_BLESS=1 cargo test what_people_read` writes the file anew.
#[test]
fn what_people_read_is_written_down() {
    let mut text = String::new();
    for notice in samples(&Kind::ALL) {
        let notice = notice.presentable();
        let json = serde_json::to_string_pretty(&notice.json()).unwrap();
        let kind = notice.kind.as_str();
        let _ = write!(
            text,
            "=== {kind}\n{}\n\n--- subject: {}\n{}\n--- webhook\n{json}\n\n",
            slack_line(&notice),
            subject(&notice),
            body(&notice),
        );
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/promises/notices.txt");
    if std::env::var_os("MW_BLESS").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        text == written,
        "what people read is not what {file:?} says:\n{text}"
    );
}

#[test]
fn a_webhook_gets_the_notice_with_its_headers() {
    let site = Site::new();
    let url = format!("{}/hooks/{CANARY}", site.url());
    let channel = "webhook_env = \"OPS_URL\"\nheaders = { X-Team = \"ops\" }\n\
                   header_env = { Authorization = \"OPS_TOKEN\" }";
    deliver(
        channel,
        &[("OPS_URL", &url), ("OPS_TOKEN", "Bearer abcdef")],
    )
    .unwrap();
    let requests = site.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(request.line, format!("POST /hooks/{CANARY}"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("x-team"), Some("ops"));
    assert_eq!(request.header("authorization"), Some("Bearer abcdef"));
    assert_eq!(request.header("idempotency-key"), Some(&*notice().id()));
    let sent: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(sent, notice().presentable().json());
}

#[test]
fn a_template_says_it_in_the_words_of_the_receiver() {
    let site = Site::new();
    let channel = format!(
        "webhook = \"{}\"\ntemplate = '{{\"summary\": \"{{{{ job }}}}: {{{{ message }}}}\"}}'",
        site.url()
    );
    deliver(&channel, &[]).unwrap();
    let sent: serde_json::Value = serde_json::from_str(&site.requests()[0].body).unwrap();
    let message = notice().message.unwrap();
    assert_eq!(sent["summary"], format!("nightly: {message}"));
}

#[test]
fn slack_is_told_in_one_line() {
    let site = Site::new();
    deliver(&format!("slack = \"{}/services/T0\"", site.url()), &[]).unwrap();
    let sent: serde_json::Value = serde_json::from_str(&site.requests()[0].body).unwrap();
    let text = sent["text"].as_str().unwrap();
    assert_eq!(text, slack_line(&notice().presentable()));
    assert!(
        !text.contains('\n') && text.contains("&lt;in use&gt; &amp; locked"),
        "{text}"
    );
}

#[test]
fn a_webhook_that_fails_says_whether_another_attempt_is_worth_it() {
    for (status, expected) in [
        (500, true),
        (503, true),
        (429, true),
        (400, false),
        (404, false),
    ] {
        let site = Site::answering(move |_| Reply::Says(status, String::new(), "no".to_owned()));
        let failure = deliver(&format!("webhook = \"{}\"", site.url()), &[]).unwrap_err();
        assert_eq!(failure.is_worth_repeating, expected, "{failure}");
        let begins = format!("channel ops: 127.0.0.1:{} answered {status} ", site.port());
        assert!(failure.message.starts_with(&begins), "{failure}");
        assert_eq!(site.requests().len(), 1);
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Site::new();
    let to = elsewhere.url().to_owned();
    let site = Site::answering(move |_| Reply::to(&to));
    let failure = deliver(&format!("webhook = \"{}\"", site.url()), &[]).unwrap_err();
    assert!(!failure.is_worth_repeating, "{failure}");
    assert!(failure.message.contains("302"), "{failure}");
    assert_eq!(elsewhere.requests().len(), 0);
}

#[test]
fn a_webhook_that_hangs_or_is_gone_is_tried_again_later() {
    let site = Site::answering(|_| Reply::Silence);
    let channel = format!("webhook = \"{}\"", site.url());
    let failure = attempt(&channel, &[], &notice(), SHORT).unwrap_err();
    assert_eq!(failure.message, "channel ops: no answer came within 50ms");
    assert!(failure.is_worth_repeating);
    let cut = Site::answering(|_| Reply::Cut);
    let failure = deliver(&format!("webhook = \"{}\"", cut.url()), &[]).unwrap_err();
    assert!(failure.is_worth_repeating, "{failure}");
    let gone = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let failure = deliver(&format!("webhook = \"http://{gone}\""), &[]).unwrap_err();
    assert!(failure.is_worth_repeating, "{failure}");
    assert!(failure.message.contains("cannot connect"), "{failure}");
}

#[test]
fn an_email_is_handed_over_once() {
    let post = Post::new(Manner::Takes);
    let channel = format!(
        "smtp = \"smtp://127.0.0.1:{}\"\nfrom = \"mw <mw@example.com>\"\n\
         to = [\"ops@example.com\", \"lead@example.com\"]\nuser = \"mw\"\npassword_env = \"SMTP\"",
        post.port()
    );
    deliver(&channel, &[("SMTP", CANARY)]).unwrap();
    let heard = post.heard();
    let count = |begin: &str| heard.iter().filter(|line| line.starts_with(begin)).count();
    for (begin, expected) in [
        ("EHLO ops1", 1),
        ("AUTH PLAIN ", 1),
        ("MAIL FROM:<mw@example.com>", 1),
        ("RCPT TO:<ops@example.com>", 1),
        ("RCPT TO:<lead@example.com>", 1),
        ("DATA", 1),
        ("From: mw <mw@example.com>", 1),
        ("To: ops@example.com, lead@example.com", 1),
        (
            "Subject: [mw production] nightly failed with exit code 1 after 1m",
            1,
        ),
        ("Date: Thu, 15 Jan 2026 08:01:15 +0000", 1),
    ] {
        assert_eq!(count(begin), expected, "{begin}: {heard:#?}");
    }
    let id = format!("Message-ID: <{}@metalwright>", notice().id());
    assert_eq!(count(&id), 1, "{heard:#?}");
    assert_eq!(
        count("mw runs show r7k3m9x2 tells what it did."),
        1,
        "{heard:#?}"
    );
}

#[test]
fn an_email_that_is_refused_says_whether_another_attempt_is_worth_it() {
    for (manner, expected) in [
        (Manner::Refuses("550 5.1.1 no such user"), false),
        (Manner::Refuses("451 come again"), true),
        (Manner::Silent, true),
    ] {
        let post = Post::new(manner);
        let channel = format!(
            "smtp = \"smtp://127.0.0.1:{}\"\nfrom = \"a@example.com\"\nto = [\"b@example.com\"]",
            post.port()
        );
        let patience = if matches!(manner, Manner::Silent) {
            SHORT
        } else {
            LONG
        };
        let failure = attempt(&channel, &[], &notice(), patience).unwrap_err();
        assert_eq!(failure.is_worth_repeating, expected, "{failure}");
        if let Manner::Refuses(answer) = manner {
            let (code, why) = answer.split_once(' ').unwrap();
            assert!(failure.message.contains(code), "{failure}");
            assert!(failure.message.contains(why), "{failure}");
        }
        assert!(!post.heard().iter().any(|line| line == "DATA"));
    }
}

#[test]
fn no_email_goes_to_another_machine_without_encryption() {
    // Every address of this machine, and so none that is known to be its own.
    let post = Post::new(Manner::Takes);
    let channel = format!(
        "smtp = \"smtp://0.0.0.0:{}\"\nfrom = \"a@example.com\"\nto = [\"b@example.com\"]\n\
         user = \"mw\"\npassword_env = \"SMTP\"",
        post.port()
    );
    let failure = deliver(&channel, &[("SMTP", CANARY)]).unwrap_err();
    assert!(!failure.is_worth_repeating, "{failure}");
    assert!(failure.message.contains("STARTTLS"), "{failure}");
    let told = |line: &String| line.starts_with("AUTH") || line.starts_with("MAIL");
    assert!(!post.heard().iter().any(told), "{:?}", post.heard());
    // Whoever says that it is good enough, has it.
    deliver(&format!("{channel}\ninsecure = true"), &[("SMTP", CANARY)]).unwrap();
}

#[test]
fn an_encrypted_mail_server_must_be_who_it_says() {
    let post = Post::encrypted(Manner::Takes);
    let channel = format!(
        "smtp = \"smtps://127.0.0.1:{}\"\nfrom = \"a@example.com\"\nto = [\"b@example.com\"]",
        post.port()
    );
    let failure = deliver(&channel, &[]).unwrap_err();
    assert!(failure.message.contains("certificate"), "{failure}");
    assert_eq!(post.heard().len(), 0);
    trusting(Some(Post::authority()), &channel, &[], &notice(), LONG).unwrap();
    assert!(post.heard().iter().any(|line| line == "DATA"));
}

#[test]
fn a_command_gets_the_notice_on_its_input_and_in_variables() {
    let folder = Folder::new();
    let (json, text) = (folder.path().join("json"), folder.path().join("text"));
    let (to, on) = (json.display(), text.display());
    let line = format!(
        "cat > {to}; echo \"$MW_JOB $MW_KIND $MW_RUN $MW_EXIT\" > {on}; \
         printf \"%s\\n\" \"$MW_MESSAGE\" >> {on}"
    );
    deliver(&format!("command = [\"sh\", \"-c\", '{line}']"), &[]).unwrap();
    let sent: serde_json::Value = serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!(sent, notice().presentable().json());
    let message = notice().message.unwrap();
    let expected = format!("nightly failure r7k3m9x2 1\n{message}\n");
    assert_eq!(fs::read_to_string(text).unwrap(), expected);
}

#[test]
fn a_command_that_fails_is_heard() {
    let failure = deliver(
        "command = [\"sh\", \"-c\", \"echo no bus >&2; exit 3\"]",
        &[],
    );
    let failure = failure.unwrap_err();
    assert_eq!(
        failure.message,
        "channel ops: `sh` ended with exit code 3: no bus"
    );
    assert!(failure.is_worth_repeating);
    let failure = deliver("command = [\"/nowhere/notify\"]", &[]).unwrap_err();
    assert!(
        failure.message.contains("cannot run `/nowhere/notify`"),
        "{failure}"
    );
    assert!(!failure.is_worth_repeating);
}

#[test]
fn a_command_need_not_read_and_may_leave_something_running() {
    let mut long = notice();
    long.message = Some("x".repeat(100_000));
    let line = "exec <&-; sleep 600 & exit 0";
    let channel = format!("command = [\"sh\", \"-c\", \"{line}\"]");
    let folder = Folder::new();
    let pid = folder.path().join("pid");
    let channel = channel.replace(
        "sleep 600 &",
        &format!("sleep 600 & echo $! > {};", pid.display()),
    );
    attempt(&channel, &[], &long, LONG).unwrap();
    let pid = fs::read_to_string(pid).unwrap();
    let killed = std::process::Command::new("kill").arg(pid.trim()).status();
    assert!(killed.unwrap().success());
}

#[test]
fn a_command_that_never_ends_is_killed_with_all_it_started() {
    let folder = Folder::new();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let reading = pipe.clone();
    // The pipe ends when the last process that may write to it is gone.
    let reader = thread::spawn(move || {
        let mut heard = String::new();
        fs::File::open(reading)
            .unwrap()
            .read_to_string(&mut heard)
            .unwrap();
        heard
    });
    let line = format!(
        "exec 9> {}; echo here >&9; sleep 600 & sleep 600",
        pipe.display()
    );
    let channel = format!("command = [\"sh\", \"-c\", \"{line}\"]");
    let failure = attempt(&channel, &[], &notice(), Duration::from_secs(1)).unwrap_err();
    assert_eq!(
        failure.message,
        "channel ops: `sh` did not end within 1s and was killed"
    );
    assert!(failure.is_worth_repeating);
    assert_eq!(reader.join().unwrap(), "here\n");
}

#[test]
fn no_secret_is_in_anything_that_is_said() {
    let path = format!("/services/{CANARY}/B0/x");
    let says = format!("no such hook: {path}, token {CANARY}");
    let site = Site::answering(move |_| Reply::Says(404, String::new(), says.clone()));
    let url = format!("{}{path}", site.url());
    let variables = [("OPS_URL", &*url), ("OPS_TOKEN", CANARY)];
    let mut notice = notice();
    notice.message = Some(format!("the key {CANARY} is refused"));
    let channel = "webhook_env = \"OPS_URL\"\nheader_env = { X-Token = \"OPS_TOKEN\" }";
    let failure = attempt(channel, &variables, &notice, LONG).unwrap_err();
    assert!(!failure.message.contains("4711"), "{failure}");
    // It is known to be a secret by now, and leaves in no notice any more.
    let _ = attempt(channel, &variables, &notice, LONG).unwrap_err();
    let body = site.requests().pop().unwrap().body;
    assert!(
        !body.contains("4711") && body.contains("<redacted>"),
        "{body}"
    );
    // What is a secret by its name is one where it is written, too.
    let site = Site::answering(|request| {
        let token = request.header("authorization").unwrap_or_default();
        Reply::Says(401, String::new(), format!("{token} is refused"))
    });
    let channel = format!(
        "webhook = \"{}\"\nheaders = {{ Authorization = \"Bearer 0815-written\" }}",
        site.url()
    );
    let failure = attempt(&channel, &[], &notice, LONG).unwrap_err();
    assert!(
        failure
            .message
            .ends_with("401 Unauthorized: <redacted> is refused"),
        "{failure}"
    );
    let gone = "webhook_env = \"OPS_URL\"";
    let failure = attempt(
        gone,
        &[("OPS_URL", &format!("http://10.0.0.1/{CANARY}"))],
        &notice,
        LONG,
    );
    let failure = failure.unwrap_err();
    assert!(!failure.message.contains("4711"), "{failure}");
    let failure = attempt(gone, &[], &notice, LONG).unwrap_err();
    assert_eq!(
        failure.message,
        "channel ops: the environment variable OPS_URL is not set"
    );
}

#[test]
fn examples_of_the_chapters_on_notices_and_monitoring_are_read() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut read = 0;
    for page in ["notifications.md", "monitoring.md"] {
        let text = fs::read_to_string(docs.join(page)).unwrap();
        for block in text.split("```toml\n").skip(1) {
            let block = block.split("```").next().unwrap();
            if let Err(complaints) = Jobs::read(page, block) {
                panic!("{page}: {complaints:#?}\n{block}");
            }
            read += 1;
        }
    }
    assert!(read >= 4, "{read} examples");
}

#[test]
fn a_notice_has_an_instant_that_people_can_read() {
    let now: DateTime<Utc> = "2026-01-15T08:00:00Z".parse().unwrap();
    let notice = Notice::new(Kind::Miss, "nightly", now, now);
    assert_eq!(
        slack_line(&notice),
        "*nightly* was missed at 2026-01-15T08:00:00Z"
    );
}
