//! The lists: whole, in order, and only what the person may see.

use chrono::TimeDelta;
use quotedeck::domain::actor::Role;
use quotedeck::domain::filter::Filter;
use quotedeck::domain::id::{Kind, Ref};
use quotedeck::domain::row::Pane;
use quotedeck::store::lists::Placed as _;

use crate::databases::World;
use crate::fixtures::with;

both_databases!(
    pages_skip_and_double_nothing,
    drafts_are_sorted_as_is_asked_and_pages_go_on,
    a_person_sees_their_clients_alone,
    every_list_answers,
    a_flood_of_failures_is_counted_up_to_the_bound,
    single_records_and_short_lists_answer,
    filters_are_bound
);

async fn pages_skip_and_double_nothing(world: World) {
    let acme = world.client("Acme").await;
    let rosa = world.person("rosa", Role::Owner, None).await;
    let mut made = vec![];
    for n in 0..23 {
        // Many share a time.
        made.push(world.lead(&acme, with![arrived_at = world.now() - TimeDelta::seconds(n / 7)]).await.id);
    }
    for limit in [1, 2, 7, 22, 23, 24] {
        let (mut seen, mut after) = (vec![], None);
        loop {
            let page = world.store.page_leads(&rosa, &Filter::default(), after.as_ref(), limit).await.unwrap();
            seen.extend(page.rows.iter().map(|lead| lead.id.0));
            let Some(last) = page.rows.last().filter(|_| page.more) else { break };
            after = Some(last.cursor(&Filter::default()).to_string().parse().unwrap());
        }
        let mut once = seen.clone();
        once.sort_unstable();
        let mut all = made.clone();
        all.sort_unstable();
        assert_eq!(once, all, "limit {limit}");
    }
}

async fn drafts_are_sorted_as_is_asked_and_pages_go_on(world: World) {
    let rosa = world.person("rosa", Role::Owner, None).await;
    let (bravo, acme) = (world.client("Bravo").await, world.client("Acme").await);
    // Client, blocks, warnings; the first is the oldest.
    let made = [(&bravo, 0_i64, 0_i64), (&acme, 0, 2), (&bravo, 1, 0), (&acme, 0, 0), (&bravo, 0, 1), (&acme, 3, 1)];
    for (n, (client, blocks, warns)) in made.iter().enumerate() {
        let lead = world.lead(client, with![]).await;
        let at = world.now() - TimeDelta::minutes(60 - i64::try_from(n).unwrap());
        world.draft(client, lead, with![blocks = *blocks, warns = *warns, created_at = at]).await;
    }
    for (filter, wanted) in [("", [1, 2, 3, 4, 5, 6]), ("sort:client", [2, 4, 6, 1, 3, 5]), ("sort:severity", [3, 6, 2, 5, 1, 4])]
    {
        let filter = Filter::parse(filter, Pane::Review).unwrap();
        for limit in [1, 2, 6, 7] {
            let (mut seen, mut after) = (vec![], None);
            loop {
                let page = world.store.page_drafts(&rosa, &filter, after.as_ref(), limit).await.unwrap();
                seen.extend(page.rows.iter().map(|draft| draft.number));
                let Some(last) = page.rows.last().filter(|_| page.more) else { break };
                after = Some(last.cursor(&filter).to_string().parse().unwrap());
            }
            assert_eq!(seen, wanted, "{filter}, {limit} a page");
        }
    }
}

async fn a_person_sees_their_clients_alone(world: World) {
    let (acme, brill) = (world.client("Acme").await, world.client("Brill").await);
    let lead = world.lead(&acme, with![]).await;
    let ana = world.person("ana", Role::Reviewer, Some(&[&brill])).await;
    let nobody = world.person("nil", Role::Reviewer, Some(&[])).await;
    for person in [&ana, &nobody] {
        assert!(world.store.page_leads(person, &Filter::default(), None, 10).await.unwrap().rows.is_empty());
        assert!(world.store.lead(person, lead.id.into()).await.is_err());
        let hidden = world.store.find(person, Ref::new(Kind::Lead, lead.number)).await.unwrap_err();
        let missing = world.store.find(person, Ref::new(Kind::Lead, 999)).await.unwrap_err();
        assert_eq!(hidden.to_string().replace(&lead.number.to_string(), "999"), missing.to_string());
    }
}

async fn every_list_answers(world: World) {
    let acme = world.client("Acme").await;
    let rosa = world.person("rosa", Role::Owner, None).await;
    let hubspot = world.destination("HubSpot", with![]).await;
    let lead = world.lead(&acme, with![value = 240_000, replied_at = world.now()]).await;
    world.job(&acme, hubspot, with![lead_id = lead.id]).await;
    for _ in 0..2 {
        world.job(&acme, hubspot, with![state = "dead", signature = "401", last_error = "401 expired"]).await;
    }
    world.task(&acme, with![lead_id = lead.id, owner_id = rosa.id.0]).await;
    world.task(&acme, with![snoozed_until = world.now() + TimeDelta::hours(1)]).await;
    let draft = world.draft(&acme, lead, with![blocks = 1]).await;
    world.summary(&acme, lead, draft, &rosa, "Two calls.", with![state = "published"]).await;
    world.draft(&acme, lead, with![blocks = 1]).await;
    let (store, all) = (&world.store, Filter::default());
    assert_eq!(store.page_jobs(&rosa, &all, None, 10).await.unwrap().rows.len(), 1);
    assert_eq!(store.page_failures(&rosa, &all, None, 10).await.unwrap().rows.len(), 2);
    let groups = store.failure_groups(&rosa, &all, 10).await.unwrap().rows;
    assert_eq!((groups.len(), groups[0].count, groups[0].dead), (1, 2, 2));
    assert_eq!(store.group_jobs(&rosa, groups[0].destination_id, "401", 10).await.unwrap().rows.len(), 2);
    assert_eq!(store.page_tasks(&rosa, &all, None, 10).await.unwrap().rows[0].owner.as_deref(), Some("rosa"));
    assert_eq!(store.page_drafts(&rosa, &all, None, 10).await.unwrap().rows[0].lead_number, lead.number);
    assert_eq!(store.page_summaries(&rosa, None, 10).await.unwrap().rows[0].text, "Two calls.");
    let figures = store.figures(&rosa).await.unwrap();
    let counted = (figures.new_leads.n, figures.failed.n, figures.failure_groups, figures.waiting.n, figures.tasks.n);
    assert_eq!(counted, (1, 2, 1, 1, 1));
    assert_eq!((figures.drafts.n, figures.blocked.n, figures.reply_p50_ms), (1, 1, Some(0)));
}

async fn a_flood_of_failures_is_counted_up_to_the_bound(world: World) {
    let acme = world.client("Acme").await;
    let rosa = world.person("rosa", Role::Owner, None).await;
    let hubspot = world.destination("HubSpot", with![]).await;
    world.job(&acme, hubspot, with![state = "dead", signature = "401", updated_at = world.now() - TimeDelta::hours(1)]).await;
    world.job(&acme, hubspot, with![state = "dead", signature = "503"]).await;
    let id = if world.store.is_postgres() { "gen_random_uuid()" } else { "randomblob(16)" };
    let same = "client_id, destination_id, kind, operation, delivery_mode, fingerprint, args, state, signature, priority, due_at,
        window_ends_at, max_attempts, entry_id, search, created_at, updated_at";
    world
        .script(&format!(
            "with recursive many (n) as (select 1 union all select n + 1 from many where n < 10100)
            insert into jobs (id, idempotency_key, {same})
            select {id}, cast(n as text), {same} from many join jobs on signature = '503'"
        ))
        .await;
    let groups = world.store.failure_groups(&rosa, &Filter::default(), 10).await.unwrap().rows;
    assert_eq!(groups.iter().map(|group| (group.signature.as_str(), group.count)).collect::<Vec<_>>(), [("503", 10_000)]);
    let older = Filter::parse("signature:401", Pane::Failures).unwrap();
    assert_eq!(world.store.failure_groups(&rosa, &older, 10).await.unwrap().rows[0].count, 1);
    assert!(world.store.figures(&rosa).await.unwrap().failed.at_least);
}

async fn filters_are_bound(world: World) {
    let acme = world.client("Acme").await;
    let rosa = world.person("rosa", Role::Owner, None).await;
    world.lead(&acme, with![value = 240_000, owner_id = rosa.id.0, search = "100% sure_thing"]).await;
    world.lead(&acme, with![source = "Google Ads", search = "1000 surething"]).await;
    for (typed, found) in [
        ("", 2),
        ("100%", 1),
        ("client:acme", 2),
        ("client:ac*", 2),
        ("client:other", 0),
        ("source:thumbtack", 1),
        ("-source:thumbtack", 1),
        ("owner:rosa", 1),
        ("-owner:rosa", 1),
        ("value>=2000", 1),
        ("age>2h", 0),
        ("state:new", 2),
        ("state:booked", 0),
    ] {
        let filter = Filter::parse(typed, Pane::Leads).unwrap();
        let rows = world.store.page_leads(&rosa, &filter, None, 10).await.unwrap().rows;
        assert_eq!(rows.len(), found, "{typed}");
    }
}

async fn single_records_and_short_lists_answer(world: World) {
    let acme = world.client("Acme").await;
    let rosa = world.person("rosa", Role::Owner, None).await;
    let ana = world.person("ana", Role::Reviewer, Some(&[])).await;
    world.destination("HubSpot", with![]).await;
    let lead = world.lead(&acme, with![]).await;
    let draft = world.draft(&acme, lead, with![]).await;
    world.insert("draft_evidence", with![draft_id = draft.id, n = 1, text = "called", source = "E-1"], with![]).await;
    let (store, all) = (&world.store, Filter::default());
    assert_eq!(store.list_clients(&rosa).await.unwrap(), std::slice::from_ref(&acme));
    assert!(store.list_clients(&ana).await.unwrap().is_empty());
    assert_eq!(store.list_people().await.unwrap(), [ana.clone(), rosa.clone()]);
    assert_eq!(store.list_destinations().await.unwrap()[0].name, "HubSpot");
    let detail = store.draft_detail(&rosa, draft.id.into()).await.unwrap();
    assert_eq!((detail.evidence.len(), detail.work.raw()), (1, detail.text.raw()));
    assert!(store.draft_detail(&ana, draft.id.into()).await.is_err());
    let frozen = store.freeze(&rosa, Pane::Leads, &all, 10).await.unwrap();
    assert_eq!([frozen[0].target], [store.find(&rosa, Ref::new(Kind::Lead, lead.number)).await.unwrap()]);
    assert!(store.find(&ana, Ref::new(Kind::Client, acme.number)).await.is_err());
    let session = quotedeck::domain::id::SessionId::new();
    store.say_presence(session, "ana", Some(Ref::new(Kind::Draft, draft.number)), true).await.unwrap();
    assert_eq!(store.presence(TimeDelta::minutes(1)).await.unwrap()[0].person, "ana");
    world.clock.advance(TimeDelta::minutes(2));
    assert!(store.presence(TimeDelta::minutes(1)).await.unwrap().is_empty());
    store.forget_presence(session).await.unwrap();
}
