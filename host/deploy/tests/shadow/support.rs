//! Components, and the traffic of a shop.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use eclusa_deploy::shadow::Traffic;
use eclusa_engine::{CallContext, Engine, EngineConfig, Revision};
use eclusa_journal::registry::Comparison;
use eclusa_journal::{OutboundRecord, RawRequest, RequestRecord};
use eclusa_model::{HttpResponse, SampleChannel};
use serde_json::{Value, json};

fn engine() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::new(EngineConfig::default()).unwrap()).clone()
}

pub(crate) fn load(engine: &Engine, path: &str) -> Arc<Revision> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target").join(path);
    let bytes = std::fs::read(&file).unwrap_or_else(|error| {
        panic!("{path}: {error}; build the test adapters with `scripts/build-adapters.sh`")
    });
    engine.load("adapter", &bytes).unwrap_or_else(|error| panic!("{path}: {error}")).revision
}

/// A component in the one engine, loaded once.
pub(crate) fn shared(path: &str) -> Arc<Revision> {
    static LOADED: Mutex<BTreeMap<String, Arc<Revision>>> = Mutex::new(BTreeMap::new());
    let mut loaded = LOADED.lock().unwrap();
    Arc::clone(loaded.entry(path.to_owned()).or_insert_with(|| load(&engine(), path)))
}

pub(crate) fn shop(revision: &str) -> Arc<Revision> {
    shared(&format!("hostile/shop-{revision}.wasm"))
}

pub(crate) fn context() -> CallContext {
    let channel: SampleChannel =
        serde_json::from_value(json!({"url": "https://chat.example.com"})).unwrap();
    CallContext::from(&channel)
}

pub(crate) fn request(id: &str, body: &Value) -> RequestRecord {
    RequestRecord {
        id: id.to_owned(),
        channel: "shop".to_owned(),
        raw: RawRequest {
            received_at: "2026-01-02T03:04:05Z".to_owned(),
            method: "POST".to_owned(),
            path: String::new(),
            query: Vec::new(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.to_string(),
        },
        verified_by: None,
        revision: None,
        warnings: Vec::new(),
        problem: None,
        earlier: Vec::new(),
        discarded: None,
    }
}

pub(crate) fn outbound(id: &str, text: &str, response: Option<HttpResponse>) -> OutboundRecord {
    let message = json!({"id": id, "conversation": "t1", "type": "text", "text": {"body": text}});
    OutboundRecord {
        channel: "shop".to_owned(),
        message: serde_json::from_value(message).unwrap(),
        response,
        revision: None,
    }
}

pub(crate) fn taken() -> Option<HttpResponse> {
    Some(HttpResponse::text(200, r#"{"id":"s-77"}"#))
}

/// An entry of the shop's chat, with the fields of its kind.
pub(crate) fn entry(id: u32, kind: &str, fields: &Value) -> Value {
    let mut entry = json!({
        "id": id.to_string(), "thread": "t1", "user": {"id": "u1", "name": "Ana Souza"},
        "at": "2026-03-01T12:00:00Z", "kind": kind,
    });
    for (name, value) in fields.as_object().unwrap() {
        entry[name] = value.clone();
    }
    entry
}

/// 12 texts of which 8 have an order, one of them twice in one request; 3 places,
/// 2 files, 2 voices, which the first revision does not know.
pub(crate) fn shop_traffic() -> Traffic {
    let order = |id: u32| entry(id, "text", &json!({"text": "Cadê?", "order": "A-1001"}));
    let mut bodies: Vec<Value> = (0..7).map(order).collect();
    bodies.push(json!([order(7), order(8)]));
    bodies.extend((10..14).map(|id| entry(id, "text", &json!({"text": "boom or slow"}))));
    bodies.extend(
        (20..23).map(|id| entry(id, "place", &json!({"lat": -23.561_414, "lon": -46.655_881}))),
    );
    let url = json!({"url": "https://shop.example.com/a.ogg", "mime": "audio/ogg"});
    bodies.extend((30..32).map(|id| entry(id, "file", &url)));
    bodies.extend((40..42).map(|id| entry(id, "voice", &url)));
    let numbered = bodies.iter().enumerate();
    Traffic {
        requests: numbered.map(|(place, body)| request(&format!("r{place}"), body)).collect(),
        outbound: vec![
            outbound("m0", "Oi", taken()),
            outbound("m1", "Olá", Some(HttpResponse::text(404, ""))),
            outbound("m2", "Sim", None),
        ],
    }
}

pub(crate) fn assert_adds_up(it: &Comparison) {
    let sum = it.identical + it.changed + it.new_failures + it.repaired_failures + it.failing;
    assert_eq!(sum, it.total, "{it:?}");
}

pub(crate) fn assert_identical(it: &Comparison, total: u32, failing: u32) {
    assert_eq!((it.total, it.identical, it.failing), (total, total - failing, failing), "{it:?}");
    assert!(it.changes.is_empty() && it.failures.is_empty() && it.repaired.is_empty());
}
