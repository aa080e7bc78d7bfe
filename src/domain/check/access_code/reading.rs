//! Reads the cues of a number: its shape, the words before it and behind it, and what else the text speaks of.

use super::super::digits::is_of_a_thing;
use super::super::fold::Folded;
use super::aloud::is_speaker;
use super::candidate::Candidate;
use super::cues::Cue;
use super::words::{Word, is_maker, is_other_name, is_unit};

/// Words before a number that are near.
const NEAR: usize = 3;
/// Words of its sentence that are looked at, on either side.
const SENTENCE: usize = 14;
/// Words behind it in which what it opens is looked for.
const BEHIND: usize = 6;
/// Words around a year in which it is said what is dear in it.
const YEAR_NEAR: usize = 10;

fn ends_sentence(gap: &str) -> bool {
    gap.contains(['.', '!', '?', ';'])
}

/// Whether a thing or a paper is named before it: [`Cue::OtherNumber`], which takes longer to tell than all others.
pub(super) fn is_another_number(folded: &Folded, words: &[Word], candidate: &Candidate) -> bool {
    let start = candidate.words.start;
    let before = |back: usize| start.checked_sub(back).map_or("", |at| folded.word(at));
    let is = |back: usize, kind: Word| start.checked_sub(back).is_some_and(|at| words[at] == kind);
    let opens = |back: usize| is(back, Word::Opener) || before(back) == "dials";
    let reads = matches!(before(1), "read" | "reads") && (2..=4).any(opens) && !(2..=6).any(|back| is(back, Word::Other));
    // `the keypad reads 4411`, `parking lot gate 4411`: a meter reads as well, and a lot has a number.
    let of_a_lock = reads || before(2) == "lot" && opens(1);
    start > 0 && !of_a_lock && is_of_a_thing(folded, candidate.span.start)
}

/// The cues of a number, but for [`Cue::OtherNumber`].
pub(super) fn cues(folded: &Folded, words: &[Word], candidate: &Candidate) -> Vec<Cue> {
    let mut cues = vec![Cue::Any];
    shape(folded, candidate, &mut cues);
    before(folded, words, candidate, &mut cues);
    behind(folded, words, candidate, &mut cues);
    around(folded, words, candidate, &mut cues);
    cues
}

fn shape(folded: &Folded, candidate: &Candidate, cues: &mut Vec<Cue>) {
    let text = &folded.lower[candidate.span.clone()];
    let plain = candidate.groups == 1 && !candidate.spelled && !candidate.letters;
    cues.push(match candidate.digits {
        0..=2 => Cue::OneOrTwo,
        3 => Cue::Three,
        4 => Cue::Four,
        5 => Cue::Five,
        6 => Cue::Six,
        _ => Cue::SevenOrMore,
    });
    let digits = text.trim_matches(['#', '*']);
    let mut add = |is: bool, cue: Cue| {
        if is {
            cues.push(cue);
        }
    };
    add(candidate.signs > 0, Cue::Sign);
    add(candidate.ends_in_sign, Cue::EndsInSign);
    add(candidate.spelled, Cue::Spelled);
    add(candidate.groups >= 3 && candidate.digits == candidate.groups, Cue::OneByOne);
    add(candidate.turns || candidate.groups >= 3 && text.contains('-') && !candidate.letters, Cue::Hyphens);
    add(candidate.groups == 2, Cue::Pairs);
    add(candidate.groups == 2 && is_span(digits), Cue::Span);
    add(candidate.date, Cue::DateLike);
    add(plain && digits.starts_with('0'), Cue::LeadingZero);
    let year = plain && digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"));
    let spoken = candidate.spelled && candidate.groups == 2 && (digits.starts_with("nineteen ") || digits.starts_with("twenty "));
    add(year || spoken, Cue::YearLike);
    add(plain && digits.len() > 2 && digits.ends_with("00"), Cue::Round);
    add(candidate.letters && text.contains(|c: char| c.is_ascii_digit()), Cue::Mixed);
    add(candidate.letters && !text.contains(|c: char| c.is_ascii_digit()), Cue::LettersAlone);
}

/// Whether it goes from one number to a greater one: the hours of a window, the ends of a range.
fn is_span(text: &str) -> bool {
    let ends =
        text.split_once('-').and_then(|(from, to)| Some((from.trim().parse::<u32>().ok()?, to.trim().parse::<u32>().ok()?)));
    ends.is_some_and(|(from, to)| from < to && to < 1000)
}

fn before(folded: &Folded, words: &[Word], candidate: &Candidate, cues: &mut Vec<Cue>) {
    let start = candidate.words.start;
    let Some(last) = start.checked_sub(1) else {
        cues.push(Cue::FirstOfAll);
        return;
    };
    let gap = folded.gap(last);
    let told = turn_start(folded, start);
    if told < start || ends_sentence(gap) && !gap.contains("..") {
        cues.push(Cue::BeginsSentence);
        // `Agent: Which buttons? Caller: Four four one one.`
        if told > 0 && folded.gap(told - 1).contains('?') {
            cues.append(&mut said(folded, words, told, true));
        }
        return;
    }
    for (sign, cue) in [
        (':', Cue::Colon),
        ('=', Cue::Colon),
        ('-', Cue::Dash),
        ('.', Cue::Dash),
        (',', Cue::Comma),
        ('(', Cue::Bracket),
        ('"', Cue::Bracket),
    ] {
        if gap.contains(sign) {
            cues.push(cue);
        }
    }
    // A particle belongs to its verb: `punch in 4411`.
    let particle = matches!(folded.word(last), "in" | "on") && last > 0 && matches!(words[last - 1], Word::Press | Word::Handle);
    cues.push(match words[if particle { last - 1 } else { last }] {
        Word::Name if is_other_name(folded, last) => Cue::OtherName,
        Word::Name => Cue::NameBefore,
        Word::Opener => Cue::OpenerBefore,
        Word::Place => Cue::PlaceBefore,
        Word::Numbered => Cue::NumberedBefore,
        Word::Press => Cue::PressBefore,
        Word::Handle => Cue::HandleBefore,
        Word::Opens => Cue::OpensBefore,
        Word::Link => Cue::LinkBefore,
        Word::Other => Cue::OtherBefore,
        _ if folded.word(last) == "by" && last > 0 && folded.word(last - 1) == "followed" => Cue::PressBefore,
        _ if !particle && folded.word(last) == "in" => Cue::InBefore,
        _ if matches!(folded.word(last), "at" | "by" | "until" | "till" | "from" | "around" | "since" | "between") => {
            Cue::AtBefore
        }
        Word::Plain if last > 0 && folded.stands_out(last) => Cue::CapitalBefore,
        Word::Amount | Word::Unit => Cue::AmountBefore,
        Word::Machine => Cue::MachineBefore,
        Word::Small => Cue::SmallBefore,
        Word::Plain => Cue::PlainBefore,
    });
    let mut seen = said(folded, words, start, false);
    let any = |cues: &[Cue]| seen.iter().any(|cue| cues.contains(cue));
    // `house 1962, old panel`: when it was built.
    let of_a_house = matches!(folded.word(last), "house" | "home" | "bldg" | "building") && cues.contains(&Cue::YearLike);
    if of_a_house && !any(&[Cue::NameNear, Cue::NameFar, Cue::OpenerNear, Cue::PressNear]) {
        cues.retain(|cue| !matches!(cue, Cue::PlaceBefore | Cue::NumberedBefore));
        cues.push(Cue::InBefore);
    }
    let told = cues.iter().any(|cue| matches!(cue, Cue::LinkBefore | Cue::Colon));
    let name = any(&[Cue::NameNear, Cue::NameFar]);
    let other = any(&[Cue::OtherNear, Cue::OtherFar]);
    if told && last > 0 && words[last - 1] == Word::Numbered {
        cues.push(Cue::NumberedIs);
    }
    if told && other && !name {
        cues.push(Cue::OtherIs);
    }
    if told && name {
        cues.push(Cue::NameIs);
    }
    // `badge number is 1180`; but `badge or 1180` opens a door as well.
    let is_of_a_person = |at: usize| folded.word(at) == "badge" && (at + 1..=(at + 2).min(last)).any(|n| folded.word(n) == "is");
    let is_of_a_place = |at: usize| matches!(folded.word(at), "zip" | "zipcode");
    let mut before = (1..=SENTENCE).filter_map(|far| start.checked_sub(far));
    if before.any(|at| is_of_a_place(at) || at < last && is_of_a_person(at)) {
        cues.push(Cue::ZipIs);
    }
    if cues.contains(&Cue::YearLike)
        && cues.iter().any(|cue| matches!(cue, Cue::InBefore | Cue::AtBefore | Cue::AmountBefore | Cue::OtherBefore))
    {
        cues.push(Cue::YearTold);
    }
    let digits = &folded.lower[candidate.span.clone()];
    let clock = digits.len() == 4 && digits[..2] < *"24" && digits[2..] < *"60" && digits.bytes().all(|b| b.is_ascii_digit());
    if clock
        && (cues.contains(&Cue::AtBefore) || matches!(folded.word(last), "arrived" | "left" | "called" | "at" | "by" | "since"))
    {
        cues.push(Cue::ClockTold);
    }
    if candidate.digits <= 3 && candidate.groups == 1 {
        let any = |of: &[Cue]| of.iter().any(|cue| cues.contains(cue));
        let short = [
            (Cue::ShortNamed, any(&[Cue::NameBefore, Cue::NameIs])),
            (Cue::ShortPressed, any(&[Cue::PressBefore, Cue::HandleBefore])),
            (Cue::ShortOpener, any(&[Cue::OpenerBefore])),
        ];
        cues.extend(short.into_iter().filter(|(_, is)| *is).map(|(cue, _)| cue));
    }
    if is_maker(folded.word(last)) && gap == " " {
        cues.push(Cue::MakerBefore);
    }
    cues.append(&mut seen);
}

/// Where a turn begins, if one does with a word: at the label of its speaker.
fn turn_start(folded: &Folded, start: usize) -> usize {
    match start.checked_sub(1) {
        Some(label) if is_speaker(folded, label) => label - usize::from(label > 0 && folded.word(label - 1) == "speaker"),
        _ => start,
    }
}

/// What the words of a sentence are, before a place in it; or those of the question that is answered there.
fn said(folded: &Folded, words: &[Word], end: usize, asked: bool) -> Vec<Cue> {
    let mut seen: Vec<Cue> = Vec::new();
    for far in 1..=SENTENCE {
        let Some(at) = end.checked_sub(far) else { break };
        if far > 1 && ends_sentence(folded.gap(at)) && !folded.gap(at).contains("..") {
            break;
        }
        let near = far <= NEAR && !asked;
        let cue = match words[at] {
            Word::Name if is_other_name(folded, at) => Cue::OtherName,
            Word::Name if near => Cue::NameNear,
            Word::Name => Cue::NameFar,
            Word::Opener if near => Cue::OpenerNear,
            Word::Opener => Cue::OpenerFar,
            Word::Place | Word::Numbered if near => Cue::PlaceNear,
            Word::Place | Word::Numbered => Cue::PlaceFar,
            Word::Press if far <= 5 && !asked => Cue::PressNear,
            Word::Handle if far <= 5 && !asked => Cue::HandleNear,
            Word::Opens => Cue::OpensNear,
            Word::Other if near => Cue::OtherNear,
            Word::Other => Cue::OtherFar,
            Word::Amount if near && far > 1 => Cue::AmountNear,
            Word::Machine => Cue::MachineNear,
            _ if near && folded.word(at).as_bytes()[0].is_ascii_digit() => Cue::NumberBefore,
            _ => continue,
        };
        // A near one is none that is far.
        let nearer = match cue {
            Cue::NameFar => Some(Cue::NameNear),
            Cue::OpenerFar => Some(Cue::OpenerNear),
            Cue::PlaceFar => Some(Cue::PlaceNear),
            _ => None,
        };
        if !seen.contains(&cue) && nearer.is_none_or(|nearer| !seen.contains(&nearer)) {
            seen.push(cue);
        }
    }
    seen
}

fn behind(folded: &Folded, words: &[Word], candidate: &Candidate, cues: &mut Vec<Cue>) {
    let end = candidate.words.end;
    let gap = if end < words.len() { &folded.lower[candidate.span.end..folded.words[end].start] } else { "." };
    if end >= words.len() || ends_sentence(gap) {
        cues.push(Cue::EndsSentence);
        return;
    }
    if gap.contains([',', ')', '"', '/']) || gap.contains(" -") || gap.contains(':') {
        cues.push(Cue::CommaBehind);
    } else {
        let next = folded.word(end);
        cues.push(match words[end] {
            _ if is_unit(next) => Cue::UnitBehind,
            Word::Plain if folded.text[folded.words[end].start..].starts_with(|c: char| c.is_ascii_uppercase()) => {
                Cue::CapitalBehind
            }
            _ if matches!(next, "then" | "and" | "enter" | "pound" | "star" | "hash" | "followed" | "plus") => Cue::ThenBehind,
            Word::Opens => Cue::OpensBehind,
            Word::Link => Cue::LinkBehind,
            Word::Plain | Word::Other | Word::Machine => Cue::PlainBehind,
            Word::Place | Word::Opener | Word::Numbered => Cue::PlaceBehind,
            Word::Name => Cue::NameBehind,
            Word::Press | Word::Handle | Word::Small | Word::Amount | Word::Unit => Cue::SmallBehind,
        });
    }
    // `4411 is her garage door code`
    let tells = matches!(folded.word(end), "is" | "was" | "as" | "for" | "are" | "being");
    for (at, word) in words.iter().enumerate().skip(end).take(BEHIND) {
        if at > end && ends_sentence(folded.gap(at - 1)) {
            break;
        }
        let cue = match word {
            Word::Name if tells && !is_other_name(folded, at) => Cue::ToldBehind,
            Word::Opener | Word::Place | Word::Numbered => Cue::PlaceBehind,
            Word::Opens => Cue::OpensBehind,
            _ => continue,
        };
        if !cues.contains(&cue) {
            cues.push(cue);
        }
    }
}

fn around(folded: &Folded, words: &[Word], candidate: &Candidate, cues: &mut Vec<Cue>) {
    let from = candidate.words.start.saturating_sub(40);
    let to = words.len().min(candidate.words.end + 20);
    let others = || {
        let all = (from..candidate.words.start).chain(candidate.words.end..to);
        all.filter(|at| words[*at] != Word::Name || !is_other_name(folded, *at)).map(|at| words[at])
    };
    // `1962, the year she was born`: a year that is chosen for a code.
    let meant = (from..to).filter(|at| candidate.words.start < at + YEAR_NEAR && *at < candidate.words.end + YEAR_NEAR);
    let is_dear = |at: usize| matches!(folded.word(at), "born" | "birth" | "birthday" | "anniversary" | "married" | "wedding");
    if cues.contains(&Cue::YearLike) && meant.into_iter().any(is_dear) {
        cues.push(Cue::YearMeant);
    }
    for (word, cue) in [
        (Word::Name, Cue::NameInText),
        (Word::Opener, Cue::OpenerInText),
        (Word::Place, Cue::PlaceInText),
        (Word::Press, Cue::PressInText),
        (Word::Handle, Cue::HandleInText),
        (Word::Opens, Cue::OpensInText),
        (Word::Other, Cue::OtherInText),
        (Word::Machine, Cue::MachineInText),
    ] {
        if others().any(|other| other == word || word == Word::Place && other == Word::Numbered) {
            cues.push(cue);
        }
    }
}
