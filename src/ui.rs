//! Paints the deck's state. Nothing in here changes anything.

pub mod review;
