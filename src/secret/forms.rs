//! The forms in which a secret may stand in a text.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// A piece of Base64 shorter than this may stand anywhere by accident.
const SHORTEST_PIECE: usize = 8;

/// What is left as it is by encoders that escape little.
const LITTLE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'/')
    .remove(b':')
    .remove(b'@');

/// What RFC 3986 leaves as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Every form, without doubles: as it is, escaped for addresses, for JSON and for HTML, and in Base64
/// wherever it begins in the bytes encoded.
pub(super) fn of(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    for set in [NON_ALPHANUMERIC, UNRESERVED, LITTLE] {
        let encoded = utf8_percent_encode(secret, set).to_string();
        forms.push(lower_escapes(&encoded));
        forms.push(encoded.replace("%20", "+"));
        forms.push(encoded);
    }
    // JSON is put into JSON as a text, and that into a record of it.
    let mut within = secret.to_owned();
    for _ in 0..4 {
        within = escaped(&within);
        forms.push(within.replace('/', "\\/"));
        forms.push(within.clone());
    }
    forms.extend(by_number(secret));
    forms.push(
        secret
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;"),
    );
    forms.push(format!("{secret:?}").trim_matches('"').to_owned());
    // In CSV, and in a YAML text between single quotes.
    forms.push(secret.replace('"', "\"\""));
    forms.push(secret.replace('\'', "''"));
    // In a block of YAML each line stands for itself.
    if secret.contains('\n') {
        let lines = secret.lines().map(str::trim);
        forms.extend(
            lines
                .filter(|line| line.len() >= SHORTEST_PIECE)
                .map(str::to_owned),
        );
    }
    for offset in 0..3 {
        forms.extend(pieces(secret, offset));
    }
    forms.sort();
    forms.dedup();
    forms
}

/// A text as it stands between the quotes of JSON.
fn escaped(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    let inner = json.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    inner.unwrap_or_default().to_owned()
}

/// The secret in JSON whose encoder writes characters by their numbers, `\u002f`: all but letters and
/// digits, all but what addresses leave as it is too, what means something in HTML, or nothing but what
/// is not ASCII.
fn by_number(secret: &str) -> Vec<String> {
    let is_kept: [fn(char) -> bool; 5] = [
        |c| c.is_ascii_alphanumeric(),
        |c| c.is_ascii_alphanumeric() || "-._~".contains(c),
        |c| matches!(c, ' '..='~') && !"\"\\&'+<>`".contains(c),
        |c| matches!(c, ' '..='~') && !"&'<>".contains(c),
        |c| matches!(c, ' '..='~'),
    ];
    let mut forms = Vec::new();
    for is_kept in is_kept {
        let mut form = String::new();
        let mut shouted = String::new();
        for c in secret.chars() {
            if is_kept(c) {
                // What has no number must be escaped all the same.
                let text = escaped(c.encode_utf8(&mut [0; 4]));
                form.push_str(&text);
                shouted.push_str(&text);
                continue;
            }
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(form, "\\u{unit:04x}");
                let _ = write!(shouted, "\\u{unit:04X}");
            }
        }
        forms.extend([form, shouted]);
    }
    forms
}

/// The hexadecimal digits of percent signs in lower case, as some encoders have them.
fn lower_escapes(encoded: &str) -> String {
    let mut left = 0;
    encoded
        .chars()
        .map(|c| {
            if c == '%' {
                left = 2;
                return c;
            }
            if left > 0 {
                left -= 1;
                return c.to_ascii_lowercase();
            }
            c
        })
        .collect()
}

/// What of the Base64 of a longer text the secret alone decides, when it begins `offset` bytes after
/// a multiple of three: so `id:secret` is found whatever the id is.
fn pieces(secret: &str, offset: usize) -> Vec<String> {
    let mut bytes = vec![0; offset];
    bytes.extend_from_slice(secret.as_bytes());
    // Six bits a character; those that hold bits of what stands before or after are left out.
    let first = (offset * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    [STANDARD.encode(&bytes), URL_SAFE.encode(&bytes)]
        .into_iter()
        .filter_map(|text| text.get(first..last).map(str::to_owned))
        .filter(|piece| piece.len() >= SHORTEST_PIECE)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_secret_is_found_in_base64_wherever_it_begins(
            before in ".{0,7}",
            secret in "[ -~]{8,40}",
            after in ".{0,7}",
        ) {
            let forms = of(&secret);
            for engine in [STANDARD, URL_SAFE] {
                let text = engine.encode(format!("{before}{secret}{after}"));
                proptest::prop_assert!(forms.iter().any(|form| text.contains(form)), "{}", text);
            }
        }

        #[test]
        fn a_secret_is_found_in_json_within_json(secret in ".{6,40}") {
            let mut text = secret.clone();
            for _ in 0..4 {
                text = serde_json::json!({ "text": text }).to_string();
                let forms = of(&secret);
                proptest::prop_assert!(forms.iter().any(|form| text.contains(form)), "{}", text);
            }
        }

        #[test]
        fn a_secret_is_found_in_json_that_writes_signs_by_their_numbers(secret in ".{6,40}") {
            let forms = of(&secret);
            let all = |c: char| !c.is_ascii_alphanumeric();
            for is_lower in [true, false] {
                let number = |unit: &u16| {
                    if is_lower {
                        format!("\\u{unit:04x}")
                    } else {
                        format!("\\u{unit:04X}")
                    }
                };
                let text: String = secret
                    .chars()
                    .map(|c| match c {
                        c if all(c) => c.encode_utf16(&mut [0; 2]).iter().map(number).collect(),
                        c => c.to_string(),
                    })
                    .collect();
                proptest::prop_assert!(forms.contains(&text), "{}", text);
            }
        }

        #[test]
        fn a_secret_is_found_in_json_and_in_addresses(secret in ".{6,40}") {
            let forms = of(&secret);
            let found = |text: &str| forms.iter().any(|form| text.contains(form));
            let json = serde_json::json!({ "a": format!("x{secret}y") }).to_string();
            proptest::prop_assert!(found(&json), "{}", json);
            let address = format!("/?q={}", utf8_percent_encode(&secret, UNRESERVED));
            proptest::prop_assert!(found(&address), "{}", address);
        }
    }
}
