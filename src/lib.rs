//! quotedeck: a deck over the leads, queues, tasks and drafts of home-service lead workflows.
//!
//! # The rooms
//!
//! | room | its one job |
//! |---|---|
//! | [`domain`] | types, ids, legal transitions, routing, retry schedule, checks, what can go wrong; pure |
//! | [`clock`] | time as an argument |
//! | [`config`] | file and environment become one validated `Config`; the key table; the theme |
//! | [`intake`] | a provider's bytes become normalised events; one file a provider; no input or output |
//! | [`store`] | the shared database: one verb, one function, one SQL text; the change feed |
//! | [`workflow`] | what happens when a payload arrives, a person acts or a job ends; the one place for such decisions |
//! | [`delivery`] | a job becomes a request, and what its answer means |
//! | [`worker`] | claim, lease, run, retry, rescue |
//! | [`server`] | HTTP in: webhooks, health, figures |
//! | [`app`] | the deck's state: `update(Message) -> Vec<Effect>`; pure |
//! | [`ui`] | paints `&App`; nothing else |
//! | [`runtime`] | terminal, input, the one loop; performs effects |
//! | [`demo`] | a simulated day through the production path |
//! | [`cli`] | parses, wires, prints |
//!
//! Who may import whom is held by `tests/it/rooms.rs`.
//!
//! # A key press, to the database and back
//!
//! `runtime::input` turns a terminal event into `Message::Key`. `App::update` asks the key table what it means here, asks
//! `domain` whether that is legal for this state and this role, and returns an `Effect::Perform` with an
//! [`Act`](domain::act::Act): the record as the person saw it (its version), the verb, the reason. `runtime::effects` gives
//! it to [`workflow::act::perform`], which checks again, writes the journal entry and the guarded update in one
//! transaction, and answers with what was done and the act that takes it back; or with who was first. That comes back
//! as `Message::Acted`, and the loop draws once. No key waits for the database.
//!
//! # A payload, to the screen
//!
//! [`intake::read`] cuts a provider's bytes into payloads and normalises each: an event, parked, or rejected.
//! [`workflow::arrive::arrive`] keeps the raw bytes, finds or makes the lead, records the event, and makes the tasks and jobs
//! that [`domain::routing`] asks for, all in one transaction; the same payload again changes nothing. The change feed
//! ([`store::feed`]) tells every open deck that something changed; it says no more than that, and the deck reads again
//! what it shows.
//!
//! A request at the front door ([`server`]) is one step longer: [`intake::signed`] checks it on its raw bytes, it is kept as it
//! came, and answered; [`workflow::arrive::waiting`] reads it from there, whoever kept it may be gone.
//!
//! # Promises, and what holds them
//!
//! - *An entry stands in the journal before anything leaves*: jobs and attempts refer to their entry by foreign key.
//! - *Internal text stays inside*: [`domain::text::Internal`] cannot be printed, approved text is copied into a table of its
//!   own, and the portal's role reads one view over that table.
//! - *Untrusted text is never painted raw*: [`domain::text::Untrusted`] shows itself neutralised, and the painter checks every cell.
//! - *Nobody overwrites somebody else*: every change names the version it saw.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod delivery;
pub mod demo;
pub mod domain;
pub mod intake;
pub mod runtime;
pub mod server;
pub mod store;
pub mod ui;
pub mod worker;
pub mod workflow;
