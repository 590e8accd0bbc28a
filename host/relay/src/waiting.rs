//! Why conversations wait, in the words in which people are told.

use eclusa_journal::{Journal, Target, accepted_at_ms, rfc3339};
use eclusa_model::Problem;
use serde::Serialize;

use crate::dispatcher::{LaneView, Why};
use crate::secrets::Scrubber;

/// Some lanes, and where to go on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WaitingPage {
    /// The lanes.
    pub lanes: Vec<WaitingLane>,
    /// Where the next page begins; `None` after the last one.
    pub next: Option<usize>,
}

/// What waits in one lane, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WaitingLane {
    /// `chat` for messages to the chat, `platform` for events to the platform.
    pub target: Target,
    /// The chat's id of the thread; empty for events that belong to none.
    pub conversation: String,
    /// How many wait, the first one included.
    pub waiting: usize,
    /// Id of the first message or event.
    pub message: String,
    /// When the first one was accepted, RFC 3339.
    pub since: String,
    /// Why the first one does not go out.
    pub reason: WaitingReason,
}

/// Why a delivery does not go out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WaitingReason {
    /// `in_flight`, `ready`, `retry`, `paced`, `concurrency`, `breaker_open`,
    /// `paused`, `held`, `adapter_missing` or `no_platform`.
    pub code: &'static str,
    /// What to do.
    pub action: &'static str,
    /// The next attempt, RFC 3339, where the time is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<String>,
    /// The host that is not spoken to, with its port; `[secret NAME]` stands for a
    /// secret in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// What went wrong at the last attempt, of a message to a chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

impl WaitingLane {
    /// A lane in words; `scrubber` is its channel's, `None` where that was deleted, and
    /// `at` says which time of day a time of the view is.
    pub(crate) async fn new(
        view: LaneView,
        journal: &dyn Journal,
        scrubber: Option<&Scrubber>,
        at: impl Fn(i64) -> String,
    ) -> Self {
        let message = journal.public_id(view.head);
        let target = view.lane.target;
        let problem = match (&view.why, target) {
            (
                Why::Retry { .. } | Why::BreakerOpen { .. } | Why::Held | Why::Paused,
                Target::Chat,
            ) => last_problem(journal, &message).await,
            _ => None,
        };
        let (code, action) = words(&view.why, target, problem.is_some());
        let (next_attempt_at, host) = match view.why {
            Why::Retry { at_ms } => (Some(at(at_ms)), None),
            Why::BreakerOpen { host, until_ms } => {
                let shown = scrubber.map(|scrubber| scrubber.naming_host(host.to_string()));
                (until_ms.map(at), shown)
            }
            _ => (None, None),
        };
        Self {
            target,
            conversation: view.lane.conversation,
            waiting: view.waiting,
            message,
            since: rfc3339(accepted_at_ms(view.head)),
            reason: WaitingReason { code, action, next_attempt_at, host, problem },
        }
    }
}

/// What went wrong at the last attempt. Where it cannot be read, the rest of the answer
/// is still right.
async fn last_problem(journal: &dyn Journal, message: &str) -> Option<Problem> {
    let record = journal.message(message.to_owned()).await.ok().flatten();
    record.and_then(|mut record| record.attempts.pop()).and_then(|attempt| attempt.problem)
}

/// The one table of reasons: code, and what to do.
fn words(why: &Why, target: Target, problem: bool) -> (&'static str, &'static str) {
    match (why, target) {
        (Why::InFlight, _) => ("in_flight", "Nothing: it is being handed on."),
        (Why::Ready, _) => ("ready", "Nothing: its turn is next."),
        (Why::Retry { .. }, _) if problem => {
            ("retry", "See `problem`; the next attempt comes by itself at `next_attempt_at`.")
        }
        (Why::Retry { .. }, Target::Chat) => {
            ("retry", "See the log; the next attempt comes by itself at `next_attempt_at`.")
        }
        (Why::Retry { .. }, Target::Platform) => (
            "retry",
            "Check that the platform takes events; the next attempt comes by itself at \
             `next_attempt_at`.",
        ),
        (Why::Paced, _) => {
            ("paced", "Nothing, or raise the channel's `delivery.pace` where the chat takes more.")
        }
        (Why::Concurrency, Target::Chat) => (
            "concurrency",
            "Nothing, or raise the channel's `delivery.concurrent`, or \
             `delivery.concurrent_per_destination` and `delivery.concurrent` of the configuration.",
        ),
        (Why::Concurrency, Target::Platform) => (
            "concurrency",
            "Nothing, or raise `delivery.concurrent_per_destination` and `delivery.concurrent` of \
             the configuration.",
        ),
        (Why::BreakerOpen { .. }, _) => (
            "breaker_open",
            "Check why the host fails; it is tried again by itself at `next_attempt_at`.",
        ),
        (Why::Paused, Target::Chat) => (
            "paused",
            "See why in the channel's `paused`, then resume: `eclusa channel resume ID`.",
        ),
        (Why::Paused, Target::Platform) => {
            ("paused", "See why by `eclusa platform show`, then resume: `eclusa platform resume`.")
        }
        (Why::Held, _) => ("held", "Redrive or discard the dead letter at its head."),
        (Why::AdapterMissing, _) => {
            ("adapter_missing", "Deploy the adapter that the channel names.")
        }
        (Why::NoPlatform, _) => {
            ("no_platform", "Configure `platform.url` and `platform.secret`, and restart.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An action for the platform names nothing of a channel, and the other way round.
    #[test]
    fn an_action_is_about_what_is_spoken_to() {
        let retry = Why::Retry { at_ms: 0 };
        let open = Why::BreakerOpen { host: "chat.example:443".into(), until_ms: None };
        let all =
            [Why::InFlight, Why::Ready, retry, Why::Concurrency, open, Why::Paused, Why::Held];
        for why in all {
            let (code, action) = words(&why, Target::Platform, false);
            assert!(!action.contains("channel"), "{action}");
            let (same, action) = words(&why, Target::Chat, false);
            assert!(code == same && !action.contains("platform"), "{action}");
            // Nothing points to what is not there.
            assert!(!action.contains("`problem`"), "{action}");
        }
        assert!(words(&Why::Retry { at_ms: 0 }, Target::Chat, true).1.contains("`problem`"));
        assert!(words(&Why::Paused, Target::Platform, false).1.contains("eclusa platform resume"));
        for target in [Target::Chat, Target::Platform] {
            let (_, action) = words(&Why::Concurrency, target, false);
            assert!(action.contains("`delivery.concurrent_per_destination`"), "{action}");
        }
    }
}
