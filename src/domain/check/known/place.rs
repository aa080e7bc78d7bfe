//! The parts of a stored address, each of which says where somebody lives by itself: the street without its number, the unit
//! without its street, and the ZIP code. The city may stand: a summary names the market.

use super::super::address::{DIRECTIONS, STRONG, is_kind_of_street, kinds_of_street};
use super::super::fold::Folded;

/// Words that say that a unit follows, and that hardly mean anything else.
const HOMES: &[&str] = &["apartment", "apt", "suite", "ste", "condo", "flat", "trailer", "trlr"];
/// Those that may mean a machine, a storey or a plot.
const OTHERS: &[&str] = &["unit", "room", "rm", "floor", "fl", "building", "bldg", "lot", "spc", "door"];
/// Words between the two.
const NUMBER: &[&str] = &["", "number", "no", "num"];

/// A street: its name, and what kind it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Street {
    pub(super) name: String,
    /// Words of the name.
    pub(super) words: usize,
    /// `street`, `ln`; `None` where it is in the name (`Broadway`, `County Road 12`).
    pub(super) kind: Option<String>,
}

/// What an address is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) street: Option<Street>,
    pub(super) units: Vec<String>,
    pub(super) zips: Vec<String>,
}

impl Parts {
    /// Reads an address: one that begins with the number of a house has a street.
    pub(super) fn of(folded: &Folded) -> Self {
        let mut parts = Self { units: units(folded), ..Self::default() };
        let is_number = |n: usize| folded.word(n).starts_with(|c: char| c.is_ascii_digit());
        if folded.words.is_empty() || !is_number(0) {
            return parts;
        }
        let five = |n: &usize| is_five_digits(folded.word(*n));
        parts.zips = (2..folded.words.len()).filter(five).map(|n| folded.word(n).to_owned()).collect();
        parts.street = street(folded);
        parts
    }
}

/// The street behind the number of the house, without direction, unit, city and ZIP code.
fn street(folded: &Folded) -> Option<Street> {
    let mut words: Vec<&str> = Vec::new();
    for n in 1..folded.words.len() {
        let (word, gap) = (folded.word(n), folded.gap(n - 1));
        if gap.contains([',', '#'])
            || folded.words[n].start > folded.first_line()
            || HOMES.contains(&word)
            || OTHERS.contains(&word)
        {
            break;
        }
        // 720 1/2 Clark Street
        if n <= 2 && matches!(word, "1" | "2") && (gap == "/" || folded.text[folded.words[n].end..].starts_with('/')) {
            continue;
        }
        words.push(word);
    }
    // A city behind it without a comma: 12 maple st austin.
    let kind = |n: &usize| *n > 0 && STRONG.contains(&words[*n]);
    if let Some(end) = (0..words.len()).filter(kind).find(|n| !words.get(n + 1).is_some_and(|next| STRONG.contains(next))) {
        // A number behind it is its name: State Road 12.
        let named = words.get(end + 1).is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit()));
        words.truncate(end + 1 + usize::from(named));
    }
    while words.len() > 1 && words.last().is_some_and(|word| DIRECTIONS.contains(word)) {
        words.pop();
    }
    if words.len() > 1 && DIRECTIONS.contains(&words[0]) && !(words.len() == 2 && is_kind_of_street(words[1])) {
        words.remove(0);
    }
    let kind = (words.len() > 1).then(|| words.pop_if(|word| is_kind_of_street(word))).flatten().map(str::to_owned);
    // `12 5th` and `12 A` are no street that anybody would know by that.
    let known =
        words.iter().any(|word| word.len() > 2 && *word != "the") && (kind.is_some() || words.iter().any(|word| word.len() > 3));
    known.then(|| Street { name: words.join(" "), words: words.len(), kind })
}

/// What follows a word for a home, or a `#`.
fn units(folded: &Folded) -> Vec<String> {
    let mut found = Vec::new();
    for n in 0..folded.words.len() {
        let (word, before) = (folded.word(n), folded.words[n].start);
        let marked = folded.before(before) == b'#' || folded.lower[..before].ends_with("# ");
        let said = n > 0 && (HOMES.contains(&folded.word(n - 1)) || OTHERS.contains(&folded.word(n - 1)));
        if !marked && !said {
            continue;
        }
        // 4-B
        let next = (n + 1 < folded.words.len() && folded.gap(n) == "-").then(|| folded.word(n + 1));
        let unit = format!("{word}{}", next.filter(|next| next.len() <= 3).unwrap_or_default());
        if is_unit(&unit) {
            found.push(unit);
        }
    }
    found
}

/// A ZIP code by its form.
pub(super) fn is_five_digits(word: &str) -> bool {
    word.len() == 5 && word.bytes().all(|b| b.is_ascii_digit())
}

/// `4b`, `12`, `b`: short, and a number or a letter.
pub(super) fn is_unit(text: &str) -> bool {
    (1..=6).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
        && (text.len() == 1 || text.bytes().any(|b| b.is_ascii_digit()))
}

/// Ways to write a kind of street: `street`, `st`, `str`.
pub(super) fn written(kind: &str) -> impl Iterator<Item = &'static str> + '_ {
    // One is short for the other when it begins alike and has no letter that the other lacks.
    let shortens = |short: &str, long: &str| {
        let mut rest = long.bytes();
        short.as_bytes().first() == long.as_bytes().first() && short.bytes().all(|sign| rest.any(|other| other == sign))
    };
    kinds_of_street().filter(move |other| shortens(other, kind) || shortens(kind, other))
}

const ORDINALS: [&str; 20] = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// A street's name as it is said: `5th` is `fifth`, and the other way round.
pub(super) fn said(name: &str) -> Option<String> {
    let word = |n: usize| match n {
        1..=20 => Some(ORDINALS[n - 1].to_owned()),
        21..=99 if !n.is_multiple_of(10) => Some(format!("{} {}", TENS[n / 10 - 2], ORDINALS[n % 10 - 1])),
        30..=99 => Some(format!("{}ieth", TENS[n / 10 - 2].trim_end_matches('y'))),
        _ => None,
    };
    let ending = |n: usize| match (n / 10, n % 10) {
        (1, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    let figures = name.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if let Ok(n) = figures.parse() {
        return word(n);
    }
    (1..100).find(|n| word(*n).as_deref() == Some(name)).map(|n| format!("{n}{}", ending(n)))
}

/// Ways to write a unit, and whether what is written is a home and nothing else.
pub(super) fn homes(unit: &str) -> Vec<(String, bool)> {
    // One sign behind a word that may mean a machine or a storey: unit 2, floor 2.
    let vague = unit.len() == 1;
    let way = |word: &str, home: bool| {
        NUMBER.iter().map(move |number| (format!("{word} {number} {unit}"), home || !vague)).collect::<Vec<_>>()
    };
    HOMES.iter().flat_map(|word| way(word, true)).chain(OTHERS.iter().flat_map(|word| way(word, false))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("412 Maple Street", "maple", "street")]
    #[case("88 N. Oak Hill Dr., Apt 4B, Austin, TX 78701", "oak hill", "dr")]
    #[case("412 maple st austin tx 78704", "maple", "st")]
    #[case("175 5th St N Floor 3", "5th", "st")]
    #[case("720 1/2 Clark Street", "clark", "street")]
    #[case("12 Oak Hollow\nAustin", "oak", "hollow")]
    #[case("4114 Southwest Highway", "southwest", "highway")]
    #[case("9 County Road 12", "county road 12", "")]
    #[case("1585 Broadway", "broadway", "")]
    #[case("1204A Court St", "court", "st")]
    fn a_street_is_cut_out(#[case] address: &str, #[case] name: &str, #[case] kind: &str) {
        let street = Parts::of(&Folded::new(address)).street.unwrap();
        assert_eq!((street.name.as_str(), street.kind.as_deref().unwrap_or_default()), (name, kind));
    }

    #[rstest]
    #[case("Geeta Kalapatapu")]
    #[case("Austin, TX 78701")]
    #[case("12")]
    #[case("12 A")]
    fn what_is_none_gives_none(#[case] address: &str) {
        assert_eq!(Parts::of(&Folded::new(address)).street, None);
    }

    #[rstest]
    #[case("88 Oak Hill Dr., Apt 4B, Austin, TX 78701", &["4b"], &["78701"])]
    #[case("12 Elm Ct #3", &["3"], &[])]
    #[case("12 Elm Ct # 3-C, 78704-1234", &["3c"], &["78704"])]
    #[case("12345 Main Street", &[], &[])]
    #[case("Unit 12", &["12"], &[])]
    #[case("Suite of rooms", &[], &[])]
    fn units_and_zip_codes_are_cut_out(#[case] address: &str, #[case] units: &[&str], #[case] zips: &[&str]) {
        let parts = Parts::of(&Folded::new(address));
        assert_eq!(
            (parts.units, parts.zips),
            (units.iter().map(|u| (*u).to_owned()).collect(), zips.iter().map(|z| (*z).to_owned()).collect())
        );
    }

    #[test]
    fn a_kind_of_street_is_written_long_and_short() {
        let ways = |kind: &str| written(kind).collect::<Vec<_>>();
        assert!(["street", "st", "str"].iter().all(|way| ways("street").contains(way) && ways("st").contains(way)));
        assert!(ways("ln").contains(&"lane") && !ways("lane").contains(&"avenue") && !ways("street").contains(&"avenue"));
    }

    #[rstest]
    #[case("5th", "fifth")]
    #[case("fifth", "5th")]
    #[case("42nd", "forty second")]
    #[case("30th", "thirtieth")]
    fn a_numbered_street_is_said_in_words(#[case] name: &str, #[case] other: &str) {
        assert_eq!(said(name).as_deref(), Some(other));
    }
}
