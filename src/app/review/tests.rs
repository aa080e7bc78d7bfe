//! The promises of the review screen, each as a test that can break it.

mod deciding;
mod in_the_deck;
mod keeping;
mod laws;
mod looking;
mod mending;
mod overrides;
mod verdicts;
