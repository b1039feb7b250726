//! Files, folders and modules whose paths begin with what was typed.

use std::fs;
use std::path::Path;

use super::offer::{Offer, listed};
use crate::script::STDLIB;
use crate::script::scan::quoted;

/// The most of a folder that is looked at: a share on a network may have millions.
const MOST: usize = 10_000;

/// The files and folders that a path may become.
pub fn files(typed: &str) -> Vec<Offer> {
    listed(paths(typed, |_| true))
}

/// The modules that a path may become: those that come with `mw`, and scripts.
pub fn modules(typed: &str) -> Vec<Offer> {
    let own = STDLIB.iter().map(|(name, _)| *name);
    let own = own.filter(|name| name.starts_with(typed));
    let mut found: Vec<Offer> = own.map(|name| Offer::new(name, "comes with mw")).collect();
    found.extend(
        paths(typed, |name| {
            Path::new(name).extension().is_some_and(|it| it == "rhai")
        })
        .into_iter()
        .map(|offer| match offer.text.strip_suffix(".rhai") {
            Some(stem) => Offer::new(stem, offer.note),
            None => offer,
        }),
    );
    listed(found)
}

fn paths(typed: &str, is_wanted: impl Fn(&str) -> bool) -> Vec<Offer> {
    let (folder, begun) = match typed.rfind('/') {
        Some(at) => typed.split_at(at + 1),
        None => ("", typed),
    };
    let place = if folder.is_empty() { "." } else { folder };
    // A folder that cannot be read has nothing to offer.
    let Ok(entries) = fs::read_dir(Path::new(place)) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in entries.take(MOST).flatten() {
        let name = entry.file_name();
        // A path that is not UTF-8 cannot be typed here.
        let Some(name) = name.to_str() else { continue };
        if !name.starts_with(begun) || (name.starts_with('.') && !begun.starts_with('.')) {
            continue;
        }
        let is_folder = fs::metadata(entry.path()).is_ok_and(|it| it.is_dir());
        if is_folder {
            found.push(Offer::new(quoted(&format!("{folder}{name}/")), ""));
        } else if is_wanted(name) {
            found.push(Offer::new(quoted(&format!("{folder}{name}")), ""));
        }
    }
    found
}
