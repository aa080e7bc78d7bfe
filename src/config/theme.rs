//! Colours: a theme names a few meanings, `Styles` is what the screens use. The default uses the terminal's own
//! sixteen colours, and with `NO_COLOR` weight and reverse alone remain: no state is ever told by colour alone.

use ratatui::style::{Color, Modifier, Style};

/// What colours mean. Values are names (`red`, `bright-blue`), `#rrggbb`, a number 0–255, or `default`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Titles and the focused border.
    pub accent: Color,
    /// Other borders, hints, what is less important.
    pub dim: Color,
    /// Good: live, approved, succeeded.
    pub good: Color,
    /// Look at it: warnings, due soon, polling.
    pub warn: Color,
    /// Act now: blocks, overdue, paused, offline.
    pub bad: Color,
    /// Something to know: notes, links to records.
    pub info: Color,
    /// Background of the row under the cursor.
    pub cursor: Color,
    /// Background of text that was added, in a diff.
    pub added: Color,
    /// Background of text that was removed, in a diff.
    pub removed: Color,
}

impl Default for Theme {
    fn default() -> Self {
        Self {
            accent: Color::Cyan,
            dim: Color::DarkGray,
            good: Color::Green,
            warn: Color::Yellow,
            bad: Color::LightRed,
            info: Color::LightBlue,
            cursor: Color::Reset,
            added: Color::Green,
            removed: Color::Red,
        }
    }
}

impl Theme {
    /// A theme by name: `default`, `light` (for bright backgrounds), `contrast` (for weak eyes and projectors).
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "default" => Some(Self::default()),
            "light" => Some(Self {
                accent: Color::Blue,
                dim: Color::Gray,
                good: Color::Rgb(0, 95, 0),
                warn: Color::Rgb(135, 95, 0),
                bad: Color::Rgb(175, 0, 0),
                info: Color::Blue,
                cursor: Color::Rgb(215, 215, 215),
                added: Color::Rgb(0, 95, 0),
                removed: Color::Rgb(175, 0, 0),
            }),
            "contrast" => Some(Self {
                accent: Color::White,
                dim: Color::White,
                good: Color::LightGreen,
                warn: Color::LightYellow,
                bad: Color::LightRed,
                info: Color::LightCyan,
                cursor: Color::Blue,
                added: Color::LightGreen,
                removed: Color::LightRed,
            }),
            _ => None,
        }
    }

    /// What can be coloured: the name in the file, and what it means.
    pub const MEANINGS: &[(&str, &str)] = &[
        ("accent", "titles and the border that has the keys"),
        ("dim", "other borders, hints, what is less important"),
        ("good", "live, approved, succeeded"),
        ("warn", "warnings, due soon, polling"),
        ("bad", "blocks, overdue, paused, offline"),
        ("info", "notes, links to records"),
        ("cursor", "background of the row under the cursor; default turns its colours round"),
        ("added", "words that were added, in a diff"),
        ("removed", "words that were removed, in a diff"),
    ];

    /// The colour of a meaning, to be read or set; `None` when there is no such meaning.
    pub fn slot(&mut self, meaning: &str) -> Option<&mut Color> {
        Some(match meaning {
            "accent" => &mut self.accent,
            "dim" => &mut self.dim,
            "good" => &mut self.good,
            "warn" => &mut self.warn,
            "bad" => &mut self.bad,
            "info" => &mut self.info,
            "cursor" => &mut self.cursor,
            "added" => &mut self.added,
            "removed" => &mut self.removed,
            _ => return None,
        })
    }

    /// Reads a colour: a name (`red`, `bright-blue`), `#rrggbb`, a number 0–255, or `default`.
    pub fn colour(text: &str) -> Option<Color> {
        if text == "default" { Some(Color::Reset) } else { text.parse().ok() }
    }

    /// The names [`Self::named`] knows.
    pub const NAMES: &[&str] = &["default", "light", "contrast"];
}

/// The styles that screens use, computed once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Styles {
    /// Ordinary text.
    pub text: Style,
    /// Less important text.
    pub dim: Style,
    /// Headings and column names.
    pub title: Style,
    /// The border and title of the focused pane.
    pub focused: Style,
    /// The border of other panes.
    pub border: Style,
    /// The row under the cursor.
    pub cursor: Style,
    /// A marked row.
    pub marked: Style,
    /// Good.
    pub good: Style,
    /// Look at it.
    pub warn: Style,
    /// Act now.
    pub bad: Style,
    /// Something to know.
    pub info: Style,
    /// A key in footer and help.
    pub key: Style,
    /// Added words in a diff.
    pub added: Style,
    /// Removed words in a diff.
    pub removed: Style,
    /// The border of a popup that asks before something destructive.
    pub danger: Style,
}

impl Styles {
    /// The styles of a theme; without colour, weight, underline and reverse carry the emphasis.
    pub fn new(theme: &Theme, colour: bool) -> Self {
        let fg = |c: Color| if colour { Style::new().fg(c) } else { Style::new() };
        let bold = Modifier::BOLD;
        let cursor = match (colour, theme.cursor) {
            (true, Color::Reset) | (false, _) => Style::new().add_modifier(Modifier::REVERSED),
            (true, background) => Style::new().bg(background).add_modifier(bold),
        };
        Self {
            text: Style::new(),
            dim: if colour { fg(theme.dim) } else { Style::new().add_modifier(Modifier::DIM) },
            title: Style::new().add_modifier(bold),
            focused: fg(theme.accent).add_modifier(bold),
            border: if colour { fg(theme.dim) } else { Style::new() },
            cursor,
            marked: fg(theme.info).add_modifier(bold),
            good: fg(theme.good),
            warn: fg(theme.warn).add_modifier(bold),
            bad: fg(theme.bad).add_modifier(bold),
            info: fg(theme.info),
            key: fg(theme.accent).add_modifier(bold),
            added: fg(theme.added).add_modifier(Modifier::UNDERLINED),
            removed: fg(theme.removed).add_modifier(Modifier::CROSSED_OUT),
            danger: fg(theme.bad).add_modifier(bold),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_theme_exists() {
        assert!(Theme::NAMES.iter().all(|name| Theme::named(name).is_some()));
        assert_eq!(Theme::named("neon"), None);
    }

    #[test]
    fn without_colour_no_style_has_one() {
        for name in Theme::NAMES {
            let plain = Styles::new(&Theme::named(name).unwrap(), false);
            for style in [plain.good, plain.warn, plain.bad, plain.info, plain.cursor, plain.dim, plain.added, plain.removed] {
                assert_eq!((style.fg, style.bg), (None, None));
            }
        }
    }

    #[test]
    fn every_meaning_has_a_colour_of_its_own() {
        let mut theme = Theme::default();
        for (n, (meaning, _)) in (1..).zip(Theme::MEANINGS) {
            *theme.slot(meaning).unwrap() = Color::Indexed(n);
        }
        let (first, last) = (theme.accent, theme.removed);
        assert_eq!((first, last), (Color::Indexed(1), Color::Indexed(9)));
        assert_eq!(theme.slot("mood"), None);
    }

    #[test]
    fn colours_are_read_as_people_write_them() {
        assert_eq!(Theme::colour("#ff8800"), Some(Color::Rgb(255, 136, 0)));
        assert_eq!(Theme::colour("bright-blue"), Some(Color::LightBlue));
        assert_eq!(Theme::colour("default"), Some(Color::Reset));
        assert_eq!(Theme::colour("sunny"), None);
    }
}
