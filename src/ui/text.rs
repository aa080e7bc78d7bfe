//! Text in cells: cut by what the terminal shows, never by bytes, and neutralised before it is cut.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::text::Line;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::app::layout::Rect;
use crate::domain::text::{Untrusted, neutralise};

/// Columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The head of somebody else's text, harmless. Only as much as a screen could show is looked at, so that a name of
/// a megabyte costs no more than one of a line.
pub(crate) fn head(text: &Untrusted) -> Cow<'_, str> {
    head_of(text.raw())
}

/// [`head`] of a text that is only trusted less than its type says.
pub(crate) fn head_of(text: &str) -> Cow<'_, str> {
    const ENOUGH: usize = 2_000;
    match text.char_indices().nth(ENOUGH) {
        Some((end, _)) => neutralise(&text[..end]),
        None => neutralise(text),
    }
}

/// At most `columns` of it; what is cut ends in `…`.
pub(crate) fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut kept = String::new();
    let mut taken = 0;
    for cluster in text.graphemes(true) {
        let wide = width(cluster);
        if taken + wide + 1 > columns {
            break;
        }
        taken += wide;
        kept.push_str(cluster);
    }
    if columns > 0 {
        kept.push('…');
    }
    Cow::Owned(kept)
}

/// Cut or padded to exactly `columns`.
pub(crate) fn fit(text: &str, columns: usize, right: bool) -> String {
    let text = cut(text, columns);
    let gap = " ".repeat(columns.saturating_sub(width(&text)));
    if right { format!("{gap}{text}") } else { format!("{text}{gap}") }
}

/// Paints a line of spans; what does not fit is cut with `…`.
pub(crate) fn put(buffer: &mut Buffer, area: Rect, line: usize, spans: Line<'_>) {
    let Some(y) = u16::try_from(line).ok().filter(|line| *line < area.h).map(|line| area.y + line) else { return };
    let mut x = area.x;
    let mut left = usize::from(area.w);
    for span in spans.spans {
        if left == 0 {
            return;
        }
        let text = cut(&span.content, left);
        let (after, _) = buffer.set_stringn(x, y, &*text, left, spans.style.patch(span.style));
        left = left.saturating_sub(usize::from(after - x));
        x = after;
        if matches!(text, Cow::Owned(_)) {
            return;
        }
    }
}

/// Words wrapped to `columns`, at most `lines` of them; the last is cut with `…` when more would follow.
pub(crate) fn wrap(text: &str, columns: usize, lines: usize) -> Vec<String> {
    if columns == 0 || lines == 0 {
        return Vec::new();
    }
    let mut wrapped: Vec<String> = vec![String::new()];
    let mut rest = pieces(text);
    while let Some(word) = rest.next() {
        let taken = wrapped.last().map_or(0, |line| width(line));
        if taken + width(word) <= columns {
            if let Some(line) = wrapped.last_mut()
                && !(line.is_empty() && word.trim().is_empty())
            {
                line.push_str(word);
            }
            continue;
        }
        if wrapped.len() == lines {
            let more: String = std::iter::once(word).chain(rest).take(columns).collect();
            if let Some(line) = wrapped.last_mut() {
                *line = cut(&format!("{line}{more}…"), columns).into_owned();
            }
            return wrapped;
        }
        if word.trim().is_empty() {
            wrapped.push(String::new());
        } else if width(word) <= columns {
            wrapped.push(word.to_owned());
        } else {
            // A word longer than a line is broken where it must be.
            for cluster in word.graphemes(true) {
                let full = wrapped.last().is_none_or(|line| width(line) + width(cluster) > columns);
                if full && wrapped.len() == lines {
                    break;
                }
                if full {
                    wrapped.push(String::new());
                }
                if let Some(line) = wrapped.last_mut() {
                    line.push_str(cluster);
                }
            }
        }
    }
    wrapped
}

/// Words and the gaps between them; a sign stays with the word before it, so that no line begins with `%` or a comma.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut bounds = text.split_word_bound_indices().peekable();
    std::iter::from_fn(move || {
        let (from, word) = bounds.next()?;
        let mut to = from + word.len();
        let is_sign = |word: &str| !word.chars().any(|c| c.is_alphanumeric() || c.is_whitespace());
        while !word.trim().is_empty()
            && let Some((at, sign)) = bounds.next_if(|(_, word)| is_sign(word))
        {
            to = at + sign.len();
        }
        Some(&text[from..to])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("water heater", 6, "water…")]
    #[case("日本語", 5, "日本…")]
    #[case("日本語", 4, "日…")]
    #[case("abc", 3, "abc")]
    #[case("abc", 0, "")]
    fn cuts_by_columns(#[case] text: &str, #[case] columns: usize, #[case] shown: &str) {
        assert_eq!(cut(text, columns), shown);
    }

    #[test]
    fn wraps_between_words_and_says_when_more_follows() {
        assert_eq!(wrap("call back J. Ortiz", 10, 5), ["call back ", "J. Ortiz"]);
        assert_eq!(wrap("call back J. Ortiz", 10, 1), ["call back…"]);
        assert_eq!(wrap("abcdefgh", 3, 5), ["abc", "def", "gh"]);
        assert_eq!(wrap("value 90%, and", 8, 5), ["value ", "90%, and"]);
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_asked(text in any::<String>(), columns in 0_usize..40, lines in 0_usize..4) {
            let text = neutralise(&text).into_owned();
            prop_assert!(width(&cut(&text, columns)) <= columns);
            prop_assert_eq!(width(&fit(&text, columns, true)), columns);
            let wrapped = wrap(&text, columns, lines);
            prop_assert!(wrapped.len() <= lines);
            // What is one sign to the eye is not broken, however wide it is.
            let widest = text.graphemes(true).map(width).max().unwrap_or(0);
            prop_assert!(wrapped.iter().all(|line| width(line) <= columns.max(widest)));
        }
    }
}
