//! What the branches of `parallel` use of the script around them.
//!
//! A method locks a shared value for as long as it takes, and other branches that come upon it meanwhile
//! would fail: `parallel(items, |i| nodes[i].reboot())`. What nobody changes is copied instead, once for
//! each branch, and nobody can tell the difference.

use std::collections::HashSet;

use rhai::{AST, Array, Dynamic, FnPtr, Map, NativeCallContext};

use super::check::Changes;
use super::handle;

/// The most values that are copied for all branches of one `parallel`: more would take up more memory than
/// the script has.
const MOST: usize = 1_000_000;

/// What a body uses that its branches need copies of, by its place among what the body is given.
pub(super) struct Captured {
    places: Vec<usize>,
}

impl Captured {
    /// What a body uses, of which so many branches are to have copies.
    pub(super) fn of(context: &NativeCallContext<'_>, body: &FnPtr, branches: usize) -> Self {
        let shared = body.curry().iter().any(Dynamic::is_shared);
        let names = shared.then(|| Self::unchanged(context, body)).flatten();
        let is_copied = |(place, value): (usize, &Dynamic)| {
            let is_unchanged = || names.as_ref().and_then(|it| it.get(place)) == Some(&true);
            let is_small = || items(value).saturating_mul(branches) <= MOST;
            (value.is_shared() && (handle::found(value).is_some() || is_unchanged() && is_small()))
                .then_some(place)
        };
        let places = body.curry().iter().enumerate().filter_map(is_copied);
        Self {
            places: places.collect(),
        }
    }

    /// Of what a body is given first, whether no function of the script changes it. Functions that have
    /// nothing to do with it may change what is called the same: then it is taken for changed.
    fn unchanged(context: &NativeCallContext<'_>, body: &FnPtr) -> Option<Vec<bool>> {
        let scripts: Vec<AST> = context
            .iter_namespaces()
            .map(|functions| AST::new([], functions.clone()))
            .collect();
        let functions = || scripts.iter().flat_map(AST::iter_functions);
        let own = functions().find(|function| function.name == body.fn_name())?;
        let names: HashSet<&str> = functions().map(|function| function.name).collect();
        let changes: Vec<Changes> = scripts
            .iter()
            .map(|script| Changes::of(script, &names, false))
            .collect();
        let is_unchanged = |name: &&str| {
            let is_in = |it: &Changes| it.assigned.contains(*name) || it.changed.contains(*name);
            !changes.iter().any(is_in)
        };
        Some(own.params.iter().map(is_unchanged).collect())
    }

    /// The body with copies of its own, which still cost nothing to call it with.
    pub(super) fn copied(&self, body: &FnPtr) -> FnPtr {
        let mut body = body.clone();
        for (place, value) in body.iter_curry_mut().enumerate() {
            if self.places.contains(&place) {
                *value = match handle::found(value) {
                    Some((record, origin)) => handle::wrap(record, origin),
                    None => value.flatten_clone().into_shared(),
                };
            }
        }
        body
    }
}

fn items(value: &Dynamic) -> usize {
    let list = value.read_lock::<Array>().map(|list| list.len());
    let map = || value.read_lock::<Map>().map(|map| map.len());
    list.or_else(map).unwrap_or(1)
}
