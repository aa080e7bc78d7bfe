//! The figures of a number, packed.

/// Up to eleven figures, four bits each.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) bits: u64,
    pub(super) len: u32,
}

/// Figures of the longest number: eleven, with the `1` before them.
pub(super) const MOST_FIGURES: u32 = 11;

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

    pub(super) fn without_last(self, count: u32) -> Option<Self> {
        let len = self.len.checked_sub(count)?;
        Some(Self { bits: self.bits >> (4 * count), len })
    }

    /// The last of them, as many as there are at most.
    pub(super) fn last(self, count: u32) -> Self {
        let len = count.min(self.len);
        Self { bits: self.bits & ((1 << (4 * len)) - 1), len }
    }

    pub(super) fn ends_with(self, end: Self) -> bool {
        end.len <= self.len && self.last(end.len) == end
    }

    /// Whether others stand in it from a place on.
    pub(super) fn has_at(self, place: u32, others: Self) -> bool {
        self.len
            .checked_sub(place + others.len)
            .and_then(|behind| self.without_last(behind))
            .is_some_and(|to| to.ends_with(others))
    }

    /// Whether it begins with the last figures of another, and has more.
    pub(super) fn starts_with(self, other: Self, count: u32) -> bool {
        count < self.len && count <= other.len && self.has_at(0, other.last(count))
    }

    /// Whether as many others differ from it in half of their places at most, or in their order alone: some were misheard.
    pub(super) fn is_like(self, others: Self) -> bool {
        let same = (0..self.len.min(others.len)).filter(|place| self.at(*place) == others.at(*place)).count();
        self.len == others.len && self != others && (2 * same >= self.len as usize || self.sorted() == others.sorted())
    }

    fn sorted(self) -> Vec<u64> {
        let mut sorted: Vec<u64> = (0..self.len).map(|place| self.at(place)).collect();
        sorted.sort_unstable();
        sorted
    }

    /// As many others in place of some.
    pub(super) fn with_at(self, place: u32, others: Self) -> Option<Self> {
        let behind = self.len.checked_sub(place + others.len)?;
        self.without_last(self.len - place)?.then(others)?.then(self.last(behind))
    }

    /// As many as others, from a place on.
    pub(super) fn like_at(self, place: u32, others: Self) -> Option<Self> {
        Some(self.without_last(self.len.checked_sub(place + others.len)?)?.last(others.len))
    }

    /// The figure at a place, counted from the first.
    pub(super) fn at(self, place: u32) -> u64 {
        self.bits >> (4 * (self.len - 1 - place)) & 0xf
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(digits: &str) -> Figures {
        Figures::new(digits).unwrap()
    }

    #[test]
    fn figures_know_their_places() {
        let number = figures("3055550115");
        assert!(number.has_at(0, figures("305")) && number.has_at(3, figures("555")) && number.has_at(6, figures("0115")));
        assert!(!number.has_at(7, figures("0115")) && !number.has_at(6, figures("0116")) && !number.has_at(9, figures("55")));
        assert!(figures("4805550164").starts_with(figures("480555"), 6) && !figures("480555").starts_with(figures("480555"), 6));
        assert!(!figures("480").starts_with(figures("55"), 3) && number.last(20) == number);
        assert!(number.with_at(3, figures("556")) == Some(figures("3055560115")) && number.with_at(8, figures("556")).is_none());
        assert!(number.like_at(0, figures("999")) == Some(figures("305")) && number.like_at(9, figures("99")).is_none());
    }

    #[test]
    fn figures_are_alike_that_differ_in_half_at_most() {
        assert!(figures("0178").is_like(figures("0187")) && figures("44").is_like(figures("45")));
        assert!(!figures("0178").is_like(figures("0178")) && !figures("0178").is_like(figures("2287")));
        assert!(figures("41").is_like(figures("14")) && !figures("41").is_like(figures("23")));
        assert!(!figures("017").is_like(figures("0178")));
        assert!(Figures::new("123456789012").is_none());
    }
}
