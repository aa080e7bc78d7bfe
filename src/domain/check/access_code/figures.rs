//! Numbers that could be a code, in every form that people write or say them: `4411`, `#4411`, `4-12-33`, `4 4 1 9`, `four
//! four one seven`, `star 12 pound`, `2-4-then-1`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::super::digits::pattern;
use super::super::fold::Folded;
use super::super::stream::number;
use super::context;

/// A number that could be a code.
pub(super) struct Figures {
    /// Its words: the first, and one past the last.
    pub(super) words: Range<usize>,
    /// Its bytes, signs included.
    pub(super) span: Range<usize>,
    /// How many digits it has.
    pub(super) digits: usize,
    /// Of how many groups.
    pub(super) groups: usize,
    /// Whether a `#`, a `*`, or their names stand before it or behind it.
    pub(super) signs: usize,
    /// Whether such a sign ends it.
    pub(super) ends_in_sign: bool,
    /// Whether it is in words.
    pub(super) spelled: bool,
    /// Whether `then`, `and` or `together` joins its digits, as on a lock with buttons.
    pub(super) pressed: bool,
}

/// Digits of one group at most; longer ones are other numbers.
const LONGEST: usize = 8;

/// What stands after a measure, and never after a code.
static UNIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?: ?(?:%|sq|square|ft\b|feet|foot|in(?:ch|ches)?\b|x ?[0-9]|by [0-9]|mm|cm|gauge|cycles|sections?|units?|days?|months?|years?|seconds?|minutes?|times|gal|gpm|dollars|usd|lbs?\b|pounds|psi|btus?|watts?|kw|rpm|cfm|cubic|linear|hours|hrs|miles|volts?|amps?|ah\b|mah\b|hp\b|degrees|percent|cars?\b|people|pieces|calls|leads)|[.,:/-][0-9])",
    )
});

/// Every number whose words make it a code.
pub(super) fn each(folded: &Folded) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // Without such a word there is no code, and most texts have none.
    if !context::may_speak_of_one(folded) {
        return found;
    }
    let mut at = 0;
    while at < folded.words.len() {
        let Some(figures) = read(folded, at) else {
            at += 1;
            continue;
        };
        at = figures.words.end;
        if !is_measured(folded, &figures) && context::is_code(folded, &figures) {
            found.push(figures.span);
        }
    }
    found
}

/// Whether it is an amount, a decimal, or a part of something longer.
fn is_measured(folded: &Folded, figures: &Figures) -> bool {
    let first = folded.words[figures.words.start].start;
    let joined = matches!(folded.before(first), b'.' | b',' | b'/' | b':' | b'-')
        && first > 1
        && folded.before(first - 1).is_ascii_alphanumeric();
    let rest = &folded.lower[figures.span.end..];
    // `4321 in the keypad` is no inch.
    folded.before(first) == b'$' || joined || UNIT.is_match(rest) && !rest.starts_with(" in the ")
}

fn is_sign(word: &str) -> bool {
    matches!(word, "star" | "pound" | "hash" | "asterisk")
}

/// The digits of a word, and of how many words: figures, or a number in words.
fn digits(folded: &Folded, at: usize) -> Option<(usize, usize, bool)> {
    if at >= folded.words.len() {
        return None;
    }
    let word = folded.word(at);
    let figures = word.strip_prefix(|c: char| c.is_ascii_lowercase()).filter(|rest| rest.len() > 2).unwrap_or(word);
    if figures.len() <= LONGEST && !figures.is_empty() && figures.bytes().all(|b| b.is_ascii_digit()) {
        return Some((figures.len(), 1, false));
    }
    if !word.as_bytes()[0].is_ascii_lowercase() || word == "hundred" || word == "o" {
        return None;
    }
    number(folded, at).map(|(digits, words)| (digits.len(), words, true))
}

fn read(folded: &Folded, at: usize) -> Option<Figures> {
    let begins = if is_sign(folded.word(at)) && at + 1 < folded.words.len() && folded.gap(at) == " " { at + 1 } else { at };
    let (mut count, words, spelled) = digits(folded, begins)?;
    let (mut end, mut groups, mut pressed) = (begins + words, 1, false);
    // Only short groups go on: a long one is a number by itself.
    let mut longest = if spelled { 1 } else { count };
    while end < folded.words.len() {
        let joins = matches!(folded.word(end), "then" | "and" | "together") && longest == 1 && !spelled;
        let mut next = end;
        if joins {
            while next < folded.words.len() && matches!(folded.word(next), "then" | "and" | "together") {
                next += 1;
            }
        }
        let gap = folded.gap(end - 1);
        let together = if spelled { matches!(gap, " " | "-" | ", " | " - ") } else { matches!(gap, " " | "-" | " - ") };
        let Some((more, words, in_words)) = digits(folded, next) else { break };
        // `12, 14 and 16` are amounts; `1 and 3 together, then 5` are buttons.
        if joins && more != 1 || !joins && !together || in_words != spelled || !spelled && more.max(longest) > 2 {
            break;
        }
        // Of single digits in a row a longer one is no part.
        if !spelled && gap == " " && more != longest {
            break;
        }
        longest = longest.max(if spelled { 1 } else { more });
        (count, groups, end, pressed) = (count + more, groups + 1, next + words, pressed || joins);
    }
    let mut span = folded.words[begins].start..folded.words[end - 1].end;
    let mut signs = 0;
    if begins > at {
        (span.start, signs) = (folded.words[at].start, 1);
    } else if matches!(folded.before(span.start), b'#' | b'*') {
        (span.start, signs) = (span.start - 1, 1);
    }
    let mut ends_in_sign = false;
    if matches!(folded.at(span.end), b'#' | b'*') {
        (span.end, signs, ends_in_sign) = (span.end + 1, signs + 1, true);
    } else if begins > at && end < folded.words.len() && folded.gap(end - 1) == " " && is_sign(folded.word(end)) {
        (span.end, signs, end) = (folded.words[end].end, signs + 1, end + 1);
    }
    Some(Figures { words: at..end, span, digits: count, groups, signs, ends_in_sign, spelled, pressed })
}
