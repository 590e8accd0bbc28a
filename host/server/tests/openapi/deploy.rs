//! Deployments by the API: each answer is held against openapi.json, and all
//! calls about adapters are made.

use std::path::Path;

use axum::Json;
use axum::routing::post;
use serde_json::{Value, json};

use crate::api::{Api, Sent};

/// A revision of the tests' shop.
fn shop(revision: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = root.join(format!("target/hostile/shop-{revision}.wasm"));
    std::fs::read(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; run `make adapters` first", file.display()))
}

/// A chat that takes every message.
async fn chat() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/shop", listener.local_addr().unwrap());
    let router = axum::Router::new()
        .route("/shop/messages", post(|| async { Json(json!({ "id": "s-1" })) }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn entry(id: &str, thread: &str, kind: &str, fields: Value) -> Value {
    let mut entry = json!({
        "id": id, "thread": thread, "kind": kind, "at": "2026-03-01T12:00:00Z",
        "user": { "id": "u-1", "name": "Ana Souza" }, "order": format!("A-{id}"),
    });
    for (name, value) in fields.as_object().unwrap() {
        entry[name] = value.clone();
    }
    entry
}

fn text(id: &str, thread: &str, text: &str) -> Value {
    entry(id, thread, "text", json!({ "text": text }))
}

/// A server with the shop's first revision, two channels on it, and the path of
/// the first one's ingress.
async fn shop_server() -> (Api, String) {
    let adapters = tempfile::tempdir().unwrap();
    std::fs::write(adapters.path().join("shop.wasm"), shop("1")).unwrap();
    let api = Api::start(adapters.path()).await;
    let url = chat().await;
    let mut ingress = Vec::new();
    for id in ["counter", "stall"] {
        let channel = json!({ "id": id, "name": id, "adapter": "shop", "url": url });
        let created = api.call("post", "/v1/channels", Sent::Json(channel)).await;
        assert_eq!(created.status, 201, "{:#}", created.body);
        let url = created.body["ingress_url"].as_str().unwrap();
        ingress.push(url[url.find("/in/").unwrap()..].to_owned());
    }
    (api, ingress.remove(0))
}

/// Deploys a revision and waits for what becomes of it.
async fn deploy(api: &Api, mode: &str, bytes: Vec<u8>) -> Value {
    let path = format!("/v1/adapters/shop?mode={mode}");
    let taken = api.call("put", &path, Sent::Bytes(bytes)).await;
    assert_eq!(taken.status, 202, "{:#}", taken.body);
    assert_eq!(taken.body["state"], "checking");
    api.until(&taken.location, |it| it["state"] != "checking").await
}

async fn post_ok(api: &Api, path: &str, sent: Sent) -> Value {
    let answer = api.call("post", path, sent).await;
    assert_eq!(answer.status, 200, "{path}: {:#}", answer.body);
    answer.body
}

/// Sets the whole policy.
async fn rule(api: &Api, policy: Value) -> Value {
    let answer = api.call("put", "/v1/adapters/shop/policy", Sent::Json(policy)).await;
    assert_eq!(answer.status, 200, "{:#}", answer.body);
    answer.body
}

/// Messages of all kinds in both directions; gives the ids of a message from the
/// chat, of one to it, and of a request that was not mapped.
async fn traffic(api: &Api, ingress: &str) -> [String; 3] {
    let place = json!({ "lat": -23.56, "lon": -46.65, "text": "MASP" });
    let file = json!({ "url": "https://files.example/a.pdf", "name": "a.pdf" });
    let mut first = text("m-1", "t-1", "Olá");
    // Its time is that of its coming then.
    first["at"] = Value::Null;
    let body = json!([first, entry("m-2", "t-1", "place", place)]);
    let mapped = post_ok(api, ingress, Sent::Json(body)).await;
    post_ok(api, ingress, Sent::Json(entry("m-3", "t-2", "file", file))).await;
    let voice = entry("m-4", "t-1", "voice", json!({ "url": "https://files.example/a.ogg" }));
    let unmapped = api.call("post", ingress, Sent::Json(voice)).await;
    let message = json!({ "conversation": "t-1", "type": "text", "text": { "body": "Pois não" } });
    let sent = api.call("post", "/v1/channels/counter/messages", Sent::Json(message)).await;
    assert_eq!(sent.status, 202, "{:#}", sent.body);
    api.until(&sent.location, |it| it["state"] == "sent").await;
    let id = |value: &Value| value.as_str().unwrap().to_owned();
    [id(&mapped["messages"][0]["id"]), id(&sent.body["id"]), unmapped.request_id]
}

/// Pauses, and what waits meanwhile; gives back what was.
async fn is_paused_and_resumed(api: &Api) {
    let why = || Sent::Json(json!({ "reason": "a test" }));
    let paused = post_ok(api, "/v1/channels/counter/pause", why()).await;
    assert_eq!(paused["paused"]["code"], "operator");
    assert_eq!(api.get("/v1/channels/counter").await["paused"], paused["paused"]);
    let message = json!({ "conversation": "t-1", "type": "text", "text": { "body": "Já volto" } });
    let sent = api.call("post", "/v1/channels/counter/messages", Sent::Json(message)).await;
    assert_eq!(sent.status, 202, "{:#}", sent.body);
    let waiting =
        api.until("/v1/channels/counter/waiting", |page| page["lanes"] != json!([])).await;
    assert_eq!(waiting["lanes"][0]["reason"]["code"], "paused");
    let one = api.get("/v1/channels/counter/waiting?conversation=t-1&limit=1").await;
    assert_eq!(one["lanes"][0]["message"], sent.body["id"]);
    post_ok(api, "/v1/channels/counter/resume", Sent::Nothing).await;
    api.until(&sent.location, |it| it["state"] == "sent").await;
    let long = Sent::Json(json!({ "reason": "x".repeat(501) }));
    let refused = api.refused("post", "/v1/platform/pause", long).await;
    assert_eq!(refused, (422, "invalid_input".to_owned()));
    post_ok(api, "/v1/platform/pause", Sent::Nothing).await;
    assert_eq!(api.get("/v1/platform").await["paused"]["by"], "admin");
    post_ok(api, "/v1/platform/resume", Sent::Nothing).await;
}

async fn waits_and_is_declined(api: &Api) {
    let waiting = deploy(api, "review", shop("renames")).await;
    assert_eq!(waiting["state"], "waiting", "{waiting:#}");
    let change = &waiting["shadow"]["channels"][0]["receive"]["changes"][0];
    assert_eq!(change["pointer"], "/events/*/message/extra/order");
    assert_eq!(change["kind"], json!({ "renamed": "/events/*/message/extra/order_id" }));
    let adapter = api.get("/v1/adapters/shop").await;
    assert_eq!(adapter["waiting"]["deployment"], waiting["id"]);
    let compared = api.get("/v1/adapters/shop/diff").await;
    assert_eq!(compared["candidate"], waiting["revision"]);
    let why = Sent::Json(json!({ "reason": "the CRM reads `order`" }));
    let declined = post_ok(api, "/v1/adapters/shop/decline", why).await;
    assert_eq!(declined["state"], "declined");
    let again = api.refused("post", "/v1/adapters/shop/decline", Sent::Nothing).await;
    assert_eq!(again, (409, "nothing_waits".to_owned()));
}

async fn goes_live_and_is_taken_back(api: &Api) {
    let nothing = api.refused("post", "/v1/adapters/shop/rollback", Sent::Nothing).await;
    assert_eq!(nothing, (409, "nothing_to_roll_back_to".to_owned()));
    let trial = deploy(api, "review", shop("2")).await;
    assert_eq!(trial["state"], "trial", "{trial:#}");
    let adapter = api.get("/v1/adapters/shop").await;
    assert_eq!(adapter["watched"]["deployment"], trial["id"]);
    let digits = &trial["revision"].as_str().unwrap()[..12];
    let revision = || Sent::Json(json!({ "revision": digits }));
    let again = api.refused("post", "/v1/adapters/shop/activate", revision()).await;
    assert_eq!(again, (409, "already_active".to_owned()));
    let back = post_ok(api, "/v1/adapters/shop/rollback", Sent::Nothing).await;
    assert_eq!((&back["id"], &back["state"]), (&trial["id"], &json!("rolled_back")));
    let active = post_ok(api, "/v1/adapters/shop/activate", revision()).await;
    assert_eq!(active["state"], "trial");
    let same = deploy(api, "auto", shop("2")).await;
    assert_eq!(same["state"], "unchanged");
    let waiting = deploy(api, "review", shop("renames")).await["revision"].clone();
    for (body, code) in [
        (json!({ "revision": waiting }), "has_not_served"),
        (json!({ "from": waiting }), "not_live"),
    ] {
        let refused = api.refused("post", "/v1/adapters/shop/rollback", Sent::Json(body)).await;
        assert_eq!(refused, (409, code.to_owned()));
    }
    let to = Sent::Json(json!({
        "revision": trial["predecessor"], "from": digits, "reason": "a test",
    }));
    post_ok(api, "/v1/adapters/shop/rollback", to).await;
    let stale = api.refused("post", "/v1/adapters/shop/approve", Sent::Nothing).await;
    assert_eq!(stale, (409, "evidence_stale".to_owned()));
}

async fn serves_a_share(api: &Api) {
    let policy = json!({ "mode": "manual", "canary": { "percent": 50, "seconds": 600 } });
    assert_eq!(rule(api, policy.clone()).await["policy"]["canary"]["percent"], 50);
    let path = "/v1/adapters/shop";
    let taken = api.call("put", path, Sent::Bytes(shop("2"))).await;
    let waiting = api.until(&taken.location, |it| it["state"] != "checking").await;
    assert_eq!((&waiting["state"], &waiting["mode"]), (&json!("waiting"), &json!("manual")));
    let canary = post_ok(api, "/v1/adapters/shop/approve", Sent::Nothing).await;
    assert_eq!(canary["state"], "canary");
    let adapter = api.get(path).await;
    assert_eq!(adapter["canary"]["candidate"], canary["revision"]);
    assert_eq!(post_ok(api, "/v1/adapters/shop/rollback", Sent::Nothing).await["id"], canary["id"]);
    let default = rule(api, json!({})).await;
    assert_eq!(default["policy"]["mode"], "auto");
    let wrong = Sent::Json(json!({ "shadow": { "requests": 5_001 } }));
    let refused = api.call("put", "/v1/adapters/shop/policy", wrong).await;
    assert_eq!(
        (refused.status, &refused.body["violations"][0]["pointer"]),
        (422, &json!("/shadow/requests"))
    );
}

async fn channels_stay_behind(api: &Api) {
    let live = deploy(api, "auto", shop("needs-setting")).await;
    assert_eq!(live["state"], "trial", "{live:#}");
    assert!(!live["changes"].as_array().unwrap().is_empty());
    // In the order in which they were recorded, though all at the same time.
    let audit = api.get("/v1/audit?limit=3").await;
    let actions: Vec<&Value> =
        audit["entries"].as_array().unwrap().iter().map(|it| &it["action"]).collect();
    assert_eq!(actions, ["went_live", "held", "held"], "{audit:#}");
    let adapter = api.get("/v1/adapters/shop").await;
    assert_eq!(adapter["holds"]["counter"]["missing"][0][0], "/settings");
    let pin = "/v1/adapters/shop/pins/counter";
    let newest = Sent::Json(json!({ "revision": live["revision"] }));
    let refused = api.refused("put", pin, newest).await;
    assert_eq!(refused, (409, "requirements_missing".to_owned()));
    post_ok(api, "/v1/adapters/shop/rollback", Sent::Nothing).await;
    let first = api.get("/v1/adapters/shop").await["revision"].clone();
    let pinned = api.call("put", pin, Sent::Json(json!({ "revision": first }))).await;
    assert_eq!(pinned.body["pins"]["counter"], first);
    assert_eq!(api.call("delete", pin, Sent::Nothing).await.status, 204);
    let not_pinned = api.refused("delete", pin, Sent::Nothing).await;
    assert_eq!(not_pinned, (409, "not_pinned".to_owned()));
    let nowhere = Sent::Json(json!({ "revision": first }));
    let unknown = api.refused("put", "/v1/adapters/shop/pins/none", nowhere).await;
    assert_eq!(unknown, (404, "channel_not_found".to_owned()));
}

async fn is_rejected(api: &Api) {
    for (bytes, stage, code) in [
        (Vec::new(), "format", "empty_file"),
        (shop("sample-fails"), "samples", "sample_failed"),
        (shop("send-traps"), "shadow", "shadow_new_failures"),
    ] {
        let rejected = deploy(api, "auto", bytes).await;
        assert_eq!(rejected["state"], "rejected", "{rejected:#}");
        let reason = &rejected["reason"];
        assert_eq!((&reason["stage"], &reason["code"]), (&json!(stage), &json!(code)));
    }
    let name = api.refused("put", "/v1/adapters/Shop", Sent::Bytes(shop("2"))).await;
    assert_eq!(name, (422, "invalid_name".to_owned()));
}

/// A request fails in a revision that nobody answers for, and is mapped again.
async fn comes_late(api: &Api, ingress: &str) {
    rule(api, json!({ "rollback": { "seconds": 0 } })).await;
    let live = deploy(api, "auto", shop("traps-later")).await;
    assert_eq!(live["state"], "live", "{live:#}");
    let failed = api.call("post", ingress, Sent::Json(text("m-5", "t-1", "boom"))).await;
    assert_eq!(failed.body["problem"]["code"], "trap", "{:#}", failed.body);
    post_ok(api, ingress, Sent::Json(text("m-6", "t-1", "Alô?"))).await;
    post_ok(api, "/v1/adapters/shop/rollback", Sent::Nothing).await;
    let is_late = |event: &&Value| event["message"]["external_id"] == "m-5";
    let events = api
        .until("/v1/events", |page| {
            page["events"].as_array().unwrap().iter().any(|it| is_late(&it))
        })
        .await;
    let events = events["events"].as_array().unwrap();
    assert_eq!(events.iter().find(is_late).unwrap()["late"], true);
    assert!(events.iter().filter(|it| it.get("late").is_some()).count() == 1);
    let replayed = api.get(&format!("/v1/requests/{}/replay", failed.request_id)).await;
    let earlier = &replayed["request"]["earlier"];
    assert_eq!(earlier[0]["revision"]["sha256"], live["revision"], "{replayed:#}");
    let is_remapped = |entry: &Value| entry["action"] == "remapped";
    api.until("/v1/audit?adapter=shop&limit=3", |page| {
        page["entries"].as_array().unwrap().iter().any(is_remapped)
    })
    .await;
}

async fn is_replayed(api: &Api, [inbound, outbound, unmapped]: &[String; 3]) {
    let revisions = api.get("/v1/adapters/shop").await["revisions"].clone();
    for path in [
        format!("/v1/messages/{inbound}/replay"),
        format!("/v1/messages/{outbound}/replay"),
        format!("/v1/requests/{unmapped}/replay"),
    ] {
        let replayed = api.get(&path).await;
        assert_eq!(replayed["differences"], json!([]), "{replayed:#}");
        for revision in revisions.as_array().unwrap() {
            api.get(&format!("{path}?revision={}", revision["revision"].as_str().unwrap())).await;
        }
        let unknown = api.refused("get", &format!("{path}?revision=xyz"), Sent::Nothing).await;
        assert_eq!(unknown, (404, "revision_not_found".to_owned()));
        let query = api.refused("get", &format!("{path}?revison=1"), Sent::Nothing).await;
        assert_eq!(query, (400, "invalid_query".to_owned()));
    }
    let none = api.refused("get", "/v1/messages/none/replay", Sent::Nothing).await;
    assert_eq!(none, (404, "message_or_request_not_found".to_owned()));
}

async fn is_listed(api: &Api) {
    let adapters = api.get("/v1/adapters").await;
    assert_eq!(adapters["adapters"][0]["state"], "active");
    let all = api.get("/v1/deployments?adapter=shop").await;
    let all = all["deployments"].as_array().unwrap();
    let third = api
        .get(&format!("/v1/deployments?limit=1&before={}", all[1]["id"].as_str().unwrap()))
        .await;
    assert_eq!(third["deployments"], json!([all[2]]));
    let audit = api.get("/v1/audit").await;
    let last = audit["entries"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["actor"], &last["action"]), (&json!("folder"), &json!("submitted")));
    for list in ["deployments", "audit"] {
        let limit = api.refused("get", &format!("/v1/{list}?limit=501"), Sent::Nothing).await;
        assert_eq!(limit, (422, "invalid_input".to_owned()));
        let cursor = api.refused("get", &format!("/v1/{list}?before=x"), Sent::Nothing).await;
        assert_eq!(cursor, (400, "invalid_cursor".to_owned()));
    }
}

#[tokio::test]
async fn deployments_are_answered_as_documented() {
    let (api, ingress) = shop_server().await;
    let recorded = traffic(&api, &ingress).await;
    is_paused_and_resumed(&api).await;
    waits_and_is_declined(&api).await;
    goes_live_and_is_taken_back(&api).await;
    serves_a_share(&api).await;
    channels_stay_behind(&api).await;
    is_rejected(&api).await;
    is_replayed(&api, &recorded).await;
    comes_late(&api, &ingress).await;
    is_listed(&api).await;
    let seen = api.seen();
    let missed: Vec<String> = api
        .document()
        .operations()
        .iter()
        .filter(|it| it.value["tags"][0] == "adapters" || it.id().starts_with("replay"))
        .map(|it| it.id().to_owned())
        .filter(|id| !seen.contains(id))
        .collect();
    assert!(missed.is_empty(), "no success was seen of {missed:?}");
    api.stop().await;
}

#[tokio::test]
async fn documentation_is_shared_by_a_link_that_can_be_replaced_and_ended() {
    let (api, _) = shop_server().await;
    let path = "/v1/channels/counter/documentation-link";
    let first = api.call("post", path, Sent::Nothing).await.body;
    let second = api.call("post", path, Sent::Nothing).await.body;
    let url = |channel: &Value| channel["documentation_url"].as_str().unwrap().to_owned();
    assert!(url(&first).contains("/documentation/"));
    assert_ne!(url(&first), url(&second));
    assert_eq!(first["ingress_url"], second["ingress_url"]);
    // Other changes leave it as it is.
    let change = Sent::Json(json!({ "description": "changed" }));
    let changed = api.call("patch", "/v1/channels/counter", change).await.body;
    assert_eq!(url(&changed), url(&second));
    let ended = api.call("delete", path, Sent::Nothing).await;
    assert_eq!((ended.status, &ended.body["documentation_url"]), (200, &Value::Null));
    // Ending it again changes nothing.
    let again = api.call("delete", path, Sent::Nothing).await;
    assert_eq!(again.body["revision"], ended.body["revision"]);
    let other = api.get("/v1/channels/stall").await;
    assert_eq!(other["documentation_url"], Value::Null);
    api.stop().await;
}
