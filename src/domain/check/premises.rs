//! How to get in: where a key lies, that nobody is home, and postcodes that are as good as an address.

use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::digits::pattern;
use super::fold::Folded;
use crate::domain::span::FindingKind;

const ENTRY: &str = "says how to get in, or that nobody is there: take it out";
const POSTCODE: &str = "a postcode with a unit, or with its four more digits, is as good as an address: take it out";

/// Where the key is, what is left open, when nobody is home.
static ENTRANCE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)(?-u:\b)(?:
          (?:house\x20|spare\x20|door\x20|front\x20door\x20)?keys?\x20(?:(?:is|are|was|were|will\x20be)\x20)?(?:left\x20|kept\x20|hidden\x20|taped\x20|hangs?\x20|hanging\x20|sits?\x20)*(?:in|on|under|behind|above|inside|with|at|beneath)\x20
              (?:(?:the|a|my|our|his|her|their)\x20)?(?:[a-z]+\x20){0,2}(?:mat|doormat|rock|planter|pot|flower\x20?pot|ledge|frame|gutter|grill|shed|garage|mailbox|meter|brick|statue|neighbou?rs?|doorman|concierge|office|hook|nail|box)
        | the\x20(?:back|front|side)\x20(?:is\x20|stays\x20)?(?:left\x20)?(?:unlocked|never\x20locked)
        | (?:back|front|side|garage|basement|patio|cellar)?\x20?(?:door|window|gate|garage)\x20(?:is\x20|will\x20be\x20|was\x20|stays\x20)?(?:left\x20)?(?:unlocked|open\x20all\x20day|never\x20locked|always\x20open)
        | (?:let\x20yourself\x20in|come\x20(?:right\x20)?in)\x20(?:through|by|via)\x20(?:the\x20)?(?:[a-z]+\x20){0,2}(?:door|gate|window|garage)
        | (?:they|family|customers?|owners?|tenants?|folks|everyone)(?:\x20(?:is|are|will\x20be|am)|'re|'ll\x20be|'m)?\x20(?:gone|in\x20[a-z]+)\x20(?:until|till|through)(?-u:\b)[^.!?\n]{0,20}
        | (?:nobody|no\x20one|noone)\x20(?:is|will\x20be|'s)\x20(?:at\x20)?home
        | (?:house|home|property)\x20(?:is|will\x20be|sits|stands)\x20(?:empty|vacant|unoccupied)
        | (?:away|out\x20of\x20town|on\x20vacation|on\x20holiday|abroad)\x20(?:until|till|through|from|for\x20(?:the|two|three|a))(?-u:\b)[^.!?\n]{0,20}
        | alarm\x20(?:is|will\x20be|stays)\x20(?:off|disarmed|not\x20set|disabled)
        )(?-u:\b)",
    )
});

/// ZIP+4; and a unit with a ZIP code close behind it.
static ZIP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)(?-u:\b)(?:
          [0-9]{5}-[0-9]{4}
        | (?:apartment|apt|unit|suite|ste|lot|room|rm)\.?\x20?\#?\x20?[0-9]{1,4}[a-z]?(?:,|\x20)[^.!?\n0-9]{0,30}[0-9]{5}
        | [0-9]{5},?\x20(?:apartment|apt|unit|suite|ste|lot)\.?\x20?\#?\x20?[0-9]{1,4}[a-z]?
        )(?-u:\b)",
    )
});

/// Finds them.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    let lower = &folded.lower;
    // `vacant land`, `empty of furniture`, `away from the phone`
    let of_things = |found: &regex::Match<'_>| {
        let behind = &lower[found.end()..];
        [" land", " lot", " of ", "-"].iter().any(|what| behind.starts_with(what))
            || ["away from the phone", "away from his desk", "away from her desk"]
                .iter()
                .any(|away| found.as_str().contains(away))
    };
    hits.extend(ENTRANCE.find_iter(lower).filter(|found| !of_things(found)).map(|found| {
        let lead = found.as_str().len() - found.as_str().trim_start().len();
        Hit::block(FindingKind::EntryHint, found.start() + lead..found.end(), ENTRY)
    }));
    for found in ZIP.find_iter(lower) {
        let touches =
            folded.before(found.start()) == b'-' || folded.at(found.end()).is_ascii_digit() || folded.at(found.end()) == b'-';
        if !touches {
            hits.push(Hit::block(FindingKind::Postcode, found.range(), POSTCODE));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::spans;
    use crate::domain::span::FindingKind::{EntryHint, Postcode};
    use rstest::rstest;

    #[rstest]
    #[case("The key is under the mat.", &["key is under the mat"])]
    #[case("A spare key hidden behind the big planter", &["spare key hidden behind the big planter"])]
    #[case("She left the keys with the neighbor", &["keys with the neighbor"])]
    #[case("the back door will be left unlocked", &["back door will be left unlocked"])]
    #[case("Nobody is home before noon", &["Nobody is home"])]
    #[case("They are out of town until Friday", &["out of town until Friday"])]
    #[case("the alarm is off", &["alarm is off"])]
    #[case("House sits empty till May", &["House sits empty"])]
    #[case("Family is in Hawaii through the 14th", &["Family is in Hawaii through the 14th"])]
    #[case("They are gone until Sunday", &["They are gone until Sunday"])]
    #[case("Spare key hangs on a nail behind the unit", &["Spare key hangs on a nail"])]
    #[case("the front is never locked", &["the front is never locked"])]
    #[case("Let yourself in through the side gate", &["Let yourself in through the side gate"])]
    #[case("The property is vacant land", &[])]
    #[case("The home is empty of furniture", &[])]
    #[case("He was away from the phone until noon", &[])]
    #[case("The key point is the valve.", &[])]
    #[case("The new door is open to the public hall", &[])]
    #[case("The heater is in the garage", &[])]
    fn ways_in(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans(text, EntryHint), found);
    }

    #[rstest]
    #[case("in 78701-1234", &["78701-1234"])]
    #[case("Apt 4B, Austin TX 78701", &["Apt 4B, Austin TX 78701"])]
    #[case("78701, unit 12", &["78701, unit 12"])]
    #[case("in 78701", &[])]
    #[case("INV-12345-6789", &[])]
    #[case("a 4 unit rack", &[])]
    fn postcodes(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans(text, Postcode), found);
    }
}
