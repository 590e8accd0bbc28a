//! Error objects of WhatsApp.

use std::fmt;

use eclusa_adapter_sdk::prelude::*;

/// An error as it stands in webhooks and in answers of the Graph API.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ChatError {
    /// Meta's code, digit for digit.
    pub(crate) code: String,
    /// What it is called.
    pub(crate) title: String,
    /// What exactly happened.
    pub(crate) details: Option<String>,
}

impl ChatError {
    /// Reads an error object. Nothing in it is certain, so nothing is required.
    pub(crate) fn read(node: Node<'_>) -> Self {
        let text = |path: &[&str]| {
            node.find(path).and_then(|node| node.string().ok()).filter(|text| !text.is_empty())
        };
        let title = text(&["title"]);
        let message = text(&["message"]);
        let details = text(&["error_data", "details"]).or_else(|| text(&["details"]));
        Self {
            code: node.get("code").and_then(|code| code.id().ok()).unwrap_or_default(),
            // Since version 16 title and message are the same.
            details: details
                .or_else(|| message.clone().filter(|_| title.is_some() && title != message)),
            title: title.or(message).unwrap_or_default(),
        }
    }

    /// All errors of a list, which may be absent.
    pub(crate) fn list(node: Node<'_>) -> Vec<Self> {
        node.list("errors").unwrap_or_default().into_iter().map(Self::read).collect()
    }
}

impl fmt::Display for ChatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = if self.title.is_empty() { "an error" } else { &self.title };
        f.write_str(title)?;
        if !self.code.is_empty() {
            write!(f, " (code {})", self.code)?;
        }
        match &self.details {
            Some(details) if *details != self.title => write!(f, ": {details}"),
            _ => Ok(()),
        }
    }
}

impl From<ChatError> for DeliveryError {
    fn from(error: ChatError) -> Self {
        Self { code: error.code, message: error.title, details: error.details }
    }
}
