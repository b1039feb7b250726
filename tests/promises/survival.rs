//! Runs that survive: killed anywhere, however often, a run that is taken up again does nothing
//! twice, and ends, or asks the right question.
//!
//! What was carried out is counted by a gateway in front of an account in a process of its own.

pub mod account;
mod cancelled;
mod course;
mod doubts;
mod locks;
mod outside;
mod ownership;
mod resumed;
mod services;
mod sweep;
mod told;
mod windows;
mod wrong;
