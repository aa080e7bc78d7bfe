//! Symptoms as destinations give them, and what is said of each.

use super::*;
use proptest::prelude::*;
use rstest::rstest;

fn symptom<'a>(kind: &'a str, signature: &'a str, error: &'a str) -> Symptom<'a> {
    Symptom { destination: "HubSpot", kind, signature, error, count: 3, unknown: 0, stands_still: true }
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
#[case("crm", "422 validation_error", "", "renamed or made required", Remedy::Release)]
#[case("crm", "409 conflict", "", "conflicting record", Remedy::Replay)]
#[case("crm", "301", "", "moved", Remedy::Release)]
#[case("webhook", "the name could not be resolved", "", "cannot be resolved", Remedy::Wait)]
#[case("webhook", "invalid peer certificate notvalidforname", "", "not that of", Remedy::Release)]
#[case("crm", "connection refused", "", "nothing listens", Remedy::Wait)]
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
