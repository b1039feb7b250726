//! How long whole processes take, from start to end: the median of many runs, in turns.
//!
//! ```text
//! startup RUNS COMMAND [ARGS] [::: COMMAND [ARGS]]…
//! ```
//!
//! Without arguments it measures `mw eval 1+1` beside `true`. A line of the result is the median
//! and the fastest in microseconds, and the command.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 100;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let (runs, commands) = match words.split_first() {
        Some((runs, rest)) if !rest.is_empty() => {
            let Ok(runs) = runs.parse() else {
                eprintln!("{runs:?} is not a number of runs");
                return ExitCode::FAILURE;
            };
            let commands = rest.split(|word| word == ":::").map(<[_]>::to_vec);
            (runs, commands.collect())
        }
        _ => (RUNS, usual()),
    };
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); commands.len()];
    // Two rounds first, unmeasured, so that every file is in the page cache.
    for round in 0..runs + 2 {
        for (command, times) in commands.iter().zip(&mut times) {
            match run(command) {
                Ok(time) if round >= 2 => times.push(time),
                Ok(_) => {}
                Err(why) => {
                    eprintln!("{}: {why}", command.join(" "));
                    return ExitCode::FAILURE;
                }
            }
        }
    }
    for (command, times) in commands.iter().zip(&mut times) {
        times.sort_unstable();
        let median = times.get(times.len() / 2).copied().unwrap_or_default();
        let fastest = times.first().copied().unwrap_or_default();
        println!(
            "{}\t{}\t{}",
            median.as_micros(),
            fastest.as_micros(),
            command.join(" ")
        );
    }
    ExitCode::SUCCESS
}

fn usual() -> Vec<Vec<String>> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let mw = env!("CARGO_BIN_EXE_mw");
    vec![
        words(&["true"]),
        words(&[mw, "eval", "1+1"]),
        words(&[mw, "--sim", "eval", "1+1"]),
    ]
}

fn run(command: &[String]) -> Result<Duration, String> {
    let (program, arguments) = command.split_first().ok_or("no command")?;
    let mut command = Command::new(Path::new(program));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let start = Instant::now();
    let status = command.status().map_err(|error| error.to_string())?;
    let took = start.elapsed();
    if status.success() {
        Ok(took)
    } else {
        Err(format!("it ended with {status}"))
    }
}
