//! How many arguments a signature takes, and what it comes to: `table(value, columns?: [string])`.

use super::types::Type;

/// What a written signature says.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    /// The fewest arguments, what a method is called on included.
    pub least: usize,
    /// The most.
    pub most: usize,
    /// What it comes to.
    pub result: Type,
}

impl Signature {
    /// Reads a signature. A parameter with a question mark may be left out.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let open = text.find('(')?;
        let rest = text.get(open + 1..)?;
        let params = pieces(rest)?;
        let after: usize = params.iter().map(|piece| piece.len() + 1).sum();
        let result = rest
            .get(after.max(1)..)
            .and_then(|rest| rest.trim().strip_prefix("->"))
            .map_or(Type::Unknown, Type::named);
        let params: Vec<&str> = params
            .into_iter()
            .filter(|it| !it.trim().is_empty())
            .collect();
        Some(Self {
            least: params.iter().filter(|param| !param.contains('?')).count(),
            most: params.len(),
            result,
        })
    }
}

/// The parameters of a signature as they are written.
#[must_use]
pub fn params(signature: &str) -> Vec<&str> {
    let open = signature.find('(').map_or(signature.len(), |at| at + 1);
    let pieces = pieces(signature.get(open..).unwrap_or_default());
    let pieces = pieces.unwrap_or_default().into_iter().map(str::trim);
    pieces.filter(|it| !it.is_empty()).collect()
}

/// The parameters up to the bracket that closes them.
fn pieces(text: &str) -> Option<Vec<&str>> {
    let mut pieces = Vec::new();
    let (mut depth, mut start, mut quoted, mut piped) = (0_usize, 0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            // Between the bars of a closure commas separate its own parameters.
            '|' => {
                let around = |it: Option<char>| it == Some(' ');
                let before = text.get(..at).and_then(|it| it.chars().next_back());
                let after = text.get(at + 1..).and_then(|it| it.chars().next());
                if !(around(before) && around(after)) {
                    piped = !piped;
                }
            }
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => {
                pieces.push(text.get(start..at)?);
                return Some(pieces);
            }
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 && !piped => {
                pieces.push(text.get(start..at)?);
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (usize, usize, Type) {
        let signature = Signature::parse(text).unwrap();
        (signature.least, signature.most, signature.result)
    }

    #[test]
    fn parameters_are_counted_and_the_result_is_read() {
        assert_eq!(read("now() -> Instant"), (0, 0, Type::Instant));
        assert_eq!(read("print(value)"), (1, 1, Type::Unknown));
        assert_eq!(
            read("table(value, columns?: [string])"),
            (1, 2, Type::Unknown)
        );
        assert_eq!(
            read("wait_for(cloud | order | node, state: string, #{timeout, every}?) -> the same"),
            (2, 3, Type::Unknown)
        );
        assert_eq!(
            read("parallel(items: [T], |item| …, #{limit, on_error}?) -> [results]"),
            (2, 3, Type::list(Type::Unknown))
        );
        assert_eq!(
            read("where(list, |item| condition | field: string, value?) -> list").1,
            3
        );
        assert_eq!(
            read("sort_by(list, field | |item| key, \"asc\" | \"desc\"?) -> list").1,
            3
        );
        assert_eq!(read("ensure(|| body, || cleanup)").1, 2);
        assert_eq!(
            read("nodes(cloud: Cloud) -> [Node]").2,
            Type::named("[Node]")
        );
    }
}
