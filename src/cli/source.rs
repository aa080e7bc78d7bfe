//! Sources: a URL for a provider and a client, what came by it, and what was parked read again.

mod over_http;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Ran;
use super::args::SourceCommand;
use super::desk::Desk;
use super::print::Printer;
use super::stop::{SOME, Stop};
use crate::domain::event::Provider;
use crate::domain::failure::Failure;
use crate::domain::id::{Kind, Ref};
use crate::domain::source::figures::{SourceDetail, SourceFigures};
use crate::domain::sync::{Freshness, SyncFigures};
use crate::domain::text::neutralise;
use crate::server::{Reader, key_hash, new_key};
use crate::workflow::arrive::Arrived;
use crate::workflow::arrive::replay::replay as replay_one;

/// `quotedeck source …`
pub(super) async fn run(desk: &Desk, command: &SourceCommand, printer: &mut Printer) -> Ran {
    match command {
        SourceCommand::Add { provider, client } => {
            let client = desk.client(client).await?;
            let key = new_key()?;
            let mut tx = desk.store.begin().await?;
            let number = tx.add_source(&desk.actor(), &client, *provider, &key_hash(&key)).await?;
            tx.commit().await?;
            let serve = &desk.config.serve;
            let scheme = if serve.tls.is_some() { "https" } else { "http" };
            let base = serve.public_url.clone().unwrap_or_else(|| format!("{scheme}://{}", serve.listen));
            let url = format!("{base}/in/{provider}/{key}");
            if printer.json {
                printer.json(
                    &serde_json::json!({ "number": number, "provider": provider.as_str(), "client": client.name, "url": url }),
                )?;
            } else {
                printer.text(&url)?;
                super::print::complain("give this URL to the provider now: it is not kept and cannot be shown again");
            }
        }
        SourceCommand::Close { provider, client } => {
            let client = desk.client(client).await?;
            let mut tx = desk.store.begin().await?;
            let closed = tx.close_sources(&desk.actor(), &client, *provider).await?;
            tx.commit().await?;
            if printer.json {
                printer.json(&serde_json::json!({ "provider": provider.as_str(), "client": client.name, "closed": closed }))?;
            } else {
                printer.text(&format!("{provider} for {}: {closed} closed", client.name))?;
            }
        }
        SourceCommand::Test { provider, client, url: Some(url) } => {
            let url = if url == "-" { one_line()? } else { url.clone() };
            return over_http::run(desk, (*provider, client.as_deref()), &url, printer).await;
        }
        SourceCommand::Test { provider, client, url: None } => {
            let (Some(provider), Some(client)) = (provider, client) else {
                return Err(Stop::usage("source test", "it needs a provider and --client", "or give --url"));
            };
            let client = desk.client(client).await?;
            let reader = Reader::new(desk.config.columns.clone(), desk.config.sources.clone());
            let trial = reader.try_out(*provider, &client, desk.store.clock.now());
            if printer.json {
                printer.json(&trial)?;
            } else {
                printer.text(&format!("{provider} for {}: {trial}", client.name))?;
            }
            return Ok(if trial.is_good() { super::DONE } else { SOME });
        }
        SourceCommand::Replay { payloads, provider, client } => {
            return replay(desk, payloads, *provider, client.as_deref(), printer).await;
        }
    }
    Ok(super::DONE)
}

/// The first line of what comes in, so that a URL need not stand in the list of processes.
fn one_line() -> Result<String, Stop> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| Stop::could_not("--url -", error, "give the URL on standard input"))?;
    Ok(line)
}

/// `quotedeck source replay`
async fn replay(desk: &Desk, payloads: &[Ref], provider: Option<Provider>, client: Option<&str>, printer: &mut Printer) -> Ran {
    if let Some(other) = payloads.iter().find(|payload| payload.kind != Kind::Payload) {
        return Err(Stop::usage(other, "it is no payload", "write one as W-12; quotedeck tasks shows which are parked"));
    }
    let mut numbers: Vec<i64> = payloads.iter().map(|payload| payload.number).collect();
    if let (Some(provider), Some(client)) = (provider, client) {
        numbers = desk.store.parked_numbers(desk.client(client).await?.id, provider).await?;
    }
    let reader = Reader::new(desk.config.columns.clone(), desk.config.sources.clone());
    let mut status = super::DONE;
    for number in numbers {
        let payload = Ref::new(Kind::Payload, number);
        let read = |parked: &_, client: &_| reader.read_again(parked, client);
        let told = match replay_one(&desk.store, &desk.me, number, &read).await {
            Ok(Arrived::Recorded { event, lead }) => {
                serde_json::json!({ "payload": payload, "outcome": "recorded", "event": event, "lead": lead })
            }
            Ok(other) => {
                status = SOME;
                serde_json::json!({ "payload": payload, "outcome": "duplicate", "with": other })
            }
            Err(failure @ (Failure::Refused { .. } | Failure::NotFound(_))) => {
                status = SOME;
                serde_json::json!({ "payload": payload, "outcome": "parked", "reason": failure.to_string() })
            }
            Err(failure) => return Err(failure.into()),
        };
        printer.json_line(&told)?;
    }
    Ok(status)
}

/// A source with what is looked up of it alone.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    source: &'a SourceFigures,
    detail: SourceDetail,
}

/// `fresh, until 12m ago`; what is stale says since when, and why.
fn fresh(sync: &SyncFigures, now: DateTime<Utc>) -> String {
    let since = match sync.freshness {
        Freshness::Fresh | Freshness::Late => format!("until {}", ago(now - sync.complete_until)),
        Freshness::Stale => format!("since {}", ago(now - sync.stale_since)),
    };
    let trouble = sync.trouble.as_deref().map(|trouble| format!(": {}", neutralise(trouble))).unwrap_or_default();
    format!("{} {since}{trouble}", sync.freshness)
}

/// `silent for 3d, 30h is the most: …`; nothing while it is heard.
fn silent(source: &SourceFigures, now: DateTime<Utc>) -> Option<String> {
    let silence = source.silence.as_ref().filter(|silence| silence.stale)?;
    let heard = silence.heard_at.map_or_else(|| "never heard".to_owned(), |at| format!("silent since {}", ago(now - at)));
    let most = humantime::format_duration(silence.allowed.to_std().unwrap_or_default());
    Some(format!("stale: {heard}, {most} is the most: {}", source.silence_advice()))
}

/// What is said of freshness: of what it sends, and of what is fetched.
fn freshness(source: &SourceFigures, now: DateTime<Utc>) -> String {
    let fetched = source.sync.as_ref().map(|sync| format!("fetched: {}", fresh(sync, now)));
    let heard = match &source.silence {
        Some(silence) if !silence.stale && fetched.is_none() => Some("fresh".to_owned()),
        _ => silent(source, now),
    };
    heard.into_iter().chain(fetched).collect::<Vec<_>>().join("; ")
}

/// `quotedeck sources`
pub(super) async fn list(desk: &Desk, printer: &mut Printer) -> Ran {
    let figures = desk.store.source_figures(&desk.me).await?;
    let mut all = Vec::new();
    for source in &figures {
        let detail = desk.store.source_detail(&desk.me, source.client_id, source.provider).await?;
        all.push(Told { source, detail });
    }
    if printer.json {
        printer.json(&all)?;
        return Ok(super::DONE);
    }
    let now = desk.store.clock.now();
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|Told { source, detail }| {
            let last = source.last_at.map_or_else(|| "never".to_owned(), |at| ago(now - at));
            let refused = source.refused.iter().map(|one| format!("{} {}", one.reason, one.count)).collect::<Vec<_>>().join(", ");
            vec![
                source.client.clone(),
                source.provider.to_string(),
                source.urls.to_string(),
                last,
                source.hour.to_string(),
                source.day.to_string(),
                source.waiting.to_string(),
                source.parked.to_string(),
                detail.percent().map_or_else(String::new, |percent| format!("{percent}%")),
                freshness(source, now),
                refused,
            ]
        })
        .collect();
    let heads = ["client", "provider", "urls>", "last", "1 h>", "24 h>", "waiting>", "parked>", "told>", "fresh", "turned away"];
    super::table::print(printer, &heads, &rows, super::table::BRIEF)?;
    Ok(super::DONE)
}

/// `12m ago`, in the largest unit that is whole.
fn ago(passed: chrono::TimeDelta) -> String {
    let seconds = passed.num_seconds().max(0);
    match seconds {
        0..120 => format!("{seconds}s ago"),
        120..7_200 => format!("{}m ago", seconds / 60),
        7_200..172_800 => format!("{}h ago", seconds / 3_600),
        _ => format!("{}d ago", seconds / 86_400),
    }
}
