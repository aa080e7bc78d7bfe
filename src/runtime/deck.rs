//! The one loop. It waits for one thing to happen, takes in everything that waits by then, and paints once.
//!
//! Generic over the terminal, so that tests run this loop and no other: they call [`Deck::turn`] until what they wait
//! for is on the screen, or until [`Deck::idle`].

mod elsewhere;

use std::future::{pending, poll_fn};
use std::task::Poll;
use std::time::Duration;

use crossterm::event::Event;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::effects::{ForTheLoop, Hands};
use super::link::{self, News, Standing};
use super::recovery::Recovery;
use super::signals::Sign;
use super::surface::Surface;
use super::{Broken, Session, input};
use crate::app::message::{Link, Message};
use crate::app::{App, Start};
use crate::config::keys::{Action, Chord};
use crate::domain::id::Ref;
use crate::domain::text::Internal;
use crate::store::feed::{Hint, LinkState};
use crate::ui;

/// Answers that may wait; a bulk act waits when the deck does not keep up.
const WAITING: usize = 1024;
/// Taken in between two frames at most, so that a flood cannot hide the screen.
const BATCH: usize = 1024;
/// Between two frames: about sixty a second, and none when nothing changed.
const FRAME: Duration = Duration::from_millis(16);
/// Time to save and say goodbye.
const LEAVING: Duration = Duration::from_secs(2);

/// What woke the loop.
enum Woken {
    Sign(Sign),
    Task(Result<(), JoinError>),
    Message(Message),
    News(News),
    Event(Option<Event>),
    /// It is time to paint.
    Frame,
    /// Something on the screen reads differently.
    Tick,
    /// It is time to say where the person is.
    Presence,
}

/// A deck on a terminal.
pub struct Deck<S: Surface> {
    session: Session,
    app: App,
    surface: S,
    hands: Hands,
    link: JoinSet<()>,
    signs: mpsc::Receiver<Sign>,
    messages: mpsc::Receiver<Message>,
    news: mpsc::Receiver<News>,
    /// No frame before.
    next_frame: Instant,
    /// What the person asked to edit elsewhere.
    edit: Option<(Ref, Internal<String>)>,
    /// Why the database cannot be opened, as it was told last.
    told: Option<String>,
    ended: Option<Result<(), Broken>>,
}

impl<S: Surface> Deck<S> {
    /// Opens a deck: it stands at once, and connects by itself.
    ///
    /// # Errors
    /// [`Broken::Terminal`] when the terminal does not tell its size.
    pub fn open(session: Session, mut surface: S, signs: mpsc::Receiver<Sign>) -> Result<Self, Broken> {
        let size = surface.terminal().size().map_err(|error| Broken::Terminal(error.to_string()))?;
        let Standing { me, read_only_reason } = link::unknown_yet(&session.actor);
        let (app, effects) = App::new(Start {
            me,
            now: session.clock.now(),
            size: (size.width, size.height),
            keys: session.keys.clone(),
            demo: session.demo,
            read_only_reason,
            open_review: session.open_review,
            can_edit_externally: session.local,
        });
        let (say, messages) = mpsc::channel(WAITING);
        let (say_news, news) = mpsc::channel(16);
        let mut link = JoinSet::new();
        link.spawn(link::follow(
            (session.place.clone(), session.portal.clone()),
            session.clock.clone(),
            session.actor.clone(),
            say_news,
        ));
        let recovery = Recovery::new(&session.recovery, &session.place.to_string(), &session.actor);
        let found = recovery.found();
        let hands = Hands::new(say, recovery, session.reader.clone());
        let next_frame = Instant::now();
        let (edit, told, ended) = (None, None, None);
        let mut deck = Self { session, app, surface, hands, link, signs, messages, news, next_frame, edit, told, ended };
        deck.perform(effects);
        for (draft, text) in found {
            deck.take(Message::Recovered { draft, text });
        }
        Ok(deck)
    }

    /// Runs until the person leaves or must leave.
    ///
    /// # Errors
    /// [`Broken`]; unsaved text is in its recovery file.
    pub async fn run(mut self) -> Result<(), Broken> {
        loop {
            if let Some(ended) = self.turn().await {
                self.close().await;
                return ended;
            }
        }
    }

    /// What it shows.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Where it shows it.
    pub fn surface(&mut self) -> &mut S {
        &mut self.surface
    }

    /// Whether nothing is under way, nothing waits, and the screen shows it.
    pub fn idle(&self) -> bool {
        self.app.idle() && self.hands.idle() && self.messages.is_empty() && self.news.is_empty() && !self.app.dirty()
    }

    /// One turn: waits, takes everything in, paints. `Some` when the deck is over; then it must be closed.
    pub async fn turn(&mut self) -> Option<Result<(), Broken>> {
        let mut ticked = false;
        match self.woken().await {
            Woken::Sign(sign) => self.sign(sign),
            Woken::Task(done) => self.task_ended(done),
            Woken::Message(message) => self.take(message),
            Woken::News(news) => self.hear(news),
            Woken::Event(event) => self.event(event, &mut ticked),
            Woken::Frame => {}
            Woken::Tick => self.take(Message::Tick(self.session.clock.now())),
            Woken::Presence => self.hands.say_presence(),
        }
        self.drain(&mut ticked).await;
        if let Some((draft, text)) = self.edit.take() {
            self.edit_elsewhere(draft, &text).await;
        }
        if self.ended.is_none() {
            self.paint();
        }
        self.ended.take()
    }

    async fn woken(&mut self) -> Woken {
        let now = self.session.clock.now();
        // A millisecond more: times are cut to milliseconds, and waking too early would be for nothing.
        let until_tick = self.app.next_tick().map(|at| (at - now).to_std().unwrap_or_default() + Duration::from_millis(1));
        let tick = until_tick.map(|wait| Instant::now() + wait);
        let frame = self.app.dirty().then_some(self.next_frame);
        tokio::select! {
            biased;
            Some(sign) = self.signs.recv() => Woken::Sign(sign),
            Some(done) = self.hands.reads.join_next() => Woken::Task(done),
            Some(done) = self.hands.acts.join_next() => Woken::Task(done),
            Some(done) = self.link.join_next() => Woken::Task(done),
            Some(message) = self.messages.recv() => Woken::Message(message),
            Some(news) = self.news.recv() => Woken::News(news),
            event = poll_fn(|context| self.surface.poll_event(context)) => Woken::Event(event),
            () = at(frame) => Woken::Frame,
            () = at(tick) => Woken::Tick,
            () = at(self.hands.presence_due) => Woken::Presence,
        }
    }

    /// Takes in what waits already.
    async fn drain(&mut self, ticked: &mut bool) {
        for _ in 0..BATCH {
            if self.ended.is_some() || self.edit.is_some() {
                return;
            }
            if let Ok(sign) = self.signs.try_recv() {
                self.sign(sign);
            } else if let Some(done) = self.hands.reads.try_join_next().or_else(|| self.hands.acts.try_join_next()) {
                self.task_ended(done);
            } else if let Ok(message) = self.messages.try_recv() {
                self.take(message);
            } else if let Ok(news) = self.news.try_recv() {
                self.hear(news);
            } else {
                // Asked with the task's own waker: the reader keeps the first one it is given.
                match poll_fn(|context| Poll::Ready(self.surface.poll_event(context))).await {
                    Poll::Ready(event) => self.event(event, ticked),
                    Poll::Pending => return,
                }
            }
        }
    }

    fn take(&mut self, message: Message) {
        let effects = self.app.update(message);
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<crate::app::effect::Effect>) {
        for effect in effects {
            match self.hands.perform(effect) {
                None => {}
                Some(ForTheLoop::Copy(text)) => self.copy(&text),
                Some(ForTheLoop::Edit { draft, text }) => self.edit = Some((draft, text)),
                Some(ForTheLoop::Leave) => self.ended = Some(Ok(())),
            }
        }
    }

    fn sign(&mut self, sign: Sign) {
        match sign {
            Sign::Interrupted | Sign::Ended => self.leave(),
            Sign::Continued => {
                let taken = self.surface.take_back();
                self.painted_anew(taken);
            }
        }
    }

    /// Ends as with the key to leave: what was typed is saved, claims are handed back.
    fn leave(&mut self) {
        self.take(Message::Leave);
        self.ended = Some(Ok(()));
    }

    fn task_ended(&mut self, done: Result<(), JoinError>) {
        if done.is_err_and(|error| error.is_panic()) {
            self.ended = Some(Err(Broken::Defect));
        }
    }

    fn event(&mut self, event: Option<Event>, ticked: &mut bool) {
        let Some(event) = event else {
            // The terminal is gone.
            self.leave();
            return;
        };
        if self.session.local && input::is_suspend(&event) {
            let back = self.surface.suspend();
            self.painted_anew(back);
            return;
        }
        let Some(message) = input::message(event) else { return };
        if self.is_reload(&message) {
            // Something else wrote on the screen: all of it is sent again, also what did not change.
            let cleared = self.surface.terminal().clear().map_err(|error| std::io::Error::other(error.to_string()));
            self.painted_anew(cleared);
        }
        if !std::mem::replace(ticked, true) {
            self.take(Message::Tick(self.session.clock.now()));
        }
        self.take(message);
    }

    fn is_reload(&self, message: &Message) -> bool {
        let Message::Key(key) = message else { return false };
        let row = self.session.keys.row(Action::Reload, &self.app.places());
        row.is_some_and(|row| row.chords.contains(&Chord::from(*key)))
    }

    fn hear(&mut self, news: News) {
        match news {
            News::Failed(failure) => {
                let why = failure.to_string();
                self.hands.closed(failure);
                if self.told.as_ref() != Some(&why) {
                    self.told = Some(why.clone());
                    self.take(Message::Trouble(why));
                }
            }
            News::Connected(store, standing) => {
                self.told = None;
                self.hands.open(store, &standing);
                self.known(standing);
            }
            News::Known(standing) => {
                self.hands.known(&standing);
                self.known(standing);
                self.take(Message::Changed);
            }
            News::Hint(Hint::Changed) => self.take(Message::Changed),
            News::Hint(Hint::Link(state)) => self.take(Message::Linked(match state {
                LinkState::Live => Link::Live,
                LinkState::Polling => Link::Polling,
                LinkState::Offline => Link::Offline { since: self.session.clock.now() },
            })),
        }
    }

    fn known(&mut self, Standing { me, read_only_reason }: Standing) {
        self.take(Message::Known { me, read_only_reason });
    }

    fn paint(&mut self) {
        let now = Instant::now();
        if !self.app.dirty() || now < self.next_frame {
            return;
        }
        let (app, styles) = (&self.app, &self.session.styles);
        let drawn =
            self.surface.terminal().draw(|frame| ui::draw(frame, app, styles)).map(drop).map_err(|error| error.to_string());
        match drawn {
            Ok(()) => {
                self.next_frame = now + FRAME;
                self.app.painted();
            }
            Err(error) => {
                // Whoever was before it is gone, and a signal may never say so.
                self.leave();
                self.ended = Some(Err(Broken::Terminal(error)));
            }
        }
    }

    fn painted_anew(&mut self, taken_back: std::io::Result<()>) {
        match taken_back {
            // The window may be another by now; the message also makes the deck paint.
            Ok(()) => match self.surface.terminal().size() {
                Ok(size) => self.take(Message::Resize(size.width, size.height)),
                Err(error) => self.ended = Some(Err(Broken::Terminal(error.to_string()))),
            },
            Err(error) => self.ended = Some(Err(Broken::Terminal(error.to_string()))),
        }
    }

    /// Saves what is under way, within two seconds, and says goodbye.
    async fn close(&mut self) {
        let deadline = Instant::now() + LEAVING;
        self.hands.stop();
        loop {
            // An answer may ask for more: a text that was saved hands its claim back.
            while let Ok(message) = self.messages.try_recv() {
                self.take(message);
            }
            if self.hands.acts.is_empty() {
                break;
            }
            tokio::select! {
                biased;
                Some(message) = self.messages.recv() => self.take(message),
                Some(_) = self.hands.acts.join_next() => {}
                () = sleep_until(deadline) => break,
            }
        }
        self.keep_unsaved();
        drop(timeout_at(deadline, self.hands.say_goodbye()).await);
    }

    /// A text that is not in the database goes to its recovery file.
    fn keep_unsaved(&self) {
        if let Some((draft, text)) = self.app.unsaved()
            && let Err(error) = self.hands.recovery.keep(draft, &text)
        {
            tracing::error!(%draft, %error, "an unsaved text could not be kept");
        }
    }
}

/// However the deck ends, also by a panic: what was typed is kept.
impl<S: Surface> Drop for Deck<S> {
    fn drop(&mut self) {
        // A panic within a panic would end the process before anything is restored.
        let kept = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.keep_unsaved()));
        drop(kept);
    }
}

/// Waits for a time; for ever when there is none.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => pending().await,
    }
}
