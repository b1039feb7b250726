//! What the prompt calls by other names than the command line does.

use crate::error::Complaint;

/// Options that hold from the beginning of a session on.
const OF_THE_START: &[&str] = &[
    "--store",
    "--no-journal",
    "--spend-limit",
    "--yes",
    "--deny",
];

/// A complaint as it is said at the prompt: with what one can type there.
pub(super) fn at_prompt(mut complaint: Complaint) -> Complaint {
    if complaint.place.is_none() {
        // What a script says stays as it is.
        complaint.message = said(&complaint.message);
    }
    complaint.hint = complaint.hint.map(|hint| {
        let hint = said(&hint);
        if OF_THE_START.iter().any(|option| hint.contains(option)) {
            return format!("{hint}; it is said when a session begins");
        }
        hint
    });
    complaint
}

fn said(text: &str) -> String {
    allowed(&explained(text))
}

/// `mw doc NAME` is `?NAME`.
fn explained(text: &str) -> String {
    let mut pieces = text.split("mw doc");
    let mut said = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        said.push('?');
        // What it does follows where no name does.
        let name = piece
            .strip_prefix(' ')
            .filter(|it| !it.starts_with("lists"));
        said.push_str(name.unwrap_or(piece));
    }
    said
}

/// `--allow 'GRANT'` is `:allow GRANT`, which is no word of a shell.
fn allowed(text: &str) -> String {
    let mut pieces = text.split("--allow ");
    let mut said = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        said.push_str(":allow ");
        match piece.strip_prefix('\'') {
            Some(quoted) => said.push_str(&unquoted(quoted)),
            None => said.push_str(piece),
        }
    }
    said
}

/// A text without the quotes of a shell, the first of which is taken off already: one within is written
/// `'\\''`.
fn unquoted(text: &str) -> String {
    const WITHIN: &str = r"'\''";
    let text = text.replace(WITHIN, "\0");
    text.replacen('\'', "", 1).replace('\0', "'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_say_what_one_can_type_at_the_prompt() {
        for (hint, expected) in [
            ("mw doc Cloud lists its fields", "?Cloud lists its fields"),
            ("mw doc lists what there is", "? lists what there is"),
            ("`mw doc` lists them", "`?` lists them"),
            (
                "grant it with --allow disrupt, or only here with --allow 'disrupt@cloud:My cloud'",
                "grant it with :allow disrupt, or only here with :allow disrupt@cloud:My cloud",
            ),
            (
                "name another with --store, or run without one: --no-journal",
                "name another with --store, or run without one: --no-journal; it is said when a \
                 session begins",
            ),
            (
                r"grant it with --allow 'disrupt@cloud:Bob'\''s', or not",
                "grant it with :allow disrupt@cloud:Bob's, or not",
            ),
            (
                "look at the account: mw runs resolve r1 --call 2 --done",
                "look at the account: mw runs resolve r1 --call 2 --done",
            ),
        ] {
            let complaint = at_prompt(Complaint::usage("no").hint(hint));
            assert_eq!(complaint.hint.as_deref(), Some(expected));
        }
    }
}
