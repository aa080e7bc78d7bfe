//! Ids of our own records and of providers': they are joined to a person by anybody who can ask the other table.

use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::digits::{is_of_a_thing, pattern};
use super::fold::Folded;
use crate::domain::span::FindingKind;

const REASON: &str = "an internal id: take it out";
const SHORT: &str = "may be the reference of an internal record: take it out, unless it is a part or a size";

/// UUIDs, and what telephone providers call their records.
static IDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?:ac|ca|cf|mm|mg|pn|re|sm|sk)[0-9a-f]{32})(?-u:\b)",
    )
});

/// `L-2041`, in lower case where it is long enough. A lamp is a T-8 and its socket an E-26, so short ones only warn.
static REFERENCES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)(?:[DEJLSTW]-[0-9]{1,9}|[ACMPX]-[0-9]{2,9}|[acdejlmpstwx]-[0-9]{3,9})(?-u:\b)"));

/// A record of a system of ours by its number: `HubSpot contact 551203`.
static OF_A_SYSTEM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:hubspot|twilio|callrail|quickbooks|salesforce|zendesk|jobber|servicetitan|housecall pro|crm)(?: [a-z]+)? (?:contact|deal|record|ticket|id|lead|call|customer|company)s?(?: (?:number|no|id|is))* ?#?:? ?(?P<id>[0-9]{4,15})(?-u:\b)",
    )
});

/// Digits of a reference from which on it is no lamp.
const LONG: usize = 4;

/// Letters of what has a customer behind it. The others stand for what belongs to the office (a template, an automation), or are
/// those of many parts (`S-8610`, an ignition control); what is stored about a lead is known by construction.
const LEADS: &str = "dejlt";

/// Forms of the tax office, which everybody sends around.
const FORMS: &[&str] = &["W-2", "W-4", "W-7", "W-8", "W-9"];

/// Finds ids and references.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    hits.extend(IDS.find_iter(&folded.lower).map(|found| Hit::block(FindingKind::InternalId, found.range(), REASON)));
    let of_a_system = OF_A_SYSTEM.captures_iter(&folded.lower).filter_map(|found| found.name("id"));
    hits.extend(of_a_system.map(|id| Hit::block(FindingKind::InternalId, id.range(), REASON)));
    for found in REFERENCES.find_iter(&folded.text) {
        if matches!(folded.before(found.start()), b'-' | b'/')
            || folded.at(found.end()) == b'-'
            || FORMS.contains(&found.as_str())
        {
            continue;
        }
        let letter = &folded.lower[found.start()..=found.start()];
        // `estimate E-5507` is a paper of the client's own.
        let long = found.len() >= LONG + "L-".len() && LEADS.contains(letter) && !is_of_a_thing(folded, found.start());
        hits.push(if long {
            Hit::block(FindingKind::InternalId, found.range(), REASON)
        } else {
            Hit::warn(FindingKind::InternalId, found.range(), SHORT)
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::{heaviest, spans};
    use crate::domain::id::{Kind, Ref};
    use crate::domain::span::FindingKind::InternalId;
    use crate::domain::span::Severity::{Block, Warn};
    use rstest::rstest;
    use strum::VariantArray;

    #[rstest]
    #[case("see L-2041.", "L-2041", Block)]
    #[case("job 0190d6a2-7c1b-7a3e-9f00-0123456789ab failed", "0190d6a2-7c1b-7a3e-9f00-0123456789ab", Block)]
    #[case("call CA0123456789abcdef0123456789abcdef", "CA0123456789abcdef0123456789abcdef", Block)]
    #[case("a T-8 lamp", "T-8", Warn)]
    #[case("Estimate E-5507 was for a furnace", "E-5507", Warn)]
    #[case("see l-2041.", "l-2041", Block)]
    #[case("see j-204.", "j-204", Warn)]
    #[case("told in S-2041 of this week", "S-2041", Warn)]
    #[case("the W-1602 board", "W-1602", Warn)]
    #[case("an S-3 filter", "S-3", Warn)]
    #[case("template M-2041 was sent", "M-2041", Warn)]
    #[case("Please send warranty card W-448210", "W-448210", Warn)]
    #[case("lic. M-39921", "M-39921", Warn)]
    fn ids(#[case] text: &str, #[case] found: &str, #[case] weighs: crate::domain::span::Severity) {
        assert_eq!(spans(text, InternalId), [found]);
        assert_eq!(heaviest(text, InternalId), Some(weighs));
    }

    #[rstest]
    #[case("model XL-2041")]
    #[case("part GE-L-2041-B")]
    #[case("Fax the W-9 to the office")]
    #[case("A-1 work, and a t-8 or e-26 lamp")]
    fn no_ids(#[case] text: &str) {
        assert_eq!(spans(text, InternalId), Vec::<String>::new());
    }

    #[test]
    fn the_letter_of_every_kind_is_known() {
        for kind in Kind::VARIANTS {
            let reference = Ref::new(*kind, 2041).to_string();
            for written in [reference.to_lowercase(), reference] {
                assert_eq!(spans(&format!("It is {written} there."), InternalId), [written]);
            }
        }
    }
}
