//! Each violation is seen, and nothing else is.

use super::*;

const fn life(life: u64) -> Now {
    Now { at_ms: 0, life }
}

/// Three messages that were acknowledged as `a`, `b` and `c`.
fn lane() -> Lane {
    let mut lane = Lane::default();
    for (number, id) in ["a", "b", "c"].into_iter().enumerate() {
        lane.sending(life(1), number);
        assert_eq!(lane.acknowledged(life(1), number, id), Ok(()));
    }
    lane
}

/// The complaint about the last of these deliveries: life, number, id.
fn last(deliveries: &[(u64, usize, &str)]) -> Result<Taken, Violation> {
    let mut lane = lane();
    let mut verdicts: Vec<_> =
        deliveries.iter().map(|(now, number, id)| lane.taken(life(*now), *number, id)).collect();
    let last = verdicts.pop();
    assert!(verdicts.iter().all(Result::is_ok), "{verdicts:?}");
    last.unwrap_or_else(|| Err(Kind::Odd.of("none")))
}

fn complains<T: std::fmt::Debug>(verdict: Result<T, Violation>, kind: Kind, of: &str) {
    let is_it = |found: &Violation| found.kind == kind && found.what.contains(of);
    assert!(verdict.as_ref().is_err_and(is_it), "{verdict:?}");
}

#[test]
fn deliveries_come_in_order_and_again_only_at_the_edge() {
    assert_eq!(last(&[(1, 0, "a"), (1, 1, "b"), (2, 2, "c")]), Ok(Taken::First));
    assert_eq!(last(&[(1, 0, "a"), (1, 1, "b"), (2, 1, "b")]), Ok(Taken::Again));
    assert_eq!(last(&[(1, 0, "a"), (2, 0, "a"), (3, 0, "a")]), Ok(Taken::Again));
    complains(last(&[(1, 0, "a"), (1, 2, "c")]), Kind::OutOfOrder, "before 1");
    complains(last(&[(1, 0, "a"), (1, 1, "b"), (2, 0, "a")]), Kind::OutOfOrder, "again after 1");
    complains(last(&[(1, 0, "a"), (1, 0, "a")]), Kind::Twice, "without a crash");
    complains(last(&[(1, 0, "a"), (2, 0, "a"), (2, 0, "a")]), Kind::Twice, "without a crash");
    complains(last(&[(1, 0, "a"), (2, 0, "z")]), Kind::OtherId, "was a, and is z");
    complains(last(&[(1, 3, "d")]), Kind::FromNowhere, "never sent");
}

#[test]
fn an_id_stays_over_retries() {
    let mut lane = Lane::default();
    lane.sending(life(1), 0);
    assert_eq!(lane.listed(life(2), 0, "a"), Ok(()));
    complains(lane.acknowledged(life(2), 0, "b"), Kind::OtherId, "was a, and is b");
}

#[test]
fn events_list_each_message_once_and_in_order() {
    let mut lane = lane();
    assert_eq!(lane.must_have_listed(0), Ok(()));
    assert_eq!(lane.listed(life(1), 0, "a"), Ok(()));
    complains(lane.listed(life(1), 0, "a"), Kind::Twice, "where 1 comes next");
    complains(lane.listed(life(1), 2, "c"), Kind::OutOfOrder, "where 1 comes next");
    complains(lane.must_have_listed(lane.acknowledged_count()), Kind::Lost, "1 was acknowledged");
    lane.list_again();
    for (number, id) in ["a", "b", "c"].into_iter().enumerate() {
        assert_eq!(lane.listed(life(2), number, id), Ok(()));
    }
    assert_eq!(lane.must_have_listed(3), Ok(()));
    complains(lane.listed(life(2), 3, "d"), Kind::FromNowhere, "never sent");
}

#[test]
fn what_was_not_acknowledged_may_be_missing() {
    let mut lane = lane();
    lane.sending(life(1), 3);
    assert_eq!(lane.acknowledged_count(), 3);
    for (number, id) in ["a", "b"].into_iter().enumerate() {
        assert_eq!(lane.taken(life(1), number, id), Ok(Taken::First));
    }
    complains(lane.must_have_taken_all(), Kind::Lost, "2 was acknowledged");
    assert_eq!(lane.taken(life(1), 2, "c"), Ok(Taken::First));
    assert_eq!(lane.must_have_taken_all(), Ok(()));
}

#[test]
fn states_are_earned() {
    let mut lane = lane();
    complains(lane.is_said_to_be(life(1), 0, "sent", 0), Kind::Unearned, "never came");
    assert_eq!(lane.is_said_to_be(life(1), 0, "queued", 0), Ok(()));
    for (number, id) in ["a", "b"].into_iter().enumerate() {
        assert_eq!(lane.taken(life(1), number, id), Ok(Taken::First));
    }
    assert_eq!(lane.is_said_to_be(life(1), 0, "sent", 2), Ok(()));
    assert_eq!(lane.is_said_to_be(life(1), 1, "queued", 2), Ok(()), "at the edge");
    complains(lane.is_said_to_be(life(1), 0, "queued", 2), Kind::Unearned, "younger ones");
    complains(lane.is_said_to_be(life(1), 1, "failed", 2), Kind::Unearned, "failed");
}
