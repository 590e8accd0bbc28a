//! The routes of all adapters.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arc_swap::ArcSwap;
use eclusa_engine::Revision;

use super::Route;

/// The routes of one adapter.
#[derive(Debug, Clone)]
pub struct AdapterRoutes {
    /// For all channels but those that follow.
    pub all: Route,
    /// For channels that are pinned or held, by id.
    pub channels: HashMap<String, Route>,
    /// The revision that may serve next: a canary, or one that waits for a person.
    /// Channels can be made ready for it.
    pub upcoming: Option<Arc<Revision>>,
}

/// The routes of all adapters. Reading takes no lock, and what was read stays
/// whole: calls under way finish on the revision they began with, which is freed
/// with the last of them.
#[derive(Debug, Default)]
pub struct Routes {
    // One table for all adapters and channels, so that a swap is one step for
    // every channel it concerns.
    table: ArcSwap<BTreeMap<String, Arc<AdapterRoutes>>>,
}

impl Routes {
    /// The route of a channel; `None` where nothing serves under this name.
    pub fn route(&self, adapter: &str, channel: &str) -> Option<Route> {
        let table = self.table.load();
        let routes = table.get(adapter)?;
        Some(routes.channels.get(channel).unwrap_or(&routes.all).clone())
    }

    /// The revision that serves channels which are neither pinned nor held.
    pub fn active(&self, adapter: &str) -> Option<Arc<Revision>> {
        self.table.load().get(adapter).map(|routes| Arc::clone(routes.all.revision()))
    }

    /// The revision that may serve next.
    pub fn upcoming(&self, adapter: &str) -> Option<Arc<Revision>> {
        self.table.load().get(adapter)?.upcoming.clone()
    }

    /// The names under which something serves.
    pub fn names(&self) -> Vec<String> {
        self.table.load().keys().cloned().collect()
    }

    /// Swaps an adapter's routes; calls that begin from now on take the new ones.
    pub fn set(&self, adapter: &str, routes: AdapterRoutes) {
        let routes = Arc::new(routes);
        self.table.rcu(|table| {
            let mut table = BTreeMap::clone(table);
            table.insert(adapter.to_owned(), Arc::clone(&routes));
            table
        });
    }
}
