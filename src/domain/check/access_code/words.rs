//! The words that tell a code from another number, by what they are: what a code is called, what it opens, what is done
//! with it, and what other numbers are called.

use std::sync::LazyLock;

use foldhash::{HashMap, HashSet};

use super::super::fold::Folded;

/// What a word is. A word that is none of these tells nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// What a code is called.
    Name,
    /// What is opened by a code and has hardly another number.
    Opener,
    /// What may be opened by a code and has other numbers too.
    Place,
    /// What is done with a code.
    Press,
    /// What may be done with a code, and with much else.
    Handle,
    /// What a code does.
    Opens,
    /// What is opened by a code and often has a number for its name: `room 204`.
    Numbered,
    /// What links a name or a thing to its code.
    Link,
    /// What another number is called, before it.
    Other,
    /// What stands before an amount, a time or a year.
    Amount,
    /// What stands behind an amount.
    Unit,
    /// What shows codes of its own.
    Machine,
    /// The small words of the language.
    Small,
    /// Every other word.
    Plain,
}

impl Word {
    /// Whether a text with such a word may speak of a code.
    pub(super) fn speaks_of_one(self) -> bool {
        matches!(self, Self::Name | Self::Opener | Self::Place | Self::Numbered | Self::Press | Self::Handle | Self::Opens)
    }
}

/// The words of each kind.
const WORDS: [(Word, &str); 13] = [
    (Word::Name, "cd gc dir clave code codes codigo combination combo combos digits passcode passcodes password pin pins pw "),
    (
        Word::Opener,
        "adt alarm alarma barrier callbox candado deadbolt fob gate gates gte intercom keybox keyless keypad keypads keysafe \
         knox kwikset latch lb lock lockbox lockboxes locks pad padlock padlocks porton safe schlage simplisafe supra \
         turnstile yale codebox sentrilock kypd keypd lkbx lckbx lockbx simplex touchpad touchscreen masterlock lockset lbx kp callbx \
         frontpoint vivint thumbwheels wheels doorking codelock directory buzzer shackle dials",
    ),
    (
        Word::Place,
        "access attic backyard barn basement cabin cabinet cage cellar church closet clubhouse \
         community complex courtyard crawlspace door doors driveway elev elevator entrada entrance entry \
         fence foyer front garage greenhouse guard guardhouse hangar hatch hoa house kennel laundry lift lobby \
         mailroom marina opener panel parking pool property puerta rear riser roof security \
         shed shop side stable stairwell storage studio subdivision toolbox vault vestibule \
         warehouse yard gar stair structure drop washroom restroom rooftop entryway doorway airbnb pedestal knob bolt \
         hasp rollup bib spigot faucet railing lanai mudroom sunroom carport breezeway upstairs downstairs outside inside",
    ),
    (Word::Numbered, "bldg building room rooms office tower penthouse ramp deck locker dock container trailer stairs rm suite"),
    (
        Word::Press,
        "punch punches punched punching enter enters entering press presses pressing push pushes hit hits dial dials dialing type types typing \
         input tap taps key marca poke keying hitting buttons arm disarm disarms disarming arming",
    ),
    (
        Word::Handle,
        "use uses using try put puts putting do roll turn spin buzz tell give set reset scramble changed usa thumb programmed reprogrammed programming rekeyed ring rings scroll",
    ),
    (Word::Opens, "abre arms get gets let lets open opened opens unlock unlocked unlocks works yourself disarmed armed"),
    (
        Word::Link,
        "are backup be being es guest is it it's its just master needs new now old one ones reads same stays still takes \
         temp temporary that that'd this wants was",
    ),
    (
        Word::Other,
        "account acct address aisle ansi apartment apt asme asset astm badge batch bay bin breaker built card case \
         channel chapter check cheque circuit claim dept draft ending ends error est estimate exit ext extension fault \
         fig flash floor form grade highway hwy ibc ifc inspection interstate inv invoice irc item job lead level lic \
         license lot memo meter mileage model models nec nfpa no nos num number odometer order osha page part parts \
         permit phase po policy quote rack reading receipt ref report rev route row rt seal section serial series \
         size sizes sku sn space stage stall ste step store street tag task ticket tracking trouble truck ul unit \
         units van version visa visit wo year zip zone zones rma confirmation conf note wo spec mailbox schedule ck sw img photo badge appointment customer department firmware bulletin lcn",
    ),
    (
        Word::Amount,
        "mon tue tues wed thu thur thurs fri sat sun about added after almost arrived another approx approximately apr april around at aug august before between by charge \
         charged cost costs counted dec december during every feb february fee fixed for found friday from had has have \
         installed jan january jul july jun june least mar march may measured minus monday most nearly nov november oct \
         october of only ordered over owes paid past plus price priced quoted ran removed repaired replaced roughly \
         saturday sep sept september since sold sunday than through thursday till total totaled totalled totals tuesday \
         under until wednesday with within",
    ),
    (
        Word::Unit,
        "ah am amp amps ave avenue blvd btu btus bucks calls car cars cfm cm court ct cubic cycles day days degrees \
         dollars dr drive feet foot ft gal gallon gallons gauge gpf gpm hour hours hp hr hrs hz in inch inches jobs k kg \
         kw lane lbs leads linear ln mah meters mi miles min mins minute minutes mm month months mph ohms oz pcs people \
         percent percentage pieces pm points pounds ppm psi rd reviews road rpm sec second seconds secs sq sqft square st \
         stars times ton tons usd v visits volt volts watt watts week weeks x yards years yr yrs",
    ),
    (
        Word::Machine,
        "blinking blinks board boiler city compressor condenser county diagnostic dishwasher display displays dryer \
         engine filter filters flashed flashes flashing furnace heater ignition inspector inverter minisplit ordinance \
         oven showed showing shows thermostat threw throwing throws unit's washer motor capacitor operator",
    ),
    (
        Word::Small,
        "a again all also an and any as asterisk because both but button can cause con could doesn't don't down each el \
         first followed gave got hash he her here him his how i if into la last left lol me means my next not off ok okay \
         on or our out para please pls pound right said says she should sign so some star thanks the their them then \
         there these they those thx to today tomorrow too u uh um up ur us w we well what when where which who will would \
         y y'all yeah yes you your",
    ),
];

/// Words before `box` that make it one that is opened by a code.
const BOXES: &str = "lock key call entry gate realtor contractor knox supra combo";
/// Words before a name of codes that make it one of another trade.
const OTHER_CODES: &str = "error fault trouble flash zip postal area promo discount coupon product part model paint color colour date bar \
     qr fire electrical plumbing diagnostic blink led tax country cost item labor billing lot mechanical energy \
     county city state stock hinge clevis cotter hitch shear dowel sku gl job referral gift status engine reason \
     dress source order remote service warranty post mfg manufacturer rolling department";
/// Words behind it that do: `building code section 1404`.
const OF_RULES: &str = "means requires required says section chapter book calls compliance violation violations unit upgrade inspection \
     official enforcement minimum cycle reader letter";

static KINDS: LazyLock<HashMap<&str, Word>> =
    LazyLock::new(|| WORDS.iter().flat_map(|(kind, words)| words.split_ascii_whitespace().map(|word| (word, *kind))).collect());
static BOX: LazyLock<HashSet<&str>> = LazyLock::new(|| BOXES.split_ascii_whitespace().collect());
static OTHER: LazyLock<HashSet<&str>> = LazyLock::new(|| OTHER_CODES.split_ascii_whitespace().collect());
static RULES: LazyLock<HashSet<&str>> = LazyLock::new(|| OF_RULES.split_ascii_whitespace().collect());

/// A word without what makes it a possessive.
fn bare(word: &str) -> &str {
    word.strip_suffix("'s").unwrap_or(word)
}

/// What each word of a text is.
pub(super) fn all(folded: &Folded) -> Vec<Word> {
    (0..folded.words.len()).map(|at| one(folded, at)).collect()
}

fn one(folded: &Folded, at: usize) -> Word {
    let before = if at > 0 { bare(folded.word(at - 1)) } else { "" };
    match bare(folded.word(at)) {
        "box" | "boxes" if BOX.contains(before) => Word::Opener,
        "box" if matches!(before, "the" | "a" | "little") => Word::Place,
        "pass" if matches!(before, "alarm" | "gate" | "door" | "keypad") => Word::Name,
        // `past the gate, number 1822` is a house.
        "number" | "numbers" if matches!(kind(before), Word::Name | Word::Opener | Word::Place) && folded.gap(at - 1) == " " => {
            Word::Link
        }
        "key" if matches!(before, "the" | "a" | "my" | "our" | "spare" | "house" | "that") => Word::Plain,
        "in" if matches!(
            before,
            "come" | "comes" | "walk" | "walks" | "yourself" | "themselves" | "himself" | "herself" | "got" | "get"
        ) =>
        {
            Word::Opens
        }
        "in" if matches!(before, "you" | "u" | "them" | "us") && at > 1 && is_of_a_bell(folded.word(at - 2)) => Word::Opens,
        "in" if before == "on" && at > 1 && matches!(folded.word(at - 2), "come" | "go") => Word::Opens,
        "c" if before == "g" && folded.gap(at - 1) == "/" => Word::Name,
        "o" if before == "w" && folded.gap(at - 1) == "/" => Word::Other,
        "no" if kind(before) == Word::Other => Word::Other,
        "no" if !folded.lower[folded.words[at].end..].starts_with(['.', '#']) => Word::Small,
        word => kind(word),
    }
}

/// `buzzes you in`, `rings them in`
fn is_of_a_bell(word: &str) -> bool {
    matches!(word, "buzz" | "buzzes" | "ring" | "rings")
}

/// Whether a word tells nothing.
pub(super) fn is_plain(word: &str) -> bool {
    kind(bare(word)) == Word::Plain
}

/// Whether a word is what a code is called, or a thing that is opened by one and has hardly another number.
pub(super) fn is_of_a_lock(folded: &Folded, at: usize) -> bool {
    matches!(one(folded, at), Word::Name | Word::Opener)
}

fn kind(word: &str) -> Word {
    KINDS.get(word).copied().unwrap_or(Word::Plain)
}

/// Whether a name of codes is of another trade: what a machine shows, where mail goes, what a shop sells, what an inspector
/// reads.
pub(super) fn is_other_name(folded: &Folded, at: usize) -> bool {
    let before = if at > 0 { bare(folded.word(at - 1)) } else { "" };
    let behind = if at + 1 < folded.words.len() { folded.word(at + 1) } else { "" };
    OTHER.contains(before)
        || RULES.contains(behind)
        || is_of_machine(folded, at)
        || before == "per"
        || before == "to" && at > 1 && matches!(folded.word(at - 2), "up" | "brought" | "built")
}

/// Words behind a name in which the machine stands that shows it.
const ON_MACHINE: usize = 4;

/// `the code on the display`, `code 3200 on the pool heater`: what shows it is named right behind.
fn is_of_machine(folded: &Folded, at: usize) -> bool {
    let behind = at + 1..folded.words.len().min(at + 2 + ON_MACHINE);
    let on = behind.clone().find(|n| matches!(folded.word(*n), "on" | "from"));
    on.is_some_and(|on| (on..behind.end).any(|n| kind(bare(folded.word(n))) == Word::Machine))
}

/// Makers whose locks and openers have models: `a Schlage BE365`.
pub(super) fn is_maker(word: &str) -> bool {
    matches!(
        word,
        "schlage"
            | "kwikset"
            | "yale"
            | "liftmaster"
            | "chamberlain"
            | "genie"
            | "norton"
            | "medeco"
            | "linear"
            | "simplex"
            | "master"
    )
}

/// Whether a word stands behind an amount.
pub(super) fn is_unit(word: &str) -> bool {
    KINDS.get(word) == Some(&Word::Unit)
        || matches!(word, "unit" | "units" | "model" | "series" | "street" | "lb" | "year" | "sec" | "by")
}
