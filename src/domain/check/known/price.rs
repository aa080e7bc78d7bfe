//! What a lead costs, as an amount of money: in figures or words, with its cents or apart from them.

use std::ops::Range;

use foldhash::HashSet;

use super::super::Hit;
use super::super::fold::Folded;
use super::super::quantity::{Meaning, quantities};
use super::reason;
use crate::domain::span::FindingKind;

/// Finds the stored prices.
pub(super) fn find(prices: &HashSet<Meaning>, folded: &Folded) -> Vec<Hit> {
    let mut numbers = quantities(folded);
    numbers.sort_by_key(|number| number.span.start);
    let stored = |meanings: &[Meaning]| meanings.iter().any(|meaning| prices.contains(meaning));
    let whole = numbers.iter().filter(|number| is_money(folded, &number.span) && stored(&number.supported_by));
    let whole = whole.map(|number| number.span.clone());
    let parts = numbers.array_windows().filter_map(|[dollars, cents]| {
        let span = dollars.span.start..cents.span.end;
        let both = said_apart(folded, &dollars.span, &cents.span)
            && dollars.supported_by.iter().any(|dollars| {
                cents.supported_by.iter().filter_map(|cents| with_cents(dollars, cents)).any(|sum| prices.contains(&sum))
            });
        both.then_some(span)
    });
    let all = whole.chain(parts).map(|span| with_its_sign(folded, span));
    all.map(|span| Hit::block(FindingKind::ProviderCost, span, reason(FindingKind::ProviderCost))).collect()
}

/// Whether a number is an amount of money.
fn is_money(folded: &Folded, span: &Range<usize>) -> bool {
    let before = folded.lower[..span.start].trim_end();
    let after = folded.lower[span.end..].trim_start();
    before.ends_with(['$', '€', '£'])
        || before.ends_with("usd")
        || ["dollar", "usd", "buck"].iter().any(|word| after.starts_with(word))
        || folded.lower[span.clone()].starts_with('$')
}

/// The amount with what says that it is money: a mask of the figures alone leaves that behind.
fn with_its_sign(folded: &Folded, span: Range<usize>) -> Range<usize> {
    let before = folded.lower[..span.start].trim_end();
    let signs = ["us$", "$", "€", "£", "usd"].into_iter().find(|sign| before.ends_with(sign));
    let start = signs.map_or(span.start, |sign| before.len() - sign.len());
    let after = &folded.lower[span.end..];
    let word = after.trim_start().bytes().take_while(u8::is_ascii_lowercase).count();
    let blank = after.len() - after.trim_start().len();
    let named = ["dollar", "usd", "buck", "cent"].iter().any(|name| after.trim_start().starts_with(name));
    start..if named { span.end + blank + word } else { span.end }
}

/// `45 dollars and 50 cents`.
fn said_apart(folded: &Folded, dollars: &Range<usize>, cents: &Range<usize>) -> bool {
    let between = folded.lower.get(dollars.end..cents.start).unwrap_or_default();
    let mut words = between.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    matches!(words.next(), Some("dollar" | "dollars" | "bucks"))
        && matches!((words.next(), words.next()), (None | Some("and"), None))
        && folded.lower[cents.end..].trim_start().starts_with("cent")
}

fn with_cents(dollars: &Meaning, cents: &Meaning) -> Option<Meaning> {
    let (Meaning::Number(dollars), Meaning::Number(cents)) = (dollars, cents) else { return None };
    Some(Meaning::Number(dollars.checked_add(cents / 100)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("45.50", "it was 45 dollars and 50 cents", Some("45 dollars and 50 cents"))]
    #[case("45.50", "forty-five dollars fifty cents", Some("forty-five dollars fifty cents"))]
    #[case("45", "USD 45", Some("USD 45"))]
    #[case("45.50", "45 dollars, and later 50 cents", None)]
    #[case("45.50", "45 dollars and 50 leads", None)]
    #[case("45", "45 minutes", None)]
    fn an_amount_is_found(#[case] stored: &str, #[case] text: &str, #[case] found: Option<&str>) {
        let prices = quantities(&Folded::new(stored)).into_iter().flat_map(|number| number.supported_by).collect();
        let folded = Folded::new(text);
        let all: Vec<&str> = find(&prices, &folded).iter().map(|hit| &folded.text[hit.span.clone()]).collect();
        assert_eq!(all, found.into_iter().collect::<Vec<_>>());
    }
}
