//! Templates: approved message texts (C7).

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::event::Channel;
use super::id::TemplateId;

/// One edition of a message text, with all that must be settled before it may leave by itself. It never changes: another
/// text is another edition, approved anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// The number of its reference.
    pub number: i64,
    /// What it is called; unique with its edition.
    pub name: String,
    /// 1 for the first; the highest is in use.
    pub edition: i64,
    /// The way it leaves.
    pub channel: Channel,
    /// What it says, with `{placeholders}`.
    pub text: String,
    /// How to opt out, in a line; it stands in the text or is added behind it.
    pub opt_out_line: String,
    /// Minutes within which somebody answers a reply.
    pub response_window_minutes: i64,
    /// Who is asked when nobody did: a person's name, or a role's.
    pub escalate_to: String,
    /// Who approved this edition.
    pub approved_by: String,
    /// When.
    pub approved_at: DateTime<Utc>,
}

/// Why a template may not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    /// Nobody approved it.
    #[error("nobody approved it; ask a reviewer")]
    NotApproved,
    /// It says nothing.
    #[error("it has no text; write one")]
    NoText,
    /// It does not say how to opt out.
    #[error("it does not say how to opt out; add the line")]
    NoOptOut,
    /// Nobody is bound to answer.
    #[error("it has no response window; say within how many minutes a reply is answered")]
    NoResponseWindow,
    /// Nobody is asked when no answer comes.
    #[error("it has no escalation; name who is asked when a reply is not answered in time")]
    NoEscalation,
}

impl Template {
    /// Whether all is settled that C7 asks for: only then may it be stored, and messages be made of it.
    ///
    /// # Errors
    /// [`NotReady`] names the first thing that is missing.
    pub fn may_send(&self) -> Result<(), NotReady> {
        let blank = |text: &str| text.trim().is_empty();
        if blank(&self.text) {
            Err(NotReady::NoText)
        } else if blank(&self.opt_out_line) {
            Err(NotReady::NoOptOut)
        } else if self.response_window_minutes < 1 {
            Err(NotReady::NoResponseWindow)
        } else if blank(&self.escalate_to) {
            Err(NotReady::NoEscalation)
        } else if blank(&self.approved_by) {
            Err(NotReady::NotApproved)
        } else {
            Ok(())
        }
    }
}

/// Characters of a name or a service that are said to somebody at most.
const LONGEST_WORD: usize = 40;

/// What a text's placeholders are filled with.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// `{name}`: what the person is called.
    pub name: &'a str,
    /// `{client}`: whose lead it is.
    pub client: &'a str,
    /// `{service}`: what was asked for.
    pub service: &'a str,
}

impl Template {
    /// The text as the person reads it, opt-out line included. What a stranger wrote into a form may be nothing but a name
    /// or a service: a link in it must not be sent on to somebody's phone.
    ///
    /// # Errors
    /// Names a placeholder that nobody fills.
    pub fn fill(&self, facts: &Facts<'_>) -> Result<String, String> {
        fill(&self.text, &self.opt_out_line, facts)
    }
}

/// What the text of an operation is called: one for texts has its name, one for mail says so.
pub fn template_name(operation: &str, channel: Channel) -> String {
    match channel {
        Channel::Sms => operation.to_owned(),
        Channel::Email => format!("{operation}_email"),
    }
}

/// A text with its places filled and its opt-out line behind it, unless it has the line within.
///
/// # Errors
/// Names a placeholder that nobody fills.
pub fn fill(text: &str, opt_out_line: &str, facts: &Facts<'_>) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len() + opt_out_line.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, after) = after.split_once('}').ok_or_else(|| "a { without its }".to_owned())?;
        filled.push_str(match name {
            "name" => plain(facts.name).unwrap_or("there"),
            "client" => facts.client,
            "service" => plain(facts.service).unwrap_or("your request"),
            other => return Err(format!("{{{other}}}, which nobody fills")),
        });
        rest = after;
    }
    filled.push_str(rest);
    if !filled.contains(opt_out_line.trim()) {
        filled.push(' ');
        filled.push_str(opt_out_line.trim());
    }
    Ok(filled)
}

/// A stranger's words where they are plain ones: letters, and what stands in names and trades.
fn plain(words: &str) -> Option<&str> {
    let words = words.trim();
    let fits = |c: char| c.is_alphabetic() || c.is_ascii_digit() || " .'’-&,/".contains(c);
    // A dot within a word, or two slashes, may be a link; one behind an initial is not.
    let link = words.contains("//") || words.split(' ').any(|word| word.trim_end_matches('.').contains('.'));
    (!words.is_empty() && words.chars().count() <= LONGEST_WORD && words.chars().all(fits) && !link).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn template() -> Template {
        Template {
            id: TemplateId::new(),
            number: 1,
            name: "text-back".into(),
            edition: 1,
            channel: Channel::Sms,
            text: "Sorry we missed you, {name}.".into(),
            opt_out_line: "Reply STOP to opt out.".into(),
            response_window_minutes: 15,
            escalate_to: "owner".into(),
            approved_by: "rosa".into(),
            approved_at: DateTime::UNIX_EPOCH,
        }
    }

    #[rstest]
    #[case(|_: &mut Template| {}, Ok(()))]
    #[case(|t: &mut Template| t.text = " ".into(), Err(NotReady::NoText))]
    #[case(|t: &mut Template| t.opt_out_line = String::new(), Err(NotReady::NoOptOut))]
    #[case(|t: &mut Template| t.response_window_minutes = 0, Err(NotReady::NoResponseWindow))]
    #[case(|t: &mut Template| t.escalate_to = " ".into(), Err(NotReady::NoEscalation))]
    #[case(|t: &mut Template| t.approved_by = String::new(), Err(NotReady::NotApproved))]
    fn only_settled_templates_are_sent(#[case] change: fn(&mut Template), #[case] may: Result<(), NotReady>) {
        let mut template = template();
        change(&mut template);
        assert_eq!(template.may_send(), may);
    }

    #[rstest]
    #[case("Hi {name}, {client} here about {service}.", "J. Ortiz", "Hi J. Ortiz, Acme here about drain. Reply STOP to opt out.")]
    #[case("Hi {name}. Reply STOP to opt out.", "", "Hi there. Reply STOP to opt out.")]
    #[case("Hi {name}", "win.example/now", "Hi there Reply STOP to opt out.")]
    #[case("Hi {name}", "http://x", "Hi there Reply STOP to opt out.")]
    #[case("Hi {name}", "Ana\u{202e}", "Hi there Reply STOP to opt out.")]
    #[case("Hi {name}", "call +1 512 555 0142", "Hi there Reply STOP to opt out.")]
    fn a_text_is_filled_with_plain_words(#[case] text: &str, #[case] name: &str, #[case] filled: &str) {
        let template = Template { text: text.into(), ..template() };
        assert_eq!(template.fill(&Facts { name, client: "Acme", service: "drain" }).as_deref(), Ok(filled));
    }

    #[rstest]
    #[case("How did we do? {link}", "{link}, which nobody fills")]
    #[case("Hi {name", "a { without its }")]
    fn a_hole_is_named(#[case] text: &str, #[case] what: &str) {
        let template = Template { text: text.into(), ..template() };
        assert_eq!(template.fill(&Facts { name: "", client: "", service: "" }).unwrap_err(), what);
    }
}
