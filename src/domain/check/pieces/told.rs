//! A number as far as it is told: its figures, and where it was parted.

use super::Piece;
use super::bridge::Bridge;
use super::figures::{Figures, MOST_FIGURES};

/// Words between the pieces of a number that are not known to stand there, at most: more are said between figures that count.
const MOST_ODD: usize = 6;
/// Figures that are enough to know a group again by.
const GROUP: u32 = 3;
/// Figures of an extension at most.
const EXTENSION: u32 = 6;

/// Figures in words, or one by one, from which on nothing needs to be said of a number.
pub(super) const IN_WORDS: usize = 6;

/// What shows that a number is one to call, besides the way it is told.
pub(super) struct Shown<C, B> {
    /// Figures of it in words, or one by one.
    pub(super) in_words: usize,
    /// Whether somebody speaks of calling.
    pub(super) of_calling: C,
    /// Whether part of it is a phone number by itself.
    pub(super) beside: B,
}

/// Figures, and where they were parted: after how many, a bit each.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Line {
    figures: Figures,
    /// Where something was said, but for figures one by one: those are parted where one likes.
    cuts: u16,
    /// Where a piece or a word in figures ends.
    ends: u16,
    /// Where a piece ends, whatever it is.
    pauses: u16,
}

impl Line {
    fn then(self, next: Self) -> Option<Self> {
        let (len, figures) = (self.figures.len, self.figures.then(next.figures)?);
        let joined = |before: u16, behind: u16| before | behind << len;
        let (cuts, ends) = (joined(self.cuts, next.cuts), joined(self.ends, next.ends));
        Some(Self { figures, cuts, ends, pauses: joined(self.pauses, next.pauses) | 1 << len })
    }

    fn without_last(self, count: u32) -> Option<Self> {
        let figures = self.figures.without_last(count)?;
        let low = (1_u16 << (figures.len + 1)) - 1;
        Some(Self { figures, cuts: self.cuts & low, ends: self.ends & low, pauses: self.pauses & low })
    }

    /// Figures before the area code.
    fn country(self) -> u32 {
        u32::from(self.figures.len == MOST_FIGURES && self.figures.at(0) == 1)
    }

    /// Whether nothing is left to be told of it.
    fn is_whole(self) -> bool {
        self.figures.len - self.country() == 10
    }

    /// Whether a group of it is told again: figures that stand in it from where it is parted.
    fn repeats(self, next: Figures) -> bool {
        (0..self.figures.len).any(|place| (self.pauses | self.ends | 1) & 1 << place != 0 && self.figures.has_at(place, next))
    }

    /// After how many figures such a number is parted.
    fn groups(self) -> u16 {
        let groups = if self.figures.len == 7 { 1 | 1 << 3 | 1 << 5 | 1 << 7 } else { 1 | 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 };
        groups << self.country() | 1
    }

    fn is_grouped(self) -> bool {
        (self.cuts | self.ends) & !self.groups() == 0
    }

    /// Whether it is told in all its three groups.
    fn is_in_three(self) -> bool {
        let three = (1 << 3 | 1 << 6) << self.country();
        (self.ends | self.cuts) & three == three
    }
}

/// A number as far as it is told.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Told {
    line: Line,
    /// Its last figures, where those were told before the first.
    last: Option<Line>,
    /// Figures of an extension behind it.
    extension: Option<u32>,
    spoken: bool,
    telling: bool,
    breathes: bool,
    corrected: bool,
    /// Somebody else spoke between or said a group again, more than a group was begun again, or the last figures were told first.
    proved: bool,
    /// Words that are not known to stand between pieces.
    odd: usize,
    /// What was said before an `oh` that is no figure.
    carried: Bridge,
}

impl Told {
    pub(super) fn first(figures: Figures, ends: u16) -> Self {
        Self { line: Line { figures, ends, ..Line::default() }, ..Self::default() }
    }

    /// Figures that it has so far.
    pub(super) fn figures(&self) -> u32 {
        self.line.figures.len
    }

    /// Everything that can be meant when a piece follows over a bridge.
    pub(super) fn with(&self, piece: &Piece, before: u32, bridge: Bridge) -> Vec<Self> {
        let (all, next, bridge) = (self.line.figures, piece.figures, self.carried.and(bridge));
        let now = Self {
            spoken: self.spoken || bridge.spoken,
            telling: self.telling || bridge.telling,
            breathes: self.breathes || bridge.breathes,
            // `702. Agent: Vegas! Caller: Yep, 862`
            odd: self.odd + bridge.odd.saturating_sub(usize::from(bridge.answered)),
            corrected: self.corrected || bridge.corrects || bridge.negates,
            proved: self.proved || bridge.answered,
            carried: Bridge::default(),
            ..*self
        };
        let parts = piece.ends > 0;
        let told =
            Line { figures: next, ends: piece.ends | u16::from(parts), cuts: u16::from(bridge.spoken && parts), pauses: 0 };
        let without = |count: u32| {
            let mut kept = self.line.without_last(count)?;
            kept.cuts &= !(1 << kept.figures.len);
            Some(Self { line: kept.then(told)?, ..now }.joined())
        };
        let mut meant = Vec::new();
        // `And the area code? Oh, four one five`
        if piece.is_oh {
            meant.push(Self { carried: bridge, ..*self });
        }
        // Two numbers, not one that was said wrong first.
        let taken_back = bridge.corrects && !bridge.negates && !bridge.speaker;
        let same = now.spoken && (all.ends_with(next) || next.ends_with(all));
        if self.line.is_whole() && next.len >= 10 && !taken_back && !same {
            return meant;
        }
        if let Some(figures) = self.extension.or_else(|| (bridge.extension && self.line.is_whole()).then_some(0)) {
            let extension = figures + next.len;
            let goes_on = extension <= EXTENSION && (figures == 0 || !bridge.spoken);
            meant.extend(goes_on.then_some(Self { extension: Some(extension), ..now }));
            return meant;
        }
        // `no, not double zero`: what follows is what it was not.
        if bridge.negates {
            meant.push(now);
            let dropped = all.ends_with(next).then(|| self.line.without_last(next.len));
            meant.extend(dropped.flatten().map(|line| Self { line, ..now }));
            return meant;
        }
        if !bridge.is_long {
            meant.extend(without(0));
            meant.extend(now.in_front(told, bridge));
        }
        // Said again, by somebody else or by the same; of a whole number only the end: all of it is a number by itself.
        let repeats = !self.line.is_whole() && self.line.repeats(next);
        let group = next.len >= GROUP && (repeats || all.ends_with(next));
        if repeats && (group || next.len > 1 && bridge.odd == 0) || !bridge.is_long && all.ends_with(next) {
            meant.push(Self { proved: now.proved || group && bridge.speaker, ..now });
        }
        // `01... 0159`, `480 555, hang on, 480 555 0164`: begun again.
        let enough = if bridge.is_long { GROUP } else { 1 + u32::from(all.len == 1) };
        let begun = (enough..=all.len).filter(|count| next.starts_with(all, *count));
        meant.extend(begun.filter_map(|count| Some(Self { proved: now.proved || count > GROUP, ..without(count)? })));
        // `it ends in 0149, whole thing is 302 555 0149`
        let ending = matches!(all.len, 3 | 4) && next.len >= 10 && next.ends_with(all);
        meant.extend(ending.then(|| without(all.len)).flatten());
        // `fifty... fifty-seven`
        let ten = next.len == 2 && all.len > 1 && all.ends_with(Figures { bits: next.bits & 0xf0, len: 2 });
        meant.extend(ten.then(|| without(2)).flatten());
        if bridge.corrects && !bridge.is_long {
            let counts = [1, 2, 3, 4, before, all.len];
            meant.extend(counts.into_iter().filter(|count| *count > 0 && *count <= all.len).filter_map(without));
        }
        if self.line.is_whole() && bridge.odd == 0 && !bridge.is_long {
            meant.extend(now.mended(next, bridge));
        }
        meant
    }

    /// Whole, and then told otherwise in part: `0110? One one six at the end`, `0145? 0154`, `sorry, area code's 314`.
    fn mended(self, next: Figures, bridge: Bridge) -> impl Iterator<Item = Self> {
        let (line, long) = (self.line, self.line.country());
        let end = line.figures.len.saturating_sub(next.len);
        let places = [(end, bridge.ends, 1..=4), (long, bridge.begins, GROUP..=GROUP), (long + 3, bridge.middle, GROUP..=GROUP)];
        places.into_iter().filter_map(move |(place, said, lengths)| {
            let misheard = bridge.speaker && next.len > 1 && line.figures.like_at(place, next)?.is_like(next);
            let figures = line.figures.with_at(place, next).filter(|_| lengths.contains(&next.len) && (said || misheard))?;
            Some(Self { line: Line { figures, ..line }, corrected: true, ..self })
        })
    }

    /// The first figures, told behind the last ones.
    fn in_front(self, told: Line, bridge: Bridge) -> Option<Self> {
        match (self.last, self.line.figures.len) {
            (None, 4 | 7) if bridge.begins => {
                let told = Line { ends: told.ends & !1, cuts: told.cuts & !1, ..told };
                Some(Self { line: told, last: Some(self.line), proved: true, ..self }.joined())
            }
            _ => None,
        }
    }

    /// As one, once nothing is left between the first and the last.
    fn joined(self) -> Self {
        let whole = self.last.and_then(|last| self.line.then(last)).filter(|whole| whole.is_whole());
        whole.map_or(self, |line| {
            let cut = 1 << self.line.figures.len;
            Self { line: Line { cuts: line.cuts | cut, ends: line.ends | cut, ..line }, last: None, ..self }
        })
    }

    /// Whether it is a phone number, by its figures and by the way it is told.
    pub(super) fn is_phone(&self, shown: &Shown<impl Fn() -> bool, impl Fn() -> bool>) -> bool {
        let line = self.line;
        let (long, begins) = (line.country(), |place| line.figures.at(place) >= 2);
        if self.last.is_some() {
            return false;
        }
        let (of_calling, one_by_one) = (|| (shown.beside)() || (shown.of_calling)(), shown.in_words >= IN_WORDS);
        match line.figures.len - long {
            10 if !begins(long) || !begins(long + 3) || self.odd > MOST_ODD => false,
            10 if one_by_one => self.spoken || line.pauses & !line.groups() == 0 || of_calling(),
            10 if !line.is_grouped() => false,
            10 if !self.spoken => line.is_in_three() && (self.is_listed(shown.in_words, of_calling) || (shown.beside)()),
            10 => self.odd == 0 && self.is_by_breaths() || self.is_plain() && of_calling(),
            // A code of four that was said wrong first has as many.
            7 => self.telling && !self.corrected && begins(0) && self.odd <= 1 && line.is_grouped() && of_calling(),
            _ => false,
        }
    }

    /// Whether what is told with nothing said between is told as no amounts are: `864, 555, 01, 7, 0`, `540, 555, 9 3 oh 3`.
    fn is_listed(&self, in_words: usize, of_calling: impl Fn() -> bool) -> bool {
        let in_one = (self.line.pauses >> (self.line.country() + 7)).trailing_zeros() > 2;
        self.ends_as_code() || self.proved || in_words > 2 && (in_one || of_calling())
    }

    /// Whether its last four begin with a zero, as no amount does.
    fn ends_as_code(&self) -> bool {
        self.line.figures.at(self.line.country() + 6) == 0
    }

    /// Whether little is said between the pieces, or it is told in all its groups.
    fn is_plain(&self) -> bool {
        self.odd == 0 || self.odd == 1 && self.breathes || self.line.is_in_three()
    }

    /// Whether the way it is told shows what it is, with nothing said of a number: with breaths alone between the pieces,
    /// with one of them and in all its groups, with the last four in two, with a group that the
    /// other says again, or with one that was said wrong first.
    fn is_by_breaths(&self) -> bool {
        let two = 1 << 8;
        let corrected = self.corrected && self.line.figures.last(2).bits > 0;
        let proved =
            self.breathes || self.proved || corrected || self.ends_as_code() || (self.line.ends | self.line.cuts) & two == two;
        !self.telling || self.line.is_in_three() && proved
    }
}
