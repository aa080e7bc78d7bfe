//! Numbers that no evidence line contains: amounts, dates, times, counts, in figures or in words.

use foldhash::HashMap;

use super::Hit;
use super::digits::touches;
use super::fold::Folded;
use super::quantity::{Meaning, quantities};
use super::uncited::Sentence;
use crate::domain::cite;
use crate::domain::span::FindingKind;

const REASON: &str = "no evidence line contains this number: correct it, or take it out";

const ELSEWHERE: &str = "the lines that its sentence cites do not have this number: see that it cites the right one";

/// Every number of the evidence, with the lines that have it, counted from 0.
#[derive(Clone)]
pub(super) struct Known(HashMap<Meaning, Vec<usize>>);

impl Known {
    /// Reads the evidence.
    pub(super) fn new(evidence: &[Folded]) -> Self {
        let mut lines: HashMap<Meaning, Vec<usize>> = HashMap::default();
        for (at, line) in evidence.iter().enumerate() {
            for meaning in quantities(line).into_iter().flat_map(|quantity| quantity.supports) {
                lines.entry(meaning).or_default().push(at);
            }
        }
        Self(lines)
    }

    /// Finds the numbers that nothing supports, and those that only other lines have than their sentence cites.
    pub(super) fn find(&self, folded: &Folded, sentences: &[Sentence], hits: &mut Vec<Hit>) {
        let citations = cite::places(&folded.text);
        for quantity in quantities(folded) {
            if quantity.weak || touches(&citations, &quantity.span) {
                continue;
            }
            // What takes the place of an amount takes that of its sign.
            let signed = usize::from(folded.before(quantity.span.start) == b'$');
            let span = quantity.span.start - signed..quantity.span.end;
            let mut lines = quantity.supported_by.iter().filter_map(|meaning| self.0.get(meaning)).flatten().peekable();
            if lines.peek().is_none() {
                hits.push(Hit::block(FindingKind::UnknownNumber, span, REASON));
                continue;
            }
            let sentence = sentences
                .iter()
                .find(|sentence| sentence.span.start <= quantity.span.start && quantity.span.end <= sentence.span.end);
            let cited = sentence.map_or(&[][..], |sentence| &sentence.cites);
            if !cited.is_empty() && !lines.any(|line| cited.contains(&(line + 1))) {
                hits.push(Hit::warn(FindingKind::Uncited, span, ELSEWHERE));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::spans_against;
    use crate::domain::span::FindingKind::{Uncited, UnknownNumber};
    use rstest::rstest;

    #[rstest]
    #[case("$1,200 quoted", "we said 1200")]
    #[case("two visits", "came 2 times")]
    #[case("2 visits", "came two times")]
    #[case("twenty-five feet", "25 ft of pipe")]
    #[case("about 2.50", "cost $2.5")]
    #[case("$2k", "two thousand dollars")]
    #[case("arrived at 7 pm", "19:00 on site")]
    #[case("arrived at 7:00 p.m.", "be here at 7")]
    #[case("arrived at 7:30", "at 7:30pm")]
    #[case("at seven pm", "7pm works")]
    #[case("on November 24", "2026-11-24T14:02:00Z call")]
    #[case("on 11/24", "Nov 24 it broke")]
    #[case("on 11/24/2026", "2026-11-24")]
    #[case("a 1/2 inch pipe", "1/2 inch")]
    #[case("one of the technicians, a couple of photos", "")]
    #[case("3rd visit", "visit 3")]
    #[case("40% off", "40 percent off")]
    #[case("two hundred five", "205")]
    #[case("3 thousand", "3000")]
    #[case("2-3 days", "2 or 3 days")]
    #[case("the 3rd visit", "his third visit")]
    #[case("the third visit", "")]
    #[case("$1.2m", "1.2 million")]
    fn supported(#[case] text: &str, #[case] evidence: &str) {
        assert_eq!(spans_against(text, &[evidence], None, UnknownNumber), Vec::<String>::new());
    }

    #[test]
    fn a_number_stands_in_the_line_that_is_cited() {
        let evidence = ["quoted $1,200 on Monday", "two visits in 2026"];
        let found = |text| spans_against(text, &evidence, None, Uncited);
        assert_eq!(found("The quote was $1,200 [1]. Two visits were made [2]."), Vec::<String>::new());
        assert_eq!(found("The quote was $1,200 [2]. Two visits were made [1, 2]."), ["$1,200"]);
        assert_eq!(spans_against("It was quoted [1] and visited [2].", &evidence, None, UnknownNumber), Vec::<String>::new());
    }

    #[rstest]
    #[case("quoted $1,300", "1200", "$1,300")]
    #[case("7 am", "19:00", "7 am")]
    #[case("7:30 am", "7:30pm", "7:30 am")]
    #[case("on 11/25", "2026-11-24", "11/25")]
    #[case("in 2025", "2026-11-24", "2025")]
    #[case("three visits", "two visits", "three")]
    #[case("open 24/7", "24 hours", "24/7")]
    #[case("50% off", "", "50")]
    #[case("twenty five", "20 and 5", "twenty five")]
    fn invented(#[case] text: &str, #[case] evidence: &str, #[case] found: &str) {
        assert_eq!(spans_against(text, &[evidence], None, UnknownNumber), [found]);
    }
}
