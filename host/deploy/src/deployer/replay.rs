//! What a recorded message was, and what it becomes in another revision.

use eclusa_engine::{CallContext, CallError};
use eclusa_journal::{OutboundRecord, RequestRecord, RevisionRef, StoredEvent, believed};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Deployer;
use super::core::Core;
use crate::DeployError;
use crate::shadow::{
    Difference, comparable, difference, replay_message, replay_request, replay_response,
};

/// What a recorded request or message was, and what it becomes now.
#[derive(Debug, Clone, Serialize)]
pub struct Replay {
    /// Id of the request or the message.
    pub id: String,
    /// The channel's id.
    pub channel: String,
    /// The input as it was recorded.
    #[serde(flatten)]
    pub replayed: Replayed,
    /// The revision that mapped it then, if one did.
    pub revision_then: Option<RevisionRef>,
    /// The revision that maps it now.
    pub revision_now: RevisionRef,
    /// What it has become then: `events`, `request` or `problem`.
    pub then: Value,
    /// What it becomes now.
    pub now: Value,
    /// Where these differ.
    pub differences: Vec<Difference>,
    /// What the recorded response to a message means now. Absent where there is
    /// none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled: Option<Value>,
}

/// The input as it was recorded.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Replayed {
    /// A request from the chat.
    Request(Box<RequestRecord>),
    /// A message to the chat.
    Message(Value),
}

impl Deployer {
    /// Maps a recorded message (of either direction) or request again, by the
    /// revision that serves its channel or by a kept one. It changes nothing, and
    /// makes no request.
    ///
    /// # Errors
    /// When there is no such message, request or revision.
    pub async fn replay(&self, id: &str, revision: Option<&str>) -> Result<Replay, DeployError> {
        let (id, revision) = (id.to_owned(), revision.map(str::to_owned));
        self.command(|core| async move {
            if let Some(record) = core.traffic.outbound_message(id.clone()).await? {
                return core.replay_outbound(record, revision).await;
            }
            let message = core.journal.message(id.clone()).await?;
            let request = match message {
                Some(message) => message.request,
                None => core.traffic.request(id.clone()).await?,
            };
            let request = request.ok_or_else(|| DeployError::unknown("message or request", &id))?;
            core.replay_inbound(id, request, revision).await
        })
        .await
    }
}

/// A revision, and the channel to call it for.
struct Caller {
    revision: std::sync::Arc<eclusa_engine::Revision>,
    cx: CallContext,
}

impl Core {
    async fn caller(&self, id: &str, revision: Option<String>) -> Result<Caller, DeployError> {
        let (route, channel) = self.route_of(id, revision.as_deref()).await?;
        let revision = std::sync::Arc::clone(route.revision());
        Ok(Caller { revision, cx: CallContext::from(&*channel) })
    }

    async fn replay_inbound(
        &self,
        id: String,
        request: RequestRecord,
        revision: Option<String>,
    ) -> Result<Replay, DeployError> {
        let Caller { revision, cx } = self.caller(&request.channel, revision).await?;
        let events = self.traffic.events_of(request.id.clone()).await?;
        let reference = crate::live::reference(&revision);
        let record = request.clone();
        let now = tokio::task::spawn_blocking(move || replay_request(&revision, &cx, &record));
        let now = now.await.map_err(|_| DeployError::Stopping)?;
        let now = now.map_err(|error| DeployError::Busy(error.to_string()))?.comparable();
        let then = match &request.problem {
            Some(problem) => json!({ "problem": problem }),
            None => json!({
                "events": events.iter().map(as_mapped).collect::<Vec<_>>(),
                "warnings": request.warnings,
            }),
        };
        let mut compared = now.clone();
        if let Value::Object(fields) = &mut compared {
            // The answer to the chat is not recorded.
            fields.remove("reply");
        }
        let mapped = compared.get_mut("events").and_then(Value::as_array_mut);
        for event in mapped.into_iter().flatten() {
            without_default_time(event, &request.raw.received_at);
        }
        Ok(Replay {
            differences: difference(&then, &compared),
            channel: request.channel.clone(),
            revision_then: request.revision.clone(),
            revision_now: reference,
            replayed: Replayed::Request(Box::new(request)),
            id,
            then,
            now,
            settled: None,
        })
    }

    async fn replay_outbound(
        &self,
        record: OutboundRecord,
        revision: Option<String>,
    ) -> Result<Replay, DeployError> {
        let Caller { revision, cx } = self.caller(&record.channel, revision).await?;
        let reference = crate::live::reference(&revision);
        let id = record.message.id.clone();
        let message = serde_json::to_value(&record.message).unwrap_or_default();
        let (channel, revision_then) = (record.channel.clone(), record.revision.clone());
        let attempts = self.journal.message(id.clone()).await?.map(|it| it.attempts);
        let answers = tokio::task::spawn_blocking(move || {
            let request = replay_message(&revision, &cx, &record)?;
            Ok::<_, CallError>((request, replay_response(&revision, &cx, &record)?))
        });
        let answers = answers.await.map_err(|_| DeployError::Stopping)?;
        let (now, settled) = answers.map_err(|error| DeployError::Busy(error.to_string()))?;
        let now = now.comparable();
        let then = attempts.unwrap_or_default().pop().map_or(Value::Null, |attempt| {
            let then = match (attempt.method, attempt.problem) {
                (None, Some(problem)) => json!({ "problem": problem }),
                (method, _) => json!({
                    "request": {
                        "method": method,
                        "url": attempt.url,
                        "body": attempt.request_body,
                    },
                    "warnings": attempt.warnings,
                }),
            };
            comparable(&then.to_string())
        });
        // Headers of requests are not recorded.
        let mut compared = now.clone();
        if let Some(Value::Object(request)) = compared.get_mut("request") {
            request.remove("headers");
        }
        let differences = if then.is_null() { Vec::new() } else { difference(&then, &compared) };
        Ok(Replay {
            id,
            channel,
            replayed: Replayed::Message(message),
            revision_then,
            revision_now: reference,
            then,
            now,
            differences,
            settled: settled.map(|answer| answer.comparable()),
        })
    }
}

/// A recorded event as an adapter makes it: without what the host has added.
fn as_mapped(event: &StoredEvent) -> Value {
    let (name, object) = &event.object;
    let mut object = comparable(object.get());
    if let Value::Object(fields) = &mut object {
        for added in ["id", "message_id", "channel", "received_at"] {
            fields.remove(added);
        }
    }
    let mut mapped = Map::new();
    mapped.insert("type".to_owned(), json!(event.kind));
    mapped.insert("occurred_at".to_owned(), json!(event.occurred_at));
    mapped.insert(name.clone(), object);
    let mut mapped = Value::Object(mapped);
    without_default_time(&mut mapped, &event.received_at);
    mapped
}

/// The journal takes the time received for that of an event which has none that
/// can be believed.
fn without_default_time(event: &mut Value, received_at: &str) {
    if let Some(occurred_at) = event.get_mut("occurred_at") {
        let told = occurred_at.as_str().filter(|told| *told != received_at);
        if believed(told, received_at).is_none() {
            *occurred_at = Value::Null;
        }
    }
}
