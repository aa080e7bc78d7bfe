//! Names that no evidence line contains: a capital inside a sentence, on a word that is neither a month nor a brand of ours.

use foldhash::HashSet;

use super::Hit;
use super::fold::Folded;
use crate::domain::span::FindingKind;

const REASON: &str = "no evidence line contains this name: correct it, or take it out";

/// Words that are written with a capital and name nobody.
const NOBODY: &[&str] = &[
    "i",
    "i'm",
    "i'll",
    "i've",
    "i'd",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mon",
    "tue",
    "tues",
    "wed",
    "thu",
    "thur",
    "thurs",
    "fri",
    "sat",
    "sun",
    "mr",
    "mrs",
    "ms",
    "dr",
    "am",
    "pm",
    "ok",
    "us",
    "usa",
    "ac",
    "hvac",
    "tv",
    "id",
    "faq",
    "customer",
    "client",
    "summary",
    "status",
    "source",
    "period",
    "next",
    "week",
    "today",
    "tomorrow",
    "christmas",
    "easter",
    "thanksgiving",
    "english",
    "spanish",
    "google",
    "facebook",
    "yelp",
    "thumbtack",
    "angi",
    "callrail",
    "the",
    "a",
    "an",
];

/// What somebody does: before such a verb, the first word of a sentence is who does it.
const DOES: &[&str] = &[
    "called",
    "calls",
    "arrived",
    "replied",
    "replies",
    "measured",
    "offered",
    "offers",
    "booked",
    "asked",
    "asks",
    "sent",
    "sends",
    "said",
    "says",
    "wrote",
    "told",
    "tells",
    "shut",
    "confirmed",
    "confirms",
    "agreed",
    "agrees",
    "quoted",
    "visited",
    "visits",
    "fixed",
    "reported",
    "reports",
    "explained",
    "explains",
    "wants",
    "wanted",
    "thinks",
    "likes",
    "loves",
    "invites",
    "invited",
    "answered",
    "answers",
    "promised",
    "met",
    "meets",
    "gave",
    "gives",
    "went",
    "goes",
    "came",
    "comes",
    "suggests",
    "suggested",
];

/// Who does something without being named.
const WHOEVER: &[&str] = &[
    "he",
    "she",
    "it",
    "they",
    "we",
    "you",
    "who",
    "somebody",
    "someone",
    "nobody",
    "everyone",
    "everybody",
    "both",
    "all",
    "that",
    "this",
    "technician",
    "technicians",
    "caller",
    "callers",
    "staff",
    "neither",
    "none",
    "one",
    "two",
    "later",
    "then",
    "also",
    "homeowner",
    "homeowners",
    "customers",
    "tenant",
    "neighbor",
    "neighbour",
    "office",
    "dispatch",
    "which",
    "afterwards",
    "people",
];

/// Whether a word is written with a capital and names nobody.
pub(super) fn is_nobody(word: &str) -> bool {
    NOBODY.contains(&word) || WHOEVER.contains(&word)
}

/// Whether a word says what somebody does.
pub(super) fn does(word: &str) -> bool {
    DOES.contains(&word)
}

/// The words of the evidence.
#[derive(Clone)]
pub(super) struct Heard {
    words: HashSet<String>,
    /// Whether there is any.
    evidence: bool,
}

impl Heard {
    /// Reads the evidence, and names that are none of its business: the lead's has a check of its own, the client's may stand.
    pub(super) fn new(evidence: &[Folded], names: &[Folded]) -> Self {
        let lines = evidence.iter().chain(names);
        let words = lines.flat_map(|line| (0..line.words.len()).map(|n| stem(line.word(n)).to_owned())).collect();
        Self { words, evidence: !evidence.is_empty() }
    }

    /// Finds the names that nothing supports. Without evidence there is nothing to compare with.
    pub(super) fn find(&self, folded: &Folded, hits: &mut Vec<Hit>) {
        if !self.evidence {
            return;
        }
        for n in 0..folded.words.len() {
            let word = folded.word(n);
            let letters = folded.text[folded.words[n].clone()].chars();
            let capital = letters.clone().next().is_some_and(char::is_uppercase) && letters.clone().all(|c| !c.is_ascii_digit());
            let begins = begins_sentence(folded, n);
            let acts = begins && n + 1 < folded.words.len() && folded.gap(n) == " " && DOES.contains(&folded.word(n + 1));
            if !capital
                || letters.count() < 2
                || begins && !acts
                || NOBODY.contains(&bare(word))
                || acts && WHOEVER.contains(&word)
            {
                continue;
            }
            if !self.words.contains(stem(word)) {
                let span = folded.words[n].start..folded.words[n].start + bare(word).len();
                hits.push(Hit::warn(FindingKind::UnknownName, span, REASON));
            }
        }
    }
}

/// At the start of a sentence, of a line or of a quotation every word has a capital.
fn begins_sentence(folded: &Folded, n: usize) -> bool {
    if n == 0 || folded.line_start(folded.words[n].start) >= folded.words[n - 1].end {
        return true;
    }
    let gap = folded.gap(n - 1);
    // A dot behind a title or an initial ends no sentence.
    let titled =
        gap == ". " && (folded.words[n - 1].len() == 1 || matches!(folded.word(n - 1), "mr" | "mrs" | "ms" | "dr" | "st"));
    !titled && gap.contains(['.', '!', '?', ':', '"', '*', '#', '(', '[', '>'])
}

fn bare(word: &str) -> &str {
    word.strip_suffix("'s").unwrap_or(word)
}

fn stem(word: &str) -> &str {
    let word = bare(word);
    word.strip_suffix('s').filter(|stem| stem.len() > 3).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::spans_against;
    use crate::domain::span::FindingKind::UnknownName;
    use rstest::rstest;

    const EVIDENCE: [&str; 2] = ["maria booked for her house in round rock", "Tech: Deshawn, unit by Rheem"];

    #[rstest]
    #[case("Deshawn looked at the Rheem heater in Round Rock.", &[])]
    #[case("Deshawn looked at the Carrier heater in Pflugerville.", &["Carrier", "Pflugerville"])]
    #[case("The visit by Mr. Keller is on Monday. Somebody will call.", &["Keller"])]
    #[case("Booked.\nThe next step is a call in May.", &[])]
    #[case("Deshawn's van and Keller's van", &["Keller"])]
    #[case("Keller called back. She called too. Customers asked.", &["Keller"])]
    #[case("It is a R410 unit and an A/C", &[])]
    fn names(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans_against(text, &EVIDENCE, None, UnknownName), found);
        assert_eq!(spans_against(text, &[], None, UnknownName), Vec::<String>::new());
    }
}
