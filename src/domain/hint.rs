//! Root-cause hints: what most likely lies behind failures that look alike, and what mends it, in a line.
//!
//! A hint is a guess and says so ("likely"); where nothing is known it says that, and what to look at instead.

use serde::Serialize;

use super::row::FailureGroup;
use super::words;

words! {
    /// What to do about it, so that a screen can name the key and a command line the command.
    pub enum Remedy {
        /// Mend it at the destination, then let the destination run again.
        Resume,
        /// Mend the cause, send a canary, then release the rest.
        Release,
        /// Correct the record, then replay the job.
        Replay,
        /// Ask the destination, then say what happened.
        Resolve,
        /// Nothing: it is tried again by itself.
        Wait,
        /// It should not be sent at all.
        Cancel,
        /// Open one and read what the destination said.
        Look,
    }
}

/// What is likely the matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// The cause, such as `the token expired or was revoked`; `None` when nothing is known.
    pub likely: Option<String>,
    /// What to do, such as `renew it at HubSpot, then resume`.
    pub advice: String,
    /// The verb that ends it.
    pub remedy: Remedy,
}

impl std::fmt::Display for Hint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.likely {
            Some(cause) => write!(f, "likely: {cause}; {}", self.advice),
            None => write!(f, "no known cause; {}", self.advice),
        }
    }
}

/// What is seen of failures that look alike.
#[derive(Clone, Copy, Debug)]
pub struct Symptom<'a> {
    /// The destination's name.
    pub destination: &'a str,
    /// What kind of system it is: `crm`, `sms`, `email`, `webhook`, `portal`.
    pub kind: &'a str,
    /// What the failures have in common.
    pub signature: &'a str,
    /// One of the errors, in the destination's words.
    pub error: &'a str,
    /// How many failed so.
    pub count: i64,
    /// How many of them have an unknown outcome.
    pub unknown: i64,
    /// How many of them are given up.
    pub dead: i64,
    /// Whether the destination is paused, or stopped by itself.
    pub stands_still: bool,
}

impl<'a> From<&'a FailureGroup> for Symptom<'a> {
    fn from(group: &'a FailureGroup) -> Self {
        Self {
            destination: &group.destination,
            kind: &group.kind,
            signature: &group.signature,
            error: group.example.as_ref().map_or("", |error| error.raw()),
            count: group.count,
            unknown: group.unknown,
            dead: group.dead,
            stands_still: group.paused,
        }
    }
}

impl Symptom<'_> {
    /// Whether none of them is tried again by itself.
    fn is_given_up(&self) -> bool {
        self.dead > 0 && self.dead == self.count
    }
}

/// Bytes of an error that are looked at.
const LOOKED_AT: usize = 4_096;
/// What is left to do where waiting would help, and nothing waits any more.
const GIVEN_UP: &str = "all were given up: replay what is still of use";

/// What follows a resume where nothing waits for it.
const CANARY_NEXT: &str = "all were given up, so a canary must follow";

/// The hint for a symptom; `{}` in a rule is the destination's name.
pub fn hint(symptom: &Symptom<'_>) -> Hint {
    let error = symptom.error[..symptom.error.floor_char_boundary(LOOKED_AT)].to_lowercase();
    let text = format!("{} {error}", symptom.signature.to_lowercase());
    let found = by_words(&text, symptom)
        .or_else(|| (symptom.kind == "sms").then(|| twilio(&error)).flatten())
        .or_else(|| (symptom.kind == "email").then(|| mail(symptom, &text)).flatten())
        .or_else(|| status(symptom.signature).and_then(|status| by_status(amounts_to(status, symptom, &text), symptom, &text)))
        .or_else(|| by_connection(&text));
    let (likely, advice, remedy) = match found {
        // Whatever the cause: what may have arrived is asked about first.
        Some((likely, ..)) if symptom.unknown > 0 && symptom.unknown == symptom.count => {
            (Some(likely), "ask {} whether each arrived, then say what happened", Remedy::Resolve)
        }
        Some((likely, advice, remedy)) => (Some(likely), advice, remedy),
        None if symptom.unknown > 0 => {
            (Some("no answer came after it was sent"), "ask {} whether each arrived, then say what happened", Remedy::Resolve)
        }
        None => (None, "open a job, read what {} said, and look at {}'s status page", Remedy::Look),
    };
    let named = |text: &str| text.replace("{}", symptom.destination);
    let (advice, remedy) = match (remedy, advice.strip_suffix("then resume")) {
        // Where nothing stands still there is nothing to resume: one is sent to see.
        (Remedy::Resume, Some(before)) if !symptom.stands_still => (format!("{before}then send a canary"), Remedy::Release),
        // What was given up stays so when the destination runs again.
        (Remedy::Resume, Some(_)) if symptom.is_given_up() => (format!("{CANARY_NEXT}; {advice}"), Remedy::Resume),
        (Remedy::Wait, _) if symptom.is_given_up() && advice.contains("tried again") => (GIVEN_UP.to_owned(), Remedy::Replay),
        (Remedy::Wait, _) if symptom.is_given_up() => (format!("{advice}; {GIVEN_UP}"), Remedy::Replay),
        _ => (advice.to_owned(), remedy),
    };
    Hint { likely: likely.map(named), advice: named(&advice), remedy }
}

/// A cause, what to do, and the verb.
type Rule = (&'static str, &'static str, Remedy);
type Found = Option<Rule>;

/// The status that a signature begins with.
fn status(signature: &str) -> Option<i64> {
    signature.split(' ').next()?.parse().ok()
}

/// Signs, and what they are signs of. The first that is said decides.
type Told = (&'static [&'static str], Rule);

fn first_said(told: &[Told], text: &str) -> Found {
    told.iter().find(|(signs, _)| signs.iter().any(|sign| says(text, sign))).map(|(_, rule)| *rule)
}

/// Letters up to which a sign is a word by itself: `dns` is none in `dns.example.com`.
const SHORT: usize = 3;

fn says(text: &str, sign: &str) -> bool {
    let mut words =
        text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '-' | '_')).map(|word| word.trim_matches('.'));
    if sign.len() > SHORT { text.contains(sign) } else { words.any(|word| word == sign) }
}

/// What our own machinery says: it is the surest sign there is.
fn by_words(text: &str, symptom: &Symptom<'_>) -> Found {
    let has = |word: &str| text.contains(word);
    if symptom.signature == "window closed" || has("its window closed") {
        return Some(("it waited longer than it was of use", "replay it only if it is still of use", Remedy::Replay));
    }
    if has("its template")
        && let Some(found) = first_said(TEMPLATE, text)
    {
        return Some(found);
    }
    if has("template") && (has("missing") || has("not exist") || has("no such") || has("not approved")) {
        let rule = "the configuration names a template that is not there";
        return Some((rule, "add or approve the template, then replay", Remedy::Release));
    }
    first_said(OURS, text)
}

/// What we say of an approved text that cannot be used.
const TEMPLATE: &[Told] = &[
    (
        &["template is not there"],
        ("the template that it uses is not there", "add its [[template]], run quotedeck init, then release", Remedy::Release),
    ),
    (
        &["nobody fills", "approve another edition"],
        ("the template has a place that nobody fills", "approve another edition of it, then release", Remedy::Release),
    ),
    (
        &["approve one for that"],
        ("the template is for another channel", "approve one for the channel of {}, then release", Remedy::Release),
    ),
    (
        &["may not be used"],
        (
            "the template is not approved, or lacks what each must have",
            "have a reviewer approve one that is whole, then release",
            Remedy::Release,
        ),
    ),
];

/// What we say of everything else. A signature has words alone: a sign that is words alone is found in it too.
const OURS: &[Told] = &[
    (
        &["poison", "worker was lost"],
        (
            "the worker broke down while it held the job",
            "read the worker's log of that time, then send one as a canary",
            Remedy::Release,
        ),
    ),
    (
        &["worker stood still"],
        ("the worker's machine slept or had too much to do", "wait: it is tried again by itself", Remedy::Wait),
    ),
    (&["worker was stopped"], ("the worker was stopped meanwhile", "wait: it is tried again by itself", Remedy::Wait)),
    (
        &["no such destination"],
        ("the configuration does not name {} any more", "add its [[destination]], then release", Remedy::Release),
    ),
    (
        &["at the lead", "letters that this mail server cannot write to"],
        ("the lead's data do not fit what is sent", "correct the lead, then replay", Remedy::Replay),
    ),
    (
        &["hand the contact over first"],
        ("the contact is not at {} yet", "replay the contact's handoff, then this", Remedy::Replay),
    ),
    (
        &["which contact it belongs to"],
        ("it does not say whose it is at {}", "replay the contact's handoff instead", Remedy::Look),
    ),
    (
        &["make it anew from a lead", "nobody is written to without one"],
        ("it belongs to no lead", "make it anew from a lead", Remedy::Look),
    ),
    (
        &["the client it is for is not there"],
        ("its client is not in the database any more", "leave it: there is nobody to do it for", Remedy::Look),
    ),
    (
        &["no version of this program"],
        ("a newer version of this program made it", "run the newer version, then release", Remedy::Release),
    ),
    (
        &["send it elsewhere"],
        ("{} does not take work of this kind", "correct in the configuration what goes to {}, and make it anew", Remedy::Look),
    ),
    (
        &["no signing key", "character that cannot travel"],
        ("the secret of {} is not one that can be used", "copy it again as {} gives it, then resume", Remedy::Resume),
    ),
    (
        &[
            "no secret",
            "secret is no",
            "secret is empty",
            "secret could not be read",
            "credential is missing",
            "set it to the secret",
            "no client_id",
        ],
        ("the configuration has no secret for {}", "set it as `quotedeck doctor` says, then resume", Remedy::Resume),
    ),
    (
        &[
            "check its name and rights",
            "it is no file",
            "chmod",
            "could be kept there",
            "could not be kept",
            "put its refresh token",
        ],
        (
            "the file with the secret of {} cannot be used",
            "mend its name, rights or content as the error says, then resume",
            Remedy::Resume,
        ),
    ),
    (
        &["refresh token is refused"],
        (
            "the refresh token expired or was revoked",
            "connect the account anew, put its token where the error says, then resume",
            Remedy::Resume,
        ),
    ),
    (
        &["the app is refused", "check token_url"],
        ("our app is not known where tokens are given", "check token_url, client_id and the secret, then resume", Remedy::Resume),
    ),
    (
        &["lets nobody log in this way"],
        ("the mail server takes no login of ours", "correct its url or leave account out, then resume", Remedy::Resume),
    ),
    (&["make the property"], ("{} lacks a property of ours", "make it there as the error says, then resume", Remedy::Resume)),
    (
        &["account has nothing left"],
        ("the account at {} has nothing left", "pay or raise its limit at {}, then resume", Remedy::Resume),
    ),
    (&["no such model"], ("{} does not have the model", "correct `model` in the configuration, then resume", Remedy::Resume)),
    (
        &["no chat endpoint", "holds no choice", "there is no such path", "no request can be made"],
        ("the address of {} is wrong", "correct its url in the configuration, then release", Remedy::Release),
    ),
    (
        &["model declined", "model wrote more", "model wrote far more"],
        (
            "the model at {} does not write what is asked of it",
            "write the draft by hand, or name another model and replay",
            Remedy::Replay,
        ),
    ),
    (
        &["model answered with nothing"],
        ("the model at {} wrote nothing", "wait: it is tried again by itself; name another model if it lasts", Remedy::Wait),
    ),
    (
        &["needs a higher timeout_seconds"],
        (
            "the model at {} takes longer than it is given",
            "raise timeout_seconds in its [[destination]], and start the worker anew",
            Remedy::Wait,
        ),
    ),
    (
        &["may not see the site", "no such business"],
        (
            "its [[sync]] names what {} does not show us",
            "correct it, or share it with the account; the next round asks again",
            Remedy::Look,
        ),
    ),
    (
        &["a page is larger than", "pages for one window"],
        ("{} lists more at once than is taken", "narrow its [[sync]]; the next round asks again", Remedy::Look),
    ),
];

/// The status that an answer amounts to: an error may come inside a success, and a limit as 403.
fn amounts_to(status: i64, symptom: &Symptom<'_>, text: &str) -> i64 {
    match (status, symptom.signature.split(' ').nth(1).unwrap_or_default()) {
        (200..=299, "validation_error") => 400,
        (200..=299, "object_not_found") => 404,
        (200..=299, "conflict" | "object_already_exists") => 409,
        (200..=299, "rate_limits") => 429,
        (403, _) if text.contains("quota") || text.contains("rate limit") => 429,
        _ => status,
    }
}

/// Whether an answer says that a value is wrong, such as HubSpot's `INVALID_EMAIL`: then no field was renamed.
fn is_of_a_value(text: &str) -> bool {
    ["invalid_email", "invalid_phone", "email address"].iter().any(|sign| text.contains(sign)) && text.contains("invalid")
}

fn by_status(status: i64, symptom: &Symptom<'_>, text: &str) -> Found {
    let many = symptom.count > 1;
    Some(match status {
        401 => ("the token expired or was revoked", "renew it at {}, then resume", Remedy::Resume),
        402 => ("the account at {} has nothing left", "pay or raise its limit at {}, then send a canary", Remedy::Release),
        403 => ("the token lacks a permission", "grant it at {}, then resume", Remedy::Resume),
        407 => ("a proxy between here and {} wants a login", "mend the proxy's settings, then resume", Remedy::Resume),
        404 | 410 if symptom.kind == "webhook" => {
            ("the receiver's address moved or was switched off", "ask its owner for the new address", Remedy::Release)
        }
        404 | 410 => {
            ("what it refers to is gone at {}, or the address is wrong", "look for it at {}, then replay", Remedy::Replay)
        }
        408 => ("{} was too slow to read the request", "none needed: it is tried again by itself", Remedy::Wait),
        409 => ("{} holds a conflicting record", "merge or correct it at {}, then replay", Remedy::Replay),
        413 => ("the request is larger than {} takes", "shorten what is sent, then replay", Remedy::Replay),
        423 | 425 | 477 => {
            ("{} is busy with the record or the account", "none needed: it is tried again by itself", Remedy::Wait)
        }
        400 | 422 if matches!(symptom.kind, "sms" | "email") => return None,
        400 | 422 if symptom.kind == "ai_draft" => (
            "the endpoint or the model at {} does not take the request as we make it",
            "read what it said, name another model or url in its [[destination]], then send a canary",
            Remedy::Release,
        ),
        400 | 422 if many && is_of_a_value(text) => (
            "a phone number or an address of each lead is not valid for {}",
            "correct the leads, as each error says, then replay",
            Remedy::Replay,
        ),
        400 | 422 if many => (
            "a field was renamed or made required at {}",
            "compare the mapping with {}'s fields, then send a canary",
            Remedy::Release,
        ),
        400 | 422 => ("a value of this lead is not valid for {}", "correct the lead, then replay", Remedy::Replay),
        429 => (
            "{} limits how much is sent",
            "none needed: it is tried again when {} allows; lower per_minute if it lasts",
            Remedy::Wait,
        ),
        300..=399 => ("the address of {} moved", "put the new address into the configuration, then release", Remedy::Release),
        503 | 529 => {
            ("{} is overloaded or under maintenance", "wait: it is tried again by itself; see {}'s status page", Remedy::Wait)
        }
        502 | 504 | 520..=524 => {
            ("a gateway before {} does not reach it", "wait: it is tried again by itself; see {}'s status page", Remedy::Wait)
        }
        500..=599 => ("{} is broken at the moment", "wait: it is tried again by itself; see {}'s status page", Remedy::Wait),
        _ => return None,
    })
}

/// Twilio's own codes say more than the status they come with.
fn twilio(error: &str) -> Found {
    let has = |code: &str| error.split(|c: char| !c.is_ascii_digit()).any(|word| word == code);
    let known: &[(&[&str], Rule)] = &[
        (&["20003"], ("the account's key was changed or revoked", "renew it at {}, then resume", Remedy::Resume)),
        (&["20005", "10001"], ("the account is suspended", "settle it with {}, then resume", Remedy::Resume)),
        (
            &["20429", "14107", "21611", "30022"],
            (
                "{} limits how much is sent",
                "none needed: it is tried again by itself; lower per_minute if it lasts",
                Remedy::Wait,
            ),
        ),
        (
            &["21211", "21217", "21401"],
            ("the number is not a valid phone number", "correct the lead's number, then replay", Remedy::Replay),
        ),
        (
            &["21614", "30006"],
            ("the number is a landline or cannot take messages", "call instead, and cancel the message", Remedy::Cancel),
        ),
        (&["21610"], ("the person opted out at {}", "do not write again: cancel it", Remedy::Cancel)),
        (
            &["21408", "21612"],
            ("the account may not write to that country", "allow it at {} under geo permissions, then release", Remedy::Release),
        ),
        (
            &["21606", "21212", "21603", "21659", "21660"],
            ("the sender's number may not send messages", "correct `from` in the configuration, then release", Remedy::Release),
        ),
        (&["21617"], ("the message is too long", "shorten the template, then release", Remedy::Release)),
        (
            &["30003", "30005"],
            ("the phone is off, out of reach or no longer in use", "call instead, or replay later", Remedy::Replay),
        ),
        (&["30004"], ("the phone or its carrier blocks messages from us", "do not write again: call instead", Remedy::Cancel)),
        (
            &["30007"],
            (
                "the carrier took it for spam",
                "change the template's words or register the sender, then send a canary",
                Remedy::Release,
            ),
        ),
        (
            &["30034", "30032"],
            ("the sender is not registered with the carriers", "register it at {}, then send a canary", Remedy::Release),
        ),
        (&["20404"], ("the account or address in the configuration is wrong", "correct it, then resume", Remedy::Resume)),
    ];
    let words: &[(&str, &str)] = &[
        ("unsubscribed", "21610"),
        ("opted out", "21610"),
        ("landline", "21614"),
        ("not a valid mobile", "21614"),
        ("not a valid phone", "21211"),
    ];
    // Where no code is given, its words are.
    let by_code = |code: &str| known.iter().find(|(codes, _)| codes.contains(&code)).map(|(_, rule)| *rule);
    known
        .iter()
        .find(|(codes, _)| codes.iter().any(|code| has(code)))
        .map(|(_, rule)| *rule)
        .or_else(|| words.iter().find(|(word, _)| error.contains(word)).and_then(|(_, code)| by_code(code)))
}

/// A mail server's replies: 4xx passes, 5xx stays.
fn mail(symptom: &Symptom<'_>, text: &str) -> Found {
    let has = |word: &str| text.contains(word);
    Some(match status(symptom.signature)? {
        530 | 534 | 535 => ("the mail server's login or password is wrong", "renew it, then resume", Remedy::Resume),
        538 => (
            "the mail server takes the login over a private connection alone",
            "write smtps:// into its address, then resume",
            Remedy::Resume,
        ),
        400..=499 if has("to the login") => {
            ("the mail server could not check our login", "see that it takes the login again, then resume", Remedy::Resume)
        }
        500..=599 if has("to the login") => ("the mail server refuses our login", "renew it, then resume", Remedy::Resume),
        500..=599 if has("to the greeting") => {
            ("the mail server wants nothing from this machine", "have whoever runs {} let it in, then resume", Remedy::Resume)
        }
        450 | 451 if has("greylist") || has("4.7.1") => {
            ("the mail server makes new senders wait", "none needed: it is tried again by itself", Remedy::Wait)
        }
        421 | 450..=459 if has("full") || has("quota") || has("4.2.2") => {
            ("the mailbox is full", "none needed: it is tried again by itself", Remedy::Wait)
        }
        400..=499 => ("the mail server cannot take it at the moment", "none needed: it is tried again by itself", Remedy::Wait),
        550 | 551 | 553 if has("spf") || has("dmarc") || has("dkim") || has("spam") || has("5.7.") => (
            "the receiver takes us for spam",
            "mend SPF, DKIM and DMARC of the sender's domain, then send a canary",
            Remedy::Release,
        ),
        550 | 551 | 553 => ("the mailbox does not exist", "correct the lead's address, then replay", Remedy::Replay),
        552 | 554 if has("size") => ("the message is too large", "shorten the template, then release", Remedy::Release),
        500..=599 => {
            ("the mail server refuses it for good", "read its words, mend the cause, then send a canary", Remedy::Release)
        }
        _ => return None,
    })
}

/// What stands between here and there, and answers that are none.
const CONNECTION: &[Told] = &[
    (
        &[
            "no address is known for this name",
            "could not be resolved",
            "could not resolve",
            "failed to lookup address",
            "name resolution",
            "name or service not known",
            "name does not resolve",
            "no address associated",
            "dns",
            "nodename nor servname",
            "no such host",
        ],
        ("the name of {} cannot be resolved", "check the address in the configuration and this machine's DNS", Remedy::Wait),
    ),
    (
        &["certificate has expired"],
        ("the certificate of {} has expired", "whoever runs {} renews it; then release", Remedy::Release),
    ),
    (
        &["certificate is for another name", "notvalidforname", "hostname mismatch", "name mismatch"],
        ("the certificate is not that of {}", "check the address in the configuration; never send around it", Remedy::Release),
    ),
    (
        &["offers no tls"],
        (
            "the server of {} offers no encryption",
            "write smtps:// or another port into its address, then release",
            Remedy::Release,
        ),
    ),
    (
        &["certificate", "tls", "handshake", "private connection"],
        (
            "no private connection to {} can be made",
            "check the address and the certificate; never send around it",
            Remedy::Release,
        ),
    ),
    (&["connection refused"], ("nothing listens at the address of {}", "check the address and whether {} is up", Remedy::Wait)),
    (
        &["redirect", "sends us elsewhere"],
        ("the address of {} moved", "put the new address into the configuration, then release", Remedy::Release),
    ),
    (
        &["<html", "doctype", "html>", "web page"],
        (
            "a web page answered instead of {}: a proxy, a login page, or a wrong address",
            "open the address in a browser",
            Remedy::Release,
        ),
    ),
    (
        &["no answer of", "empty answer", "empty body", "unexpected answer", "not json", "could not be read"],
        ("{} answered with something that is no answer", "see {}'s status page; send a canary when it is back", Remedy::Release),
    ),
    (
        &["reset by peer", "connection was closed", "connection broke", "broken pipe", "unexpected eof", "incomplete response"],
        ("{} cut the connection", "wait: it is tried again by itself where that is safe", Remedy::Wait),
    ),
    (
        &["timed out", "no answer", "no greeting", "no reply in time", "timeout", "no connection"],
        ("{} is slow or unreachable", "wait: it is tried again by itself; see {}'s status page", Remedy::Wait),
    ),
    (
        &["token endpoint answered", "asking for one was broken off", "has been refreshing it"],
        ("{} gives no access token", "wait: it is tried again by itself; see {}'s status page", Remedy::Wait),
    ),
    (&["budget"], ("every try allowed was used up", "mend the cause, then send a canary", Remedy::Release)),
];

fn by_connection(text: &str) -> Found {
    first_said(CONNECTION, text)
}

#[cfg(test)]
pub(crate) mod tests;
