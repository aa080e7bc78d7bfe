//! quotedeck: a deck over the leads, queues, tasks and drafts of home-service lead workflows.

pub mod app;
pub mod clock;
pub mod domain;
pub mod intake;
