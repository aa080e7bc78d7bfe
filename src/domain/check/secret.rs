//! Credentials: keys and tokens of the services that payloads are pasted from, by their shape, and passwords by the words
//! before them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::access_code;
use super::digits::pattern;
use super::fold::Folded;
use crate::domain::span::FindingKind;

const REASON: &str = "a key or token: take it out, and have it replaced at its service";

static SHAPES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)
          (?-u:\b)(?:sk|ak)[0-9a-f]{32}(?-u:\b) | (?-u:\b)sk-(?:[a-z]{2,10}-)?[a-z0-9_\-]{16,}
        | (?-u:\b)[a-z]{2,8}_(?:live|test|prod|sandbox)_[0-9a-z]{10,} | (?-u:\b)whsec_[0-9a-z+/=]{16,}
        | (?-u:\b)sg\.[a-z0-9_\-]{16,}\.[a-z0-9_\-]{16,}
        | (?-u:\b)pat-[a-z]{2}[0-9]-[0-9a-f]{8}-[0-9a-f\-]{20,}
        | (?-u:\b)xox[abeoprs]-[a-z0-9\-]{10,} | (?-u:\b)gh[opsru]_[a-z0-9]{30,} | (?-u:\b)(?:hf|npm)_[a-z0-9]{20,} | (?-u:\b)glpat-[a-z0-9_\-]{16,} | (?-u:\b)aiza[a-z0-9_\-]{30,}
        | (?-u:\b)a(?:kia|sia)[a-z0-9]{16}(?-u:\b)
        | (?-u:\b)eyj[a-z0-9_\-]{8,}\.[a-z0-9_\-]{8,}\.[a-z0-9_\-]*
        | -----begin\x20[a-z\x20]*private\x20key-----
        | (?-u:\b)bearer\x20+[a-z0-9._~+/\-]{16,}=*
        | (?-u:\b)(?:api[_\x20\-]?key|access[_\x20\-]?token|auth[_\x20\-]?token|client[_\x20\-]?secret|secret|token|password|passwd|pwd)
          \x20?(?:=|:|\x20is\x20)\x20?[^\s]*[0-9][^\s]{5,}",
    )
});

/// What is said to be a password or a login: `password: Hunter2!`, `login maria / Summer2024`. A figure is in most of them, and
/// in hardly a word.
static PASSWORDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?x)(?-u:\b)(?:password|passwd|pwd|pass)(?:\x20?(?:=|:)\x20?|\x20is:?\x20)["']?(?P<a>[^\s"',;]{0,40}[0-9][^\s"',;]{0,40})
        | (?-u:\b)log-?in(?:\x20is|:)?\x20[^\s/]{2,40}\x20?/\x20?(?P<b>[^\s"',;]{0,40}[0-9][^\s"',;]{0,40})
        | (?-u:\b)basic\x20(?P<c>[a-z0-9+/]{12,}={1,2})"#,
    )
});

/// After it, in the same sentence, a password is told in whatever words: `the CRM password in the note: "Gophers#1987"`.
static TOLD_OF: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)(?:passwords?|passwd|pwd|pw|passcode|log-?ins?|credentials|creds)(?-u:\b)"));

/// Signs of the longest password that is told so.
const LONGEST: usize = 40;

/// Bytes behind such a word in which its password stands.
const NEAR: usize = 72;

/// A long word with figures in it, as a key is, where a word says that it is one.
static KEY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:tokens?|keys?|secrets?|sid|credentials?)(?-u:\b)[^.!?\n]{0,60}?(?-u:\b)(?P<key>[0-9a-z][0-9a-z_\-]{13,63})(?-u:\b)",
    )
});

/// Figures of such a key at least.
const KEY_FIGURES: usize = 4;

/// What such a word is said of that has checks of its own; and bytes before it in which that stands.
static OPENS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?-u:\b)(?:wi-?fi|wireless|network|router|gate|door|alarm|keypad|guard|monitoring|security)(?-u:\b)")
});
const OPENER: usize = 48;

/// Signs of the shortest password that is told with a word.
const SHORTEST: usize = 4;

/// Finds credentials.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    hits.extend(SHAPES.find_iter(&folded.lower).map(|found| Hit::block(FindingKind::Secret, found.range(), REASON)));
    for found in PASSWORDS.captures_iter(&folded.lower) {
        let told = ["a", "b", "c"].iter().find_map(|name| found.name(name));
        let opens = |at: usize| OPENS.is_match(folded.around(&(at..at), (OPENER, 0)));
        if let Some(told) = told.filter(|told| told.len() >= SHORTEST && !opens(told.start())) {
            let text = told.as_str().trim_end_matches(['.', ',', '!', '?']);
            hits.push(Hit::block(FindingKind::Secret, told.start()..told.start() + text.len(), REASON));
        }
    }
    let keys = KEY.captures_iter(&folded.lower).filter_map(|found| found.name("key"));
    let figures = |key: &regex::Match<'_>| key.as_str().bytes().filter(u8::is_ascii_digit).count();
    let keys = keys.filter(|key| figures(key) >= KEY_FIGURES && key.as_str().bytes().any(|b| b.is_ascii_lowercase()));
    hits.extend(keys.map(|key| Hit::block(FindingKind::Secret, key.range(), REASON)));
    for word in TOLD_OF.find_iter(&folded.lower) {
        let Some(made_up) = made_up_behind(folded, word.end()) else { continue };
        // What opens a door or a network is an access code.
        hits.push(if OPENS.is_match(folded.around(&word.range(), (OPENER, OPENER))) {
            Hit::block(FindingKind::AccessCode, made_up, access_code::REASON)
        } else {
            Hit::block(FindingKind::Secret, made_up, REASON)
        });
    }
}

/// The first word that looks like a password, up to the end of the sentence.
fn made_up_behind(folded: &Folded, from: usize) -> Option<Range<usize>> {
    let mut at = from;
    let until = folded.text.floor_char_boundary(from + NEAR + LONGEST);
    for token in folded.text[from..until].split_inclusive([' ', '(', '"']) {
        let start = at;
        at += token.len();
        let bare = token.trim_matches([' ', '(', ')', '"', '\'', ',', ';', ':', '.']);
        if is_made_up(bare) {
            let start = start + token.find(bare)?;
            return Some(start..start + bare.len());
        }
        let ends = token.trim_end().ends_with(['.', '!', '?']) && bare.len() > 1;
        if ends || at > from + NEAR {
            return None;
        }
    }
    None
}

/// Letters and figures that are no word, no amount and no model: a figure behind a small letter, and a capital or a sign among
/// them.
pub(super) fn is_made_up(token: &str) -> bool {
    let has = |test: fn(&u8) -> bool| token.bytes().any(|b| test(&b));
    (6..=LONGEST).contains(&token.len())
        && token.starts_with(|c: char| c.is_ascii_alphabetic())
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && (has(u8::is_ascii_uppercase) || has(|b| matches!(b, b'!' | b'#' | b'$' | b'%' | b'&' | b'*' | b'_' | b'-')))
        && !token.contains(['@', '/', ':'])
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::spans;
    use crate::domain::span::FindingKind::Secret;
    use rstest::rstest;

    #[rstest]
    #[case("AKIAABCDEFGHIJKLMNOP")]
    #[case("sk_live_abcdefghij0123456789")]
    #[case("pat-na1-01234567-89ab-cdef-0123-456789abcdef")]
    #[case("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl")]
    #[case("-----BEGIN RSA PRIVATE KEY-----")]
    #[case("Bearer abcdefghijklmnop1234")]
    #[case("api_key=abc123def456")]
    fn secrets(#[case] secret: &str) {
        assert_eq!(spans(&format!("it had {secret} in it"), Secret), [secret]);
    }

    #[rstest]
    #[case("the portal password: Hunter2!", "Hunter2!")]
    #[case("The password is hunter2.", "hunter2")]
    #[case("login maria / Summer2024", "Summer2024")]
    #[case("sent sk-proj-Ab12Cd34Ef56Gh78Ij90 by mistake", "sk-proj-Ab12Cd34Ef56Gh78Ij90")]
    #[case("their CRM password is in the note, \"Tigers#1984\", again", "Tigers#1984")]
    #[case("user anna, pw Autumn2023$x", "Autumn2023$x")]
    #[case("The temporary password in the mail, Hello-7714!, must go", "Hello-7714!")]
    #[case("Login for the recorder in the shop: admin / Crate88!", "Crate88!")]
    #[case("the auth token is there, 0a1b2c3d4e5f60718293a4b5c6d7e8f9", "0a1b2c3d4e5f60718293a4b5c6d7e8f9")]
    #[case("the API token reads pat-na1-7d1f95e2-3ace in there", "pat-na1-7d1f95e2-3ace")]
    #[case("the k\ney is sk_li370400440532013000 in there", "sk_li370400440532013000")]
    #[case("an API key was pasted: wk_live_7bR3gMx18UzCwW4n", "wk_live_7bR3gMx18UzCwW4n")]
    #[case("Authorization: Basic bWFyaWE6U3VtbWVy==", "bWFyaWE6U3VtbWVy==")]
    fn told_with_words(#[case] text: &str, #[case] secret: &str) {
        assert_eq!(spans(text, Secret), [secret]);
    }

    #[rstest]
    #[case("basic plumbing inspection")]
    #[case("the password is with the owner")]
    #[case("a token of thanks: 20 flowers")]
    #[case("The secret is good flux")]
    #[case("part sk-4000 and pat-test")]
    #[case("The password was reset. Filter MERV13x and a T6-Pro2 thermostat")]
    #[case("the key is a state-of-the-art-furnace, 4 tons")]
    #[case("login problems since 2024, 3 tickets, R-410A unit")]
    #[case("password changed by rosa@example.com on 12-Nov")]
    fn no_secrets(#[case] text: &str) {
        assert_eq!(spans(text, Secret), Vec::<String>::new());
    }
}
