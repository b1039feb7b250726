//! The ways a call ends: replies, refusals, and what is left in doubt.

use bytes::Bytes;
use serde_json::Value;

use super::Course;
use crate::client::attempt::Attempt;
use crate::client::error::{CallError, Cause, phrase, status_words, target};
use crate::client::problem::Problem;
use crate::client::reply::Reply;
use crate::client::verdict::Outcome;
use crate::operation::{Answer, Repeat};

impl Course<'_> {
    pub(super) fn reply(&self, attempt: Attempt) -> Reply {
        let status = match attempt.outcome {
            Outcome::Status(status) => status,
            Outcome::NotSent | Outcome::NoToken | Outcome::TokenLimited | Outcome::Unanswered => {
                200
            }
        };
        Reply {
            status,
            content_type: attempt.content_type,
            body: attempt.body,
            read: attempt.read,
            attempts: self.attempts,
            adopted: false,
        }
    }

    pub(super) fn found(&self, body: Option<&Value>, adopted: bool) -> Reply {
        let body = match (self.operation.answer, body) {
            (Answer::Nothing, _) => Bytes::new(),
            (_, Some(body)) => Bytes::from(body.to_string()),
            (Answer::One(_), None) => Bytes::from_static(b"{}"),
            (Answer::Many(_), None) => Bytes::from_static(b"[]"),
        };
        Reply {
            status: 200,
            content_type: Some("application/json".to_owned()),
            body,
            read: None,
            attempts: self.attempts,
            adopted,
        }
    }

    pub(super) fn error(&self, cause: Cause) -> CallError {
        CallError::new(self.operation, self.arguments, self.attempts, cause)
    }

    pub(super) fn refused(&self, attempt: &Attempt) -> CallError {
        let status = match attempt.outcome {
            Outcome::Status(status) => status,
            Outcome::NoToken | Outcome::TokenLimited => {
                let error = self.error(Cause::NoToken(attempt.message.clone()));
                return self.asked_to_wait(error, attempt);
            }
            Outcome::NotSent | Outcome::Unanswered => {
                return self.error(Cause::Unreachable(attempt.message.clone()));
            }
        };
        let note = (self.attempts > 1 && status != 404)
            .then(|| format!("it was sent {} times", self.attempts));
        let error = self.error(Cause::Refused {
            status,
            problem: attempt.problem(),
            note,
        });
        self.asked_to_wait(error, attempt)
    }

    /// The error, with until when the API asks to wait, where it does.
    fn asked_to_wait(&self, error: CallError, attempt: &Attempt) -> CallError {
        let until = attempt
            .retry_after
            .and_then(|wait| self.account.clock().now().checked_add_signed(wait));
        match until {
            Some(until) => error.asked_to_wait(until),
            None => error,
        }
    }

    pub(super) fn given_up(&self, attempt: &Attempt) -> CallError {
        if self.doubted {
            return self.in_doubt(attempt, "reading back was not possible");
        }
        self.refused(attempt)
    }

    pub(super) fn in_doubt(&self, attempt: &Attempt, seen: &str) -> CallError {
        let why = match attempt.outcome {
            Outcome::Status(status) => {
                let Problem { message, .. } = attempt.problem();
                message.map_or_else(
                    || format!("the API answered {status}"),
                    |message| format!("the API answered {status}: {message}"),
                )
            }
            Outcome::NotSent | Outcome::NoToken | Outcome::TokenLimited | Outcome::Unanswered => {
                attempt.message.clone()
            }
        };
        self.error(Cause::InDoubt(format!("{why}; {seen}")))
            .with_doubt(Some(self.doubt()))
    }

    /// The error of a call that was cut off, `sends` telling that a sending was under way.
    pub(super) fn cut(&self, cause: Cause, sends: bool) -> CallError {
        let may_have_happened = self.repeat != Repeat::Safe && (sends || self.doubted);
        self.error(cause)
            .with_doubt(may_have_happened.then(|| self.doubt()))
    }

    /// The error of a call whose OAuth client the API does not accept.
    pub(super) fn no_client(&self, status: u16, problem: Problem) -> CallError {
        let cause = if status == 401 {
            let note = Some("the API answered the OAuth client with 401".to_owned());
            Cause::Refused {
                status,
                problem,
                note,
            }
        } else {
            let said = problem.message.map(|said| format!(": {said}"));
            Cause::NoCredentials(format!(
                "the API answered the OAuth client with {}{}",
                status_words(status),
                said.unwrap_or_default()
            ))
        };
        self.cut(cause, false)
    }

    pub(super) fn doubt(&self) -> String {
        let what = phrase(self.operation.name, &target(self.operation, self.arguments));
        format!("`{what}` was sent and may have been carried out; the API's answer was not seen")
    }
}
