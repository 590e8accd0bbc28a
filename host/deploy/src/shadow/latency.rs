//! How long guests took.

use std::time::Duration;

use eclusa_journal::registry::Latency;

/// Of more calls than this, the first is a warm-up that is not counted.
const WITHOUT_WARM_UP: usize = 10;

/// Guest time of calls in their order; `None` where there are none.
pub(super) fn latency(durations: &[Duration]) -> Option<Latency> {
    let counted = match durations.split_first() {
        Some((_, rest)) if durations.len() > WITHOUT_WARM_UP => rest,
        _ => durations,
    };
    let mut sorted = counted.to_vec();
    sorted.sort_unstable();
    let longest = sorted.last()?;
    // The smallest that so many of 100 do not exceed.
    let percentile = |percent: usize| {
        let rank = (sorted.len() * percent).div_ceil(100);
        sorted.get(rank.saturating_sub(1)).unwrap_or(longest)
    };
    Some(Latency {
        calls: u32::try_from(sorted.len()).unwrap_or(u32::MAX),
        p50_us: micros(*percentile(50)),
        p95_us: micros(*percentile(95)),
        max_us: micros(*longest),
    })
}

/// Microseconds to a tenth.
fn micros(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e7).round() / 10.0
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::latency;

    fn millis(times: impl IntoIterator<Item = u64>) -> Vec<Duration> {
        times.into_iter().map(Duration::from_millis).collect()
    }

    #[test]
    fn percentiles_are_times_that_were_measured() {
        assert_eq!(latency(&[]), None);
        let one = latency(&[Duration::from_nanos(1_234_567)]).unwrap();
        assert_eq!((one.calls, one.p50_us, one.p95_us, one.max_us), (1, 1234.6, 1234.6, 1234.6));
        let ten = latency(&millis((1..=10).rev())).unwrap();
        assert_eq!((ten.calls, ten.p50_us, ten.p95_us, ten.max_us), (10, 5e3, 10e3, 10e3));
    }

    #[test]
    fn the_first_of_many_is_a_warm_up() {
        let many = latency(&millis([900].into_iter().chain(1..=100))).unwrap();
        assert_eq!((many.calls, many.p50_us, many.p95_us, many.max_us), (100, 50e3, 95e3, 100e3));
        let few = latency(&millis([900, 1, 2])).unwrap();
        assert_eq!((few.calls, few.max_us), (3, 900e3));
    }
}
