//! SummEdits: summaries that people labelled as consistent with their document or not. How many of the wrong ones are
//! marked, how many of the right ones are, and by which check. Nothing here says that an unmarked summary is right.

use quotedeck::domain::check::{Against, Evidence};
use quotedeck::domain::span::FindingKind::{self, Negation, UnknownName, UnknownNumber};
use serde::Deserialize;

use super::labelled::file;

#[derive(Deserialize)]
struct Set {
    documents: Vec<String>,
    pairs: Vec<(usize, String, u8, String)>,
}

/// Marked and all, of the wrong and of the right ones.
#[derive(Default, Clone, Copy)]
struct Rate {
    caught: (usize, usize),
    false_alarms: (usize, usize),
}

impl Rate {
    fn add(&mut self, consistent: bool, marked: bool) {
        let rate = if consistent { &mut self.false_alarms } else { &mut self.caught };
        rate.0 += usize::from(marked);
        rate.1 += 1;
    }

    fn shown(self) -> String {
        let share = |(some, all): (usize, usize)| some as f64 / all.max(1) as f64;
        format!("{:.3} / {:.3}", share(self.caught), share(self.false_alarms))
    }
}

#[test]
fn summedits() {
    println!(
        "\n## SummEdits, caught / false alarms\n| domain | number or name | number | name | negation | any of them |\n|---|---|---|---|---|---|"
    );
    let mut total = [Rate::default(); 5];
    let mut edits: std::collections::BTreeMap<String, (usize, usize)> = std::collections::BTreeMap::new();
    for domain in ["samsum", "ectsum", "podcast", "news", "qmsumm", "sales_call", "sales_email", "scitldr"] {
        let set: Set = serde_json::from_str(&file(&format!("summedits_{domain}.json"))).unwrap();
        let checks: Vec<Evidence> = set.documents.iter().map(|document| read(document)).collect();
        let mut rates = [Rate::default(); 5];
        for (document, summary, label, kinds) in &set.pairs {
            let found = checks[*document].findings(summary);
            let has = |kinds: &[FindingKind]| found.iter().any(|found| kinds.contains(&found.kind));
            let marked = [
                has(&[UnknownNumber, UnknownName]),
                has(&[UnknownNumber]),
                has(&[UnknownName]),
                has(&[Negation]),
                has(&[UnknownNumber, UnknownName, Negation]),
            ];
            for (n, marked) in marked.into_iter().enumerate() {
                rates[n].add(*label == 1, marked);
                total[n].add(*label == 1, marked);
            }
            if *label == 0 {
                let (some, all) = edits.entry(kinds.clone()).or_default();
                *some += usize::from(marked[4]);
                *all += 1;
            }
        }
        println!("| {domain} | {} |", rates.map(Rate::shown).join(" | "));
    }
    println!("| all | {} |", total.map(Rate::shown).join(" | "));
    println!("caught by kind of edit:");
    edits.retain(|_, (_, all)| *all >= 20);
    for (kinds, (some, all)) in &edits {
        println!("- {kinds}: {some} of {all}");
    }
    let share = |(some, all): (usize, usize)| some as f64 / all as f64;
    assert!(share(total[0].caught) >= 0.29, "caught {}", total[0].shown());
    assert!(share(total[0].caught) - share(total[0].false_alarms) >= 0.21, "{}", total[0].shown());
}

/// A document as evidence: one line a sentence.
fn read(document: &str) -> Evidence {
    let lines: Vec<&str> = document.split(". ").collect();
    Evidence::new(Against { evidence: &lines, ..Against::default() })
}
