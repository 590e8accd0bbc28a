//! Lets requests of chats and of strangers in as long as there is room for them, and
//! for those of other channels and addresses too.

use std::collections::HashMap;
use std::sync::Arc;

use axum::http::HeaderMap;
use eclusa_model::Channel;
use metrics::{Gauge, gauge};
use parking_lot::Mutex;

use super::address::{Caller, Proxies};
use super::connection::Origin;
use super::fairness::may_have;
use super::refusal::{Refusal, Refusals};
use crate::config::Incoming;
use crate::problem::ApiProblem;

/// When a caller who was refused may come again, in seconds.
const RETRY_AFTER: u64 = 1;

/// Where a request goes, as limits count it.
#[derive(Debug, Clone)]
pub(crate) enum Door {
    /// A channel's ingress URL.
    Channel(Arc<Channel>),
    /// The pages for people, before anybody has signed in.
    Pages,
}

impl Door {
    /// No channel's id has a slash.
    fn name(&self) -> &str {
        match self {
            Self::Channel(channel) => &channel.profile.id,
            Self::Pages => "/",
        }
    }
}

/// Lets requests in.
pub(crate) struct Admission {
    requests: usize,
    requests_per_address: usize,
    bytes: usize,
    proxies: Proxies,
    refusals: Arc<Refusals>,
    held: Mutex<Held>,
    requests_held: Gauge,
    bytes_held: Gauge,
}

#[derive(Default)]
struct Held {
    all: Share,
    /// An entry stays, since there are only so many channels.
    by_door: HashMap<String, Share>,
    /// No entry for an address without a request.
    by_address: HashMap<Caller, usize>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Share {
    requests: usize,
    bytes: usize,
}

/// A request that was let in; it holds its room until this is dropped.
pub(crate) struct Admitted {
    admission: Arc<Admission>,
    door: Door,
    caller: Option<Caller>,
    bytes: usize,
}

impl Admission {
    pub(crate) fn new(config: &Incoming, refusals: Arc<Refusals>) -> Arc<Self> {
        Arc::new(Self {
            requests: config.requests,
            requests_per_address: config.requests_per_address,
            bytes: config.body_memory_bytes,
            proxies: Proxies::new(config.trusted_proxies.clone()),
            refusals,
            held: Mutex::default(),
            requests_held: gauge!("eclusa_incoming_requests"),
            bytes_held: gauge!("eclusa_incoming_body_bytes"),
        })
    }

    /// Whose request it is, as limits count it; a proxy that names nobody speaks for
    /// itself.
    pub(crate) fn caller(&self, origin: Origin, headers: &HeaderMap) -> Caller {
        self.proxies.caller(origin.peer, headers).unwrap_or(Caller::of(origin.peer))
    }

    /// Lets a request in, or says why not now.
    pub(crate) fn enter(
        self: &Arc<Self>,
        door: Door,
        origin: Origin,
        headers: &HeaderMap,
    ) -> Result<Admitted, ApiProblem> {
        let caller = self.proxies.caller(origin.peer, headers);
        match self.try_enter(&door, origin, caller) {
            Err(refusal) => Err(self.refused(refusal)),
            Ok(()) => Ok(Admitted { admission: Arc::clone(self), door, caller, bytes: 0 }),
        }
    }

    fn try_enter(
        &self,
        door: &Door,
        origin: Origin,
        caller: Option<Caller>,
    ) -> Result<(), Refusal> {
        if origin.surplus {
            return Err(Refusal::ConnectionSurplus);
        }
        let mut held = self.held.lock();
        if held.all.requests >= self.requests {
            return Err(Refusal::Requests);
        }
        let taken = held.all.requests;
        let of_door = held.by_door.get(door.name()).map_or(0, |share| share.requests);
        if !may_have(of_door, 1, taken, self.requests) {
            return Err(match door {
                Door::Channel(_) => Refusal::RequestsOfChannel,
                Door::Pages => Refusal::Requests,
            });
        }
        if let Some(caller) = caller {
            let of_address = held.by_address.get(&caller).copied().unwrap_or(0);
            if of_address >= self.requests_per_address
                || !may_have(of_address, 1, taken, self.requests)
            {
                return Err(Refusal::RequestsOfAddress);
            }
            held.by_address.insert(caller, of_address + 1);
        }
        held.all.requests += 1;
        match held.by_door.get_mut(door.name()) {
            Some(share) => share.requests += 1,
            None => {
                held.by_door.insert(door.name().to_owned(), Share { requests: 1, bytes: 0 });
            }
        }
        Ok(())
    }

    /// Whether so many bytes more have room.
    fn room(&self, held: &Held, door: &Door, more: usize) -> Result<(), Refusal> {
        if held.all.bytes.saturating_add(more) > self.bytes {
            return Err(Refusal::BodyMemory);
        }
        let share = held.by_door.get(door.name()).copied().unwrap_or_default();
        // One body alone may be as large as any: it would never get through to a
        // busy host otherwise.
        if share.requests > 1 && !may_have(share.bytes, more, held.all.bytes, self.bytes) {
            return Err(match door {
                Door::Channel(_) => Refusal::BodyMemoryOfChannel,
                Door::Pages => Refusal::BodyMemory,
            });
        }
        Ok(())
    }

    fn refused(&self, refusal: Refusal) -> ApiProblem {
        self.refusals.count(refusal);
        let what = match refusal {
            Refusal::RequestsOfChannel => "this channel has too many requests under way",
            Refusal::RequestsOfAddress => "this address has too many requests under way",
            Refusal::BodyMemory => "the bodies of other requests take all memory for them",
            Refusal::BodyMemoryOfChannel => "the bodies of this channel's requests take its memory",
            _ => "too many requests are under way",
        };
        ApiProblem::unavailable(refusal.code(), what, RETRY_AFTER).counted()
    }
}

impl Admitted {
    /// Says at once where a body of this size has no room; it takes none.
    pub(super) fn check(&self, bytes: usize) -> Result<(), ApiProblem> {
        let admission = &self.admission;
        let room = admission.room(&admission.held.lock(), &self.door, bytes);
        room.map_err(|refusal| admission.refused(refusal))
    }

    /// Takes room for bytes that have come.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), ApiProblem> {
        let admission = &self.admission;
        let mut held = admission.held.lock();
        if let Err(refusal) = admission.room(&held, &self.door, bytes) {
            drop(held);
            return Err(admission.refused(refusal));
        }
        held.all.bytes += bytes;
        if let Some(share) = held.by_door.get_mut(self.door.name()) {
            share.bytes += bytes;
        }
        self.bytes += bytes;
        Ok(())
    }

    /// Who may allow larger bodies, and how.
    pub(super) fn too_large(&self) -> &'static str {
        match self.door {
            Door::Channel(_) => {
                "Send less at once, or ask the operator to raise `limits.body_bytes` of the \
                 channel or of the configuration."
            }
            Door::Pages => "Send less at once; who has not signed in sends no more than a token.",
        }
    }

    /// A body did not arrive in time.
    pub(super) fn late(&self) {
        self.admission.refusals.count(Refusal::BodyTimeout);
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut held = self.admission.held.lock();
        held.all.leave(self.bytes);
        if let Some(share) = held.by_door.get_mut(self.door.name()) {
            share.leave(self.bytes);
        }
        self.admission.bytes_held.set(held.all.bytes as f64);
        self.admission.requests_held.set(held.all.requests as f64);
        let Some(caller) = self.caller else { return };
        match held.by_address.get_mut(&caller) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                held.by_address.remove(&caller);
            }
        }
    }
}

impl Share {
    fn leave(&mut self, bytes: usize) {
        self.requests = self.requests.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}
