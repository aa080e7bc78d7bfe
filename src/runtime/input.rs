//! What the terminal says, as messages: presses, pastes, clicks and sizes. The rest is dropped here.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEventKind};

use crate::app::message::Message;

/// The message of an event; `None` for what the deck has no use for. A mouse that only moves must not cost a frame.
pub(super) fn message(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => Some(Message::Key(entered(key))),
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::Mouse(mouse) if mouse.kind != MouseEventKind::Moved => Some(Message::Mouse(mouse)),
        Event::Resize(columns, rows) => Some(Message::Resize(columns, rows)),
        Event::Key(_) | Event::Mouse(_) | Event::FocusGained | Event::FocusLost => None,
    }
}

/// Enter that was pressed before the terminal was raw waits as a line feed, which a raw terminal calls ctrl-j.
fn entered(key: KeyEvent) -> KeyEvent {
    match (key.code, key.modifiers) {
        (KeyCode::Char('j'), KeyModifiers::CONTROL) => KeyEvent { code: KeyCode::Enter, modifiers: KeyModifiers::NONE, ..key },
        _ => key,
    }
}

/// Ctrl-Z: a raw terminal sends it as a key, not as a signal.
pub(super) fn is_suspend(event: &Event) -> bool {
    matches!(
        event,
        Event::Key(KeyEvent { code: KeyCode::Char('z'), modifiers: KeyModifiers::CONTROL, kind: KeyEventKind::Press, .. })
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::MouseEvent;

    #[test]
    fn a_release_and_a_moving_mouse_say_nothing() {
        let mut key = KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE);
        assert_eq!(message(Event::Key(key)), Some(Message::Key(key)));
        key.kind = KeyEventKind::Release;
        assert_eq!(message(Event::Key(key)), None);
        let moved = MouseEvent { kind: MouseEventKind::Moved, column: 1, row: 1, modifiers: KeyModifiers::NONE };
        assert_eq!(message(Event::Mouse(moved)), None);
    }

    #[test]
    fn a_line_feed_is_enter() {
        let enter = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
        let typed_ahead = KeyEvent::new(KeyCode::Char('j'), KeyModifiers::CONTROL);
        assert_eq!(message(Event::Key(typed_ahead)), Some(Message::Key(enter)));
        assert_ne!(message(Event::Key(KeyEvent::new(KeyCode::Char('j'), KeyModifiers::NONE))), Some(Message::Key(enter)));
    }

    #[test]
    fn only_ctrl_z_suspends() {
        let key = |code, modifiers| Event::Key(KeyEvent::new(code, modifiers));
        assert!(is_suspend(&key(KeyCode::Char('z'), KeyModifiers::CONTROL)));
        assert!(!is_suspend(&key(KeyCode::Char('z'), KeyModifiers::NONE)));
    }
}
