//! The link by which a person leaves a client's mail with one click (RFC 8058): it names client, lead and address, and nobody
//! but us can make one.
//!
//! The token is `data.tag`, both in base64 for URLs: the two ids and the address, and their HMAC-SHA256 under a key of our
//! own. Nothing is stored for it, so a mail of years ago still works; a new key ends all links that went out before.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

use super::contact::Email;
use super::destination::Secret;
use super::id::{ClientId, LeadId};

/// The path that links begin with.
pub const PATH: &str = "/leave/";
/// The shortest key: as many bytes as the tag has.
pub const SHORTEST_KEY: usize = 32;
/// The longest token that is looked at: an address has 254 bytes at most.
const LONGEST: usize = 600;
/// What the tag is over, beside the data: a tag for this purpose is one for no other.
const PURPOSE: &[u8] = b"quotedeck leave mail 1\0";

/// Who leaves what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// Whose mail.
    pub client: ClientId,
    /// The lead that was written to.
    pub lead: LeadId,
    /// The address.
    pub address: Email,
}

/// Makes links, and reads them. `Debug` shows nothing of the key.
#[derive(Clone, Debug)]
pub struct Links {
    /// `https://deck.example.com`.
    base: String,
    /// Set up with the key.
    mac: Hmac<Sha256>,
}

impl Links {
    /// Links under a public URL; `None` where the key is too short to keep anybody out.
    pub fn new(base: &str, key: &Secret) -> Option<Self> {
        let key = key.reveal().as_bytes();
        let mac = Hmac::<Sha256>::new_from_slice(key).ok().filter(|_| key.len() >= SHORTEST_KEY)?;
        Some(Self { base: base.trim_end_matches('/').to_owned(), mac })
    }

    /// The link.
    pub fn link(&self, leaving: &Leaving) -> String {
        let data = [leaving.client.0.as_bytes(), leaving.lead.0.as_bytes(), leaving.address.as_str().as_bytes()].concat();
        let tag = self.mac(&data).finalize().into_bytes();
        format!("{}{PATH}{}.{}", self.base, URL_SAFE_NO_PAD.encode(&data), URL_SAFE_NO_PAD.encode(tag))
    }

    /// What a token says; `None` for any that we did not make.
    pub fn read(&self, token: &str) -> Option<Leaving> {
        let (data, tag) = token.split_once('.').filter(|_| token.len() <= LONGEST)?;
        let (data, tag) = (URL_SAFE_NO_PAD.decode(data).ok()?, URL_SAFE_NO_PAD.decode(tag).ok()?);
        // Compared in constant time.
        self.mac(&data).verify_slice(&tag).ok()?;
        let (client, rest) = data.split_at_checked(16)?;
        let (lead, address) = rest.split_at_checked(16)?;
        Some(Leaving {
            client: ClientId(Uuid::from_slice(client).ok()?),
            lead: LeadId(Uuid::from_slice(lead).ok()?),
            address: Email::parse(std::str::from_utf8(address).ok()?).ok()?,
        })
    }

    fn mac(&self, data: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(PURPOSE);
        mac.update(data);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn links(key: &str) -> Links {
        Links::new("https://deck.example.com/", &Secret::new(key)).unwrap()
    }

    fn leaving() -> Leaving {
        Leaving { client: ClientId::new(), lead: LeadId::new(), address: Email::parse("ana@example.com").unwrap() }
    }

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    fn token(links: &Links, leaving: &Leaving) -> String {
        links.link(leaving).strip_prefix("https://deck.example.com/leave/").unwrap().to_owned()
    }

    #[test]
    fn a_link_says_who_leaves_what() {
        let (links, leaving) = (links(KEY), leaving());
        assert_eq!(links.read(&token(&links, &leaving)), Some(leaving));
    }

    #[test]
    fn the_key_and_the_address_are_not_to_be_seen() {
        let links = links(KEY);
        assert!(!format!("{links:?}").contains(KEY));
        assert!(!links.link(&leaving()).contains("ana@"));
    }

    #[test]
    fn a_short_key_makes_none() {
        assert!(Links::new("https://deck.example.com", &Secret::new("hunter2")).is_none());
    }

    #[test]
    fn nobody_else_makes_one() {
        let leaving = leaving();
        let forged = token(&links("another key, as long as the first one"), &leaving);
        assert_eq!(links(KEY).read(&forged), None);
        for nonsense in ["", ".", "a.b", &"a".repeat(10_000), "AAAA.AAAA"] {
            assert_eq!(links(KEY).read(nonsense), None);
        }
    }

    proptest! {
        #[test]
        fn one_bit_flipped_is_no_token(at in any::<prop::sample::Index>(), bit in 0..6_u8) {
            let (links, leaving) = (links(KEY), leaving());
            let mut token = token(&links, &leaving).into_bytes();
            let at = at.index(token.len());
            token[at] ^= 1 << bit;
            let flipped = String::from_utf8_lossy(&token).into_owned();
            prop_assert_eq!(links.read(&flipped), None);
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = links(KEY).read(&text);
        }
    }
}
