//! Passwords of an alarm company, a gate or a network: words that need no digit, told by the words before them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::super::digits::pattern;
use super::super::fold::Folded;
use super::super::secret::is_made_up;

/// What stands before a password.
static PASSWORDS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r#"(?-u:\b)(?:wi-?fi|wireless|network|router|gate|door|alarm|keypad|portal)(?-u:\b)[^.!?]{0,40}(?-u:\b)(?:password|passcode|pass|pw|key)(?: is|:| =|=)+ ?["']?(?P<code>[^\s"']{4,})"#,
        r#"(?-u:\b)(?:password|passcode|passphrase) (?:for|to|of|on) (?:the |our |my )?(?:[a-z]+ )?(?:wi-?fi|wireless|network|router|gate|door|alarm|keypad|portal)(?: [a-z]+)?(?: is|:| =|=)+ ?["']?(?P<code>[^\s"']{4,})"#,
        r#"(?-u:\b)(?:verbal|alarm|spoken|security|safe) (?:password|passcode|pass ?word|pw|code ?word) ?["'](?P<code>[^"']{3,30})["']"#,
        r"(?-u:\b)(?:alarm|gate|door|guard|central|security)(?-u:\b)[^.!?]{0,30}(?-u:\b)(?:password|pw|code ?word) (?P<code>[a-z0-9!@#$%&*-]{4,}) (?:if|when|for)(?-u:\b)",
        r#"(?-u:\b)(?:password|passcode|pw|code ?word|pass ?phrase) (?:for|to|of|on|w/) (?:the |our |my )?(?:[a-z]+ ){0,2}(?:alarm|gate|guard|central|security)(?-u:\b)[^.!?]{0,25} (?:is|:|=) ?["']?(?P<code>[a-z0-9!@#$%&*-]{4,})"#,
        r#"(?-u:\b)(?:verbal|alarm|spoken|security|safe|monitoring) (?:password|passcode|pass ?word|pw|code ?word)(?-u:\b)[^.!?]{0,25} ?(?:is|:|=) ?["']?(?P<code>[a-z0-9!@#$%&*-]{4,})"#,
        r#"(?-u:\b)(?:password|passcode|pw|code ?word|pass ?phrase) (?:for|to|of|on|w/|with) (?:the |our |my )?(?:[a-z]+ ){0,2}(?:alarm|monitoring|adt|brinks|vivint)(?-u:\b)[^.!?]{0,25} ?(?:is|:|=) ?["']?(?P<code>[a-z0-9!@#$%&*-]{4,})"#,
        r#"(?-u:\b)(?:verbal|spoken) (?:password|passcode|pass ?word|pw|code ?word|pass ?phrase)(?-u:\b)[^.!?:]{0,60}: ["']?(?P<code>[a-z0-9!@#$%&*-]{4,})"#,
        r#"(?-u:\b)(?:verbal|spoken) (?:password|passcode|pass ?word|pw|code ?word|pass ?phrase) ["']?(?P<code>[a-z0-9!@#$%&*-]{4,}(?: [0-9]{1,4}(?-u:\b))?)"#,
        r#"(?-u:\b)(?:alarm|monitoring|security|central|guard|adt|brinks|vivint) (?:company|co|station|center|desk|people|folks|guys|shack|calls?|asks?|wants|will)(?-u:\b)[^.!?]{0,40}(?-u:\b)(?:password|passcode|pass ?phrase|(?:code|safe) ?word)(?:,? (?:is|that's|it's|that is|it is)|:| =) ["']?(?P<code>[a-z0-9!@#$%&*-]{4,}(?: [0-9]{1,4}(?-u:\b))?)"#,
        r#"(?-u:\b)(?:wi-?fi|wireless|network|router)(?-u:\b)[^.!?]{0,40}(?-u:\b)(?:password|passcode|pw) ["']?(?P<code>[^\s"']*[0-9!@#$%&*][^\s"',]*)"#,
        r#"(?-u:\b)(?:wi-?fi|wireless|network|ssid)(?-u:\b)[^.!?]{0,60}?(?-u:\b)(?:pass|key) ["']?(?P<code>[a-z][^\s"',;]*[0-9][^\s"',;]*)"#,
        r#"(?-u:\b)(?:verbal|spoken)(?: password| passcode| code| word)?(?::|=) ?["']?(?P<code>[a-z][a-z0-9]{3,})"#,
        r"(?-u:\b)(?:password|passcode|code ?word)(?-u:\b)[^.!?]{0,40}[ ,:](?P<code>[a-z]{3,}[0-9]{1,4})(?-u:\b)",
        r#"(?-u:\b)(?:password|passcode|pass ?phrase|code ?word)(?-u:\b)[^.!?]{0,25}(?-u:\b)(?:tell|give) (?:him|her|them|'em|em) ["']?(?P<code>[a-z0-9!@#$%&*-]{4,})(?:["'.,;!?)]|$| (?:and|or|when|if|to|then)(?-u:\b))"#,
        r#"(?-u:\b)(?:safe|code|pass) ?(?:word|phrase)(?: is|:| =) ["']?(?P<code>[a-z0-9!@#$%&*-]{4,})"#,
        r#"(?-u:\b)word of the day(?-u:\b)[^.!?]{0,25}?(?: is|:| it's| =) ["']?(?P<code>[a-z0-9!@#$%&*-]{4,})"#,
    ]
    .iter()
    .map(|shape| pattern(shape))
    .collect()
});

/// What is said of a password and is none: `the password is something else`.
const NO_PASSWORDS: &[&str] = &[
    "something",
    "different",
    "changed",
    "same",
    "still",
    "unknown",
    "wrong",
    "needed",
    "required",
    "reset",
    "what",
    "below",
    "above",
    "attached",
    "written",
    "with",
    "that",
    "there",
    "being",
    "just",
    "also",
    "known",
    "given",
    "case",
    "when",
    "they",
    "they'll",
    "from",
    "only",
    "over",
    "must",
    "will",
    "before",
    "first",
    "every",
    "your",
    "which",
    "then",
    "some",
    "have",
    "please",
    "request",
    "prompt",
    "prompts",
    "verification",
    "protection",
    "once",
    "correct",
    "about",
    "whatever",
    "whoever",
    "nothing",
    "nobody",
    "access",
    "this",
    "these",
    "those",
    "time",
    "more",
    "notice",
    "someone",
    "somebody",
    "anything",
    "everything",
    "today",
    "tomorrow",
];

/// `the wifi in the app, it's Shop-Floor77`: what is told of a network and looks like nothing but a password.
static OF_A_NETWORK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?-u:\b)(?:wi-?fi|wireless|ssid)(?-u:\b)[^.!?]{0,60}?(?::| is| it's| =) ["']?(?P<code>[a-z][^\s"',;]{5,})"#)
});

/// Every password.
pub(super) fn each(folded: &Folded) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if ["pass", "pw", "key", "word", "verbal", "spoken"].iter().any(|name| folded.lower.contains(name)) {
        for shape in PASSWORDS.iter() {
            let codes = shape.captures_iter(&folded.lower).filter_map(|caught| caught.name("code"));
            found.extend(codes.filter(|code| is_one(code.as_str())).map(|code| code.range()));
        }
    }
    let of_a_network = OF_A_NETWORK.captures_iter(&folded.lower).filter_map(|caught| caught.name("code"));
    let trimmed = of_a_network.map(|code| code.start()..code.start() + code.as_str().trim_end_matches(['.', ')']).len());
    found.extend(trimmed.filter(|code| is_made_up(&folded.text[code.clone()])));
    found
}

/// Whether a word where a password stands is one.
pub(super) fn is_one(word: &str) -> bool {
    !NO_PASSWORDS.contains(&word)
}
