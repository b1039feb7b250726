//! Failed calls as they are kept, to be told again when a run goes on.

use serde::{Deserialize, Serialize};

use super::{CallError, Cause, SETTING_UP};
use crate::api;

/// A failed call as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    operation: String,
    target: String,
    attempts: u32,
    cause: Cause,
    hint: Option<String>,
    doubt: Option<String>,
}

impl CallError {
    /// The error as JSON, to be kept.
    #[must_use]
    pub fn to_json(&self) -> String {
        let kept = Kept {
            operation: self.operation.to_owned(),
            target: self.target.clone(),
            attempts: self.attempts,
            cause: self.cause.clone(),
            hint: self.hint.clone(),
            doubt: self.doubt.clone(),
        };
        serde_json::to_string(&kept).unwrap_or_default()
    }

    /// An error as it was kept.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        let kept: Kept = serde_json::from_str(text)?;
        Ok(Self {
            operation: api::operation(&kept.operation).map_or(SETTING_UP, |known| known.name),
            target: kept.target,
            attempts: kept.attempts,
            cause: kept.cause,
            hint: kept.hint,
            doubt: kept.doubt,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::problem::Problem;
    use crate::operation::Arguments;

    #[test]
    fn an_error_that_was_kept_says_the_same() {
        let operation = api::operation("delete_cloud").unwrap();
        let arguments = Arguments::new().with("cloud", "0Absd1");
        let causes = [
            Cause::Refused {
                status: 409,
                problem: Problem {
                    name: Some("Conflict".to_owned()),
                    message: Some("no".to_owned()),
                    is_foreign: false,
                },
                note: None,
            },
            Cause::InDoubt("cut".to_owned()),
            Cause::TimedOut("late".to_owned()),
            Cause::Cancelled,
        ];
        for cause in causes {
            let error = CallError::new(operation, &arguments, 2, cause)
                .with_doubt(Some("perhaps".to_owned()));
            let again = CallError::from_json(&error.to_json()).unwrap();
            assert_eq!(format!("{again:?}"), format!("{error:?}"));
        }
    }
}
