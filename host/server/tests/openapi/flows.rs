//! Flows by the API: each answer is held against openapi.json, and all calls about them
//! are made.

use serde_json::{Value, json};

use crate::api::Sent;

fn text(body: &str) -> Value {
    json!({ "type": "text", "text": { "body": body } })
}

/// The whole of what a flow can say.
fn counter() -> Value {
    json!({
        "id": "counter", "name": "Counter", "greeting": [text("Olá!")], "queue": "front",
        "hours": {
            "time_zone": "America/Sao_Paulo",
            "weekly": { "monday": [{ "from": "08:00", "to": "18:00" }] },
            "holidays": [{ "date": "12-25", "name": "Natal" }],
            "away": [text("Fechado.")], "then": { "queue": null }
        },
        "menu": { "text": "Como podemos ajudar?", "invalid": "Não entendi.", "retries": 1,
            "options": [
                { "key": "buy", "label": "Comprar", "then": { "queue": "sales" } },
                { "key": "where", "label": "Onde?", "then": { "answer": {
                    "contents": [text("Rua Um")], "then": "menu" } } },
                { "key": "more", "label": "Mais", "then": { "submenu": { "text": "Mais",
                    "options": [{ "key": "0", "label": "Voltar", "then": "back" },
                                { "key": "bye", "label": "Encerrar", "then": { "answer": {
                                    "contents": [text("Até logo")], "then": "close" } } }] } } }
            ] },
        "idle": { "reminder": { "after_seconds": 60, "contents": [text("Ainda está aí?")] },
                  "close": { "after_seconds": 120 } },
        "closing": [text("Obrigado!")]
    })
}

#[tokio::test]
async fn flows_are_answered_as_documented() {
    let api = crate::start().await;
    let created = api.call("post", "/v1/flows", Sent::Json(counter())).await;
    assert_eq!(created.status, 201, "{:#}", created.body);
    assert_eq!((&created.body["revision"], &created.body["warnings"]), (&json!(1), &json!([])));
    let again = api.refused("post", "/v1/flows", Sent::Json(counter())).await;
    assert_eq!(again, (409, "flow_exists".to_owned()));
    let mut other = counter();
    other["name"] = json!("Balcão");
    let replaced = api.call("put", "/v1/flows/counter", Sent::Json(other.clone())).await;
    assert_eq!((replaced.status, &replaced.body["revision"]), (200, &json!(2)));
    assert_eq!(api.get("/v1/flows/counter").await, replaced.body);
    other["id"] = json!("desk");
    let made = api.call("put", "/v1/flows/desk", Sent::Json(other.clone())).await;
    assert_eq!(made.status, 201);
    let moved = api.refused("put", "/v1/flows/counter", Sent::Json(other)).await;
    assert_eq!(moved.1, "invalid_input");
    let page = api.get("/v1/flows?limit=1").await;
    assert_eq!((&page["flows"][0]["id"], &page["next"]), (&json!("counter"), &json!("counter")));
    let rest = api.get("/v1/flows?after=counter").await;
    assert_eq!((&rest["flows"][0]["id"], &rest["next"]), (&json!("desk"), &Value::Null));

    let mut wrong = counter();
    wrong["menu"]["options"][1]["key"] = json!("BUY");
    wrong["closing"][0]["text"]["body"] = json!(" ");
    let refused = api.call("put", "/v1/flows/counter", Sent::Json(wrong.clone())).await;
    assert_eq!(refused.status, 422);
    let found = refused.body["violations"].as_array().unwrap();
    let codes: Vec<_> = found.iter().map(|it| it["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["empty_text", "duplicate_key"]);
    assert!(found.iter().all(|it| it["action"].is_string()));
    let checked = api.call("post", "/v1/flows/check", Sent::Json(wrong.clone())).await;
    assert_eq!((checked.status, checked.body["errors"].as_array().unwrap().len()), (200, 2));
    let shape = json!({ "id": "x", "name": "x", "colour": "red" });
    let refused = api.refused("post", "/v1/flows/check", Sent::Json(shape)).await;
    assert_eq!(refused, (422, "invalid_input".to_owned()));

    let at = |time: &str, input: Value| json!({ "at": format!("2026-03-02T{time}-03:00"), "input": input });
    let script = json!([
        at("09:00:00", json!({ "writes": "oi" })),
        at("09:00:10", json!({ "presses": { "payload": "more" } })),
        at("09:00:20", json!("sends")),
        at("10:00:00", json!("due")),
        at("10:00:01", json!({ "writes": "oi" })),
        at("10:00:02", json!({ "writes": "1" })),
    ]);
    let trial = json!({ "flow": counter(), "script": script });
    let run = api.call("post", "/v1/flows/simulate", Sent::Json(trial)).await;
    assert_eq!(run.status, 200, "{:#}", run.body);
    let actions: Vec<&Value> = run.body["transcript"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it.get("action"))
        .collect();
    assert_eq!(actions.last().unwrap()["queues"]["queue"], "sales");
    assert!(actions.iter().any(|it| it["closes"]["reason"] == "idle"));
    for (trial, pointer) in [
        (json!({ "flow": wrong, "script": [] }), "/flow/closing/0/text/body"),
        (json!({ "flow": counter(), "script": [{ "at": "now", "input": "due" }] }), "/script/0/at"),
    ] {
        let refused = api.call("post", "/v1/flows/simulate", Sent::Json(trial)).await;
        assert_eq!(
            (refused.status, &refused.body["violations"][0]["pointer"]),
            (422, &json!(pointer))
        );
    }

    assert_eq!(api.call("delete", "/v1/flows/desk", Sent::Nothing).await.status, 204);
    let gone = api.refused("get", "/v1/flows/desk", Sent::Nothing).await;
    assert_eq!(gone, (404, "flow_not_found".to_owned()));
    let audit = api.get("/v1/audit?subject=flow:desk").await;
    let actions: Vec<_> = audit["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["deleted", "created"]);
    api.stop().await;
}
