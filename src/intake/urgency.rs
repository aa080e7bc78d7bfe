//! How soon somebody must act: as the payload tells it, or as the person's own words say it (C6).
//!
//! The lists are short on purpose and read as they stand. They only ever raise: a lead that says nothing of the kind is
//! routine. To add a danger, add its phrase; a harmless phrase that contains one goes to [`HARMLESS`].

use crate::domain::lead::Urgency;

/// Danger to people or the house: somebody must act now.
const URGENT: &[&str] = &[
    "gas smell",
    "smell gas",
    "smells like gas",
    "smelling gas",
    "smell of gas",
    "gas leak",
    "leaking gas",
    "smoke",
    "smoking",
    "sparks",
    "sparking",
    "burning smell",
    "smell burning",
    "on fire",
    "carbon monoxide",
    "co alarm",
    "flood",
    "flooded",
    "flooding",
    "burst",
    "water everywhere",
    "gushing",
    "no heat",
    "no heating",
    "no water",
    "no power",
    "sewage",
    "sewer backup",
    "infant",
    "newborn",
    "oxygen machine",
    "trapped",
    "locked out",
    "emergency",
    "urgent",
    "asap",
    "right away",
    "immediately",
];

/// Will become worse: somebody must act today.
const SOON: &[&str] = &[
    "leak",
    "leaking",
    "leaks",
    "no hot water",
    "no ac",
    "no air conditioning",
    "clogged",
    "backed up",
    "overflowing",
    "today",
    "tomorrow",
    "this week",
    "soon as possible",
];

/// Phrases that contain a word of danger and mean none.
const HARMLESS: &[&str] = &[
    "smoke detector",
    "smoke detectors",
    "smoke alarm installation",
    "non smoking",
    "no smoking",
    "spark plug",
    "flood light",
    "flood lights",
    "flood insurance",
    "not urgent",
    "not an emergency",
    "no emergency",
    "non emergency",
    "not asap",
    "no flooding",
    "no leak",
    "no leaks",
    "no smoke",
    "no sparks",
];

/// What an urgency field may say, in any case.
const TOLD: &[(Urgency, &[&str])] = &[
    (Urgency::Urgent, &["urgent", "emergency", "asap", "high", "immediate", "immediately", "now", "critical"]),
    (Urgency::Soon, &["soon", "medium", "today", "tomorrow", "this week", "within a week"]),
    (Urgency::Routine, &["routine", "low", "normal", "standard", "flexible", "whenever", "not urgent", "no rush"]),
];

/// Reads an urgency field; `None` for a word that is not in the list.
pub(super) fn told(text: &str) -> Option<Urgency> {
    let plain = plain(text);
    TOLD.iter().find(|(_, words)| words.contains(&plain.trim())).map(|(urgency, _)| *urgency)
}

/// Reads the person's words.
pub(super) fn read(words: &str) -> Urgency {
    let mut plain = plain(words);
    for phrase in HARMLESS {
        plain = plain.replace(&format!(" {phrase} "), " ; ");
    }
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| plain.contains(&format!(" {phrase} ")));
    if says(URGENT) {
        Urgency::Urgent
    } else if says(SOON) {
        Urgency::Soon
    } else {
        Urgency::Routine
    }
}

/// Lower case, every run of anything but letters and digits one space, a space at both ends: so phrases match whole words.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len() + 2);
    plain.push(' ');
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            plain.push(c);
        } else if !matches!(c, '\'' | '’') && !plain.ends_with(' ') {
            plain.push(' ');
        }
    }
    if !plain.ends_with(' ') {
        plain.push(' ');
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("I smell gas in the kitchen!!", Urgency::Urgent)]
    #[case("SPARKS from the panel", Urgency::Urgent)]
    #[case("basement is flooded", Urgency::Urgent)]
    #[case("a pipe burst.", Urgency::Urgent)]
    #[case("We have no heat and an infant", Urgency::Urgent)]
    #[case("no\nwater since noon", Urgency::Urgent)]
    #[case("Carbon-monoxide alarm went off", Urgency::Urgent)]
    #[case("sewage in the tub", Urgency::Urgent)]
    #[case("smoke coming out of the furnace", Urgency::Urgent)]
    #[case("faucet is leaking", Urgency::Soon)]
    #[case("no hot water", Urgency::Soon)]
    #[case("install smoke detectors and flood lights", Urgency::Routine)]
    #[case("not urgent, whenever you can", Urgency::Routine)]
    #[case("new water heater", Urgency::Routine)]
    #[case("outburst of joy, sparkling floor", Urgency::Routine)]
    #[case("", Urgency::Routine)]
    fn words_of_danger_are_seen(#[case] words: &str, #[case] expected: Urgency) {
        assert_eq!(read(words), expected);
    }

    #[rstest]
    #[case("Emergency", Some(Urgency::Urgent))]
    #[case(" HIGH ", Some(Urgency::Urgent))]
    #[case("this week", Some(Urgency::Soon))]
    #[case("flexible", Some(Urgency::Routine))]
    #[case("purple", None)]
    fn a_told_urgency_is_read_by_list(#[case] told_text: &str, #[case] expected: Option<Urgency>) {
        assert_eq!(told(told_text), expected);
    }
}
