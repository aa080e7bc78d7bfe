//! Promises: words that commit the business. What the person asked for, or what the text denies, only warns.

use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::digits::pattern;
use super::fold::Folded;
use crate::domain::span::FindingKind;

const PROMISE: &str = "commits the business: state what was agreed, or take it out";
const SAID_BY_OTHERS: &str = "speaks of a promise, though as asked for or denied: see that it cannot be read as one";

static COMMITS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)(?-u:\b)(?:
          guarant(?:ee|y)[a-z]* | promis(?:e|es|ed|ing) | warrant(?:y|ies|ied|ed|s) | definitely | certainly | absolutely
        | assur(?:e|es|ed|ing)\x20you | rest\x20assured | you\x20have\x20(?:my|our)\x20word | you\x20can\x20count\x20on | without\x20fail
        | refund(?:s|ed|able)? | money[\x20-]back | risk[\x20-]free | lifetime | hassle[\x20-]free
        | free\x20of\x20charge | for\x20free | free\x20(?:estimates?|quotes?|inspections?|consultations?|repairs?|service|visits?|install[a-z]*|replacements?)
        | complimentary | on\x20the\x20house | at\x20(?:no|zero)\x20(?:extra\x20|additional\x20|added\x20)?(?:cost|charge)
        | no\x20(?:extra\x20|additional\x20|hidden\x20)?(?:charges?|costs?|fees?) | no\x20obligation
        | (?:won't|will\x20not)\x20(?:charge|cost|leak|happen|fail|break) | you\x20(?:won't|will\x20not)\x20pay | waiv(?:e|es|ed|ing)
        | (?:will|we'll|'ll|going\x20to)\x20(?:fix|repair|solve|resolve|make\x20(?:it|this|that)\x20right)
        | price[\x20-]match[a-z]* | (?:best|lowest)\x20price | beat\x20any\x20(?:price|quote) | (?:match|beat)\x20any
        | permanent(?:ly)?\x20(?:fix|fixed|repair|repaired|solution) | never\x20(?:leak|fail|happen|break)[a-z]*\x20again
        | same[\x20-]day\x20(?:service|visits?|repairs?|appointments?|installs?|installation|delivery|response|fix) | within\x20(?:the|an|one|[0-9]{1,3})\x20(?:hours?|minutes?) | licensed\x20(?:and|&)\x20insured | fully\x20insured
        | 100\x20?(?:%|percent) | we\x20(?:will\x20)?commit
        )",
    )
});

/// Right before a promise, in the same sentence, these take it back or put it in somebody else's mouth.
static DISTANCE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)(?-u:\b)(?:not(?:\x20[a-z]+)?|never|cannot|can't|don't|doesn't|didn't|couldn't|without|(?:no|nor))\x20(?:[a-z]+\x20)?(?:an?\x20)?$
        | (?-u:\b)(?:ask(?:s|ed|ing)?|declin(?:e|es|ed|ing)|refus(?:e|es|ed|ing)|want(?:s|ed)?|request(?:s|ed|ing)?|wonder(?:s|ed)?|inquir(?:ed|es)|enquir(?:ed|es)|question(?:s|ed)?)(?:\x20[a-z0-9'\-]+){0,6}[\x20\-]$",
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
    for found in COMMITS.find_iter(&folded.lower) {
        if folded.at(found.end()).is_ascii_alphanumeric() {
            continue;
        }
        let before = &folded.lower[..found.start()];
        let from = before.char_indices().rev().take(LOOK_BACK).last().map_or(0, |(at, _)| at);
        // What stands on another line does not take a promise back.
        let from = from.max(folded.line_start(found.start()));
        let sentence = before[from..].rsplit(['.', '!', '?', ';']).next().unwrap_or_default();
        let rest = &folded.lower[found.end()..];
        let spoken_of = || PAPER.is_match(rest) || is_told(sentence) || !GIVEN.is_match(sentence) && !WORTH.is_match(rest);
        let paper = matches!(found.as_str(), "warranty" | "warranties") && spoken_of();
        let denied =
            paper || DISTANCE.find(sentence).is_some_and(|away| !is_ours(away.as_str())) && !sentence.contains("not only");
        hits.push(if denied {
            Hit::warn(FindingKind::Promise, found.range(), SAID_BY_OTHERS)
        } else {
            Hit::block(FindingKind::Promise, found.range(), PROMISE)
        });
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
    #[case("They declined the 10-year warranty")]
    #[case("She says the technician quoted a 2-year warranty")]
    #[case("Another bid at $6,450 with a 10 year parts warranty")]
    fn denied_or_asked_for_only_warns(#[case] text: &str) {
        assert_eq!(heaviest(text, Promise), Some(Severity::Warn));
    }

    #[rstest]
    #[case("Feel free to call")]
    #[case("a lead-free pipe and a toll-free line")]
    #[case("The technician fixed the leak")]
    #[case("compromised valve")]
    #[case("Elena called the same day")]
    fn ordinary_words_pass(#[case] text: &str) {
        assert_eq!(spans(text, Promise), Vec::<String>::new());
    }
}
