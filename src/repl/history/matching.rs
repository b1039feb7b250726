//! Whether a line of earlier is what a few words look for.

/// What is looked for: words in any order, capitals as they are written where there are any.
pub struct Term {
    words: Vec<Vec<char>>,
    is_exact: bool,
}

impl Term {
    /// The blank-separated words of a text.
    pub fn of(text: &str) -> Self {
        let is_exact = text.chars().any(char::is_uppercase);
        let words = text.split_whitespace();
        Self {
            words: words.map(|word| folded(word, is_exact)).collect(),
            is_exact,
        }
    }

    /// Whether nothing is looked for.
    pub const fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The byte at which the first word stands in a line that has all of them.
    pub fn stands_in(&self, line: &str) -> Option<usize> {
        let mut places = self.words.iter().map(|word| self.place(word, line));
        let first = places.next()??;
        places.all(|place| place.is_some()).then_some(first)
    }

    /// The byte at which the first letter stands in a line that has all of them in this order, with
    /// others between them.
    pub fn is_scattered_in(&self, line: &str) -> Option<usize> {
        let mut wanted = self.words.iter().flatten().peekable();
        let mut first = None;
        for (at, c) in line.char_indices() {
            // A letter may be more than one in small: as much of it is taken as is wanted.
            let mut is_taken = false;
            for c in folding(c, self.is_exact) {
                is_taken |= wanted.next_if_eq(&&c).is_some();
            }
            if is_taken && first.is_none() {
                first = Some(at);
            }
            if wanted.peek().is_none() {
                return first;
            }
        }
        None
    }

    fn place(&self, word: &[char], line: &str) -> Option<usize> {
        line.char_indices().map(|(at, _)| at).find(|at| {
            let rest = line.get(*at..).unwrap_or_default().chars();
            let mut rest = rest.flat_map(|c| folding(c, self.is_exact));
            word.iter().all(|c| rest.next() == Some(*c))
        })
    }
}

fn folded(word: &str, is_exact: bool) -> Vec<char> {
    word.chars().flat_map(|c| folding(c, is_exact)).collect()
}

/// A character in small, or as it is.
fn folding(c: char, is_exact: bool) -> impl Iterator<Item = char> {
    let (exact, small) = if is_exact {
        (Some(c), None)
    } else {
        (None, Some(c.to_lowercase()))
    };
    exact.into_iter().chain(small.into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_found_in_any_order_and_capitals_count_where_there_are_any() {
        let line = "clouds().where(\"label\", \"Überall\")";
        for (term, place) in [
            ("where", Some(9)),
            ("LABEL", None),
            ("label clouds", Some(16)),
            ("über", Some(25)),
            ("Über", Some(25)),
            ("clouds nodes", None),
        ] {
            assert_eq!(Term::of(term).stands_in(line), place, "{term}");
        }
        assert!(Term::of(" ").is_empty());
        assert_eq!(Term::of("").stands_in(line), None);
    }

    #[test]
    fn letters_are_found_in_their_order() {
        let line = "cloud(\"Bare metal\").nodes()";
        assert_eq!(Term::of("cldnod").is_scattered_in(line), Some(0));
        assert_eq!(Term::of("bmn").is_scattered_in(line), Some(7));
        assert_eq!(Term::of("bM").is_scattered_in(line), None);
        assert_eq!(Term::of("sedon").is_scattered_in(line), None);
    }

    proptest! {
        #[test]
        fn a_place_is_one_at_which_the_line_can_be_cut(
            line in "[a-cİßéǅ漢🦀 \n]{0,12}",
            term in "[a-cİßéǅ漢🦀 ]{0,4}",
        ) {
            let term = Term::of(&term);
            for place in [term.stands_in(&line), term.is_scattered_in(&line)].into_iter().flatten() {
                prop_assert!(line.is_char_boundary(place) && place < line.len());
            }
            // What stands there as words also stands there letter by letter.
            if term.words.len() == 1 && term.stands_in(&line).is_some() {
                prop_assert!(term.is_scattered_in(&line).is_some());
            }
        }

        #[test]
        fn each_part_of_a_line_is_found_in_it(line in "[a-cİßéǅ漢🦀]{1,12}", from in 0_usize..12, length in 1_usize..6) {
            let part: String = line.chars().skip(from).take(length).collect();
            prop_assume!(!part.is_empty());
            let place = Term::of(&part).stands_in(&line);
            prop_assert!(place.is_some(), "{part:?} in {line:?}");
        }
    }
}
