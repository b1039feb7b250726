//! `mw jobs notify`: whether a channel leads to people.

use chrono::Utc;
use clap::Args;

use crate::cli::account::Account;
use crate::cli::jobs_file;
use crate::cli::{Global, Outcome, show};
use crate::config::Environment;
use crate::error::{Complaint, exit};
use crate::journal::Owner;
use crate::notice::{Courier, Kind, Notice};
use crate::operation::nearest;
use crate::script::runtime::LazyRuntime;

/// Send a notice of nothing by a channel of a jobs file.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw jobs notify ops --jobs jobs.toml")]
pub struct Notify {
    /// The channel: NAME of a [notify.NAME]
    #[arg(value_name = "CHANNEL")]
    channel: String,
    /// The jobs file
    #[arg(long, value_name = "FILE", default_value = "jobs.toml")]
    jobs: String,
}

impl Notify {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let jobs = jobs_file::lines(&self.jobs)?;
        let Some(channel) = jobs.channels().get(&self.channel) else {
            let known = || jobs.channels().keys().map(String::as_str);
            let hint = match nearest(&self.channel, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if jobs.channels().is_empty() => {
                    format!("it has no [notify.{}]", self.channel)
                }
                None => format!("there are {}", known().collect::<Vec<_>>().join(", ")),
            };
            let message = format!("{} has no channel `{}`", self.jobs, self.channel);
            return Err(Complaint::usage(message).hint(hint).into());
        };
        let complaints = jobs_file::variables(&jobs, Some(&self.channel));
        if !complaints.is_empty() {
            return Err(complaints);
        }
        let now = Utc::now();
        let kind = channel.on.first().copied().unwrap_or(Kind::Failure);
        let mut notice = Notice::new(kind, "test", now, now);
        notice.message = Some("this is a test of the channel: nothing has happened".to_owned());
        let account = Account::of(global, false)?;
        account.profile().clone_into(&mut notice.profile);
        let courier = Courier::new(account.ca_file(global), Environment::of_process())
            .on(&Owner::this().host);
        let runtime = LazyRuntime::default();
        let handle = runtime
            .handle()
            .map_err(|error| Complaint::new(exit::FAILED, format!("no runtime: {error}")))?;
        handle
            .block_on(courier.deliver(channel, &notice))
            .map_err(|failure| {
                let hint = if failure.is_worth_repeating {
                    "mw serve would try it again"
                } else {
                    "mw serve would not try it again: mend the channel"
                };
                Complaint::new(exit::FAILED, failure.message).hint(hint)
            })?;
        show::text(&format!("{}: delivered\n", self.channel))?;
        Ok(exit::DONE)
    }
}
