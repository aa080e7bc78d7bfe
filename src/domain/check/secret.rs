//! Credentials: keys and tokens of the services that payloads are pasted from, by their shape.

use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::digits::pattern;
use super::fold::Folded;
use crate::domain::span::FindingKind;

const REASON: &str = "a key or token: take it out, and have it replaced at its service";

static SHAPES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)
          (?-u:\b)(?:sk|ak)[0-9a-f]{32}(?-u:\b) | (?-u:\b)sk-(?:[a-z]{2,10}-)?[a-z0-9_\-]{16,}
        | (?-u:\b)(?:sk|pk|rk)_(?:live|test)_[0-9a-z]{10,} | (?-u:\b)whsec_[0-9a-z+/=]{16,}
        | (?-u:\b)sg\.[a-z0-9_\-]{16,}\.[a-z0-9_\-]{16,}
        | (?-u:\b)pat-[a-z]{2}[0-9]-[0-9a-f]{8}-[0-9a-f\-]{20,}
        | (?-u:\b)xox[abeoprs]-[a-z0-9\-]{10,} | (?-u:\b)gh[opsru]_[a-z0-9]{30,} | (?-u:\b)aiza[a-z0-9_\-]{30,}
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
        r#"(?x)(?-u:\b)(?:password|passwd|pwd)(?:\x20?(?:=|:)\x20?|\x20is\x20)["']?(?P<a>[^\s"',;]{0,40}[0-9][^\s"',;]{0,40})
        | (?-u:\b)log-?in(?:\x20is|:)?\x20[^\s/]{2,40}\x20?/\x20?(?P<b>[^\s"',;]{0,40}[0-9][^\s"',;]{0,40})
        | (?-u:\b)basic\x20(?P<c>[a-z0-9+/]{12,}={1,2})"#,
    )
});

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
        // What opens a door or a network is an access code.
        let opens = |at: usize| OPENS.is_match(folded.around(&(at..at), (OPENER, 0)));
        if let Some(told) = told.filter(|told| told.len() >= SHORTEST && !opens(told.start())) {
            let text = told.as_str().trim_end_matches(['.', ',', '!', '?']);
            hits.push(Hit::block(FindingKind::Secret, told.start()..told.start() + text.len(), REASON));
        }
    }
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
    #[case("the portal password: Hunter2!", "Hunter2")]
    #[case("The password is hunter2.", "hunter2")]
    #[case("login maria / Summer2024", "Summer2024")]
    #[case("sent sk-proj-Ab12Cd34Ef56Gh78Ij90 by mistake", "sk-proj-Ab12Cd34Ef56Gh78Ij90")]
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
    fn no_secrets(#[case] text: &str) {
        assert_eq!(spans(text, Secret), Vec::<String>::new());
    }
}
