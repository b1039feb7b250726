//! Mistakes in values: labels, ids, bodies, durations, states.

use super::value;
use crate::stage::mw::Mw;

#[test]
fn a_state_that_is_none() {
    Mw::eval(r#"wait_for(cloud("Bare metal"), "complet")"#)
        .stderr(
            r#"error: a cloud is never "complet"
  --> <eval>:1:31
   |
 1 | wait_for(cloud("Bare metal"), "complet")
   |                               ^^^^^^^^^
  help: did you mean "complete"?
"#,
        )
        .code(2)
        .run();
}

#[test]
fn an_option_that_is_none() {
    Mw::eval("parallel([1], |x| x, #{limt: 2})")
        .stderr(
            "error: parallel has no option `limt`
  --> <eval>:1:1
   |
 1 | parallel([1], |x| x, #{limt: 2})
   | ^^^^^^^^
  help: did you mean `limit`?
",
        )
        .code(1)
        .run();
}

#[test]
fn an_ambiguous_label() {
    let twice = r#"create_vlan(#{label: "app-tier", pod_location: "pod_1", vlan_type: "internal"});
"#;
    let ids = value(&format!(
        r#"{twice}vlans().where("label", "app-tier").pluck("id").join(" ")"#
    ));
    let (old, new) = ids.split_once(' ').unwrap();
    Mw::eval(&format!(r#"{twice}vlan("app-tier")"#))
        .hide(old, "OLD")
        .hide(new, "NEW")
        .stderr(
            r#"error: 2 vlans are labelled "app-tier"
  --> <eval>:2:1
   |
 2 | vlan("app-tier")
   | ^^^^
  help: use the id of one of them: OLD (created 2026-01-14T08:00:00+00:00), NEW (created 2026-01-15T08:00:00+00:00)
"#,
        )
        .code(1)
        .run();
}

#[test]
fn a_label_that_is_nearly_right() {
    Mw::eval(r#"cloud("Bare metall")"#)
        .stderr(
            r#"error: no cloud has the id or label "Bare metall"
  --> <eval>:1:1
   |
 1 | cloud("Bare metall")
   | ^^^^^
  help: did you mean "Bare metal"?
"#,
        )
        .code(1)
        .run();
}

#[test]
fn an_id_that_does_not_exist() {
    Mw::eval(r#"delete_vlan("zzzzzzzzzz")"#)
        .stderr(
            r#"error: could not delete vlan zzzzzzzzzz: 404 Not Found (not_found): VLAN not found.
  --> <eval>:1:1
   |
 1 | delete_vlan("zzzzzzzzzz")
   | ^^^^^^^^^^^
  help: there is no such id: vlans() shows what exists, and vlan("…") finds one by its label
"#,
        )
        .code(1)
        .run();
}

#[test]
fn an_unknown_field_of_a_body() {
    Mw::eval(r#"create_vlan(#{lable: "x", pod_location: "pod_1", vlan_type: "internal"})"#)
        .stderr(
            r#"error: create_vlan: `lable` is not a field of this operation
  --> <eval>:1:15
   |
 1 | create_vlan(#{lable: "x", pod_location: "pod_1", vlan_type: "internal"})
   |               ^^^^^
  help: did you mean `label`?
"#,
        )
        .code(2)
        .run();
}

#[test]
fn a_missing_field_of_a_body() {
    Mw::eval(r#"create_vlan(#{label: "x", pod_location: "pod_1"})"#)
        .stderr(
            r#"error: create_vlan: `vlan_type` is missing
  --> <eval>:1:1
   |
 1 | create_vlan(#{label: "x", pod_location: "pod_1"})
   | ^^^^^^^^^^^
  help: add vlan_type: "internal" | "routed"
"#,
        )
        .code(2)
        .run();
}

#[test]
fn a_field_of_a_body_of_the_wrong_type() {
    Mw::eval(r#"create_vlan(#{label: 7, pod_location: "pod_1", vlan_type: "internal"})"#)
        .stderr(
            r#"error: create_vlan: `label` must be a string, not 7
  --> <eval>:1:22
   |
 1 | create_vlan(#{label: 7, pod_location: "pod_1", vlan_type: "internal"})
   |                      ^
  help: write it in quotes, or put a value into it: `${value}`
"#,
        )
        .code(2)
        .run();
}

#[test]
fn a_word_that_a_field_does_not_take() {
    Mw::eval(r#"create_vlan(#{label: "x", pod_location: "pod_1", vlan_type: "intrenal"})"#)
        .stderr(
            r#"error: create_vlan: `vlan_type` must be "internal" or "routed", not "intrenal"
  --> <eval>:1:61
   |
 1 | create_vlan(#{label: "x", pod_location: "pod_1", vlan_type: "intrenal"})
   |                                                             ^^^^^^^^^^
  help: did you mean "internal"?
"#,
        )
        .code(2)
        .run();
}

#[test]
fn a_failed_assertion() {
    Mw::eval("assert_eq(1, 2)")
        .stderr(
            "error: 1 is not 2
  --> <eval>:1:1
   |
 1 | assert_eq(1, 2)
   | ^^^^^^^^^
",
        )
        .code(1)
        .run();
}

#[test]
fn a_wait_that_takes_too_long() {
    Mw::new([
        "--sim",
        "--quiet",
        "eval",
        r#"wait_for(cloud("Bare metal"), "pending", #{timeout: "1h"})"#,
    ])
    .stderr(
        r#"error: cloud "Bare metal" was `complete` and not `pending` after 1h
  --> <eval>:1:1
   |
 1 | wait_for(cloud("Bare metal"), "pending", #{timeout: "1h"})
   | ^^^^^^^^
  help: give it longer with #{timeout: "2h"}, or look at why it takes so long
"#,
    )
    .code(7)
    .run();
}
