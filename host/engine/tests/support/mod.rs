//! What the engine's tests share.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use eclusa_engine::{CallContext, Engine, EngineConfig, Revision};
use eclusa_model::{ChannelView, OutboundMessage, Request, Secret};

/// One engine with the production limits for all tests of a file.
pub(crate) fn engine() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::new(EngineConfig::default()).unwrap()).clone()
}

/// A component from `target/hostile`.
pub(crate) fn hostile(name: &str) -> Vec<u8> {
    component(&format!("target/hostile/{name}.wasm"))
}

/// A component below the workspace's root.
pub(crate) fn component(path: &str) -> Vec<u8> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    std::fs::read(&file).unwrap_or_else(|error| {
        panic!("{path}: {error}; build the test adapters with `scripts/build-adapters.sh`")
    })
}

/// The adapter that misbehaves when it is told to.
pub(crate) fn behave() -> std::sync::Arc<Revision> {
    static REVISION: OnceLock<std::sync::Arc<Revision>> = OnceLock::new();
    REVISION.get_or_init(|| engine().load("behave", &hostile("behave")).unwrap().revision).clone()
}

pub(crate) fn context() -> CallContext {
    let channel = ChannelView {
        id: "channel".into(),
        name: "Channel".into(),
        url: Some("https://chat.example".into()),
        settings: "{}".into(),
    };
    let secrets = BTreeMap::from([("token".to_owned(), Secret::new("open sesame").into())]);
    CallContext::new(channel, secrets)
}

pub(crate) fn request(body: &str) -> Request {
    Request {
        method: "POST".into(),
        path: String::new(),
        query: vec![("a".into(), "1".into())],
        headers: vec![("content-type".into(), "application/json".into())],
        body: body.into(),
        received_at: "2026-01-02T03:04:05Z".into(),
    }
}

pub(crate) fn message(json: &str) -> OutboundMessage {
    serde_json::from_str(json).unwrap()
}
