//! What the documents leave open and this simulator decides: one line each.

use serde::Serialize;

/// One choice.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Assumption {
    /// Its name.
    pub name: &'static str,
    /// What is assumed.
    pub what: &'static str,
}

/// Every choice.
pub static ASSUMPTIONS: &[Assumption] = &[
    Assumption {
        name: "reboot_is_visible",
        what: "A node says `rebooting` from the moment a reboot is accepted until it is back, 3 to 5 minutes later.",
    },
    Assumption {
        name: "power_on_takes",
        what: "Switching on takes 2 to 3 minutes.",
    },
    Assumption {
        name: "power_off_takes",
        what: "Switching off takes 30 seconds.",
    },
    Assumption {
        name: "power_locks",
        what: "A node is locked while its power changes, and only then.",
    },
    Assumption {
        name: "power_to_the_same_level",
        what: "A node that is off accepts `power off`, and one that is on `power on`; nothing happens.",
    },
    Assumption {
        name: "reboot_of_an_off_node",
        what: "A node that is off refuses `rebooting` with 400.",
    },
    Assumption {
        name: "reads_see_writes",
        what: "Lists show what was created at once.",
    },
    Assumption {
        name: "labels",
        what: "Labels may have up to 1024 bytes and need not be unique.",
    },
    Assumption {
        name: "provisioning_takes",
        what: "A cloud is complete 20 to 30 minutes after its order.",
    },
    Assumption {
        name: "order_takes_stock",
        what: "An order takes its servers out of stock at once; one beyond the stock is refused with 400.",
    },
    Assumption {
        name: "clouds_of_an_order",
        what: "Items of one type at one location become one cloud.",
    },
    Assumption {
        name: "cloud_deletion",
        what: "A deleted cloud is PENDING-DELETE for 3 days, then gone with its system VLANs and blocks.",
    },
    Assumption {
        name: "private_ranges",
        what: "Private blocks lie within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 and do not overlap in one location.",
    },
    Assumption {
        name: "private_allocation",
        what: "A private block asked for by length is the first free one in 10.0.0.0/8.",
    },
    Assumption {
        name: "routed_allocation",
        what: "Public blocks are cut from 198.18.0.0/15, which is set aside for benchmarks.",
    },
    Assumption {
        name: "token_of_the_client",
        what: "Access tokens have the owner's role.",
    },
    Assumption {
        name: "rate",
        what: "Calls are not limited.",
    },
];
