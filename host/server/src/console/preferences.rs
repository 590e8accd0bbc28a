//! `/preferences`: the language, the theme and the time zone, kept by the browser.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::cookie;
use super::frame::Frame;
use super::html::{go_to, page};
use super::language::Language;
use super::theme::Theme;
use super::visitor::{Visitor, foreign};
use crate::api::{Zone, read_query};
use crate::app::App;
use crate::auth::{Foreign, check_origin};
use crate::problem::ApiProblem;

/// Which page it was opened from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct From {
    #[serde(default)]
    back: String,
}

#[derive(Template)]
#[template(path = "zone.html")]
struct Choose {
    at: Frame,
    back: String,
    zones: Vec<&'static str>,
}

/// `GET /preferences`: the time zone, for whom no script has told it.
pub(super) async fn show(visitor: Visitor, uri: Uri) -> Result<Response, ApiProblem> {
    let From { back } = read_query(&uri)?;
    let back = local(&back).to_owned();
    Ok(page(StatusCode::OK, &Choose { at: visitor.frame, back, zones: Zone::names().collect() }))
}

/// What a form sends: one of these, and where to go back to.
#[derive(Deserialize)]
pub(super) struct Input {
    language: Option<String>,
    theme: Option<String>,
    zone: Option<String>,
    #[serde(default)]
    back: String,
}

/// `POST /preferences`. Nobody needs to be signed in: the sign-in has it too.
pub(super) async fn set(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    Form(input): Form<Input>,
) -> Response {
    // A page that came without encryption may be read in another language.
    if check_origin(&headers, &uri, &app.config.public_url()) == Err(Foreign::Site) {
        return foreign().into_response();
    }
    let mut response = go_to(local(&input.back));
    let language = input.language.as_deref().and_then(Language::by_tag);
    let theme = input.theme.as_deref().and_then(Theme::by_name);
    let zone = input.zone.as_deref().and_then(Zone::named);
    let cookies = [
        language.and_then(|language| cookie::keep(cookie::LANGUAGE, language.tag())),
        theme.and_then(|theme| cookie::keep(cookie::THEME, theme.name())),
        zone.and_then(|zone| cookie::keep(cookie::ZONE, zone.name())),
    ];
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// A path of this server. Whatever else is asked for leads to the first page: this
/// must not send people elsewhere.
fn local(path: &str) -> &str {
    let printable = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if path.starts_with('/') && !path.starts_with("//") && printable { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn nobody_is_sent_elsewhere() {
        assert_eq!(local("/channels?a=b"), "/channels?a=b");
        for elsewhere in
            ["", "channels", "//evil.example", "/\\evil.example", "https://evil.example", "/\t/x"]
        {
            assert_eq!(local(elsewhere), "/", "{elsewhere:?}");
        }
    }
}
