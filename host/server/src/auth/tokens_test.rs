//! Tokens over time.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use eclusa_journal::{Journal, MemoryJournal, Token, TokenRole};
use eclusa_model::Secret;

use super::{Permission, Tokens};

async fn tokens() -> Arc<Tokens> {
    Tokens::load(Arc::new(MemoryJournal::new())).await.unwrap()
}

async fn create(tokens: &Arc<Tokens>, name: &str, role: TokenRole, expires_at_ms: Option<i64>) {
    let token = Token {
        name: name.to_owned(),
        hash: [0; 32],
        role,
        created_at: String::new(),
        expires_at_ms,
        last_used_at_ms: None,
    };
    tokens.create(token, &Secret::new(format!("value of {name}")), "test", 0).await.unwrap();
}

fn status(tokens: &Arc<Tokens>, name: &str, permission: Permission, now_ms: i64) -> StatusCode {
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, format!("bearer value of {name}").parse().unwrap());
    match tokens.check(&headers, permission, now_ms) {
        Ok(known) => {
            assert_eq!(known.token.name, name);
            StatusCode::OK
        }
        Err(problem) => problem.into_response().status(),
    }
}

#[tokio::test]
async fn a_token_ends_at_its_time() {
    let tokens = tokens().await;
    create(&tokens, "ana", TokenRole::Operator, Some(1_000)).await;
    assert_eq!(status(&tokens, "ana", Permission::Operate, 999), StatusCode::OK);
    assert_eq!(status(&tokens, "ana", Permission::Operate, 1_000), StatusCode::UNAUTHORIZED);
    assert_eq!(status(&tokens, "ana", Permission::Administer, 999), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_last_admin_stays() {
    let tokens = tokens().await;
    create(&tokens, "first", TokenRole::Admin, None).await;
    create(&tokens, "until-5", TokenRole::Admin, Some(5)).await;
    create(&tokens, "op", TokenRole::Operator, None).await;
    tokens.revoke("op", "test", 5).await.unwrap();
    // The other one has ended, so this one is the last.
    let refused = tokens.revoke("first", "test", 5).await.unwrap_err();
    assert_eq!(refused.into_response().status(), StatusCode::CONFLICT);
    assert_eq!(status(&tokens, "first", Permission::Administer, 5), StatusCode::OK);
    // One that has ended can go, and before its end it is an admin like another.
    tokens.revoke("first", "test", 4).await.unwrap();
    assert_eq!(status(&tokens, "first", Permission::Read, 4), StatusCode::UNAUTHORIZED);
    tokens.revoke("until-5", "test", 5).await.unwrap();
}

#[tokio::test]
async fn what_is_lent_stays_through_changes_and_is_not_kept() {
    let journal = Arc::new(MemoryJournal::new());
    let tokens = Tokens::load(Arc::clone(&journal) as Arc<dyn Journal>).await.unwrap();
    let value = Secret::new("value of demo");
    tokens.lend("demo", TokenRole::Admin, &value, String::new()).await.unwrap();
    create(&tokens, "ana", TokenRole::Viewer, None).await;
    assert_eq!(status(&tokens, "demo", Permission::Administer, 0), StatusCode::OK);
    assert_eq!(tokens.all().len(), 1);
    assert_eq!(journal.tokens().await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_admin_of_the_configuration_is_written_once() {
    let journal = Arc::new(MemoryJournal::new());
    let tokens = Tokens::load(Arc::clone(&journal) as Arc<dyn Journal>).await.unwrap();
    for (at, value, entries) in [(1, "one", 1), (2, "one", 1), (3, "two", 2)] {
        let now = (String::new(), at);
        tokens.put_admin("admin", &Secret::new(value), "configuration", now).await.unwrap();
        let page = eclusa_journal::Page { channel: None, before: None, limit: 10 };
        let audit = eclusa_journal::Registry::audit(&*journal, None, page).await.unwrap();
        assert_eq!(audit.len(), entries, "{value}");
        assert_eq!(tokens.all().len(), 1);
    }
}
