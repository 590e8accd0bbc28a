//! Which destinations are paused, and which are to be: no I/O, and the time is
//! passed in.

use std::collections::{BTreeMap, HashMap};

use eclusa_journal::{Destination, Pause};

/// First and longest time between two probes of a destination that the host has
/// paused.
const PROBES_MS: (i64, i64) = (60_000, 3_600_000);

/// The next probe after one that did not go out.
const PROBE_AGAIN_MS: i64 = 30_000;

/// When a destination is paused without a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PausePolicy {
    /// After so many dead letters in a row, with no success between them; 0:
    /// never.
    pub letters: u32,
    /// And only where the first and the last of them are so far apart, in
    /// milliseconds.
    pub over_ms: i64,
}

impl Default for PausePolicy {
    fn default() -> Self {
        Self { letters: 20, over_ms: 60_000 }
    }
}

/// What came of a job, as far as its destination is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It was taken.
    Taken,
    /// It failed, and is made again.
    Failed,
    /// It became a dead letter.
    Dead,
    /// The destination says that it takes nothing any more.
    Gone,
    /// It did not go out, or nothing of it says something about the destination.
    Nothing,
}

/// What follows for a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// It is to be paused.
    Pause { code: &'static str, reason: String },
    /// It takes messages again.
    Resume,
    /// It stays paused; another probe at this time.
    Probe { at_ms: i64 },
}

/// A pause that stands.
#[derive(Debug)]
struct Standing {
    pause: Pause,
    /// `None` where a person has paused it.
    probes: Option<Probes>,
}

/// How it is found out whether a pause is over.
#[derive(Debug, Clone, Copy)]
struct Probes {
    /// What goes out from this time on is the next one. What went out before it says
    /// nothing new: it was under way already when the pause began.
    next_at_ms: i64,
    /// How long after that the one behind it follows.
    every_ms: i64,
}

/// Dead letters in a row.
#[derive(Debug)]
struct Streak {
    letters: u32,
    since_ms: i64,
}

/// How all destinations do.
#[derive(Debug)]
pub(super) struct Healths {
    policy: PausePolicy,
    streaks: HashMap<Destination, Streak>,
    standing: HashMap<Destination, Standing>,
}

/// Who pauses by itself.
pub(super) const HOST: &str = "eclusa";

impl Healths {
    pub(super) fn new(policy: PausePolicy) -> Self {
        Self { policy, streaks: HashMap::new(), standing: HashMap::new() }
    }

    /// A job for a destination is over, which went out at `started_ms`.
    pub(super) fn ended(
        &mut self,
        destination: &Destination,
        verdict: Verdict,
        started_ms: i64,
        now_ms: i64,
    ) -> Option<Step> {
        if let Some(standing) = self.standing.get_mut(destination) {
            let probes = standing.probes.as_mut()?;
            if verdict == Verdict::Taken {
                return Some(Step::Resume);
            }
            if started_ms < probes.next_at_ms {
                return None;
            }
            let wait_ms = match verdict {
                Verdict::Nothing => PROBE_AGAIN_MS,
                Verdict::Taken | Verdict::Failed | Verdict::Dead | Verdict::Gone => {
                    let wait_ms = probes.every_ms;
                    probes.every_ms = wait_ms.saturating_mul(2).min(PROBES_MS.1);
                    wait_ms
                }
            };
            probes.next_at_ms = now_ms.saturating_add(wait_ms);
            return Some(Step::Probe { at_ms: probes.next_at_ms });
        }
        match verdict {
            Verdict::Nothing | Verdict::Failed => None,
            Verdict::Taken => {
                self.streaks.remove(destination);
                None
            }
            Verdict::Gone => Some(Step::Pause {
                code: "gone",
                reason: "the other side answered 410: it takes nothing any more".to_owned(),
            }),
            Verdict::Dead => self.dead(destination, now_ms),
        }
    }

    fn dead(&mut self, destination: &Destination, now_ms: i64) -> Option<Step> {
        let PausePolicy { letters: most, over_ms } = self.policy;
        let streak = self
            .streaks
            .entry(destination.clone())
            .or_insert(Streak { letters: 0, since_ms: now_ms });
        streak.letters = streak.letters.saturating_add(1);
        let enough =
            most > 0 && streak.letters >= most && now_ms.saturating_sub(streak.since_ms) >= over_ms;
        enough.then(|| Step::Pause {
            code: "failing",
            reason: format!("{} dead letters in a row, and nothing was taken", streak.letters),
        })
    }

    /// A pause stands. Returns when a probe is to be made.
    pub(super) fn paused(
        &mut self,
        destination: &Destination,
        pause: Pause,
        now_ms: i64,
    ) -> Option<i64> {
        self.streaks.remove(destination);
        let probes = (pause.by == HOST).then(|| Probes {
            next_at_ms: now_ms.saturating_add(PROBES_MS.0),
            every_ms: PROBES_MS.0,
        });
        self.standing.insert(destination.clone(), Standing { pause, probes });
        probes.map(|probes| probes.next_at_ms)
    }

    /// A destination takes messages again; whether it was paused.
    pub(super) fn resumed(&mut self, destination: &Destination) -> bool {
        self.streaks.remove(destination);
        self.standing.remove(destination).is_some()
    }

    /// All that stand.
    pub(super) fn pauses(&self) -> BTreeMap<Destination, Pause> {
        let pauses = self.standing.iter();
        pauses.map(|(to, standing)| (to.clone(), standing.pause.clone())).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn pause(by: &str) -> Pause {
        Pause {
            since: "2026-01-02T03:04:05Z".to_owned(),
            code: "gone".to_owned(),
            reason: "gone".to_owned(),
            by: by.to_owned(),
        }
    }

    fn sales() -> Destination {
        Destination::Chat { channel: "sales".to_owned() }
    }

    #[test]
    fn dead_letters_in_a_row_pause_only_over_some_time() {
        let policy = PausePolicy { letters: 3, over_ms: 1000 };
        let mut healths = Healths::new(policy);
        for now in 0..900 {
            assert_eq!(healths.ended(&sales(), Verdict::Dead, 0, now), None);
        }
        assert_eq!(healths.ended(&sales(), Verdict::Taken, 0, 950), None);
        for now in [1000, 1999] {
            assert_eq!(healths.ended(&sales(), Verdict::Dead, 0, now), None);
        }
        let Some(Step::Pause { code, .. }) = healths.ended(&sales(), Verdict::Dead, 0, 2000) else {
            panic!("not paused");
        };
        assert_eq!(code, "failing");
        assert_eq!(healths.ended(&Destination::Platform, Verdict::Dead, 0, 2000), None);
    }

    #[test]
    fn failures_that_are_retried_pause_nothing() {
        let mut healths = Healths::new(PausePolicy { letters: 1, over_ms: 0 });
        assert_eq!(healths.ended(&sales(), Verdict::Failed, 0, 0), None);
        let mut off = Healths::new(PausePolicy { letters: 0, over_ms: 0 });
        assert!((0..100).all(|now| off.ended(&sales(), Verdict::Dead, 0, now).is_none()));
    }

    #[test]
    fn probes_grow_rarer_and_a_success_resumes() {
        let mut healths = Healths::new(PausePolicy::default());
        let mut at_ms = healths.paused(&sales(), pause(HOST), 0).unwrap();
        let mut waits = vec![at_ms / 60_000];
        for _ in 0..8 {
            let now = at_ms;
            let Some(Step::Probe { at_ms: next }) =
                healths.ended(&sales(), Verdict::Gone, now, now)
            else {
                panic!("no probe");
            };
            waits.push((next - now) / 60_000);
            at_ms = next;
        }
        assert_eq!(waits, [1, 1, 2, 4, 8, 16, 32, 60, 60]);
        let again = healths.ended(&sales(), Verdict::Nothing, at_ms, at_ms);
        assert_eq!(again, Some(Step::Probe { at_ms: at_ms + 30_000 }));
        assert_eq!(healths.ended(&sales(), Verdict::Taken, at_ms, at_ms), Some(Step::Resume));
    }

    #[test]
    fn what_was_under_way_when_the_pause_began_is_no_probe() {
        let mut healths = Healths::new(PausePolicy::default());
        assert_eq!(healths.paused(&sales(), pause(HOST), 0), Some(60_000));
        for verdict in [Verdict::Gone, Verdict::Dead, Verdict::Failed, Verdict::Nothing] {
            for _ in 0..10 {
                assert_eq!(healths.ended(&sales(), verdict, 0, 10), None, "{verdict:?}");
            }
        }
        // One that takes so long that it ends after the probe was due.
        assert_eq!(healths.ended(&sales(), Verdict::Gone, 0, 70_000), None);
        let probed = healths.ended(&sales(), Verdict::Gone, 70_000, 70_010);
        assert_eq!(probed, Some(Step::Probe { at_ms: 130_010 }));
        // The other side took something, whenever that went out.
        assert_eq!(healths.ended(&sales(), Verdict::Taken, 0, 80_000), Some(Step::Resume));
    }

    #[test]
    fn what_a_person_paused_only_a_person_resumes() {
        let mut healths = Healths::new(PausePolicy::default());
        assert_eq!(healths.paused(&sales(), pause("admin"), 0), None);
        assert_eq!(healths.ended(&sales(), Verdict::Taken, 1, 1), None);
        assert_eq!(healths.pauses().get(&sales()), Some(&pause("admin")));
        assert!(healths.resumed(&sales()));
        assert!(!healths.resumed(&sales()));
    }
}
