//! The findings of a text (C1, C5): no text panics, no span leaves the text, and nothing that a reader does not see takes a
//! block away.
//!
//! An input is a name, two lines of evidence, a stored value and the text, with zero bytes between; in the targets that
//! change the text a last part decides where.

use fastrand::Rng;
use quotedeck::domain::check::{Against, Evidence, Frame, Lack, weigh};
use quotedeck::domain::known::{Known, KnownKind};
use quotedeck::domain::span::{Finding, FindingKind, Severity};

use super::{gist, shape};
use crate::inputs::parts;

/// What cannot be seen.
const HIDDEN: [char; 12] = [
    '\u{200b}',
    '\u{200c}',
    '\u{200d}',
    '\u{2060}',
    '\u{feff}',
    '\u{ad}',
    '\u{202e}',
    '\u{2066}',
    '\u{fe0f}',
    '\u{34f}',
    '\u{e0041}',
    '\u{180e}',
];
/// What ends a line.
const BREAKS: [&str; 5] = ["\n", "\r\n", "\u{2028}", "\u{2029}", "\u{85}"];
/// Characters that look like the first of their group, from Unicode's table of confusables.
const LOOK_ALIKES: &[&str] = &[
    "aаαａ𝐚",
    "cсｃ𝐜",
    "eеｅ𝐞",
    "iіｉ𝐢",
    "oоοｏ𝐨",
    "pрρｐ𝐩",
    "xхｘ𝐱",
    "yуｙ𝐲",
    "sѕｓ𝐬",
    "jјｊ",
    "hһｈ",
    "dԁｄ",
    "AАΑＡ𝐀",
    "BВΒＢ",
    "CСϹＣ",
    "EЕΕＥ",
    "HНΗＨ",
    "IІΙＩ",
    "KКΚＫ",
    "MМΜＭ",
    "NΝＮ",
    "OОΟＯ",
    "PРΡＰ",
    "SЅＳ",
    "TТΤＴ",
    "XХΧＸ",
    "YΥＹ",
    "ZΖＺ",
    "0０𝟎٠",
    "1１𝟏١",
    "2２𝟐٢",
    "3３𝟑٣",
    "4４𝟒٤",
    "5５𝟓٥",
    "6６𝟔٦",
    "7７𝟕٧",
    "8８𝟖٨",
    "9９𝟗٩",
    "-‐‑–－",
    ".．․",
    "@＠﹫",
    "/／⁄",
    "'’",
    "$＄",
    ":：",
    "(（",
    ")）",
];

/// A text with what it is checked against.
struct Case {
    evidence: Evidence,
    text: String,
    /// Decides where the text is changed, and how often: of so many characters one.
    changes: Rng,
    seldom: u8,
}

impl Case {
    fn new(bytes: &[u8], frame: Option<Frame>) -> Self {
        let [name, one, two, stored, text, changes] = parts(bytes);
        let kinds = [KnownKind::Phone, KnownKind::Address, KnownKind::Staff, KnownKind::Code, KnownKind::Note, KnownKind::Email];
        let kind = kinds[stored.len() % kinds.len()];
        let known: Vec<Known> = Known::new(kind, &stored).into_iter().collect();
        let against =
            Against { evidence: &[&one, &two], lead_name: Some(&name), known: &known, frame: frame.as_ref(), ..Against::default() };
        let seldom = [2, 4, 16, 40][changes.len() % 4];
        Self { evidence: Evidence::new(against), text, changes: Rng::with_seed(shape(&changes)), seldom }
    }

    /// What to do at the next character; mostly nothing.
    fn change(&mut self) -> Option<usize> {
        (self.changes.u8(..self.seldom) == 0).then(|| self.changes.usize(..1000))
    }

    /// The findings of a text, which point into it and name what they point at.
    fn found(&self, text: &str) -> Vec<Finding> {
        let found = self.evidence.findings(text);
        let chars: Vec<char> = text.chars().collect();
        for finding in &found {
            assert!(finding.start <= finding.end && finding.end <= chars.len(), "a finding points out of the text: {finding:?}");
            let under: String = chars[finding.start..finding.end].iter().collect();
            assert_eq!(under, finding.text, "a finding names what is not there");
        }
        found
    }

    /// What blocks, but for what is only missing.
    fn blocks(&self, text: &str) -> Vec<Finding> {
        let found = self.found(text);
        found.into_iter().filter(|finding| finding.severity == Severity::Block && finding.start < finding.end).collect()
    }
}

/// A text that was changed, with the place that each character of the first has in it.
struct Changed {
    text: String,
    places: Vec<usize>,
}

impl Changed {
    /// Puts in place of each character what `change` says; `None` leaves it.
    fn new(text: &str, mut change: impl FnMut(char) -> Option<String>) -> Self {
        let (mut made, mut places, mut length) = (String::new(), Vec::new(), 0);
        for c in text.chars() {
            places.push(length);
            let part = change(c).unwrap_or_else(|| c.to_string());
            length += part.chars().count();
            made.push_str(&part);
        }
        places.push(length);
        Self { text: made, places }
    }

    /// Where a finding of the first text would be in this one.
    fn place(&self, finding: &Finding) -> std::ops::Range<usize> {
        self.places[finding.start]..self.places[finding.end]
    }
}

/// Every block of the first text is one in the other, at its place.
fn keeps_blocks(case: &Case, before: &[Finding], changed: &Changed) {
    let after = case.blocks(&changed.text);
    for lost in before {
        let place = changed.place(lost);
        let kept = after.iter().any(|finding| finding.start < place.end && place.start < finding.end);
        assert!(kept, "a block is lost: {lost:?} in {:?}", changed.text);
    }
}

fn told(found: &[Finding]) -> u64 {
    let kinds: Vec<_> =
        found.iter().take(6).map(|finding| (finding.kind.as_str(), finding.severity.as_str(), gist(&finding.reason))).collect();
    shape(&kinds)
}

/// A text as it is.
pub(super) fn findings(bytes: &[u8]) -> u64 {
    let age = bytes.first().map(|byte| i64::from(byte % 4));
    let lacks = if bytes.len().is_multiple_of(2) { Vec::new() } else { vec![Lack::Source] };
    let case = Case::new(bytes, Some(Frame { lacks, age_days: age, ..Frame::default() }));
    let found = case.found(&case.text);
    let (blocks, warns) = weigh(&found);
    assert!((blocks + warns) as usize <= found.len(), "more is counted than was found");
    told(&found)
}

/// Hidden characters put in anywhere: no block is lost.
pub(super) fn hidden(bytes: &[u8]) -> u64 {
    let mut case = Case::new(bytes, None);
    let (text, before) = (case.text.clone(), case.blocks(&case.text));
    let changed = Changed::new(&text, |c| case.change().map(|change| format!("{c}{}", HIDDEN[change % HIDDEN.len()])));
    keeps_blocks(&case, &before, &changed);
    told(&before)
}

/// Look-alikes in place of letters, digits and signs: no block is lost.
pub(super) fn alike(bytes: &[u8]) -> u64 {
    let mut case = Case::new(bytes, None);
    let (text, before) = (case.text.clone(), case.blocks(&case.text));
    let changed = Changed::new(&text, |c| {
        let change = case.change()?;
        let others: Vec<char> = LOOK_ALIKES.iter().find(|group| group.starts_with(c))?.chars().skip(1).collect();
        Some(others[change % others.len()].to_string())
    });
    keeps_blocks(&case, &before, &changed);
    told(&before)
}

/// Line breaks put in anywhere: no block is lost. A number that is not in the evidence may become two that are, or a date.
pub(super) fn lines(bytes: &[u8]) -> u64 {
    let mut case = Case::new(bytes, None);
    case.text = case
        .text
        .split(|c: char| c.is_whitespace() || c == '\u{1c}')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let mut before = case.blocks(&case.text);
    before.retain(|finding| finding.kind != FindingKind::UnknownNumber);
    let text = case.text.clone();
    let changed = Changed::new(&text, |c| case.change().map(|change| format!("{c}{}", BREAKS[change % BREAKS.len()])));
    keeps_blocks(&case, &before, &changed);
    told(&before)
}
