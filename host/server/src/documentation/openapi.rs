//! An OpenAPI document of one channel: what its ingress takes, what the platform sends,
//! and what the chat gets.

use eclusa_model::{Channel, Manifest, Place};
use serde_json::{Map, Value, json};

use super::execute::{Executed, Inbound, Mapped, Sent};
use super::inbound_call::{Address, needed};
use super::schema::definitions;
use crate::ingress::refusals;

/// The document. `api` is that of the whole API, whose schemas it takes over.
pub(crate) fn channel_openapi(
    api: &Value,
    executed: &Executed,
    manifest: &Manifest,
    channel: &Channel,
    address: &Address,
    public_url: &str,
) -> Value {
    let profile = &channel.profile;
    let ingress = match address {
        Address::Known(url) => json!([{ "url": url }]),
        Address::Hidden => json!([{
            "url": format!("{public_url}/in/{{key}}"),
            "description": "The channel's ingress URL: ask whoever runs it.",
            "variables": { "key": { "default": "INGRESS_KEY" } },
        }]),
    };
    let mut paths = Map::new();
    for inbound in &executed.inbound {
        add(&mut paths, inbound, &ingress, manifest, channel);
    }
    let path = format!("/v1/channels/{}/messages", profile.id);
    paths.insert(path, send(executed, public_url, api));
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": profile.name,
            "version": manifest.version,
            "summary": manifest.summary,
            "description": "Made by running the samples of the deployed adapter with this \
                channel's settings. A repeated request gets the same answer and brings nothing \
                twice.",
        },
        "servers": [{ "url": public_url }],
        "paths": paths,
        "webhooks": webhooks(executed),
        "components": {
            "schemas": {},
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
    });
    let all = api.pointer("/components/schemas").unwrap_or(&Value::Null);
    let schemas: Map<String, Value> = definitions(all, &document)
        .into_iter()
        .filter_map(|name| Some((name.clone(), all.get(&name)?.clone())))
        .collect();
    if let Some(place) = document.pointer_mut("/components/schemas") {
        *place = Value::Object(schemas);
    }
    document
}

fn problem(description: &str) -> Value {
    let schema = json!({ "$ref": "#/components/schemas/Problem" });
    json!({
        "description": description,
        "content": { "application/problem+json": { "schema": schema } },
    })
}

/// A member of an object, which is made where it is missing.
fn below<'v>(value: &'v mut Value, name: &str) -> &'v mut Value {
    if !value.is_object() {
        *value = json!({});
    }
    match value {
        Value::Object(fields) => fields.entry(name.to_owned()).or_insert(Value::Null),
        other => other,
    }
}

/// Adds a request of the chat to the examples of its path and method.
fn add(
    paths: &mut Map<String, Value>,
    inbound: &Inbound,
    ingress: &Value,
    manifest: &Manifest,
    channel: &Channel,
) {
    let request = &inbound.request;
    let path = if request.path.is_empty() { "/" } else { &request.path };
    let method = request.method.to_ascii_lowercase();
    // What OpenAPI has no place for is on the page.
    if !["get", "put", "post", "patch", "delete"].contains(&method.as_str()) {
        return;
    }
    let item = paths.entry(path.to_owned()).or_insert_with(|| json!({}));
    let Value::Object(item) = item else { return };
    let operation = item.entry(method.clone()).or_insert_with(|| {
        json!({
            "operationId": format!("{method}{}", path.replace('/', "_")),
            "summary": "Take what the chat sends",
            "servers": ingress,
            "security": [],
            "parameters": parameters(manifest, channel, &request.method),
            "responses": responses(manifest),
        })
    });
    if request.body.is_empty() {
        return;
    }
    let kind = request.header("content-type").unwrap_or("application/json");
    let kind = kind.split(';').next().unwrap_or_default().trim().to_owned();
    let body = serde_json::from_str(&request.body).unwrap_or_else(|_| json!(request.body));
    let summary = match &inbound.mapped {
        Mapped::Received { .. } => inbound.description.clone().unwrap_or_default(),
        Mapped::Refused(problem) => format!("Refused: {}", problem.code),
        Mapped::Failed(_) => "Not mapped".to_owned(),
    };
    let example = json!({ "summary": summary, "value": body });
    let place = ["requestBody", "content", &kind, "examples", &inbound.name];
    *place.into_iter().fold(operation, below) = example;
}

/// The headers and query parameters by which a request proves its sender.
fn parameters(manifest: &Manifest, channel: &Channel, method: &str) -> Value {
    let Some(scheme) = needed(manifest, channel, method) else { return json!([]) };
    let (kind, name) = match scheme.place() {
        Place::Header { header, .. } => ("header", header),
        Place::Query { query } => ("query", query),
        Place::Json { .. } | Place::Form { .. } => return json!([]),
    };
    json!([{
        "in": kind, "name": name, "required": true, "schema": { "type": "string" },
        "description": format!("Proves the sender: {}.", scheme.scheme()),
    }])
}

fn responses(manifest: &Manifest) -> Value {
    let answer = json!({ "$ref": "#/components/schemas/IngressAnswer" });
    let mut responses = json!({
        "200": {
            "description": "It is on the disk. A handshake gets the answer that the chat expects.",
            "content": { "application/json": { "schema": answer } },
        },
    });
    for status in refusals(manifest).map(|it| it.status) {
        let codes: Vec<String> = refusals(manifest)
            .filter(|it| it.status == status)
            .map(|it| format!("`{}`", it.code))
            .collect();
        *below(&mut responses, &status.to_string()) = problem(&codes.join(", "));
    }
    responses
}

/// The platform's call.
fn send(executed: &Executed, public_url: &str, api: &Value) -> Value {
    let pointer = "/paths/~1v1~1channels~1{id}~1messages/post/responses";
    let examples: Map<String, Value> = executed
        .outbound
        .iter()
        .map(|outbound| {
            let value = serde_json::from_str::<Value>(&outbound.message).unwrap_or_default();
            let summary = outbound.description.clone().unwrap_or_default();
            (outbound.name.clone(), json!({ "summary": summary, "value": value }))
        })
        .collect();
    let schema = json!({ "$ref": "#/components/schemas/SendMessage" });
    json!({
        "servers": [{ "url": public_url }],
        "post": {
            "operationId": "sendMessage",
            "summary": "Send a message to the chat",
            "security": [{ "token": [] }],
            "parameters": [{
                "in": "query", "name": "start", "schema": { "type": "boolean" },
                "description": "Send though the chat has never written in this conversation.",
            }],
            "requestBody": {
                "required": true,
                "content": { "application/json": { "schema": schema, "examples": examples } },
            },
            "responses": api.pointer(pointer).cloned().unwrap_or_else(|| json!({})),
        },
    })
}

/// What the chat gets.
fn webhooks(executed: &Executed) -> Value {
    let mut webhooks = Map::new();
    for outbound in &executed.outbound {
        let Sent::Request { request, .. } = &outbound.sent else { continue };
        let method = request.method.to_ascii_lowercase();
        let kind =
            request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let kind = kind.map_or("application/json", |(_, value)| value);
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let body = request.body.as_deref().unwrap_or_default();
        let value = serde_json::from_str(body).unwrap_or_else(|_| json!(body));
        let operation = json!({
            "operationId": format!("toChat-{}", outbound.name),
            "summary": outbound.description,
            "description": format!("{} {}", request.method, request.url),
            "requestBody": { "content": { kind: { "example": value } } },
            "responses": { "2XX": { "description": "Taken." } },
        });
        webhooks.insert(outbound.name.clone(), json!({ method: operation }));
    }
    Value::Object(webhooks)
}
