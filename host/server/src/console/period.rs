//! The period that a page shows: today, the last days, or a range of days, in the
//! time zone of who looks.

use time::format_description::well_known::Iso8601;
use time::{Date, Duration};
use url::form_urlencoded::Serializer;

use super::frame::Frame;

/// Which days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Span {
    Today,
    Week,
    Month,
    /// From the first to the last that is known.
    All,
    /// From a day to a day.
    Range,
}

impl Span {
    /// How URLs call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::All => "all",
            Self::Range => "range",
        }
    }

    /// The text that names it.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Today => "period-today",
            Self::Week => "period-week",
            Self::Month => "period-month",
            Self::All => "period-all",
            Self::Range => "period-range",
        }
    }

    fn by_name(name: &str) -> Option<Self> {
        let all = [Self::Today, Self::Week, Self::Month, Self::All, Self::Range];
        all.into_iter().find(|span| span.name() == name)
    }

    /// How many days before today it begins.
    fn days_before(self) -> Option<i64> {
        match self {
            Self::Today => Some(0),
            Self::Week => Some(6),
            Self::Month => Some(29),
            Self::All | Self::Range => None,
        }
    }
}

/// A period. Its days are as they were typed: what they mean is for who reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) span: Span,
    /// The first day, `2026-11-23`; may be empty.
    pub(super) from: String,
    /// The last day, which is in it; may be empty.
    pub(super) to: String,
    /// A form says the same days as the span does, so there is a shorter URL.
    pub(super) is_wordy: bool,
}

impl Period {
    /// What a page was asked for: its `period`, `from` and `to`.
    pub(super) fn read(
        (period, from, to): (Option<&str>, Option<&str>, Option<&str>),
        default: Span,
        today: Date,
    ) -> Self {
        let given =
            |day: Option<&str>| day.map(str::trim).filter(|day| !day.is_empty()).map(str::to_owned);
        let (from, to) = (given(from), given(to));
        let is_given = from.is_some() || to.is_some();
        let named = period.and_then(Span::by_name);
        let span = named.unwrap_or(if is_given { Span::Range } else { default });
        let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
        let first = span.days_before().map(|days| today.saturating_sub(Duration::days(days)));
        match first.map(|first| (first.to_string(), today.to_string())) {
            // The fields of a form were filled in with the days of the span, and changed.
            Some(days) if is_given && (&from, &to) != (&days.0, &days.1) => {
                Self { span: Span::Range, from, to, is_wordy: false }
            }
            Some((first, last)) => Self { span, from: first, to: last, is_wordy: is_given },
            None if span == Span::All && !is_given => Self { span, from, to, is_wordy: false },
            None => Self { span: Span::Range, from, to, is_wordy: false },
        }
    }

    /// As the API takes it: `from`, and `to`, which is not in it.
    pub(super) fn asked(&self) -> (Option<String>, Option<String>) {
        let given = |day: &String| (!day.is_empty()).then(|| day.clone());
        let after =
            |day: String| match Date::parse(&day, &Iso8601::DATE).ok().and_then(Date::next_day) {
                // The parser of days takes times as well.
                Some(next) if day.len() == "2026-03-01".len() => next.to_string(),
                _ => day,
            };
        (given(&self.from), given(&self.to).map(after))
    }

    /// The same page with another span, or with this period where it is `None`.
    pub(super) fn link(&self, page: &str, span: Option<Span>, others: &[(&str, &str)]) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("period", span.unwrap_or(self.span).name());
        if span.unwrap_or(self.span) == Span::Range {
            query.append_pair("from", &self.from).append_pair("to", &self.to);
        }
        query.extend_pairs(others.iter().filter(|(_, value)| !value.is_empty()));
        format!("{page}?{}", query.finish())
    }

    /// The spans to choose from, each with its link and whether it is this one.
    pub(super) fn choices(
        &self,
        at: &Frame,
        page: &str,
        spans: &[Span],
        others: &[(&str, &str)],
    ) -> Vec<(String, String, bool)> {
        let choice = |span: &Span| {
            (
                at.say(span.key()).to_string(),
                self.link(page, Some(*span), others),
                self.span == *span,
            )
        };
        spans.iter().map(choice).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use time::Month;

    use super::*;

    fn read(period: Option<&str>, from: Option<&str>, to: Option<&str>) -> Period {
        let today = Date::from_calendar_date(2026, Month::March, 2).unwrap();
        Period::read((period, from, to), Span::Week, today)
    }

    fn days(period: &Period) -> (Span, &str, &str) {
        (period.span, &period.from, &period.to)
    }

    #[test]
    fn spans_end_today_and_ranges_where_they_say() {
        for (asked, expected) in [
            ((None, None, None), (Span::Week, "2026-02-24", "2026-03-02")),
            ((Some("nonsense"), None, None), (Span::Week, "2026-02-24", "2026-03-02")),
            ((Some("today"), None, None), (Span::Today, "2026-03-02", "2026-03-02")),
            ((Some("30d"), Some(""), Some(" ")), (Span::Month, "2026-02-01", "2026-03-02")),
            ((Some("all"), None, None), (Span::All, "", "")),
            ((Some("all"), Some("2026-01-01"), None), (Span::Range, "2026-01-01", "")),
            ((None, Some("2026-01-01"), None), (Span::Range, "2026-01-01", "")),
            // A form whose days somebody has changed, and one whose days are the span's.
            (
                (Some("today"), Some("2026-03-01"), Some("2026-03-02")),
                (Span::Range, "2026-03-01", "2026-03-02"),
            ),
            (
                (Some("today"), Some("2026-03-02"), Some("2026-03-02")),
                (Span::Today, "2026-03-02", "2026-03-02"),
            ),
        ] {
            let period = read(asked.0, asked.1, asked.2);
            assert_eq!(days(&period), expected, "{asked:?}");
        }
        assert!(read(Some("today"), Some("2026-03-02"), Some("2026-03-02")).is_wordy);
        assert!(!read(Some("today"), None, None).is_wordy);
    }

    #[test]
    fn the_last_day_is_in_it() {
        let asked = |from, to| read(Some("range"), Some(from), Some(to)).asked();
        assert_eq!(
            asked("2026-02-01", "2026-02-28"),
            (Some("2026-02-01".into()), Some("2026-03-01".into()))
        );
        // What is no day is told by who reads it.
        assert_eq!(asked("", "soon"), (None, Some("soon".into())));
        assert_eq!(asked("", "2026-02-28T10:00:00Z").1.unwrap(), "2026-02-28T10:00:00Z");
        assert_eq!(asked("", "9999-12-31").1.unwrap(), "9999-12-31");
    }

    #[test]
    fn links_say_what_was_chosen() {
        let range = read(None, Some("2026-01-01"), Some("2026-01-31"));
        assert_eq!(
            range.link("/dashboard", None, &[("channel", "a&b"), ("flow", "")]),
            "/dashboard?period=range&from=2026-01-01&to=2026-01-31&channel=a%26b"
        );
        assert_eq!(range.link("/x", Some(Span::Week), &[]), "/x?period=7d");
    }
}
