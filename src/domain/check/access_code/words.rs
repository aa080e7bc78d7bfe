//! The words that tell a code: what it is called, what it opens, what is done with it, and what links them.

use super::super::fold::Folded;

/// A word without what makes it a possessive.
pub(super) fn bare(word: &str) -> &str {
    word.strip_suffix("'s").unwrap_or(word)
}

/// What a code is called.
pub(super) fn is_name(word: &str) -> bool {
    matches!(
        bare(word),
        "code" | "codes" | "pin" | "pins" | "passcode" | "passcodes" | "combo" | "combination" | "password" | "pw"
    )
}

/// What is opened by a code and has hardly another number.
pub(super) fn is_strong(folded: &Folded, at: usize) -> bool {
    match bare(folded.word(at)) {
        "gate" | "gates" | "lockbox" | "keysafe" | "keypad" | "callbox" | "keybox" | "padlock" | "alarm" | "intercom"
        | "deadbolt" | "simplisafe" | "adt" => true,
        "box" => at > 0 && matches!(folded.word(at - 1), "lock" | "key" | "call" | "entry" | "gate" | "realtor" | "contractor"),
        "pad" => at > 0 && matches!(folded.word(at - 1), "key" | "number" | "entry" | "the" | "garage" | "gate" | "door"),
        "safe" => at > 0 && folded.word(at - 1) == "key",
        "lock" | "bolt" => {
            at > 0 && matches!(folded.word(at - 1), "smart" | "pad" | "dead" | "door" | "combination" | "shed" | "bike")
        }
        _ => false,
    }
}

/// What is opened by a code and has many other numbers.
pub(super) fn is_weak(word: &str) -> bool {
    matches!(
        bare(word),
        "garage"
            | "door"
            | "entry"
            | "entrance"
            | "access"
            | "security"
            | "panel"
            | "lobby"
            | "shed"
            | "basement"
            | "pool"
            | "lock"
            | "locks"
            | "elevator"
            | "building"
            | "unit"
            | "community"
            | "house"
            | "front"
            | "back"
            | "barn"
            | "storage"
            | "clubhouse"
            | "safe"
            | "mailroom"
            | "suite"
            | "office"
            | "parking"
            | "schlage"
            | "yale"
            | "kwikset"
            | "opener"
            | "property"
            | "complex"
            | "room"
            | "vault"
    )
}

/// Any of them.
pub(super) fn is_place(folded: &Folded, at: usize) -> bool {
    is_strong(folded, at) || is_weak(folded.word(at))
}

/// A place of one word that people name before its code, with nothing between.
pub(super) fn is_named_before(folded: &Folded, at: usize) -> bool {
    match bare(folded.word(at)) {
        "garage" | "lobby" | "clubhouse" | "elevator" | "entry" | "entrance" | "access" => true,
        "door" => {
            at > 0
                && matches!(
                    folded.word(at - 1),
                    "front" | "back" | "side" | "main" | "office" | "lobby" | "building" | "suite" | "garage"
                )
        }
        _ => false,
    }
}

/// What is done with a code.
pub(super) fn is_press(word: &str) -> bool {
    matches!(
        word,
        "punch"
            | "punches"
            | "enter"
            | "press"
            | "push"
            | "hit"
            | "dial"
            | "type"
            | "use"
            | "input"
            | "try"
            | "tap"
            | "key"
            | "put"
    )
}

/// Words that link a name or a place to its code.
pub(super) fn is_link(word: &str) -> bool {
    matches!(
        word,
        "is" | "was"
            | "are"
            | "be"
            | "it"
            | "it's"
            | "its"
            | "that"
            | "that's"
            | "as"
            | "now"
            | "currently"
            | "still"
            | "to"
            | "takes"
            | "with"
            | "using"
            | "the"
            | "a"
            | "my"
            | "our"
            | "her"
            | "his"
            | "their"
            | "your"
            | "for"
            | "at"
            | "on"
            | "of"
            | "in"
            | "into"
            | "by"
            | "changed"
            | "set"
            | "number"
            | "numbers"
            | "no"
            | "new"
            | "just"
            | "you"
            | "we"
            | "get"
            | "getting"
            | "open"
            | "opens"
            | "opening"
            | "unlock"
            | "enter"
            | "entering"
            | "and"
            | "or"
            | "main"
            | "side"
            | "left"
            | "right"
            | "star"
            | "pound"
            | "hash"
            | "u"
            | "got"
            | "gave"
            | "us"
    ) || is_press(word)
}

/// Codes of another trade: what a machine shows, where mail goes, what a shop sells, what an inspector reads.
pub(super) fn is_other_name(folded: &Folded, at: usize) -> bool {
    let before = if at > 0 { folded.word(at - 1) } else { "" };
    let behind = if at + 1 < folded.words.len() { folded.word(at + 1) } else { "" };
    let kind = matches!(
        before,
        "error"
            | "fault"
            | "trouble"
            | "flash"
            | "zip"
            | "postal"
            | "area"
            | "promo"
            | "discount"
            | "coupon"
            | "product"
            | "part"
            | "model"
            | "paint"
            | "color"
            | "colour"
            | "date"
            | "bar"
            | "qr"
            | "fire"
            | "electrical"
            | "plumbing"
            | "diagnostic"
            | "blink"
            | "led"
            | "tax"
            | "country"
            | "cost"
            | "item"
            | "labor"
            | "billing"
            | "lot"
            | "mechanical"
            | "energy"
            | "county"
            | "city"
            | "state"
            | "stock"
            | "hinge"
            | "clevis"
            | "cotter"
            | "hitch"
            | "shear"
            | "dowel"
            | "sku"
            | "gl"
            | "job"
            | "referral"
            | "gift"
    );
    kind || matches!(
        behind,
        "means"
            | "requires"
            | "required"
            | "says"
            | "section"
            | "chapter"
            | "book"
            | "calls"
            | "compliance"
            | "violation"
            | "unit"
    ) || before == "per"
        || before == "to" && at > 1 && matches!(folded.word(at - 2), "up" | "brought" | "built")
}

/// What shows codes of its own.
pub(super) fn is_machine(word: &str) -> bool {
    matches!(
        bare(word),
        "error"
            | "fault"
            | "board"
            | "display"
            | "displays"
            | "shows"
            | "showing"
            | "showed"
            | "flash"
            | "flashes"
            | "flashing"
            | "blinks"
            | "blinking"
            | "threw"
            | "throws"
            | "throwing"
            | "furnace"
            | "boiler"
            | "washer"
            | "dryer"
            | "dishwasher"
            | "oven"
            | "thermostat"
            | "ignition"
            | "condenser"
            | "compressor"
            | "diagnostic"
    )
}
