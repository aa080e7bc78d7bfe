//! A stored value blocks in whatever form it is written, and what only looks like one does not.

use std::collections::HashMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use rstest::rstest;

use crate::domain::check::{Against, findings};
use crate::domain::known::{Known, KnownKind};
use crate::domain::span::{FindingKind, Severity};

fn blocks(kind: KnownKind, value: &str, text: &str) -> Vec<(FindingKind, String)> {
    let known: Vec<Known> = Known::new(kind, value).into_iter().collect();
    let found = findings(text, Against { evidence: &[], lead_name: None, known: &known, ..Against::default() });
    // That no evidence has a number is another matter.
    let found = found.into_iter().filter(|f| f.severity == Severity::Block && f.kind != FindingKind::UnknownNumber);
    found.map(|f| (f.kind, f.text)).collect()
}

#[rstest]
#[case("Ms. Lopez called again", &["Lopez"])]
#[case("ask for Ana", &["Ana"])]
#[case("lopez is a word here", &[])]
fn a_part_of_a_stored_name_warns_with_a_capital(#[case] text: &str, #[case] found: &[&str]) {
    let known: Vec<Known> = Known::new(KnownKind::Name, "Ana Lopez").into_iter().collect();
    let all = findings(text, Against { known: &known, ..Against::default() });
    let told: Vec<&str> =
        all.iter().filter(|f| f.kind == FindingKind::LeadName && f.severity == Severity::Warn).map(|f| f.text.as_str()).collect();
    assert_eq!(told, found);
    assert!(blocks(KnownKind::Staff, "Ana Lopez", text).is_empty());
}

#[rstest]
#[case(KnownKind::Phone, "+15125550142", "ring 555-0142", FindingKind::Phone)]
#[case(KnownKind::Phone, "+15125550142", "five twelve, five fifty five, oh one forty two", FindingKind::Phone)]
#[case(KnownKind::Phone, "+15125550142", "5125\n550142", FindingKind::Phone)]
#[case(KnownKind::Phone, "+15125550142", "five one two dash triple five dash O142", FindingKind::Phone)]
#[case(KnownKind::Phone, "+442079460958", "on 020 7946 0958", FindingKind::Phone)]
#[case(KnownKind::Email, "ana.lopez@example.co.uk", "ana dot lopez at example dot co dot uk", FindingKind::Email)]
#[case(KnownKind::Email, "ana.lopez@example.museum", "ana.lopez at example.museum", FindingKind::Email)]
#[case(KnownKind::Name, "Ana Lopez", "LOPEZ, Ana", FindingKind::LeadName)]
#[case(KnownKind::Name, "Ana Maria Lopez", "for ana lopez's heater", FindingKind::LeadName)]
#[case(KnownKind::Name, "Ana Lopez", "Аnа\u{200b}Lo\npez", FindingKind::LeadName)]
#[case(KnownKind::Staff, "jdoe", "seen by jdoe today", FindingKind::StaffName)]
#[case(KnownKind::OtherClient, "Bravo Air & Heat", "as at BRAVO AIR AND HEAT, or Bravo Air & Heat", FindingKind::OtherClient)]
#[case(KnownKind::OtherClient, "Brill Roofing LLC", "as at Brill Roofing last week", FindingKind::OtherClient)]
#[case(KnownKind::OtherClient, "Brill Roofing LLC", "as at brill roofing, llc", FindingKind::OtherClient)]
#[case(KnownKind::OtherClient, "Brill Roofing, L.L.C.", "BRILL ROOFING's crew", FindingKind::OtherClient)]
#[case(KnownKind::OtherClient, "Brill Roofing Co., Inc.", "as at Brill Roofing", FindingKind::OtherClient)]
#[case(KnownKind::OtherClient, "Brill Roofing Company", "as at Brill Roofing", FindingKind::OtherClient)]
#[case(KnownKind::Address, "12 Oak Street, Austin, TX", "twelve oak st", FindingKind::StreetAddress)]
#[case(KnownKind::Address, "12 Oak Hollow", "at 12\nOak Hollow", FindingKind::StreetAddress)]
#[case(KnownKind::Address, "412 Maple Street, Austin", "a crew was on Maple Street", FindingKind::StreetAddress)]
#[case(KnownKind::Address, "412 Maple Street, Austin", "on maple st. since noon", FindingKind::StreetAddress)]
#[case(KnownKind::Address, "412 Maple St Austin TX", "the Maple\nStreet house", FindingKind::StreetAddress)]
#[case(KnownKind::Address, "88 N. Oak Hill Dr., Apt 4B", "off Oak Hill Drive", FindingKind::StreetAddress)]
#[case(KnownKind::Address, "175 5th St N", "on Fifth Street", FindingKind::StreetAddress)]
#[case(KnownKind::Address, "175 Fifth Street", "on 5th St", FindingKind::StreetAddress)]
#[case(KnownKind::Address, "12 Oak Hollow", "up at Oak Hollow", FindingKind::StreetAddress)]
#[case(KnownKind::Address, "9 County Road 12", "along County Road 12", FindingKind::StreetAddress)]
#[case(KnownKind::Address, "88 Oak Hill Dr., Apt 4B", "in Apt 4B", FindingKind::StreetAddress)]
#[case(KnownKind::Address, "88 Oak Hill Dr. #4B", "apartment number 4-B leaks", FindingKind::StreetAddress)]
#[case(KnownKind::Address, "88 Oak Hill Dr. #4B", "it leaks in #4b", FindingKind::StreetAddress)]
#[case(KnownKind::Address, "88 Oak Hill Dr, Austin, TX 78704", "seen in 78704 today", FindingKind::Postcode)]
#[case(KnownKind::Note, "I'm at 412 Maple Street apt 7, come by", "a leak on Maple Street", FindingKind::StreetAddress)]
#[case(KnownKind::Note, "I'm at 412 Maple Street apt 7, come by", "a leak in apartment 7", FindingKind::StreetAddress)]
#[case(KnownKind::Unit, "12", "a leak in unit 12", FindingKind::StreetAddress)]
#[case(KnownKind::Unit, "Apt 4B", "unit four B", FindingKind::StreetAddress)]
#[case(KnownKind::Unit, "C", "Suite C was cold", FindingKind::StreetAddress)]
#[case(KnownKind::Zip, "78704", "a home in 78704.", FindingKind::Postcode)]
#[case(KnownKind::Zip, "78704-1234", "Austin, TX 78704", FindingKind::Postcode)]
#[case(KnownKind::Zip, "78704", "zip: seven eight seven oh four", FindingKind::Postcode)]
#[case(KnownKind::Zip, "78704", "ZIP code number 7 8 7 0 4", FindingKind::Postcode)]
#[case(KnownKind::Zip, "K1A 0B6", "near k1a0b6", FindingKind::Postcode)]
#[case(KnownKind::Zip, "2000", "postcode 2000", FindingKind::Postcode)]
#[case(KnownKind::Code, "4827", "it is four eight two seven", FindingKind::AccessCode)]
#[case(KnownKind::Code, "4827", "it is forty-eight twenty-seven", FindingKind::AccessCode)]
#[case(KnownKind::Code, "#4827", "4 8 2 7", FindingKind::AccessCode)]
#[case(KnownKind::Code, "BLUEJAY", "it opens with BLUEJAY today", FindingKind::AccessCode)]
#[case(KnownKind::Code, "BLUEJAY", "it opens with B L U E - JAY", FindingKind::AccessCode)]
#[case(KnownKind::Code, "BLUEJAY", "bluejay opens the side gate", FindingKind::AccessCode)]
#[case(KnownKind::Code, "bluejay", "the lock box is set to Bluejay", FindingKind::AccessCode)]
#[case(KnownKind::Code, "Blue Jay", "the entry door takes blue jay", FindingKind::AccessCode)]
#[case(KnownKind::Code, "HOME", "spin it to HOME", FindingKind::AccessCode)]
#[case(KnownKind::Code, "1OH", "it is 1OH", FindingKind::AccessCode)]
#[case(KnownKind::Id, "CA-0123456789ab", "ca0123456789AB", FindingKind::InternalId)]
#[case(KnownKind::Id, "L-12", "see L-12", FindingKind::InternalId)]
#[case(KnownKind::Id, "L-2041", "see l 2041", FindingKind::InternalId)]
#[case(KnownKind::Id, "L-2041", "see lead #2041", FindingKind::InternalId)]
#[case(KnownKind::Id, "J-118", "see job 118", FindingKind::InternalId)]
#[case(KnownKind::Id, "invoice:10452", "see invoice 10452", FindingKind::InternalId)]
#[case(KnownKind::Id, "203.0.113.77", "from 203.0.113.77", FindingKind::InternalId)]
#[case(KnownKind::Price, "45.00", "it cost us $45", FindingKind::ProviderCost)]
#[case(KnownKind::Price, "45", "forty-five dollars a lead", FindingKind::ProviderCost)]
fn it_is_found(#[case] kind: KnownKind, #[case] value: &str, #[case] text: &str, #[case] found: FindingKind) {
    let all = blocks(kind, value, text);
    assert!(all.iter().any(|(kind, _)| *kind == found), "{all:?}");
}

#[rstest]
#[case(KnownKind::Staff, "ana", "an a-frame house, and a banana")]
#[case(KnownKind::Staff, "will", "they will come")]
#[case(KnownKind::Name, "Unknown Caller", "an unknown caller")]
#[case(KnownKind::Code, "4827", "14827 and 48271")]
#[case(KnownKind::Code, "HOME", "the customer was at home. Home is where it leaks")]
#[case(KnownKind::Code, "HOME", "a HOMEOWNER")]
#[case(KnownKind::Code, "HOME", "the gate was fixed before the customer came back to her home")]
#[case(KnownKind::Price, "45", "45 minutes")]
#[case(KnownKind::Id, "L-2041", "12,041 and 12041 and 1-2041")]
#[case(KnownKind::Id, "J-12", "12 jobs, and job 12")]
#[case(KnownKind::Id, "drain", "a drain")]
#[case(KnownKind::OtherClient, "Best", "the best way")]
#[case(KnownKind::OtherClient, "Brill LLC", "a brill was on the menu")]
#[case(KnownKind::OtherClient, "Brill Roofing LLC", "the roofing was done")]
#[case(KnownKind::Name, "Al", "an al dente sauce")]
#[case(KnownKind::Address, "412 Austin Street, Austin, TX 78704", "A customer in Austin, TX asked about it.")]
#[case(KnownKind::Address, "412 Maple Street", "a maple floor, a street lamp, and syrup")]
#[case(KnownKind::Address, "12 Spring Garden", "a spring garden clean-up")]
#[case(KnownKind::Address, "12 Elm Ct, Unit 2", "unit 2 on the roof needs a fan")]
#[case(KnownKind::Address, "12 Elm Ct, Floor 2", "the floor was wet on 2 sides")]
#[case(KnownKind::Address, "12 Elm Ct, Apt 20A", "a 20A breaker was changed")]
#[case(KnownKind::Address, "12 Elm Ct, Apt 304", "invoice #304 was sent, and 304 parts came")]
#[case(KnownKind::Zip, "78704", "it cost $78,704 in all")]
#[case(KnownKind::Zip, "78704", "it cost $78704, or 78704 dollars")]
#[case(KnownKind::Zip, "78704", "invoice 78704, order no. 78704 and model number 78704")]
#[case(KnownKind::Zip, "78704", "78704 sq ft, 78704.50, 178704 and 787041")]
#[case(KnownKind::Zip, "78704", "at 512-78704-1 and 1:78704")]
#[case(KnownKind::Zip, "2024", "since 2024 it has been fine")]
fn what_looks_alike_is_not(#[case] kind: KnownKind, #[case] value: &str, #[case] text: &str) {
    use FindingKind::{Postcode, StreetAddress};
    let kinds = [
        FindingKind::StaffName,
        FindingKind::LeadName,
        FindingKind::OtherClient,
        FindingKind::AccessCode,
        Postcode,
        StreetAddress,
        FindingKind::InternalId,
    ];
    let all = blocks(kind, value, text);
    assert!(all.iter().all(|(kind, _)| !kinds.contains(kind) && *kind != FindingKind::ProviderCost), "{all:?}");
}

/// Every character that Unicode takes for a plain letter or sign, by what it is taken for, and digits of other scripts.
static TWINS: LazyLock<HashMap<char, Vec<char>>> = LazyLock::new(|| {
    let mut twins: HashMap<char, Vec<char>> = HashMap::new();
    for c in '\u{80}'..=char::MAX {
        let mut bytes = [0; 4];
        let mut looks = unicode_security::skeleton(c.encode_utf8(&mut bytes));
        // There 1 and I are taken for l, and 0 for O; digits of other scripts by their form, and not by what they count.
        if let (Some(like), None) = (looks.next().filter(|c| c.is_ascii_alphanumeric() && !"lO".contains(*c)), looks.next())
            && c.is_alphabetic()
            && c != 'ſ'
        {
            twins.entry(like).or_default().push(c);
        }
    }
    for zero in [0x660, 0x966, 0xe50, 0xff10, 0x1d7ce, 0x1d7f6] {
        for digit in 0..10 {
            let plain = char::from_digit(digit, 10).expect("a digit");
            twins.entry(plain).or_default().extend(char::from_u32(zero + digit));
        }
    }
    twins.extend([('-', vec!['–', '‑', '－']), ('.', vec!['․', '．']), ('@', vec!['＠', '﹫'])]);
    twins
});

/// Looks the same, or is not seen at all.
fn disguised(text: &str, how: &[u8]) -> String {
    const HIDDEN: &[char] = &['\u{200b}', '\u{ad}', '\u{200d}', '\u{2060}', '\u{fe0f}', '\u{feff}'];
    let mut out = String::new();
    for (n, c) in text.chars().enumerate() {
        let turn = how[n % how.len()];
        let twin = TWINS.get(&c).map(|twins| twins[(usize::from(turn) * 7 + n) % twins.len()]);
        match (turn % 6, c) {
            (0, c) => out.extend(c.to_uppercase()),
            (1, c) => out.push(twin.unwrap_or(c)),
            (2, c) => out.extend([c, HIDDEN[usize::from(turn) % HIDDEN.len()]]),
            (3, ' ') => out.push('\n'),
            (4, ' ') => out.push_str("  "),
            (_, c) => out.push(c),
        }
    }
    out
}

/// A phone number as people write it.
fn phone(digits: &str, way: usize) -> String {
    let (area, exchange, line) = (&digits[..3], &digits[3..6], &digits[6..]);
    let spelled = |digits: &str| {
        let names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
        digits.bytes().map(|b| names[usize::from(b - b'0')]).collect::<Vec<_>>().join(" ")
    };
    match way % 12 {
        0 => format!("({area}) {exchange}-{line}"),
        1 => format!("{area}.{exchange}.{line}"),
        2 => format!("{area} {exchange} {line}"),
        3 => format!("+1{digits}"),
        4 => format!("1-{area}-{exchange}-{line}"),
        5 => digits.to_owned(),
        6 => format!("{exchange}-{line}"),
        7 => format!("{exchange}{line}"),
        8 => spelled(digits),
        9 => format!("{}, {}, {}", spelled(area), exchange, spelled(line)),
        10 => digits.chars().map(|c| c.to_string()).collect::<Vec<_>>().join(" "),
        _ => format!("{area}/{exchange}/{line} ext 9"),
    }
}

#[test]
fn letters_that_look_like_digits_are_read_alike_wherever_a_value_is_cut() {
    for text in ["See II0000-AAAA010 there.", "See IIOOOO-aaaa010 there.", "See ll0000 aaaaolo there."] {
        assert!(!blocks(KnownKind::Id, "II0000aaaa010", text).is_empty(), "{text}");
    }
    for (code, text) in
        [("011", "The oil ring was changed."), ("101", "That was a lol moment, he said."), ("hello", "We said hello.")]
    {
        assert!(blocks(KnownKind::Code, code, text).is_empty(), "{text}");
    }
}

#[rstest]
#[case("hello", "We said hello.", &[("hello", Severity::Warn)])]
#[case("HOME", "Home was dry, and the home next door.", &[("Home", Severity::Warn), ("home", Severity::Block)])]
#[case("HOME", "They were HOME, near the homes.", &[("HOME", Severity::Block)])]
fn a_code_of_letters_blocks_in_capitals_or_near_a_word_of_access(
    #[case] code: &str,
    #[case] text: &str,
    #[case] marked: &[(&str, Severity)],
) {
    let known: Vec<Known> = Known::new(KnownKind::Code, code).into_iter().collect();
    let found = findings(text, Against { known: &known, ..Against::default() });
    let found: Vec<_> =
        found.iter().filter(|f| f.kind == FindingKind::AccessCode).map(|f| (f.text.as_str(), f.severity)).collect();
    assert_eq!(found, marked);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_stored_phone_blocks_in_every_form(digits in "[2-9][0-9]{2}[2-9][0-9]{6}", way in 0_usize..12, how in proptest::collection::vec(any::<u8>(), 1..24)) {
        let text = format!("Call at {} today.", disguised(&phone(&digits, way), &how));
        prop_assert!(!blocks(KnownKind::Phone, &format!("+1{digits}"), &text).is_empty(), "{text}");
    }

    #[test]
    fn a_stored_name_blocks_in_every_form(first in "[B-DF-HJ-NP-TV-Z][aeiou][b-z]{3,6}", last in "[A-Z][a-z]{3,9}", way in 0_usize..5, how in proptest::collection::vec(any::<u8>(), 1..24)) {
        let written = match way {
            0 => format!("{first} {last}"),
            1 => format!("{last}, {first}"),
            2 => format!("{first} {last}'s"),
            3 => format!("{first}-{last}"),
            _ => format!("{first}.{last}"),
        };
        let text = format!("It was {} who asked.", disguised(&written, &how));
        prop_assert!(!blocks(KnownKind::Name, &format!("{first} {last}"), &text).is_empty(), "{text}");
    }

    #[test]
    fn a_name_of_any_people_blocks_in_every_form(first in 0_usize..12, last in 0_usize..14, kind in 0_usize..3, way in 0_usize..6, how in proptest::collection::vec(any::<u8>(), 1..24)) {
        let first = ["Zoë", "Nguyễn", "Thị", "José", "Łukasz", "Ørjan", "D'Andre", "Mary-Kate", "Siân", "Đặng", "Иван", "Nuño"][first];
        let last = ["O'Brien", "Núñez", "van der Berg", "Dvořák", "Strauß", "Smith-Jones", "Trần", "Петров", "Öztürk", "St. Clair", "MacLeod", "Ångström", "Þórsson", "D'Souza"][last];
        let plain = |name: &str| unicode_normalization::UnicodeNormalization::nfd(name).filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect::<String>();
        let written = match way {
            0 => format!("{first} {last}"),
            1 => format!("{last}, {first}"),
            2 => plain(&format!("{first} {last}")),
            3 => format!("{first} {last}’s"),
            4 => format!("{first} {last}").to_uppercase(),
            _ => format!("{first} {last}").replace('-', " ").replace('\'', "’"),
        };
        let kind = [KnownKind::Name, KnownKind::Staff, KnownKind::OtherClient][kind];
        let text = format!("It was {} who asked.", disguised(&written, &how));
        prop_assert!(!blocks(kind, &format!("{first} {last}"), &text).is_empty(), "{text}");
    }

    #[test]
    fn what_a_lead_costs_blocks_in_every_form(dollars in 2_u32..1_000, cents in 0_u32..100, way in 0_usize..8, how in proptest::collection::vec(any::<u8>(), 1..24)) {
        let stored = if cents == 0 { format!("{dollars}") } else { format!("{dollars}.{cents:02}") };
        let written = match way {
            0 => format!("${dollars}.{cents:02}"),
            1 => format!("{dollars}.{cents:02} dollars"),
            2 => format!("USD {dollars}.{cents:02}"),
            3 => format!("{dollars}.{cents:02} USD"),
            4 => format!("$ {dollars}.{cents:02}"),
            5 => format!("{dollars} dollars and {cents} cents"),
            6 => format!("US${dollars}.{cents:02}"),
            _ => format!("{dollars}.{cents:02} bucks"),
        };
        let text = format!("It was {} each.", disguised(&written, &how));
        prop_assert!(!blocks(KnownKind::Price, &stored, &text).is_empty(), "{stored}: {text}");
    }

    #[test]
    fn a_number_of_another_country_blocks_in_every_form(country in prop::sample::select(vec!["44", "49", "52", "61", "33", "91"]), number in "[2-9][0-9]{8,9}", way in 0_usize..6, how in proptest::collection::vec(any::<u8>(), 1..24)) {
        let spaced = number.as_bytes().chunks(3).map(|part| String::from_utf8_lossy(part).into_owned()).collect::<Vec<_>>();
        let written = match way {
            0 => format!("+{country}{number}"),
            1 => format!("+{country} {}", spaced.join(" ")),
            2 => format!("0{number}"),
            3 => format!("(0{}) {}", spaced[0], spaced[1..].join("-")),
            4 => format!("00{country} {}", spaced.join(".")),
            _ => format!("+{country} (0) {}", spaced.join(" ")),
        };
        let text = format!("Call at {} today.", disguised(&written, &how));
        prop_assert!(!blocks(KnownKind::Phone, &format!("+{country}{number}"), &text).is_empty(), "{text}");
    }

    #[test]
    fn words_of_a_note_block_in_every_form(words in proptest::collection::vec("[a-z]{3,9}", 8..30), from in 0_usize..22, how in proptest::collection::vec(any::<u8>(), 1..24)) {
        let run = &words[from.min(words.len() - 8)..][..8];
        let text = format!("The team noted: {} and left.", disguised(&run.join(" "), &how));
        prop_assert!(!blocks(KnownKind::Note, &words.join(" "), &text).is_empty(), "{text}");
    }

    #[test]
    fn a_stored_address_of_mail_blocks_in_every_form(local in "[a-z]{2,6}[._]?[a-z0-9]{2,5}", host in "[a-z]{3,8}", end in "(com|net|plumbing|co\\.uk)", way in 0_usize..4, how in proptest::collection::vec(any::<u8>(), 1..24)) {
        let value = format!("{local}@{host}.{end}");
        let written = match way {
            0 => value.clone(),
            1 => value.replace('@', " at ").replace('.', " dot ").replace('_', " underscore "),
            2 => value.replace('@', " (at) ").replace('.', " . "),
            _ => value.replace('@', " @ "),
        };
        let text = format!("Write to {}, please.", disguised(&written, &how));
        prop_assert!(!blocks(KnownKind::Email, &value, &text).is_empty(), "{text}");
    }

    #[test]
    fn a_stored_code_or_reference_blocks_in_every_form(code in "[0-9]{4,8}", id in "[A-Z]{2}[0-9a-f]{10}[0-9]", way in 0_usize..4, how in proptest::collection::vec(any::<u8>(), 1..24)) {
        let spaced = |text: &str, gap: &str| text.chars().map(|c| c.to_string()).collect::<Vec<_>>().join(gap);
        let written = match way {
            0 => code.clone(),
            1 => spaced(&code, " "),
            2 => spaced(&code, "-"),
            _ => spaced(&code, " then "),
        };
        let text = format!("It is {} there.", disguised(&written, &how));
        prop_assert!(!blocks(KnownKind::Code, &code, &text).is_empty(), "{text}");
        let written = if way % 2 == 0 { id.clone() } else { format!("{}-{}", &id[..6], &id[6..]) };
        let text = format!("See {} there.", disguised(&written, &how));
        prop_assert!(!blocks(KnownKind::Id, &id, &text).is_empty(), "{text}");
    }

    #[test]
    fn a_code_of_capitals_and_digits_blocks_as_it_is_stored(code in "[A-Z0-9]{3,8}", way in 0_usize..4) {
        let text = match way {
            0 => format!("It is {code} there."),
            1 => format!("{code} was heard, twice."),
            2 => format!("The technician wrote down {code}"),
            _ => format!("The gate opens with {} there.", code.to_lowercase()),
        };
        prop_assert!(!blocks(KnownKind::Code, &code, &text).is_empty(), "{text}");
    }

    #[test]
    fn a_stored_address_blocks_in_every_form(house in 1_u32..9_999, name in "[A-Z][a-z]{3,8}", kind in "(Street|St|Avenue|Ave|Rd|Lane)", written in "(street|St\\.|ave|Road|LN)", how in proptest::collection::vec(any::<u8>(), 1..24)) {
        let text = format!("Work at {} was done.", disguised(&format!("{house} {name} {written}"), &how));
        prop_assert!(!blocks(KnownKind::Address, &format!("{house} {name} {kind}, Austin"), &text).is_empty(), "{text}");
    }

    #[test]
    fn a_street_without_its_number_blocks_in_every_form(house in 1_u32..9_999, name in "[A-Z][a-z]{3,8}( [A-Z][a-z]{3,6})?", kind in 0_usize..6, way in 0_usize..8, way_written in 0_usize..3, how in proptest::collection::vec(any::<u8>(), 1..24)) {
        let kinds = [["Street", "St", "STR"], ["Avenue", "Ave", "av"], ["Road", "Rd", "rd."], ["Lane", "LN", "ln."], ["Drive", "Dr", "DRV"], ["Court", "Ct", "ct."]];
        let stored = match way {
            0 => format!("{house} {name} {}", kinds[kind][0]),
            1 => format!("{house} N. {name} {}, Austin, TX 78704", kinds[kind][1]),
            2 => format!("{house} {name} {} Apt 4B", kinds[kind][1]),
            3 => format!("{house} {name} {} SW\nAustin", kinds[kind][0]),
            4 => format!("{house} {name} {} austin tx", kinds[kind][1].to_lowercase()),
            5 => format!("{house} 1/2 {name} {} # 7", kinds[kind][0]),
            _ => format!("{house}B {} {}., Austin", name.to_uppercase(), kinds[kind][1].to_uppercase()),
        };
        let text = format!("Work on {} was done.", disguised(&format!("{name} {}", kinds[kind][way_written]), &how));
        prop_assert!(!blocks(KnownKind::Address, &stored, &text).is_empty(), "{stored}: {text}");
    }

    #[test]
    fn a_unit_blocks_in_every_form(unit in "[0-9]{2,4}|[1-9][A-H]|[A-H][0-9]{1,2}|[1-9][0-9]{1,2}[A-H]", stored in 0_usize..5, way in 0_usize..8, how in proptest::collection::vec(any::<u8>(), 1..24)) {
        let spaced = unit.chars().map(|c| c.to_string()).collect::<Vec<_>>();
        let (kind, value) = match stored {
            0 => (KnownKind::Unit, unit.clone()),
            1 => (KnownKind::Unit, format!("Apt. {unit}")),
            2 => (KnownKind::Unit, format!("#{unit}")),
            3 => (KnownKind::Address, format!("12 Oak Street, Unit {unit}, Austin")),
            _ => (KnownKind::Address, format!("12 Oak Street # {unit}")),
        };
        let written = match way {
            0 => format!("Apt {unit}"),
            1 => format!("apartment {unit}"),
            2 => format!("unit no. {unit}"),
            3 => format!("Suite {}", spaced.join("-")),
            4 => format!("Apt. # {unit}"),
            5 => format!("unit {}", spaced.join(" ")),
            6 => format!("apt{unit}"),
            _ => format!("UNIT number {}", unit.to_lowercase()),
        };
        let text = format!("The leak in {} was stopped.", disguised(&written, &how));
        prop_assert!(!blocks(kind, &value, &text).is_empty(), "{value}: {text}");
    }

    #[test]
    fn a_zip_code_blocks_in_every_form(zip in "[0-9]{5}", stored in 0_usize..4, way in 0_usize..8, how in proptest::collection::vec(any::<u8>(), 1..24)) {
        let (kind, value) = match stored {
            0 => (KnownKind::Zip, zip.clone()),
            1 => (KnownKind::Zip, format!("{zip}-1234")),
            2 => (KnownKind::Address, format!("12 Oak Street, Austin, TX {zip}")),
            _ => (KnownKind::Address, format!("12 Oak Street Apt 4 {zip}")),
        };
        let spaced = |gap: &str| zip.chars().map(|c| c.to_string()).collect::<Vec<_>>().join(gap);
        let names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
        let written = match way {
            0 => zip.clone(),
            1 => format!("ZIP {zip}"),
            2 => format!("zip code: {zip}"),
            3 => format!("Austin, TX {zip}"),
            4 => spaced(" "),
            5 => format!("the {zip} area"),
            6 => zip.bytes().map(|b| names[usize::from(b - b'0')]).collect::<Vec<_>>().join(" "),
            _ => format!("ZIP {}", spaced("-")),
        };
        let text = format!("A home in {} was seen.", disguised(&written, &how));
        prop_assert!(!blocks(kind, &value, &text).is_empty(), "{value}: {text}");
    }

    #[test]
    fn no_text_panics_and_no_span_leaves_it(text in any::<String>(), value in any::<String>(), kind in 0..<KnownKind as strum::VariantArray>::VARIANTS.len()) {
        use strum::VariantArray as _;
        let known: Vec<Known> = Known::new(KnownKind::VARIANTS[kind], &value).into_iter().collect();
        let length = text.chars().count();
        for found in findings(&text, Against { evidence: &[&value], lead_name: Some(&value), known: &known, ..Against::default() }) {
            prop_assert!(found.start < found.end && found.end <= length);
        }
    }
}

#[rstest]
#[case(KnownKind::Address, "412 Maple Street", "The crew was on Maple today.", "Maple")]
#[case(KnownKind::Address, "12 Spring Garden", "at spring garden", "spring garden")]
#[case(KnownKind::Unit, "Unit 2", "It was in unit 2.", "unit 2")]
#[case(KnownKind::Unit, "4B", "The tenant of 4B called.", "4B")]
fn what_may_be_a_part_of_an_address_warns(
    #[case] kind: KnownKind,
    #[case] value: &str,
    #[case] text: &str,
    #[case] marked: &str,
) {
    let known: Vec<Known> = Known::new(kind, value).into_iter().collect();
    let found = findings(text, Against { known: &known, ..Against::default() });
    let found: Vec<_> =
        found.iter().filter(|f| f.kind == FindingKind::StreetAddress).map(|f| (f.severity, f.text.as_str())).collect();
    assert_eq!(found, [(Severity::Warn, marked)]);
}

#[test]
fn the_clients_own_name_may_stand_and_anothers_may_not() {
    let known: Vec<Known> = [(KnownKind::OwnClient, "Dove Cleaning"), (KnownKind::OtherClient, "Brill Roofing")]
        .into_iter()
        .filter_map(|(kind, name)| Known::new(kind, name))
        .collect();
    let text = "The request reached Dove Cleaning, and Brill Roofing.";
    let found =
        findings(text, Against { evidence: &["a request came in"], lead_name: None, known: &known, ..Against::default() });
    assert!(found.iter().all(|finding| !finding.text.contains("Dove") && !finding.text.contains("Cleaning")), "{found:?}");
    assert!(found.iter().any(|finding| finding.kind == FindingKind::OtherClient && finding.text == "Brill Roofing"), "{found:?}");
}

#[rstest]
#[case("Brill Roofing of Austin", "The request reached Brill Roofing of Austin.", false)]
#[case("Dove Cleaning", "The request reached Brill Roofing of Austin.", true)]
fn anothers_name_without_what_it_is_by_law_may_be_a_part_of_the_clients(
    #[case] own: &str,
    #[case] text: &str,
    #[case] blocked: bool,
) {
    let known: Vec<Known> = [(KnownKind::OtherClient, "Brill Roofing, Inc."), (KnownKind::OwnClient, own)]
        .into_iter()
        .filter_map(|(kind, name)| Known::new(kind, name))
        .collect();
    let found = findings(text, Against { known: &known, ..Against::default() });
    assert_eq!(found.iter().any(|finding| finding.kind == FindingKind::OtherClient), blocked, "{found:?}");
}

/// A form is as long as its name: one for each word of a name takes the square of it.
#[test]
fn a_message_in_the_field_of_a_name_is_a_few_forms_and_is_found() {
    let letters: Vec<char> = ('c'..='v').collect();
    let word = |n: usize| format!("{}ab", letters[n % letters.len()].to_string().repeat(n / letters.len() + 1));
    let words: Vec<String> = (0..5_000).map(word).collect();
    let value = words.join(" ");
    let known: Vec<Known> = Known::new(KnownKind::Staff, &value).into_iter().collect();
    let dictionary = super::Dictionary::new(&known);
    assert!((1..=2).contains(&dictionary.plain.by_signs.len()), "{} forms", dictionary.plain.by_signs.len());
    let said = "Nora Quist her mother lives there and the small dog bites so ring twice";
    assert_eq!(blocks(KnownKind::Staff, said, &format!("They wrote: {said}!")).len(), 1);
}
