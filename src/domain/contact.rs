//! How a person is reached: phone numbers as E.164 (by libphonenumber's rules), e-mail lower-cased.

use std::fmt;

use phonenumber::country;
use serde::Serialize;

/// Longest text that is looked at as a phone number; the parser is quadratic on nonsense.
const LONGEST_PHONE: usize = 40;

/// A valid phone number in E.164: `+15125550142`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Phone(String);

/// Whether a text is a region whose phone numbers are known, such as `US`.
pub fn is_region(text: &str) -> bool {
    text.parse::<country::Id>().is_ok()
}

/// A text that is no way to reach anybody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadContact {
    /// Not a number of any country.
    #[error("{0:?} is no phone number of {1} or any other country")]
    Phone(String, String),
    /// Not an address.
    #[error("{0:?} is no e-mail address")]
    Email(String),
}

impl Phone {
    /// Reads a number as people and providers write it; `region` (`US`) is assumed when no country code is given.
    ///
    /// # Errors
    /// [`BadContact::Phone`] when it is a valid number of no country.
    pub fn parse(text: &str, region: &str) -> Result<Self, BadContact> {
        let bad = || BadContact::Phone(text.chars().take(LONGEST_PHONE).collect(), region.to_owned());
        if text.len() > LONGEST_PHONE {
            return Err(bad());
        }
        let region: Option<country::Id> = region.parse().ok();
        let number = phonenumber::parse(region, text.trim()).map_err(|_| bad())?;
        if !phonenumber::is_valid(&number) {
            return Err(bad());
        }
        Ok(Self(number.format().mode(phonenumber::Mode::E164).to_string()))
    }

    /// The E.164 text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Phone {
    type Error = BadContact;
    /// From our own storage, where only E.164 is kept.
    fn try_from(stored: String) -> Result<Self, Self::Error> {
        if stored.starts_with('+') && stored[1..].bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(stored))
        } else {
            Err(BadContact::Phone(stored.chars().take(LONGEST_PHONE).collect(), "storage".into()))
        }
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Phone {
    /// Only the last two digits: a `Debug` ends up in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone(…{})", &self.0[self.0.len().saturating_sub(2)..])
    }
}

/// An e-mail address, lower-cased.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Reads an address; RFC 5321's length limits hold (64 octets before the @, 254 in all).
    ///
    /// # Errors
    /// [`BadContact::Email`] when it could not be one.
    pub fn parse(text: &str) -> Result<Self, BadContact> {
        let bad = || BadContact::Email(text.chars().take(80).collect());
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or_else(bad)?;
        let printable = text.chars().all(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | ',' | ';' | '"'));
        let labels = domain.split('.').collect::<Vec<_>>();
        let host = labels.len() >= 2
            && labels.iter().all(|l| !l.is_empty() && l.len() <= 63 && !l.starts_with('-') && !l.ends_with('-'));
        if local.is_empty() || local.contains('@') || local.len() > 64 || text.len() > 254 || !printable || !host {
            return Err(bad());
        }
        Ok(Self(text.to_lowercase()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Email {
    type Error = BadContact;
    fn try_from(stored: String) -> Result<Self, Self::Error> {
        Self::parse(&stored)
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email(…{})", self.0.rsplit_once('@').map_or("", |(_, host)| host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("(512) 555-0142", "US", "+15125550142")]
    #[case("+1 415 867 5309", "US", "+14158675309")]
    #[case("+31612345678", "US", "+31612345678")]
    #[case("06 12345678", "NL", "+31612345678")]
    fn phones_become_e164(#[case] typed: &str, #[case] region: &str, #[case] e164: &str) {
        assert_eq!(Phone::parse(typed, region).unwrap().as_str(), e164);
    }

    #[rstest]
    #[case("+999 123456789")]
    #[case("12")]
    #[case("anonymous")]
    #[case("")]
    #[case("+1 000 000 0000")]
    fn numbers_of_no_country_are_refused(#[case] typed: &str) {
        assert!(Phone::parse(typed, "US").is_err());
    }

    #[rstest]
    #[case("Ana@Example.COM", Some("ana@example.com"))]
    #[case("a.b+c@sub.example.co", Some("a.b+c@sub.example.co"))]
    #[case("no-at.example.com", None)]
    #[case("a@b", None)]
    #[case("a b@example.com", None)]
    #[case("a@b@example.com", None)]
    #[case("x@-bad.com", None)]
    fn emails_are_lower_cased(#[case] typed: &str, #[case] kept: Option<&str>) {
        assert_eq!(Email::parse(typed).ok().as_ref().map(Email::as_str), kept);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = Phone::parse(&text, "US").is_ok();
            let _ = Email::parse(&text).is_ok();
        }
    }
}
