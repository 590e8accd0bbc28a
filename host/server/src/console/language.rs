//! The languages of the console, and which one somebody reads.

use axum::http::{HeaderMap, header};
use fluent_langneg::{NegotiationStrategy, negotiate_languages, parse_accepted_languages};
use unic_langid::{LanguageIdentifier, langid};

use super::cookie;

/// A language of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// English; also for who reads none of these.
    English,
    /// Portuguese as in Brazil.
    Portuguese,
}

impl Language {
    /// All, in the order in which they are offered.
    pub(super) const ALL: [Self; 2] = [Self::Portuguese, Self::English];

    /// Its BCP 47 tag.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Portuguese => "pt-BR",
        }
    }

    /// Its name in itself, for who is looking for it.
    pub(super) fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Portuguese => "Português",
        }
    }

    /// The same for Fluent.
    pub(super) fn id(self) -> LanguageIdentifier {
        match self {
            Self::English => langid!("en"),
            Self::Portuguese => langid!("pt-BR"),
        }
    }

    /// By its tag.
    pub(super) fn by_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// That of a request: the one that was chosen here, or the first that the
    /// browser asks for.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let chosen = cookie::value(headers, cookie::LANGUAGE).and_then(Self::by_tag);
        chosen.unwrap_or_else(|| {
            let accepted = headers.get(header::ACCEPT_LANGUAGE);
            Self::accepted(accepted.and_then(|value| value.to_str().ok()).unwrap_or_default())
        })
    }

    fn accepted(header: &str) -> Self {
        let requested = parse_accepted_languages(header);
        let available = Self::ALL.map(Self::id);
        let found =
            negotiate_languages(&requested, &available, None, NegotiationStrategy::Filtering);
        let found = found.first().and_then(|id| Self::ALL.into_iter().find(|it| it.id() == **id));
        found.unwrap_or(Self::English)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_is_there_counts_and_english_where_none_is() {
        for (header, tag) in [
            ("pt-BR,pt;q=0.9,en;q=0.8", "pt-BR"),
            ("pt", "pt-BR"),
            ("pt-PT,en;q=0.5", "pt-BR"),
            ("de-AT,pt-BR;q=0.5", "pt-BR"),
            ("en-GB,pt;q=0.9", "en"),
            ("de-AT,de;q=0.9", "en"),
            ("*", "en"),
            ("", "en"),
            (";;;,\u{1},=q", "en"),
        ] {
            assert_eq!(Language::accepted(header).tag(), tag, "{header}");
        }
    }

    #[test]
    fn what_was_chosen_counts_before_what_the_browser_asks_for() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, "en".parse().unwrap());
        headers.insert(header::COOKIE, "a=b; eclusa_language=pt-BR".parse().unwrap());
        assert_eq!(Language::of(&headers), Language::Portuguese);
        headers.insert(header::COOKIE, "eclusa_language=<b>".parse().unwrap());
        assert_eq!(Language::of(&headers), Language::English);
    }
}
