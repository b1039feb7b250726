//! What `mw` promises, one module per promise, held by the real binary.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by failing"
)]

mod promises {
    mod answers;
    mod asked;
    mod calendars;
    mod call_words;
    mod calls;
    mod channels;
    mod checks;
    mod conformance;
    mod contract;
    mod corpus;
    mod credentials;
    mod directions;
    mod examples;
    mod faults;
    mod fleet;
    mod help;
    mod hosts;
    mod interrupts;
    mod jobs_files;
    mod letters;
    mod mistakes;
    mod monitoring;
    mod notices;
    mod operations;
    mod outages;
    mod output;
    mod permissions;
    mod powers;
    mod progress;
    mod prompt;
    mod prompt_completion;
    mod prompt_disk;
    mod prompt_history;
    mod prompt_places;
    mod prompt_records;
    mod prompt_weather;
    mod rehearsals;
    mod runaways;
    mod schedules;
    mod script_tests;
    mod secrets;
    mod sent_once;
    mod service_log;
    mod services;
    mod simulated_time;
    mod small_doors;
    mod snapshots;
    mod spoken;
    mod survival;
    mod traces;
}

mod stage {
    pub mod collector;
    pub mod echo;
    pub mod folder;
    pub mod gateway;
    pub mod http;
    pub mod mw;
    pub mod page;
    pub mod played;
    pub mod post;
    pub mod process;
    pub mod server;
    pub mod site;
    pub mod terminal;
    pub mod two;
    pub mod vendor;
}
