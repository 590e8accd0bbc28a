//! Sessions over time.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::http::{HeaderMap, header};
use eclusa_journal::registry::{AuditAction, AuditSubject, SubjectKind};
use eclusa_journal::{Journal, MemoryJournal, Sessions as _, Token, TokenRole};

use super::*;
use crate::auth::{SignedIn, Tokens};

const LIMITS: SessionLimits = SessionLimits { idle_ms: 600_000, longest_ms: 3_600_000 };

struct World {
    journal: Arc<MemoryJournal>,
    tokens: Arc<Tokens>,
    sessions: Sessions,
}

fn audit(at_ms: i64) -> AuditEntry {
    let subject = AuditSubject::new(SubjectKind::Token, "ana");
    AuditEntry::new(at_ms, "ana", AuditAction::SignedIn, subject, "")
}

impl World {
    async fn new() -> Self {
        let journal = Arc::new(MemoryJournal::new());
        let tokens = Tokens::load(Arc::clone(&journal) as Arc<dyn Journal>).await.unwrap();
        let sessions = Sessions::load(Arc::clone(&journal) as _, LIMITS).await.unwrap();
        Self { journal, tokens, sessions }
    }

    async fn token(&self, name: &str, role: TokenRole, expires_at_ms: Option<i64>) -> [u8; 32] {
        let token = Token {
            name: name.to_owned(),
            hash: [0; 32],
            role,
            created_at: String::new(),
            expires_at_ms,
            last_used_at_ms: None,
        };
        let value = Secret::new(format!("value of {name}"));
        self.tokens.create(token, &value, "test", 0).await.unwrap();
        self.tokens.known(value.expose(), 0).unwrap().token.hash
    }

    async fn start(&self, token: [u8; 32], at_ms: i64) -> Secret {
        self.sessions.start(token, None, audit(at_ms), at_ms).await.unwrap()
    }

    fn is_in(&self, id: &Secret, at_ms: i64) -> bool {
        let mut headers = HeaderMap::new();
        let cookie = format!("__Host-eclusa_session={}", id.expose());
        headers.insert(header::COOKIE, cookie.parse().unwrap());
        SignedIn::of(&headers, &self.sessions, &self.tokens, at_ms).is_some()
    }
}

#[tokio::test]
async fn a_session_is_over_when_nobody_uses_it() {
    let world = World::new().await;
    let ana = world.token("ana", TokenRole::Operator, None).await;
    let id = world.start(ana, 0).await;
    assert!(world.is_in(&id, 599_999));
    assert!(world.is_in(&id, 1_199_998));
    assert!(!world.is_in(&id, 1_799_998));
}

#[tokio::test]
async fn a_session_is_over_at_its_end_though_it_is_used() {
    let world = World::new().await;
    let ana = world.token("ana", TokenRole::Viewer, None).await;
    let id = world.start(ana, 0).await;
    assert!((0..3_600_000).step_by(60_000).all(|ms| world.is_in(&id, ms)));
    assert!(world.is_in(&id, 3_599_999));
    assert!(!world.is_in(&id, 3_600_000));
}

#[tokio::test]
async fn a_session_is_over_with_its_token() {
    let world = World::new().await;
    world.token("first", TokenRole::Admin, None).await;
    let revoked = world.token("revoked", TokenRole::Admin, None).await;
    let rotated = world.token("rotated", TokenRole::Admin, None).await;
    let ends = world.token("ends", TokenRole::Viewer, Some(5_000)).await;
    let program = world.token("program", TokenRole::Platform, None).await;
    let [revoked, rotated, ends, program] = [
        world.start(revoked, 0).await,
        world.start(rotated, 0).await,
        world.start(ends, 0).await,
        world.start(program, 0).await,
    ];
    assert!(world.is_in(&revoked, 1) && world.is_in(&rotated, 1) && world.is_in(&ends, 4_999));
    assert!(!world.is_in(&program, 1), "a platform's token has no place in the console");
    world.tokens.revoke("revoked", "test", 2).await.unwrap();
    let other = Secret::new("another value");
    world.tokens.rotate("rotated", &other, "test", (String::new(), 2), 0).await.unwrap();
    assert!(!world.is_in(&revoked, 3) && !world.is_in(&rotated, 3) && !world.is_in(&ends, 5_000));
}

#[tokio::test]
async fn a_session_ends_where_somebody_ends_it_or_signs_in_again() {
    let world = World::new().await;
    let ana = world.token("ana", TokenRole::Admin, None).await;
    let (first, second) = (world.start(ana, 0).await, world.start(ana, 0).await);
    world.sessions.end(first.expose(), audit(1)).await.unwrap();
    assert!(!world.is_in(&first, 1) && world.is_in(&second, 1));
    let third = world.sessions.start(ana, Some(second.expose()), audit(2), 2).await.unwrap();
    assert!(!world.is_in(&second, 2) && world.is_in(&third, 2));
    assert_eq!(world.journal.sessions().await.unwrap().len(), 1);
}

#[tokio::test]
async fn sessions_are_there_after_a_restart_and_what_is_over_is_forgotten() {
    let world = World::new().await;
    let ana = world.token("ana", TokenRole::Admin, None).await;
    let over = world.start(ana, 0).await;
    let id = world.start(ana, 1_000_000).await;
    let kept = world.journal.sessions().await.unwrap();
    assert_eq!(kept.len(), 1, "the one that is over went");
    assert!(!format!("{kept:?}").contains(id.expose()));
    let sessions = Sessions::load(Arc::clone(&world.journal) as _, LIMITS).await.unwrap();
    let world = World { sessions, ..world };
    assert!(world.is_in(&id, 1_000_001) && !world.is_in(&over, 1_000_001));
}

#[tokio::test]
async fn one_token_has_so_many_sessions_and_others_are_left_alone() {
    let world = World::new().await;
    let (ana, eva) = (
        world.token("ana", TokenRole::Admin, None).await,
        world.token("eva", TokenRole::Admin, None).await,
    );
    let of_eva = world.start(eva, 0).await;
    let mut ids = Vec::new();
    for at_ms in 0..60 {
        ids.push(world.start(ana, at_ms).await);
    }
    let alive: Vec<bool> = ids.iter().map(|id| world.is_in(id, 60)).collect();
    assert_eq!(alive, [vec![false; 10], vec![true; 50]].concat());
    assert!(world.is_in(&of_eva, 60));
}
