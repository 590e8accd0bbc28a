//! `/v1/channels`: create, read, change, delete.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use eclusa_journal::registry::{AuditAction, SubjectKind};
use eclusa_journal::{ChannelChange, Destination, JournalError, Pause, TokenRole, rfc3339};
use eclusa_model::{Channel, ChannelProfile, Secret, SecretValues};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{ChannelInput, body, channel_changes, flows};
use crate::app::App;
use crate::auth::{Actor, Permission, random_hex};
use crate::problem::{ApiProblem, Violation};

/// A channel as it is shown: of headers and secrets only the names.
#[derive(Serialize)]
struct ChannelView<'a> {
    #[serde(flatten)]
    profile: &'a ChannelProfile,
    headers: Map<String, Value>,
    secrets: Map<String, Value>,
    /// Requests of the chat are not verified, since a secret is not set.
    unverified: bool,
    /// Messages to the chat wait.
    paused: Option<Pause>,
    /// For those who may change the channel: whoever knows it can post to it.
    ingress_url: Option<String>,
    /// Until when the URL before it is accepted too.
    previous_ingress_until: Option<String>,
    /// Where its documentation can be read without a login; for those who may change
    /// the channel.
    documentation_url: Option<String>,
    logo_url: String,
    revision: u64,
    created_at: &'a str,
    updated_at: &'a str,
}

/// A new key of 128 bits: nobody guesses an ingress URL.
pub(super) fn new_ingress_key() -> Secret {
    Secret::new(random_hex::<16>())
}

/// The URL that the chat posts to.
pub(crate) fn ingress_url(app: &App, channel: &Channel) -> String {
    format!("{}/in/{}", app.config.public_url(), channel.ingress_key.expose())
}

/// Where the channel's documentation can be read without a login, where it is shared.
pub(crate) fn documentation_url(app: &App, channel: &Channel) -> Option<String> {
    let key = channel.documentation_key.as_ref()?;
    Some(format!("{}/documentation/{}", app.config.public_url(), key.expose()))
}

fn view(app: &App, channel: &Channel, role: TokenRole) -> Value {
    let hidden = |names: Vec<&String>| {
        names.into_iter().map(|name| (name.clone(), json!({ "set": true }))).collect()
    };
    let unverified = app.route(channel).is_none_or(|route| {
        route.revision().manifest().verification.as_ref().is_none_or(|scheme| {
            scheme
                .secret()
                .is_some_and(|name| channel.secrets.get(name).is_none_or(SecretValues::is_empty))
        })
    });
    let view = ChannelView {
        profile: &channel.profile,
        headers: hidden(channel.headers.keys().collect()),
        secrets: hidden(channel.secrets.keys().collect()),
        unverified,
        paused: app.relay.pause_of(&Destination::Chat { channel: channel.profile.id.clone() }),
        ingress_url: Permission::Operate.granted_to(role).then(|| ingress_url(app, channel)),
        previous_ingress_until: channel
            .previous_ingress
            .as_ref()
            .filter(|previous| app.clock.now_ms() < previous.until_ms)
            .map(|previous| rfc3339(previous.until_ms)),
        documentation_url: documentation_url(app, channel)
            .filter(|_| Permission::Operate.granted_to(role)),
        logo_url: format!("{}/v1/channels/{}/logo", app.config.public_url(), channel.profile.id),
        revision: channel.revision,
        created_at: &channel.created_at,
        updated_at: &channel.updated_at,
    };
    serde_json::to_value(view).unwrap_or_default()
}

pub(super) fn shown(app: &App, channel: &Channel, role: TokenRole, status: StatusCode) -> Response {
    let mut response = (status, Json(view(app, channel, role))).into_response();
    let headers = response.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{}\"", channel.revision)) {
        headers.insert(header::ETAG, etag);
    }
    if status == StatusCode::CREATED
        && let Ok(location) = HeaderValue::from_str(&format!("/v1/channels/{}", channel.profile.id))
    {
        headers.insert(header::LOCATION, location);
    }
    response
}

pub(super) async fn list(
    State(app): State<App>,
    Extension(role): Extension<TokenRole>,
) -> Json<Value> {
    let all = app.channels.all();
    let channels: Vec<Value> = all.iter().map(|active| view(&app, &active.channel, role)).collect();
    Json(json!({ "channels": channels }))
}

pub(crate) fn find(app: &App, id: &str) -> Result<Arc<Channel>, ApiProblem> {
    app.channels
        .by_id(id)
        .map(|active| Arc::clone(&active.channel))
        .ok_or_else(|| ApiProblem::not_found("channel", id))
}

pub(super) async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(role): Extension<TokenRole>,
) -> Result<Response, ApiProblem> {
    Ok(shown(&app, &*find(&app, &id)?, role, StatusCode::OK))
}

pub(super) async fn post(
    State(app): State<App>,
    Extension(Actor(actor)): Extension<Actor>,
    Extension(role): Extension<TokenRole>,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    let input: ChannelInput = body::read(&request)?;
    let channel = save(&app, input, None, &actor).await?;
    Ok(shown(&app, &channel, role, StatusCode::CREATED))
}

/// Creates the channel, or replaces it as a whole.
pub(super) async fn put(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    Extension(role): Extension<TokenRole>,
    headers: HeaderMap,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    let mut input: ChannelInput = body::read(&request)?;
    if input.id.as_ref().is_some_and(|named| *named != id) {
        let message = format!("the URL names `{id}`; an id never changes");
        return Err(ApiProblem::violations(vec![Violation::new("/id", message)]));
    }
    input.id = Some(id.clone());
    let before = app.channels.by_id(&id).map(|active| Arc::clone(&active.channel));
    check_precondition(&headers, before.as_deref())?;
    let status = if before.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let channel = save(&app, input, before.as_deref(), &actor).await?;
    Ok(shown(&app, &channel, role, status))
}

/// Changes what the body names (a JSON merge patch, RFC 7396).
pub(super) async fn patch(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    Extension(role): Extension<TokenRole>,
    headers: HeaderMap,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    let before = find(&app, &id)?;
    check_precondition(&headers, Some(&before))?;
    let mut patch: Map<String, Value> = body::read(&request)?;
    // Their values are not shown: they are merged when the channel is made.
    let hidden = [
        ("headers", patch.remove("headers"), before.headers.keys().collect::<Vec<_>>()),
        ("secrets", patch.remove("secrets"), before.secrets.keys().collect()),
    ];
    let mut merged = serde_json::to_value(&before.profile).unwrap_or_default();
    merge(&mut merged, Value::Object(patch));
    if let Value::Object(fields) = &mut merged {
        for (name, change, known) in hidden {
            let change = match change {
                // The whole object is removed: each of its values.
                Some(Value::Null) => {
                    known.into_iter().map(|name| (name.clone(), Value::Null)).collect()
                }
                Some(change) => change,
                None => continue,
            };
            fields.insert(name.to_owned(), change);
        }
    }
    let input: ChannelInput = body::read(&Bytes::from(merged.to_string()))?;
    if input.id.as_ref().is_some_and(|named| *named != id) {
        return Err(ApiProblem::violations(vec![Violation::new("/id", "an id never changes")]));
    }
    let channel = save(&app, input, Some(&before), &actor).await?;
    Ok(shown(&app, &channel, role, StatusCode::OK))
}

pub(super) async fn delete(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiProblem> {
    let channel = find(&app, &id)?;
    check_precondition(&headers, Some(&channel))?;
    remove(&app, &channel, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes a channel as it is now.
pub(crate) async fn remove(app: &App, channel: &Channel, actor: &str) -> Result<(), ApiProblem> {
    let (id, actor) = (channel.profile.id.clone(), actor.to_owned());
    let audit = app.audit(&actor, AuditAction::Deleted, SubjectKind::Channel, &id, "");
    let change = ChannelChange::Delete { id: id.clone(), expected: channel.revision };
    let (channels, relay) = (Arc::clone(&app.channels), app.relay.clone());
    // In a task of its own: a caller who hangs up must not leave a pause behind that
    // nobody can end.
    let task = tokio::spawn(async move {
        channels.change(change, audit).await?;
        // What still waits for it is to become dead letters, not to wait for ever.
        relay.resume(Destination::Chat { channel: id }, actor).await?;
        Ok::<_, ApiProblem>(())
    });
    task.await.map_err(|error| JournalError::Storage(error.to_string()))??;
    reviewed(app, &channel.profile.adapter).await;
    Ok(())
}

/// Checks a channel and records it, and who did it.
pub(crate) async fn save(
    app: &App,
    input: ChannelInput,
    before: Option<&Channel>,
    actor: &str,
) -> Result<Channel, ApiProblem> {
    input.check_limits(app.config.limits.channel_body_bytes)?;
    let (routes, guard) = (app.deployer.routes(), app.config.guard());
    let found = flows::violations(app, &input).await?;
    let channel = input.into_channel(routes, &guard, before, new_ingress_key, app.now(), found)?;
    let expected = before.map_or(0, |channel| channel.revision);
    let (action, detail) = match before {
        None => (AuditAction::Created, format!("adapter {}", channel.profile.adapter)),
        Some(before) => (AuditAction::Changed, channel_changes::changed(before, &channel)),
    };
    let audit = app.audit(actor, action, SubjectKind::Channel, &channel.profile.id, detail);
    app.channels
        .change(ChannelChange::Put { channel: Box::new(channel.clone()), expected }, audit)
        .await
        .map_err(|error| match error {
            eclusa_journal::JournalError::RevisionConflict { .. } if before.is_none() => {
                let id = &channel.profile.id;
                ApiProblem::new(
                    StatusCode::CONFLICT,
                    "channel_exists",
                    format!("there is a channel `{id}` already"),
                )
                .action(format!("Choose another id, or change it by PUT /v1/channels/{id}."))
            }
            // It was deleted a moment ago.
            eclusa_journal::JournalError::FlowUnknown { id } => flows::unknown(&id),
            error => error.into(),
        })?;
    // It may have now what it lacked for a newer revision, or be on another adapter.
    let before = before.map(|channel| channel.profile.adapter.as_str());
    for adapter in before.into_iter().chain([channel.profile.adapter.as_str()]) {
        reviewed(app, adapter).await;
    }
    Ok(channel)
}

/// Lets the deployer look at an adapter's channels again. The change is made
/// whether it can or not, so its trouble is no answer to the caller.
async fn reviewed(app: &App, adapter: &str) {
    if let Err(error) = app.deployer.channel_changed(adapter).await {
        tracing::error!(adapter, %error, "its channels could not be reviewed");
    }
}

/// `If-Match` with the `ETag` of an earlier answer, so that nobody overwrites
/// what somebody else has just changed.
///
/// `If-None-Match: *` creates a channel only where there is none.
pub(super) fn check_precondition(
    headers: &HeaderMap,
    channel: Option<&Channel>,
) -> Result<(), ApiProblem> {
    check_revision(headers, channel.map(|channel| channel.revision), "channel")
}

/// The same for anything with a revision; `what` it is called.
pub(super) fn check_revision(
    headers: &HeaderMap,
    revision: Option<u64>,
    what: &str,
) -> Result<(), ApiProblem> {
    let found = revision.map(|revision| format!("\"{revision}\""));
    let named_by = |header: HeaderName| {
        // A value that cannot be read names nothing.
        let values = headers.get_all(header).into_iter();
        let mut tags = values.flat_map(|value| value.to_str().unwrap_or_default().split(','));
        found.as_deref().is_some_and(|found| tags.any(|tag| ["*", found].contains(&tag.trim())))
    };
    let holds = (!headers.contains_key(header::IF_MATCH) || named_by(header::IF_MATCH))
        && !named_by(header::IF_NONE_MATCH);
    if holds { Ok(()) } else { Err(conflict(found, what)) }
}

/// The same for a form that was made from the revision `expected` of something.
pub(crate) fn expect_revision(found: u64, expected: &str, what: &str) -> Result<(), ApiProblem> {
    let found = found.to_string();
    if found == expected { Ok(()) } else { Err(conflict(Some(found), what)) }
}

fn conflict(found: Option<String>, what: &str) -> ApiProblem {
    let found = match found {
        Some(found) => format!("at revision {found}"),
        None => "not there".to_owned(),
    };
    ApiProblem::new(
        StatusCode::PRECONDITION_FAILED,
        "revision_conflict",
        format!("the precondition does not hold: the {what} is {found}"),
    )
    .action(format!("Read the {what} again and repeat the change on what it is now."))
}

/// RFC 7396, section 2.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(target) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(&name);
        } else {
            merge(target.entry(name).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_patch_merges_objects_and_removes_by_null() {
        let mut target = json!({ "a": { "b": 1, "c": { "d": 2 } }, "e": [1] });
        merge(
            &mut target,
            json!({ "a": { "b": null, "c": { "f": 3 } }, "e": [2], "g": { "h": null } }),
        );
        assert_eq!(target, json!({ "a": { "c": { "d": 2, "f": 3 } }, "e": [2], "g": {} }));
    }

    #[test]
    fn preconditions_that_cannot_be_read_do_not_hold() {
        let mut headers = HeaderMap::new();
        assert!(check_precondition(&headers, None).is_ok());
        headers.insert(header::IF_MATCH, HeaderValue::from_static("\"1\""));
        assert!(check_precondition(&headers, None).is_err());
        headers.insert(
            header::IF_MATCH,
            HeaderValue::from_bytes(b"\xff").unwrap_or(HeaderValue::from_static("x")),
        );
        assert!(check_precondition(&headers, None).is_err());
    }
}
