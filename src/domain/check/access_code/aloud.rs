//! Codes that are told in more than one breath: turn by turn, with the other speaker's echo (`seven. Agent: Seven. Caller: Three,
//! zero`), with words between (`two seven, uh huh, two seven`), and corrected (`four four, no, forty-one seventy-seven`).

use super::super::fold::Folded;
use super::super::stream::number;
use super::candidate::Candidate;
use super::figures::is_sign;

/// Words between two breaths at most.
const BETWEEN: usize = 14;
/// Figures of one code at most; a phone has more.
const LONGEST: usize = 6;

/// Words that are said between two breaths and mean nothing.
const FILLERS: &[&str] = &[
    "uh", "um", "er", "huh", "mm", "hmm", "mhm", "hm", "okay", "ok", "yeah", "yes", "yep", "yup", "hang", "hold", "on", "again",
    "speaker",
];
/// Words that are said when the speakers take turns.
const IN_TURN: &[&str] = &[
    "right", "got", "it", "that", "go", "ahead", "then", "and", "so", "far", "next", "keep", "going", "all", "sure", "alright",
    "i'm", "with", "you", "ready", "gotcha", "continue", "copy", "the", "rest", "is", "now", "please", "sir", "ma'am",
];
/// Words that take back what was said before them.
const CORRECTIONS: &[&str] = &["no", "sorry", "wait", "scratch", "correction", "actually", "oops", "mean", "nope"];
/// Words that are said beside those.
const BESIDE: &[&str] = &["i", "that's", "it's", "not", "my", "bad", "let", "me", "see"];

/// Who may speak, where a colon stands behind.
const SPEAKERS: &[&str] = &[
    "caller",
    "agent",
    "customer",
    "cust",
    "operator",
    "tech",
    "technician",
    "dispatcher",
    "dispatch",
    "csr",
    "rep",
    "me",
    "him",
    "her",
    "homeowner",
    "tenant",
    "resident",
    "client",
    "guest",
    "host",
    "driver",
    "plumber",
    "assistant",
    "receptionist",
    "bot",
];

/// What was said in one breath: figures, and nothing between them but blanks and commas.
struct Breath {
    figures: String,
    groups: usize,
    /// How many signs are named before it.
    signs: usize,
    spelled: bool,
    /// One past its last word.
    end: usize,
}

fn breath(folded: &Folded, at: usize) -> Option<Breath> {
    let signs = usize::from(is_sign(folded.word(at)) && at + 1 < folded.words.len() && matches!(folded.gap(at), " " | ", "));
    let begins = at + signs;
    let mut breath = Breath { figures: String::new(), groups: 0, signs, spelled: false, end: begins };
    while breath.end < folded.words.len() && (breath.end == begins || matches!(folded.gap(breath.end - 1), " " | "-" | ", ")) {
        let word = folded.word(breath.end);
        if is_speaker(folded, breath.end) {
            break;
        }
        let in_figures = word.bytes().all(|b| b.is_ascii_digit());
        let (figures, words) = match number(folded, breath.end) {
            Some(number) if !matches!(word, "hundred" | "o") => number,
            // Figures one by one, or two that stand alone: `44`.
            _ if in_figures && (word.len() == 1 || word.len() == 2 && breath.groups == 0) => (word.to_owned(), 1),
            _ => break,
        };
        breath.figures += &figures;
        breath.groups += 1;
        breath.spelled |= !in_figures;
        breath.end += words;
        if in_figures && figures.len() == 2 {
            break;
        }
    }
    (breath.groups > 0 && breath.figures.len() <= 10).then_some(breath)
}

/// Whether a word says who speaks from here on: `Caller: four`, `Speaker 2: four`.
pub(super) fn is_speaker(folded: &Folded, at: usize) -> bool {
    let numbered = || folded.word(at).len() == 1 && at > 0 && matches!(folded.word(at - 1), "speaker" | "caller" | "agent");
    at + 1 < folded.words.len() && folded.gap(at).starts_with(": ") && (SPEAKERS.contains(&folded.word(at)) || numbered())
}

/// How the next breath goes on.
struct Bridge {
    next: Breath,
    /// It says anew what was said.
    corrects: bool,
}

/// Who speaks between two breaths.
struct Floor {
    /// The label of the speaker of the code, once it is known.
    speaker: Option<usize>,
    /// The label of the other.
    other: Option<usize>,
    /// Whether the speaker of the code has the floor.
    mine: bool,
}

impl Floor {
    /// Who has it behind a label. Who is not known before is the one that does not speak next.
    fn passes_to(&mut self, folded: &Folded, label: usize) {
        let is = |known: usize| folded.word(known) == folded.word(label);
        self.mine = self.speaker.map_or_else(|| self.other.is_some_and(|other| !is(other)), is);
        *(if self.mine { &mut self.speaker } else { &mut self.other }) = Some(label);
    }
}

/// What stands between a breath and the next that the same speaker takes, and that one.
fn bridge(folded: &Folded, before: &Breath, speaker: &mut Option<usize>) -> Option<Bridge> {
    let first = before.end;
    let (mut at, mut corrects, mut in_turn) = (first, false, false);
    let mut floor = Floor { speaker: *speaker, other: None, mine: true };
    let is_short = |breath: &Breath| breath.figures.len() <= 2 && breath.spelled;
    while at < folded.words.len() && at <= first + BETWEEN {
        let word = folded.word(at);
        let is_filler = FILLERS.contains(&word) || in_turn && IN_TURN.contains(&word);
        if is_speaker(folded, at) {
            in_turn = true;
            floor.passes_to(folded, at);
            at += 1;
        } else if let Some(next) = breath(folded, at) {
            // What the other says is an echo.
            if floor.mine {
                let gap = folded.gap(first - 1);
                let restarts = at == first && gap.contains("..") && next.figures.starts_with(&before.figures);
                let goes_on = at > first && (in_turn || gap != " ")
                    || matches!(gap, ". " | ".. " | "... ") && is_short(before) && is_short(&next);
                let fits = restarts || goes_on && (in_turn || next.spelled || next.groups > 1);
                *speaker = floor.speaker;
                return fits.then_some(Bridge { next, corrects: corrects || restarts });
            }
            at = next.end;
        } else if is_filler || floor.mine && (CORRECTIONS.contains(&word) || BESIDE.contains(&word)) {
            corrects |= floor.mine && CORRECTIONS.contains(&word);
            at += 1;
        } else {
            return None;
        }
    }
    None
}

/// A code in several breaths, from the first figure to the last. What is longer is no code, and neither is a part of it: `until`
/// is one past its last word.
pub(super) fn read(folded: &Folded, at: usize, until: &mut usize) -> Option<Candidate> {
    if at < *until {
        return None;
    }
    let mut last = breath(folded, at)?;
    let mut speaker = (0..at).rev().take(BETWEEN).find(|n| is_speaker(folded, *n));
    let (mut digits, mut groups, mut signs, mut spelled) = (last.figures.len(), last.groups, last.signs, last.spelled);
    let (mut longest, mut breaths) = (digits, 1);
    while let Some(Bridge { next, corrects }) = bridge(folded, &last, &mut speaker) {
        if corrects {
            (digits, groups, signs) = (0, 0, 0);
        }
        (digits, groups, signs) = (digits + next.figures.len(), groups + next.groups, signs + next.signs);
        spelled |= next.spelled;
        longest = longest.max(digits);
        (breaths, last) = (breaths + 1, next);
    }
    *until = last.end;
    if breaths == 1 || !(4..=LONGEST).contains(&longest) {
        return None;
    }
    let groups = if digits < longest { longest } else { groups };
    let of = Candidate::of(folded, at..last.end, (longest, groups));
    Some(Candidate { signs: signs.min(1), spelled, ..of })
}

#[cfg(test)]
mod tests {
    use super::super::super::fold::Folded;
    use rstest::rstest;

    fn read(text: &str) -> Option<String> {
        let folded = Folded::new(text);
        let mut until = 0;
        let found = (0..folded.words.len()).find_map(|at| super::read(&folded, at, &mut until))?;
        Some(folded.text[found.span].to_owned())
    }

    #[rstest]
    #[case("Caller: seven. Agent: Seven. Caller: Seven again. Agent: Okay. Caller: Three, zero.", 0)]
    #[case("Caller: Two five. Agent: Go ahead. Caller: Eight eight.", 0)]
    #[case("five. Agent: Five. Caller: One. One. Agent: Double one. Caller: Then eight.", 0)]
    #[case("Caller: 44. Agent: 44. Caller: 17.", 0)]
    #[case("four four, no, forty-one seventy-seven.", 0)]
    #[case("one, no, sorry, star one, five five three on it", 6)]
    #[case("two seven, uh huh, two seven, three nine.", 0)]
    #[case("seven zero six... seven zero six nine.", 0)]
    #[case("seven... uh... seven seven... two", 0)]
    #[case("two two. Speaker 1: Okay. Speaker 2: Nine one.", 0)]
    fn codes(#[case] text: &str, #[case] behind: usize) {
        let told = text.trim_start_matches("Caller: ");
        let told = told[..told.len() - behind].trim_end_matches('.');
        assert_eq!(read(text).as_deref(), Some(told));
    }

    #[rstest]
    #[case("Caller: four four one one. Agent: And the house? Caller: Two two three.")]
    #[case("10-12, no, 2-4")]
    #[case("Caller: six oh two. Agent: Okay. Caller: five five five. Agent: Yes. Caller: oh one four two.")]
    #[case("we have four, and two of them leak")]
    #[case("four one, no")]
    #[case("star")]
    #[case("Speaker 1: Speaker 2: one")]
    #[case("four... ")]
    #[case("Caller: ")]
    #[case("one two. Agent: ")]
    fn no_codes(#[case] text: &str) {
        assert_eq!(read(text), None);
    }
}
