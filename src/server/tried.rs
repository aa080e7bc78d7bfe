//! A test event that came in over the network: checked as a genuine one is, answered with what would have become of it, and
//! nothing of it is kept but an entry in the journal.

use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{self, HeaderValue};
use hyper::{Response, StatusCode};
use tokio::time::timeout;

use super::answer::{Answer, again, refusal};
use super::door::Door;
use crate::domain::actor::Actor;
use crate::domain::failure::Failure;
use crate::domain::id::Kind;
use crate::domain::source::trial::{Made, Verdict};
use crate::domain::source::{Refusal, Source, SourceSetting};
use crate::intake::signed::{self, Request, mark};
use crate::store::journal::About;

/// How long the entry may take.
const LONGEST: Duration = Duration::from_secs(10);

/// Answers a request that says it is a test event.
///
/// # Errors
/// Its mark is forged or late, or the source sends too fast: then it is turned away like any other, and told nothing.
pub(super) async fn answer(
    door: &Door,
    source: &Source,
    setting: &SourceSetting,
    key: &str,
    request: &Request<'_>,
) -> Result<(Answer, &'static str), Refusal> {
    mark::verify(setting, key, request)?;
    if !door.admits(source) {
        return Err(Refusal::TooFast);
    }
    let refused = signed::verify(setting, request).err();
    match timeout(LONGEST, look(door, source, request, refused)).await {
        Ok(Ok(verdict)) => Ok((told(&verdict), "tested")),
        failed => {
            if let Ok(Err(error)) = failed {
                tracing::warn!(%error, "a test event could not be looked at");
            }
            Ok((again(StatusCode::SERVICE_UNAVAILABLE, "it could not be kept; send it again\n"), "not_kept"))
        }
    }
}

/// What would become of it; the entry stands in the journal before anybody is told.
async fn look(door: &Door, source: &Source, request: &Request<'_>, refused: Option<Refusal>) -> Result<Verdict, Failure> {
    let mut tx = door.store.begin().await?;
    let client = tx.client(source.client).await?.ok_or_else(|| Failure::NotFound("the client of a source".to_owned()))?;
    let made = door.reader.made(source.provider, &client, request.body.to_vec(), request.at);
    let verdict = Verdict { refused, made };
    // Nothing of the body: who has the secret can write anything there.
    let detail = match (refused, &verdict.made) {
        (Some(why), _) => format!("{}: a genuine one would be turned away ({why})", source.provider),
        (None, Made::Event { kind, .. }) => format!("{}: a genuine one would be a {kind}", source.provider),
        (None, Made::Parked(_)) => format!("{}: a genuine one would be parked", source.provider),
        (None, Made::Rejected(_)) => format!("{}: a genuine one would be rejected", source.provider),
    };
    let about = About { verb: "source.test", kind: Kind::Client, subject: client.id.0, lead: None, detail: &detail };
    tx.journal(&Actor::Intake, about).await?;
    tx.commit().await?;
    Ok(verdict)
}

/// The status is the one that a genuine request would get.
fn told(verdict: &Verdict) -> Answer {
    let status = verdict.refused.map_or(StatusCode::OK, |why| refusal(why).status());
    let body = serde_json::to_vec(verdict).unwrap_or_default();
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
