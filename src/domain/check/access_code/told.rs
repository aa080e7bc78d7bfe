//! Codes with letters that are told sign by sign: `M as in Mary, four, four, seven`, `Charlie 4 2 8 8`, `B three three`,
//! `S-E-L-L`, `D U C K`.

use super::super::fold::Folded;
use super::super::stream::number;
use super::candidate::Candidate;
use super::figures::is_in_capitals;
use super::words::{is_of_a_lock, is_plain};

/// The letters as radio operators name them.
const NAMED: [&str; 26] = [
    "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet", "kilo", "lima", "mike",
    "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor", "whiskey", "xray", "yankee", "zulu",
];

/// Whether a word is a letter as radio operators name it.
pub(super) fn is_named(word: &str) -> bool {
    NAMED.contains(&word)
}

/// Words before letters in which it is said that they are set on a lock.
const SAID_BEFORE: usize = 12;

/// What is told sign by sign from a word on.
pub(super) fn read(folded: &Folded, at: usize) -> Option<Candidate> {
    named(folded, at).or_else(|| lettered(folded, at)).or_else(|| letters(folded, at)).or_else(|| set_word(folded, at))
}

/// One sign of a code that is told sign by sign.
struct Sign {
    words: usize,
    is_letter: bool,
    /// `M as in Mary`, `Charlie`.
    is_named: bool,
}

fn sign(folded: &Folded, at: usize) -> Option<Sign> {
    let word = folded.word(at);
    let of = |n: usize| folded.words.get(at + n).map_or("", |_| folded.word(at + n));
    if word.len() == 1 && word.as_bytes()[0].is_ascii_alphabetic() {
        let (named, words) = match (of(1), of(2)) {
            ("as", "in") => (at + 3 < folded.words.len(), 4),
            ("for" | "like", named) => (!named.is_empty() && named.starts_with(word), 3),
            _ => (false, 1),
        };
        return Some(Sign { words: if named { words } else { 1 }, is_letter: true, is_named: named });
    }
    if is_named(word) {
        return Some(Sign { words: 1, is_letter: true, is_named: true });
    }
    Some(Sign { words: figure(folded, at)?, is_letter: false, is_named: false })
}

/// How many words a single figure takes: `4`, `four`.
fn figure(folded: &Folded, at: usize) -> Option<usize> {
    let word = folded.word(at);
    if word.len() == 1 && word.as_bytes()[0].is_ascii_digit() {
        return Some(1);
    }
    number(folded, at).filter(|(figures, _)| figures.len() == 1).map(|(_, words)| words)
}

/// `M as in Mary, four, four, seven`; `Charlie 4 2 8 8`; `C as in cat, X, Y`; `A as in apple, four, B as in boy`.
fn named(folded: &Folded, at: usize) -> Option<Candidate> {
    let (mut end, mut signs, mut letters, mut named) = (at, 0, 0, 0);
    while end < folded.words.len() && (end == at || matches!(folded.gap(end - 1), " " | "-" | ", ")) {
        let Some(sign) = sign(folded, end) else { break };
        (end, signs) = (end + sign.words, signs + 1);
        (letters, named) = (letters + usize::from(sign.is_letter), named + usize::from(sign.is_named));
    }
    let figures = signs - letters;
    // A name before one number is no code, and neither is a letter.
    if !(3..=8).contains(&signs) || named == 0 || figures < 3 && letters < 3 && named < 2 {
        return None;
    }
    Some(Candidate { spelled: true, letters: true, ..Candidate::of(folded, at..end, (signs, signs)) })
}

fn is_capital(folded: &Folded, at: usize) -> bool {
    folded.text.as_bytes()[folded.words[at].start].is_ascii_uppercase()
}

/// `B three three`: a letter, and figures in words. An `A` or `I` would be a word.
fn lettered(folded: &Folded, at: usize) -> Option<Candidate> {
    let word = folded.word(at);
    if word.len() != 1 || !is_capital(folded, at) || matches!(word, "a" | "i" | "o") {
        return None;
    }
    let (mut end, mut figures, mut spelled) = (at + 1, 0, false);
    while end < folded.words.len() && matches!(folded.gap(end - 1), " " | "-" | ", ") {
        let Some(words) = figure(folded, end) else { break };
        spelled |= folded.word(end).len() > 1;
        (end, figures) = (end + words, figures + 1);
    }
    let fits = spelled && (2..=6).contains(&figures);
    fits.then(|| Candidate { spelled, letters: true, ..Candidate::of(folded, at..end, (figures + 1, figures + 1)) })
}

/// Whether it is said before some letters that they are set on a lock: `the letters spell`, `on the dials`, `line up`.
fn are_set(folded: &Folded, at: usize) -> bool {
    (1..=SAID_BEFORE).filter_map(|back| at.checked_sub(back)).any(|n| {
        let lines_up = || matches!(folded.word(n), "line" | "lines") && folded.word(n + 1) == "up";
        matches!(folded.word(n), "letter" | "letters" | "spell" | "spells" | "dials" | "wheels") || lines_up()
    })
}

/// `S-E-L-L`, `A-1-9-4`, `C 2 4 Y`: letters one by one, or letters and figures. Letters alone that stand apart must be said to
/// be those of a lock: `D U C K`, `K, T, M`.
fn letters(folded: &Folded, at: usize) -> Option<Candidate> {
    let is_sign = |n: usize| folded.word(n).len() == 1 && folded.word(n).as_bytes()[0].is_ascii_alphanumeric();
    let is_figure = |n: &usize| folded.word(*n).as_bytes()[0].is_ascii_digit();
    if !is_sign(at) {
        return None;
    }
    let capital = is_capital(folded, at);
    let set = capital && are_set(folded, at);
    let mut end = at + 1;
    while end < folded.words.len()
        && is_sign(end)
        && (folded.gap(end - 1) == "-" || capital && folded.gap(end - 1) == " " || set && folded.gap(end - 1) == ", ")
    {
        end += 1;
    }
    let count = end - at;
    let figures = (at..end).filter(is_figure).count();
    let apart = (at + 1..end).any(|n| folded.gap(n - 1) != "-");
    let word = || set && figures == 0 && (at..end).all(|n| is_capital(folded, n));
    if capital && apart && (figures < 2 || count < 4) && !word() || figures == count {
        return None;
    }
    (3..=8).contains(&count).then(|| Candidate { letters: true, ..Candidate::of(folded, at..end, (count, count)) })
}

/// Words before a word of letters in which the lock is named that they are set on.
const LOCK_BEFORE: usize = 6;
/// Words in capitals that are set on no lock.
const ABBREVIATIONS: &[&str] = &[
    "abs", "aka", "asap", "att", "btw", "cell", "cod", "coi", "cpvc", "csr", "diy", "dob", "dvr", "ecm", "eta", "ev", "exp",
    "faq", "fyi", "gfci", "gps", "hoa", "hvac", "led", "llc", "mgr", "nest", "nfc", "note", "npt", "nte", "nvr", "pdf", "pex",
    "poc", "pvc", "rfid", "rtu", "sms", "sop", "tbd", "tpo", "txt", "url", "usa", "usb", "usps", "vip", "voip", "wifi", "call",
    "text", "only", "must", "never", "dont", "always", "please", "urgent", "rush", "stop", "keys", "none", "same", "info",
    "need", "also",
];

/// `combo LB RTQ`, `the box opens to HOME`: a word in capitals near a lock, in a text that is not in capitals itself.
fn set_word(folded: &Folded, at: usize) -> Option<Candidate> {
    let word = folded.word(at);
    let fits = (3..=5).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase()) && is_in_capitals(folded, at);
    if !fits || !is_plain(word) || ABBREVIATIONS.contains(&word) {
        return None;
    }
    let lock = (1..=LOCK_BEFORE).filter_map(|back| at.checked_sub(back)).any(|n| is_of_a_lock(folded, n));
    let shouted = || (0..folded.words.len()).filter(|n| is_in_capitals(folded, *n)).count() * 2 > folded.words.len();
    (lock && !shouted()).then(|| Candidate { letters: true, ..Candidate::of(folded, at..at + 1, (word.len(), 1)) })
}

#[cfg(test)]
mod tests {
    use super::super::candidate::first;
    use rstest::rstest;

    #[rstest]
    #[case("it's M as in Mary, four, four, seven", "M as in Mary, four, four, seven")]
    #[case("A as in apple, four, nine, B as in boy", "A as in apple, four, nine, B as in boy")]
    #[case("Charlie 4 2 8 8", "Charlie 4 2 8 8")]
    #[case("C as in cat, X, Y", "C as in cat, X, Y")]
    #[case("they do B three three", "B three three")]
    #[case("S-E-L-L", "S-E-L-L")]
    #[case("C 2 4 Y", "C 2 4 Y")]
    #[case("The letters spell a word, D U C K, like quack", "D U C K")]
    #[case("you line up K, T, M and pull", "K, T, M")]
    #[case("combo LB RTQ on the gas meter", "RTQ")]
    #[case("contractor box on the railing, HVN, she wants it", "HVN")]
    fn told(#[case] text: &str, #[case] found: &str) {
        assert_eq!(first(text, super::read).as_deref(), Some(found));
    }

    #[rstest]
    #[case("unit B as in boy, four")]
    #[case("Mike has two dogs")]
    #[case("I one time")]
    #[case("plan B three times")]
    #[case("the U S A and the A C")]
    #[case("phases A, B, C are hot")]
    #[case("lines up")]
    #[case("LOCKBOX ON FRONT DOOR HVAC CLOSET")]
    #[case("the lockbox is by the HVAC unit")]
    #[case("he said NEVER to go there")]
    #[case("B")]
    #[case("A as in")]
    fn not_told(#[case] text: &str) {
        assert_eq!(first(text, super::read), None);
    }
}
