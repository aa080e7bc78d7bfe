//! E-mail addresses, also as people spell them: `ana at example dot com`.

use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::digits::pattern;
use super::fold::Folded;
use crate::domain::span::FindingKind;

const REASON: &str = "an e-mail address: take it out";

static WRITTEN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[\p{L}\p{N}._%+'\-]+ ?@ ?[\p{L}\p{N}\-]+(?:\.[\p{L}\p{N}\-]+)*\.[\p{N}\-]*\p{L}[\p{L}\p{N}\-]*"));

/// With `(at)` anything may follow; with a bare ` at ` the end must be one that addresses have, else every
/// "met at st. mary" would be one.
static SPELLED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)
        (?:[\p{L}\p{N}_+\-]+\x20+(?:dot|underscore|dash|hyphen|plus)\x20+)*[\p{L}\p{N}._+\-]+
        (?:
            \x20*[(\[{<]\x20*at\x20*[)\]}>]\x20*[\p{L}\p{N}\-]+(?:\x20*(?:\.|[(\[{<]\x20*dot\x20*[)\]}>]|\x20dot\x20)\x20*[\p{L}\p{N}\-]+)+
          | \x20?@\x20?[\p{L}\p{N}\-]+(?:\x20+dot\x20+[\p{L}\p{N}\-]+)+
          | \x20+at\x20+[\p{L}\p{N}\-]+(?:(?:\x20+dot\x20+|\x20*[(\[{<]dot[)\]}>]\x20*)[\p{L}\p{N}\-]+)*
            (?:\x20+dot\x20+|\.|\x20*[(\[{<]dot[)\]}>]\x20*)(?:com|net|org|edu|gov|io|co|us|biz|info|me|uk|ca|de|mx)
        )(?-u:\b)",
    )
});

/// `jdoe AT yahoo`, `jane dot doe at proton mail`: with a house of mail that everybody knows, its ending is left out.
static KNOWN_HOUSE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:[\p{L}\p{N}_+\-]+ (?:dot|underscore|dash) )*[\p{L}\p{N}._+\-]{2,} (?:\(at\)|at) (?:yahoo|gmail|g ?mail|hotmail|outlook|aol|icloud|comcast|proton ?mail|live|msn)(?: ?(?:dot|\.) ?(?:com|net|me|org))?(?-u:\b)",
    )
});
/// An account by which somebody is reached: `Venmo @jane-doe-77`.
static HANDLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:telegram|venmo|instagram|insta|ig|twitter|facebook|fb|messenger|snapchat|tiktok|cash ?app|signal|discord|whatsapp|skype|zelle|paypal|linkedin)(?: (?:is|me|at|handle|name|under|user))*:? (?P<handle>[@$][a-z0-9._\-]{2,}[a-z0-9])",
    )
});
const ACCOUNT: &str = "an account by which somebody is reached: take it out";
/// Words before `at` that are nobody's address: `look at live prices`, `found at Yahoo`.
const NOBODY: &[&str] = &[
    "look", "looked", "found", "us", "me", "it", "them", "is", "was", "works", "worked", "booked", "searched", "reviews",
    "review", "are", "be", "account", "inbox", "mail", "email", "e-mail", "address", "login", "stars", "ad", "ads", "him", "her",
];

/// Finds e-mail addresses.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    for shape in [&WRITTEN, &SPELLED] {
        for found in shape.find_iter(&folded.lower) {
            let lead = found.as_str().len() - found.as_str().trim_start_matches(['.', '\'', '-']).len();
            hits.push(Hit::block(FindingKind::Email, found.start() + lead..found.end(), REASON));
        }
    }
    let of_somebody = |text: &str| !text.split(' ').next().is_some_and(|word| NOBODY.contains(&word));
    let houses = KNOWN_HOUSE.find_iter(&folded.lower).filter(|found| of_somebody(found.as_str()));
    hits.extend(houses.map(|found| Hit::block(FindingKind::Email, found.range(), REASON)));
    let handles = HANDLE.captures_iter(&folded.lower).filter_map(|found| found.name("handle"));
    hits.extend(handles.map(|handle| Hit::block(FindingKind::Email, handle.range(), ACCOUNT)));
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::spans;
    use crate::domain::span::FindingKind::Email;
    use rstest::rstest;

    #[rstest]
    #[case("write to Ana.Lopez+q@Example.co.uk.", &["Ana.Lopez+q@Example.co.uk"])]
    #[case("ana @ example.com", &["ana @ example.com"])]
    #[case("ana＠example。com", &["ana＠example。com"])]
    #[case("ana at example dot com", &["ana at example dot com"])]
    #[case("ana dot lopez at mail dot example dot com", &["ana dot lopez at mail dot example dot com"])]
    #[case("ana (at) example (dot) com", &["ana (at) example (dot) com"])]
    #[case("ana[at]example[dot]org", &["ana[at]example[dot]org"])]
    #[case("mailto:ana@example.com", &["ana@example.com"])]
    #[case("'joë@exämple.de'", &["joë@exämple.de"])]
    #[case("dana@example dot com", &["dana@example dot com"])]
    #[case("it is jdoe AT yahoo", &["jdoe AT yahoo"])]
    #[case("jane dot doe at proton mail dot me", &["jane dot doe at proton mail dot me"])]
    #[case("Venmo @jane-doe-77, Telegram: @ortizj", &["@jane-doe-77", "@ortizj"])]
    #[case("they found us at Yahoo", &[])]
    #[case("met at st. mary", &[])]
    #[case("arrived at polka dot house", &[])]
    #[case("parts @ $40 each", &[])]
    #[case("propane @ 2.79 a gallon", &[])]
    #[case("@example", &[])]
    fn emails(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans(text, Email), found);
    }
}
