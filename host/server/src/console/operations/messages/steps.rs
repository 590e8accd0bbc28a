//! The way of a message as a small timeline: when each step began and how long it took.

use eclusa_journal::{Attempt, MessageRecord, MessageState, unix_ms};

use super::super::badge::Badge;
use super::super::words;
use crate::console::language::Language;

/// How wide the picture is.
const WIDTH: i64 = 1000;

/// The least that is seen of a step.
const LEAST: i64 = 6;

/// One step.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) badge: Badge,
    /// When it began, RFC 3339.
    pub(super) at: String,
    /// How long after the step before it; `None` for the first.
    pub(super) after: Option<String>,
    pub(super) took: Option<String>,
    /// More about it: a status, a code.
    pub(super) note: String,
    /// Where it stands in the picture, and how wide it is there.
    pub(super) bar: (i64, i64),
}

/// A step before its place is known.
struct Moment {
    badge: Badge,
    at: String,
    took_ms: i64,
    note: String,
}

/// All steps that are known, oldest first.
pub(super) fn steps(language: Language, record: &MessageRecord) -> Vec<Step> {
    let inbound = record.direction == "inbound";
    let first = Badge::new("", if inbound { "step-received" } else { "step-accepted" });
    let mut moments = vec![moment(first, &record.created_at)];
    moments.extend(record.attempts.iter().map(|attempt| tried(inbound, attempt)));
    let last = match record.state {
        MessageState::Delivered => Some(Badge::new("good", "step-delivered")),
        MessageState::Read => Some(Badge::new("good", "step-read")),
        MessageState::Failed => Some(Badge::new("bad", "step-failed")),
        MessageState::Mapped | MessageState::Pushed | MessageState::Queued | MessageState::Sent => {
            None
        }
    };
    moments.extend(last.map(|badge| moment(badge, &record.updated_at)));
    if let Some(next) = &record.next_attempt_at {
        moments.push(moment(Badge::new("warn", "step-next"), next));
    }
    placed(language, moments)
}

fn moment(badge: Badge, at: &str) -> Moment {
    Moment { badge, at: at.to_owned(), took_ms: 0, note: String::new() }
}

fn tried(inbound: bool, attempt: &Attempt) -> Moment {
    let badge = match (&attempt.problem, inbound) {
        (Some(_), _) => Badge::new("bad", "step-attempt-failed"),
        (None, true) => Badge::new("good", "step-pushed"),
        (None, false) => Badge::new("good", "step-sent"),
    };
    let status = attempt.status.map(|status| status.to_string());
    let code = attempt.problem.as_ref().map(|problem| problem.code.clone());
    let note: Vec<String> = status.into_iter().chain(code).collect();
    Moment {
        badge,
        at: attempt.started_at.clone(),
        took_ms: i64::try_from(attempt.duration_ms).unwrap_or(i64::MAX),
        note: note.join(" · "),
    }
}

fn placed(language: Language, moments: Vec<Moment>) -> Vec<Step> {
    let begun = |moment: &Moment| unix_ms(&moment.at).unwrap_or_default();
    let first = moments.first().map(begun).unwrap_or_default();
    let end = moments.iter().map(|it| begun(it).saturating_add(it.took_ms)).max();
    let whole = end.unwrap_or_default().saturating_sub(first).max(1);
    let scaled = |ms: i64| i64::try_from(i128::from(ms) * i128::from(WIDTH) / i128::from(whole));
    let mut before = None;
    let mut steps = Vec::with_capacity(moments.len());
    for moment in moments {
        let at_ms = begun(&moment);
        let width = scaled(moment.took_ms).unwrap_or(WIDTH).clamp(LEAST, WIDTH);
        let from = scaled(at_ms.saturating_sub(first)).unwrap_or_default();
        let ms = |ms: i64| words::micros(language, ms.max(0) as f64 * 1000.0);
        steps.push(Step {
            after: before.map(|before: i64| ms(at_ms.saturating_sub(before))),
            took: (moment.took_ms > 0).then(|| ms(moment.took_ms)),
            bar: (from.clamp(0, WIDTH - width), width),
            badge: moment.badge,
            at: moment.at,
            note: moment.note,
        });
        before = Some(at_ms);
    }
    steps
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn at(at: &str, took_ms: i64) -> Moment {
        Moment { took_ms, ..moment(Badge::new("", "step-accepted"), at) }
    }

    #[test]
    fn steps_stand_where_they_were_and_none_leaves_the_picture() {
        let moments = vec![
            at("2026-03-01T12:00:00Z", 0),
            at("2026-03-01T12:00:01Z", 500),
            at("2026-03-01T12:00:10Z", 0),
            at("no time", i64::MAX),
        ];
        let steps = placed(Language::English, moments);
        assert!(steps.iter().all(|step| step.bar.0 >= 0 && step.bar.0 + step.bar.1 <= WIDTH));
        let steps = placed(
            Language::English,
            vec![at("2026-03-01T12:00:00Z", 0), at("2026-03-01T12:00:05Z", 5000)],
        );
        assert_eq!((steps[0].bar, steps[1].bar), ((0, LEAST), (500, 500)));
        assert_eq!(steps[1].after.as_deref(), Some("5.0 s"));
        assert_eq!(steps[0].after, None);
    }
}
