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
    let one = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen\
        |eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand)";
    let bare = format!(r"(?:[0-9][0-9,.]*|(?-u:\b)(?:a\x20)?{one}(?:[\x20-](?:and\x20)?{one})*)");
    let amount = format!(r"(?:\$\x20?[0-9][0-9,.]*|{bare}\x20(?:dollars|bucks|usd))");
    let provider = r"(?:thumbtack|angi|angie's(?:\x20list)?|homeadvisor|networx|porch|yelp|callrail|google(?:\x20ads|\x20lsa)?|bark|houzz|modernize)";
    let lead = "(?:lead|referral|click|call|contact)";
    pattern(&format!(
        r"(?x)(?-u:\b)(?:
            {provider}(?:\x20(?:only|also|has|have|then))?\x20(?:charged|charges|billed|bills|wants|took|takes)(?:\x20us|\x20me)?\x20(?:about\x20|around\x20)?(?P<a>{amount})
          | (?:{provider}\x20)?(?:lead|referral|click)\x20(?:fee|price|cost|charge|spend)s?(?:\x20(?:is|was|of|for\x20this(?:\x20one)?|came\x20to)|:|\x20=)*\x20(?:about\x20|around\x20)?(?P<b>{amount})
          | {provider}(?:\x20(?:only|also|has|have|then))?\x20(?:charged|charges|billed|bills|took|takes)(?:\x20us|\x20me)?\x20(?P<f>{bare})\x20for\x20(?:it|this|that|one|the\x20lead)(?-u:\b)
          | cost\x20(?:per|of\x20(?:the|this|a))\x20{lead}(?:\x20(?:is|was|of)|:)*\x20(?P<c>{amount})
          | (?:paid|pays|pay|paying)\x20{provider}\x20(?:about\x20|around\x20)?(?P<g>{amount})
          | (?:paid|pays|pay|paying)\x20{provider}\x20(?P<h>{bare})\x20for\x20(?:it|this|that|one|the\x20lead)(?-u:\b)
          | costs?\x20(?:us|me)\x20(?:about\x20|around\x20)?(?P<i>{amount})\x20(?:from|on|at|through|via|with)\x20{provider}(?-u:\b)
          )
        | (?P<d>{amount})\x20(?:for|per|a|each|on)\x20(?:the\x20|this\x20|that\x20|one\x20)?(?:lead|referral|click)(?-u:\b)
        | (?P<e>{amount})\x20(?:lead|referral)\x20(?:fee|price|cost|charge)(?-u:\b)"
    ))
});

/// One of these stands in every such price. Most texts have none, and an amount may begin at any word.
static SIGNS: LazyLock<Regex> = LazyLock::new(|| {
    pattern("lead|referral|click|cost|thumbtack|angi|homeadvisor|networx|porch|yelp|callrail|google|bark|houzz|modernize")
});

/// Finds them.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    if !SIGNS.is_match(&folded.lower) {
        return;
    }
    for found in PRICES.captures_iter(&folded.lower) {
        // The metal, and who leads a crew.
        let behind = found.get(0).map_or("", |whole| &folded.lower[whole.end()..]);
        if [" pipe", " line", " paint", " tech", " time", " solder", "-"].iter().any(|other| behind.starts_with(other)) {
            continue;
        }
        let amount = ["a", "b", "c", "d", "e", "f", "g", "h", "i"].iter().find_map(|name| found.name(name));
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
    #[case("Thumbtack charged thirty-eight dollars for this lead", "thirty-eight dollars")]
    #[case("the lead fee was a hundred and five dollars", "a hundred and five dollars")]
    #[case("we spent Forty Two bucks per lead", "Forty Two bucks")]
    #[case("We paid Thumbtack $38.", "$38")]
    #[case("Acme pays Angi about thirty dollars each time", "thirty dollars")]
    #[case("we paid Angi 38 for it", "38")]
    #[case("It cost us $38 from Thumbtack", "$38")]
    #[case("it cost us forty dollars through Google Ads", "forty dollars")]
    #[case("Google Ads charged us $41 for it", "$41")]
    #[case("Angi charged us $41 for it", "$41")]
    #[case("Angi charged 41 for it", "41")]
    #[case("Angi charged us forty-one for it", "forty-one")]
    fn prices_of_leads(#[case] text: &str, #[case] found: &str) {
        assert_eq!(spans(text, ProviderCost), [found]);
    }

    #[rstest]
    #[case("The repair was $38")]
    #[case("call fee waived, $89 for the visit")]
    #[case("$30 for the lead pipe adapter each")]
    #[case("Google says it rains; $20 for salt")]
    #[case("We charged $38 for the valve")]
    #[case("The customer paid Home Depot $38")]
    #[case("The customer paid thirty-eight dollars for the valve")]
    #[case("it cost us $38 from the supply house")]
    #[case("thirty dollars for the lead pipe adapter each")]
    #[case("we paid Angi 2 visits later")]
    fn other_prices(#[case] text: &str) {
        assert_eq!(spans(text, ProviderCost), Vec::<String>::new());
    }
}
