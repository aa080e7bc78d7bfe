//! Paints the review screen.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::review::{Review, Scene};
use crate::config::theme::Styles;

/// Paints the screen into `area`.
pub fn draw(frame: &mut Frame<'_>, area: Rect, review: &Review, _scene: &Scene<'_>, styles: &Styles) {
    if area.height > 0 {
        frame.buffer_mut().set_stringn(area.x, area.y, review.record().to_string(), area.width.into(), styles.title);
    }
}
