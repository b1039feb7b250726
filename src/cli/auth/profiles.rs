//! `mw auth profiles`.

use clap::Args;
use serde_json::{Value, json};

use super::flags;
use crate::cli::{Global, Outcome, show};
use crate::config::{self, Environment, Profile};
use crate::error::exit;
use crate::output::Document;

/// List the profiles of the configuration file.
#[derive(Args, Debug)]
#[command(after_help = "\
Nothing is asked of the API; `mw auth status --all` does that.

Example:
  mw auth profiles")]
pub struct Profiles {}

/// A profile in a list, with whether it is the one that is marked so.
pub fn row(profile: &Profile, mark: &str, is_marked: bool) -> Value {
    json!({
        "profile": profile.name,
        mark: is_marked,
        "url": profile.url,
        "credentials": profile.credentials_origin(),
        "production": profile.production,
    })
}

impl Profiles {
    /// Runs the command.
    #[expect(clippy::unused_self, reason = "every command is run alike")]
    pub fn run(self, global: &Global) -> Outcome {
        let all = config::all(&flags(global), &Environment::of_process())?;
        if all.is_empty() && !global.output.is_for_programs() {
            let none = "no profiles: `mw auth login` makes one";
            show::document(&Document::Text(none.to_owned()), global)?;
            return Ok(exit::DONE);
        }
        let mut rows: Vec<Value> = Vec::new();
        for (profile, is_default) in all {
            rows.push(row(&profile, "default", is_default));
        }
        show::document(&Document::Value(rows.into()), global)?;
        Ok(exit::DONE)
    }
}
