//! What of a record is hidden from whoever only reviews: contact data, codes and names, as in a draft's evidence.

mod evidence;

use std::fmt;

pub use evidence::{Hidden, hidden_in, masked_line};

use super::actor::{Person, Right};
use super::check::{Against, Evidence};
use super::known::Known;
use super::lead::Lead;
use super::span::FindingKind;
use super::text::Untrusted;
use super::trace::Trace;

/// Hides what leads to a person or opens a door.
pub struct Mask(Evidence);

impl fmt::Debug for Mask {
    /// Never what it looks for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mask")
    }
}

/// Kinds that are masked where evidence is shown: what would reach a person, and who that person is.
pub fn is_masked(kind: FindingKind) -> bool {
    use FindingKind::{
        AccessCode, BankNumber, Card, Email, EntryHint, InternalId, LeadName, LongDigits, OtherClient, Phone, Postcode,
        ProviderCost, Secret, SocialSecurity, StaffName, StreetAddress, Url, Vehicle,
    };
    matches!(
        kind,
        Phone
            | Email
            | StreetAddress
            | Postcode
            | Url
            | Card
            | BankNumber
            | SocialSecurity
            | Secret
            | AccessCode
            | EntryHint
            | Vehicle
            | LongDigits
            | InternalId
            | LeadName
            | StaffName
            | OtherClient
            | ProviderCost
    )
}

/// What stands where something is masked.
fn sign(kind: FindingKind) -> String {
    format!("‹{}›", kind.as_str().replace('_', " "))
}

/// The same in a timeline, which speaks of its records by their references.
fn is_masked_in_timeline(kind: FindingKind) -> bool {
    is_masked(kind) && kind != FindingKind::InternalId
}

impl Mask {
    /// For a record of which these words tell, and around which these values are stored: a name that the words tell alone is
    /// hidden wherever it stands.
    pub fn new(evidence: &[&str], known: &[Known]) -> Self {
        Self(Evidence::new(Against { evidence, known, ..Against::default() }))
    }

    /// For rows of many records: by its form alone is found what to hide.
    pub fn of_rows() -> Self {
        Self::new(&[], &[])
    }

    /// Hides it in what a destination answered, which may name whom it was asked about.
    pub fn error(&self, error: Option<&mut Untrusted>) {
        if let Some(error) = error {
            self.hide(error);
        }
    }

    /// A text with `‹phone›` where a number stood.
    pub fn text(&self, text: &str) -> String {
        let chars: Vec<char> = text.chars().collect();
        let (mut masked, mut from) = (String::new(), 0);
        for found in self.0.findings(text).into_iter().filter(|found| is_masked_in_timeline(found.kind)) {
            if found.start >= from {
                masked.extend(chars.get(from..found.start).unwrap_or_default());
                masked.push_str(&sign(found.kind));
            }
            from = from.max(found.end);
        }
        masked.extend(chars.get(from..).unwrap_or_default());
        masked
    }

    fn hide(&self, text: &mut Untrusted) {
        *text = Untrusted::new(self.text(text.raw()));
    }

    /// Hides it in a timeline: the heading, the fields and every step.
    pub fn trace(&self, trace: &mut Trace) {
        self.hide(&mut trace.title);
        for (name, value) in &mut trace.fields {
            match name.as_str() {
                "phone" | "email" => *value = Untrusted::new(format!("‹{name}›")),
                // The program's own words, times and names of its people.
                "arrived" | "reply time" | "state" | "client" | "owner" | "key" | "due" | "made" | "changed" => {}
                _ => self.hide(value),
            }
        }
        for doubt in &mut trace.doubts {
            doubt.reason = self.text(&doubt.reason);
        }
        for step in &mut trace.steps {
            self.hide(&mut step.what);
        }
    }
}

/// Whether somebody sees contact data only where a reason is given for it: whoever does not call people back.
pub fn sees_masked(me: &Person) -> bool {
    !me.role.may(Right::Operate)
}

/// Hides in a lead's row who it is and how to reach them; its reference and what is wanted stay.
pub fn mask_row(lead: &mut Lead) {
    if !lead.name.raw().trim().is_empty() {
        lead.name = Untrusted::new("‹name›".to_owned());
    }
    lead.phone = lead.phone.take().map(|_| "‹phone›".to_owned());
    lead.email = lead.email.take().map(|_| "‹email›".to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::known::KnownKind;

    #[test]
    fn what_leads_to_a_person_or_opens_a_door_is_hidden() {
        let known: Vec<Known> =
            [Known::new(KnownKind::Name, "Maria Ortiz"), Known::new(KnownKind::Code, "4827")].into_iter().flatten().collect();
        let mask = Mask::new(&[], &known);
        let text = "voicemail_left: Maria Ortiz, 512-555-0142 or maria@example.com, the alarm is 4827, the heater leaks";
        assert_eq!(
            mask.text(text),
            "voicemail_left: ‹lead name›, ‹phone› or ‹email›, the alarm is ‹access code›, the heater leaks"
        );
        assert_eq!(mask.text("heard at https://rec.example/r/99"), "heard at ‹url›");
        assert_eq!(mask.text("job.retry J-12: it was down for 20 minutes"), "job.retry J-12: it was down for 20 minutes");
    }

    #[test]
    fn a_name_that_the_words_tell_alone_is_hidden_wherever_it_stands() {
        let words = "hi, this is Marcos Vela, the drain is slow again";
        let mask = Mask::new(&[words], &[]);
        assert_eq!(mask.text(words), "hi, this is ‹lead name›, the drain is slow again");
        assert_eq!(mask.text("task.done: Vela was told of the drain"), "task.done: ‹lead name› was told of the drain");
        assert_eq!(Mask::new(&[], &[]).text(words), words, "by its form alone it is no name");
        let (said, own) = ("I spoke with Dove Cleaning about it", Known::new(KnownKind::OwnClient, "Dove Cleaning"));
        assert_eq!(Mask::new(&[said], own.as_slice()).text(said), said, "whose lead it is stays");
    }
}
