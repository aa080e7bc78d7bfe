//! Symptoms as destinations give them, and what is said of each.

use super::*;
use crate::domain::breaker::{NOT_SENT, STOOD_STILL, STOPPED, WORKER_LOST};
use crate::domain::event::Channel;
use crate::domain::id::TemplateId;
use crate::domain::job::JobKind;
use crate::domain::lead::Consent;
use crate::domain::sending::{Leaving, Moment, moment};
use crate::domain::signature::signature;
use crate::domain::template::{Facts, Template, fill};
use chrono::DateTime;
use proptest::prelude::*;
use rstest::rstest;

fn symptom<'a>(kind: &'a str, signature: &'a str, error: &'a str) -> Symptom<'a> {
    Symptom { destination: "HubSpot", kind, signature, error, count: 3, unknown: 0, dead: 0, stands_still: true }
}

/// The hint for jobs at a destination that stands still, which failed with this status and these words.
pub(crate) fn hint_of(kind: &str, status: Option<i64>, error: &str) -> Hint {
    let group = signature(status, error);
    hint(&symptom(kind, &group, error))
}

#[rstest]
#[case(
    "crm",
    "401 expired_authentication",
    "",
    "likely: the token expired or was revoked; renew it at HubSpot, then resume",
    Remedy::Resume
)]
#[case("crm", "403 missing_scopes", "", "lacks a permission", Remedy::Resume)]
#[case("crm", "429 rate_limits", "", "limits how much is sent", Remedy::Wait)]
#[case("crm", "500 internal error", "", "broken at the moment", Remedy::Wait)]
#[case("webhook", "502", "<html><head><title>502 Bad Gateway", "gateway before", Remedy::Wait)]
#[case("ai_draft", "400 invalid_request_error", "", "does not take the request as we make it", Remedy::Release)]
#[case("crm", "422 validation_error", "", "renamed or made required", Remedy::Release)]
#[case(
    "crm",
    "400 invalid_email",
    "Email address ana@example is invalid",
    "an address of each lead is not valid",
    Remedy::Replay
)]
#[case("crm", "409 conflict", "", "conflicting record", Remedy::Replay)]
#[case("crm", "301", "", "moved", Remedy::Release)]
#[case("webhook", "the name could not be resolved", "", "cannot be resolved", Remedy::Wait)]
#[case("webhook", "invalid peer certificate notvalidforname", "", "not that of", Remedy::Release)]
#[case("crm", "connection refused", "", "nothing listens", Remedy::Wait)]
#[case(
    "webhook",
    "connection refused",
    "https://dns.example.com, by tls-front.example: connection refused",
    "nothing listens",
    Remedy::Wait
)]
#[case("webhook", "dns error", "dns error: no record", "cannot be resolved", Remedy::Wait)]
#[case("webhook", "tls", "the peer closed it during tls.", "no private connection", Remedy::Release)]
#[case("crm", "connection to the api timed out after s", "", "slow or unreachable", Remedy::Wait)]
#[case("crm", "unexpected answer", "<!DOCTYPE html>", "web page answered", Remedy::Release)]
#[case("crm", "empty answer", "", "no answer", Remedy::Release)]
#[case(
    "crm",
    "200 it answered with something",
    "it answered 200 with something that is no answer of HubSpot's; check its url: <html>Sign in</html>",
    "web page answered",
    Remedy::Release
)]
#[case(
    "crm",
    "200 it answered with something",
    "it answered 200 with something that is no answer of HubSpot's; check its url: an empty body",
    "no answer",
    Remedy::Release
)]
#[case("crm", "302 status it sends us elsewhere", "", "moved", Remedy::Release)]
#[case("webhook", "localhost its certificate is for another name check the name", "", "not that of", Remedy::Release)]
#[case("email", "mail its certificate has expired whoever runs it", "", "has expired", Remedy::Release)]
#[case("webhook", "no connection in time check the url", "", "slow or unreachable", Remedy::Wait)]
#[case("crm", "hubspot it has no secret name one", "", "no secret for HubSpot", Remedy::Resume)]
#[case(
    "sms",
    "400 attempt to send to unsubscribed",
    "21610: Attempt to send to unsubscribed recipient",
    "opted out",
    Remedy::Cancel
)]
#[case("email", "the recipient's address is none correct it at the lead", "", "lead's data", Remedy::Replay)]
#[case("crm", "redirected elsewhere", "redirect to https://elsewhere", "moved", Remedy::Release)]
#[case("sms", "400 the number is not a valid", "21211 The 'To' number +1512 is not a valid", "not a valid phone", Remedy::Replay)]
#[case("sms", "400 attempt to send to unsubscribed", "code 21610", "opted out", Remedy::Cancel)]
#[case("sms", "400", "21614: 'To' number is not a valid mobile number", "landline", Remedy::Cancel)]
#[case("sms", "401 authenticate", "{\"code\":20003}", "key was changed", Remedy::Resume)]
#[case("sms", "429 too many requests", "{\"code\":20429}", "limits how much", Remedy::Wait)]
#[case("sms", "400", "30007", "took it for spam", Remedy::Release)]
#[case("sms", "400 unheard of", "29999999", "no known cause", Remedy::Look)]
#[case("sms", "400 the number is a landline", "400 the number is a landline", "landline", Remedy::Cancel)]
#[case("email", "451 greylisted please try again later", "", "makes new senders wait", Remedy::Wait)]
#[case("email", "421 busy", "", "cannot take it at the moment", Remedy::Wait)]
#[case("email", "535 authentication failed", "", "login or password", Remedy::Resume)]
#[case("email", "550 no such user here", "", "does not exist", Remedy::Replay)]
#[case("email", "550 blocked", "550 5.7.26 unauthenticated sender", "for spam", Remedy::Release)]
#[case("crm", "the worker was lost after it announced the request", "", "worker broke down", Remedy::Release)]
#[case("sms", "window closed", "", "longer than it was of use", Remedy::Replay)]
#[case("crm", "flux capacitor", "", "no known cause; open a job", Remedy::Look)]
fn a_symptom_points_at_its_cause(
    #[case] kind: &str,
    #[case] signature: &str,
    #[case] error: &str,
    #[case] says: &str,
    #[case] remedy: Remedy,
) {
    let hint = hint(&symptom(kind, signature, error));
    assert!(hint.to_string().contains(says), "{hint}");
    assert_eq!(hint.remedy, remedy, "{hint}");
}

/// What `moment` says of a template that cannot be used.
fn broken(there: bool, channel: Channel, change: fn(&mut Template)) -> String {
    let mut template = Template {
        id: TemplateId::new(),
        number: 1,
        name: "quote_confirmation".into(),
        edition: 1,
        channel: Channel::Sms,
        text: "We have your request.".into(),
        opt_out_line: "Reply STOP to opt out.".into(),
        response_window_minutes: 15,
        escalate_to: "rosa".into(),
        approved_by: "rosa".into(),
        approved_at: DateTime::UNIX_EPOCH,
    };
    change(&mut template);
    let leaving = Leaving {
        kind: JobKind::Message,
        template: there.then_some(&template),
        channel,
        to: Some("+15125550142"),
        phone: Some("+15125550142"),
        client_zone: "America/New_York",
        consent: Consent::Given,
        opted_out: false,
        hold: None,
        window_ends_at: DateTime::UNIX_EPOCH,
    };
    match moment(&leaving, DateTime::UNIX_EPOCH) {
        Moment::Broken(why) => why,
        other => panic!("{other:?}"),
    }
}

/// What a message that cannot be filled is stopped with.
fn hole(text: &str) -> String {
    let hole = fill(text, "Reply STOP.", &Facts { name: "", client: "", service: "" }).unwrap_err();
    format!("its template quote_confirmation, edition 1 has {hole}; approve another edition, then replay")
}

#[rstest]
#[case(broken(false, Channel::Sms, |_: &mut Template| {}), "it uses is not there")]
#[case(broken(true, Channel::Sms, |template: &mut Template| template.approved_by.clear()), "is not approved")]
#[case(broken(true, Channel::Sms, |template: &mut Template| template.opt_out_line.clear()), "is not approved, or lacks")]
#[case(broken(true, Channel::Email, |_: &mut Template| {}), "another channel")]
#[case(hole("How did we do? {link}"), "nobody fills")]
#[case(hole("Hi {name"), "nobody fills")]
fn a_template_that_cannot_be_used_is_known(#[case] why: String, #[case] says: &str) {
    let hint = hint_of("sms", None, &why);
    assert!(hint.to_string().contains(says), "{hint}");
    assert_eq!(hint.remedy, Remedy::Release, "{hint}");
}

#[rstest]
#[case(WORKER_LOST, "worker broke down", Remedy::Release)]
#[case(NOT_SENT, "slept", Remedy::Wait)]
#[case(STOOD_STILL, "slept", Remedy::Wait)]
#[case(STOPPED, "worker was stopped", Remedy::Wait)]
#[case("the client it is for is not there any more", "its client is not in the database", Remedy::Look)]
#[case("note.upsert needs a lead, and it has none; make it anew from a lead", "no lead", Remedy::Look)]
#[case("it is for no lead, and nobody is written to without one (C8)", "no lead", Remedy::Look)]
#[case("no version of this program knows how to do a.b; cancel it, or run the newer version", "newer version", Remedy::Release)]
#[case(
    "it does not say which contact it belongs to; replay the hand-over of the contact instead",
    "does not say whose it is",
    Remedy::Look
)]
fn what_we_say_ourselves_is_known(#[case] why: &str, #[case] says: &str, #[case] remedy: Remedy) {
    let hint = hint_of("crm", None, why);
    assert!(hint.to_string().contains(says), "{hint}");
    assert_eq!(hint.remedy, remedy, "{hint}");
}

#[rstest]
#[case("there: the variable CRM_TOKEN is not set; set it to the secret", "has no secret for HubSpot")]
#[case("there: the secret is empty; put it where the configuration says", "has no secret for HubSpot")]
#[case("it has no client_id; set it up with client_id and refresh_file", "has no secret for HubSpot")]
#[case("there: /t: it cannot be read: Permission denied (os error 13); check its name and rights", "file with the secret")]
#[case("there: everybody on this machine may open it; run: chmod 600 on it", "file with the secret")]
#[case("/t: it is empty; connect the account and put its refresh token there", "file with the secret")]
#[case(
    "/t: no other token could be kept there: Read-only file system; let this program write in its folder",
    "file with the secret"
)]
#[case(
    "/t: the new refresh token could not be kept: No space left on device; make room, or mend its rights",
    "file with the secret"
)]
#[case("there: its secret is no signing key; it begins with whsec_, and base64 follows", "not one that can be used")]
#[case(
    "api.example.com: the secret holds a character that cannot travel; copy it again, without spaces and line breaks",
    "not one that can be used"
)]
#[case("mail.example.com:587: it lets nobody log in this way; check its url, or leave account out", "no login of ours")]
fn what_we_are_let_in_by_is_mended_then_resumed(#[case] error: &str, #[case] says: &str) {
    let hint = hint_of("crm", None, error);
    assert!(hint.to_string().contains(says), "{hint}");
    assert_eq!(hint.remedy, Remedy::Resume, "{hint}");
}

#[rstest]
#[case(
    "api.example.com: no address is known for this name; check the url of this destination, and this machine's name service",
    "cannot be resolved"
)]
#[case(
    "mail.example.com:587: failed to lookup address information: Temporary failure in name resolution; check the url of this \
     destination, and the network",
    "cannot be resolved"
)]
#[case("mail.example.com:587: could not resolve to any address; check the url of this destination", "cannot be resolved")]
#[case("mail.example.com:587: no greeting in time; check the url of this destination, and the network", "slow or unreachable")]
#[case("mail.example.com:587: no reply in time", "slow or unreachable")]
#[case("mail.example.com:587: incomplete response", "cut the connection")]
#[case("/t: another program has been refreshing it all the time", "no access token")]
#[case("no access token: asking for one was broken off", "no access token")]
fn what_is_not_reached_is_tried_again(#[case] error: &str, #[case] says: &str) {
    let hint = hint_of("email", None, error);
    assert!(hint.to_string().contains(says), "{hint}");
    assert_eq!(hint.remedy, Remedy::Wait, "{hint}");
}

#[rstest]
#[case("503 no message", "likely: HubSpot is overloaded or under maintenance; all were given up: replay what is still of use")]
#[case("429 rate_limits", "likely: HubSpot limits how much is sent; all were given up: replay what is still of use")]
#[case(
    "connection refused",
    "likely: nothing listens at the address of HubSpot; check the address and whether HubSpot is up; \
     all were given up: replay what is still of use"
)]
fn what_is_given_up_does_not_wait(#[case] signature: &str, #[case] says: &str) {
    let all = hint(&Symptom { dead: 3, ..symptom("crm", signature, "") });
    assert_eq!((all.to_string().as_str(), all.remedy), (says, Remedy::Replay));
    let some = hint(&Symptom { dead: 2, ..symptom("crm", signature, "") });
    assert_eq!(some.remedy, Remedy::Wait, "one of them is tried again: {some}");
}

#[test]
fn what_is_given_up_needs_more_than_a_resume() {
    let all = hint(&Symptom { dead: 3, ..symptom("crm", "401 expired", "") });
    assert!(all.advice.contains("a canary must follow; renew") && all.remedy == Remedy::Resume, "{all}");
    let some = hint(&Symptom { dead: 2, ..symptom("crm", "401 expired", "") });
    assert!(!some.advice.contains("canary"), "{some}");
}

#[test]
fn what_may_have_arrived_is_asked_about_first() {
    let all = Symptom { unknown: 3, ..symptom("sms", "no answer within s the request was sent", "") };
    assert_eq!(hint(&all).remedy, Remedy::Resolve);
    let nameless = Symptom { unknown: 1, ..symptom("sms", "flux", "") };
    assert_eq!(hint(&nameless).remedy, Remedy::Resolve);
}

#[test]
fn what_runs_is_not_to_be_resumed() {
    let running = Symptom { stands_still: false, ..symptom("crm", "401 expired", "") };
    let hint = hint(&running);
    assert_eq!(hint.to_string(), "likely: the token expired or was revoked; renew it at HubSpot, then send a canary");
    assert_eq!(hint.remedy, Remedy::Release);
}

#[test]
fn one_refused_record_is_not_a_renamed_field() {
    let one = Symptom { count: 1, ..symptom("crm", "422 validation_error", "") };
    assert!(hint(&one).to_string().contains("a value of this lead"));
}

proptest! {
    #[test]
    fn every_symptom_has_a_line(kind in "(crm|sms|email|webhook|portal|\\PC{0,6})", signature in any::<String>(), error in any::<String>(), stands_still: bool) {
        let hint = hint(&Symptom { stands_still, ..symptom(&kind, &signature, &error) });
        let line = hint.to_string();
        prop_assert!(line.ends_with(&hint.advice) && line.len() > 20);
    }
}
