//! Tokens by the API: each answer is held against openapi.json.

use serde_json::{Value, json};

use crate::api::{Api, Sent};

async fn make(api: &Api, input: Value) -> Value {
    let made = api.call("post", "/v1/tokens", Sent::Json(input)).await;
    assert_eq!(made.status, 201, "{:#}", made.body);
    made.body
}

/// What a call with this token is answered.
async fn asked(api: &Api, token: &Value) -> (u16, String) {
    let token = token.as_str().unwrap();
    let response = api.raw("get", "/v1/channels", Some(token), Sent::Nothing).await;
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

fn refusal(code: &str) -> (u16, String) {
    (401, code.to_owned())
}

#[tokio::test]
async fn a_token_lives_until_it_is_rotated_or_revoked() {
    let api = crate::start().await;
    let made = make(&api, json!({ "name": "crm", "role": "platform" })).await;
    let value = &made["token"];
    assert_eq!(asked(&api, value).await.0, 200);
    let listed = api.get("/v1/tokens").await;
    let names: Vec<_> =
        listed["tokens"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    assert_eq!(names, ["admin", "crm"]);
    assert!(listed["tokens"][1]["last_used_at"].is_string());
    assert!(!listed.to_string().contains(value.as_str().unwrap()));

    let rotated = api.call("post", "/v1/tokens/crm/rotate", Sent::Nothing).await;
    assert_eq!((rotated.status, &rotated.body["role"]), (200, &json!("platform")));
    assert_eq!(asked(&api, value).await, refusal("token_unknown"));
    assert_eq!(asked(&api, &rotated.body["token"]).await.0, 200);

    // With an overlap the old value goes on under a name of its own.
    let overlap = Sent::Json(json!({ "overlap_seconds": 600 }));
    let again = api.call("post", "/v1/tokens/crm/rotate", overlap).await;
    assert_eq!(asked(&api, &rotated.body["token"]).await.0, 200);
    assert_eq!(asked(&api, &again.body["token"]).await.0, 200);
    let listed = api.get("/v1/tokens").await;
    assert_eq!(listed["tokens"][2]["name"], "crm-before");
    assert!(listed["tokens"][2]["expires_at"].is_string());
    let gone = api.call("delete", "/v1/tokens/crm-before", Sent::Nothing).await;
    assert_eq!(gone.status, 204);
    assert_eq!(asked(&api, &rotated.body["token"]).await, refusal("token_unknown"));
    let rotated = again;
    let long = Sent::Json(json!({ "overlap_seconds": 604_801 }));
    assert_eq!(api.refused("post", "/v1/tokens/crm/rotate", long).await.1, "invalid_input");

    assert_eq!(api.call("delete", "/v1/tokens/crm", Sent::Nothing).await.status, 204);
    assert_eq!(asked(&api, &rotated.body["token"]).await, refusal("token_unknown"));
    let gone = (404, "token_not_found".to_owned());
    assert_eq!(api.refused("delete", "/v1/tokens/crm", Sent::Nothing).await, gone);
    assert_eq!(api.refused("post", "/v1/tokens/crm/rotate", Sent::Nothing).await, gone);

    let audit = api.get("/v1/audit?subject=token:crm").await;
    let story: Vec<_> =
        audit["entries"].as_array().unwrap().iter().map(|it| &it["action"]).collect();
    assert_eq!(story, ["revoked", "rotated", "rotated", "created"]);
    assert!(!audit.to_string().contains("ecl_"));
    api.stop().await;
}

#[tokio::test]
async fn keys_are_rotated_and_it_is_recorded() {
    let api = crate::start().await;
    let rotated = api.call("post", "/v1/secrets/rotate", Sent::Nothing).await;
    // A journal in memory has none.
    assert_eq!((rotated.status, &rotated.body["key"]), (200, &Value::Null));
    let audit = api.get("/v1/audit?subject=key").await;
    assert_eq!(audit["entries"][0]["action"], "rotated");
    api.stop().await;
}

#[tokio::test]
async fn what_is_no_token_is_said_to_be_none() {
    let api = crate::start().await;
    let made = make(&api, json!({ "name": "ana", "role": "viewer" })).await;
    let value = made["token"].as_str().unwrap();
    let part = json!(value[..value.len() - 1]);
    assert_eq!(asked(&api, &part).await, refusal("token_damaged"));
    assert_eq!(asked(&api, &json!("open sesame")).await, refusal("token_unknown"));
    api.stop().await;
}

#[tokio::test]
async fn wrong_tokens_are_not_made() {
    let api = crate::start().await;
    make(&api, json!({ "name": "ana", "role": "viewer" })).await;
    for (input, code) in [
        (json!({ "name": "ana", "role": "admin" }), "token_exists"),
        (json!({ "name": "Ana!", "role": "admin" }), "invalid_input"),
        (json!({ "name": "folder", "role": "admin" }), "invalid_input"),
        (json!({ "name": "eva", "role": "root" }), "invalid_input"),
        (json!({ "name": "eva" }), "invalid_input"),
        (json!({ "name": "eva", "role": "admin", "hash": "00" }), "invalid_input"),
        (json!({ "name": "eva", "role": "admin", "expires_at": "soon" }), "invalid_input"),
        (
            json!({ "name": "eva", "role": "admin", "expires_at": "2020-01-01T00:00:00Z" }),
            "invalid_input",
        ),
    ] {
        let refused = api.refused("post", "/v1/tokens", Sent::Json(input.clone())).await;
        assert_eq!(refused.1, code, "{input}");
    }
    // What the configuration sets is changed there.
    let set = (409, "token_configured".to_owned());
    assert_eq!(api.refused("delete", "/v1/tokens/admin", Sent::Nothing).await, set);
    assert_eq!(api.refused("post", "/v1/tokens/admin/rotate", Sent::Nothing).await, set);
    let wrong = api.refused("get", "/v1/audit?subject=planet:mars", Sent::Nothing).await;
    assert_eq!(wrong.1, "invalid_input");
    let both = "/v1/audit?subject=channel&adapter=open";
    assert_eq!(api.refused("get", both, Sent::Nothing).await.1, "invalid_input");
    api.stop().await;
}
