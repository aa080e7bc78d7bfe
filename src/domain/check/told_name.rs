//! Names that the evidence tells: of who called, of whoever came. They are not stored as anybody's, so the words around
//! them say that they are names: `customer Maria Ortiz called`, `this is Dana`, `tech: Luis Ferrer`.

use super::Hit;
use super::fold::Folded;
use super::name::{self, Name};
use super::unknown_name::{does, is_nobody};
use crate::domain::span::{FindingKind, Severity};

const FULL: &str = "a name that the evidence tells: say \"the customer\" or \"the technician\" instead";
const PART: &str = "a part of a name that the evidence tells: say who it is, unless it is an ordinary word here";

/// What somebody is called before a name.
const CALLED: &[&str] = &[
    "customer",
    "caller",
    "client",
    "tenant",
    "homeowner",
    "owner",
    "landlord",
    "landlady",
    "contact",
    "name",
    "attn",
    "attention",
    "husband",
    "wife",
    "son",
    "daughter",
    "mother",
    "father",
    "brother",
    "sister",
    "neighbor",
    "neighbour",
    "tech",
    "technician",
    "plumber",
    "electrician",
    "roofer",
    "installer",
    "dispatcher",
    "agent",
    "csr",
    "rep",
    "resident",
    "manager",
    "super",
    "mr",
    "mrs",
    "ms",
    "miss",
    "dr",
    "named",
    "homeowners",
];
/// Of them, those who came or answered.
const OURS: &[&str] =
    &["tech", "technician", "plumber", "electrician", "roofer", "installer", "dispatcher", "agent", "csr", "rep"];
/// What stands before a name as often as before something else: two names in a row are asked for behind it.
const BEFORE: &[&str] = &["with", "by", "from", "for", "and", "called", "told", "asked", "reached", "met", "saw", "to"];
/// What stands behind one.
const BEHIND: &[&str] = &["here", "calling", "speaking"];
/// What is written with a capital beside a name, or looks like one, and is none.
const NO_PERSON: &[&str] = &[
    "plumbing",
    "heating",
    "cooling",
    "air",
    "electric",
    "electrical",
    "roofing",
    "services",
    "service",
    "company",
    "llc",
    "inc",
    "co",
    "corp",
    "street",
    "st",
    "avenue",
    "ave",
    "road",
    "rd",
    "lane",
    "ln",
    "drive",
    "dr",
    "court",
    "ct",
    "boulevard",
    "blvd",
    "way",
    "place",
    "city",
    "county",
    "north",
    "south",
    "east",
    "west",
    "water",
    "heater",
    "furnace",
    "boiler",
    "leak",
    "gate",
    "unit",
    "no",
    "yes",
    "please",
    "thanks",
    "hi",
    "hello",
    "she",
    "he",
    "they",
    "we",
    "it",
    "this",
    "that",
    "there",
    "his",
    "her",
    "my",
    "our",
    "new",
    "old",
    "about",
    "regarding",
    "not",
    "is",
    "was",
    "has",
    "calling",
    "emergency",
    "urgent",
    "repair",
    "estimate",
    "quote",
    "invoice",
    "call",
    "voicemail",
    "phone",
    "cell",
    "email",
    "address",
    "reports",
    "requests",
    "states",
    "needs",
];
/// What is said at the start of a turn or of a sentence, behind what somebody is called, and is no name.
const SAID: &[&str] = &[
    "what",
    "what's",
    "whats",
    "how",
    "how's",
    "why",
    "when",
    "where",
    "who",
    "which",
    "whose",
    "ok",
    "okay",
    "so",
    "well",
    "right",
    "sorry",
    "sure",
    "alright",
    "perfect",
    "great",
    "good",
    "morning",
    "afternoon",
    "evening",
    "did",
    "do",
    "does",
    "can",
    "could",
    "would",
    "should",
    "have",
    "are",
    "were",
    "be",
    "let",
    "let's",
    "just",
    "only",
    "still",
    "already",
    "all",
    "any",
    "some",
    "ignore",
    "previous",
    "instructions",
    "everything",
    "nothing",
    "something",
    "yeah",
    "yep",
    "yup",
    "nope",
    "uh",
    "um",
    "hold",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "died",
    "dead",
    "gone",
    "left",
    "came",
    "went",
    "broke",
    "broken",
    "burst",
    "bursting",
    "leaking",
    "leaks",
    "flooded",
    "flooding",
    "sick",
    "ill",
    "home",
    "away",
    "out",
    "off",
    "back",
    "here",
    "today",
    "tomorrow",
    "tonight",
    "yesterday",
    "asap",
    "now",
    "soon",
    "late",
    "early",
    "pipe",
    "pipes",
    "water",
    "gas",
    "smoke",
    "fire",
    "sparks",
    "basement",
    "kitchen",
    "bathroom",
    "toilet",
    "sink",
    "drain",
    "drains",
    "ac",
    "heat",
    "hot",
    "cold",
    "power",
    "light",
    "lights",
    "door",
    "doors",
    "window",
    "windows",
    "roof",
    "floor",
    "ceiling",
    "wall",
    "house",
    "car",
    "truck",
    "dog",
    "dogs",
    "cat",
    "kids",
    "baby",
    "noise",
    "smell",
    "smells",
    "thing",
    "things",
    "line",
    "lines",
    "job",
    "work",
    "money",
    "payment",
    "appointment",
];
/// Who speaks in a transcript, before a colon.
const SPEAKERS: &[&str] =
    &["agent", "caller", "csr", "rep", "dispatcher", "customer", "technician", "speaker", "resident", "tenant"];
/// Words before a turn in which the name is asked for that it gives.
const ASKED: usize = 10;
/// Parts of one name at most.
const PARTS: usize = 4;

/// A name as a line tells it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Telling {
    name: String,
    /// Whether it was written as a name.
    sure: bool,
    /// Whether it is of somebody who came, or who answered: not of the customer.
    ours: bool,
}

/// The names of the evidence.
#[derive(Clone)]
pub(super) struct Told(Vec<(Name, Telling)>);

impl Told {
    /// Reads the evidence; names that may stand, or have a check of their own, are left out.
    pub(super) fn new(evidence: &[Folded], others: &[Folded]) -> Self {
        let mut names: Vec<Telling> = evidence.iter().flat_map(names).collect();
        names.sort_unstable();
        names.dedup();
        let stands = |word: &str| others.iter().any(|other| (0..other.words.len()).any(|n| other.word(n) == word));
        names.retain(|telling| !telling.name.split(' ').all(stands));
        Self(names.into_iter().map(|telling| (Name::new(&telling.name), telling)).collect())
    }

    /// Finds them.
    pub(super) fn find(&self, folded: &Folded, hits: &mut Vec<Hit>) {
        for (name, telling) in &self.0 {
            let from = hits.len();
            name.find_as(folded, hits, (FULL, PART));
            for hit in &mut hits[from..] {
                if telling.ours {
                    hit.kind = FindingKind::StaffName;
                }
                if name.is_single() || !telling.sure {
                    // `Will said`, `this is really bad`: of such a line nobody knows that it is a name.
                    (hit.severity, hit.reason) = (Severity::Warn, PART.to_owned());
                }
            }
        }
    }
}

/// The names in one line.
fn names(line: &Folded) -> Vec<Telling> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < line.words.len() {
        let end = run(line, at, is_part);
        let told = end > at && is_told(line, at, end);
        let spoken = if told { None } else { spoken(line, at) };
        if told || spoken.is_some() {
            let ours = at > 0 && OURS.contains(&line.word(at - 1));
            found.push(Telling { name: joined(line, at, spoken.unwrap_or(end)), sure: told, ours });
        }
        at = end.max(at + 1);
    }
    found
}

fn joined(line: &Folded, at: usize, end: usize) -> String {
    let parts = (at..end).map(|n| name::bare(line.word(n))).filter(|part| part.chars().count() > 1);
    parts.collect::<Vec<_>>().join(" ")
}

/// One past the last of the words from here on that are parts, or letters between two of them: `Abby M. Laidlaw`.
fn run(line: &Folded, at: usize, is_part: fn(&Folded, usize) -> bool) -> usize {
    let mut end = at;
    while end < line.words.len() && end < at + PARTS && (end == at || follows(line, end)) {
        let initial = end > at && line.word(end).chars().count() == 1 && end + 1 < line.words.len() && is_part(line, end + 1);
        if !is_part(line, end) && !initial {
            break;
        }
        end += 1;
    }
    end
}

/// Where a name ends that is told without capitals, as transcripts do: two words between what somebody is called and what
/// they do, or behind `this is` and before a pause.
fn spoken(line: &Folded, at: usize) -> Option<usize> {
    let end = run(line, at, |line, at| {
        let word = name::bare(line.word(at));
        word.chars().count() > 1 && word.chars().all(char::is_alphabetic) && !is_no_part(word)
    });
    if end < at + 2 {
        return None;
    }
    let before = at.checked_sub(1).filter(|n| line.gap(*n).trim_matches([' ', ':', ',']).is_empty()).map_or("", |n| line.word(n));
    let earlier = at.checked_sub(2).map_or("", |n| line.word(n));
    let introduced = before == "is" && matches!(earlier, "this" | "name");
    let called = (CALLED.contains(&before) || before == "with") && !(at > 0 && is_turn(line, at - 1));
    let pauses = end >= line.words.len() || !follows(line, end);
    let behind = line.words.get(end).map_or("", |_| line.word(end));
    let acts = does(behind) || BEHIND.contains(&behind) || matches!(behind, "at" | "in" | "from" | "arrived");
    ((introduced || called) && (pauses || acts)).then_some(end)
}

/// Whether a word can be a part of a name.
fn is_part(line: &Folded, at: usize) -> bool {
    let word = name::bare(line.word(at));
    let letters = word.chars().count();
    let alphabetic = word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '-'));
    let capital = line.stands_out(at) || is_labelled(line, at);
    // An acronym is none, but for a line that is written in capitals.
    let acronym = letters < 4 && line.text[line.words[at].clone()].chars().all(char::is_uppercase);
    letters > 1 && alphabetic && capital && !acronym && (!is_no_part(word) || is_of_a_month(line, at))
}

/// `Jan Novak`, `April Stone`: a month before another capital.
fn is_of_a_month(line: &Folded, at: usize) -> bool {
    let month = matches!(line.word(at), "jan" | "may" | "june" | "april" | "august");
    let next = || at + 1 < line.words.len() && follows(line, at + 1) && line.stands_out(at + 1);
    month && next() && line.word(at + 1).bytes().all(|b| b.is_ascii_alphabetic()) && !is_no_part(line.word(at + 1))
}

fn is_no_part(word: &str) -> bool {
    is_nobody(word)
        || does(word)
        || name::is_no_name(word)
        || [CALLED, BEFORE, BEHIND, NO_PERSON, SAID].iter().any(|words| words.contains(&word))
}

/// Whether a word names who speaks, in a line where two do: what stands behind it is said, and no name.
fn is_turn(line: &Folded, at: usize) -> bool {
    let speaks = |n: usize| SPEAKERS.contains(&line.word(n)) && n + 1 < line.words.len() && line.gap(n).starts_with(':');
    if !speaks(at) || (0..line.words.len()).filter(|n| speaks(*n)).take(2).count() < 2 {
        return false;
    }
    // `Agent: And your name? Caller: Maria Ortiz`
    !(at.saturating_sub(ASKED)..at).any(|n| line.word(n) == "name")
}

/// Whether a word follows the one before it as parts of a name do.
fn follows(line: &Folded, at: usize) -> bool {
    let initial = line.word(at - 1).len() == 1 && line.gap(at - 1) == ". ";
    matches!(line.gap(at - 1), " " | "-") || initial
}

/// `name: maria ortiz`: the first or second word of a field, whatever it is written in.
fn is_labelled(line: &Folded, at: usize) -> bool {
    let label = |n: usize| n > 0 && line.gap(n - 1).contains(':') && line.word(n - 1).ends_with("name");
    label(at) || at > 0 && follows(line, at) && label(at - 1)
}

/// Whether the words around a run of capitals say that it is a name.
fn is_told(line: &Folded, at: usize, end: usize) -> bool {
    let word = |n: usize| line.words.get(n).map_or("", |_| line.word(n));
    let beside = |n: usize| line.gap(n).chars().all(|sign| matches!(sign, ' ' | ':' | '.' | '-' | ',' | '"' | '='));
    let before = at.checked_sub(1).filter(|n| beside(*n)).map_or("", |n| name::bare(line.word(n)));
    let earlier = at.checked_sub(2).map_or("", word);
    let introduced = before == "is" && matches!(earlier, "this" | "name" | "here")
        || matches!(before, "i'm" | "im")
        || before == "am" && earlier == "i";
    let called = CALLED.contains(&before) && !(at > 0 && is_turn(line, at - 1)) || is_labelled(line, at) || introduced;
    let acts = end < line.words.len() && beside(end - 1) && (does(word(end)) || BEHIND.contains(&word(end)));
    called || end - at > 1 && (acts || BEFORE.contains(&before))
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::{severities, spans_against};
    use crate::domain::span::FindingKind::{LeadName, StaffName};
    use crate::domain::span::Severity::{Block, Warn};
    use rstest::rstest;

    #[test]
    fn whoever_came_is_not_the_customer() {
        let found = |text| spans_against(text, &["Tech: Luis Ferrer arrived 9:10"], None, StaffName);
        assert_eq!(found("Luis Ferrer fixed the valve"), ["Luis Ferrer"]);
        assert_eq!(severities("Luis fixed the valve", &["Tech: Luis Ferrer arrived 9:10"], None, StaffName), [Warn]);
    }

    #[rstest]
    #[case("Customer Maria Ortiz called about a leak", "Maria Ortiz asked for a visit", &[("Maria Ortiz", Block)])]
    #[case("name: Maria Ortiz", "We visited Ms. Ortiz", &[("Ortiz", Block)])]
    #[case("name: maria ortiz", "Maria Ortiz waits", &[("Maria Ortiz", Block)])]
    #[case("{\"name\":\"Maria Ortiz\",\"zip\":\"78701\"}", "MARIA ORTIZ waits", &[("MARIA ORTIZ", Block)])]
    #[case("hi this is Dana Whitlow, my heater leaks", "Whitlow, Dana has no heat", &[("Whitlow, Dana", Block)])]
    #[case("Customer Jean-Luc Roy called", "Jean-Luc Roy waits", &[("Jean-Luc Roy", Block)])]
    #[case("Hollis calling, no heat; homeowner Hollis", "Hollis has no heat", &[("Hollis", Warn)])]
    #[case("Spoke with Ed Nowak at 3", "Ed Nowak agreed", &[("Ed Nowak", Block)])]
    #[case("Priya Raman called twice", "priya raman was called back", &[("priya raman", Block)])]
    #[case("Abby M. Laidlaw asked for a quote", "Abby Laidlaw waits", &[("Abby Laidlaw", Block)])]
    #[case("hi this is benjamin seiler, my heater is out", "Benjamin Seiler waits", &[("Benjamin Seiler", Warn)])]
    #[case("Agent: And your name? Caller: Maria Ortiz. Agent: Thanks", "Maria Ortiz waits", &[("Maria Ortiz", Block)])]
    #[case("Caller: we live here. Agent: What is wrong? Caller: pipe burst. Agent: How old is it?", "What a burst pipe. How old", &[])]
    #[case("my husband just died, and the heat is out", "Just died down", &[])]
    #[case("Agent: Okay. Caller: Burst Pipe. Agent: Sending Dave", "a Burst Pipe", &[])]
    #[case("this is really about the heater, it leaks", "It is really about the heater", &[])]
    #[case("Water Heater called for", "The Water Heater was changed", &[])]
    #[case("Customer reports No Heat since Monday", "No Heat since Monday", &[])]
    #[case("Met at Alder Creek with Acme Plumbing", "Acme Plumbing came to Alder Creek", &[])]
    #[case("Replaced the Honeywell Vista panel", "the Honeywell Vista panel", &[])]
    fn names_of_the_evidence(
        #[case] evidence: &str,
        #[case] text: &str,
        #[case] found: &[(&str, crate::domain::span::Severity)],
    ) {
        let spans = spans_against(text, &[evidence], None, LeadName);
        let weights = severities(text, &[evidence], None, LeadName);
        let both: Vec<_> = spans.iter().map(String::as_str).zip(weights).collect();
        assert_eq!(both, found);
    }
}
