//! Sentences of a draft that cite no line, where the draft cites lines at all: nobody can look up what they rest on.

use std::ops::Range;

use super::Hit;
use super::fold::Folded;
use crate::domain::cite;
use crate::domain::span::FindingKind;

const REASON: &str = "cites no evidence line: look for what it rests on";
const IN_DRAFT: &str = "the draft cites no evidence line here: look for what it rests on, or say it in your own words";

/// Words from which on a sentence claims something; shorter ones are headings and thanks.
const FEWEST: usize = 4;

/// A sentence of a text that cites.
pub(super) struct Sentence {
    /// Its words, in bytes.
    pub(super) span: Range<usize>,
    /// The same as places in the list of words.
    pub(super) words: Range<usize>,
    /// The numbers of the lines it cites.
    pub(super) cites: Vec<usize>,
    /// Whether it claims something that must rest on a line.
    pub(super) claims: bool,
}

/// The sentences of a text, each with what it cites.
pub(super) fn sentences(folded: &Folded) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut from = 0;
    while from < folded.words.len() {
        let mut to = from + 1;
        while to < folded.words.len() && !ends(folded, to - 1) {
            to += 1;
        }
        let span = folded.words[from].start..folded.words[to - 1].end;
        // A citation stands before the full stop or right behind it.
        let until = folded.words.get(to).map_or(folded.text.len(), |next| next.start);
        let words = (from..to).filter(|n| folded.word(*n).bytes().any(|b| b.is_ascii_alphabetic())).count();
        let cites = cite::cited(&folded.text[span.start..until]);
        sentences.push(Sentence { span, words: from..to, cites, claims: words >= FEWEST });
        from = to;
    }
    sentences
}

/// Finds them, and citations of lines that the evidence does not have. In a text that clients read these are what its draft
/// cites or does not.
pub(super) fn find(folded: &Folded, sentences: &[Sentence], lines: usize, hits: &mut Vec<Hit>) {
    let reason = if cite::cited(&folded.text).is_empty() { IN_DRAFT } else { REASON };
    for sentence in sentences {
        if sentence.cites.is_empty() && sentence.claims {
            hits.push(Hit::warn(FindingKind::Uncited, sentence.span.clone(), reason));
        } else if let Some(missing) = sentence.cites.iter().find(|line| lines > 0 && !(1..=lines).contains(*line)) {
            let reason = format!("cites line {missing}, and the evidence has {lines}: look for what it rests on");
            hits.push(Hit::warn(FindingKind::Uncited, sentence.span.clone(), reason));
        }
    }
}

/// Whether a sentence ends behind a word; the citation behind a full stop goes with the sentence before it.
fn ends(folded: &Folded, word: usize) -> bool {
    let gap = folded.gap(word);
    if folded.line_start(folded.words[word + 1].start) >= folded.words[word].end {
        return true;
    }
    if gap.ends_with('[') {
        return false;
    }
    let mut first = word;
    while gap.starts_with(']') && first > 0 && folded.gap(first - 1).trim() == "," {
        first -= 1;
    }
    let stops = |gap: &str| [". ", "! ", "? "].iter().any(|end| gap.contains(end));
    stops(gap) || gap.starts_with(']') && first > 0 && stops(folded.gap(first - 1))
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::{spans, spans_against};
    use crate::domain::span::FindingKind::Uncited;
    use rstest::rstest;

    #[rstest]
    #[case("The heater leaks [1]. A visit is booked [2].", &[])]
    #[case("The heater leaks. [1] A visit is booked. [2]", &[])]
    #[case("The heater leaks [1]. A visit was booked too.", &["A visit was booked too"])]
    #[case("The heater is leaking. A visit was booked [2].", &["The heater is leaking"])]
    #[case("Summary\nThe heater leaks [1, 3]", &[])]
    #[case("The heater is leaking. A visit was booked.", &[])]
    #[case("The heater is old [1]\nIt was made by hand", &["It was made by hand"])]
    fn sentences(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans(text, Uncited), found);
    }
    #[test]
    fn a_line_that_is_not_there_is_told() {
        let told = |text| spans_against(text, &["one line", "two lines"], None, Uncited);
        assert_eq!(told("The heater leaks [9]."), ["The heater leaks [9"]);
        assert_eq!(told("The heater leaks [2]."), Vec::<String>::new());
    }
}
