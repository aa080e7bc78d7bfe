//! The words that belong to a phone number: its area code before it, its extension behind it.

use std::ops::Range;

use super::fold::Folded;
use super::stream::number;

/// With the words that announce its area code, and with an extension that is told behind it.
pub(super) fn with_its_words(folded: &Folded, span: Range<usize>) -> Range<usize> {
    let before = folded.lower[..span.start].trim_end_matches([' ', ':', ',']);
    let before = before.strip_suffix(" is").unwrap_or(before);
    let start = before.strip_suffix("area code").map_or(span.start, str::len);
    start..extension(folded, span.end).unwrap_or(span.end)
}

/// Words between a number and its extension, and between that word and its figures.
const TO_EXTENSION: &[&str] = &[
    "and", "then", "the", "my", "his", "her", "uh", "um", "i", "think", "it's", "at", "is", "number", "of", "you", "press",
    "hit", "dial", "enter",
];
/// Of them at most, on each side.
const TOWARDS: usize = 5;
/// Figures of an extension at most.
const EXTENSION: usize = 6;

/// Where the extension ends that is told behind a number: `and then the extension is forty two`.
fn extension(folded: &Folded, behind: usize) -> Option<usize> {
    let next = folded.words.partition_point(|word| word.start < behind);
    let past = |from: usize| (from..folded.words.len()).take(TOWARDS + 1).find(|at| !TO_EXTENSION.contains(&folded.word(*at)));
    let named = past(next).filter(|at| matches!(folded.word(*at), "extension" | "ext"))?;
    if folded.lower[behind..folded.words[named].end].contains(['.', '!', '?', '\n']) {
        return None;
    }
    let (mut at, mut figures, mut end) = (past(named + 1)?, 0, None);
    while at < folded.words.len() {
        let word = folded.word(at);
        let read = if word.bytes().all(|b| b.is_ascii_digit()) {
            Some((word.len(), 1))
        } else {
            number(folded, at).map(|(digits, words)| (digits.len(), words))
        };
        let Some((more, words)) = read.filter(|(more, _)| figures + more <= EXTENSION) else { break };
        (figures, at) = (figures + more, at + words);
        end = Some(folded.words[at - 1].end);
        if at < folded.words.len() && !matches!(folded.gap(at - 1), " " | "-" | ", ") {
            break;
        }
    }
    end
}
