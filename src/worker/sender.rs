//! The only way out: an announced attempt becomes a request, and what comes back gets its meaning.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::sleep;

use crate::clock::Clock;
use crate::delivery::couriers::{Couriers, LONGEST, written};
use crate::delivery::scripted::Scripted;
use crate::delivery::{Request, classify};
use crate::domain::content::Content;
use crate::domain::reply::{Found, Meaning, Reply};
use crate::domain::text::{Internal, Untrusted};
use crate::store::claim::sabotage::Fault;
use crate::store::claim::{Claimed, Intent};

/// The longest that a played answer takes.
const PLAYED: Duration = Duration::from_secs(2);

/// Where requests go.
#[derive(Clone, Debug)]
pub enum Sender {
    /// To the destinations of the configuration.
    Couriers(Couriers),
    /// To destinations that are played: the demo's.
    Scripted(Scripted),
    /// Nowhere; everything is accepted at once, and the job's number is told as soon as its request would leave. For
    /// measuring what the queue itself costs.
    Nowhere(Option<UnboundedSender<i64>>),
}

impl Sender {
    /// Nowhere, and nobody is told.
    pub fn nowhere() -> Self {
        Self::Nowhere(None)
    }

    /// The destinations it reaches, by name; `None` means every one.
    pub(super) fn reaches(&self) -> Option<Vec<String>> {
        match self {
            Self::Couriers(couriers) => Some(couriers.names()),
            Self::Scripted(_) | Self::Nowhere(_) => None,
        }
    }

    /// How long a request to a destination may take.
    pub(super) fn longest(&self, destination: &str) -> Duration {
        match self {
            Self::Couriers(couriers) => couriers.longest(destination),
            Self::Scripted(_) | Self::Nowhere(_) => LONGEST,
        }
    }

    /// Waits for what must not be broken off, whatever became of the request that needed it.
    pub(super) async fn settled(&self) {
        if let Self::Couriers(couriers) = self {
            couriers.settled().await;
        }
    }

    /// Sends what was announced. The only way out takes the announcement itself.
    pub(super) async fn send(&self, intent: &Intent, clock: &Clock) -> Reply {
        let Some(request) = request(intent.job(), intent.content(), intent.n()) else { return unreadable() };
        match self {
            Self::Couriers(couriers) => couriers.send(&request).await,
            // Played or not, the embedded drafter is the real one.
            _ if matches!(request.content.reveal(), Content::Draft(_)) => written(&request),
            Self::Nowhere(told) => {
                if let Some(told) = told {
                    // Whoever measured may be gone already.
                    let _ = told.send(intent.job().number);
                }
                Reply::of(Meaning::Accepted)
            }
            Self::Scripted(scripted) => {
                let (answer, took) = scripted.answer(&request, clock.now());
                pass(clock, took).await;
                classify(request.system(), &answer)
            }
        }
    }

    /// Asks a destination whether it has a request that may have left.
    pub(super) async fn look_up(&self, job: &Claimed, clock: &Clock) -> Found {
        let Some(request) = job.content.as_ref().and_then(|content| request(job, content, 0)) else {
            return Found::CannotTell("what was sent cannot be read any more".to_owned());
        };
        match self {
            Self::Couriers(couriers) => couriers.look_up(&request).await,
            Self::Nowhere(_) => Found::Absent,
            Self::Scripted(scripted) => {
                let (found, took) = scripted.look_up(&request);
                pass(clock, took).await;
                found
            }
        }
    }
}

/// Lets a played answer take its time, on either clock; nobody is made to wait for a whole time-out.
async fn pass(clock: &Clock, time: TimeDelta) {
    clock.advance(time);
    if matches!(clock, Clock::System) {
        sleep(time.to_std().unwrap_or_default().min(PLAYED)).await;
    }
}

/// The request of a job; `None` when what it says was kept by another version of the program.
fn request(job: &Claimed, content: &Internal<String>, n: i64) -> Option<Request> {
    let mut content = Content::from_json(content.reveal()).ok()?;
    let mut idempotency_key = job.idempotency_key.clone();
    if Fault::NoKey.is_on() {
        idempotency_key.push_str(&format!(":{n}"));
        if let Content::Contact(contact) = &mut content {
            contact.external_id.push_str(&format!(":{n}"));
        }
    }
    Some(Request {
        job: job.reference(),
        n,
        destination: job.destination.clone(),
        kind: job.destination_kind.clone(),
        operation: job.operation.clone(),
        idempotency_key,
        content: Internal::new(content),
        since: job.doubtful_since.unwrap_or(job.created_at),
    })
}

fn unreadable() -> Reply {
    let error = "what was to be sent was kept by another version of quotedeck and cannot be read; make it anew";
    Reply {
        meaning: Meaning::Refused,
        status: None,
        error: Some(Untrusted::new(error)),
        retry_after: None,
        remote_id: None,
        made: None,
        spent: None,
    }
}
