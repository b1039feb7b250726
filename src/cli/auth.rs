//! `mw auth`: credentials and profiles.

mod identity;
mod login;
mod logout;
pub mod profiles;
mod prompt;
mod status;

use clap::Subcommand;

use super::{Global, Outcome};
use crate::config::Flags;
use crate::error::Complaint;

/// Log in and out, and see who you are to the API.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  mw auth status
  mw auth profiles")]
pub enum Auth {
    /// Check credentials with the API and keep them for a profile
    Login(login::Login),
    /// Say who you are to the API, by which credentials, and how long they last
    Status(status::Status),
    /// Forget the credentials kept for a profile
    Logout(logout::Logout),
    /// List the profiles of the configuration file
    Profiles(profiles::Profiles),
}

impl Auth {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        match self {
            Self::Login(login) => login.run(global),
            Self::Status(status) => status.run(global),
            Self::Logout(logout) => logout.run(global),
            Self::Profiles(profiles) => profiles.run(global),
        }
    }
}

/// The profile that the command line names.
fn flags(global: &Global) -> Flags {
    Flags {
        profile: global.profile.clone(),
        url: global.url.clone(),
        cacert: global.cacert.clone(),
    }
}

/// Refuses what has no meaning on the simulated account.
fn real_only(global: &Global, what: &str) -> Result<(), Complaint> {
    if global.sim.is_none() {
        return Ok(());
    }
    Err(Complaint::usage(format!(
        "the embedded simulator has no credentials to {what}"
    ))
    .hint("leave --sim out; `mw sim` serves a simulated account by URL, with the key `sim`"))
}
