//! Cells as bytes, as few as can be: a slow line pays for each. A step within a row is told as a step, a change of style
//! as what differs, the sixteen colours by their short names, and blanks are erased where that is shorter.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use ratatui::buffer::Cell;
use ratatui::layout::Size;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

/// What the terminal paints with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    mods: Modifier,
}

/// As after a reset.
const PLAIN: Pen = Pen { fg: Color::Reset, bg: Color::Reset, mods: Modifier::empty() };

/// Each modifier with what turns it on, and what turns it off; what turns off bold turns off dim, too.
const MODS: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// What is seen on a blank cell besides its ground.
const ON_BLANKS: Modifier = Modifier::UNDERLINED.union(Modifier::REVERSED).union(Modifier::CROSSED_OUT);
/// Blanks in a row that cost more than erasing them and stepping over them.
const ERASED: usize = 9;
/// Unchanged cells that cost no more when they are written again than a step over them.
const REWRITTEN: usize = 4;

impl Pen {
    fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, mods: cell.modifier }
    }

    /// Whether this cell looks as it must when it is written with this pen: a blank shows no colour of letters.
    fn suits(self, cell: &Cell) -> bool {
        let wanted = Self::of(cell);
        let blank = cell.symbol() == " " && self.bg == wanted.bg && !(self.mods | wanted.mods).intersects(ON_BLANKS);
        blank || self == wanted
    }
}

/// A blank without anything to see: what a terminal leaves where it erases.
fn bare(cell: &Cell) -> bool {
    cell.symbol() == " " && cell.bg == Color::Reset && !cell.modifier.intersects(ON_BLANKS)
}

/// What a terminal shows. With it, a word is written with its blanks instead of letter by letter with steps between, and
/// the rest of a row is erased instead of overwritten.
#[derive(Debug, Default)]
pub(super) struct Shown {
    size: Size,
    cells: Vec<Cell>,
    /// What is to be written, of each cell.
    changed: Vec<bool>,
}

impl Shown {
    /// The terminal was cleared.
    pub(super) fn clear(&mut self) {
        self.cells.fill(Cell::EMPTY);
    }

    /// Writes cells from a plain pen, and leaves it plain.
    pub(super) fn write<'a>(&mut self, content: impl Iterator<Item = (u16, u16, &'a Cell)>, size: Size) -> String {
        let columns = usize::from(size.width);
        if self.size != size {
            // The frame that comes next is painted on a cleared screen.
            let area = columns * usize::from(size.height);
            (self.size, self.cells, self.changed) = (size, vec![Cell::EMPTY; area], vec![false; area]);
        }
        let mut rows = BTreeSet::new();
        for (x, y, cell) in content.filter(|(x, y, _)| *x < size.width && *y < size.height) {
            let at = usize::from(y) * columns + usize::from(x);
            self.cells[at] = cell.clone();
            self.changed[at] = true;
            // Its second column shows nothing of its own.
            let width = cell.symbol().width().clamp(1, columns - usize::from(x));
            self.cells[at + 1..at + width].fill(Cell::EMPTY);
            rows.insert(y);
        }
        let (mut out, mut pen) = (String::new(), PLAIN);
        // Where the terminal's cursor is; unknown at first, and after the last column, where it may or may not wrap.
        let mut at: Option<(u16, u16)> = None;
        for y in rows {
            let from = usize::from(y) * columns;
            let (cells, changed) = (&self.cells[from..from + columns], &mut self.changed[from..from + columns]);
            while let Some(x) = changed.iter().position(|changed| *changed) {
                at = row_from(&mut out, &mut pen, at, (x, y), cells, changed);
            }
        }
        if pen != PLAIN {
            out.push_str("\x1b[m");
        }
        out
    }
}

/// Writes what changed from one cell on: a run of blanks, or the cell. Says where the cursor is then.
fn row_from(
    out: &mut String,
    pen: &mut Pen,
    mut at: Option<(u16, u16)>,
    (x, y): (usize, u16),
    cells: &[Cell],
    changed: &mut [bool],
) -> Option<(u16, u16)> {
    let column = |x: usize| u16::try_from(x).unwrap_or(u16::MAX);
    if let Some((here, row)) = at
        && let Some(between) = cells.get(usize::from(here)..x)
        && row == y
        && between.len() <= REWRITTEN
        && between.iter().all(|cell| cell.symbol().len() == 1 && pen.suits(cell))
    {
        out.extend(between.iter().map(Cell::symbol));
        at = Some((column(x), y));
    }
    step(out, at, (column(x), y));
    let blanks = cells[x..].iter().take_while(|cell| bare(cell)).count();
    let wiped = changed[x..x + blanks].iter().rposition(|changed| *changed).map_or(0, |last| last + 1);
    let told = if x + blanks == cells.len() && wiped >= REWRITTEN {
        write!(out, "{}\x1b[K", ground(pen))
    } else if wiped >= ERASED {
        write!(out, "{}\x1b[{wiped}X", ground(pen))
    } else {
        let cell = &cells[x];
        if !pen.suits(cell) {
            out.push_str(&change(*pen, Pen::of(cell)));
            *pen = Pen::of(cell);
        }
        out.push_str(cell.symbol());
        changed[x] = false;
        let next = x + cell.symbol().width().max(1);
        return (next < cells.len()).then_some((column(next), y));
    };
    debug_assert!(told.is_ok());
    changed[x..x + wiped].fill(false);
    Some((column(x), y))
}

/// What makes a pen leave nothing to see where it erases: terminals fill with its ground, and some with its marks.
fn ground(pen: &mut Pen) -> String {
    if pen.bg == Color::Reset && !pen.mods.intersects(ON_BLANKS) {
        return String::new();
    }
    change(std::mem::replace(pen, PLAIN), PLAIN)
}

/// Moves the cursor. Nothing that is written to a text fails.
fn step(out: &mut String, at: Option<(u16, u16)>, (x, y): (u16, u16)) {
    let told = match at {
        Some(here) if here == (x, y) => Ok(()),
        Some((from, row)) if row == y && from < x => match x - from {
            1 => write!(out, "\x1b[C"),
            by => write!(out, "\x1b[{by}C"),
        },
        _ if x == 0 => write!(out, "\x1b[{}H", y + 1),
        _ => write!(out, "\x1b[{};{}H", y + 1, x + 1),
    };
    debug_assert!(told.is_ok());
}

/// From one pen to another: what differs, or a reset and all of it, whichever is shorter.
fn change(from: Pen, to: Pen) -> String {
    let (mut differs, mut anew) = (Vec::new(), vec![String::new()]);
    let off = from.mods - to.mods;
    let mut on = to.mods - from.mods;
    for (modifier, _, code) in MODS {
        if off.contains(modifier) && !differs.contains(&code.to_string()) {
            differs.push(code.to_string());
            // Its companion goes with it, and is wanted still.
            on |= MODS
                .iter()
                .filter(|(other, _, off)| *off == code && to.mods.contains(*other))
                .fold(Modifier::empty(), |all, other| all | other.0);
        }
    }
    for (modifier, code, _) in MODS {
        if on.contains(modifier) {
            differs.push(code.to_string());
        }
        if to.mods.contains(modifier) {
            anew.push(code.to_string());
        }
    }
    for (before, after, ground) in [(from.fg, to.fg, 30), (from.bg, to.bg, 40)] {
        if before != after {
            differs.push(colour(after, ground));
        }
        if after != Color::Reset {
            anew.push(colour(after, ground));
        }
    }
    let (differs, anew) = (differs.join(";"), anew.join(";"));
    format!("\x1b[{}m", if anew.len() < differs.len() { anew } else { differs })
}

/// The code of a colour; `ground` is 30 for letters and 40 for what is behind them.
fn colour(colour: Color, ground: u8) -> String {
    let named = match colour {
        Color::Reset => 9,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
        Color::Indexed(n) => return format!("{};5;{n}", ground + 8),
        Color::Rgb(r, g, b) => return format!("{};2;{r};{g};{b}", ground + 8),
    };
    (ground + named).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZero;

    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    const AREA: Rect = Rect { x: 0, y: 0, width: 12, height: 4 };

    fn first(buffer: &Buffer) -> String {
        Shown::default().write(Buffer::empty(AREA).diff(buffer).into_iter(), AREA.as_size())
    }

    /// Letters, and blanks as often: runs of them are what is erased.
    fn cells() -> impl Strategy<Value = Vec<(usize, u8, Color, Color, Modifier)>> {
        let colours =
            || prop::sample::select(vec![Color::Reset, Color::Red, Color::LightCyan, Color::Indexed(200), Color::Rgb(1, 2, 3)]);
        let mods = prop::sample::subsequence(vec![Modifier::BOLD, Modifier::UNDERLINED, Modifier::REVERSED], 0..=3);
        let mods = mods.prop_map(|some| some.into_iter().fold(Modifier::empty(), |all, one| all | one));
        let letters = prop_oneof![b'a'..b'e', Just(b' ')];
        prop::collection::vec((0_usize..48, letters, colours(), colours(), mods), 0..40)
    }

    fn painted(buffer: &mut Buffer, cells: &[(usize, u8, Color, Color, Modifier)]) {
        for (at, letter, fg, bg, mods) in cells {
            let cell = &mut buffer.content[*at];
            cell.set_char(char::from(*letter)).set_style(Style::new().fg(*fg).bg(*bg).add_modifier(*mods));
        }
    }

    fn vt(colour: Color) -> vt100::Color {
        match colour {
            Color::Reset => vt100::Color::Default,
            Color::Red => vt100::Color::Idx(1),
            Color::LightCyan => vt100::Color::Idx(14),
            Color::Indexed(n) => vt100::Color::Idx(n),
            Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
            other => panic!("{other} is not used here"),
        }
    }

    proptest! {
        /// Two frames, the second as what differs from the first: a terminal shows exactly the second.
        #[test]
        fn a_terminal_shows_what_was_painted(first in cells(), second in cells()) {
            let mut shown = Shown::default();
            let mut terminal = vt100::Parser::new(NonZero::new(4).unwrap(), NonZero::new(12).unwrap(), 0);
            let (mut before, mut after) = (Buffer::empty(AREA), Buffer::empty(AREA));
            painted(&mut before, &first);
            painted(&mut after, &second);
            for (old, new) in [(&Buffer::empty(AREA), &before), (&before, &after)] {
                terminal.process(shown.write(old.diff(new).into_iter(), AREA.as_size()).as_bytes());
            }
            for y in 0..4 {
                for x in 0..12 {
                    let (seen, meant) = (terminal.screen().cell(y, x).unwrap(), &after[(x, y)]);
                    let letter = if seen.contents().is_empty() { " " } else { seen.contents() };
                    prop_assert_eq!(letter, meant.symbol());
                    let mods = [Modifier::BOLD, Modifier::UNDERLINED, Modifier::REVERSED].map(|one| meant.modifier.contains(one));
                    prop_assert_eq!([seen.underline(), seen.inverse()], [mods[1], mods[2]]);
                    prop_assert_eq!(seen.bgcolor(), vt(meant.bg));
                    // A blank shows neither the colour nor the weight of letters, unless they colour a mark on it.
                    if letter != " " || mods[1] || mods[2] {
                        prop_assert_eq!((seen.fgcolor(), seen.bold()), (vt(meant.fg), mods[0]));
                    }
                }
            }
        }
    }

    /// The terminal of these tests knows bold or dim, never both.
    #[test]
    fn taking_bold_away_leaves_dim() {
        let pen = |mods| Pen { mods, ..PLAIN };
        assert_eq!(change(pen(Modifier::BOLD | Modifier::DIM), pen(Modifier::DIM)), "\x1b[;2m");
    }

    #[test]
    fn a_row_of_few_words_costs_few_bytes() {
        let mut after = Buffer::empty(AREA);
        after.set_string(0, 1, "ab", Style::new().fg(Color::Cyan));
        after.set_string(3, 1, "cd", Style::new().fg(Color::Cyan));
        assert_eq!(first(&after), "\x1b[2H\x1b[36mab cd\x1b[m");
    }

    #[test]
    fn what_went_is_erased() {
        let (mut before, mut after) = (Buffer::empty(AREA), Buffer::empty(AREA));
        before.set_string(0, 1, "abcdefghijkl", Style::new());
        before.set_string(0, 2, "abcdefghijkl", Style::new());
        after.set_string(0, 1, "ab", Style::new().bg(Color::Red));
        after.set_string(0, 2, "a", Style::new());
        after.set_string(11, 2, "l", Style::new());
        let mut shown = Shown::default();
        shown.write(Buffer::empty(AREA).diff(&before).into_iter(), AREA.as_size());
        let frame = shown.write(before.diff(&after).into_iter(), AREA.as_size());
        assert_eq!(frame, "\x1b[2H\x1b[41mab\x1b[m\x1b[K\x1b[3;2H\x1b[10X");
    }

    #[test]
    fn a_wide_letter_takes_two_columns() {
        let mut after = Buffer::empty(AREA);
        after.set_string(0, 0, "日x", Style::new());
        assert_eq!(first(&after), "\x1b[1H日x");
    }
}
