//! Whether a host is this machine, by its own name for itself.

use std::net::IpAddr;

/// Whether a host is this machine: `localhost`, or an address that never leaves it. IPv6 addresses may
/// stand in brackets.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Whether what is sent to a host arrives at this machine: it is [loopback](is_loopback) however it is
/// written, a name below `localhost`, or the unspecified address, which leads here too.
#[must_use]
pub fn leads_here(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let host = host.strip_suffix('.').unwrap_or(host);
    let below = |name: &str| name.to_ascii_lowercase().ends_with(".localhost");
    is_loopback(host)
        || below(host)
        || host.parse::<IpAddr>().is_ok_and(|address| {
            let address = address.to_canonical();
            address.is_loopback() || address.is_unspecified()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_never_leaves_the_machine_is_this_machine() {
        for host in [
            "localhost",
            "LOCALHOST",
            "127.0.0.1",
            "127.9.9.9",
            "::1",
            "[::1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["", "0.0.0.0", "10.0.0.1", "localhost.example.com", "[::2]"] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn what_is_sent_to_the_unspecified_address_arrives_here_too() {
        for host in [
            "0.0.0.0",
            "::",
            "[::]",
            "::ffff:127.0.0.1",
            "[::ffff:0.0.0.0]",
            "127.0.0.1",
            "localhost.",
            "a.LOCALHOST",
        ] {
            assert!(leads_here(host), "{host}");
        }
        for host in [
            "",
            "10.0.0.1",
            "localhost.example.com",
            "notlocalhost",
            "::2",
        ] {
            assert!(!leads_here(host), "{host}");
        }
    }
}
