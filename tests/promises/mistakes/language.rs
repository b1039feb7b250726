//! Mistakes in a script: what does not parse, does not exist, or does not fit.

use crate::stage::mw::Mw;

#[test]
fn an_unknown_function_before_anything_ran() {
    Mw::new(["--sim", "run", "late.rhai"])
        .file(
            "late.rhai",
            r#"print("first");
let all = cluods();
"#,
        )
        .stderr(
            "error: there is no function `cluods`
  --> late.rhai:2:11
   |
 2 | let all = cluods();
   |           ^^^^^^
  help: did you mean `clouds`?
",
        )
        .code(2)
        .run();
}

#[test]
fn an_unknown_method() {
    Mw::eval(r#"cloud("Bare metal").nodes()[0].reboote()"#)
        .stderr(
            r#"error: Node has no method `reboote`
  --> <eval>:1:32
   |
 1 | cloud("Bare metal").nodes()[0].reboote()
   |                                ^^^^^^^
  help: did you mean `reboot`?
"#,
        )
        .code(2)
        .run();
}

#[test]
fn an_unknown_variable() {
    Mw::eval("let clouds_here = 1; cloud_here")
        .stderr(
            "error: there is no variable `cloud_here` here
  --> <eval>:1:22
   |
 1 | let clouds_here = 1; cloud_here
   |                      ^^^^^^^^^^
  help: did you mean `clouds_here`?
",
        )
        .code(2)
        .run();
}

#[test]
fn a_variable_that_a_function_does_not_see() {
    Mw::eval("let x = 5; fn f() { x } f()")
        .stderr(
            "error: there is no variable `x` here
  --> <eval>:1:21
   |
 1 | let x = 5; fn f() { x } f()
   |                     ^
  help: functions do not see variables outside them: pass `x` as an argument, or use a closure
",
        )
        .code(2)
        .run();
}

#[test]
fn an_unknown_field() {
    Mw::new(["--sim", "run", "field.rhai"])
        .file(
            "field.rhai",
            r#"let c = cloud("Bare metal");
print(c.lable);
"#,
        )
        .stderr(
            "error: Cloud has no field `lable`
  --> field.rhai:2:9
   |
 2 | print(c.lable);
   |         ^^^^^
  help: did you mean `label`?
",
        )
        .code(2)
        .run();
}

#[test]
fn a_field_that_cannot_be_set() {
    Mw::eval(r#"let c = cloud("Bare metal"); c.label = "x""#)
        .stderr(
            r#"error: `label` cannot be set: Cloud is what the API answered
  --> <eval>:1:32
   |
 1 | let c = cloud("Bare metal"); c.label = "x"
   |                                ^^^^^
  help: copy it into a map first: c.to_map()
"#,
        )
        .code(2)
        .run();
}

#[test]
fn a_wrong_argument_of_an_operation() {
    Mw::eval("cloud(#{})")
        .stderr(
            "error: `cloud` does not take a map
  --> <eval>:1:1
   |
 1 | cloud(#{})
   | ^^^^^
  help: call it as cloud(cloud: Cloud) -> Cloud
",
        )
        .code(2)
        .run();
}

#[test]
fn a_method_of_another_type() {
    Mw::eval(r#"cloud("Bare metal").update(#{label: "x"})"#)
        .stderr(
            r#"error: Cloud has no method `update`
  --> <eval>:1:21
   |
 1 | cloud("Bare metal").update(#{label: "x"})
   |                     ^^^^^^
  help: it is a method of Configuration, Vlan, IpBlock, IpAddress, PublicKey, Organization, Member
"#,
        )
        .code(2)
        .run();
}

#[test]
fn too_many_arguments() {
    Mw::eval("clouds(1)")
        .stderr(
            "error: `clouds` is called with 1 argument, which is too many
  --> <eval>:1:1
   |
 1 | clouds(1)
   | ^^^^^^
  help: call it as clouds() -> [Cloud]
",
        )
        .code(2)
        .run();
}

#[test]
fn an_error_in_a_module() {
    Mw::new(["--sim", "run", "main.rhai"])
        .file(
            "main.rhai",
            r#"import "./part" as part;
part::find("nowhere");
"#,
        )
        .file(
            "part.rhai",
            "fn find(label) {
    cloud(label)
}
",
        )
        .stderr(
            r#"error: no cloud has the id or label "nowhere"
  --> part.rhai:2:5
   |
 2 |     cloud(label)
   |     ^^^^^
  in `find` called at main.rhai:2:7
  help: clouds() lists them
"#,
        )
        .code(1)
        .run();
}

#[test]
fn an_error_in_a_parallel_branch() {
    Mw::eval(r#"parallel(["Bare metal", "nowhere"], |l| cloud(l), #{limit: 1})"#)
        .stderr(
            r#"error: no cloud has the id or label "nowhere"
  --> <eval>:1:41
   |
 1 | parallel(["Bare metal", "nowhere"], |l| cloud(l), #{limit: 1})
   |                                         ^^^^^
  in `|…|` called at <eval>:1:1
  help: clouds() lists them
"#,
        )
        .code(1)
        .run();
}

#[test]
fn a_module_that_does_not_exist() {
    Mw::eval(r#"print("before"); import "rollin" as rolling;"#)
        .stderr(
            r#"error: cannot import "rollin": cannot read the script rollin.rhai: No such file or directory (os error 2)
  --> <eval>:1:25
   |
 1 | print("before"); import "rollin" as rolling;
   |                         ^^^^^^^^
  help: did you mean "rolling"?
"#,
        )
        .code(2)
        .run();
}
