//! Calls against scripted answers: in process for decisions, over sockets for the transport.

mod calls;
mod doubt;
mod scripted;
mod sockets;
mod tls;
mod tokens;
