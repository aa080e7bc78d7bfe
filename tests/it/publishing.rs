//! From an approved text to what a portal shows, and back: previews, versions, blocks that two people let pass, figures.

mod figures;
mod page;

use quotedeck::domain::act::{Act, Done, Verb};
use quotedeck::domain::actor::{Actor, Person, Role};
use quotedeck::domain::client::Client;
use quotedeck::domain::draft::RejectReason;
use quotedeck::domain::event::Provider;
use quotedeck::domain::failure::Failure;
use quotedeck::domain::id::{Kind, LeadId, Ref};
use quotedeck::domain::journal::{sha256, to_hex};
use quotedeck::domain::lead::LeadAct;
use quotedeck::workflow::act::perform;
use quotedeck::workflow::review::{NewDraft, file_draft, save_work};

use crate::databases::{Login, World};
use crate::drafting::{set_up, work};
use crate::fixtures::with;
use crate::workflow::give;

both_databases!(
    a_preview_is_what_the_portal_shows_later,
    a_preview_leaves_nothing_behind,
    what_nobody_knows_is_a_finding_and_is_not_said_on_the_portal,
    a_block_passes_when_two_people_say_so,
    nobody_lets_their_own_block_pass,
    another_text_needs_another_word,
    a_request_ends_with_its_draft,
    a_block_that_came_later_does_not_pass,
    what_becomes_known_later_was_not_let_pass,
    only_the_text_that_was_read_is_let_pass,
    a_text_that_another_screen_saved_is_not_dropped,
    what_is_stored_around_a_draft_stops_its_approval,
    the_reference_of_what_a_draft_speaks_of_stops_its_approval,
    what_was_merged_is_known_of_the_lead_that_was_kept,
    what_nobody_sees_is_not_approved,
    nothing_is_told_of_spam,
    nothing_is_published_of_what_became_spam_meanwhile,
    a_text_that_is_not_the_approved_one_is_not_exported,
    a_withdrawn_text_is_gone_and_a_later_approval_is_a_new_version,
    what_was_withdrawn_is_made_again_from_the_same_evidence,
    an_approval_that_is_taken_back_lets_the_draft_wait_again,
    who_approved_cannot_be_changed,
    the_figures_of_reviewing,
);

async fn filed(world: &World, client: &Client, text: &str) -> Ref {
    let lead = LeadId(world.lead(client, with![]).await.id);
    let new = NewDraft { lead, title: "a call".into(), text: text.into(), model: "outline".into() };
    file_draft(&world.store, &Actor::Worker, &new).await.unwrap()
}

async fn act(world: &World, me: &Person, record: Ref, verb: Verb) -> Result<Done, Failure> {
    let target = world.store.find(me, record).await?;
    perform(&world.store, me, &Act { target, verb, reason: Some("a test".into()) }).await
}

async fn claim(world: &World, me: &Person, record: Ref) {
    act(world, me, record, Verb::ClaimDraft { take_over: false }).await.unwrap();
}

async fn approve(world: &World, me: &Person, record: Ref, text: &str) -> Result<Done, Failure> {
    act(world, me, record, Verb::ApproveDraft { text: text.into(), work_version: worked(world).await }).await
}

/// The version of the text of the newest draft.
async fn worked(world: &World) -> i64 {
    world.number("select work_version from drafts order by number desc limit 1").await
}

/// The request that is open, as an owner has it on the screen.
async fn asked(world: &World, me: &Person, record: Ref) -> Verb {
    let id = world.store.find(me, record).await.unwrap().id;
    let detail = world.store.draft_detail(me, id.into()).await.unwrap();
    Verb::GrantOverride { request: detail.overriding.map(|request| request.id).unwrap_or_default() }
}

async fn grant(world: &World, me: &Person, record: Ref) -> Result<Done, Failure> {
    let verb = asked(world, me, record).await;
    act(world, me, record, verb).await
}

async fn publish(world: &World) {
    world.clock.advance(chrono::TimeDelta::seconds(11));
    work(world).await;
}

const SAFE: &str = "The customer asked about a water heater.";
const PHONE: &str = "Call the customer at 512-555-0142.";

async fn a_preview_is_what_the_portal_shows_later(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let draft = filed(&world, &acme, SAFE).await;
    claim(&world, &rosa, draft).await;
    let id = world.store.find(&rosa, draft).await.unwrap().id;
    let seen = world.store.portal_preview(&rosa, id.into(), SAFE).await.unwrap();
    approve(&world, &rosa, draft, SAFE).await.unwrap();
    publish(&world).await;
    let shown = world.store.proofs(&rosa, acme.id).await.unwrap();
    let [shown] = &shown[..] else { panic!("{shown:?}") };
    let fields = |proof: &quotedeck::domain::proof::Proof| {
        [&proof.client, &proof.text, &proof.text_hash, &proof.source_label, &proof.period, &proof.status, &proof.next_action]
            .map(Clone::clone)
    };
    assert_eq!(fields(&seen), fields(shown));
    assert_eq!(seen.fresh_as_of, shown.fresh_as_of);
    assert_eq!((shown.status.as_str(), shown.period.as_str()), ("new request", "1 June 2026"));
    assert_eq!(shown.text_hash, to_hex(&sha256(SAFE.as_bytes())));
}

async fn what_nobody_knows_is_a_finding_and_is_not_said_on_the_portal(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let lead = world.lead(&acme, with![]).await;
    let undated = with![text = SAFE, subject = "week", period = "", evidence_at = None::<chrono::DateTime<chrono::Utc>>];
    world.draft(&acme, lead, undated).await;
    let draft = Ref::new(Kind::Draft, 1);
    claim(&world, &rosa, draft).await;
    let told = world.texts("select kind || ' ' || severity from findings order by kind").await;
    assert_eq!(told, ["missing_freshness warn", "missing_next_action warn", "missing_period warn"]);
    let id = world.store.find(&rosa, draft).await.unwrap().id;
    let seen = world.store.portal_preview(&rosa, id.into(), SAFE).await.unwrap();
    world.script("update clients set findings = 'missing_freshness=block'").await;
    let refused = approve(&world, &rosa, draft, SAFE).await.unwrap_err();
    assert!(refused.to_string().contains("missing_freshness"), "{refused}");
    world.script("update clients set findings = ''").await;
    approve(&world, &rosa, draft, SAFE).await.unwrap();
    publish(&world).await;
    let shown = world.store.proofs(&rosa, acme.id).await.unwrap();
    let [shown] = &shown[..] else { panic!("{shown:?}") };
    for proof in [&seen, shown] {
        assert_eq!((proof.fresh_as_of, proof.period.as_str(), proof.next_action.as_str()), (None, "", ""));
        assert!(proof.beside().contains(&("Known as of", "not known".to_owned())), "{:?}", proof.beside());
    }
}

async fn a_preview_leaves_nothing_behind(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let draft = filed(&world, &acme, SAFE).await;
    let id = world.store.find(&rosa, draft).await.unwrap().id;
    world.store.portal_preview(&rosa, id.into(), SAFE).await.unwrap();
    assert_eq!(world.number("select count(*) from summaries").await, 0);
    assert_eq!(world.number("select count(*) from approved_texts").await, 0);
    // Nor does it use up a number that people say aloud, and what this connection may do is as before.
    claim(&world, &rosa, draft).await;
    let done = approve(&world, &rosa, draft, SAFE).await.unwrap();
    assert_eq!(done.record, Ref::new(Kind::Summary, 1));
    let other = world.client("Brill").await;
    let ben = world.person("ben", Role::Reviewer, Some(&[&other])).await;
    let refused = world.store.portal_preview(&ben, id.into(), SAFE).await.unwrap_err();
    assert!(matches!(refused, Failure::NotFound(_)), "{refused}");
}

async fn a_block_passes_when_two_people_say_so(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let ana = world.person("ana", Role::Reviewer, None).await;
    let draft = filed(&world, &acme, PHONE).await;
    claim(&world, &ana, draft).await;
    let refused = approve(&world, &ana, draft, PHONE).await.unwrap_err();
    assert!(refused.to_string().contains("phone") && !refused.to_string().contains("0142"), "{refused}");
    // A reviewer may ask, and may not grant.
    act(&world, &ana, draft, Verb::AskOverride { text: PHONE.into() }).await.unwrap();
    assert_eq!(world.number("select count(*) from tasks where title like '%asks to let phone pass%'").await, 1);
    assert!(matches!(grant(&world, &ana, draft).await, Err(Failure::NotAllowed { .. })));
    assert!(approve(&world, &ana, draft, PHONE).await.is_err());
    grant(&world, &rosa, draft).await.unwrap();
    approve(&world, &ana, draft, PHONE).await.unwrap();
    let told = world
        .texts("select actor || ' ' || verb || ': ' || detail from journal where verb like 'draft.%' and subject_kind = 'draft' order by number")
        .await;
    assert_eq!(
        told[told.len() - 3..],
        [
            "ana draft.ask_override: phone: a test",
            "rosa draft.override: phone for ana, who asked: a test: a test",
            "ana draft.approve: rosa let phone pass: a test: a test",
        ]
    );
}

async fn nobody_lets_their_own_block_pass(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let draft = filed(&world, &acme, PHONE).await;
    claim(&world, &rosa, draft).await;
    let nothing = grant(&world, &rosa, draft).await.unwrap_err();
    assert!(nothing.to_string().contains("nobody asked"), "{nothing}");
    act(&world, &rosa, draft, Verb::AskOverride { text: PHONE.into() }).await.unwrap();
    let refused = grant(&world, &rosa, draft).await.unwrap_err();
    assert!(refused.to_string().contains("a second person"), "{refused}");
    // Nor by hand: the row itself refuses.
    let by_hand = "update overrides set granted_by = asked_by, granted_at = asked_at, granted_why = 'x'";
    assert!(world.attempt(Login::Administrator, by_hand).await.is_err());
}

/// One name was let pass. Another of the same kind that becomes known in the same text was never decided.
async fn what_becomes_known_later_was_not_let_pass(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let ana = world.person("ana", Role::Reviewer, None).await;
    world.client("Brill Homes").await;
    let text = "The customer asked Brill Homes and Zabel Homes as well.";
    let draft = filed(&world, &acme, text).await;
    claim(&world, &ana, draft).await;
    act(&world, &ana, draft, Verb::AskOverride { text: text.into() }).await.unwrap();
    grant(&world, &rosa, draft).await.unwrap();
    world.client("Zabel Homes").await;
    let refused = approve(&world, &ana, draft, text).await.unwrap_err();
    assert!(refused.to_string().contains("other_client at characters 35–46"), "{refused}");
    act(&world, &ana, draft, Verb::AskOverride { text: text.into() }).await.unwrap();
    grant(&world, &rosa, draft).await.unwrap();
    approve(&world, &ana, draft, text).await.unwrap();
}

async fn what_is_stored_around_a_draft_stops_its_approval(world: World) {
    let (acme, rosa) = set_up(&world).await;
    world.client("Bravo Air").await;
    world.person("jdoe", Role::Operator, None).await;
    let form = r#"{"id":"f-1","name":"Zora Quist","email":"zq@example.plumbing","phone":"+15125550142","service":"drain",
        "address":"12 Oak Hollow, Austin","gate_code":"4827","lead_price":"45.00","message":"the dog behind the shed bites whoever comes without calling"}"#;
    give(&world, &acme, Provider::Form, form).await;
    let lead = LeadId(world.store.find(&rosa, Ref::new(Kind::Lead, 1)).await.unwrap().id);
    world
        .script(
            "insert into told (client_id, provider, record, standing, changed_at, lead_id)
                select client_id, 'quickbooks', 'invoice:1045512', 'open', arrived_at, id from leads",
        )
        .await;
    world
        .script(
            "insert into consents (id, client_id, lead_id, event_id, channel, address, said, shown, page, from_ip, said_at, kept_at)
                select id, client_id, lead_id, id, 'sms', '+15125550142', 'given', '', '', '203.0.113.77', recorded_at, recorded_at
                from events",
        )
        .await;
    let new = NewDraft { lead, title: "a form".into(), text: SAFE.into(), model: "outline".into() };
    let draft = file_draft(&world.store, &Actor::Worker, &new).await.unwrap();
    claim(&world, &rosa, draft).await;
    let task = world.task(&acme, with![lead_id = lead.0]).await;
    let target = world.store.find(&rosa, Ref::new(Kind::Task, task.number)).await.unwrap();
    let why = "the neighbour two doors down keeps a spare one for him";
    perform(&world.store, &rosa, &Act { target, verb: Verb::DropTask, reason: Some(why.into()) }).await.unwrap();
    for (text, kind) in [
        ("Quist, Zora asked about a water heater.", "lead_name"),
        ("Write to zq at example dot plumbing.", "email"),
        ("Ring 555 0142 first.", "phone"),
        ("The crew went to twelve oak hollow.", "street_address"),
        ("The gate opens with four eight two seven.", "access_code"),
        ("The lead came to $45.", "provider_cost"),
        ("The customer spoke with jdoe.", "staff_name"),
        ("As done for Bravo Air.", "other_client"),
        ("Mind that the dog behind the shed bites whoever comes without calling.", "verbatim_run"),
        ("Note that the neighbour two doors down keeps a spare one for him.", "verbatim_run"),
        ("It is known as 1045512 there.", "internal_id"),
        ("It came from 203.0.113.77 by form.", "internal_id"),
    ] {
        let refused = approve(&world, &rosa, draft, text).await.unwrap_err().to_string();
        assert!(refused.contains(kind), "{text}: {refused}");
        let detail = world.store.draft_detail(&rosa, world.store.find(&rosa, draft).await.unwrap().id.into()).await.unwrap();
        assert!(!detail.known.is_empty() && !format!("{detail:?}").contains("4827"), "what is known is kept from every log");
    }
    approve(&world, &rosa, draft, "The customer asked Acme about a water heater.").await.unwrap();
}

/// Two digits may be a lamp's, so any other reference of them warns alone.
async fn the_reference_of_what_a_draft_speaks_of_stops_its_approval(world: World) {
    let (acme, rosa) = set_up(&world).await;
    for _ in 0..11 {
        world.lead(&acme, with![]).await;
    }
    let draft = filed(&world, &acme, SAFE).await;
    claim(&world, &rosa, draft).await;
    let number = world.number("select max(number) from leads").await;
    let refused = approve(&world, &rosa, draft, &format!("See L-{number} first.")).await.unwrap_err().to_string();
    assert!(refused.contains("internal_id"), "{refused}");
    approve(&world, &rosa, draft, &format!("See L-{} first.", number - 1)).await.unwrap();
}

async fn another_text_needs_another_word(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let ana = world.person("ana", Role::Reviewer, None).await;
    let draft = filed(&world, &acme, PHONE).await;
    claim(&world, &ana, draft).await;
    act(&world, &ana, draft, Verb::AskOverride { text: PHONE.into() }).await.unwrap();
    grant(&world, &rosa, draft).await.unwrap();
    let other = "Call the customer at 512-555-0143.";
    assert!(approve(&world, &ana, draft, other).await.is_err());
    let none = act(&world, &ana, draft, Verb::AskOverride { text: SAFE.into() }).await.unwrap_err();
    assert!(none.to_string().contains("nothing blocks"), "{none}");
}

async fn a_block_that_came_later_does_not_pass(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let ana = world.person("ana", Role::Reviewer, None).await;
    let text = "Call the customer at 512-555-0142, as Bravo Air did.";
    let draft = filed(&world, &acme, text).await;
    claim(&world, &ana, draft).await;
    act(&world, &ana, draft, Verb::AskOverride { text: text.into() }).await.unwrap();
    grant(&world, &rosa, draft).await.unwrap();
    world.client("Bravo Air").await;
    let refused = approve(&world, &ana, draft, text).await.unwrap_err().to_string();
    assert!(refused.contains("other_client") && !refused.contains("phone"), "{refused}");
    assert_eq!(world.number("select count(*) from summaries").await, 0);
    // Asked and decided anew, with both kinds by name.
    act(&world, &ana, draft, Verb::AskOverride { text: text.into() }).await.unwrap();
    assert!(approve(&world, &ana, draft, text).await.is_err());
    grant(&world, &rosa, draft).await.unwrap();
    approve(&world, &ana, draft, text).await.unwrap();
    let told = world.texts("select detail from journal where verb = 'draft.approve'").await;
    assert_eq!(told, ["rosa let phone pass: a test; rosa let other_client, phone pass: a test: a test"]);
}

async fn a_request_ends_with_its_draft(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let ana = world.person("ana", Role::Reviewer, None).await;
    const OPEN: &str = "select count(*) from tasks where state = 'open' and title like '%asks to let phone pass%'";
    let draft = filed(&world, &acme, PHONE).await;
    claim(&world, &ana, draft).await;
    for text in [PHONE, "Call Maria's mother at 512-555-0199."] {
        act(&world, &ana, draft, Verb::AskOverride { text: text.into() }).await.unwrap();
        // Nobody can grant what was asked for before.
        assert_eq!(world.number(OPEN).await, 1);
    }
    approve(&world, &ana, draft, SAFE).await.unwrap();
    assert_eq!(world.number(OPEN).await, 0);
    let decided = grant(&world, &rosa, draft).await.unwrap_err();
    assert!(matches!(&decided, Failure::Conflict(conflict) if conflict.by == "ana"), "{decided}");
    let ends = world.texts("select detail from journal where verb = 'task.done' order by number").await;
    assert_eq!(ends, ["asked for with another text", "the draft is approved"]);
}

async fn only_the_text_that_was_read_is_let_pass(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let ana = world.person("ana", Role::Reviewer, None).await;
    let draft = filed(&world, &acme, PHONE).await;
    claim(&world, &ana, draft).await;
    act(&world, &ana, draft, Verb::AskOverride { text: PHONE.into() }).await.unwrap();
    let read = asked(&world, &rosa, draft).await;
    // Between the owner's look and the key, another text is asked for.
    world.clock.advance(chrono::TimeDelta::seconds(1));
    let other = "Call Maria's mother at 512-555-0199.";
    act(&world, &ana, draft, Verb::AskOverride { text: other.into() }).await.unwrap();
    let refused = act(&world, &rosa, draft, read).await.unwrap_err();
    assert!(matches!(&refused, Failure::Conflict(conflict) if conflict.by == "ana"), "{refused}");
    assert_eq!(world.number("select count(*) from overrides where granted_by is not null").await, 0);
    for text in [PHONE, other] {
        assert!(approve(&world, &ana, draft, text).await.is_err(), "{text}");
    }
}

async fn a_text_that_another_screen_saved_is_not_dropped(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let draft = filed(&world, &acme, SAFE).await;
    claim(&world, &rosa, draft).await;
    let target = world.store.find(&rosa, draft).await.unwrap();
    let here = "The customer asked about a heater.";
    let work_version = save_work(&world.store, &rosa, &target, 0, here).await.unwrap();
    // The same person at another machine saves more.
    let there = "The customer asked about a heater in the garage.";
    save_work(&world.store, &rosa, &target, work_version, there).await.unwrap();
    let old = [
        Verb::ApproveDraft { text: here.into(), work_version },
        Verb::RejectDraft { reason: RejectReason::Wrong, work_version },
        Verb::ReleaseDraft { work_version: Some(work_version) },
    ];
    for verb in old {
        let refused = act(&world, &rosa, draft, verb).await.unwrap_err();
        assert!(matches!(&refused, Failure::Conflict(conflict) if conflict.by == "rosa"), "{refused}");
    }
    let refused = save_work(&world.store, &rosa, &target, work_version, here).await.unwrap_err();
    assert!(matches!(&refused, Failure::Conflict(conflict) if conflict.by == "rosa"), "{refused}");
    assert_eq!(world.texts("select work from drafts where state = 'in_review'").await, [there]);
    let detail = world.store.draft_detail(&rosa, target.id.into()).await.unwrap();
    assert_eq!(detail.worked_by.as_deref(), Some("rosa"));
    // The very text that is saved drops nothing, whichever screen it stands on.
    act(&world, &rosa, draft, Verb::ApproveDraft { text: there.into(), work_version }).await.unwrap();
}

async fn a_withdrawn_text_is_gone_and_a_later_approval_is_a_new_version(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let draft = filed(&world, &acme, SAFE).await;
    claim(&world, &rosa, draft).await;
    let summary = approve(&world, &rosa, draft, SAFE).await.unwrap().record;
    publish(&world).await;
    assert_eq!(world.store.proofs(&rosa, acme.id).await.unwrap().len(), 1);
    act(&world, &rosa, summary, Verb::WithdrawSummary { reopen: false }).await.unwrap();
    assert_eq!(world.store.proofs(&rosa, acme.id).await.unwrap(), []);
    let view = if world.store.is_postgres() { "client.summaries" } else { "client_summaries" };
    assert_eq!(world.number(&format!("select count(*) from {view}")).await, 0);
    assert_eq!(world.number("select count(*) from journal where verb = 'summary.withdraw'").await, 1);
    let next = filed(&world, &acme, SAFE).await;
    claim(&world, &rosa, next).await;
    let again = approve(&world, &rosa, next, SAFE).await.unwrap().record;
    publish(&world).await;
    assert_ne!(again, summary);
    assert_eq!(world.store.proofs(&rosa, acme.id).await.unwrap().len(), 1);
    assert_eq!(world.texts("select state from summaries order by number").await, ["withdrawn", "published"]);
}

async fn what_was_withdrawn_is_made_again_from_the_same_evidence(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let lead = LeadId(world.lead(&acme, with![]).await.id);
    let file = async || {
        let new = NewDraft { lead, title: "a call".into(), text: SAFE.into(), model: "outline".into() };
        file_draft(&world.store, &Actor::Worker, &new).await.unwrap()
    };
    let first = file().await;
    claim(&world, &rosa, first).await;
    let summary = approve(&world, &rosa, first, SAFE).await.unwrap().record;
    assert_eq!(file().await, first, "what the portal shows is not drafted a second time");
    act(&world, &rosa, summary, Verb::WithdrawSummary { reopen: false }).await.unwrap();
    let second = file().await;
    assert_ne!(second, first);
    claim(&world, &rosa, second).await;
    approve(&world, &rosa, second, SAFE).await.unwrap();
    assert_eq!(world.texts("select state from summaries order by number").await, ["withdrawn", "approved"]);
}

async fn an_approval_that_is_taken_back_lets_the_draft_wait_again(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let draft = filed(&world, &acme, "Call 512-555-0142.").await;
    claim(&world, &rosa, draft).await;
    assert_eq!(world.number("select blocks from drafts").await, 1);
    // Mended on the screen, and approved before it was saved.
    let done = approve(&world, &rosa, draft, SAFE).await.unwrap();
    assert_eq!(world.texts("select coalesce(work, text) from drafts").await, [SAFE]);
    assert_eq!(world.number("select blocks from drafts").await, 0);
    assert_eq!(world.number("select count(*) from findings where severity = 'block'").await, 0);
    let refused = act(&world, &rosa, draft, Verb::ReopenDraft).await.unwrap_err();
    assert!(refused.to_string().contains("S-1 was made of it and stands"), "{refused}");

    let undo = Act { reason: Some("a slip".into()), ..done.undo.unwrap() };
    let said = perform(&world.store, &rosa, &undo).await.unwrap().said;
    assert_eq!(said, "S-1 is withdrawn; D-1 waits again, with its text");
    assert_eq!(world.texts("select state from drafts").await, ["pending"]);
    assert_eq!(world.texts("select reason from drafts").await, ["approval undone by rosa: a slip"]);
    assert_eq!(world.texts("select detail from journal where verb = 'draft.reopen'").await, ["S-1"]);
    claim(&world, &rosa, draft).await;
    let again = approve(&world, &rosa, draft, SAFE).await.unwrap().record;
    assert_eq!(world.texts("select state from summaries order by number").await, ["withdrawn", "approved"]);
    assert_eq!(world.number("select count(*) from drafts where newer_at is not null").await, 0);
    // For good: then the draft comes back when somebody says so, marked where its lead stands elsewhere by then.
    act(&world, &rosa, Ref::new(Kind::Lead, 1), Verb::SetLead { act: LeadAct::Contact, lost: None }).await.unwrap();
    act(&world, &rosa, again, Verb::WithdrawSummary { reopen: false }).await.unwrap();
    assert_eq!(world.texts("select state from drafts").await, ["approved"]);
    act(&world, &rosa, draft, Verb::ReopenDraft).await.unwrap();
    assert_eq!(world.texts("select state from drafts").await, ["pending"]);
    assert_eq!(world.number("select count(*) from drafts where newer_at is not null").await, 1);
}

async fn what_was_merged_is_known_of_the_lead_that_was_kept(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let kept = LeadId(world.lead(&acme, with![]).await.id);
    world.lead(&acme, with![name = "Zora Quist", phone = "+15125550142"]).await;
    act(&world, &rosa, Ref::new(Kind::Lead, 2), Verb::MergeLead { into: 1 }).await.unwrap();
    let new = NewDraft { lead: kept, title: "a call".into(), text: SAFE.into(), model: "outline".into() };
    let draft = file_draft(&world.store, &Actor::Worker, &new).await.unwrap();
    claim(&world, &rosa, draft).await;
    for (text, kind) in [("Zora Quist asked about a heater.", "lead_name"), ("Ring 555 0142 first.", "phone")] {
        let refused = approve(&world, &rosa, draft, text).await.unwrap_err().to_string();
        assert!(refused.contains(kind), "{text}: {refused}");
    }
}

async fn what_nobody_sees_is_not_approved(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let draft = filed(&world, &acme, SAFE).await;
    claim(&world, &rosa, draft).await;
    for hidden in ['\u{200b}', '\u{202e}', '\u{e0041}', '\u{1b}', '\r', '\t'] {
        let text = format!("The customer{hidden}asked about a water heater.");
        for verb in [Verb::ApproveDraft { text: text.clone(), work_version: 0 }, Verb::AskOverride { text: text.clone() }] {
            let refused = act(&world, &rosa, draft, verb).await.unwrap_err().to_string();
            assert!(refused.contains("a character that nobody sees"), "{hidden:?}: {refused}");
        }
    }
    approve(&world, &rosa, draft, "The customer asked\nabout a water heater.").await.unwrap();
}

async fn nothing_is_told_of_spam(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let draft = filed(&world, &acme, SAFE).await;
    claim(&world, &rosa, draft).await;
    act(&world, &rosa, Ref::new(Kind::Lead, 1), Verb::SetLead { act: LeadAct::MarkSpam, lost: None }).await.unwrap();
    let refused = approve(&world, &rosa, draft, SAFE).await.unwrap_err().to_string();
    assert!(refused.contains("its lead is spam"), "{refused}");
    assert_eq!(world.number("select count(*) from approved_texts").await, 0);
}

/// Spam is told apart after the approval, and before the ten seconds in which that can be taken back are over.
async fn nothing_is_published_of_what_became_spam_meanwhile(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let draft = filed(&world, &acme, SAFE).await;
    claim(&world, &rosa, draft).await;
    approve(&world, &rosa, draft, SAFE).await.unwrap();
    let lead = Ref::new(Kind::Lead, 1);
    act(&world, &rosa, lead, Verb::SetLead { act: LeadAct::MarkSpam, lost: None }).await.unwrap();
    publish(&world).await;
    assert_eq!(world.store.proofs(&rosa, acme.id).await.unwrap(), []);
    let stopped = world.texts("select state || ': ' || reason from jobs where kind = 'portal_publish'").await.concat();
    assert!(stopped.starts_with("cancelled: its lead is spam by now"), "{stopped}");

    // It was none after all: the same job, done again, publishes the same text.
    act(&world, &rosa, lead, Verb::SetLead { act: LeadAct::NotSpam, lost: None }).await.unwrap();
    let number = world.number("select number from jobs where kind = 'portal_publish'").await;
    act(&world, &rosa, Ref::new(Kind::Job, number), Verb::ReplayJob).await.unwrap();
    publish(&world).await;
    let texts: Vec<String> = world.store.proofs(&rosa, acme.id).await.unwrap().into_iter().map(|proof| proof.text).collect();
    assert_eq!(texts, [SAFE]);
}

async fn a_text_that_is_not_the_approved_one_is_not_exported(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let draft = filed(&world, &acme, SAFE).await;
    claim(&world, &rosa, draft).await;
    approve(&world, &rosa, draft, SAFE).await.unwrap();
    publish(&world).await;
    assert_eq!(world.store.proofs(&rosa, acme.id).await.unwrap().len(), 1);
    let change = "update approved_texts set text = 'another'";
    if world.store.is_postgres() {
        // Not even whoever takes the trigger away gets past the check of the hash.
        let by_hand = format!("alter table approved_texts disable trigger user; {change}");
        assert!(world.attempt(Login::Administrator, &by_hand).await.is_err());
        return;
    }
    // A SQLite file is open to any program.
    world.script(&format!("drop trigger approved_texts_fixed; {change}")).await;
    let refused = world.store.proofs(&rosa, acme.id).await.unwrap_err().to_string();
    assert!(refused.contains("not the one that was approved"), "{refused}");
}

/// What may change after an approval: that a text is shown, and that it is taken back.
const MAY_CHANGE: &[&str] = &[
    "approved_texts.published_at",
    "approved_texts.withdrawn_at",
    "summaries.state",
    "summaries.withdrawn_why",
    "summaries.version",
    "summaries.updated_at",
];

/// The columns of both tables with their types, from the catalogue: a new one is held by itself.
async fn columns_of_what_was_approved(world: &World) -> Vec<(String, String)> {
    let sql = if world.store.is_postgres() {
        "select table_name || '.' || column_name || ' ' || data_type from information_schema.columns
            where table_schema = 'internal' and table_name in ('approved_texts', 'summaries') order by 1"
    } else {
        "select m.name || '.' || c.name || ' ' || lower(c.type) from sqlite_master m join pragma_table_info(m.name) c
            where m.name in ('approved_texts', 'summaries') order by 1"
    };
    let columns = world.texts(sql).await;
    columns.iter().map(|column| column.split_once(' ').map(|(name, is)| (name.into(), is.into())).unwrap()).collect()
}

async fn who_approved_cannot_be_changed(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let draft = filed(&world, &acme, SAFE).await;
    claim(&world, &rosa, draft).await;
    approve(&world, &rosa, draft, SAFE).await.unwrap();
    let columns = columns_of_what_was_approved(&world).await;
    for known in
        ["approved_texts.text", "summaries.approved_by", "summaries.approved_at", "summaries.number"].iter().chain(MAY_CHANGE)
    {
        assert!(columns.iter().any(|(column, _)| column == known), "{known}: {columns:?}");
    }
    let mut wrong = vec![];
    for (column, is) in &columns {
        let (table, name) = column.split_once('.').unwrap();
        // Another value, of the column's own type.
        let other = match (is.as_str(), name) {
            ("uuid", _) => "gen_random_uuid()".to_owned(),
            ("blob", _) => "randomblob(16)".to_owned(),
            ("bigint" | "integer", _) => format!("{name} + 1"),
            (_, "state") => "'published'".to_owned(),
            (_, at) if at.ends_with("_at") || at == "fresh_as_of" => "'2030-01-01T00:00:00.000+00:00'".to_owned(),
            _ => "'another'".to_owned(),
        };
        for login in [Login::Program, Login::Administrator] {
            let changed = world.attempt(login, &format!("update {table} set {name} = {other}")).await;
            let may = MAY_CHANGE.contains(&column.as_str());
            let held = changed.as_ref().is_err_and(|error| {
                // A column that counts by itself says so first.
                error.contains("approved text cannot be changed") || error.contains("can only be updated to DEFAULT")
            });
            // The second login brings the value that stands there by then: it is published once.
            if may && changed.is_err() || !may && !held {
                wrong.push(format!("{login:?} {column}: {changed:?}"));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

async fn the_figures_of_reviewing(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let ana = world.person("ana", Role::Reviewer, None).await;
    let draft = filed(&world, &acme, SAFE).await;
    world.clock.advance(chrono::TimeDelta::minutes(7));
    claim(&world, &ana, draft).await;
    let summary = approve(&world, &ana, draft, "The customer asked about the water heater.").await.unwrap().record;
    act(&world, &ana, summary, Verb::WithdrawSummary { reopen: false }).await.unwrap();
    let leaks = filed(&world, &acme, PHONE).await;
    let figures = world.store.reviewing(&rosa).await.unwrap();
    let [client] = &figures.clients[..] else { panic!("{figures:?}") };
    assert_eq!((client.waiting, client.blocked), (1, 1));
    let [reviewer] = &figures.reviewers[..] else { panic!("{figures:?}") };
    assert_eq!((reviewer.reviewer.as_str(), reviewer.approved, reviewer.withdrawn), ("ana", 1, 1));
    // One word of seven.
    assert_eq!((reviewer.median_minutes, reviewer.median_changed, reviewer.overrides), (7, 15, 0));
    let phones = async || {
        let figures = world.store.reviewing(&rosa).await.unwrap();
        let phones = figures.findings.iter().filter(|kind| kind.kind == "phone" && kind.severity == "block");
        phones.map(|kind| (kind.made, kind.found)).collect::<Vec<_>>()
    };
    assert_eq!(phones().await, [(1, 1)]);
    // What is mended is no longer found, but it was.
    claim(&world, &ana, leaks).await;
    let target = world.store.find(&ana, leaks).await.unwrap();
    quotedeck::workflow::review::save_work(&world.store, &ana, &target, 0, SAFE).await.unwrap();
    assert_eq!(phones().await, [(1, 0)]);
    let nobody = world.person("ned", Role::Viewer, Some(&[])).await;
    let none = world.store.reviewing(&nobody).await.unwrap();
    assert!(none.clients.is_empty() && none.reviewers.is_empty() && none.findings.is_empty());
}
