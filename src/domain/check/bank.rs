//! Numbers that banks and the state give out: routing numbers and IBANs by their check digits, account numbers by the
//! words before them, and social security and taxpayer numbers by their groups.

use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::digits::{is_other_number, pattern};
use super::fold::Folded;
use crate::domain::span::FindingKind;

const BANK: &str = "a bank number: take it out";
const SOCIAL: &str = "has the form of a social security or taxpayer number: take it out";

const THING: &str = "has the form of a social security number, of a thing or a paper as it seems: see that it is nobody's";

/// Bytes before such a number in which its name stands.
const SAID_BEFORE: usize = 120;

static ROUTING: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)(?:routing|aba|rtn|transit)(?-u:\b)[^0-9.!?\n]{0,25}([0-9]{9})(?-u:\b)"));

static ACCOUNT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?-u:\b)(?:bank|checking|savings)(?-u:\b)[^0-9.!?\n]{0,15}(?:account|acct)[^0-9.!?\n]{0,15}([0-9]{6,17})(?-u:\b)")
});

static IBAN: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u:\b)[a-z]{2}[0-9]{2}(?:[ -]?[a-z0-9]){11,30}(?-u:\b)"));

/// Groups of three, two and four; in other groups, or in none, behind a word that says what it is.
static SOCIAL_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)(?-u:\b)[0-9]{3}[\x20.\-][0-9]{2}[\x20.\-][0-9]{4}(?-u:\b)
        | (?-u:\b)(?:ssn|social(?:\x20security)?(?:\x20number)?)(?:\x20(?:number|is|was|ends?|ending|in|with|of|the|last|four|4|digits))*:?\x20(?P<tail>[0-9]{4})(?-u:\b)
        | (?-u:\b)(?:ssn|social|itin|taxpayer|tax\x20id)(?-u:\b)[^0-9.!?\n]{0,25}(?P<told>[0-9](?:[\x20.\-/]{0,3}[0-9]){8})(?-u:\b)",
    )
});

/// Finds bank numbers and social security numbers.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    let lower = &folded.lower;
    let routed = ROUTING.captures_iter(lower).filter_map(|caught| caught.get(1)).filter(|number| is_routing(number.as_str()));
    hits.extend(routed.map(|number| Hit::block(FindingKind::BankNumber, number.range(), BANK)));
    let accounts = ACCOUNT.captures_iter(lower).filter_map(|caught| caught.get(1));
    hits.extend(accounts.map(|number| Hit::block(FindingKind::BankNumber, number.range(), BANK)));
    let ibans = IBAN.find_iter(lower).filter(|found| is_iban(found.as_str()));
    hits.extend(ibans.map(|found| Hit::block(FindingKind::BankNumber, found.range(), BANK)));
    for caught in SOCIAL_NUMBER.captures_iter(lower) {
        if let Some(told) = caught.name("told").or_else(|| caught.name("tail")) {
            hits.push(Hit::block(FindingKind::SocialSecurity, told.range(), SOCIAL));
        } else if let Some(number) = caught.get(0) {
            // Makers number parts so, too.
            let before = folded.around(&(number.start()..number.start()), (SAID_BEFORE, 0));
            let of_a_person = ["ssn", "social", "itin", "taxpayer", "tax id"].iter().any(|name| before.contains(name));
            let of_a_thing = !of_a_person && is_other_number(folded, number.start());
            hits.push(if of_a_thing {
                Hit::warn(FindingKind::SocialSecurity, number.range(), THING)
            } else {
                Hit::block(FindingKind::SocialSecurity, number.range(), SOCIAL)
            });
        }
    }
}

/// The check sum of the American Bankers Association.
fn is_routing(number: &str) -> bool {
    let sum: u32 = number.bytes().zip([3, 7, 1].into_iter().cycle()).map(|(b, weight)| u32::from(b - b'0') * weight).sum();
    sum > 0 && sum.is_multiple_of(10)
}

/// The first four characters behind the rest, letters as 10 to 35, leave 1 when divided by 97.
fn is_iban(written: &str) -> bool {
    let plain: Vec<u32> = written.chars().filter_map(|c| c.to_digit(36)).collect();
    if !(15..=34).contains(&plain.len()) {
        return false;
    }
    let rotated = plain[4..].iter().chain(&plain[..4]);
    rotated.fold(0, |rest, value| (rest * if *value > 9 { 100 } else { 10 } + value) % 97) == 1
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::{heaviest, spans};
    use crate::domain::span::{
        FindingKind::{BankNumber, SocialSecurity},
        Severity,
    };
    use rstest::rstest;

    #[rstest]
    #[case("routing number 021000021", &["021000021"])]
    #[case("routing number 021000022", &[])]
    #[case("her checking account is 000123456", &["000123456"])]
    #[case("pay to GB29 NWBK 6016 1331 9268 19.", &["GB29 NWBK 6016 1331 9268 19"])]
    #[case("pay to DE89370400440532013000", &["DE89370400440532013000"])]
    #[case("DE89370400440532013001", &[])]
    fn bank_numbers(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans(text, BankNumber), found);
    }

    #[rstest]
    #[case("SSN 123-45-6789", &["123-45-6789"])]
    #[case("ssn 123 45 6789", &["123 45 6789"])]
    #[case("078.05.1120", &["078.05.1120"])]
    #[case("itin 912701234", &["912701234"])]
    #[case("her social is １２３-45-6789", &["１２３-45-6789"])]
    #[case("her social is 078 / 44 / 9126", &["078 / 44 / 9126"])]
    #[case("a personal SSN, 301-5 8-7724", &["301-5 8-7724"])]
    #[case("sizes 10 12 1400", &[])]
    #[case("order 123456789", &[])]
    fn social_numbers(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans(text, SocialSecurity), found);
    }

    #[rstest]
    #[case("part no. 221-87-0043", Severity::Warn)]
    #[case("221-87-0043", Severity::Block)]
    #[case("the SSN he put on the work order: 221-87-0043", Severity::Block)]
    #[case("a social security number stood on the work order: 221-87-0043", Severity::Block)]
    fn a_part_only_warns(#[case] text: &str, #[case] severity: Severity) {
        assert_eq!(heaviest(text, SocialSecurity), Some(severity));
    }
}
