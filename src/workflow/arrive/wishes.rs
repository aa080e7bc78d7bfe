//! What a person wants to hear from us: opt-outs and opt-ins of the channels that they are of, and what consent rests on (C7).

use std::borrow::Cow;

use crate::domain::actor::Actor;
use crate::domain::client::Client;
use crate::domain::contact::{Email, Phone};
use crate::domain::event::{Channel, EventKind, NormalEvent};
use crate::domain::failure::Failure;
use crate::domain::id::{EventId, Kind, LeadId};
use crate::domain::lead::{Consent, ContactMethod};
use crate::domain::opt_out::{BOTH, channels};
use crate::domain::text::Untrusted;
use crate::store::Tx;
use crate::store::consents::Evidence;
use crate::store::journal::About;

/// A channel with the address that a wish is of; a lead may have none there.
type Wish = (Channel, Option<String>);

/// What an event tells by which a person is reached on a channel.
pub(super) fn address(event: &NormalEvent, channel: Channel) -> Option<&str> {
    match channel {
        Channel::Sms => event.contact.phone.as_ref().map(Phone::as_str),
        Channel::Email => event.contact.email.as_ref().map(Email::as_str),
    }
}

/// A later event may withdraw consent or give it; silence changes nothing, and a word about one channel says nothing of the
/// other: that channel alone is closed, by [`follow`].
pub(super) fn consent_after(before: Consent, event: &NormalEvent) -> Consent {
    match (event.kind, event.consent, before) {
        (EventKind::OptOut, ..) if channels(event).len() < BOTH.len() => before,
        (EventKind::OptOut, ..) => Consent::Withdrawn,
        (EventKind::OptIn, ..) => Consent::Given,
        // Only the person's own opt-in lifts a withdrawal, never a form that was filled in meanwhile.
        (_, _, Consent::Withdrawn) => Consent::Withdrawn,
        (_, Consent::Unknown, before) => before,
        (_, Consent::Implied, Consent::Given) => Consent::Given,
        (_, told, _) => told,
    }
}

/// The event as a lead begins with it: who stops one channel has said nothing of the other yet.
pub(super) fn beginning(event: &NormalEvent) -> Cow<'_, NormalEvent> {
    if event.kind == EventKind::OptOut && channels(event).len() < BOTH.len() {
        Cow::Owned(NormalEvent { consent: Consent::Unknown, ..event.clone() })
    } else {
        Cow::Borrowed(event)
    }
}

/// Follows what a person wants, and keeps what was said of consent with what it rests on.
pub(super) async fn follow(tx: &mut Tx, client: &Client, lead: LeadId, event: &NormalEvent, id: EventId) -> Result<(), Failure> {
    let wishes = match event.kind {
        EventKind::OptOut | EventKind::OptIn => of(tx, lead, event).await?,
        _ => BOTH.iter().map(|channel| (*channel, address(event, *channel).map(str::to_owned))).collect(),
    };
    follow_opt(tx, client, event, id, &wishes).await?;
    keep_consent(tx, client, lead, event, id, &wishes).await
}

/// The channels that an opt-out or an opt-in is of. What is to stop everywhere stops also where the event names no address
/// and the lead has one.
async fn of(tx: &mut Tx, lead: LeadId, event: &NormalEvent) -> Result<Vec<Wish>, Failure> {
    let mut all = Vec::new();
    for &channel in channels(event) {
        let mut known = address(event, channel).map(str::to_owned);
        if known.is_none() && event.kind == EventKind::OptOut {
            known = tx.lead_address(lead, channel).await?;
        }
        all.push((channel, known));
    }
    Ok(all)
}

/// An opt-out stops what waits on its channels and whatever comes later; an opt-in lifts it there.
async fn follow_opt(tx: &mut Tx, client: &Client, event: &NormalEvent, id: EventId, wishes: &[Wish]) -> Result<(), Failure> {
    for (channel, address) in wishes {
        let Some(address) = address else { continue };
        match event.kind {
            EventKind::OptOut => {
                tx.opt_out(client.id, *channel, address, id).await?;
                let stopped = tx.stop_messages(client.id, *channel, address).await?;
                let detail = format!("no further messages by {channel}; {stopped} waiting were cancelled");
                let about = About { verb: "opt_out", kind: Kind::Event, subject: id.0, lead: None, detail: &detail };
                tx.journal(&Actor::Intake, about).await?;
            }
            EventKind::OptIn => tx.opt_in(client.id, *channel, address).await?,
            _ => {}
        }
    }
    Ok(())
}

/// What was said of consent is kept with what it rests on, for each channel that it is of. An opt-out is kept without an
/// address, too: it closes the channel for the lead, whatever address that has later.
async fn keep_consent(
    tx: &mut Tx,
    client: &Client,
    lead: LeadId,
    event: &NormalEvent,
    id: EventId,
    wishes: &[Wish],
) -> Result<(), Failure> {
    let said = match event.kind {
        EventKind::OptOut => Consent::Withdrawn,
        EventKind::OptIn => Consent::Given,
        _ => event.consent,
    };
    if said == Consent::Unknown {
        return Ok(());
    }
    let raw = |text: &Option<Untrusted>| text.as_ref().map_or_else(String::new, |text| text.raw().to_owned());
    // Of an answer by text or phone, what was said is the evidence, and the number it came from.
    let spoken = matches!(event.contact_method, ContactMethod::Sms | ContactMethod::Call);
    let shown = if event.seen.shown.is_some() || !spoken { raw(&event.seen.shown) } else { raw(&event.words) };
    let page = raw(&event.seen.page);
    for (channel, known) in wishes {
        let closes = event.kind == EventKind::OptOut;
        let Some(address) = known.as_deref().or(closes.then_some("")) else { continue };
        let evidence = Evidence {
            client: client.id,
            lead,
            event: id,
            channel: *channel,
            address,
            said,
            shown: &shown,
            page: &page,
            from_ip: event.seen.ip,
            from_number: self::address(event, Channel::Sms).filter(|_| spoken),
            at: Some(event.occurred_at),
        };
        tx.keep_consent(&evidence).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Contact;
    use rstest::rstest;

    #[rstest]
    #[case(Consent::Withdrawn, EventKind::FormSent, ContactMethod::Form, Consent::Given, Consent::Withdrawn)]
    #[case(Consent::Withdrawn, EventKind::OptIn, ContactMethod::Sms, Consent::Given, Consent::Given)]
    #[case(Consent::Given, EventKind::OptOut, ContactMethod::Form, Consent::Withdrawn, Consent::Withdrawn)]
    #[case(Consent::Given, EventKind::OptOut, ContactMethod::Marketplace, Consent::Withdrawn, Consent::Withdrawn)]
    #[case(Consent::Given, EventKind::OptOut, ContactMethod::Sms, Consent::Withdrawn, Consent::Given)]
    #[case(Consent::Withdrawn, EventKind::OptOut, ContactMethod::Sms, Consent::Withdrawn, Consent::Withdrawn)]
    #[case(Consent::Given, EventKind::CallMissed, ContactMethod::Call, Consent::Implied, Consent::Given)]
    #[case(Consent::Implied, EventKind::FormSent, ContactMethod::Form, Consent::Given, Consent::Given)]
    #[case(Consent::Implied, EventKind::FormSent, ContactMethod::Form, Consent::Unknown, Consent::Implied)]
    fn consent_follows_the_persons_own_word(
        #[case] before: Consent,
        #[case] kind: EventKind,
        #[case] contact_method: ContactMethod,
        #[case] told: Consent,
        #[case] after: Consent,
    ) {
        let event = NormalEvent {
            consent: told,
            contact: Contact { phone: Phone::parse("+15125550142", "US").ok(), ..Contact::default() },
            ..NormalEvent::new(kind, "k", chrono::DateTime::UNIX_EPOCH, contact_method)
        };
        assert_eq!(consent_after(before, &event), after);
        let begins = beginning(&event).consent;
        let narrow = kind == EventKind::OptOut && contact_method == ContactMethod::Sms;
        assert_eq!(begins, if narrow { Consent::Unknown } else { told });
    }
}
