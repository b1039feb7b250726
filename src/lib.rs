//! map

pub mod api;
pub mod clock;
pub mod operation;
pub mod record;
