//! A draft as they are: some hundred words with citations, a dozen lines of evidence, three findings that block and one that
//! warns. What a review of it costs on the line is what a review costs.

use quotedeck::clock::Clock;
use quotedeck::domain::actor::Role;
use quotedeck::domain::cite::without_citations;
use quotedeck::domain::journal::sha256;

use crate::databases::World;
use crate::fixtures::with;

const TEXT: &str = "Maria Ortiz called on 1 June about a water heater in the garage that drips at a valve near the floor. [2][3] The first \
    call was missed, and the team answered 28 minutes later. [2][12] The tank is 12 years old and holds 50 gallons, as a picture \
    of its label shows. [4] Two ways were offered on 2 June: a repair of the valve, or a new tank. [6] The customer chose the new \
    tank and asked whether the old one is taken away, which is part of the offer. [7][8] Call her at 512-555-0142 before the crew \
    leaves. [5] We guarantee a visit in the morning. [5] The offer was accepted on 3 June, and a drawing of the garage has \
    arrived. [9][11] The slow drip was the last plumber's fault, as the label shows. [4] The crew will park in the street. [10]";

/// What is approved once the three blocks are mended: the warning may stay.
pub(super) const MENDED: [(&str, &str); 3] = [
    ("Maria Ortiz called", "The customer called"),
    ("at 512-555-0142 before", "at the number on file before"),
    ("We guarantee a visit", "We aim for a visit"),
];

const EVIDENCE: [(&str, &str); 12] = [
    ("source phone call, service water heater, market Austin, contact by phone, urgency soon, state contacted", "L-1"),
    ("1 June 2026 09:12: call missed", "E-1"),
    ("1 June 2026 09:40: call answered, 6 minutes: the tank in the garage drips from its lower valve", "E-2"),
    (
        "1 June 2026 10:05: text message received: the label says 12 years old, 50 gallons; the plumber before set it too tight",
        "E-3",
    ),
    ("2 June 2026 08:15: call answered: a morning would suit, and a call before; works from the house on weekdays", "E-4"),
    ("2 June 2026 11:30: quote sent, two ways: a repair of the lower valve, or a new tank", "J-1"),
    ("2 June 2026 17:20: text message received: rather the new tank; what becomes of the old one?", "E-5"),
    ("3 June 2026 09:00: call answered: the old tank goes with the crew, as part of the quote", "E-6"),
    ("3 June 2026 09:45: quote accepted", "E-7"),
    ("3 June 2026 12:10: text message received: please leave the van in the street, not in the drive", "E-8"),
    ("4 June 2026 07:55: form sent: a drawing of the garage, with the way from the door to the tank", "E-9"),
    ("answered 28 minutes after the lead arrived", "L-1"),
];

/// The text that a reviewer starts with.
pub(super) fn text() -> String {
    without_citations(TEXT)
}

/// A database with that draft, and ana who reviews.
pub(super) async fn draft_for_ana(world: &World) {
    world.person("ana", Role::Reviewer, None).await;
    let acme = world.client("Acme").await;
    let lead = world.lead(&acme, with![name = "Maria Ortiz"]).await;
    let made = with![
        text = TEXT,
        text_hash = sha256(TEXT.as_bytes()).to_vec(),
        work = text(),
        evidence_at = Clock::System.now(),
        blocks = 3,
        warns = 1,
    ];
    let draft = world.draft(&acme, lead, made).await;
    for (n, (line, source)) in EVIDENCE.iter().enumerate() {
        let n = i64::try_from(n).unwrap() + 1;
        world.insert("draft_evidence", with![draft_id = draft.id, n = n, text = *line, source = *source], vec![]).await;
    }
    world.task(&acme, with![]).await;
}
