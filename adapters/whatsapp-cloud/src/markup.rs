//! Markup as WhatsApp writes it: `*bold*`, `_italic_`, `~struck~`, `` `code` ``.

use eclusa_adapter_sdk::prelude::*;

use crate::{markup_html, markup_markdown};

/// A text in WhatsApp's marks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Marked {
    /// The text.
    pub(crate) text: String,
    /// Something in it could not be said in WhatsApp's marks.
    pub(crate) lossy: bool,
}

impl Marked {
    /// Adds a link: WhatsApp has no text over an address, so both are shown.
    pub(crate) fn link(&mut self, label: &str, address: &str) {
        if label.is_empty() || label == address {
            self.text.push_str(address);
        } else {
            self.text.push_str(&format!("{label} ({address})"));
            self.lossy = true;
        }
    }
}

/// Rewrites a text. WhatsApp has no way to escape its marks, so a plain text
/// stays as it is.
pub(crate) fn write(text: &Text) -> Marked {
    match text.markup {
        Markup::Plain => Marked { text: text.body.clone(), lossy: false },
        Markup::Markdown => markup_markdown::write(&text.body),
        Markup::Html => markup_html::write(&text.body),
    }
}
