//! Why conversations wait.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use eclusa_journal::{Lane, Target};
use eclusa_relay::WaitingPage;
use serde::Deserialize;

use super::page::{check_limit, default_limit};
use super::{channels, query};
use crate::app::App;
use crate::problem::ApiProblem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WaitingQuery {
    /// Only this one.
    conversation: Option<String>,
    /// `next` of an earlier page.
    #[serde(default)]
    after: usize,
    /// At most so many, 1 to 500; default 100.
    #[serde(default = "default_limit")]
    limit: u32,
}

/// `GET /v1/channels/{id}/waiting`.
pub(super) async fn list(
    State(app): State<App>,
    Path(channel): Path<String>,
    uri: Uri,
) -> Result<Response, ApiProblem> {
    let WaitingQuery { conversation, after, limit } = query::read(&uri)?;
    check_limit(limit)?;
    channels::find(&app, &channel)?;
    let page = match conversation {
        None => {
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            app.relay.waiting(&channel, after, limit).await?
        }
        Some(conversation) => {
            let mut lanes = Vec::new();
            for target in [Target::Chat, Target::Platform] {
                let (channel, conversation) = (channel.clone(), conversation.clone());
                lanes.extend(app.relay.waiting_in(Lane { target, channel, conversation }).await?);
            }
            WaitingPage { lanes, next: None }
        }
    };
    Ok(Json(page).into_response())
}
