//! `POST /channels/{id}/documentation/try`: a real request to the channel's own ingress,
//! by the way that the chat's requests take.

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, Request as HttpRequest, Uri};
use axum::response::Response;
use eclusa_ingress::{Draft, sign};
use eclusa_model::Request;
use serde_json::Value;
use url::form_urlencoded;

use super::super::html::go_to;
use super::super::visitor::Posted;
use super::super::wrong::Wrong;
use super::example::pretty;
use super::page::{self, TryForm};
use super::subject::Subject;
use super::tried::Tried;
use crate::app::App;
use crate::auth::Permission;
use crate::incoming::Origin;
use crate::ingress::answered;
use crate::problem::{ApiProblem, Violation};

/// So much of an answer is shown, in bytes.
const MOST: usize = 256 << 10;

/// Sends it, and leads to what became of it.
pub(super) async fn send(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(origin): Extension<Origin>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    posted.visitor.actor(Permission::Operate)?;
    let subject = Subject::by_id(&app, &id, true)?;
    let executed = subject.executed(&app).await?;
    let name = posted.fields.get("/sample").unwrap_or_default();
    let sample = executed.inbound.iter().find(|it| it.name == name).ok_or_else(|| {
        let hint = "expected the name of one of the adapter's samples";
        ApiProblem::violations(vec![Violation::new("/sample", hint)])
    })?;
    // Browsers send the ends of lines as two characters.
    let body = posted.fields.get("/body").unwrap_or_default().replace("\r\n", "\n");
    let sent = Request { body: body.clone(), ..sample.request.clone() };
    match outcome(&app, &subject, &sent, origin, &posted).await? {
        Outcome::Recorded { request, messages } => {
            let at = format!("/channels/{id}/documentation?try={}", encoded(name));
            Ok(go_to(&format!(
                "{at}&tried={}&messages={}#try",
                encoded(&request),
                encoded(&messages)
            )))
        }
        Outcome::Told(tried) => {
            let form = TryForm::new(&executed, name, Some(body));
            page::with_tried(&app, &subject, posted.visitor.frame, form, tried).await
        }
    }
}

enum Outcome {
    /// It stands in the journal.
    Recorded { request: String, messages: String },
    /// It does not.
    Told(Tried),
}

async fn outcome(
    app: &App,
    subject: &Subject,
    request: &Request,
    origin: Origin,
    posted: &Posted,
) -> Result<Outcome, ApiProblem> {
    let channel = subject.channel();
    let not_signed = |why: String| Ok(Outcome::Told(Tried::NotSigned { why }));
    let draft = match draft(request, channel.ingress_key.expose()) {
        Ok(draft) => draft,
        Err(why) => return not_signed(why),
    };
    let public_url = app.config.public_url();
    let now_ms = app.clock.now_ms();
    let draft = match sign(subject.manifest(), channel, &public_url, draft, now_ms) {
        Ok(signed) => signed.draft,
        Err(error) => return not_signed(error.to_string()),
    };
    let mut made = HttpRequest::new(Body::from(draft.body));
    *made.uri_mut() = draft.uri;
    *made.method_mut() = draft.method.parse().unwrap_or_default();
    *made.headers_mut() = draft.headers;
    let key = channel.ingress_key.expose();
    let response = answered(app, key, request.path.clone(), origin, made).await?;
    if let Some(problem) = response.extensions().get::<ApiProblem>() {
        let wrong = Wrong::new(&posted.visitor.frame, problem);
        let (status, again) = (problem.status().as_u16(), problem.is_retryable());
        return Ok(Outcome::Told(Tried::Refused { status, wrong, again }));
    }
    let recorded = response.headers().get("eclusa-request-id").and_then(|id| id.to_str().ok());
    let recorded = recorded.map(str::to_owned);
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), MOST).await.unwrap_or_default();
    let body = String::from_utf8_lossy(&body);
    Ok(match recorded {
        Some(request) => Outcome::Recorded { request, messages: ids(&body) },
        None => {
            Outcome::Told(Tried::Answered { answer: format!("HTTP {status}\n\n{}", pretty(&body)) })
        }
    })
}

/// The request as the chat would send it, but for what proves the sender.
fn draft(request: &Request, key: &str) -> Result<Draft, String> {
    let mut target = format!("/in/{key}{}", request.path);
    if !request.query.is_empty() {
        let query =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(&request.query).finish();
        target = format!("{target}?{query}");
    }
    let mut draft = Draft {
        method: request.method.clone(),
        uri: target.parse::<Uri>().map_err(|error| error.to_string())?,
        headers: axum::http::HeaderMap::new(),
        body: request.body.clone().into_bytes(),
    };
    for (name, value) in &request.headers {
        let name = HeaderName::try_from(name.as_str()).map_err(|error| error.to_string())?;
        let value = HeaderValue::try_from(value.as_str()).map_err(|error| error.to_string())?;
        draft.headers.append(name, value);
    }
    Ok(draft)
}

/// The ids of the messages that an answer of ours names.
fn ids(body: &str) -> String {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    let messages = answer.get("messages").and_then(Value::as_array);
    let ids = messages.into_iter().flatten().filter_map(|it| it.get("id")?.as_str());
    ids.collect::<Vec<_>>().join(",")
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
