//! Five ways to break the queue's promises on purpose, so that the tests can show that they would notice.
//!
//! Only a build with the feature `sabotage` can be told to (by `QUOTEDECK_SABOTAGE`); in every other none of them is ever
//! on, and the compiler leaves them out.

/// A way to break a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Every try has a key of its own: a keyed destination does it again.
    NoKey,
    /// The result is written before the request leaves: what is lost in between is lost for ever.
    MarkFirst,
    /// A worker that lost its lease writes its result all the same.
    NoFence,
    /// A text that may have left is asked for at once, when its provider does not list it yet.
    AskEarly,
    /// A request leaves before its announcement is committed: where the worker is lost in between, nobody knows of it.
    SendFirst,
}

impl Fault {
    /// Whether this build is broken so.
    #[cfg(not(feature = "sabotage"))]
    pub fn is_on(self) -> bool {
        false
    }

    /// Whether this build is broken so.
    #[cfg(feature = "sabotage")]
    #[expect(clippy::disallowed_methods, reason = "a build that is no product reads its one setting where it is needed")]
    pub fn is_on(self) -> bool {
        let word = match self {
            Self::NoKey => "no-key",
            Self::MarkFirst => "mark-first",
            Self::NoFence => "no-fence",
            Self::AskEarly => "ask-early",
            Self::SendFirst => "send-first",
        };
        std::env::var("QUOTEDECK_SABOTAGE").is_ok_and(|fault| fault == word)
    }
}
