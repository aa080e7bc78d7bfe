//! Whether the worker was awake: a machine that slept, or a process that was stopped, must not send what another may have
//! sent meanwhile.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::clock::up;
use crate::domain::breaker::{NOT_SENT, STOOD_STILL};
use crate::domain::reply::{Meaning, Reply};
use crate::domain::text::Untrusted;

/// How long after its announcement began a request may still leave. A worker that stood still for longer must take its
/// lease for lost, and another's request for sent: far less than the 40 s that a lease has at least, and far more than a
/// commit takes.
const MAY_LEAVE: Duration = Duration::from_secs(15);

/// How long a request on its way may not be looked at. It is looked at each second; leases are renewed long before they
/// have as little left as this.
const STILL: Duration = Duration::from_secs(10);

/// A moment, by how long the machine is up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Awake(Duration);

impl Awake {
    pub(super) fn now() -> Self {
        Self(up())
    }

    fn since(self) -> Duration {
        up().saturating_sub(self.0)
    }
}

/// Drives a request on while the worker is awake: it does not begin when its announcement, which began then, is long past, and
/// takes no further step once the worker stood still. What the HTTP client was given it writes by itself: that body has a
/// limit of its own, from the step on that begins it.
pub(super) async fn while_awake(announced: Awake, sending: impl Future<Output = Reply>) -> Reply {
    if announced.since() > MAY_LEAVE {
        return reply(Meaning::NotReached, NOT_SENT);
    }
    unless_still(STILL, sending).await
}

async fn unless_still(still: Duration, sending: impl Future<Output = Reply>) -> Reply {
    let mut looks = interval(Duration::from_secs(1));
    looks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut last = Awake::now();
    // Asked before each step of the request; a timer alone might be asked after it.
    let stood_still = poll_fn(|context| {
        if last.since() > still {
            return Poll::Ready(());
        }
        last = Awake::now();
        while looks.poll_tick(context).is_ready() {}
        Poll::Pending
    });
    tokio::select! {
        biased;
        () = stood_still => silent(STOOD_STILL),
        sent = sending => sent,
    }
}

/// What may have left and was not answered.
pub(super) fn silent(why: &str) -> Reply {
    reply(Meaning::Silent, why)
}

fn reply(meaning: Meaning, why: &str) -> Reply {
    Reply { meaning, status: None, error: Some(Untrusted::new(why)), retry_after: None, remote_id: None, made: None, spent: None }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A request that takes two steps, and counts them.
    fn of_two_steps(steps: &Cell<usize>) -> impl Future<Output = Reply> {
        poll_fn(|context| {
            steps.set(steps.get() + 1);
            context.waker().wake_by_ref();
            if steps.get() < 2 { Poll::Pending } else { Poll::Ready(reply(Meaning::Accepted, "")) }
        })
    }

    #[tokio::test]
    async fn what_was_announced_long_ago_does_not_leave() {
        let steps = Cell::new(0);
        let long_ago = Awake(up().checked_sub(Duration::from_secs(16)).unwrap());
        assert_eq!(while_awake(long_ago, of_two_steps(&steps)).await.meaning, Meaning::NotReached);
        assert_eq!(steps.get(), 0);
        assert_eq!(while_awake(Awake::now(), of_two_steps(&steps)).await.meaning, Meaning::Accepted);
    }

    #[tokio::test]
    async fn who_stood_still_takes_no_further_step() {
        let steps = Cell::new(0);
        assert_eq!(unless_still(Duration::ZERO, of_two_steps(&steps)).await.meaning, Meaning::Silent);
        assert!(steps.get() < 2, "{steps:?}");
        assert_eq!(unless_still(STILL, of_two_steps(&steps)).await.meaning, Meaning::Accepted);
    }
}
