//! Which lines of the scripts under test ran: as a table, and in lcov's form.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::script::Coverage;

/// A script under test.
#[derive(Debug)]
pub struct Covered {
    /// The script.
    pub file: String,
    /// How often each of its lines with a statement ran.
    pub lines: BTreeMap<usize, u64>,
}

impl Covered {
    /// How many of its lines ran.
    pub fn run(&self) -> usize {
        self.lines.values().filter(|count| **count > 0).count()
    }

    /// The lines that did not run: `3`, or `5-8` where all with a statement between did not.
    pub fn missed(&self) -> Vec<String> {
        let mut spans: Vec<(usize, usize)> = Vec::new();
        let mut open = false;
        for (line, count) in &self.lines {
            match (spans.last_mut(), *count) {
                (_, 1..) => open = false,
                (Some(span), 0) if open => span.1 = *line,
                _ => {
                    spans.push((*line, *line));
                    open = true;
                }
            }
        }
        spans
            .into_iter()
            .map(|(from, to)| {
                if from == to {
                    from.to_string()
                } else {
                    format!("{from}-{to}")
                }
            })
            .collect()
    }
}

/// The scripts that tests in these files ran or imported; a file of tests is not one.
pub fn under_test(coverage: &Coverage, tests: &[PathBuf]) -> Vec<Covered> {
    coverage
        .lines()
        .into_iter()
        .filter(|(file, _)| !tests.iter().any(|test| test == Path::new(file)))
        .map(|(file, lines)| Covered { file, lines })
        .collect()
}

/// A line for each script: how much of it ran, and which lines did not.
pub fn table(covered: &[Covered]) -> String {
    let mut text = String::from("\ncoverage\n");
    let width = covered.iter().map(|it| it.file.len()).max().unwrap_or(0);
    for it in covered {
        let (run, all) = (it.run(), it.lines.len());
        // A script without a statement has nothing that did not run.
        let percent = (run * 100).checked_div(all).unwrap_or(100);
        let missed = it.missed();
        // Writing to a text cannot fail.
        let _ = write!(
            text,
            "  {:width$}  {percent:>3} %  {run} of {all} lines",
            it.file
        );
        if !missed.is_empty() {
            let _ = write!(text, ", not {}", missed.join(", "));
        }
        text.push('\n');
    }
    text.push('\n');
    text
}

/// The same in lcov's form. Modules of the binary are no files and are left out.
pub fn lcov(covered: &[Covered]) -> String {
    let mut text = String::new();
    for it in covered.iter().filter(|it| !it.file.starts_with('<')) {
        let _ = writeln!(text, "TN:\nSF:{}", it.file);
        for (line, count) in &it.lines {
            let _ = writeln!(text, "DA:{line},{count}");
        }
        let _ = writeln!(
            text,
            "LF:{}\nLH:{}\nend_of_record",
            it.lines.len(),
            it.run()
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missed_lines_stand_together_when_nothing_between_them_ran() {
        let covered = Covered {
            file: "a.rhai".to_owned(),
            lines: [
                (1, 1),
                (2, 0),
                (4, 0),
                (5, 3),
                (7, 0),
                (9, 0),
                (12, 1),
                (13, 0),
            ]
            .into(),
        };
        assert_eq!(covered.missed(), ["2-4", "7-9", "13"]);
        assert_eq!(covered.run(), 3);
    }
}
