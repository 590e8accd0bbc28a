//! `GET /channels/{id}/logo`: its logo, or its first letters in its colour.

use askama::filters::{Html, escape};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use eclusa_model::Channel;

use super::super::sight::contrast;
use super::super::visitor::Visitor;
use crate::api::find_channel;
use crate::app::App;
use crate::problem::ApiProblem;

/// The picture.
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    _: Visitor,
) -> Result<Response, ApiProblem> {
    of(&app, &*find_channel(&app, &id)?).await
}

/// The logo of a channel.
pub(in super::super) async fn of(app: &App, channel: &Channel) -> Result<Response, ApiProblem> {
    let (mime, picture) = match app.journal.logo(channel.profile.id.clone()).await? {
        Some(logo) => logo,
        None => {
            let profile = &channel.profile;
            let drawn = initials(&profile.name, profile.color.as_str());
            ("image/svg+xml".to_owned(), drawn.into_bytes())
        }
    };
    let mime = HeaderValue::from_str(&mime);
    let mime = mime.unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
    Ok(([(header::CONTENT_TYPE, mime)], picture).into_response())
}

/// Up to two first letters of a name on a colour.
fn initials(name: &str, color: &str) -> String {
    let words = name.split(|character: char| !character.is_alphanumeric());
    let letters: String =
        words.filter_map(|word| word.chars().next()).take(2).flat_map(char::to_uppercase).collect();
    let ink = if contrast(color, "#FFFFFF") >= 4.5 { "#FFFFFF" } else { "#10161C" };
    let Ok(letters) = escape(letters, Html);
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="{color}"/><text x="32" y="33" fill="{ink}" font-family="system-ui, sans-serif" font-size="26" font-weight="600" text-anchor="middle" dominant-baseline="central">{letters}</text></svg>"#
    )
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn letters_of_a_name_are_drawn_and_its_signs_are_not() {
        assert!(initials("Loja São João", "#0B6284").contains(">LS</text>"));
        assert!(initials("<b>&\"", "#FFFF00").contains(">B</text>"));
        assert!(initials("…", "#FFFF00").contains("#10161C"));
    }
}
