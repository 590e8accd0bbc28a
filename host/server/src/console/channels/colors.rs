//! `/channels/colors.css`: the channels' colours, since pages may hold no styles.

use std::fmt::Write;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::super::visitor::Visitor;
use crate::app::App;

/// A class for each channel. An id has nothing that a style sheet could take for
/// something else: it is made of `a-z`, `0-9` and `-`.
pub(super) async fn style(State(app): State<App>, _: Visitor) -> Response {
    let mut css = String::new();
    for active in app.channels.all() {
        let profile = &active.channel.profile;
        let _ =
            writeln!(css, ".channel-{} {{ --channel: {} }}", profile.id, profile.color.as_str());
    }
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], css).into_response()
}
