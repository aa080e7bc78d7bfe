//! What a lead costs, told in words: it is ours to know, and a stranger's price list to whoever reads it.
//!
//! What a provider's payload names as a price is known by its value (`known`); this finds what a note says of it.

use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::digits::pattern;
use super::fold::Folded;
use crate::domain::span::FindingKind;

const REASON: &str = "what a lead costs: take it out";

/// An amount beside a word for what a lead costs, or of a provider that charges for them.
static PRICES: LazyLock<Regex> = LazyLock::new(|| {
    let amount = r"(?:\$\x20?[0-9][0-9,.]*|[0-9][0-9,.]*\x20(?:dollars|bucks|usd))";
    let provider =
        "(?:thumbtack|angi|angie's(?: list)?|homeadvisor|networx|porch|yelp|callrail|google(?: ads| lsa)?|bark|houzz|modernize)";
    let lead = "(?:lead|referral|click|call|contact)";
    pattern(&format!(
        r"(?x)(?-u:\b)(?:
            {provider}(?:\x20(?:only|also|has|have|then))?\x20(?:charged|charges|billed|bills|wants|took|takes)(?:\x20us|\x20me)?\x20(?:about\x20|around\x20)?(?P<a>{amount})
          | (?:{provider}\x20)?(?:lead|referral|click)\x20(?:fee|price|cost|charge|spend)s?(?:\x20(?:is|was|of|for\x20this(?:\x20one)?|came\x20to)|:|\x20=)*\x20(?:about\x20|around\x20)?(?P<b>{amount})
          | cost\x20(?:per|of\x20(?:the|this|a))\x20{lead}(?:\x20(?:is|was|of)|:)*\x20(?P<c>{amount})
          )
        | (?P<d>{amount})\x20(?:for|per|a|each|on)\x20(?:the\x20|this\x20|that\x20|one\x20)?(?:lead|referral|click)(?-u:\b)
        | (?P<e>{amount})\x20(?:lead|referral)\x20(?:fee|price|cost|charge)(?-u:\b)"
    ))
});

/// Finds them.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    for found in PRICES.captures_iter(&folded.lower) {
        // The metal, and who leads a crew.
        let behind = found.get(0).map_or("", |whole| &folded.lower[whole.end()..]);
        if [" pipe", " line", " paint", " tech", " time", " solder", "-"].iter().any(|other| behind.starts_with(other)) {
            continue;
        }
        let amount = ["a", "b", "c", "d", "e"].iter().find_map(|name| found.name(name));
        hits.extend(amount.map(|amount| {
            let text = amount.as_str().trim_end_matches(['.', ',']);
            Hit::block(FindingKind::ProviderCost, amount.start()..amount.start() + text.len(), REASON)
        }));
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::spans;
    use crate::domain::span::FindingKind::ProviderCost;
    use rstest::rstest;

    #[rstest]
    #[case("Thumbtack charged $38 for this lead", "$38")]
    #[case("Angi lead fee was $30.", "$30")]
    #[case("the lead cost: $62.50", "$62.50")]
    #[case("we paid 45 dollars a lead", "45 dollars")]
    #[case("cost per click is $4", "$4")]
    #[case("a $25 referral fee", "$25")]
    fn prices_of_leads(#[case] text: &str, #[case] found: &str) {
        assert_eq!(spans(text, ProviderCost), [found]);
    }

    #[rstest]
    #[case("The repair was $38")]
    #[case("call fee waived, $89 for the visit")]
    #[case("$30 for the lead pipe adapter each")]
    #[case("Google says it rains; $20 for salt")]
    fn other_prices(#[case] text: &str) {
        assert_eq!(spans(text, ProviderCost), Vec::<String>::new());
    }
}
