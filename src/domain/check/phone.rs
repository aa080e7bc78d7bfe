//! Phone numbers: North American in every common written form, international, and seven-digit local ones.
//!
//! A plain run of ten digits counts only when it could be dialled; a grouped one always does, because a number that
//! is written like a phone number is read as one.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::digits::{count, explained, groups, is_of_a_thing, is_other_number, pattern, runs, touches, whole};
use super::extension;
use super::fold::Folded;
use crate::domain::span::FindingKind;

pub(super) const REASON: &str = "a phone number: say how to reach the business instead, or take it out";

/// `(512) 555-0142`, `1-512-555-0142 ext. 7`, `512.555.0142`, `5125550142`.
static NORTH_AMERICAN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)(?:\+?\x20?1[\x20.\-/_]{0,3})? (?:[(\[]?\x20?[0-9]{3}\x20?[)\]]|[0-9]{3}) (?:,\x20|[\x20.\-/_*~|•·]{0,3})
          [0-9]{3} (?:,\x20|[\x20.\-/_*~|•·]{0,3}) [0-9]{4} (?:,?\x20?(?:extension|ext|option|opt|x|\#)\.?\x20?(?:[0-9]{1,6}|(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)(?:[\x20\-](?:zero|oh|one|two|three|four|five|six|seven|eight|nine)){0,5}(?-u:\b)))?",
    )
});

/// `503-555-O142`, `5l2-555-Ol42`, `(S12) 884-73B0`: letters that a scanner or a hurried hand puts for figures.
static LOOKS_ALIKE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b|\()[0-9oilsbz]{3}(?:\)\x20?|[\x20.\-])[0-9oilsbz]{3}[\x20.\-][0-9oilsbz]{2}[\x20.\-]?[0-9oilsbz]{2}(?-u:\b)",
    )
});

/// `601-5-5-5-0157`, `4:04 555 0110`: a group of figures one by one, or taken for a time of day by who wrote it down.
static ODDLY_GROUPED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:[0-9]{3}-[0-9]-[0-9]-[0-9]-[0-9]{4}|[0-9]-[0-9]-[0-9]-[0-9]{3}-[0-9]{4}|[0-9]{3}-[0-9]{3}-[0-9]-[0-9]-[0-9]-[0-9]|[2-9]:[0-9]{2}[ .\-][0-9]{3}[ .\-][0-9]{4})(?-u:\b)",
    )
});

/// Figures that such a number must have at least, of its ten.
const REAL_FIGURES: usize = 6;

/// `1-800-GOT-MICE`, `1-800-555-PIPE`: a free number whose last signs are a word.
static VANITY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:1[\x20.\-]?)?\(?8(?:00|33|44|55|66|77|88)\)?[\x20.\-](?:[a-z]{7}|[a-z]{2}[\x20\-][a-z]{5}|[a-z]{5}[\x20\-][a-z]{2}|[a-z0-9]{3}[\x20\-][a-z]{4}|[a-z]{4}[\x20\-][a-z]{3})(?-u:\b)",
    )
});

/// `+44 (0)20 7946 0958`, `011 44 20 7946 0958`, `0044…`: a country code with 7 to 15 digits in all.
static INTERNATIONAL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:\+\x20?|(?-u:\b)(?:00|011)[\x20.\-]{0,2})\(?[1-9](?:[\x20.\-/()]{0,3}[0-9]){6,14}"));

/// `555-0142`, `555.0142`.
static LOCAL: LazyLock<Regex> = LazyLock::new(|| pattern(r"[2-9][0-9]{2}[.\-][0-9]{4}"));

/// `call 555 0142`: with a space only after a word that says what it is.
static LOCAL_AFTER_WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:call|text|phone|cell|mobile|tel|ph|number|reach|ring|dial|contact|fax|callback|cb|voicemail|vm|landline|registered|left)(?-u:\b|s)(?: (?:no|nr|num)\.)?[^0-9.!?\n]{0,25}([2-9][0-9]{2}[ .\-]?[0-9]{4})(?-u:\b)",
    )
});

/// `the number is 555-WASH`: in capitals, and only where a number is spoken of.
static LOCAL_VANITY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:call|text|phone|numbers?|reach|ring|dial)(?-u:\b|s)[^0-9!?\n]{0,40}(?-u:\b)([2-9][0-9]{2}[ .\-][a-z]{4})(?-u:\b)",
    )
});

/// `it's 555 01 99`: the last four in two, only behind a word that says what it is.
static LOCAL_IN_PAIRS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:call|text|phone|cell|mobile|tel|number|reach|ring|dial|at|on|is|it's)(?-u:\b|s):? ([2-9][0-9]{2}[ .\-][0-9]{2}[ .\-][0-9]{2})(?-u:\b)",
    )
});

/// What somebody does with a phone number alone, whatever paper it stands in: `rang the number in the ticket`.
static RUNG: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)(?:rang|ring|dial(?:led|ed)?|call(?:ed)?|texted) (?:the )?number[^.!?]{0,24}$"));

/// `I'm at 5550142`, `leave word on 555 0142`.
static LOCAL_AT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u:\b)(?:at|on|is):? ([2-9][0-9]{2}[ .\-]?[0-9]{4})(?-u:\b)"));

/// `555 0142 is her number`, `555 0142 office`.
static LOCAL_BEFORE_WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)([2-9][0-9]{2}[ .\-]?[0-9]{4})(?:,? (?:is|was|as|for)(?-u:\b)[^0-9.!?]{0,20})? ?\(?(?-u:\b)(?:number|cell|phone|mobile|office|home|fax|landline|work)(?-u:\b)",
    )
});

/// An internet address, not a phone number in groups.
static QUAD: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$"));

/// What stands after an amount, and never after a phone number.
static UNIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^ ?(?:%|sq|square|ft|feet|foot|in\.|in(?:ch|ches)\b|gal|dollars|usd|lbs?\b|pounds|psi|btus?|watts?|kw|rpm|cfm|hours|hrs|miles|mi\b|degrees)",
    )
});

/// Finds phone numbers.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    let lower = &folded.lower;
    let mut push =
        |span: Range<usize>| hits.push(Hit::block(FindingKind::Phone, extension::with_its_words(folded, span), REASON));
    each(lower, &NORTH_AMERICAN, |span| stands_alone(folded, span) && dialled(folded, span), &mut push);
    let real = |span: &Range<usize>| lower[span.clone()].bytes().filter(u8::is_ascii_digit).count() >= REAL_FIGURES;
    each(lower, &LOOKS_ALIKE, |span| real(span) && stands_alone(folded, span) && !is_no_phone(folded, span), &mut push);
    each(lower, &ODDLY_GROUPED, |span| stands_alone(folded, span), &mut push);
    // In capitals: `1-800-555 with a` is no word on a key pad.
    let capitals = |span: &Range<usize>| !folded.text[span.clone()].bytes().any(|b| b.is_ascii_lowercase());
    each(lower, &VANITY, |span| capitals(span) && stands_alone(folded, span), &mut push);
    for found in LOCAL_VANITY.captures_iter(lower).chain(LOCAL_IN_PAIRS.captures_iter(lower)).filter_map(|found| found.get(1)) {
        if capitals(&found.range()) && !is_other_number(folded, found.start()) && !UNIT.is_match(&lower[found.end()..]) {
            push(found.range());
        }
    }
    // `ZIP+4 30318-2204`
    each(
        lower,
        &INTERNATIONAL,
        |span| {
            let of_a_thing = || lower.as_bytes()[span.start] == b'0' && is_of_a_thing(folded, span.start);
            !folded.before(span.start).is_ascii_alphanumeric() && !folded.at(span.end).is_ascii_digit() && !of_a_thing()
        },
        &mut push,
    );
    each(lower, &LOCAL, |span| is_local(folded, span), &mut push);
    for found in
        LOCAL_AFTER_WORD.captures_iter(lower).chain(LOCAL_AT.captures_iter(lower)).chain(LOCAL_BEFORE_WORD.captures_iter(lower))
    {
        let of_an_id = |number: &Range<usize>| is_other_number(folded, number.start) || has_letters(folded, number);
        if let Some(number) = found.get(1).filter(|number| !of_an_id(&number.range()) && !UNIT.is_match(&lower[number.end()..])) {
            push(number.range());
        }
    }
    grouped(folded, &mut push);
}

/// Every match that is accepted. After a refusal the search goes on one character later, not behind the match.
fn each(text: &str, shape: &Regex, accept: impl Fn(&Range<usize>) -> bool, push: &mut impl FnMut(Range<usize>)) {
    let mut from = 0;
    while let Some(found) = shape.find_at(text, from) {
        let span = found.range();
        // Every pattern here begins with an ASCII character, so one byte on is one character on.
        from = if accept(&span) { span.end } else { span.start + 1 };
        if from == span.end {
            push(span);
        }
    }
}

/// No digit, decimal point or currency sign touches it.
fn stands_alone(folded: &Folded, span: &Range<usize>) -> bool {
    let before = folded.before(span.start);
    let decimal = matches!(before, b'.' | b',') && span.start > 1 && folded.before(span.start - 1).is_ascii_digit();
    !before.is_ascii_digit() && before != b'$' && !decimal && !folded.at(span.end).is_ascii_digit() && !goes_on(folded, span)
}

/// The first ten of a longer number in groups, as shops give to orders: `112-4485930-7716221`.
fn goes_on(folded: &Folded, span: &Range<usize>) -> bool {
    let behind = &folded.lower.as_bytes()[span.end..];
    let longer = behind.len() > 3 && behind[0] == b'-' && behind[1..4].iter().all(u8::is_ascii_digit);
    let two = folded.lower[span.clone()].bytes().filter(|b| !b.is_ascii_digit()).count() == 1;
    let of_a_thing = || is_of_a_thing(folded, span.start);
    longer && two || behind.len() > 1 && behind[0] == b'-' && behind[1].is_ascii_alphanumeric() && of_a_thing()
}

/// Whether it is no number to call: no area code begins so, and it is called something else: `SKU 100-234-5678`.
fn is_no_phone(folded: &Folded, span: &Range<usize>) -> bool {
    let number = &folded.lower[span.clone()];
    number.starts_with(['0', '1'])
        && number.bytes().filter(u8::is_ascii_digit).count() == 10
        && is_other_number(folded, span.start)
}

/// A number without any separator must be one of the North American plan: area and exchange begin with 2 to 9; and
/// nothing before it says that it is a part or an invoice.
fn dialled(folded: &Folded, span: &Range<usize>) -> bool {
    let number = &folded.lower[span.clone()];
    // `SKU 100-234-5678`: no area code begins so, and it is called something else.
    if number.starts_with(['0', '1'])
        && number.bytes().filter(u8::is_ascii_digit).count() == 10
        && is_other_number(folded, span.start)
    {
        return false;
    }
    // Three numbers of a list: `sold 512, 555, 1200`.
    if number.contains(", ") {
        let groups: Vec<&str> = number.split(", ").collect();
        let of_a_model = folded.before(span.start).is_ascii_alphabetic();
        return groups.len() < 3 && !of_a_model
            || groups.len() > 2
                && groups
                    .iter()
                    .all(|group| group.starts_with(['2', '3', '4', '5', '6', '7', '8', '9', '0']) && !group.ends_with("00"));
    }
    // `order 512-0093321`: in two groups, of which the second is no exchange, it is what it is called.
    let two = number.bytes().filter(|b| !b.is_ascii_digit()).count() == 1;
    if two && number.len() > 4 && matches!(number.as_bytes()[4], b'0' | b'1') && is_of_a_thing(folded, span.start) {
        return false;
    }
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        // No area begins with 0 or 1: `Order 112-7730941`, where seven digits in a row are no phone number either. Of eleven the
        // first is the country's.
        let ten = number.bytes().filter(u8::is_ascii_digit).count() == 10;
        let no_area = ten && matches!(number.as_bytes(), [b'0' | b'1', b'0'..=b'9', b'0'..=b'9', ..]);
        let in_two = number.bytes().filter(|b| !b.is_ascii_digit()).count() == 1;
        return !no_area || !in_two && !is_of_a_thing(folded, span.start);
    }
    let ten = number.strip_prefix('1').filter(|rest| rest.len() == 10).unwrap_or(number).as_bytes();
    ten.len() == 10
        && ten[0] >= b'2'
        && ten[3] >= b'2'
        && (!is_other_number(folded, span.start) || RUNG.is_match(folded.around(&(span.start..span.start), (48, 0))))
}

/// Letters before a phone number that say what it is: `c 555-0142` in the notes of a hurried hand.
const OF_A_PHONE: &[&str] = &["c", "h", "w", "m", "t", "p", "f", "ph", "hm", "wk", "tel", "mob", "fax", "no", "nr", "num"];

/// Capitals that figures in one begin with, as those of records and policies do: `E2400871`, `GL-7720984`.
fn has_letters(folded: &Folded, number: &Range<usize>) -> bool {
    let before = folded.text[..number.start].strip_suffix('-').unwrap_or(&folded.text[..number.start]);
    let capitals = before.bytes().rev().take_while(u8::is_ascii_uppercase).count();
    let start = before.len() - capitals;
    (1..=3).contains(&capitals)
        && folded.lower[number.clone()].bytes().all(|b| b.is_ascii_digit())
        && !folded.before(start).is_ascii_alphanumeric()
        && !OF_A_PHONE.contains(&&folded.lower[start..before.len()])
}

/// Seven digits that are no decimal, no range and no part of an id or ZIP code.
fn is_local(folded: &Folded, span: &Range<usize>) -> bool {
    let (before, after) = (folded.before(span.start), folded.at(span.end));
    let follows = folded.at(span.end + 1).is_ascii_digit();
    let goes_on = after.is_ascii_digit() || follows && matches!(after, b'-' | b'.' | b'/' | b',');
    let number = &folded.lower[span.clone()];
    let round = number.get(1..3).is_some_and(|end| matches!(end, "00" | "50")) && number.ends_with("00");
    !before.is_ascii_alphanumeric()
        && !matches!(before, b'$' | b'.' | b',' | b'-' | b'/' | b'_')
        && !goes_on
        && !round
        && !is_of_a_thing(folded, span.start)
        && !UNIT.is_match(&folded.lower[span.end..])
}

/// Grouped as other countries do: `020 7946 0958`, `06 12345678`, `55 1234 5678`.
fn grouped(folded: &Folded, push: &mut impl FnMut(Range<usize>)) {
    let (groups, explained) = (groups(folded), explained(folded));
    for run in runs(folded, &groups, |gap| matches!(gap, " " | "-" | "." | "/" | ") " | ")")) {
        let (digits, first) = (count(run), &folded.lower[run[0].clone()]);
        // 078-05-1120 is a social security number: a long digit run, which says better what it is.
        let social = run.len() == 3 && run[0].len() == 3 && run[1].len() == 2;
        let trunk = first.starts_with('0') && first.len() > 1 && run.len() > 1 && (9..=12).contains(&digits) && !social;
        // A list of sizes has short groups alone.
        let long = run.iter().any(|group| group.len() > 2) && run.iter().all(|group| group.len() > 1);
        let ten = (3..=5).contains(&run.len()) && (10..=11).contains(&digits) && long;
        let quad = QUAD.is_match(&folded.lower[whole(run)]);
        if (trunk || ten) && !quad && !is_of_a_thing(folded, whole(run).start) && !touches(&explained, &whole(run)) {
            push(whole(run));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::spans;
    use crate::domain::span::FindingKind::Phone;
    use rstest::rstest;

    #[rstest]
    #[case("call (512) 555-0142 now", "(512) 555-0142")]
    #[case("512-555-0142", "512-555-0142")]
    #[case("512.555.0142.", "512.555.0142")]
    #[case("512 555 0142", "512 555 0142")]
    #[case("5125550142", "5125550142")]
    #[case("1-512-555-0142 ext. 22", "1-512-555-0142 ext. 22")]
    #[case("+15125550142", "+15125550142")]
    #[case("+1 (512) 555 - 0142", "+1 (512) 555 - 0142")]
    #[case("512/555-0142", "512/555-0142")]
    #[case("91-415-555-0132", "415-555-0132")]
    #[case("５１２‑５５５‑０１４２", "５１２‑５５５‑０１４２")]
    #[case("5\u{200b}12-555-0142", "5\u{200b}12-555-0142")]
    #[case("+55 11 98456 5666", "+55 11 98456 5666")]
    #[case("+44 (20) 7123 4567", "+44 (20) 7123 4567")]
    #[case("+33 1 42 68 53 00", "+33 1 42 68 53 00")]
    #[case("011 44 20 7946 0958", "011 44 20 7946 0958")]
    #[case("020 7946 0958", "020 7946 0958")]
    #[case("06 12345678", "06 12345678")]
    #[case("090-1234-5678", "090-1234-5678")]
    #[case("09-7625400", "09-7625400")]
    #[case("ring 555-0142", "555-0142")]
    #[case("his cell is 555 0142", "555 0142")]
    #[case("5550142 is her number", "5550142")]
    #[case("555 0142 office", "555 0142")]
    #[case("area code 512, 555-0142", "area code 512, 555-0142")]
    #[case("512*555*0142", "512*555*0142")]
    #[case("512) 555-0142", "512) 555-0142")]
    #[case("512-555-O142", "512-555-O142")]
    #[case("I'm at 5550142", "5550142")]
    #[case("phone no. 5550142", "5550142")]
    #[case("[512] 555-0142", "[512] 555-0142")]
    #[case("ph 6O9-555-O1I8", "6O9-555-O1I8")]
    #[case("Tel (S12) 884-73B0", "(S12) 884-73B0")]
    #[case("area code 206, 555, 0109", "area code 206, 555, 0109")]
    #[case("downstairs is 555 0177 and", "555 0177")]
    #[case("469-555-0102 opt 2", "469-555-0102 opt 2")]
    #[case("Dial 1-800-GOT-MICE", "1-800-GOT-MICE")]
    #[case("as 1-800-555-PIPE, which", "1-800-555-PIPE")]
    #[case("312-555-0185, extension four oh two", "312-555-0185, extension four oh two")]
    #[case("512_555_0142", "512_555_0142")]
    #[case("Cust cb 5550147 after 3p", "5550147")]
    #[case("next door is 267-0193 in case", "267-0193")]
    #[case("dial 1-888-GO-FROST to register", "1-888-GO-FROST")]
    #[case("512 555 0142 and then the extension is forty two, ask", "512 555 0142 and then the extension is forty two")]
    #[case("the number is on the sign, 555-WASH, ask", "555-WASH")]
    #[case("It's 555 01 99 local", "555 01 99")]
    #[case("rang the number in the ticket 3865550194 wrong person", "3865550194")]
    #[case("call c5550142 after three", "5550142")]
    #[case("reach her on ph-5550142", "5550142")]
    #[case("Ring Amy-555-0142", "555-0142")]
    #[case("call son-555-0142", "555-0142")]
    #[case("Text Amy-5550142", "5550142")]
    #[case("text her on5550142", "5550142")]
    #[case("1800 5550142 is free", "1800 5550142")]
    #[case("(1512-5550142)", "1512-5550142")]
    #[case("Caller reports no hot water 555-0142", "555-0142")]
    #[case("Wants to order call 555-0142", "555-0142")]
    fn phones(#[case] text: &str, #[case] found: &str) {
        assert_eq!(spans(text, Phone), [found]);
    }

    #[rstest]
    #[case("$512-1500")]
    #[case("500-1500 sq ft")]
    #[case("at 350 1200 rpm")]
    #[case("between 500-1500")]
    #[case("420.1234 psi")]
    #[case("on 2026-11-24 10:30")]
    #[case("11/24/2026 and 11-25-2026")]
    #[case("Austin TX 78701-1234")]
    #[case("INV-555-0142")]
    #[case("$1,250,000.00")]
    #[case("0.5551234567")]
    #[case("sizes 10 12 14 16 18")]
    #[case("between 2019-2024")]
    #[case("sold 512, 555 and 1200")]
    #[case("host 86.121.97.248 answered")]
    #[case("part no. 9003542005")]
    #[case("Claim number 0617-442-90")]
    #[case("parcel 0417-22-118-09")]
    #[case("epa registration 432-1483")]
    #[case("slots 100 bil 555 soil")]
    #[case("4111 1111 1111 1111")]
    #[case("1234567890123456")]
    #[case("the number on the part is 318-MERV")]
    #[case("is 555 01 99 psi")]
    #[case("Job 555-2210 moved to Thursday")]
    #[case("Warranty ref 330-558-1094-B denied")]
    #[case("ZIP+4 30318-2204 service area ok")]
    #[case("EPA reg no. 432-1483 applied")]
    #[case("order 112-4485930-7716221 shows delivered")]
    #[case("SKU 100-234-5678 and part number 120-456-7890")]
    #[case("Goodman GSX140361, 2014, low on charge")]
    #[case("sku 1004-771-203 from the orange store")]
    #[case("County inspection passed, record number E2400871")]
    #[case("The number for liability is GL-7720984, expires 12/31")]
    #[case("Order 112-8834071 shipped in 2 boxes")]
    #[case("Order 512-0093321 has 40 sheets")]
    fn no_phones(#[case] text: &str) {
        assert!(spans(text, Phone).is_empty(), "{:?}", spans(text, Phone));
    }
}
