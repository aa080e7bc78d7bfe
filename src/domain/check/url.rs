//! Web addresses: with a scheme, with `www.`, bare domains, and `example dot com`.

use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::digits::pattern;
use super::fold::Folded;
use crate::domain::span::FindingKind;

const REASON: &str = "a web address, which can lead to a recording or a payload: take it out";

/// Endings that are no English word count at once; those that are (`it`, `me`, `us`) only before a path, because a
/// missing space after a full stop looks the same.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?x)
          [a-z][a-z0-9+.\-]{1,15}://[^\s<>"]+
        | (?-u:\b)www\.[^\s<>"]+
        | (?-u:\b)[\p{L}\p{N}](?:[\p{L}\p{N}\-]|\.[\p{L}\p{N}])*\.(?:
              (?:com|net|org|edu|gov|mil|biz|info|io|dev|app|ai|tv|co|uk|ca|fr|nl|eu|mx|br|jp|ru|ly|gl|gy|online|site|shop|store|xyz|cloud|page|link|amazonaws|internal|local|localdomain|lan|corp|intranet)
              (?-u:\b)(?::[0-9]{1,5})?(?:[/?\#][^\s<>"]*)?
            | (?:it|in|is|me|us|to|at|be|so|no|am|as|my|de|id|pro|one|plus|works|services)(?:/[^\s<>"]+)
          )
        | (?:^|[\x20("'])/(?:var|home|srv|opt|etc|mnt|root|usr|tmp|data|users)(?:/[^\s<>"/]+)+
        | \\\\[a-z0-9_.\-]+(?:\\[^\s<>"\\]+)+
        | (?-u:\b)[a-z]:\\[^\s<>"]+
        | (?-u:\b)localhost(?::[0-9]{1,5})?(?:/[^\s<>"]*)?
        | (?-u:\b)(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?:\.(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}(?::[0-9]{1,5}|/)[^\s<>"]*
        | (?-u:\b)[\p{L}\p{N}\-]+\x20dot\x20(?:com|net|org|edu|gov|io|biz)(?-u:\b)"#,
    )
});

/// Finds web addresses.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    for found in ADDRESS.find_iter(&folded.lower) {
        let address = found.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '\'']);
        // Brackets behind a scheme lead nowhere.
        let lead = address.len() - address.trim_start_matches([' ', '(', '"', '\'']).len();
        if !address.ends_with("://") {
            hits.push(Hit::block(FindingKind::Url, found.start() + lead..found.start() + address.len(), REASON));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::spans;
    use crate::domain::span::FindingKind::Url;
    use rstest::rstest;

    #[rstest]
    #[case("see HTTPS://api.twilio.com/2010/Rec/RE12?x=1.", &["HTTPS://api.twilio.com/2010/Rec/RE12?x=1"])]
    #[case("s3://bucket/key.wav", &["s3://bucket/key.wav"])]
    #[case("(www.example.com)", &["www.example.com"])]
    #[case("on example.com, or bit.ly/x1", &["example.com", "bit.ly/x1"])]
    #[case("youtu.be/abc", &["youtu.be/abc"])]
    #[case("http://10.0.0.4:8080/x and 10.0.0.4:8080/y", &["http://10.0.0.4:8080/x", "10.0.0.4:8080/y"])]
    #[case("acme dot com", &["acme dot com"])]
    #[case("see crm.internal.local/leads/5 and rec.acme.internal/r/993", &["crm.internal.local/leads/5", "rec.acme.internal/r/993"])]
    #[case("at localhost:8710/in/form", &["localhost:8710/in/form"])]
    #[case("in /var/lib/quotedeck/payloads/17.json", &["/var/lib/quotedeck/payloads/17.json"])]
    #[case(r"on \\fileserver\leads\ortiz.txt", &[r"\\fileserver\leads\ortiz.txt"])]
    #[case("heating/cooling/plumbing and/or 3/4/5", &[])]
    #[case("our local.The lan", &[])]
    #[case("ana@example.com", &[])]
    #[case("It is done.It works", &[])]
    #[case("e.g. a 3.5in pipe, no. 4", &[])]
    #[case("Fixed it.No leak", &[])]
    #[case("photo.png", &[])]
    #[case("http://]]", &[])]
    fn urls(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans(text, Url), found);
    }
}
