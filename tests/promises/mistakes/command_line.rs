//! Mistakes on the command line: options, arguments, files.

use crate::stage::mw::Mw;

#[test]
fn an_unknown_option() {
    Mw::new(["--sin", "eval", "1"])
        .stderr(
            "error: unexpected argument '--sin' found

  tip: a similar argument exists: '--sim'

Usage: mw --sim[=<MODEL>] <COMMAND>

For more information, try '--help'.
",
        )
        .code(2)
        .run();
}

#[test]
fn an_unknown_command() {
    Mw::new(["--sim", "evaluate", "1"])
        .stderr(
            "error: unrecognized subcommand 'evaluate'

  tip: a similar subcommand exists: 'eval'

Usage: mw [OPTIONS] <COMMAND>

For more information, try '--help'.
",
        )
        .code(2)
        .run();
}

#[test]
fn an_unknown_format() {
    Mw::new(["--sim", "--output", "jsn", "eval", "1"])
        .stderr(r#"error: invalid value 'jsn' for '--output <FORMAT>': no format is called "jsn": did you mean "json"?

For more information, try '--help'.
"#)
        .code(2)
        .run();
}

#[test]
fn a_misspelt_grant() {
    Mw::new(["--allow", "disrubt", "eval", "1"])
        .stderr("error: invalid value 'disrubt' for '--allow <GRANT>': `disrubt` is neither an effect nor an operation; did you mean `disrupt`?

For more information, try '--help'.
")
        .code(2)
        .run();
}

#[test]
fn an_unknown_parameter_of_a_script() {
    Mw::new(["--sim", "run", "greet.rhai", "--nmae", "x"])
        .file(
            "greet.rhai",
            r#"//! Greet.
//! @param name: string = "you"  whom to greet
//! @param times: int = 1        how often
print(`hello ${args.name}`);
"#,
        )
        .stderr(
            "error: the script has no option `--nmae`
  help: did you mean `--name STRING`?
",
        )
        .code(2)
        .run();
}

#[test]
fn a_value_that_a_parameter_does_not_take() {
    Mw::new(["--sim", "run", "greet.rhai", "--times", "often"])
        .file(
            "greet.rhai",
            r#"//! Greet.
//! @param name: string = "you"  whom to greet
//! @param times: int = 1        how often
print(`hello ${args.name}`);
"#,
        )
        .stderr(
            r#"error: `times` is "often", and must be a whole number
  help: give it as `--times N`: how often
"#,
        )
        .code(2)
        .run();
}

#[test]
fn an_unknown_type_of_parameter() {
    Mw::new(["--sim", "run", "greet.rhai"])
        .file(
            "greet.rhai",
            r#"//! @param name: strnig = "you"  whom to greet
print(args.name);
"#,
        )
        .stderr(
            r#"error: `strnig` is no type of parameter
  --> greet.rhai:1:18
   |
 1 | //! @param name: strnig = "you"  whom to greet
   |                  ^^^^^^
  help: did you mean `string`?
"#,
        )
        .code(2)
        .run();
}

#[test]
fn a_missing_script() {
    Mw::new(["--sim", "run", "nightly.rhia"])
        .file("nightly.rhai", "1")
        .stderr(
            "error: cannot read the script nightly.rhia: No such file or directory (os error 2)
  help: did you mean ./nightly.rhai?
",
        )
        .code(2)
        .run();
}

#[test]
fn a_folder_instead_of_a_script() {
    Mw::new(["--sim", "run", "."])
        .stderr(
            "error: cannot read the script .: is a directory
  help: name a file in it
",
        )
        .code(2)
        .run();
}

#[test]
fn an_unknown_operation() {
    Mw::new(["--sim", "call", "clods"])
        .stderr(
            "error: there is no operation `clods`
  help: did you mean `clouds`?
",
        )
        .code(2)
        .run();
}

#[test]
fn an_unknown_argument_of_an_operation() {
    Mw::new(["--sim", "call", "cloud", "clod=1"])
        .stderr(
            "error: cloud: there is no argument `clod`
  help: did you mean `cloud`?
",
        )
        .code(2)
        .run();
}

#[test]
fn an_unknown_name_to_explain() {
    Mw::new(["doc", "clods"])
        .stderr(
            "error: nothing is called `clods`
  help: did you mean `clouds`?
",
        )
        .code(2)
        .run();
}

#[test]
fn an_address_that_is_none() {
    Mw::new(["sim", "--listen", "somewhere"])
        .stderr(
            r#"error: "somewhere" is not an address to listen on
  help: write an IP address and a port: 127.0.0.1:8642, or port 0 for a free one
"#,
        )
        .code(2)
        .run();
}
