//! People who write on all channels at once, and the check that nobody noticed
//! anything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use eclusa_tests::{Channel, eventually, join_all, shop};
use serde_json::json;

use super::{NAME, Shop};

/// How many people write on each channel, each in a conversation of its own. The
/// conversations of all channels have the same names.
const PEOPLE: usize = 4;

/// People who write on all channels at once, one message after the other, and get
/// an answer now and then.
pub(super) struct Load<'a> {
    shop: &'a Shop,
    words: fn(usize) -> &'static str,
    /// Some are kept without being mapped at once.
    may_fail: bool,
    stop: AtomicBool,
    answered: AtomicUsize,
}

/// What has been written in one conversation.
pub(super) struct Written {
    pub(super) channel: String,
    pub(super) thread: String,
    /// The chat's id of each message from it, and Eclusa's where it was mapped at
    /// once.
    pub(super) inbound: Vec<(String, Option<String>)>,
    /// Eclusa's id of each message to it.
    outbound: Vec<String>,
}

impl<'a> Load<'a> {
    /// `words` are what each person writes, by the number of the message.
    pub(super) fn new(shop: &'a Shop, words: fn(usize) -> &'static str) -> Self {
        Self { shop, words, may_fail: false, stop: false.into(), answered: 0.into() }
    }

    /// The same where some messages cannot be mapped at once.
    pub(super) fn failing(shop: &'a Shop, words: fn(usize) -> &'static str) -> Self {
        Self { may_fail: true, ..Self::new(shop, words) }
    }

    /// People write for as long as the work lasts.
    pub(super) async fn during<T>(&self, work: impl Future<Output = T>) -> (T, Vec<Written>) {
        let people = self.shop.channels.iter().flat_map(|channel| {
            (0..PEOPLE).map(move |person| self.write(channel, format!("t{person}")))
        });
        let work = async {
            let result = work.await;
            self.stop.store(true, Ordering::Relaxed);
            result
        };
        tokio::join!(work, join_all(people))
    }

    /// Waits until people have written so many messages more.
    pub(super) async fn goes_on(&self, count: usize) {
        let goal = self.answered.load(Ordering::Relaxed) + count;
        eventually("people go on writing", async || {
            (self.answered.load(Ordering::Relaxed) >= goal).then_some(())
        })
        .await;
    }

    async fn write(&self, channel: &Channel, thread: String) -> Written {
        let (mut inbound, mut outbound) = (Vec::new(), Vec::new());
        for number in 0.. {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            let external_id = format!("{thread}-{number}");
            let entry = shop::text(&external_id, &thread, (self.words)(number));
            // None is refused, whatever goes on.
            let answer = self.shop.post(channel, &entry).await.ok();
            let id = answer["messages"][0]["id"].as_str().map(str::to_owned);
            assert!(id.is_some() || (self.may_fail && answer["problem"].is_object()), "{answer}");
            inbound.push((external_id, id));
            if number % 5 == 0 {
                let reply = json!({
                    "conversation": thread, "type": "text",
                    "text": { "body": format!("answer {number}") },
                });
                outbound.push(self.shop.eclusa.send(channel, &reply).await);
            }
            self.answered.fetch_add(1, Ordering::Relaxed);
        }
        Written { channel: channel.id.clone(), thread, inbound, outbound }
    }
}

/// How many messages each revision has mapped, and how many it has sent.
#[derive(Debug, Default)]
pub(super) struct Shares {
    pub(super) mapped: BTreeMap<String, usize>,
    pub(super) sent: BTreeMap<String, usize>,
}

impl Shares {
    /// The revisions that have mapped something.
    pub(super) fn mapping(&self) -> BTreeSet<&str> {
        self.mapped.keys().map(String::as_str).collect()
    }
}

/// Nothing is lost, nothing doubled, all is in order, nothing is late, and each
/// message was mapped and sent by one of the revisions. There must be no other
/// messages than these.
pub(super) async fn check_unnoticed(
    shop: &Shop,
    written: &[Written],
    revisions: &[&str],
) -> Shares {
    let all = written.iter().map(|it| it.inbound.len()).sum();
    let events = shop.events(all).await;
    assert_eq!(events.len(), written.len());
    let mut shares = Shares::default();
    for it in written {
        let events = &events[&(it.channel.clone(), it.thread.clone())];
        let came: Vec<_> =
            events.iter().map(|event| event["message"]["external_id"].as_str().unwrap()).collect();
        let expected: Vec<_> = it.inbound.iter().map(|(external_id, _)| external_id).collect();
        assert_eq!(came, expected, "channel {}, {}", it.channel, it.thread);
        assert!(events.iter().all(|event| event["late"].is_null()), "{}", it.thread);
        for ((_, id), event) in it.inbound.iter().zip(events) {
            let id = id.as_deref().unwrap();
            assert_eq!(event["message"]["id"], id);
            let revision = shop.mapped_by(id).await;
            assert!(revisions.contains(&&*revision), "{id} was mapped by {revision}");
            *shares.mapped.entry(revision).or_default() += 1;
        }
    }
    for channel in &shop.channels {
        assert!(shop.eclusa.unmapped(channel).await.is_empty());
        assert!(shop.eclusa.dead_letters(channel).await.is_empty());
    }
    check_sent(shop, written, revisions, &mut shares).await;
    let adapter = shop.eclusa.adapter(NAME).await;
    assert_eq!(adapter["state"], "active");
    shares
}

/// The chat was sent each message once, and those of a conversation in order.
async fn check_sent(shop: &Shop, written: &[Written], revisions: &[&str], shares: &mut Shares) {
    for id in written.iter().flat_map(|it| &it.outbound) {
        shop.eclusa.message_in_state(id, "sent").await;
        let revision = shop.sent_by(id).await;
        assert!(revisions.contains(&&*revision), "{id} was sent by {revision}");
        *shares.sent.entry(revision).or_default() += 1;
    }
    let sent: Vec<String> = shop
        .chat
        .requests()
        .iter()
        .map(|request| request.json()["ref"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(sent.len(), written.iter().map(|it| it.outbound.len()).sum::<usize>());
    for it in written {
        let of_it: Vec<_> = sent.iter().filter(|id| it.outbound.contains(id)).collect();
        assert_eq!(of_it, it.outbound.iter().collect::<Vec<_>>(), "{}", it.thread);
    }
}
