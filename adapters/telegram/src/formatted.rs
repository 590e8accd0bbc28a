//! Text with formatting in the HTML that Telegram takes: few elements, each of
//! them closed, all else escaped. Whatever comes in, Telegram can read it.

/// A formatted text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Formatted {
    /// For `parse_mode` `HTML`.
    pub(crate) html: String,
    /// Length without the markup, in UTF-16 units, as Telegram counts.
    pub(crate) length: usize,
    /// Some formatting has no counterpart in Telegram.
    pub(crate) lost: bool,
}

/// Length as Telegram counts it.
pub(crate) fn utf16_length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Writes formatted text.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    html: String,
    length: usize,
    open: Vec<&'static str>,
    /// Line breaks that come before the next text, if there is any.
    breaks: usize,
    /// An element was opened, and nothing is in it yet.
    fresh: bool,
    /// Some formatting has no counterpart in Telegram.
    pub(crate) lost: bool,
}

impl Writer {
    /// Writes text as it stands.
    pub(crate) fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.flush();
        self.fresh = false;
        self.length += utf16_length(text);
        for letter in text.chars() {
            match letter {
                '<' => self.html.push_str("&lt;"),
                '>' => self.html.push_str("&gt;"),
                '&' => self.html.push_str("&amp;"),
                _ => self.html.push(letter),
            }
        }
    }

    /// A line break, wherever it stands.
    pub(crate) fn line_break(&mut self) {
        self.breaks += 1;
    }

    /// At least this many line breaks, unless nothing was written yet.
    pub(crate) fn gap(&mut self, breaks: usize) {
        if self.length > 0 && !self.fresh {
            self.breaks = self.breaks.max(breaks);
        }
    }

    /// Opens an element; `attributes` starts with a space or is empty.
    pub(crate) fn open(&mut self, element: &'static str, attributes: &str) {
        self.flush();
        self.html.push_str(&format!("<{element}{attributes}>"));
        self.open.push(element);
        self.fresh = true;
    }

    /// Closes an element and what is still open in it; nothing where it is not open.
    pub(crate) fn close(&mut self, element: &str) {
        if !self.is_open(element) {
            return;
        }
        self.fresh = false;
        while let Some(inner) = self.open.pop() {
            self.html.push_str(&format!("</{inner}>"));
            if inner == element {
                return;
            }
        }
    }

    /// Whether an element is open.
    pub(crate) fn is_open(&self, element: &str) -> bool {
        self.open.contains(&element)
    }

    /// The text; line breaks at its end are dropped.
    pub(crate) fn finish(mut self) -> Formatted {
        while let Some(element) = self.open.pop() {
            self.html.push_str(&format!("</{element}>"));
        }
        Formatted { html: self.html, length: self.length, lost: self.lost }
    }

    fn flush(&mut self) {
        for _ in 0..std::mem::take(&mut self.breaks) {
            self.html.push('\n');
            self.length += 1;
        }
    }
}

/// A value for an attribute in double quotes.
pub(crate) fn attribute(value: &str) -> String {
    value.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}
