//! Spans of time that say months where minutes are meant.

/// The text with minutes, where it counts in `M`: that is a month of 30.44 days to who reads it, and a
/// minute to most who write it.
#[must_use]
pub fn minutes_meant(text: &str) -> Option<String> {
    let is_alone = |at: usize| {
        let before = text.get(..at).and_then(|it| it.chars().next_back());
        let after = text.get(at + 1..).and_then(|it| it.chars().next());
        ![before, after]
            .into_iter()
            .flatten()
            .any(char::is_alphabetic)
    };
    let found = text.match_indices('M').any(|(at, _)| is_alone(at));
    found.then(|| text.replace('M', "m"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capital_m_alone_is_a_slip_for_minutes() {
        assert_eq!(minutes_meant("5M").as_deref(), Some("5m"));
        assert_eq!(minutes_meant("1h 30M").as_deref(), Some("1h 30m"));
        assert_eq!(minutes_meant("1h30M10s").as_deref(), Some("1h30m10s"));
        for text in ["5m", "2 Months", "1month", "", "Mé", "Min 5", "aM"] {
            assert_eq!(minutes_meant(text), None, "{text}");
        }
    }
}
