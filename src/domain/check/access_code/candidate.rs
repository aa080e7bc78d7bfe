//! Numbers that could be a code, in every form that people write or say them: `4411`, `#4411`, `4-12-33`, `4 4 1 9`, `four
//! four one seven`, `star 12 pound`, `2-4-then-1`, `C1957`, `S-E-L-L`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::super::digits::{explained, pattern, touches};
use super::super::fold::Folded;
use super::super::stream::number;

/// A number that could be a code.
#[derive(Debug)]
pub(super) struct Candidate {
    /// Its words: the first, and one past the last.
    pub(super) words: Range<usize>,
    /// Its bytes, signs included.
    pub(super) span: Range<usize>,
    /// How many digits or spelled letters it has.
    pub(super) digits: usize,
    /// Of how many groups.
    pub(super) groups: usize,
    /// Whether a `#`, a `*`, or their names stand before it or behind it.
    pub(super) signs: usize,
    /// Whether such a sign ends it.
    pub(super) ends_in_sign: bool,
    /// Whether it is in words.
    pub(super) spelled: bool,
    /// Whether it has letters as well, or letters alone.
    pub(super) letters: bool,
    /// Whether it could be a date as well.
    pub(super) date: bool,
    /// Whether it is told by turns of a dial: `right 18, left 4, right 32`.
    pub(super) turns: bool,
}

/// Signs of one group at most; longer ones are other numbers.
const LONGEST: usize = 8;

/// What stands after a measure, and never after a code.
static MEASURE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^(?: ?(?:%|"|'[^a-z]|°|sq\b|sqft|ft\b|feet|foot|inch|mm\b|cm\b|x ?[0-9]|by [0-9]|psi|btu|kwh?\b|rpm|cfm|gpm|gal|lbs?\b|pounds|volts?\b|amps?\b|m?ah\b|hp\b|watts?\b|gauge|degrees|percent|dollars|usd|bucks|cubic|linear|cycles|days?\b|weeks?\b|months?\b|years?\b|hours?\b|hrs?\b|minutes?\b|mins?\b|seconds?\b|secs?\b|miles|people|pieces|calls|leads)|[.,:/-][0-9]|-(?:[a-z]{3,}))"#,
    )
});

/// Words of letters and digits that are measures, times, ordinals or sizes: `12v`, `9am`, `5th`, `4x4`, `100k`, `r410a`.
static OTHER_MIX: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:[0-9]+(?:v|vac|vdc|a|amps?|w|kw|hp|am|pm|a|p|st|nd|rd|th|s|k|m|ft|in|mm|cm|lbs?|oz|gal|psi|hz|hr|hrs|min|mins|sec|br|ba|sqft|yr|yrs|d|pc|pcs|ga|awg|ton|tons|btu|f|c|g|gb|mb)|[0-9]+x[0-9]+(?:x[0-9]+)?|r[0-9]{2,3}[a-z]?|[a-z]+[0-9]*[a-z]+[0-9]*[a-z]+[0-9a-z]*)$",
    )
});

/// A sign behind figures that stand apart: `7,2,2,9,#`, `6-6-0-1-#`.
static SIGN_APART: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?: |, ?|-)[#*]"));

/// Every number of a text that could be a code.
pub(super) fn each(folded: &Folded) -> Vec<Candidate> {
    let mut found = Vec::new();
    let explained = explained(folded);
    let mut at = 0;
    while at < folded.words.len() {
        let Some(mut candidate) =
            turns(folded, at).or_else(|| named(folded, at)).or_else(|| letters(folded, at)).or_else(|| read(folded, at))
        else {
            at += 1;
            continue;
        };
        at = candidate.words.end;
        // `24-06-32` is a combination or a day: the words around it tell.
        let dial = candidate.groups == 3 && folded.lower[candidate.span.clone()].contains('-');
        candidate.date = touches(&explained, &candidate.span);
        if !is_measured(folded, &candidate) && (dial || !candidate.date) {
            found.push(candidate);
        }
    }
    found
}

/// Whether it is an amount, a decimal, or a part of something longer.
fn is_measured(folded: &Folded, candidate: &Candidate) -> bool {
    let first = folded.words[candidate.words.start].start;
    let before = (folded.before(first), if first > 1 { folded.before(first - 1) } else { b' ' });
    let behind = (folded.at(candidate.span.end), folded.at(candidate.span.end + 1));
    // `Code:4411`, and two codes with a stroke between; but `10:30` and `3/4`.
    let long = candidate.digits >= 4;
    let joined = match before {
        (b':', sign) => sign.is_ascii_digit(),
        (b'/', sign) => sign.is_ascii_alphanumeric() && !(long && sign.is_ascii_digit()),
        (b'.' | b',' | b'-' | b'&', sign) => sign.is_ascii_alphanumeric(),
        _ => false,
    };
    let stroke = long && behind.0 == b'/' && behind.1.is_ascii_digit();
    let quoted = folded.before(first) == b'"' && folded.at(candidate.span.end) == b'"';
    let opened = behind.0 == b'\'' && folded.around(&(first..first), (30, 0)).contains(" '");
    before.0 == b'$' || joined || !(quoted || opened || stroke) && MEASURE.is_match(&folded.lower[candidate.span.end..])
}

fn is_sign(word: &str) -> bool {
    matches!(word, "star" | "pound" | "hash" | "asterisk")
}

/// What a word or two of a number are.
struct Part {
    digits: usize,
    words: usize,
    spelled: bool,
    letters: bool,
}

/// The digits of a word: figures, figures with a letter or two, or a number in words.
fn part(folded: &Folded, at: usize) -> Option<Part> {
    if at >= folded.words.len() {
        return None;
    }
    let word = folded.word(at);
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if digits > 0 {
        let letters = word.len() - digits;
        let fits = word.len() <= LONGEST && word.is_ascii();
        return if letters == 0 {
            fits.then_some(Part { digits, words: 1, spelled: false, letters: false })
        } else {
            let mixed = fits && digits >= 2 && word.len() >= 3 && letters <= 3 && !OTHER_MIX.is_match(word);
            mixed.then_some(Part { digits: word.len(), words: 1, spelled: false, letters: true })
        };
    }
    if word == "hundred" || word == "o" || word == "thousand" {
        return None;
    }
    let (figures, words) = number(folded, at)?;
    let thousand = at + words < folded.words.len() && folded.word(at + words) == "thousand" && folded.gap(at + words - 1) == " ";
    Some(Part {
        digits: figures.len() + 3 * usize::from(thousand),
        words: words + usize::from(thousand),
        spelled: true,
        letters: false,
    })
}

fn read(folded: &Folded, at: usize) -> Option<Candidate> {
    let begins = if is_sign(folded.word(at)) && at + 1 < folded.words.len() && folded.gap(at) == " " { at + 1 } else { at };
    let first = match part(folded, begins) {
        Some(first) => first,
        None => prefixed(folded, begins)?,
    };
    let (mut count, mut spelled, letters) = (first.digits, first.spelled, first.letters);
    let (mut end, mut groups) = (begins + first.words, 1);
    // Only short groups go on: a long one is a number by itself.
    let mut longest = if spelled { 1 } else { count };
    while end < folded.words.len() && !letters {
        let between = |n: usize| matches!(folded.word(n), "then" | "and" | "together" | "star");
        // `four, then three, then five` as well as `2-4-then-1`.
        let joins = longest == 1 && if spelled { folded.word(end) == "then" } else { between(end) };
        let mut next = end;
        if joins {
            while next < folded.words.len() && between(next) {
                next += 1;
            }
        }
        // `three, nine, uh, nine, two`
        while longest == 1 && next + 1 < folded.words.len() && matches!(folded.word(next), "uh" | "um" | "er") {
            next += 1;
        }
        if next >= folded.words.len() {
            break;
        }
        let gap = folded.gap(next - 1);
        let together = if spelled { matches!(gap, " " | "-" | ", " | " - ") } else { matches!(gap, " " | "-" | " - ") };
        let Some(part) = part(folded, next) else { break };
        let more = part.digits;
        // `4 oh 4 9`: digits one by one, some of them in words.
        let one_by_one = more == 1 && longest == 1;
        let together = together || one_by_one && !spelled && matches!(gap, ", " | "," | ".. " | "... " | "+" | "&");
        // `881 204`: a code of six as it is shown.
        let threes = (groups, more, longest) == (1, 3, 3) && matches!(gap, " " | "-");
        // `12, 14 and 16` are amounts; `1 and 3 together, then 5` are buttons.
        let starred = joins && folded.word(end) == "star" && more <= 2;
        if joins && more != 1 && !starred
            || !joins && !together
            || part.letters
            || part.spelled != spelled && !one_by_one
            || !part.spelled && !spelled && more.max(longest) > 2 && !threes
        {
            break;
        }
        // Of single digits in a row a longer one is no part.
        if !spelled && gap == " " && more != longest {
            break;
        }
        spelled |= part.spelled;
        longest = longest.max(if part.spelled { 1 } else { more });
        (count, groups, end) = (count + more, groups + 1, next + part.words);
    }
    let mut span = folded.words[begins].start..folded.words[end - 1].end;
    let mut signs = 0;
    if begins > at {
        (span.start, signs) = (folded.words[at].start, 1);
    } else {
        while matches!(folded.before(span.start), b'#' | b'*') {
            (span.start, signs) = (span.start - 1, signs + 1);
        }
    }
    let mut ends_in_sign = false;
    // `*31*9`: signs stand between the digits too.
    while matches!(folded.at(span.end), b'#' | b'*') {
        (span.end, signs, ends_in_sign) = (span.end + 1, signs + 1, true);
        if let Some(next) = (end < folded.words.len() && folded.words[end].start == span.end).then(|| part(folded, end)).flatten()
        {
            (count, groups, ends_in_sign) = (count + next.digits, groups + 1, false);
            span.end = folded.words[end + next.words - 1].end;
            end += next.words;
        }
    }
    let listed = groups > 1 && end < folded.words.len() && matches!(folded.gap(end - 1), ", " | ", then ");
    if !ends_in_sign && end < folded.words.len() && (folded.gap(end - 1) == " " || listed) && is_sign(folded.word(end)) {
        (span.end, signs, end) = (folded.words[end].end, signs + 1, end + 1);
    } else if !ends_in_sign
        && groups > 1
        && let Some(after) = SIGN_APART.find(&folded.lower[span.end..])
    {
        (span.end, signs, ends_in_sign) = (span.end + after.end(), signs + 1, true);
    }
    Some(Candidate {
        words: at..end,
        span,
        digits: count,
        groups,
        signs,
        ends_in_sign,
        spelled,
        letters,
        date: false,
        turns: false,
    })
}

/// `QX-2281`: a letter or three, and figures behind a hyphen.
fn prefixed(folded: &Folded, at: usize) -> Option<Part> {
    let word = folded.word(at);
    if word.len() > 3 || !word.bytes().all(|b| b.is_ascii_lowercase()) || at + 1 >= folded.words.len() || folded.gap(at) != "-" {
        return None;
    }
    let next = folded.word(at + 1);
    let fits = (2..=5).contains(&next.len()) && next.bytes().all(|b| b.is_ascii_digit());
    fits.then_some(Part { digits: word.len() + next.len(), words: 2, spelled: false, letters: true })
}

/// Words that are said between the turns of a dial.
const TURNING: &[&str] =
    &["to", "then", "and", "past", "it", "back", "again", "turn", "once", "twice", "stop", "at", "on", "all", "the", "way"];
/// Of them at most between two.
const BETWEEN_TURNS: usize = 5;

/// How many figures a number of a dial has, and how many words it takes: `22`, `twenty-two`.
fn on_a_dial(folded: &Folded, at: usize) -> Option<(usize, usize)> {
    let word = folded.word(at);
    if word.bytes().all(|b| b.is_ascii_digit()) {
        return (word.len() <= 2).then_some((word.len(), 1));
    }
    let (figures, words) = number(folded, at)?;
    (word != "oh" && word != "o" && figures.len() <= 2).then_some((figures.len(), words))
}

fn is_turn(word: &str) -> bool {
    matches!(word, "left" | "right" | "clockwise" | "counterclockwise" | "l" | "r")
}

/// `22, 6, 31` and `eighteen, thirty-six, and four` behind words of a dial: figures, and one past the last word.
fn listed(folded: &Folded, at: usize) -> Option<(usize, usize)> {
    let told = (1..=5).any(|back| {
        at.checked_sub(back).is_some_and(|n| {
            matches!(folded.word(n), "dial" | "turn" | "spin" | "combo" | "combination" | "wheels" | "roll" | "numbers")
        })
    });
    let (mut digits, mut next) = (0, at);
    for group in 0..3 {
        if group > 0 && (next >= folded.words.len() || folded.gap(next - 1) != ", ") {
            return None;
        }
        let and = usize::from(group == 2 && next + 1 < folded.words.len() && folded.word(next) == "and");
        let (figures, words) = (told && next + and < folded.words.len()).then(|| on_a_dial(folded, next + and)).flatten()?;
        (digits, next) = (digits + figures, next + and + words);
    }
    Some((digits, next))
}

/// `right 18, left 4, right 32`, `nine, right to forty, back to seventeen`, and what [`listed`] finds.
fn turns(folded: &Folded, at: usize) -> Option<Candidate> {
    let begins = is_turn(folded.word(at)) || on_a_dial(folded, at).is_some();
    let (digits, groups, end) = match listed(folded, at) {
        Some((digits, end)) => (digits, 3, end),
        None if begins => turned(folded, at)?,
        None => return None,
    };
    let span = folded.words[at].start..folded.words[end - 1].end;
    Some(Candidate {
        words: at..end,
        span,
        digits,
        groups,
        signs: 0,
        ends_in_sign: false,
        spelled: false,
        letters: false,
        date: false,
        turns: true,
    })
}

/// Numbers with turns between them: how many figures, how many numbers, and one past the last word.
fn turned(folded: &Folded, at: usize) -> Option<(usize, usize, usize)> {
    let ends_sentence = |n: usize| folded.gap(n).contains(['.', '!', '?', ';']);
    let (mut next, mut end, mut groups, mut digits, mut turned) = (at, at, 0, 0, 0);
    while next < folded.words.len() && groups < 5 {
        let passed = |n: &usize| is_turn(folded.word(*n)) || TURNING.contains(&folded.word(*n));
        let Some(number) = (next..folded.words.len()).take(BETWEEN_TURNS + 1).find(|n| !passed(n)) else { break };
        let Some((figures, words)) = on_a_dial(folded, number) else { break };
        let behind = number + words;
        // `12 right, 30 left` as well as `right 12, left 30`; back is a turn once there was one.
        let turns_here = (next..number).any(|n| is_turn(folded.word(n)) || turned > 0 && folded.word(n) == "back")
            || behind < folded.words.len() && is_turn(folded.word(behind));
        if groups > 0 && !turns_here || (next..number).any(ends_sentence) {
            break;
        }
        turned += usize::from(turns_here);
        (groups, digits, end, next) = (groups + 1, digits + figures, behind, behind);
        if next < folded.words.len() && ends_sentence(behind - 1) {
            break;
        }
    }
    if groups < 3 || turned < 2 {
        return None;
    }
    // `12 right, 30 left, 8 right`
    let last = end < folded.words.len() && is_turn(folded.word(end)) && folded.gap(end - 1) == " ";
    Some((digits, groups, end + usize::from(last)))
}

/// The letters as radio operators name them.
const NAMED: [&str; 26] = [
    "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet", "kilo", "lima", "mike",
    "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor", "whiskey", "xray", "yankee", "zulu",
];

/// One sign of a code that is told sign by sign.
struct Told {
    words: usize,
    is_letter: bool,
    /// `M as in Mary`, `Charlie`.
    is_named: bool,
}

fn told_sign(folded: &Folded, at: usize) -> Option<Told> {
    let word = folded.word(at);
    let of = |n: usize| (at + n < folded.words.len()).then(|| folded.word(at + n)).unwrap_or_default();
    if word.len() == 1 && word.as_bytes()[0].is_ascii_alphabetic() {
        let (named, words) = match (of(1), of(2)) {
            ("as", "in") => (at + 3 < folded.words.len(), 4),
            ("for" | "like", named) => (!named.is_empty() && named.starts_with(word), 3),
            _ => (false, 1),
        };
        return Some(Told { words: if named { words } else { 1 }, is_letter: true, is_named: named });
    }
    if NAMED.contains(&word) {
        return Some(Told { words: 1, is_letter: true, is_named: true });
    }
    let figure = word.len() == 1 && word.as_bytes()[0].is_ascii_digit();
    let spelled = || number(folded, at).filter(|(figures, _)| figures.len() == 1).map(|(_, words)| words);
    let words = if figure { 1 } else { spelled()? };
    Some(Told { words, is_letter: false, is_named: false })
}

/// `M as in Mary, four, four, seven`; `Charlie 4 2 8 8`; `C as in cat, X, Y`.
fn named(folded: &Folded, at: usize) -> Option<Candidate> {
    let (mut end, mut signs, mut letters, mut named) = (at, 0, 0, 0);
    while end < folded.words.len() && (end == at || matches!(folded.gap(end - 1), " " | "-" | ", ")) {
        let Some(sign) = told_sign(folded, end) else { break };
        (end, signs) = (end + sign.words, signs + 1);
        (letters, named) = (letters + usize::from(sign.is_letter), named + usize::from(sign.is_named));
    }
    let figures = signs - letters;
    // A name before one number is no code, and neither is a letter.
    if !(3..=8).contains(&signs) || named == 0 || figures < 3 && letters < 3 {
        return None;
    }
    let span = folded.words[at].start..folded.words[end - 1].end;
    Some(Candidate {
        words: at..end,
        span,
        digits: signs,
        groups: signs,
        signs: 0,
        ends_in_sign: false,
        spelled: true,
        letters: true,
        date: false,
        turns: false,
    })
}

/// `S-E-L-L`, `A-1-9-4`: letters one by one, or letters and figures.
fn letters(folded: &Folded, at: usize) -> Option<Candidate> {
    let is_sign = |n: usize| folded.word(n).len() == 1 && folded.word(n).as_bytes()[0].is_ascii_alphanumeric();
    let mut end = at;
    let capital = folded.text.as_bytes()[folded.words[at].start].is_ascii_uppercase();
    while end < folded.words.len()
        && is_sign(end)
        && (end == at || folded.gap(end - 1) == "-" || capital && folded.gap(end - 1) == " ")
    {
        end += 1;
    }
    let count = end - at;
    let figures = (at..end).filter(|n| folded.word(*n).as_bytes()[0].is_ascii_digit()).count();
    if capital && (at + 1..end).any(|n| folded.gap(n - 1) == " ") && (figures < 2 || count < 4) {
        return None;
    }
    if (at..end).all(|n| folded.word(n).as_bytes()[0].is_ascii_digit()) {
        return None;
    }
    let span = || folded.words[at].start..folded.words[end - 1].end;
    (3..=8).contains(&count).then(|| Candidate {
        words: at..end,
        span: span(),
        digits: count,
        groups: count,
        signs: 0,
        ends_in_sign: false,
        spelled: false,
        letters: true,
        date: false,
        turns: false,
    })
}
