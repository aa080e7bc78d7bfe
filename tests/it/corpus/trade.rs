//! `trade.txt` and the held-out sets: a line is a sample, `[[kind text]]` a label.

use super::labelled::{Label, Sample, file};

pub(super) fn lines(name: &str) -> Vec<Sample> {
    file(name).lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(marked).collect()
}

/// Takes the marks out of a line.
pub(super) fn marked(line: &str) -> Sample {
    let mut sample = Sample { text: String::new(), labels: Vec::new() };
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("[[") {
        let (mark, behind) = after.split_once("]]").unwrap();
        // The bracket of `[512]` may stand right before the end of the mark.
        let (kind, value) = mark.split_once(' ').unwrap();
        sample.text += before;
        let start = sample.text.chars().count();
        sample.text += value;
        sample.labels.push(Label::new(kind.parse().unwrap(), start..sample.text.chars().count()));
        rest = behind;
    }
    sample.text += rest;
    sample
}
