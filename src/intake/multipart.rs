//! `multipart/form-data`, read from the body alone: its first line is the boundary. So a kept body can be read again without
//! the headers it came with.

/// Parts that are read, at most: no provider here sends a tenth of it.
const MOST: usize = 200;
/// The longest boundary (RFC 2046), with its two dashes.
const LONGEST_BOUNDARY: usize = 72;

/// One part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// The field's name.
    pub(super) name: String,
    /// Whether it is a file.
    pub(super) is_file: bool,
    /// Its bytes.
    pub(super) body: &'a [u8],
}

/// Whether the bytes look like it.
pub(super) fn is_multipart(body: &[u8]) -> bool {
    boundary(body).is_some()
}

fn boundary(body: &[u8]) -> Option<&[u8]> {
    let line = body.split(|byte| *byte == b'\n').next()?.trim_ascii_end();
    let fit = line.starts_with(b"--") && (3..=LONGEST_BOUNDARY).contains(&line.len()) && line.len() < body.len();
    (fit && line.iter().all(u8::is_ascii_graphic)).then_some(line)
}

/// The parts, in order; `None` when it is no such body. A last part that was cut off is left out.
pub(super) fn parts(body: &[u8]) -> Option<Vec<Part<'_>>> {
    let boundary = boundary(body)?;
    let mut parts = Vec::new();
    let mut rest = &body[boundary.len()..];
    while parts.len() < MOST {
        let Some(begun) = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")) else { break };
        let Some(end) = next(begun, boundary) else { break };
        let whole = &begun[..end];
        let whole = whole.strip_suffix(b"\n").unwrap_or(whole);
        let whole = whole.strip_suffix(b"\r").unwrap_or(whole);
        parts.extend(part(whole));
        rest = &begun[end + boundary.len()..];
    }
    Some(parts)
}

/// Where the boundary stands next at the beginning of a line.
fn next(bytes: &[u8], boundary: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        if bytes[at..].starts_with(boundary) {
            return Some(at);
        }
        at += bytes[at..].iter().position(|byte| *byte == b'\n')? + 1;
    }
}

fn part(whole: &[u8]) -> Option<Part<'_>> {
    let (mut at, mut name, mut is_file) = (0, None, false);
    loop {
        let line = whole[at..].iter().position(|byte| *byte == b'\n').map_or(whole.len(), |end| at + end);
        let header = String::from_utf8_lossy(&whole[at..line]);
        let header = header.trim();
        at = (line + 1).min(whole.len());
        if header.is_empty() {
            break;
        }
        if let Some((key, value)) = header.split_once(':')
            && key.trim().eq_ignore_ascii_case("content-disposition")
        {
            name = parameter(value, "name");
            is_file = parameter(value, "filename").is_some();
        }
        if at >= whole.len() {
            break;
        }
    }
    Some(Part { name: name?, is_file, body: &whole[at..] })
}

/// `name="…"` of a header.
fn parameter(header: &str, name: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|piece| {
        let (key, value) = piece.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// The fields of a form that are text, whether it is multipart or urlencoded.
pub(super) fn plain_fields(body: &[u8]) -> Vec<(String, String)> {
    let Some(parts) = parts(body) else {
        return form_urlencoded::parse(body.trim_ascii()).into_owned().collect();
    };
    let text = |part: Part<'_>| (part.name, String::from_utf8_lossy(part.body).into_owned());
    parts.into_iter().filter(|part| !part.is_file).map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n", &[("a", "1")])]
    #[case("--x\nContent-Disposition: form-data; name=\"a\"\n\ntwo\nlines\n--x\nContent-Disposition: form-data; name=b\n\n\n--x--", &[("a", "two\nlines"), ("b", "")])]
    #[case("--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f.txt\"\r\n\r\n1\r\n--x--\r\n", &[])]
    #[case("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ncut", &[])]
    #[case("--x\r\n\r\nno name\r\n--x--\r\n", &[])]
    #[case("a=1&b=%C3%B1&b=2\n", &[("a", "1"), ("b", "ñ"), ("b", "2")])]
    fn fields_are_read(#[case] body: &str, #[case] expected: &[(&str, &str)]) {
        let found = plain_fields(body.as_bytes());
        let found: Vec<_> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_none_is_told_apart() {
        for none in ["", "--", "--x", "a=1", "{\"a\":1}", "-- x y\r\n"] {
            assert!(!is_multipart(none.as_bytes()), "{none}");
        }
        assert_eq!(parts(b"--x\r\n").map(|parts| parts.len()), Some(0));
    }
}
