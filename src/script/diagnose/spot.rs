//! The text around a position.

use rhai::Position;

use super::unclosed::Unclosed;
use crate::error::Place;
use crate::script::source::Source;

/// The text around a position.
pub(super) struct Spot<'s> {
    pub(super) source: &'s Source,
    pub(super) position: Position,
    /// All that stands before it.
    pub(super) before: &'s str,
    /// All that follows.
    pub(super) after: &'s str,
}

impl<'s> Spot<'s> {
    pub(super) fn of(source: &'s Source, position: Position) -> Self {
        let text = source.text.as_str();
        let at = offset(text, position).unwrap_or(text.len());
        let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
        Self {
            source,
            position,
            before,
            after,
        }
    }

    pub(super) fn is_end(&self) -> bool {
        self.after.trim().is_empty()
    }

    /// The word or sign at the position.
    pub(super) fn found(&self) -> String {
        let rest = self.after.trim_start();
        let word: String = rest.chars().take_while(|c| is_word(*c)).collect();
        if !word.is_empty() {
            return word;
        }
        match rest.chars().next() {
            Some('"') => {
                let inside = rest.get(1..).unwrap_or_default();
                let end = inside.find(['"', '\n']).map_or(rest.len(), |it| it + 2);
                rest.get(..end).unwrap_or(rest).trim_end().to_owned()
            }
            Some('=') if rest.starts_with("=>") => "=>".to_owned(),
            Some(c) => c.to_string(),
            None => String::new(),
        }
    }

    /// The word that ends before the position, on the same line.
    pub(super) fn word_before(&self) -> &'s str {
        let line = self.before.rsplit('\n').next().unwrap_or_default();
        line.trim_end()
            .rsplit(|c: char| !is_word(c))
            .next()
            .unwrap_or_default()
    }

    /// The statement that the position is in, up to it.
    pub(super) fn statement(&self) -> &'s str {
        let statement = self.before.rsplit(['\n', ';', '{', '}']).next();
        statement.unwrap_or_default().trim_start()
    }

    /// Whether the name of a variable, a function or a parameter is to stand at the position.
    pub(super) fn is_name(&self) -> bool {
        matches!(self.word_before(), "let" | "const" | "fn" | "for" | "as")
            || (self.statement().starts_with("fn ") && self.before.trim_end().ends_with(['(', ',']))
    }

    /// Whether the key of a map or a field is to stand at the position.
    pub(super) fn is_key(&self) -> bool {
        let before = self.before.trim_end();
        let after = self.after.trim_start().trim_start_matches(is_word);
        let after = after.trim_start();
        before.ends_with('.')
            || (before.ends_with(['{', ',']) && after.starts_with(':') && !after.starts_with("::"))
    }

    /// The place right after what stands before the position.
    pub(super) fn end_before(&self) -> Option<Place> {
        let trimmed = self.before.trim_end();
        let end = trimmed.len();
        (end > 0).then(|| Place::of_bytes(&self.source.name, &self.source.text, end..end))
    }

    pub(super) fn place_of(&self, unclosed: Unclosed) -> Place {
        let length = if unclosed.mark == '*' { 2 } else { 1 };
        let bytes = unclosed.at..unclosed.at + length;
        Place::of_bytes(&self.source.name, &self.source.text, bytes)
    }

    /// The place of the word that ends before the position.
    pub(super) fn place_before(&self, word: &str) -> Place {
        let end = self.before.trim_end().len();
        let start = end.saturating_sub(word.len());
        Place::of_bytes(&self.source.name, &self.source.text, start..end)
    }
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A position as a byte of a text.
fn offset(text: &str, position: Position) -> Option<usize> {
    let line = position.line()?;
    let start: usize = text
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let column = position.position().unwrap_or(1).saturating_sub(1);
    let rest = text.get(start..)?;
    let inside = rest
        .char_indices()
        .nth(column)
        .map_or(rest.len(), |(at, _)| at);
    Some(start + inside)
}
