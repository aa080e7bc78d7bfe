//! A canary in every internal field: whatever a client, an export, a log or a figure shows, none of them sings.
//!
//! The whole workflow runs in the real program: a payload comes in, a draft is made of it, a person approves a text, the
//! worker publishes it, and both doors answer. Before the approval every text that is kept anywhere becomes a canary, as
//! far as the database takes it.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use quotedeck::domain::actor::Role;
use quotedeck::domain::books::Telling;
use quotedeck::domain::event::Provider;
use quotedeck::domain::id::{Kind, Ref, SessionId};
use quotedeck::domain::sync::{Dimension, Figure};
use tempfile::TempDir;

use crate::databases::World;
use crate::door::{Program, until};
use crate::fixtures::with;

both_databases!(no_canary_sings_where_a_client_listens);

const CANARY: &str = "canary";
const SAFE: &str = "A customer asked about a leak. A crew will look at it.";

/// What a client is meant to read, and so is no secret: its own name, and the words about a draft's source.
const FACING: &[&str] = &[
    "clients.name",
    "drafts.source_label",
    "drafts.period",
    "drafts.next_action",
    "approved_texts.client",
    "approved_texts.text",
    "approved_texts.source_label",
    "approved_texts.period",
    "approved_texts.status",
    "approved_texts.next_action",
];

/// Words by which the program finds its way; a canary there stops it before it could tell anything.
const WAY: &[&str] = &[
    "destinations.kind",
    "jobs.kind",
    "jobs.operation",
    "clients.time_zone",
    "arrivals.provider",
    "expectations.provider",
    "refusals.provider",
    "sources.provider",
    "syncs.provider",
    "told.provider",
];

/// Names by which the program finds its way in some rows: the person at the keys, and what the configuration names. The others
/// take a canary: the name of whoever else works here, and of what else is written to, is shown to nobody outside.
const NAMED: &[(&str, &str)] = &[("people.name", "name <> 'rosa'"), ("destinations.name", "name = 'Down'")];

/// Columns that take no canary: a state, a kind or a severity has words of its own, the journal is append-only, and an approved
/// text stays as it was approved. What a
/// consent rests on cannot be changed either; its canaries come with the form.
const REFUSED: &[&str] = &[
    "approved_texts.fresh_as_of",
    "approved_texts.text_hash",
    "arrivals.state",
    "attempts.outcome",
    "automations.stage",
    "consents.address",
    "consents.channel",
    "consents.from_ip",
    "consents.from_number",
    "consents.page",
    "consents.said",
    "consents.shown",
    "destinations.breaker",
    "destinations.delivery_mode",
    "drafts.state",
    "drafts.subject",
    "events.kind",
    "findings.severity",
    "found.dimension",
    "jobs.delivery_mode",
    "jobs.state",
    "journal.actor",
    "journal.actor_kind",
    "journal.at",
    "journal.detail",
    "journal.subject_kind",
    "journal.verb",
    "lead_findings.kind",
    "lead_findings.severity",
    "leads.consent",
    "leads.contact_method",
    "leads.lost_reason",
    "leads.state",
    "leads.urgency",
    "opt_outs.channel",
    "payloads.state",
    "people.role",
    "release_jobs.outcome",
    "releases.state",
    "seals.at",
    "summaries.state",
    "tasks.kind",
    "tasks.state",
    "tasks.urgency",
    "templates.channel",
];

/// The program in a place of its own.
pub(crate) struct Place {
    pub(crate) home: TempDir,
    database: String,
}

impl Place {
    /// With an empty folder and this configuration, on a database that rosa owns.
    pub(crate) async fn of(world: &World, configuration: &str) -> Self {
        world.person("rosa", Role::Owner, None).await;
        Self::at(world, configuration)
    }

    /// The same, where rosa works already.
    pub(crate) fn at(world: &World, configuration: &str) -> Self {
        let place = Self { home: TempDir::new().expect("a folder"), database: world.url() };
        place.file("c.toml", configuration);
        place
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quotedeck"));
        command.args(["--config", "c.toml"]).args(words).env_clear().current_dir(self.home.path());
        command.env("HOME", self.home.path()).env("USER", "rosa").env("QUOTEDECK_DATABASE", &self.database);
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().expect("the program runs")
    }

    /// What it says, on both its outputs; it must succeed.
    pub(crate) fn says(&self, words: &[&str]) -> String {
        let ran = self.run(words);
        let said = both(&ran);
        assert!(ran.status.success(), "{words:?}: {said}");
        said
    }

    pub(crate) fn file(&self, name: &str, text: &str) {
        std::fs::write(self.home.path().join(name), text).expect("a file");
    }
}

fn both(ran: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr))
}

/// Every column of text, as `table.column`.
async fn columns(world: &World) -> Vec<String> {
    let sql = if world.store.is_postgres() {
        "select c.table_name || '.' || c.column_name from information_schema.columns c
            join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
            where c.table_schema = 'internal' and t.table_type = 'BASE TABLE' and c.data_type = 'text' and c.is_generated = 'NEVER'
            order by 1"
    } else {
        "select m.name || '.' || c.name from sqlite_master m join pragma_table_info(m.name) c
            where m.type = 'table' and m.name not like 'sqlite%' and lower(c.type) = 'text' and c.name not like '%\\_at' escape '\\'
            and c.name not like '%until' order by 1"
    };
    world.texts(sql).await
}

/// Where canaries were put, by name.
#[derive(Debug, Default)]
struct Planted {
    /// Columns that took one.
    took: Vec<String>,
    /// Columns that the database let take none: words of a state, what is sealed, and what is a code by its form.
    refused: Vec<String>,
    /// Columns of tables without a row: nothing is known of them.
    empty: Vec<String>,
}

/// Puts a canary into every text of the database that is not a client's to read.
async fn plant(world: &World) -> Planted {
    let mut planted = Planted::default();
    for column in columns(world).await {
        if FACING.contains(&&*column) || WAY.contains(&&*column) {
            continue;
        }
        let (table, name) = column.split_once('.').expect("a table and a column");
        if world.number(&format!("select count(*) from {table}")).await == 0 {
            planted.empty.push(column);
            continue;
        }
        // A state takes no word but its own, and what is sealed takes none at all: the database refuses both.
        let rows = NAMED.iter().find(|(named, _)| *named == column).map_or("true", |(_, rows)| *rows);
        let sql = format!("update {table} set {name} = '{CANARY} {column}' where {rows}");
        let mut took = world.attempt(crate::databases::Login::Administrator, &sql).await.is_ok();
        if !took {
            // No two of them may be alike, perhaps.
            let sql = format!("update {table} set {name} = '{CANARY} ' || {name} where {rows}");
            took = world.attempt(crate::databases::Login::Administrator, &sql).await.is_ok();
        }
        if took { &mut planted.took } else { &mut planted.refused }.push(column);
    }
    planted
}

fn get(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.write_all(request.as_bytes()).expect("it takes a request");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

/// Every file below a folder, as text.
pub(crate) fn files(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            files(&entry.path(), into);
        } else {
            let bytes = std::fs::read(entry.path()).unwrap_or_default();
            let _ = writeln!(into, "{}:\n{}", entry.path().display(), String::from_utf8_lossy(&bytes));
        }
    }
}

/// Rows that a lead's way to its summary alone does not make: a block that two people let pass, a merge, a doubt, and somebody
/// who wants no messages.
fn fill(place: &Place) {
    let spam = r#"{"id":"canary-spam","name":"Canary Seo","phone":"+15125550166","service":"drain","message":"We are the canary and offer SEO services. Rank on Google! http://a.example http://b.example"}"#;
    place.file("stop.txt", "MessageSid=SMcanary1&SmsStatus=received&From=%2B15125550153&To=%2B15125550199&Body=STOP");
    for n in [2, 3] {
        let form =
            format!(r#"{{"id":"canary-{n}","name":"Canary {n}","phone":"+1512555015{n}","service":"drain","consent":"yes"}}"#);
        place.file("more.json", &form);
        place.says(&["intake", "form", "more.json", "--client", "Acme"]);
    }
    place.says(&["lead", "merge", "L-3", "L-2", "--reason", "a canary"]);
    place.file("spam.json", spam);
    place.says(&["intake", "form", "spam.json", "--client", "Acme"]);
    place.says(&["intake", "twilio-sms", "stop.txt", "--client", "Acme"]);
    place.says(&["draft", "add", "L-2", "--title", "canary", "--model", "canary", "--text-file", "leak.txt"]);
    place.says(&["draft", "claim", "D-2"]);
    place.says(&["draft", "ask-override", "D-2", "--reason", "a canary"]);
    place.says(&["person", "add", "ana", "--role", "owner"]);
    let shown: serde_json::Value =
        serde_json::from_str(&place.says(&["--as", "ana", "--json", "draft", "override", "D-2"])).expect("JSON");
    let mark = shown["mark"].as_str().expect("a mark");
    place.says(&["--as", "ana", "draft", "override", "D-2", "--read", mark, "--reason", "a canary too"]);
}

/// Rows that no command of one program makes: what providers told, what is fetched, who sits where, and a group that failed.
async fn fill_behind(world: &World, place: &Place) {
    let me = world.store.list_people().await.unwrap().remove(0);
    let acme = world.store.list_clients(&me).await.unwrap().remove(0);
    let day = world.now().date_naive();
    let figure = |dimension, key: &str| Figure { day, dimension, key: key.into(), clicks: 1, impressions: 2, position: 100 };
    let figures = [figure(Dimension::Page, "https://acme.example/canary"), figure(Dimension::Query, "canary leak")];
    let telling = Telling {
        record: "invoice:canary".into(),
        standing: "canary".into(),
        amount: None,
        changed_at: world.now(),
        customer: None,
    };
    let mut tx = world.store.begin().await.unwrap();
    tx.keep_figures(acme.id, "sc-domain:canary.example", &figures).await.unwrap();
    tx.tell_record(acme.id, Provider::Quickbooks, &telling).await.unwrap();
    tx.commit().await.unwrap();
    world.store.say_presence(SessionId::new(), "canary", Some(Ref::new(Kind::Lead, 1)), true).await.unwrap();

    let down = world.destination("Down", with![]).await;
    for _ in 0..2 {
        let later = chrono::TimeDelta::days(2_000);
        let failed = with![
            state = "dead",
            signature = "canary",
            reason = "permanent",
            last_error = "canary",
            window_ends_at = world.now() + later
        ];
        world.job(&acme, down, failed).await;
    }
    place.says(&["failures", "release", "--destination", "Down", "--signature", "canary", "--reason", "a canary"]);
}

/// What came in at the front door, and what was turned away there.
async fn fill_the_door(world: &World, place: &Place) {
    let path = |provider: &str| {
        let made = place.says(&["source", "add", provider, "--client", "Acme"]);
        let at = made.find("/in/").unwrap_or_else(|| panic!("{made}"));
        made[at..].split(|c: char| c.is_whitespace() || c == '"').next().unwrap_or_default().to_owned()
    };
    let (form, signed) = (path("form"), path("twilio-sms"));
    let (serving, address) = serve(place);
    let body =
        r#"{"id":"canary-door","name":"Canary Door","phone":"+15125550177","service":"drain","message":"a canary came by"}"#;
    let post = |path: &str| {
        let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json");
        get(&address, &format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
    };
    assert!(post(&form).starts_with("HTTP/1.1 200"), "{}", post(&form));
    assert!(post(&signed).starts_with("HTTP/1.1 4"), "{}", post(&signed));
    for table in ["arrivals where settled_at is not null", "refusals", "expectations"] {
        until(world, &format!("select cast(case when count(*) > 0 then 1 else 0 end as bigint) from {table}"), 1).await;
    }
    drop(serving);
}

/// A summary with a canary in it that was taken back: the portal must not show it any more.
fn fill_withdrawn(place: &Place) {
    place.says(&["draft", "approve", "D-2", "--text-file", "leak.txt"]);
    place.says(&["summary", "withdraw", "S-1", "--reason", "a canary"]);
}

/// The front door, and where it listens.
fn serve(place: &Place) -> (Program, String) {
    let mut child = place.command(&["serve"]).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe"));
    let serving = Program(child);
    loop {
        let mut line = String::new();
        assert!(lines.read_line(&mut line).expect("it says where") > 0, "it did not start");
        if let Some(rest) = line.split("listening on ").nth(1) {
            return (serving, rest.split(',').next().unwrap_or_default().to_owned());
        }
    }
}

const SETTINGS: &str = "
[log]
level = 'trace'
file = 'log/quotedeck.log'
[serve]
listen = '127.0.0.1:0'
[[client]]
name = 'Acme'
addresses = ['+15125550199', 'acme-account']
[[source]]
provider = 'form'
client = 'Acme'
stale_after_minutes = 60
[[source]]
provider = 'twilio-sms'
secret_env = 'NOBODY_SETS_THIS'
[[destination]]
name = 'CallRail'
system = 'callrail'
account = 'A1'
secret_env = 'NOBODY_SETS_THIS'
[[sync]]
client = 'Acme'
destination = 'CallRail'
company = 'C1'
";

async fn no_canary_sings_where_a_client_listens(world: World) {
    let place = Place::of(&world, SETTINGS).await;
    place.file(
        "form.json",
        r#"{"id":"canary-1","name":"Canary Ortiz","phone":"+15125550142","email":"canary@example.com","service":"drain","consent":"yes",
            "message":"the canary leaks all over the garage","address":"12 Canary Street, Austin","gclid":"canary-click","consent_text":"the canary may call me","page":"https://canary.example/form","secret_note":"canary"}"#,
    );
    place.file("safe.txt", SAFE);
    place.file("leak.txt", "Call the canary at 512-555-0142.");
    let mut heard = String::new();
    place.says(&["init"]);
    place.says(&["intake", "form", "form.json", "--client", "Acme"]);
    place.says(&["draft", "make", "L-1"]);
    heard += &place.says(&["work", "--drain"]);
    assert_eq!(world.number("select count(*) from drafts where state = 'pending'").await, 1);

    fill(&place);
    fill_withdrawn(&place);
    fill_the_door(&world, &place).await;
    fill_behind(&world, &place).await;
    let planted = plant(&world).await;
    for table in ["overrides", "findings", "attempts", "lead_merges", "tasks", "drafts", "leads", "payloads"] {
        assert!(planted.took.iter().any(|column| column.starts_with(&format!("{table}."))), "{table} took none: {planted:?}");
    }
    assert!(world.number("select count(*) from consents where shown like '%canary%' and page like '%canary%'").await > 0);
    // A new column is planted, or stands above with its reason.
    assert_eq!(planted.empty, [""; 0], "nothing is known of a table without a row");
    assert_eq!(planted.refused.iter().filter(|column| !REFUSED.contains(&&***column)).collect::<Vec<_>>(), [""; 0]);
    for (named, _) in NAMED {
        let (table, name) = named.split_once('.').expect("a table and a column");
        assert_eq!(world.number(&format!("select count(*) from {table} where {name} = '{CANARY} {named}'")).await, 1, "{named}");
    }
    let inside = place.says(&["show", "L-1"]);
    assert!(inside.contains(CANARY), "an owner sees what is kept: {inside}");

    // She whose name is one approves: her colleagues see who it was, and no client does.
    let approver = format!("{CANARY} people.name");
    place.says(&["--as", &approver, "draft", "claim", "D-1"]);
    let refused = place.run(&["--as", &approver, "draft", "approve", "D-1", "--text-file", "leak.txt"]);
    assert!(!refused.status.success());
    heard += &both(&refused);
    assert!(!heard.contains("0142"), "what was refused is not repeated: {heard}");
    heard += &place.says(&["--as", &approver, "draft", "approve", "D-1", "--text-file", "safe.txt"]);
    let by = "select p.name from summaries s join people p on p.id = s.approved_by where s.state = 'approved'";
    assert_eq!(world.texts(by).await, [approver]);
    world.script("update jobs set armed_until = created_at, due_at = created_at where state = 'armed'").await;
    // Whoever runs the worker is told which destination the configuration lacks. That line is for them, and in no log.
    let worked = place.says(&["work", "--drain", "--export", "portal"]);
    let lacking = format!("quotedeck: {CANARY} destinations.name: not in the configuration");
    let (told, other): (Vec<_>, Vec<_>) = worked.lines().partition(|line| line.starts_with(&lacking));
    assert_eq!(told.len(), 1, "{worked}");
    heard += &other.join("\n");

    // What a client reads.
    let view = if world.store.is_postgres() { "client.summaries" } else { "client_summaries" };
    let shown = "client || '|' || text || '|' || source_label || '|' || period || '|' || status || '|' || next_action";
    let rows = world.texts(&format!("select {shown} from {view}")).await.concat();
    assert!(rows.contains(SAFE), "{rows}");
    heard += &rows;
    heard += &place.says(&["export", "proof", "--client", "Acme"]);
    place.says(&["export", "proof", "--client", "Acme", "--out", "out"]);
    for folder in ["out", "portal"] {
        let mut exported = String::new();
        files(&place.home.path().join(folder), &mut exported);
        assert!(exported.matches(SAFE).count() >= 2, "{exported}");
        heard += &exported;
    }

    // What anybody hears at the door.
    let (serving, address) = serve(&place);
    for path in ["/metrics", "/healthz", "/readyz", "/in/form/canary"] {
        let answer = get(&address, &format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"));
        assert!(answer.starts_with("HTTP/1.1 "), "{path}: {answer}");
        heard += &answer;
    }
    let body = r#"{"name":"canary"}"#;
    heard += &get(
        &address,
        &format!("POST /in/form/nobody HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len()),
    );
    drop(serving);

    let mut logged = String::new();
    files(&place.home.path().join("log"), &mut logged);
    assert!(logged.contains("quotedeck"), "there is a log: {logged}");
    heard += &logged;
    let sings: Vec<&str> = heard.lines().filter(|line| line.to_lowercase().contains(CANARY)).collect();
    assert!(sings.is_empty(), "{sings:#?}");
}
