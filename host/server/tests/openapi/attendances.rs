//! Service sessions by the API: each answer is held against openapi.json, and all
//! calls about them are made.

use std::path::Path;

use serde_json::{Value, json};

use crate::api::{Api, Sent, TOKEN};

async fn post(api: &Api, path: &str, body: Value) -> Value {
    let answer = api.call("post", path, Sent::Json(body)).await;
    assert_eq!(answer.status, 200, "{path}: {:#}", answer.body);
    answer.body
}

fn message(id: &str) -> Value {
    json!({
        "id": id, "thread": "t-1", "user": { "id": "u-1", "name": "Ana" }, "kind": "text",
        "at": "2026-03-01T12:00:00Z", "text": "Oi", "order": "A-1",
    })
}

#[tokio::test]
async fn attendances_are_answered_as_documented() {
    let adapters = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = root.join("target/hostile/shop-1.wasm");
    std::fs::copy(&file, adapters.path().join("shop.wasm")).unwrap();
    let api = Api::start(adapters.path()).await;
    let channel = json!({
        "id": "counter", "name": "Counter", "adapter": "shop", "url": "https://chat.example",
        "flow": "day",
    });
    let created = api.call("post", "/v1/channels", Sent::Json(channel)).await;
    assert_eq!(created.status, 201, "{:#}", created.body);
    let ingress = created.body["ingress_url"].as_str().unwrap();
    let ingress = ingress[ingress.find("/in/").unwrap()..].to_owned();
    for id in ["m-1", "m-1", "m-2"] {
        api.call("post", &ingress, Sent::Json(message(id))).await;
    }
    let answer = json!({ "conversation": "t-1", "type": "text", "text": { "body": "Olá" } });
    api.call("post", "/v1/channels/counter/messages", Sent::Json(answer)).await;

    let list = api.get("/v1/attendances?channel=counter&state=queued&contact=u-1").await;
    let all = list["attendances"].as_array().unwrap();
    assert_eq!((all.len(), &list["next"]), (1, &Value::Null));
    assert_eq!((&all[0]["flow"], &all[0]["contact"]["name"]), (&json!("day"), &json!("Ana")));
    assert!(all[0]["first_answer_at"].is_string());
    let (id, protocol) = (all[0]["id"].as_str().unwrap(), all[0]["protocol"].as_str().unwrap());
    for name in [id, protocol] {
        assert_eq!(api.get(&format!("/v1/attendances/{name}")).await, all[0]);
    }
    let path = format!("/v1/attendances/{protocol}");
    let said = api.get(&format!("{path}/messages?limit=2")).await;
    assert_eq!(said["messages"][0]["message"]["external_id"], "m-1");
    let next = said["next"].as_str().unwrap();
    let said = api.get(&format!("{path}/messages?after={next}")).await;
    assert_eq!(said["messages"][0]["direction"], "outbound");
    assert_eq!(said["next"], Value::Null);
    let paged = api.get("/v1/attendances?limit=1").await;
    assert_eq!(paged["next"], id);
    let early = api.get("/v1/attendances?to=2020-01-01T00:00:00Z").await;
    assert_eq!(early["attendances"], json!([]));
    for (query, code) in [
        ("state=open", "invalid_query"),
        ("colour=red", "invalid_query"),
        ("before=x", "invalid_cursor"),
        ("limit=0", "invalid_input"),
        ("from=yesterday", "invalid_input"),
    ] {
        let refused = api.refused("get", &format!("/v1/attendances?{query}"), Sent::Nothing).await;
        assert_eq!(refused.1, code, "{query}");
    }

    let taken = post(&api, &format!("{path}/assign"), json!({ "agent": "rui" })).await;
    assert_eq!((&taken["state"], &taken["agent"]), (&json!("assigned"), &json!("rui")));
    let again = Sent::Json(json!({ "agent": "eva" }));
    let refused = api.refused("post", &format!("{path}/assign"), again).await;
    assert_eq!(refused, (409, "attendance_assigned".to_owned()));
    let moved = json!({ "queue": "sales", "reason": "knows the product" });
    let moved = post(&api, &format!("{path}/transfer"), moved).await;
    assert_eq!(
        (&moved["state"], &moved["reason"]),
        (&json!("transferred"), &json!("knows the product"))
    );
    let waits = post(&api, &format!("{path}/queue"), json!({})).await;
    assert_eq!((&waits["state"], &waits["queue"]), (&json!("queued"), &json!("sales")));
    for (step, body, pointer) in [
        ("assign", json!({ "agent": " rui" }), "/agent"),
        ("assign", json!({ "agent": "" }), "/agent"),
        ("transfer", json!({ "agent": "a\nb" }), "/agent"),
        ("transfer", json!({}), "/queue"),
        ("queue", json!({ "queue": "x".repeat(201) }), "/queue"),
        ("close", json!({ "reason": "x".repeat(1001) }), "/reason"),
        ("close", json!({ "colour": "red" }), "/colour"),
    ] {
        let wrong = api.call("post", &format!("{path}/{step}"), Sent::Json(body)).await;
        assert_eq!(wrong.status, 422, "{step}: {:#}", wrong.body);
        assert_eq!(wrong.body["violations"][0]["pointer"], pointer, "{:#}", wrong.body);
    }
    let closed = api.call("post", &format!("{path}/close"), Sent::Nothing).await.body;
    assert_eq!(closed["state"], "closed");
    let refused = api.refused("post", &format!("{path}/queue"), Sent::Json(json!({}))).await;
    assert_eq!(refused, (409, "attendance_closed".to_owned()));
    for step in ["queue", "assign", "transfer", "close"] {
        let body = if step == "assign" || step == "transfer" {
            json!({ "agent": "x" })
        } else {
            json!({})
        };
        let none = format!("/v1/attendances/20200101-000001/{step}");
        let refused = api.refused("post", &none, Sent::Json(body)).await;
        assert_eq!(refused, (404, "attendance_not_found".to_owned()));
    }

    let page = api.get("/v1/events?limit=500").await;
    let events = page["events"].as_array().unwrap();
    let kinds: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    let told = kinds.iter().filter_map(|kind| kind.strip_prefix("attendance."));
    let told: Vec<_> = told.collect();
    assert_eq!(told, ["opened", "assigned", "transferred", "queued", "closed"]);
    assert_eq!(events.last().unwrap()["attendance"], closed);
    assert_eq!(events[1]["attendance"]["protocol"], protocol);
    let audit = api.get(&format!("/v1/audit?subject=attendance:{protocol}")).await;
    let actions = audit["entries"].as_array().unwrap().iter();
    let actions: Vec<_> = actions.map(|it| it["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["closed", "queued", "transferred", "assigned"]);
    assert_eq!(audit["entries"][0]["channel"], "counter");

    reports(&api, protocol).await;

    let seen = api.seen();
    let operations = api.document().operations();
    let operations = operations.iter().filter(|it| it.value["tags"][0] == "attendances");
    let missed: Vec<&str> = operations.map(|it| it.id()).filter(|id| !seen.contains(*id)).collect();
    assert!(missed.is_empty(), "no success was seen of {missed:?}");
    api.stop().await;
}

/// The numbers and exports of one attendance that was answered and closed just now.
async fn reports(api: &Api, protocol: &str) {
    for tz in ["UTC", "America/Sao_Paulo", "Asia/Kathmandu"] {
        // A day may end meanwhile, a period of many days does not.
        let period = format!("from=2026-01-01T00:00:00Z&tz={tz}");
        let report = api.get(&format!("/v1/reports/attendances?by=channel&{period}")).await;
        let channel = &report["channels"][0];
        assert_eq!((&channel["id"], &channel["name"]), (&json!("counter"), &json!("Counter")));
        for of in [channel, &report["totals"]] {
            let counts = ["opened", "answered", "closed", "open", "waiting"].map(|it| &of[it]);
            assert_eq!(counts, [1, 1, 1, 0, 0]);
            assert!(of["average_first_answer_ms"].is_u64());
        }
    }
    let report = api.get("/v1/reports/attendances?by=hour&tz=Europe/Lisbon").await;
    let series = &report["channels"][0]["series"]["opened"];
    let hours = report["hours"].as_array().unwrap().len();
    assert!((23..=25).contains(&hours));
    assert_eq!(series.as_array().unwrap().len(), hours);
    let other = api.get("/v1/reports/attendances?by=hour&channel=other").await;
    assert_eq!((&other["channels"], &other["totals"]["opened"]), (&json!([]), &json!(0)));
    for (query, code) in [
        ("by=day", "invalid_query"),
        ("by=hour&colour=red", "invalid_query"),
        ("by=hour&tz=Nowhere", "invalid_input"),
        ("by=hour&from=2026-01-01&to=2026-12-31", "invalid_input"),
        ("by=channel&from=2026-01-02&to=2026-01-01", "invalid_input"),
    ] {
        let path = format!("/v1/reports/attendances?{query}");
        assert_eq!(api.refused("get", &path, Sent::Nothing).await.1, code, "{query}");
    }
    let export = api.get("/v1/reports/attendances.json?state=closed").await;
    assert_eq!(export["attendances"][0]["protocol"], protocol);
    let none = api.get("/v1/reports/attendances.json?agent=nobody").await;
    assert_eq!(none, json!({ "attendances": [] }));
    let export = api.call("get", "/v1/reports/attendances.csv", Sent::Nothing).await;
    assert_eq!(export.status, 200);
    let table = api.raw("get", "/v1/reports/attendances.csv", Some(TOKEN), Sent::Nothing).await;
    assert_eq!(table.headers()["content-type"], "text/csv; charset=utf-8");
    let table = table.text().await.unwrap();
    let lines: Vec<_> = table.split("\r\n").collect();
    assert!(lines[0].starts_with("protocol,id,channel,"), "{table}");
    assert!(lines[1].starts_with(&format!("{protocol},")), "{table}");
    assert_eq!((lines.len(), lines[2]), (3, ""));
    let refused = api.refused("get", "/v1/reports/attendances.csv?limit=1", Sent::Nothing).await;
    assert_eq!(refused, (400, "invalid_query".to_owned()));
}
