//! What a batch asks before it begins: who has its keys, and which of its addresses somebody opted out of. Of a key that
//! nobody has, as most of a new customer's, or that one lead alone has, no event asks again whose it is not.
//!
//! Every verb that writes one of these keys says so here, and what more than one lead may have is asked of the database: so
//! a batch sees what it wrote.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::statement::values;
use super::{Inner, Outcome, Tx};
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

/// Who has a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    Nobody,
    Only(LeadId),
    /// More than one, or it was not asked.
    Unknown,
}

/// What a batch knows.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    keys: BTreeMap<(ClientId, By, String), Holder>,
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
    /// Who has a key.
    pub(crate) fn holder(&self, client: ClientId, by: By, key: &str) -> Holder {
        self.keys.get(&(client, by, key.to_owned())).copied().unwrap_or(Holder::Unknown)
    }

    /// Whether no lead but this one has it.
    pub(crate) fn no_other_has(&self, client: ClientId, by: By, key: &str, lead: LeadId) -> bool {
        match self.holder(client, by, key) {
            Holder::Nobody => true,
            Holder::Only(holder) => holder == lead,
            Holder::Unknown => false,
        }
    }

    /// A lead has, from now on, what an event tells.
    pub(crate) fn has_now(&mut self, client: ClientId, lead: LeadId, event: &NormalEvent) {
        if self.keys.is_empty() {
            return;
        }
        for (by, key) in keys_of(event) {
            if let Some(holder) = self.keys.get_mut(&(client, by, key)) {
                let alone = *holder == Holder::Nobody || *holder == Holder::Only(lead);
                *holder = if alone { Holder::Only(lead) } else { Holder::Unknown };
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

/// The leads that have a key, the newest first, one of them: found by an index in that order, whatever the database guesses
/// of its sizes.
macro_rules! one_of {
    ($column:literal, $which:literal) => {
        concat!(
            "(select l.id from leads l where l.client_id = w.client and l.",
            $column,
            " = w.key order by l.arrived_at desc ",
            $which,
            ")"
        )
    };
}
macro_rules! by_kind {
    ($which:literal) => {
        concat!(
            "case w.what when 'thread' then ",
            one_of!("thread_key", $which),
            " when 'phone' then ",
            one_of!("phone", $which),
            " when 'address' then ",
            one_of!("email", $which),
            " when 'street' then ",
            one_of!("street_key", $which),
            " when 'name' then ",
            one_of!("name_key", $which),
            " else (select o.id from opt_outs o where o.client_id = w.client and o.channel = w.what and o.address = w.key
                and o.lifted_at is null) end"
        )
    };
}
const HELD: &str = concat!(
    "with wanted (client, what, key) as (values {rows}), w (client, what, key, one) as (select w.client, w.what, w.key, ",
    by_kind!("limit 1"),
    " from wanted w) select w.client, w.what, w.key, w.one, ",
    by_kind!("limit 1 offset 1"),
    " from w where w.one is not null"
);

/// Held to the end of the transaction: a row of ours, which no portal can hold, and no lock that any login may take. What points
/// at the client waits for nothing.
const TURN: &str = "select number from clients where id = $1 for no key update";

impl Tx {
    /// Waits until nobody else takes anything in for these clients: what two programs read at once of one new customer would
    /// make two leads. On SQLite a transaction that writes is alone already.
    pub(crate) async fn arrive_alone(&mut self, clients: &BTreeSet<ClientId>) -> Outcome<()> {
        if matches!(self.inner, Inner::Postgres(_)) {
            // In one order for all, so that no two wait for each other.
            for client in clients {
                self.run(TURN, values![*client]).await?;
            }
        }
        Ok(())
    }

    /// Asks, for all of a batch, who has its keys.
    pub(crate) async fn look_ahead(&mut self, events: &[(ClientId, &NormalEvent)]) -> Outcome<()> {
        let mut keys: BTreeMap<(ClientId, By, String), Holder> = BTreeMap::new();
        let mut open = BTreeSet::new();
        for (client, event) in events {
            keys.extend(keys_of(event).map(|(by, key)| ((*client, by, key), Holder::Nobody)));
            open.extend(addresses_of(event).map(|(channel, address)| (*client, channel, address.to_owned())));
        }
        let rows = keys.keys().map(|(client, by, key)| values![*client, by.as_str(), key]);
        let rows = rows.chain(open.iter().map(|(client, channel, address)| values![*client, channel.as_str(), address]));
        let found: Vec<(Uuid, String, String, Uuid, Option<Uuid>)> = self.over(HELD, vec![], rows.collect()).await?;
        for (client, what, key, one, another) in found {
            let client = ClientId(client);
            if let Some(by) = By::ALL.into_iter().find(|by| by.as_str() == what) {
                let holder = if another.is_none() { Holder::Only(LeadId(one)) } else { Holder::Unknown };
                keys.insert((client, by, key), holder);
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
    use crate::domain::event::{Contact, EventKind};
    use crate::domain::lead::ContactMethod;

    fn event(phone: &str) -> NormalEvent {
        NormalEvent {
            contact: Contact { phone: Phone::parse(phone, "US").ok(), ..Contact::default() },
            ..NormalEvent::new(EventKind::FormSent, "k", chrono::DateTime::UNIX_EPOCH, ContactMethod::Form)
        }
    }

    #[test]
    fn what_a_lead_has_now_is_no_longer_nobodys() {
        const PHONE: &str = "+15125550142";
        let (client, one, other) = (ClientId::new(), LeadId::new(), LeadId::new());
        let mut ahead = Ahead::default();
        assert_eq!(ahead.holder(client, By::Phone, PHONE), Holder::Unknown, "it was not asked");
        ahead.keys.insert((client, By::Phone, PHONE.to_owned()), Holder::Nobody);
        assert!(ahead.no_other_has(client, By::Phone, PHONE, one));
        ahead.has_now(client, one, &event(PHONE));
        assert_eq!(ahead.holder(client, By::Phone, PHONE), Holder::Only(one));
        assert!(ahead.no_other_has(client, By::Phone, PHONE, one) && !ahead.no_other_has(client, By::Phone, PHONE, other));
        ahead.has_now(client, other, &event(PHONE));
        assert_eq!(ahead.holder(client, By::Phone, PHONE), Holder::Unknown, "two have it");
    }
}
