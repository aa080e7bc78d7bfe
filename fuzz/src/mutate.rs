//! Makes one input out of another: bits, blocks, numbers, brackets, words of the formats and of the nastier corners of Unicode.

use fastrand::Rng;

/// What the formats that are read are made of, and what has broken readers before.
const WORDS: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b":",
    b",",
    b"=",
    b"&",
    b"%",
    b"+",
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\0",
    b"--b",
    b"--b--",
    b"%00",
    b"%ff",
    b"%zz",
    b"%2B",
    b"\\u0000",
    b"\\ud800",
    b"\\udc00",
    b"null",
    b"true",
    b"1e999",
    b"-0",
    b"NaN",
    b"0.1",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"18446744073709551616",
    b"2026-11-24T12:00:00Z",
    b"0000-00-00",
    b"9999-12-31",
    b"1970-01-01T00:00:00.000000001+23:59",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x98\x80",
    b"\xf4\x90\x80\x80",
    b"\xe2\x80\xae",
    b"\xe2\x80\x8b",
    b"\xef\xbc\x91",
    b"\xd9\xa3",
    b"\xcc\x81",
    b"\xe2\x80\x8d",
    b"\x1b[31m",
    b"\x1b]0;",
    b"\x9b",
    b"\x7f",
    b"\xc4\xb0",
    b"\xc3\x9f",
    b"\xef\xac\x83",
    b"$1,234.56",
    b"415-867-5309",
    b"+14158675309",
    b"tel:",
    b"one two three four",
    b"a@b.example",
    b"http://a.example",
    b"<!--",
    b"</p>",
    b"&#x0;",
    b"=?utf-8?q?=00?=",
    b"=?utf-8?b?////?=",
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Type: message/rfc822\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Disposition: form-data; name=\"email\"\r\n",
    b"Content-Type: text/plain; charset=utf-7\r\n",
    b"filename*=utf-8''%ff",
    b"key",
    b"id",
    b"phone",
    b"email",
    b"STOP",
    b"age>2h",
    b"-lead:L-1",
    b"\"",
    b"\\",
    b"*",
    b"{name}",
    b"whsec_",
    b"v1,",
    b"Basic ",
    b"[1]",
    b"[[",
    b"L-2041",
    b"1234 Main St",
    b"4111 1111 1111 1111",
    b"gate code 4411",
    b"1204 Alder Creek Lane",
    b"we guarantee",
    b" at example dot com",
    b"five five five",
    b"[[[[",
    b"\xef\xb8\x8f",
    b"\xc2\xad",
    b"\xe2\x80\xa8",
];

/// The largest input, in bytes: what the front door takes.
pub(crate) const LARGEST: usize = 256 * 1024;

/// An input made of one of the known ones; most have at most `usual` bytes.
pub(crate) fn input(rng: &mut Rng, known: &[Vec<u8>], usual: usize) -> Vec<u8> {
    let mut made = match rng.u8(..) {
        0..=3 => (0..rng.usize(..200)).map(|_| rng.u8(..)).collect(),
        4..=9 => (0..rng.usize(..30)).flat_map(|_| word(rng).iter().copied()).collect(),
        _ => one(rng, known).to_vec(),
    };
    // One in twenty thousand is as large as may come.
    let room = if rng.u16(..) < 3 { LARGEST } else { usual.max(made.len()) };
    for _ in 0..=rng.usize(..6) {
        change(rng, &mut made, known, room);
    }
    if room == LARGEST {
        while !made.is_empty() && made.len() < LARGEST / 2 {
            repeat(rng, &mut made, LARGEST);
        }
    }
    made.truncate(room);
    made
}

fn one<'a>(rng: &mut Rng, known: &'a [Vec<u8>]) -> &'a [u8] {
    if known.is_empty() { &[] } else { &known[rng.usize(..known.len())] }
}

fn word(rng: &mut Rng) -> &'static [u8] {
    WORDS[rng.usize(..WORDS.len())]
}

fn place(rng: &mut Rng, bytes: &[u8]) -> usize {
    rng.usize(..=bytes.len())
}

/// A range of at most so many bytes.
fn range(rng: &mut Rng, bytes: &[u8], most: usize) -> std::ops::Range<usize> {
    let from = place(rng, bytes);
    from..bytes.len().min(from + rng.usize(..=most))
}

fn change(rng: &mut Rng, bytes: &mut Vec<u8>, known: &[Vec<u8>], room: usize) {
    match rng.u8(..13) {
        0 if !bytes.is_empty() => {
            let at = rng.usize(..bytes.len());
            bytes[at] ^= 1 << rng.u8(..8);
        }
        1 if !bytes.is_empty() => {
            let at = rng.usize(..bytes.len());
            bytes[at] = rng.u8(..);
        }
        2 => drop(bytes.drain(range(rng, bytes, 32))),
        3 => bytes.truncate(place(rng, bytes)),
        4..=6 => {
            let at = place(rng, bytes);
            bytes.splice(at..at, word(rng).iter().copied());
        }
        7 => {
            let range = range(rng, bytes, 16);
            bytes.splice(range, word(rng).iter().copied());
        }
        8 => {
            let other = one(rng, known);
            let part = other[range(rng, other, 512)].to_vec();
            let range = range(rng, bytes, 512);
            bytes.splice(range, part);
        }
        9 => repeat(rng, bytes, room),
        10 => {
            // A number elsewhere in its range.
            let digits: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at].is_ascii_digit()).collect();
            if !digits.is_empty() {
                bytes[digits[rng.usize(..digits.len())]] = b'0' + rng.u8(..10);
            }
        }
        11 => {
            let (open, close) =
                [(b"{\"a\":".as_slice(), b"}".as_slice()), (b"[", b"]"), (b"\"", b"\""), (b"<", b">")][rng.usize(..4)];
            let (range, deep) = (range(rng, bytes, 64), 1 << rng.u32(..8));
            let inner = bytes[range.clone()].to_vec();
            bytes.splice(range, [open.repeat(deep), inner, close.repeat(deep)].concat());
        }
        _ => {
            let (range, at) = (range(rng, bytes, 64), place(rng, bytes));
            let moved: Vec<u8> = bytes[range].to_vec();
            bytes.splice(at..at, moved);
        }
    }
}

fn repeat(rng: &mut Rng, bytes: &mut Vec<u8>, room: usize) {
    let range = range(rng, bytes, 64);
    let part = bytes[range.clone()].to_vec();
    let most = room.saturating_sub(bytes.len()) / part.len().max(1);
    let times = most.min(1 << rng.u32(..14));
    bytes.splice(range.end..range.end, part.repeat(times));
}
