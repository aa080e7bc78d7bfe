//! Stand-ins for the outside: real servers on loopback that hold state, count effects and fail on demand.
//!
//! Each runs in a thread of its own, so it serves a test and other processes alike.

pub(crate) mod apis;
pub(crate) mod http;
pub(crate) mod mail;
pub(crate) mod thumbtack;
pub(crate) mod tokens;

pub(crate) use http::{Mode, StandIn};
pub(crate) use mail::{MailMode, MailServer, Privacy};
