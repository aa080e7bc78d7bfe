//! quotedeck: a deck over the leads, queues, tasks and drafts of home-service lead workflows.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod delivery;
pub mod demo;
pub mod domain;
pub mod intake;
pub mod runtime;
pub mod store;
pub mod ui;
pub mod worker;
pub mod workflow;
