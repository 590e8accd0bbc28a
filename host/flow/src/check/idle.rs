//! Reminders and idle closes.

use super::{Findings, texts};
use crate::document::{Idle, IdleStep};
use crate::limits::MOST_SECONDS;

pub(super) fn check(idle: &Idle, found: &mut Findings) {
    let Idle { reminder, close } = idle;
    if let Some(reminder) = reminder {
        seconds("/idle/reminder/after_seconds", reminder, found);
        let why = "a reminder says something";
        texts::needed("/idle/reminder/contents", &reminder.contents, why, found);
    }
    if let Some(close) = close {
        seconds("/idle/close/after_seconds", close, found);
        texts::contents("/idle/close/contents", &close.contents, found);
    }
    if let (Some(reminder), Some(close)) = (reminder, close)
        && close.after_seconds <= reminder.after_seconds
    {
        found.error(
            "/idle/close/after_seconds",
            "close_before_reminder",
            "the attendance would end before the contact is reminded, or with that",
            "Let it end later than the reminder, or leave the reminder out.",
        );
    }
    if reminder.is_none() && close.is_none() {
        found.warning(
            "/idle",
            "idle_without_effect",
            "it says neither a reminder nor a close, so nothing happens",
            "Write one of them, or leave `idle` out.",
        );
    }
}

fn seconds(pointer: &str, step: &IdleStep, found: &mut Findings) {
    if !(1..=MOST_SECONDS).contains(&step.after_seconds) {
        let message = format!("expected 1 to {MOST_SECONDS} seconds (30 days)");
        found.error(pointer, "invalid_seconds", message, "Correct the number of seconds.");
    }
}
