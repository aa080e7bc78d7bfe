//! Known values: what is stored about the lead and around it is found wherever it stands, in every form it is written in.
//!
//! The text is read as three streams of letters and digits, without anything between them: as it stands; without the
//! words that spell an address (`dot`, `at`); and with numbers in words as digits. A stored value becomes one or a few
//! forms in one of the streams. So separators, case, hidden characters, look-alikes, line breaks and spelled-out digits
//! carry nothing past it.

use std::ops::Range;

use foldhash::{HashMap, HashSet};

use super::Hit;
use super::fold::Folded;
use super::quantity::{Meaning, quantities};
use super::stream::{Reading, Stream};
use super::{access_code, address, name};
use crate::domain::id::Ref;
use crate::domain::known::{Known, KnownKind};
use crate::domain::span::FindingKind;

/// Signs of a form by which it is looked up; shorter values are not looked for.
const HEAD: usize = 3;
/// Digits from which on a number is found inside of other digits, too: a country code may stand before it.
const INSIDE: usize = 7;
/// Signs from which on words may be joined as they like: fewer are made by chance (`an a`, and the login `ana`).
const JOINED: usize = 8;
/// Words on each side of a code of letters among which one of access tells that it is the code.
const NEAR: usize = 4;
/// Words of a name, at most, that are looked for in another order, too: of each word on there is a form as long as the name.
const TURNED: usize = 12;
/// Digits from which on a reference of ours is looked for behind the word for what it is, too: `lead 2041`, and no `task 2`.
const SAID: usize = 3;

/// One way to write a stored value.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Form {
    kind: FindingKind,
    signs: Vec<u8>,
    /// Words it is made of.
    words: usize,
    /// It may stand inside of a longer run of digits.
    inside: bool,
    part: Part,
    counts: Counts,
}

/// Whether it is a part of an address, or of another kind of which more is asked than its signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    No,
    /// Words alone.
    Words,
    /// With a number in it.
    Number,
    /// A reference of ours whose letter, an `L`, is read as a digit.
    Letter,
}

/// What a form weighs where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counts {
    /// It blocks.
    Always,
    /// It is an ordinary word as well, and counts with a capital alone.
    Capital,
    /// The same; without a capital it warns.
    LessWithoutCapital,
    /// It warns: it may mean something else.
    Little,
    /// It warns with a capital alone.
    LittleWithCapital,
    /// It is a code of letters and may be an ordinary word: it blocks in capitals or near a word of access, and else warns.
    Code,
}

/// How the name of a business ends that is a company by law.
const LEGAL: &[&str] = &["llc", "inc", "incorporated", "co", "company", "corp", "corporation", "ltd", "limited"];

/// Forms by their signs. Those of a week's records begin alike by the thousand, so that a place in a text is looked up once for
/// each length of a form that begins as it does, and not compared with all of them.
#[derive(Clone, Default)]
struct Forms {
    /// The lengths of forms that begin with these signs.
    lengths: HashMap<[u8; HEAD], Vec<usize>>,
    by_signs: HashMap<Vec<u8>, Vec<Form>>,
}

impl Forms {
    /// Takes a form, once; one that is too short is not looked for.
    fn insert(&mut self, form: Form) {
        let Some(head) = form.signs.first_chunk::<HEAD>() else { return };
        let lengths = self.lengths.entry(*head).or_default();
        if !lengths.contains(&form.signs.len()) {
            lengths.push(form.signs.len());
        }
        let same = self.by_signs.entry(form.signs.clone()).or_default();
        if !same.contains(&form) {
            same.push(form);
        }
    }

    /// Every form that a stream begins with.
    fn at<'a>(&'a self, signs: &'a [u8]) -> impl Iterator<Item = &'a Form> {
        let lengths = signs.first_chunk::<HEAD>().and_then(|head| self.lengths.get(head));
        let begins = lengths.into_iter().flatten().filter_map(|length| self.by_signs.get(signs.get(..*length)?));
        begins.flatten()
    }
}

/// Every stored value, ready to be looked for.
#[derive(Clone, Default)]
pub(super) struct Dictionary {
    plain: Forms,
    mail: Forms,
    figures: Forms,
    prices: HashSet<Meaning>,
    loose: loose::Loose,
    /// The client's own names, of which another's may be a part.
    own: Vec<Vec<u8>>,
}

impl Dictionary {
    /// Reads the values.
    pub(super) fn new(known: &[Known]) -> Self {
        let mut all = Self::default();
        for own in known.iter().filter(|known| known.kind == KnownKind::OwnClient) {
            all.own.push(Stream::new(&Folded::new(own.value.reveal()), Reading::Plain).signs);
        }
        for known in known {
            all.add(known.kind, known.value.reveal());
        }
        all
    }

    fn add(&mut self, kind: KnownKind, value: &str) {
        let folded = Folded::new(value);
        match kind {
            KnownKind::Phone => self.phone(&folded),
            KnownKind::Email => put(&mut self.mail, FindingKind::Email, Stream::new(&folded, Reading::Mail).signs, 1),
            KnownKind::Address => self.address(&folded),
            KnownKind::Unit => self.units(&folded),
            KnownKind::Zip => self.zip(&folded),
            KnownKind::Name => self.name(FindingKind::LeadName, &folded),
            KnownKind::Staff => self.name(FindingKind::StaffName, &folded),
            KnownKind::OtherClient => self.name(FindingKind::OtherClient, &folded),
            KnownKind::Code => self.code(&folded),
            KnownKind::Id => match value.parse::<Ref>() {
                Ok(record) if record.to_string() == value => self.record(record),
                _ => self.reference(FindingKind::InternalId, &folded),
            },
            KnownKind::Price => self.prices.extend(quantities(&folded).into_iter().flat_map(|quantity| quantity.supported_by)),
            // Words of notes are looked for in runs; an address in them is an address.
            KnownKind::Note => {
                let mut found = Vec::new();
                address::find(&folded, &mut found);
                for hit in found {
                    self.parts(&place::Parts::of(&Folded::new(&folded.text[hit.span])));
                }
            }
            // It may stand.
            KnownKind::OwnClient => {}
        }
    }

    /// The national number, and what people dial next door.
    fn phone(&mut self, folded: &Folded) {
        let digits: Vec<u8> = folded.lower.bytes().filter(u8::is_ascii_digit).collect();
        let tail = |count: usize| digits.len().checked_sub(count).map(|from| digits[from..].to_vec());
        // Ten digits in North America; elsewhere eight are left when country and area are written otherwise.
        let american = digits.len() == 10 || digits.len() == 11 && digits[0] == b'1';
        let forms = if american { [tail(10), tail(7)] } else { [tail(8), None] };
        for form in forms.into_iter().flatten() {
            put(&mut self.figures, FindingKind::Phone, form, 1);
        }
    }

    /// House number and street, whatever kind of street is written behind them.
    fn address(&mut self, folded: &Folded) {
        let street = folded.lower[..folded.first_line()].split(',').next().unwrap_or_default().len();
        let mut words: Vec<&str> =
            (0..folded.words.len()).filter(|n| folded.words[*n].end <= street).map(|n| folded.word(n)).collect();
        while words.len() > 2 && words.last().is_some_and(|word| address::is_kind_of_street(word)) {
            words.pop();
        }
        if words.len() >= 2 {
            let stream = Stream::new(&Folded::new(&words.join(" ")), Reading::Figures);
            put(&mut self.figures, FindingKind::StreetAddress, stream.signs, words.len());
        }
        self.parts(&place::Parts::of(folded));
    }

    /// What of an address says where somebody lives by itself.
    fn parts(&mut self, parts: &place::Parts) {
        for zip in &parts.zips {
            self.loose.zip(zip);
        }
        for unit in &parts.units {
            self.unit(unit);
        }
        let Some(street) = &parts.street else { return };
        for name in std::iter::once(street.name.clone()).chain(place::said(&street.name)) {
            self.loose.street(&name);
            let Some(kind) = &street.kind else {
                if street.words > 1 {
                    self.part(&name, street.words, Counts::LessWithoutCapital);
                }
                continue;
            };
            let strong = address::STRONG.contains(&kind.as_str());
            let counts = if strong { Counts::Always } else { Counts::LessWithoutCapital };
            for way in place::written(kind) {
                self.part(&format!("{name} {way}"), street.words + 1, counts);
            }
        }
    }

    fn part(&mut self, written: &str, words: usize, counts: Counts) {
        let signs = Stream::new(&Folded::new(written), Reading::Figures).signs;
        let part = if written.bytes().any(|b| b.is_ascii_digit()) { Part::Number } else { Part::Words };
        self.figures.insert(Form { kind: FindingKind::StreetAddress, signs, words, inside: false, part, counts });
    }

    /// A field of its own: with the word before it, or without.
    fn units(&mut self, folded: &Folded) {
        let parts = place::Parts::of(folded);
        let whole: String = folded.lower.chars().filter(char::is_ascii_alphanumeric).collect();
        let alone = parts.units.is_empty() && place::is_unit(&whole);
        for unit in parts.units.into_iter().chain(alone.then_some(whole)) {
            self.unit(&unit);
        }
    }

    fn unit(&mut self, unit: &str) {
        self.loose.unit(unit);
        for (written, sure) in place::homes(unit) {
            self.part(&written, unit.len() + 2, if sure { Counts::Always } else { Counts::Little });
        }
    }

    fn zip(&mut self, folded: &Folded) {
        // Of nine digits the first five say where.
        let five = (0..folded.words.len()).find(|n| place::is_five_digits(folded.word(*n)));
        let zip = five.map_or(&*folded.lower, |n| folded.word(n));
        if zip.bytes().any(|b| b.is_ascii_digit()) {
            self.loose.zip(zip);
        }
    }

    /// As it is written, and the family's name first, of however many words that is; a field of more words than a name has
    /// (somebody put a message there) is looked for as it is written alone.
    fn name(&mut self, kind: FindingKind, folded: &Folded) {
        let parts: Vec<String> = (0..folded.words.len())
            .map(|n| folded.word(n).replace('\'', ""))
            .filter(|part| part.chars().any(char::is_alphabetic) && !name::is_no_name(part))
            .collect();
        let ordinary = parts.len() == 1 && name::is_ordinary(&parts[0]);
        let counts = if ordinary { Counts::Capital } else { Counts::Always };
        let first_words = if parts.len() <= TURNED { parts.len() } else { 1 };
        let mut forms: Vec<String> =
            (0..first_words).map(|family| parts[family..].iter().chain(&parts[..family]).map(String::as_str).collect()).collect();
        if let [first, .., last] = &parts[..] {
            forms.push(format!("{first}{last}"));
        }
        forms.sort_unstable();
        forms.dedup();
        for form in forms {
            let (signs, words) = (form.into_bytes(), parts.len());
            self.plain.insert(Form { kind, signs, words, inside: false, part: Part::No, counts });
        }
        if kind == FindingKind::OtherClient
            && let Some(called) = called(&parts)
        {
            let (signs, words) = (called.concat().into_bytes(), called.len());
            if !self.own.iter().any(|own| own.windows(signs.len()).any(|part| part == signs)) {
                self.plain.insert(Form { kind, signs, words, inside: false, part: Part::No, counts: Counts::Always });
            }
        }
        // `Ms. Quist` may be the customer as well. Staff are known by their whole name.
        if kind == FindingKind::LeadName && parts.len() > 1 {
            for part in parts.iter().filter(|part| part.len() >= HEAD && !name::is_ordinary(part)) {
                let signs = part.clone().into_bytes();
                self.plain.insert(Form {
                    kind,
                    signs,
                    words: 1,
                    inside: false,
                    part: Part::No,
                    counts: Counts::LittleWithCapital,
                });
            }
        }
    }

    /// As a reference, or as the word that it is: `BLUEJAY` has no digit at all.
    fn code(&mut self, folded: &Folded) {
        let kind = FindingKind::AccessCode;
        self.reference(kind, folded);
        let signs = Stream::new(folded, Reading::Plain).signs;
        if !signs.iter().any(u8::is_ascii_digit) {
            let words = folded.words.len();
            self.plain.insert(Form { kind, signs, words, inside: false, part: Part::No, counts: Counts::Code });
        }
    }

    /// A reference of ours: by its letter, and by the word for what it is.
    fn record(&mut self, record: Ref) {
        let number = record.number.to_string();
        let said = (number.len() >= SAID).then(|| format!("{} {number}", record.kind.as_str()));
        for written in [Some(record.to_string()), said].into_iter().flatten() {
            let signs = Stream::new(&Folded::new(&written), Reading::Figures).signs;
            let part = if signs.iter().all(u8::is_ascii_digit) { Part::Letter } else { Part::No };
            let form = Form { kind: FindingKind::InternalId, signs, words: 2, inside: false, part, counts: Counts::Always };
            self.figures.insert(form);
        }
    }

    /// In figures, and as it stands where it has letters too: `1OH` is no 10, and `OH0000-0A` not five zeros.
    fn reference(&mut self, kind: FindingKind, folded: &Folded) {
        let (stream, words) = (Stream::new(folded, Reading::Figures), folded.words.len());
        // A word is no reference: without a digit it would forbid words that mean something else.
        if stream.has_digit(0, stream.signs.len()) {
            put(&mut self.figures, kind, stream.signs, words);
        }
        let signs = Stream::new(folded, Reading::Plain).signs;
        if signs.iter().any(u8::is_ascii_digit) && !signs.iter().all(u8::is_ascii_digit) {
            put(&mut self.plain, kind, signs, words);
        }
    }

    /// Finds them.
    pub(super) fn find(&self, folded: &Folded, hits: &mut Vec<Hit>) {
        for (forms, reading) in [(&self.plain, Reading::Plain), (&self.mail, Reading::Mail), (&self.figures, Reading::Figures)] {
            let loose = reading == Reading::Figures && !self.loose.is_empty();
            if !forms.by_signs.is_empty() || loose {
                let stream = Stream::new(folded, reading);
                search(&stream, forms, folded, hits);
                if loose {
                    self.loose.find(&stream, folded, hits);
                }
            }
        }
        if !self.prices.is_empty() {
            hits.extend(price::find(&self.prices, folded));
        }
    }
}

/// The name of a business as people call it: without what it is by law, where two words or more are left.
fn called(parts: &[String]) -> Option<&[String]> {
    let mut left = parts;
    loop {
        left = match left {
            [rest @ .., l, m, c] if l == "l" && m == "l" && c == "c" => rest,
            [rest @ .., last] if LEGAL.contains(&last.as_str()) => rest,
            _ => break,
        };
    }
    (left.len() >= 2 && left.len() < parts.len()).then_some(left)
}

fn put(forms: &mut Forms, kind: FindingKind, signs: Vec<u8>, words: usize) {
    let inside = signs.len() >= INSIDE && signs.iter().all(u8::is_ascii_digit);
    forms.insert(Form { kind, signs, words, inside, part: Part::No, counts: Counts::Always });
}

fn search(stream: &Stream, forms: &Forms, folded: &Folded, hits: &mut Vec<Hit>) {
    for at in 0..stream.signs.len() {
        let begins = stream.begins[at];
        if !begins && !stream.signs[at].is_ascii_digit() {
            continue;
        }
        for form in forms.at(&stream.signs[at..]) {
            let end = at + form.signs.len();
            if !(form.inside || begins && stream.ends[end - 1]) {
                continue;
            }
            // `oil` is no 011.
            if form.signs.iter().all(u8::is_ascii_digit) && !stream.has_digit(at, end) {
                continue;
            }
            let span = stream.from[at].start..stream.from[end - 1].end;
            // A comma ends a line of an address; and `unit is` is no unit 15.
            if form.part != Part::No && folded.lower[span.clone()].contains(',')
                || form.part == Part::Number && !stream.has_digit(at, end)
                || form.part == Part::Letter && folded.lower.as_bytes()[span.start] != b'l'
            {
                continue;
            }
            let words = stream.words(at, end);
            let in_capitals = !folded.text[span.clone()].contains(|c: char| c.is_ascii_lowercase());
            let by_chance = form.signs.len() < JOINED && words > form.words && folded.lower[span.clone()].contains(' ');
            // Digits that are spelled one by one are joined by nobody by chance, nor are the capitals of a code.
            if by_chance && !form.signs.iter().all(u8::is_ascii_digit) && !(form.counts == Counts::Code && in_capitals) {
                continue;
            }
            let capital = folded.text[span.clone()].starts_with(|c: char| c.is_ascii_uppercase());
            match (form.counts, capital) {
                (Counts::Always, _) | (Counts::Capital | Counts::LessWithoutCapital, true) => {
                    hits.push(Hit::block(form.kind, span, reason(form.kind)));
                }
                (Counts::LessWithoutCapital, false) | (Counts::Little, _) | (Counts::LittleWithCapital, true) => {
                    hits.push(Hit::warn(form.kind, span, reason(form.kind)));
                }
                (Counts::Capital | Counts::LittleWithCapital, false) => {}
                (Counts::Code, _) if in_capitals || is_near_access(folded, &span) => {
                    hits.push(Hit::block(form.kind, span, reason(form.kind)));
                }
                (Counts::Code, _) => hits.push(Hit::warn(form.kind, span, MAY_BE_CODE)),
            }
        }
    }
}

/// Whether a word of access stands a few words before a span or behind it.
fn is_near_access(folded: &Folded, span: &Range<usize>) -> bool {
    let first = folded.words.partition_point(|word| word.end <= span.start);
    let next = folded.words.partition_point(|word| word.start < span.end);
    (first.saturating_sub(NEAR)..first)
        .chain(next..folded.words.len().min(next + NEAR))
        .any(|at| access_code::is_of_access(folded, at))
}

const MAY_BE_CODE: &str = "may be the code that is stored for this lead: take it out, unless it is an ordinary word here";

fn reason(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Phone => "a phone number that is stored for this lead: say how to reach the business instead",
        FindingKind::Email => "an e-mail address that is stored for this lead: take it out",
        FindingKind::StreetAddress => "an address that is stored for this lead: say \"the service address\"",
        FindingKind::LeadName => "the name of somebody of this lead: say \"the customer\" instead",
        FindingKind::StaffName => "the name of somebody who works here: say \"the team\"",
        FindingKind::OtherClient => "another client's name: it has no place in this client's text",
        FindingKind::AccessCode => "a code that is stored for this lead: take it out",
        FindingKind::ProviderCost => "what a provider charges for the lead: it stays inside",
        _ => "a reference that is stored for this lead: take it out",
    }
}

mod loose;
mod place;
mod price;
#[cfg(test)]
mod tests;
