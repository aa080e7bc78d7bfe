//! Cells as bytes, as few as can be: a slow line pays for each. A step within a row is told as a step, a change of style
//! as what differs, and the sixteen colours by their short names.

use std::fmt::Write as _;

use ratatui::buffer::Cell;
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

/// Writes cells from a plain pen, and leaves it plain. `columns` is the terminal's width.
pub(super) fn write<'a>(content: impl Iterator<Item = (u16, u16, &'a Cell)>, columns: u16) -> String {
    let (mut out, mut pen) = (String::new(), PLAIN);
    // Where the terminal's cursor is; unknown at first, and after the last column, where it may or may not wrap.
    let mut at: Option<(u16, u16)> = None;
    for (x, y, cell) in content {
        step(&mut out, at, (x, y));
        let wanted = Pen { fg: cell.fg, bg: cell.bg, mods: cell.modifier };
        if wanted != pen {
            out.push_str(&change(pen, wanted));
            pen = wanted;
        }
        out.push_str(cell.symbol());
        let width = u16::try_from(cell.symbol().width()).unwrap_or(u16::MAX).max(1);
        let next = x.saturating_add(width);
        at = (next < columns).then_some((next, y));
    }
    if pen != PLAIN {
        out.push_str("\x1b[m");
    }
    out
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

    fn cells() -> impl Strategy<Value = Vec<(usize, u8, Color, Color, Modifier)>> {
        let colours =
            || prop::sample::select(vec![Color::Reset, Color::Red, Color::LightCyan, Color::Indexed(200), Color::Rgb(1, 2, 3)]);
        let mods = prop::sample::subsequence(vec![Modifier::BOLD, Modifier::UNDERLINED, Modifier::REVERSED], 0..=3);
        let mods = mods.prop_map(|some| some.into_iter().fold(Modifier::empty(), |all, one| all | one));
        prop::collection::vec((0_usize..48, b'a'..b'e', colours(), colours(), mods), 0..40)
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
            let mut terminal = vt100::Parser::new(NonZero::new(4).unwrap(), NonZero::new(12).unwrap(), 0);
            let (mut before, mut after) = (Buffer::empty(AREA), Buffer::empty(AREA));
            painted(&mut before, &first);
            painted(&mut after, &second);
            for (old, new) in [(&Buffer::empty(AREA), &before), (&before, &after)] {
                terminal.process(write(old.diff(new).into_iter(), AREA.width).as_bytes());
            }
            for y in 0..4 {
                for x in 0..12 {
                    let (seen, meant) = (terminal.screen().cell(y, x).unwrap(), &after[(x, y)]);
                    let letter = if seen.contents().is_empty() { " " } else { seen.contents() };
                    prop_assert_eq!(letter, meant.symbol());
                    prop_assert_eq!((seen.fgcolor(), seen.bgcolor()), (vt(meant.fg), vt(meant.bg)));
                    let mods = [Modifier::BOLD, Modifier::UNDERLINED, Modifier::REVERSED].map(|one| meant.modifier.contains(one));
                    prop_assert_eq!([seen.bold(), seen.underline(), seen.inverse()], mods);
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
        assert_eq!(write(Buffer::empty(AREA).diff(&after).into_iter(), 12), "\x1b[2H\x1b[36mab\x1b[Ccd\x1b[m");
    }

    #[test]
    fn a_wide_letter_takes_two_columns() {
        let mut after = Buffer::empty(AREA);
        after.set_string(0, 0, "日x", Style::new());
        assert_eq!(write(Buffer::empty(AREA).diff(&after).into_iter(), 12), "\x1b[1H日x");
    }
}
