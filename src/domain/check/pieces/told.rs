//! A number as far as it is told: its figures, and where it was parted.

use super::Piece;
use super::bridge::Bridge;

/// Up to eleven figures, four bits each.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) bits: u64,
    pub(super) len: u32,
}

/// Figures of the longest number: eleven, with the `1` before them.
const MOST_FIGURES: u32 = 11;

impl Figures {
    /// `None` for more than the longest number has.
    pub(super) fn new(digits: &str) -> Option<Self> {
        let len = u32::try_from(digits.len()).ok().filter(|len| *len <= MOST_FIGURES)?;
        let bits = digits.bytes().fold(0, |bits, digit| bits << 4 | u64::from(digit - b'0'));
        Some(Self { bits, len })
    }

    pub(super) fn then(self, next: Self) -> Option<Self> {
        let len = self.len + next.len;
        (len <= MOST_FIGURES).then_some(Self { bits: self.bits << (4 * next.len) | next.bits, len })
    }

    fn without_last(self, count: u32) -> Option<Self> {
        let len = self.len.checked_sub(count)?;
        Some(Self { bits: self.bits >> (4 * count), len })
    }

    fn ends_with(self, end: Self) -> bool {
        end.len <= self.len && self.bits & ((1 << (4 * end.len)) - 1) == end.bits
    }

    /// Whether it begins with the last figures of another, and has more.
    fn starts_with(self, other: Self, count: u32) -> bool {
        count < self.len && count < other.len && self.bits >> (4 * (self.len - count)) == other.bits & ((1 << (4 * count)) - 1)
    }

    /// The figure at a place, counted from the first.
    fn at(self, place: u32) -> u64 {
        self.bits >> (4 * (self.len - 1 - place)) & 0xf
    }
}

/// Words between the pieces of a number in figures that are not known to stand there, at most.
const MOST_ODD: usize = 6;

/// A number as far as it is told.
#[derive(Clone, Copy, Default)]
pub(super) struct Told {
    pub(super) figures: Figures,
    /// After how many figures something was said, a bit each, but for figures one by one: those are parted where one likes.
    cuts: u16,
    /// After how many a piece or a word in figures ends.
    ends: u16,
    spoken: bool,
    telling: bool,
    breathes: bool,
    corrected: bool,
    /// Words that are not known to stand between pieces.
    odd: usize,
    /// After how many a piece ends, whatever it is.
    pauses: u16,
}

impl Told {
    pub(super) fn first(figures: Figures, ends: u16) -> Self {
        Self { figures, ends, ..Self::default() }
    }

    /// Everything that can be meant when a piece follows over a bridge.
    pub(super) fn with<'a>(&'a self, piece: &'a Piece, before: u32, bridge: Bridge) -> impl Iterator<Item = Self> + 'a {
        let (all, next) = (self.figures.len, piece.figures);
        let now = Self {
            spoken: self.spoken || bridge.spoken,
            telling: self.telling || bridge.telling,
            breathes: self.breathes || bridge.breathes,
            odd: self.odd + bridge.odd,
            corrected: self.corrected || bridge.corrects,
            ..*self
        };
        let parts = piece.ends > 0;
        let without = move |count: u32| {
            let kept = self.figures.without_last(count)?;
            let (low, cut) = ((1_u16 << (kept.len + 1)) - 1, 1_u16 << kept.len);
            Some(Self {
                figures: kept.then(next)?,
                cuts: now.cuts & low & !cut | if bridge.spoken && parts { cut } else { 0 },
                ends: now.ends & low | if parts { cut } else { 0 } | piece.ends << kept.len,
                pauses: now.pauses & low | cut,
                ..now
            })
        };
        let area_last = (bridge.area && all == 7 && next.len == 3)
            .then(|| Some(Self { figures: next.then(self.figures)?, cuts: 1 << 3, ends: 1 << 3 | self.ends << 3, ..now }));
        // `01... 0159`: begun again.
        let begun = (1..=3).filter(move |count| next.starts_with(self.figures, *count));
        let again = self.figures.ends_with(next).then_some(now);
        let corrected = [1, 2, 3, 4, before, all];
        let corrected = corrected.into_iter().filter(move |count| bridge.corrects && *count > 0 && *count <= all);
        let taken_back = corrected.chain(begun).filter_map(without);
        std::iter::once(without(0)).chain(area_last).flatten().chain(again).chain(taken_back)
    }

    /// Figures before the area code.
    fn country(self) -> u32 {
        u32::from(self.figures.len == MOST_FIGURES && self.figures.at(0) == 1)
    }

    /// Whether it is a phone number, by its figures and by the way it is told. `one_by_one`: in words, or a figure at a time;
    /// `of_calling`: whether somebody speaks of that.
    pub(super) fn is_phone(self, one_by_one: bool, of_calling: impl Fn() -> bool) -> bool {
        let (long, begins) = (self.country(), |place| self.figures.at(place) >= 2);
        match self.figures.len - long {
            10 if !begins(long) || !begins(long + 3) => false,
            10 if one_by_one => self.spoken || self.pauses & !self.groups() == 0,
            10 if !self.spoken || !self.is_grouped() || self.odd > MOST_ODD => false,
            10 => self.odd == 0 && self.is_by_breaths() || self.is_plain() && of_calling(),
            // A code of four that was said wrong first has as many.
            7 => self.telling && !self.corrected && begins(0) && self.odd <= 1 && self.is_grouped() && of_calling(),
            _ => false,
        }
    }

    /// After how many figures such a number is parted.
    fn groups(self) -> u16 {
        let groups = if self.figures.len == 7 { 1 | 1 << 3 | 1 << 5 | 1 << 7 } else { 1 | 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 };
        groups << self.country() | 1
    }

    fn is_grouped(self) -> bool {
        (self.cuts | self.ends) & !self.groups() == 0
    }

    /// Whether little is said between the pieces, or it is told in all its groups.
    fn is_plain(self) -> bool {
        self.odd == 0 || self.odd == 1 && self.breathes || self.is_in_three()
    }

    /// Whether it is told in all its three groups.
    fn is_in_three(self) -> bool {
        let three = (1 << 3 | 1 << 6) << self.country();
        (self.ends | self.cuts) & three == three
    }

    /// Whether the way it is told shows what it is, with nothing said of a number: with breaths alone between the pieces,
    /// with one of them and in all its groups, or with the last four in two.
    fn is_by_breaths(self) -> bool {
        let two = 1 << 8;
        !self.telling || self.is_in_three() && (self.breathes || (self.ends | self.cuts) & two == two)
    }
}
