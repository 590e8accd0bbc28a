//! Flows as documents.

use eclusa_journal::{Flows, Journal, JournalError};
use eclusa_model::FlowRunner;
use serde_json::json;

use super::world::{NINE, World, counter, flow};
use crate::Maker;
use crate::channels::delete;
use crate::make::audit;

pub(crate) async fn flows_are_created_replaced_listed_and_deleted(maker: &impl Maker) {
    let world = World::new(maker, counter()).await;
    let journal = &world.journal;
    let first = journal.flow("counter".to_owned()).await.unwrap().unwrap();
    assert_eq!((&first.document, first.revision), (flow(counter()).document(), 1));
    world.set(NINE + 1000);
    let mut other = counter();
    other["name"] = json!("Other");
    let conflict = journal.put_flow(flow(other.clone()), 0, audit()).await;
    assert!(matches!(conflict, Err(JournalError::RevisionConflict { found: 1, expected: 0, .. })));
    let second = journal.put_flow(flow(other.clone()), 1, audit()).await.unwrap();
    assert_eq!((second.revision, &second.created_at), (2, &first.created_at));
    assert!(second.updated_at > first.updated_at);
    assert_eq!(journal.flow("counter".to_owned()).await.unwrap(), Some(second));
    for id in ["a", "b"] {
        other["id"] = json!(id);
        journal.put_flow(flow(other.clone()), 0, audit()).await.unwrap();
    }
    let ids = |page: Vec<eclusa_journal::FlowSummary>| {
        page.into_iter().map(|it| (it.id, it.name, it.revision)).collect::<Vec<_>>()
    };
    let row = |id: &str, revision| (id.to_owned(), "Other".to_owned(), revision);
    assert_eq!(ids(journal.flows(None, 2).await.unwrap()), [row("a", 1), row("b", 1)]);
    let rest = journal.flows(Some("b".to_owned()), 2).await.unwrap();
    assert_eq!(ids(rest), [row("counter", 2)]);
    let stale = journal.delete_flow("a".to_owned(), 2, audit()).await;
    assert!(matches!(stale, Err(JournalError::RevisionConflict { found: 1, .. })));
    journal.delete_flow("a".to_owned(), 1, audit()).await.unwrap();
    assert_eq!(journal.flow("a".to_owned()).await.unwrap(), None);
    let gone = journal.delete_flow("a".to_owned(), 1, audit()).await;
    assert!(matches!(gone, Err(JournalError::FlowUnknown { .. })));
}

pub(crate) async fn a_flow_that_a_channel_uses_stays(maker: &impl Maker) {
    let world = World::new(maker, counter()).await;
    let journal = &world.journal;
    let refused = journal.delete_flow("counter".to_owned(), 1, audit()).await;
    let Err(JournalError::FlowInUse { id, channel }) = refused else { panic!("{refused:?}") };
    assert_eq!((id.as_str(), channel.as_str()), ("counter", "shop"));
    assert!(journal.flow("counter".to_owned()).await.unwrap().is_some());
    journal.change_channel(delete("shop", 1), audit()).await.unwrap();
    // A flow of the platform may have the same id.
    world.give("bot", "counter", FlowRunner::Platform).await.unwrap();
    journal.delete_flow("counter".to_owned(), 1, audit()).await.unwrap();
}

pub(crate) async fn a_flow_that_is_not_there_is_refused(maker: &impl Maker) {
    let world = World::new(maker, counter()).await;
    let refused = world.give("bot", "none", FlowRunner::Eclusa).await;
    assert!(matches!(refused, Err(JournalError::FlowUnknown { id }) if id == "none"));
    world.give("bot", "none", FlowRunner::Platform).await.unwrap();
    assert_eq!(world.journal.channels().await.unwrap().len(), 2);
}
