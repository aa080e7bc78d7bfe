//! Street addresses: a number, a street name and a USPS suffix, with unit, city and ZIP code; highways; PO boxes.

mod spoken;

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::digits::pattern;
use super::fold::Folded;
use crate::domain::span::FindingKind;

const REASON: &str = "a street address: name the market or the neighbourhood instead, or take it out";

/// Words between the number and the suffix at most.
const LONGEST_NAME: usize = 5;

/// Suffixes of USPS Publication 28 that are hardly anything else, as written out and as abbreviated.
pub(super) const STRONG: &[&str] = &[
    "street",
    "str",
    "st",
    "avenue",
    "ave",
    "av",
    "aven",
    "boulevard",
    "blvd",
    "boul",
    "road",
    "rd",
    "drive",
    "drv",
    "dr",
    "lane",
    "ln",
    "parkway",
    "pkwy",
    "pky",
    "parkwy",
    "terrace",
    "ter",
    "terr",
    "circle",
    "cir",
    "circ",
    "court",
    "ct",
    "crescent",
    "cres",
    "highway",
    "hwy",
    "hiway",
    "freeway",
    "fwy",
    "expressway",
    "expy",
    "turnpike",
    "tpke",
    "trpk",
    "plaza",
    "plz",
    "alley",
    "aly",
    "esplanade",
    "causeway",
    "cswy",
    "trafficway",
    "trfy",
    "throughway",
    "boardwalk",
    "cove",
    "cv",
    "trail",
    "trl",
];

/// Suffixes that are ordinary words: they count with a capital, behind a name with a capital.
const WEAK: &[&str] = &[
    "way", "wy", "place", "pl", "square", "sqr", "row", "run", "path", "pass", "point", "pt", "park", "loop", "walk", "hill",
    "hl", "hills", "hls", "heights", "hts", "ridge", "rdg", "view", "vw", "valley", "vly", "village", "vlg", "island", "isle",
    "grove", "grv", "green", "grn", "glen", "gln", "garden", "gdns", "gardens", "gate", "gateway", "gtwy", "fork", "ford",
    "forest", "frst", "field", "fields", "flds", "falls", "fls", "estate", "estates", "ests", "dale", "crossing", "xing",
    "creek", "crk", "crest", "course", "corner", "cor", "corners", "common", "cliff", "clf", "center", "centre", "ctr", "canyon",
    "cyn", "bypass", "byp", "burg", "brook", "brk", "bridge", "brg", "branch", "br", "bluff", "blf", "bend", "bnd", "beach",
    "bch", "bayou", "arcade", "mall", "manor", "mnr", "meadow", "meadows", "mdws", "mill", "mills", "mission", "mount",
    "mountain", "mtn", "orchard", "orch", "oval", "overlook", "parade", "pike", "pine", "pines", "plain", "plains", "port",
    "prairie", "ranch", "rnch", "rest", "rise", "river", "riv", "shore", "shores", "shrs", "spring", "springs", "spgs", "spur",
    "station", "sta", "stream", "summit", "smt", "trace", "trce", "track", "tunnel", "union", "viaduct", "vista", "vis", "ville",
    "well", "wells", "landing", "lndg", "lake", "lakes", "lks", "key", "knoll", "knolls", "knls", "junction", "jct", "hollow",
    "holw", "haven", "hvn", "harbor", "hbr", "camp", "club", "oak", "oaks", "broadway",
];

/// Days and months, which stand in a capital behind a number as a street does.
pub(super) const DAYS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
/// Words no street name has: with one of them the number counts something.
const COUNTED: &[&str] = &[
    "the",
    "a",
    "an",
    "of",
    "on",
    "to",
    "in",
    "at",
    "for",
    "and",
    "or",
    "is",
    "was",
    "with",
    "from",
    "by",
    "as",
    "than",
    "that",
    "we",
    "they",
    "he",
    "she",
    "it",
    "i",
    "you",
    "our",
    "his",
    "her",
    "their",
    "hour",
    "hours",
    "hr",
    "hrs",
    "minute",
    "minutes",
    "min",
    "mins",
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "year",
    "years",
    "am",
    "pm",
    "ft",
    "feet",
    "foot",
    "inch",
    "inches",
    "sq",
    "gallon",
    "gallons",
    "ton",
    "tons",
    "mile",
    "miles",
    "percent",
    "dollars",
    "people",
    "technicians",
    "visits",
    "times",
    "star",
    "story",
    "car",
    "way",
    "more",
    "other",
    "x",
    "per",
    "were",
    "are",
    "will",
    "after",
    "before",
    "about",
    "degrees",
    "different",
    "new",
    "units",
    "rooms",
    "calls",
    "photos",
    "men",
    "crews",
    "crew",
    "trucks",
];

pub(super) const DIRECTIONS: &[&str] = &[
    "n",
    "s",
    "e",
    "w",
    "ne",
    "nw",
    "se",
    "sw",
    "north",
    "south",
    "east",
    "west",
    "northeast",
    "northwest",
    "southeast",
    "southwest",
];

/// Boxes, numbered highways, streets named behind their kind, and a numbered name before city, state and ZIP code.
static WHOLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)
          (?i-u:\b)(?i:p\.?\x20?o\.?\x20?box|post\x20office\x20box|p\.?\x20?o\.?\x20?b\.?)\x20?\#?\x20?(?i:[a-z]?[0-9][0-9a-z\-]*)
        | (?-u:\b)(?i:rural\x20route|route|rr|rt|hc|department|dept)\x20?\#?\x20?[0-9]{1,5},?\x20(?i:box)\x20?\#?\x20?[0-9]+(?i:\x20?[a-z]\b)?
        | (?-u:\b)(?i:route\x20)?(?i:box)\x20\#\x20?[0-9]+
        | (?-u:\b)[0-9]{1,6}[a-zA-Z]?\x20(?i:[nsew]\.?\x20|north\x20|south\x20|east\x20|west\x20)?(?:(?i:[a-z]{2,9}\x20)?
            (?i:highway|hwy|rt|county\x20(?:road|rd|highway|hwy)|co\x20(?:road|rd)|cr|fm|farm\x20to\x20market(?:\x20road)?|state\x20(?:road|rd|route|rte|highway|hwy)|sr|route|rte|interstate)|US|U\x20?S|U\.S\.|I)
            \.?[\x20\-]\#?(?i:[0-9]{1,4}[a-z]?|[a-z]{1,2})(?-u:\b)
        | (?-u:\b)[0-9]{1,6}\x20(?i:[nsew]\.?\x20)?(?i:avenue|ave|street|calle|camino|avenida|paseo|rue|via)\x20(?:[A-Z][\w']*(?:\x20[A-Z][\w']*)?|[a-z])(?-u:\b)
        | (?-u:\b)[0-9]{1,6}\x20(?:[NSEW]\.?\x20)?Broadway(?-u:\b)
        | (?-u:\b)[0-9]{2,6}[A-Z]?\x20(?:[NSEW]|N[EW]|S[EW]|So|No|(?i:north|south|east|west))\.?\x20(?:[A-Z][A-Za-z']{2,}|[0-9]{1,3}(?i:st|nd|rd|th))(?-u:\b)
        | (?-u:\b)(?i:psc|cmr|unit|rfd)\x20[0-9]{1,5},?\x20(?i:box)\x20\#?\x20?[0-9]{1,5}(?-u:\b)(?:,?\x20(?i:[afd]po)\x20(?i:a[aep])\x20[0-9]{5}(?:-[0-9]{4})?)?
        | (?-u:\b)(?:(?i:usnv|uss|usns)\x20[\w'\x20]{2,25}?\x20)?(?i:[afd]po)\x20(?i:a[aep])\x20[0-9]{5}(?:-[0-9]{4})?
        | (?-u:\b)[NSEW][0-9]{2,5}\x20?[NSEW][0-9]{3,6}\x20[A-Z][\w']*(?:\x20[A-Z][\w']*){0,3}
        | (?-u:\b)(?:[0-9]{1,6}[a-zA-Z]?|[0-9]{1,4}-[0-9]{1,4})\x20(?:[\w.'\#&/\-]+,?\x20){1,9}(?:AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|ak|az|ar|ca|ct|fl|ga|ia|ks|ky|mi|mn|mo|nc|nd|ne|nh|nj|nm|nv|ny|ri|sc|sd|tn|tx|ut|vt|va|wa|wv|wi|wy|il|dc|al|co|md|ma|pa|oh|ok),?\x20[0-9]{5}(?:-[0-9]{4})?(?-u:\b)
        | (?-u:\b)(?i:one|two|three|four|five|ten|twelve|twenty|fifty)\x20(?:[NSEW]\.?\x20|(?i:north|south|east|west)\x20)?(?:[A-Z][\w'.]*\x20){1,3}(?i:street|st|avenue|ave|road|rd|drive|dr|lane|ln|boulevard|blvd|court|ct|plaza|place|way|parkway|pkwy|square)(?-u:\b)
        | (?-u:\b)[0-9]{2,6}\x20(?i:ave|avenue|blvd|boulevard)\.?\x20(?:[A-Z]|[a-z]\x20(?i:unit|apt|ste)|(?i:north|south|east|west|of\x20the\x20[a-z]+))(?-u:\b)
        | (?-u:\b)[0-9]{1,6}\x20(?:[NSEW]\.?\x20)?[A-Z][\w.']*(?:\x20[A-Z0-9][\w.']*){0,4},\x20[A-Z][A-Za-z.'\x20]{1,25},?\x20[A-Z]{2},?\x20[0-9]{5}(?:-[0-9]{4})?",
    )
});

/// Addresses by a grid or a county: `745 South 1300 West`, `6N221 Circle Avenue`, `N6842 County Hwy K`, `1405 1/2 W 7th`. Apart from the
/// others: one pattern of all is too large to be searched fast.
static GRID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x-u)\b(?:
          [0-9]{2,5}\x20(?i:[nsew]|north|south|east|west)\.?\x20[0-9]{3,5}\x20(?i:[nsew]|north|south|east|west)
        | [0-9]{1,2}[NSEW][0-9]{2,4}\x20[A-Z][a-zA-Z']*(?:\x20[A-Z][a-zA-Z']*){0,3}
        | [NSEW][0-9]{3,5}\x20(?:(?i:county|cty|state)(?:\x20(?i:road|rd|highway|hwy|trunk))?\x20(?:[A-Z]{1,2}|[0-9]{1,3})
            |[A-Z][a-zA-Z']*(?:\x20[A-Z][a-zA-Z']*){0,2}\x20(?i:street|st|avenue|ave|road|rd|drive|dr|lane|ln|court|ct|circle|cir|trail|trl))
        | [0-9]{2,6}\x201/2\x20(?:[NSEW]|N[EW]|S[EW])\.?\x20(?:[A-Z][A-Za-z']{2,}|[0-9]{1,3}(?i:st|nd|rd|th))
        )\b",
    )
});

/// A place in a park of homes.
static LOT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x-u)\b(?i:lot|space|site|unit|trailer)\x20\#?\x20?[0-9]{1,4}[A-Za-z]?,?\x20(?:(?i:at|in)\x20)?(?:(?i:the)\x20)?(?:[A-Z][a-zA-Z']*\x20){1,4}
          (?i:mobile\x20home\x20(?:park|community|estates)|mobile\x20(?:estates|village|park)|mhp|trailer\x20(?:park|court)|rv\x20(?:park|resort)|campground)\b",
    )
});

/// Words of which one stands in the name of such a park.
const PARKS: [&str; 5] = ["mobile", "mhp", "trailer", "rv ", "campground"];

/// What belongs to an address behind its street: direction, unit, city with state or ZIP code.
static TAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)^\.?
        (?:,?\x20(?i:ne|nw|se|sw|n|s|e|w|north|south|east|west|northeast|northwest|southeast|southwest)\b\.?)?
        (?:[,.]?\x20?(?:(?i:apartment|apt|unit|suite|ste|bldg|building|lot|room|rm|space|spc|trlr|floor|fl)\b\.?\x20?\#?\x20?|\#\x20?)(?i:[0-9][0-9a-z\-]*|[a-z][0-9]*\b))?
        (?:,?\x20[0-9](?:st|nd|rd|th)\x20(?i:floor|flr|fl)\b)?
        (?:,?\x20(?:[a-z.']+,?\x20){1,4}(?:ak|az|ar|ca|ct|fl|ga|ia|ks|ky|mi|mn|mo|nc|nd|ne|nh|nj|nm|nv|ny|ri|sc|sd|tn|tx|ut|vt|va|wa|wv|wi|wy|il|dc|al|co|md|ma|pa|oh|ok),?\x20[0-9]{5}(?:-[0-9]{4})?(?-u:\b))?
        (?:,?\x20(?:(?:St|Ft|Mt|Pt)\.|[A-Z][A-Za-z']+)(?:\x20(?:(?:St|Ft|Mt|Pt)\.|[A-Z][A-Za-z']+)){0,2})?(?:,?\x20(?:[A-Z]{2}\b|[A-Z][a-z]+)\.?)?(?:,?\x20[0-9]{5}(?:-[0-9]{4})?\b)?",
    )
});

/// Whether a word says what kind of street it is.
pub(super) fn is_kind_of_street(word: &str) -> bool {
    STRONG.contains(&word) || WEAK.contains(&word)
}

/// Every word that says what kind of street it is.
pub(super) fn kinds_of_street() -> impl Iterator<Item = &'static str> {
    STRONG.iter().chain(WEAK).copied()
}

/// Finds street addresses.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    let mut at = 0;
    while at < folded.words.len() {
        let end = if is_house(folded, at) { street(folded, at) } else { None };
        if let Some(end) = end {
            let span = with_tail(folded, first_number(folded, at)..folded.words[end].end);
            hits.push(Hit::block(FindingKind::StreetAddress, span, REASON));
            at = end;
        }
        at += 1;
    }
    spoken::find(folded, hits);
    let grids =
        GRID.find_iter(&folded.text).filter(|found| !matches!(folded.before(found.start()), b'$' | b'.' | b',' | b':' | b'/'));
    hits.extend(grids.map(|found| Hit::block(FindingKind::StreetAddress, with_tail(folded, found.range()), REASON)));
    if PARKS.iter().any(|word| folded.lower.contains(word)) {
        let lots = LOT.find_iter(&folded.text);
        hits.extend(lots.map(|found| Hit::block(FindingKind::StreetAddress, with_tail(folded, found.range()), REASON)));
    }
    let mut from = 0;
    while let Some(found) = WHOLE.find_at(&folded.text, from) {
        from = found.end();
        if matches!(folded.before(found.start()), b'$' | b'.' | b',' | b':' | b'/') {
            // The minutes of a time, say: the number of the house may stand behind them.
            from = found.start() + folded.text[found.start()..].find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(1);
        } else if !(found.as_str().starts_with(['B', 'b']) && folded.lower[..found.start()].ends_with("call ")) {
            // A call box is at a gate.
            hits.push(Hit::block(FindingKind::StreetAddress, with_tail(folded, found.range()), REASON));
        }
    }
}

fn with_tail(folded: &Folded, street: Range<usize>) -> Range<usize> {
    let tail = TAIL.find(&folded.text[street.end..]).map_or(0, |tail| tail.as_str().trim_end_matches(['.', ',']).len());
    street.start..street.end + tail
}

/// Where the numbers before a street begin: `30-83`, `370 3911`.
fn first_number(folded: &Folded, house: usize) -> usize {
    let mut first = house;
    while first > 0 && matches!(folded.gap(first - 1), " " | "-") && folded.word(first - 1).bytes().all(|b| b.is_ascii_digit()) {
        first -= 1;
    }
    folded.words[first].start
}

/// A number of one to six digits, with a letter or none, that is no price, time or decimal.
fn is_house(folded: &Folded, at: usize) -> bool {
    let word = folded.word(at);
    let digits = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
    (1..=6).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && word.len() - digits.len() <= 1
        && digits != "0"
        && !matches!(folded.before(folded.words[at].start), b'$' | b'.' | b',' | b':' | b'/' | b'#')
}

/// The word that ends the street behind the number at `house`.
fn street(folded: &Folded, house: usize) -> Option<usize> {
    let mut name = 0;
    let mut found = None;
    for at in house + 1..folded.words.len().min(house + LONGEST_NAME + 3) {
        let word = folded.word(at);
        // A dot joins the words of a street only behind an initial or a direction; elsewhere it ends a sentence.
        let joined = match folded.gap(at - 1) {
            " " | "  " | "-" | " *" | " **" | " _" | " `" => true,
            "." | ". " => folded.words[at - 1].len() <= 2,
            "/" => folded.word(at - 1) == "1" && folded.word(at) == "2",
            _ => false,
        };
        if !joined {
            break;
        }
        if matches!((at - house, word), (1, "1")) || folded.gap(at - 1) == "/" {
            continue; // the half of 720 1/2
        }
        let suffix = STRONG.contains(&word) || WEAK.contains(&word);
        // A direction may be the whole name: 4114 Southwest Highway.
        let direction = at == house + 2 && name == 0 && folded.stands_out(at - 1) && folded.stands_out(at);
        if suffix && (name > 0 || direction) && is_street(folded, house, at, name) {
            found = Some(at);
        } else if found.is_some() || COUNTED.contains(&word) || word.bytes().all(|b| b.is_ascii_digit()) {
            break;
        }
        name += usize::from(!DIRECTIONS.contains(&word) || name == 0 && at > house + 1);
        if name > LONGEST_NAME {
            break;
        }
    }
    found
}

/// Whether number, name and suffix read as a street: by capitals, or by a short name before a suffix that is nothing else.
fn is_street(folded: &Folded, house: usize, suffix: usize, name: usize) -> bool {
    let capital = folded.stands_out(suffix);
    let named = (house + 1..suffix).any(|n| folded.stands_out(n));
    let plain = if matches!(folded.word(suffix), "blvd" | "ave" | "pkwy" | "hwy" | "avenue" | "boulevard") { 4 } else { 2 };
    if STRONG.contains(&folded.word(suffix)) {
        capital || named || name <= plain
    } else {
        // `2216 e 43rd pl`: a direction and a numbered street are no other words.
        let name = folded.word(suffix - 1);
        let ordinal =
            name.starts_with(|c: char| c.is_ascii_digit()) && ["st", "nd", "rd", "th"].iter().any(|end| name.ends_with(end));
        capital && folded.stands_out(suffix - 1) || ordinal && suffix == house + 3 && DIRECTIONS.contains(&folded.word(house + 1))
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::spans;
    use crate::domain::span::FindingKind::StreetAddress;
    use rstest::rstest;

    #[rstest]
    #[case("at 1204 Main Street.", "1204 Main Street")]
    #[case("lives at 412 Oak Street, Austin. The gate is closed", "412 Oak Street, Austin")]
    #[case("88 Oak Hill Dr, St. Paul, MN 55101", "88 Oak Hill Dr, St. Paul, MN 55101")]
    #[case("1204 main st", "1204 main st")]
    #[case("88 N. Oak Hill Dr., Apt 4B, Austin, TX 78701", "88 N. Oak Hill Dr., Apt 4B, Austin, TX 78701")]
    #[case("175 5th St N Floor 3", "175 5th St N Floor 3")]
    #[case("222 7th Street Southeast", "222 7th Street Southeast")]
    #[case("12 Elm Ct #3", "12 Elm Ct #3")]
    #[case("P.O. Box 11418", "P.O. Box 11418")]
    #[case("po box 99", "po box 99")]
    #[case("10660 State Rte 153", "10660 State Rte 153")]
    #[case("9 County Road 12", "9 County Road 12")]
    #[case("14460 WHITE TOP VIEW", "14460 WHITE TOP VIEW")]
    #[case("1585 Broadway, New York, NY 10036", "1585 Broadway, New York, NY 10036")]
    // What is no number of a house keeps none back that stands in what was taken for its street.
    #[case("It costs $20 US 1585 Broadway has it", "1585 Broadway")]
    #[case(":00Z Y 10036 1 NY 10036", "10036 1 NY 10036")]
    #[case("rr # 4 box 42", "rr # 4 box 42")]
    #[case("120 Avenue C", "120 Avenue C")]
    #[case("6520 Stone Creek Dr", "6520 Stone Creek Dr")]
    #[case("720 1/2 Clark Street", "720 1/2 Clark Street")]
    #[case("3321 john f kennedy blvd", "3321 john f kennedy blvd")]
    #[case("near 1219 N. Paulina", "1219 N. Paulina")]
    #[case("im at 2216 e 43rd pl, thanks", "2216 e 43rd pl")]
    #[case("see 745 South 1300 West, Salt Lake City", "745 South 1300 West, Salt Lake City")]
    #[case("at 2418 e 3800 n", "2418 e 3800 n")]
    #[case("Lot 27, Whispering Pines Mobile Home Park", "Lot 27, Whispering Pines Mobile Home Park")]
    #[case("6N221 Circle Avenue", "6N221 Circle Avenue")]
    #[case("N6842 County Hwy K", "N6842 County Hwy K")]
    #[case("W5120 Cherry Road", "W5120 Cherry Road")]
    #[case("meet at 1405 1/2 W 7th", "1405 1/2 W 7th")]
    #[case("so I'm at twenty two fourteen Larkspur Lane uh Larkspur", "twenty two fourteen Larkspur Lane")]
    #[case("twenty two fourteen larkspur lane", "twenty two fourteen larkspur lane")]
    #[case("at one forty two Elm Street", "one forty two Elm Street")]
    #[case("twelve oh four north Maple Avenue", "twelve oh four north Maple Avenue")]
    #[case("it's fifteen thirty Maple Dr in Plano", "fifteen thirty Maple Dr")]
    #[case("nine hundred west elm street", "nine hundred west elm street")]
    #[case("hi this is Walt over on 608 Sycamore I called", "608 Sycamore")]
    #[case("1420 **Maple Ave**", "1420 **Maple Ave")]
    #[case("on Maple Ave, number 1420", "Maple Ave, number 1420")]
    #[case("at 30.2672, -97.7431 there", "30.2672, -97.7431")]
    #[case("we live at forty two Larkspur Bend.", "forty two Larkspur Bend")]
    #[case("I live at 1411 Juniper and it leaks", "1411 Juniper")]
    #[case("psc 0413, box 8144 apo aa 42323", "psc 0413, box 8144 apo aa 42323")]
    #[case("W211 N16601 Glencoe Ln", "W211 N16601 Glencoe Ln")]
    #[case("4114 Southwest Highway", "4114 Southwest Highway")]
    #[case("One Jelly Belly Lane", "One Jelly Belly Lane")]
    #[case("6002 El Tordo Rancho Santa Fe CA 92067", "6002 El Tordo Rancho Santa Fe CA 92067")]
    #[case("1191 n. federal highway delray beach fl 33483", "1191 n. federal highway delray beach fl 33483")]
    fn addresses(#[case] text: &str, #[case] found: &str) {
        assert_eq!(spans(text, StreetAddress), [found]);
    }

    #[rstest]
    #[case("12 south windows and 14 north ones")]
    #[case("twenty five hundred dollars for the drive")]
    #[case("a thirty five minute drive")]
    #[case("two or three trucks on the road")]
    #[case("they come from ten thirty on the street side")]
    #[case("we are over on 12 Monday visits")]
    #[case("out at 350 PSI now")]
    #[case("lot 27 of the mobile home filters")]
    #[case("a 10 minute drive")]
    #[case("24 hour road service")]
    #[case("2 people on the way")]
    #[case("3 trucks blocked the road")]
    #[case("500 sq ft of lawn")]
    #[case("$450 Drive replacement")]
    #[case("5 new oak doors at the place")]
    #[case("replaced 2 valves. Drive safe")]
    #[case("4 visits, street parking")]
    #[case("a 40 gallon heater, 2 elements")]
    #[case("The 3 of us met in court")]
    #[case("2 or 3 crews came in 2024")]
    #[case("5 visits in TX cost 12000")]
    #[case("It took 2 South Austin crews")]
    #[case("the call box #021 does not ring through")]
    fn no_addresses(#[case] text: &str) {
        assert_eq!(spans(text, StreetAddress), Vec::<String>::new());
    }
}
