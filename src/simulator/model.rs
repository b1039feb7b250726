//! The account a simulator starts with: so many clouds and nodes, or every resource in full.

mod check;
mod defaults;
mod problem;
mod raise;
mod redaction;
mod resources;
mod starting;
mod written;

use std::sync::Arc;

use chrono::{DateTime, Datelike as _, Utc};
use serde_json::{Map, Value};

pub use redaction::Redaction;
pub use resources::Resources;
pub(super) use starting::add_complete;

use super::world::World;
use crate::clock::simulated_start;
use crate::error::{Complaint, Place};
use crate::operation::nearest;
use crate::record::Moment;
use problem::Problem;
use resources::TABLES;
use starting::FIRST_NODES;
use written::Written;

/// The most clouds or nodes a model may ask for.
const MOST: usize = 100_000;

/// What an account is at its start.
#[derive(Clone, Debug)]
pub struct Model {
    /// Clouds, two of which are always the starting account's.
    pub clouds: usize,
    /// Nodes in all of them.
    pub nodes: usize,
    /// Takes the place of the seed in the settings.
    pub seed: Option<u64>,
    /// When it is what it is; without it, where simulated time starts.
    pub now: Option<DateTime<Utc>>,
    /// Every resource, instead of so many clouds and nodes.
    pub resources: Option<Arc<Resources>>,
}

impl Model {
    /// The starting account: a private cloud and a group of bare-metal nodes.
    #[must_use]
    pub const fn starting() -> Self {
        Self {
            clouds: 2,
            nodes: FIRST_NODES,
            seed: None,
            now: None,
            resources: None,
        }
    }

    /// Reads a model file: TOML with `clouds`, `nodes` and `seed`, each of which may be left out, or
    /// with a table for each resource.
    pub fn read(file: &str, text: &str) -> Result<Self, Box<Complaint>> {
        let wrong = |message: &str, at: std::ops::Range<usize>| {
            let complaint = Complaint::usage(format!("the model: {message}"))
                .at(Some(Place::of_bytes(file, text, at)))
                .hint(
                    "a model has `clouds`, `nodes` and `seed`, or every resource in full, as mw \
                     snapshot writes them",
                );
            Box::new(complaint)
        };
        let written = Written::parse(text).map_err(|(message, at)| wrong(&message, at))?;
        let Value::Object(tables) = written.value() else {
            return Ok(Self::starting());
        };
        Self::of_tables(&tables).map_err(|problem| {
            let at = written.place(&problem.pointer, problem.of_key);
            wrong(&problem.message, at)
        })
    }

    fn of_tables(tables: &Map<String, Value>) -> Result<Self, Problem> {
        const COUNTS: &[&str] = &["clouds", "nodes", "seed"];
        let mut model = Self::starting();
        let mut is_full = false;
        for (name, value) in tables {
            let at = format!("/{name}");
            if TABLES.contains(&name.as_str()) {
                is_full = true;
                continue;
            }
            if name == "now" {
                let instant = value.as_str().and_then(Moment::read);
                let instant = instant.filter(|at| (1970..=9_000).contains(&at.year()));
                model.now = Some(instant.ok_or_else(|| {
                    let message = "`now` is an instant, such as 2026-01-15T08:00:00+00:00";
                    Problem::at(at, message.to_owned())
                })?);
                continue;
            }
            if !COUNTS.contains(&name.as_str()) {
                let near = nearest(name, COUNTS.iter().chain(TABLES).chain(&["now"]).copied())
                    .map(|near| format!(": did you mean `{near}`?"))
                    .unwrap_or_default();
                return Err(Problem::of_key(at, format!("unknown field `{name}`{near}")));
            }
            let count = value.as_u64().ok_or_else(|| {
                let message = format!("`{name}` is a whole number, not {value}");
                Problem::at(at, message)
            })?;
            let size = usize::try_from(count).unwrap_or(usize::MAX);
            match name.as_str() {
                "clouds" => model.clouds = size,
                "nodes" => model.nodes = size,
                _ => model.seed = Some(count),
            }
        }
        if let Some((name, why)) = model.wrong_count() {
            return Err(Problem::of_key(
                format!("/{name}"),
                format!("`{name}` {why}"),
            ));
        }
        if is_full {
            if let Some(count) = COUNTS.iter().take(2).find(|it| tables.contains_key(**it)) {
                let message = format!("`{count}` does not go with resources in full");
                return Err(Problem::of_key(format!("/{count}"), message));
            }
            let resources = Resources::read(tables)?;
            check::check(&resources, model.now)?;
            model.resources = Some(Arc::new(resources));
        }
        Ok(model)
    }

    /// The count that is out of bounds, if one is, and what is wrong with it.
    #[must_use]
    pub fn wrong_count(&self) -> Option<(&'static str, String)> {
        [
            ("clouds", self.clouds, 2),
            ("nodes", self.nodes, FIRST_NODES),
        ]
        .into_iter()
        .find(|(_, count, least)| !(*least..=MOST).contains(count))
        .map(|(name, count, least)| (name, format!("is {count}, not within {least} to {MOST}")))
    }

    /// When it starts.
    #[must_use]
    pub fn start(&self) -> DateTime<Utc> {
        self.now.unwrap_or_else(simulated_start)
    }

    /// The account itself.
    pub(super) fn world(&self, seed: u64, now: DateTime<Utc>) -> World {
        let seed = self.seed.unwrap_or(seed);
        match &self.resources {
            Some(resources) => raise::world(resources, seed, now),
            None => starting::world(self.clouds, self.nodes, seed, now),
        }
    }
}

#[cfg(test)]
mod tests;
