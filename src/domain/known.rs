//! What is stored about a lead and around it, and so must not stand in a client's text: each value by what it is.
//!
//! Such values are found by construction, in every form they can be written in, where a pattern would have to guess.

mod fields;

use self::fields::Field;
use super::text::Internal;
use super::words;

words! {
    /// What a stored value is.
    pub enum KnownKind {
        Phone, Email, Address,
        /// Of an address: what comes behind the street, and where it is.
        Unit, Zip,
        /// Of the lead, or of somebody who called for it.
        Name,
        /// Of somebody who works here.
        Staff,
        /// The client's own name: the one that may stand in its text.
        OwnClient,
        /// Another client's.
        OtherClient,
        /// Opens a gate, a door, an alarm.
        Code,
        /// Leads to a record, here or at a provider.
        Id,
        /// What a provider charges for the lead.
        Price,
        /// Words that somebody said or wrote.
        Note,
    }
}

/// A stored value. Its `Debug` says what it is and not what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What it is.
    pub kind: KnownKind,
    /// As it is stored.
    pub value: Internal<String>,
}

impl Known {
    /// A value; `None` where there is nothing in it.
    pub fn new(kind: KnownKind, value: impl AsRef<str>) -> Option<Self> {
        let value = value.as_ref().trim();
        (!value.is_empty()).then(|| Self { kind, value: Internal::new(value.to_owned()) })
    }
}

/// Values of a payload, at most: what comes after is read by the patterns alone.
const MOST: usize = 400;

/// The values of a payload that must not leave, by the names of their fields and by how they look, whatever it is written in.
/// What has no field gives its text as notes.
pub fn in_payload(body: &str) -> Vec<Known> {
    let mut found = Vec::new();
    fields::each(body, &mut |field| {
        found.extend(match field {
            Field::Named { parent, name, value } => known(parent, name, value),
            Field::Labelled { name, value } => known("", name, value).filter(|known| known.kind != KnownKind::Note),
            Field::Text(line) => Known::new(KnownKind::Note, line),
        });
        found.len() < MOST
    });
    found.truncate(MOST);
    found
}

/// Whose name a bare `name` is: a person's below these, a thing's below others.
const PEOPLE: &[&str] = &["", "customer", "contact", "lead", "person", "caller", "from", "consumer", "user", "homeowner"];

/// What one field holds; `None` where it holds nothing that would identify anybody.
fn known(parent: &str, name: &str, value: &str) -> Option<Known> {
    let value = value.trim();
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| plain.contains(word));
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let kind = if value.contains('@') && value.contains('.') && !value.contains(char::is_whitespace) {
        KnownKind::Email
    } else if has(&["leadprice", "leadcost", "providercost", "chargeamount", "leadfee"])
        || matches!(&*plain, "cost" | "fee" | "charge")
    {
        value.trim_start_matches('$').parse::<f64>().ok()?;
        KnownKind::Price
    } else if is_code(&plain, value) {
        KnownKind::Code
    } else if is_time(value) {
        return None;
    } else if is_name(parent, &plain) {
        value.contains(char::is_alphabetic).then_some(KnownKind::Name)?
    } else if (10..=15).contains(&digits)
        && (value.starts_with('+') || has(&["phone", "mobile", "cell", "tel", "caller", "from", "number"]))
    {
        KnownKind::Phone
    } else if is_zip(&plain, value, digits) {
        KnownKind::Zip
    } else if is_unit(parent, &plain, value, digits) {
        KnownKind::Unit
    } else if (has(&["street", "addr"]) || is_line(parent, &plain))
        && !has(&["email", "ip", "callback"])
        && digits > 0
        && value.contains(' ')
    {
        KnownKind::Address
    } else if is_id(&plain, value, digits) {
        KnownKind::Id
    } else if value.split_whitespace().count() >= if digits > 0 { 2 } else { 5 } {
        KnownKind::Note
    } else {
        return None;
    };
    Known::new(kind, value)
}

/// What is written where there is no code, or nobody knows it.
const NO_CODES: &[&str] = &[
    "none",
    "no",
    "no code",
    "yes",
    "n/a",
    "na",
    "unknown",
    "not sure",
    "not needed",
    "not required",
    "tbd",
    "ask",
    "ask me",
    "call",
    "call me",
    "see notes",
    "same",
    "open",
    "true",
    "false",
    "null",
];

/// What opens something: `gate_code`, `garage_pin`, `lock combination`; not a code of a product or of an area.
fn is_code(plain: &str, value: &str) -> bool {
    let opens = ["gate", "alarm", "lock", "door", "access", "entry", "keypad", "garage", "building", "security", "callbox"];
    let told = ["code", "pin", "combo", "combination", "passcode", "password"];
    let short = (1..=12).contains(&value.chars().count());
    short
        && !NO_CODES.contains(&value.to_lowercase().trim_end_matches('.'))
        && (["lockbox", "keypad", "passcode", "pin", "combination"].contains(&plain)
            || opens.iter().any(|word| plain.contains(word))
                && (told.iter().any(|word| plain.ends_with(word)) || plain.contains("lockbox")))
}

/// A postcode; not that of the number that was called: where we are is no secret.
fn is_zip(plain: &str, value: &str, digits: usize) -> bool {
    let signs = value.chars().filter(|c| c.is_alphanumeric()).count();
    let ours = plain.starts_with("to") || plain.starts_with("called");
    !ours && digits > 0 && signs <= 10 && ["zip", "zipcode", "postalcode", "postcode"].iter().any(|end| plain.ends_with(end))
}

/// A line of an address, below its field.
fn is_line(parent: &str, plain: &str) -> bool {
    parent.to_ascii_lowercase().contains("addr") && plain.starts_with("line")
}

/// What comes behind the street, in a field of its own.
fn is_unit(parent: &str, plain: &str, value: &str, digits: usize) -> bool {
    let second = ["address2", "addressline2", "addr2", "street2", "streetaddress2", "addresssecondline"];
    let unit =
        ["unit", "unitnumber", "unitno", "apt", "aptnumber", "aptno", "apartment", "apartmentnumber", "suite", "suitenumber"];
    let signs = value.chars().count();
    (second.iter().any(|end| plain.ends_with(end)) || unit.contains(&plain) || plain == "line2" && is_line(parent, plain))
        && signs <= 20
        && (digits > 0 || signs == 1)
}

/// Signs from which on a record of another system is looked for by its number alone: shorter ones are met by chance.
const ALONE: usize = 6;
/// The same behind the word for what it is.
const NAMED: usize = 4;

/// What another system calls a record: `invoice:1045512`.
pub fn of_record(stored: &str) -> impl Iterator<Item = Known> + '_ {
    let number = stored.rsplit(':').next().unwrap_or(stored);
    let signs = number.chars().count();
    let alone = (signs >= ALONE).then_some(number);
    let named = (signs >= NAMED && number.len() < stored.len()).then_some(stored);
    [alone, named].into_iter().flatten().filter_map(|value| Known::new(KnownKind::Id, value))
}

/// Where a form was sent from; not where it has too few figures to be told from another number.
pub fn of_address(ip: &str) -> Option<Known> {
    let told = ip.contains(':') || ip.bytes().filter(u8::is_ascii_digit).count() > ALONE;
    told.then(|| Known::new(KnownKind::Id, ip)).flatten()
}

/// The ZIP codes in the name of a place: `Austin, TX, 78701`.
pub fn zips_in(place: &str) -> impl Iterator<Item = Known> + '_ {
    let words = place.split(|c: char| !c.is_alphanumeric());
    words
        .filter(|word| word.len() == 5 && word.bytes().all(|b| b.is_ascii_digit()))
        .filter_map(|word| Known::new(KnownKind::Zip, word))
}

fn is_name(parent: &str, plain: &str) -> bool {
    let of_a_person = [
        "customername",
        "firstname",
        "lastname",
        "fullname",
        "contactname",
        "callername",
        "leadname",
        "yourname",
        "surname",
        "givenname",
        "familyname",
        "displayname",
    ];
    of_a_person.iter().any(|name| plain.ends_with(name))
        || plain == "name" && PEOPLE.contains(&parent.to_ascii_lowercase().as_str())
}

/// A reference: long enough to lead to one record, without spaces, with digits; or digits alone from seven on.
fn is_id(plain: &str, value: &str, digits: usize) -> bool {
    let signs = value.chars().count();
    let compact = !value.contains(char::is_whitespace) && !value.contains("://");
    let decimal = value.contains('.') && value.parse::<f64>().is_ok();
    let named = ["id", "sid", "key", "token", "clid", "reference", "number"].iter().any(|end| plain.ends_with(end));
    compact && !decimal && digits > 0 && (signs >= 10 && digits >= 2 || digits >= 7 || named && signs >= 6)
}

/// A date or a time is no secret, however many digits it has.
fn is_time(value: &str) -> bool {
    let mut parts = value.split(['-', '/']);
    let numbers = [parts.next(), parts.next()]
        .into_iter()
        .flatten()
        .all(|part| (1..=4).contains(&part.len()) && part.parse::<u16>().is_ok());
    // Of a number that is dialled more digits are written.
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    numbers && value.contains(['-', '/']) && parts.next().is_some() && (digits <= 8 || value.contains(':'))
        || chrono::DateTime::parse_from_rfc2822(value).is_ok()
        || value
            .parse::<i64>()
            .is_ok_and(|n| (1_400_000_000..2_200_000_000).contains(&n) || (1_400_000_000_000..2_200_000_000_000).contains(&n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(r#"{"customer":{"name":"Ana Lopez","phone":"+15125550142"}}"#, &[(KnownKind::Name, "Ana Lopez"), (KnownKind::Phone, "+15125550142")])]
    #[case(r#"{"business":{"name":"Acme"},"category":{"name":"Plumbing"}}"#, &[])]
    #[case(r#"{"leadPrice":"$45.00","charge":12}"#, &[(KnownKind::Price, "12"), (KnownKind::Price, "$45.00")])]
    #[case(r#"{"address1":"12 Oak Street","city":"Austin","zip":"78701"}"#, &[(KnownKind::Address, "12 Oak Street"), (KnownKind::Zip, "78701")])]
    #[case(
        r#"{"BillAddr":{"Line1":"12 Oak Street","Line2":"Apt 4B","PostalCode":"78704-1234"},"apt":"C","unit":"kg","price":{"unit":"each"}}"#,
        &[(KnownKind::Address, "12 Oak Street"), (KnownKind::Unit, "Apt 4B"), (KnownKind::Zip, "78704-1234"), (KnownKind::Unit, "C")]
    )]
    #[case("FromZip=78704&ToZip=78701&CalledZip=78702", &[(KnownKind::Zip, "78704")])]
    #[case(r##"{"AddressFirstLine":"88 Oak Hill Dr","AddressSecondLine":"#3","Address2":"Behind the church, blue door"}"##, &[(KnownKind::Note, "Behind the church, blue door"), (KnownKind::Address, "88 Oak Hill Dr"), (KnownKind::Unit, "#3")])]
    #[case(r#"{"gate_code":"4827"}"#, &[(KnownKind::Code, "4827")])]
    #[case(r#"{"garage_pin":"4827","pin":"0099","lock combination":"4-2-7"}"#, &[(KnownKind::Code, "4827"), (KnownKind::Code, "4-2-7"), (KnownKind::Code, "0099")])]
    #[case(r#"{"gate_code":"BLUEJAY","alarm_code":"None","lockbox":"n/a","keypad":"ask me"}"#, &[(KnownKind::Code, "BLUEJAY")])]
    #[case(r#"{"promo_code":"SAVE20","area_code":"512","zipcode":"78701"}"#, &[(KnownKind::Zip, "78701")])]
    #[case(r#"{"created":"2026-11-24T10:00:00Z","at":1795787835,"lat":"30.26720"}"#, &[])]
    #[case(r#"{"leadID":"437282430411005953"}"#, &[(KnownKind::Id, "437282430411005953")])]
    #[case(r#"{"message":"the heater leaks all over","service":"drain","urgent":true}"#, &[(KnownKind::Note, "the heater leaks all over")])]
    #[case("From=%2B15125550142&CallSid=CA0123456789&CallStatus=no-answer", &[(KnownKind::Phone, "+15125550142"), (KnownKind::Id, "CA0123456789")])]
    #[case("Hello,\nplease call back", &[(KnownKind::Note, "Hello,"), (KnownKind::Note, "please call back")])]
    #[case("name,phone,gate_code,notes\nAna Lopez,(512) 555-0142,4827,\"dog, big\"", &[(KnownKind::Name, "Ana Lopez"), (KnownKind::Phone, "(512) 555-0142"), (KnownKind::Code, "4827"), (KnownKind::Note, "name,phone,gate_code,notes"), (KnownKind::Note, "Ana Lopez,(512) 555-0142,4827,\"dog, big\"")])]
    #[case("--x\r\nContent-Disposition: form-data; name=\"gate_code\"\r\n\r\n4827\r\n--x--\r\n", &[(KnownKind::Code, "4827")])]
    #[case("Gate code: 4827\nPhone: 512-555-0142", &[(KnownKind::Code, "4827"), (KnownKind::Note, "Gate code: 4827"), (KnownKind::Phone, "512-555-0142"), (KnownKind::Note, "Phone: 512-555-0142")])]
    #[case(r#"{"access_instructions":"gate 4827 side door"}"#, &[(KnownKind::Note, "gate 4827 side door")])]
    #[case("", &[])]
    fn a_payload_gives_what_must_not_leave(#[case] body: &str, #[case] wanted: &[(KnownKind, &str)]) {
        let found = in_payload(body);
        let found: Vec<(KnownKind, &str)> = found.iter().map(|known| (known.kind, known.value.reveal().as_str())).collect();
        assert_eq!(found, wanted);
    }

    #[rstest]
    #[case("invoice:1045512", &["1045512", "invoice:1045512"])]
    #[case("invoice:1045", &["invoice:1045"])]
    #[case("customer:58", &[])]
    #[case("SM0123456789", &["SM0123456789"])]
    #[case("512", &[])]
    fn a_record_of_another_system_is_known_where_it_is_not_met_by_chance(#[case] stored: &str, #[case] wanted: &[&str]) {
        let found: Vec<Known> = of_record(stored).collect();
        let found: Vec<&str> = found.iter().map(|known| known.value.reveal().as_str()).collect();
        assert_eq!(found, wanted);
    }

    #[rstest]
    #[case("203.0.113.77", true)]
    #[case("2001:db8::1", true)]
    #[case("10.0.0.1", false)]
    fn where_a_form_was_sent_from_is_known(#[case] ip: &str, #[case] is_known: bool) {
        assert_eq!(of_address(ip).is_some(), is_known);
    }

    #[test]
    fn it_does_not_say_what_it_holds() {
        assert!(!format!("{:?}", Known::new(KnownKind::Name, "Ana Lopez")).contains("Ana"));
    }
}
