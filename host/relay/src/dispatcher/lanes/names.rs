//! Names once instead of once for each lane.

use std::collections::HashMap;
use std::sync::Arc;

use eclusa_journal::{Destination, Lane, Target};

/// Channels and destinations by number. They are few, and are never forgotten.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// By target: the groups of lanes by channel.
    chats: HashMap<Arc<str>, u32>,
    platform: HashMap<Arc<str>, u32>,
    groups: Vec<Group>,
    destinations: HashMap<Destination, u32>,
}

/// The lanes of one channel to one target.
#[derive(Debug)]
struct Group {
    target: Target,
    channel: Arc<str>,
    destination: u32,
}

impl Names {
    /// The group of a lane, if it has one already.
    pub(super) fn known(&self, lane: &Lane) -> Option<u32> {
        self.channels(lane.target).get(lane.channel.as_str()).copied()
    }

    /// The group of a channel's lanes to one target.
    pub(super) fn by_channel(&self, target: Target, channel: &str) -> Option<u32> {
        self.channels(target).get(channel).copied()
    }

    fn channels(&self, target: Target) -> &HashMap<Arc<str>, u32> {
        match target {
            Target::Chat => &self.chats,
            Target::Platform => &self.platform,
        }
    }

    /// A new group for a lane.
    pub(super) fn add(&mut self, lane: &Lane, destination: u32) -> u32 {
        let number = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
        let channel: Arc<str> = Arc::from(lane.channel.as_str());
        let names = match lane.target {
            Target::Chat => &mut self.chats,
            Target::Platform => &mut self.platform,
        };
        names.insert(Arc::clone(&channel), number);
        self.groups.push(Group { target: lane.target, channel, destination });
        number
    }

    /// The number of a destination, and whether it is a new one.
    pub(super) fn destination(&mut self, key: &Destination) -> (u32, bool) {
        if let Some(number) = self.destinations.get(key) {
            return (*number, false);
        }
        let number = u32::try_from(self.destinations.len()).unwrap_or(u32::MAX);
        self.destinations.insert(key.clone(), number);
        (number, true)
    }

    /// The destination of a group.
    pub(super) fn destination_of(&self, group: u32) -> Option<u32> {
        self.groups.get(group as usize).map(|group| group.destination)
    }

    /// A lane by its parts.
    pub(super) fn lane(&self, group: u32, conversation: &str) -> Option<Lane> {
        let group = self.groups.get(group as usize)?;
        Some(Lane {
            target: group.target,
            channel: group.channel.to_string(),
            conversation: conversation.to_owned(),
        })
    }
}
