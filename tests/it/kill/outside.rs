//! The outside of the kill test: a CRM and a receiver of webhooks that are keyed, an SMS provider that can be asked and lists late,
//! a mail server that cannot. They
//! fail at random while the storm lasts, count what was done for each lead, and look into the database, when a request
//! arrives, whether it was announced.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;
use uuid::Uuid;

use crate::databases::Raw;
use crate::stand_in::http::Seen;
use crate::stand_in::{MailMode, MailServer, Mode, StandIn};

/// Where something was asked for, and for whom: a phone number, an address, or the record of a lead.
type Whom = (&'static str, String);

/// How long the SMS provider does not list yet what it took.
pub(super) const LAG: Duration = Duration::from_secs(1);

/// A question to the witness, and where its answer goes.
type Asked = (Whom, mpsc::Sender<i64>);

#[derive(Default)]
struct Seal {
    /// Requests that arrived so far.
    requests: BTreeMap<Whom, i64>,
    /// Of these, requests that the witness looked up.
    looked_up: i64,
    /// What was done: the ids it was done under (the CRM finds what it has by them), and how often.
    effects: BTreeMap<Whom, (BTreeSet<String>, usize)>,
    /// What went wrong, in words.
    violations: Vec<String>,
}

/// How a request is told of that nobody announced.
pub(super) const UNANNOUNCED: &str = "arrived before it was announced";

/// A connection whose other end is gone and that is not ended on this side, in the kernel's table of them.
const OTHER_END_GONE: &str = "08";

/// Where requests arrive.
#[derive(Clone, Debug)]
pub(super) struct Doorstep {
    /// As the kernel writes it.
    port: String,
}

impl Doorstep {
    /// Whether something lies unread that came from a process that is gone, or gave up.
    pub(super) fn has_unread(&self) -> bool {
        let table = std::fs::read_to_string("/proc/net/tcp").expect("the kernel tells its connections");
        table.lines().any(|line| {
            let mut columns = line.split_ascii_whitespace().skip(1);
            let (here, _, state) = (columns.next(), columns.next(), columns.next());
            here.is_some_and(|here| here.ends_with(&self.port)) && state == Some(OTHER_END_GONE)
        })
    }

    /// Waits until all was read and seen to that came from processes that are gone: they are not asked about what lies
    /// unread. (Texts alone are asked about, so mail has no doorstep.)
    pub(super) async fn is_clear(&self) {
        let cleared = async {
            while self.has_unread() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        timeout(super::CALM, cleared).await.expect("what arrived is read");
    }
}

/// The servers, and what they saw.
pub(super) struct Outside {
    http: StandIn,
    mail: MailServer,
    storm: Arc<AtomicBool>,
    seal: Arc<Mutex<Seal>>,
}

impl Outside {
    /// Starts them beside a database.
    pub(super) fn start(raw: &Raw, seed: u64) -> Self {
        let (storm, seal) = (Arc::new(AtomicBool::new(true)), Arc::<Mutex<Seal>>::default());
        let ask = witness(raw.clone());
        let (mut rng, mut other) = (fastrand::Rng::with_seed(seed), fastrand::Rng::with_seed(seed ^ 1));
        let (storms, seals, asks) = (Arc::clone(&storm), Arc::clone(&seal), ask.clone());
        let http = StandIn::choosing(move |_, seen| {
            let mode = if storms.load(Ordering::SeqCst) { weather(&mut rng, seen) } else { Mode::Ok };
            if let Some((whom, id)) = whom(seen) {
                let done = matches!(mode, Mode::Ok | Mode::DoneThenClose | Mode::DoneThenHang);
                note(&seals, &asks, &whom, id, done);
            }
            mode
        });
        http.change(|apis| apis.lag = LAG);
        let (storms, seals) = (Arc::clone(&storm), Arc::clone(&seal));
        let choose = move |_| if storms.load(Ordering::SeqCst) { mail_weather(&mut other) } else { MailMode::Ok };
        let witness = move |mail: &str| {
            let to = mail.lines().find_map(|line| line.strip_prefix("To: ")).unwrap_or_default();
            let to = to.rsplit('<').next().unwrap_or(to).trim_end_matches('>').trim();
            note(&seals, &ask, &("Mail", to.to_owned()), String::new(), true);
        };
        let mail = MailServer::choosing(Box::new(choose), Arc::new(witness));
        Self { http, mail, storm, seal }
    }

    /// The destinations, as the program's configuration has them.
    pub(super) fn config(&self) -> String {
        let (http, mail) = (&self.http.url, &self.mail.url);
        format!(
            "[[destination]]\nname = \"HubSpot\"\nsystem = \"hubspot\"\nurl = \"{http}\"\nsecret_env = \"HUBSPOT_TOKEN\"\n\
             [[destination]]\nname = \"Hook\"\nsystem = \"webhook\"\nurl = \"{http}/hook\"\nsecret_env = \"HOOK_SECRET\"\n\
             [[destination]]\nname = \"Twilio\"\nsystem = \"twilio\"\nurl = \"{http}\"\naccount = \"AC00000000000000000000000000000000\"\n\
             from = \"+15125550100\"\nsecret_env = \"TWILIO_TOKEN\"\n\
             [[destination]]\nname = \"E-mail\"\nsystem = \"smtp\"\nurl = \"{mail}\"\nfrom = \"hello@acme.example\"\n"
        )
    }

    /// Where requests arrive, but for mail.
    pub(super) fn doorstep(&self) -> Doorstep {
        let port: u16 = self.http.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        Doorstep { port: format!(":{port:04X}") }
    }

    /// What the configuration takes from the environment.
    pub(super) fn secrets() -> [(&'static str, &'static str); 3] {
        [("HUBSPOT_TOKEN", "pat-na1-kill"), ("TWILIO_TOKEN", "kill"), ("HOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    }

    /// Whether they fail at random.
    pub(super) fn storm(&self, rages: bool) {
        self.storm.store(rages, Ordering::SeqCst);
    }

    /// How often something was done for somebody, and under how many ids.
    pub(super) fn effects(&self, destination: &'static str, whom: &str) -> (usize, usize) {
        let seal = self.seal.lock().unwrap();
        seal.effects.get(&(destination, whom.to_owned())).map_or((0, 0), |(ids, count)| (ids.len(), *count))
    }

    /// Requests so far.
    pub(super) fn requests(&self) -> i64 {
        self.seal.lock().unwrap().requests.values().sum()
    }

    /// Of these, requests of which the database was asked whether they were announced, and told it.
    pub(super) fn looked_up(&self) -> i64 {
        self.seal.lock().unwrap().looked_up
    }

    /// What was done more than once: under two ids where a destination knows ids, and else by two requests.
    pub(super) fn doubles(&self) -> Vec<String> {
        let seal = self.seal.lock().unwrap();
        let twice = seal.effects.iter().filter(|(whom, (ids, count))| if is_keyed(whom) { ids.len() > 1 } else { *count > 1 });
        twice.map(|(whom, (_, count))| format!("{whom:?} was done {count} times")).collect()
    }

    /// What arrived without having been announced.
    pub(super) fn violations(&self) -> Vec<String> {
        self.seal.lock().unwrap().violations.clone()
    }
}

/// Whether a destination does once what it is asked under one id.
fn is_keyed(whom: &Whom) -> bool {
    matches!(whom.0, "HubSpot" | "Hook")
}

/// Whom a request is for and under which id; `None` for a question.
fn whom(seen: &Seen) -> Option<(Whom, String)> {
    if seen.method == "GET" {
        return None;
    }
    if let Some(kind) = seen.path.strip_prefix("/crm/v3/objects/").and_then(|rest| rest.split('/').next()) {
        let body: Value = serde_json::from_str(&seen.body).ok()?;
        let id = body.pointer("/inputs/0/id").and_then(Value::as_str)?;
        let lead = id.strip_prefix("quotedeck-")?.get(..36)?;
        return Some((("HubSpot", format!("{kind} of {lead}")), id.to_owned()));
    }
    if seen.path.starts_with("/crm/") {
        // A link between two records: made twice it is still one.
        return None;
    }
    if seen.path.starts_with("/hook") {
        let body: Value = serde_json::from_str(&seen.body).ok()?;
        let lead = body.pointer("/data/reference").and_then(Value::as_str)?;
        return Some((("Hook", lead.to_owned()), seen.header("webhook-id").to_owned()));
    }
    let form: BTreeMap<String, String> = form_urlencoded::parse(seen.body.as_bytes()).into_owned().collect();
    Some((("Twilio", form.get("To")?.clone()), String::new()))
}

/// Notes a request, and whether it was announced: a committed attempt, with its entry, for each that arrived.
fn note(seal: &Mutex<Seal>, ask: &mpsc::Sender<Asked>, whom: &Whom, id: String, done: bool) {
    let requests = {
        let mut seal = seal.lock().unwrap();
        let requests = seal.requests.entry(whom.clone()).or_default();
        *requests += 1;
        let requests = *requests;
        if done {
            let (ids, count) = seal.effects.entry(whom.clone()).or_default();
            *count += usize::from(ids.insert(id) || !is_keyed(whom));
        }
        requests
    };
    let (told, tells) = mpsc::channel();
    // The witness goes with the test; whoever asks then is not heard any more.
    let announced = ask.send((whom.clone(), told)).ok().and_then(|()| tells.recv().ok());
    let Some(announced) = announced else { return };
    let mut seal = seal.lock().unwrap();
    seal.looked_up += 1;
    if announced < requests {
        seal.violations.push(format!("{whom:?}: request {requests} {UNANNOUNCED}"));
    }
}

/// A thread that counts committed announcements, on a connection that is nobody else's.
fn witness(raw: Raw) -> mpsc::Sender<Asked> {
    const MESSAGES: &str = "select count(*) from leads l join jobs j on j.lead_id = l.id and j.kind = 'message'
        join attempts a on a.job_id = j.id join journal e on e.id = a.intent_id
        where l.client_id = (select id from clients) and (l.phone = $1 or l.email = $1)";
    const RECORDS: &str = "select count(*) from jobs j join attempts a on a.job_id = j.id join journal e on e.id = a.intent_id
        where j.lead_id = $1 and j.operation = $2";
    const HOOKS: &str = "select count(*) from leads l join jobs j on j.lead_id = l.id and j.operation = 'webhook'
        join attempts a on a.job_id = j.id join journal e on e.id = a.intent_id where l.number = $1";
    let (ask, asked) = mpsc::channel::<Asked>();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            // Its own: connections belong to the runtime that made them.
            let raw = raw.again();
            while let Ok(((destination, whom), told)) = asked.recv() {
                let lead = whom.strip_prefix("L-").filter(|_| destination == "Hook").and_then(|lead| lead.parse::<i64>().ok());
                let record = whom.split_once(" of ").filter(|_| destination == "HubSpot");
                let record =
                    record.map(|(kind, lead)| (format!("{}.upsert", &kind[..kind.len() - 1]), lead.parse::<Uuid>().unwrap()));
                let count = match (&raw, record) {
                    (Raw::Sqlite(pool), None) if lead.is_some() => sqlx::query_scalar(HOOKS).bind(lead).fetch_one(pool).await,
                    (Raw::Postgres(pool), None) if lead.is_some() => sqlx::query_scalar(HOOKS).bind(lead).fetch_one(pool).await,
                    (Raw::Sqlite(pool), None) => sqlx::query_scalar(MESSAGES).bind(whom).fetch_one(pool).await,
                    (Raw::Postgres(pool), None) => sqlx::query_scalar(MESSAGES).bind(whom).fetch_one(pool).await,
                    (Raw::Sqlite(pool), Some((operation, lead))) => {
                        sqlx::query_scalar(RECORDS).bind(lead).bind(operation).fetch_one(pool).await
                    }
                    (Raw::Postgres(pool), Some((operation, lead))) => {
                        sqlx::query_scalar(RECORDS).bind(lead).bind(operation).fetch_one(pool).await
                    }
                };
                // A database that is away says nothing about what was announced: that is counted.
                if let Ok(count) = count {
                    let _ = told.send(count);
                }
            }
        });
    });
    ask
}

/// How a request is answered in a storm. A question is never done anything for.
fn weather(rng: &mut fastrand::Rng, seen: &Seen) -> Mode {
    let mode = match rng.u32(0..1000) {
        // All that goes there waits for who is busy: more often, and the storm is a calm.
        0..=699 | 770..=819 => Mode::Ok,
        700..=759 => Mode::Status(500),
        760..=769 => Mode::Busy(1),
        820..=869 => Mode::Close,
        870..=969 => Mode::DoneThenClose,
        970..=979 => Mode::Html,
        980..=989 => Mode::Hang,
        _ => Mode::DoneThenHang,
    };
    match mode {
        Mode::DoneThenClose | Mode::DoneThenHang if seen.method == "GET" => Mode::Close,
        // A receiver's status says it all: with 200 it has it.
        Mode::Html if seen.path.starts_with("/hook") => Mode::Status(503),
        mode => mode,
    }
}

/// What is done with a connection for mail in a storm.
fn mail_weather(rng: &mut fastrand::Rng) -> MailMode {
    match rng.u32(0..100) {
        0..=69 => MailMode::Ok,
        70..=74 => MailMode::Answer("RCPT", 451),
        75..=79 => MailMode::Answer(".", 452),
        80..=84 => MailMode::Close("DATA"),
        85..=88 => MailMode::Close("."),
        89..=97 => MailMode::TakeThenClose,
        _ => MailMode::Hang("."),
    }
}
