//! The options every command takes.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::wire::Wire;
use crate::metrics::Metrics;
use crate::money::Money;
use crate::output::{Choice, Colour, Format, SortKey};
use crate::session::Grant;
use crate::traces::Traces;

/// What `--sim` alone means: what nobody can write.
const BUILT_IN: &str = "\0";

/// The file of a model; none for the one that is built in. A variable that is not set must not lead there.
fn model(text: &str) -> Result<String, String> {
    match text {
        "" => Err("it names no file; leave out the = for the account that is built in".to_owned()),
        BUILT_IN => Ok(String::new()),
        file => Ok(file.to_owned()),
    }
}

/// The options every command takes. They come before a script's name: what follows it belongs to
/// the script.
#[derive(Args, Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own on the command line"
)]
pub struct Global {
    /// Use the embedded simulator instead of a real account; --sim=FILE starts from a model
    #[arg(long, global = true, value_name = "MODEL", num_args = 0..=1, require_equals = true,
          default_missing_value = BUILT_IN, value_parser = model, help_heading = "Account")]
    pub sim: Option<String>,
    /// Start the simulator's random numbers here
    #[arg(
        long,
        global = true,
        value_name = "N",
        default_value_t = 1,
        value_parser = whole,
        help_heading = "Account"
    )]
    pub seed: u64,
    /// Make calls to the simulated account fail by the rules of this file
    #[arg(long, global = true, value_name = "FILE", help_heading = "Account")]
    pub faults: Option<String>,
    /// Write all that the simulated account is asked and answers to this file, as JSON lines
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "MW_EXCHANGES",
        hide_env_values = true,
        help_heading = "Account"
    )]
    pub exchanges: Option<PathBuf>,
    /// Keep the journal of runs in this file
    #[arg(long, global = true, value_name = "FILE", help_heading = "Account")]
    pub store: Option<String>,
    /// Keep no journal: a run that breaks off cannot be resumed, and changing anything needs --yes
    #[arg(long, global = true, help_heading = "Account")]
    pub no_journal: bool,
    /// Use this profile of the configuration file
    #[arg(long, global = true, value_name = "NAME", help_heading = "Account")]
    pub profile: Option<String>,
    /// Talk to the API at this address
    #[arg(long, global = true, value_name = "URL", help_heading = "Account")]
    pub url: Option<String>,
    /// Trust the certificates in this file too
    #[arg(long, global = true, value_name = "FILE", help_heading = "Account")]
    pub cacert: Option<PathBuf>,
    /// Grant effects (read, change, disrupt, destroy, spend) or operations, on all or some targets:
    /// disrupt@cloud:Web
    #[arg(
        long,
        global = true,
        value_name = "GRANT",
        value_delimiter = ',',
        help_heading = "Permission"
    )]
    pub allow: Vec<Grant>,
    /// Deny the same, whatever else grants it
    #[arg(
        long,
        global = true,
        value_name = "GRANT",
        value_delimiter = ',',
        help_heading = "Permission"
    )]
    pub deny: Vec<Grant>,
    /// Buy for no more than this, in dollars for 30 days by the product catalogue
    #[arg(
        long,
        global = true,
        value_name = "DOLLARS",
        allow_negative_numbers = true,
        help_heading = "Permission"
    )]
    pub spend_limit: Option<Money>,
    /// Grant read, change and disrupt without asking; destroy and spend must be named
    #[arg(long, global = true, help_heading = "Permission")]
    pub yes: bool,
    /// Write results as auto, table, json, jsonl, yaml or csv
    #[arg(
        long,
        short,
        global = true,
        value_name = "FORMAT",
        default_value = "auto",
        help_heading = "Output"
    )]
    pub output: Format,
    /// Show these fields of the result, nested ones by their path, such as `disks.size`
    #[arg(
        long,
        global = true,
        value_name = "FIELDS",
        value_delimiter = ',',
        help_heading = "Output"
    )]
    pub columns: Vec<String>,
    /// Sort the result by this field; -FIELD puts the greatest first
    #[arg(
        long,
        global = true,
        value_name = "FIELD",
        value_delimiter = ',',
        allow_hyphen_values = true,
        help_heading = "Output"
    )]
    pub sort: Vec<SortKey>,
    /// Show every field of a table, whole, and instants instead of ages
    #[arg(long, global = true, help_heading = "Output")]
    pub wide: bool,
    /// Colour what is shown: auto, always or never
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Output"
    )]
    pub color: Colour,
    /// Say nothing but results, warnings and errors
    #[arg(
        long,
        short,
        global = true,
        conflicts_with = "verbose",
        help_heading = "Output"
    )]
    pub quiet: bool,
    /// Say every call and retry, with the requests and answers as they travel, without secrets
    #[arg(long, short, global = true, help_heading = "Output")]
    pub verbose: bool,
    /// Write logs as text or json
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        default_value = "text",
        hide_possible_values = true,
        help_heading = "Output"
    )]
    pub log_format: LogFormat,
    /// Who watches the wire.
    #[arg(skip)]
    pub wire: Option<Arc<Wire>>,
    /// Where calls are counted, in a service.
    #[arg(skip)]
    pub metrics: Option<Arc<Metrics>>,
    /// Where runs and calls are told as spans.
    #[arg(skip)]
    pub traces: Option<Arc<Traces>>,
}

impl Global {
    /// The option that picks or sorts what is shown, where one is given.
    #[must_use]
    pub fn arranged_by(&self) -> Option<&'static str> {
        let sorted = (!self.sort.is_empty()).then_some("--sort");
        (!self.columns.is_empty()).then_some("--columns").or(sorted)
    }

    /// What is wanted of the result.
    #[must_use]
    pub fn choice(&self) -> Choice {
        Choice {
            format: self.output,
            columns: self.columns.clone(),
            sort: self.sort.clone(),
        }
    }
}

/// A whole number, as the command line gives it.
pub fn whole(text: &str) -> Result<u64, String> {
    let must = |_| "write a whole number, such as 1".to_owned();
    text.parse().map_err(must)
}

/// A span of time, as the command line gives it.
pub fn span(text: &str) -> Result<std::time::Duration, String> {
    let must = |_| "write a number and a unit: 90s, 45m, 30d".to_owned();
    humantime::parse_duration(text.trim()).map_err(must)
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// A JSON object a line.
    Json,
}
