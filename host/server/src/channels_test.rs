//! To which channel an ingress key leads, over time.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use eclusa_journal::MemoryJournal;
use eclusa_journal::registry::{AuditAction, AuditSubject, SubjectKind};
use eclusa_model::{ChannelDelivery, ChannelProfile, Color, FlowRunner, PreviousIngress, Secret};

use super::*;

fn channel(id: &str, key: &str, previous: Option<(&str, i64)>) -> Channel {
    let profile = ChannelProfile {
        id: id.to_owned(),
        name: id.to_owned(),
        description: String::new(),
        color: Color::from_rgb(0, 0, 0),
        adapter: "open".to_owned(),
        url: None,
        settings: serde_json::Map::new(),
        flow: None,
        flow_runner: FlowRunner::Platform,
        limits: Default::default(),
        delivery: ChannelDelivery::default(),
    };
    Channel {
        profile,
        headers: BTreeMap::new(),
        secrets: BTreeMap::new(),
        ingress_key: Secret::new(key),
        previous_ingress: previous
            .map(|(key, until_ms)| PreviousIngress { key: Secret::new(key), until_ms }),
        documentation_key: None,
        revision: 1,
        created_at: String::new(),
        updated_at: String::new(),
    }
}

#[tokio::test]
async fn a_replaced_key_leads_to_its_channel_until_its_time() {
    let channels = Arc::new(Channels::load(Arc::new(MemoryJournal::new())).await.unwrap());
    for channel in [channel("a", "new", Some(("old", 1_000))), channel("b", "other", None)] {
        let subject = AuditSubject::new(SubjectKind::Channel, &channel.profile.id);
        let audit = AuditEntry::new(0, "test", AuditAction::Created, subject, "");
        let put = ChannelChange::Put { channel: Box::new(channel), expected: 0 };
        channels.change(put, audit).await.unwrap();
    }
    let leads_to = |key: &str, now_ms| {
        channels.by_key(key, now_ms).map(|active| active.channel.profile.id.clone())
    };
    assert_eq!(leads_to("new", 0).as_deref(), Some("a"));
    assert_eq!(leads_to("old", 999).as_deref(), Some("a"));
    assert_eq!(leads_to("old", 1_000), None);
    assert_eq!(leads_to("new", i64::MAX - 1).as_deref(), Some("a"));
    assert_eq!(leads_to("other", 1_000).as_deref(), Some("b"));
    assert_eq!(leads_to("none", 0), None);
}

#[tokio::test]
async fn a_link_leads_to_the_documentation_of_its_channel_until_there_is_another() {
    let channels = Arc::new(Channels::load(Arc::new(MemoryJournal::new())).await.unwrap());
    let leads_to = |key: &str| {
        channels.by_documentation_key(key).map(|active| active.channel.profile.id.clone())
    };
    for (revision, shared) in [(1, None), (2, Some("one")), (3, Some("two")), (4, None)] {
        let documentation_key = shared.map(Secret::new);
        let channel = Channel { documentation_key, revision, ..channel("a", "key", None) };
        let subject = AuditSubject::new(SubjectKind::Channel, "a");
        let audit = AuditEntry::new(0, "test", AuditAction::Changed, subject, "");
        let put = ChannelChange::Put { channel: Box::new(channel), expected: revision - 1 };
        channels.change(put, audit).await.unwrap();
        for key in ["one", "two", "key", ""] {
            assert_eq!(leads_to(key).is_some(), shared == Some(key), "{key} at {revision}");
        }
    }
    assert!(channels.by_key("one", 0).is_none());
}
