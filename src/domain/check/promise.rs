//! Promises: words that commit the business. What the person asked for, or what the text denies, only warns.

use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::digits::pattern;
use super::fold::Folded;
use crate::domain::span::{FindingKind, Severity};

const PROMISE: &str = "commits the business: state what was agreed, or take it out";
const SAID_BY_OTHERS: &str = "speaks of a promise, though as asked for or denied: see that it cannot be read as one";

/// What may be a promise, by what it takes to be one.
static COMMITS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)(?-u:\b)(?:
          (?P<warranty>warrant(?:y|ies))
        | (?P<stress>definitely | certainly | absolutely | for\x20sure | 100\x20?(?:%|percent))
        | (?P<pace>within\x20(?:the|an|one|[0-9]{1,3})\x20(?:hours?|minutes?))
        | (?P<work>(?:will|we'll|'ll|going\x20to)\x20(?:fix|repair|solve|resolve|make\x20(?:it|this|that)\x20right))
        | (?P<money>refund(?:s|ed|able)? | waiv(?:ed|es|ing|e)
            | free\x20of\x20charge | for\x20free | free\x20(?:estimates?|quotes?|inspections?|consultations?|repairs?|service|visits?|install[a-z]*|replacements?)
            | complimentary | on\x20the\x20house | at\x20(?:no|zero)\x20(?:extra\x20|additional\x20|added\x20)?(?:cost|charge)
            | no\x20(?:extra\x20|additional\x20|hidden\x20)?(?:charges?|costs?|fees?))
        | guarant(?:ee|y)[a-z]* | promis(?:ed|es|ing|e) | warrant(?:ied|ed|s)
        | assur(?:e|es|ed|ing)\x20you | rest\x20assured | you\x20have\x20(?:my|our)\x20word | you\x20can\x20count\x20on | without\x20fail
        | money[\x20-]back | risk[\x20-]free | lifetime | hassle[\x20-]free | no\x20obligation
        | (?:won't|will\x20not)\x20(?:charge|cost|leak|happen|fail|break) | you\x20(?:won't|will\x20not)\x20pay
        | price[\x20-]match[a-z]* | (?:best|lowest)\x20price | beat\x20any\x20(?:price|quote) | (?:match|beat)\x20any
        | price\x20is\x20locked | stand\x20behind\x20(?:our|every|all|the)\x20(?:work|jobs?)
        | (?:we|i)(?:\x20will|'ll)\x20have\x20(?:it|this|that|you|everything)\x20(?:fixed|done|running|repaired|ready|back)
        | permanent(?:ly)?\x20(?:fix|fixed|repair|repaired|solution) | never\x20(?:leak|fail|happen|break)[a-z]*\x20again
        | same[\x20-]day\x20(?:service|visits?|repairs?|appointments?|installs?|installation|delivery|response|fix)
        | licensed\x20(?:and|&)\x20insured | fully\x20insured | we\x20(?:will\x20)?commit
        )",
    )
});

/// Somebody commits the business to what is still to come.
static TO_COME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:will|won't|we'll|they'll|he'll|she'll|it'll|you'll|i'll|going to|gonna|shall|can|able to|we|our|i'm|offers?|offering|expect|guarant[a-z]*|satisf[a-z]*|every|always)(?-u:\b)",
    )
});

/// It is over, and is told.
static IS_OVER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:was|were|had|has|been|received|got|issued|gave|given|credited|processed|waived|refunded|paid|quoted|answered|resolved|fixed|closed|handled|returned|replied|responded|reached|called|arrived|came|ended|took|finished|confirmed|followed|half of them|median|average|averaged|usually)(?-u:\b)",
    )
});

/// Who may do something without that the business promises it.
static CUSTOMER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:customers?|caller|homeowners?|owner|landlord|tenants?|neighbou?rs?|insurance|plumber of theirs|she|he|they|husband|wife|son|daughter|city|utility)(?: [a-z]+)? ?$",
    )
});

/// Behind a promise these take it back: `we can guarantee nothing`, `a guaranteed date was asked for`.
static TAKEN_BACK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^ (?:nothing|no |neither|(?:[a-z]+ ){0,3}(?:was|were) (?:asked for|asked about|requested|wanted|declined))")
});

/// Right before a promise, in the same sentence, these take it back or put it in somebody else's mouth.
static DISTANCE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)(?-u:\b)(?:not(?:\x20[a-z]+)?|never|cannot|can't|don't|doesn't|didn't|couldn't|without|(?:no|nor))\x20(?:[a-z]+\x20)?(?:an?\x20)?$
        | (?-u:\b)(?:ask(?:s|ed|ing)?|declin(?:e|es|ed|ing)|refus(?:e|es|ed|ing)|want(?:s|ed)?|request(?:s|ed|ing)?|wonder(?:s|ed)?|hop(?:es?|ed|ing)|thinks?|thought|believ(?:es?|ed)|inquir(?:ed|es)|enquir(?:ed|es)|question(?:s|ed)?)(?:\x20[a-z0-9'\-]+){0,6}[\x20\-]$",
    )
});

/// A warranty is given where its length or its giver stands before it, or what it is worth behind it; else it is spoken of:
/// `still under warranty`, `the warranty folks`.
static GIVEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)(?:(?-u:\b)(?:our|full|lifetime|extended|limited|years?|yrs?|months?|days?|with|includes?|including|offers?|give|gives|provides?|comes)[\x20\-](?:an?\x20|the\x20|parts\x20|labor\x20|and\x20|full\x20)*)$",
    )
});
static WORTH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^ (?:is |are )?(?:included|covers?|applies|given|comes|stands|on all|on every)"));

/// Before a warranty, these make it another's word: `she says he quoted a 2-year warranty`, `their bid has one`.
static TOLD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:quoted|says?|said|claims?|claimed|(?:was|were) told|bids?|competitors?|other company|manufacturer(?:'s)?|factory|expired|previous|last)(?-u:\b)",
    )
});

/// Behind a warranty, these make it a paper or a term that is over.
static PAPER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^ (?:form|claim|card|registration|paperwork|status|department|questions?|number|doc|expired|ended|ran out|ends|is over)",
    )
});

/// Bytes before a promise that are looked at for a distance from it.
const LOOK_BACK: usize = 80;

/// Whether between what was asked and the promise somebody begins to speak for the business: `asked about timing and we guarantee`.
fn is_ours(between: &str) -> bool {
    let mut words = between.split(' ').skip_while(|word| !matches!(*word, "and" | "but" | "so" | "then" | "because")).skip(1);
    let asks =
        |word: &str| matches!(word, "if" | "whether" | "about" | "for") || word.starts_with("ask") || word.starts_with("want");
    let speaks = |word: &str| matches!(word, "we" | "we'll" | "will" | "i" | "i'll" | "team" | "crew" | "tech" | "technician");
    words.find(|word| asks(word) || speaks(word)).is_some_and(speaks)
}

/// Whether the words before a warranty put it in another's mouth, and nobody speaks for the business in between.
fn is_told(sentence: &str) -> bool {
    TOLD.find_iter(sentence).last().is_some_and(|told| !is_ours(&format!(" and {}", &sentence[told.end()..])))
}

/// Finds promises.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    for found in COMMITS.captures_iter(&folded.lower) {
        let Some(whole) = found.get(0).filter(|whole| !folded.at(whole.end()).is_ascii_alphanumeric()) else { continue };
        let before = &folded.lower[..whole.start()];
        let from = before.char_indices().rev().take(LOOK_BACK).last().map_or(0, |(at, _)| at);
        // What stands on another line does not take a promise back.
        let from = from.max(folded.line_start(whole.start()));
        let ends = ['.', '!', '?', ';'];
        let sentence = before[from..].rsplit(ends).next().unwrap_or_default();
        let behind = &folded.lower[whole.end()..];
        let rest = &behind[..sentence_end(behind)];
        let told = Told { word: whole.as_str(), sentence, rest };
        let weight = match () {
            () if found.name("warranty").is_some() => Some(told.warranty(behind)),
            () if found.name("stress").is_some() => told.is_to_come().then_some(Severity::Block),
            () if found.name("pace").is_some() => (!told.is_over()).then_some(Severity::Block),
            () if found.name("money").is_some() && told.is_over() => Some(Severity::Warn),
            () if found.name("work").is_some() && CUSTOMER.is_match(sentence) => Some(Severity::Warn),
            () => Some(Severity::Block),
        };
        let Some(weight) = weight else { continue };
        hits.push(if weight == Severity::Warn || told.is_denied() {
            Hit::warn(FindingKind::Promise, whole.range(), SAID_BY_OTHERS)
        } else {
            Hit::block(FindingKind::Promise, whole.range(), PROMISE)
        });
    }
}

/// Where the sentence ends that goes on in a text: not at the point of `$64.50`.
fn sentence_end(text: &str) -> usize {
    let ends = |at: &usize| text[*at..].starts_with(['!', '?', ';']) || text[*at..].starts_with(". ");
    text.char_indices().map(|(at, _)| at).find(ends).unwrap_or(text.len())
}

/// What may be a promise, and its sentence before it and behind it.
struct Told<'a> {
    word: &'a str,
    sentence: &'a str,
    rest: &'a str,
}

impl Told<'_> {
    /// Whether somebody denies it or asked for it.
    fn is_denied(&self) -> bool {
        let away = DISTANCE.find(self.sentence).is_some_and(|away| !is_ours(away.as_str()));
        (away || TAKEN_BACK.is_match(self.rest)) && !self.sentence.contains("not only")
    }

    fn is_to_come(&self) -> bool {
        TO_COME.is_match(self.sentence) || TO_COME.is_match(self.rest)
    }

    /// Whether it is told as what has been; what is to come in the same sentence is a promise.
    fn is_over(&self) -> bool {
        static AHEAD: LazyLock<Regex> = LazyLock::new(|| {
            pattern(r"(?-u:\b)(?:will|won't|[a-z]+'ll|going to|gonna|shall|can|offers?|guarant[a-z]*|always|every)(?-u:\b)")
        });
        let over = self.word.ends_with("ed") || IS_OVER.is_match(self.sentence) || IS_OVER.is_match(self.rest);
        over && !AHEAD.is_match(self.sentence) && !AHEAD.is_match(self.rest)
    }

    /// What a warranty weighs: one that is given blocks, one that is spoken of warns.
    fn warranty(&self, behind: &str) -> Severity {
        let given = GIVEN.is_match(self.sentence) || WORTH.is_match(behind);
        let spoken_of = PAPER.is_match(behind) || is_told(self.sentence) || !given;
        if spoken_of { Severity::Warn } else { Severity::Block }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::{heaviest, spans};
    use crate::domain::span::{FindingKind::Promise, Severity};
    use rstest::rstest;

    #[rstest]
    #[case("We guarantee the work", "guarantee")]
    #[case("It is Guaranteed.", "Guaranteed")]
    #[case("I promise", "promise")]
    #[case("They promised a new part", "promised")]
    #[case("two-year warranty included", "warranty")]
    #[case("we will definitely come", "definitely")]
    #[case("All work comes with a warranty", "warranty")]
    #[case("our warranty covers it", "warranty")]
    #[case("The owner said that we give a 10-year warranty", "warranty")]
    #[case("free of charge", "free of charge")]
    #[case("there is no charge for it", "no charge")]
    #[case("a full refund", "refund")]
    #[case("we’ll fix it", "'ll fix")]
    #[case("the team will fix it", "will fix")]
    #[case("we price match", "price match")]
    #[case("guаrantee with a Cyrillic a", "guаrantee")]
    #[case("here within the hour", "within the hour")]
    #[case("The customer was told that we will call back within 2 hours", "within 2 hours")]
    #[case("100% satisfaction guaranteed", "100%")]
    #[case("The fee was high, so we will refund it", "refund")]
    #[case("Refunds can be had", "Refunds")]
    #[case("It will be resolved within 24 hours", "within 24 hours")]
    #[case("We will have it fixed by Friday", "We will have it fixed")]
    #[case("Price is locked at $400", "Price is locked")]
    #[case("We stand behind every job", "stand behind every job")]
    #[case("it'll be done tomorrow for sure", "for sure")]
    #[case("not only do we guarantee it", "guarantee")]
    #[case("The customer asked about timing and we guarantee Friday", "guarantee")]
    #[case("They wanted a new tank so the team will definitely come", "definitely")]
    fn promises_block(#[case] text: &str, #[case] found: &str) {
        let found = found.replace("'ll fix", "’ll fix");
        let spans = spans(text, Promise);
        assert!(spans.iter().any(|span| span.ends_with(found.trim_start_matches('’'))), "{spans:?}");
        assert_eq!(heaviest(text, Promise), Some(Severity::Block));
    }

    #[rstest]
    #[case("We cannot guarantee a time")]
    #[case("The customer asked about the warranty")]
    #[case("Customer wants a refund")]
    #[case("The customer asked whether we guarantee the work")]
    #[case("She wants a quote and asked if we guarantee the work")]
    #[case("The customer asked about price and whether we guarantee it")]
    #[case("They asked about price and our refund policy")]
    #[case("Asked about price and warranty")]
    #[case("There is no warranty")]
    #[case("The warranty form asks for the model")]
    #[case("Still under warranty till 2032")]
    #[case("The customer received a refund of $40")]
    #[case("A free estimate was given on Monday")]
    #[case("No fees were quoted")]
    #[case("Thanks for the refund of $64.50, got it on the 19th")]
    #[case("Waived the $79 fee")]
    #[case("The customer will fix the fence herself")]
    #[case("Customer hopes a new valve will solve it")]
    #[case("We can guarantee nothing about the arrival of parts")]
    #[case("A guaranteed delivery date was asked for by the customer")]
    #[case("manufacturer's 6 year warranty")]
    #[case("They declined the 10-year warranty")]
    #[case("She says the technician quoted a 2-year warranty")]
    #[case("Another bid at $6,450 with a 10 year parts warranty")]
    fn denied_or_asked_for_only_warns(#[case] text: &str) {
        assert_eq!(heaviest(text, Promise), Some(Severity::Warn));
    }

    #[rstest]
    #[case("We answered 92% of calls within 5 minutes.")]
    #[case("Answered: 4, half of them within 6 minutes")]
    #[case("The call ended within 2 minutes")]
    #[case("2 complaints, both resolved within 24 hours")]
    #[case("100% of calls were answered")]
    #[case("The tank was 100% empty")]
    #[case("The unit definitely needs replacement")]
    #[case("The office is certainly aware")]
    #[case("Feel free to call")]
    #[case("a lead-free pipe and a toll-free line")]
    #[case("The technician fixed the leak")]
    #[case("compromised valve")]
    #[case("Elena called the same day")]
    fn ordinary_words_pass(#[case] text: &str) {
        assert_eq!(spans(text, Promise), Vec::<String>::new());
    }
}
