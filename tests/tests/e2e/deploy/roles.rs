//! Who may do what to adapters, and that it is recorded who did it.

use eclusa_journal::{Journal, SqliteJournal, SqliteOptions, Token, TokenRole};
use eclusa_tests::{Answer, shop};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::world::id_of;
use super::{NAME, Shop};

/// A shop with a token of each role; there is no call yet that makes tokens, so
/// they are put into the journal.
async fn with_tokens() -> Shop {
    let mut shop = Shop::open().await;
    assert!(shop.eclusa.stop().success());
    let journal = SqliteJournal::open(shop.eclusa.data(), SqliteOptions::default()).unwrap();
    for (name, role) in [
        ("viewer", TokenRole::Viewer),
        ("operator", TokenRole::Operator),
        ("platform", TokenRole::Platform),
    ] {
        let hash = Sha256::digest(token(name)).into();
        let created_at = "2026-01-02T03:04:05Z".to_owned();
        journal.put_token(Token { name: name.to_owned(), hash, role, created_at }).await.unwrap();
    }
    tokio::task::spawn_blocking(move || journal.close()).await.unwrap();
    shop.eclusa.start_again();
    shop
}

fn token(name: &str) -> String {
    format!("token-of-the-{name}")
}

async fn call(shop: &Shop, who: &str, method: &str, path: &str, body: &[u8]) -> Answer {
    let header = ("authorization".to_owned(), format!("Bearer {}", token(who)));
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
    let shop = with_tokens().await;
    let message = shop.write(shop.site(), "t1", "Oi").await;
    shop.deploy("2", "trial").await;
    let before = shop.eclusa.audit(NAME).await;
    for (method, path, body) in changes(&shop) {
        for who in ["viewer", "platform"] {
            let answer = call(&shop, who, method, path, &body).await;
            answer.problem(403, "permission_missing");
        }
        call(&shop, "stranger", method, path, &body).await.problem(401, "token_unknown");
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
            call(&shop, who, "GET", &path, b"").await.ok();
        }
        call(&shop, "stranger", "GET", &path, b"").await.problem(401, "token_unknown");
    }
}

#[tokio::test]
async fn it_is_recorded_who_did_it() {
    let shop = with_tokens().await;
    let operator = async |method: &str, path: &str, body: &[u8]| {
        call(&shop, "operator", method, path, body).await.ok()
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
