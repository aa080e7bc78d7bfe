//! How to reach the person: a number or address that cannot be one is never stored as if it were.

use crate::domain::contact::{Email, Phone};
use crate::domain::event::Contact;

use super::text;

/// What callers who hide their number arrive as: Twilio's words, and the numbers that spell them on a keypad.
const WITHHELD: [&str; 11] = [
    "anonymous",
    "restricted",
    "unavailable",
    "unknown",
    "blocked",
    "private",
    "+266696687",
    "+7378742833",
    "+2562533",
    "+8656696",
    "+86282452253",
];

/// What a payload tells of the person, each with the name of its field.
#[derive(Default)]
pub(super) struct Told {
    pub(super) name: Option<String>,
    pub(super) phone: Option<(String, String)>,
    pub(super) email: Option<(String, String)>,
    /// ISO region that the provider tells for the number; the default of the settings where it tells none.
    pub(super) region: Option<String>,
}

/// The person, and what was told but could not be read: it joins the person's words, so that nobody overlooks it.
pub(super) fn read(told: Told, default_region: &str, reachable: bool) -> Result<(Contact, Vec<String>), String> {
    let mut unread = Vec::new();
    let mut reasons = Vec::new();
    let region =
        told.region.filter(|region| region.len() == 2).map_or_else(|| default_region.to_owned(), |r| r.to_ascii_uppercase());
    let phone = told.phone.and_then(|(field, told)| {
        if WITHHELD.contains(&told.to_ascii_lowercase().as_str()) {
            reasons.push(format!("the caller withheld the number ({field} is {})", text::quote(&told)));
            return None;
        }
        Phone::parse(&told, &region)
            .inspect_err(|_| {
                reasons.push(format!("{field} is no phone number of any country: {}", text::quote(&told)));
                unread.push(format!("{field}: {told}"));
            })
            .ok()
    });
    let email = told.email.and_then(|(field, told)| {
        Email::parse(&told)
            .inspect_err(|_| {
                reasons.push(format!("{field} is no e-mail address: {}", text::quote(&told)));
                unread.push(format!("{field}: {told}"));
            })
            .ok()
    });
    if phone.is_none() && email.is_none() && !reachable {
        let why =
            if reasons.is_empty() { "it has no phone number and no e-mail address".to_owned() } else { reasons.join(", and ") };
        return Err(format!("nobody can be reached: {why}; correct it at the provider or add the lead by hand"));
    }
    Ok((Contact { name: told.name.as_deref().and_then(text::field), phone, email }, unread))
}

/// One of the client's own numbers: E.164 where it is one, else as it is told.
pub(super) fn reached(told: Option<String>, region: &str) -> Option<String> {
    let told = told?;
    Phone::parse(&told, region).map_or_else(|_| text::plain(&told), |phone| Some(phone.as_str().to_owned()))
}
