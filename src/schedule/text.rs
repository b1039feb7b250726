//! The bytes of a jobs file as text.

use crate::error::{Complaint, Place};

/// The text that these bytes are, or where they are none.
pub fn text_of(file: &str, bytes: Vec<u8>) -> Result<String, Complaint> {
    String::from_utf8(bytes).map_err(|error| {
        let end = error.utf8_error().valid_up_to();
        let sound = error.as_bytes().get(..end).unwrap_or_default();
        let sound = String::from_utf8_lossy(sound);
        let line = sound.matches('\n').count() + 1;
        let start = sound.rfind('\n').map_or(0, |at| at + 1);
        let column = sound.get(start..).unwrap_or_default().chars().count() + 1;
        let rest = error.as_bytes().get(start..).unwrap_or_default();
        let rest = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let shown = String::from_utf8_lossy(rest);
        let shown = shown.trim_end_matches('\r');
        Complaint::usage(format!("the jobs file {file} is not UTF-8 text"))
            .at(Some(Place::in_line(file, shown, line, column, 1)))
            .hint("save it as UTF-8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_that_is_none_of_a_character_is_named() {
        let bytes = b"[[job]]\r\nname = \"\xc3\xbcb\xe4r\"\r\nx = 1\n".to_vec();
        let place = text_of("jobs.toml", bytes).unwrap_err().place.unwrap();
        assert_eq!((place.line, place.column), (2, 11));
        assert_eq!(place.text, "name = \"\u{fc}b\u{fffd}r\"");
        let place = text_of("jobs.toml", vec![0xff]).unwrap_err().place.unwrap();
        assert_eq!((place.line, place.column), (1, 1));
        assert_eq!(text_of("jobs.toml", b"a".to_vec()).unwrap(), "a");
    }
}
