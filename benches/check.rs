//! How long `mw check` takes for 5,000 lines, whole processes, beside what checks Python of the same
//! size: `python3 -m pyflakes` if it is there, and `python3 -m py_compile`, which only parses.
//!
//! The lines are those of the scripts that ship, again and again; the Python is the peers' of these
//! benches.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const LINES: usize = 5_000;
const RUNS: usize = 20;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let place = std::env::temp_dir().join(format!("mw-check-{}", std::process::id()));
    let outcome = measure(root, &place);
    // Whatever is left there is only in the way.
    let _ = fs::remove_dir_all(&place);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn measure(root: &Path, place: &Path) -> Result<(), String> {
    let rhai = corpus(
        &[root.join("scripts"), root.join("stdlib")],
        "rhai",
        &place.join("rhai"),
    )?;
    let python = corpus(&[root.join("benches/peers")], "py", &place.join("python"))?;
    let mut commands = vec![
        (
            "mw check",
            vec![
                env!("CARGO_BIN_EXE_mw").to_owned(),
                "check".to_owned(),
                text(&place.join("rhai")),
            ],
        ),
        ("py_compile", {
            let mut words: Vec<String> =
                ["python3", "-m", "py_compile"].map(str::to_owned).to_vec();
            words.extend(python.iter().map(|path| text(path)));
            words
        }),
    ];
    let mut words: Vec<String> = ["python3", "-m", "pyflakes"].map(str::to_owned).to_vec();
    words.push(text(&place.join("python")));
    commands.push(("pyflakes", words));
    println!(
        "{} scripts and {} Python files of {LINES} lines each",
        rhai.len(),
        python.len()
    );
    let mut first: Option<Duration> = None;
    for (name, words) in commands {
        let Some(median) = median(&words) else {
            println!("{name}: is not there");
            continue;
        };
        let ratio = first.map_or(1.0, |first| median.as_secs_f64() / first.as_secs_f64());
        println!(
            "{name}: {:.1} ms, {ratio:.2} of mw check",
            median.as_secs_f64() * 1e3
        );
        first = first.or(Some(median));
    }
    Ok(())
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Copies the files of these folders until they have enough lines; gives the copies.
fn corpus(folders: &[PathBuf], extension: &str, to: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |error: std::io::Error| format!("the corpus cannot be made: {error}");
    let mut texts = Vec::new();
    for folder in folders {
        for entry in fs::read_dir(folder).map_err(failed)?.flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|it| it == extension) {
                let name = entry.file_name().to_string_lossy().into_owned();
                texts.push((name, fs::read_to_string(&path).map_err(failed)?));
            }
        }
    }
    texts.sort();
    let mut copies = Vec::new();
    let mut lines = 0;
    for round in 0.. {
        let folder = to.join(round.to_string());
        fs::create_dir_all(&folder).map_err(failed)?;
        // Whole rounds, so that what a script imports lies beside it.
        for (name, text) in &texts {
            let path = folder.join(name);
            fs::write(&path, text).map_err(failed)?;
            copies.push(path);
            lines += text.lines().count();
        }
        if lines >= LINES || texts.is_empty() {
            break;
        }
    }
    Ok(copies)
}

/// The median of many runs; nothing if the command is not there.
fn median(words: &[String]) -> Option<Duration> {
    let (program, rest) = words.split_first()?;
    let mut times = Vec::new();
    for round in 0..RUNS + 2 {
        let begun = Instant::now();
        let mut command = Command::new(program);
        command
            .args(rest)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // Findings are no failure, but a module that is not there is one.
        let status = command.status().ok()?;
        if round == 0 && !status.success() && rest.iter().any(|word| word == "pyflakes") {
            let help = Command::new(program)
                .args(["-m", "pyflakes", "--version"])
                .output()
                .ok()?;
            if !help.status.success() {
                return None;
            }
        }
        if round >= 2 {
            times.push(begun.elapsed());
        }
    }
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}
