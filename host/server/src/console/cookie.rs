//! Cookies that keep how somebody wants the console to look. They hold no secret:
//! the session has one of its own.

use axum::http::{HeaderMap, HeaderValue, header};

/// Keeps the language: its tag.
pub(super) const LANGUAGE: &str = "eclusa_language";

/// Keeps the theme: its name.
pub(super) const THEME: &str = "eclusa_theme";

/// Keeps the time zone: its IANA name. The script `zone.js` sets it too.
pub(super) const ZONE: &str = "eclusa_zone";

/// A year, in seconds.
const KEPT: u32 = 31_536_000;

/// The value of a cookie; the first one where there are several.
pub(super) fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == name).then_some(value))
}

/// The header that keeps a value, which is one of ours.
pub(super) fn keep(name: &'static str, value: &'static str) -> Option<HeaderValue> {
    let attributes = format!("Path=/; Max-Age={KEPT}; HttpOnly; SameSite=Lax");
    HeaderValue::from_str(&format!("{name}={value}; {attributes}")).ok()
}
