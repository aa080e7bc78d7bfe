//! Card numbers: 13 to 19 digits, in groups or not, whose Luhn sum holds, and the twelve of Maestro. Every range counts,
//! Mastercard's 2-series too.

use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::digits::{count, groups, is_parcel, pattern, runs, whole};
use super::fold::Folded;
use crate::domain::span::FindingKind;

const CODE: &str = "the security code of a card: take it out, and out of the source system too";
const REASON: &str = "a card number (its check digit holds): take it out, and out of the source system too";

/// What stands on a card beside its number: `cvv 123`, and `security code 482` where a card is spoken of.
static SECURITY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:(?:cvv2?|cvc2?)(?-u:\b)|security code|card code)(?: (?:code|number|is|was|on|the|back|of|it))*(?:[:#=]| =)? ?#?(?P<code>[0-9]{3,4})(?-u:\b)",
    )
});
static OF_A_CARD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?-u:\b)(?:cvv2?|cvc2?|cards?|visa|mastercard|amex|discover|exp|expires?|expiry|expiration|debit|credit)(?-u:\b)")
});
/// Bytes around a security code in which a card is spoken of.
const CARD_NEAR: (usize, usize) = (60, 40);

/// Finds card numbers. A window of whole groups is tried, because a date or an amount often follows the number.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    let codes =
        SECURITY.captures_iter(&folded.lower).filter_map(|found| Some((found.get(0)?.range(), found.name("code")?.range())));
    let codes = codes.filter(|(whole, _)| OF_A_CARD.is_match(folded.around(whole, CARD_NEAR)));
    hits.extend(codes.map(|(_, code)| Hit::block(FindingKind::Card, code, CODE)));
    let groups = groups(folded);
    for run in runs(folded, &groups, |gap| matches!(gap, " " | "-" | "." | "  " | " - " | ", " | "," | "/" | " / ")) {
        let mut from = 0;
        while from < run.len() {
            // A card does not begin inside a number whose groups are joined: `928-774-3051 928-774-3051`.
            let joined =
                from > 0 && run[from - 1].len() != 4 && matches!(&folded.lower[run[from - 1].end..run[from].start], "-" | ".");
            if joined {
                from += 1;
                continue;
            }
            // Nineteen digits are at most nineteen groups, so a window stays short however long the run is.
            let ends = (from + 1..=run.len().min(from + 19)).rev();
            let card = ends.map(|end| &run[from..end]).find(|window| is_card(folded, window));
            if let Some(window) = card {
                hits.push(Hit::block(FindingKind::Card, whole(window), REASON));
                from += window.len();
            } else {
                from += 1;
            }
        }
    }
}

fn is_card(folded: &Folded, window: &[std::ops::Range<usize>]) -> bool {
    if !(12..=19).contains(&count(window)) || is_parcel(folded, window[0].start) || is_list(folded, window) {
        return false;
    }
    let digits: Vec<u8> = window.iter().flat_map(|group| folded.lower[group.clone()].bytes()).map(|b| b - b'0').collect();
    // Numbers begin with 2 to 6, and with 1 on the 15 digits of air travel cards; ids made of a timestamp begin with 1 too.
    let issued = match digits[0] {
        _ if digits.len() == 12 => matches!(digits[..], [5, 0 | 6..=8, ..] | [6, ..] | [0, 6, 0, 4, ..]),
        2..=6 => true,
        1 => digits.len() == 15,
        _ => false,
    };
    issued && luhn(&digits)
}

/// Whether commas or strokes between its groups make it a list of numbers: a card that is read out with pauses has groups of one
/// size, or those of its network.
fn is_list(folded: &Folded, window: &[std::ops::Range<usize>]) -> bool {
    let sizes: Vec<usize> = window.iter().map(ExactSizeIterator::len).collect();
    let parted = window.windows(2).any(|pair| folded.lower[pair[0].end..pair[1].start].contains([',', '/']));
    let as_read =
        sizes.iter().all(|size| *size == 1) || sizes.iter().all(|size| *size == 4) || matches!(sizes[..], [4, 6, 4 | 5]);
    parted && !as_read
}

fn luhn(digits: &[u8]) -> bool {
    let doubled = |digit: u8| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(n, digit)| u32::from(if n % 2 == 1 { doubled(*digit) } else { *digit })).sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::spans;
    use crate::domain::span::FindingKind::Card;
    use rstest::rstest;

    #[rstest]
    #[case("paid with 4111 1111 1111 1111.", &["4111 1111 1111 1111"])]
    #[case("4012888888881881 4012-8888-8888-1881 4012 8888 8888 1881", &["4012888888881881", "4012-8888-8888-1881", "4012 8888 8888 1881"])]
    #[case("2223003122003222", &["2223003122003222"])]
    #[case("amex 3714 496353 98431 exp 12/27", &["3714 496353 98431"])]
    #[case("4111 1111 1111 1111 12 27", &["4111 1111 1111 1111"])]
    #[case("４１１１ １１１１ １１１１ １１１１", &["４１１１ １１１１ １１１１ １１１１"])]
    #[case("6011000400000000, 30569309025904, 6759649826438453", &["6011000400000000", "30569309025904", "6759649826438453"])]
    #[case("122000000000003", &["122000000000003"])]
    #[case("maestro 5018 6466 7909", &["5018 6466 7909"])]
    #[case("his card: 4 1 1 1, 1 1 1 1, 1 1 1 1, 1 1 1 1 it was", &["4 1 1 1, 1 1 1 1, 1 1 1 1, 1 1 1 1"])]
    #[case("4411.441\n1.4411.4418675309", &["4411.4418675309"])]
    #[case("4111, 1111, 1111, 1111", &["4111, 1111, 1111, 1111"])]
    #[case("amex 3714, 496353, 98431", &["3714, 496353, 98431"])]
    #[case("cvv 123", &["123"])]
    #[case("the CVC is 482", &["482"])]
    #[case("security code 482, expires 04/27", &["482"])]
    #[case("security code 4820 at the gate", &[])]
    #[case("units 411, 111, 111, 111, 1111", &[])]
    #[case("4012-8888-8888-1882", &[])]
    #[case("36168002586008", &[])]
    #[case("1748503543012", &[])]
    #[case("0000000000000000", &[])]
    #[case("41111111111111111111111", &[])]
    fn cards(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans(text, Card), found);
    }
}
