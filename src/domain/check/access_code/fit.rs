//! Makes the points of the cues again from the labelled lines: `cargo test --lib access_code::fit -- --ignored --nocapture`
//! prints the table, and for each set how it fares with points that were made without it.

use std::ops::Range;

use strum::VariantArray as _;

use super::super::fold::Folded;
use super::cues::{self, Cue};
use super::{candidate, reading, words};

const SETS: [&str; 21] = [
    "trade.txt",
    "heldout.txt",
    "heldout2.txt",
    "heldout3.txt",
    "heldout4.txt",
    "heldout5.txt",
    "heldout6.txt",
    "heldout7.txt",
    "heldout9.txt",
    "heldout10.txt",
    "heldout11.txt",
    "heldout12.txt",
    "heldout14.txt",
    "heldout15.txt",
    "heldout16.txt",
    "heldout17.txt",
    "heldout18.txt",
    "heldout19.txt",
    "heldout20.txt",
    "heldout21.txt",
    "heldout23.txt",
];
/// Points for a unit of log-odds.
const SCALE: f64 = 10.0;
/// How much a weight is drawn to nothing, in lines.
const PRIOR: f64 = 0.5;
const ROUNDS: usize = 3_000;

/// A number of a set: its cues, and whether it is marked as a code.
struct Sample {
    set: usize,
    cues: Vec<Cue>,
    is_code: bool,
    line: String,
    value: String,
}

/// Takes the marks out of a line: the text, and the characters and kind of each mark.
fn marked(line: &str) -> (String, Vec<(Range<usize>, bool)>) {
    let (mut text, mut marks) = (String::new(), Vec::new());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("[[") {
        let (mark, behind) = after.split_once("]]").unwrap();
        let (kind, value) = mark.split_once(' ').unwrap();
        text += before;
        let start = text.chars().count();
        text += value;
        marks.push((start..text.chars().count(), kind == "access_code"));
        rest = behind;
    }
    (text + rest, marks)
}

fn samples() -> Vec<Sample> {
    let mut all = Vec::new();
    for (set, name) in SETS.iter().enumerate() {
        let lines = std::fs::read_to_string(format!("{}/tests/corpus/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        for line in lines.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (text, marks) = marked(line);
            let folded = Folded::new(&text);
            let words = words::all(&folded);
            for candidate in candidate::each(&folded) {
                let span = folded.original(&candidate.span);
                let mark = marks.iter().find(|(mark, _)| mark.start < span.end && span.start < mark.end);
                // Marks of other kinds are found by others, whatever this makes of them.
                let is_code = match mark {
                    Some((_, false)) => continue,
                    mark => mark.is_some(),
                };
                if !words.iter().any(|word| word.speaks_of_one()) && !candidate.speaks_for_itself() {
                    continue;
                }
                let mut cues = reading::cues(&folded, &words, &candidate);
                if reading::is_another_number(&folded, &words, &candidate) {
                    cues.push(Cue::OtherNumber);
                }
                let value = folded.lower[candidate.span.clone()].to_owned();
                all.push(Sample { set, cues, is_code, line: line.to_owned(), value });
            }
        }
    }
    all
}

/// Weights by gradient ascent.
fn fit(samples: &[&Sample]) -> Vec<f64> {
    let mut weights = vec![0.0; Cue::VARIANTS.len()];
    let mut speed = vec![0.0; weights.len()];
    for _ in 0..ROUNDS {
        let mut slope: Vec<f64> = weights.iter().map(|weight| -PRIOR * weight).collect();
        for sample in samples {
            let told: f64 = sample.cues.iter().map(|cue| weights[*cue as usize]).sum();
            let miss = f64::from(u8::from(sample.is_code)) - 1.0 / (1.0 + (-told).exp());
            for cue in &sample.cues {
                slope[*cue as usize] += miss;
            }
        }
        for ((weight, speed), slope) in weights.iter_mut().zip(&mut speed).zip(&slope) {
            *speed = 0.9 * *speed + slope / samples.len() as f64;
            *weight += *speed;
        }
    }
    weights
}

fn points(weights: &[f64]) -> Vec<i32> {
    #[expect(clippy::cast_possible_truncation, reason = "weights are a few units large")]
    let whole = |weight: &f64| (weight * SCALE).round() as i32;
    weights.iter().map(whole).collect()
}

#[test]
#[ignore = "makes the table of points; a minute"]
fn points_from_the_labelled_lines() {
    let all = samples();
    let told = |points: &[i32], sample: &Sample| sample.cues.iter().map(|cue| points[*cue as usize]).sum::<i32>();
    let mut left_out: Vec<(i32, bool)> = Vec::new();
    for (set, name) in SETS.iter().enumerate() {
        let others: Vec<&Sample> = all.iter().filter(|sample| sample.set != set).collect();
        let points = points(&fit(&others));
        let (mut right, mut wrong, mut codes) = (0, 0, 0);
        for sample in all.iter().filter(|sample| sample.set == set) {
            let said = told(&points, sample) >= 0;
            left_out.push((told(&points, sample), sample.is_code));
            codes += usize::from(sample.is_code);
            right += usize::from(said && sample.is_code);
            wrong += usize::from(said && !sample.is_code);
            if said != sample.is_code {
                println!("  {} {:?} {} {:?}", told(&points, sample), sample.value, sample.line, sample.cues);
            }
        }
        println!("{name}, left out: {right} of {codes} codes, {wrong} others");
    }
    println!("| from | codes found | others |\n|---|---|---|");
    for from in (-20..=20).step_by(5) {
        let said = |code: bool| left_out.iter().filter(|(points, is_code)| *points >= from && *is_code == code).count();
        let codes = left_out.iter().filter(|(_, is_code)| *is_code).count();
        println!("| {from} | {} of {codes} | {} |", said(true), said(false));
    }
    let points = points(&fit(&all.iter().collect::<Vec<_>>()));
    for cue in Cue::VARIANTS {
        println!("    (Cue::{cue:?}, {}),", points[*cue as usize]);
    }
    let wrong: Vec<_> = all.iter().filter(|sample| (told(&points, sample) >= 0) != sample.is_code).collect();
    println!("{} of {} are told wrong by all points", wrong.len(), all.len());
    let differs = |cue: &&Cue| (points[**cue as usize] - cues::score(&[**cue])).abs() > 1;
    let differ: Vec<&Cue> = Cue::VARIANTS
        .iter()
        .filter(|cue| !matches!(cue, Cue::ZipIs | Cue::OtherNumber | Cue::OtherName))
        .filter(differs)
        .collect();
    assert!(differ.is_empty(), "the table is not what these lines make of it: {differ:?}");
}
