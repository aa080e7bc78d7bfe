//! Citations in a draft: `[2]` points at the second line of the evidence. The draft keeps them, for whoever reviews it;
//! the client-safe text starts without.

use std::collections::BTreeSet;
use std::ops::Range;

/// A citation and where it stands, in bytes; together with the blanks before it.
struct Cited {
    lines: Vec<usize>,
    span: Range<usize>,
}

/// The citations of a text. `[1]`, `[1, 3]` and `[1][3]` are such; `[x]`, `[]` and `[12345]` are not.
fn citations(text: &str) -> Vec<Cited> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(close) = text[from..].find(']').map(|at| from + at) {
        // No bracket stands inside of a citation: the nearest before it opens it.
        if let Some(open) = text[from..close].rfind('[').map(|at| from + at) {
            let numbers: Option<Vec<usize>> = text[open + 1..close].split(',').map(|part| number(part.trim())).collect();
            if let Some(lines) = numbers {
                let start = text[..open].trim_end_matches([' ', '\t']).len();
                found.push(Cited { lines, span: start..close + 1 });
            }
        }
        from = close + 1;
    }
    found
}

fn number(text: &str) -> Option<usize> {
    let plain = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// The numbers of the lines that a text cites, each once, in the order they appear.
pub fn cited(text: &str) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    let all = citations(text).into_iter().flat_map(|cited| cited.lines);
    all.filter(|line| seen.insert(*line)).collect()
}

/// Where the citations stand, in bytes, each with the blanks before it.
pub fn places(text: &str) -> Vec<Range<usize>> {
    citations(text).into_iter().map(|cited| cited.span).collect()
}

/// The text without its citations.
pub fn without_citations(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut from = 0;
    for cited in citations(text) {
        plain.push_str(&text[from..cited.span.start.max(from)]);
        from = cited.span.end;
    }
    plain.push_str(&text[from..]);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("A call came [2]. It was missed [1, 3].", "A call came. It was missed.", &[2, 1, 3])]
    #[case("[1][2] Both.", " Both.", &[1, 2])]
    #[case("see [x] and [] and [12345]", "see [x] and [] and [12345]", &[])]
    #[case("open [1", "open [1", &[])]
    #[case("twice [1] and [1]", "twice and", &[1])]
    #[case("[[3]]", "[]", &[3])]
    fn citations_are_found_and_taken_out(#[case] text: &str, #[case] plain: &str, #[case] lines: &[usize]) {
        assert_eq!((without_citations(text).as_str(), cited(text).as_slice()), (plain, lines));
    }

    #[test]
    fn a_flood_of_brackets_takes_no_longer_than_other_text() {
        let text = format!("{}1]", "[1,".repeat(200_000));
        let began = std::time::Instant::now();
        assert_eq!(cited(&text), [1]);
        assert_eq!(without_citations(&text).len(), text.len() - "[1,1]".len());
        assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in any::<String>()) {
            prop_assert!(without_citations(&text).len() <= text.len());
        }

        #[test]
        fn none_is_left_in_plain_sentences(words in proptest::collection::vec("[a-z]{1,8}( \\[[0-9]{1,3}\\])?\\.?", 0..12)) {
            let text = words.join(" ");
            prop_assert!(cited(&without_citations(&text)).is_empty());
        }
    }
}
