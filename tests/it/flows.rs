//! The production loop over a real database, with scripted keys on a terminal in memory. No sleeps: a test turns the
//! loop until what it waits for is on the screen, or until nothing is under way.

use std::io;
use std::task::{Context, Poll};
use std::time::Duration;

use chrono::TimeDelta;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use quotedeck::clock::Clock;
use quotedeck::config::keys::KeyTable;
use quotedeck::config::theme::{Styles, Theme};
use quotedeck::domain::actor::Role;
use quotedeck::domain::event::{Columns, Provider};
use quotedeck::domain::source::SourceSetting;
use quotedeck::runtime::signals::Sign;
use quotedeck::runtime::surface::Surface;
use quotedeck::runtime::{Deck, Session};
use quotedeck::server::Reader;
use quotedeck::store::Store;
use quotedeck::store::connect::Place;
use ratatui::Terminal;
use ratatui::backend::{Backend as _, TestBackend};
use ratatui::buffer::Cell;
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::databases::{World, on_sqlite, start};
use crate::fixtures::with;
use crate::workflow::{give, set_up};

/// The terminal that most tests sit at.
const LARGE: (u16, u16) = (120, 36);
/// For a broken loop alone.
const LIMIT: Duration = Duration::from_secs(30);

/// A terminal in memory whose keys are sent by the test.
struct Memory {
    terminal: Terminal<TestBackend>,
    events: mpsc::UnboundedReceiver<Event>,
    sent: Vec<String>,
}

impl Surface for Memory {
    type Backend = TestBackend;

    fn terminal(&mut self) -> &mut Terminal<TestBackend> {
        &mut self.terminal
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Event>> {
        self.events.poll_recv(context)
    }

    fn send(&mut self, sequence: &str) -> io::Result<()> {
        self.sent.push(sequence.to_owned());
        Ok(())
    }

    fn lend(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn take_back(&mut self) -> io::Result<()> {
        self.terminal.clear().map_err(io::Error::other)
    }

    fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A deck with a person before it.
pub(crate) struct Sitting {
    deck: Deck<Memory>,
    keys: mpsc::UnboundedSender<Event>,
    signs: mpsc::Sender<Sign>,
}

impl Sitting {
    pub(crate) fn at(place: &Place, clock: &Clock, name: &str, recovery: &TempDir) -> Self {
        Self::opened(place, clock, name, recovery, (false, vec![], LARGE))
    }

    /// As ana, in the middle of a draft; the clock stands still, so that her text is not saved by itself.
    async fn typing(world: &World, recovery: &TempDir) -> Self {
        let acme = world.client("Acme").await;
        let lead = world.lead(&acme, with![]).await;
        world.draft(&acme, lead, with![]).await;
        let mut ana = Self::at(&world.place, &world.clock, "ana", recovery);
        ana.sees("missed-call week").await;
        ana.press("5\n").await;
        ana.press("eSo ").await;
        ana
    }

    /// With these sources in the configuration.
    fn configured(place: &Place, clock: &Clock, name: &str, recovery: &TempDir, sources: Vec<SourceSetting>) -> Self {
        Self::opened(place, clock, name, recovery, (false, sources, LARGE))
    }

    /// As `quotedeck review` opens it.
    pub(crate) fn reviewing(place: &Place, clock: &Clock, name: &str, recovery: &TempDir) -> Self {
        Self::reviewing_on(LARGE, place, clock, name, recovery)
    }

    /// The same on a terminal of so many columns and rows.
    pub(crate) fn reviewing_on(size: (u16, u16), place: &Place, clock: &Clock, name: &str, recovery: &TempDir) -> Self {
        Self::opened(place, clock, name, recovery, (true, vec![], size))
    }

    fn opened(
        place: &Place,
        clock: &Clock,
        name: &str,
        recovery: &TempDir,
        (open_review, sources, size): (bool, Vec<SourceSetting>, (u16, u16)),
    ) -> Self {
        let (keys, events) = mpsc::unbounded_channel();
        let (signs, signs_come) = mpsc::channel(4);
        let session = Session {
            place: place.clone(),
            portal: quotedeck::store::portal::Login::default(),
            clock: clock.clone(),
            actor: name.to_owned(),
            keys: KeyTable::default(),
            styles: Styles::new(&Theme::named("default").expect("the default theme"), true),
            reader: Reader::new(Columns::default(), sources),
            demo: false,
            open_review,
            recovery: recovery.path().to_owned(),
            local: false,
        };
        let terminal = Terminal::new(TestBackend::new(size.0, size.1)).expect("a terminal in memory");
        let memory = Memory { terminal, events, sent: Vec::new() };
        let deck = Deck::open(session, memory, signs_come).expect("the deck opens");
        Self { deck, keys, signs }
    }

    pub(crate) fn screen(&mut self) -> String {
        self.deck.surface().terminal.backend().to_string()
    }

    /// Turns the loop until `reached`; the deck must go on.
    async fn turn_until(&mut self, wanted: &str, mut reached: impl FnMut(&mut Self) -> bool) {
        let turning = async {
            while !reached(self) {
                assert!(self.deck.turn().await.is_none(), "the deck ended");
            }
        };
        let in_time = tokio::time::timeout(LIMIT, turning).await.is_ok();
        assert!(in_time, "waited for {wanted}; the screen is\n{}", self.screen());
    }

    /// Until the screen says this.
    pub(crate) async fn sees(&mut self, text: &str) {
        self.turn_until(text, |sitting| sitting.screen().contains(text)).await;
    }

    /// Until every key was taken in, every effect was answered and the screen shows it.
    pub(crate) async fn idle(&mut self) {
        self.turn_until("nothing under way", |sitting| sitting.deck.surface().events.is_empty() && sitting.deck.idle()).await;
    }

    /// Until the deck knows that what is on the screen can be seen: it asks for no time at once.
    pub(crate) async fn looks(&mut self) {
        self.idle().await;
        let soon = TimeDelta::milliseconds(100);
        self.turn_until("a look", |sitting| {
            let app = sitting.deck.app();
            sitting.deck.idle() && app.next_tick().is_none_or(|at| at - app.now() > soon)
        })
        .await;
    }

    pub(crate) async fn press(&mut self, keys: &str) {
        for key in keys.chars() {
            let code = match key {
                '\n' => KeyCode::Enter,
                '\x1b' => KeyCode::Esc,
                '⇟' => KeyCode::PageDown,
                '⇞' => KeyCode::PageUp,
                key => KeyCode::Char(key),
            };
            self.keys.send(Event::Key(KeyEvent::new(code, KeyModifiers::NONE))).expect("the deck reads");
        }
        self.idle().await;
    }

    /// Until the deck is over, and closed.
    async fn ends(self) {
        tokio::time::timeout(LIMIT, self.deck.run()).await.expect("the deck ends").expect("without an error");
    }
}

both_databases!(
    what_another_connection_commits_is_seen,
    an_act_is_done_and_undone,
    a_parked_payload_is_read_again_from_the_sources_screen,
    a_group_is_released_from_the_deck_and_goes_on_without_it,
);

async fn what_another_connection_commits_is_seen(world: World) {
    let recovery = TempDir::new().unwrap();
    world.person("rosa", Role::Owner, None).await;
    let mut rosa = Sitting::at(&world.place, &world.clock, "rosa", &recovery);
    rosa.sees("● live").await;
    rosa.sees("rosa (owner)").await;
    rosa.idle().await;
    assert!(!rosa.screen().contains("Thumbtack"), "nothing is there yet");

    let acme = world.client("Acme").await;
    world.lead(&acme, with![service = "roof leak"]).await;
    rosa.sees("roof leak").await;

    rosa.keys.send(Event::Key(KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE))).unwrap();
    rosa.ends().await;
    assert_eq!(world.number("select count(*) from presence").await, 0);
}

async fn an_act_is_done_and_undone(world: World) {
    let recovery = TempDir::new().unwrap();
    world.person("rosa", Role::Owner, None).await;
    let acme = world.client("Acme").await;
    world.task(&acme, with![title = "call J. Ortiz"]).await;
    let mut rosa = Sitting::at(&world.place, &world.clock, "rosa", &recovery);
    rosa.sees("call J. Ortiz").await;
    rosa.press("4f").await;
    assert_eq!(world.texts("select state from tasks").await, ["done"], "{}", rosa.screen());
    rosa.press("u").await;
    assert_eq!(world.texts("select state from tasks").await, ["open"], "{}", rosa.screen());
}

/// A webhook whose fields nobody mapped is parked; with the mapping in the configuration, `r` takes it in.
async fn a_parked_payload_is_read_again_from_the_sources_screen(world: World) {
    let recovery = TempDir::new().unwrap();
    let (acme, _) = set_up(&world).await;
    give(&world, &acme, Provider::Webhook, r#"{"id":9,"who":{"cell":"5125550142","name":"Bo"}}"#).await;
    let mut rosa = Sitting::at(&world.place, &world.clock, "rosa", &recovery);
    rosa.sees("1 parked").await;
    rosa.press("6").await;
    assert!(rosa.screen().contains("webhook for Acme"), "{}", rosa.screen());
    assert!(rosa.screen().contains("W-1 now: nobody said where its fields are"), "{}", rosa.screen());
    rosa.press("t").await;
    assert!(rosa.screen().contains("test event  turned away (no secret)"), "{}", rosa.screen());
    rosa.press("r").await;
    assert!(rosa.screen().contains("0 taken in, 1 are parked still"), "{}", rosa.screen());
    rosa.keys.send(Event::Key(KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE))).unwrap();
    rosa.ends().await;

    let mut mended = SourceSetting::new(Provider::Webhook);
    for (field, place) in [("phone", "who.cell"), ("name", "who.name"), ("key", "id")] {
        mended.fields.0.insert(field.into(), place.into());
    }
    let mut rosa = Sitting::configured(&world.place, &world.clock, "rosa", &recovery, vec![mended]);
    rosa.sees("1 parked").await;
    rosa.press("6").await;
    rosa.press("r").await;
    assert!(rosa.screen().contains("1 taken in"), "{}", rosa.screen());
    assert!(rosa.screen().contains("name 100% · phone 100% · email 0%"), "{}", rosa.screen());
    assert_eq!(world.texts("select name from leads").await, ["Bo"]);
    rosa.press("\n").await;
    assert!(rosa.screen().contains("W-1"), "{}", rosa.screen());
}

#[tokio::test]
async fn a_deck_without_its_database_says_what_to_do_and_comes_alive() {
    let (folder, recovery) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (place, clock) = (Place::Sqlite(folder.path().join("deck.db")), Clock::fixed(start()));
    let mut rosa = Sitting::at(&place, &clock, "rosa", &recovery);
    rosa.sees("○ connecting").await;
    rosa.sees("quotedeck init").await;
    Store::init(&place, clock.clone()).await.expect("the database is made");
    rosa.sees("● live").await;
    rosa.sees("rosa (owner)").await;
}

#[tokio::test]
async fn a_name_nobody_knows_sees_no_client_and_changes_nothing() {
    on_sqlite(async |world| {
        let recovery = TempDir::new().unwrap();
        world.person("rosa", Role::Owner, None).await;
        let acme = world.client("Acme").await;
        world.task(&acme, with![title = "call J. Ortiz"]).await;
        let mut eve = Sitting::at(&world.place, &world.clock, "eve", &recovery);
        eve.sees("● live").await;
        eve.idle().await;
        assert!(!eve.screen().contains("Ortiz"));
        eve.press("4f").await;
        eve.sees("nobody here is called eve").await;

        world.person("eve", Role::Operator, Some(&[&acme])).await;
        eve.sees("call J. Ortiz").await;
        eve.sees("eve (operator)").await;
    })
    .await;
}

#[tokio::test]
async fn a_reference_is_copied_past_the_screen() {
    on_sqlite(async |world| {
        let recovery = TempDir::new().unwrap();
        world.person("rosa", Role::Owner, None).await;
        let acme = world.client("Acme").await;
        world.lead(&acme, with![service = "roof leak"]).await;
        let mut rosa = Sitting::at(&world.place, &world.clock, "rosa", &recovery);
        rosa.sees("roof leak").await;
        rosa.press("1y").await;
        assert!(matches!(&*rosa.deck.surface().sent, [copied] if copied.contains("]52;c;")), "{}", rosa.screen());
    })
    .await;
}

#[tokio::test]
async fn what_another_program_wrote_on_the_screen_is_painted_over_when_asked() {
    on_sqlite(async |world| {
        let recovery = TempDir::new().unwrap();
        world.person("rosa", Role::Owner, None).await;
        let mut rosa = Sitting::at(&world.place, &world.clock, "rosa", &recovery);
        rosa.sees("● live").await;
        let stray = Cell::new("¶");
        rosa.deck.surface().terminal.backend_mut().draw([(60, 20, &stray)].into_iter()).unwrap();
        rosa.press("1").await;
        assert!(rosa.screen().contains('¶'), "only what changed is painted");
        rosa.keys.send(Event::Key(KeyEvent::new(KeyCode::Char('l'), KeyModifiers::CONTROL))).unwrap();
        rosa.idle().await;
        assert!(!rosa.screen().contains('¶'));
    })
    .await;
}

#[tokio::test]
async fn an_unsaved_text_outlives_a_deck_that_must_end() {
    on_sqlite(async |world| {
        let recovery = TempDir::new().unwrap();
        world.person("ana", Role::Reviewer, None).await;
        let mut ana = Sitting::typing(&world, &recovery).await;
        assert!(ana.deck.app().unsaved().is_some(), "{}", ana.screen());
        ana.signs.send(Sign::Ended).await.unwrap();
        ana.ends().await;
        assert_eq!(std::fs::read_dir(recovery.path()).unwrap().count(), 0, "the database has it, and with that another machine");

        let mut ana = Sitting::at(&world.place, &world.clock, "ana", &TempDir::new().unwrap());
        ana.sees("missed-call week").await;
        ana.press("5\n").await;
        ana.sees("So Two calls").await;
    })
    .await;
}

#[tokio::test]
async fn an_unsaved_text_outlives_a_deck_that_breaks() {
    on_sqlite(async |world| {
        let recovery = TempDir::new().unwrap();
        world.person("ana", Role::Reviewer, None).await;
        let ana = Sitting::typing(&world, &recovery).await;
        // What a panic leaves of the loop.
        drop(ana);
        let kept: Vec<_> = std::fs::read_dir(recovery.path()).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(matches!(&*kept, [file] if std::fs::read_to_string(file).unwrap().contains("So ")));

        let mut bob = Sitting::at(&world.place, &world.clock, "bob", &recovery);
        bob.sees("● live").await;
        assert!(!bob.screen().contains("unsaved text"), "another person's text is not offered");

        let mut ana = Sitting::at(&world.place, &world.clock, "ana", &recovery);
        ana.sees("an unsaved text for D-1 was found").await;
        ana.sees("missed-call week").await;
        ana.press("5\n").await;
        ana.sees("unsaved").await;
    })
    .await;
}

async fn a_group_is_released_from_the_deck_and_goes_on_without_it(world: World) {
    let acme = world.client("Acme").await;
    world.person("rosa", Role::Owner, None).await;
    let hubspot = world.destination("HubSpot", with![]).await;
    for _ in 0..3 {
        world.job(&acme, hubspot, with![state = "dead", signature = "401", last_error = "401 expired"]).await;
    }
    let recovery = TempDir::new().expect("a temporary folder");
    let mut rosa = Sitting::at(&world.place, &world.clock, "rosa", &recovery);
    rosa.sees("3 in 1 group").await;
    rosa.press("2\n").await;
    rosa.sees("likely: the token expired or was revoked").await;
    rosa.sees("✓ safe").await;
    rosa.press("i").await;
    rosa.sees("it is given up").await;
    rosa.press("\x1b\x1bR").await;
    rosa.sees("3 safe").await;
    rosa.press("\n").await;
    rosa.sees("begins with a canary; 2 more follow").await;
    rosa.sees("⇉ 0/3").await;
    quotedeck::workflow::release::advance(&world.store).await.expect("a step");
    rosa.sees("⇉ 1/3").await;
    drop(rosa);
    for _ in 0..4 {
        world.clock.advance(chrono::TimeDelta::seconds(1));
        world.script("update jobs set state = 'succeeded' where state = 'ready'").await;
        quotedeck::workflow::release::advance(&world.store).await.expect("a step");
    }
    assert_eq!(world.number("select count(*) from jobs where state = 'succeeded'").await, 3);
    assert_eq!(world.number("select count(*) from releases where state = 'done'").await, 1);
}
