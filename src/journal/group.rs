//! Calls that are over, many in one piece: a row for each would cost more than the calls themselves.
//!
//! A piece is a byte that says whether the rest is packed, and then the calls, one after another. A
//! number is 8 bytes, the lowest first; a text or a result is its length and its bytes, and what may
//! be absent has a byte before it that says whether it is there. A result that an earlier call of the
//! piece had is the place of that call among those with results.

use std::collections::HashMap;

use bytes::Bytes;

use super::body;
use super::call::{Call, State};

/// A piece that is larger is written, and another one begun.
const LARGE: usize = 4 << 20;

/// How a result stands in a piece.
const NONE: u8 = 0;
const OWN: u8 = 1;
const SAME: u8 = 2;

/// A piece on its way. Calls are written into it where they end: to hand each over to another
/// thread, allocated here and freed there, would cost more than to write it.
#[derive(Default)]
pub(super) struct Group {
    out: Vec<u8>,
    /// The results in it: their places, by what was asked.
    seen: HashMap<[u8; 16], (u64, Bytes)>,
    results: u64,
    /// How many calls are in it.
    calls: usize,
}

impl Group {
    /// Whether there is nothing in it.
    pub(super) const fn is_empty(&self) -> bool {
        self.calls == 0
    }

    /// How many calls are in it.
    pub(super) const fn len(&self) -> usize {
        self.calls
    }

    /// Whether it should be written now.
    pub(super) const fn is_large(&self) -> bool {
        self.out.len() >= LARGE
    }

    /// Takes a call in; the same result of the same question is in it once.
    pub(super) fn push(&mut self, call: &Call) {
        let out = &mut self.out;
        self.calls += 1;
        text(out, &call.path);
        text(out, &call.operation);
        out.extend_from_slice(&call.hash);
        text(out, &call.effect);
        text(out, &call.target);
        text(out, &call.arguments);
        text(out, call.state.as_str());
        number(out, u64::from(call.attempts));
        number(out, call.started.cast_unsigned());
        maybe(out, call.finished.as_ref(), |out, it| {
            number(out, it.cast_unsigned());
        });
        for word in [&call.place, &call.error, &call.note] {
            maybe(out, word.as_ref(), |out, it| text(out, it));
        }
        let Some(bytes) = &call.body else {
            out.push(NONE);
            return;
        };
        let known = self.seen.get(&call.hash).filter(|(_, it)| it == bytes);
        if let Some((place, _)) = known {
            out.push(SAME);
            number(out, *place);
            return;
        }
        out.push(OWN);
        number(out, bytes.len() as u64);
        out.extend_from_slice(bytes);
        self.seen.insert(call.hash, (self.results, bytes.clone()));
        self.results += 1;
    }

    /// The piece.
    pub(super) fn piece(&self) -> Vec<u8> {
        let (packed, stored) = body::pack(&self.out);
        let mut piece = Vec::with_capacity(stored.len() + 1);
        piece.push(u8::from(packed));
        piece.extend_from_slice(&stored);
        piece
    }
}

fn number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(&number.to_le_bytes());
}

fn text(out: &mut Vec<u8>, text: &str) {
    number(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn maybe<T>(out: &mut Vec<u8>, value: Option<&T>, write: impl FnOnce(&mut Vec<u8>, &T)) {
    out.push(u8::from(value.is_some()));
    if let Some(value) = value {
        write(out, value);
    }
}

/// Reads a piece from its beginning.
struct Cursor {
    rest: Bytes,
}

impl Cursor {
    fn bytes(&mut self, length: usize) -> Result<Bytes, String> {
        if length > self.rest.len() {
            return Err("a piece of it is cut short".to_owned());
        }
        Ok(self.rest.split_to(length))
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.bytes(1)?.first().copied().unwrap_or_default())
    }

    fn number(&mut self) -> Result<u64, String> {
        let bytes = self.bytes(8)?;
        Ok(bytes
            .first_chunk::<8>()
            .map_or(0, |bytes| u64::from_le_bytes(*bytes)))
    }

    fn sized(&mut self) -> Result<Bytes, String> {
        let length = self.number()?;
        self.bytes(usize::try_from(length).unwrap_or(usize::MAX))
    }

    fn text(&mut self) -> Result<String, String> {
        String::from_utf8(self.sized()?.to_vec()).map_err(|error| error.to_string())
    }

    fn maybe<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<Option<T>, String> {
        match self.byte()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            other => Err(format!("{other} says neither yes nor no")),
        }
    }
}

/// The calls of a piece; the error is what is wrong with it. Results are left out unless wanted.
pub(super) fn calls(piece: Vec<u8>, with_results: bool) -> Result<Vec<Call>, String> {
    let mut piece = Bytes::from(piece);
    if piece.is_empty() {
        return Err("a piece of it is empty".to_owned());
    }
    let packed = match piece.split_to(1).first() {
        Some(0) => false,
        Some(1) => true,
        _ => return Err("a piece of it is of no known form".to_owned()),
    };
    let rest = if packed {
        body::unpack(true, piece.to_vec()).map_err(|error| error.message)?
    } else {
        piece
    };
    let mut cursor = Cursor { rest };
    let mut results: Vec<Bytes> = Vec::new();
    let mut calls = Vec::new();
    while !cursor.rest.is_empty() {
        let path = cursor.text()?;
        let operation = cursor.text()?;
        let hash = cursor.bytes(16)?;
        let effect = cursor.text()?;
        let target = cursor.text()?;
        let arguments = cursor.text()?;
        let state = cursor.text()?;
        let state = State::named(&state).ok_or_else(|| format!("{state:?} is no state"))?;
        let attempts = u32::try_from(cursor.number()?).unwrap_or(u32::MAX);
        let started = cursor.number()?.cast_signed();
        let finished = cursor.maybe(|it| it.number().map(u64::cast_signed))?;
        let place = cursor.maybe(Cursor::text)?;
        let error = cursor.maybe(Cursor::text)?;
        let note = cursor.maybe(Cursor::text)?;
        let body = match cursor.byte()? {
            NONE => None,
            OWN => {
                let result = cursor.sized()?;
                results.push(result.clone());
                Some(result)
            }
            SAME => {
                let place = usize::try_from(cursor.number()?).unwrap_or(usize::MAX);
                let known = results.get(place);
                Some(known.ok_or("a result of it is nowhere")?.clone())
            }
            other => return Err(format!("{other} is no kind of result")),
        };
        calls.push(Call {
            path,
            operation: operation.into(),
            hash: hash.first_chunk::<16>().copied().unwrap_or_default(),
            effect: effect.into(),
            target,
            arguments,
            state,
            attempts,
            started,
            finished,
            place,
            body: body.filter(|_| with_results),
            error,
            note,
        });
    }
    Ok(calls)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn call(number: u8, hash: u8, body: Option<Vec<u8>>) -> Call {
        Call {
            path: format!("{number}/\"/1"),
            operation: "clouds".into(),
            hash: [hash; 16],
            effect: "read".into(),
            target: "node \u{1}\u{e9}".to_owned(),
            arguments: r#"{"a":"b\"c"}"#.to_owned(),
            state: if body.is_some() {
                State::Done
            } else {
                State::Failed
            },
            attempts: 1,
            started: i64::from(number),
            finished: Some(-1),
            place: number.is_multiple_of(2).then(|| "a.rhai:1".to_owned()),
            body: body.map(Bytes::from),
            error: Some("{}".to_owned()),
            note: None,
        }
    }

    proptest! {
        #[test]
        fn calls_come_back_as_they_went_in(
            drawn in prop::collection::vec((any::<u8>(), 0_u8..3, prop::option::of(prop::collection::vec(any::<u8>(), 0..50))), 1..20)
        ) {
            let given: Vec<Call> = drawn.into_iter().map(|(n, h, body)| call(n, h, body)).collect();
            let mut group = Group::default();
            for call in &given {
                group.push(call);
            }
            let piece = group.piece();
            let back = calls(piece.clone(), true).unwrap();
            prop_assert_eq!(format!("{back:?}"), format!("{given:?}"));
            let bare = calls(piece.clone(), false).unwrap();
            prop_assert!(bare.iter().all(|call| call.body.is_none()));
            // What is cut off between two calls is not: pieces are written whole or not at all.
            for length in 0..piece.len() {
                let cut = calls(piece[..length].to_vec(), true);
                prop_assert!(cut.is_err() || cut.unwrap().len() < given.len());
            }
        }

        #[test]
        fn whatever_the_bytes_there_is_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = calls(bytes, true);
        }
    }
}
