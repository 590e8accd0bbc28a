//! Who may do what: every role against every call of the document.

use serde_json::{Value, json};

use crate::api::{Api, Sent};
use crate::document::Operation;

/// The calls for who sends messages and serves people, and for who manages tokens and keys. Of all
/// others, those that read are for everybody with a token, and those that change
/// something for operators.
const SENDING: [&str; 6] = [
    "sendMessage",
    "sendBatch",
    "queueAttendance",
    "assignAttendance",
    "transferAttendance",
    "closeAttendance",
];
const ADMINISTRATION: [&str; 7] = [
    "listTokens",
    "createToken",
    "revokeToken",
    "rotateToken",
    "rotateSecretKeys",
    "listBackups",
    "makeBackup",
];

/// They change nothing, so whoever reads may make them.
const TRYING: [&str; 2] = ["checkFlow", "simulateFlow"];

fn may(role: &str, operation: Operation<'_>) -> bool {
    let id = operation.id();
    match role {
        "admin" => true,
        "metrics" => id == "metrics",
        _ if ADMINISTRATION.contains(&id) => false,
        "operator" => true,
        "platform" if id == "metrics" => false,
        "platform" | "viewer" if TRYING.contains(&id) => true,
        "platform" => operation.method == "get" || SENDING.contains(&id),
        "viewer" => operation.method == "get",
        _ => panic!("{role} is no role"),
    }
}

async fn token(api: &Api, name: &str, role: &str) -> String {
    let input = json!({ "name": name, "role": role });
    let made = api.call("post", "/v1/tokens", Sent::Json(input)).await;
    assert_eq!(made.status, 201, "{:#}", made.body);
    made.body["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_role_may_do_what_the_table_says_and_nothing_else() {
    let api = crate::start().await;
    let ids: Vec<_> = api.document().operations().iter().map(|it| it.id().to_owned()).collect();
    for id in SENDING.iter().chain(&ADMINISTRATION).chain(&TRYING) {
        assert!(ids.iter().any(|known| known == id), "there is no call {id}");
    }
    for role in ["metrics", "viewer", "platform", "operator", "admin"] {
        let token = token(&api, &format!("one-{role}"), role).await;
        for operation in api.document().operations() {
            if operation.value.get("security").is_some() {
                continue;
            }
            let (method, path) = (operation.method, operation.filled_in());
            let response = api.raw(method, &path, Some(&token), Sent::Json(json!({}))).await;
            let refused = response.status() == 403;
            assert_eq!(refused, !may(role, operation), "{role}: {method} {path}");
            if refused {
                let problem: Value = response.json().await.unwrap();
                assert_eq!(problem["code"], "permission_missing", "{role}: {method} {path}");
            }
        }
    }
    api.stop().await;
}
