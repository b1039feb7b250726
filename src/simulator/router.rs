//! From a method and a path to an operation, out of the table.

use std::collections::HashMap;

use http::Method;
use percent_encoding::percent_decode_str;

use super::{Behaviour, behaviours};
use crate::api;
use crate::operation::Operation;

/// The values of a path's placeholders, by name.
pub type Params = Vec<(&'static str, String)>;

/// What a path leads to.
pub enum Found {
    /// An operation.
    Route(&'static Operation, Params),
    /// A path of operations that take other methods, which are these.
    WrongMethod(String),
    /// Nothing.
    Nothing,
}

/// One segment of a path template.
#[derive(Debug)]
enum Segment {
    Fixed(&'static str),
    Placeholder(&'static str),
}

/// Routes by how many segments they have: the table is small, and this leaves few to compare.
#[derive(Debug)]
pub struct Router {
    routes: HashMap<usize, Vec<(Vec<Segment>, &'static Operation)>>,
    behaviours: HashMap<&'static str, Behaviour>,
}

impl Router {
    /// The routes of every operation.
    pub fn new() -> Self {
        let mut routes: HashMap<usize, Vec<_>> = HashMap::new();
        for operation in api::operations() {
            let segments: Vec<Segment> = segments(operation.path)
                .map(|segment| {
                    segment
                        .strip_prefix('{')
                        .and_then(|rest| rest.strip_suffix('}'))
                        .map_or(Segment::Fixed(segment), Segment::Placeholder)
                })
                .collect();
            routes
                .entry(segments.len())
                .or_default()
                .push((segments, operation));
        }
        Self {
            routes,
            behaviours: behaviours().copied().collect(),
        }
    }

    /// The behaviour of an operation.
    pub fn behaviour(&self, name: &str) -> Option<Behaviour> {
        self.behaviours.get(name).copied()
    }

    /// What a request leads to. Fixed segments go before placeholders: `/accounts/profile` is not
    /// an organization.
    pub fn find(&self, method: &Method, path: &str) -> Found {
        let parts: Vec<&str> = segments(path).collect();
        let mut best: Option<(usize, &'static Operation, Params)> = None;
        let mut others: Vec<&'static str> = Vec::new();
        for (template, operation) in self.routes.get(&parts.len()).into_iter().flatten() {
            let Some((fixed, params)) = matched(template, &parts) else {
                continue;
            };
            if operation.method.as_str() != method.as_str() {
                others.push(operation.method.as_str());
                continue;
            }
            if best.as_ref().is_none_or(|(most, ..)| fixed > *most) {
                best = Some((fixed, operation, params));
            }
        }
        match best {
            Some((_, operation, params)) => Found::Route(operation, params),
            None if others.is_empty() => Found::Nothing,
            None => {
                others.sort_unstable();
                others.dedup();
                Found::WrongMethod(others.join(", "))
            }
        }
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

fn matched(template: &[Segment], parts: &[&str]) -> Option<(usize, Params)> {
    let mut fixed = 0;
    let mut params = Params::new();
    for (segment, part) in template.iter().zip(parts) {
        match segment {
            Segment::Fixed(text) if text == part => fixed += 1,
            Segment::Fixed(_) => return None,
            Segment::Placeholder(_) if part.is_empty() => return None,
            Segment::Placeholder(name) => {
                params.push((
                    *name,
                    percent_decode_str(part).decode_utf8_lossy().into_owned(),
                ));
            }
        }
    }
    Some((fixed, params))
}
