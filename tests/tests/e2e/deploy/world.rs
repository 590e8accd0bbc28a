//! A shop's site with its chat, whose adapter is deployed again and again.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use eclusa_tests::{Answer, Channel, Eclusa, FakeChat, Setup, sha256, shop};
use serde_json::{Value, json};

/// The adapter's name.
pub(super) const NAME: &str = "shop";

/// A shop's site whose adapter's first revision serves.
pub(super) struct Shop {
    pub(super) eclusa: Eclusa,
    pub(super) chat: FakeChat,
    pub(super) channels: Vec<Channel>,
    /// The first revision.
    pub(super) first: String,
    ids: AtomicU64,
}

impl Shop {
    /// With the channel `site`.
    pub(super) async fn open() -> Self {
        Self::with(Setup::default(), &["site"]).await
    }

    /// With these channels.
    pub(super) async fn with(setup: Setup, channels: &[&str]) -> Self {
        let (chat, first) = (FakeChat::shop(), shop::revision("1"));
        let eclusa = setup.adapter_bytes(NAME, &*first).start();
        let mut shop =
            Self { eclusa, chat, channels: Vec::new(), first: sha256(&first), ids: 0.into() };
        for id in channels {
            let channel = shop::channel(id, &shop.chat.url());
            shop.channels.push(shop.eclusa.create(&channel).await);
        }
        assert_eq!(shop.active().await, shop.first);
        shop
    }

    /// The first channel.
    pub(super) fn site(&self) -> &Channel {
        &self.channels[0]
    }

    /// An id that no other entry has.
    pub(super) fn id(&self) -> String {
        self.ids.fetch_add(1, Ordering::Relaxed).to_string()
    }

    /// The chat posts an entry, or several.
    pub(super) async fn post(&self, channel: &Channel, entry: &Value) -> Answer {
        self.eclusa.call("POST", &channel.ingress, &[], entry.to_string()).await
    }

    /// A person writes; returns the message's id.
    pub(super) async fn write(&self, channel: &Channel, thread: &str, words: &str) -> String {
        let answer = self.post(channel, &shop::text(&self.id(), thread, words)).await.ok();
        let messages = answer["messages"].as_array().unwrap();
        assert_eq!(messages.len(), 1, "{answer}");
        messages[0]["id"].as_str().unwrap().to_owned()
    }

    /// We write; returns the message's id once the chat has it.
    pub(super) async fn say(&self, channel: &Channel, thread: &str, words: &str) -> String {
        let message = json!({ "conversation": thread, "type": "text", "text": { "body": words } });
        let id = self.eclusa.send(channel, &message).await;
        self.eclusa.message_in_state(&id, "sent").await;
        id
    }

    /// Traffic of all kinds that the first revision maps: 27 texts, 3 places, 2
    /// files and a card from the chat; 22 messages to it.
    pub(super) async fn record_traffic(&self, channel: &Channel) {
        for _ in 0..27 {
            self.write(channel, "t1", "Bom dia, tudo bem?").await;
        }
        for place in 0..3 {
            let place = shop::place(&self.id(), "t2", f64::from(place), 2.5);
            self.post(channel, &place).await.ok();
        }
        for _ in 0..2 {
            let file = shop::file(&self.id(), "t2", "https://shop.example.com/nota.pdf");
            self.post(channel, &file).await.ok();
        }
        self.post(channel, &shop::person(&self.id(), "t2", "Rui Lima")).await.ok();
        let mut sent = Vec::new();
        for _ in 0..22 {
            let message =
                json!({ "conversation": "t1", "type": "text", "text": { "body": "Bom dia!" } });
            sent.push(self.eclusa.send(channel, &message).await);
        }
        for id in sent {
            self.eclusa.message_in_state(&id, "sent").await;
        }
    }

    /// The revision that serves.
    pub(super) async fn active(&self) -> String {
        self.eclusa.active(NAME).await
    }

    /// The revision that has mapped a message from the chat.
    pub(super) async fn mapped_by(&self, id: &str) -> String {
        let message = self.eclusa.message(id).await;
        let revision = &message["request"]["revision"];
        assert_eq!(revision["adapter"], NAME, "{message}");
        revision["sha256"].as_str().unwrap().to_owned()
    }

    /// The revision that maps what is written now.
    pub(super) async fn maps_now(&self, channel: &Channel) -> String {
        let id = self.write(channel, "now", "Oi").await;
        self.mapped_by(&id).await
    }

    /// The revision that has written the one request of a message to the chat.
    pub(super) async fn sent_by(&self, id: &str) -> String {
        let message = self.eclusa.message(id).await;
        let attempts = message["attempts"].as_array().unwrap();
        assert_eq!(attempts.len(), 1, "{message}");
        attempts[0]["revision"]["sha256"].as_str().unwrap().to_owned()
    }

    /// Changes the adapter's policy: what is not named gets its default.
    pub(super) async fn set_policy(&self, policy: &Value) {
        let path = format!("/v1/adapters/{NAME}/policy");
        self.eclusa.api("PUT", &path, policy).await.ok();
    }

    /// Deploys a revision of the shop's, which must come to this state; returns
    /// the deployment.
    pub(super) async fn deploy(&self, revision: &str, state: &str) -> Value {
        self.deploy_by(revision, "", state).await
    }

    /// The same with a query.
    pub(super) async fn deploy_by(&self, revision: &str, query: &str, state: &str) -> Value {
        let deployment = self.eclusa.deploy_by(NAME, query, &shop::revision(revision)).await;
        assert_eq!(deployment["state"], state, "{deployment:#}");
        deployment
    }

    /// Does something while people go on writing; each message of theirs must be
    /// mapped at once by the revision that `serves`. Returns how many they wrote.
    pub(super) async fn while_people_write<T>(
        &self,
        channel: &Channel,
        serves: &str,
        work: impl Future<Output = T>,
    ) -> (T, usize) {
        let done = AtomicBool::new(false);
        let writing = async {
            let mut pace = tokio::time::interval(Duration::from_millis(10));
            let mut count = 0;
            while !done.load(Ordering::Relaxed) {
                pace.tick().await;
                let id = self.write(channel, "meanwhile", "Oi").await;
                assert_eq!(self.mapped_by(&id).await, serves);
                count += 1;
            }
            count
        };
        let work = async {
            let result = work.await;
            done.store(true, Ordering::Relaxed);
            result
        };
        tokio::join!(work, writing)
    }

    /// All events, which must be so many, by channel and conversation; each must
    /// be a message from the chat.
    pub(super) async fn events(&self, count: usize) -> BTreeMap<(String, String), Vec<Value>> {
        let mut by_conversation: BTreeMap<_, Vec<Value>> = BTreeMap::new();
        for event in self.eclusa.events(None, count).await {
            let event = event.json;
            let name = |value: &Value| value.as_str().unwrap().to_owned();
            let key = (name(&event["channel"]["id"]), name(&event["message"]["conversation"]));
            by_conversation.entry(key).or_default().push(event);
        }
        by_conversation
    }
}

/// A component with another SHA-256 that does the same.
pub(super) fn variant(component: &[u8], number: u32) -> Vec<u8> {
    // A section that every reader passes over: its kind, its length, its name.
    let mut bytes = component.to_vec();
    bytes.extend([0, 9, 4]);
    bytes.extend(b"test");
    bytes.extend(number.to_le_bytes());
    bytes
}

/// The SHA-256 in an answer of the API.
pub(super) fn revision_of(deployment: &Value) -> &str {
    deployment["revision"].as_str().unwrap()
}

/// The id in an answer of the API.
pub(super) fn id_of(deployment: &Value) -> &str {
    deployment["id"].as_str().unwrap()
}
