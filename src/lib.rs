//! metalwright: a scriptable automation runtime for OpenMetal clouds.
//!
//! # The map of the house
//!
//! On the ground stand [`operation`] (what an operation is, and the request its arguments make),
//! [`record`] (what a resource is), [`money`], [`branch`], [`clock`], [`zone`],
//! [`loopback`], [`template`] (the room that texts with gaps are filled in), [`secret`] (what must not
//! be shown, and where it is blotted out) and [`error`]. On them stands [`api`], which says what the API
//! is, one file per resource.
//!
//! [`client`] speaks to the API; [`simulator`] answers as the API would. Neither knows the other.
//! [`session`] is the one path of every effect: whoever wants something of the account goes through
//! it. [`script`] is everything that knows Rhai, and [`repl`] the prompt. [`schedule`] says when
//! jobs are due and launches them; [`notice`] tells people what came of them, and [`metrics`] and [`traces`] tell
//! machines. [`config`], [`parameters`] and [`output`] are what their names
//! say, [`reference`](mod@reference) is the documentation out of the tables, and [`cli`] joins all
//! of it into `mw`.
//!
//! Directions of dependency are held by a test.

pub mod api;
pub mod branch;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod error;
pub mod journal;
pub mod loopback;
pub mod metrics;
pub mod money;
pub mod notice;
pub mod operation;
pub mod output;
pub mod parameters;
pub mod record;
pub mod reference;
pub mod repl;
pub mod schedule;
pub mod script;
pub mod secret;
pub mod session;
pub mod simulator;
pub mod template;
pub mod traces;
pub mod zone;
