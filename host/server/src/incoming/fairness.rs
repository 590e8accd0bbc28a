//! Who may have more of what all share.

/// Whether somebody who holds `held` may have `more` of `all`, of which `taken`
/// are taken by everybody together.
///
/// Nobody may hold more than what is left free (the dynamic threshold of
/// Choudhury and Hahne, for buffers that ports of a switch share). One alone gets
/// half; `n` who take all that they can get have the same share each and leave one
/// such share free, so whoever comes then finds room.
pub(super) fn may_have(held: usize, more: usize, taken: usize, all: usize) -> bool {
    held.saturating_add(more) <= all.saturating_sub(taken)
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    /// What so many have in the end who take all that they can get, in turns.
    fn greedy(count: usize, all: usize) -> Vec<usize> {
        let mut held = vec![0; count];
        loop {
            let before = held.clone();
            for index in 0..count {
                let taken = held.iter().sum();
                if may_have(held[index], 1, taken, all) {
                    held[index] += 1;
                }
            }
            if held == before {
                return held;
            }
        }
    }

    #[test]
    fn one_alone_gets_half_and_however_many_leave_a_share() {
        assert_eq!(greedy(1, 1024), [512]);
        assert_eq!(greedy(1, 4), [2]);
        assert_eq!(greedy(1, 2), [1]);
        for count in 1..40 {
            let held = greedy(count, 1024);
            let share = 1024 / (count + 1);
            assert!(held.iter().all(|held| held.abs_diff(share) <= 1), "{count}: {held:?}");
            let free = 1024 - held.iter().sum::<usize>();
            assert!(free >= share, "{count}: {free} are free");
        }
    }

    #[test]
    fn who_came_first_gets_no_more_back_than_there_is() {
        // It holds half, then others come: it gets nothing more until they go.
        assert!(!may_have(500, 1, 600, 1000));
        assert!(may_have(0, 1, 999, 1000));
        assert!(!may_have(0, 1, 1000, 1000));
        assert!(!may_have(usize::MAX, 1, 0, 1000));
        assert!(!may_have(0, 1, usize::MAX, 1000));
    }
}
