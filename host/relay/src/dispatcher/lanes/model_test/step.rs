//! What can happen to lanes.

use proptest::prelude::*;

use super::{CHANNELS, HOSTS};

/// A lane by channel and conversation.
pub(super) type Key = (usize, u8);

#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A new delivery, due after so many milliseconds.
    New(Key, i64),
    /// One that was there before is due anew after so many milliseconds: it waits,
    /// or is under way and its end is recorded already, or it was over.
    Anew(Key, prop::sample::Index, i64),
    /// One that waits or is under way is not to be made any more.
    Remove(Key, prop::sample::Index),
    Wait(i64),
    Finish(prop::sample::Index, End),
    Pause(usize, Option<i64>),
    Resume(usize),
    Host(usize, Option<i64>),
}

#[derive(Debug, Clone)]
pub(super) enum End {
    Advance,
    Again(i64),
    Blocked(usize),
    Hold,
}

fn key() -> impl Strategy<Value = Key> {
    (0..CHANNELS.len(), 0_u8..3)
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        6 => Just(End::Advance),
        3 => (0_i64..5000).prop_map(End::Again),
        4 => (0..HOSTS.len()).prop_map(End::Blocked),
        1 => Just(End::Hold),
    ]
}

/// A time to wait, most often none.
fn due() -> impl Strategy<Value = i64> {
    prop_oneof![3 => Just(0_i64), 1 => 0_i64..3000]
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let index = any::<prop::sample::Index>;
    let step = prop_oneof![
        12 => (key(), due()).prop_map(|(key, due)| Step::New(key, due)),
        4 => (key(), index(), due()).prop_map(|(key, index, due)| Step::Anew(key, index, due)),
        3 => (key(), index()).prop_map(|(key, index)| Step::Remove(key, index)),
        4 => (0_i64..4000).prop_map(Step::Wait),
        12 => (index(), end()).prop_map(|(index, end)| Step::Finish(index, end)),
        1 => (0..CHANNELS.len(), prop::option::of(0_i64..9000))
            .prop_map(|(channel, probe)| Step::Pause(channel, probe)),
        2 => (0..CHANNELS.len()).prop_map(Step::Resume),
        4 => (0..HOSTS.len(), prop::option::of(1_i64..9000))
            .prop_map(|(host, down)| Step::Host(host, down)),
    ];
    prop::collection::vec(step, 1..120)
}
