//! What a lead costs, told in words: it is ours to know, and a stranger's price list to whoever reads it.
//!
//! What a provider's payload names as a price is known by its value (`known`); this finds what a note says of it.

mod told;

use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::digits::pattern;
use super::fold::Folded;
use crate::domain::known::{Known, KnownKind};
use crate::domain::span::FindingKind;

const REASON: &str = "what a lead costs: take it out";

/// An amount beside a word for what a lead costs, or of a provider that charges for them.
static PRICES: LazyLock<Regex> = LazyLock::new(|| {
    let one = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen\
        |eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand)";
    let bare = format!(r"(?:[0-9][0-9,.]*|(?-u:\b)(?:a\x20)?{one}(?:[\x20-](?:and\x20)?{one})*)");
    let amount = format!(r"(?:\$\x20?[0-9][0-9,.]*|{bare}\x20(?:dollars|bucks|usd))");
    let provider = r"(?:(?:(?:the|our|an?|that)\x20)?(?:aggregator|marketplace|lead\x20(?:vendor|seller|service|provider|site|company)|ad\x20network)|thumbtack|angi|angie's(?:\x20list)?|homeadvisor|networx|porch|yelp|callrail|google(?:\x20ads|\x20lsa)?|bark|houzz|modernize)";
    let lead = "(?:lead|referral|click|call|contact)";
    // Who sells leads, where nothing but a price is said of him.
    let seller = r"(?:(?:the|our|a|that)\x20)?(?:(?:referral|partner|ad)\x20network|(?:call|answering)\x20(?:center|service)|provider|vendor|directory|platform|broker)";
    let one_of_them = "(?:lead|inquiry|enquiry|referral)s?";
    let about = r"(?:about\x20|around\x20|roughly\x20)?";
    pattern(&format!(
        r"(?x)(?-u:\b)(?:
            {provider}(?:\x20(?:only|also|has|have|then))?\x20(?:charged|charges|billed|bills|wants|took|takes)(?:\x20us|\x20me)?\x20(?:about\x20|around\x20)?(?P<a>{amount})
          | (?:{provider}\x20)?(?:lead|referral|click)\x20(?:fee|price|cost|charge|spend)s?(?:\x20(?:is|was|of|(?:for|on)\x20(?:this|that|it)(?:\x20one)?|came\x20to)|:|\x20=)*\x20(?:about\x20|around\x20)?(?P<b>{amount})
          | {provider}(?:\x20(?:only|also|has|have|then))?\x20(?:charged|charges|billed|bills|took|takes)(?:\x20us|\x20me)?\x20(?P<f>{bare})\x20for\x20(?:it|this|that|one|the\x20lead)(?-u:\b)
          | (?:cost|price|fee|charge)\x20(?:per|(?:of|for|on)\x20(?:the|this|that|a|each))\x20{lead}(?:\x20(?:is|was|of)|:)*\x20(?P<c>{amount})
          | (?:paid|pays|pay|paying)\x20{provider}\x20(?:about\x20|around\x20)?(?P<g>{amount})
          | (?:paid|pays|pay|paying)\x20{provider}\x20(?P<h>{bare})\x20for\x20(?:it|this|that|one|the\x20lead)(?-u:\b)
          | {one_of_them}\x20(?:(?:was|were|is|has|had)\x20)?(?:costs?|bought|purchased|acquired|sold|priced|billed|came(?:\x20in)?|comes(?:\x20in)?|ran|runs)(?:\x20(?:us|me))?(?:\x20(?:at|for|to))?\x20{about}(?P<j>{amount})
          | (?:bought|purchased|got)\x20(?:this|that|the|each|every)\x20(?:{one_of_them}|one)[^.!?$0-9]{{0,24}}?\x20(?:at|for)\x20{about}(?P<k>{amount})
          | (?:bought|purchased)\x20(?:this|that|the|each)\x20(?:{one_of_them}|one)\x20(?:as\x20)?(?:shared|exclusive(?:ly)?),?\x20(?:at\x20|for\x20)?{about}(?P<l>{amount}|{bare}(?-u:\b))
          | {seller}\x20(?:charged|charges|billed|bills|took|takes)\x20(?:us|me)\x20{about}(?P<s>{amount})
          | {seller}\x20(?:took|takes)\x20{about}(?P<t>{amount})\x20(?:from\x20(?:us|me)|off\x20us)(?-u:\b)
          | (?:got|bought|had|have)\x20(?:this|that|it|her|him|them)(?:\x20(?:one|{lead}))?\x20from\x20(?:{seller}|{provider})\x20(?:at|for)\x20{about}(?P<u>{amount})
          | (?:came|comes|is|was|got)\x20(?:[a-z]+\x20){{0,2}}(?:at|for)\x20{about}(?P<v>{amount})\x20(?:from|through|via)\x20(?:{seller}|{provider})(?-u:\b)
          | cost\x20to\x20(?:us|me)(?:\x20(?:is|was|of|came\x20to)|:|\x20=)*\x20{about}(?P<m>{amount})
          | our\x20(?:[a-z-]+\x20){{0,2}}cost(?:\x20(?:is|was|of|on|for|came|to|per|the|this|that|it|a|each|one|{lead}|month|week))*:?\x20{about}(?P<n>{amount})
          | what\x20we\x20(?:pay|paid)(?:\x20[a-z]+){{0,5}}?(?:\x20(?:is|was)|:)\x20{about}(?P<o>{amount})
          | (?:paid|pays|pay|paying)\x20{about}(?P<p>{amount})\x20[^.!?$]{{0,40}}?(?-u:\b)(?:from|to|through|via|on|with)\x20{provider}(?-u:\b)
          | costs?\x20(?:us|me)\x20(?:about\x20|around\x20)?(?P<i>{amount})\x20(?:from|on|at|through|via|with)\x20{provider}(?-u:\b)
          )
        | (?P<d>{amount})\x20(?:for|per|a|each|on)\x20(?:the\x20|this\x20|that\x20|one\x20)?(?:lead|referral|click)(?-u:\b)
        | (?P<e>{amount})\x20(?:lead|referral)\x20(?:fee|price|cost|charge)(?-u:\b)
        | (?P<q>{amount})\x20\(internal
        | (?P<r>{amount})\x20[^.!?$]{{0,24}}?(?-u:\b)what\x20we\x20(?:pay|paid)(?-u:\b)"
    ))
});

/// One of these stands in every such price. Most texts have none, and an amount may begin at any word.
static SIGNS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "lead|for this one|for that one|cpl|cpa|cpc|acquisition|inquiry|enquiry|referral|bought|purchased|what we pa|internal|click|cost|price|network|center|service|provider|vendor|directory|platform|broker|aggregator|marketplace|ad network|thumbtack|angi|homeadvisor|networx|porch|yelp|callrail|google|bark|houzz|modernize",
    )
});

/// The groups of the pattern that hold an amount.
const NAMES: [&str; 22] =
    ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v"];

/// The prices that the evidence tells: what stands masked there must not stand in the text, whatever words it is said with.
pub(super) fn told(line: &Folded) -> impl Iterator<Item = Known> {
    let mut hits = Vec::new();
    find(line, &mut hits);
    hits.into_iter().filter_map(|hit| Known::new(KnownKind::Price, &line.text[hit.span]))
}

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
        let amount = NAMES.iter().find_map(|name| found.name(name));
        hits.extend(amount.map(|amount| {
            let text = amount.as_str().trim_end_matches(['.', ',']);
            Hit::block(FindingKind::ProviderCost, amount.start()..amount.start() + text.len(), REASON)
        }));
    }
    hits.extend(told::each(folded).map(|amount| Hit::block(FindingKind::ProviderCost, amount, REASON)));
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::{spans, spans_against};
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
    #[case("That lead cost me 44 dollars", "44 dollars")]
    #[case("The inquiry came in at $51.75 and was booked", "$51.75")]
    #[case("leads were billed at about $29 in May", "$29")]
    #[case("We bought this one shared, nineteen fifty, and called first", "nineteen fifty")]
    #[case("we purchased the lead for forty dollars", "forty dollars")]
    #[case("cost to us: $12.40", "$12.40")]
    #[case("Our answering cost came to $90.", "$90")]
    #[case("our cost per call is $2", "$2")]
    #[case("What we pay the call center is $1.20 a call", "$1.20")]
    #[case("we pay $36 for each of them to the aggregator", "$36")]
    #[case("Cost: $19.80 (internal)", "$19.80")]
    #[case("The provider billed us $58.25 for the call", "$58.25")]
    #[case("the partner network took $70 from us for it", "$70")]
    #[case("we got this from the call center for $49", "$49")]
    #[case("this one came in at $21 from the lead vendor", "$21")]
    #[case("Lead fee on this was $31", "$31")]
    #[case("the price for the lead was fifty bucks", "fifty bucks")]
    #[case("$64 per booked job is what we pay", "$64")]
    #[case("angi lead, paid $46 for it, cust says she hired someone", "$46")]
    #[case("thumbtack charged us 31.20 on this one, booked at 275", "31.20")]
    #[case("New lead from Angi: a gutter. Lead fee charged to us: $62.40.", "$62.40")]
    #[case("Weekly lead spend: 12 Thumbtack leads, average cost $38.15 each; average ticket $612", "$38.15")]
    #[case("Lead came in on Networx, they billed us $54 and the number was bad", "$54")]
    #[case("uh Angi hit us forty eight dollars for it", "forty eight dollars")]
    #[case("We spent $410 on Yelp leads in May", "$410")]
    #[case("Yelp CPL was $29 last week", "$29")]
    #[case("those run us about $33/lead on Google", "$33")]
    #[case("dup lead, ask Angi for a credit. They dinged us $27 for it", "$27")]
    #[case("CPL was $41", "$41")]
    #[case("$41 CPL this week", "$41")]
    #[case("cost per lead: 41.50", "41.50")]
    #[case("We were billed $38.20 by Thumbtack", "$38.20")]
    #[case("The Thumbtack lead came at a cost of $38", "$38")]
    #[case("Acquisition cost was $41", "$41")]
    #[case("Angi charges us 62 a lead", "62")]
    #[case("Yelp 11 leads at $38 each, 3 booked", "$38")]
    #[case("and we paid $29.50 per shared lead", "$29.50")]
    #[case("Lead from Modernize was $118, contract 17,450", "$118")]
    #[case("Networx lead $22.75, bathroom exhaust fan", "$22.75")]
    #[case("I see we paid sixty five dollars for that one and nobody called", "sixty five dollars")]
    #[case("Cost per lead was high; Thumbtack averaged $33.90", "$33.90")]
    fn prices_of_leads(#[case] text: &str, #[case] found: &str) {
        assert_eq!(spans(text, ProviderCost), [found]);
    }

    #[rstest]
    #[case("Thumbtack lead cost $38.50. Two faucets", "The lead was $38.50", &["$38.50"])]
    #[case("Angi charged $61 for this lead", "Angi got sixty-one dollars; $61 went there", &["sixty-one dollars", "$61"])]
    #[case("Angi charged $61 for this lead", "The repair is $610", &[])]
    #[case("The repair was $61", "We quoted $61", &[])]
    fn what_the_evidence_tells_is_known(#[case] told: &str, #[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans_against(text, &[told], None, ProviderCost), found);
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
    #[case("the vendor delivered it for $38")]
    #[case("the price for the call-out is $89")]
    #[case("The lead line was priced at $400")]
    #[case("the cost to the customer is $400")]
    #[case("we bought this one part for the sink, $38")]
    #[case("an internal leak, $400 to repair")]
    #[case("Thumbtack lead, customer paid $46 for the visit")]
    #[case("Angi lead: quoted $480 for the faucet")]
    #[case("Yelp lead, she paid us $200 down")]
    #[case("Lead source Google. They took $400 off the quote")]
    #[case("Angi lead, sold at $4,180, install Friday")]
    #[case("Lead tech says the part cost us $38")]
    #[case("Lead from Yelp. The supply house charged us $38 for the job")]
    #[case("HomeAdvisor lead wants the $89 diagnostic fee waived")]
    #[case("Google lead, her last plumber charged her $350")]
    #[case("the lead paint test ran us $95 a visit")]
    #[case("Thumbtack lead: the repair comes at a cost of $400")]
    #[case("They were billed $38.20 by the supply house")]
    #[case("Thumbtack budget shown $300 to $500, move an outlet")]
    #[case("3 a lead tech can do")]
    #[case("We called the lead, $480 is what the faucet costs")]
    #[case("Angi lead: quote was $480")]
    #[case("Google lead for $89 diagnostic")]
    fn other_prices(#[case] text: &str) {
        assert_eq!(spans(text, ProviderCost), Vec::<String>::new());
    }
}
