//! Search Console: every day of a site once, however often it is told; access by a token that expires, is taken back, is
//! replaced, or is refused.

use chrono::TimeDelta;
use quotedeck::domain::destination::System;
use quotedeck::domain::event::Provider;
use quotedeck::domain::sync::{Dimension, Freshness, SyncSetting, pacific_day};
use quotedeck::store::claim::take::Appetite;

use super::granted::{Granted, granted, setting};
use crate::databases::World;
use crate::stand_in::{Mode, StandIn};

both_databases!(
    every_day_is_kept_once,
    a_list_of_more_than_a_page_is_read_to_its_end,
    a_page_whose_answer_was_lost_or_whose_worker_died_is_asked_for_again,
    what_is_no_page_or_no_token_moves_no_cursor,
    an_access_token_is_replaced_when_it_expires_or_is_taken_back,
    another_refresh_token_is_kept_before_the_access_token_is_used,
    a_refused_refresh_stops_the_destination_until_somebody_connects_it_anew,
    a_site_that_is_not_shown_stops_nobody_else,
);

fn sync(days: i64) -> SyncSetting {
    SyncSetting {
        client: "Acme".into(),
        destination: "Search Console".into(),
        provider: Provider::SearchConsole,
        scope: "sc-domain:acme.example".into(),
        every: TimeDelta::hours(6),
        stale_after: TimeDelta::days(1),
        since: TimeDelta::days(days),
    }
}

async fn office(world: World, outside: StandIn, days: i64) -> Granted {
    granted(world, outside, setting("Search Console", System::SearchConsole), &sync(days)).await
}

/// A site that was found so many days ago, with three pages and a search.
fn add_day(office: &Granted, ago: i64) {
    let day = pacific_day(office.world.now() - TimeDelta::days(ago)).to_string();
    office.outside.change(|apis| {
        apis.found.push((day.clone(), "site".into(), String::new(), 6, 60));
        for page in ["/", "/tap", "/roof"] {
            apis.found.push((day.clone(), "page".into(), format!("https://acme.example{page}"), 2, 20));
        }
        apis.found.push((day, "query".into(), "leaking tap".into(), 5, 50));
    });
}

async fn every_day_is_kept_once(world: World) {
    let office = office(world, StandIn::start(), 20).await;
    assert_eq!(office.freshness().await, Freshness::Stale, "nothing was asked for so far");
    for ago in 2..30 {
        add_day(&office, ago);
    }
    office.work().await;
    let kept = office.count("found").await;
    // 20 days, the four that lag, and one that is told sooner; three more are read before the first one.
    assert_eq!(kept % 5, 0);
    assert!((23 * 5..=27 * 5).contains(&kept), "{kept}");
    assert_eq!((office.freshness().await, office.count("jobs where state <> 'succeeded'").await), (Freshness::Fresh, 0));
    assert_eq!((office.count("events").await, office.count("leads").await), (0, 0), "nobody asked for work by that");
    let until = pacific_day(office.figures().await.complete_until);
    assert_eq!(until, pacific_day(office.world.now() - TimeDelta::days(3)));
    let since = pacific_day(office.world.now() - TimeDelta::days(10));
    let found = office.world.store.found(office.acme.id, Dimension::Page, since, 2).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].clicks, found[0].impressions, found[0].position, found[0].days), (18, 180, 425, 9));
    assert_eq!(found[0].key.raw(), "https://acme.example/");

    // Six hours later the last days are asked for again, and one of them is told otherwise.
    let asked = office.asked().1;
    let day = pacific_day(office.world.now() - TimeDelta::days(4)).to_string();
    office.outside.change(|apis| {
        let row = apis.found.iter_mut().find(|row| row.0 == day && row.1 == "query").unwrap();
        row.3 += 1;
    });
    office.pass(TimeDelta::hours(6));
    office.work().await;
    assert_eq!(office.asked().1, asked + 3, "one page of each list");
    assert_eq!(office.count("found").await, kept);
    let changed = "found where updated_at > (select min(updated_at) from found)";
    assert_eq!(office.count(changed).await, 1);
    let newest = format!("found where day = '{day}' and dimension = 'query' and clicks = 6");
    assert_eq!((office.count(&newest).await, office.freshness().await), (1, Freshness::Fresh));
    // Nothing is due, and nothing is asked.
    let asked = office.asked();
    office.work().await;
    assert_eq!(office.asked(), asked);
    office.pass(TimeDelta::hours(30));
    assert_eq!(office.freshness().await, Freshness::Late);
    office.pass(TimeDelta::days(1));
    let figures = office.figures().await;
    assert_eq!(figures.freshness, Freshness::Stale);
    assert!(figures.stale_since < office.world.now());
    office.work().await;
    assert_eq!(office.freshness().await, Freshness::Fresh);
    office.tells_no_secret().await;
}

async fn a_list_of_more_than_a_page_is_read_to_its_end(world: World) {
    let office = office(world, StandIn::start(), 1).await;
    let day = pacific_day(office.world.now() - TimeDelta::days(4)).to_string();
    office.outside.change(|apis| {
        for n in 0..4_001 {
            apis.found.push((day.clone(), "query".into(), format!("tap {n}"), 4_001 - n, 9_000));
        }
    });
    office.work().await;
    assert_eq!((office.count("found").await, office.asked().1), (4_001, 5));
    assert_eq!(office.freshness().await, Freshness::Fresh);
}

async fn a_page_whose_answer_was_lost_or_whose_worker_died_is_asked_for_again(world: World) {
    let modes = [Mode::Ok, Mode::Ok, Mode::DoneThenClose];
    let mut office = office(world, StandIn::answering(&modes), 2).await;
    add_day(&office, 4);
    // The days are here and the pages lost.
    office.work().await;
    assert_eq!((office.count("found").await, office.freshness().await), (1, Freshness::Stale));
    office.pass(TimeDelta::minutes(1));
    // A worker takes the job and is never heard of again; the next one knows no access token.
    let taken = office.world.store.claim_jobs("gone", &Appetite { most: 1, bulk: 1, reaches: None }).await.unwrap();
    assert_eq!(taken.jobs.len(), 1);
    office.world.script("update jobs set lease_until = '2000-01-01T00:00:00+00:00' where state = 'running'").await;
    office.restart();
    office.work().await;
    assert_eq!((office.count("found").await, office.freshness().await), (5, Freshness::Fresh));
    assert_eq!(office.asked().0, 2);
}

async fn what_is_no_page_or_no_token_moves_no_cursor(world: World) {
    // Two requests for a token, and then one that was had is held.
    let modes = [
        Mode::Status(503),
        Mode::Html,
        Mode::Busy(120),
        Mode::Ok,
        Mode::Html,
        Mode::Empty,
        Mode::Huge,
        Mode::Busy(120),
        Mode::Close,
        Mode::Status(500),
    ];
    let office = office(world, StandIn::answering(&modes), 2).await;
    add_day(&office, 4);
    let tries = 9;
    for n in 0..tries {
        assert_eq!(office.work().await, 1, "{n}: nothing is asked twice at once");
        assert_eq!((office.count("found").await, office.freshness().await), (0, Freshness::Stale), "{n}");
        let state = if n == 5 { "dead" } else { "retrying" };
        assert_eq!(office.count(&format!("jobs where state = '{state}'")).await, 1, "{n}");
        if n == 5 {
            // The next round asks for the same.
            office.pass(TimeDelta::hours(6));
        } else if n == 2 || n == 6 {
            office.pass(TimeDelta::seconds(119));
            assert_eq!(office.work().await, 0, "{n}: sooner than a hundred and twenty seconds it is not asked again");
            office.pass(TimeDelta::seconds(2));
        } else {
            office.pass(TimeDelta::minutes(6));
        }
    }
    office.work().await;
    assert_eq!((office.count("found").await, office.freshness().await), (5, Freshness::Fresh));
    office.tells_no_secret().await;
}

async fn an_access_token_is_replaced_when_it_expires_or_is_taken_back(world: World) {
    let office = office(world, StandIn::start(), 1).await;
    office.work().await;
    assert_eq!(office.asked(), (1, 3), "one token is enough for a round");
    // It is taken back before its time.
    office.outside.change(|apis| apis.tokens.access.clear());
    office.pass(TimeDelta::hours(6));
    assert_eq!(office.work().await, 3);
    assert_eq!((office.asked(), office.count("attempts where status = 401").await), ((2, 7), 0));
    // The next ones are good for less than they are worth holding.
    office.outside.change(|apis| {
        apis.tokens.access.clear();
        apis.tokens.life = 30;
    });
    office.pass(TimeDelta::hours(6));
    office.work().await;
    assert_eq!(office.asked(), (5, 11));
    assert_eq!(office.count("jobs where state <> 'succeeded'").await, 0);
}

async fn another_refresh_token_is_kept_before_the_access_token_is_used(world: World) {
    let mut office = office(world, StandIn::start(), 1).await;
    office.outside.change(|apis| apis.tokens.rotates = true);
    office.work().await;
    assert_eq!(office.token(), "refresh-hunter2-1");
    for round in 2..4 {
        office.restart();
        office.pass(TimeDelta::hours(6));
        office.work().await;
        assert_eq!(office.token(), format!("refresh-hunter2-{round}"));
    }
    assert_eq!((office.freshness().await, office.count("jobs where state <> 'succeeded'").await), (Freshness::Fresh, 0));
    office.tells_no_secret().await;
}

async fn a_refused_refresh_stops_the_destination_until_somebody_connects_it_anew(world: World) {
    let office = office(world, StandIn::start(), 1).await;
    office.outside.change(|apis| apis.tokens.refresh = "refresh-hunter2-new".into());
    add_day(&office, 4);
    assert_eq!(office.work().await, 1);
    assert_eq!((office.count("jobs where state = 'held'").await, office.asked()), (1, (1, 0)));
    let tasks = office.world.texts("select title from tasks where kind = 'incident'").await;
    assert_eq!(tasks.len(), 1);
    for said in ["Search Console is stopped", "invalid_grant", "connect the account anew", "/token; then resume it"] {
        assert!(tasks[0].contains(said), "{tasks:?}");
    }
    assert!(office.figures().await.trouble.unwrap().contains("invalid_grant"));
    // Nothing is asked meanwhile, and no second round piles up.
    office.pass(TimeDelta::seconds(20));
    assert_eq!((office.work().await, office.count("jobs").await), (0, 1));
    // The same worker goes on, with what is in the file now.
    office.write_token("refresh-hunter2-new");
    office.resume().await;
    office.work().await;
    assert_eq!((office.count("found").await, office.freshness().await), (5, Freshness::Fresh));
    office.tells_no_secret().await;
}

async fn a_site_that_is_not_shown_stops_nobody_else(world: World) {
    let other = SyncSetting { scope: "sc-domain:other.example".into(), ..sync(1) };
    let office = granted(world, StandIn::start(), setting("Search Console", System::SearchConsole), &other).await;
    assert_eq!(office.work().await, 1);
    assert_eq!((office.count("jobs where state = 'dead'").await, office.count("tasks where kind = 'incident'").await), (1, 0));
    assert!(office.figures().await.trouble.unwrap().contains("may not see the site"));
}
