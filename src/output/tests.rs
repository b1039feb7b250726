use std::sync::Arc;

use serde_json::{Value, json};

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

fn piped(document: &Document, format: Format) -> String {
    render(document, format, Some(10), false).unwrap()
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
    let text = render(&hosts(), Format::Table, Some(30), true).unwrap();
    insta::assert_snapshot!(text, @r"
    id      label    cores  rack
    0Absd1  great-…      8  A\u{1…
    x       日本語     128  -
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
        "id,label,password,disks,cores,rack,later\n\
         a,\"=cmd|x, \"\"y\"\"\",,\"[{\"\"name\"\":\"\"sda\"\"}]\",,\"one\ntwo\",\n\
         b,,,[],,,\n",
    );
}

#[test]
fn csv_reaches_a_pipe_as_it_is_and_a_terminal_made_safe() {
    let document = value(json!([{ "a": "\u{1b}[2J" }]));
    assert_eq!(piped(&document, Format::Csv), "a\n\u{1b}[2J\n");
    let shown = render(&document, Format::Csv, None, true).unwrap();
    assert_eq!(shown, "a\n\\u{1b}[2J\n");
}

#[test]
fn a_value_reaches_a_pipe_as_it_is_and_a_terminal_made_safe() {
    let label = value(json!("a\u{1b}[2J\nb"));
    assert_eq!(piped(&label, Format::Auto), "a\u{1b}[2J\nb\n");
    assert_eq!(
        render(&label, Format::Auto, None, true).unwrap(),
        "a\\u{1b}[2J\nb\n"
    );
    let styled = Document::Text("\u{1b}[1mdone\u{1b}[0m".to_owned());
    let shown = render(&styled, Format::Auto, None, true).unwrap();
    assert_eq!(shown, "\u{1b}[1mdone\u{1b}[0m\n");
}

#[test]
fn yaml_reads_back_as_the_same_value() {
    let document = value(json!({ "a": [1, "yes", null], "b": "x\u{1b}\ny", "c": { "d": "007" } }));
    let text = piped(&document, Format::Yaml);
    assert!(!text.contains('\u{1b}'), "{text:?}");
    let back: Value = serde_norway::from_str(&text).unwrap();
    assert_eq!(value(back).value(), document.value());
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

proptest::proptest! {
    #[test]
    fn a_result_ends_with_one_newline_and_tables_obey_nothing(
        cells in proptest::collection::vec((".*", ".*"), 1..4),
        width in proptest::option::of(0usize..60),
    ) {
        let maps = cells.iter().map(|(a, b)| json!({ "a": a, b.as_str(): 1 })).collect();
        let document = Document::Value(Value::Array(maps));
        for format in Format::ALL {
            let text = render(&document, format, width, true).unwrap();
            proptest::prop_assert!(text.ends_with('\n'), "{}", format);
            proptest::prop_assert!(!text.ends_with("\n\n"), "{}", format);
        }
        let table = render(&document, Format::Table, width, true).unwrap();
        proptest::prop_assert!(!table.chars().any(|c| c != '\n' && visible::is_hidden(c)));
        proptest::prop_assert_eq!(table.lines().count(), cells.len() + 1);
    }
}
