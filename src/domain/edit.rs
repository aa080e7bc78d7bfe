//! How far an approved text is from its draft: words put in, taken out or changed, as a share of the longer one's words.

/// Words of a text that are looked at; more than a summary has.
const MOST: usize = 600;

/// From 0 (the same words) to 100 (none in its place).
pub fn percent(draft: &str, approved: &str) -> i64 {
    let words = |text: &'_ str| text.split_whitespace().take(MOST).map(str::to_owned).collect::<Vec<_>>();
    let (from, to) = (words(draft), words(approved));
    let longer = from.len().max(to.len());
    if longer == 0 { 0 } else { (distance(&from, &to) * 100).div_ceil(longer) as i64 }
}

/// Levenshtein's distance, in words.
pub(super) fn distance<T: PartialEq>(from: &[T], to: &[T]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (n, word) in from.iter().enumerate() {
        let mut corner = row[0];
        row[0] = n + 1;
        for (m, other) in to.iter().enumerate() {
            let changed = corner + usize::from(word != other);
            corner = row[m + 1];
            row[m + 1] = changed.min(row[m] + 1).min(corner + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", "", 0)]
    #[case("a b c d", "a b c d", 0)]
    #[case("a b c d", "a x c d", 25)]
    #[case("a b c d", "a c d", 25)]
    #[case("a b", "a b c d", 50)]
    #[case("a b", "", 100)]
    #[case("a b c", "x y z", 100)]
    fn changed_words_are_counted(#[case] draft: &str, #[case] approved: &str, #[case] share: i64) {
        assert_eq!((percent(draft, approved), percent(approved, draft)), (share, share));
    }
}
