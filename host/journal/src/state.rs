//! How a message to a chat moves from state to state: forward only.

use eclusa_model::{DeliveryError, DeliveryState, Problem};

use crate::MessageState;

impl MessageState {
    /// Its name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mapped => "mapped",
            Self::Pushed => "pushed",
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
        }
    }

    /// Whether news of `next` changes anything: what a chat took, delivered or
    /// showed cannot become less, and what failed stays so. A message that
    /// reached the person's device has not failed, whatever is said later.
    pub(crate) fn moves_to(self, next: Self) -> bool {
        match (self, next) {
            (Self::Failed | Self::Read, _) | (Self::Delivered, Self::Failed) => false,
            (_, Self::Failed) => true,
            (from, to) => rank(from) < rank(to),
        }
    }
}

fn rank(state: MessageState) -> u8 {
    match state {
        MessageState::Mapped | MessageState::Queued => 0,
        MessageState::Pushed | MessageState::Sent => 1,
        MessageState::Delivered => 2,
        MessageState::Read => 3,
        MessageState::Failed => 4,
    }
}

impl From<DeliveryState> for MessageState {
    fn from(state: DeliveryState) -> Self {
        match state {
            DeliveryState::Sent => Self::Sent,
            DeliveryState::Delivered => Self::Delivered,
            DeliveryState::Read => Self::Read,
            DeliveryState::Failed => Self::Failed,
        }
    }
}

/// The problem that a status of a failed message tells.
pub(crate) fn status_problem(state: DeliveryState, errors: &[DeliveryError]) -> Option<Problem> {
    if state != DeliveryState::Failed {
        return None;
    }
    let words: Vec<String> = errors.iter().map(error_words).collect();
    let message = if words.is_empty() {
        "the chat reports that the message failed, and does not say why".to_owned()
    } else {
        format!("the chat reports that the message failed: {}", words.join("; "))
    };
    Some(Problem::refused("delivery_failed", message))
}

fn error_words(error: &DeliveryError) -> String {
    let DeliveryError { code, message, details } = error;
    match details {
        Some(details) => format!("{code} {message} ({details})"),
        None => format!("{code} {message}"),
    }
}
