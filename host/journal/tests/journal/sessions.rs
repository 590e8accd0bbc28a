//! Sessions of people who have signed in.

use eclusa_journal::{Registry, Session, Sessions};

use crate::Maker;
use crate::make::{audit, page};

fn session(byte: u8) -> Session {
    Session { hash: [byte; 32], token: [9; 32], created_at_ms: 5, last_seen_at_ms: 5 }
}

pub(crate) async fn sessions_are_kept_until_they_end(maker: &impl Maker) {
    let journal = maker.open();
    for (byte, over) in [(1, vec![]), (2, vec![]), (3, vec![[1; 32], [7; 32]])] {
        journal.start_session(session(byte), over, audit()).await.unwrap();
    }
    journal.session_seen([2; 32], 70_000).await.unwrap();
    // It has ended already.
    journal.session_seen([1; 32], 70_000).await.unwrap();
    let journal = maker.reopen(journal);
    let used = Session { last_seen_at_ms: 70_000, ..session(2) };
    assert_eq!(journal.sessions().await.unwrap(), [used, session(3)]);
    for _ in 0..2 {
        journal.end_session([2; 32], audit()).await.unwrap();
    }
    assert_eq!(journal.sessions().await.unwrap(), [session(3)]);
    assert_eq!(journal.audit(None, page(10)).await.unwrap().len(), 5);
}
