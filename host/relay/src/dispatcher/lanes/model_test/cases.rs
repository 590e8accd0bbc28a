//! Single cases that random ones meet too seldom.

use super::CHANNELS;
use super::around::Around;
use super::world::lane;
use crate::dispatcher::lanes::{Lanes, NEVER, Next};

/// A letter is redriven, or given up, in the moment between the record of its end
/// and the end of its job.
#[test]
fn what_is_said_while_a_job_ends_counts_more_than_its_end() {
    let around = Around::default();
    for next in [Next::Advance, Next::Hold, Next::Again { wait_ms: 9000 }] {
        let mut lanes = Lanes::new(1);
        lanes.push(1, &lane((0, 0)), 0, 0);
        lanes.push(2, &lane((0, 0)), 0, 0);
        let job = lanes.next(0, &around).unwrap();
        lanes.push(1, &lane((0, 0)), 5, 5);
        assert_eq!((job.id, lanes.pending()), (1, 2));
        lanes.finished(&job, &next, 5);
        let job = lanes.next(5, &around).unwrap();
        assert_eq!((job.id, lanes.pending()), (1, 2), "redriven as it ended by {next:?}");
        lanes.remove(1, &lane((0, 0)), 6);
        lanes.finished(&job, &next, 6);
        let job = lanes.next(6, &around).unwrap();
        assert_eq!((job.id, lanes.pending()), (2, 1), "discarded as it ended by {next:?}");
    }
}

/// A letter that holds its lane is held again where that was said last.
#[test]
fn the_last_word_counts() {
    let around = Around::default();
    let mut lanes = Lanes::new(1);
    lanes.push(1, &lane((0, 0)), 0, 0);
    let job = lanes.next(0, &around).unwrap();
    lanes.remove(1, &lane((0, 0)), 0);
    lanes.push(1, &lane((0, 0)), NEVER, 0);
    lanes.finished(&job, &Next::Advance, 0);
    assert!(lanes.next(i64::MAX - 1, &around).is_none());
    assert_eq!(lanes.pending(), 1);
}

/// Many conversations of one channel do not hold back the few of another.
#[test]
fn destinations_take_turns() {
    let around = Around::default();
    let mut lanes = Lanes::new(1);
    for (channel, conversations) in [(0, 20), (2, 3)] {
        for conversation in 0..conversations {
            lanes.push(i64::from(conversation), &lane((channel, conversation)), 0, 0);
        }
    }
    let mut order = Vec::new();
    while let Some(job) = lanes.next(0, &around) {
        order.push(CHANNELS.iter().position(|name| *name == job.lane.channel).unwrap());
        lanes.finished(&job, &Next::Advance, 0);
    }
    assert_eq!(order.len(), 23);
    assert_eq!(order[..6], [0, 2, 0, 2, 0, 2]);
}
