//! What stands around a number: whether the words before it and behind it make it a code that opens something.
//!
//! Four kinds of words tell: what a code is called (`code`, `pin`, `combo`), what it opens (`gate`, `lockbox`, `front
//! door`), what is done with it (`punch in`, `disarm with`, `let yourself in`), and what links them. A code that is named
//! needs little else; a place alone must stand right before the number.

use super::super::fold::Folded;
use super::figures::Figures;
use super::words::{bare, is_link, is_machine, is_name, is_named_before, is_other_name, is_place, is_press, is_strong, is_weak};

/// Words before a number that are looked at.
const BEFORE: usize = 10;
/// Words behind it.
const BEHIND: usize = 7;

/// Whether a text has any word that could make a number a code.
pub(super) fn may_speak_of_one(folded: &Folded) -> bool {
    (0..folded.words.len()).any(|at| {
        let word = folded.word(at);
        is_name(word)
            || is_press(word)
            || is_place(folded, at)
            || matches!(word, "disarm" | "disarms" | "yourself" | "in" | "unlocks" | "opens")
    }) || folded.lower.contains('#')
}

/// The words of the same sentence before a number, the nearest first, up to the number before it.
fn before(folded: &Folded, figures: &Figures, numbers_too: bool) -> Vec<usize> {
    let mut words = Vec::new();
    let mut at = figures.words.start;
    while at > 0 && words.len() < BEFORE && !folded.gap(at - 1).contains(['.', '!', '?', ';']) {
        at -= 1;
        if !numbers_too && folded.word(at).as_bytes()[0].is_ascii_digit() {
            break;
        }
        words.push(at);
    }
    words
}

/// The words of the same sentence behind a number.
fn behind(folded: &Folded, figures: &Figures) -> Vec<usize> {
    let mut words = Vec::new();
    let mut at = figures.words.end;
    while at < folded.words.len() && words.len() < BEHIND && !folded.gap(at - 1).contains(['.', '!', '?', ';']) {
        words.push(at);
        at += 1;
    }
    words
}

/// Whether a number is a code that opens something.
pub(super) fn is_code(folded: &Folded, figures: &Figures) -> bool {
    // Nothing else is written so.
    if figures.ends_in_sign && figures.digits >= 4 && figures.groups == 1 {
        return true;
    }
    let (before, behind) = (before(folded, figures, false), behind(folded, figures));
    let place = before.iter().chain(&behind).any(|at| is_place(folded, *at));
    // Long enough to be one, where a place is spoken of and where none is.
    let enough = match (figures.signs, place) {
        (0, true) => 3,
        (0, false) => 4,
        (_, true) => 2,
        (_, false) => 3,
    };
    let grouped = figures.groups >= 3 && figures.digits >= 3;
    let long = figures.digits >= enough || grouped;
    long && (named(folded, figures, &before, place)
        || told_behind(folded, figures, &behind)
        || placed(folded, figures, &before, &behind)
        || done(folded, figures, &before, &behind, place))
        || figures.pressed && figures.groups >= 3 && before.first().is_some_and(|at| is_press(folded.word(*at)))
}

/// A name of codes stands before it, and what is between links them.
fn named(folded: &Folded, figures: &Figures, before: &[usize], place: bool) -> bool {
    // `alarm pass 7219`: a pass of another place is a pass.
    if let [first, second, ..] = before
        && folded.word(*first) == "pass"
        && is_strong(folded, *second)
    {
        return true;
    }
    let mut linked = true;
    for (far, &at) in before.iter().enumerate() {
        let word = folded.word(at);
        if is_name(word) {
            if is_other_name(folded, at) {
                return false;
            }
            let machine = before.iter().any(|at| is_machine(folded.word(*at)));
            let strong = before.iter().any(|at| is_strong(folded, *at));
            // Two short numbers side by side are a range, where nothing says what they open.
            let whole = figures.groups != 2 || place || figures.digits >= 4;
            return whole && (linked && (!machine || strong) || place && far < 9 && (!machine || strong));
        }
        linked &= is_link(word) || is_place(folded, at);
    }
    false
}

/// What is said behind it makes it one: `4411 opens the gate`, `4411 is her garage door code`.
fn told_behind(folded: &Folded, figures: &Figures, behind: &[usize]) -> bool {
    let Some(&first) = behind.first() else { return false };
    let before = before(folded, figures, true);
    let word = folded.word(first);
    let near = |upto: usize| behind.iter().take(upto).any(|at| is_place(folded, *at));
    let named = behind.iter().take(6).any(|at| is_name(folded.word(*at)) && !is_other_name(folded, *at));
    let second = behind.get(1).map_or("", |at| folded.word(*at));
    match word {
        "opens" | "unlocks" | "disarms" => near(5) || second == "it",
        "works" | "gets" | "lets" => near(6) || second == "you",
        "is" | "was" | "as" => named && near(6),
        "for" | "to" => {
            let told = |at: &usize| {
                is_name(folded.word(*at)) || is_press(folded.word(*at)) || matches!(folded.word(*at), "need" | "needs")
            };
            near(5) && before.iter().any(told) || second == "open" && near(6)
        }
        "at" | "on" => {
            let pad = |at: &usize| is_strong(folded, *at) && !matches!(bare(folded.word(*at)), "gate" | "gates" | "alarm");
            near(4) && (figures.signs > 0 || behind.iter().take(4).any(pad))
        }
        _ => false,
    }
}

/// The place stands right before it.
fn placed(folded: &Folded, figures: &Figures, before: &[usize], behind: &[usize]) -> bool {
    // `the zip code of the garage is 78701`
    if before.iter().any(|at| is_name(folded.word(*at)) && is_other_name(folded, *at)) {
        return false;
    }
    // Two or three short groups are a size behind a place, unless hyphens join them.
    if figures.groups == 2
        || figures.groups > 1
            && !figures.spelled
            && folded.lower[figures.span.clone()].contains(' ')
            && figures.digits > figures.groups
    {
        return false;
    }
    let ends = behind.first().is_none_or(|at| {
        folded.gap(*at - 1).contains([',', ')', ':'])
            || matches!(
                folded.word(*at),
                "then"
                    | "and"
                    | "enter"
                    | "pound"
                    | "star"
                    | "hash"
                    | "after"
                    | "works"
                    | "to"
                    | "or"
                    | "for"
                    | "please"
                    | "until"
            )
    });
    let mut said = false;
    for (far, &at) in before.iter().enumerate() {
        let word = folded.word(at);
        let gap = folded.gap(at);
        // A colon, a dash or `is` says that what follows is the code.
        said |= gap.contains([':', '=']) || gap.contains(" -");
        if is_strong(folded, at) && far < 3 {
            return true;
        }
        let sign = figures.signs > 0;
        if is_named_before(folded, at) && far < 3 && (ends || sign) && (far == 0 || said) && figures.digits >= 4 {
            return true;
        }
        if is_weak(word) && far < 3 && (said && ends && figures.digits >= 4 || sign && figures.digits >= 3) {
            return true;
        }
        match word {
            "is" | "takes" | "with" | "are" => said = true,
            // `security system: 8181`
            "system" | "number" | "no" | "opens" | "the" | "a" | "hash" | "star" | "pound" | "then" => {}
            _ => break,
        }
    }
    // `the keypad on the side door is 1029`, `the panel by the door takes 9937`, `keypad is on the left, 5501`
    let links = |at: usize, words: &[&str]| words.contains(&folded.word(at));
    let first = before.first().copied();
    let second = before.get(1).copied();
    let opens = first.is_some_and(|at| links(at, &["takes"]))
        || first.is_some_and(|at| links(at, &["with"]))
            && second.is_some_and(|at| links(at, &["opens", "open", "opened", "unlocks"]));
    let any = |test: &dyn Fn(usize) -> bool| before.iter().any(|at| test(*at));
    let boxed = |at: usize| is_strong(folded, at) && !matches!(bare(folded.word(at)), "gate" | "gates" | "alarm");
    opens && any(&|at| is_place(folded, at))
        || first.is_some_and(|at| links(at, &["is"])) && any(&boxed)
        || first.is_some_and(|at| folded.gap(at).contains(',')) && ends && figures.digits >= 4 && any(&boxed)
}

/// What is done with it makes it one: `punch in 4491`, `let yourself in with 6174`, `disarm with 2319`.
fn done(folded: &Folded, figures: &Figures, before: &[usize], behind: &[usize], place: bool) -> bool {
    let word = |n: usize| before.get(n).map_or("", |at| folded.word(*at));
    // The verb itself, or its particle; keys that are pressed first are no part of it.
    let keys = (0..2).take_while(|n| matches!(word(*n), "star" | "pound" | "hash" | "then")).count();
    let (verb, particle) = if matches!(word(keys), "in" | "on") { (word(keys + 1), true) } else { (word(keys), false) };
    let next = behind.first().map_or("", |at| folded.word(*at));
    let ends = behind.first().is_none_or(|at| folded.gap(*at - 1).contains([',', ')']))
        || matches!(next, "and" | "then" | "on" | "to" | "at" | "or" | "enter" | "followed" | "plus");
    let year = figures.digits == 4
        && matches!(&folded.lower[folded.words[figures.words.start].clone()], y if y.starts_with("19") || y.starts_with("20"));
    let strong = matches!(verb, "punch" | "punches" | "type" | "key" | "tap" | "input")
        || matches!(verb, "hit" | "press" | "push" | "dial" | "enter") && !particle
        || verb == "put" && particle && !year;
    if is_press(verb)
        && (place && (figures.digits >= 3 || figures.signs > 0) && (ends || next.is_empty() || near_place(folded, behind))
            || strong && ends && figures.digits >= 4)
    {
        return true;
    }
    // Over a few links: `to get in, use 3883`, `turn the alarm off with 6060`.
    let mut linked = 0;
    for (n, &at) in before.iter().enumerate() {
        match folded.word(at) {
            "disarm" | "disarms" | "disarmed" => return figures.digits >= 4,
            "off" => return figures.digits >= 4 && before[n..].iter().any(|at| is_strong(folded, *at)) && linked > 0,
            "in" if matches!(
                word(n + 1),
                "get" | "gets" | "getting" | "yourself" | "themselves" | "himself" | "herself" | "come"
            ) =>
            {
                return figures.digits >= 4 && (linked > 0 || !year);
            }
            "with" | "use" | "using" | "is" | "by" | "code" | "just" | "press" | "enter" => linked += 1,
            _ => return false,
        }
    }
    false
}

fn near_place(folded: &Folded, behind: &[usize]) -> bool {
    behind.iter().any(|at| is_place(folded, *at))
}
