//! What one character is read as: nothing where nothing is seen of it, a plain sign where it looks like one, else itself.
//!
//! Look-alikes are those of Unicode's tables (compatibility decompositions, and the confusables of UTS 39) and a few that
//! these do not have.

use unicode_normalization::char::decompose_compatible;
use unicode_security::skeleton;

/// Small letters that read as a Latin one, and have no look-alike in Unicode's tables: each group is the letter, then its twins.
const TWINS: &str = "aᴀ bʙвβƅ dᴅ eᴇε fꜰ gɢ hʜн jᴊ kᴋкκĸ lʟ mᴍмʍ nɴ pᴘ rʀ tᴛтτ uᴜ wω xχ yʏ";

/// The first character of each run of ten decimal digits of other scripts and styles, in order (Unicode 16).
const ZEROS: [u32; 75] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20, 0x1040,
    0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0,
    0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0,
    0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16130, 0x16a60,
    0x16ac0, 0x16b50, 0x16d70, 0x1ccf0, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950,
    0x1fbf0,
];

/// Hands on what a character is read as: no sign, one, or the few that it is made of (`ﬁ`, `⑫`).
pub(super) fn read(c: char, mut push: impl FnMut(char)) {
    if c.is_ascii() {
        return push(c);
    }
    if is_hidden(c) {
        return;
    }
    if let Some(letters) = letters(c) {
        return letters.chars().for_each(push);
    }
    if let Some(sign) = punctuation(c).or_else(|| digit(c)).or_else(|| enclosed(c)) {
        return push(sign);
    }
    let (mut count, mut part, mut ascii) = (0, c, true);
    decompose_compatible(c, |next| {
        if !is_hidden(next) {
            (count, part, ascii) = (count + 1, next, ascii && next.is_ascii());
        }
    });
    match count {
        0 => {}
        1 if part.is_ascii() => push(part),
        1 => push(alike(c).or_else(|| alike(part)).or_else(|| twin(part)).unwrap_or(part)),
        // ™ and … are no words: what stands before them ends there.
        _ if ascii && c.is_alphanumeric() => decompose_compatible(c, push),
        _ => push(alike(c).unwrap_or(c)),
    }
}

/// The sign that Unicode says it is taken for: a letter for a letter (a sign of degrees is no o, and × is no x).
fn alike(c: char) -> Option<char> {
    let mut bytes = [0; 4];
    let mut looks = skeleton(c.encode_utf8(&mut bytes)).filter(|part| !is_hidden(*part));
    let like = looks.next().filter(|like| like.is_ascii() && like.is_alphanumeric() == c.is_alphanumeric())?;
    looks.next().is_none().then_some(match like {
        // In that table I, l and 1 are one.
        'l' if c.is_uppercase() => 'I',
        like if c.is_uppercase() => like.to_ascii_uppercase(),
        like => like,
    })
}

/// Soft hyphens, combining marks, zero-widths, direction marks, selectors, keycaps, tags.
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{300}'..='\u{36f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{20d0}'..='\u{20ff}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{fe20}'..='\u{fe2f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Blanks, dashes, dots, quotes and their kin.
fn punctuation(c: char) -> Option<char> {
    Some(match c {
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{207b}' | '\u{2212}' | '\u{2796}' | '\u{fe58}' | '\u{fe63}' => '-',
        '\u{b7}' | '\u{2022}' | '\u{2024}' | '\u{2027}' | '\u{2219}' | '\u{22c5}' | '\u{3002}' | '\u{30fb}' | '\u{ff61}' => '.',
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '\u{2bc}' | '\u{60c}' | '\u{b4}' => '\'',
        '\u{201c}' | '\u{201d}' | '\u{201f}' | '\u{2033}' => '"',
        '\u{2044}' | '\u{2215}' => '/',
        _ => return None,
    })
}

/// Letters that are written as two where they are missing: `Weiß`, `WEISS`.
fn letters(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' | 'ẞ' => "ss",
        'æ' => "ae",
        'Æ' => "Ae",
        'œ' => "oe",
        'Œ' => "Oe",
        _ => return None,
    })
}

/// Letters and digits in circles and squares that Unicode does not take apart.
fn enclosed(c: char) -> Option<char> {
    let (first, plain) = match c {
        '\u{24ff}' => (0x24ff, '0'),
        '\u{2776}'..='\u{277e}' => (0x2776, '1'),
        '\u{2780}'..='\u{2788}' => (0x2780, '1'),
        '\u{278a}'..='\u{2792}' => (0x278a, '1'),
        '\u{1f150}'..='\u{1f169}' => (0x1f150, 'A'),
        '\u{1f170}'..='\u{1f189}' => (0x1f170, 'A'),
        '\u{1f1e6}'..='\u{1f1ff}' => (0x1f1e6, 'A'),
        _ => return None,
    };
    char::from_u32(c as u32 - first + plain as u32)
}

fn digit(c: char) -> Option<char> {
    let at = ZEROS.partition_point(|zero| *zero <= c as u32).checked_sub(1)?;
    char::from_digit(c as u32 - ZEROS[at], 10)
}

fn twin(c: char) -> Option<char> {
    let small = c.to_lowercase().next()?;
    let group = TWINS.split(' ').find(|group| group.chars().skip(1).any(|twin| twin == small));
    // A capital that looks like nothing is read as its small letter is: Þ, þ.
    let letter = group.and_then(|group| group.chars().next()).or_else(|| alike(small))?;
    Some(if small == c { letter } else { letter.to_ascii_uppercase() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn reads(text: &str) -> String {
        let mut out = String::new();
        for c in text.chars() {
            read(c, |sign| out.push(sign));
        }
        out
    }

    #[rstest]
    #[case("５１２－５５５", "512-555")]
    #[case("5\u{200b}1\u{ad}2", "512")]
    #[case("٥١٢ ۵۵۵ ๕๑๒ ५१२ 𑁫𑁧𑁨", "512 555 512 512 512")]
    #[case("5️⃣1️⃣2️⃣", "512")]
    #[case("𝟓𝟙𝟧 ①②③⑫ ⁴₅ ➊➂", "515 12312 45 13")]
    #[case("512‑555–0142", "512-555-0142")]
    #[case("аna＠exаmple․com", "ana@example.com")]
    #[case("Zoë Müller Nguyễn Thị Łódź Ørsted Đỗ", "Zoe Muller Nguyen Thi Lodz Orsted Do")]
    #[case("Zoe\u{308} Ü Þór Weiß", "Zoe U Por Weiss")]
    #[case("ΗΜΝΥΖ ΑΒΕΙΚΟΡΤΧ нмтв", "HMNYZ ABEIKOPTX hmtb")]
    #[case("𝐆uarantee ℊate ℝoad ᴄᴏᴅᴇ ꜱᴛʀᴇᴇᴛ", "Guarantee gate Road code street")]
    #[case("🅐🅑 🅰🅱 🇦🇧 Ⓐⓑ", "AB AB AB Ab")]
    #[case("ﬁve oﬃce", "five office")]
    #[case("Trane™ 72° 2×4 1½ …", "Trane™ 72° 2×4 1½ …")]
    #[case("日本 한국", "日本 한국")]
    fn look_alikes_become_plain(#[case] given: &str, #[case] read: &str) {
        assert_eq!(reads(given), read);
    }

    #[test]
    fn whatever_unicode_takes_for_a_plain_letter_or_digit_is_read_as_one() {
        // I, l and 1 are one sign in Unicode's table, and O and 0.
        let class = |c: char| match c.to_ascii_lowercase() {
            'l' | 'i' => '1',
            'o' => '0',
            c => c,
        };
        let (mut tried, mut other) = (0, Vec::new());
        for c in ('\u{80}'..=char::MAX).filter(|c| c.is_alphanumeric() && digit(*c).is_none()) {
            let mut bytes = [0; 4];
            let mut looks = skeleton(c.encode_utf8(&mut bytes)).filter(|part| !is_hidden(*part));
            let (Some(like), None) = (looks.next().filter(char::is_ascii_alphanumeric), looks.next()) else { continue };
            tried += 1;
            let read = reads(&c.to_string());
            if !read.chars().map(class).eq([class(like)]) {
                other.push(format!("{c} ({:04x}): {like}, {read}", c as u32));
            }
        }
        assert!(tried > 1000, "{tried}");
        // By what it means: a long s, whatever it looks like.
        assert_eq!(other, ["ſ (017f): f, s", "ẛ (1e9b): f, s"]);
    }

    #[test]
    fn whatever_has_the_value_of_a_digit_is_read_as_it() {
        assert!(ZEROS.is_sorted());
        for c in ('\u{80}'..=char::MAX).filter(|c| c.is_numeric()) {
            let mut ascii = String::new();
            decompose_compatible(c, |part| ascii.push(part));
            if ascii.len() == 1 && ascii.bytes().all(|b| b.is_ascii_digit()) {
                assert_eq!(reads(&c.to_string()), ascii, "{:04x}", c as u32);
            }
        }
    }
}
