//! What happens in the demo's day, one thing after the other and without end. The same seed tells the same day.

use chrono::TimeDelta;
use fastrand::Rng;

use super::words::{AREAS, FIRST, HOSTILE, LAST, Story, TRADES};
use crate::domain::event::Provider;

/// Callers that may be heard of again.
const REMEMBERED: usize = 40;

/// Somebody who calls or writes.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// Index of the client in [`TRADES`].
    pub(super) client: usize,
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) email: String,
    pub(super) city: &'static str,
    pub(super) state: &'static str,
    pub(super) story: Story,
}

/// In which shape it arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    MissedCall,
    Voicemail,
    TrackedCall {
        answered: bool,
    },
    Marketplace,
    Form,
    Text,
    OptOut,
    /// A call whose number is withheld: nobody can be reached, so it is parked.
    Withheld,
    /// From a client's own system: the work is done.
    JobDone,
}

impl Shape {
    /// Who sends it.
    pub(super) fn provider(self) -> Provider {
        match self {
            Self::MissedCall | Self::Voicemail | Self::Withheld => Provider::TwilioVoice,
            Self::TrackedCall { .. } => Provider::Callrail,
            Self::Marketplace => Provider::Thumbtack,
            Self::Form => Provider::Form,
            Self::Text | Self::OptOut => Provider::TwilioSms,
            Self::JobDone => Provider::Event,
        }
    }
}

/// One thing that happens.
#[derive(Clone, Debug)]
pub(super) enum Happening {
    /// Somebody calls or writes; `key` is the provider's own.
    Arrives { caller: Caller, shape: Shape, key: u32 },
    /// The payload before arrives a second time, as providers do.
    ArrivesAgain,
    /// A list is imported.
    Import { callers: Vec<Caller>, key: u32 },
    /// One of the embedded samples.
    Sample { client: usize, provider: Provider, body: &'static [u8] },
    /// A model writes a draft about somebody heard of before; `kind` chooses what is wrong with it.
    Draft { kind: u8 },
    /// Somebody of the team does what is next.
    Deed(Deed),
}

/// What the team does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// The operator does the first open task, and says how it went.
    FinishTask { outcome: u8 },
    /// Somebody takes the first task that is nobody's.
    TakeTask { operator: bool },
    /// The reviewer approves the first draft without a block.
    Approve,
}

const SAMPLES: [(usize, Provider, &[u8]); 3] = [
    (0, Provider::Form, include_bytes!("../../tests/samples/form-urlencoded-1.txt")),
    (2, Provider::TwilioSms, include_bytes!("../../tests/samples/twilio-sms-incoming-1.txt")),
    (3, Provider::TwilioVoice, include_bytes!("../../tests/samples/twilio-voice-minimal-1.txt")),
];

/// The day, told piece by piece.
#[derive(Clone, Debug)]
pub(super) struct Day {
    dice: Rng,
    told: u32,
    known: Vec<Caller>,
}

impl Day {
    pub(super) fn new(seed: u64) -> Self {
        Self { dice: Rng::with_seed(seed), told: 0, known: Vec::new() }
    }

    /// The next thing, and how long after the one before it happens.
    pub(super) fn next(&mut self) -> (TimeDelta, Happening) {
        self.told += 1;
        let gap = TimeDelta::seconds(self.dice.i64(20..100));
        (gap, self.tell())
    }

    /// A list of people who asked on another way.
    pub(super) fn import(&mut self, size: usize) -> Happening {
        let client = self.dice.usize(..TRADES.len());
        let callers = (0..size).map(|_| self.caller(client, false)).collect();
        Happening::Import { callers, key: self.dice.u32(..) }
    }

    fn tell(&mut self) -> Happening {
        // What a visitor should see in any day comes early and at fixed places; the rest is up to the dice.
        match self.told {
            2 => return self.emergency(0, Shape::MissedCall),
            5 => return Happening::ArrivesAgain,
            7 => return self.sample(0),
            9 => return self.hostile(),
            10 | 20 | 28 => return Happening::Draft { kind: self.dice.u8(..3) },
            11 | 22 => return Happening::Draft { kind: self.dice.u8(3..8) },
            13 => return Happening::Deed(Deed::Approve),
            12 => return self.known(Shape::OptOut),
            14 => return self.emergency(2, Shape::Form),
            16 => return self.sample(1),
            18 => return self.sample(2),
            21 => return self.emergency(4, Shape::Voicemail),
            _ => {}
        }
        match self.dice.u32(..100) {
            0..=13 => Happening::Draft { kind: self.dice.u8(..8) },
            14..=27 => Happening::Deed(Deed::FinishTask { outcome: self.dice.u8(..4) }),
            28..=34 => Happening::Deed(Deed::TakeTask { operator: self.dice.bool() }),
            35..=38 => Happening::Deed(Deed::Approve),
            39..=40 => Happening::ArrivesAgain,
            41..=42 => self.known(Shape::OptOut),
            43..=45 => self.known(Shape::JobDone),
            46..=49 => self.known(Shape::Text),
            50 => self.newcomer(Shape::Withheld),
            51..=52 => {
                let client = self.dice.usize(..TRADES.len());
                self.emergency(client, Shape::Form)
            }
            53..=62 => self.newcomer(Shape::MissedCall),
            63..=66 => self.newcomer(Shape::Voicemail),
            67..=71 => self.newcomer(Shape::TrackedCall { answered: true }),
            72..=75 => self.newcomer(Shape::TrackedCall { answered: false }),
            76..=85 => self.newcomer(Shape::Marketplace),
            86..=96 => self.newcomer(Shape::Form),
            _ => self.newcomer(Shape::Text),
        }
    }

    fn sample(&self, at: usize) -> Happening {
        let (client, provider, body) = SAMPLES[at];
        Happening::Sample { client, provider, body }
    }

    fn arrives(&mut self, caller: Caller, shape: Shape) -> Happening {
        Happening::Arrives { caller, shape, key: self.dice.u32(..) }
    }

    fn newcomer(&mut self, shape: Shape) -> Happening {
        let client = self.dice.usize(..TRADES.len());
        let caller = self.caller(client, false);
        self.arrives(caller, shape)
    }

    fn emergency(&mut self, client: usize, shape: Shape) -> Happening {
        let caller = self.caller(client, true);
        self.arrives(caller, shape)
    }

    fn hostile(&mut self) -> Happening {
        let mut caller = self.caller(1, false);
        HOSTILE.clone_into(&mut caller.name);
        self.arrives(caller, Shape::Form)
    }

    /// Somebody who was heard of before; somebody new when nobody was.
    fn known(&mut self, shape: Shape) -> Happening {
        if self.known.is_empty() {
            return self.newcomer(shape);
        }
        let caller = self.known[self.dice.usize(..self.known.len())].clone();
        self.arrives(caller, shape)
    }

    fn caller(&mut self, client: usize, emergency: bool) -> Caller {
        let trade = &TRADES[client];
        let (first, last) = (FIRST[self.dice.usize(..FIRST.len())], LAST[self.dice.usize(..LAST.len())]);
        let (city, state) = trade.markets[self.dice.usize(..trade.markets.len())];
        let story = if emergency { trade.stories[0] } else { trade.stories[self.dice.usize(1..trade.stories.len())] };
        let plain = |name: &str| name.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase();
        let caller = Caller {
            client,
            name: format!("{first} {last}"),
            // Exchange 555 belongs to nobody.
            phone: format!("+1{}555{:04}", AREAS[self.dice.usize(..AREAS.len())], self.dice.u32(1000..9999)),
            email: format!("{}.{}{}@example.com", plain(first), plain(last), self.dice.u32(10..99)),
            city,
            state,
            story,
        };
        if self.known.len() == REMEMBERED {
            self.known.remove(0);
        }
        self.known.push(caller.clone());
        caller
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_tells_the_same_day() {
        let (mut one, mut other, mut another) = (Day::new(7), Day::new(7), Day::new(8));
        let tell = |day: &mut Day| (0..200).map(|_| format!("{:?}", day.next())).collect::<Vec<_>>();
        let told = tell(&mut one);
        assert_eq!(told, tell(&mut other));
        assert_ne!(told, tell(&mut another));
    }
}
