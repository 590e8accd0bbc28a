//! Medians and quantiles.

/// Latencies in milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Latencies(Vec<f64>);

impl Latencies {
    /// These, in any order.
    pub(crate) fn of(all: impl Iterator<Item = f64>) -> Self {
        let mut all: Vec<f64> = all.collect();
        all.sort_by(f64::total_cmp);
        Self(all)
    }

    /// These and those.
    pub(crate) fn and(self, others: Self) -> Self {
        Self::of(self.0.into_iter().chain(others.0))
    }

    /// The latency that so large a part of them stayed below.
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        let index = (last as f64 * part).round() as usize;
        self.0.get(index).copied().unwrap_or(f64::NAN)
    }

    /// The 99th percentile.
    pub(crate) fn p99(&self) -> f64 {
        self.quantile(0.99)
    }

    /// How many.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }
}

impl std::fmt::Display for Latencies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = |part| self.quantile(part);
        write!(f, "p50 {:.2} ms, p99 {:.2} ms, ", at(0.5), at(0.99))?;
        write!(f, "p99.9 {:.2} ms, longest {:.2} ms", at(0.999), at(1.0))
    }
}

/// The middle one of some values; of an even number the upper one.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_what_is_sorted() {
        let all = Latencies::of([3.0, 1.0].into_iter()).and(Latencies::of([2.0].into_iter()));
        assert_eq!((all.quantile(0.0), all.quantile(0.5), all.quantile(1.0)), (1.0, 2.0, 3.0));
        let hundred = Latencies::of((0..=100).map(f64::from));
        assert_eq!((hundred.p99(), hundred.count()), (99.0, 101));
        assert!(Latencies::of(std::iter::empty()).p99().is_nan());
    }

    #[test]
    fn the_median_needs_no_order() {
        assert_eq!(median([5.0, 1.0, 3.0]), 3.0);
        assert_eq!(median([4.0, 1.0, 3.0, 2.0]), 3.0);
    }
}
