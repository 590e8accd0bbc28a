//! `POST /channels/{id}/test`: a text to a conversation, which goes the platform's way
//! and answers nobody.

use axum::extract::{Path, State};
use axum::response::Response;
use eclusa_journal::Sender;
use eclusa_model::OutboundMessage;
use serde_json::json;

use super::super::html::go_to;
use super::super::visitor::Posted;
use super::show::{self, Test};
use crate::api::{Sending, read_json, submit};
use crate::app::App;
use crate::auth::Permission;
use crate::problem::{ApiProblem, Violation};

/// Sends it, and leads back to the channel, which tells what becomes of it.
pub(super) async fn send(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    posted.visitor.actor(Permission::Send)?;
    match sent(&app, &id, &posted).await {
        Ok(message) => Ok(go_to(&format!("/channels/{id}?test={message}#test"))),
        Err(problem) if problem.status().is_client_error() => {
            let value = |name| posted.fields.get(name).unwrap_or_default().to_owned();
            let test = Test {
                conversation: value("/conversation"),
                body: value("/text/body"),
                starts: posted.fields.get("start").is_some(),
                wrong: Some(problem),
                message: None,
            };
            show::with_test(&app, &id, posted.visitor, test).await
        }
        Err(problem) => Err(problem),
    }
}

async fn sent(app: &App, id: &str, posted: &Posted) -> Result<String, ApiProblem> {
    let fields = &posted.fields;
    let Some(conversation) = fields.given("/conversation") else {
        let hint = "expected the chat's id of the conversation";
        return Err(ApiProblem::violations(vec![Violation::new("/conversation", hint)]));
    };
    let message = json!({
        "conversation": conversation,
        "type": "text",
        "text": { "body": fields.get("/text/body").unwrap_or_default() },
    });
    let message: OutboundMessage = read_json(&message.to_string().into())?;
    let starts = fields.get("start").is_some();
    let sending = Sending { sent_by: Sender::Test, start: starts, idempotency: None };
    Ok(submit(app, id, message, sending).await?.id)
}
