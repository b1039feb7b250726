//! How far reaches what begins at a place: the engine gives the place alone.

/// The signs that operators are made of.
const SIGNS: &str = "+-*/%=!<>&|^~?.:";

/// How many characters of a line, from its beginning, are at fault together: a word, a text, a pair
/// of brackets with what stands between them, or an operator.
#[must_use]
pub fn extent(rest: &str) -> usize {
    let word = words(rest);
    if word > 0 {
        return word;
    }
    match rest.chars().next() {
        Some('"' | '`' | '\'') => quoted(rest),
        Some('[') => bracketed(rest),
        Some('-') if rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit()) => {
            1 + words(rest.get(1..).unwrap_or_default())
        }
        // What follows || may belong to a closure.
        Some('|') if rest.starts_with("||") => 2,
        Some('|') => 1,
        Some(c) if SIGNS.contains(c) => rest.chars().take_while(|c| SIGNS.contains(*c)).count(),
        _ => 1,
    }
}

fn words(rest: &str) -> usize {
    let is_word = |c: &char| c.is_alphanumeric() || *c == '_';
    rest.chars().take_while(is_word).count()
}

fn quoted(rest: &str) -> usize {
    let mut chars = rest.chars().enumerate();
    let mark = chars.next().map(|(_, mark)| mark);
    let mut escaped = false;
    for (index, c) in chars {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if Some(c) == mark => return index + 1,
            _ => {}
        }
    }
    1
}

fn bracketed(rest: &str) -> usize {
    let mut depth = 0_usize;
    for (index, c) in rest.chars().enumerate() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_together_is_marked_together() {
        for (rest, marked) in [
            ("clouds()", "clouds"),
            ("\"a \\\" b\" + c", "\"a \\\" b\""),
            ("'great-wombat';", "'great-wombat'"),
            ("[list[0]] + 1", "[list[0]]"),
            ("[1, 2", "["),
            ("=== 1", "==="),
            ("..=5", "..="),
            ("-3]", "-3"),
            ("- n", "-"),
            ("|x| x", "|"),
            (");", ")"),
            ("", ""),
        ] {
            let length = extent(rest).min(rest.chars().count());
            assert_eq!(&rest[..length], marked, "{rest}");
        }
    }
}
