//! All destinations of the configuration, each with its way out: takes a request there, and brings back what it means.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::{Instant, timeout_at};

use super::http::{Call, Http, LATE, LOOKED_AT};
use super::mail::Post;
use super::oauth::Tokens;
use super::webhook::Key;
use super::{
    Answer, Received, Request, callrail, chat, classify, hubspot, quickbooks, read_page, search_console, smtp, thumbtack, twilio,
    webhook,
};
use crate::domain::content::{Content, Message};
use crate::domain::destination::{ANSWERS_WITHIN, Secret, Setting, System};
use crate::domain::outline;
use crate::domain::reach::{Reach, reach};
use crate::domain::reply::{Brought, Found, Meaning, Reply};
use crate::domain::sync::Fetch;
use crate::domain::text::Internal;

/// No request takes longer where its destination is not given more, from its first byte to the last one that is read.
pub const LONGEST: Duration = Duration::from_secs(ANSWERS_WITHIN as u64);
/// What is kept of that for giving up in order: the innermost clock knows best what was reached.
const SPARE: Duration = Duration::from_millis(500);

/// The destinations that can be sent to.
#[derive(Clone)]
pub struct Couriers(Arc<BTreeMap<String, Courier>>);

/// A destination and its way out.
struct Courier {
    setting: Setting,
    way: Way,
    /// What gives access tokens, where it lets in by them.
    tokens: Option<Tokens>,
    /// How a chat endpoint was last asked with success: to know it spares two refusals for each draft.
    manner: Mutex<chat::Manner>,
}

/// The request for a page of a list, let in by a token.
type Ask = fn(&Fetch, &Secret) -> Call;

enum Way {
    Http(Http),
    Mail(Box<Post>),
    Here,
}

/// A destination that cannot be: which, what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("destination {name}: {what}")]
pub struct BadSetting {
    /// Its name.
    pub name: String,
    /// What is wrong, and what to do.
    pub what: String,
}

impl fmt::Debug for Couriers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Couriers {
    /// The ways to these destinations. Nothing is sent yet, and a secret that is missing is no error: it is said by
    /// [`Couriers::trouble`] and by every request.
    ///
    /// # Errors
    /// [`BadSetting`] for the first that no request could ever be sent to.
    pub fn new(settings: &[Setting]) -> Result<Self, BadSetting> {
        let mut couriers = BTreeMap::new();
        for setting in settings {
            let bad = |what| BadSetting { name: setting.name.clone(), what };
            let way = way(setting).map_err(bad)?;
            let tokens = setting.grant.as_ref().map(|grant| Tokens::new(setting.system, grant)).transpose().map_err(bad)?;
            couriers.insert(setting.name.clone(), Courier { setting: setting.clone(), way, tokens, manner: Mutex::default() });
        }
        Ok(Self(Arc::new(couriers)))
    }

    /// Waits for access tokens that are being had, half a minute at most: who breaks that off may lose the only refresh token.
    pub async fn settled(&self) {
        for tokens in self.0.values().filter_map(|courier| courier.tokens.as_ref()) {
            tokens.settled().await;
        }
    }

    /// Whether there is a way to a destination, by its name.
    pub fn serves(&self, destination: &str) -> bool {
        self.0.contains_key(destination)
    }

    /// Their names.
    pub fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    /// Why a destination would let nobody in, as far as that is known without asking it: never the secret itself.
    pub fn trouble(&self, destination: &str) -> Option<String> {
        self.0.get(destination).and_then(Courier::trouble)
    }

    /// Where a destination is reached, for people: its host.
    pub fn host(&self, destination: &str) -> Option<String> {
        match &self.0.get(destination)?.way {
            Way::Http(http) => Some(http.host().to_owned()),
            Way::Mail(post) => Some(post.host()),
            Way::Here => None,
        }
    }

    /// How long a request to a destination may take.
    pub fn longest(&self, destination: &str) -> Duration {
        self.0.get(destination).map_or(LONGEST, |courier| courier.setting.answers_within())
    }

    /// Takes a request to its destination, within [`Couriers::longest`].
    pub async fn send(&self, request: &Request) -> Reply {
        let Some(courier) = self.0.get(&request.destination) else {
            let why = format!("{}: the configuration has no such destination; add a [[destination]]", request.destination);
            return classify(request.system(), &Answer::NoSecret(why));
        };
        let longest = courier.setting.answers_within();
        let until = Instant::now() + longest;
        let sending = courier.send(request, until - SPARE);
        let given_up = || Answer::NoAnswer(format!("no answer within {} s; the request may have been sent", longest.as_secs()));
        timeout_at(until, sending).await.unwrap_or_else(|_| classify(courier.setting.system, &given_up()))
    }

    /// Asks a destination whether a request that may have left is there, within [`LONGEST`].
    pub async fn look_up(&self, request: &Request) -> Found {
        let Some(courier) = self.0.get(&request.destination) else {
            return Found::CannotTell("the configuration has no such destination; add a [[destination]]".to_owned());
        };
        let until = Instant::now() + LONGEST;
        let given_up = || Found::CannotTell("the list did not come in time; look at the messages there".to_owned());
        timeout_at(until, courier.look_up(request, until - SPARE)).await.unwrap_or_else(|_| given_up())
    }
}

fn way(setting: &Setting) -> Result<Way, String> {
    match reach(setting.system, &setting.url).map_err(|bad| format!("url: {bad}"))? {
        Reach::Here => Ok(Way::Here),
        Reach::Http(base) => Http::new(base, setting.system.delivery_mode(), Vec::new()).map(Way::Http),
        Reach::Mail(server) => {
            let from = setting.from.parse().map_err(|_| "from: this is no mail address; write one".to_owned())?;
            let post = Post::new(server, from, &setting.account, setting.secret.as_ref());
            post.map(|post| Way::Mail(Box::new(post)))
        }
    }
}

impl Courier {
    fn trouble(&self) -> Option<String> {
        match self.secret() {
            Err(why) if self.setting.needs_secret() || self.wants_its_key() => Some(why),
            Ok(secret) if self.setting.system == System::Webhook => Key::new(secret).err(),
            Ok(_) => self.tokens.as_ref().and_then(Tokens::trouble),
            _ => None,
        }
    }

    /// A chat endpoint may need no key; but a key that was named and is not there is a mistake.
    fn wants_its_key(&self) -> bool {
        self.setting.system == System::Chat && self.setting.missing.is_some()
    }

    fn secret(&self) -> Result<&Secret, String> {
        self.setting.secret.as_ref().ok_or_else(|| {
            let why = self.setting.missing.clone();
            why.unwrap_or_else(|| "it has no secret; name one with secret_env or secret_file".to_owned())
        })
    }

    async fn send(&self, request: &Request, until: Instant) -> Reply {
        let system = self.setting.system;
        if let Some(why) = self.trouble() {
            return classify(system, &Answer::NoSecret(format!("{}: {why}", self.setting.name)));
        }
        let answer = match (&self.way, system) {
            (Way::Http(http), System::Hubspot) => return self.upsert(http, request, until).await,
            (Way::Http(http), System::Twilio) => match self.text(request) {
                Ok(call) => http.exchange(call, LOOKED_AT, until).await,
                Err(why) => Answer::Unfit(why),
            },
            (Way::Http(http), System::Callrail) => {
                let called = self.secret().and_then(|token| callrail::ask(request, &self.setting.account, token));
                let (call, fetch) = match called {
                    Ok(called) => called,
                    Err(why) => return classify(system, &Answer::Unfit(why)),
                };
                return read_page(fetch, &http.exchange(call, callrail::PAGE_BYTES, until).await);
            }
            (Way::Http(http), System::SearchConsole) => {
                let ask = (search_console::ask as Ask, search_console::PAGE_BYTES);
                return self.page(http, search_console::fetch(request), ask, until).await.unwrap_or_else(|reply| *reply);
            }
            (Way::Http(http), System::Quickbooks) => {
                return self.books(http, request, until).await.unwrap_or_else(|reply| *reply);
            }
            (Way::Http(http), System::Thumbtack) => {
                let ask = (thumbtack::ask as Ask, thumbtack::PAGE_BYTES);
                return self.page(http, thumbtack::fetch(request), ask, until).await.unwrap_or_else(|reply| *reply);
            }
            (Way::Http(http), System::Chat) => return self.draft(http, request, until).await,
            (Way::Http(http), _) => match self.hook(request) {
                Ok(call) => http.exchange(call, LOOKED_AT, until).await,
                Err(why) => Answer::Unfit(why),
            },
            (Way::Mail(post), _) => match smtp::compose(request, &post.from) {
                Ok(mail) => post.hand_over(&mail, until).await,
                Err(why) => Answer::Unfit(why),
            },
            (Way::Here, System::Outline) => return written(request),
            (Way::Here, _) => Answer::Done,
        };
        classify(system, &answer)
    }

    /// An answer from who lets in by access tokens. One that is not taken any more is replaced once: it may have been taken
    /// back before its time.
    async fn let_in(
        &self,
        http: &Http,
        most: usize,
        until: Instant,
        ask: impl Fn(&Secret) -> Call,
    ) -> Result<(u16, Option<i64>, String), Box<Reply>> {
        let system = self.setting.system;
        let (Some(tokens), Ok(app)) = (&self.tokens, self.secret()) else {
            let why = "it has no client_id; set it up with client_id and refresh_file".to_owned();
            return Err(Box::new(classify(system, &Answer::NoSecret(why))));
        };
        let mut replaced = false;
        loop {
            let token = tokens.access(app, until).await?;
            match http.exchange(ask(&token), most, until).await {
                Answer::Http { status: 401, .. } if !replaced => {
                    tokens.forget(&token).await;
                    replaced = true;
                }
                Answer::Http { status, retry_after, body } => return Ok((status, retry_after, body)),
                other => return Err(Box::new(classify(system, &other))),
            }
        }
    }

    /// A page of a list, of somebody who lets in by access tokens: how it is asked for, and how many bytes of it are read.
    async fn page(
        &self,
        http: &Http,
        asked: Result<&Fetch, String>,
        (ask, most): (Ask, usize),
        until: Instant,
    ) -> Result<Reply, Box<Reply>> {
        let fetch = asked.map_err(|why| Box::new(classify(self.setting.system, &Answer::Unfit(why))))?;
        let (status, retry_after, body) = self.let_in(http, most, until, |token: &Secret| ask(fetch, token)).await?;
        Ok(read_page(fetch, &Answer::Http { status, retry_after, body }))
    }

    /// A page of a company's books, and then whose records these are.
    async fn books(&self, http: &Http, request: &Request, until: Instant) -> Result<Reply, Box<Reply>> {
        let fetch = quickbooks::fetch(request).map_err(|why| Box::new(classify(self.setting.system, &Answer::Unfit(why))))?;
        let realm = &self.setting.account;
        let ask = |token: &Secret| quickbooks::ask(fetch, realm, token);
        let (status, retry_after, body) = self.let_in(http, quickbooks::PAGE_BYTES, until, ask).await?;
        let listed = quickbooks::read(&Received { status, retry_after, body: &body }, fetch)?;
        let ids = listed.customers();
        if ids.is_empty() {
            return listed.with(None, status);
        }
        let ask = |token: &Secret| quickbooks::ask_customers(&ids, realm, token);
        let (second, retry_after, body) = self.let_in(http, quickbooks::PAGE_BYTES, until, ask).await?;
        listed.with(Some(&Received { status: second, retry_after, body: &body }), status)
    }

    /// A record, and then its place at its contact. Both change nothing when they are made again.
    async fn upsert(&self, http: &Http, request: &Request, until: Instant) -> Reply {
        let made = self.secret().and_then(|token| Ok((hubspot::upsert(request, token)?, token)));
        let ((call, after), token) = match made {
            Ok(made) => made,
            Err(why) => return classify(System::Hubspot, &Answer::Unfit(why)),
        };
        let made = classify(System::Hubspot, &http.exchange(call, LOOKED_AT, until).await);
        if made.meaning != Meaning::Accepted {
            return made;
        }
        let Some(link) = after.link(&made, token) else { return made };
        match http.exchange(link, LOOKED_AT, until).await {
            Answer::Http { status, retry_after, body } => {
                hubspot::read_link(&Received { status, retry_after, body: &body }, &made)
            }
            // The record is there: even if the second request never left, this is no blank sheet.
            other => Reply { remote_id: made.remote_id, ..classify(System::Hubspot, &other) },
        }
    }

    /// A draft. Who refuses a field of the request is asked at once without it: nothing was made there that asking again would
    /// double.
    async fn draft(&self, http: &Http, request: &Request, until: Instant) -> Reply {
        let mut manner = *self.manner.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let answer = match chat::ask(request, &self.setting, manner) {
                Ok(call) => http.exchange(call, chat::ANSWER, until).await,
                Err(why) => Answer::Unfit(why),
            };
            let (status, retry_after, body) = match answer {
                Answer::Http { status, retry_after, body } => (status, retry_after, body),
                Answer::NoAnswer(why) if why.ends_with(LATE) => {
                    return classify(System::Chat, &Answer::NoAnswer(format!("{why}; {}", chat::SLOW)));
                }
                other => return classify(System::Chat, &other),
            };
            let answer = Received { status, retry_after, body: &body };
            if let Some(next) = manner.after(&answer) {
                manner = next;
                continue;
            }
            let reply = chat::read(&answer, Some(chat::Asked { request, setting: &self.setting }));
            self.learn(manner, reply.meaning);
            return reply;
        }
    }

    /// How to ask next. After a refusal it is tried from the start: another model may answer there by now.
    fn learn(&self, manner: chat::Manner, meaning: Meaning) {
        let learnt = match meaning {
            Meaning::Accepted => manner,
            Meaning::Refused => chat::Manner::default(),
            _ => return,
        };
        *self.manner.lock().unwrap_or_else(PoisonError::into_inner) = learnt;
    }

    fn text(&self, request: &Request) -> Result<Call, String> {
        Ok(twilio::send(twilio::message(request)?, self.sender()?))
    }

    fn sender(&self) -> Result<twilio::Sender<'_>, String> {
        Ok(twilio::Sender { account: &self.setting.account, from: &self.setting.from, token: self.secret()? })
    }

    fn hook(&self, request: &Request) -> Result<Call, String> {
        // The receiver compares it with its own clock, so it is this machine's.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        webhook::hook(request, &Key::new(self.secret()?)?, i64::try_from(now).unwrap_or_default())
    }

    async fn look_up(&self, request: &Request, until: Instant) -> Found {
        match (&self.way, self.setting.system) {
            (Way::Here, _) => Found::Absent,
            (Way::Http(http), System::Twilio) => match (twilio::message(request), self.sender()) {
                (Ok(message), Ok(sender)) => listed(http, message, sender, request, until).await,
                (Err(why), _) => Found::CannotTell(why),
                (_, Err(why)) => Found::LockedOut { status: None, why: format!("{}: {why}", self.setting.name) },
            },
            (Way::Http(_), _) => Found::CannotTell("it is not asked: it takes the same request twice as one".to_owned()),
            (Way::Mail(_), _) => Found::CannotTell("a mail server cannot be asked; look into its log".to_owned()),
        }
    }
}

/// What the embedded drafter makes of a request.
pub(crate) fn written(request: &Request) -> Reply {
    // The brief stays here: fields become sentences.
    match request.content.reveal() {
        Content::Draft(brief) => Reply {
            made: Some(Internal::new(Brought::Draft(outline::compose(brief)))),
            ..classify(System::Outline, &Answer::Done)
        },
        other => classify(
            System::Outline,
            &Answer::Unfit(format!("a drafter takes evidence, and this is {other:?}; send it elsewhere")),
        ),
    }
}

/// Reads the list of messages to a person, page by page.
async fn listed(http: &Http, message: &Message, sender: twilio::Sender<'_>, request: &Request, until: Instant) -> Found {
    let mut call = twilio::list(message, sender);
    for _ in 0..twilio::PAGES {
        let answer = http.exchange(call, twilio::PAGE_BYTES, until).await;
        let Answer::Http { status, retry_after, body } = answer else {
            let why = classify(System::Twilio, &answer).error;
            return Found::CannotTell(why.map_or_else(String::new, |why| why.raw().to_owned()));
        };
        let answer = Received { status, retry_after, body: &body };
        match twilio::look(&answer, message, sender, request.since) {
            twilio::Page::Has(sid) => return Found::Arrived { remote_id: Some(sid) },
            twilio::Page::End => return Found::Absent,
            twilio::Page::Unclear(why) if twilio::locks_out(&answer) => {
                return Found::LockedOut { status: Some(i64::from(status)), why };
            }
            twilio::Page::Unclear(why) => return Found::CannotTell(why),
            twilio::Page::Next(path) => call = twilio::next(path, sender),
        }
    }
    Found::CannotTell("Twilio's list is too long to read; look for the message in its console".to_owned())
}

#[cfg(test)]
pub(super) mod fixtures {
    use super::Request;
    use crate::domain::content::{Content, Message};
    use crate::domain::event::Channel;
    use crate::domain::id::{Kind, Ref};
    use crate::domain::text::Internal;

    pub(in crate::delivery) fn request(content: Content) -> Request {
        Request {
            job: Ref::new(Kind::Job, 1),
            n: 1,
            destination: "there".into(),
            kind: "crm".into(),
            operation: "contact.upsert".into(),
            idempotency_key: "key-1".into(),
            content: Internal::new(content),
            since: "2026-06-01T14:00:00Z".parse().unwrap(),
        }
    }

    pub(in crate::delivery) fn text_to(to: &str, text: &str) -> Content {
        message(Channel::Sms, to, "", text)
    }

    pub(in crate::delivery) fn mail_to(to: &str, subject: &str, text: &str) -> Content {
        message(Channel::Email, to, subject, text)
    }

    fn message(channel: Channel, to: &str, subject: &str, text: &str) -> Content {
        let from_name = "Acme Plumbing".to_owned();
        Content::Message(Message { channel, to: to.into(), from_name, subject: subject.into(), text: text.into(), leave: None })
    }
}
