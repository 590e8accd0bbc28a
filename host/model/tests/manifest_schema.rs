//! `wit/manifest.schema.json` and the types say the same.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::{Path, PathBuf};

use eclusa_model::Manifest;
use jsonschema::Validator;
use serde_json::{Value, json};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn schema() -> Validator {
    let schema = read(&root().join("wit/manifest.schema.json"));
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    files
}

/// The documents that the adapters' `describe` returns, by the adapters' names.
fn documents() -> Vec<(String, Value)> {
    let mut documents = Vec::new();
    for entry in root().join("adapters").read_dir().unwrap() {
        let folder = entry.unwrap().path();
        let file = folder.join("manifest.json");
        if !file.exists() {
            continue;
        }
        let mut document = read(&file);
        for direction in ["receive", "send"] {
            let files = json_files(&folder.join("samples").join(direction));
            document["samples"][direction] = files.iter().map(|file| read(file)).collect();
        }
        documents.push((folder.file_name().unwrap().to_string_lossy().into_owned(), document));
    }
    assert!(!documents.is_empty());
    documents
}

#[test]
fn every_adapter_is_valid() {
    let schema = schema();
    for (name, document) in documents() {
        let errors: Vec<_> = schema
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        let manifest: Manifest = serde_json::from_value(document).unwrap();
        // What is written is valid again.
        let written = serde_json::to_value(manifest).unwrap();
        schema.validate(&written).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// A document with each key in it, valid.
fn full() -> Value {
    json!({
        "name": "chat",
        "version": "1.0.0",
        "summary": "A chat.",
        "documentation": null,
        "default_url": "https://chat.example",
        "inbound": { "text": { "level": "full", "max_length": 7, "max_bytes": null } },
        "outbound": { "audio": { "level": "fallback-text", "mime_types": ["audio/*"] } },
        "settings_schema": true,
        "secrets": [{ "name": "token", "summary": "The token.", "required": true }],
        "verification": {
            "scheme": "hmac-sha256",
            "header": "x-signature",
            "secret": "token",
            "encoding": "base64",
            "signed_content": "{header:x-time}:{body}",
            "timestamp": { "header": "x-time", "tolerance_seconds": 300 },
            "unsigned_methods": ["GET"]
        },
        "handshake": { "scheme": "body", "when": { "/type": "ping" }, "reply": { "text": "/c" } },
        "on_invalid": "keep",
        "rate": { "per_second": 30, "burst": 5, "per_conversation_per_second": 0.5 },
        "samples": {
            "receive": [{
                "name": "text",
                "channel": { "url": null, "settings": {}, "secrets": { "token": "t" } },
                "request": { "query": { "a": "b" }, "headers": {}, "body": [1] },
                "events": [{}],
                "reply": { "status": 200, "headers": { "a": "b" }, "body": "ok" },
                "warnings": [{ "kind": "ignored", "code": "echo" }],
                "problem": { "kind": "invalid", "code": "bad", "pointer": "/a" }
            }],
            "send": [{
                "name": "text",
                "message": {
                    "conversation": "1",
                    "type": "document",
                    "document": { "url": "https://chat.example/a", "handle": null, "duration": 0.5 },
                    "text": null
                },
                "request": { "method": "POST", "url": "https://chat.example", "body": "x" },
                "responses": [{ "response": { "status": 200 }, "outcome": { "sent": {} } }]
            }]
        }
    })
}

/// Changes one place; the value `(removed)` takes the key away.
fn changed(pointer: &str, value: &Value) -> Value {
    let mut document = full();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap();
    if *value == json!("(removed)") {
        parent.as_object_mut().unwrap().remove(key).unwrap();
    } else {
        parent[key] = value.clone();
    }
    document
}

#[track_caller]
fn assert_agreement(schema: &Validator, document: &Value, valid: bool, what: &str) {
    assert_eq!(schema.is_valid(document), valid, "the schema, on {what}");
    let manifest = serde_json::from_value::<Manifest>(document.clone());
    assert_eq!(manifest.is_ok(), valid, "the types, on {what}: {:?}", manifest.err());
}

#[test]
fn what_is_left_out_has_a_default() {
    let schema = schema();
    assert_agreement(&schema, &full(), true, "the full document");
    let send = "/samples/send/0";
    let message = "/samples/send/0/message";
    for pointer in [
        "/documentation",
        "/settings_schema",
        "/secrets",
        "/verification",
        "/verification/encoding",
        "/verification/timestamp",
        "/handshake",
        "/on_invalid",
        "/rate",
        "/samples",
        "/samples/receive",
        "/samples/receive/0/events",
        "/samples/receive/0/request/body",
        &format!("{send}/request"),
        &format!("{message}/text"),
    ] {
        let document = changed(pointer, &json!("(removed)"));
        assert_agreement(&schema, &document, true, &format!("no {pointer}"));
    }
    for pointer in
        ["/verification", "/handshake", "/rate", "/verification/timestamp", "/inbound/text/note"]
    {
        assert_agreement(&schema, &changed(pointer, &Value::Null), true, pointer);
    }
}

#[test]
fn both_refuse_the_same() {
    let schema = schema();
    let receive = "/samples/receive/0";
    let message = "/samples/send/0/message";
    let removed = json!("(removed)");
    let text = json!({ "body": "a" });
    for (pointer, value) in [
        ("/name", removed.clone()),
        ("/outbound", removed.clone()),
        ("/colour", json!("red")),
        ("/version", json!(1)),
        ("/inbound/picture", json!({ "level": "full" })),
        ("/inbound/text/level", json!("half")),
        ("/inbound/text/max_length", json!(-1)),
        ("/inbound/text/max_length", json!(4_294_967_296_u64)),
        ("/inbound/text/max_length", json!("7")),
        ("/outbound/audio/mime_types", Value::Null),
        ("/secrets/0/summary", removed.clone()),
        ("/secrets/0/value", json!("s3cret")),
        ("/verification/scheme", json!("basic")),
        ("/verification/secret", removed.clone()),
        ("/verification/encoding", json!("base32")),
        ("/verification/timestamp/tolerance_seconds", removed.clone()),
        (
            "/verification",
            json!({ "scheme": "header-secret", "header": "a", "secret": "b", "encoding": "hex" }),
        ),
        ("/on_invalid", Value::Null),
        ("/rate/burst", removed.clone()),
        ("/samples/other", json!([])),
        (&format!("{receive}/request"), removed.clone()),
        (&format!("{receive}/request/query"), json!({ "a": 1 })),
        (&format!("{receive}/reply/status"), json!(65_536)),
        (&format!("{receive}/warnings/0/kind"), json!("loud")),
        (&format!("{receive}/problem/kind"), json!("odd")),
        (&format!("{receive}/channel/secrets"), Value::Null),
        (&format!("{message}/type"), json!("picture")),
        (&format!("{message}/type"), json!("video")),
        (&format!("{message}/text"), text.clone()),
        (&format!("{message}/conversation"), removed.clone()),
        (&format!("{message}/extra"), json!([])),
        (&format!("{message}/document/url"), json!("file:///etc/passwd")),
        (&format!("{message}/document/handle"), json!("h")),
        (&format!("{message}/document/duration"), json!(-1)),
        (&format!("{message}/document/voice"), Value::Null),
        ("/samples/send/0/request/method", removed.clone()),
        ("/samples/send/0/responses/0/outcome", removed.clone()),
        ("/samples/send/0/responses/0/response/status", json!("200")),
    ] {
        assert_agreement(&schema, &changed(pointer, &value), false, &format!("{pointer}: {value}"));
    }
}

#[test]
fn both_know_the_ways_to_verify() {
    let schema = schema();
    let signed = |changes: Value| {
        let mut recipe = json!({ "scheme": "hmac-sha1", "header": "a", "secret": "b" });
        recipe.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        recipe
    };
    let jwt = |changes: Value| {
        let mut recipe = json!({ "scheme": "jwt", "in": { "header": "a", "prefix": "Bearer " },
                                 "key": { "algorithm": "HS256", "secret": "b" } });
        recipe.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        recipe
    };
    let secret = |place: Value| json!({ "scheme": "secret", "in": place, "secret": "b" });
    let rs256 = |jwks: Value| jwt(json!({ "key": { "algorithm": "RS256", "jwks": jwks } }));
    for (recipe, valid) in [
        (secret(json!({ "query": "a" })), true),
        (secret(json!({ "pointer": "/a", "form": null })), true),
        (secret(json!({ "form": "a[b]" })), true),
        (secret(json!({ "form": "a", "prefix": "b" })), false),
        (secret(json!({ "form": "a", "query": "b" })), false),
        (secret(json!({})), false),
        (json!({ "scheme": "basic", "secret": "b" }), true),
        (json!({ "scheme": "basic", "user": "a", "secret": "b", "header": "c" }), false),
        (signed(json!({})), true),
        (signed(json!({ "scheme": "ed25519", "key": "hex" })), true),
        (signed(json!({ "key": "whsec", "encoding": "base64url", "separator": " " })), true),
        (signed(json!({ "key": "pem" })), false),
        (signed(json!({ "signed_content": "{method} {url}{path}{query}{form}{timestamp}" })), true),
        (signed(json!({ "signed_content": "{ }{{body}{A}" })), true),
        (signed(json!({ "signed_content": "{boddy}" })), false),
        (signed(json!({ "signed_content": "{header:a b}" })), false),
        (signed(json!({ "timestamp": { "prefix": "t=", "tolerance_seconds": 1 } })), true),
        (
            signed(json!({ "timestamp": { "header": "h", "format": "rfc3339",
                                          "tolerance_seconds": 1 } })),
            true,
        ),
        (
            signed(json!({ "timestamp": { "header": "h", "prefix": "t=",
                                          "tolerance_seconds": 1 } })),
            false,
        ),
        (signed(json!({ "timestamp": { "tolerance_seconds": 1 } })), false),
        (jwt(json!({})), true),
        (jwt(json!({ "audience": "url", "issuers": ["a"], "claims": { "a": [1] } })), true),
        (jwt(json!({ "audience": { "setting": "a" }, "max_age_seconds": 9 })), true),
        (jwt(json!({ "audience": "a" })), false),
        (jwt(json!({ "body_hash": { "claim": "a" }, "body_claims": { "a": "/b" } })), true),
        (jwt(json!({ "algorithm": "none" })), false),
        (jwt(json!({ "key": { "algorithm": "none" } })), false),
        (jwt(json!({ "key": { "algorithm": "HS256", "jwks": { "url": "https://a" } } })), false),
        (jwt(json!({ "key": { "algorithm": "ES256", "secret": "b" } })), false),
        (rs256(json!({ "url": "https://a" })), true),
        (rs256(json!({ "setting": "a" })), true),
        (rs256(json!("https://a")), false),
    ] {
        let document = changed("/verification", &recipe);
        assert_agreement(&schema, &document, valid, &recipe.to_string());
    }
}

#[test]
fn both_know_the_handshakes() {
    let schema = schema();
    let body = |reply: Value| json!({ "scheme": "body", "when": { "/a": 1 }, "reply": reply });
    let query = json!({ "scheme": "query", "when": { "a": "b" }, "token": "t", "secret": "s",
                        "challenge": "c" });
    let mut without = query.clone();
    without.as_object_mut().unwrap().remove("token");
    for (handshake, valid) in [
        (query, true),
        (without, false),
        (body(json!({ "text": "/a" })), true),
        (body(json!({ "echo": { "a": "/a" } })), true),
        (body(json!({ "json": null })), true),
        (body(json!({ "html": "a" })), false),
        (body(json!({ "text": "/a", "json": 1 })), false),
        (json!({ "scheme": "get" }), false),
        (Value::Null, true),
    ] {
        let document = changed("/handshake", &handshake);
        assert_agreement(&schema, &document, valid, &handshake.to_string());
    }
}

#[test]
fn both_know_the_six_types() {
    let schema = schema();
    let cases = [
        (json!({ "type": "text", "text": { "body": "a", "markup": "html" } }), true),
        (json!({ "type": "text", "text": { "body": "" } }), false),
        (json!({ "type": "audio", "audio": { "handle": "1", "voice": true } }), true),
        (json!({ "type": "audio", "audio": { "handle": "" } }), false),
        (json!({ "type": "video", "video": {} }), false),
        (json!({ "type": "location", "location": { "latitude": 90, "longitude": -180 } }), true),
        (json!({ "type": "location", "location": { "latitude": 90.1, "longitude": 0 } }), false),
        (
            json!({ "type": "contact", "contact": { "name": "A", "phones": [{ "number": "1" }] } }),
            true,
        ),
        (json!({ "type": "contact", "contact": { "name": " " } }), false),
        (json!({ "type": "contact", "contact": { "name": "A", "phones": [{}] } }), false),
    ];
    for (content, valid) in cases {
        let mut message = content.clone();
        message["conversation"] = json!("1");
        let document = changed("/samples/send/0/message", &message);
        assert_agreement(&schema, &document, valid, &content.to_string());
    }
}
