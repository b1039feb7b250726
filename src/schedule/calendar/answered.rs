//! The last question a calendar was asked, and its answer.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

/// A question and its answer: the next fire after an instant, if there is one.
type Answer = (DateTime<Utc>, Option<DateTime<Utc>>);

/// The last question and its answer, shared by all jobs of the same line: of many that are due at once
/// each asks the same. It is no part of what a calendar is.
#[derive(Clone, Default)]
pub(super) struct Answered(Arc<Mutex<Option<Answer>>>);

impl Answered {
    /// The answer to a question, which `work` finds where it is another than the last.
    pub(super) fn or_find(
        &self,
        after: DateTime<Utc>,
        work: impl FnOnce() -> Option<DateTime<Utc>>,
    ) -> Option<DateTime<Utc>> {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((asked, answer)) = last
            && asked == after
        {
            return answer;
        }
        // Nobody waits while it is looked for: who asks meanwhile looks for it, too.
        let answer = work();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((after, answer));
        answer
    }
}

impl fmt::Debug for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answered")
    }
}

impl PartialEq for Answered {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Answered {}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_question_is_answered_anew_when_another_was_asked_since() {
        let answered = Answered::default();
        let (first, second) = (
            DateTime::UNIX_EPOCH,
            DateTime::UNIX_EPOCH + TimeDelta::seconds(1),
        );
        let fail = || unreachable!("it was answered");
        assert_eq!(answered.or_find(first, || Some(second)), Some(second));
        assert_eq!(answered.or_find(first, fail), Some(second));
        assert_eq!(answered.or_find(second, || None), None);
        assert_eq!(answered.clone().or_find(second, fail), None);
        assert_eq!(answered.or_find(first, || Some(first)), Some(first));
    }
}
