//! What DESIGN's budgets speak of, measured: `cargo bench` prints one table for SQLite and Postgres.
//!
//! Medians of many runs, on a database seeded with 10,000 leads and, with `QUOTEDECK_BENCH_LEADS=1000000`, with a
//! million. The Postgres server is a throw-away one of its own, with `fsync` off; SQLite commits with `synchronous=full`.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a benchmark that cannot run says so by ending")]
#![expect(clippy::disallowed_methods, reason = "its one setting is read from the environment")]

use std::cell::RefCell;
use std::io::{Read as _, Write as _};
use std::rc::Rc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use quotedeck::app::effect::Effect;
use quotedeck::app::message::{Link, Message, Rows};
use quotedeck::app::{App, Start};
use quotedeck::clock::Clock;
use quotedeck::config::keys::KeyTable;
use quotedeck::config::theme::{Styles, Theme};
use quotedeck::domain::act::Done;
use quotedeck::domain::actor::{Person, Role};
use quotedeck::domain::draft::{Draft, DraftDetail, DraftState, EvidenceLine};
use quotedeck::domain::event::{Columns, Provider};
use quotedeck::domain::filter::Filter;
use quotedeck::domain::id::{ClientId, DraftId, LeadId, PersonId};
use quotedeck::domain::row::Pane;
use quotedeck::domain::text::Internal;
use quotedeck::intake;
use quotedeck::runtime::surface::Painter;
use quotedeck::store::Store;
use quotedeck::store::connect::{Place, Purpose};
use quotedeck::workflow::arrive::{Arrival, BATCH, arrive};
use ratatui::Terminal;
use ratatui::layout::Size;

#[path = "../tests/it/cluster.rs"]
mod cluster;

/// Runs of each read; the median is told.
const RUNS: usize = 31;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(run());
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn say(what: &str, sqlite: &str, postgres: &str) {
    println!("| {what} | {sqlite} | {postgres} |");
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

async fn run() {
    let folder = tempfile::tempdir().unwrap();
    let wanted: u64 = std::env::var("QUOTEDECK_BENCH_LEADS").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let mut sizes = vec![10_000_u64];
    if wanted > 10_000 {
        sizes.push(wanted);
    }
    println!("| what | SQLite | Postgres |\n|---|---|---|");
    let lite = Place::Sqlite(folder.path().join("intake.db"));
    let (a, b) = (intake_rate(&lite).await, intake_rate(&postgres("bench_intake").await).await);
    say("intake, durable, one process", &format!("{a:.0} events/s"), &format!("{b:.0} events/s"));
    let mut newest = lite;
    for leads in sizes {
        let lite = Place::Sqlite(folder.path().join(format!("{leads}.db")));
        let post = postgres(&format!("bench_{leads}")).await;
        let (left, right) = (reads(&lite, leads).await, reads(&post, leads).await);
        for ((what, a), (_, b)) in left.iter().zip(&right) {
            say(&format!("{what}, {leads} leads"), &ms(*a), &ms(*b));
        }
        newest = lite;
    }
    frames();
    editing();
    first_paint(&newest);
}

async fn postgres(name: &str) -> Place {
    use sqlx::ConnectOptions as _;
    let options = cluster::administrator().await;
    let mut connection = options.connect().await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("create database {name}"))).execute(&mut connection).await.unwrap();
    Place::Postgres(Box::new(options.database(name)))
}

async fn intake_rate(place: &Place) -> f64 {
    let store = Store::init(place, Clock::System).await.unwrap();
    store.seed(0, 1).await.unwrap();
    let me = owner();
    let client = store.list_clients(&me).await.unwrap().into_iter().next().unwrap();
    let settings = intake::Settings {
        region: "US".into(),
        columns: Columns::default(),
        fields: Columns::default(),
        honeypot: None,
        received_at: Clock::System.now(),
    };
    let count = 10_000;
    let mut lines = String::new();
    for n in 0..count {
        lines += &format!("{{\"key\":\"k{n}\",\"kind\":\"form_sent\",\"occurred_at\":\"2026-06-01T10:00:00Z\",");
        lines += &format!("\"name\":\"N {n}\",\"phone\":\"+1512555{:04}\",\"service\":\"roof\"}}\n", n % 10_000);
    }
    let began = Instant::now();
    let arrivals: Vec<Arrival> = intake::read(Provider::Event, lines.as_bytes(), &settings)
        .into_iter()
        .map(|item| Arrival { body: Internal::new(item.body), normalised: item.outcome.unwrap() })
        .collect();
    for batch in arrivals.chunks(BATCH) {
        arrive(&store, &client, Provider::Event, batch).await.unwrap();
    }
    let rate = f64::from(count) / began.elapsed().as_secs_f64();
    store.close().await;
    rate
}

fn owner() -> Person {
    Person { id: PersonId::new(), name: "bench".into(), role: Role::Owner, clients: None }
}

async fn reads(place: &Place, leads: u64) -> Vec<(&'static str, Duration)> {
    let store = Store::init(place, Clock::System).await.unwrap();
    store.seed(leads, 1).await.unwrap();
    store.close().await;
    let store = Store::open(place, Clock::System, Purpose::Work).await.unwrap();
    let me = owner();
    let all = Filter::default();
    let filter = Filter::parse("state:new", Pane::Leads).unwrap();
    macro_rules! timed {
        ($call:expr) => {{
            let mut times = Vec::with_capacity(RUNS);
            for _ in 0..RUNS {
                let began = Instant::now();
                $call.await.unwrap();
                times.push(began.elapsed());
            }
            median(times)
        }};
    }
    let rows = vec![
        ("page of leads", timed!(store.page_leads(&me, &all, None, 200))),
        ("page of leads, state:new", timed!(store.page_leads(&me, &filter, None, 200))),
        ("failure groups", timed!(store.failure_groups(&me, &all, 200))),
        ("page of the queue", timed!(store.page_jobs(&me, &all, None, 200))),
        ("page of tasks", timed!(store.page_tasks(&me, &all, None, 200))),
        ("page of drafts", timed!(store.page_drafts(&me, &all, None, 200))),
        ("figures of all titles", timed!(store.figures(&me))),
    ];
    store.close().await;
    rows
}

/// A deck of 120×36.
fn start(open_review: bool) -> Start {
    Start {
        me: owner(),
        now: Clock::System.now(),
        size: (120, 36),
        keys: KeyTable::default(),
        demo: false,
        read_only_reason: None,
        open_review,
        can_edit_externally: false,
    }
}

/// A key press through the deck's state and painter to bytes for a 120×36 terminal.
fn frames() {
    let (mut app, effects) = App::new(start(false));
    app.update(Message::Linked(Link::Live));
    for effect in effects {
        if let Effect::LoadPage(seq, wanted) = effect
            && wanted.pane == Pane::Leads
        {
            let rows = (1..=200).map(bench_lead).collect();
            app.update(Message::Page(seq, Ok(Rows::Leads(quotedeck::domain::row::Page { rows, more: true }))));
        }
    }
    let styles = Styles::new(&Theme::default(), true);
    let sink = Rc::new(RefCell::new(Vec::new()));
    let painter = Painter::new(Sink(sink.clone()), || Ok(Size { width: 120, height: 36 }));
    let mut terminal = Terminal::new(painter).unwrap();
    let mut draw = |app: &App| {
        sink.borrow_mut().clear();
        terminal.draw(|frame| quotedeck::ui::draw(frame, app, &styles)).unwrap();
        sink.borrow().len()
    };
    let first = draw(&app);
    let (mut times, mut bytes) = (Vec::new(), Vec::new());
    for n in 0..1_000 {
        let code = if n % 60 < 30 { KeyCode::Down } else { KeyCode::Up };
        let began = Instant::now();
        app.update(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        bytes.push(draw(&app));
        times.push(began.elapsed());
    }
    times.sort();
    bytes.sort_unstable();
    let nothing = draw(&app);
    println!("\n| the deck, 120×36 | figure |\n|---|---|");
    println!("| key press to frame bytes (state, paint, diff), p50 / p99 | {} / {} |", ms(times[500]), ms(times[990]));
    println!("| bytes of the first frame | {first} |");
    println!("| bytes of a cursor move, median | {} |", bytes[500]);
    println!("| bytes when nothing changed | {nothing} |");
}

/// A letter typed into a text of 2 kB under review: the checks read all of it, and the screen is painted.
fn editing() {
    let detail = bench_draft();
    let (mut app, mut effects) = App::new(start(true));
    effects.extend(app.update(Message::Linked(Link::Live)));
    // As the database would answer; nothing of it is measured.
    while let Some(effect) = effects.pop() {
        effects.extend(match effect {
            Effect::LoadPage(seq, wanted) if wanted.pane == Pane::Review => {
                let rows = vec![detail.draft.clone()];
                app.update(Message::Page(seq, Ok(Rows::Drafts(quotedeck::domain::row::Page { rows, more: false }))))
            }
            Effect::LoadDraft(seq, _) => app.update(Message::Draft(seq, Ok(Box::new(detail.clone())))),
            Effect::Perform(seq, act) => {
                let done = Done { record: act.target.record, said: "claimed".into(), undo: Err("no".into()) };
                app.update(Message::Acted(seq, act, Ok(done)))
            }
            _ => Vec::new(),
        });
    }
    let styles = Styles::new(&Theme::default(), true);
    let sink = Rc::new(RefCell::new(Vec::new()));
    let painter = Painter::new(Sink(sink.clone()), || Ok(Size { width: 120, height: 36 }));
    let mut terminal = Terminal::new(painter).unwrap();
    let mut press = |app: &mut App, code: KeyCode| {
        sink.borrow_mut().clear();
        app.update(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        terminal.draw(|frame| quotedeck::ui::draw(frame, app, &styles)).unwrap();
        sink.borrow().len()
    };
    press(&mut app, KeyCode::Char('e'));
    let (mut times, mut bytes) = (Vec::new(), Vec::new());
    for n in 0..1_000 {
        // As much is typed as is taken back, so that the text stays as long as it is.
        let code = if n % 20 < 10 { KeyCode::Char('x') } else { KeyCode::Backspace };
        let began = Instant::now();
        bytes.push(press(&mut app, code));
        times.push(began.elapsed());
    }
    assert!(bytes.iter().all(|n| *n > 0), "nothing was typed");
    times.sort();
    bytes.sort_unstable();
    let letters = detail.text.raw().chars().count();
    println!("| a letter typed under review, {letters} letters, p50 / p99 | {} / {} |", ms(times[500]), ms(times[990]));
    println!("| bytes of it, median | {} |", bytes[500]);
}

/// A draft of 2 kB with findings in every fifth sentence, and the evidence of a busy week.
fn bench_draft() -> DraftDetail {
    const CLEAN: &str = "A customer asked about a water heater that leaks, and the crew will look at the valve first. ";
    const LEAKS: &str = "Maria Ortiz can be called at 512-555-0142 about the visit, and we guarantee it by Friday. ";
    let text: String = (0..22).map(|n| if n % 5 == 0 { LEAKS } else { CLEAN }).collect();
    let said = "“our water heater is leaking all over the garage at 12 Oak Street, please call me back at 512 555 0142”";
    let line = |n: i64| EvidenceLine { n, text: said.into(), source: format!("E-{n}") };
    let now = Clock::System.now();
    DraftDetail {
        draft: Draft {
            id: DraftId::new(),
            number: 12,
            version: 3,
            state: DraftState::Pending,
            client_id: ClientId::new(),
            client: "Acme Plumbing".into(),
            lead_id: LeadId::new(),
            lead_number: 2041,
            title: "missed-call week".into(),
            model: "outline-1".into(),
            claimed_by: None,
            claimed_name: None,
            claim_until: None,
            blocks: 0,
            warns: 0,
            created_at: now,
        },
        text: text.as_str().into(),
        work: text.as_str().into(),
        work_version: 1,
        evidence: (1..=40).map(line).collect(),
        lead_name: "Maria Ortiz".into(),
        source_label: "phone call".into(),
        evidence_at: Some(now - TimeDelta::hours(3)),
        reason: None,
        newer_at: None,
        asked_to_cite: false,
        overriding: None,
        worked_by: None,
        worked_at: None,
        known: Vec::new(),
        frame: quotedeck::domain::check::Frame { age_days: Some(0), ..Default::default() },
        severities: quotedeck::domain::severities::Severities::default(),
    }
}

/// Where the frames go: counted, not shown.
struct Sink(Rc<RefCell<Vec<u8>>>);

impl std::io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn bench_lead(n: i64) -> quotedeck::domain::lead::Lead {
    use quotedeck::domain::lead::{Consent, ContactMethod, Lead, LeadState, Urgency};
    Lead {
        id: quotedeck::domain::id::LeadId::new(),
        number: n,
        version: 1,
        client_id: quotedeck::domain::id::ClientId::new(),
        client: "Acme Plumbing".into(),
        source: "Thumbtack".into(),
        service: "water heater".into(),
        contact_method: ContactMethod::Marketplace,
        consent: Consent::Implied,
        market: "Austin".into(),
        urgency: Urgency::Soon,
        value: None,
        owner_id: None,
        owner: None,
        attribution: "".into(),
        name: format!("Jo Ortiz {n}").into(),
        phone: None,
        email: None,
        state: LeadState::New,
        lost_reason: None,
        next_action: "".into(),
        arrived_at: Clock::System.now() - TimeDelta::minutes(n),
        replied_at: None,
    }
}

/// The real program on a pseudo-terminal, from spawn to the first painted header.
fn first_paint(place: &Place) {
    let mut times = Vec::new();
    for _ in 0..11 {
        let pair = native_pty_system().openpty(PtySize { rows: 36, cols: 120, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_quotedeck"));
        command.args(["--database", &place.to_string(), "--as", "rosa"]);
        command.env("TERM", "xterm-256color");
        let began = Instant::now();
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (mut seen, mut buffer) = (Vec::new(), [0_u8; 8192]);
        while !String::from_utf8_lossy(&seen).contains("quotedeck") {
            let n = reader.read(&mut buffer).unwrap();
            if n == 0 {
                break;
            }
            seen.extend_from_slice(&buffer[..n]);
        }
        times.push(began.elapsed());
        let mut writer = pair.master.take_writer().unwrap();
        writer.write_all(b"q").unwrap();
        let drain = std::thread::spawn(move || while reader.read(&mut buffer).is_ok_and(|n| n > 0) {});
        child.wait().unwrap();
        drop(pair.master);
        drain.join().unwrap();
    }
    println!("| start to first paint (SQLite, largest database above), median | {} |", ms(median(times)));
}
