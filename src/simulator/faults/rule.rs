//! One rule, as it is written.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ending::Ending;
use super::span::{Skew, Span, Wait};
use super::way::{Pace, Refusal, Way};
use crate::api;
use crate::operation::{self, EffectRule, nearest};

/// How a fault says what becomes of a call.
pub const WAYS: &str = "one of `status`, `reset`, `truncated`, `ignored`, `locked`, `stuck`, \
`provisioning`, `sold_out`, `stale`, `revoked` and `says`, or with `delay`, `drip` or `skew` alone";

/// A failure on purpose: which calls, and how they fail.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "it is the form of the file, and a rule that was checked has one of them at most"
)]
pub struct Rule {
    /// The operation, or `*` for every one.
    pub operation: String,
    /// An id or a label in the call's path: a cloud, a node, a VLAN, a block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Which of the calls that the rule is about, from 1; all of them without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<Calls>,
    /// How many calls fail at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// How likely each of them fails, from 0 to 1, drawn from the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Fails with this status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// With this body, instead of an error in the API's form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    /// With `Retry-After`, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
    /// And is carried out all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    executed: bool,
    /// Fails by a connection cut before or after it is carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reset: Option<Moment>,
    /// Is carried out, and its answer breaks off in the middle of its JSON.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    truncated: bool,
    /// Is answered as ever, and nothing is done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    ignored: bool,
    /// `set_power`: the node is locked this long from the first such call on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    locked: Option<Span>,
    /// `set_power`: the node never reaches the state.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    stuck: bool,
    /// `place_order`: how the clouds of the order end instead of getting complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provisioning: Option<Ending>,
    /// `place_order`: the hardware is gone before the order comes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    sold_out: bool,
    /// A reading operation: its answer is given again this long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stale: Option<Span>,
    /// Its access token is good no longer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    revoked: bool,
    /// What these fields of its answer say instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    says: Option<Map<String, Value>>,
    /// Only in what bears this id, label or host name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    of: Option<String>,
    /// Its answer takes this long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delay: Option<Wait>,
    /// The body of its answer comes in ten pieces, each this much after the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    drip: Option<Span>,
    /// How far the date of its answer is off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skew: Option<Skew>,
}

/// Some of the calls that a rule is about.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(
    untagged,
    expecting = "`nth` is a number from 1, or a list of such numbers"
)]
pub enum Calls {
    /// One of them.
    One(u64),
    /// Several.
    Several(Vec<u64>),
}

impl Calls {
    /// Whether the n-th is one of them.
    pub fn names(&self, nth: u64) -> bool {
        self.all().contains(&nth)
    }

    fn all(&self) -> &[u64] {
        match self {
            Self::One(call) => std::slice::from_ref(call),
            Self::Several(calls) => calls,
        }
    }
}

/// When the connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Moment {
    /// Before the call is carried out.
    Before,
    /// After that, before the answer.
    After,
}

impl Rule {
    /// Reads a rule or a list of them, as JSON. The error says what is wrong with them.
    pub fn read_all(text: &str) -> Result<Vec<Self>, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let items = match value {
            Value::Array(items) => items,
            one => vec![one],
        };
        items
            .into_iter()
            .map(|item| {
                if !item.is_object() {
                    return Err(format!("a fault is a map, not {item}"));
                }
                let rule: Self = serde_json::from_value(item).map_err(|error| error.to_string())?;
                rule.checked()
            })
            .collect()
    }

    /// The rule, if it can mean something.
    pub fn checked(self) -> Result<Self, String> {
        self.check_calls()?;
        self.check_ways()?;
        self.check_operation()?;
        Ok(self)
    }

    /// Refuses calls that cannot be.
    fn check_calls(&self) -> Result<(), String> {
        if self.nth.as_ref().is_some_and(|it| it.all().contains(&0)) {
            return Err("`nth` counts from 1".to_owned());
        }
        if self.times == Some(0) {
            return Err("`times` counts from 1".to_owned());
        }
        if self
            .probability
            .is_some_and(|it| !(0.0..=1.0).contains(&it))
        {
            return Err("`probability` is from 0 to 1".to_owned());
        }
        Ok(())
    }

    /// The names of the ways it has, each with the operation that alone can fail that way.
    fn ways(&self) -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
        const POWER: Option<&str> = Some("set_power");
        const ORDER: Option<&str> = Some("place_order");
        [
            (self.status.is_some(), "status", None),
            (self.reset.is_some(), "reset", None),
            (self.truncated, "truncated", None),
            (self.ignored, "ignored", None),
            (self.locked.is_some(), "locked", POWER),
            (self.stuck, "stuck", POWER),
            (self.provisioning.is_some(), "provisioning", ORDER),
            (self.sold_out, "sold_out", ORDER),
            (self.stale.is_some(), "stale", None),
            (self.revoked, "revoked", None),
            (self.says.is_some(), "says", None),
        ]
        .into_iter()
        .filter_map(|(is_there, name, operation)| is_there.then_some((name, operation)))
    }

    /// Refuses a rule of no way or of several, and what goes with another way.
    fn check_ways(&self) -> Result<(), String> {
        let has_pace = self.delay.is_some() || self.drip.is_some() || self.skew.is_some();
        let count = self.ways().count();
        if count > 1 || (count == 0 && !has_pace) {
            return Err(format!("a fault has {WAYS}"));
        }
        if self.status.is_some_and(|it| !(400..=599).contains(&it)) {
            return Err("`status` is from 400 to 599".to_owned());
        }
        if self.status.is_none()
            && (self.executed || self.body.is_some() || self.retry_after.is_some())
        {
            return Err(
                "`executed`, `body` or `retry_after` goes with `status`: `reset` says by itself \
                 whether the call is carried out, and the other ways are of calls carried out"
                    .to_owned(),
            );
        }
        if self.executed && self.status.is_some_and(|it| it < 500 && it != 408) {
            return Err(
                "`executed` goes with a status from 500: one below says that nothing was done"
                    .to_owned(),
            );
        }
        if self.says.is_none() && self.of.is_some() {
            return Err("`of` goes with `says`".to_owned());
        }
        if self.says.as_ref().is_some_and(Map::is_empty) {
            return Err("`says` names no field".to_owned());
        }
        if self.delay.as_ref().is_some_and(|it| !it.is_ordered()) {
            return Err("`delay` is from the shorter to the longer".to_owned());
        }
        Ok(())
    }

    /// Refuses an operation that is none, or that cannot fail this way.
    fn check_operation(&self) -> Result<(), String> {
        let found = api::operation(&self.operation);
        if self.operation != "*" && found.is_none() {
            let near = nearest(&self.operation, api::operations().map(|it| it.name))
                .map(|near| format!(": did you mean `{near}`?"))
                .unwrap_or_default();
            return Err(format!("there is no operation `{}`{near}", self.operation));
        }
        for (way, only) in self.ways() {
            if let Some(only) = only.filter(|only| *only != self.operation) {
                return Err(format!(
                    "`{way}` is of `{only}`, not of `{}`",
                    self.operation
                ));
            }
        }
        let reads = found
            .is_some_and(|it| matches!(it.effect, EffectRule::Always(operation::Effect::Read)));
        if self.stale.is_some() && !reads {
            return Err("`stale` is of an operation that reads, such as `cloud_stats`".to_owned());
        }
        Ok(())
    }

    /// What becomes of its calls. A rule that was checked has one way at most.
    #[must_use]
    pub fn way(&self) -> Way {
        if let Some(status) = self.status {
            let refusal = Refusal::of(status, self.body.as_ref(), self.retry_after);
            let executed = self.executed;
            return Way::Refused { executed, refusal };
        }
        if let Some(moment) = self.reset {
            let executed = moment == Moment::After;
            return Way::Cut { executed };
        }
        if let Some(fields) = &self.says {
            let (fields, of) = (fields.clone(), self.of.clone());
            return Way::Says { fields, of };
        }
        let ways = [
            self.truncated.then_some(Way::Truncated),
            self.ignored.then_some(Way::Ignored),
            self.locked.map(|span| Way::Locked(span.0)),
            self.stuck.then_some(Way::Stuck),
            self.provisioning.map(Way::Unfinished),
            self.sold_out.then_some(Way::SoldOut),
            self.stale.map(|span| Way::Stale(span.0)),
            self.revoked.then_some(Way::Revoked),
        ];
        ways.into_iter().flatten().next().unwrap_or(Way::Late)
    }

    /// How the answers to its calls travel.
    pub fn pace(&self, rng: &mut fastrand::Rng) -> Pace {
        let delay = self.delay.as_ref().map(|wait| wait.drawn(rng));
        Pace {
            delay: delay.unwrap_or_default(),
            drip: self.drip.map(|span| span.0).unwrap_or_default(),
            skew: self.skew.map(|skew| skew.0).unwrap_or_default(),
        }
    }
}
