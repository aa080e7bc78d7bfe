//! Leaving a client's mail with one click (RFC 8058), on both databases: the link is in the mail that left, and it works over
//! real HTTP; a look at it changes nothing.

use quotedeck::domain::client::Client;
use quotedeck::domain::contact::Email;
use quotedeck::domain::destination::Secret;
use quotedeck::domain::event::Provider;
use quotedeck::domain::id::{ClientId, LeadId};
use quotedeck::domain::leave::{Leaving, Links};
use quotedeck::domain::source::ServeSetting;

use crate::databases::World;
use crate::door::{Running, open, send, setting, status, until};
use crate::fixtures::with;
use crate::workflow::{give, set_up};

both_databases!(
    a_click_stops_mail_of_one_client_alone,
    a_look_and_a_forged_link_change_nothing,
    who_came_back_can_leave_again,
    without_a_key_there_is_no_link,
    a_consent_is_kept_with_what_it_rests_on,
);

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn keyed() -> ServeSetting {
    ServeSetting { unsubscribe_key: Some(Secret::new(KEY)), ..setting() }
}

fn links() -> Links {
    keyed().links().expect("links")
}

/// The path of a person's link.
fn path(client: &Client, lead: LeadId, address: &str) -> String {
    let leaving = Leaving { client: client.id, lead, address: Email::parse(address).unwrap() };
    links().link(&leaving).strip_prefix("https://deck.example").unwrap().to_owned()
}

/// A lead with an address, a mail that waits for it, and an open door.
async fn waiting(world: &World) -> (Client, LeadId, Running) {
    let (acme, _) = set_up(world).await;
    let form = r#"{"id":"f-1","name":"Ana Ortiz","email":"ana@ortiz.example","phone":"+15125550142","service":"drain"}"#;
    give(world, &acme, Provider::Form, form).await;
    let lead = LeadId(world.store.find(&world.store.list_people().await.unwrap()[0], "L-1".parse().unwrap()).await.unwrap().id);
    let post = world.destination("Post", with![kind = "email", delivery_mode = "once"]).await;
    world.job(&acme, post, with![lead_id = lead.0, kind = "message", operation = "quote_confirmation"]).await;
    (acme, lead, open(world, keyed(), vec![]).await)
}

async fn stopped(world: &World) -> Vec<String> {
    world.texts("select channel || ' ' || address from opt_outs where lifted_at is null order by channel").await
}

async fn a_click_stops_mail_of_one_client_alone(world: World) {
    let (acme, lead, door) = waiting(&world).await;
    let brill = world.client("Brill").await;
    let path = path(&acme, lead, "ana@ortiz.example");
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer = send(&door.address, "POST", &path, &form, b"List-Unsubscribe=One-Click").await;
    assert!(status(&answer) == 200 && answer.contains("no more e-mails"), "{answer}");
    assert!(!answer.contains("ana@") && !answer.contains("Acme"), "{answer}");
    assert_eq!(stopped(&world).await, ["email ana@ortiz.example"]);
    assert_eq!(world.number("select count(*) from jobs where operation = 'quote_confirmation' and state = 'cancelled'").await, 1);
    assert_eq!(world.number("select count(*) from events where kind = 'opt_out'").await, 1);
    assert_eq!(world.number("select count(*) from journal where verb = 'opt_out'").await, 1);
    // Texts were not left, and the lead's own consent is not touched by it.
    assert_eq!(world.number("select count(*) from leads where consent <> 'withdrawn'").await, 1);
    let mut tx = world.store.begin().await.unwrap();
    for client in [brill.id, ClientId::new()] {
        let channel = quotedeck::domain::event::Channel::Email;
        assert!(!tx.is_opted_out(client, channel, "ana@ortiz.example").await.unwrap());
    }
    drop(tx);
    // A mail program may post twice.
    let before = world.number("select count(*) from journal").await;
    assert_eq!(status(&send(&door.address, "POST", &path, &form, b"List-Unsubscribe=One-Click").await), 200);
    assert_eq!(world.number("select count(*) from journal").await, before);
    door.end().await;
}

async fn a_look_and_a_forged_link_change_nothing(world: World) {
    let (acme, lead, door) = waiting(&world).await;
    let path = path(&acme, lead, "ana@ortiz.example");
    let look = send(&door.address, "GET", &path, &[], b"").await;
    assert!(status(&look) == 200 && look.contains("<form method=\"post\">") && look.contains("no-referrer"), "{look}");
    assert!(!look.contains("ana@") && !look.contains("Acme"), "{look}");
    assert_eq!(status(&send(&door.address, "HEAD", &path, &[], b"").await), 200);
    assert_eq!(status(&send(&door.address, "DELETE", &path, &[], b"").await), 405);
    let mut forged = path.clone();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'B' } else { 'A' });
    for path in [forged.as_str(), "/leave/", "/leave/x.y"] {
        for method in ["GET", "POST"] {
            assert_eq!(status(&send(&door.address, method, path, &[], b"").await), 404, "{method} {path}");
        }
    }
    // A true link of a lead that is another client's: nothing of it is ours to stop.
    let brill = world.client("Brill").await;
    let other = self::path(&brill, lead, "ana@ortiz.example");
    assert_eq!(status(&send(&door.address, "POST", &other, &[], b"").await), 404);
    assert_eq!(stopped(&world).await, Vec::<String>::new());
    assert_eq!(world.number("select count(*) from jobs where operation = 'quote_confirmation' and state = 'ready'").await, 1);
    door.end().await;
}

async fn who_came_back_can_leave_again(world: World) {
    let (acme, lead, door) = waiting(&world).await;
    let path = path(&acme, lead, "ana@ortiz.example");
    assert_eq!(status(&send(&door.address, "POST", &path, &[], b"").await), 200);
    world.clock.advance(chrono::TimeDelta::hours(1));
    let back = r#"{"key":"in","kind":"opt_in","email":"ana@ortiz.example","contact_method":"email"}"#;
    give(&world, &acme, Provider::Event, back).await;
    assert_eq!(stopped(&world).await, Vec::<String>::new());
    assert_eq!(status(&send(&door.address, "POST", &path, &[], b"").await), 200);
    assert_eq!(stopped(&world).await, ["email ana@ortiz.example"]);
    door.end().await;
}

async fn without_a_key_there_is_no_link(world: World) {
    let (acme, lead, door) = waiting(&world).await;
    door.end().await;
    let door = open(&world, setting(), vec![]).await;
    let path = path(&acme, lead, "ana@ortiz.example");
    assert_eq!(status(&send(&door.address, "POST", &path, &[], b"").await), 404);
    assert_eq!(stopped(&world).await, Vec::<String>::new());
    door.end().await;
}

async fn a_consent_is_kept_with_what_it_rests_on(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let path = crate::door::path(&world, &acme, Provider::Form).await;
    let door = open(&world, setting(), vec![]).await;
    let form = r#"{"id":"f-1","name":"Ana Ortiz","phone":"512 555 0142","consent":"yes","page_url":"https://acme.example/quote",
        "consent_text":"I agree to texts about my request."}"#;
    let json = [("Content-Type", "application/json")];
    assert_eq!(status(&send(&door.address, "POST", &path, &json, form.as_bytes()).await), 200);
    until(&world, "select count(*) from consents", 1).await;
    let kept = "select channel || '|' || address || '|' || said || '|' || shown || '|' || page || '|' || coalesce(from_ip, '-')
        from consents order by said_at, channel";
    let expected = "sms|+15125550142|given|I agree to texts about my request.|https://acme.example/quote|127.0.0.1";
    assert_eq!(world.texts(kept).await, [expected]);
    // Behind a proxy of ours, what it added last counts: what stands before that anybody can write.
    door.end().await;
    let door = open(&world, ServeSetting { trust_forwarded: true, ..setting() }, vec![]).await;
    let forwarded = [("Content-Type", "application/json"), ("X-Forwarded-For", "10.9.9.9, 203.0.113.7")];
    let other = form.replace("f-1", "f-2");
    assert_eq!(status(&send(&door.address, "POST", &path, &forwarded, other.as_bytes()).await), 200);
    until(&world, "select count(*) from consents where from_ip = '203.0.113.7'", 1).await;
    door.end().await;
    // A word by text withdraws it: the number it came from, and the word itself.
    world.clock.advance(chrono::TimeDelta::hours(1));
    let stop = "MessageSid=SM1&SmsStatus=received&From=%2B15125550142&To=%2B18005551212&Body=Stop%21";
    give(&world, &acme, Provider::TwilioSms, stop).await;
    let last = "select said || '|' || shown || '|' || coalesce(from_number, '-') from consents where said = 'withdrawn'";
    assert_eq!(world.texts(last).await, ["withdrawn|Stop!|+15125550142"]);
    let trace = world.store.trace(&rosa, "L-1".parse().unwrap()).await.unwrap();
    let lines: Vec<String> =
        trace.fields.iter().filter(|(name, _)| name == "evidence").map(|(_, value)| value.shown().into_owned()).collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[0].contains("sms withdrawn for +15125550142") && lines[0].ends_with("by “Stop!”"), "{lines:?}");
    assert!(lines[2].contains("from 127.0.0.1, on https://acme.example/quote"), "{lines:?}");
    // Evidence is added to and never changed.
    for change in ["update consents set said = 'given'", "delete from consents"] {
        assert!(world.attempt(crate::databases::Login::Program, change).await.is_err(), "{change}");
    }
}
