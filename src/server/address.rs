//! What one address may take of the front door: connections at once, and requests in a second. One sender alone cannot keep
//! the others out.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::pace::Pace;

/// Addresses that are remembered before those that left are forgotten.
const REMEMBERED: usize = 4_096;

/// Who is here now, by address.
#[derive(Debug)]
pub(super) struct Addresses {
    /// Connections of one address at once; `None` where nobody is counted, because a proxy is everybody's address.
    most: Option<u32>,
    /// Requests of one address in a second, lasting.
    per_second: u32,
    known: Mutex<HashMap<IpAddr, Guest>>,
}

#[derive(Debug)]
struct Guest {
    open: u32,
    pace: Pace,
}

/// One connection's place; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Visit {
    addresses: Arc<Addresses>,
    from: Option<IpAddr>,
}

impl Addresses {
    /// With the most connections of one address, and requests of one address in a second.
    pub(super) fn new(most: Option<u32>, per_second: u32) -> Self {
        Self { most, per_second, known: Mutex::default() }
    }

    /// Lets a connection in, unless its address has too many.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Visit> {
        let Some(most) = self.most else { return Some(Visit { addresses: Arc::clone(self), from: None }) };
        let (from, now) = (network(address), Instant::now());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.retain(|_, guest| guest.open > 0 || !guest.pace.is_full(self.per_second, now));
        }
        let guest = known.entry(from).or_insert_with(|| Guest { open: 0, pace: Pace::full(self.per_second, now) });
        if guest.open >= most {
            return None;
        }
        guest.open += 1;
        Some(Visit { addresses: Arc::clone(self), from: Some(from) })
    }
}

impl Visit {
    /// Whether the address may ask now.
    pub(super) fn may_ask(&self) -> bool {
        let Some(from) = self.from else { return true };
        let mut known = self.addresses.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get_mut(&from).is_none_or(|guest| guest.pace.take(self.addresses.per_second, Instant::now()))
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut known = self.addresses.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(guest) = self.from.and_then(|from| known.get_mut(&from)) {
            guest.open -= 1;
        }
    }
}

/// Who shares an address's limits: of IPv6 the first 64 bits, since one customer has all that follow.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(six) => match six.to_ipv4_mapped() {
            Some(four) => IpAddr::V4(four),
            None => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() >> 64 << 64)),
        },
        four @ IpAddr::V4(_) => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_its_share_and_no_more() {
        let addresses = Arc::new(Addresses::new(Some(2), 1));
        let at = |text: &str| addresses.enter(text.parse().unwrap());
        let (one, two) = (at("192.0.2.1").unwrap(), at("::ffff:192.0.2.1").unwrap());
        assert!(at("192.0.2.1").is_none() && at("192.0.2.2").is_some());
        drop(two);
        let two = at("192.0.2.1").unwrap();
        assert_eq!((0..9).filter(|n| if n % 2 == 0 { one.may_ask() } else { two.may_ask() }).count(), 4, "one pace for both");
        let six = (at("2001:db8::1").unwrap(), at("2001:db8::ffff:1").unwrap());
        assert!(at("2001:db8::3").is_none() && at("2001:db8:0:1::1").is_some());
        drop(six);
    }

    #[test]
    fn who_left_is_forgotten_before_too_many_are_known() {
        let addresses = Arc::new(Addresses::new(Some(1), 1));
        for n in 0..12_288_u32 {
            drop(addresses.enter(IpAddr::V4(n.into())));
        }
        assert!(addresses.known.lock().unwrap().len() <= REMEMBERED);
    }

    #[test]
    fn behind_a_proxy_nobody_is_counted() {
        let addresses = Arc::new(Addresses::new(None, 1));
        let all: Vec<_> = (0..500).map(|_| addresses.enter("192.0.2.1".parse().unwrap()).unwrap()).collect();
        assert!(all.iter().all(Visit::may_ask));
    }
}
