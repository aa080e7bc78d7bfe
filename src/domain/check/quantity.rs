//! Reads the numbers of a text, in figures and in words, as what they can mean: `$1,200`, `7 pm`, `11/24`, `two`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::digits::pattern;
use super::fold::Folded;

/// One meaning of a number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Meaning {
    /// A plain number, in ten-thousandths.
    Number(u128),
    /// An hour without a.m. or p.m.
    Hour(u32),
    /// Minutes since midnight.
    Time(u32),
    /// Month and day.
    Date(u32, u32),
    /// Year, month and day.
    Day(u32, u32, u32),
    /// As written: `24/7`, `1/2`.
    Written(String),
}

/// A number in a text.
#[derive(Debug)]
pub(super) struct Quantity {
    /// Where it stands, in bytes of the folded text.
    pub(super) span: Range<usize>,
    /// Any of these in the evidence supports it.
    pub(super) supported_by: Vec<Meaning>,
    /// Standing in the evidence, it supports these.
    pub(super) supports: Vec<Meaning>,
    /// Words such as `one`, which are rarely meant as a number: they support, but need no support.
    pub(super) weak: bool,
}

const MONTHS: &str = "jan feb mar apr may jun jul aug sep oct nov dec";

static FIGURES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)
          (?P<iso>[0-9]{4})-(?P<im>[0-9]{2})-(?P<id>[0-9]{2})
        | (?P<m>[0-9]{1,2})[/\-](?P<d>[0-9]{1,2})[/\-](?P<y>[0-9]{4}|[0-9]{2})(?-u:\b)
        | (?P<a>[0-9]{1,4})/(?P<b>[0-9]{1,4})
        | (?-u:\b)(?P<mon>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?\.?\x20
            (?P<md>[0-9]{1,2})(?:st|nd|rd|th)?(?-u:\b)(?:,?\x20(?P<my>[0-9]{4})(?-u:\b))?
        | (?P<h>[0-9]{1,2}):(?P<min>[0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?(?:\x20?(?P<half>[ap])\.?m(?-u:\b))?
        | (?P<h2>[0-9]{1,2})\x20?(?P<half2>[ap])\.?m(?-u:\b)
        | (?P<n>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)(?P<k>\x20?k(?-u:\b)|[mb]n?(?-u:\b)|\x20(?:hundred|thousand|million|billion)s?(?-u:\b))?",
    )
});

/// Every number of a text, those in figures first.
pub(super) fn quantities(folded: &Folded) -> Vec<Quantity> {
    let mut found: Vec<Quantity> = FIGURES.captures_iter(&folded.lower).filter_map(|caught| figures(&caught)).collect();
    in_words(folded, &mut found);
    found
}

fn figures(caught: &Captures<'_>) -> Option<Quantity> {
    let span = caught.get(0)?.range();
    let number = |name: &str| caught.name(name).and_then(|text| text.as_str().parse::<u32>().ok());
    let both = |meanings: Vec<Meaning>, extra: Vec<Meaning>| {
        let supports = meanings.iter().cloned().chain(extra).collect();
        Some(Quantity { span: span.clone(), supported_by: meanings, supports, weak: false })
    };
    if let (Some(year), Some(month), Some(day)) = (number("iso"), number("im"), number("id")) {
        return both(vec![Meaning::Day(year, month, day)], date_parts(year, month, day));
    }
    if let (Some(month), Some(day), Some(year)) = (number("m"), number("d"), number("y")) {
        let year = if year < 100 { 2000 + year } else { year };
        let (month, day) = if month > 12 { (day, month) } else { (month, day) };
        return both(vec![Meaning::Day(year, month, day)], date_parts(year, month, day));
    }
    if let (Some(a), Some(b)) = (number("a"), number("b")) {
        let written = Meaning::Written(format!("{a}/{b}"));
        return both(vec![written, Meaning::Date(a, b)], vec![whole(a), whole(b)]);
    }
    if let (Some(month), Some(day)) = (caught.name("mon"), number("md")) {
        let month = u32::try_from(MONTHS.find(month.as_str()).unwrap_or_default() / 4).unwrap_or_default() + 1;
        return match number("my") {
            Some(year) => both(vec![Meaning::Day(year, month, day)], date_parts(year, month, day)),
            None => both(vec![Meaning::Date(month, day), whole(day)], vec![Meaning::Hour(day)]),
        };
    }
    if let Some(hour) = number("h").or_else(|| number("h2")) {
        let half = caught.name("half").or_else(|| caught.name("half2")).map(|half| half.as_str() == "p");
        return Some(time(span, hour, number("min"), half));
    }
    let written = caught.name("n")?.as_str();
    let times = match caught.name("k").map(|k| k.as_str().trim().trim_end_matches('s')) {
        Some("k" | "thousand") => 1_000,
        Some("hundred") => 100,
        Some("million" | "m" | "mn") => 1_000_000,
        Some("billion" | "b" | "bn") => 1_000_000_000,
        _ => 1,
    };
    let value = decimal(written).and_then(|value| value.checked_mul(times));
    let meaning = value.map_or_else(|| Meaning::Written(written.to_owned()), Meaning::Number);
    let hour = written.parse::<u32>().ok().filter(|hour| (1..=12).contains(hour)).map(Meaning::Hour);
    both(vec![meaning], hour.into_iter().collect())
}

fn date_parts(year: u32, month: u32, day: u32) -> Vec<Meaning> {
    vec![Meaning::Date(month, day), Meaning::Written(format!("{month}/{day}")), whole(year), whole(month), whole(day)]
}

/// A clock time. Without a half of the day it may be either; an hour alone in the evidence supports both halves.
fn time(span: Range<usize>, hour: u32, minute: Option<u32>, afternoon: Option<bool>) -> Quantity {
    let minutes = |hour: u32| Meaning::Time(hour * 60 + minute.unwrap_or_default());
    let mut meanings = match afternoon {
        Some(afternoon) => vec![minutes(hour % 12 + if afternoon { 12 } else { 0 })],
        None if (1..12).contains(&hour) => vec![minutes(hour), minutes(hour + 12)],
        None => vec![minutes(hour)],
    };
    let supports = meanings.iter().cloned().chain([whole(hour)]).chain(minute.map(whole)).collect();
    if minute.unwrap_or_default() == 0 {
        meanings.push(Meaning::Hour(hour));
    }
    Quantity { span, supported_by: meanings, supports, weak: false }
}

fn whole(value: u32) -> Meaning {
    Meaning::Number(u128::from(value) * 10_000)
}

/// `1,200.50` in ten-thousandths; `None` where that does not hold it exactly.
fn decimal(written: &str) -> Option<u128> {
    let digits = written.replace(',', "");
    let (whole, part) = digits.split_once('.').unwrap_or((&digits, ""));
    let part = part.trim_end_matches('0');
    if part.len() > 4 {
        return None;
    }
    let fraction: u128 = format!("{part:0<4}").parse().ok()?;
    whole.parse::<u128>().ok()?.checked_mul(10_000)?.checked_add(fraction)
}

/// Words that say which of several: they support a number, and are hardly ever meant as one themselves.
const ORDINALS: &[&str] = &["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

/// Value of a number word, and whether it multiplies what stands before it.
fn worth(word: &str) -> Option<(u32, bool)> {
    match word {
        "hundred" => Some((100, true)),
        "thousand" => Some((1_000, true)),
        "dozen" => Some((12, true)),
        "couple" | "both" | "twice" | "pair" => Some((2, false)),
        "zero" => Some((0, false)),
        "one" | "first" => Some((1, false)),
        "two" | "second" => Some((2, false)),
        "three" | "third" => Some((3, false)),
        "four" | "fourth" => Some((4, false)),
        "five" | "fifth" => Some((5, false)),
        "six" | "sixth" => Some((6, false)),
        "seven" | "seventh" => Some((7, false)),
        "eight" | "eighth" => Some((8, false)),
        "nine" | "ninth" => Some((9, false)),
        "ten" | "tenth" => Some((10, false)),
        "eleven" => Some((11, false)),
        "twelve" => Some((12, false)),
        "thirteen" => Some((13, false)),
        "fourteen" => Some((14, false)),
        "fifteen" => Some((15, false)),
        "sixteen" => Some((16, false)),
        "seventeen" => Some((17, false)),
        "eighteen" => Some((18, false)),
        "nineteen" => Some((19, false)),
        "twenty" => Some((20, false)),
        "thirty" => Some((30, false)),
        "forty" => Some((40, false)),
        "fifty" => Some((50, false)),
        "sixty" => Some((60, false)),
        "seventy" => Some((70, false)),
        "eighty" => Some((80, false)),
        "ninety" => Some((90, false)),
        _ => None,
    }
}

fn in_words(folded: &Folded, found: &mut Vec<Quantity>) {
    let mut at = 0;
    while at < folded.words.len() {
        let from = at;
        let (mut total, mut last) = (0_u32, None::<u32>);
        while let Some((value, times)) = (at < folded.words.len()).then(|| worth(folded.word(at))).flatten() {
            let joined = at == from || matches!(folded.gap(at - 1), " " | "-");
            let fits = match last {
                None => true,
                Some(_) if times => total < 1_000,
                // "Twenty five" and "two hundred five" are one number, "five five" and "twenty twelve" are two.
                Some(last) => value > 0 && (last >= 100 && value < last || (20..100).contains(&last) && value < 10),
            };
            if !joined || !fits {
                break;
            }
            total = if times { total.max(1) * value } else { total + value };
            last = Some(value);
            at += 1;
        }
        if last.is_none() {
            at += 1;
            continue;
        }
        let behind_figures = folded.words[from].start > 1
            && folded.before(folded.words[from].start - 1).is_ascii_digit()
            && worth(folded.word(from)).is_some_and(|(_, times)| times);
        let word = folded.word(from);
        let few =
            matches!(word, "one" | "couple" | "both" | "twice" | "pair" | "hundred" | "thousand") || ORDINALS.contains(&word);
        let weak = at - from == 1 && few;
        let span = folded.words[from].start..folded.words[at - 1].end;
        if !behind_figures {
            found.push(said(folded, span, total, weak, at));
        }
    }
}

/// A number in words, or the hour that it is before a.m. and p.m.
fn said(folded: &Folded, span: Range<usize>, value: u32, weak: bool, next: usize) -> Quantity {
    let half = (next < folded.words.len() && folded.gap(next - 1) == " ").then(|| folded.word(next));
    if let (Some(half @ ("am" | "pm")), 1..=12) = (half, value) {
        return time(span, value, None, Some(half == "pm"));
    }
    let supports = [whole(value)].into_iter().chain((1..=12).contains(&value).then_some(Meaning::Hour(value))).collect();
    Quantity { span, supported_by: vec![whole(value)], supports, weak }
}
