//! Whether a line has in it what looks like a key: nobody said that it is one.

/// Shorter words are no keys, or not worth one.
const SHORTEST: usize = 24;

/// How often a word changes between letters and digits, and from small letters to capitals, to look
/// drawn by lot. One that is made up of names, numbers and dates does so less often.
const CHANGES: usize = 5;

/// Whether a line has in it what looks like a key.
pub fn has_one(line: &str) -> bool {
    line.split(|c: char| !is_of_key(c)).any(looks_like_one)
}

/// Whether a character may stand in a key.
fn is_of_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '/' | '=')
}

/// Whether a word looks like a key: long, of letters and digits in no order. The ids of the account
/// are none. What is a key all the same is let pass once in a hundred times, rather than that paths
/// and names are lost.
fn looks_like_one(word: &str) -> bool {
    let word = without_ids(word);
    let has_digits = word.bytes().any(|byte| byte.is_ascii_digit());
    let parts = word.split(['_', '-', '+', '/', '=']);
    // A name with its number, `rack12`, is in order.
    let changes = parts.map(changes).filter(|changes| *changes > 1);
    word.len() >= SHORTEST && has_digits && changes.sum::<usize>() >= CHANGES
}

/// How often a part of a word changes. An instant, `20261126T030000Z`, is one number.
fn changes(part: &str) -> usize {
    let bytes = part.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let is_of_number = |at: usize| {
        let before = at.checked_sub(1).is_some_and(is_digit);
        let ends = at + 1 == bytes.len();
        is_digit(at)
            || match bytes.get(at) {
                Some(b'T') => before && is_digit(at + 1),
                Some(b'Z') => before && ends,
                _ => false,
            }
    };
    let is_small = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_lowercase);
    let is_capital = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_uppercase);
    (1..bytes.len())
        .filter(|at| {
            is_of_number(at - 1) != is_of_number(*at) || (is_small(at - 1) && is_capital(*at))
        })
        .count()
}

/// A word without the UUIDs in it.
fn without_ids(word: &str) -> String {
    const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
    let mut left = String::new();
    let mut rest = word;
    while !rest.is_empty() {
        let id = rest.get(..36).filter(|id| {
            let mut parts = id.split('-');
            let is_id = GROUPS.iter().all(|length| {
                let is_part = |part: &str| {
                    part.len() == *length && part.bytes().all(|byte| byte.is_ascii_hexdigit())
                };
                parts.next().is_some_and(is_part)
            });
            is_id && parts.next().is_none()
        });
        let taken = if id.is_some() {
            36
        } else {
            left.extend(rest.chars().next());
            rest.chars().next().map_or(1, char::len_utf8)
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_and_the_account_call_things_is_no_key() {
        for line in [
            r#"read_file("reports/2026-11-26/inventory.csv")"#,
            r#"write_file("nightly/20261126T030000Z-20261127T030000Z.json", "")"#,
            r#"cloud("qw5T").node("7f0c2b1e-1111-4222-8333-944455566677")"#,
            r#"run("nodes/7f0c2b1e-1a1b-4c2d-8e3f-9a4b5c6d7e8f/power/7f0c2b1e-1a1b-4c2d-8e3f-9a4b5c6d7e8f")"#,
            "let a_long_name_of_a_variable = 2026",
            "let dc1_rack12_unit40_slot3_disk02_part1 = 1",
            r#"cloud("My first cloud").nodes().where("name", "us-east-1a-compute-0042-spare")"#,
            "GetServersOfDatacenters2026(AndTheirVlans)",
            r#"import "/home/ada/Projects/Fleet2026/Stage2/Lib3/power-cycle" as p;"#,
        ] {
            assert!(!has_one(line), "{line}");
        }
    }

    #[test]
    fn what_is_drawn_by_lot_is_one() {
        const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/";
        const HEX: &[u8] = b"0123456789abcdef";
        let mut lot = fastrand::Rng::with_seed(7);
        let mut found = |signs: &[u8], length: usize| {
            let drawn = (0..2_000).filter(|_| {
                let sign = |_| char::from(signs[lot.usize(..signs.len())]);
                let key: String = (0..length).map(sign).collect();
                has_one(&format!("let k = \"om_live_{key}\";"))
            });
            drawn.count()
        };
        for (signs, length, least) in [
            (SIGNS, 32, 1_960),
            (SIGNS, 43, 1_980),
            (&SIGNS[..62], 32, 1_980),
            (HEX, 32, 1_990),
            (HEX, 64, 2_000),
        ] {
            let found = found(signs, length);
            assert!(found >= least, "{found} of {length} signs");
        }
    }
}
