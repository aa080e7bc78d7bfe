//! A word closes the channel that it came by, asked at the moment of sending on both: texts and mail of one client are two
//! things, unless the person says that they want neither.

use chrono::TimeDelta;
use quotedeck::domain::contact::Email;
use quotedeck::domain::event::{Channel, Provider};
use quotedeck::domain::id::{LeadId, Ref};
use quotedeck::domain::leave::Leaving;
use quotedeck::domain::template::template_name;
use quotedeck::workflow::leave::leave;

use super::{AUSTIN, Office, office};
use crate::databases::World;
use crate::fixtures::{Made, with};

both_databases!(
    a_stop_by_text_stops_texts_alone,
    a_click_and_a_mailed_stop_stop_mail_alone,
    who_stops_everything_gets_nothing_and_opens_one_channel_at_a_time,
    a_closed_channel_is_closed_for_another_number_and_for_a_merged_lead,
    a_word_of_no_channel_closes_both,
);

const ANA: &str = "ana@ortiz.example";

/// An office with texts for both channels and a lead that has a number and an address; what the form itself made is gone.
async fn with_ana(world: World) -> Office {
    let office = office(world).await;
    let name = template_name("quote_confirmation", Channel::Email);
    office.template_for("email", &name, "Dear {name}, {client} got your request about {service}.").await;
    let form = format!(
        r#"{{"id":"f-1","name":"Ana Ortiz","phone":"{AUSTIN}","email":"{ANA}","service":"drain","consent":"yes","value":"120"}}"#
    );
    office.give(Provider::Form, &form).await;
    office.world.script("update jobs set state = 'cancelled', finished_at = created_at where state <> 'succeeded'").await;
    office
}

impl Office {
    async fn lead(&self, number: i64) -> LeadId {
        let rosa = self.world.store.list_people().await.unwrap().remove(0);
        LeadId(self.world.store.find(&rosa, format!("L-{number}").parse::<Ref>().unwrap()).await.unwrap().id)
    }

    /// A message by each channel that is due now, past every check that is made when one is queued.
    async fn queue(&self, lead: i64) {
        let (lead, all) = (self.lead(lead).await, self.world.store.list_destinations().await.unwrap());
        for (kind, mode) in [("sms", "reconcile"), ("email", "once")] {
            let found = all.iter().find(|destination| destination.kind == kind).unwrap();
            let destination = Made { id: found.id.0, number: 0 };
            let columns = with![lead_id = lead.0, kind = "message", operation = "quote_confirmation", delivery_mode = mode];
            self.world.job(&self.acme, destination, columns).await;
            let template = format!("(select id from templates where channel = '{kind}')");
            let new = format!("destination_id = (select id from destinations where kind = '{kind}') and template_id is null");
            self.world.script(&format!("update jobs set template_id = {template} where {new} and kind = 'message'")).await;
        }
    }

    /// Texts and mails that left since the last time they were counted, of those that are due.
    async fn leaves(&self, lead: i64) -> (usize, usize) {
        let count = || (self.texts(AUSTIN), self.post.mails().len());
        let before = count();
        self.queue(lead).await;
        self.drain().await;
        let after = count();
        (after.0 - before.0, after.1 - before.1)
    }

    async fn text(&self, sid: &str, body: &str) {
        self.world.clock.advance(TimeDelta::minutes(1));
        let form = format!("MessageSid={sid}&SmsStatus=received&From=%2B{}&To=%2B18005551212&Body={body}", &AUSTIN[1..]);
        self.give(Provider::TwilioSms, &form).await;
    }

    async fn mail(&self, id: &str, body: &str) {
        self.world.clock.advance(TimeDelta::minutes(1));
        let mail = format!(
            "From: Ana Ortiz <{ANA}>\r\nTo: office@acme.example\r\nSubject: Re: Your request to Acme\r\nDate: Mon, 1 Jun 2026 14:31:00 +0000\r\nMessage-ID: <{id}@ortiz.example>\r\n\r\n{body}\r\n\r\n> We text and call you. Reply STOP to opt out.\r\n"
        );
        self.give(Provider::Email, &mail).await;
    }

    async fn waiting(&self) -> Vec<String> {
        let sql = "select d.kind || ' ' || j.state from jobs j join destinations d on d.id = j.destination_id
            where j.kind = 'message' and j.state = 'ready' order by j.number";
        self.world.texts(sql).await
    }
}

async fn a_stop_by_text_stops_texts_alone(world: World) {
    let office = with_ana(world).await;
    assert_eq!(office.leaves(1).await, (1, 1), "nothing was said yet");
    // What waits is cancelled, on that channel alone.
    office.queue(1).await;
    office.text("SM1", "Stop!").await;
    assert_eq!(office.waiting().await, ["email ready"]);
    assert_eq!(office.world.texts("select consent from leads").await, ["given"], "of mail nothing was said");
    let before = office.post.mails().len();
    office.drain().await;
    assert_eq!(office.post.mails().len(), before + 1);
    // And what comes later is asked when it is about to leave.
    assert_eq!(office.leaves(1).await, (0, 1));
    let why =
        "select reason from jobs where state = 'cancelled' and operation = 'quote_confirmation' order by number desc limit 1";
    assert_eq!(office.world.texts(why).await, ["the person opted out of sms since it was queued"]);
    let rosa = office.world.store.list_people().await.unwrap().remove(0);
    let trace = office.world.store.trace(&rosa, "L-1".parse().unwrap()).await.unwrap();
    assert!(trace.fields.iter().any(|(name, value)| name == "closed" && value.raw() == "sms"), "{:?}", trace.fields);
    // A form that is filled in meanwhile, or another word, opens nothing.
    office.text("SM2", "hello").await;
    assert_eq!(office.leaves(1).await, (0, 1));
    office.text("SM3", "START").await;
    assert_eq!(office.leaves(1).await, (1, 1));
    assert_eq!(office.world.number("select count(*) from journal where verb = 'opt_out'").await, 1);
}

async fn a_click_and_a_mailed_stop_stop_mail_alone(world: World) {
    let office = with_ana(world).await;
    let leaving = Leaving { client: office.acme.id, lead: office.lead(1).await, address: Email::parse(ANA).unwrap() };
    office.queue(1).await;
    assert!(leave(&office.world.store, &leaving, None).await.unwrap());
    assert_eq!(office.waiting().await, ["sms ready"]);
    office.drain().await;
    assert_eq!((office.texts(AUSTIN), office.post.mails().len()), (1, 0));
    assert_eq!(office.leaves(1).await, (1, 0));
    // A text opens no mail; a mail does.
    office.text("SM1", "UNSTOP").await;
    assert_eq!(office.leaves(1).await, (1, 0));
    office.mail("m1", "start").await;
    assert_eq!(office.leaves(1).await, (1, 1));
    office.mail("m2", "STOP").await;
    assert_eq!(office.leaves(1).await, (1, 0), "what stands below, quoted, is no word of hers");
    assert_eq!(office.world.texts("select consent from leads").await, ["given"]);
}

async fn who_stops_everything_gets_nothing_and_opens_one_channel_at_a_time(world: World) {
    let office = with_ana(world).await;
    office.queue(1).await;
    office.text("SM1", "STOPALL").await;
    assert_eq!(office.waiting().await, Vec::<String>::new());
    assert_eq!(office.leaves(1).await, (0, 0));
    assert_eq!(office.world.texts("select consent from leads").await, ["withdrawn"]);
    let closed =
        office.world.texts("select channel || ' ' || address from opt_outs where lifted_at is null order by channel").await;
    assert_eq!(closed, [format!("email {ANA}"), format!("sms {AUSTIN}")], "the address is the lead's: no text tells one");
    office.text("SM2", "START").await;
    assert_eq!(office.leaves(1).await, (1, 0));
    // Nor to an address that is told later.
    office.world.script("update leads set email = 'ana@work.example'").await;
    assert_eq!(office.leaves(1).await, (1, 0));
    office.world.script(&format!("update leads set email = '{ANA}'")).await;
    office.mail("m1", "Start").await;
    assert_eq!(office.leaves(1).await, (1, 1));
    office.mail("m2", "Please stop all contact.").await;
    assert_eq!(office.leaves(1).await, (0, 0));
}

async fn a_closed_channel_is_closed_for_another_number_and_for_a_merged_lead(world: World) {
    let office = with_ana(world).await;
    office.world.script("update leads set phone = '+15125550199'").await;
    let stop = "MessageSid=SM1&SmsStatus=received&From=%2B15125550199&To=%2B18005551212&Body=STOP";
    office.give(Provider::TwilioSms, stop).await;
    office.world.script(&format!("update leads set phone = '{AUSTIN}'")).await;
    assert_eq!(office.leaves(1).await, (0, 1), "the same person by another number");
    office
        .give(Provider::Form, r#"{"id":"f-2","name":"Bo","phone":"+15125550177","email":"bo@x.example","consent":"yes"}"#)
        .await;
    office.world.script("update jobs set state = 'cancelled', finished_at = created_at where state = 'ready'").await;
    office.world.script(&format!("update leads set phone = '{AUSTIN}' where number = 2")).await;
    assert_eq!(office.leaves(2).await, (1, 1), "another lead");
    office
        .world
        .script("update leads set state = 'merged', merged_into = (select id from leads where number = 2) where number = 1")
        .await;
    assert_eq!(office.leaves(2).await, (0, 1));
}

async fn a_word_of_no_channel_closes_both(world: World) {
    let office = with_ana(world).await;
    // Another system says so, by number alone, and names no way that it was said.
    office
        .give(Provider::Event, &format!(r#"{{"key":"k1","kind":"opt_out","phone":"{AUSTIN}","contact_method":"marketplace"}}"#))
        .await;
    assert_eq!(office.leaves(1).await, (0, 0));
    // Who stopped texts before anything else was known of them may ask for a mail later.
    let stop = "MessageSid=SM9&SmsStatus=received&From=%2B15125550188&To=%2B18005551212&Body=STOP";
    office.give(Provider::TwilioSms, stop).await;
    assert_eq!(office.world.texts("select consent from leads where number = 2").await, ["unknown"]);
    let form = r#"{"id":"f-9","name":"Cy","phone":"+15125550188","email":"cy@x.example","service":"drain","consent":"yes"}"#;
    office.give(Provider::Form, form).await;
    office.world.script("update jobs set state = 'cancelled', finished_at = created_at where state = 'ready'").await;
    office.queue(2).await;
    office.drain().await;
    assert!(office.post.lines().contains(&"RCPT TO:<cy@x.example>".to_owned()), "{:?}", office.post.lines());
    assert_eq!(office.texts("+15125550188"), 0);
}
