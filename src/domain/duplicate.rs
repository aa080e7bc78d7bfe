//! Whether two leads of one client are one person, told twice: a marketplace lead and the phone call that follows it.
//!
//! An event with a known number, address or thread belongs to its lead already, whoever delivered it. What is left is found
//! here, and never merged by itself: a person decides, because a wrong merge hides a customer.
//!
//! - *Phone, e-mail*: an event tells a number or an address of another lead: its own thread belongs to one, its number to the
//!   other. Numbers and mailboxes are shared by few, so this is nearly sure; within 90 days, because numbers are given on.
//! - *Street*: the same house and street, and a name that fits. Without the name it may be a neighbour or a landlord. Within
//!   30 days: a second job at the same house a season later is a new lead.
//! - *Name and place*: marketplaces hide numbers and cut names (`Jane D.`), so a name that fits in the same place within
//!   three days counts, unless both leads have numbers of their own and these differ: then it is a namesake.

use chrono::{DateTime, TimeDelta, Utc};

use super::text::Untrusted;

/// How alike two words of a name must be, by Jaro and Winkler: `Jon` and `John` are, `Ana` and `Anton` are not.
const ALIKE: f64 = 0.92;
/// Words that stand before or after names and are none.
const TITLES: &[&str] = &["mr", "mrs", "ms", "miss", "dr", "prof", "sir", "jr", "sr", "ii", "iii"];
/// Street types in USPS's short form, with the ways to write them.
const STREETS: &[(&str, &[&str])] = &[
    ("st", &["st", "str", "street"]),
    ("ave", &["ave", "av", "avenue"]),
    ("rd", &["rd", "road"]),
    ("dr", &["dr", "drive"]),
    ("ln", &["ln", "lane"]),
    ("ct", &["ct", "court"]),
    ("blvd", &["blvd", "boulevard"]),
    ("pl", &["pl", "place"]),
    ("cir", &["cir", "circle"]),
    ("ter", &["ter", "terrace"]),
    ("trl", &["trl", "trail"]),
    ("pkwy", &["pkwy", "parkway"]),
    ("cv", &["cv", "cove"]),
    ("hwy", &["hwy", "highway"]),
];
/// Directions before a street's name: as often left out as told.
const DIRECTIONS: &[&str] = &["n", "s", "e", "w", "ne", "nw", "se", "sw", "north", "south", "east", "west"];
/// Words of a street's name at most.
const LONGEST_STREET: usize = 4;

/// What two leads are compared by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    /// E.164.
    pub phone: Option<String>,
    /// Lower-cased.
    pub email: Option<String>,
    /// As written.
    pub name: String,
    /// What [`name_key`] makes of name and place.
    pub name_key: Option<String>,
    /// What [`street_key`] makes of what was told.
    pub street_key: Option<String>,
    /// When it arrived.
    pub at: DateTime<Utc>,
}

/// What two leads have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Common {
    /// A phone number.
    Phone,
    /// An e-mail address.
    Email,
    /// Street and name.
    Street,
    /// Name and place.
    Name,
}

impl Common {
    /// In words of ours.
    pub fn why(self) -> &'static str {
        match self {
            Self::Phone => "the same phone number",
            Self::Email => "the same e-mail address",
            Self::Street => "the same street address, and a name that fits",
            Self::Name => "a name that fits in the same place within three days",
        }
    }

    /// How sure it is, in percent, as an order and no measurement.
    pub fn sure(self) -> i64 {
        match self {
            Self::Phone => 95,
            Self::Email => 95,
            Self::Street => 90,
            Self::Name => 70,
        }
    }

    /// How far two leads may be apart.
    pub fn window(self) -> TimeDelta {
        match self {
            Self::Phone | Self::Email => TimeDelta::days(90),
            Self::Street => TimeDelta::days(30),
            Self::Name => TimeDelta::days(3),
        }
    }
}

/// The longest window of all: candidates further apart are not even read.
pub const LONGEST_WINDOW: TimeDelta = TimeDelta::days(90);

/// What makes two leads of one client likely one; the surest reason. `None` when nothing does.
pub fn common(a: &Traits, b: &Traits) -> Option<Common> {
    let apart = (a.at - b.at).abs();
    let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
    let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
    let found = if same(&a.phone, &b.phone) {
        Common::Phone
    } else if same(&a.email, &b.email) {
        Common::Email
    } else if same(&a.street_key, &b.street_key) && same_name(&a.name, &b.name) {
        Common::Street
    } else if same(&a.name_key, &b.name_key) && same_name(&a.name, &b.name) && !differ(&a.phone, &b.phone) {
        Common::Name
    } else {
        return None;
    };
    (apart <= found.window()).then_some(found)
}

/// The letters of a text's words, in lower case.
fn words_of(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    lower
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .map(|word| word.replace('\'', ""))
        .filter(|w| !w.is_empty())
        .collect()
}

/// First and last word of a name; `None` where it has not both.
fn ends(name: &str) -> Option<(String, String)> {
    let words: Vec<String> = words_of(name).into_iter().filter(|word| !TITLES.contains(&word.as_str())).collect();
    match words.as_slice() {
        [first, .., last] => Some((first.clone(), last.clone())),
        _ => None,
    }
}

/// What leads of one name in one place have in common however the name is written: `Jane D.` and `DOE, JANE` in Austin are
/// both `dj|austin`. `None` without a first and a last name, or without a place: that would be half the phone book.
pub fn name_key(name: &str, place: &str) -> Option<String> {
    let (first, last) = ends(name)?;
    let mut initials = [first.chars().next()?, last.chars().next()?];
    initials.sort_unstable();
    // `Austin, TX 78701` is Austin.
    let town = words_of(place.split(',').next()?).join(" ");
    (!town.is_empty()).then(|| format!("{}{}|{town}", initials[0], initials[1]))
}

/// The first street address in a text: `1200 oak st` for `1200 N. Oak Street, Apt 4`.
pub fn street_key(text: &str) -> Option<String> {
    let words = words_of(text);
    words.iter().enumerate().find_map(|(at, number)| {
        let house = number.len() <= 6 && number.starts_with(|c: char| c.is_ascii_digit());
        let rest = words.get(at + 1..).filter(|_| house)?;
        let name = rest.iter().skip_while(|word| DIRECTIONS.contains(&word.as_str())).take(LONGEST_STREET + 1);
        let mut street = Vec::new();
        for word in name {
            let kind = STREETS.iter().find(|(_, ways)| ways.contains(&word.as_str()));
            match kind {
                Some((short, _)) if !street.is_empty() => return Some(format!("{number} {} {short}", street.join(" "))),
                _ => street.push(word.as_str()),
            }
        }
        None
    })
}

/// Whether two names may be one person's: first and last fit, in either order, and at most one of them is an initial.
pub fn same_name(a: &str, b: &str) -> bool {
    let (Some((first, last)), Some((other_first, other_last))) = (ends(a), ends(b)) else { return false };
    let pairs = |x: &str, y: &str| match (fits(&first, x), fits(&last, y)) {
        (Fit::No, _) | (_, Fit::No) => false,
        (one, two) => one == Fit::Whole || two == Fit::Whole,
    };
    pairs(&other_first, &other_last) || pairs(&other_last, &other_first)
}

#[derive(PartialEq, Eq)]
enum Fit {
    Whole,
    Initial,
    No,
}

fn fits(a: &str, b: &str) -> Fit {
    let (short, long) = if a.chars().count() <= b.chars().count() { (a, b) } else { (b, a) };
    if short.chars().count() == 1 {
        return if long.starts_with(short) { Fit::Initial } else { Fit::No };
    }
    if a == b || strsim::jaro_winkler(a, b) >= ALIKE { Fit::Whole } else { Fit::No }
}

/// What a lead is compared by, from what an event tells.
pub fn traits_of(event: &super::event::NormalEvent) -> Traits {
    let raw = |text: &Option<Untrusted>| text.as_ref().map(|text| text.raw().to_owned()).unwrap_or_default();
    let (name, place) = (raw(&event.contact.name), raw(&event.market));
    let street = street_key(&place).or_else(|| street_key(&raw(&event.words)));
    Traits {
        phone: event.contact.phone.as_ref().map(|phone| phone.as_str().to_owned()),
        email: event.contact.email.as_ref().map(|email| email.as_str().to_owned()),
        name_key: name_key(&name, &place),
        street_key: street,
        name,
        at: event.occurred_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn lead(name: &str, place: &str, told: &str, phone: Option<&str>, days: i64) -> Traits {
        Traits {
            phone: phone.map(str::to_owned),
            email: None,
            name: name.to_owned(),
            name_key: name_key(name, place),
            street_key: street_key(told),
            at: DateTime::UNIX_EPOCH + TimeDelta::days(days),
        }
    }

    #[rstest]
    #[case("Jane D.", "JANE DOE", true)]
    #[case("DOE, JANE", "Jane Doe", true)]
    #[case("Mrs. Jane A. Doe", "jane doe", true)]
    #[case("Jon Smith", "John Smith", true)]
    #[case("José O'Neill", "josé oneill", true)]
    #[case("J. D.", "Jane Doe", false)]
    #[case("Jane Doe", "John Doe", false)]
    #[case("Jane Doe", "Jane Diaz", false)]
    #[case("Jane", "Jane Doe", false)]
    #[case("", "", false)]
    fn names_fit(#[case] a: &str, #[case] b: &str, #[case] same: bool) {
        assert_eq!((same_name(a, b), same_name(b, a)), (same, same));
    }

    #[rstest]
    #[case("I live at 1200 N. Oak Street, Apt 4", Some("1200 oak st"))]
    #[case("1200 oak st", Some("1200 oak st"))]
    #[case("44 Martin Luther King Blvd.", Some("44 martin luther king blvd"))]
    #[case("12B Elm Ave", Some("12b elm ave"))]
    #[case("2 weeks ago on the way home from work", None)]
    #[case("1200", None)]
    #[case("Oak Street", None)]
    #[case("", None)]
    fn streets_are_known_again(#[case] told: &str, #[case] key: Option<&str>) {
        assert_eq!(street_key(told).as_deref(), key);
    }

    #[rstest]
    #[case("Jane D.", "Austin", Some("dj|austin"))]
    #[case("DOE, JANE", "Austin, TX 78701", Some("dj|austin"))]
    #[case("Jane", "Austin", None)]
    #[case("Jane Doe", "", None)]
    fn names_are_known_again(#[case] name: &str, #[case] place: &str, #[case] key: Option<&str>) {
        assert_eq!(name_key(name, place).as_deref(), key);
    }

    #[rstest]
    // The marketplace's lead, then the call.
    #[case(
        lead("Jane D.", "Austin, TX", "", None, 0),
        lead("JANE DOE", "Austin", "", Some("+15125550142"), 1),
        Some(Common::Name)
    )]
    #[case(lead("Jane D.", "Austin", "", None, 0), lead("Jane Doe", "Austin", "", None, 4), None)]
    #[case(lead("Jane D.", "Austin", "", None, 0), lead("Jane Doe", "Dallas", "", None, 1), None)]
    // Two people of one name, each with a number.
    #[case(
        lead("Jane Doe", "Austin", "", Some("+15125550142"), 0),
        lead("Jane Doe", "Austin", "", Some("+15125550143"), 0),
        None
    )]
    // … unless they live in one house.
    #[case(
        lead("Jane Doe", "Austin", "1200 Oak St", Some("+15125550142"), 0),
        lead("J. Doe", "", "at 1200 N Oak Street", Some("+15125550143"), 20),
        Some(Common::Street)
    )]
    #[case(lead("Jane Doe", "", "1200 Oak St", None, 0), lead("Raj Patel", "", "1200 Oak St", None, 0), None)]
    #[case(lead("Jane Doe", "", "1200 Oak St", None, 0), lead("Jane Doe", "", "1200 Oak Ave", None, 0), None)]
    #[case(lead("Jane Doe", "", "1200 Oak St", None, 0), lead("Jane Doe", "", "1200 Oak St", None, 31), None)]
    #[case(lead("A B", "", "", Some("+15125550142"), 0), lead("", "", "", Some("+15125550142"), 80), Some(Common::Phone))]
    #[case(lead("A B", "", "", Some("+15125550142"), 0), lead("", "", "", Some("+15125550142"), 91), None)]
    fn one_person_or_two(#[case] a: Traits, #[case] b: Traits, #[case] expected: Option<Common>) {
        assert_eq!((common(&a, &b), common(&b, &a)), (expected, expected));
    }

    proptest! {
        #[test]
        fn no_text_panics_and_a_name_fits_itself(name in "\\PC{0,40}", place in any::<String>()) {
            let _ = (name_key(&name, &place), street_key(&place));
            if let Some((first, last)) = ends(&name) {
                prop_assert!(same_name(&name, &name) || first.chars().count() == 1 && last.chars().count() == 1);
            }
        }
    }
}
