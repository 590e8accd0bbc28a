//! Why conversations wait, in the words in which people are told.

use eclusa_journal::{Journal, Target, accepted_at_ms, rfc3339};
use eclusa_model::Problem;
use serde::Serialize;

use crate::dispatcher::{LaneView, Why};

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
    /// The host that is not spoken to, with its port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// What went wrong at the last attempt, of a message to a chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

impl WaitingLane {
    pub(crate) async fn new(
        view: LaneView,
        journal: &dyn Journal,
        at: impl Fn(i64) -> String,
    ) -> Self {
        let message = journal.public_id(view.head);
        let target = view.lane.target;
        let (code, action) = words(&view.why);
        let mut reason =
            WaitingReason { code, action, next_attempt_at: None, host: None, problem: None };
        match view.why {
            Why::Retry { at_ms } => reason.next_attempt_at = Some(at(at_ms)),
            Why::BreakerOpen { host, until_ms } => {
                reason.host = Some(host.to_string());
                reason.next_attempt_at = until_ms.map(at);
            }
            _ => {}
        }
        let tried = matches!(code, "retry" | "breaker_open" | "held" | "paused");
        if tried && target == Target::Chat {
            // Without it the answer is still right.
            let record = journal.message(message.clone()).await.ok().flatten();
            reason.problem = record
                .and_then(|mut record| record.attempts.pop())
                .and_then(|attempt| attempt.problem);
        }
        Self {
            target,
            conversation: view.lane.conversation,
            waiting: view.waiting,
            message,
            since: rfc3339(accepted_at_ms(view.head)),
            reason,
        }
    }
}

/// The one table of reasons: code, and what to do.
fn words(why: &Why) -> (&'static str, &'static str) {
    match why {
        Why::InFlight => ("in_flight", "Nothing: it is being handed on."),
        Why::Ready => ("ready", "Nothing: its turn is next."),
        Why::Retry { .. } => {
            ("retry", "See `problem`; the next attempt comes by itself at `next_attempt_at`.")
        }
        Why::Paced => {
            ("paced", "Nothing, or raise the channel's `delivery.pace` where the chat takes more.")
        }
        Why::Concurrency => (
            "concurrency",
            "Nothing, or raise the channel's `delivery.concurrent`, or `delivery.concurrent` of \
             the configuration.",
        ),
        Why::BreakerOpen { .. } => (
            "breaker_open",
            "Check why the host fails; it is tried again by itself at `next_attempt_at`.",
        ),
        Why::Paused => (
            "paused",
            "See why in the channel's `paused`, then resume: `eclusa channel resume ID`.",
        ),
        Why::Held => ("held", "Redrive or discard the dead letter at its head."),
        Why::AdapterMissing => ("adapter_missing", "Deploy the adapter that the channel names."),
        Why::NoPlatform => {
            ("no_platform", "Configure `platform.url` and `platform.secret`, and restart.")
        }
    }
}
