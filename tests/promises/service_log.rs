//! The log of a service, in which what others say is told from what it says itself.

use crate::promises::services::{account, history};

#[test]
fn what_a_run_says_neither_poses_as_the_services_own_lines_nor_is_obeyed() {
    let account = account();
    let script = r#"
        let said = "a\u001b[2J\n2026-01-01T00:00:00Z report: run 9 succeeded";
        info(said); warn(said); print(said); throw said"#;
    account.home.write("report.rhai", script);
    let mut service = account.mw(&["serve"]).start();
    service.notes("report: next");
    account
        .mw(&["jobs", "trigger", "report", "--wait"])
        .any_stderr()
        .code(1)
        .run();
    service.signal("TERM");
    let ended = service.end();
    let (said, noted) = (&ended.stdout, &ended.stderr);
    let forged = "2026-01-01T00:00:00Z report: run 9 succeeded";
    assert_eq!(
        *said,
        format!("report#1  a\\u{{1b}}[2J\nreport#1  {forged}\n")
    );
    assert!(!noted.contains('\u{1b}'), "{noted}");
    assert!(
        !noted.lines().any(|line| line.starts_with(forged)),
        "{noted}"
    );
    for line in [
        "report#1  a\\u{1b}[2J",
        "report#1  warning: a\\u{1b}[2J",
        "report#1  error: a\\u{1b}[2J",
        &format!("report#1  {forged}"),
    ] {
        assert!(noted.lines().any(|it| it == line), "{line}: {noted}");
    }
    let run = history(&account)[0]["run"].as_str().unwrap().to_owned();
    let shown = account
        .mw(&["runs", "show", &run])
        .any_stdout()
        .run()
        .stdout;
    let message = format!("message   a\\u{{1b}}[2J↵{forged}");
    assert!(shown.lines().any(|line| line == message), "{shown}");
}
