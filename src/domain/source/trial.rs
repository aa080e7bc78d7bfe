//! A test event: what the signature check and the mapping make of a made-up payload. Nothing of it is kept.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Refusal;
use super::figures::Told;
use crate::domain::event::{EventKind, NormalEvent, Normalised, Rejected};
use crate::domain::lead::Consent;

/// What became of a test event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// What the signature check said.
    pub signature: SignatureCheck,
    /// What the mapping made of it.
    pub made: Made,
}

/// What the signature check said of a test event and of its forged twin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureCheck {
    /// It was taken, and one that was signed with another secret was not.
    Passed,
    /// It was taken, and so was one that was signed with another secret: whoever has the URL is believed.
    Open,
    /// It was turned away.
    Refused(Refusal),
    /// Only the provider can sign.
    OnlyTheProvider,
}

/// What the mapping made of a payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Made {
    /// An event, and what a lead is told by it.
    Event {
        /// What happened.
        kind: EventKind,
        /// Which fields are known.
        tells: Vec<Told>,
    },
    /// It would be parked, or set aside.
    Parked(String),
    /// It would be rejected.
    Rejected(String),
}

/// What the front door says of a test event that came in over the network: what would have become of a genuine one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Why it would have been turned away; `None` when it would have been kept.
    pub refused: Option<Refusal>,
    /// What the mapping makes of it, if it is kept.
    pub made: Made,
}

impl Made {
    /// What came of reading the first payload of a request.
    pub fn of(outcome: Option<Result<Normalised, Rejected>>) -> Self {
        match outcome {
            Some(Ok(Normalised::Event(event))) => Self::Event { kind: event.kind, tells: tells(&event) },
            Some(Ok(Normalised::Parked { reason, .. } | Normalised::SetAside { reason, .. })) => Self::Parked(reason),
            Some(Err(rejected)) => Self::Rejected(rejected.reason),
            None => Self::Rejected("there is nothing in it".to_owned()),
        }
    }
}

fn tells(event: &NormalEvent) -> Vec<Told> {
    let known = |field: &Told| match field {
        Told::Name => event.contact.name.is_some(),
        Told::Phone => event.contact.phone.is_some(),
        Told::Email => event.contact.email.is_some(),
        Told::Service => event.service.is_some(),
        Told::Market => event.market.is_some(),
        Told::Value => event.value.is_some(),
        Told::Consent => event.consent != Consent::Unknown,
        Told::Attribution => event.attribution.is_some(),
    };
    <Told as strum::VariantArray>::VARIANTS.iter().copied().filter(known).collect()
}

impl Trial {
    /// Whether a genuine event would get in and make a lead.
    pub fn is_good(&self) -> bool {
        !matches!(self.signature, SignatureCheck::Refused(_)) && matches!(self.made, Made::Event { .. })
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.signature {
            SignatureCheck::Passed => f.write_str("its signature is taken and a forged one is not")?,
            SignatureCheck::Open => f.write_str("nothing but the URL vouches for it")?,
            SignatureCheck::Refused(why) => write!(f, "turned away ({}): {}", why.as_str().replace('_', " "), why.advice())?,
            SignatureCheck::OnlyTheProvider => f.write_str("only the provider can sign, so the signature was not tried")?,
        }
        match &self.made {
            Made::Event { kind, tells } => {
                let tells: Vec<&str> = tells.iter().map(|told| told.as_str()).collect();
                write!(f, "; it makes a {} that tells {}", kind.as_str().replace('_', " "), tells.join(", "))?;
            }
            Made::Parked(reason) => write!(f, "; it would be parked: {reason}")?,
            Made::Rejected(reason) => write!(f, "; it would be rejected: {reason}")?,
        }
        f.write_str("; nothing was kept")
    }
}
