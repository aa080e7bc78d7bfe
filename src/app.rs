//! The deck's state and what changes it: `update(Message) -> Vec<Effect>`, without input, output or waiting.

pub mod effect;
pub mod message;
pub mod popup;
pub mod review;
