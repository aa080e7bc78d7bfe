//! Every reason, and which comes first.

use super::*;
use proptest::prelude::*;
use rstest::rstest;
use strum::VariantArray;

fn now() -> DateTime<Utc> {
    "2026-06-01T14:30:00Z".parse().unwrap()
}

fn later(minutes: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(minutes)
}

fn ready() -> Facts {
    Facts {
        state: JobState::Ready,
        is_bulk: true,
        due_at: later(-1),
        armed_until: None,
        window_ends_at: later(600),
        attempts: 0,
        max_attempts: 12,
        reason: None,
        last: None,
        lease: None,
        destination: Standing {
            name: "HubSpot".into(),
            kind: "sms".into(),
            paused_by: None,
            paused_why: None,
            paused_until: None,
            breaker: Breaker::Closed,
            opened_at: None,
            open_why: None,
            probe_at: None,
            running: 0,
            bulk: 0,
            concurrency: None,
            per_minute: None,
            next_slot_at: None,
            quiet_until: None,
        },
        ahead: Count::default(),
        hands: Hands { seen_at: Some(later(0)), any_seen_at: Some(later(0)) },
    }
}

fn seen(seen_at: Option<i64>, any_seen_at: Option<i64>) -> Hands {
    Hands { seen_at: seen_at.map(later), any_seen_at: any_seen_at.map(later) }
}

fn with(change: impl FnOnce(&mut Facts)) -> Facts {
    let mut facts = ready();
    change(&mut facts);
    facts
}

#[rstest]
#[case(ready(), &[Cause::Next], "next free worker")]
#[case(with(|f| (f.state, f.armed_until) = (JobState::Armed, Some(later(1)))), &[Cause::Armed], "can still be undone")]
#[case(with(|f| f.destination.quiet_until = Some(later(2))), &[Cause::RateLimit], "asked to be left alone")]
#[case(with(|f| (f.state, f.due_at, f.attempts) = (JobState::Retrying, later(3), 4)), &[Cause::Retrying], "4 of 12 tries used")]
#[case(
    with(|f| {
        (f.state, f.due_at) = (JobState::Retrying, later(3));
        f.last = Some(LastTry { outcome: AttemptOutcome::RateLimited, retry_after: Some(TimeDelta::seconds(40)) });
    }),
    &[Cause::Retrying], "HubSpot asked for 40 s")]
#[case(
    with(|f| {
        (f.state, f.due_at) = (JobState::Retrying, later(3));
        f.last = Some(LastTry { outcome: AttemptOutcome::RateLimited, retry_after: Some(TimeDelta::zero()) });
    }),
    &[Cause::Retrying], "HubSpot asked for 0 s, and it waits longer while that stays so")]
#[case(with(|f| (f.state, f.due_at, f.reason) = (JobState::Scheduled, later(700), Some("quiet hours in Austin".into()))),
    &[Cause::Scheduled], "quiet hours in Austin")]
#[case(
    with(|f| {
        (f.state, f.due_at, f.reason, f.attempts) = (JobState::Scheduled, later(700), Some("quiet hours in Austin".into()), 1);
        f.last = Some(LastTry { outcome: AttemptOutcome::RateLimited, retry_after: Some(TimeDelta::seconds(5)) });
    }),
    &[Cause::Scheduled], "quiet hours in Austin")]
#[case(with(|f| (f.state, f.destination.paused_by, f.destination.paused_why) = (JobState::Held, Some("rosa".into()), Some("token".into()))),
    &[Cause::Paused], "paused by rosa: token")]
#[case(with(|f| f.state = JobState::Held), &[Cause::Held], "it is held")]
#[case(with(|f| (f.destination.breaker, f.destination.opened_at) = (Breaker::Open, Some(later(-9)))), &[Cause::BreakerOpen], "open since 14:21")]
#[case(with(|f| f.window_ends_at = later(-2)), &[Cause::WindowClosed], "closed at 14:28")]
#[case(with(|f| (f.due_at, f.hands) = (later(-6), seen(Some(-7), Some(-7)))), &[Cause::NoWorker], "for 7 min")]
#[case(with(|f| (f.due_at, f.hands) = (later(-6), seen(Some(-7), Some(0)))), &[Cause::NoWorker], "none of them has HubSpot")]
#[case(with(|f| (f.due_at, f.hands) = (later(-6), seen(None, None))), &[Cause::NoWorker], "ever")]
#[case(with(|f| (f.due_at, f.hands) = (later(0), seen(None, None))), &[Cause::NoWorker], "ever")]
#[case(with(|f| (f.due_at, f.hands) = (later(0), seen(Some(-4), Some(-4)))), &[Cause::NoWorker], "for 4 min")]
#[case(with(|f| (f.due_at, f.hands) = (later(0), seen(Some(-2), Some(-2)))), &[Cause::Next], "next free worker")]
#[case(with(|f| (f.destination.running, f.destination.concurrency) = (4, Some(4))), &[Cause::Concurrency], "takes 4 at once")]
#[case(
    with(|f| (f.destination.running, f.destination.bulk, f.destination.concurrency) = (3, 3, Some(4))),
    &[Cause::Concurrency], "keeps 1 of them for answers")]
#[case(
    with(|f| {
        (f.destination.running, f.destination.bulk, f.destination.concurrency) = (3, 3, Some(4));
        f.destination.kind = "crm".into();
    }),
    &[Cause::Next], "next free worker")]
#[case(
    with(|f| {
        f.is_bulk = false;
        (f.destination.running, f.destination.bulk, f.destination.concurrency) = (3, 3, Some(4));
    }),
    &[Cause::Next], "next free worker")]
#[case(with(|f| (f.destination.per_minute, f.destination.next_slot_at) = (Some(30), Some(later(1)))), &[Cause::RateLimit], "30 a minute")]
#[case(with(|f| f.ahead = Count::bounded(7)), &[Cause::Behind], "7 jobs for HubSpot are more urgent")]
#[case(with(|f| f.state = JobState::Running), &[Cause::Running], "it is running")]
#[case(with(|f| (f.state, f.reason) = (JobState::Dead, Some("budget".into()))), &[Cause::Ended], "every try allowed")]
#[case(with(|f| f.state = JobState::Unknown), &[Cause::Unknown], "never sent again blindly")]
fn the_reason_that_matters_comes_first(#[case] facts: Facts, #[case] causes: &[Cause], #[case] says: &str) {
    let reasons = why(&facts, now());
    assert_eq!(reasons.iter().map(|reason| reason.cause).collect::<Vec<_>>(), causes);
    assert!(reasons[0].what.contains(says), "{}", reasons[0].what);
}

#[test]
fn a_pause_matters_more_than_a_turn() {
    let both = with(|f| (f.state, f.due_at, f.destination.paused_by) = (JobState::Retrying, later(3), Some("rosa".into())));
    let causes: Vec<_> = why(&both, now()).into_iter().map(|reason| reason.cause).collect();
    assert_eq!(causes, [Cause::Paused, Cause::Retrying]);
}

proptest! {
    #[test]
    fn every_job_has_a_reason_and_something_to_do(
        state in proptest::sample::select(JobState::VARIANTS),
        breaker in proptest::sample::select(Breaker::VARIANTS),
        (due, window, last) in (-600..600_i64, -600..600_i64, proptest::option::of(-600..1_i64)),
        paused in any::<bool>(),
    ) {
        let facts = with(|f| {
            (f.state, f.destination.breaker) = (state, breaker);
            (f.due_at, f.window_ends_at, f.hands) = (later(due), later(window), seen(last, last));
            f.destination.paused_by = paused.then(|| "rosa".into());
        });
        let reasons = why(&facts, now());
        prop_assert!(!reasons.is_empty());
        for reason in reasons {
            prop_assert!(!reason.what.is_empty() && !reason.advice.is_empty());
            prop_assert!(reason.until.is_none_or(|until| until > now()) || reason.cause == Cause::Paused);
        }
    }
}

#[test]
fn a_try_that_counts_for_none_is_told() {
    let answer = Explanation {
        record: Ref::new(crate::domain::id::Kind::Job, 1),
        title: String::new(),
        state: JobState::Held,
        due_at: now(),
        attempts: 3,
        max_attempts: 12,
        tried: 3,
        window_ends_at: later(60),
        replay: None,
        reasons: vec![],
    };
    assert_eq!(answer.tries(), "3/12 tries used");
    let told = Explanation { tried: 5, ..answer }.tries();
    assert!(told.starts_with("3/12 tries used, and 2 that count for none"), "{told}");
}
