//! Channels, logos and tokens.

use std::collections::BTreeMap;

use eclusa_journal::{ChannelChange, Journal, JournalError, Registry};
use eclusa_model::{
    Channel, ChannelDelivery, ChannelLimits, ChannelProfile, Color, FlowRunner, PreviousIngress,
    Secret, SecretValues,
};

use crate::Maker;
use crate::make::{audit, one, page, text};

pub(crate) fn channel(id: &str, revision: u64) -> Channel {
    let secret = |name: &str, value: &str| (name.to_owned(), Secret::new(value));
    let rotating = SecretValues::rotating(Secret::new("n\u{e9}w"), [Secret::new("0ld")]).unwrap();
    Channel {
        profile: ChannelProfile {
            id: id.to_owned(),
            name: "Shop \u{1f6d2}".to_owned(),
            description: "For the shop".to_owned(),
            color: Color::try_from("#2a9d8f".to_owned()).unwrap(),
            adapter: "open".to_owned(),
            url: Some("https://chat.example".to_owned()),
            settings: serde_json::from_str(r#"{"depth":[1,{"a":null}]}"#).unwrap(),
            flow: None,
            flow_runner: FlowRunner::Platform,
            limits: ChannelLimits { body_bytes: Some(1 << 20) },
            delivery: ChannelDelivery { concurrent: Some(3), ..ChannelDelivery::default() },
        },
        headers: BTreeMap::from([secret("x-api-key", "h\u{e9}ader")]),
        secrets: BTreeMap::from([
            ("bot-token".to_owned(), Secret::new("t0k\"en").into()),
            ("app-secret".to_owned(), rotating),
        ]),
        ingress_key: Secret::new("unguessable"),
        previous_ingress: Some(PreviousIngress { key: Secret::new("replaced"), until_ms: 7 }),
        documentation_key: Some(Secret::new("shared")),
        revision,
        created_at: "2026-01-01T00:00:00Z".to_owned(),
        updated_at: "2026-01-02T00:00:00Z".to_owned(),
    }
}

pub(crate) fn put(channel: Channel, expected: u64) -> ChannelChange {
    ChannelChange::Put { channel: Box::new(channel), expected }
}

pub(crate) fn delete(id: &str, expected: u64) -> ChannelChange {
    ChannelChange::Delete { id: id.to_owned(), expected }
}

pub(crate) async fn a_channel_is_created_changed_and_deleted(maker: &impl Maker) {
    let journal = maker.open();
    journal.change_channel(put(channel("shop", 1), 0), audit()).await.unwrap();
    journal.change_channel(put(channel("bot", 1), 0), audit()).await.unwrap();
    assert_eq!(journal.channels().await.unwrap(), [channel("bot", 1), channel("shop", 1)]);
    let mut changed = channel("shop", 2);
    changed.profile.name = "Other".to_owned();
    changed.secrets.clear();
    journal.change_channel(put(changed.clone(), 1), audit()).await.unwrap();
    let journal = maker.reopen(journal);
    assert_eq!(journal.channels().await.unwrap(), [channel("bot", 1), changed]);
    journal.change_channel(delete("shop", 2), audit()).await.unwrap();
    assert_eq!(journal.channels().await.unwrap(), [channel("bot", 1)]);
}

pub(crate) async fn the_id_of_a_deleted_channel_stays_taken(maker: &impl Maker) {
    let mut journal = maker.open();
    journal.change_channel(put(channel("shop", 1), 0), audit()).await.unwrap();
    one(&journal, text("c1", "m1")).await;
    journal.change_channel(delete("shop", 1), audit()).await.unwrap();
    for _ in 0..2 {
        let error = journal.change_channel(put(channel("shop", 1), 0), audit()).await.unwrap_err();
        assert!(matches!(&error, JournalError::ChannelRetired { id } if id == "shop"), "{error}");
        let error = journal.change_channel(put(channel("shop", 2), 1), audit()).await.unwrap_err();
        assert!(matches!(error, JournalError::RevisionConflict { found: 0, .. }), "{error}");
        journal = maker.reopen(journal);
    }
    assert_eq!(journal.channels().await.unwrap(), []);
    // The reason for it: its history is still there.
    assert!(one(&journal, text("c1", "m1")).await.events[0].duplicate);
    // Nothing else is taken: not its like, and not what never was a channel.
    journal.change_channel(put(channel("Shop", 1), 0), audit()).await.unwrap();
    journal.change_channel(delete("never", 0), audit()).await.unwrap();
    journal.change_channel(put(channel("never", 1), 0), audit()).await.unwrap();
}

pub(crate) async fn a_change_from_an_old_revision_is_refused(maker: &impl Maker) {
    let journal = maker.open();
    journal.change_channel(put(channel("shop", 1), 0), audit()).await.unwrap();
    journal.change_channel(put(channel("shop", 2), 1), audit()).await.unwrap();
    for (change, was, is) in [
        (put(channel("shop", 1), 0), 0, 2),
        (put(channel("shop", 2), 1), 1, 2),
        (put(channel("shop", 4), 3), 3, 2),
        (delete("shop", 1), 1, 2),
        (put(channel("new", 2), 1), 1, 0),
        (delete("new", 1), 1, 0),
    ] {
        let error = journal.change_channel(change, audit()).await.unwrap_err();
        assert!(
            matches!(error, JournalError::RevisionConflict { expected, found, .. }
                if (expected, found) == (was, is)),
            "{error}"
        );
    }
    assert_eq!(journal.channels().await.unwrap(), [channel("shop", 2)]);
}

pub(crate) async fn a_logo_is_kept_and_removed(maker: &impl Maker) {
    let journal = maker.open();
    let logo = |byte| Some(("image/png".to_owned(), vec![byte; 100_000]));
    journal.change_channel(put(channel("shop", 1), 0), audit()).await.unwrap();
    assert_eq!(journal.logo("shop".to_owned()).await.unwrap(), None);
    for logo in [logo(1), logo(2), None, logo(3)] {
        journal.set_logo("shop".to_owned(), logo.clone(), audit()).await.unwrap();
        assert_eq!(journal.logo("shop".to_owned()).await.unwrap(), logo);
    }
    journal.change_channel(delete("shop", 1), audit()).await.unwrap();
    assert_eq!(journal.logo("shop".to_owned()).await.unwrap(), None);
}

pub(crate) async fn each_change_is_recorded_with_who_did_it(maker: &impl Maker) {
    let journal = maker.open();
    let mut expected = Vec::new();
    let mut said = |journal_took_it: bool| {
        let audit = audit();
        if journal_took_it {
            expected.insert(0, audit.clone());
        }
        audit
    };
    journal.change_channel(put(channel("shop", 1), 0), said(true)).await.unwrap();
    journal.change_channel(put(channel("shop", 1), 0), said(false)).await.unwrap_err();
    journal.set_logo("shop".to_owned(), None, said(true)).await.unwrap();
    journal.change_channel(delete("shop", 1), said(true)).await.unwrap();
    journal.change_channel(put(channel("shop", 1), 0), said(false)).await.unwrap_err();
    assert_eq!(maker.reopen(journal).audit(None, page(10)).await.unwrap(), expected);
}
