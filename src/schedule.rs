//! Schedules: crontab lines, the instants they mean in a zone, the jobs file, and the loop that
//! launches what is due.
//!
//! The arithmetic of the `cron` crate is used in naive time only; what a Unix user expects around
//! it (weekday numbers, the day-of-month or day-of-week rule, wrap-around ranges, daylight saving)
//! is settled here. Nothing below knows what a run is: the loop launches through a trait.

mod agenda;
mod almanac;
pub mod bounds;
pub mod calendar;
pub mod channels;
pub mod days;
pub mod decision;
mod desk;
mod document;
pub mod durable;
mod entry;
pub mod event;
mod fault;
mod field;
pub mod job;
pub mod jobs;
pub mod launch;
mod limits;
pub mod line;
pub mod memory;
mod missed;
pub mod next;
pub mod overtime;
mod places;
pub mod policy;
pub mod rows;
mod running;
pub mod serve;
mod shared;
mod text;
pub mod watch;
pub mod window;

pub use bounds::Bounds;
pub use calendar::Calendar;
pub use channels::Channels;
pub use days::Days;
pub use durable::Durable;
pub use event::{Event, Events, Reason};
pub use job::{Job, Overlap};
pub use jobs::Jobs;
pub use launch::{Due, Finished, Launch};
pub use line::{CronLine, LineError};
pub use memory::Memory;
pub use overtime::Overtime;
pub use rows::{Ledger, Rows, Work};
pub use serve::Scheduler;
pub use text::text_of;
pub use watch::{Check, Watch};
pub use window::{Window, Windows};
