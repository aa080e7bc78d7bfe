//! Whether a message may leave at this moment (C7): asked at the last moment before each try, whatever was true when the
//! message was queued.

use chrono::{DateTime, Days, NaiveTime, TimeZone as _, Timelike as _, Utc};
use chrono_tz::Tz;

use super::area_code;
use super::doubt::Hold;
use super::event::Channel;
use super::job::JobKind;
use super::lead::Consent;
use super::template::Template;

/// Nobody is written to before this hour …
const OPENS: u32 = 8;
/// … nor from this hour on, where they are. The hours are those of the US rules on calls and texts (47 CFR 64.1200(c)(1)).
const CLOSES: u32 = 21;

/// A message that is about to leave.
#[derive(Clone, Copy, Debug)]
pub struct Leaving<'a> {
    /// A message, or the request for a review.
    pub kind: JobKind,
    /// The approved text it uses; `None` where it is not there.
    pub template: Option<&'a Template>,
    /// How it travels.
    pub channel: Channel,
    /// E.164 number or mail address; `None` where the lead has none for that channel.
    pub to: Option<&'a str>,
    /// The lead's number, if any: it tells where the lead is at home, whatever the channel.
    pub phone: Option<&'a str>,
    /// The client's time zone: it counts where no number tells.
    pub client_zone: &'a str,
    /// What the person agreed to.
    pub consent: Consent,
    /// Whether that address opted out of that channel.
    pub opted_out: bool,
    /// Why nobody is to write to the lead at all.
    pub hold: Option<Hold>,
    /// When sending has no more use.
    pub window_ends_at: DateTime<Utc>,
}

/// What the moment says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Now.
    Now,
    /// Not yet.
    Later {
        /// From then on.
        at: DateTime<Utc>,
        /// Why.
        why: String,
    },
    /// Never: the person's own word, or the hour.
    Never(String),
    /// Never, by our own fault: somebody must mend it.
    Broken(String),
}

/// Decides. What the person wants comes before what is broken, and that before the hour.
pub fn moment(leaving: &Leaving<'_>, now: DateTime<Utc>) -> Moment {
    if leaving.opted_out {
        return Moment::Never(format!("the person opted out of {} since it was queued", leaving.channel));
    }
    if leaving.consent == Consent::Withdrawn {
        return Moment::Never("the person withdrew their consent".to_owned());
    }
    if let Some(hold) = leaving.hold {
        return Moment::Never(hold.why().to_owned());
    }
    if leaving.kind == JobKind::ReviewRequest && leaving.consent == Consent::Unknown {
        return Moment::Never("it would come unasked, and the person agreed to nothing".to_owned());
    }
    let Some(template) = leaving.template else {
        return Moment::Broken(
            "its template is not there; bring it in with [[template]] and quotedeck init, then replay".to_owned(),
        );
    };
    if let Err(why) = template.may_send() {
        return Moment::Broken(format!("its template {} may not be used: {why}", template.name));
    }
    if template.channel != leaving.channel {
        let (name, is) = (&template.name, template.channel);
        return Moment::Broken(format!(
            "its template {name} is for {is}, and it goes by {}; approve one for that",
            leaving.channel
        ));
    }
    if leaving.to.is_none() {
        return Moment::Never(format!("the lead has nothing to be written to by {}", leaving.channel));
    }
    let (zones, basis) = at_home(leaving);
    let opens = opening(&zones, now);
    if opens <= now {
        return Moment::Now;
    }
    let zone = zones.iter().map(|zone| zone.name()).collect::<Vec<_>>().join(" and ");
    let why = format!("quiet hours in {zone} ({basis}), {CLOSES}:00 to {OPENS}:00");
    if opens >= leaving.window_ends_at {
        return Moment::Never(format!("{why}; afterwards it has no more use"));
    }
    Moment::Later { at: opens, why }
}

/// Where the lead is, and how we know.
fn at_home(leaving: &Leaving<'_>) -> (Vec<Tz>, &'static str) {
    let zones = leaving.phone.map(area_code::zones).unwrap_or_default();
    if zones.is_empty() {
        // A zone that nobody knows is refused by the configuration; UTC keeps a changed database from stopping everything.
        (vec![leaving.client_zone.parse().unwrap_or(Tz::UTC)], "by the client's place")
    } else {
        (zones, "by the area code")
    }
}

/// The first moment from `now` on that is no quiet hour in any of the zones.
fn opening(zones: &[Tz], now: DateTime<Utc>) -> DateTime<Utc> {
    let mut at = now;
    // Two zones of one country share most of the day; more rounds than zones are never needed, and none goes back.
    for _ in 0..8 {
        let Some(later) = zones.iter().filter_map(|zone| opens_in(*zone, at)).max() else { return at };
        at = later;
    }
    at
}

/// When the quiet hours end in a zone; `None` where it is day.
fn opens_in(zone: Tz, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let local = at.with_timezone(&zone);
    let day = match local.hour() {
        OPENS..CLOSES => return None,
        hour if hour < OPENS => local.date_naive(),
        _ => local.date_naive().checked_add_days(Days::new(1))?,
    };
    let morning = day.and_time(NaiveTime::from_hms_opt(OPENS, 0, 0)?);
    // Clocks are changed at night: eight in the morning is there once on every day.
    zone.from_local_datetime(&morning).earliest().map(|opens| opens.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::TemplateId;
    use proptest::prelude::*;
    use rstest::rstest;

    fn template() -> Template {
        Template {
            id: TemplateId::new(),
            number: 1,
            name: "text_back".into(),
            edition: 1,
            channel: Channel::Sms,
            text: "Sorry we missed you.".into(),
            opt_out_line: "Reply STOP to opt out.".into(),
            response_window_minutes: 15,
            escalate_to: "rosa".into(),
            approved_by: "rosa".into(),
            approved_at: DateTime::UNIX_EPOCH,
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn asked(now: &str, change: fn(&mut Leaving<'_>)) -> Moment {
        let (template, now) = (template(), at(now));
        let mut leaving = Leaving {
            kind: JobKind::Message,
            template: Some(&template),
            channel: Channel::Sms,
            to: Some("+15125550142"),
            phone: Some("+15125550142"),
            client_zone: "America/New_York",
            consent: Consent::Unknown,
            opted_out: false,
            hold: None,
            window_ends_at: now + chrono::TimeDelta::days(2),
        };
        change(&mut leaving);
        moment(&leaving, now)
    }

    const NOON: &str = "2026-06-01T17:00:00Z";

    #[rstest]
    #[case(|_: &mut Leaving<'_>| {}, "now")]
    #[case(|l: &mut Leaving<'_>| l.opted_out = true, "never: the person opted out of sms since it was queued")]
    #[case(|l: &mut Leaving<'_>| l.consent = Consent::Withdrawn, "never: the person withdrew their consent")]
    #[case(|l: &mut Leaving<'_>| l.hold = Some(Hold::LooksSpam), "never: the lead looks like spam")]
    #[case(|l: &mut Leaving<'_>| l.hold = Some(Hold::Merged), "never: the lead was merged")]
    #[case(|l: &mut Leaving<'_>| l.kind = JobKind::ReviewRequest, "never: it would come unasked")]
    #[case(|l: &mut Leaving<'_>| { l.kind = JobKind::ReviewRequest; l.consent = Consent::Implied; }, "now")]
    #[case(|l: &mut Leaving<'_>| l.template = None, "broken: its template is not there")]
    #[case(|l: &mut Leaving<'_>| { l.template = None; l.opted_out = true; }, "never: the person opted out")]
    #[case(|l: &mut Leaving<'_>| l.channel = Channel::Email, "broken: its template text_back is for sms")]
    #[case(|l: &mut Leaving<'_>| l.to = None, "never: the lead has nothing to be written to by sms")]
    fn what_the_person_wants_comes_first(#[case] change: fn(&mut Leaving<'_>), #[case] starts: &str) {
        let said = match asked(NOON, change) {
            Moment::Now => "now".to_owned(),
            Moment::Later { why, .. } => format!("later: {why}"),
            Moment::Never(why) => format!("never: {why}"),
            Moment::Broken(why) => format!("broken: {why}"),
        };
        assert!(said.starts_with(starts), "{said}");
    }

    // Austin is five hours behind in summer, six in winter; clocks change on 8 March and 1 November 2026.
    #[rstest]
    #[case("2026-06-01T12:59:59Z", "+15125550142", "2026-06-01T13:00:00Z")]
    #[case("2026-06-01T13:00:00Z", "+15125550142", "2026-06-01T13:00:00Z")]
    #[case("2026-06-02T01:59:59Z", "+15125550142", "2026-06-02T01:59:59Z")]
    #[case("2026-06-02T02:00:00Z", "+15125550142", "2026-06-02T13:00:00Z")]
    #[case("2026-03-08T03:00:00Z", "+15125550142", "2026-03-08T13:00:00Z")]
    #[case("2026-11-01T02:00:00Z", "+15125550142", "2026-11-01T14:00:00Z")]
    // Idaho is in two zones: the later morning counts, and the earlier evening.
    #[case("2026-06-01T14:30:00Z", "+12085550142", "2026-06-01T15:00:00Z")]
    #[case("2026-06-02T03:30:00Z", "+12085550142", "2026-06-02T15:00:00Z")]
    // A number of no place: the client's zone, New York.
    #[case("2026-06-01T11:00:00Z", "+18885550142", "2026-06-01T12:00:00Z")]
    fn the_night_is_left_in_peace(#[case] now: &str, #[case] phone: &str, #[case] leaves: &str) {
        let (template, now) = (template(), at(now));
        let leaving = Leaving {
            kind: JobKind::Message,
            template: Some(&template),
            channel: Channel::Sms,
            to: Some(phone),
            phone: Some(phone),
            client_zone: "America/New_York",
            consent: Consent::Given,
            opted_out: false,
            hold: None,
            window_ends_at: now + chrono::TimeDelta::days(2),
        };
        match moment(&leaving, now) {
            Moment::Now => assert_eq!(now, at(leaves)),
            Moment::Later { at: opens, .. } => assert_eq!(opens, at(leaves)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_has_no_use_in_the_morning_is_never_sent() {
        let said = asked("2026-06-02T03:00:00Z", |l| l.window_ends_at = at("2026-06-02T13:00:00Z"));
        let why = "quiet hours in America/Chicago (by the area code), 21:00 to 8:00; afterwards it has no more use";
        assert_eq!(said, Moment::Never(why.to_owned()));
    }

    proptest! {
        #[test]
        fn whatever_the_hour_what_leaves_leaves_by_day(seconds in 0..4_000_000_000_i64, code in 200..1000_u16) {
            let (now, phone) = (DateTime::from_timestamp(seconds, 0).unwrap(), format!("+1{code}5550142"));
            let zones = area_code::zones(&phone);
            let opens = opening(&zones, now);
            prop_assert!(opens >= now && opens - now < chrono::TimeDelta::hours(16));
            for zone in zones {
                prop_assert!((OPENS..CLOSES).contains(&opens.with_timezone(&zone).hour()), "{zone} {opens}");
            }
        }
    }
}
