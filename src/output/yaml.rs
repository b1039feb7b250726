//! Documents as YAML.

use super::document::Document;

/// The document as YAML. Its encoder quotes and escapes what is not printable.
pub(super) fn render(document: &Document) -> Result<String, String> {
    serde_norway::to_string(&document.value())
        .map_err(|error| format!("the result cannot be written as YAML: {error}"))
}
