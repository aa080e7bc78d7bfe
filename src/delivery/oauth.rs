//! Access tokens by OAuth 2.0: had for a refresh token, held in memory until they expire, and never written down.
//!
//! The request is RFC 6749, section 6: `grant_type=refresh_token`, the app named by HTTP Basic (section 2.3.1), which
//! Intuit's and Google's token endpoints both take. The answer has `access_token`, `expires_in` and, where the system gives
//! another one (Intuit, after a day at most), `refresh_token`; that one is kept before the access token is used (`keep`).
//! A refusal is 400 with `{"error": "invalid_grant"}` (section 5.2): nothing helps but that somebody connects the account anew.
//! Thumbtack's endpoint wants `token_type=REFRESH` beside it, and takes each refresh token once.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use form_urlencoded::{Serializer, byte_serialize};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;

use super::http::{Call, Http, LOOKED_AT, Method};
use super::{Answer, LONGEST_WAIT, Received, reply};
use crate::domain::destination::{Grant, Refresh, Secret, System};
use crate::domain::job::DeliveryMode;
use crate::domain::reach::{Reach, reach};
use crate::domain::reply::{Meaning, Reply};

mod keep;

use keep::NotOpened;

/// A token is not used in its last minute: it could expire on its way.
const SPARE: Duration = Duration::from_mins(1);
/// How long a token is held whose life nobody told.
const UNTOLD: Duration = Duration::from_mins(5);
/// The longest that one is held, whatever was told.
const LONGEST: Duration = Duration::from_hours(24);

/// What gives access tokens for one destination. No `Debug`: it holds secrets.
pub(super) struct Tokens {
    endpoint: Arc<Endpoint>,
    /// In the hands of a refresh as long as it lasts.
    held: Arc<Mutex<Option<Held>>>,
}

/// Where they are asked for, and by what.
struct Endpoint {
    http: Http,
    grant: Grant,
    /// What the form has beside the standard's fields.
    extra: Option<(&'static str, &'static str)>,
}

struct Held {
    token: Secret,
    until: Instant,
}

/// What the endpoint gave. No `Debug`: it holds secrets.
#[derive(Deserialize)]
struct Given {
    access_token: String,
    /// A number by the standard; some write it as text. Whatever it is, a token is not lost over it.
    expires_in: Option<Value>,
    refresh_token: Option<String>,
}

impl Given {
    /// How long the access token is good for.
    fn life(&self) -> Duration {
        let seconds = self.expires_in.as_ref().and_then(|told| told.as_u64().or_else(|| told.as_str()?.trim().parse().ok()));
        seconds.map_or(UNTOLD, Duration::from_secs).min(LONGEST)
    }

    /// Another refresh token, where it gave one: an empty word is none, and must not take the place of one.
    fn next(&self) -> Option<&str> {
        self.refresh_token.as_deref().filter(|token| usable(token))
    }
}

impl Tokens {
    /// What gives tokens for a grant; nothing is asked yet.
    ///
    /// # Errors
    /// Why it never could.
    pub(super) fn new(system: System, grant: &Grant) -> Result<Self, String> {
        let Ok(Reach::Http(url)) = reach(system, &grant.token_url) else {
            return Err("token_url: this is no URL that tokens could be had from; write https://…".to_owned());
        };
        let extra = (system == System::Thumbtack).then_some(("token_type", "REFRESH"));
        let endpoint = Arc::new(Endpoint { http: http(url)?, grant: grant.clone(), extra });
        Ok(Self { endpoint, held: Arc::default() })
    }

    /// Why there is no refresh token, as far as that is known without asking.
    pub(super) fn trouble(&self) -> Option<String> {
        match &self.endpoint.grant.refresh {
            Refresh::File(path) => keep::read(path).err(),
            Refresh::Given(_) => None,
            Refresh::Missing(why) => Some(why.clone()),
        }
    }

    /// An access token that is good for now.
    ///
    /// # Errors
    /// What asking for one came to: the request that needs it was not made.
    pub(super) async fn access(&self, app: &Secret, until: Instant) -> Result<Secret, Box<Reply>> {
        // Whoever needs one meanwhile waits, and has the same.
        let mut held = Arc::clone(&self.held).lock_owned().await;
        if let Some(held) = held.as_ref().filter(|held| held.until > Instant::now()) {
            return Ok(held.token.clone());
        }
        let (endpoint, app) = (Arc::clone(&self.endpoint), app.clone());
        // It goes on when the request that needs the token is given up: an answer may hold the only refresh token there is.
        let refreshing = tokio::spawn(async move {
            let fresh = endpoint.refresh(&app, until).await?;
            let token = fresh.token.clone();
            *held = Some(fresh);
            Ok(token)
        });
        refreshing.await.unwrap_or_else(|_| Err(broken("no access token: asking for one was broken off")))
    }

    /// Waits for a refresh that is under way.
    pub(super) async fn settled(&self) {
        drop(self.held.lock().await);
    }

    /// A token was not taken although its time is not over: it is not used again.
    pub(super) async fn forget(&self, token: &Secret) {
        let mut held = self.held.lock().await;
        if held.as_ref().is_some_and(|held| held.token == *token) {
            *held = None;
        }
    }
}

impl Endpoint {
    async fn refresh(&self, app: &Secret, until: Instant) -> Result<Held, Box<Reply>> {
        // Between reading the token and writing the next one nobody else on this machine may use it.
        let (token, place) = match &self.grant.refresh {
            Refresh::Missing(why) => return Err(locked_out(why)),
            Refresh::Given(token) => (token.clone(), None),
            Refresh::File(path) => {
                let place = keep::Place::open(path, until).await.map_err(|failed| match failed {
                    NotOpened::Taken(why) => broken(&why),
                    NotOpened::Unfit(why) => locked_out(&why),
                })?;
                (place.token().map_err(|why| locked_out(&why))?, Some(place))
            }
        };
        // Found out before anything is asked: another token that cannot be kept would be lost.
        let spare = place.as_ref().map(keep::Place::spare).transpose().map_err(|why| locked_out(&why))?;
        let asked = Instant::now();
        let answer = self.http.exchange(self.call(app, &token), LOOKED_AT, until).await;
        let given = read(&answer, &self.place())?;
        if let (Some(next), Some(place), Some(spare)) = (given.next(), place, spare)
            && next != token.reveal()
        {
            // The one that is there may be good no more: somebody has to see to it before anything else is asked (C11).
            place.keep(spare, next).map_err(|why| locked_out(&why))?;
        }
        Ok(Held { token: Secret::new(&given.access_token), until: asked + given.life().saturating_sub(SPARE) })
    }

    /// Where the refresh token is, as people find it.
    fn place(&self) -> String {
        match &self.grant.refresh {
            Refresh::File(path) => path.display().to_string(),
            Refresh::Given(_) | Refresh::Missing(_) => {
                "the variable that refresh_env names, and start the worker again".to_owned()
            }
        }
    }

    fn call(&self, app: &Secret, token: &Secret) -> Call {
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let basic = STANDARD.encode(format!("{}:{}", encoded(&self.grant.client_id), encoded(app.reveal())));
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "refresh_token").append_pair("refresh_token", token.reveal());
        form.extend_pairs(self.extra);
        Call {
            method: Method::Post,
            path: String::new(),
            headers: vec![
                ("authorization", format!("Basic {basic}")),
                ("content-type", "application/x-www-form-urlencoded".to_owned()),
                ("accept", "application/json".to_owned()),
            ],
            body: form.finish(),
        }
    }
}

fn http(url: Url) -> Result<Http, String> {
    Http::new(url, DeliveryMode::Keyed, Vec::new())
}

/// What the token endpoint's answer gives. Its words are not repeated: an answer that echoes the request holds the secret.
fn read(answer: &Answer, place: &str) -> Result<Given, Box<Reply>> {
    let (status, retry_after, body) = match answer {
        Answer::Http { status, retry_after, body } => (*status, *retry_after, body),
        // The request that needs the token never left.
        Answer::NoConnection(why) | Answer::NoAnswer(why) => {
            return Err(failed(Meaning::NotReached, &format!("no access token: {why}")));
        }
        Answer::NoSecret(why) | Answer::Unfit(why) => return Err(locked_out(why)),
        Answer::Done | Answer::Smtp { .. } => return Err(broken("no access token: it was not asked for")),
    };
    let received = Received { status, retry_after, body };
    if status == 200 {
        let given = serde_json::from_str::<Given>(body).ok().filter(|given| usable(&given.access_token));
        return given.ok_or_else(|| broken("the token endpoint answered 200 with something that is no token; check token_url"));
    }
    let error = received.json().and_then(|json| json.get("error")?.as_str().map(str::to_owned)).unwrap_or_default();
    match (error.as_str(), received.by_status()) {
        ("invalid_grant", _) => {
            let why = "its refresh token is refused (invalid_grant): it expired, was revoked, or is not the last one";
            Err(locked_out(&format!("{why}; connect the account anew and put the new token into {place}")))
        }
        ("invalid_client" | "unauthorized_client", _) => {
            Err(locked_out(&format!("the app is refused ({error}); check client_id and the secret of the app")))
        }
        (_, Meaning::LockedOut | Meaning::Refused | Meaning::Accepted) => Err(locked_out(&format!(
            "no access token: the token endpoint answered {status}; check token_url, client_id and the secret"
        ))),
        (_, Meaning::Busy) => {
            let wait = retry_after.map(|seconds| chrono::TimeDelta::seconds(seconds.clamp(0, LONGEST_WAIT)));
            let why = format!("no access token: the token endpoint answered {status}");
            Err(Box::new(Reply { retry_after: wait, ..reply(Meaning::Busy, None, Some(why)) }))
        }
        (_, Meaning::Broken | Meaning::Silent | Meaning::NotReached) => {
            Err(broken(&format!("no access token: the token endpoint answered {status}")))
        }
    }
}

/// A token that can travel in a header.
fn usable(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

fn locked_out(why: &str) -> Box<Reply> {
    failed(Meaning::LockedOut, why)
}

fn broken(why: &str) -> Box<Reply> {
    failed(Meaning::Broken, why)
}

fn failed(meaning: Meaning, why: &str) -> Box<Reply> {
    Box::new(reply(meaning, None, Some(why.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::hint::Remedy;
    use crate::domain::hint::tests::hint_of;
    use rstest::rstest;

    fn answered(status: u16, body: &str) -> Result<Given, Box<Reply>> {
        read(&Answer::Http { status, retry_after: Some(30), body: body.to_owned() }, "/run/token")
    }

    #[test]
    fn a_token_is_asked_for_as_the_standard_has_it() {
        let grant = Grant {
            client_id: "app 1".into(),
            token_url: "https://tokens.example/v1/bearer".into(),
            refresh: Refresh::Given(Secret::new("r+1")),
        };
        let tokens = Tokens::new(System::SearchConsole, &grant).unwrap();
        let call = tokens.endpoint.call(&Secret::new("s:1"), &Secret::new("r+1"));
        assert_eq!(call.body, "grant_type=refresh_token&refresh_token=r%2B1");
        let thumbtack = Tokens::new(System::Thumbtack, &grant).unwrap().endpoint.call(&Secret::new("s"), &Secret::new("r1"));
        assert_eq!(thumbtack.body, "grant_type=refresh_token&refresh_token=r1&token_type=REFRESH");
        // `app+1:s%3A1`: both are encoded as forms are, before they are named.
        assert_eq!(call.headers[0], ("authorization", "Basic YXBwKzE6cyUzQTE=".to_owned()));
        assert_eq!(tokens.endpoint.http.place("").unwrap().as_str(), "https://tokens.example/v1/bearer");
    }

    #[test]
    fn a_token_comes_with_its_life_and_perhaps_another_refresh_token() {
        let given = answered(200, r#"{"access_token":"a1","expires_in":3600,"token_type":"bearer","refresh_token":"r2"}"#);
        let given = given.unwrap_or_else(|_| panic!());
        assert_eq!((given.access_token.as_str(), given.life(), given.next()), ("a1", Duration::from_hours(1), Some("r2")));
    }

    #[rstest]
    #[case(r#"{"access_token":"a1"}"#, UNTOLD)]
    #[case(r#"{"access_token":"a1","expires_in":"3600"}"#, Duration::from_hours(1))]
    #[case(r#"{"access_token":"a1","expires_in":3600.5,"refresh_token":""}"#, UNTOLD)]
    #[case(r#"{"access_token":"a1","expires_in":-1,"refresh_token":null}"#, UNTOLD)]
    #[case(r#"{"access_token":"a1","expires_in":18446744073709551615,"refresh_token":"r\n2"}"#, LONGEST)]
    fn an_odd_answer_loses_no_token_and_puts_none_in_its_place(#[case] body: &str, #[case] life: Duration) {
        let given = answered(200, body).unwrap_or_else(|_| panic!());
        assert_eq!((given.access_token.as_str(), given.life(), given.next()), ("a1", life, None));
    }

    #[tokio::test]
    async fn a_place_that_is_not_there_stops_the_destination() {
        let folder = tempfile::tempdir().unwrap();
        let grant = Grant {
            client_id: "app".into(),
            token_url: "http://127.0.0.1:1/token".into(),
            refresh: Refresh::File(folder.path().join("none")),
        };
        let tokens = Tokens::new(System::Quickbooks, &grant).unwrap();
        let until = Instant::now() + Duration::from_secs(5);
        let Err(reply) = tokens.access(&Secret::new("s"), until).await else { panic!("a token was had") };
        assert_eq!(reply.meaning, Meaning::LockedOut);
    }

    #[rstest]
    #[case(
        400,
        r#"{"error":"invalid_grant","error_description":"hunter2"}"#,
        Meaning::LockedOut,
        "put the new token into /run/token"
    )]
    #[case(400, r#"{"error":"invalid_client"}"#, Meaning::LockedOut, "check client_id")]
    #[case(401, "hunter2", Meaning::LockedOut, "the token endpoint answered 401")]
    #[case(404, "hunter2", Meaning::LockedOut, "check token_url")]
    #[case(302, "", Meaning::LockedOut, "check token_url")]
    #[case(429, "hunter2", Meaning::Busy, "answered 429")]
    #[case(503, "hunter2", Meaning::Broken, "answered 503")]
    #[case(502, "", Meaning::Broken, "answered 502")]
    #[case(200, "<html>hunter2", Meaning::Broken, "something that is no token")]
    #[case(200, "", Meaning::Broken, "something that is no token")]
    #[case(200, r#"{"access_token":""}"#, Meaning::Broken, "something that is no token")]
    #[case(200, r#"{"access_token":"a\r\nx: y"}"#, Meaning::Broken, "something that is no token")]
    fn what_gives_no_token_says_what_to_do(
        #[case] status: u16,
        #[case] body: &str,
        #[case] meaning: Meaning,
        #[case] said: &str,
    ) {
        let Err(reply) = answered(status, body) else { panic!("a token was had") };
        let error = reply.error.as_ref().map_or("", |error| error.raw());
        assert!(error.contains(said) && !error.contains("hunter2"), "{error}");
        // It is no answer of the destination's: without a status it stands for itself.
        assert_eq!((reply.meaning, reply.status), (meaning, None));
        assert_eq!(reply.retry_after.is_some(), meaning == Meaning::Busy);
    }

    #[rstest]
    #[case(400, r#"{"error":"invalid_grant"}"#, "the refresh token expired or was revoked", Remedy::Resume)]
    #[case(400, r#"{"error":"invalid_client"}"#, "our app is not known", Remedy::Resume)]
    #[case(404, "", "our app is not known", Remedy::Resume)]
    #[case(200, "", "our app is not known", Remedy::Resume)]
    #[case(429, "", "gives no access token", Remedy::Wait)]
    #[case(503, "", "gives no access token", Remedy::Wait)]
    fn what_gives_no_token_is_known_at_the_desk(
        #[case] status: u16,
        #[case] body: &str,
        #[case] says: &str,
        #[case] remedy: Remedy,
    ) {
        let Err(reply) = answered(status, body) else { panic!("a token was had") };
        let hint = hint_of("source", reply.status, reply.error.as_ref().map_or("", |error| error.raw()));
        assert!(hint.to_string().contains(says), "{hint}");
        assert_eq!(hint.remedy, remedy, "{hint}");
    }
}
