//! Ids as the API writes them.

/// Whether text is a UUID.
pub fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_hex = |part: &&str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(is_hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_five_groups_of_hexadecimal_digits() {
        assert!(is_uuid("550e8400-e29b-41d4-a716-446655440000"));
        for text in [
            "",
            "550e8400",
            "550e8400-e29b-41d4-a716-44665544000g",
            "-----",
        ] {
            assert!(!is_uuid(text), "{text}");
        }
    }
}
