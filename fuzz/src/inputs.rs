//! One input taken apart: into bytes, numbers and texts, for targets that need more than one thing.

/// What is left of an input.
pub(crate) struct Inputs<'a>(&'a [u8]);

impl<'a> Inputs<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether there is nothing more.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next byte; 0 behind the end.
    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// So many bytes, as text.
    pub(crate) fn text(&mut self, length: usize) -> String {
        let (text, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }

    /// The next character; a space behind the end.
    pub(crate) fn letter(&mut self) -> char {
        for length in 1..=self.0.len().min(4) {
            if let Ok(text) = std::str::from_utf8(&self.0[..length]) {
                self.0 = &self.0[length..];
                return text.chars().next().unwrap_or(' ');
            }
        }
        char::from(self.byte())
    }
}

/// The parts of an input between zero bytes; the last takes the rest.
pub(crate) fn parts<const N: usize>(bytes: &[u8]) -> [String; N] {
    let mut parts = bytes.splitn(N, |byte| *byte == 0);
    std::array::from_fn(|_| String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned())
}
