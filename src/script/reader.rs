//! One field of many items.

use rhai::{Dynamic, EvalAltResult, ImmutableString, Map};

use super::handle::{self, Read, See};
use super::key::Key;
use super::trouble::Trouble;
use super::{field, value};
use crate::record::View;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Reads a field of the items of a list. They are mostly of one type, so how that type is read is
/// found once and kept.
#[derive(Clone, Debug)]
pub struct Reader {
    name: ImmutableString,
    found: Option<Found>,
}

/// How a field of a type of record is read.
#[derive(Clone, Copy, Debug)]
struct Found {
    read: Read,
    place: Option<usize>,
}

impl Reader {
    /// A reader of the field of this name.
    pub const fn new(name: ImmutableString) -> Self {
        Self { name, found: None }
    }

    /// Shows the field to `see`, where the item is a record that has it.
    fn see(&mut self, item: &Dynamic, see: &mut See<'_>) {
        if let Some(found) = self.found
            && (found.read)(item, &self.name, found.place, see)
        {
            return;
        }
        if let Some((kind, read)) = handle::reading(item) {
            let place = kind.fields.iter().position(|it| it.name == self.name);
            self.found = Some(Found { read, place });
            read(item, &self.name, place, see);
        }
    }

    /// What `look` makes of the key in the field, which is borrowed where it can be.
    pub fn key<T>(&mut self, item: &Dynamic, mut look: impl FnMut(&Key<'_>) -> T) -> Result<T> {
        let mut seen = None;
        self.see(item, &mut |view, _| {
            seen = Key::of_view(view).map(|key| look(&key));
        });
        match seen {
            Some(seen) => Ok(seen),
            None => Ok(look(&Key::of(&field_of(item, &self.name)?))),
        }
    }

    /// The field as a script value.
    pub fn value(&mut self, item: &Dynamic) -> Result<Dynamic> {
        let mut seen = None;
        self.see(item, &mut |view, origin| {
            seen = Some(value::of_view(view, origin));
        });
        seen.map_or_else(|| field_of(item, &self.name), Ok)
    }

    /// What `look` makes of the field if it is text.
    pub fn text<T>(&mut self, item: &Dynamic, mut look: impl FnMut(&str) -> T) -> Option<T> {
        let mut seen = None;
        self.see(item, &mut |view, _| {
            if let View::Text(text) = view {
                seen = Some(look(text));
            }
        });
        seen
    }
}

/// A field of a record or of a map, where `hw.cpu` is that of what the map has as `hw`, as for the columns
/// of tables.
pub fn field_of(item: &Dynamic, name: &str) -> Result<Dynamic> {
    if let Some((record, origin)) = handle::found(item) {
        return field::field(record.as_ref(), name, origin).map_err(Trouble::raise);
    }
    if let Some(map) = item.read_lock::<Map>() {
        if let Some(value) = map.get(name) {
            return Ok(value.clone());
        }
        let within = name.split_once('.');
        return match within.and_then(|(outer, inner)| Some((map.get(outer)?, inner))) {
            Some((outer, inner)) if outer.is_map() || handle::found(outer).is_some() => {
                field_of(outer, inner)
            }
            _ => Ok(Dynamic::UNIT),
        };
    }
    Err(Trouble::new(
        "field",
        format!(
            "{} has no field `{name}`",
            super::diagnose::kind(&super::handle::described(item))
        ),
    )
    .raise())
}
