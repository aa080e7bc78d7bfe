//! Combinations of a dial: `right 18, left 4, right 32`, `R14 L27 R5`, `nineteen, then thirty-three, then seven`.

use super::super::fold::Folded;
use super::super::stream::number;
use super::candidate::Candidate;

/// Words that are said between the turns of a dial.
const TURNING: &[&str] = &[
    "to", "then", "and", "past", "it", "back", "again", "turn", "once", "twice", "stop", "at", "on", "all", "the", "way",
    "around", "times", "turns", "full", "passing",
];
/// Of them at most between two.
const BETWEEN_TURNS: usize = 6;
/// Words before a list in which a lock with a dial is named.
const NAMED_BEFORE: usize = 14;

/// A number of a dial: how many figures it has, how many words it takes, and whether it says where to turn.
struct Number {
    figures: usize,
    words: usize,
    turns: bool,
}

/// `22`, `twenty-two`, `R14`, `27L`.
fn on_a_dial(folded: &Folded, at: usize) -> Option<Number> {
    if at >= folded.words.len() {
        return None;
    }
    let word = folded.word(at);
    let bare = word.strip_prefix(['l', 'r']).or_else(|| word.strip_suffix(['l', 'r'])).unwrap_or(word);
    if !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit()) {
        return (bare.len() <= 2).then_some(Number { figures: bare.len(), words: 1, turns: bare.len() < word.len() });
    }
    let (figures, words) = number(folded, at)?;
    let fits = word != "oh" && word != "o" && figures.len() <= 2;
    fits.then_some(Number { figures: figures.len(), words, turns: false })
}

pub(super) fn is_turn(word: &str) -> bool {
    matches!(word, "left" | "right" | "clockwise" | "counterclockwise" | "l" | "r")
}

/// `right 18, left 4, right 32`, `nine, right to forty, back to seventeen`, and what [`listed`] finds.
pub(super) fn read(folded: &Folded, at: usize) -> Option<Candidate> {
    let begins = is_turn(folded.word(at)) || on_a_dial(folded, at).is_some();
    let (digits, groups, end) = match listed(folded, at) {
        Some((digits, end)) => (digits, 3, end),
        None if begins => turned(folded, at)?,
        None => return None,
    };
    Some(Candidate { turns: true, ..Candidate::of(folded, at..end, (digits, groups)) })
}

/// Whether a lock with a dial is named before a list of numbers: right before it, or before that where it is named by a word
/// of such locks alone.
fn is_told(folded: &Folded, at: usize) -> bool {
    let before = |far: usize| (1..=far).filter_map(|back| at.checked_sub(back)).map(|n| folded.word(n));
    before(5).any(|word| matches!(word, "dial" | "turn" | "spin" | "combo" | "combination" | "wheels" | "roll" | "numbers"))
        // `locker 12, 14 and 16` are lockers.
        || before(NAMED_BEFORE).skip(1).any(|word| matches!(word, "dial" | "combo" | "combination" | "padlock" | "locker"))
}

/// `22, 6, 31` and `eighteen, then thirty-six, and four` behind words of a dial: figures, and one past the last word.
fn listed(folded: &Folded, at: usize) -> Option<(usize, usize)> {
    let first = on_a_dial(folded, at).filter(|_| is_told(folded, at))?;
    let (mut digits, mut next) = (first.figures, at + first.words);
    for _ in 1..3 {
        let comma = next < folded.words.len() && matches!(folded.gap(next - 1), ", " | "/");
        let joining = (next..folded.words.len()).take(2).take_while(|n| matches!(folded.word(*n), "then" | "and")).count();
        let apart = (next..next + joining).all(|n| n + 1 < folded.words.len() && folded.gap(n) == " ");
        if !apart || !comma && (joining == 0 || folded.gap(next - 1) != " ") {
            return None;
        }
        let number = on_a_dial(folded, next + joining)?;
        (digits, next) = (digits + number.figures, next + joining + number.words);
    }
    Some((digits, next))
}

/// Numbers with turns between them: how many figures, how many numbers, and one past the last word.
fn turned(folded: &Folded, at: usize) -> Option<(usize, usize, usize)> {
    let ends_sentence = |n: usize| folded.gap(n).contains(['.', '!', '?', ';']);
    let (mut next, mut end, mut groups, mut digits, mut turned) = (at, at, 0, 0, 0);
    while next < folded.words.len() && groups < 5 {
        let passed = |n: &usize| {
            let word = folded.word(*n);
            is_turn(word) || TURNING.contains(&word) || matches!(word, "1x" | "2x" | "3x" | "4x" | "5x")
        };
        let Some(at) = (next..folded.words.len()).take(BETWEEN_TURNS + 1).find(|n| !passed(n)) else { break };
        let Some(number) = on_a_dial(folded, at) else { break };
        let behind = at + number.words;
        // `12 right, 30 left` as well as `right 12, left 30`; back is a turn once there was one.
        let turns_here = number.turns
            || (next..at).any(|n| is_turn(folded.word(n)) || turned > 0 && folded.word(n) == "back")
            || behind < folded.words.len() && is_turn(folded.word(behind));
        if groups > 0 && !turns_here || (next..at).any(ends_sentence) {
            break;
        }
        turned += usize::from(turns_here);
        (groups, digits, end, next) = (groups + 1, digits + number.figures, behind, behind);
        if next < folded.words.len() && ends_sentence(behind - 1) {
            break;
        }
    }
    if groups < 3 || turned < 2 {
        return None;
    }
    // `12 right, 30 left, 8 right`
    let last = end < folded.words.len() && is_turn(folded.word(end)) && folded.gap(end - 1) == " ";
    Some((digits, groups, end + usize::from(last)))
}

#[cfg(test)]
mod tests {
    use super::super::candidate::first;
    use rstest::rstest;

    #[rstest]
    #[case("right 18, left 4, right 32 and pull", "right 18, left 4, right 32")]
    #[case("12 right, 30 left, 8 right", "12 right, 30 left, 8 right")]
    #[case("combo R14 L27 R5", "R14 L27 R5")]
    #[case("61L-24R-09L", "61L-24R-09L")]
    #[case("left to 2, right twice around to 18, left to 34", "left to 2, right twice around to 18, left to 34")]
    #[case("Turn the dial to 22, 6, 31.", "22, 6, 31")]
    #[case("a school locker kind? Thirty-six, then nine, then twenty-seven", "Thirty-six, then nine, then twenty-seven")]
    #[case("my own padlock is four, thirty-eight, sixteen", "four, thirty-eight, sixteen")]
    #[case("the combination? 4 then 38 and then 16", "4 then 38 and then 16")]
    #[case("locked closet, combo 24/6/18", "24/6/18")]
    #[case("4x left 38, 3x right 12, 2x left 71", "left 38, 3x right 12, 2x left 71")]
    fn combinations(#[case] text: &str, #[case] found: &str) {
        assert_eq!(first(text, super::read).as_deref(), Some(found));
    }

    #[rstest]
    #[case("turn right on 12 and then left on 4")]
    #[case("recovered R22, topped up R32")]
    #[case("locker 12, 14, 16 need hinges")]
    #[case("we have 12, 14, and 16 inch")]
    #[case("left 2. Right 4. Left 8.")]
    #[case("the dial reads 8, then")]
    #[case("padlock l r")]
    fn no_combinations(#[case] text: &str) {
        assert_eq!(first(text, super::read), None);
    }
}
