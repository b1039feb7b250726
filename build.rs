//! How `mw` is linked.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let of_target = |name: &str| env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    let is_gnu_linux = of_target("OS") == "linux" && of_target("ENV") == "gnu";
    let is_static = of_target("FEATURE").split(',').any(|it| it == "crt-static");
    if is_gnu_linux && !is_static {
        // To move the program to an address drawn anew, the loader writes 51,000 addresses into 200
        // pages of it: a fifth of the whole time that `mw eval 1+1` takes. Stack, heap and libraries
        // still stand at drawn addresses.
        println!("cargo:rustc-link-arg-bin=mw=-no-pie");
    }
}
