use std::sync::Arc;

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::record::{Record, Secret};

crate::record! {
    /// A host.
    pub struct Host as "Host" {
        columns: ["id", "label", "cores", "rack"],
        summary: ["id"],
        /// Its id.
        id: String,
        /// Its name.
        label: Option<String>,
        /// Its password.
        password: Option<Secret>,
        /// Its disks.
        disks: Vec<Arc<Disk>>,
        /// The rest.
        fields: Arc<HostFields>,
    }
}

crate::record! {
    /// The rest of a host.
    pub struct HostFields as "HostFields" {
        columns: [],
        summary: [],
        /// How many cores.
        cores: Option<i64>,
        /// Where it stands.
        rack: Option<String>,
        /// Another id.
        id: Option<String>,
    }
}

crate::record! {
    /// A disk.
    pub struct Disk as "Disk" {
        columns: ["name"],
        summary: ["name", "gigabytes"],
        /// Its name.
        name: String,
        /// Its size.
        gigabytes: Option<f64>,
    }
}

fn host(value: Value) -> Arc<dyn Record> {
    Arc::new(serde_json::from_value::<Host>(value).unwrap())
}

fn hosts() -> Document {
    Document::Records(vec![
        host(json!({
            "id": "0Absd1", "label": "great-wombat", "password": "hush",
            "fields": { "cores": 8, "rack": "A\u{1b}[2J1" },
        })),
        host(json!({
            "id": "x", "label": "日本語", "fields": { "cores": 128 }, "later": [1, 2],
        })),
    ])
}

fn now() -> DateTime<Utc> {
    "2026-01-15T08:00:00Z".parse().unwrap()
}

fn piped(document: &Document, format: Format) -> String {
    let screen = Screen {
        width: Some(10),
        ..Screen::none(now())
    };
    render(document, &Choice::of(format), &screen).unwrap()
}

/// On a terminal of this width, if it has one.
fn shown(document: &Document, format: Format, width: Option<usize>) -> String {
    let screen = Screen {
        width,
        is_terminal: true,
        ..Screen::none(now())
    };
    render(document, &Choice::of(format), &screen).unwrap()
}

fn value(value: Value) -> Document {
    Document::Value(value)
}

#[test]
fn records_are_columns_of_their_kind() {
    insta::assert_snapshot!(piped(&hosts(), Format::Auto), @r"
    id      label         cores  rack
    0Absd1  great-wombat      8  A\u{1b}[2J1
    x       日本語          128  -
    ");
}

#[test]
fn a_table_is_cut_to_the_terminal_and_never_wrapped() {
    let text = shown(&hosts(), Format::Table, Some(34));
    insta::assert_snapshot!(text, @r"
    id      label      cores  rack
    0Absd1  great-wo…      8  A\u{1b}…
    x       日本語       128  -
    ");
}

#[test]
fn columns_that_would_be_cut_to_nothing_are_left_out_unless_asked_for() {
    let text = shown(&hosts(), Format::Table, Some(26));
    insta::assert_snapshot!(text, @"
    id      label     cores  …
    0Absd1  great-w…      8
    x       日本語      128
    ");
    let choice = Choice {
        columns: ["id", "label", "cores", "rack"].map(str::to_owned).to_vec(),
        ..Choice::of(Format::Table)
    };
    let screen = Screen {
        width: Some(26),
        is_terminal: true,
        ..Screen::none(now())
    };
    let text = render(&hosts(), &choice, &screen).unwrap();
    insta::assert_snapshot!(text, @r"
    id     label  cores  rack
    0Abs…  grea…      8  A\u{…
    x      日本…    128  -
    ");
}

#[test]
fn one_record_is_a_row_for_each_field() {
    let record = host(json!({
        "id": "a", "password": "hush", "disks": [{ "name": "sda", "gigabytes": 1.5 }],
        "fields": { "id": "b", "cores": 2 }, "later": { "deep": [true] }, "tags": ["x", "y"],
    }));
    insta::assert_snapshot!(piped(&Document::Record(record), Format::Auto), @r#"
    field      value
    id         a
    password   <redacted>
    disks      Disk(sda, 1.5)
    cores      2
    fields.id  b
    later      {"deep":[true]}
    tags       x, y
    "#);
}

#[test]
fn secrets_are_blotted_out_in_every_format() {
    let one = host(json!({ "id": "a", "password": "hush" }));
    for document in [hosts(), Document::Record(one)] {
        for format in Format::ALL {
            let text = piped(&document, format);
            assert!(!text.contains("hush"), "{format}: {text}");
        }
    }
}

#[test]
fn records_as_json_are_whole_and_in_order() {
    insta::assert_snapshot!(piped(&hosts(), Format::Json), @r#"
    [
      {
        "id": "0Absd1",
        "label": "great-wombat",
        "password": "<redacted>",
        "disks": [],
        "fields": {
          "cores": 8,
          "rack": "A\u001b[2J1"
        }
      },
      {
        "id": "x",
        "label": "日本語",
        "disks": [],
        "fields": {
          "cores": 128
        },
        "later": [
          1,
          2
        ]
      }
    ]
    "#);
}

#[test]
fn records_as_csv_have_every_declared_field() {
    let rows = Document::Records(vec![
        host(json!({
            "id": "a", "label": "=cmd|x, \"y\"", "disks": [{ "name": "sda" }],
            "fields": { "rack": "one\ntwo" },
        })),
        host(json!({ "id": "b", "later": null })),
    ]);
    assert_eq!(
        piped(&rows, Format::Csv),
        "id,label,password,disks,cores,rack,fields.id,later\n\
         a,\"=cmd|x, \"\"y\"\"\",,\"[{\"\"name\"\":\"\"sda\"\"}]\",,\"one\ntwo\",,\n\
         b,,,[],,,,\n",
    );
}

#[test]
fn csv_reaches_a_pipe_as_it_is_and_a_terminal_made_safe() {
    let document = value(json!([{ "a": "\u{1b}[2J" }]));
    assert_eq!(piped(&document, Format::Csv), "a\n\u{1b}[2J\n");
    let shown = shown(&document, Format::Csv, None);
    assert_eq!(shown, "a\n\\u{1b}[2J\n");
}

#[test]
fn a_value_reaches_a_pipe_as_it_is_and_a_terminal_made_safe() {
    let label = value(json!("a\u{1b}[2J\nb"));
    assert_eq!(piped(&label, Format::Auto), "a\u{1b}[2J\nb\n");
    assert_eq!(shown(&label, Format::Auto, None), "a\\u{1b}[2J\nb\n");
    let styled = Document::Text("\u{1b}[1mdone\u{1b}[0m".to_owned());
    let shown = shown(&styled, Format::Auto, None);
    assert_eq!(shown, "\u{1b}[1mdone\u{1b}[0m\n");
}

#[test]
fn yaml_reads_back_as_the_same_value() {
    let document = value(json!({ "a": [1, "yes", null], "b": "x\u{1b}\ny", "c": { "d": "007" } }));
    let text = piped(&document, Format::Yaml);
    assert!(!text.contains('\u{1b}'), "{text:?}");
    let back: Value = serde_norway::from_str(&text).unwrap();
    let Document::Value(given) = document else {
        unreachable!()
    };
    assert_eq!(back, given);
}

#[test]
fn maps_share_the_union_of_their_keys() {
    let document = value(json!([
        { "name": "a", "n": 1 },
        { "n": -20.5, "tags": ["x", "y"], "name": null },
    ]));
    insta::assert_snapshot!(piped(&document, Format::Auto), @"
    name      n  tags
    a         1  -
    -     -20.5  x, y
    ");
    assert_eq!(
        piped(&document, Format::Csv),
        "name,n,tags\na,1,\n,-20.5,\"[\"\"x\"\",\"\"y\"\"]\"\n",
    );
}

#[test]
fn every_shape_has_its_form() {
    let nothing = Document::Nothing;
    let text = Document::Text("two\nlines\n\n".to_owned());
    let cases = [
        (&nothing, Format::Auto, ""),
        (&nothing, Format::Json, "null\n"),
        (&nothing, Format::Yaml, "null\n"),
        (&nothing, Format::Csv, ""),
        (&text, Format::Auto, "two\nlines\n"),
        (&text, Format::Json, "\"two\\nlines\\n\\n\"\n"),
        (&Document::Text(String::new()), Format::Auto, ""),
        (&Document::Records(Vec::new()), Format::Auto, ""),
        (&Document::Records(Vec::new()), Format::Json, "[]\n"),
        (&Document::Records(Vec::new()), Format::Csv, ""),
        (&value(json!(null)), Format::Auto, ""),
        (&value(json!(1.5)), Format::Auto, "1.5\n"),
        (&value(json!("a")), Format::Auto, "a\n"),
        (&value(json!(true)), Format::Csv, "value\ntrue\n"),
        (&value(json!([])), Format::Auto, ""),
        (&value(json!({})), Format::Auto, ""),
        (
            &value(json!(["a\nb", 2, null, {}])),
            Format::Auto,
            "a↵b\n2\n-\n{}\n",
        ),
        (&value(json!(["a", [2]])), Format::Csv, "value\na\n[2]\n"),
        (
            &value(json!({ "a": 1, "b": [] })),
            Format::Auto,
            "field  value\na      1\nb      -\n",
        ),
        (
            &value(json!({ "a": 1, "b": "x" })),
            Format::Csv,
            "a,b\n1,x\n",
        ),
    ];
    for (document, format, expected) in cases {
        assert_eq!(
            piped(document, format),
            expected,
            "{document:?} as {format}"
        );
    }
}

/// Any JSON, of texts that are hard to write more than others.
fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        any::<String>(),
        prop::sample::select(vec![
            "",
            "~",
            "null",
            "yes",
            "0x1F",
            "1e3",
            "- a",
            "a: b",
            "a,\"b\"\r\n",
            "#"
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_format_for_programs_reads_back_as_the_same(values in prop::collection::vec(any_json(), 0..4)) {
        let document = Document::Value(Value::Array(values.clone()));
        let whole = Value::Array(values.clone());
        prop_assert_eq!(&serde_json::from_str::<Value>(&piped(&document, Format::Json)).unwrap(), &whole);
        prop_assert_eq!(&serde_norway::from_str::<Value>(&piped(&document, Format::Yaml)).unwrap(), &whole);
        let lines = piped(&document, Format::Jsonl);
        let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        prop_assert_eq!(lines, values);
    }

    #[test]
    fn csv_reads_back_as_the_same_cells(
        rows in prop::collection::vec(prop::collection::vec(any_json(), 3), 1..5),
    ) {
        let names = ["a", "b c", "d,\"e\""];
        let map = |row: &Vec<Value>| -> Map<String, Value> {
            names.iter().map(|name| (*name).to_owned()).zip(row.iter().cloned()).collect()
        };
        let document = Document::Value(rows.iter().map(|row| Value::Object(map(row))).collect());
        let text = piped(&document, Format::Csv);
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        prop_assert_eq!(reader.headers().unwrap(), &names[..]);
        let cell = |value: &Value| match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        for (read, row) in reader.records().zip(&rows) {
            let expected: Vec<String> = row.iter().map(cell).collect();
            prop_assert_eq!(read.unwrap(), expected);
        }
        prop_assert_eq!(::csv::Reader::from_reader(text.as_bytes()).records().count(), rows.len());
    }

    #[test]
    fn a_result_ends_with_one_newline_and_tables_obey_nothing(
        cells in prop::collection::vec((".*", ".*"), 1..4),
        width in prop::option::of(0usize..60),
    ) {
        let maps = cells.iter().map(|(a, b)| json!({ "a": a, b.as_str(): 1 })).collect();
        let document = Document::Value(Value::Array(maps));
        for format in Format::ALL {
            let text = shown(&document, format, width);
            prop_assert!(text.ends_with('\n'), "{}", format);
            // A row whose cells are all empty is an empty line.
            let is_table = matches!(format, Format::Auto | Format::Table);
            prop_assert!(is_table || !text.ends_with("\n\n"), "{}", format);
        }
        let table = shown(&document, Format::Table, width);
        prop_assert!(!table.chars().any(|c| c != '\n' && visible::is_hidden(c)));
        prop_assert_eq!(table.lines().count(), cells.len() + 1);
    }
}
