//! The command line: one file per command.

mod account;
mod ask;
mod auth;
mod call;
mod check;
mod console;
mod doc;
mod execution;
mod fault;
mod global;
mod granted;
mod interrupt;
mod jobs;
mod jobs_file;
mod kept;
mod label;
mod labelled;
mod launcher;
mod line;
mod live;
mod locals;
mod locks;
mod noise;
mod pager;
mod prepared;
mod repl;
mod run;
mod runs;
mod serve;
mod show;
mod sim;
mod simulated;
mod snapshot;
mod test;
mod traced;
mod usage;
mod watcher;
mod wire;
mod world;

use std::ffi::OsString;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::config::{self, Environment};
use crate::error::{Complaint, exit};
use crate::output::Format;
use crate::script::weight;
pub use global::Global;
use global::LogFormat;
use usage::Wishes;

/// Automation for OpenMetal clouds, in scripts.
#[derive(Debug, Parser)]
#[command(name = "mw", version, max_term_width = 100)]
#[command(after_help = "\
Examples:
  mw --sim eval 'clouds()'                              a line on a simulated account
  mw --sim run scripts/rolling_power_cycle.rhai         a script on it
  mw run scripts/nightly_inventory.rhai                 a script on your own account
  mw doc                                                what scripts can call")]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a script; what follows its name belongs to it
    Run(run::Run),
    /// Run one line of script and print what it comes to
    Eval(run::Eval),
    /// Explore at a prompt
    Repl(repl::Repl),
    /// Call one operation of the API
    Call(call::Call),
    /// Log in and out, and see who you are to the API
    #[command(subcommand)]
    Auth(auth::Auth),
    /// Explain a function, a type or an operation; list them all without a name
    Doc(doc::Doc),
    /// Run the jobs of a file when they are due
    Serve(serve::Serve),
    /// Find what is wrong with scripts, without running them
    Check(check::Check),
    /// Run the tests of scripts, each on a simulated account of its own
    Test(test::Test),
    /// Look at schedules
    #[command(subcommand)]
    Jobs(jobs::Jobs),
    /// Look at runs, take them up again, decide about calls in doubt
    #[command(subcommand)]
    Runs(runs::Runs),
    /// Look at the locks that runs hold, and take them away
    #[command(subcommand)]
    Locks(locks::Locks),
    /// Write the account down as a model that the simulator starts from
    Snapshot(snapshot::Snapshot),
    /// Serve the simulated account over HTTP
    Sim(sim::Sim),
}

/// What a command came to: its exit code, or what to complain about.
type Outcome = Result<u8, Vec<Complaint>>;

/// The whole command line, as a tree of commands.
#[must_use]
pub fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Runs the command line and gives the exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let words: Vec<OsString> = arguments.into_iter().collect();
    let wishes = Wishes::of(&words);
    let command = wishes.coloured(Cli::command());
    let read = command
        .try_get_matches_from(words)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let mut cli = match read {
        Ok(cli) => cli,
        Err(error) => return wishes.report(&error),
    };
    fault::watch();
    // A file that cannot be read is told of by whoever needs it.
    weight::limit_by(|| config::runs(&Environment::of_process()).ok()?.memory);
    if cli.global.verbose {
        cli.global.wire = Some(wire::Wire::told(cli.global.log_format));
    }
    noise::start(&cli.global);
    // What a service complains about is part of its log.
    let is_log =
        matches!(cli.command, Command::Serve(_)) && cli.global.log_format == LogFormat::Json;
    let is_json = is_log || matches!(cli.global.output, Format::Json | Format::Jsonl);
    show::complain_as(is_json, cli.global.color);
    if matches!(
        cli.command,
        Command::Run(_)
            | Command::Eval(_)
            | Command::Call(_)
            | Command::Serve(_)
            | Command::Runs(_)
    ) {
        cli.global.traces = traced::start(&cli.global);
    }
    let global = &cli.global;
    let outcome = match cli.command {
        Command::Run(run) => run.run(global),
        Command::Eval(eval) => eval.run(global),
        Command::Repl(repl) => repl.run(global),
        Command::Call(call) => call.run(global),
        Command::Auth(auth) => auth.run(global),
        Command::Check(check) => check.run(global),
        Command::Doc(doc) => doc.run(global),
        Command::Serve(serve) => serve.run(global),
        Command::Jobs(jobs) => jobs.run(global),
        Command::Runs(runs) => runs.run(global),
        Command::Locks(locks) => locks.run(global),
        Command::Snapshot(snapshot) => snapshot.run(global),
        Command::Sim(sim) => sim.run(global),
        Command::Test(test) => test.run(global),
    };
    let code = match outcome {
        Ok(code) => code,
        Err(complaints) => {
            show::complaints(&complaints);
            complaints
                .first()
                .map_or(exit::FAILED, |complaint| complaint.exit)
        }
    };
    if let Some(traces) = &global.traces {
        traces.end();
    }
    code
}

impl From<Complaint> for Vec<Complaint> {
    fn from(complaint: Complaint) -> Self {
        vec![complaint]
    }
}
