//! What became of one channel's recorded traffic, as a table of numbers.

use eclusa_journal::registry::{ChannelShadow, Comparison, Latency};

use crate::cli::output::Style;
use crate::cli::words;

const TITLES: [&str; 6] =
    ["inputs", "identical", "changed", "newly failing", "repaired", "failing in both"];

/// A candidate that takes so many times as long, and so long, is pointed out.
const SLOWER: f64 = 2.0;
const SLOW_US: f64 = 1_000.0;

type Paint = fn(Style, &str) -> String;

/// A row for each call of the contract that was compared, below the channel's id.
pub(super) fn table(shadow: &ChannelShadow, style: Style) -> Vec<String> {
    let rows = [("receive", &shadow.receive), ("send", &shadow.send), ("settle", &shadow.settle)];
    let rows: Vec<_> = rows.into_iter().filter(|(_, it)| it.total > 0).collect();
    let width = shadow.channel.chars().count().max("  receive".len());
    let channel = style.bold(&format!("{:<width$}", shadow.channel));
    if rows.is_empty() {
        return vec![format!("{channel}  no traffic is recorded")];
    }
    let p50 = column("guest p50", rows.iter().map(|(_, it)| times(it, |it| it.p50_us)));
    let p95 = column("guest p95", rows.iter().map(|(_, it)| times(it, |it| it.p95_us)));
    let mut times = p50.into_iter().zip(p95).map(|(p50, p95)| format!("{p50}  {p95}"));
    let title = format!("{}    {}", TITLES.join("  "), times.next().unwrap_or_default());
    let mut lines = vec![format!("{channel}  {}", style.dim(title.trim_end()))];
    for ((call, comparison), times) in rows.into_iter().zip(times) {
        let label = format!("{:<width$}", format!("  {call}"));
        let times = if is_slower(comparison) { style.yellow(&times) } else { times };
        lines.push(format!("{label}  {}    {}", numbers(comparison, style), times.trim_end()));
    }
    lines
}

fn numbers(comparison: &Comparison, style: Style) -> String {
    let Comparison { total, identical, changed, new_failures, repaired_failures, failing, .. } =
        comparison;
    let plain = |_: Style, text: &str| text.to_owned();
    let cells: [(&u32, Paint); 6] = [
        (total, plain),
        (identical, plain),
        (changed, Style::yellow),
        (new_failures, Style::red),
        (repaired_failures, Style::green),
        (failing, plain),
    ];
    let cells = cells.iter().zip(TITLES).map(|((count, paint), title)| {
        let cell = format!("{count:>0$}", title.len());
        if **count == 0 { style.dim(&cell) } else { paint(style, &cell) }
    });
    cells.collect::<Vec<_>>().join("  ")
}

/// Cells of the same width below their title.
fn column(title: &str, cells: impl Iterator<Item = String>) -> Vec<String> {
    let cells: Vec<String> = std::iter::once(title.to_owned()).chain(cells).collect();
    let width = cells.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
    cells.into_iter().map(|cell| format!("{cell:<width$}")).collect()
}

/// Guest time in the revision that serves, and in the candidate.
fn times(comparison: &Comparison, percentile: impl Fn(&Latency) -> f64) -> String {
    match (&comparison.baseline_latency, &comparison.candidate_latency) {
        (Some(baseline), Some(candidate)) => format!(
            "{} → {}",
            words::micros(percentile(baseline)),
            words::micros(percentile(candidate))
        ),
        _ => String::new(),
    }
}

fn is_slower(comparison: &Comparison) -> bool {
    comparison.baseline_latency.zip(comparison.candidate_latency).is_some_and(
        |(baseline, candidate)| candidate.p95_us > (baseline.p95_us * SLOWER).max(SLOW_US),
    )
}

#[cfg(test)]
mod tests {
    use eclusa_journal::registry::{ChannelShadow, Comparison, Latency};

    use super::table;
    use crate::cli::output::Style;

    fn shadow(send_p95_us: f64) -> ChannelShadow {
        let latency = |p95_us| Some(Latency { calls: 9, p50_us: 31.4, p95_us, max_us: 1e9 });
        let receive = Comparison {
            total: 126,
            identical: 1,
            changed: 120,
            new_failures: 3,
            failing: 2,
            baseline_latency: latency(50.0),
            candidate_latency: latency(99.0),
            ..Comparison::default()
        };
        let send = Comparison {
            total: 7,
            identical: 7,
            baseline_latency: latency(50.0),
            candidate_latency: latency(send_p95_us),
            ..Comparison::default()
        };
        ChannelShadow {
            channel: "shop-br".to_owned(),
            receive,
            send,
            settle: Comparison::default(),
        }
    }

    #[test]
    fn numbers_stand_below_their_titles() {
        let table = table(&shadow(1_234.0), Style::fixed(false));
        assert_eq!(
            table,
            [
                "shop-br    inputs  identical  changed  newly failing  repaired  failing in both    \
                 guest p50      guest p95",
                "  receive     126          1      120              3         0                2    \
                 31 µs → 31 µs  50 µs → 99 µs",
                "  send          7          7        0              0         0                0    \
                 31 µs → 31 µs  50 µs → 1.2 ms",
            ]
        );
    }

    #[test]
    fn what_matters_is_coloured() {
        let lines = table(&shadow(1_001.0), Style::fixed(true));
        let receive = lines.get(1).map(String::as_str).unwrap_or_default();
        assert!(receive.contains("\u{1b}[33m    120\u{1b}[0m"), "{receive:?}");
        assert!(receive.contains("\u{1b}[1;31m            3\u{1b}[0m"), "{receive:?}");
        assert!(!receive.contains("\u{1b}[33m31"), "{receive:?}");
        let send = lines.get(2).map(String::as_str).unwrap_or_default();
        assert!(send.contains("\u{1b}[33m31"), "slow: {send:?}");
    }

    #[test]
    fn a_quiet_channel_says_so() {
        let none = Comparison::default;
        let quiet = ChannelShadow {
            channel: "quiet".to_owned(),
            receive: none(),
            send: none(),
            settle: none(),
        };
        assert_eq!(table(&quiet, Style::fixed(false)), ["quiet      no traffic is recorded"]);
    }
}
