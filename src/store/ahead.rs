//! What a batch asks before it begins: which of its keys and addresses anybody has. Of those that nobody has, and most are
//! a new customer's, no event asks again.
//!
//! Only what is *not* there is remembered, and every verb that writes one of these keys says so here: a batch sees what it
//! wrote, because what somebody may have is asked of the database.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::statement::values;
use super::{Outcome, Tx};
use crate::domain::contact::{Email, Phone};
use crate::domain::duplicate::{Traits, traits_of};
use crate::domain::event::{Channel, NormalEvent};
use crate::domain::id::{ClientId, LeadId};

/// By what a lead is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum By {
    Thread,
    Phone,
    Email,
    Street,
    Name,
}

impl By {
    const ALL: [Self; 5] = [Self::Thread, Self::Phone, Self::Email, Self::Street, Self::Name];

    /// What it is asked by; no name of a channel, because addresses are asked beside.
    fn as_str(self) -> &'static str {
        match self {
            Self::Thread => "thread",
            Self::Phone => "phone",
            Self::Email => "address",
            Self::Street => "street",
            Self::Name => "name",
        }
    }
}

/// What is known not to be there.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    /// Keys that no lead has, or one alone.
    keys: BTreeMap<(ClientId, By, String), Option<LeadId>>,
    /// Addresses that nobody opted out of.
    open: BTreeSet<(ClientId, Channel, String)>,
}

/// All by which the lead of an event is found, or another one that it may be.
fn keys_of(event: &NormalEvent) -> impl Iterator<Item = (By, String)> {
    let Traits { phone, email, name_key, street_key, .. } = traits_of(event);
    let thread = event.thread_key.clone();
    let all = [(By::Thread, thread), (By::Phone, phone), (By::Email, email), (By::Street, street_key), (By::Name, name_key)];
    all.into_iter().filter_map(|(by, key)| Some((by, key?)))
}

fn addresses_of(event: &NormalEvent) -> impl Iterator<Item = (Channel, &str)> {
    let phone = event.contact.phone.as_ref().map(Phone::as_str);
    let email = event.contact.email.as_ref().map(Email::as_str);
    [(Channel::Sms, phone), (Channel::Email, email)].into_iter().filter_map(|(channel, address)| Some((channel, address?)))
}

impl Ahead {
    /// Whether no lead at all has a key.
    pub(crate) fn nobody_has(&self, client: ClientId, by: By, key: &str) -> bool {
        self.keys.get(&(client, by, key.to_owned())).is_some_and(Option::is_none)
    }

    /// Whether no lead but this one has it.
    pub(crate) fn no_other_has(&self, client: ClientId, by: By, key: &str, lead: LeadId) -> bool {
        self.keys.get(&(client, by, key.to_owned())).is_some_and(|holder| holder.is_none_or(|holder| holder == lead))
    }

    /// A lead has, from now on, what an event tells.
    pub(crate) fn has_now(&mut self, client: ClientId, lead: LeadId, event: &NormalEvent) {
        if self.keys.is_empty() {
            return;
        }
        for (by, key) in keys_of(event) {
            let place = (client, by, key);
            match self.keys.get_mut(&place) {
                Some(holder) if holder.is_none_or(|holder| holder == lead) => *holder = Some(lead),
                Some(_) => drop(self.keys.remove(&place)),
                None => {}
            }
        }
    }

    /// Whether nobody opted out of an address.
    pub(crate) fn is_open(&self, client: ClientId, channel: Channel, address: &str) -> bool {
        self.open.contains(&(client, channel, address.to_owned()))
    }

    /// Somebody did.
    pub(crate) fn closed_now(&mut self, client: ClientId, channel: Channel, address: &str) {
        self.open.remove(&(client, channel, address.to_owned()));
    }
}

/// The newest lead that has a key, found by an index in that order whatever the database guesses of its size.
macro_rules! newest {
    ($column:literal) => {
        concat!("(select max(l.arrived_at) from leads l where l.client_id = w.client and l.", $column, " = w.key)")
    };
}
const HELD: &str = concat!(
    "with wanted (client, what, key) as (values {rows}) select w.client, w.what, w.key from wanted w where case w.what when 'thread' then ",
    newest!("thread_key"),
    " when 'phone' then ",
    newest!("phone"),
    " when 'address' then ",
    newest!("email"),
    " when 'street' then ",
    newest!("street_key"),
    " when 'name' then ",
    newest!("name_key"),
    " else (select max(o.since) from opt_outs o where o.client_id = w.client and o.channel = w.what and o.address = w.key
        and o.lifted_at is null) end is not null"
);

impl Tx {
    /// Asks, for all of a batch, what nobody has.
    pub(crate) async fn look_ahead(&mut self, events: &[(ClientId, &NormalEvent)]) -> Outcome<()> {
        let mut keys: BTreeMap<(ClientId, By, String), Option<LeadId>> = BTreeMap::new();
        let mut open = BTreeSet::new();
        for (client, event) in events {
            keys.extend(keys_of(event).map(|(by, key)| ((*client, by, key), None)));
            open.extend(addresses_of(event).map(|(channel, address)| (*client, channel, address.to_owned())));
        }
        let rows = keys.keys().map(|(client, by, key)| values![*client, by.as_str(), key]);
        let rows = rows.chain(open.iter().map(|(client, channel, address)| values![*client, channel.as_str(), address]));
        for (client, what, key) in self.over::<(Uuid, String, String)>(HELD, vec![], rows.collect()).await? {
            let client = ClientId(client);
            if let Some(by) = By::ALL.into_iter().find(|by| by.as_str() == what) {
                keys.remove(&(client, by, key));
            } else if let Ok(channel) = what.parse() {
                open.remove(&(client, channel, key));
            }
        }
        self.ahead = Ahead { keys, open };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Contact, EventKind, Seen};
    use crate::domain::lead::{Consent, ContactMethod, Urgency};

    fn event(phone: &str) -> NormalEvent {
        NormalEvent {
            kind: EventKind::FormSent,
            consent: Consent::Unknown,
            natural_key: "k".into(),
            occurred_at: chrono::DateTime::UNIX_EPOCH,
            thread_key: None,
            contact: Contact { phone: Phone::parse(phone, "US").ok(), ..Contact::default() },
            source: None,
            service: None,
            contact_method: ContactMethod::Form,
            market: None,
            urgency: Urgency::Routine,
            value: None,
            owner: None,
            attribution: None,
            words: None,
            reached: None,
            unknown_fields: vec![],
            seen: Seen::default(),
            told_of: None,
        }
    }

    #[test]
    fn what_a_lead_has_now_is_no_longer_nobodys() {
        const PHONE: &str = "+15125550142";
        let (client, one, other) = (ClientId::new(), LeadId::new(), LeadId::new());
        let mut ahead = Ahead::default();
        assert!(!ahead.nobody_has(client, By::Phone, PHONE), "what was not asked is not known");
        ahead.keys.insert((client, By::Phone, PHONE.to_owned()), None);
        assert!(ahead.nobody_has(client, By::Phone, PHONE) && ahead.no_other_has(client, By::Phone, PHONE, one));
        ahead.has_now(client, one, &event(PHONE));
        assert!(!ahead.nobody_has(client, By::Phone, PHONE));
        assert!(ahead.no_other_has(client, By::Phone, PHONE, one) && !ahead.no_other_has(client, By::Phone, PHONE, other));
        ahead.has_now(client, other, &event(PHONE));
        assert!(!ahead.no_other_has(client, By::Phone, PHONE, one) && !ahead.no_other_has(client, By::Phone, PHONE, other));
    }
}
