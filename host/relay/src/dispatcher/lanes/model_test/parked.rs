//! Lanes that wait for hosts.

use std::collections::BTreeMap;

use eclusa_journal::DeliveryId;

use super::HOSTS;
use super::step::Key;
use super::world::World;
use crate::dispatcher::lanes::lane::Head;

/// How long the lane has that was let go to try a host, before the next one is.
const NEXT_TRY_MS: i64 = 5_000;

/// A lane whose head waits for a host.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parked {
    pub(super) head: DeliveryId,
    pub(super) host: usize,
    /// Grows: who waits longest is first.
    pub(super) place: u64,
}

/// The last try of a host.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Try {
    at_ms: Option<i64>,
    /// Lanes have waited for the host ever since.
    since_then: bool,
}

impl World {
    /// After they were woken: which lanes were let go to hosts. All where the host
    /// is well; none where it is left alone; one, the first, where it is to be tried,
    /// and the next one only some time after that.
    pub(super) fn hosts_are_asked(&mut self) {
        for (host, name) in HOSTS.iter().enumerate() {
            let parked = self.model.parked.iter().filter(|(_, parked)| parked.host == host);
            let waited: BTreeMap<u64, Key> = parked.map(|(key, it)| (it.place, *key)).collect();
            let gone: Vec<u64> =
                waited.iter().filter(|(_, key)| !self.is_parked(**key)).map(|it| *it.0).collect();
            let tried = &mut self.model.tries[host];
            match self.around.down_until.get(name) {
                None => {
                    assert_eq!(gone.len(), waited.len(), "{name} is well, and lanes wait for it");
                    *tried = Try::default();
                }
                Some(until) if *until > self.now => {
                    assert!(gone.is_empty(), "lanes go to {name}, which is left alone");
                    *tried = Try::default();
                    if !waited.is_empty() {
                        assert!(self.lanes.next_due().unwrap() <= *until, "{name} is forgotten");
                    }
                }
                Some(_) if gone.is_empty() => {
                    let recently = tried.at_ms.is_some_and(|at| self.now - at < NEXT_TRY_MS);
                    assert!(waited.is_empty() || recently, "{name} is not tried");
                }
                Some(_) => {
                    assert_eq!(gone, [*waited.keys().next().unwrap()], "who tries {name}");
                    if tried.since_then {
                        assert!(self.now - tried.at_ms.unwrap() >= NEXT_TRY_MS, "tries of {name}");
                    }
                    *tried = Try { at_ms: Some(self.now), since_then: true };
                }
            }
            for place in gone {
                self.model.parked.remove(&waited[&place]);
            }
            let left = self.model.parked.values().any(|parked| parked.host == host);
            self.model.tries[host].since_then &= left;
        }
    }

    fn is_parked(&self, key: Key) -> bool {
        self.parked_at(key).is_some()
    }

    /// The host that a lane waits for.
    pub(super) fn parked_at(&self, key: Key) -> Option<&str> {
        let number = self.lanes.number(&super::world::lane(key))?;
        match self.lanes.lanes[number as usize].as_ref()?.state {
            Head::Parked(host) => self.lanes.hosts.name(host).map(|name| &**name),
            _ => None,
        }
    }
}
