//! The words of the product as types, and every rule that needs no input or output to decide.
//!
//! Nothing in here knows a database, a terminal or a runtime. The other rooms speak to each other in these
//! types, so a rule that belongs to the business is written once, here, and tested without any of them.

pub mod act;
pub mod actor;
pub mod area_code;
pub mod automation;
pub mod books;
pub mod breaker;
pub mod brief;
pub mod check;
pub mod cite;
pub mod client;
pub mod contact;
pub mod content;
pub mod destination;
pub mod doubt;
pub mod draft;
pub mod duplicate;
pub mod edit;
pub mod event;
pub mod failure;
pub mod filter;
pub mod forecast;
pub mod hint;
pub mod id;
pub mod job;
pub mod journal;
pub mod known;
pub mod lead;
pub mod leave;
#[cfg(test)]
pub(crate) mod legal;
pub mod mask;
pub mod median;
pub mod merge;
pub mod money;
pub mod opt_out;
pub mod outline;
pub mod output;
pub mod proof;
pub mod quality;
pub mod reach;
pub mod release;
pub mod replay;
pub mod reply;
pub mod retry;
pub mod routing;
pub mod row;
pub mod sending;
pub mod severities;
pub mod signature;
pub mod slots;
pub mod source;
pub mod spam;
pub mod span;
pub mod stop;
pub mod sync;
pub mod task;
pub mod template;
pub mod text;
pub mod trace;
pub mod why;

/// Declares an enum whose variants are the field's words: stored, parsed and printed as `snake_case` text.
///
/// One macro keeps the three spellings (database, JSON, screen) from drifting apart.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
            strum::Display, strum::EnumString, strum::IntoStaticStr, strum::VariantArray,
        )]
        #[strum(serialize_all = "snake_case")]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// The stored spelling.
            pub fn as_str(self) -> &'static str {
                self.into()
            }
        }

        impl TryFrom<String> for $name {
            type Error = strum::ParseError;
            fn try_from(text: String) -> Result<Self, strum::ParseError> {
                text.parse()
            }
        }
    };
}
pub(crate) use words;
