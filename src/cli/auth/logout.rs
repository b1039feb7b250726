//! `mw auth logout`.

use clap::Args;
use serde_json::json;

use super::{flags, real_only};
use crate::cli::{Global, Outcome, show};
use crate::config::{self, Environment};
use crate::error::exit;
use crate::output::Document;

/// Forget the credentials kept for a profile.
#[derive(Args, Debug)]
#[command(after_help = "\
The secret's file is removed, and what the profile says of it. The API is not told: the key stays \
valid until it is revoked there.

Examples:
  mw auth logout
  mw --profile ci auth logout")]
pub struct Logout {}

impl Logout {
    /// Runs the command.
    #[expect(clippy::unused_self, reason = "every command is run alike")]
    pub fn run(self, global: &Global) -> Outcome {
        real_only(global, "forget")?;
        let environment = Environment::of_process();
        let forgotten = config::forget(&flags(global), &environment)?;
        if global.output.is_for_programs() {
            let document = json!({
                "profile": forgotten.name,
                "removed": forgotten.removed,
                "left": forgotten.left,
            });
            show::document(&Document::Value(document), global)?;
            return Ok(exit::DONE);
        }
        let mut lines: Vec<String> = forgotten
            .removed
            .iter()
            .map(|path| {
                format!(
                    "logged out of profile {}: removed {}",
                    forgotten.name,
                    path.display()
                )
            })
            .collect();
        if lines.is_empty() {
            lines.push(format!("nothing was kept for profile {}", forgotten.name));
        } else {
            lines.push(
                "the API still accepts the key: revoke it there if others may have it".to_owned(),
            );
        }
        for left in &forgotten.left {
            lines.push(format!("left alone: {left}"));
        }
        show::document(&Document::Text(lines.join("\n")), global)?;
        Ok(exit::DONE)
    }
}
