//! `mw jobs next`.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::Value;

use crate::cli::jobs_file;
use crate::cli::{Global, Outcome, show};
use crate::error::{Complaint, Place, exit};
use crate::output::{Column, Document};
use crate::record::Unit;
use crate::schedule::next::{fires, listed};
use crate::schedule::{Calendar, CronLine, Job};
use crate::zone;

/// The columns of what is due next. Whoever asks when, wants the instant and no age.
const COLUMNS: &[Column] = &[
    Column::new("job", Unit::Plain),
    Column::new("local", Unit::Plain),
    Column::new("utc", Unit::Plain),
];

/// When a line, or the jobs of a file, are due next.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw jobs next --jobs scripts/jobs.toml
  mw jobs next --cron '30 2 * * *' --timezone Europe/Berlin --count 3
  mw --output json jobs next --cron '0 3 * * mon' --after 2026-03-08T06:00:00Z")]
pub struct Next {
    /// A crontab line, such as "30 2 * * *"
    #[arg(long, value_name = "LINE", conflicts_with = "jobs")]
    cron: Option<String>,
    /// The zone the line is read in
    #[arg(long, value_name = "ZONE", default_value = "UTC", requires = "cron")]
    timezone: String,
    /// The line has six fields, seconds first
    #[arg(long, requires = "cron")]
    seconds: bool,
    /// Start after this instant; now unless given
    #[arg(long, value_name = "RFC3339")]
    after: Option<String>,
    /// How many; of a file, at least the next of each job
    #[arg(long, value_name = "N", default_value_t = 5)]
    count: usize,
    /// The jobs file
    #[arg(long, value_name = "FILE", default_value = "jobs.toml")]
    jobs: String,
}

impl Next {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let after = self.after()?;
        if !(1..=10_000).contains(&self.count) {
            return Err(Complaint::usage(format!(
                "--count must be from 1 to 10000, not {}",
                self.count
            ))
            .into());
        }
        match &self.cron {
            Some(line) => self.line(line, after, global),
            None => self.file(after, global),
        }
    }

    fn after(&self) -> Result<DateTime<Utc>, Complaint> {
        let Some(text) = &self.after else {
            return Ok(Utc::now());
        };
        DateTime::parse_from_rfc3339(text)
            .map(|at| at.to_utc())
            .map_err(|_| {
                Complaint::usage(format!("--after: {text:?} is not an instant"))
                    .hint("write it like 2026-03-08T06:00:00Z")
            })
    }

    fn line(&self, text: &str, after: DateTime<Utc>, global: &Global) -> Outcome {
        let line = CronLine::parse(text, self.seconds).map_err(|error| {
            let complaint = Complaint::usage(error.message.clone()).at(Some(Place::in_text(
                "--cron",
                text,
                1,
                error.column,
                error.length,
            )));
            match error.hint {
                Some(hint) => complaint.hint(hint),
                None => complaint,
            }
        })?;
        let zone = match line.zone() {
            Some(zone) => zone.clone(),
            None => zone::named(&self.timezone)
                .map_err(|error| Complaint::usage(error.to_string()).hint(error.hint.clone()))?,
        };
        let calendar = Calendar::new(line, zone);
        let fires = fires(&calendar, after, self.count);
        if fires.is_empty() {
            return Err(Complaint::usage(format!("{text:?} is never due")).into());
        }
        if global.output.is_for_programs() {
            let instants = fires
                .iter()
                .map(|fire| Value::from(fire.rfc3339()))
                .collect();
            show::document(&Document::Value(Value::Array(instants)), global)?;
        } else {
            show::text(&listed(&fires))?;
        }
        Ok(exit::DONE)
    }

    fn file(&self, after: DateTime<Utc>, global: &Global) -> Outcome {
        let jobs = jobs_file::lines(&self.jobs)?;
        let rows = upcoming(jobs.iter(), after, self.count)
            .iter()
            .map(|(at, job)| {
                let fire = job.fire(*at);
                let values = [job.name.to_string(), fire.local(), fire.rfc3339()];
                Column::row(COLUMNS, values.map(Value::String))
            })
            .collect();
        show::document(&Document::Rows(COLUMNS, rows), global)?;
        Ok(exit::DONE)
    }
}

/// When jobs are due next: the first `count` instants of all, and the first of each job.
fn upcoming<'j>(
    jobs: impl Iterator<Item = &'j Arc<Job>>,
    after: DateTime<Utc>,
    count: usize,
) -> Vec<(DateTime<Utc>, &'j Arc<Job>)> {
    let mut due = Vec::new();
    for job in jobs.filter(|job| job.enabled) {
        let next = |at: &DateTime<Utc>| job.next_after(*at);
        let instants = std::iter::successors(job.next_after(after), next);
        due.extend(instants.take(count).map(|at| (at, job)));
    }
    due.sort_by(|a, b| (a.0, &a.1.name).cmp(&(b.0, &b.1.name)));
    let mut seen = HashSet::new();
    let mut index = 0..;
    due.retain(|(_, job)| seen.insert(&job.name) | index.next().is_some_and(|index| index < count));
    due
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rare_job_is_shown_beside_a_frequent_one() {
        let text = "[[job]]\nname = \"often\"\ncron = \"0 * * * *\"\nscript = \"a\"\n\
                    [[job]]\nname = \"rarely\"\ncron = \"0 0 1 1 *\"\nscript = \"a\"\n\
                    [[job]]\nname = \"never\"\ncron = \"0 * * * *\"\nscript = \"a\"\nenabled = false\n";
        let jobs = crate::schedule::Jobs::read("jobs.toml", text).unwrap();
        let after = DateTime::UNIX_EPOCH;
        let names: Vec<&str> = upcoming(jobs.iter(), after, 3)
            .into_iter()
            .map(|(_, job)| &*job.name)
            .collect();
        assert_eq!(names, ["often", "often", "often", "rarely"]);
    }
}
