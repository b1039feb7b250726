//! Calls against scripted answers: in process for decisions, over sockets for the transport.

mod calls;
mod doubt;
mod false_yes;
mod scripted;
mod sockets;
mod tls;
mod tokens;
