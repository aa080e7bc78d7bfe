//! An amount that the words around it make the price of a lead, in whatever order they stand: that we were asked for it, and
//! that it was for a lead or by who sells leads.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::super::digits::pattern;
use super::super::fold::Folded;

/// Words before an amount, and behind it, that are read; never beyond their sentence.
const BEFORE: usize = 16;
const AFTER: usize = 9;
/// Words of the sentence before, in which it may be said whose lead it is.
const FURTHER: usize = 24;
/// Words between what says that we pay and the amount: `hit us for like another`.
const BETWEEN: usize = 4;

/// Amounts, with what says that they are one, or with cents.
static AMOUNTS: LazyLock<Regex> = LazyLock::new(|| {
    let one = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen\
        |eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)";
    pattern(&format!(
        r"(?x)(?:us)?\$\x20?[0-9]+(?:,[0-9]{{3}})*(?:\.[0-9]+)?
        | (?-u:\b)[0-9]{{1,3}}\.[0-9]{{2}}(?-u:\b)
        | (?-u:\b)[0-9]{{1,3}}(?-u:\b)
        | (?-u:\b)(?:[0-9]{{1,3}}(?:\.[0-9]{{2}})?|(?:a\x20)?{one}(?:[\x20-](?:and\x20)?{one})*)\x20(?:dollars|bucks|usd)(?-u:\b)"
    ))
});

/// Who sells leads, in one word.
const SELLERS: &[&str] = &[
    "thumbtack",
    "angi",
    "angi's",
    "angie's",
    "angies",
    "homeadvisor",
    "networx",
    "porch",
    "yelp",
    "bark",
    "houzz",
    "modernize",
    "google",
    "lsa",
    "callrail",
    "aggregator",
    "marketplace",
    "craftjack",
    "elocal",
    "servicedirect",
    "99calls",
];
/// What is sold.
const LEADS: &[&str] = &["lead", "leads", "referral", "referrals", "click", "clicks"];
/// What a lead is called as well; not by itself enough.
const LEADS_TOO: &[&str] = &["inquiry", "inquiries", "enquiry", "contact", "call"];
/// Behind `lead` these make it the metal, or who leads.
const OTHER_LEADS: &[&str] = &[
    "pipe",
    "pipes",
    "line",
    "lines",
    "paint",
    "solder",
    "tech",
    "technician",
    "time",
    "times",
    "installer",
    "free",
    "service",
    "flashing",
    "boots",
    "boot",
    "test",
    "anchor",
    "anchors",
    "carpenter",
    "plumber",
    "electrician",
    "wire",
    "wires",
];
/// What it costs.
const COSTS: &[&str] = &["fee", "fees", "price", "prices", "cost", "costs", "charge", "charges", "spend"];
/// Asks somebody for money.
const ASKS: &[&str] = &[
    "charged", "charges", "charging", "charge", "billed", "bills", "billing", "bill", "hit", "hits", "dinged", "dings", "cost",
    "costs", "took", "takes", "ran", "run", "runs", "stuck", "invoiced", "nicked", "docked", "debited", "wants",
];
/// We give money.
const PAYS: &[&str] = &["paid", "pay", "pays", "paying", "spent", "spend", "spending"];
/// Who pays us.
const CUSTOMERS: &[&str] = &[
    "customer",
    "customers",
    "cust",
    "she",
    "he",
    "they",
    "homeowner",
    "owner",
    "client",
    "tenant",
    "landlord",
    "insurance",
    "her",
    "his",
    "their",
    "you",
    "him",
    "them",
    "caller",
    "buyer",
    "seller",
];
/// Behind an amount these make it a price of ours.
const OURS: &[&str] = &[
    "diag",
    "diagnostic",
    "deposit",
    "balance",
    "trip",
    "down",
    "cash",
    "check",
    "card",
    "visit",
    "repair",
    "install",
    "job",
    "ticket",
    "quote",
    "estimate",
    "call-out",
    "callout",
    "dispatch",
    "service",
];
/// Between what says that we pay and the amount these make it another's.
const QUOTED: &[&str] = &[
    "quoted",
    "quote",
    "booked",
    "sold",
    "estimate",
    "estimated",
    "ticket",
    "job",
    "jobs",
    "repair",
    "invoice",
    "deposit",
    "customer",
    "budget",
    "offered",
    "wants",
];
/// The average of what leads cost.
const AVERAGE: &[&str] = &["average", "avg", "mean", "median", "typical", "our", "total", "blended"];
/// What a lead costs, in one word.
const SHORT: &[&str] = &["cpl", "cpa", "cpc"];

/// Every such amount.
pub(super) fn each(folded: &Folded) -> impl Iterator<Item = Range<usize>> {
    AMOUNTS.find_iter(&folded.lower).map(|amount| amount.range()).filter(|amount| {
        let around = Around::of(folded, amount);
        // A number with nothing that makes it money counts where it is told by the lead.
        let bare = folded.lower[amount.clone()].bytes().all(|b| b.is_ascii_digit());
        if bare { around.is_a_lead() && around.we_are_asked() } else { around.tells() }
    })
}

/// The words around an amount.
struct Around<'a> {
    /// Of the sentence before it.
    further: Vec<&'a str>,
    /// Of its own sentence; the last is the nearest.
    before: Vec<&'a str>,
    after: Vec<&'a str>,
}

impl<'a> Around<'a> {
    fn of(folded: &'a Folded, amount: &Range<usize>) -> Self {
        let first = folded.words.partition_point(|word| word.end <= amount.start);
        let next = folded.words.partition_point(|word| word.start < amount.end);
        let ends = |n: &usize| *n > 0 && ends_sentence(folded.gap(*n - 1));
        let floor = first.saturating_sub(BEFORE);
        let start = (floor..first).rev().find(ends).unwrap_or(floor);
        let ceiling = (next + AFTER).min(folded.words.len());
        let stop = (next.max(1)..ceiling).find(ends).unwrap_or(ceiling);
        let further = start.saturating_sub(FURTHER)..start;
        let words = |range: Range<usize>| range.map(|n| folded.word(n)).collect::<Vec<_>>();
        Self { further: words(further), before: words(start..first), after: words(next..stop.max(next)) }
    }

    /// Whether they make it the price of a lead.
    fn tells(&self) -> bool {
        let here = is_of_leads(&self.before) || is_of_leads(&self.after);
        let near = here || is_of_leads(&self.further);
        self.is_named()
            || near && self.we_are_asked()
            || here && (self.we_pay() || self.is_average() || self.is_at_a_cost())
            || self.is_a_lead()
            || self.is_billed_by()
            || self.follows_a_lead()
            || self.is_for_one()
    }

    /// `lead fee charged to us`, `Thumbtack spend`, `CPL`.
    fn is_named(&self) -> bool {
        let named = |pair: &[&str]| {
            let sold = LEADS.contains(&pair[0]) || SELLERS.contains(&pair[0]) || pair[0] == "acquisition";
            sold && COSTS.contains(&pair[1])
        };
        let from = self.before.windows(2).rposition(named).map(|n| n + 2);
        let short = self.before.iter().rposition(|word| SHORT.contains(word)).map(|n| n + 1);
        let each = |three: &[&str]| COSTS.contains(&three[0]) && three[1] == "per" && LEADS.contains(&three[2]);
        let each = self.before.windows(3).rposition(each).map(|n| n + 3);
        from.max(short).max(each).is_some_and(|from| {
            let between = &self.before[from..];
            between.len() <= 2 * BETWEEN && !between.iter().any(|word| QUOTED.contains(word) || OTHER_LEADS.contains(word))
        })
    }

    /// `they billed us $54`, `charged to me`.
    fn we_are_asked(&self) -> bool {
        let us = |n: usize| matches!(self.before.get(n), Some(&"us" | &"me"));
        let asked = (0..self.before.len()).rev().find(|n| {
            let to = usize::from(matches!(self.before.get(n + 1), Some(&"to")));
            ASKS.contains(&self.before[*n]) && us(n + 1 + to)
        });
        asked.is_some_and(|n| self.before.len() - n <= BETWEEN + 2 && !self.is_ours_behind())
    }

    /// `angi lead, paid $46 for it`; not what a customer paid.
    fn we_pay(&self) -> bool {
        let Some(n) = self.before.iter().rposition(|word| PAYS.contains(word)) else { return false };
        let who = &self.before[n.saturating_sub(3)..n];
        let between = &self.before[n + 1..];
        let for_a_thing =
            matches!(self.after[..], ["for", "the", ..]) && !self.after.get(2).is_some_and(|what| LEADS.contains(what));
        between.len() <= BETWEEN
            && !who.iter().chain(between).any(|word| CUSTOMERS.contains(word))
            && !between.iter().any(|word| matches!(*word, "us" | "me"))
            && !for_a_thing
            && !self.is_ours_behind()
    }

    /// `the Thumbtack lead came at a cost of $38`.
    fn is_at_a_cost(&self) -> bool {
        matches!(self.before[..], [.., "a", cost, "of"] if COSTS.contains(&cost))
            && !self.before.iter().any(|word| QUOTED.contains(word))
    }

    /// `we were billed $38.20 by Thumbtack`, `$41 CPL`.
    fn is_billed_by(&self) -> bool {
        let asked = self.before.iter().rev().take(2).any(|word| ASKS.contains(word));
        let by = matches!(self.after[..], ["by" | "from" | "through", who, ..] if SELLERS.contains(&who));
        asked && by || matches!(self.after[..], [short, ..] if SHORT.contains(&short))
    }

    /// `we paid sixty five dollars for that one`: what is bought one by one, and has no other name.
    fn is_for_one(&self) -> bool {
        let ours = matches!(self.before[..], [.., "we", "paid" | "pay"] | [.., "we", "paid" | "pay", _]);
        ours && matches!(self.after[..], ["for", "that" | "this", "one" | "lead", ..])
    }

    /// `12 Thumbtack leads, average cost $38.15 each`.
    fn is_average(&self) -> bool {
        matches!(self.before[..], [.., average, cost] if AVERAGE.contains(&average) && COSTS.contains(&cost))
            || matches!(self.before[..], [.., average, cost, "was" | "is" | "of"] if AVERAGE.contains(&average) && COSTS.contains(&cost))
    }

    /// `$38/lead`, `$21 a click`, `$40 per inquiry`.
    fn is_a_lead(&self) -> bool {
        match self.after[..] {
            ["per" | "each" | "every", "shared" | "exclusive" | "booked" | "valid" | "paid", what, ..]
                if LEADS.contains(&what) =>
            {
                true
            }
            ["a" | "per" | "each" | "every", what, ref rest @ ..] => {
                let other = rest.first().is_some_and(|next| OTHER_LEADS.contains(next));
                LEADS.contains(&what) && !other || LEADS_TOO.contains(&what) && is_of_leads(&self.before)
            }
            ["lead" | "click", ref rest @ ..] => {
                rest.is_empty() && self.before.iter().any(|word| PAYS.contains(word) || COSTS.contains(word))
            }
            _ => false,
        }
    }

    /// `11 Yelp leads at $38 each`, `Lead from Modernize was $118`, `Networx lead $22.75`, `cost per lead: Thumbtack averaged $33.90`.
    fn follows_a_lead(&self) -> bool {
        let link = |word: &str| matches!(word, "at" | "was" | "were" | "is" | "for" | "averaged" | "averages" | "cost" | "costs");
        let (linked, told) = match self.before.split_last() {
            Some((last, rest)) if link(last) => (true, rest),
            _ => (false, &self.before[..]),
        };
        let of_one = match told {
            [.., lead, "from", seller] => LEADS.contains(lead) && SELLERS.contains(seller),
            [.., seller, lead] => LEADS.contains(lead) && (linked || SELLERS.contains(seller)),
            _ => false,
        };
        let averages = matches!(told, [.., seller] if SELLERS.contains(seller))
            && matches!(self.before.last(), Some(&("averaged" | "averages")));
        (of_one || averages) && !self.is_ours_behind() && !self.before.iter().any(|word| QUOTED.contains(word))
    }

    fn is_ours_behind(&self) -> bool {
        self.after.iter().take(3).any(|word| OURS.contains(word))
    }
}

/// Whether some words speak of leads, or of who sells them.
fn is_of_leads(words: &[&str]) -> bool {
    words.iter().enumerate().any(|(n, word)| {
        SELLERS.contains(word)
            || SHORT.contains(word)
            || LEADS.contains(word) && !words.get(n + 1).is_some_and(|next| OTHER_LEADS.contains(next))
    })
}

fn ends_sentence(gap: &str) -> bool {
    gap.contains(['!', '?', ';']) || gap.contains(". ")
}
