//! What happens when an event arrives, a person acts or a draft is filed: asks `domain`, and calls store verbs in one
//! transaction. The one place for such decisions, whoever calls: the deck, the command line, intake or the demo.

pub mod act;
pub mod arrive;
pub mod drafting;
pub mod expecting;
pub mod finish;
pub mod leave;
pub mod look_up;
pub mod prepare;
pub mod release;
pub mod review;
pub mod set_up;
pub mod syncing;
