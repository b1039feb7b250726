//! A file of faults: TOML with a `[[fault]]` for each rule.

use serde::Deserialize;
use toml::Spanned;

use super::Rule;
use super::rule::WAYS;
use crate::error::{Complaint, Place};
use crate::operation::nearest;

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    fault: Vec<Spanned<Rule>>,
}

/// Reads a file of faults; a mistake is placed.
pub fn read(file: &str, text: &str) -> Result<Vec<Rule>, Box<Complaint>> {
    let wrong = |message: String, bytes: std::ops::Range<usize>| {
        let place = Place::of_bytes(file, text, bytes);
        Box::new(
            Complaint::usage(format!("the faults: {message}"))
                .at(Some(place))
                .hint(format!(
                    "a fault is a [[fault]] with `operation` and {WAYS}"
                )),
        )
    };
    let read: File = toml::from_str(text).map_err(|error| {
        let message = said(error.message());
        wrong(message, error.span().unwrap_or_default())
    })?;
    read.fault
        .into_iter()
        .map(|rule| {
            let bytes = rule.span();
            rule.into_inner().checked().map_err(|why| wrong(why, bytes))
        })
        .collect()
}

/// What the decoder says, in words of the file.
fn said(message: &str) -> String {
    let Some(list) = message.strip_prefix("unknown field `") else {
        return message.to_owned();
    };
    let mut names = list.split('`').step_by(2);
    let name = names.next().unwrap_or_default();
    match nearest(name, names) {
        Some(near) => format!("there is no key `{name}`: did you mean `{near}`?"),
        None => format!("there is no key `{name}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_and_their_mistakes_are_placed() {
        let text = "[[fault]]\noperation = \"set_power\"\ntarget = \"late-crow\"\nstatus = 503\n\
                    executed = true\n\n[[fault]]\noperation = \"*\"\nreset = \"before\"\n";
        assert_eq!(read("f.toml", text).unwrap().len(), 2);
        for (text, line) in [
            ("[[fault]]\noperation = \"x\"\nstatus = 503\n", 1),
            ("[[fault]]\noperation = \"*\"\nstatsu = 503\n", 3),
            ("\n\n[[falt]]\n", 3),
        ] {
            let complaint = read("f.toml", text).unwrap_err();
            assert_eq!(complaint.place.map(|it| it.line), Some(line), "{text}");
        }
    }
}
