//! What Prometheus reads.

use super::*;

/// The value of a series, whose name has all of its labels.
fn value(text: &str, series: &str) -> Option<f64> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
}

#[test]
fn all_that_happened_is_counted() {
    let metrics = Metrics::new("1.2.3");
    metrics.job_next("nightly", 1_768_464_000);
    metrics.run_started("nightly", Duration::from_millis(3));
    metrics.run_started("nightly", Duration::from_hours(2));
    metrics.run_ended("nightly", State::Succeeded, 1_768_464_060);
    metrics.ticks("nightly", Tick::Missed, 4);
    metrics.queue_is(2);
    metrics.notice("ops", Outcome::GivenUp);
    metrics.call_ended("clouds", "200");
    metrics.call_repeated("clouds");
    metrics.call_in_doubt("reboot_node");
    let text = metrics.text();
    for (series, expected) in [
        ("mw_build_info{version=\"1.2.3\"}", 1.0),
        ("mw_job_lateness_seconds_bucket{le=\"0.001\"}", 0.0),
        ("mw_job_lateness_seconds_bucket{le=\"0.005\"}", 1.0),
        ("mw_job_lateness_seconds_bucket{le=\"3600\"}", 1.0),
        ("mw_job_lateness_seconds_bucket{le=\"+Inf\"}", 2.0),
        ("mw_job_lateness_seconds_count", 2.0),
        (
            "mw_job_runs_total{job=\"nightly\",state=\"succeeded\"}",
            1.0,
        ),
        ("mw_runs_running", 1.0),
        ("mw_queue_length", 2.0),
        (
            "mw_job_ticks_total{job=\"nightly\",outcome=\"started\"}",
            2.0,
        ),
        (
            "mw_job_ticks_total{job=\"nightly\",outcome=\"missed\"}",
            4.0,
        ),
        (
            "mw_job_last_success_timestamp_seconds{job=\"nightly\"}",
            1_768_464_060.0,
        ),
        (
            "mw_job_next_timestamp_seconds{job=\"nightly\"}",
            1_768_464_000.0,
        ),
        (
            "mw_api_calls_total{operation=\"clouds\",status=\"200\"}",
            1.0,
        ),
        ("mw_api_retries_total{operation=\"clouds\"}", 1.0),
        ("mw_calls_in_doubt_total{operation=\"reboot_node\"}", 1.0),
        (
            "mw_notices_total{channel=\"ops\",outcome=\"given_up\"}",
            1.0,
        ),
    ] {
        assert_eq!(value(&text, series), Some(expected), "{series}\n{text}");
    }
}

#[test]
fn a_job_that_is_gone_leaves_nothing() {
    let metrics = Metrics::new("1.2.3");
    metrics.job_next("nightly", 1);
    metrics.run_started("nightly", Duration::ZERO);
    for state in State::ALL {
        metrics.run_ended("nightly", state, 2);
    }
    for tick in Tick::ALL {
        metrics.tick("nightly", tick);
    }
    assert!(metrics.text().contains("nightly"));
    metrics.job_gone("nightly");
    assert!(!metrics.text().contains("nightly"), "{}", metrics.text());
}

#[test]
fn no_name_breaks_out_of_its_label() {
    let metrics = Metrics::new("1.2.3");
    metrics.tick("a\"b\\c\nd", Tick::Skipped);
    let text = metrics.text();
    assert!(text.contains(r#"job="a\"b\\c\nd""#), "{text}");
}
