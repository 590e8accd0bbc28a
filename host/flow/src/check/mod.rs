//! What is wrong with a flow, all of it at once.

mod hours;
mod idle;
mod menu;
mod texts;

use serde::Serialize;

use crate::FlowDocument;
use crate::limits::{LONGEST_NAME, LONGEST_QUEUE, MOST_BYTES};

/// What `/flows/…` and `/v1/flows/…` lead to otherwise.
const RESERVED: [&str; 3] = ["check", "new", "simulate"];

/// So many of a kind are told at most: nobody reads more at once.
const MOST_FINDINGS: usize = 100;

/// What was found in a flow.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Findings {
    /// With one of these it cannot be saved.
    pub errors: Vec<Finding>,
    /// What it says is allowed, and probably not meant.
    pub warnings: Vec<Finding>,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// JSON pointer into the flow.
    pub pointer: String,
    /// Stable, in snake case.
    pub code: &'static str,
    /// What is wrong, and why.
    pub message: String,
    /// What to do.
    pub action: String,
}

impl Findings {
    fn error(
        &mut self,
        pointer: impl Into<String>,
        code: &'static str,
        message: impl Into<String>,
        action: impl Into<String>,
    ) {
        self.errors.push(Finding::new(pointer.into(), code, message.into(), action.into()));
    }

    fn warning(
        &mut self,
        pointer: impl Into<String>,
        code: &'static str,
        message: impl Into<String>,
        action: impl Into<String>,
    ) {
        self.warnings.push(Finding::new(pointer.into(), code, message.into(), action.into()));
    }

    fn too_many(&mut self, pointer: &str, found: usize, most: usize, what: &str) {
        if found > most {
            let message = format!("{found} {what}, and {most} are the most");
            self.error(pointer, "too_many", message, format!("Leave at most {most}."));
        }
    }
}

impl Finding {
    fn new(pointer: String, code: &'static str, message: String, action: String) -> Self {
        Self { pointer, code, message, action }
    }
}

/// Tells all that is wrong with a flow.
pub fn check(document: &FlowDocument) -> Findings {
    let mut found = Findings::default();
    let FlowDocument { id, name, greeting, hours, menu, queue, idle, closing } = document;
    // A content that cannot be written as JSON cannot have been read from it.
    let bytes = serde_json::to_string(document).map_or(usize::MAX, |json| json.len());
    if bytes > MOST_BYTES {
        found.error(
            "",
            "flow_too_large",
            format!("the flow has {bytes} bytes, and {MOST_BYTES} are the most"),
            "Make texts shorter, or take menus out.",
        );
        // Whatever else is wrong would be a list of that size.
        return found;
    }
    if let Err(error) = eclusa_model::validate_channel_id(id) {
        found.error("/id", "invalid_id", error.to_string(), "Choose another id.");
    }
    if RESERVED.contains(&id.as_str()) {
        let message = "the id is that of a page or a call";
        found.error("/id", "invalid_id", message, "Choose another id.");
    }
    if name.trim().is_empty() || name.chars().count() > LONGEST_NAME {
        let message = format!("the name has not 1 to {LONGEST_NAME} characters");
        found.error("/name", "invalid_name", message, "Write what the flow is called.");
    }
    queue_name("/queue", queue.as_deref(), &mut found);
    texts::contents("/greeting", greeting, &mut found);
    texts::contents("/closing", closing, &mut found);
    if let Some(hours) = hours {
        hours::check(hours, menu.is_some(), &mut found);
    }
    if let Some(menu) = menu {
        menu::check(menu, &mut found);
    }
    if let Some(idle) = idle {
        idle::check(idle, &mut found);
    }
    found.errors.truncate(MOST_FINDINGS);
    found.warnings.truncate(MOST_FINDINGS);
    found
}

/// The name of a queue, as attendances take it.
fn queue_name(pointer: &str, queue: Option<&str>, found: &mut Findings) {
    let Some(queue) = queue else { return };
    let is_name = (1..=LONGEST_QUEUE).contains(&queue.len())
        && queue.trim() == queue
        && !queue.chars().any(char::is_control);
    if !is_name {
        let message = format!(
            "a queue's name has 1 to {LONGEST_QUEUE} bytes, no spaces around it and no control \
             characters"
        );
        let action = "Write the queue's name, or null for that of the flow.";
        found.error(pointer, "invalid_queue", message, action);
    }
}
