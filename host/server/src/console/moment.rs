//! Times to the second, as pages write them.

use std::fmt;

use askama::filters::{Html, HtmlSafe, escape};
use eclusa_journal::unix_ms;

use super::format;
use super::language::Language;
use crate::api::Zone;

/// A time to the second, on the clocks of who looks.
pub(super) struct Moment {
    rfc3339: String,
    text: String,
}

impl Moment {
    /// A time in RFC 3339; what is none is shown as it is.
    pub(super) fn new(language: Language, zone: Zone, rfc3339: &str) -> Self {
        let local = unix_ms(rfc3339).map(|ms| zone.local(ms));
        let text = local.map_or_else(
            || rfc3339.to_owned(),
            |local| format!("{}:{:02}", format::date_time(language, local), local.second()),
        );
        Self { rfc3339: rfc3339.to_owned(), text }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(rfc3339) = escape(&self.rfc3339, Html);
        let Ok(text) = escape(&self.text, Html);
        write!(f, "<time datetime=\"{rfc3339}\">{text}</time>")
    }
}

/// Both parts are escaped.
impl HtmlSafe for Moment {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_the_language_of_the_page_and_escaped() {
        let at = |language, text| Moment::new(language, Zone::UTC, text).to_string();
        assert_eq!(
            at(Language::English, "2026-03-01T09:05:07.123-03:00"),
            "<time datetime=\"2026-03-01T09:05:07.123-03:00\">1 Mar 2026, 12:05:07</time>"
        );
        assert!(at(Language::Portuguese, "2026-03-01T12:05:07Z").contains(">01/03/2026 12:05:07<"));
        assert!(!at(Language::English, "\"><b>").contains("<b>"));
    }
}
