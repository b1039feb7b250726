//! What a person is asked before a call is made.

use crate::operation::Effect;

/// A question to the person at the terminal.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// What the call does to the world: an effect, or a local power.
    pub effect: String,
    /// What it does, and to what: `reboot late-crow (7f…) of Web (qw5T)`.
    pub what: String,
    /// What it costs, in money or otherwise.
    pub cost: Option<String>,
    /// Whether the answer is for this call only.
    pub each: bool,
    /// What is to be typed, where a letter is too little.
    pub typed: Option<String>,
}

impl Question {
    /// A question about a call with this effect.
    #[must_use]
    pub fn new(effect: Effect, what: String) -> Self {
        Self {
            effect: effect.to_string(),
            what,
            ..Self::default()
        }
    }

    /// The question in one line.
    #[must_use]
    pub fn line(&self) -> String {
        let Self { effect, what, .. } = self;
        let cost = match &self.cost {
            Some(cost) => format!(", {cost}"),
            None => String::new(),
        };
        match &self.typed {
            Some(name) => {
                format!("{effect}: {what}{cost}? Type {name} to go ahead, anything else is no: ")
            }
            None if self.each => format!("{effect}: {what}{cost}? [y]es [n]o: "),
            None => format!("{effect}: {what}{cost}? [y]es [a]ll {effect} [n]o: "),
        }
    }

    /// What an answer means; nothing where it is none.
    #[must_use]
    pub fn consent(&self, answer: &str) -> Option<Consent> {
        let answer = answer.trim();
        if let Some(name) = &self.typed {
            return Some(if answer == name.trim() {
                Consent::Yes
            } else {
                Consent::No
            });
        }
        match answer.to_lowercase().as_str() {
            "y" | "yes" => Some(Consent::Yes),
            "a" | "all" if !self.each => Some(Consent::All),
            "n" | "no" | "" => Some(Consent::No),
            _ => None,
        }
    }
}

/// The answer to a [`Question`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// This call.
    Yes,
    /// This call and every later one of its effect.
    All,
    /// Not this call.
    No,
}

/// Someone who can be asked.
pub trait Asker: Send + Sync {
    /// Asks, and waits for the answer.
    fn ask(&self, question: &Question) -> Consent;

    /// Asks what a script wants to know: yes or no. Nothing comes back where no answer came.
    fn confirm(&self, _: &str) -> Option<bool> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_says_what_is_done_to_what_and_for_how_much() {
        let question = Question::new(Effect::Disrupt, "reboot late-crow of Web".to_owned());
        assert_eq!(
            question.line(),
            "disrupt: reboot late-crow of Web? [y]es [a]ll disrupt [n]o: "
        );
        let answers = [
            ("y", Consent::Yes),
            ("ALL", Consent::All),
            ("", Consent::No),
        ];
        for (answer, consent) in answers {
            assert_eq!(question.consent(answer), Some(consent));
        }
        assert_eq!(question.consent("what"), None);
        let each = Question {
            cost: Some("at most $50.40 for 30 days".to_owned()),
            each: true,
            ..question
        };
        assert_eq!(
            each.line(),
            "disrupt: reboot late-crow of Web, at most $50.40 for 30 days? [y]es [n]o: "
        );
        assert_eq!(each.consent("all"), None);
        let typed = Question {
            typed: Some("Web".to_owned()),
            ..each
        };
        assert_eq!(typed.consent("y"), Some(Consent::No));
        assert_eq!(typed.consent(" Web\n"), Some(Consent::Yes));
    }
}
