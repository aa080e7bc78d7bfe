//! Cuts bytes into payloads: one JSON document, a JSON array, JSON lines, or one urlencoded body a line, also mixed.
//!
//! Every piece is a slice of the input, in order, and between pieces there is only white space, a byte order mark, and an
//! array's brackets and commas: nothing is lost. A broken line is a piece of its own, and a broken document ends where a
//! line begins with `{` or `[` again. Each byte is looked at a bounded number of times, whatever the input.

use serde_json::value::RawValue;

/// One payload's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// The bytes.
    pub(super) body: &'a [u8],
    /// The line it starts on, from 1.
    pub(super) line: usize,
}

/// The payloads of a file, one after the other.
pub(super) struct Pieces<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
    in_array: bool,
    /// Nothing was found yet.
    empty: bool,
    /// An array broke: from here on nothing is read beyond its block, or each break would cost the whole file.
    wary: bool,
    /// Where the current block ends, once it was looked for.
    block_end: usize,
}

/// A byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Line ends in the bytes.
#[expect(clippy::naive_bytecount, reason = "files are read once; a crate for this is not worth its weight")]
pub(super) fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b == b'\n').count()
}

impl<'a> Pieces<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, line: 1, in_array: false, empty: true, wary: false, block_end: 0 }
    }

    /// All that was not read yet, as one piece; nothing is left afterwards.
    pub(super) fn rest(&mut self) -> Option<Piece<'a>> {
        self.skip_blank();
        let length = self.bytes.len() - self.at;
        (length > 0).then(|| self.take(length))
    }

    /// White space, and a byte order mark wherever it stands between payloads: a file may be made of several.
    fn skip_blank(&mut self) {
        loop {
            self.skip(|b| b.is_ascii_whitespace());
            if !self.bytes[self.at..].starts_with(MARK) {
                return;
            }
            self.advance(MARK.len());
        }
    }

    fn skip(&mut self, what: impl Fn(u8) -> bool) {
        let length = self.bytes[self.at..].iter().take_while(|b| what(**b)).count();
        self.advance(length);
    }

    fn advance(&mut self, length: usize) {
        let passed = &self.bytes[self.at..self.at + length];
        self.line += newlines(passed);
        self.at += length;
    }

    fn take(&mut self, length: usize) -> Piece<'a> {
        let piece = Piece { body: self.bytes[self.at..self.at + length].trim_ascii_end(), line: self.line };
        self.advance(length);
        piece
    }

    /// The rest of this line, without its end.
    fn line_length(&self) -> usize {
        let rest = &self.bytes[self.at..];
        rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len())
    }

    /// As far as a broken document may reach: to the next line that begins with `{` or `[`.
    fn block_length(&mut self) -> usize {
        if self.block_end <= self.at {
            let rest = &self.bytes[self.at..];
            let next = rest.windows(2).position(|pair| pair[0] == b'\n' && matches!(pair[1], b'{' | b'['));
            self.block_end = next.map_or(self.bytes.len(), |end| self.at + end);
        }
        self.block_end - self.at
    }

    fn value(&mut self) -> Piece<'a> {
        let line = self.line_length();
        let alone = &self.bytes[self.at..self.at + line];
        if self.bytes[self.at] == b'{' {
            if let Some(length) = document(alone) {
                return self.take(length);
            }
            let block = self.block_length();
            let length = document(&self.bytes[self.at..self.at + block]);
            // The whole rest: a single document whose inner lines begin with a bracket.
            let length = length.or_else(|| if self.empty { document(&self.bytes[self.at..]) } else { None });
            return self.take(length.unwrap_or(block));
        }
        let page = self.empty && self.bytes[self.at] == b'<';
        let wide = self.empty && (alone.starts_with(b"\xff\xfe") || alone.starts_with(b"\xfe\xff"));
        self.take(if page || wide { self.bytes.len() - self.at } else { line })
    }

    /// An element of an array; a broken one takes the rest of its line, or of its block, with it.
    fn element(&mut self) -> Piece<'a> {
        let end = if self.wary { self.at + self.block_length() } else { self.bytes.len() };
        let mut stream = serde_json::Deserializer::from_slice(&self.bytes[self.at..end]).into_iter::<&RawValue>();
        match stream.next() {
            Some(Ok(raw)) => {
                let length = raw.get().len();
                self.take(length)
            }
            _ => self.broken(),
        }
    }

    fn broken(&mut self) -> Piece<'a> {
        self.in_array = false;
        self.wary = true;
        let length = if self.bytes[self.at] == b'{' { self.block_length() } else { self.line_length() };
        self.take(length)
    }
}

/// The length of the JSON document that `text` starts with, when nothing else follows on its last line.
fn document(text: &[u8]) -> Option<usize> {
    let mut stream = serde_json::Deserializer::from_slice(text).into_iter::<&RawValue>();
    let length = stream.next()?.ok()?.get().len();
    let follows = text[length..].iter().find(|b| !matches!(b, b' ' | b'\t' | b'\r'));
    match follows {
        None | Some(b'\n') => Some(length),
        Some(_) => None,
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            self.skip_blank();
            let Some(first) = self.bytes.get(self.at).copied() else {
                // An empty file or request is an answer too: somebody meant to send something.
                return std::mem::take(&mut self.empty).then_some(Piece { body: self.bytes, line: 1 });
            };
            match first {
                b'[' if !self.in_array => {
                    self.in_array = true;
                    self.advance(1);
                }
                b']' if self.in_array => {
                    self.in_array = false;
                    self.empty = false;
                    self.advance(1);
                }
                b',' if self.in_array => self.advance(1),
                _ => {
                    let piece = if self.in_array { self.element() } else { self.value() };
                    self.empty = false;
                    return Some(piece);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("{\"a\":1}", &[("{\"a\":1}", 1)])]
    #[case("{\n \"a\": {\n}\n}\n", &[("{\n \"a\": {\n}\n}", 1)])]
    #[case("{\"a\":1}\n\n{\"a\":2}\n", &[("{\"a\":1}", 1), ("{\"a\":2}", 3)])]
    #[case("[{\"a\":1}, {\"a\":2}]", &[("{\"a\":1}", 1), ("{\"a\":2}", 1)])]
    #[case("[\n{\"a\":1},\n{\"a\":2}\n]\n", &[("{\"a\":1}", 2), ("{\"a\":2}", 3)])]
    #[case("{\"a\":\n{\"a\":2}\nnot json\n{\"a\":3}", &[("{\"a\":", 1), ("{\"a\":2}", 2), ("not json", 3), ("{\"a\":3}", 4)])]
    #[case("a=1&b=2\r\na=3\n", &[("a=1&b=2", 1), ("a=3", 2)])]
    #[case("[{\"a\":1},{\"b\":", &[("{\"a\":1}", 1), ("{\"b\":", 1)])]
    #[case("{\"a\":1} x\n{\"a\":2}", &[("{\"a\":1} x", 1), ("{\"a\":2}", 2)])]
    #[case("\u{feff}{\"a\":1}", &[("{\"a\":1}", 1)])]
    #[case("\n\u{feff}a=1\n\u{feff}b=2", &[("a=1", 2), ("b=2", 3)])]
    #[case("<html>\n<p>no</p>\n</html>", &[("<html>\n<p>no</p>\n</html>", 1)])]
    #[case("{\n\"a\":\n{\n\"b\":1\n}\n}", &[("{\n\"a\":\n{\n\"b\":1\n}\n}", 1)])]
    #[case("", &[("", 1)])]
    #[case("[]", &[])]
    fn files_are_cut_into_payloads(#[case] file: &str, #[case] expected: &[(&str, usize)]) {
        let found: Vec<_> = Pieces::new(file.as_bytes()).map(|p| (std::str::from_utf8(p.body).unwrap(), p.line)).collect();
        assert_eq!(found, expected);
    }
}
