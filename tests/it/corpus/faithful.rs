//! Clean summaries with their evidence, broken in one way each: how many of each break are seen, and what the clean
//! ones raise. Only what is absent from the evidence can be seen; a changed number that the evidence has elsewhere cannot.

use quotedeck::domain::span::FindingKind::{LeadName, StaffName};
use quotedeck::domain::span::Severity;

use super::labelled::file;
use super::score::against;

struct Pair {
    evidence: Vec<String>,
    summary: String,
}

fn pairs() -> Vec<Pair> {
    let read = |block: &str| Pair {
        evidence: block.lines().filter_map(|line| line.strip_prefix("> ")).map(str::to_owned).collect(),
        summary: block.lines().filter(|line| !line.starts_with("> ")).collect::<Vec<_>>().join(" "),
    };
    // The second set was written by one who had not seen the checks.
    let both = [file("clean.txt"), file("clean2.txt")];
    both.iter().flat_map(|file| file.trim_end().split("\n\n")).map(read).collect()
}

/// The summaries alone.
pub(super) fn summaries() -> Vec<String> {
    pairs().into_iter().map(|pair| pair.summary).collect()
}

/// What the checks say of a summary: kind, place in words, and why.
fn marks(pair: &Pair, summary: &str) -> Vec<(Severity, String)> {
    let evidence: Vec<&str> = pair.evidence.iter().map(String::as_str).collect();
    against(summary, &evidence, None)
        .into_iter()
        // That a name is private is another matter: the pairs were written to be right, not to be shown to a client.
        .filter(|found| !matches!(found.kind, LeadName | StaffName))
        .map(|found| (found.severity, format!("{} {}: {}", found.kind, found.text, found.reason)))
        .collect()
}

/// The broken summaries of a pair, one a place where this can be broken.
type Break = fn(&str) -> Vec<String>;

#[test]
fn broken_summaries() {
    let pairs = pairs();
    let breaks: [(&str, Break, f64); 6] = [
        ("change a number", numbers, 0.88),
        ("swap a name", names, 0.9),
        ("drop a \"not\"", nots, 0.4),
        ("add a \"not\"", added_nots, 0.38),
        ("delete the urgency sentence", urgency, 0.7),
        ("add a promise", promises, 1.0),
    ];
    println!("\n## Clean summaries, broken\n| break | broken | seen | rate |\n|---|---|---|---|");
    let mut failed = Vec::new();
    for (name, broken, floor) in breaks {
        let (mut all, mut seen, mut missed) = (0, 0, Vec::new());
        for pair in &pairs {
            let clean = marks(pair, &pair.summary);
            for summary in broken(&pair.summary) {
                all += 1;
                // Something new must be said, not what the clean summary raises as well.
                if marks(pair, &summary).iter().any(|mark| !clean.contains(mark)) {
                    seen += 1;
                } else {
                    missed.push(summary);
                }
            }
        }
        let rate = f64::from(seen) / f64::from(all.max(1));
        println!("| {name} | {all} | {seen} | {rate:.2} |");
        for summary in missed.iter().take(4) {
            println!("  - missed: {summary}");
        }
        assert!(all > 4, "{name}: nothing to break");
        if rate < floor {
            failed.push(format!("{name}: {rate:.2} < {floor}"));
        }
    }
    let clean: Vec<_> = pairs.iter().map(|pair| marks(pair, &pair.summary)).collect();
    let (warned, blocked) = clean.iter().fold((0, 0), |(warned, blocked), marks| {
        (
            warned + usize::from(!marks.is_empty()),
            blocked + usize::from(marks.iter().any(|(severity, _)| *severity == Severity::Block)),
        )
    });
    println!("clean summaries: {} with any mark, {} with a block, of {}", warned, blocked, pairs.len());
    for mark in clean.iter().flatten() {
        println!("- {mark:?}");
    }
    assert!(blocked * 10 <= pairs.len(), "{blocked} clean summaries are blocked");
    assert!(failed.is_empty(), "{failed:?}");
}

fn sentences(text: &str) -> Vec<&str> {
    text.split_inclusive(". ").collect()
}

/// Each word with another in its place, wherever `change` has one.
fn each_word(text: &str, change: impl Fn(usize, &str) -> Option<String>) -> Vec<String> {
    let words: Vec<&str> = text.split(' ').collect();
    let replaced = |n: usize, other: String| {
        let mut words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        words[n] = other;
        words.join(" ").replace("  ", " ")
    };
    (0..words.len()).filter_map(|n| change(n, words[n]).map(|other| replaced(n, other))).collect()
}

fn numbers(text: &str) -> Vec<String> {
    each_word(text, |_, word| {
        let digits: String = word.chars().filter(char::is_ascii_digit).collect();
        let last = digits.chars().last()?;
        let other = char::from_digit((last.to_digit(10)? + 3) % 10, 10)?;
        let at = word.rfind(last)?;
        Some(format!("{}{other}{}", &word[..at], &word[at + 1..]))
    })
}

fn names(text: &str) -> Vec<String> {
    const NAMES: [&str; 17] = [
        "Deshawn",
        "Priya",
        "Marcus",
        "Elena",
        "Omar",
        "Ray",
        "Lucia",
        "Nadia",
        "Round",
        "Cedar",
        "Leander",
        "Georgetown",
        "Pflugerville",
        "Hutto",
        "Rheem",
        "Thumbtack",
        "Friday",
    ];
    each_word(text, |n, word| {
        let bare = word.trim_end_matches(['.', ',']);
        let other = if n % 2 == 0 { "Bartholomew" } else { "Lakeway" };
        (NAMES.contains(&bare) && bare != "Friday").then(|| word.replace(bare, other))
    })
}

fn nots(text: &str) -> Vec<String> {
    each_word(text, |_, word| matches!(word, "not" | "no").then(String::new))
}

fn added_nots(text: &str) -> Vec<String> {
    each_word(text, |_, word| matches!(word, "was" | "were" | "is").then(|| format!("{word} not")))
        .into_iter()
        .filter(|text| !text.contains("not not") && !text.contains("not no "))
        .collect()
}

fn urgency(text: &str) -> Vec<String> {
    let urgent = |sentence: &str| {
        ["urgent", "emergency", "no heat", "without heat", "gas smell", "flooding", "elderly"]
            .iter()
            .any(|word| sentence.contains(word))
    };
    if !sentences(text).iter().any(|sentence| urgent(sentence)) {
        return Vec::new();
    }
    vec![sentences(text).into_iter().filter(|sentence| !urgent(sentence)).collect()]
}

fn promises(text: &str) -> Vec<String> {
    ["We guarantee the work.", "It will be fixed free of charge.", "You can count on us, 100 percent."]
        .map(|promise| format!("{text} {promise}"))
        .to_vec()
}
