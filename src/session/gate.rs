//! Whether a call may be made: the rules, the names that they hang on, the money, and the person at
//! the terminal.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;

use super::names::{Names, described};
use super::permission::{Permission, Refusal, Standing};
use super::question::Question;
use super::recorder::Recorder;
use super::spending::Spending;
use super::subject::{self, Called, Subject};
use super::{Session, decode};
use crate::api;
use crate::api::cost::{Purchase, purchases};
use crate::api::inventory::Products;
use crate::client::{CallError, Limits, Silent};
use crate::error::exit;
use crate::money::Money;
use crate::operation::{Arguments, Decoded, Effect, Method, Operation, Request};

/// What has been learned to decide by.
#[derive(Debug, Default)]
pub struct Known {
    /// What resources are called.
    pub names: Names,
    /// What has been bought.
    pub spending: Spending,
    /// The catalogues by location, and whether what was bought before is counted.
    market: Mutex<Market>,
    /// Whether what the run bought before it was taken up is counted.
    past_counted: Mutex<bool>,
}

#[derive(Debug, Default)]
struct Market {
    catalogues: HashMap<Option<String>, Arc<Products>>,
}

/// A call that may be made.
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct Admitted {
    set_aside: Option<Money>,
}

/// What a call is, for the gate.
#[derive(Clone, Copy)]
struct Asking<'a> {
    request: &'a Request,
    arguments: &'a Arguments,
    effect: Effect,
}

impl Session {
    /// Whether a call may be made; otherwise the error that says why not, and what to do.
    pub(super) async fn admit(
        &self,
        request: &Request,
        arguments: &Arguments,
        effect: Effect,
    ) -> Result<Admitted, CallError> {
        let permission = &self.0.settings.permission;
        // Most calls read, and nothing about them hangs on what they act upon: the rest is kept off
        // their stack.
        if effect == Effect::Read
            && !permission.minds_names()
            && permission.standing(request.operation, effect, &[]) == Standing::Granted
        {
            return Ok(Admitted::default());
        }
        let asking = Asking {
            request,
            arguments,
            effect,
        };
        let decided = Box::pin(self.decide(asking)).await;
        decided.map_err(|(why, hint)| {
            CallError::not_permitted(request.operation, arguments, why, hint)
        })
    }

    async fn decide(&self, asking: Asking<'_>) -> Result<Admitted, Refusal> {
        let Asking {
            request,
            arguments,
            effect,
        } = asking;
        let operation = request.operation;
        let permission = &self.0.settings.permission;
        let mut on = subject::subjects(request, arguments);
        self.0.known.names.give(&mut on);
        let mut stands = permission.standing(operation, effect, &on);
        self.add_homes(operation, effect, &mut on, &stands).await?;
        if !matches!(stands, Standing::Refused(_)) {
            stands = permission.standing(operation, effect, &on);
        }
        // A name is learned before it is changed.
        let is_needed = operation.method == Method::Patch || stands == Standing::Undecided;
        if is_needed && !matches!(stands, Standing::Refused(_)) {
            let unnamed: Vec<&'static str> = on
                .iter()
                .filter(|it| it.name == Called::Unknown && permission.minds_names_of(it.kind))
                .map(|it| it.kind)
                .collect();
            for kind in unnamed {
                self.learn_names(kind, &on).await?;
            }
            self.0.known.names.give(&mut on);
            stands = permission.standing(operation, effect, &on);
        }
        match stands {
            Standing::Refused(refusal) => return Err(refusal),
            Standing::Undecided => return Err(unnamed(permission, &on)),
            Standing::Granted | Standing::Open => {}
        }
        let is_open = stands == Standing::Open;
        let witness = permission.witness.as_ref();
        let witness = witness.filter(|_| effect != Effect::Read);
        let is_told = is_open || witness.is_some();
        let admitted = self.set_aside(asking, is_told).await?;
        if !is_told {
            return Ok(admitted.0);
        }
        if permission.tells() {
            for index in 0..on.len() {
                if let Some(subject) = on.get(index).filter(|it| it.name == Called::Unknown) {
                    // An id says less than a name, and is better than no question.
                    let _ = self.learn_names(subject.kind, &on).await;
                    self.0.known.names.give(&mut on);
                }
            }
        }
        let question = Question {
            cost: admitted.1,
            // An empty name is typed by an empty line: where there is none, its id is typed.
            typed: on.last().map(|it| match it.name.name() {
                Some(name) if !name.trim().is_empty() => name.to_owned(),
                _ => it.id.clone(),
            }),
            ..Question::new(effect, described(operation, arguments, &on))
        };
        if is_open {
            let asked = permission.ask(effect, question.clone(), |why| {
                permission.refusal(operation, effect, &on, why)
            });
            let consented = asked.inspect_err(|_| self.give_back(admitted.0))?;
            if let (Some(effect), Some(recorder)) = (consented, self.recorder()) {
                recorder.consent(effect.as_str());
            }
        }
        if let Some(witness) = witness {
            witness.sees(&question);
        }
        Ok(admitted.0)
    }

    /// What was set aside for a call that came to nothing for certain is free again.
    pub(super) fn reconsider(&self, admitted: Admitted, error: &CallError) {
        if error.left_in_doubt().is_none() && error.exit_code() != exit::IN_DOUBT {
            self.give_back(admitted);
        }
    }

    fn give_back(&self, admitted: Admitted) {
        if let Some(cost) = admitted.set_aside {
            self.0.known.spending.give_back(cost);
        }
    }

    /// Reads what the resources of a type are called.
    async fn learn_names(&self, kind: &'static str, on: &[Subject]) -> Result<(), Refusal> {
        let Some((operation, arguments)) = subject::reading(kind, on) else {
            return Ok(());
        };
        let decoded = self.look_up(operation, &arguments).await.map_err(|error| {
            (
                format!(
                    "what its {} is called could not be read: {error}",
                    kind.replace('_', " ")
                ),
                "the rules for it go by names: try again, or name it by its id".to_owned(),
            )
        })?;
        self.0.known.names.learn(&decoded);
        Ok(())
    }

    /// Reads something to decide by. It is no call of the script's, and not on its record.
    pub(super) async fn look_up(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
    ) -> Result<Decoded, CallError> {
        let request = operation
            .request(arguments)
            .map_err(|refusal| CallError::argument(operation, arguments, refusal))?;
        if let Standing::Refused((why, hint)) =
            self.0
                .settings
                .permission
                .standing(operation, Effect::Read, &[])
        {
            return Err(CallError::not_permitted(operation, arguments, why, hint));
        }
        let limits = Limits {
            cancel: self
                .recorder()
                .map(|recorder| recorder.halted().child_token())
                .unwrap_or_default(),
            ..Limits::default()
        };
        let mut reply = self
            .client()?
            .call(&request, arguments, &limits, &Silent)
            .await?;
        decode::of_reply(operation, arguments, &mut reply)
            .map_err(|_| CallError::bad_answer(operation, arguments, "it cannot be read"))
    }

    /// Sets aside what a call costs, where the run has a limit, and tells it where a person is to be
    /// asked.
    async fn set_aside(
        &self,
        asking: Asking<'_>,
        is_told: bool,
    ) -> Result<(Admitted, Option<String>), Refusal> {
        let permission = &self.0.settings.permission;
        let nothing = (Admitted::default(), None);
        match asking.effect {
            Effect::Spend => {}
            Effect::Destroy => return Ok((nothing.0, Some("which nothing undoes".to_owned()))),
            _ => return Ok(nothing),
        }
        let limit = permission.limit();
        if limit.is_none() && !(is_told && permission.tells()) {
            return Ok(nothing);
        }
        let bought = purchases(asking.request);
        let words: Vec<String> = bought.iter().map(Purchase::described).collect();
        let words = words.join(" and ");
        let cost = match self.price(&bought).await {
            Ok(cost) => cost,
            Err(why) if limit.is_some() => {
                return Err((
                    format!("what it costs cannot be told, and the run has a limit: {why}"),
                    "products() tells what can be bought and for how much".to_owned(),
                ));
            }
            Err(why) => {
                return Ok((
                    Admitted::default(),
                    Some(format!("{words}, for nobody knows how much ({why})")),
                ));
            }
        };
        let said = Some(format!("{words}, at most {cost} for 30 days"));
        let Some(limit) = limit else {
            return Ok((Admitted::default(), said));
        };
        self.count_the_past().await?;
        if let Err(spent) = self.0.known.spending.reserve(cost, limit) {
            let before = if spent == Money::default() {
                String::new()
            } else {
                format!(", after {spent} for what the run has bought")
            };
            let enough = spent + cost;
            let dollars = enough.as_mils().saturating_add(999) / 1_000;
            return Err((
                format!(
                    "it costs up to {cost} for 30 days ({words}){before}: more than the limit of {limit}"
                ),
                format!("raise it with --spend-limit {dollars}, or buy less"),
            ));
        }
        let admitted = Admitted {
            set_aside: Some(cost),
        };
        Ok((admitted, said))
    }

    /// What purchases cost in 30 days, at most.
    async fn price(&self, bought: &[Purchase]) -> Result<Money, String> {
        let mut market = self.0.known.market.lock().await;
        let mut sum = Money::default();
        for purchase in bought {
            if !market.catalogues.contains_key(&purchase.location) {
                let products = self.catalogue(purchase.location.as_deref()).await?;
                market
                    .catalogues
                    .insert(purchase.location.clone(), products);
            }
            let cost = market
                .catalogues
                .get(&purchase.location)
                .and_then(|products| purchase.cost(products))
                .ok_or_else(|| {
                    format!("the catalogue has no price for {}", purchase.described())
                })?;
            sum += cost.month;
        }
        Ok(sum)
    }

    async fn catalogue(&self, location: Option<&str>) -> Result<Arc<Products>, String> {
        let operation = api::operation("products").ok_or("there is no catalogue")?;
        let mut arguments = Arguments::new();
        if let Some(location) = location {
            arguments.set("location", location);
        }
        let decoded = self
            .look_up(operation, &arguments)
            .await
            .map_err(|error| error.to_string())?;
        let Decoded::One(record) = decoded else {
            return Err("the catalogue is empty".to_owned());
        };
        let any: Arc<dyn std::any::Any + Send + Sync> = record;
        any.downcast::<Products>()
            .map_err(|_| "the catalogue cannot be read".to_owned())
    }

    /// Counts what the run bought before it was taken up again.
    async fn count_the_past(&self) -> Result<(), Refusal> {
        // Whoever comes second waits until it is counted.
        let mut is_counted = self.0.known.past_counted.lock().await;
        if *is_counted {
            return Ok(());
        }
        let mut bought = Vec::new();
        for (operation, arguments) in self.recorder().map(Recorder::spent).unwrap_or_default() {
            let request = api::operation(&operation).and_then(|it| it.request(&arguments).ok());
            bought.extend(request.iter().flat_map(purchases));
        }
        let cost = self.price(&bought).await.map_err(|why| {
            (
                format!("what the run bought before cannot be priced: {why}"),
                "resume it without a limit, or begin another run".to_owned(),
            )
        })?;
        self.0.known.spending.add(cost);
        *is_counted = true;
        Ok(())
    }
}

fn unnamed(permission: &Permission, on: &[Subject]) -> Refusal {
    let what = on
        .iter()
        .find(|it| it.name == Called::Unknown && permission.minds_names_of(it.kind))
        .map_or_else(
            || "what it acts upon".to_owned(),
            |subject| format!("{} {}", subject.kind.replace('_', " "), subject.id),
        );
    (
        format!("the rules for it go by names, and the account does not say what {what} is called"),
        "look whether there is such a thing, and whether its id is spelt so".to_owned(),
    )
}
