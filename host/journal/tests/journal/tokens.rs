//! API tokens.

use eclusa_journal::{Journal, JournalError, Registry, Token, TokenChange, TokenRole};

use crate::Maker;
use crate::make::{audit, page};

fn token(name: &str, byte: u8, role: TokenRole) -> Token {
    Token {
        name: name.to_owned(),
        hash: [byte; 32],
        role,
        created_at: "2026-01-01T00:00:00Z".to_owned(),
        expires_at_ms: None,
        last_used_at_ms: None,
    }
}

pub(crate) async fn tokens_are_kept_by_name(maker: &impl Maker) {
    let journal = maker.open();
    let platform = Token { expires_at_ms: Some(5), ..token("platform", 1, TokenRole::Platform) };
    for change in [
        TokenChange::Create(platform.clone()),
        TokenChange::Create(token("admin", 2, TokenRole::Viewer)),
        TokenChange::Put(token("admin", 3, TokenRole::Admin)),
        TokenChange::Put(token("gone", 4, TokenRole::Operator)),
        TokenChange::Revoke("gone".to_owned()),
    ] {
        journal.change_token(change, audit()).await.unwrap();
    }
    journal.token_used("admin".to_owned(), 7).await.unwrap();
    journal.token_used("gone".to_owned(), 8).await.unwrap();
    let journal = maker.reopen(journal);
    let admin = Token { last_used_at_ms: Some(7), ..token("admin", 3, TokenRole::Admin) };
    assert_eq!(journal.tokens().await.unwrap(), [admin, platform]);
    assert_eq!(journal.audit(None, page(10)).await.unwrap().len(), 5);
}

pub(crate) async fn a_rotated_token_is_let_in_under_another_name(maker: &impl Maker) {
    let journal = maker.open();
    let crm = token("crm", 1, TokenRole::Platform);
    journal.change_token(TokenChange::Create(crm.clone()), audit()).await.unwrap();
    let newer = token("crm", 2, TokenRole::Platform);
    let before = Token { name: "crm-before".to_owned(), expires_at_ms: Some(9), ..crm.clone() };
    let rotate = TokenChange::Rotate { token: newer.clone(), before: before.clone() };
    journal.change_token(rotate.clone(), audit()).await.unwrap();
    let journal = maker.reopen(journal);
    assert_eq!(journal.tokens().await.unwrap(), [newer.clone(), before.clone()]);
    // The name of another token is not taken from it, and then nothing changes.
    let again = TokenChange::Rotate { token: token("crm", 3, TokenRole::Platform), before: crm };
    let error = journal.change_token(again, audit()).await.unwrap_err();
    assert!(matches!(&error, JournalError::TokenExists { name } if name == "crm"), "{error}");
    assert_eq!(journal.tokens().await.unwrap(), [newer, before]);
    assert_eq!(journal.audit(None, page(10)).await.unwrap().len(), 2);
}

pub(crate) async fn a_name_is_one_token(maker: &impl Maker) {
    let journal = maker.open();
    let first = token("ana", 1, TokenRole::Viewer);
    journal.change_token(TokenChange::Create(first.clone()), audit()).await.unwrap();
    let again = TokenChange::Create(token("ana", 2, TokenRole::Admin));
    let error = journal.change_token(again, audit()).await.unwrap_err();
    assert!(matches!(&error, JournalError::TokenExists { name } if name == "ana"), "{error}");
    let error = journal.change_token(TokenChange::Revoke("eva".to_owned()), audit()).await;
    let error = error.unwrap_err();
    assert!(matches!(&error, JournalError::TokenUnknown { name } if name == "eva"), "{error}");
    assert_eq!(journal.tokens().await.unwrap(), [first]);
    assert_eq!(journal.audit(None, page(10)).await.unwrap().len(), 1);
}
