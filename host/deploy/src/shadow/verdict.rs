//! What follows from a comparison.

use eclusa_journal::registry::{Comparison, RollbackPolicy, ShadowReport};

/// Times of fewer calls than this say nothing. It is less than live traffic is
/// judged by (`latency_calls`), since recorded traffic is small, but here both
/// revisions got the same input in turns.
const FEWEST_CALLS: u32 = 20;

/// A candidate that is slower than the revision that serves.
#[derive(Debug, Clone, PartialEq)]
pub struct Slower {
    /// The channel's id.
    pub channel: String,
    /// `receive`, `send` or `settle`.
    pub what: &'static str,
    /// 95 of 100 calls of the revision that serves took at most so long.
    pub baseline_p95_us: f64,
    /// 95 of 100 calls of the candidate took at most so long.
    pub candidate_p95_us: f64,
}

/// Where a candidate is slower than an adapter's policy allows: its 95th
/// percentile of guest time is more than `latency_factor` times that of the
/// revision that serves, and longer than `latency_floor_ms`. Only times of at
/// least 20 calls of both count. Where it is slower in several places, the worst
/// of them.
pub fn slower(report: &ShadowReport, rule: &RollbackPolicy) -> Option<Slower> {
    let found = report.channels.iter().flat_map(|shadow| {
        let parts =
            [("receive", &shadow.receive), ("send", &shadow.send), ("settle", &shadow.settle)];
        parts.into_iter().filter_map(|(what, it)| {
            let (baseline_p95_us, candidate_p95_us) = too_slow(it, rule)?;
            let channel = shadow.channel.clone();
            Some(Slower { channel, what, baseline_p95_us, candidate_p95_us })
        })
    });
    found.max_by(|one, other| {
        let factor = |it: &Slower| it.candidate_p95_us / it.baseline_p95_us;
        factor(one).total_cmp(&factor(other))
    })
}

fn too_slow(comparison: &Comparison, rule: &RollbackPolicy) -> Option<(f64, f64)> {
    let baseline = comparison.baseline_latency?;
    let candidate = comparison.candidate_latency?;
    let known = baseline.calls.min(candidate.calls) >= FEWEST_CALLS;
    let worse = candidate.p95_us > baseline.p95_us * rule.latency_factor
        && candidate.p95_us > rule.latency_floor_ms * 1_000.0;
    (known && worse).then_some((baseline.p95_us, candidate.p95_us))
}

#[cfg(test)]
mod tests {
    use eclusa_journal::registry::{
        ChannelShadow, Comparison, Latency, RollbackPolicy, ShadowReport,
    };

    use super::slower;

    fn compared(calls: u32, baseline_ms: f64, candidate_ms: f64) -> Comparison {
        let latency =
            |ms: f64| Some(Latency { calls, p50_us: 1.0, p95_us: ms * 1e3, max_us: ms * 1e4 });
        Comparison {
            total: calls,
            baseline_latency: latency(baseline_ms),
            candidate_latency: latency(candidate_ms),
            ..Comparison::default()
        }
    }

    fn report(parts: [Comparison; 3]) -> ShadowReport {
        let [receive, send, settle] = parts;
        let none = ChannelShadow {
            channel: "quiet".into(),
            receive: Comparison::default(),
            send: Comparison::default(),
            settle: Comparison::default(),
        };
        let busy = ChannelShadow { channel: "busy".into(), receive, send, settle };
        ShadowReport {
            baseline: "a".into(),
            candidate: "b".into(),
            compared_at: "2026-01-02T03:04:05Z".into(),
            channels: vec![none, busy],
        }
    }

    fn of_receive(calls: u32, baseline_ms: f64, candidate_ms: f64) -> bool {
        let receive = compared(calls, baseline_ms, candidate_ms);
        let report = report([receive, Comparison::default(), Comparison::default()]);
        slower(&report, &RollbackPolicy::default()).is_some()
    }

    #[test]
    fn it_takes_factor_floor_and_enough_calls() {
        assert!(of_receive(20, 4.0, 12.1));
        assert!(!of_receive(19, 4.0, 12.1), "too few calls");
        assert!(!of_receive(20, 4.0, 12.0), "not beyond the factor");
        assert!(!of_receive(20, 0.1, 2.0), "not beyond the floor");
        assert!(!of_receive(20, 40.0, 12.1), "it is faster");
    }

    #[test]
    fn the_worst_place_is_named() {
        let parts = [compared(50, 10.0, 40.0), compared(50, 1.0, 30.0), compared(50, 10.0, 31.0)];
        let found = slower(&report(parts), &RollbackPolicy::default()).unwrap();
        assert_eq!((found.channel.as_str(), found.what), ("busy", "send"));
        assert_eq!((found.baseline_p95_us, found.candidate_p95_us), (1e3, 30e3));
    }
}
