//! How the subscription of a cloud answers: what is billed, and for how many hours.

use chrono::{DateTime, TimeDelta, Utc};
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::answer::Answer;
use super::asset::{Asset, hours};
use super::assumptions::{ACTIVATED, BILLED_LONG_TERM, BLOCKS_BILLED, CYCLE_BEGUN};
use super::call::{Behaviour, Call};
use super::catalogue::{MONTH_HOURS, block_mils, long_term_mils};
use super::clouds::{deleted, known};
use super::credentials::Role;
use super::hardware::{Sku, hourly_mils, sku};
use super::inventory::{IP_ADDONS, local_mils};
use super::world::{CloudState, World};
use crate::api::clouds::Subscription;
use crate::record::Moment;

/// The behaviours.
pub const BEHAVIOURS: &[(&str, Behaviour)] = &[("cloud_subscription", cloud_subscription)];

const WHAT: &str = "billing of the cloud";

/// A line of the bill.
struct Line {
    name: String,
    cents: i64,
    hours: i64,
}

/// The term a subscription is in.
struct Term {
    activated: DateTime<Utc>,
    started: DateTime<Utc>,
    ends: DateTime<Utc>,
    completed: i64,
}

impl Term {
    fn of(activated: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let completed = (now - activated).num_hours().max(0) / MONTH_HOURS;
        let started = activated + TimeDelta::hours(completed * MONTH_HOURS);
        Self {
            activated,
            started,
            ends: started + TimeDelta::hours(MONTH_HOURS),
            completed,
        }
    }
}

/// What an hour costs, in cents.
fn cents(mils: i64, pod: Option<&str>) -> i64 {
    let mils = local_mils(mils, pod);
    let billed = if BILLED_LONG_TERM.most() == 1 {
        long_term_mils(mils)
    } else {
        mils
    };
    billed / 10
}

/// What hardware is called and billed as.
fn named(name: &str) -> (String, String) {
    let known = sku(name);
    (
        known.map_or_else(|| name.to_owned(), Sku::product_name),
        known.map_or_else(|| name.to_owned(), Sku::add_on_code),
    )
}

/// The log of one asset.
fn logged(cloud: &str, asset: &Asset, term: &Term, pod: Option<&str>, now: DateTime<Utc>) -> Value {
    let (name, code) = named(&asset.sku);
    let cents = cents(hourly_mils(&asset.sku), pod);
    let used = asset.hours(term.started, now);
    let cost = cents.saturating_mul(used);
    let since = Moment::of(asset.since);
    json!({
        "cloud_id": cloud,
        "cloud_asset_id": asset.number,
        "addon_code": code,
        "is_active": asset.until.is_none(),
        "created_at": since,
        "removed_at": asset.until.map(Moment::of),
        "nodes": [{"node_uuid": asset.node, "created_at": since}],
        "lifetime_usage": asset.hours(asset.since, now),
        "name": name,
        "cost_in_cents": cents,
        "period_usage": used,
        "period_cost": format!("{}.{:02}", cost / 100, cost % 100),
    })
}

/// The lines of a cloud's bill by their codes.
fn lines(world: &World, cloud: &str, state: &CloudState, term: &Term) -> IndexMap<String, Line> {
    let pod = state.record.fields.pod_location.as_deref();
    let mut lines = IndexMap::new();
    let mut add = |code: String, name: String, cents: i64, hours: i64| {
        let line = lines.entry(code).or_insert(Line {
            name,
            cents,
            hours: 0,
        });
        line.hours += hours;
    };
    for asset in &state.assets {
        let used = asset.hours(term.started, world.now);
        if used > 0 || asset.until.is_none() {
            let (name, code) = named(&asset.sku);
            add(code, name, cents(hourly_mils(&asset.sku), pod), used);
        }
    }
    let blocks = world.blocks.values();
    for block in blocks.filter(|_| BLOCKS_BILLED.most() == 1 && !deleted(state)) {
        let is_own = block.is_of_user();
        let block = &block.record;
        let fields = &block.fields;
        let is_own = is_own && fields.cloud_id.as_deref() == Some(cloud);
        let billed = IP_ADDONS
            .iter()
            .find(|(code, ..)| is_own && fields.product_addon.as_deref() == Some(*code));
        if let Some((code, length, name)) = billed {
            let made = block.created_at.as_ref().map(|at| Moment::read(&at.0));
            let since = made.flatten().unwrap_or(term.started).max(term.started);
            let cents = cents(block_mils(*length), pod);
            let used = hours(since, world.now);
            add((*code).to_owned(), (*name).to_owned(), cents, used);
        }
    }
    lines
}

fn cloud_subscription(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    if call.caller.role != Some(Role::Billing) {
        call.needs(Role::Owner, WHAT)?;
    }
    let (cloud, state) = (call.param("cloud"), known(world, call)?);
    let record = &state.record;
    let pod = record.fields.pod_location.as_deref();
    let ordered = record.created_at.as_ref().map(|at| Moment::read(&at.0));
    let ordered = ordered.flatten().unwrap_or(world.now);
    let term = Term::of(ordered + TimeDelta::seconds(ACTIVATED.most()), world.now);
    let addons: Vec<Value> = lines(world, cloud, state, &term)
        .into_iter()
        .map(|(code, line)| {
            json!({
                "usage": line.hours,
                "name": line.name,
                "addon_on_code": code,
                "unit_amount_in_cents": line.cents,
                "total_in_cents": line.cents.saturating_mul(line.hours),
            })
        })
        .collect();
    let total: i64 = addons
        .iter()
        .filter_map(|addon| addon["total_in_cents"].as_i64())
        .sum();
    let uuid = record.fields.cloud_uuid.as_deref().unwrap_or_default();
    let subscription = json!({
        "uuid": uuid.replace('-', ""),
        "state": if deleted(state) { "canceled" } else { "active" },
        "total_billing_cycles": term.completed + CYCLE_BEGUN.most(),
        "collection_method": "automatic",
        "auto_renew": !deleted(state),
        "card": {"card_type": "Visa", "last_four": "4242"},
        "current_term_started_at": Moment::of(term.started),
        "current_term_ends_at": Moment::of(term.ends),
        "activated_at": Moment::of(term.activated),
        "addons": addons,
        "discounts": [],
        "total_in_cents": total,
        "plan_code": "flex_metal_cloud_monthly",
    });
    let logs: Vec<_> = state
        .assets
        .iter()
        .map(|asset| logged(cloud, asset, &term, pod, world.now))
        .collect();
    Ok(Answer::json(Subscription {
        subscription: Some(subscription.into()),
        asset_logs: logs.into(),
        ..Subscription::default()
    }))
}
