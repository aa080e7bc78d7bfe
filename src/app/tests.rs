//! What keys and messages do to the deck, without a terminal.
