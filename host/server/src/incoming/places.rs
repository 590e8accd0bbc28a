//! Places for connections.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use metrics::gauge;
use parking_lot::Mutex;

use super::address::{Caller, Proxies};
use super::fairness::may_have;
use super::refusal::Refusal;

/// So many connections above the limit get health, metrics and the API.
const SURPLUS: usize = 64;

/// Places for connections.
pub(super) struct Places {
    most: usize,
    most_per_address: usize,
    proxies: Proxies,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    /// No entry for an address without one.
    by_address: HashMap<Caller, usize>,
}

/// A connection's place; it is free again when this is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    address: Option<Caller>,
    /// It is above the limit.
    pub(super) surplus: bool,
}

impl Places {
    pub(super) fn new(most: usize, most_per_address: usize, proxies: Proxies) -> Self {
        Self { most, most_per_address, proxies, taken: Mutex::default() }
    }

    /// A place for a connection from an address, or why there is none.
    pub(super) fn take(self: &Arc<Self>, peer: IpAddr) -> Result<Place, Refusal> {
        let address = (!self.proxies.trusts(peer)).then(|| Caller::of(peer));
        let mut taken = self.taken.lock();
        if taken.all >= self.most.saturating_add(SURPLUS) {
            return Err(Refusal::ConnectionsFull);
        }
        if let Some(address) = address {
            let held = taken.by_address.get(&address).copied().unwrap_or(0);
            // Those above the limit are for whoever comes.
            let all = self.most.saturating_add(SURPLUS);
            if held >= self.most_per_address || !may_have(held, 1, taken.all, all) {
                return Err(Refusal::ConnectionsOfAddress);
            }
            taken.by_address.insert(address, held + 1);
        }
        let surplus = taken.all >= self.most;
        taken.all += 1;
        gauge!("eclusa_incoming_connections").set(taken.all as f64);
        Ok(Place { places: Arc::clone(self), address, surplus })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock();
        taken.all = taken.all.saturating_sub(1);
        gauge!("eclusa_incoming_connections").set(taken.all as f64);
        let Some(address) = self.address else { return };
        match taken.by_address.get_mut(&address) {
            Some(held) if *held > 1 => *held -= 1,
            _ => {
                taken.by_address.remove(&address);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn places() -> Arc<Places> {
        let proxies = Proxies::new(vec!["127.0.0.0/8".parse().unwrap()]);
        Arc::new(Places::new(4, 2, proxies))
    }

    fn take(places: &Arc<Places>, address: &str) -> Result<Place, Refusal> {
        places.take(address.parse().unwrap())
    }

    #[test]
    fn one_address_gets_its_share_and_gets_it_back() {
        let places = places();
        let first = take(&places, "192.0.2.1").unwrap();
        let _second = take(&places, "192.0.2.1").unwrap();
        assert_eq!(take(&places, "192.0.2.1").err(), Some(Refusal::ConnectionsOfAddress));
        let _other = take(&places, "192.0.2.2").unwrap();
        drop(first);
        assert!(take(&places, "192.0.2.1").is_ok());
    }

    #[test]
    fn a_proxy_has_no_share_but_counts() {
        let places = places();
        let held: Vec<Place> = (0..4).map(|_| take(&places, "127.0.0.1").unwrap()).collect();
        assert!(held.iter().all(|place| !place.surplus));
        assert!(take(&places, "192.0.2.1").unwrap().surplus);
    }

    #[test]
    fn nothing_is_left_behind_of_many_addresses() {
        let places = places();
        for last in 0..=255 {
            drop(take(&places, &format!("192.0.2.{last}")).unwrap());
        }
        let taken = places.taken.lock();
        assert_eq!((taken.all, taken.by_address.len()), (0, 0));
    }

    #[test]
    fn above_the_limit_there_are_a_few_more_and_then_none() {
        let places = places();
        let held: Vec<Place> =
            (0..4 + SURPLUS).map(|_| take(&places, "127.0.0.1").unwrap()).collect();
        assert_eq!(held.iter().filter(|place| place.surplus).count(), SURPLUS);
        assert_eq!(take(&places, "127.0.0.1").err(), Some(Refusal::ConnectionsFull));
        drop(held);
        assert!(!take(&places, "127.0.0.1").unwrap().surplus);
    }
}
