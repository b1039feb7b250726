//! What calls came to, as bytes on disk: packed where they are large, refused where they are too
//! large.

use std::borrow::Cow;

use bytes::Bytes;

use super::error::{JournalError, Kind};

/// Longer results are packed.
const PACKED: usize = 64 << 10;
/// Longer results are refused: a run of some of them would fill the disk.
pub const LARGEST: usize = 64 << 20;

/// A result ready to be written: whether it is packed, and its bytes.
pub(super) fn pack(body: &[u8]) -> (bool, Cow<'_, [u8]>) {
    if body.len() <= PACKED {
        return (false, Cow::Borrowed(body));
    }
    (
        true,
        Cow::Owned(lz4_flex::block::compress_prepend_size(body)),
    )
}

/// A result as it was.
pub(super) fn unpack(packed: bool, bytes: Vec<u8>) -> Result<Bytes, JournalError> {
    if !packed {
        return Ok(bytes.into());
    }
    let damaged = |what: String| {
        JournalError::new(
            Kind::Unreadable,
            format!("a result in the journal is damaged: {what}"),
            "restore a copy of the journal",
        )
    };
    let size = bytes
        .first_chunk::<4>()
        .map_or(usize::MAX, |size| u32::from_le_bytes(*size) as usize);
    // A piece of many calls holds some more than the largest result.
    if size > LARGEST * 2 {
        return Err(damaged(format!("it says to be {size} bytes long")));
    }
    lz4_flex::block::decompress_size_prepended(&bytes)
        .map(Bytes::from)
        .map_err(|error| damaged(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_results_are_packed_and_come_back_as_they_were() {
        for length in [0, 1, PACKED, PACKED + 1, 1 << 20] {
            let body: Vec<u8> = (0..length).map(|i| u8::try_from(i % 7).unwrap()).collect();
            let (packed, bytes) = pack(&body);
            assert_eq!(packed, length > PACKED);
            assert!(bytes.len() <= length.max(PACKED));
            assert_eq!(unpack(packed, bytes.into_owned()).unwrap(), body);
        }
    }

    #[test]
    fn what_is_damaged_is_refused() {
        assert!(unpack(true, vec![]).is_err());
        assert!(unpack(true, vec![255; 40]).is_err());
        assert!(unpack(true, vec![9, 0, 0, 0, 255, 255]).is_err());
    }
}
