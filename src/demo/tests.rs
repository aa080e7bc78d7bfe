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
    for line in seen(&demo).await {
        println!("{line}");
    }
    let figures = store.figures(me).await.unwrap();
    println!("{figures:?}");
    let leads = store.page_leads(me, all, None, 500).await.unwrap().rows;
    assert!(leads.iter().any(|lead| lead.urgency == Urgency::Urgent));
    assert!(leads.iter().any(|lead| lead.name.raw().contains('\u{202e}') && lead.name.raw().contains('\u{1b}')));
    assert!(figures.failure_groups >= 3 && figures.incidents == 1, "{figures:?}");
    assert!(figures.drafts.n > 0 && figures.blocked.n > 0 && figures.drafts.n > figures.blocked.n, "{figures:?}");
    assert!(figures.tasks.n > 0 && figures.overdue.n > 0 && figures.parked.n > 0 && figures.waiting.n > 0, "{figures:?}");
    assert_eq!(store.verify_journal().await.unwrap().differs, None);
    assert_eq!(store.verify_journal().await.unwrap().unsealed, 0);
}
