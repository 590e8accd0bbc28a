//! Keys that a chat publishes: how often they are fetched, and what a token must
//! say.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use eclusa_ingress::Verifier;
use eclusa_model::Channel;
use jsonwebtoken::{Algorithm, Header, encode};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::keys::KeyPair;
use crate::support::{Draft, NOW, channel, http, manifest, name, verdict_by};

/// A chat's server that publishes keys.
pub(crate) struct Publisher {
    pub(crate) url: String,
    /// None where it takes its time.
    answer: watch::Sender<Option<(StatusCode, String)>>,
    fetches: watch::Receiver<usize>,
}

impl Publisher {
    pub(crate) async fn start() -> Self {
        let first = (StatusCode::INTERNAL_SERVER_ERROR, String::new());
        let (answer, answers) = watch::channel(Some(first));
        let (count, fetches) = watch::channel(0);
        let answered = move || {
            count.send_modify(|count| *count += 1);
            let mut answers = answers.clone();
            async move { answers.wait_for(Option::is_some).await.unwrap().clone().unwrap() }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let router = Router::new().route("/keys", get(answered));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, answer, fetches }
    }

    /// From now on these keys, by their names, which are their ids.
    pub(crate) fn publish(&self, names: &[&str]) {
        let mut keys: Vec<Value> =
            names.iter().flat_map(|name| KeyPair::of(name).published(name)).collect();
        // What is of another kind, or for something else, must not get in the way.
        keys.insert(0, json!({ "kty": "XYZ", "kid": "new" }));
        keys.insert(1, json!({ "kty": "oct", "kid": "new", "k": "AAAA" }));
        self.answer(StatusCode::OK, &json!({ "keys": keys }).to_string());
    }

    fn answer(&self, status: StatusCode, body: &str) {
        self.answer.send_replace(Some((status, body.to_owned())));
    }

    /// From now on it answers nobody until it is told what.
    fn hang(&self) {
        self.answer.send_replace(None);
    }

    fn fetches(&self) -> usize {
        *self.fetches.borrow()
    }
}

struct World {
    publisher: Publisher,
    verifier: Verifier,
    channel: Channel,
}

impl World {
    async fn new() -> Self {
        let publisher = Publisher::start().await;
        let settings = json!({ "app_id": "app-1", "jwks": publisher.url });
        Self {
            verifier: Verifier::new(Arc::new(http())),
            channel: channel(&[], settings),
            publisher,
        }
    }

    /// What becomes of a token signed by this key, `later` seconds after the
    /// beginning.
    async fn verdict(&self, key: &str, later: i64) -> &'static str {
        let now = NOW + later;
        let claims = json!({ "iss": "chat", "aud": ["x", "app-1"], "exp": now + 60 });
        self.with(key, Some(key), &claims, later).await
    }

    /// The same, where it comes without waiting for anybody.
    async fn at_once(&self, key: &str, later: i64) -> Option<&'static str> {
        tokio::time::timeout(Duration::ZERO, self.verdict(key, later)).await.ok()
    }

    async fn with(&self, key: &str, id: Option<&str>, claims: &Value, later: i64) -> &'static str {
        let header = Header { kid: id.map(str::to_owned), ..Header::new(Algorithm::RS256) };
        let token = encode(&header, claims, &KeyPair::of(key).private(Algorithm::RS256)).unwrap();
        self.sent(&token, later).await
    }

    async fn sent(&self, token: &str, later: i64) -> &'static str {
        let manifest = manifest(&json!({ "scheme": "jwt",
            "in": { "header": "x-token" }, "issuers": ["chat"],
            "key": { "algorithm": "RS256", "jwks": { "setting": "jwks" } },
            "audience": { "setting": "app_id" }, "claims": {} }));
        let draft = Draft::post("{}").header("x-token", token);
        name(&verdict_by(&self.verifier, &manifest, &self.channel, &draft, NOW + later).await)
    }
}

const HOUR: i64 = 60 * 60;

#[tokio::test]
async fn keys_are_fetched_once_and_again_when_they_are_old() {
    let world = World::new().await;
    world.publisher.publish(&["new"]);
    for later in [0, 1, HOUR - 1] {
        assert_eq!(world.verdict("new", later).await, "verified");
        assert_eq!(world.publisher.fetches(), 1, "{later}");
    }
    // A key that the chat has withdrawn is not believed for longer than an hour.
    world.publisher.publish(&["old"]);
    assert_eq!(world.verdict("new", HOUR).await, "signature_mismatch");
    assert_eq!(world.publisher.fetches(), 2);
}

#[tokio::test]
async fn unknown_key_ids_do_not_make_the_host_ask_again_and_again() {
    let world = World::new().await;
    world.publisher.publish(&["old"]);
    assert_eq!(world.verdict("old", 0).await, "verified");
    for later in 1..30 {
        assert_eq!(world.verdict("new", later).await, "signature_mismatch");
    }
    assert_eq!(world.publisher.fetches(), 1);
    // After a while it asks, and finds the key that the chat has begun to use.
    world.publisher.publish(&["new", "old"]);
    assert_eq!(world.verdict("new", 30).await, "verified");
    assert_eq!(world.verdict("old", 30).await, "verified");
    assert_eq!(world.publisher.fetches(), 2);
}

#[tokio::test]
async fn where_keys_cannot_be_fetched_the_chat_is_asked_to_come_again() {
    let world = World::new().await;
    let unavailable = "verification_keys_unavailable";
    assert_eq!(world.verdict("new", 0).await, unavailable);
    assert_eq!(world.verdict("new", 29).await, unavailable);
    assert_eq!(world.publisher.fetches(), 1);
    for body in ["", "{}", "<html>", r#"{"keys":7}"#] {
        world.publisher.answer(StatusCode::OK, body);
        let later = 30 * i64::try_from(world.publisher.fetches()).unwrap();
        assert_eq!(world.verdict("new", later).await, unavailable, "{body}");
    }
    world.publisher.publish(&["new"]);
    assert_eq!(world.verdict("new", 1000).await, "verified");
    // Once known they are used for a day, whatever becomes of the chat's server.
    world.publisher.answer(StatusCode::BAD_GATEWAY, "");
    assert_eq!(world.verdict("new", 1000 + 2 * HOUR).await, "verified");
    // One that is not known may be a new one.
    assert_eq!(world.verdict("old", 1001 + 2 * HOUR).await, unavailable);
    assert_eq!(world.verdict("old", 1030 + 2 * HOUR).await, unavailable);
    assert_eq!(world.verdict("new", 1000 + 24 * HOUR - 1).await, "verified");
    assert_eq!(world.verdict("new", 1000 + 24 * HOUR + 60).await, unavailable);
}

#[tokio::test]
async fn many_at_once_ask_once() {
    let world = World::new().await;
    world.publisher.publish(&["new"]);
    let verdicts = tokio::join!(
        world.verdict("new", 0),
        world.verdict("new", 0),
        world.verdict("new", 0),
        world.verdict("new", 0),
    );
    assert_eq!(verdicts, ("verified", "verified", "verified", "verified"));
    assert_eq!(world.publisher.fetches(), 1);
}

#[tokio::test]
async fn a_server_that_hangs_holds_nobody_up_whose_key_is_kept() {
    let world = World::new().await;
    world.publisher.publish(&["new"]);
    assert_eq!(world.verdict("new", 0).await, "verified");
    world.publisher.hang();
    // One waits a moment, in case the chat has withdrawn the key.
    assert_eq!(world.verdict("new", 2 * HOUR).await, "verified");
    for later in 1..100 {
        assert_eq!(world.at_once("new", 2 * HOUR + later).await, Some("verified"));
    }
    assert_eq!(world.publisher.fetches(), 2, "one is under way, and no other begins");
    // Who has no key that could be used waits.
    assert_eq!(world.at_once("old", 2 * HOUR).await, None);
    // Once the answer comes it counts.
    world.publisher.publish(&["old"]);
    assert_eq!(world.verdict("old", 2 * HOUR).await, "verified");
    assert_eq!(world.verdict("new", 2 * HOUR).await, "signature_mismatch");
    assert_eq!(world.publisher.fetches(), 2);
    // And it is asked before an old key is taken again.
    world.publisher.publish(&["new"]);
    assert_eq!(world.verdict("old", 4 * HOUR).await, "signature_mismatch");
}

#[tokio::test]
async fn callers_who_hang_up_end_no_fetch_and_begin_no_other() {
    let world = World::new().await;
    world.publisher.hang();
    for later in 0..10 {
        assert_eq!(world.at_once("new", later).await, None);
    }
    world.publisher.fetches.clone().wait_for(|count| *count == 1).await.unwrap();
    for later in 30..40 {
        assert_eq!(world.at_once("new", later).await, None);
    }
    world.publisher.publish(&["new"]);
    assert_eq!(world.verdict("new", 70).await, "verified");
    assert_eq!(world.publisher.fetches(), 1);
}

#[tokio::test]
async fn a_token_must_be_for_this_channel_and_for_now() {
    let world = World::new().await;
    world.publisher.publish(&["new", "old"]);
    let right = json!({ "iss": "chat", "aud": "app-1", "exp": NOW + 60, "nbf": NOW - 1 });
    for (pointer, value, expected) in [
        ("/exp", json!(NOW + 1), "verified"),
        ("/exp", json!(NOW as f64 - 59.5), "verified"),
        ("/exp", json!(NOW - 60), "token_expired"),
        ("/exp", json!("2099-01-01"), "token_expired"),
        ("/exp", Value::Null, "token_expired"),
        ("/nbf", json!(NOW + 60), "verified"),
        ("/nbf", json!(NOW + 61), "token_expired"),
        ("/aud", json!("app-2"), "token_rejected"),
        ("/aud", json!(["app-2"]), "token_rejected"),
        ("/aud", json!([]), "token_rejected"),
        ("/aud", json!(["app-2", "app-1"]), "verified"),
        ("/iss", json!("other"), "token_rejected"),
        ("/iss", json!(["chat"]), "token_rejected"),
    ] {
        let mut claims = right.clone();
        *claims.pointer_mut(pointer).unwrap() = value;
        let verdict = world.with("new", Some("new"), &claims, 0).await;
        assert_eq!(verdict, expected, "{claims}");
    }
    // Without an id any of the keys will do; with the id of another one, none.
    assert_eq!(world.with("old", None, &right, 0).await, "verified");
    assert_eq!(world.with("wrong", None, &right, 0).await, "signature_mismatch");
    assert_eq!(world.with("old", Some("new"), &right, 0).await, "signature_mismatch");
}

#[tokio::test]
async fn the_token_does_not_choose_its_algorithm() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let world = World::new().await;
    world.publisher.publish(&["new"]);
    let claims = json!({ "iss": "chat", "aud": "app-1", "exp": NOW + 60 });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let modulus = KeyPair::of("new").published("new")[0]["n"].as_str().unwrap().to_owned();
    let by_public_key = jsonwebtoken::EncodingKey::from_secret(modulus.as_bytes());
    let hs256 = encode(&Header::new(Algorithm::HS256), &claims, &by_public_key).unwrap();
    let es256 = Header { kid: Some("new".to_owned()), ..Header::new(Algorithm::ES256) };
    let es256 = encode(&es256, &claims, &KeyPair::of("new").private(Algorithm::ES256)).unwrap();
    let none = format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims));
    let critical = part(&json!({ "alg": "RS256", "crit": ["b64"], "b64": false }));
    let critical = format!("{critical}.{}.AAAA", part(&claims));
    for token in [&hs256, &es256, &none, &critical, "a.b.c", "a.b", "..", "", "e30.e30.e30.e30"] {
        assert_eq!(world.sent(token, 0).await, "signature_malformed", "{token}");
    }
}
