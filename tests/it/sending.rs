//! What leaves, and what does not: messages by the rules of C7, hand-overs with what follows them, to a real server.

use chrono::TimeDelta;
use quotedeck::delivery::couriers::Couriers;
use quotedeck::domain::act::{Act, Verb};
use quotedeck::domain::actor::{Actor, Person, Role};
use quotedeck::domain::client::Client;
use quotedeck::domain::destination::{Secret, Setting, System};
use quotedeck::domain::event::{Channel, Provider};
use quotedeck::domain::id::{Kind, Ref};
use quotedeck::domain::leave::Links;
use quotedeck::domain::template::template_name;
use quotedeck::domain::text::Internal;
use quotedeck::intake;
use quotedeck::store::destinations::NewDestination;
use quotedeck::worker::{Sender, Worker};
use quotedeck::workflow::act::perform;
use quotedeck::workflow::arrive::{Arrival, arrive};

use crate::databases::World;
use crate::fixtures::with;
use crate::stand_in::{MailServer, StandIn};

mod channels;
mod private;
mod running;

both_databases!(
    a_lead_is_handed_over_and_written_to_once,
    what_a_drain_wrote_is_sealed,
    nobody_is_written_to_at_night,
    who_gave_an_address_alone_gets_a_mail_once,
    an_opt_out_after_the_text_was_queued_stops_it,
    a_consent_withdrawn_after_it_was_queued_stops_it,
    a_text_that_is_not_there_ends_the_job_with_what_to_do,
    a_receiver_of_webhooks_hears_of_a_new_lead,
    a_limited_automation_does_no_more,
    a_reply_that_nobody_answers_goes_to_somebody_else,
    a_message_that_left_is_in_the_draft,
);

/// A world with rules, destinations that are real servers, and a worker.
struct Office {
    world: World,
    acme: Client,
    outside: StandIn,
    post: MailServer,
    worker: Worker,
}

async fn office(world: World) -> Office {
    office_beside(world, StandIn::start()).await
}

async fn office_beside(world: World, outside: StandIn) -> Office {
    office_of(world, outside, &[]).await
}

/// With more destinations than messages and hand-overs need.
async fn office_of(world: World, outside: StandIn, more: &[(&'static str, System, &'static str)]) -> Office {
    let acme = world.client("Acme").await;
    let rosa: Person = world.person("rosa", Role::Owner, None).await;
    let post = MailServer::answering(&[]);
    let systems = [
        ("HubSpot", System::Hubspot, "pat-na1-x"),
        ("Twilio", System::Twilio, "t"),
        ("Hook", System::Webhook, HOOK),
        ("Post", System::Smtp, ""),
    ];
    let mut settings = Vec::new();
    let mut tx = world.store.begin().await.unwrap();
    for (name, system, secret) in systems.into_iter().chain(more.iter().copied()) {
        let mut setting = Setting::new(name, system);
        setting.url = match system {
            System::Webhook => format!("{}/hook", outside.url),
            System::Smtp => post.url.clone(),
            System::Outline => String::new(),
            _ => outside.url.clone(),
        };
        setting.secret = Some(Secret::new(secret)).filter(|_| !secret.is_empty());
        if system == System::Smtp {
            setting.from = "office@acme.example".into();
        }
        if system == System::Twilio {
            (setting.account, setting.from) = ("AC00000000000000000000000000000000".into(), "+15125550100".into());
        }
        let new = NewDestination {
            name: name.into(),
            kind: system.kind().into(),
            delivery_mode: system.delivery_mode(),
            incident_owner: None,
            rollback: None,
        };
        tx.put_destination(&Actor::Person(rosa.clone()), &new).await.unwrap();
        settings.push(setting);
    }
    tx.commit().await.unwrap();
    let links = Links::new("https://deck.example", &Secret::new("0123456789abcdef0123456789abcdef"));
    let couriers = Sender::Couriers(Couriers::new(&settings).unwrap());
    let worker = Worker::new(world.store.clone(), couriers, "test").with_links(links);
    let office = Office { world, acme, outside, post, worker };
    office.template("quote_confirmation", "Hi {name}, {client} got your request about {service}.").await;
    office.automation("full", with![]).await;
    office
}

const HOOK: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

impl Office {
    async fn template(&self, name: &str, text: &str) {
        self.template_for("sms", name, text).await;
    }

    async fn template_for(&self, channel: &str, name: &str, text: &str) {
        self.edition(1, channel, name, text).await;
    }

    async fn edition(&self, edition: i64, channel: &str, name: &str, text: &str) {
        let columns = with![
            id = uuid::Uuid::now_v7(),
            name = name,
            edition = edition,
            channel = channel,
            text = text,
            opt_out_line = "Reply STOP to opt out.",
            response_window_minutes = 20,
            escalate_to = "ana",
            approved_by = "rosa",
            approved_at = self.world.now(),
        ];
        self.world.insert("templates", columns, vec![]).await;
    }

    async fn automation(&self, stage: &str, given: crate::fixtures::Columns) {
        let columns = with![
            id = uuid::Uuid::now_v7(),
            name = "quote_confirmation",
            trigger_event = "form_sent",
            owner = "rosa",
            incident_owner = "rosa",
            rollback = "switch it off",
            stage = stage,
            updated_at = self.world.now(),
        ];
        self.world.insert("automations", columns, given).await;
    }

    /// Somebody fills in a form: a lead of low value, so that it is confirmed at once.
    async fn form(&self, key: &str, phone: &str) {
        let form =
            format!(r#"{{"id":"{key}","name":"J. Ortiz","phone":"{phone}","service":"drain","consent":"yes","value":"120"}}"#);
        self.give(Provider::Form, &form).await;
    }

    async fn give(&self, provider: Provider, bytes: &str) {
        let settings = crate::workflow::settings(self.world.now());
        let arrivals: Vec<Arrival> = intake::read(provider, bytes.as_bytes(), &settings)
            .into_iter()
            .map(|item| Arrival { body: Internal::new(item.body), normalised: item.outcome.expect("a payload") })
            .collect();
        arrive(&self.world.store, &self.acme, provider, &arrivals).await.unwrap();
    }

    async fn drain(&self) {
        self.worker.drain().await.unwrap();
    }

    /// State and reason of the jobs of an operation, oldest first.
    async fn jobs(&self, operation: &str) -> Vec<String> {
        let reason = "case when state = 'succeeded' then '' else coalesce(reason, last_error, '') end";
        self.world
            .texts(&format!("select state || ': ' || {reason} from jobs where operation = '{operation}' order by number"))
            .await
    }

    fn texts(&self, to: &str) -> usize {
        let all = self.outside.all_effects();
        all.iter().filter(|(key, _)| key.starts_with(&format!("{to} "))).map(|(_, count)| count).sum()
    }
}

// The world's clock stands at 14:30 UTC on 1 June: 9:30 in Austin, 4:30 in Honolulu.
const AUSTIN: &str = "+15125550142";
const HONOLULU: &str = "+18085550142";

async fn a_lead_is_handed_over_and_written_to_once(world: World) {
    let office = office(world).await;
    office.form("f-1", AUSTIN).await;
    office.drain().await;
    let text = "Hi J. Ortiz, Acme got your request about drain. Reply STOP to opt out.";
    assert_eq!(office.outside.effects(&format!("{AUSTIN} {text}")), 1);
    for operation in ["contact.upsert", "deal.upsert", "note.upsert", "quote_confirmation", "webhook"] {
        assert_eq!(office.jobs(operation).await, ["succeeded: "], "{operation}");
    }
    let seen = office.outside.seen();
    let body = |kind: &str| seen.iter().find(|seen| seen.path.contains(kind) && seen.method == "POST").unwrap().body.clone();
    assert!(body("/contacts/").contains(AUSTIN));
    assert!(body("/deals/").contains(r#""amount":"120.00""#), "{}", body("/deals/"));
    assert!(body("/notes/").contains("L-1 came by"), "{}", body("/notes/"));
    assert_eq!(office.outside.links().len(), 2, "deal and note hang on the contact");
    assert_eq!(office.world.texts("select next_action from leads").await, ["contact"], "nobody is asked, and nothing follows up");

    // The record says which words went out, of which edition.
    let olga = office.world.person("olga", Role::Owner, None).await;
    let number = office.world.number("select number from jobs where operation = 'quote_confirmation'").await;
    let trace = office.world.store.trace(&olga, Ref::new(Kind::Job, number)).await.unwrap();
    let told = trace.fields.iter().find(|(name, _)| name == "text").map(|(_, value)| value.shown().into_owned());
    assert_eq!(told.as_deref(), Some("M-1 quote_confirmation, edition 1"));

    office.form("f-1", AUSTIN).await;
    office.drain().await;
    assert_eq!((office.texts(AUSTIN), office.world.number("select count(*) from jobs").await), (1, 5));
}

async fn what_a_drain_wrote_is_sealed(world: World) {
    let office = office(world).await;
    office.form("f-1", AUSTIN).await;
    office.drain().await;
    let found = office.world.store.verify_journal().await.unwrap();
    assert_eq!((found.unsealed, found.differs), (0, None));
    assert!(!office.outside.seen().is_empty(), "it sent something");
    assert_eq!(found.seals, 2, "one over what it found, one over what it wrote itself");
}

async fn nobody_is_written_to_at_night(world: World) {
    let office = office(world).await;
    office.form("f-1", HONOLULU).await;
    office.drain().await;
    assert_eq!(office.texts(HONOLULU), 0);
    // A confirmation is worth an hour, and the morning is three and a half away.
    let why = "cancelled: quiet hours in Pacific/Honolulu (by the area code), 21:00 to 8:00; afterwards it has no more use";
    assert_eq!(office.jobs("quote_confirmation").await, [why]);

    // What has use in the morning leaves then.
    office.world.clock.advance(TimeDelta::minutes(150));
    office.form("f-2", "+18085550143").await;
    office.world.script("update jobs set window_ends_at = '2026-06-02T00:00:00.000+00:00' where state = 'ready'").await;
    office.drain().await;
    let waits = office.jobs("quote_confirmation").await;
    assert!(waits[1].starts_with("scheduled: ") || waits[1].starts_with("retrying: "), "{waits:?}");
    office.world.clock.advance(TimeDelta::minutes(61));
    office.drain().await;
    assert_eq!(office.texts("+18085550143"), 1, "{:?}", office.jobs("quote_confirmation").await);
}

/// At night the draft comes first, and what it says comes next is done by the morning.
async fn a_message_that_left_is_in_the_draft(world: World) {
    let office = office_of(world, StandIn::start(), &[("Drafter", System::Outline, "")]).await;
    office.world.clock.advance(TimeDelta::minutes(150));
    office.form("f-1", HONOLULU).await;
    office.form("f-2", "+18085550143").await;
    office.world.script("update jobs set window_ends_at = '2026-06-02T00:00:00.000+00:00' where state = 'ready'").await;
    office.drain().await;
    let drafts = "select state || ': ' || text from drafts order by number";
    let told = office.world.texts(drafts).await;
    assert!(told.len() == 2 && told.iter().all(|draft| draft.contains("the customer is contacted")), "{told:?}");

    // Somebody has one of them on the screen: it stays, and is marked.
    let olga = office.world.person("olga", Role::Owner, None).await;
    let first = office.world.store.find(&olga, Ref::new(Kind::Draft, 1)).await.unwrap();
    let claim = Act { target: first, verb: Verb::ClaimDraft { take_over: false }, reason: None };
    office.world.clock.advance(TimeDelta::minutes(55));
    perform(&office.world.store, &olga, &claim).await.unwrap();
    office.world.clock.advance(TimeDelta::minutes(6));
    office.drain().await;
    office.drain().await;
    let texts = [HONOLULU, "+18085550143"].map(|to| office.texts(to));
    assert_eq!(texts, [1, 1], "{:?}", office.jobs("quote_confirmation").await);
    assert_eq!(office.world.number("select count(*) from drafts where number = 1 and newer_at is not null").await, 1);
    let told = office.world.texts(drafts).await;
    let states: Vec<&str> = told.iter().map(|draft| draft.split(':').next().unwrap_or_default()).collect();
    assert_eq!(states, ["in_review", "superseded", "pending"], "{told:?}");
    assert!(!told[2].contains("the customer is contacted"), "{}", told[2]);
    let sent = "select count(*) from draft_evidence e join drafts d on d.id = e.draft_id where d.number = 3 and e.text like '%message sent%'";
    assert_eq!(office.world.number(sent).await, 1);
    // The new draft counts what was sent: drafting it again would be the same.
    office.drain().await;
    assert_eq!(office.world.texts(drafts).await.len(), 3);
}

async fn who_gave_an_address_alone_gets_a_mail_once(world: World) {
    let office = office(world).await;
    let name = template_name("quote_confirmation", Channel::Email);
    office.template_for("email", &name, "Dear {name}, {client} got your request about {service}.").await;
    let form = r#"{"id":"f-1","name":"J. Ortiz","email":"j@ortiz.example","service":"drain","consent":"yes","value":"120"}"#;
    office.give(Provider::Form, form).await;
    office.drain().await;
    office.give(Provider::Form, form).await;
    office.drain().await;
    assert_eq!(office.jobs("quote_confirmation").await, ["succeeded: "]);
    assert!(office.post.lines().contains(&"RCPT TO:<j@ortiz.example>".to_owned()), "{:?}", office.post.lines());
    let mails = office.post.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(mails[0].contains("Dear J. Ortiz, Acme got your request about drain."), "{}", mails[0]);
    assert!(mails[0].contains("Reply STOP to opt out."), "{}", mails[0]);
    // The link that leaves with it is one that the front door knows.
    assert!(mails[0].contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{}", mails[0]);
    let links = Links::new("https://deck.example", &Secret::new("0123456789abcdef0123456789abcdef")).unwrap();
    let token = mails[0].split_once("https://deck.example/leave/").and_then(|(_, rest)| rest.split_once('>')).unwrap().0;
    let leaving = links.read(token).expect("a link of ours");
    assert_eq!((leaving.client, leaving.address.as_str()), (office.acme.id, "j@ortiz.example"));
}

async fn a_consent_withdrawn_after_it_was_queued_stops_it(world: World) {
    let office = office(world).await;
    office.form("f-1", AUSTIN).await;
    office.world.script("update leads set consent = 'withdrawn'").await;
    office.drain().await;
    assert_eq!(office.texts(AUSTIN), 0);
    assert_eq!(office.jobs("quote_confirmation").await, ["cancelled: the person withdrew their consent"]);
}

async fn an_opt_out_after_the_text_was_queued_stops_it(world: World) {
    let office = office(world).await;
    office.form("f-1", AUSTIN).await;
    let event = "(select id from events limit 1)";
    office
        .world
        .script(&format!(
            "insert into opt_outs (id, client_id, channel, address, event_id, since)
             select id, client_id, 'sms', '{AUSTIN}', id, occurred_at from events where id = {event}"
        ))
        .await;
    office.drain().await;
    assert_eq!(office.texts(AUSTIN), 0);
    assert_eq!(office.jobs("quote_confirmation").await, ["cancelled: the person opted out of sms since it was queued"]);
    assert_eq!(office.jobs("contact.upsert").await, ["succeeded: "], "the rest goes on");
}

async fn a_text_that_is_not_there_ends_the_job_with_what_to_do(world: World) {
    let office = office(world).await;
    office.form("f-1", AUSTIN).await;
    office.world.script("update jobs set template_id = null where operation = 'quote_confirmation'").await;
    office.form("f-2", "+15125550143").await;
    office.world.script("update templates set text = 'Look: {link}'").await;
    office.drain().await;
    office.drain().await;
    let jobs = office.jobs("quote_confirmation").await;
    assert!(jobs[0].starts_with("dead: its template is not there; bring it in with [[template]]"), "{jobs:?}");
    assert!(jobs[1].contains("{link}, which nobody fills; approve another edition"), "{jobs:?}");
    assert_eq!(
        office.world.number("select count(*) from attempts a join jobs j on j.id = a.job_id where j.kind = 'message'").await,
        0
    );

    // What they say to do is what brings them on: another edition, then a replay.
    office.edition(2, "sms", "quote_confirmation", "Hi {name}, {client} is on it.").await;
    let olga = office.world.person("olga", Role::Owner, None).await;
    for number in office.world.numbers("select number from jobs where operation = 'quote_confirmation' order by number").await {
        let target = office.world.store.find(&olga, Ref::new(Kind::Job, number)).await.unwrap();
        perform(&office.world.store, &olga, &Act { target, verb: Verb::ReplayJob, reason: None }).await.unwrap();
    }
    office.world.clock.advance(TimeDelta::seconds(11));
    office.drain().await;
    let says = |to: &str| office.outside.effects(&format!("{to} Hi J. Ortiz, Acme is on it. Reply STOP to opt out."));
    assert_eq!((says(AUSTIN), says("+15125550143")), (1, 1), "{:?}", office.jobs("quote_confirmation").await);
}

async fn a_receiver_of_webhooks_hears_of_a_new_lead(world: World) {
    let office = office(world).await;
    office.form("f-1", AUSTIN).await;
    office.drain().await;
    let seen = office.outside.seen();
    let hooks: Vec<_> = seen.iter().filter(|seen| seen.path == "/hook").collect();
    assert_eq!(hooks.len(), 1);
    let body: serde_json::Value = serde_json::from_str(&hooks[0].body).unwrap();
    assert_eq!((&body["type"], &body["data"]["reference"]), (&"lead.created".into(), &"L-1".into()));
    assert!(hooks[0].header("webhook-signature").starts_with("v1,"));
}

async fn a_limited_automation_does_no_more(world: World) {
    let office = office(world).await;
    office.world.script("delete from automations").await;
    office.automation("limited", with![limit_per_day = 2]).await;
    for n in 0..4 {
        office.form(&format!("f-{n}"), &format!("+1512555020{n}")).await;
    }
    assert_eq!(office.jobs("quote_confirmation").await.len(), 2);
    let said = "select detail from journal where verb = 'job.skip' order by number desc limit 1";
    assert!(office.world.texts(said).await[0].contains("automation quote_confirmation is limited to 2 a day"));
    office.world.clock.advance(TimeDelta::days(1));
    office.form("f-9", "+15125550209").await;
    assert_eq!(office.jobs("quote_confirmation").await.len(), 3, "another day");
}

async fn a_reply_that_nobody_answers_goes_to_somebody_else(world: World) {
    let office = office(world).await;
    office.world.person("ana", Role::Operator, None).await;
    office.form("f-1", AUSTIN).await;
    office.drain().await;
    let reply = format!("MessageSid=SM1&SmsStatus=received&From=%2B{}&To=%2B18005551212&Body=When%3F", &AUSTIN[1..]);
    office.give(Provider::TwilioSms, &reply).await;
    let task = "select coalesce(p.name, 'nobody') || ' ' || t.escalation from tasks t left join people p on p.id = t.owner_id
        where t.kind = 'call_back'";
    office.world.clock.advance(TimeDelta::minutes(19));
    office.drain().await;
    assert_eq!(office.world.texts(task).await, ["nobody 0"]);
    office.world.clock.advance(TimeDelta::minutes(1));
    office.drain().await;
    office.drain().await;
    assert_eq!(office.world.texts(task).await, ["ana 1"]);
    assert_eq!(office.world.number("select count(*) from journal where verb = 'task.escalate'").await, 1);
}
