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
mod later;
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
use later::Later;
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
#[command(subcommand_required = true, arg_required_else_help = true)]
struct Root {
    #[command(flatten)]
    global: Global,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a script; what follows its name belongs to it
    Run(Later<run::Run>),
    /// Run one line of script and print what it comes to
    Eval(Later<run::Eval>),
    /// Explore at a prompt
    Repl(Later<repl::Repl>),
    /// Call one operation of the API
    Call(Later<call::Call>),
    /// Log in and out, and see who you are to the API
    #[command(subcommand)]
    Auth(Later<auth::Auth>),
    /// Explain a function, a type or an operation; list them all without a name
    Doc(Later<doc::Doc>),
    /// Run the jobs of a file when they are due
    Serve(Later<serve::Serve>),
    /// Find what is wrong with scripts, without running them
    Check(Later<check::Check>),
    /// Run the tests of scripts, each on a simulated account of its own
    Test(Later<test::Test>),
    /// Look at schedules
    #[command(subcommand)]
    Jobs(Later<jobs::Jobs>),
    /// Look at runs, take them up again, decide about calls in doubt
    #[command(subcommand)]
    Runs(Later<runs::Runs>),
    /// Look at the locks that runs hold, and take them away
    #[command(subcommand)]
    Locks(Later<locks::Locks>),
    /// Write the account down as a model that the simulator starts from
    Snapshot(Later<snapshot::Snapshot>),
    /// Serve the simulated account over HTTP
    Sim(Later<sim::Sim>),
}

/// What a command came to: its exit code, or what to complain about.
type Outcome = Result<u8, Vec<Complaint>>;

/// The whole command line, as a tree of commands.
#[must_use]
pub fn command() -> clap::Command {
    Command::augment_subcommands(Root::command())
}

/// The part of the tree that has the first command these words name, if they name one. What it can
/// read the whole tree reads alike.
fn part(words: &[OsString]) -> Option<clap::Command> {
    let every = Command::augment_subcommands(clap::Command::new("mw"));
    let mut words = words.iter().skip(1).filter_map(|word| word.to_str());
    let named = words.find_map(|word| every.find_subcommand(word))?;
    Some(Root::command().subcommand(named.clone()))
}

/// Reads the command line. Of the tree of commands it builds no more than it needs: the whole of it
/// takes longer than most scripts do.
fn read(words: &[OsString], wishes: Wishes) -> Result<(Global, Command), clap::Error> {
    let by = |tree: clap::Command| {
        let mut matches = wishes.coloured(tree).try_get_matches_from(words)?;
        let Root { global } = Root::from_arg_matches_mut(&mut matches)?;
        Ok((global, Command::from_arg_matches_mut(&mut matches)?))
    };
    match part(words).map(by) {
        Some(Ok(read)) => Ok(read),
        // What is wrong, and what help there is, is said of the whole.
        _ => by(command()),
    }
}

/// Runs the command line and gives the exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let words: Vec<OsString> = arguments.into_iter().collect();
    let wishes = Wishes::of(&words);
    let (mut global, command) = match read(&words, wishes) {
        Ok(read) => read,
        Err(error) => return wishes.report(&error),
    };
    fault::watch();
    // A file that cannot be read is told of by whoever needs it.
    weight::limit_by(|| config::runs(&Environment::of_process()).ok()?.memory);
    if global.verbose {
        global.wire = Some(wire::Wire::told(global.log_format));
    }
    noise::start(&global);
    // What a service complains about is part of its log.
    let is_log = matches!(command, Command::Serve(_)) && global.log_format == LogFormat::Json;
    let is_json = is_log || matches!(global.output, Format::Json | Format::Jsonl);
    show::complain_as(is_json, global.color);
    if matches!(
        command,
        Command::Run(_)
            | Command::Eval(_)
            | Command::Call(_)
            | Command::Serve(_)
            | Command::Runs(_)
    ) {
        global.traces = traced::start(&global);
    }
    let global = &global;
    let outcome = match command {
        _ if let Some(variable) = Environment::of_process().unreadable() => Err(Complaint::usage(
            format!("the variable {variable} is not UTF-8 text"),
        )
        .hint(format!("set {variable} anew, or unset it"))
        .into()),
        Command::Run(run) => run.0.run(global),
        Command::Eval(eval) => eval.0.run(global),
        Command::Repl(repl) => repl.0.run(global),
        Command::Call(call) => call.0.run(global),
        Command::Auth(auth) => auth.0.run(global),
        Command::Check(check) => check.0.run(global),
        Command::Doc(doc) => doc.0.run(global),
        Command::Serve(serve) => serve.0.run(global),
        Command::Jobs(jobs) => jobs.0.run(global),
        Command::Runs(runs) => runs.0.run(global),
        Command::Locks(locks) => locks.0.run(global),
        Command::Snapshot(snapshot) => snapshot.0.run(global),
        Command::Sim(sim) => sim.0.run(global),
        Command::Test(test) => test.0.run(global),
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
