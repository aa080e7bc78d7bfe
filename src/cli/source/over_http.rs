//! A test event over the network: a made-up event, signed and marked, goes to the very URL that the provider calls, and so
//! does its forged twin. Of the key in that URL nothing is printed.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::{Client as Http, redirect};
use url::Url;

use crate::cli::Ran;
use crate::cli::desk::Desk;
use crate::cli::print::Printer;
use crate::cli::stop::{SOME, Stop};
use crate::domain::client::Client;
use crate::domain::event::Provider;
use crate::domain::reach::is_loopback;
use crate::domain::source::trial::{SignatureCheck, Trial, Verdict};
use crate::intake::signed::mark::HEADER;
use crate::server::{Reader, key_hash};

/// How long an answer may take.
const LONGEST: Duration = Duration::from_secs(20);
/// Bytes of an answer that are read.
const LOOKED_AT: usize = 64 * 1024;

/// Where a source is called.
struct Place {
    url: Url,
    provider: Provider,
    key: String,
}

impl Place {
    /// Reads a URL as `quotedeck source add` prints it; what is said of a bad one repeats nothing of it.
    fn read(text: &str) -> Result<Self, Stop> {
        let bad = |why: &str| Stop::usage("--url", why, "give it as quotedeck source add printed it: https://…/in/PROVIDER/KEY");
        let url = Url::parse(text.trim()).map_err(|_| bad("this is no URL"))?;
        if !(url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url)) {
            return Err(bad("the key would travel in the open; http:// is for this machine alone"));
        }
        let parts: Vec<&str> = url.path_segments().map(Iterator::collect).unwrap_or_default();
        let [.., "in", provider, key] = parts[..] else { return Err(bad("it ends with no provider and key")) };
        let provider = provider.parse().ok().filter(|provider: &Provider| provider.sends());
        let provider = provider.ok_or_else(|| bad("it names no provider"))?;
        let key = Some(key.to_owned()).filter(|key| !key.is_empty()).ok_or_else(|| bad("it has no key"))?;
        Ok(Self { url, provider, key })
    }

    /// How people call it: without the key.
    fn host(&self) -> String {
        self.url.origin().ascii_serialization()
    }
}

/// `quotedeck source test --url URL`
pub(super) async fn run(
    desk: &Desk,
    (provider, client): (Option<Provider>, Option<&str>),
    url: &str,
    printer: &mut Printer,
) -> Ran {
    let place = Place::read(url)?;
    let hash = key_hash(&place.key);
    let open = desk.store.open_sources().await?;
    let source = open.into_iter().find(|source| source.key_hash == hash && source.provider == place.provider);
    let source = source.ok_or_else(|| {
        let remedy = "it was closed, or it is another database's; quotedeck source add makes a new one";
        Stop::refused("--url", format!("no open source of {} has this key", place.provider), remedy)
    })?;
    let owner = desk.client(&source.client_name).await?;
    let named = match client {
        Some(name) => desk.client(name).await?.id == owner.id,
        None => true,
    };
    if !named || provider.is_some_and(|provider| provider != place.provider) {
        let why = format!("this URL is of {} for {}", place.provider, owner.name);
        return Err(Stop::usage("--url", why, "leave provider and client out, or give its own"));
    }
    // Signatures go by the time, and the door's clock is the database's.
    let at = desk.store.database_now().await?;
    let reader = Reader::new(desk.config.columns.clone(), desk.config.sources.clone());
    let trial = try_out(&reader, &place, &owner, at).await?;
    if printer.json {
        printer.json(&trial)?;
    } else {
        printer.text(&format!("{} for {} at {}: {trial}", place.provider, owner.name, place.host()))?;
    }
    Ok(if trial.is_good() { crate::cli::DONE } else { SOME })
}

async fn try_out(reader: &Reader, place: &Place, client: &Client, at: DateTime<Utc>) -> Result<Trial, Stop> {
    let url = place.url.as_str();
    let (plain, sent) = reader.test_event(place.provider, &client.name, url, at);
    let send = async |headers: Vec<(String, String)>, body: Vec<u8>| {
        let mark = reader.mark(place.provider, &client.name, &place.key, &body, at);
        ask(place, headers, body, mark).await
    };
    let signed = sent.is_some();
    let (headers, body) = sent.map_or_else(|| (Vec::new(), plain), |sent| (sent.headers, sent.body));
    let Verdict { refused, made } = send(headers, body).await?;
    let signature = match refused {
        _ if !signed => SignatureCheck::OnlyTheProvider,
        Some(why) => SignatureCheck::Refused(why),
        None => {
            let twin = reader.forged_event(place.provider, &client.name, url, at);
            let answer = match twin {
                Some(twin) => Some(send(twin.headers, twin.body).await?),
                None => None,
            };
            if answer.is_some_and(|answer| answer.refused.is_some()) { SignatureCheck::Passed } else { SignatureCheck::Open }
        }
    };
    Ok(Trial { signature, made })
}

/// Sends one request; gives back what the front door says of it.
async fn ask(place: &Place, headers: Vec<(String, String)>, body: Vec<u8>, mark: String) -> Result<Verdict, Stop> {
    // Whoever was first has installed the same: the program knows one.
    drop(rustls::crypto::ring::default_provider().install_default());
    let mut http =
        Http::builder().user_agent(concat!("quotedeck/", env!("CARGO_PKG_VERSION"))).redirect(redirect::Policy::none());
    if is_loopback(&place.url) {
        http = http.no_proxy();
    }
    let could_not = |why: String, remedy: &str| Stop::could_not(place.host(), why, remedy);
    let http =
        http.build().map_err(|error| could_not(format!("no TLS can be spoken here: {error}"), "look at its certificates"))?;
    let mut request = http.post(place.url.clone()).timeout(LONGEST).header(HEADER, mark);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let reach = "is quotedeck serve running there, and does the proxy before it pass /in/ on?";
    // The library's words could hold the URL, and the URL holds the key.
    let words = |error: reqwest::Error| {
        let why = if error.is_timeout() {
            "it does not answer in time".to_owned()
        } else {
            format!("it cannot be reached: {}", innermost(&error.without_url()))
        };
        could_not(why, reach)
    };
    let mut answer = request.body(body).send().await.map_err(words)?;
    let status = answer.status();
    let mut read = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(words)? {
        read.extend_from_slice(&part);
        if read.len() > LOOKED_AT {
            break;
        }
    }
    if let Ok(verdict) = serde_json::from_slice::<Verdict>(&read) {
        return Ok(verdict);
    }
    Err(match status.as_u16() {
        401 => could_not(
            "it was refused, and not taken for a test event".to_owned(),
            "has quotedeck serve the same secret for this source as this configuration, and the same database?",
        ),
        429 => could_not("it takes no more from this source now".to_owned(), "try again in a minute"),
        503 => could_not("its database does not answer".to_owned(), "try again in a minute"),
        300..=399 => could_not(
            format!("it sends elsewhere ({status}), and no provider follows"),
            "give the provider the URL that it leads to",
        ),
        _ => could_not(format!("something else answers there ({status})"), reach),
    })
}

/// What an error comes from in the end, in its own words.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("http://deck.example/in/form/K", "the key would travel in the open")]
    #[case("https://deck.example/in/form", "it ends with no provider and key")]
    #[case("https://deck.example/in/fax/K3Y", "it names no provider")]
    #[case("https://deck.example/in/form/", "it has no key")]
    #[case("K3Y", "this is no URL")]
    fn a_bad_url_is_told_without_its_key(#[case] url: &str, #[case] why: &str) {
        let Err(stop) = Place::read(url) else { panic!("{url}") };
        assert!(stop.text.contains(why) && !stop.text.contains("K3Y"), "{}", stop.text);
    }

    #[rstest]
    #[case("https://deck.example/in/twilio-sms/K3Y", "https://deck.example")]
    #[case("http://127.0.0.1:8710/in/twilio-sms/K3Y", "http://127.0.0.1:8710")]
    #[case("https://deck.example/below/in/twilio-sms/K3Y", "https://deck.example")]
    fn a_url_is_read(#[case] url: &str, #[case] host: &str) {
        let place = Place::read(url).unwrap();
        assert_eq!((place.provider, place.key.as_str(), place.host().as_str()), (Provider::TwilioSms, "K3Y", host));
    }
}
