//! `mw snapshot`: an account, read and written down as a model of the simulator.

mod file;
mod reading;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};

use super::line::Line;
use super::{Global, Outcome, show};
use crate::error::{Complaint, exit};
use crate::output::line;
use crate::simulator::{Model, Redaction, Resources};

/// Write the account down as a model that the simulator starts from.
#[derive(Args, Debug)]
#[command(
    after_help = "It only reads. To start from what it wrote: mw --sim=account.toml repl, mw sim \
--model account.toml\n\nWhat --redact leaves out:
  secrets    SSH keys, cloud-init, tokens in addresses on the web
  addresses  public addresses and those of network interfaces
  names      labels, host names, people\n\nExamples:
  mw snapshot --out account.toml
  mw --sim snapshot --redact all"
)]
pub struct Snapshot {
    /// The file to write; standard output without it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Leave out secrets, addresses, names, all or none; several with commas between
    #[arg(
        long,
        value_name = "WHAT",
        value_delimiter = ',',
        default_value = "secrets",
        hide_possible_values = true
    )]
    redact: Vec<What>,
}

/// What a snapshot leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// SSH keys, cloud-init, tokens in addresses on the web.
    Secrets,
    /// Public addresses and those of network interfaces.
    Addresses,
    /// Labels, host names, people.
    Names,
    /// All of these.
    All,
    /// Nothing.
    None,
}

/// A copy of the account at the end of a line, and when it was made by the account's own clock.
pub fn copy(line: &Line) -> Result<(Model, DateTime<Utc>), Complaint> {
    let read = line.block_on(reading::read(&line.session, &line.limits))??;
    let text = written(&read.resources, read.now)?;
    let model = Model::read("the account", &text).map_err(|why| unfit(*why))?;
    Ok((model, read.now))
}

fn written(resources: &Resources, now: DateTime<Utc>) -> Result<String, Complaint> {
    resources.written(now).map_err(|error| {
        let message = format!("the model cannot be written: {error}");
        Complaint::new(exit::FAILED, message)
    })
}

/// Why there is no simulator that starts from an account.
fn unfit(mut why: Complaint) -> Complaint {
    why.exit = exit::FAILED;
    why.message = format!(
        "the simulator cannot start from this account: {}",
        why.message
    );
    why
}

impl Snapshot {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        if self.redact.contains(&What::None) && self.redact.len() > 1 {
            return Err(Complaint::usage("--redact none goes with nothing else").into());
        }
        let is_out = |what: What| self.redact.contains(&what) || self.redact.contains(&What::All);
        let redaction = Redaction {
            secrets: is_out(What::Secrets),
            addresses: is_out(What::Addresses),
            names: is_out(What::Names),
        };
        let line = Line::open(global, None)?;
        let read = line.block_on(reading::read(&line.session, &line.limits))??;
        let mut resources = read.resources;
        redaction.apply(&mut resources);
        let text = written(&resources, read.now)?;
        let out = self.out.as_deref().filter(|file| *file != Path::new("-"));
        let name = out.map_or_else(|| "-".into(), Path::to_string_lossy);
        let refused = Model::read(&name, &text).err();
        // What was there before may be of more use.
        let is_kept = refused.is_some() && out.is_some_and(Path::exists);
        match out {
            Some(_) if is_kept => {}
            Some(file) => file::write(file, &text)?,
            None => show::text(&text)?,
        }
        if let Some(why) = refused {
            let hint = if is_kept {
                "the file that was there is kept; write to another one and correct it by hand"
            } else {
                "correct the model by hand"
            };
            return Err(unfit(*why).hint(hint).into());
        }
        if !global.quiet {
            tell(&read.notes, out, &resources, redaction);
        }
        Ok(exit::DONE)
    }
}

fn counted(resources: &Resources) -> String {
    let nodes: usize = resources
        .clouds
        .iter()
        .map(|(_, stats)| stats.nodes.len())
        .sum();
    let many = |count: usize, what: &str| {
        let end = if count == 1 { "" } else { "s" };
        format!("{count} {what}{end}")
    };
    format!(
        "{} with {}, {}, {}",
        many(resources.clouds.len(), "cloud"),
        many(nodes, "node"),
        many(resources.vlans.len(), "VLAN"),
        many(resources.blocks.len(), "IP block"),
    )
}

/// Says on standard error what was written.
fn tell(notes: &[String], out: Option<&Path>, resources: &Resources, redaction: Redaction) {
    let mut told: Vec<String> = notes
        .iter()
        .map(|note| format!("note: {}", line(note)))
        .collect();
    let place = out.map_or_else(String::new, |file| format!("{}: ", file.display()));
    let left_out = match redaction.described() {
        words if words.is_empty() => "nothing left out".to_owned(),
        words => format!("without {words}"),
    };
    told.push(format!("{place}{}, {left_out}\n", counted(resources)));
    // Nobody is left to tell when standard error is closed.
    let _ = io::stderr().write_all(told.join("\n").as_bytes());
}
