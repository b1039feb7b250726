//! Schedules: crontab lines, the instants they mean in a zone, the jobs file, and the loop that
//! launches what is due.
//!
//! The arithmetic of the `cron` crate is used in naive time only; what a Unix user expects around
//! it (weekday numbers, the day-of-month or day-of-week rule, wrap-around ranges, daylight saving)
//! is settled here. Nothing below knows what a run is: the loop launches through a trait.

mod agenda;
pub mod calendar;
pub mod channels;
pub mod decision;
mod document;
mod entry;
pub mod event;
mod fault;
mod field;
pub mod job;
pub mod jobs;
pub mod launch;
pub mod line;
pub mod next;
mod running;
pub mod serve;
pub mod watch;

pub use calendar::Calendar;
pub use channels::Channels;
pub use event::{Event, Events, Reason};
pub use job::{Job, Overlap};
pub use jobs::Jobs;
pub use launch::{Due, Finished, Launch};
pub use line::{CronLine, LineError};
pub use serve::Scheduler;
pub use watch::{Check, Watch};
