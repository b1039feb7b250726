//! Documents as YAML.

use serde_json::Value;

use super::choice::Unfit;
use super::visible;

/// The value as YAML. Its encoder quotes and escapes what is not printable; what reverses the
/// direction of writing counts as printable, and is shown as an escape on a terminal.
pub(super) fn render(value: &Value, to_terminal: bool) -> Result<String, Unfit> {
    let text = serde_norway::to_string(value).map_err(|error| Unfit::broken("YAML", &error))?;
    Ok(if to_terminal {
        visible::lines(&text)
    } else {
        text
    })
}
