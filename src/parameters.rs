//! The parameters a script declares in its header, and the values given for them.
//!
//! ```text
//! //! Power-cycle the nodes of a cloud, a batch at a time.
//! //! @param cloud: string          id or label of the cloud
//! //! @param batch: int = 1         nodes at once
//! //! @param note: string?          null when it is not given
//! //! @rest nodes                   ids of the nodes, any number of them
//! ```
//!
//! The header is the `//!` lines at the top, after a `#!` line if there is one. From it come the
//! reading of the command line, the check of a job's arguments and the help.
//!
//! Named arguments (`--batch 2`, `--batch=2`, `batch=2`) come in any order. The others fill, in the
//! order declared, the parameters that must be given and were not named; then, where the header
//! says `@rest`, all that is left belongs to it, else the optional parameters are filled. A script
//! takes no argument that it does not declare.

mod check;
mod cursor;
mod declaration;
mod header;
mod help;
mod kind;
mod parameter;
mod parse;
mod read;
mod span;

pub use header::{Header, Rest};
pub use kind::Kind;
pub use parameter::Parameter;
pub use read::Outcome;
pub use span::minutes_meant;

#[cfg(test)]
mod tests;
