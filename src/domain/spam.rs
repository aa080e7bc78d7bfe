//! How much a message looks like spam, with every reason by name. A score decides nothing about the lead: it holds messages
//! back and asks a person, because an unanswered customer costs more than a look at an advertisement.
//!
//! - *Links*: who needs a plumber rarely sends links; advertisements do. A photo's link is one, so one weighs little.
//! - *Phrases*: what is sold through contact forms, by the words in which it is sold.
//! - *Disposable domain*: an address that will be gone tomorrow is not one to be answered at.
//! - *Impossible phone*: something stands in the field for the number that is a number of no country.
//! - *Speed*: nobody fills in a form in under three seconds.
//! - *Repeat sender*: the same sender wrote four times within an hour.

use chrono::{DateTime, TimeDelta, Utc};

use super::span::Severity;

/// From here on it looks like spam: no single reason but a flood of links reaches it.
pub const LOOKS_SPAM: i64 = 60;
/// From here on it is worth a note.
pub const WORTH_A_NOTE: i64 = 40;
/// Nobody fills in a form faster than this.
const FASTEST: i64 = 3;
/// So many messages of one sender within [`REPEATS_WITHIN`] are a repeat sender.
const REPEATS: i64 = 4;
/// How far back messages of the same sender are counted.
pub const REPEATS_WITHIN: TimeDelta = TimeDelta::hours(1);
/// Characters of a message that are looked at: an advertisement is known by its beginning.
const LOOKED_AT: usize = 8_000;
/// Points of one phrase, and of all of them at most.
const PHRASE: (i64, i64) = (40, 80);

/// What is sold through contact forms, by the words in which it is sold.
const PHRASES: &[&str] = &[
    "seo service",
    "search engine optimization",
    "rank on google",
    "first page of google",
    "page 1 of google",
    "backlink",
    "guest post",
    "domain authority",
    "web design service",
    "redesign your website",
    "website traffic",
    "increase your sales",
    "buy now",
    "crypto",
    "bitcoin",
    "forex",
    "online casino",
    "viagra",
    "payday loan",
    "business loan",
    "working capital",
    "merchant cash advance",
    "leads for your business",
    "exclusive leads",
    "virtual assistant",
    "explainer video",
    "mobile app development",
    "email list",
    "click here",
    "limited time offer",
    "make money",
    "work from home",
    "dear sir or madam",
    "dear business owner",
    "dear website owner",
    "to whom it may concern",
];

/// Mail domains that give an address for minutes.
const DISPOSABLE: &[&str] = &[
    "10minutemail.com",
    "dispostable.com",
    "emailondeck.com",
    "fakeinbox.com",
    "getnada.com",
    "guerrillamail.com",
    "guerrillamail.net",
    "mailcatch.com",
    "maildrop.cc",
    "mailinator.com",
    "mailnesia.com",
    "mintemail.com",
    "mohmal.com",
    "sharklasers.com",
    "spamgourmet.com",
    "temp-mail.org",
    "tempmail.com",
    "tempmailo.com",
    "throwawaymail.com",
    "trashmail.com",
    "yopmail.com",
];

/// What is scored.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signs<'a> {
    /// What was written.
    pub words: &'a str,
    /// The sender's address, lower-cased.
    pub email: Option<&'a str>,
    /// Whether something was told as a number and is none.
    pub bad_phone: bool,
    /// How long the form was open, in seconds, where the website told.
    pub took: Option<i64>,
    /// How many messages the same sender sent within [`REPEATS_WITHIN`], this one included.
    pub messages: i64,
}

/// A score with its reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Points.
    pub points: i64,
    /// Every reason with its points, in words of ours.
    pub reasons: Vec<String>,
}

impl Score {
    fn add(&mut self, points: i64, reason: impl Into<String>) {
        if points > 0 {
            self.points += points;
            self.reasons.push(format!("{} (+{points})", reason.into()));
        }
    }

    /// How heavy it weighs; `None` where it is worth no word.
    pub fn severity(&self) -> Option<Severity> {
        match self.points {
            LOOKS_SPAM.. => Some(Severity::Block),
            WORTH_A_NOTE.. => Some(Severity::Note),
            _ => None,
        }
    }

    /// All reasons in a line.
    pub fn why(&self) -> String {
        self.reasons.join(", ")
    }
}

/// Since when messages of the same sender are counted.
pub fn counted_since(at: DateTime<Utc>) -> DateTime<Utc> {
    at - REPEATS_WITHIN
}

/// Scores what was sent.
pub fn score(signs: &Signs<'_>) -> Score {
    let mut score = Score::default();
    let lower = signs.words.chars().take(LOOKED_AT).collect::<String>().to_lowercase();
    let links = links(&lower);
    let of_links = match links {
        0 => 0,
        1 => 15,
        2 => 40,
        _ => 60,
    };
    score.add(of_links, if links == 1 { "one link".to_owned() } else { format!("{links} links") });
    let found: Vec<&str> = PHRASES.iter().copied().filter(|phrase| lower.contains(phrase)).collect();
    let quoted = found.iter().map(|phrase| format!("“{phrase}”")).collect::<Vec<_>>().join(", ");
    score.add((PHRASE.0 * found.len() as i64).min(PHRASE.1), format!("advertising words {quoted}"));
    let domain = signs.email.and_then(|email| email.rsplit_once('@')).map(|(_, domain)| domain);
    if let Some(domain) = domain.filter(|domain| is_disposable(domain)) {
        score.add(40, format!("a disposable address at {domain}"));
    }
    if signs.bad_phone {
        score.add(30, "a phone number of no country");
    }
    if let Some(took) = signs.took.filter(|took| (0..FASTEST).contains(took)) {
        score.add(50, format!("the form was filled in within {} s", took + 1));
    }
    if signs.messages >= REPEATS {
        score.add(40, format!("{} messages of one sender within an hour", signs.messages));
    }
    score
}

fn is_disposable(domain: &str) -> bool {
    DISPOSABLE.iter().any(|known| domain == *known || domain.strip_suffix(known).is_some_and(|rest| rest.ends_with('.')))
}

/// How many links there are: with a scheme, as `www.`, or as markup.
fn links(lower: &str) -> usize {
    let with_scheme = lower.matches("://").count();
    let bare = lower.match_indices("www.").filter(|(at, _)| !lower[..*at].ends_with("://")).count();
    with_scheme + bare
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn wrote(words: &str) -> Signs<'_> {
        Signs { words, messages: 1, ..Signs::default() }
    }

    #[rstest]
    #[case(wrote("My water heater leaks, can you come today?"), 0)]
    #[case(wrote("Photo of the leak: https://photos.example/1"), 15)]
    #[case(wrote("see http://a.example and www.b.example"), 40)]
    #[case(wrote("http://a.example https://www.b.example http://c.example"), 60)]
    #[case(wrote("We offer SEO services to rank on Google."), 80)]
    #[case(wrote("Backlinks! Guest posts! Bitcoin! Forex!"), 80)]
    #[case(Signs { email: Some("a@mailinator.com"), ..wrote("hello") }, 40)]
    #[case(Signs { email: Some("a@x.yopmail.com"), ..wrote("hello") }, 40)]
    #[case(Signs { email: Some("a@notyopmail.com"), ..wrote("hello") }, 0)]
    #[case(Signs { bad_phone: true, ..wrote("hello") }, 30)]
    #[case(Signs { took: Some(0), ..wrote("hello") }, 50)]
    #[case(Signs { took: Some(3), ..wrote("hello") }, 0)]
    #[case(Signs { took: Some(-5), ..wrote("hello") }, 0)]
    #[case(Signs { messages: 3, ..wrote("hello") }, 0)]
    #[case(Signs { messages: 4, ..wrote("hello") }, 40)]
    #[case(Signs { bad_phone: true, took: Some(1), ..wrote("hello") }, 80)]
    fn each_reason_has_its_points(#[case] signs: Signs<'_>, #[case] points: i64) {
        let score = score(&signs);
        assert_eq!(score.points, points, "{score:?}");
        assert_eq!(score.reasons.is_empty(), points == 0);
    }

    #[rstest]
    #[case(39, None)]
    #[case(40, Some(Severity::Note))]
    #[case(59, Some(Severity::Note))]
    #[case(60, Some(Severity::Block))]
    fn a_score_weighs(#[case] points: i64, #[case] severity: Option<Severity>) {
        assert_eq!(Score { points, reasons: vec![] }.severity(), severity);
    }

    #[test]
    fn reasons_are_named() {
        let said = score(&Signs { bad_phone: true, took: Some(1), ..wrote("click here: http://a.example") }).why();
        assert_eq!(
            said,
            "one link (+15), advertising words “click here” (+40), a phone number of no country (+30), the form was filled in within 2 s (+50)"
        );
    }

    proptest! {
        #[test]
        fn no_text_panics(words in any::<String>()) {
            prop_assert!(score(&wrote(&words)).points >= 0);
        }
    }
}
