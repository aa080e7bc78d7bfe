//! The key in a source's URL: 32 random bytes, of which only the hash is kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::domain::failure::Failure;
use crate::domain::journal::sha256;

/// A new key.
///
/// # Errors
/// The system has no random bytes.
pub fn new() -> Result<String, Failure> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Failure::Other("the system has no random bytes".to_owned()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is kept of a key.
pub fn hash(key: &str) -> Vec<u8> {
    sha256(key.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    #[test]
    fn keys_differ_and_fit_into_a_url() {
        let (one, two) = (super::new().unwrap(), super::new().unwrap());
        assert!(one != two && one.len() == 43 && one.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
        assert_ne!(super::hash(&one), super::hash(&two));
    }
}
