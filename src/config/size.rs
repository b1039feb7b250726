//! Sizes as the configuration file writes them.

/// A size in bytes: a whole number and a unit.
pub(super) fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    let unit: u64 = match unit.trim() {
        "B" | "" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    let size = number.parse::<u64>().ok()?.checked_mul(unit)?;
    (size > 0).then_some(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("500MB"), Some(500_000_000));
        assert_eq!(bytes("1 GiB"), Some(1 << 30));
        assert_eq!(bytes("12"), Some(12));
        for wrong in [
            "",
            "MB",
            "0",
            "1.5GB",
            "-1MB",
            "99999999999999999999",
            "18446744073709551615GB",
        ] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }
}
