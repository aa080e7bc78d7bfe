//! A text as a stream of letters and digits, with the way back to where each came from.

use std::ops::Range;

use super::fold::Folded;

/// How a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// As it stands.
    Plain,
    /// Without the words that spell the signs of an e-mail address.
    Mail,
    /// With numbers in words as digits, letters that look like digits as these, and without the words between them.
    Figures,
}

/// The stream. All vectors have one place for each byte.
pub(super) struct Stream {
    /// Lower-case letters and digits.
    pub(super) signs: Vec<u8>,
    /// Where each came from, in bytes of the folded text.
    pub(super) from: Vec<Range<usize>>,
    /// Whether it is a letter that is read as the digit it looks like.
    pub(super) alike: Vec<bool>,
    /// Whether a word begins with it.
    pub(super) begins: Vec<bool>,
    /// Whether a word ends with it, possessive or not.
    pub(super) ends: Vec<bool>,
}

/// Words that stand for the signs of an address.
fn is_sign_of_mail(word: &str) -> bool {
    matches!(word, "at" | "dot" | "underscore" | "dash" | "hyphen" | "plus" | "point")
}

/// Words that stand between digits and mean none.
fn is_between(word: &str) -> bool {
    matches!(word, "dash" | "hyphen" | "dot" | "point" | "space" | "slash" | "minus" | "then" | "area" | "code")
}

impl Stream {
    /// Reads a text.
    pub(super) fn new(folded: &Folded, reading: Reading) -> Self {
        let room = folded.lower.len();
        let mut stream = Self {
            signs: Vec::with_capacity(room),
            from: Vec::with_capacity(room),
            alike: Vec::with_capacity(room),
            begins: Vec::with_capacity(room),
            ends: Vec::with_capacity(room),
        };
        let mut at = 0;
        while at < folded.words.len() {
            let word = folded.word(at);
            let skipped = match reading {
                Reading::Plain => false,
                Reading::Mail => is_sign_of_mail(word),
                Reading::Figures => is_between(word),
            };
            let mut taken = 1;
            if !skipped {
                let figures = if reading == Reading::Figures { number(folded, at) } else { None };
                if let Some((digits, words)) = figures {
                    taken = words;
                    let span = folded.words[at].start..folded.words[at + words - 1].end;
                    for (n, digit) in digits.bytes().enumerate() {
                        stream.push(digit, false, span.clone(), (n == 0, n + 1 == digits.len()));
                    }
                } else {
                    stream.word(folded, at, reading);
                }
            }
            at += taken;
        }
        stream
    }

    /// How many words the signs of a range came from.
    pub(super) fn words(&self, from: usize, to: usize) -> usize {
        self.begins[from..to].iter().filter(|begins| **begins).count().max(1)
    }

    /// Whether there is a digit in a range that was written or spelled as one.
    pub(super) fn has_digit(&self, from: usize, to: usize) -> bool {
        self.signs[from..to].iter().zip(&self.alike[from..to]).any(|(sign, alike)| sign.is_ascii_digit() && !alike)
    }

    fn word(&mut self, folded: &Folded, at: usize, reading: Reading) {
        let range = folded.words[at].clone();
        let word = &folded.lower[range.clone()];
        let possessive = word.strip_suffix("'s").map_or(usize::MAX, str::len);
        let first = self.signs.len();
        for (n, byte) in word.bytes().enumerate() {
            if byte == b'\'' {
                continue;
            }
            // In every word alike, whatever else is in it: a value may be cut into other words than it was stored in.
            let sign = match byte {
                b'o' if reading == Reading::Figures => b'0',
                b'l' | b'i' if reading == Reading::Figures => b'1',
                byte => byte,
            };
            let begins = self.signs.len() == first;
            let ends = n + 1 == word.len() || n + 1 == possessive;
            self.push(sign, sign != byte, range.start + n..range.start + n + 1, (begins, ends));
        }
    }

    fn push(&mut self, sign: u8, alike: bool, from: Range<usize>, (begins, ends): (bool, bool)) {
        self.signs.push(sign);
        self.alike.push(alike);
        self.from.push(from);
        self.begins.push(begins);
        self.ends.push(ends);
    }
}

const UNITS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

// By match, which compares lengths first: every word of every text is asked.
fn unit(word: &str) -> Option<usize> {
    Some(match word {
        "zero" | "oh" | "o" | "nought" => 0,
        "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" => 9,
        _ => return None,
    })
}

fn teen(word: &str) -> Option<usize> {
    Some(match word {
        "ten" => 10,
        "eleven" => 11,
        "twelve" => 12,
        "thirteen" => 13,
        "fourteen" => 14,
        "fifteen" => 15,
        "sixteen" => 16,
        "seventeen" => 17,
        "eighteen" => 18,
        "nineteen" => 19,
        _ => return None,
    })
}

fn tens(word: &str) -> Option<usize> {
    Some(match word {
        "twenty" => 20,
        "thirty" => 30,
        "forty" => 40,
        "fifty" => 50,
        "sixty" => 60,
        "seventy" => 70,
        "eighty" => 80,
        "ninety" => 90,
        _ => return None,
    })
}

/// The digits of a word that figures and words for figures were run into, as transcripts do: `213five550104`.
pub(super) fn glued(word: &str) -> Option<String> {
    let mixed = word.len() > 2 && word.bytes().any(|b| b.is_ascii_digit()) && word.bytes().any(|b| b.is_ascii_alphabetic());
    let (mut rest, mut digits) = (word, String::new());
    while mixed && !rest.is_empty() {
        let (digit, taken) = match rest.as_bytes()[0] {
            figure @ b'0'..=b'9' => (usize::from(figure - b'0'), 1),
            _ if rest.starts_with("oh") => (0, 2),
            _ => UNITS.iter().enumerate().find(|(_, unit)| rest.starts_with(**unit)).map(|(n, unit)| (n, unit.len()))?,
        };
        digits.push_str(&digit.to_string());
        rest = &rest[taken..];
    }
    mixed.then_some(digits)
}

/// The digits that are spelled here, and by how many words: `twelve`, `forty two`, `double five`, `hundred`.
pub(super) fn number(folded: &Folded, at: usize) -> Option<(String, usize)> {
    let word = folded.word(at);
    let next = (at + 1 < folded.words.len()).then(|| folded.word(at + 1));
    if let Some(unit) = unit(word) {
        return Some((unit.to_string(), 1));
    }
    if let Some(teen) = teen(word) {
        return Some((teen.to_string(), 1));
    }
    if let Some(tens) = tens(word) {
        return Some(match next.and_then(unit).filter(|unit| *unit > 0) {
            Some(unit) => ((tens + unit).to_string(), 2),
            None => (tens.to_string(), 1),
        });
    }
    let times = match word {
        "hundred" => return Some(("00".to_owned(), 1)),
        "double" => 2,
        "triple" | "tripple" => 3,
        word => return glued(word).map(|digits| (digits, 1)),
    };
    let next = next?;
    let digit = unit(next)
        .map(|unit| unit.to_string())
        .or_else(|| (next.len() == 1 && next.as_bytes()[0].is_ascii_digit()).then(|| next.to_owned()));
    digit.map(|digit| (digit.repeat(times), 2))
}
