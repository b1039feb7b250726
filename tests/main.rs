//! What `mw` promises, one module per promise, held by the real binary.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by failing"
)]

mod promises {
    mod conformance;
    mod contract;
    mod credentials;
    mod directions;
    mod examples;
    mod faults;
    mod fleet;
    mod interrupts;
    mod mistakes;
    mod operations;
    mod permissions;
    mod powers;
    mod prompt;
    mod schedules;
    mod script_tests;
    mod sent_once;
    mod simulated_time;
    mod snapshots;
    mod survival;
}

mod stage {
    pub mod folder;
    pub mod gateway;
    pub mod http;
    pub mod mw;
    pub mod page;
    pub mod played;
    pub mod process;
    pub mod server;
    pub mod site;
    pub mod terminal;
    pub mod vendor;
}
