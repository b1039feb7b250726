//! `mw`, the command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(metalwright::cli::main(std::env::args_os()))
}
