//! The terminal's clipboard: OSC 52, which works over SSH, too.

use crossterm::Command;
use crossterm::clipboard::CopyToClipboard;

/// Bytes of text that terminals take at most: their limit is 100,000 in base 64 (measured by the makers of `osc52`).
const LIMIT: usize = 74_994;

/// The sequence that copies a text. Inside tmux it is wrapped, so that tmux hands it on to the terminal around it.
///
/// # Errors
/// What to tell the person when the text is longer than terminals take.
pub(super) fn sequence(text: &str, in_tmux: bool) -> Result<String, String> {
    if text.len() > LIMIT {
        let size = text.len();
        return Err(format!("not copied: {size} bytes are more than a terminal's clipboard takes ({LIMIT}); copy a part of it"));
    }
    let mut plain = String::new();
    if CopyToClipboard::to_clipboard_from(text).write_ansi(&mut plain).is_err() {
        return Err("not copied: the text could not be encoded; copy it with the mouse".to_owned());
    }
    Ok(if in_tmux { format!("\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")) } else { plain })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_sent_in_base_64() {
        assert_eq!(sequence("L-2041", false).unwrap(), "\x1b]52;c;TC0yMDQx\x1b\\");
    }

    #[test]
    fn tmux_gets_it_wrapped_with_every_escape_doubled() {
        assert_eq!(sequence("L-2041", true).unwrap(), "\x1bPtmux;\x1b\x1b]52;c;TC0yMDQx\x1b\x1b\\\x1b\\");
    }

    #[test]
    fn what_is_too_long_is_refused_with_a_reason() {
        assert!(sequence(&"x".repeat(LIMIT), false).is_ok());
        assert!(sequence(&"x".repeat(LIMIT + 1), false).unwrap_err().contains("74995"));
    }
}
