//! What is said between the pieces of a number.

/// What is said to draw breath.
pub(super) const BREATHS: &[&str] = &["uh", "um", "er", "ah", "hmm", "mm", "hm"];
/// What stands for the signs of a written number.
pub(super) const SIGNS: &[&str] = &["dash", "hyphen", "dot"];
/// What takes back what was said before.
pub(super) const CORRECTION: &[&str] = &[
    "no",
    "nope",
    "wait",
    "sorry",
    "scratch",
    "strike",
    "actually",
    "correction",
    "mean",
    "meant",
    "oops",
    "rather",
    "corrected",
    "or",
    "make",
    "something",
    "shoot",
    "whoops",
    "crap",
    "darn",
    "dang",
    "ugh",
];
/// What else is said while a number is looked for.
pub(super) const SEARCHING: &[&str] = &[
    "and", "then", "so", "well", "yeah", "yes", "yep", "ok", "okay", "right", "the", "it's", "its", "it", "is", "that's",
    "thats", "that", "i", "i'm", "you", "got", "get", "know", "ready", "still", "there", "hold", "on", "sec", "second", "moment",
    "let", "me", "see", "check", "think", "look", "shoot", "gosh", "what's", "whats", "what", "my", "his", "her", "their",
    "number", "numbers", "rest", "first", "last", "next", "final", "digits", "are", "was", "be", "pause", "again", "after",
    "followed", "by", "with", "ends", "ending", "in", "starts", "part", "half", "area", "code", "code's", "prefix", "repeat",
    "say", "said", "read", "remember", "here", "goes", "now", "how", "does", "go", "believe", "maybe", "like", "of", "this", "a",
    "oh", "one", "two", "three", "four", "six", "thing", "where", "all", "just", "comes", "write", "down", "agent", "customer",
    "caller", "rep", "huh", "mhm", "hang", "middle", "speaker", "to", "our", "same", "as", "please", "at", "end", "front",
    "before", "start", "over", "did", "sir", "ma'am", "sure", "correct", "perfect", "great", "any", "alright", "not", "phone",
    "cell", "ahead",
];
/// What is said of the first figures of a number.
pub(super) const FIRST: &[&str] = &["first", "front", "beginning", "start", "starts", "before", "rest", "area"];
/// What is said of its last figures.
pub(super) const LAST: &[&str] = &["last", "end", "ends", "ending"];
/// What no number goes on over.
pub(super) const MEASURES: &[&str] = &[
    "dollars", "bucks", "cents", "percent", "degrees", "volts", "amps", "watts", "psi", "feet", "foot", "inch", "inches",
    "gallons", "pounds", "hours", "minutes", "days", "weeks", "months", "years", "units", "times", "per", "each", "tons",
    "miles", "dollar", "volt", "amp", "watt", "gallon", "pound", "day", "week", "month", "year", "ton", "mile", "pole", "gauge",
    "square", "squares", "seer", "btu", "cfm",
];
