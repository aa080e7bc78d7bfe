//! A destination for the demo that fails the way real ones do, and always the same way: the answer depends on the seed,
//! the job's number, the try and the time alone.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Answer, Request, Step};
use crate::domain::reply::Found;

/// How often the CRM's token expires, and how long it takes until somebody has renewed it.
const TOKEN_LIVES: TimeDelta = TimeDelta::minutes(120);
const TOKEN_GONE: TimeDelta = TimeDelta::minutes(25);

/// The scripted destinations of one simulated day.
#[derive(Clone, Debug)]
pub struct Scripted {
    seed: u64,
    /// When the CRM's token expires for the first time.
    token_expires_at: DateTime<Utc>,
}

impl Scripted {
    /// The destinations of a day; the CRM lets nobody in for 25 minutes from `token_expires_at`, and again every two
    /// hours.
    pub fn new(seed: u64, token_expires_at: DateTime<Utc>) -> Self {
        Self { seed, token_expires_at }
    }

    /// What a destination answers at a time, and how long it takes to.
    pub fn answer(&self, request: &Request, now: DateTime<Utc>) -> (Answer, TimeDelta) {
        let mut dice = fastrand::Rng::with_seed(
            self.seed ^ request.job.number.unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (request.n.unsigned_abs() << 40),
        );
        let roll = dice.u32(0..100);
        let quick = TimeDelta::milliseconds(dice.i64(60..700));
        let answer = match request.kind.as_str() {
            "crm" if self.is_token_gone(now) => json(401, None, HUBSPOT_EXPIRED),
            "crm" => hubspot(roll, request.n, &mut dice),
            "sms" => twilio(roll, request.n, &mut dice),
            "email" => mail(roll),
            "portal" if roll < 4 && request.n == 1 => json(503, Some(5), r#"{"message":"The portal is being updated"}"#),
            "portal" => json(200, None, r#"{"status":"published"}"#),
            _ => webhook(roll),
        };
        let took = if matches!(answer, Answer::NoAnswer(_)) { TimeDelta::seconds(30) } else { quick };
        (answer, took)
    }

    /// What a destination says of a request that may have left: most had arrived.
    pub fn look_up(&self, request: &Request) -> (Found, TimeDelta) {
        let mut dice =
            fastrand::Rng::with_seed(self.seed ^ request.job.number.unsigned_abs().wrapping_mul(0x2545_f491_4f6c_dd1d));
        let found = match dice.u32(0..100) {
            0..=59 => Found::Arrived { remote_id: Some(format!("SM{:032x}", dice.u128(..))) },
            60..=84 => Found::Absent,
            _ => Found::CannotTell("its list of messages did not load".to_owned()),
        };
        (found, TimeDelta::milliseconds(dice.i64(60..700)))
    }

    fn is_token_gone(&self, now: DateTime<Utc>) -> bool {
        let since = now - self.token_expires_at;
        since >= TimeDelta::zero() && since.num_seconds() % TOKEN_LIVES.num_seconds() < TOKEN_GONE.num_seconds()
    }
}

fn json(status: u16, retry_after: Option<i64>, body: &str) -> Answer {
    Answer::Http { status, retry_after, body: body.to_owned() }
}

fn smtp(step: Step, code: u16, text: &str) -> Answer {
    Answer::Smtp { step, code, text: text.to_owned() }
}

const HUBSPOT_EXPIRED: &str = r#"{"status":"error","message":"The OAuth token used to make this call expired 3 minute(s) ago.","correlationId":"4f1c9d0e-6c1b-4c55-9b7e-0a5d1f0c2b11","category":"EXPIRED_AUTHENTICATION"}"#;

fn hubspot(roll: u32, n: i64, dice: &mut fastrand::Rng) -> Answer {
    let correlation = format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        dice.u32(..),
        dice.u16(..),
        dice.u16(..4096),
        dice.u16(..4096),
        dice.u64(..1 << 48)
    );
    match roll {
        0..=8 => json(
            429,
            Some(10),
            &format!(
                r#"{{"status":"error","message":"You have reached your ten_secondly_rolling limit.","errorType":"RATE_LIMIT","correlationId":"{correlation}","policyName":"TEN_SECONDLY_ROLLING","category":"RATE_LIMITS"}}"#
            ),
        ),
        9..=16 => json(500, None, &format!(r#"{{"status":"error","message":"internal error","correlationId":"{correlation}"}}"#)),
        17..=20 if n < 3 => Answer::NoAnswer("no answer within 30 s; the request was sent".to_owned()),
        // The same request is refused every time it is made, so this depends on nothing but the first try's roll.
        21..=26 if n == 1 => json(
            400,
            None,
            &format!(
                r#"{{"status":"error","message":"One or more validation errors occurred","correlationId":"{correlation}","category":"VALIDATION_ERROR","errors":[{{"message":"Property values were not valid: [{{\"isValid\":false,\"message\":\"Email address is invalid\",\"name\":\"email\"}}]","context":{{"propertyName":"email"}}}}]}}"#
            ),
        ),
        _ => json(
            200,
            None,
            &format!(
                r#"{{"status":"COMPLETE","results":[{{"id":"{}","new":true,"properties":{{}},"archived":false}}]}}"#,
                dice.u32(10_000..99_999)
            ),
        ),
    }
}

fn twilio(roll: u32, n: i64, dice: &mut fastrand::Rng) -> Answer {
    match roll {
        0..=6 => json(
            429,
            Some(2),
            r#"{"code":20429,"message":"Too Many Requests","more_info":"https://www.twilio.com/docs/errors/20429","status":429}"#,
        ),
        7..=12 => json(
            503,
            None,
            r#"{"code":20503,"message":"Service is temporarily unavailable","more_info":"https://www.twilio.com/docs/errors/20503","status":503}"#,
        ),
        13..=19 if n == 1 => Answer::NoAnswer("no answer within 30 s; the request was sent".to_owned()),
        20..=25 if n == 1 => json(
            400,
            None,
            &format!(
                r#"{{"code":21211,"message":"The 'To' number +1512555{:04} is not a valid phone number.","more_info":"https://www.twilio.com/docs/errors/21211","status":400}}"#,
                dice.u32(..10_000)
            ),
        ),
        26..=28 => Answer::NoConnection("connection to the API timed out after 10 s".to_owned()),
        _ => json(201, None, &format!(r#"{{"sid":"SM{:032x}","status":"queued"}}"#, dice.u128(..))),
    }
}

fn mail(roll: u32) -> Answer {
    match roll {
        0..=9 => smtp(Step::Recipient, 451, "4.7.1 Greylisted, please try again later"),
        10..=13 => Answer::NoAnswer("the connection was closed after DATA".to_owned()),
        _ => smtp(Step::Text, 250, "2.0.0 queued"),
    }
}

fn webhook(roll: u32) -> Answer {
    match roll {
        0..=7 => json(502, None, "<html><head><title>502 Bad Gateway</title></head></html>"),
        8..=11 => Answer::NoConnection("the name could not be resolved".to_owned()),
        _ => json(204, None, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::classify;
    use crate::delivery::couriers::fixtures;
    use crate::domain::content::Content;
    use crate::domain::id::{Kind, Ref};
    use crate::domain::reply::Meaning;

    fn request(kind: &str, number: i64, n: i64) -> Request {
        Request { job: Ref::new(Kind::Job, number), n, kind: kind.to_owned(), ..fixtures::request(Content::Publish) }
    }

    fn noon() -> DateTime<Utc> {
        "2026-06-01T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_same_question_has_the_same_answer() {
        let (one, other) = (Scripted::new(7, noon()), Scripted::new(7, noon()));
        for number in 1..50 {
            assert_eq!(one.answer(&request("crm", number, 1), noon()), other.answer(&request("crm", number, 1), noon()));
        }
    }

    fn meaning(scripted: &Scripted, request: &Request, now: DateTime<Utc>) -> Meaning {
        classify(request.system(), &scripted.answer(request, now).0).meaning
    }

    #[test]
    fn it_fails_in_every_way_and_mostly_works() {
        let scripted = Scripted::new(7, noon());
        let before = noon() - TimeDelta::hours(1);
        for (kind, ways) in [
            ("crm", &[Meaning::Busy, Meaning::Broken, Meaning::Silent, Meaning::Refused][..]),
            ("sms", &[Meaning::Busy, Meaning::Broken, Meaning::Silent, Meaning::Refused, Meaning::NotReached][..]),
        ] {
            let met: Vec<Meaning> = (1..400).map(|number| meaning(&scripted, &request(kind, number, 1), before)).collect();
            assert!(ways.iter().all(|way| met.contains(way)), "{kind} fails in too few ways");
            assert!(met.iter().filter(|way| **way == Meaning::Accepted).count() > 220, "{kind} fails too often");
        }
    }

    #[test]
    fn the_token_expires_for_a_while() {
        let scripted = Scripted::new(7, noon());
        let gone =
            |minutes| meaning(&scripted, &request("crm", 1, 1), noon() + TimeDelta::minutes(minutes)) == Meaning::LockedOut;
        assert_eq!([-1, 0, 24, 25, 119, 120].map(gone), [false, true, true, false, false, true]);
    }
}
