//! Word-for-word runs: eight or more words in a row that one line of internal evidence has in the same order.

use foldhash::HashMap;

use super::Hit;
use super::fold::Folded;
use crate::domain::span::FindingKind;

/// Words in a row from which on a text copies instead of summing up.
const RUN: usize = 8;

/// A word that no evidence has.
const UNHEARD: u32 = u32::MAX;

/// Every run of eight words of the evidence, and the line it stands in.
#[derive(Clone)]
pub(super) struct Runs {
    words: HashMap<String, u32>,
    lines: HashMap<[u32; RUN], usize>,
    /// Lines of evidence; those behind them are notes.
    evidence: usize,
}

impl Runs {
    /// Reads the evidence, and notes that are no evidence.
    pub(super) fn new(evidence: &[Folded], notes: &[Folded]) -> Self {
        let mut words: HashMap<String, u32> = HashMap::default();
        let mut lines = HashMap::default();
        for (line, folded) in evidence.iter().chain(notes).enumerate() {
            let ids: Vec<u32> = (0..folded.words.len())
                .map(|n| {
                    let next = u32::try_from(words.len()).unwrap_or(UNHEARD);
                    *words.entry(folded.word(n).to_owned()).or_insert(next)
                })
                .collect();
            for run in ids.windows(RUN) {
                if let Ok(run) = <[u32; RUN]>::try_from(run) {
                    lines.entry(run).or_insert(line);
                }
            }
        }
        Self { words, lines, evidence: evidence.len() }
    }

    /// Finds copied runs, each as long as it goes.
    pub(super) fn find(&self, folded: &Folded, hits: &mut Vec<Hit>) {
        let ids: Vec<u32> = (0..folded.words.len()).map(|n| self.words.get(folded.word(n)).copied().unwrap_or(UNHEARD)).collect();
        // First and one past the last word of the run that grows, and the line it was first found in.
        let mut run: Option<(usize, usize, usize)> = None;
        for (at, window) in ids.windows(RUN).enumerate() {
            let Some(line) = <[u32; RUN]>::try_from(window).ok().and_then(|window| self.lines.get(&window)) else { continue };
            run = match run {
                Some((from, end, first)) if at < end => Some((from, at + RUN, first)),
                done => {
                    hits.extend(done.map(|run| self.hit(folded, run)));
                    Some((at, at + RUN, *line))
                }
            };
        }
        hits.extend(run.map(|run| self.hit(folded, run)));
    }

    fn hit(&self, folded: &Folded, (from, end, line): (usize, usize, usize)) -> Hit {
        let place = if line < self.evidence { format!("evidence line {}", line + 1) } else { "what is stored inside".to_owned() };
        let reason = format!("{} words in a row copied from {place}: say it in other words", end - from);
        Hit::block(FindingKind::VerbatimRun, folded.words[from].start..folded.words[end - 1].end, reason)
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::spans_against;
    use crate::domain::span::FindingKind::VerbatimRun;
    use rstest::rstest;

    const EVIDENCE: [&str; 2] =
        ["my husband said the heater under the stairs is leaking all over", "please come before noon if you can at all"];

    #[rstest]
    #[case("Noted: the heater, under the stairs, is leaking all.", &["the heater, under the stairs, is leaking all"])]
    #[case("My husband said: the heater under the stairs is leaking all over!", &["My husband said: the heater under the stairs is leaking all over"])]
    #[case("please come before noon if you can at all", &["please come before noon if you can at all"])]
    #[case("the heater under the stairs is leaking", &[])]
    #[case("leaking all over please come before noon if", &[])]
    #[case("the heater under the stairs was leaking all over", &[])]
    fn runs(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans_against(text, &EVIDENCE, None, VerbatimRun), found);
    }
}
