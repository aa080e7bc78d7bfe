//! The same seed gives the same day, and any day has something of everything.

use tempfile::TempDir;

use super::*;
use crate::domain::lead::Urgency;

fn noon() -> DateTime<Utc> {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

async fn day(seed: u64, leads: usize, steps: usize) -> (TempDir, Demo) {
    let folder = TempDir::new().unwrap();
    let mut demo = prepare(folder.path(), seed, leads, Clock::fixed(noon())).await.unwrap();
    for _ in 0..steps {
        demo.step().await.unwrap();
    }
    (folder, demo)
}

/// Everything that is to be seen, by what people call it; ids are new in every run.
async fn seen(demo: &Demo) -> Vec<String> {
    let (store, me, all) = (&demo.store, &demo.owner, &Filter::default());
    let mut seen = vec![];
    for lead in store.page_leads(me, all, None, 500).await.unwrap().rows {
        seen.push(format!("L-{} {} {} {} {}", lead.number, lead.client, lead.name.shown(), lead.state, lead.arrived_at));
    }
    for job in store.page_jobs(me, all, None, 500).await.unwrap().rows {
        seen.push(format!("J-{} {} {} {} {:?}", job.number, job.operation, job.state, job.attempts, job.signature));
    }
    for job in store.page_failures(me, all, None, 500).await.unwrap().rows {
        seen.push(format!("failed J-{} {} {} {:?}", job.number, job.state, job.due_at, job.signature));
    }
    for task in store.page_tasks(me, all, None, 500).await.unwrap().rows {
        seen.push(format!("T-{} {} {:?}", task.number, task.title.shown(), task.owner));
    }
    for draft in store.page_drafts(me, all, None, 500).await.unwrap().rows {
        seen.push(format!("D-{} {} {}", draft.number, draft.title.shown(), draft.blocks));
    }
    seen
}

#[tokio::test]
async fn the_same_seed_gives_the_same_day() {
    let (_one, first) = day(7, 30, 20).await;
    let (_other, second) = day(7, 30, 20).await;
    assert_eq!(seen(&first).await, seen(&second).await);
}

#[tokio::test]
async fn a_day_has_something_of_everything() {
    let (_folder, demo) = day(1, 60, 0).await;
    let (store, me, all) = (&demo.store, &demo.owner, &Filter::default());
    let figures = store.figures(me).await.unwrap();
    if std::env::var_os("QUOTEDECK_SHOW_DAY").is_some() {
        println!("{}\n{figures:?}", seen(&demo).await.join("\n"));
    }
    let leads = store.page_leads(me, all, None, 500).await.unwrap().rows;
    assert!(leads.iter().any(|lead| lead.urgency == Urgency::Urgent));
    assert!(leads.iter().any(|lead| lead.name.raw().contains('\u{202e}') && lead.name.raw().contains('\u{1b}')));
    assert!(figures.failure_groups >= 3 && figures.incidents == 1, "{figures:?}");
    assert!(figures.drafts.n > 0 && figures.blocked.n > 0 && figures.drafts.n > figures.blocked.n, "{figures:?}");
    assert!(figures.tasks.n > 0 && figures.overdue.n > 0 && figures.parked.n > 0 && figures.waiting.n > 0, "{figures:?}");
    assert!(figures.reply_p50_ms.is_some_and(|p50| p50 > 0), "{figures:?}");
    let groups = store.failure_groups(me, all, 20).await.unwrap().rows;
    assert!(groups.iter().any(|group| group.signature.starts_with("401") && group.count > 1), "{groups:?}");
    assert!(!store.page_summaries(me, None, 10).await.unwrap().rows.is_empty());
    let verified = store.verify_journal().await.unwrap();
    assert_eq!((verified.differs, verified.unsealed), (None, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_goes_on_beside_its_worker_until_told_to_stop() {
    let folder = TempDir::new().unwrap();
    let demo = prepare(folder.path(), 3, 4, Clock::System).await.unwrap();
    let (store, me) = (demo.store.clone(), demo.owner.clone());
    let before = store.page_leads(&me, &Filter::default(), None, 500).await.unwrap().rows.len();
    let (stop, stopped) = watch::channel(false);
    let mut feed = store.watch();
    let running = tokio::spawn(demo.live(1_000.0, stopped));
    let goes_on = async {
        loop {
            feed.next().await;
            let leads = store.page_leads(&me, &Filter::default(), None, 500).await.unwrap().rows;
            // A reply that came after the morning was sent by the worker that runs beside.
            if leads.len() > before + 5 && leads[..leads.len() - before].iter().any(|lead| lead.replied_at.is_some()) {
                break;
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), goes_on).await.expect("the day goes on");
    stop.send(true).unwrap();
    tokio::time::timeout(std::time::Duration::from_secs(15), running).await.expect("it stops").unwrap();
}
