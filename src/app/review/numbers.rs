//! Numbers of the evidence that may be meant where the text has one that no line has: those of the same kind first, and for
//! a price prices alone.

use super::Review;
use super::rows::slice;

/// Characters around a number that tell its kind.
const AROUND: usize = 24;
const MONEY: &[&str] = &["dollars", "dollar", "bucks", "usd", "pounds", "euros", "cents"];
const PRICED: &[&str] = &["cost", "costs", "price", "priced", "charge", "charged", "charges", "fee", "paid", "pays"];
const HALVES: &[&str] = &["am", "pm", "a.m", "p.m", "a.m.", "p.m.", "o'clock"];
const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const SIGNS: &[char] = &['$', '£', '€'];

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counts {
    Money,
    Time,
    Date,
    Things,
}

/// What a number counts, by itself and by the words right before and after it.
pub(super) fn counts(before: &str, number: &str, after: &str) -> Counts {
    let (before, number, after) = (before.to_lowercase(), number.to_lowercase(), after.to_lowercase());
    let plain = |word: &str| word.trim_matches(|c: char| matches!(c, ',' | ';' | ':' | '!' | '?' | '(' | ')')).to_owned();
    // A word before a pause belongs to something else: "on 24 Nov; 2 visits".
    let previous = before.split_whitespace().next_back().filter(|word| !word.ends_with([';', ',', '!', '?']));
    let previous = previous.map(plain).unwrap_or_default();
    let next = after.split_whitespace().next().map(plain).unwrap_or_default();
    let ends = number.split_whitespace().next_back().unwrap_or_default();
    let is = |list: &[&str], word: &str| list.contains(&word.trim_end_matches('.')) || list.contains(&word);
    let month = |word: &str| word.chars().count() >= 3 && MONTHS.iter().any(|month| word.starts_with(month));
    let between = |sign: char| number.split(sign).filter(|part| part.contains(|c: char| c.is_ascii_digit())).count() > 1;
    let half = ["am", "pm", "a.m", "a.m.", "p.m", "p.m."].iter().any(|half| number.ends_with(half));
    if number.starts_with(SIGNS) || is(MONEY, &next) || is(MONEY, ends) || is(PRICED, &previous) {
        Counts::Money
    } else if half || between(':') || is(HALVES, &next) {
        Counts::Time
    } else if between('/') || between('-') || month(&previous) || month(&next) || month(&number) {
        Counts::Date
    } else {
        Counts::Things
    }
}

impl Review {
    /// What the lit evidence has for a number of the text, as it would stand there.
    pub(super) fn numbers_for(&self, (start, end): (usize, usize)) -> Vec<String> {
        let text = self.editor.text();
        let number = slice(text, start, end);
        let after = slice(text, end, end + AROUND);
        let wanted = counts(slice(text, start.saturating_sub(AROUND), start), number, after);
        let mut offered = self.known.numbers(&self.lit());
        if wanted == Counts::Money {
            offered.retain(|(counts, _)| *counts == Counts::Money);
        }
        offered.sort_by_key(|(counts, _)| *counts != wanted);
        let mut words: Vec<String> = offered.into_iter().map(|(_, word)| fitted(wanted, number, &word)).collect();
        let mut seen = std::collections::HashSet::new();
        words.retain(|word| seen.insert(word.clone()));
        words
    }
}

/// A price takes the sign of the one in whose place it comes, and no second one.
fn fitted(wanted: Counts, number: &str, word: &str) -> String {
    if wanted != Counts::Money {
        return word.to_owned();
    }
    let bare = word.trim_start_matches(SIGNS);
    match number.chars().next().filter(|sign| SIGNS.contains(sign)) {
        Some(_) if bare != word => word.to_owned(),
        Some(sign) => format!("{sign}{bare}"),
        None => match number.split_once(' ') {
            Some((_, unit)) => format!("{bare} {unit}"),
            None => bare.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::signed("quoted ", "$480", ".", Counts::Money)]
    #[case::worded("costs about ", "480", " dollars.", Counts::Money)]
    #[case::priced("The visit costs ", "480", ".", Counts::Money)]
    #[case::clock("at ", "09:12", "", Counts::Time)]
    #[case::half("at ", "7", " p.m. on", Counts::Time)]
    #[case::both("at ", "7 am", "", Counts::Time)]
    #[case::slashed("on ", "11/24", "", Counts::Date)]
    #[case::iso("", "2026-11-24", "", Counts::Date)]
    #[case::month("on ", "24", " Nov", Counts::Date)]
    #[case::day("on November ", "24", ".", Counts::Date)]
    #[case::paused("on 24 Nov; ", "2", " visits", Counts::Things)]
    #[case::things("voicemail of ", "42", " seconds", Counts::Things)]
    fn a_number_is_told_by_the_words_around_it(
        #[case] before: &str,
        #[case] number: &str,
        #[case] after: &str,
        #[case] what: Counts,
    ) {
        assert_eq!(counts(before, number, after), what);
    }

    #[rstest]
    #[case("$480", "350", "$350")]
    #[case("$480", "$350", "$350")]
    #[case("480", "$350", "350")]
    #[case("480 dollars", "$350", "350 dollars")]
    fn a_price_keeps_the_form_of_the_one_before(#[case] number: &str, #[case] word: &str, #[case] fits: &str) {
        assert_eq!(fitted(Counts::Money, number, word), fits);
    }
}
