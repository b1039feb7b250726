//! How many runs there may be at once: of a group, and of a service.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::document::Document;
use super::entry::policy::whole;

/// How many runs a service has at once unless its file says otherwise.
const USUAL: usize = 64;

/// The most that can be said.
const MOST: i64 = 10_000;

/// `[group.NAME]` with `limit`: how many runs of the group there may be at once, one if nothing is
/// said.
pub(super) fn groups(document: &mut Document<'_>, root: &DeTable<'_>) -> BTreeMap<String, usize> {
    let mut groups = BTreeMap::new();
    let Some(value) = root.get("group") else {
        return groups;
    };
    let Some(tables) = value.get_ref().as_table() else {
        document.refuse_type(
            "group",
            value,
            "a table of groups",
            "{ power = { limit = 1 } }",
        );
        return groups;
    };
    for (key, group) in tables {
        let name = key.get_ref().as_ref();
        if name.trim().is_empty() {
            let hint = "write `[group.power]`, with a name that jobs can say".to_owned();
            document.complain(&key.span(), "a group has no name".to_owned(), Some(hint));
            continue;
        }
        let Some(table) = group.get_ref().as_table() else {
            document.refuse_type(name, group, "a table", "{ limit = 1 }");
            continue;
        };
        document.refuse_strangers(table, &["limit"], "a group");
        groups.insert(name.to_owned(), limit(document, table).unwrap_or(1));
    }
    groups
}

/// `[service]` with `limit`: how many runs the service may have at once.
pub(super) fn of_service(document: &mut Document<'_>, root: &DeTable<'_>) -> usize {
    let Some(value) = root.get("service") else {
        return USUAL;
    };
    let Some(table) = value.get_ref().as_table() else {
        document.refuse_type("service", value, "a table", "{ limit = 64 }");
        return USUAL;
    };
    document.refuse_strangers(table, &["limit"], "the service");
    limit(document, table).unwrap_or(USUAL)
}

fn limit(document: &mut Document<'_>, table: &DeTable<'_>) -> Option<usize> {
    let limit = whole(document, "limit", table.get("limit")?, (1, MOST))?;
    usize::try_from(limit).ok()
}
