//! What comes in at the front door, and what destinations answer.

use chrono::{DateTime, Utc};
use quotedeck::delivery::{Answer, Step, classify, read_page};
use quotedeck::domain::content::Content;
use quotedeck::domain::destination::{Secret, System};
use quotedeck::domain::duplicate::traits_of;
use quotedeck::domain::event::{Columns, Normalised, Provider};
use quotedeck::domain::known::in_payload;
use quotedeck::domain::leave::Links;
use quotedeck::domain::reply::{Brought, Meaning};
use quotedeck::domain::source::SourceSetting;
use quotedeck::domain::sync::{Fetch, MOST_KEPT, MOST_NAMED, MOST_PAGES, Still};
use quotedeck::domain::text::Internal;
use quotedeck::intake::signed::{self, Request, mark};
use quotedeck::intake::{Item, Settings, read};
use strum::VariantArray as _;

use super::{gist, shape};
use crate::seeds;

/// Items whose laws are looked at: of a long file the first say what the rest would.
const LOOKED_AT: usize = 4;

fn columns(pairs: &[(&str, &str)]) -> Columns {
    let mut columns = Columns::default();
    for (field, place) in pairs {
        columns.0.insert((*field).into(), (*place).into());
    }
    columns
}

/// A payload of a provider: what is read once is read the same a second time, and has a key.
pub(super) fn payload(provider: Provider, bytes: &[u8]) -> u64 {
    let fields = [("phone", "who.cell"), ("name", "who.name"), ("key", "id"), ("email", "mail"), ("kind", "=quote_requested")];
    let settings = Settings {
        region: "US".into(),
        columns: columns(&[]),
        fields: columns(&fields),
        honeypot: Some("fax".into()),
        received_at: DateTime::<Utc>::from_timestamp(1_800_000_000, 0).unwrap_or_default(),
    };
    let items = read(provider, bytes, &settings);
    let shapes: Vec<String> = items.iter().take(LOOKED_AT).map(|item| looked_at(provider, item, &settings)).collect();
    shape(&(shapes, items.len().min(LOOKED_AT)))
}

fn looked_at(provider: Provider, item: &Item, settings: &Settings) -> String {
    let told = match &item.outcome {
        Ok(Normalised::Event(event)) => {
            assert!(!event.natural_key.is_empty(), "it has no key");
            let traits = traits_of(event);
            let there =
                [event.contact.phone.is_some(), event.contact.email.is_some(), event.value.is_some(), event.words.is_some()];
            let more = [event.thread_key.is_some(), event.reached.is_some(), event.seen.bad_phone, traits.street_key.is_some()];
            format!("{} {there:?} {more:?} {} {}", event.kind, event.urgency.as_str(), event.unknown_fields.len().min(3))
        }
        Ok(Normalised::Parked { reason, natural_key } | Normalised::SetAside { reason, natural_key }) => {
            assert!(!natural_key.is_empty(), "it has no key");
            gist(reason)
        }
        Err(rejected) => return gist(&rejected.reason),
    };
    let again = read(provider, &item.body, settings);
    assert!(again.len() == 1 && again[0].outcome == item.outcome, "read again it is another payload");
    told
}

/// A request: method, URL, headers, an empty line, the body. What passes with one secret passes with no other, and with
/// no other body where the signature is over all of it.
pub(super) fn request(provider: Provider, bytes: &[u8]) -> u64 {
    let end = bytes.windows(2).position(|two| two == b"\n\n").unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..end]);
    let mut lines = head.lines();
    let (method, url) = lines.next().and_then(|line| line.split_once(' ')).unwrap_or(("POST", "https://deck.example/in"));
    let headers: Vec<(String, String)> =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let body = bytes.get(end + 2..).unwrap_or_default();
    let (secret, at) = seeds::secret(provider);
    let request = Request { method, url, headers: &headers, body, at };
    let mut setting = SourceSetting::new(provider);
    setting.secrets = signed::secrets(&[secret]);
    let told = signed::verify(&setting, &request);
    let signs_all = matches!(
        provider,
        Provider::Callrail | Provider::Quickbooks | Provider::Hubspot | Provider::Sendgrid | Provider::Event | Provider::Webhook
    );
    if told.is_ok() && signs_all && !body.is_empty() {
        let mut other = body.to_vec();
        let at = shape(&body) as usize % other.len();
        other[at] ^= 1;
        assert!(signed::verify(&setting, &Request { body: &other, ..request }).is_err(), "another body passed");
    }
    // No such request says by itself that it is a test; one that we mark does, with that key and secret alone.
    assert!(mark::verify(&setting, "K", &request).is_err(), "a mark that nobody made passed");
    let marked = [(mark::HEADER.to_owned(), mark::mark(&setting, "K", body, at))];
    let marked = Request { headers: &marked, ..request };
    assert!(mark::verify(&setting, "K", &marked).is_ok() && mark::verify(&setting, "L", &marked).is_err(), "the mark of one key");
    setting.secrets = signed::secrets(&["whsec_b3RoZXI="]);
    assert!(mark::verify(&setting, "K", &marked).is_err(), "it is marked with a secret that is not its own");
    assert!(signed::verify(&setting, &request).is_err(), "it passed with a secret that is not its own");
    shape(&(told.as_ref().map(|passed| passed.delivery.is_some()).map_err(|why| why.as_str()), headers.len().min(6)))
}

/// A token of a link by which a person leaves a client's mail: one that reads was made by us, and is made again the same.
pub(super) fn token(told: &str) -> u64 {
    let key = Secret::new(seeds::LINK_KEY);
    let links = Links::new("https://deck.example", &key);
    let read = links.as_ref().and_then(|links| links.read(told));
    if let (Some(links), Some(leaving)) = (&links, &read) {
        assert!(links.link(leaving).ends_with(told), "a token reads that we would not make");
    }
    shape(&(read.is_some(), told.split('.').count().min(4), told.len().min(700) / 50))
}

/// Values of a stored payload that must not leave.
pub(super) fn values(told: &str) -> u64 {
    let mut kinds: Vec<_> = in_payload(told).iter().map(|known| known.kind.as_str()).collect();
    kinds.dedup();
    kinds.truncate(8);
    shape(&kinds)
}

/// What a destination answered: the status in the first line, then the body.
pub(super) fn answered(told: &str) -> u64 {
    let (status, body) = told.split_once('\n').unwrap_or(("200", told));
    let status: u16 = status.trim().parse().unwrap_or(200);
    let http = Answer::Http { status, retry_after: None, body: body.to_owned() };
    let smtp = Answer::Smtp { step: Step::Recipient, code: status, text: body.to_owned() };
    let told: Vec<String> = System::VARIANTS
        .iter()
        .flat_map(|&system| [classify(system, &http), classify(system, &smtp)])
        .map(|reply| format!("{:?} {} {}", reply.meaning, reply.remote_id.is_some(), reply.made.is_some()))
        .collect();
    shape(&told)
}

/// Pages of providers' lists: the first line says the list, how many pages the round had, and the status; then the body.
/// Whatever comes, the round goes on to a page that reads back from the queue, names no more than it may, and ends.
pub(super) fn page(told: &str) -> u64 {
    let (head, body) = told.split_once('\n').unwrap_or(("", told));
    let mut numbers = head.split_whitespace().map(|word| word.parse::<i64>().unwrap_or_default());
    let (list, had, status) = (numbers.next().unwrap_or(0).clamp(0, 3), numbers.next().unwrap_or(1), numbers.next().unwrap_or(200));
    let until = DateTime::<Utc>::from_timestamp(1_800_000_000, 0).unwrap_or_default();
    let still = Still {
        leads: vec!["5".into(), "7".into()],
        threads: vec!["5".into(), "6".into()],
        before: (had % 2 == 0).then_some(until),
        ..Still::default()
    };
    let answer = Answer::Http { status: u16::try_from(status).unwrap_or(200), retry_after: None, body: body.to_owned() };
    let mut shapes = Vec::new();
    for provider in [Provider::Callrail, Provider::SearchConsole, Provider::Thumbtack] {
        let fetch = Fetch {
            provider,
            scope: "1".into(),
            from: until - chrono::TimeDelta::days(7),
            until,
            page: had.clamp(1, MOST_PAGES),
            list,
            at: had.clamp(1, MOST_PAGES),
            round: 1,
            still: if provider == Provider::Thumbtack { still.clone() } else { Still::default() },
        };
        let reply = read_page(&fetch, &answer);
        let made = reply.made.as_ref().map(Internal::reveal);
        let Some(Brought::Page(page)) = made else {
            assert!(reply.meaning != Meaning::Accepted, "it is accepted, and brought nothing");
            shapes.push(format!("{:?}", reply.meaning));
            continue;
        };
        let missing = &page.still.missing;
        assert!(page.still.leads.len() <= MOST_NAMED && page.still.threads.len() <= MOST_KEPT, "it names too many");
        assert!(missing.leads.len() <= MOST_KEPT && missing.threads.len() <= MOST_KEPT, "it keeps too many");
        let fit = |id: &String| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        assert!([&page.still.leads, &page.still.threads, &missing.leads, &missing.threads].into_iter().flatten().all(fit), "an id would leave its path");
        let next = fetch.after(page, until);
        // Thumbtack's own list is the first page of a round; what it names ends by the count of pages.
        let by_name = provider == Provider::Thumbtack && (1..=2).contains(&list);
        assert!(next.is_none() || fetch.page < MOST_PAGES || !by_name, "the round has no end");
        if let Some(next) = &next {
            let content = Content::Fetch(next.clone());
            let again = content.to_json().and_then(|json| Content::from_json(&json));
            assert!(again.is_ok_and(|again| again == content), "written, it reads otherwise");
        }
        let seen = [page.payloads.is_empty(), page.figures.is_empty(), page.more, page.still.told.is_empty()];
        shapes.push(format!("{seen:?} {} {}", page.still.before.is_some(), next.is_some()));
    }
    shape(&shapes)
}

/// What is to be sent, as it is stored: what reads is written the same.
pub(super) fn content(told: &str) -> u64 {
    let content = Content::from_json(told);
    if let Ok(content) = &content {
        let again = content.to_json().and_then(|json| Content::from_json(&json));
        assert!(again.is_ok_and(|again| again == *content), "written, it reads otherwise");
    }
    shape(&content.map_err(|error| gist(&error.to_string())).map(|content| std::mem::discriminant(&content)))
}
