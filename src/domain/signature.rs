//! Error signatures: what failures of the same kind have in common, so that 2,000 failures read as three.

use std::sync::LazyLock;

use regex::Regex;

use super::text::is_unsafe;

/// Characters a signature has at most, its status included.
const LONGEST: usize = 80;

/// Bytes of an error that are looked at: some destinations answer with a whole web page.
const LOOKED_AT: usize = 4_096;

/// What varies from one failure to the next: addresses, ids, times, and whatever is quoted or holds a digit.
static VARIES: LazyLock<Regex> = LazyLock::new(|| {
    let shape = r#"(?x)
          [a-z][a-z0-9+.\-]*://\S+ | www\.\S+
        | [\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+
        | "[^"\n]*" | `[^`\n]*` | \B'[^'\n]*'\B | “[^”\n]*”
        | \b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b
        | [\w\-:.+\#/]*[0-9][\w\-:.+\#/]*
        | <[^>\n]{0,80}>"#;
    #[expect(clippy::expect_used, reason = "a constant pattern; compiled by every test")]
    Regex::new(shape).expect("a constant pattern compiles")
});

/// Groups an error: the status where there is one, and its text with everything that varies (ids, numbers,
/// quoted values, addresses) taken out.
///
/// The result holds letters, `_`, `-` and single spaces alone, so it is harmless to paint, to search and to filter by.
pub fn signature(status: Option<i64>, error: &str) -> String {
    let end = error.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= LOOKED_AT).last().unwrap_or(0);
    let lower = error[..end].to_lowercase();
    let fixed = VARIES.replace_all(&lower, " ");
    let kept: String = fixed.chars().map(|c| if is_word(c) { c } else { ' ' }).collect();
    let status = status.map(|status| status.to_string());
    let words = kept.split_whitespace().map(|word| word.trim_matches('-')).filter(|word| !word.is_empty());
    let mut out = String::new();
    for word in status.as_deref().into_iter().chain(words) {
        if out.chars().count() + word.chars().count() + 1 > LONGEST {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    if out.is_empty() { "no error text".to_owned() } else { out }
}

fn is_word(c: char) -> bool {
    (c.is_alphabetic() || matches!(c, '_' | '-')) && !is_unsafe(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        Some(401),
        "INVALID_AUTHENTICATION: Authentication credentials not found. This API supports OAuth 2.0 authentication and you can \
         find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
        "401 invalid_authentication authentication credentials not found this api"
    )]
    #[case(
        Some(400),
        "VALIDATION_ERROR: Property values were not valid: [{\"isValid\":false,\"message\":\"...\"}]",
        "400 validation_error property values were not valid false"
    )]
    #[case(Some(429), "Rate limited, retry after 12.5 s (id 7f3a9c21)", "429 rate limited retry after s id")]
    #[case(None, "timed out after 30s at 2026-11-24T14:02:11.123Z", "timed out after at")]
    #[case(Some(404), "contact 'Juan Ortiz' <juan@example.com> +15125550142 missing", "404 contact missing")]
    #[case(Some(500), "", "500")]
    #[case(None, "", "no error text")]
    #[case(None, "a1b2c3d4-e5f6-7890-abcd-ef1234567890", "no error text")]
    #[case(None, "bad\x1b[31m\u{202e}gateway", "bad gateway")]
    fn what_varies_is_taken_out(#[case] status: Option<i64>, #[case] error: &str, #[case] expected: &str) {
        assert!(signature(status, error).starts_with(expected), "{}", signature(status, error));
    }

    #[rstest]
    #[case("No contact 41 in portal 9", "No contact 7712345 in portal 10")]
    #[case("value \"a\" is not valid", "value \"the other one\" is not valid")]
    #[case("correlation a1b2c3d4-e5f6-7890-abcd-ef1234567890 lost", "correlation ffffffff-e5f6-7890-abcd-ef1234567890 lost")]
    fn failures_of_one_kind_are_one_group(#[case] one: &str, #[case] other: &str) {
        assert_eq!(signature(Some(400), one), signature(Some(400), other));
    }

    #[test]
    fn statuses_are_kept_apart() {
        assert_ne!(signature(Some(401), "no"), signature(Some(403), "no"));
    }

    proptest! {
        #[test]
        fn a_signature_is_short_harmless_and_stable(status in proptest::option::of(100..600_i64), error in any::<String>()) {
            let made = signature(status, &error);
            prop_assert!(made.chars().count() <= LONGEST);
            prop_assert!(!made.is_empty() && !made.chars().any(is_unsafe));
            prop_assert_eq!(signature(status, &error), made.clone());
            // Any digit in it is the status.
            let text = made.strip_prefix(&status.map(|s| s.to_string()).unwrap_or_default()).unwrap();
            prop_assert!(!text.chars().any(|c| c.is_ascii_digit()));
        }
    }
}
