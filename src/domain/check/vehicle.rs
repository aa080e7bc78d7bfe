//! What stands in the drive: licence plates by the words before them, as they are written or spelled, and vehicle numbers by
//! their check digit.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::digits::pattern;
use super::fold::Folded;
use crate::domain::span::FindingKind;

const REASON: &str = "a licence plate or vehicle number leads to its owner: take it out";

/// After a word that says what it is; a plate by itself looks like a part number.
static PLATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)(?-u:\b)(?:licen[cs]e\x20plates?|plates?|number\x20plates?|tags?|registration|reg)(?-u:\b)(?:\x20(?:number|no|is|was|\#))*(?:\?\x20(?:[a-z]+:\x20)?(?:(?:yeah|yes|yep|sure|uh|it's|its|ok|okay),?\x20)*|[\x20:.\#\-]{1,3})
          (?P<plate>(?:(?:al|ak|az|ar|ca|cal|co|ct|dc|de|fl|ga|hi|id|il|in|ia|ks|ky|la|me|md|ma|mi|mn|ms|mo|mt|ne|nv|nh|nj|nm|ny|nc|nd|oh|ok|or|pa|ri|sc|sd|tn|tx|tex|ut|vt|va|wa|wv|wi|wy)[\x20\-])?[0-9][a-z]{3}[\x20\-]?[0-9]{3}|[a-z]{1,3}[\x20\-]?[0-9]{1,4}[\x20\-]?[a-z]{0,3}|[0-9]{1,4}[\x20\-]?[a-z]{2,4}|[0-9][a-z]{3}[0-9]{3})(?-u:\b)",
    )
});

/// The same with its signs one by one, or as they are spelled in a call, and a plate of a state that is named, in capitals.
static PLATE_IN_CAPITALS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)(?-u:\b)(?:
          (?P<of>(?i:licen[cs]e|licen[cs]e\x20plate|lic|tagged|plates?|tags?|registration|alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida
            |georgia|hawaii|idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi
            |missouri|montana|nebraska|nevada|new\x20hampshire|new\x20jersey|new\x20mexico|new\x20york|north\x20carolina|north\x20dakota|ohio|oklahoma
            |oregon|pennsylvania|rhode\x20island|south\x20carolina|south\x20dakota|tennessee|texas|utah|vermont|virginia|washington|wisconsin|wyoming)
          (?:\x20(?i:plates?|tags?|number|no|is|was|as|reads|reading))*)[\x20:.\#\-\x22']{1,3}
          (?P<plate>[A-Z0-9]{1,8}(?:[\x20\-·][A-Z0-9]{1,4}){0,7}))(?-u:\b)",
    )
});

/// What has a plate; and bytes before it in which that stands.
static VEHICLES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:cars?|trucks?|vans?|suv|sedan|coupe|pick-?up|jeep|trailer|vehicle|motorcycle|minivan|ford|chevy|chevrolet|toyota|honda|nissan|dodge|ram|gmc|subaru|tesla|hyundai|kia|bmw|mercedes|lexus|mazda|volkswagen|vw)(?-u:\b)",
    )
});
const VEHICLE_NEAR: usize = 80;

/// Signs of a plate.
const PLATE_SIGNS: std::ops::RangeInclusive<usize> = 5..=8;

/// A plate as it is spelled in a call: `Juliet Mike Kilo, two two nine one`.
static PLATE_IN_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    let sign = "(?:alpha|alfa|bravo|charlie|delta|echo|foxtrot|golf|hotel|india|juliett?|kilo|lima|mike|november|oscar|papa|quebec|romeo\
        |sierra|tango|uniform|victor|whiskey|x-?ray|yankee|zulu|zero|oh|one|two|three|four|five|six|seven|eight|nine|[a-z](?:\x20(?:as\x20in|like)\x20[a-z]+)?|[0-9]{1,4})";
    pattern(&format!(
        r"(?-u:\b)(?:licen[cs]e|plates?|tags?|registration)(?-u:\b)(?:\x20(?:plate|number|no|is|was|as|reads|read|to|dispatch|us|me))*[:,]?\x20(?P<plate>{sign}(?:,?[\x20-]{sign}){{3,7}})(?-u:\b)"
    ))
});

/// Seventeen signs without I, O and Q.
static VIN: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u:\b)[a-hj-npr-z0-9]{17}(?-u:\b)"));

/// What each place of a vehicle number counts, from its standard (49 CFR 565.15).
const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
/// Finds them.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    let lower = &folded.lower;
    for found in PLATE.captures_iter(lower) {
        if let Some(plate) = found.name("plate").and_then(|plate| plate_alone(folded, plate.range())) {
            hits.push(Hit::block(FindingKind::Vehicle, plate, REASON));
        }
    }
    for found in PLATE_IN_CAPITALS.captures_iter(&folded.text) {
        if let (Some(of), Some(plate)) = (found.name("of"), found.name("plate"))
            && is_plate(plate.as_str())
            && is_of_a_vehicle(folded, &of.range(), plate.as_str())
        {
            hits.push(Hit::block(FindingKind::Vehicle, plate.range(), REASON));
        }
    }
    let said = PLATE_IN_WORDS.captures_iter(lower).filter_map(|found| found.name("plate"));
    hits.extend(
        said.filter(|plate| is_spelled_plate(plate.as_str()))
            .map(|plate| Hit::block(FindingKind::Vehicle, plate.range(), REASON)),
    );
    let vins = VIN.find_iter(lower).filter(|found| is_vin(found.as_str()));
    hits.extend(vins.map(|found| Hit::block(FindingKind::Vehicle, found.range(), REASON)));
}

/// Words that stand beside figures and are no part of a plate: `plate exp 09/26`, `key tag 88 is missing`.
const WORDS: &[&str] = &[
    "exp", "is", "was", "on", "in", "at", "and", "the", "for", "has", "had", "left", "out", "to", "by", "of", "from", "with",
    "hung", "not", "no", "red", "all", "new", "old",
];

/// A plate without the word behind it; `None` where no plate is left, or a word stands before the figures: not where that is in
/// capitals, as those of a plate are.
fn plate_alone(folded: &Folded, mut span: Range<usize>) -> Option<Range<usize>> {
    let parts = |span: &Range<usize>| -> Vec<&str> { folded.lower[span.clone()].split([' ', '-']).collect() };
    while let Some(last) = parts(&span).last().filter(|last| WORDS.contains(last)) {
        span.end = span.end.checked_sub(last.len() + 1).filter(|end| *end > span.start)?;
    }
    let signs = &folded.lower[span.clone()];
    let mixed = signs.bytes().any(|b| b.is_ascii_digit()) && signs.bytes().any(|b| b.is_ascii_lowercase());
    let small = folded.text.as_bytes()[span.start].is_ascii_lowercase();
    let told = small && parts(&span).first().is_some_and(|first| WORDS.contains(first));
    (mixed && !told).then_some(span)
}

/// Whether what was said before a plate means one: a state is said of much else, and trades have licences, with a letter.
fn is_of_a_vehicle(folded: &Folded, of: &Range<usize>, plate: &str) -> bool {
    let said = &folded.lower[of.clone()];
    if said.contains("plate") || said.contains("tag") || said.contains("registration") {
        return true;
    }
    let letters = plate.bytes().filter(u8::is_ascii_alphabetic).count();
    VEHICLES.is_match(folded.around(&(of.start..of.start), (VEHICLE_NEAR, 0))) || said.starts_with("licen") && letters > 1
}

/// Whether signs have the number of a plate's, letters and figures.
fn is_plate(text: &str) -> bool {
    let signs = || text.bytes().filter(u8::is_ascii_alphanumeric);
    PLATE_SIGNS.contains(&signs().count()) && signs().any(|b| b.is_ascii_digit()) && signs().any(|b| b.is_ascii_alphabetic())
}

/// The same of signs that are spelled: letters by words or alone, and figures.
fn is_spelled_plate(text: &str) -> bool {
    const FIGURES: &[&str] = &["zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    // `B as in boy`
    static MEANT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\x20(?:as\x20in|like)\x20[a-z]+"));
    let text = MEANT.replace_all(text, "");
    let words = || text.split([' ', ',', '-']).filter(|word| !word.is_empty());
    let figures = words().filter(|word| FIGURES.contains(word) || word.starts_with(|c: char| c.is_ascii_digit()));
    let figures: usize = figures.map(|word| if FIGURES.contains(&word) { 1 } else { word.len() }).sum();
    let letters = words().filter(|word| !FIGURES.contains(word) && word.starts_with(|c: char| c.is_ascii_alphabetic())).count();
    letters > 0 && figures > 1 && PLATE_SIGNS.contains(&(letters + figures))
}

/// Whether the ninth sign is the check digit of the others.
fn is_vin(text: &str) -> bool {
    let value = |sign: u8| match sign {
        b'0'..=b'9' => u32::from(sign - b'0'),
        b'a'..=b'h' => u32::from(sign - b'a') + 1,
        b'j'..=b'r' => u32::from(sign - b'j') + 1,
        _ => u32::from(sign - b's') + 2,
    };
    let sum: u32 = text.bytes().zip(WEIGHTS).map(|(sign, weight)| value(sign) * weight).sum();
    let check = text.as_bytes()[8];
    if sum % 11 == 10 { check == b'x' } else { check.is_ascii_digit() && u32::from(check - b'0') == sum % 11 }
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::spans;
    use crate::domain::span::FindingKind::Vehicle;
    use rstest::rstest;

    #[rstest]
    #[case("her license 7 H B N 3 1 9 was seen", &["7 H B N 3 1 9"])]
    #[case("our truck, California 61190X3, is on the list", &["61190X3"])]
    #[case("the plate was read to us as B as in boy, X, K, 2 9 1 7", &["B as in boy, X, K, 2 9 1 7"])]
    #[case("New Mexico tag AXR-R41", &["AXR-R41"])]
    #[case("plate is Juliet Mike Kilo, two two nine one", &["Juliet Mike Kilo, two two nine one"])]
    #[case("a van, license plate ABC 1234", &["ABC 1234"])]
    #[case("do you have the plate? Caller: Yeah, 8HVN215, California", &["8HVN215"])]
    #[case("plate number: 7XYZ123", &["7XYZ123"])]
    #[case("VIN 1M8GDM9AXKP042788", &["1M8GDM9AXKP042788"])]
    #[case("1HGCM82633A004352", &["1HGCM82633A004352"])]
    #[case("1HGCM82633A004353", &[])]
    #[case("in Texas R-410A units", &[])]
    #[case("the Ohio EPA rule of 2024", &[])]
    #[case("tag as one of the two in 3 rooms", &[])]
    #[case("a new cover plate", &[])]
    #[case("Tag 5512 red tagged", &[])]
    #[case("plate 5512 REA", &["5512 REA"])]
    #[case("license plate KLM 4821 has expired", &["KLM 4821"])]
    #[case("plate KLM-4821 has a dent", &["KLM-4821"])]
    #[case("plate KLM4821 to the left", &["KLM4821"])]
    #[case("license plate NEW 4821", &["NEW 4821"])]
    #[case("the plate is for 12 screws", &[])]
    #[case("key tag 88 is missing", &[])]
    #[case("plate exp 09/26", &[])]
    #[case("part ABC 1234", &[])]
    fn vehicles(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans(text, Vehicle), found);
    }
}
