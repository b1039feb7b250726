//! Time, dates and chance.

use super::{Builtin, function, method};

pub(super) const DATES: &[Builtin] = &[
    function(
        "now",
        "now() -> Instant",
        "The account's present instant; simulated on the simulator.",
        r#"now().format("%Y-%m-%d")"#,
    ),
    function(
        "maintenance_window",
        "maintenance_window() -> #{open, closes, left}",
        "The maintenance window of the job that this run is of: whether it is open, the instant at which it closes, and the duration that is left. Nothing, `()`, where the run has none. A run that is taken up again is told the same again.",
        r"let window = maintenance_window(); window == () || window.open",
    ),
    function(
        "instant",
        "instant(text: string | Instant, zone?: string) -> Instant",
        "Reads an instant; with a zone, what its clocks show: \"2026-03-29 02:30\". A time that they skip is the moment they jump, one they show twice the first. A whole number is seconds since 1970.",
        r#"now() > instant("2020-01-01T00:00:00Z")"#,
    ),
    function(
        "duration",
        "duration(value) -> Duration",
        "Reads a duration: \"45m\", \"1h 30m\", or a number of seconds. Durations are compared with such texts, and instants with theirs: now() - at > \"7d\".",
        r#"duration("45m") < "1h""#,
    ),
    method(
        "Duration",
        "seconds",
        "seconds(duration) -> float",
        "A duration in seconds.",
        r#"duration("2m").seconds()"#,
    ),
    method(
        "Duration",
        "minutes",
        "minutes(duration) -> float",
        "A duration in minutes.",
        r#"duration("2h").minutes()"#,
    ),
    method(
        "Duration",
        "hours",
        "hours(duration) -> float",
        "A duration in hours.",
        r#"duration("90m").hours()"#,
    ),
    method(
        "Instant",
        "format",
        "format(instant, pattern: string, zone?: string) -> string",
        "An instant by a strftime pattern, in UTC unless a zone is named.",
        r#"now().format("%H:%M")"#,
    ),
    method(
        "Instant",
        "in_zone",
        "in_zone(instant, zone: string) -> LocalTime",
        "What the clocks of a zone show, with the fields year, month, day, hour, minute, second, weekday (\"monday\"), day_of_year, week, date, time, unix, zone, offset and instant. An instant has most of them too, in UTC.",
        r#"now().in_zone("Europe/Berlin").weekday"#,
    ),
    method(
        "Instant",
        "start_of_day",
        "start_of_day(instant, zone?: string) -> Instant",
        "When the day began, in UTC unless a zone is named. A LocalTime gives one of its own zone.",
        r#"now().start_of_day("America/New_York")"#,
    ),
    method(
        "Instant",
        "next",
        "next(instant, time: string, zone?: string) -> Instant",
        "When clocks next show a time of day, in UTC unless a zone is named. One that they skip is the moment they jump.",
        r#"now().next("03:00", "Europe/Berlin")"#,
    ),
    method(
        "Instant",
        "add_days",
        "add_days(instant, days: int, zone?: string) -> Instant",
        "So many days later, or earlier, at the same time by the clocks.",
        r#"now().add_days(-1, "Europe/Berlin")"#,
    ),
    function(
        "random",
        "random(low?, high?) -> number",
        "A number at random: from 0 up to but not 1, or between two bounds, both of them possible. A run that is taken up again draws the same; the simulator draws from its seed.",
        "random(1, 6) <= 6",
    ),
    method(
        "list",
        "shuffle",
        "shuffle(list) -> list",
        "The items in random order.",
        "[1, 2, 3].shuffle().len() == 3",
    ),
    method(
        "list",
        "pick",
        "pick(list)",
        "One of the items at random.",
        "clouds().pick().label",
    ),
    function(
        "uuid",
        "uuid() -> string",
        "A new UUID; not a secret, since it is kept in the journal.",
        "uuid().len() == 36",
    ),
];
