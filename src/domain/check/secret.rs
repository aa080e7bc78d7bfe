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
          (?-u:\b)(?:sk|ak)[0-9a-f]{32}(?-u:\b)
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

/// Finds credentials.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    hits.extend(SHAPES.find_iter(&folded.lower).map(|found| Hit::block(FindingKind::Secret, found.range(), REASON)));
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
    #[case("a token of thanks: 20 flowers")]
    #[case("The secret is good flux")]
    #[case("part sk-4000 and pat-test")]
    fn no_secrets(#[case] text: &str) {
        assert_eq!(spans(text, Secret), Vec::<String>::new());
    }
}
