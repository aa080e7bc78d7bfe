//! Access codes: gate, alarm, lockbox, garage and keypad codes, and Wi-Fi passwords, by the words around them; and
//! again without those words, once the evidence has told that they are codes.

mod aloud;
mod candidate;
mod cues;
mod dial;
mod figures;
#[cfg(test)]
mod fit;
mod letters;
mod password;
mod reading;
mod told;
mod words;

use std::ops::Range;
use std::sync::LazyLock;

use foldhash::HashSet;
use regex::Regex;

use self::candidate::Candidate;
use super::Hit;
use super::digits::{groups, pattern};
use super::fold::Folded;
use super::known::Dictionary;
use super::name::bare;
use crate::domain::known::{Known, KnownKind};
use crate::domain::span::FindingKind;

pub(super) const REASON: &str = "a code or password that opens the property: take it out";
const MAY_BE: &str = "may be a code that opens the property: see what it is, or take it out";

/// `hold the star down, then 4142`: figures between the signs of a key pad.
static BETWEEN_SIGNS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:hold|press|hit|push|tap|punch)(?:ing)?(?: in)?(?: down)?(?: the)? (?:star|pound|hash|asterisk)(?-u:\b)(?: key| button| sign)?(?: down)?,?(?: and)?(?: then)?,? (?P<code>[0-9]{3,8})(?-u:\b)",
    )
});

/// Words behind figures that say how often or how long, not what is pressed: `press star 10 times`.
const COUNTED: &[&str] = &["times", "sec", "secs", "second", "seconds", "min", "mins", "minute", "minutes"];

fn is_counted(folded: &Folded, end: usize) -> bool {
    let behind = folded.lower[end..].trim_start();
    COUNTED.contains(&&behind[..behind.bytes().take_while(u8::is_ascii_lowercase).count()])
}

/// Signs from which on a code of the evidence is looked for by itself: shorter ones are ordinary amounts.
const FEWEST: usize = 4;
/// Letters of a code without figures: shorter ones are words that stand in every text (`HOME` on four wheels).
const FEWEST_LETTERS: usize = 5;

/// The codes that the evidence gives.
#[derive(Clone)]
pub(super) struct Codes {
    /// Looked for as what is stored: in every form.
    told: Dictionary,
    /// Figures that may be codes there, and warn where they stand as they were told.
    perhaps: HashSet<String>,
}

impl Codes {
    /// Reads the evidence, and notes that are none.
    pub(super) fn new<'a>(lines: impl Iterator<Item = &'a Folded>) -> Self {
        let (mut told, mut perhaps) = (Vec::new(), HashSet::default());
        for line in lines {
            for (span, is_code) in each(line) {
                if is_code {
                    told.extend(forms(&line.text[span]).filter_map(|code| Known::new(KnownKind::Code, code)));
                } else {
                    perhaps.extend(Some(figures(&line.text[span])).filter(|code| code.len() >= FEWEST));
                }
            }
        }
        Self { told: Dictionary::new(&told), perhaps }
    }

    /// Finds codes by the words around them, and those the evidence told.
    pub(super) fn find(&self, folded: &Folded, hits: &mut Vec<Hit>) {
        for (span, is_code) in each(folded) {
            hits.push(if is_code {
                Hit::block(FindingKind::AccessCode, span, REASON)
            } else {
                Hit::warn(FindingKind::AccessCode, span, MAY_BE)
            });
        }
        let is_price = |at: usize| folded.before(at) == b'$';
        let mut told = Vec::new();
        self.told.find(folded, &mut told);
        hits.extend(told.into_iter().filter(|hit| !is_price(hit.span.start)));
        if self.perhaps.is_empty() {
            return;
        }
        let again = groups(folded).into_iter().filter(|group| self.perhaps.contains(&folded.lower[group.clone()]));
        hits.extend(again.filter(|group| !is_price(group.start)).map(|group| Hit::warn(FindingKind::AccessCode, group, MAY_BE)));
    }
}

fn figures(code: &str) -> String {
    code.chars().filter(char::is_ascii_digit).collect()
}

/// What a code of the evidence is looked for as: as it was told, and its figures alone (`pound, then 8812`).
fn forms(code: &str) -> impl Iterator<Item = String> {
    let figures = figures(code);
    let signs = code.chars().filter(|c| c.is_alphanumeric()).count();
    let fewest = if figures.is_empty() { FEWEST_LETTERS } else { FEWEST };
    let whole = (signs >= fewest).then(|| code.to_owned());
    let figures = (figures.len() >= FEWEST && figures.len() < signs).then_some(figures);
    [whole, figures].into_iter().flatten()
}

/// Whether a word is what a code is called, or what is opened by one.
pub(super) fn is_of_access(folded: &Folded, at: usize) -> bool {
    words::is_of_a_lock(folded, at) || matches!(bare(folded.word(at)), "door" | "doors" | "entry")
}

/// Every code, and everything that may be one: `true` for a code.
fn each(folded: &Folded) -> Vec<(Range<usize>, bool)> {
    let mut found = numbers(folded);
    let signs = BETWEEN_SIGNS.captures_iter(&folded.lower).filter_map(|caught| caught.name("code"));
    let signs = signs.filter(|code| !is_counted(folded, code.end())).map(|code| code.range());
    let sure = password::each(folded).into_iter().chain(letters::each(folded)).chain(signs);
    found.extend(sure.map(|code| (code, true)));
    found
}

/// Numbers that their shape and the words around them make codes, or that may be codes; and which of the two.
fn numbers(folded: &Folded) -> Vec<(Range<usize>, bool)> {
    let candidates = candidate::each(folded);
    if candidates.is_empty() {
        return vec![];
    }
    let words = words::all(folded);
    // Without such a word there is hardly a code, and most texts have none.
    let is_spoken_of = words.iter().any(|word| word.speaks_of_one());
    let candidates = candidates.into_iter().filter(|candidate| is_spoken_of || candidate.speaks_for_itself());
    let candidates = candidates.filter(|candidate| !is_counted(folded, candidate.span.end));
    let judged = candidates.map(|candidate| {
        let mut cues = reading::cues(folded, &words, &candidate);
        let mut points = cues::score(&cues);
        // It speaks against a code alone, so nothing is asked where enough does already.
        if points >= cues::MAY_BE && reading::is_another_number(folded, &words, &candidate) {
            cues.push(cues::Cue::OtherNumber);
            points = cues::score(&cues);
        }
        (candidate, points)
    });
    let mut judged: Vec<(Candidate, i32)> = judged.collect();
    told_beside(folded, &mut judged);
    let judged = judged.into_iter().filter(|(_, points)| *points >= cues::MAY_BE);
    judged.map(|(candidate, points)| (candidate.span, points >= cues::IS_CODE)).collect()
}

/// Words between two codes of which one is told instead of the other: `2046 not 2064`, `try 1357 if not 1358`.
const INSTEAD: &[&str] =
    &["or", "not", "if", "and", "then", "to", "from", "was", "now", "is", "it's", "the", "old", "new", "also", "try", "for"];

/// Whether a word stands between two such codes; the one of the next month as well: `6614, July 7725`.
fn stands_between(word: &str) -> bool {
    INSTEAD.contains(&word) || word.parse::<chrono::Month>().is_ok()
}

/// What is of the shape of a code and told beside it is one too.
fn told_beside(folded: &Folded, judged: &mut [(Candidate, i32)]) {
    for at in 1..judged.len() {
        let (one, two) = (&judged[at - 1].0, &judged[at].0);
        let alike = one.digits == two.digits && one.digits >= FEWEST && one.letters == two.letters && one.groups == two.groups;
        let between = one.words.end..two.words.start;
        let instead = !between.is_empty() && between.len() <= 3 && between.clone().all(|n| stands_between(folded.word(n)));
        let one_sentence = || !folded.lower[one.span.end..two.span.start].contains(['.', '!', '?', ';']);
        if !alike || !instead || !one_sentence() {
            continue;
        }
        let is_code = |at: usize| judged[at].1 >= cues::IS_CODE;
        let other = match (is_code(at - 1), is_code(at)) {
            (true, false) => at,
            (false, true) => at - 1,
            _ => continue,
        };
        // What is said to be another number stays one.
        if judged[other].1 > i32::MIN {
            judged[other].1 = cues::IS_CODE;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::{spans, spans_against};
    use crate::domain::span::FindingKind::AccessCode;
    use rstest::rstest;

    #[rstest]
    #[case("The guard will ask for a password, tell him bluebird", "bluebird")]
    #[case("he wants the word of the day, for today it's cypress", "cypress")]
    #[case("the trick is hold the star down, then 4142, then hold star again", "4142")]
    #[case("The gate code is 4411.", "4411")]
    #[case("Gate code: #4411", "#4411")]
    #[case("code for the garage is 90210", "90210")]
    #[case("lockbox 7731 by the door", "7731")]
    #[case("the alarm PIN is 5 5 0 1", "5 5 0 1")]
    #[case("punch 2580# at the gate", "2580#")]
    #[case("4411 opens the gate", "4411")]
    #[case("gate code four four one one", "four four one one")]
    #[case("wifi password is Sunny-day9", "sunny-day9")]
    #[case("padlock combo 31-07-22", "31-07-22")]
    #[case("Combo for the barn lock is 04-28-16", "04-28-16")]
    #[case("Key safe is behind the bin. Code C1957Y. Push the black thing down.", "c1957y")]
    #[case("if there is no guard: 0099 on the pad", "0099")]
    #[case("you'll need to hit *31*9 at the barrier", "*31*9")]
    #[case("mailroom lock 8842", "8842")]
    #[case("disarm with 2319", "2319")]
    #[case("the gate code is 4 oh 4 9", "4 oh 4 9")]
    #[case("hatch padlock opens on twenty-two sixteen", "twenty-two sixteen")]
    #[case("Front keypad is 6, 2, 5, 9 and the checkmark", "6, 2, 5, 9")]
    #[case("the keypad on the side door is 1029", "1029")]
    #[case("4411 is her garage door code", "4411")]
    #[case("code 6571 at the main gate", "6571")]
    #[case("gate # is 4545", "4545")]
    #[case("To disarm the alarm press 7742", "7742")]
    #[case("The code to get in is 4455", "4455")]
    #[case("g\u{200b}ate code ４４１１", "４４１１")]
    #[case("Wifi pa\nssword is bluehouse77", "bluehouse77")]
    #[case("ga\nte co\nde 4411", "4411")]
    #[case("combo on lockbox is HOME", "home")]
    #[case("Realtor's box opens on HOME.", "home")]
    #[case("Letter lockbox, spin to BKDT.", "bkdt")]
    #[case("Lock code:091384", "091384")]
    #[case("Smart lock temp passcode: 881 204.", "881 204")]
    #[case("He wrote 'gate 1551' on the estimate.", "1551")]
    #[case("g/c 0091, beware of geese", "0091")]
    #[case("the garage you do 2 8, uh, 1 6 and it goes", "2 8, uh, 1 6")]
    #[case("gate lock is a 4 dial word lock spells FISH", "fish")]
    #[case("verbal password with ADT is Bluebonnet", "bluebonnet")]
    #[case("the password for the monitoring co is marigold", "marigold")]
    #[case("lock box A-1-9-4 hanging on the railing", "a-1-9-4")]
    #[case("ok ready? 6.. 3.. 8.. 1.. thats the gate", "6.. 3.. 8.. 1")]
    #[case("simplex lock, press 1+3, 5 and turn", "1+3, 5")]
    #[case("for the cabana restrooms 2&4 then 5 on the pad", "2&4 then 5")]
    #[case("the gate opens with 5 star 7 7.", "5 star 7 7")]
    #[case("Hatch padlock 12 right, 30 left, 8 right", "12 right, 30 left, 8 right")]
    #[case("a combination lock he described as \"right 18, left 4, right 32\"", "right 18, left 4, right 32")]
    #[case("Turn the dial to 22, 6, 31 and the shed padlock pops.", "22, 6, 31")]
    #[case("The number for the lock is uh three, nine, uh, nine, two yeah", "three, nine, uh, nine, two")]
    #[case(
        "Caller: It's four. Rep: Four. Caller: Eight. Rep: Eight. Caller: Two two.",
        "four. rep: four. caller: eight. rep: eight. caller: two two"
    )]
    #[case("garage code is three nine, no wait, three eight one two", "three nine, no wait, three eight one two")]
    #[case("the side gate combo R22-L8-R31", "r22-l8-r31")]
    #[case("Locker by the pump goes ten, then twenty-four, then two.", "ten, then twenty-four, then two")]
    #[case("gate is star, four, oh, one, nine", "star, four, oh, one, nine")]
    #[case("press pound then 8812 and it buzzes", "pound then 8812")]
    #[case("buzzer: 8812 and then pound", "8812 and then pound")]
    #[case("push one and five together, then two", "one and five together, then two")]
    #[case("keypad, C as in Charlie, one, nine, Y as in yellow", "c as in charlie, one, nine, y as in yellow")]
    #[case("the wheels spell L O C K", "l o c k")]
    #[case("code is \"pepper\" spelled out on the letter dial", "pepper")]
    #[case("the gate code is now 2-0-7-1-pound", "2-0-7-1-pound")]
    #[case("Utility closet combo is 1 & 5, 2", "1 & 5, 2")]
    #[case("Type in JNT4 at the gate keypad", "jnt4")]
    #[case("They type K four four and the arm goes up", "k four four")]
    #[case("it's a word lock, letters are TREE", "tree")]
    #[case("The verbal passcode is pickle.", "pickle")]
    #[case("verbal passcode pickle", "pickle")]
    #[case("they need the verbal password to put it on test: Heron.", "heron")]
    #[case("the passphrase for the monitoring people is \"crocus\"", "crocus")]
    #[case("wifi so that they can pair it: lake-otter-4471", "lake-otter-4471")]
    #[case("wifi for the cameras is network Barn, pass stable-2288", "stable-2288")]
    #[case("They want the showroom wifi in the app, it's FloorTwo_58.", "floortwo_58")]
    #[case("ADT. Verbal: Tugboat.", "tugboat")]
    #[case("security system password is her dog's name, Waffles22", "waffles22")]
    #[case("GC=3590 LB=", "3590")]
    #[case("the monitoring company wants a code word, it's Saturn", "saturn")]
    #[case("If central calls, the password is hummingbird.", "hummingbird")]
    #[case("upstairs door 2291", "2291")]
    #[case("7714 rings you in", "7714")]
    #[case("The keypad outside reads 8190", "8190")]
    #[case("Lot gate 6601#", "6601#")]
    #[case("four digits, it's 1962, the year she was born, for the door", "1962")]
    fn codes(#[case] text: &str, #[case] found: &str) {
        let spans: Vec<String> = spans(text, AccessCode).into_iter().map(|span| span.to_lowercase()).collect();
        assert_eq!(spans, [found]);
    }

    #[rstest]
    #[case("The furnace panel shows error code 4411.")]
    #[case("The zip code of the garage is 78701")]
    #[case("Replaced the gate motor, rated 1200 lbs")]
    #[case("garage door, 400 sq ft, $1200")]
    #[case("The building code requires 1305 at the door")]
    #[case("the gate 1.25 inch pipe")]
    #[case("The garage door is 16 by 7")]
    #[case("A gate 12 feet wide and 72 inches tall")]
    #[case("Alarm battery is 1200 mah")]
    #[case("Unit 204 needs a new lock")]
    #[case("The alarm password is something else")]
    #[case("The gate at 1180 Weller Ave is dead")]
    #[case("Serial number on the safe door is 0047193")]
    #[case("the code on the display says 4410 and it won't start")]
    #[case("lock is a Schlage BE365, battery cover missing")]
    #[case("paint the door SW 6258 and the shutters SW 7069")]
    #[case("LOCKBOX FRONT DOOR HVAC")]
    #[case("turn right on 12 and then left on 4")]
    #[case("no lock, park at 4 and then")]
    #[case("a combo lock with 3 wheels, four digits")]
    #[case("Gate install rescheduled to Sat 9-11")]
    #[case("Agent: What's the zip there? Caller: 78704.")]
    #[case("Agent: How many doors? Caller: Four. Agent: Four. Caller: And two outside.")]
    #[case("Order 12, then 14, then 16 inch filters for the locker room")]
    #[case("It costs four hundred, no, four fifty for the garage door")]
    #[case("alarm people asked for the password, give it to them")]
    #[case("no verbal password given")]
    #[case("My badge number is 1180 if the guard asks")]
    #[case("the letters are ALL faded on the sign")]
    #[case("Lockbox PIN is with the agent")]
    #[case("It says the gate code is \"changed\" again")]
    #[case("The portal password expired, so please give them access again")]
    #[case("If they ask for the password, tell them this is Acme")]
    #[case("If they ask for the password, tell them Acme sent you")]
    #[case("press star 100 times")]
    #[case("The wifi thermostat is a T6-Pro2000 model")]
    fn no_codes(#[case] text: &str) {
        assert_eq!(spans(text, AccessCode), Vec::<String>::new());
    }

    #[rstest]
    #[case("pls note lockbox code is 2046 not 2064, sorry", &["2046", "2064"])]
    #[case("gate code was 4411 and is now 9021", &["4411", "9021"])]
    #[case("the door code for June is 6614, July 7725", &["6614", "7725"])]
    #[case("gate code 4411 and 1200 sq ft", &["4411"])]
    fn what_is_told_beside_a_code_is_one(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans(text, AccessCode), found);
    }

    #[rstest]
    #[case("gate code is 4411", "Use 4411 to come in", &["4411"])]
    #[case("gate code is 4471", "Press 44 71 there, 44-71 or 4 4 7 1", &["44 71", "44-71", "4 4 7 1"])]
    #[case("gate code is 4471", "It goes forty-four seventy-one", &["forty-four seventy-one"])]
    #[case("gate code is 4471, 44 gallons, 71 psi", "double four seven one opens it", &["double four seven one"])]
    #[case("the gate code is B7C2", "It takes B7C2 today", &["B7C2"])]
    #[case("press pound then 8812 and it buzzes", "then 8812 again", &["8812"])]
    #[case("The alarm password is Biscuit", "The customer mentioned Biscuit again", &["Biscuit"])]
    #[case("gate code is 4411", "It cost $4411", &[])]
    #[case("combo on the lockbox is HOME", "Nobody was at home", &[])]
    #[case("the heater is 4411 days old", "It ran for 4411 of them", &[])]
    fn a_code_of_the_evidence_is_found_without_its_words(#[case] told: &str, #[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans_against(text, &[told], None, AccessCode), found);
    }
}
