//! Codes of letters, as they are set on the wheels of a lock: in capitals, spelled, or in quotes.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Match, Regex};

use super::super::digits::pattern;
use super::super::fold::Folded;
use super::{password, words};

/// `combo on the lockbox is HOME`: letters that are set on wheels; in capitals, behind a word that is not.
static LETTERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?P<before>lock ?box(?:es)?|word lock|lbx|combo|combination|wheels|letters|pad)(?: on (?:the )?[a-z]{3,10}| by (?:the )?[a-z]{3,10})?(?: is| it's| its|:| =|,)?(?: set to| so| spells| opens (?:on|with))? (?P<code>[a-z]{3,5})(?-u:\b)",
    )
});

/// `it's letters, not numbers: JKQ`: where it is said that letters are set.
static SPELLED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:[Ll]etters|[Ll]etter code|[Ss]pells?)(?-u:\b)[^.!?]{0,40}?(?: is| are| it's| its| to|:| =|,) (?P<code>[A-Z]{3,5}|[A-Z](?:-[A-Z]){2,4})(?:$|[^A-Za-z0-9 -]| (?:on|and|then|for|to|in)(?-u:\b))",
    )
});

/// `spin to BKDT`: where the lock was named before, or is not.
static SPUN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?P<before>spin to|spells|opens (?:on|with)) (?P<code>[a-z]{4,5})(?-u:\b)"));

/// `code is "pepper"`: letters that are set on wheels, in quotes.
static QUOTED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?-u:\b)(?:code|combo|combination|passcode)(?: is| was|:| =) ?["'](?P<code>[a-z]{3,12})["']"#));

/// Every code of letters.
pub(super) fn each(folded: &Folded) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for caught in LETTERS.captures_iter(&folded.lower).chain(SPUN.captures_iter(&folded.lower)) {
        let capitals =
            |name| caught.name(name).is_some_and(|part| !folded.text[part.range()].contains(|c: char| c.is_ascii_lowercase()));
        let is_set = |code: &Match<'_>| capitals("code") && !capitals("before") && words::is_plain(code.as_str());
        found.extend(caught.name("code").filter(is_set).map(|code| code.range()));
    }
    if folded.lower.contains(['"', '\'']) {
        let quoted = QUOTED.captures_iter(&folded.lower).filter_map(|caught| caught.name("code"));
        found.extend(quoted.filter(|code| password::is_one(code.as_str())).map(|code| code.range()));
    }
    let set = SPELLED.captures_iter(&folded.text).filter_map(|caught| caught.name("code"));
    found.extend(set.map(|code| code.range()));
    found
}
