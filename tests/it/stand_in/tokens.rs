//! A token endpoint of OAuth 2.0: gives access tokens for the refresh token that it gave last.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::http::Seen;

/// What was given.
pub(crate) struct Tokens {
    /// The refresh token that is taken.
    pub(crate) refresh: String,
    /// Access tokens that let in.
    pub(crate) access: BTreeSet<String>,
    /// Whether each refresh gives another refresh token, and takes the last one back.
    pub(crate) rotates: bool,
    /// Whether a refresh has to say that it is one, as at Thumbtack.
    pub(crate) typed: bool,
    /// Seconds that an access token is good for, as it is told.
    pub(crate) life: u64,
    /// How many were given.
    pub(crate) given: usize,
}

impl Default for Tokens {
    fn default() -> Self {
        Self { refresh: "refresh-hunter2-0".into(), access: BTreeSet::new(), rotates: false, typed: false, life: 3600, given: 0 }
    }
}

impl Tokens {
    pub(super) fn give(&mut self, seen: &Seen) -> (u16, Value) {
        // `app:app-hunter2`
        if seen.header("authorization") != "Basic YXBwOmFwcC1odW50ZXIy" {
            return (401, json!({"error": "invalid_client"}));
        }
        let form: Vec<(String, String)> = form_urlencoded::parse(seen.body.as_bytes()).into_owned().collect();
        let typed = self.typed.then_some(("token_type", "REFRESH"));
        let expected = [("grant_type", "refresh_token"), ("refresh_token", self.refresh.as_str())].into_iter().chain(typed);
        if form.iter().map(|(name, value)| (name.as_str(), value.as_str())).ne(expected) {
            return (400, json!({"error": "invalid_grant", "error_description": "Token has been expired or revoked."}));
        }
        self.given += 1;
        let access = format!("access-hunter2-{}", self.given);
        self.access.insert(access.clone());
        let mut answer = json!({"access_token": access, "token_type": "bearer", "expires_in": self.life});
        if self.rotates {
            self.refresh = format!("refresh-hunter2-{}", self.given);
            answer["refresh_token"] = self.refresh.clone().into();
        }
        (200, answer)
    }

    /// Whether a request may come in.
    pub(super) fn lets_in(&self, seen: &Seen) -> bool {
        seen.header("authorization").strip_prefix("Bearer ").is_some_and(|token| self.access.contains(token))
    }
}
