//! How patient the client is.

use chrono::TimeDelta;

/// How often and how long the client tries again.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Sendings in all of a call that may be sent again, the first included.
    pub tries: u32,
    /// The first wait is somewhere between nothing and this.
    pub base: TimeDelta,
    /// No wait is drawn from more than this.
    pub cap: TimeDelta,
    /// Whether 429 is waited for; otherwise it is an error at once.
    pub wait_when_limited: bool,
    /// Sendings in all of a call that is answered with 429.
    pub limited_tries: u32,
    /// The first wait for a locked node.
    pub locked_base: TimeDelta,
    /// The longest wait for a locked node.
    pub locked_cap: TimeDelta,
    /// How long a call without a deadline waits in all for a lock or a limit.
    pub patience: TimeDelta,
    /// How often the account is read for what a create may have made.
    pub looks: u32,
    /// How long after its sending a call may still be carried out, as a rule: until then it is looked
    /// for.
    pub late: TimeDelta,
    /// How much earlier than our sending a resource may claim to have been created.
    pub skew: TimeDelta,
    /// How long a reboot in doubt is taken as a possible cause of a lock.
    pub doubt: TimeDelta,
    /// Retries that an idle client has in reserve.
    pub reserve: u32,
    /// Fixes the random waits, for tests.
    pub seed: Option<u64>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            tries: 3,
            base: TimeDelta::milliseconds(500),
            cap: TimeDelta::seconds(30),
            wait_when_limited: true,
            limited_tries: 8,
            locked_base: TimeDelta::seconds(30),
            locked_cap: TimeDelta::minutes(5),
            patience: TimeDelta::minutes(15),
            looks: 3,
            late: TimeDelta::seconds(90),
            skew: TimeDelta::seconds(5),
            doubt: TimeDelta::minutes(15),
            reserve: 20,
            seed: None,
        }
    }
}
