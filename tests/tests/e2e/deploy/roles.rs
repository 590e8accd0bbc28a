//! Who may do what to adapters, and that it is recorded who did it.

use std::collections::HashMap;

use eclusa_tests::{Answer, shop};
use serde_json::{Value, json};

use super::world::id_of;
use super::{NAME, Shop};

/// A shop, and a token of each role.
async fn with_tokens() -> (Shop, Tokens) {
    let shop = Shop::open().await;
    let mut tokens = Tokens::new();
    for role in ["viewer", "operator", "platform"] {
        tokens.insert(role, shop.eclusa.new_token(role, role).await);
    }
    (shop, tokens)
}

type Tokens = HashMap<&'static str, String>;

async fn call(
    (shop, tokens): (&Shop, &Tokens),
    who: &str,
    method: &str,
    path: &str,
    body: &[u8],
) -> Answer {
    let token = tokens.get(who).map_or("token-of-a-stranger", String::as_str);
    let header = ("authorization".to_owned(), format!("Bearer {token}"));
    shop.eclusa.call(method, path, &[header], body).await
}

/// Calls that change something, with bodies that would be right.
fn changes(shop: &Shop) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let revision = json!({ "revision": shop.first }).to_string().into_bytes();
    vec![
        ("PUT", "/v1/adapters/shop", shop::revision("2")),
        ("PUT", "/v1/adapters/other", shop::revision("2")),
        ("POST", "/v1/adapters/shop/activate", revision.clone()),
        ("POST", "/v1/adapters/shop/approve", Vec::new()),
        ("POST", "/v1/adapters/shop/decline", Vec::new()),
        ("POST", "/v1/adapters/shop/rollback", Vec::new()),
        ("PUT", "/v1/adapters/shop/policy", b"{}".to_vec()),
        ("PUT", "/v1/adapters/shop/pins/site", revision),
        ("DELETE", "/v1/adapters/shop/pins/site", Vec::new()),
    ]
}

#[tokio::test]
async fn who_may_not_operate_may_only_look() {
    let (shop, tokens) = with_tokens().await;
    let message = shop.write(shop.site(), "t1", "Oi").await;
    shop.deploy("2", "trial").await;
    let before = shop.eclusa.audit(NAME).await;
    for (method, path, body) in changes(&shop) {
        for who in ["viewer", "platform"] {
            let answer = call((&shop, &tokens), who, method, path, &body).await;
            answer.problem(403, "permission_missing");
        }
        call((&shop, &tokens), "stranger", method, path, &body).await.problem(401, "token_unknown");
        shop.eclusa.call(method, path, &[], body).await.problem(401, "token_missing");
    }
    assert_eq!(shop.eclusa.audit(NAME).await, before);
    shop.eclusa.get("/v1/adapters/other").await.problem(404, "adapter_not_found");
    let latest = before.last().unwrap()["deployment"].as_str().unwrap();
    for path in [
        "/v1/adapters/shop".to_owned(),
        "/v1/adapters/shop/diff".to_owned(),
        "/v1/deployments".to_owned(),
        format!("/v1/deployments/{latest}"),
        "/v1/audit".to_owned(),
        format!("/v1/messages/{message}/replay"),
    ] {
        for who in ["viewer", "platform", "operator"] {
            call((&shop, &tokens), who, "GET", &path, b"").await.ok();
        }
        call((&shop, &tokens), "stranger", "GET", &path, b"").await.problem(401, "token_unknown");
    }
}

#[tokio::test]
async fn it_is_recorded_who_did_it() {
    let (shop, tokens) = with_tokens().await;
    let operator = async |method: &str, path: &str, body: &[u8]| {
        call((&shop, &tokens), "operator", method, path, body).await.ok()
    };
    operator("PUT", "/v1/adapters/shop/policy", br#"{"mode":"manual"}"#).await;
    let submitted = operator("PUT", "/v1/adapters/shop", &shop::revision("2")).await;
    assert_eq!(submitted["actor"], "operator");
    shop.eclusa.deployment_in_state(id_of(&submitted), "waiting").await;
    shop.eclusa.decide(NAME, "approve", &Value::Null).await.ok();
    operator("POST", "/v1/adapters/shop/rollback", b"").await;
    let audit = shop.eclusa.audit(NAME).await;
    let story: Vec<_> = audit
        .iter()
        .map(|it| [&it["actor"], &it["action"]].map(|it| it.as_str().unwrap()))
        .collect();
    let expected = [
        ["folder", "submitted"],
        ["folder", "went_live"],
        ["operator", "policy_changed"],
        ["operator", "submitted"],
        ["eclusa", "waiting"],
        ["admin", "went_live"],
        ["operator", "rolled_back"],
    ];
    assert_eq!(story, expected);
}
