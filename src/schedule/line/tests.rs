//! What lines mean, and why others are refused.

use chrono::{Datelike, NaiveDateTime, Timelike};
use proptest::prelude::*;

use super::{CronLine, LineError, Zone};

fn parse(text: &str) -> CronLine {
    CronLine::parse(text, false).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

fn refused(text: &str) -> LineError {
    match CronLine::parse(text, false) {
        Ok(line) => panic!("`{text}` was accepted as `{line}`"),
        Err(error) => error,
    }
}

/// The local times after the start of 2026, which is a Thursday.
fn times(text: &str) -> impl Iterator<Item = NaiveDateTime> {
    let line = parse(text);
    let start: NaiveDateTime = "2025-12-31T23:59:59".parse().unwrap();
    let next = move |after: &NaiveDateTime| line.next_local(*after);
    std::iter::successors(next(&start), next)
}

/// The days of the first two weeks of January 2026 on which a line is due.
fn days(text: &str) -> Vec<u32> {
    let in_two_weeks = |time: &NaiveDateTime| time.month() == 1 && time.day() <= 14;
    times(text)
        .take_while(in_two_weeks)
        .map(|time| time.day())
        .collect()
}

fn hours(text: &str) -> Vec<u32> {
    times(text)
        .take_while(|time| time.ordinal() == 1)
        .map(|time| time.hour())
        .collect()
}

fn minutes(text: &str) -> Vec<u32> {
    let in_first_hour = |time: &NaiveDateTime| time.ordinal() == 1 && time.hour() == 0;
    times(text)
        .take_while(in_first_hour)
        .map(|time| time.minute())
        .collect()
}

#[test]
fn weekdays_are_counted_from_sunday_twice() {
    assert_eq!(days("0 0 * * 0"), [4, 11]);
    assert_eq!(days("0 0 * * 7"), [4, 11]);
    assert_eq!(days("0 0 * * sUn"), [4, 11]);
    assert_eq!(days("0 0 * * 1-5"), [1, 2, 5, 6, 7, 8, 9, 12, 13, 14]);
    assert_eq!(days("0 0 * * 6"), [3, 10]);
    assert_eq!(days("0 0 * * 0-7"), (1..=14).collect::<Vec<_>>());
    assert_eq!(days("0 0 * * 5-7"), [2, 3, 4, 9, 10, 11]);
    assert_eq!(days("0 0 * * */2"), [1, 3, 4, 6, 8, 10, 11, 13]);
}

#[test]
fn ranges_wrap_around_where_that_makes_sense() {
    assert_eq!(days("0 0 * * FRI-SUN"), [2, 3, 4, 9, 10, 11]);
    assert_eq!(days("0 0 * * 6-0"), [3, 4, 10, 11]);
    assert_eq!(days("0 0 * * 7-1"), [4, 5, 11, 12]);
    assert_eq!(days("0 0 30-2 * *"), [1, 2]);
    assert_eq!(hours("0 22-2 * * *"), [0, 1, 2, 22, 23]);
    assert_eq!(hours("0 22-3/2 * * *"), [0, 2, 22]);
    let months: Vec<_> = times("0 0 1 nov-FEB *")
        .take(4)
        .map(|time| time.month())
        .collect();
    assert_eq!(months, [1, 2, 11, 12]);
}

#[test]
fn either_day_field_matches_only_when_neither_starts_with_a_star() {
    assert_eq!(days("0 0 13 * 5"), [2, 9, 13]);
    assert_eq!(days("0 0 13 * *"), [13]);
    assert_eq!(days("0 0 * * 5"), [2, 9]);
    assert_eq!(days("0 0 */2 * 5"), [9]);
    assert_eq!(days("0 0 1-31 * 5"), (1..=14).collect::<Vec<_>>());
    assert_eq!(days("0 0 2 * */5"), [2]);
    // A star further back does not count.
    assert_eq!(days("0 0 13,*/31 * 5"), [1, 2, 9, 13]);
}

#[test]
fn steps_and_lists_are_read() {
    assert_eq!(minutes("*/20 0 * * *"), [0, 20, 40]);
    assert_eq!(minutes("5-59/15 0 * * *"), [5, 20, 35, 50]);
    assert_eq!(minutes("1,07,3-4 0 * * *"), [1, 3, 4, 7]);
    assert_eq!(minutes("*/59 0 * * *"), [0, 59]);
}

#[test]
fn nicknames_stand_for_their_lines() {
    let table = [
        ("@yearly", "0 0 1 1 *"),
        ("@Annually", "0 0 1 1 *"),
        ("@MONTHLY", "0 0 1 * *"),
        ("@weekly", "0 0 * * 0"),
        ("@daily", "0 0 * * *"),
        ("@midnight", "0 0 * * *"),
        ("@hourly", "0 * * * *"),
    ];
    for (nickname, line) in table {
        assert!(
            times(nickname).take(5).eq(times(line).take(5)),
            "{nickname}"
        );
        let follows = parse(line).follows_elapsed_time();
        assert_eq!(
            parse(nickname).follows_elapsed_time(),
            follows,
            "{nickname}"
        );
    }
}

#[test]
fn a_line_may_name_its_zone() {
    let line = parse("CRON_TZ=europe/berlin  30 2 * * *");
    assert_eq!(line.zone().map(Zone::name), Some("Europe/Berlin"));
    assert_eq!(line.to_string(), "CRON_TZ=Europe/Berlin 30 2 * * *");
    assert_eq!(parse("TZ=UTC @daily").to_string(), "CRON_TZ=UTC @daily");
    let error = refused("TZ=Europe/Berln 0 0 * * *");
    assert_eq!((error.column, error.length), (4, 12));
    assert_eq!(error.hint.unwrap(), "did you mean `Europe/Berlin`?");
}

#[test]
fn refusals_name_the_place_and_what_to_write() {
    // Line, column, length, part of the message, part of the hint.
    let table = [
        ("", 1, 1, "empty", "five fields"),
        ("* * * *", 1, 7, "4 fields instead of 5", "five fields"),
        (
            "0 * * * * *",
            11,
            1,
            "6 fields instead of 5",
            "seconds = true",
        ),
        ("* * * * * /bin/true", 11, 9, "6 fields", "command"),
        ("*******", 1, 7, "1 field instead", "five fields"),
        ("0 0 1, 2 * *", 12, 1, "6 fields", ""),
        ("0 0 1, * *", 6, 1, "empty", "`1`"),
        (",5 * * * *", 1, 1, "empty", "`5`"),
        ("1,,5 * * * *", 2, 1, "empty", "`1,5`"),
        ("5/15 * * * *", 1, 4, "`5/15`", "`5-59/15`"),
        ("* * * * 1/2", 9, 3, "`1/2`", "`1-6/2`"),
        ("*/0 * * * *", 3, 1, "never move on", "1 or more"),
        ("*/60 * * * *", 3, 2, "0 to 59", "0 */2 * * *"),
        ("0 */24 * * *", 5, 2, "0 to 23", "day field"),
        ("*/ * * * *", 1, 2, "no step", "*/2"),
        ("*/x * * * *", 3, 1, "`x`", "number"),
        ("1-10/2/3 * * * *", 6, 3, "`2/3`", "one number"),
        ("50-10 * * * *", 1, 5, "backwards", "`50-59,0-10`"),
        ("0 -5 * * *", 3, 2, "no start", "0-23"),
        ("0 5- * * *", 3, 2, "no end", "0-23"),
        ("60 * * * *", 1, 2, "`60`", "`0`"),
        ("0 24 * * *", 3, 2, "`24`", "midnight"),
        ("0 0 0 * *", 5, 1, "`0`", "1 to 31"),
        ("0 0 1 13 *", 7, 2, "`13`", "1 to 12"),
        ("0 0 * * 8", 9, 1, "`8`", "0 to 7"),
        ("0 0 * * 99999999999", 9, 11, "`99999999999`", "0 to 7"),
        ("0 0 * * monday", 9, 6, "`monday`", "did you mean `mon`"),
        ("0 0 * * 1,teusday", 11, 7, "`teusday`", "`tue`"),
        ("0 0 * mon *", 7, 3, "`mon`", "last field"),
        ("0 0 * * jan", 9, 3, "`jan`", "before the last"),
        ("0 0 ? * *", 5, 1, "`?`", "`*`"),
        ("0 0 L * *", 5, 1, "`L`", "not known"),
        ("0 0 * * 5#2", 9, 3, "`5#2`", "not known"),
        ("0~30 0 * * *", 1, 4, "`0~30`", "random"),
        ("**/5 * * * *", 1, 2, "`**`", "`*` alone"),
        ("-1 * * * *", 1, 2, "no start", ""),
        (
            "0 0 30 2 *",
            5,
            2,
            "never comes",
            "a day that these months have",
        ),
        ("0 0 31 4,6,sep-nov */2", 0, 0, "", ""),
        ("@reboot", 1, 7, "`@reboot`", "when the service starts"),
        ("@every 5m", 1, 6, "`@every`", "*/15 * * * *"),
        ("@dayly", 1, 6, "`@dayly`", "`@daily`"),
        ("@daily x", 8, 1, "`x`", "alone"),
        ("PATH=/bin 0 0 * * *", 1, 9, "`PATH=`", "CRON_TZ"),
        ("TZ= 0 0 * * *", 1, 3, "no time zone", "Europe/Berlin"),
        ("ä * * * *", 1, 1, "`ä`", "number"),
        ("0 ö-ü * * *", 3, 1, "`ö`", "number"),
    ];
    for (line, column, length, message, hint) in table {
        if length == 0 {
            // October has 31 days.
            parse(line);
            continue;
        }
        let error = refused(line);
        assert_eq!(
            (error.column, error.length),
            (column, length),
            "{line}: {error:?}"
        );
        assert!(error.message.contains(message), "{line}: {error:?}");
        assert!(
            error.hint.clone().unwrap().contains(hint),
            "{line}: {error:?}"
        );
    }
}

#[test]
fn seconds_need_six_fields() {
    let line = CronLine::parse("30 0 12 * * *", true).unwrap();
    let after = "2026-01-01T00:00:00".parse().unwrap();
    assert_eq!(
        line.next_local(after),
        Some("2026-01-01T12:00:30".parse().unwrap())
    );
    let error = CronLine::parse("0 12 * * *", true).unwrap_err();
    assert!(error.hint.unwrap().contains("write `0` before the minute"));
    CronLine::parse("@daily", true).unwrap();
}

#[test]
fn a_star_in_minute_or_hour_follows_elapsed_time() {
    assert!(parse("*/30 2 * * *").follows_elapsed_time());
    assert!(parse("30 * * * *").follows_elapsed_time());
    assert!(!parse("30 2 * * *").follows_elapsed_time());
    assert!(
        !CronLine::parse("* 30 2 * * *", true)
            .unwrap()
            .follows_elapsed_time()
    );
}

const PARTS: [&str; 24] = [
    "*",
    "0",
    "5",
    "7",
    "12",
    "23",
    "31",
    "59",
    "60",
    "-",
    "/",
    ",",
    " ",
    "  ",
    "\t",
    "mon",
    "SUN",
    "jan",
    "@daily",
    "TZ=UTC",
    "L",
    "ü",
    "99999999999999999999",
    "?",
];

fn within(text: &str, error: &LineError) -> bool {
    let characters = text.chars().count().max(1);
    error.column >= 1 && error.length >= 1 && error.column + error.length <= characters + 1
}

fn valid() -> impl Strategy<Value = String> {
    let field = |values: &'static [&'static str]| prop::sample::select(values);
    (
        field(&["*", "*/7", "0", "5,10", "1-30/4", "59"]),
        field(&["*", "*/3", "22-2", "0", "9-17"]),
        field(&["*", "1", "15,28", "*/2"]),
        field(&["*", "jan", "MAR-oct", "11-2", "6"]),
        field(&["*", "1-5", "FRI-SUN", "0", "7", "sat,TUE"]),
    )
        .prop_map(|(minute, hour, day, month, weekday)| {
            format!("{minute} {hour} {day} {month} {weekday}")
        })
}

proptest! {
    #[test]
    fn no_text_is_too_much(text in any::<String>(), seconds in any::<bool>()) {
        if let Err(error) = CronLine::parse(&text, seconds) {
            prop_assert!(within(&text, &error), "{error:?}");
        }
    }

    #[test]
    fn what_is_accepted_reads_back_the_same(
        parts in prop::collection::vec(prop::sample::select(&PARTS[..]), 0..16),
        seconds in any::<bool>(),
    ) {
        let text = parts.concat();
        match CronLine::parse(&text, seconds) {
            Ok(line) => prop_assert_eq!(CronLine::parse(&line.to_string(), seconds), Ok(line)),
            Err(error) => prop_assert!(within(&text, &error), "{text:?} {error:?}"),
        }
    }

    #[test]
    fn a_valid_line_reads_back_the_same(text in valid()) {
        let line = parse(&text);
        prop_assert_eq!(parse(&line.to_string()), line);
    }

    #[test]
    fn case_and_blanks_mean_nothing(text in valid(), lead in "[ \t]{0,3}", blank in "[ \t]{1,3}") {
        let shouted = format!("{lead}{}{lead}", text.to_uppercase().replace(' ', &blank));
        let after = "2026-01-01T00:00:00".parse().unwrap();
        prop_assert_eq!(parse(&shouted).next_local(after), parse(&text).next_local(after));
    }

    #[test]
    fn a_slip_is_refused_in_its_place_or_has_a_meaning(
        text in valid(),
        at in any::<prop::sample::Index>(),
        slip in "[-*/,a-z0-9 #?ß]",
    ) {
        let mut characters: Vec<char> = text.chars().collect();
        let at = at.index(characters.len());
        characters[at] = slip.chars().next().unwrap();
        let text: String = characters.into_iter().collect();
        match CronLine::parse(&text, false) {
            Ok(line) => prop_assert_eq!(parse(&line.to_string()), line),
            Err(error) => {
                prop_assert!(within(&text, &error), "{text:?} {error:?}");
                prop_assert!(error.hint.is_some(), "{text:?} {error:?}");
            }
        }
    }
}
