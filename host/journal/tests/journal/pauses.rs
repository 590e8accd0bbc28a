//! Destinations that are paused.

use eclusa_journal::{Destination, Journal, Pause};

use crate::Maker;
use crate::channels::{channel, delete, put};
use crate::make::audit;

fn chat(channel: &str) -> Destination {
    Destination::Chat { channel: channel.to_owned() }
}

fn pause(code: &str) -> Pause {
    Pause {
        since: "2026-01-02T03:04:05.678Z".to_owned(),
        code: code.to_owned(),
        reason: "The chat\u{2019}s server moves.".to_owned(),
        by: "ana".to_owned(),
    }
}

pub(crate) async fn a_pause_stays_until_it_is_ended(maker: &impl Maker) {
    let journal = maker.open();
    assert_eq!(journal.pauses().await.unwrap(), []);
    let to = [chat("bot"), chat("shop"), Destination::Platform];
    for to in &to {
        journal.set_pause(to.clone(), Some(pause("operator")), audit()).await.unwrap();
    }
    journal.set_pause(chat("shop"), Some(pause("gone")), audit()).await.unwrap();
    let journal = maker.reopen(journal);
    let mut pauses = journal.pauses().await.unwrap();
    pauses.sort_by(|left, right| left.0.cmp(&right.0));
    let codes = ["operator", "gone", "operator"];
    assert_eq!(pauses, to.clone().into_iter().zip(codes.map(pause)).collect::<Vec<_>>());
    for to in [chat("bot"), Destination::Platform, chat("never")] {
        journal.set_pause(to, None, audit()).await.unwrap();
    }
    let journal = maker.reopen(journal);
    assert_eq!(journal.pauses().await.unwrap(), [(chat("shop"), pause("gone"))]);
}

pub(crate) async fn a_deleted_channel_is_not_paused_any_more(maker: &impl Maker) {
    let journal = maker.open();
    for id in ["bot", "shop"] {
        journal.change_channel(put(channel(id, 1), 0), audit()).await.unwrap();
        journal.set_pause(chat(id), Some(pause("operator")), audit()).await.unwrap();
    }
    // Refused: the pause stays.
    journal.change_channel(delete("shop", 7), audit()).await.unwrap_err();
    assert_eq!(journal.pauses().await.unwrap().len(), 2);
    journal.change_channel(delete("shop", 1), audit()).await.unwrap();
    let journal = maker.reopen(journal);
    assert_eq!(journal.pauses().await.unwrap(), [(chat("bot"), pause("operator"))]);
}
