//! The places of a draft's evidence that are masked: one answer for the review screen and the command line.

use super::{is_masked, sign};
use crate::domain::check::{Against, Evidence};
use crate::domain::draft::DraftDetail;
use crate::domain::span::FindingKind;

/// A place of a line that is masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// What stands there.
    pub kind: FindingKind,
    /// Its first character, counted in Unicode scalar values from 0.
    pub start: usize,
    /// One past its last.
    pub end: usize,
}

/// What is masked in each line of the evidence, in order; no two places of a line overlap.
pub fn hidden_in(detail: &DraftDetail) -> Vec<Vec<Hidden>> {
    let lead_name = (!detail.lead_name.is_empty()).then(|| detail.lead_name.raw());
    // A name that one line tells is masked in all of them.
    let lines: Vec<&str> = detail.evidence.iter().map(|line| line.text.raw()).collect();
    let checks = Evidence::new(Against { evidence: &lines, lead_name, known: &detail.known, ..Against::default() });
    lines.iter().map(|line| places(&checks, line)).collect()
}

fn places(checks: &Evidence, line: &str) -> Vec<Hidden> {
    let mut hidden: Vec<Hidden> = Vec::new();
    for found in checks.findings(line).into_iter().filter(|found| is_masked(found.kind)) {
        match hidden.last_mut() {
            Some(last) if found.start < last.end => last.end = last.end.max(found.end),
            _ => hidden.push(Hidden { kind: found.kind, start: found.start, end: found.end }),
        }
    }
    hidden
}

/// A line with these places as `‹phone›`; not neutralised yet.
pub fn masked_line<'a>(line: &str, hidden: impl IntoIterator<Item = &'a Hidden>) -> String {
    let chars: Vec<char> = line.chars().collect();
    let (mut masked, mut from) = (String::new(), 0);
    for place in hidden {
        masked.extend(chars.get(from..place.start).unwrap_or_default());
        masked.push_str(&sign(place.kind));
        from = place.end;
    }
    masked.extend(chars.get(from..).unwrap_or_default());
    masked
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const LINE: &str = "日本 called 512 from é";

    #[rstest]
    #[case(&[], LINE)]
    #[case(&[(FindingKind::Phone, 10, 13)], "日本 called ‹phone› from é")]
    #[case(&[(FindingKind::LeadName, 0, 2), (FindingKind::LongDigits, 10, 13)], "‹lead name› called ‹long digits› from é")]
    #[case(&[(FindingKind::Url, 19, 20)], "日本 called 512 from ‹url›")]
    fn what_is_masked_is_told_by_its_kind(#[case] hidden: &[(FindingKind, usize, usize)], #[case] shown: &str) {
        let hidden: Vec<Hidden> = hidden.iter().map(|&(kind, start, end)| Hidden { kind, start, end }).collect();
        assert_eq!(masked_line(LINE, &hidden), shown);
    }
}
