//! Who sends: each tries again until it is told that the host has its message, as
//! chats and platforms do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

use crate::api::{Answer, Api, text};
use crate::chat::{CHANNELS, Channel, external_id, words};
use crate::ledger::{Direction, Key, Ledger};

/// Conversations of each channel.
const CONVERSATIONS: usize = 4;

/// How often something is sent again though it was acknowledged.
const REPEATS: f64 = 0.05;

/// Longest pause between two messages of a conversation.
const PAUSE: Duration = Duration::from_millis(8);

/// What all callers share.
#[derive(Clone)]
pub(crate) struct Load {
    pub(crate) api: Api,
    pub(crate) ledger: Ledger,
    /// Ingress paths by channel.
    pub(crate) ingress: Arc<BTreeMap<&'static str, String>>,
    /// Bytes that each text has beside its number.
    pub(crate) padding: Arc<AtomicUsize>,
    pub(crate) stop: Arc<AtomicBool>,
}

impl Load {
    /// Starts two callers for each conversation, one from each side.
    pub(crate) fn start(&self, seed: u64) -> JoinSet<()> {
        let mut callers = JoinSet::new();
        let mut seed = seed;
        for channel in CHANNELS {
            for conversation in 0..CONVERSATIONS {
                for direction in [Direction::In, Direction::Out] {
                    seed = seed.wrapping_add(1);
                    let key = Key::new(direction, channel.id, &format!("c-{conversation}"));
                    let caller = Caller {
                        load: self.clone(),
                        channel,
                        key,
                        random: StdRng::seed_from_u64(seed),
                        paddings: Vec::new(),
                    };
                    callers.spawn(caller.run());
                }
            }
        }
        callers
    }
}

/// Writes in one conversation, one message after the other.
struct Caller {
    load: Load,
    channel: Channel,
    key: Key,
    random: StdRng,
    /// Of each message sent, so that it is the same when it is sent again.
    paddings: Vec<usize>,
}

impl Caller {
    async fn run(mut self) {
        while !self.load.stop.load(Ordering::Relaxed) {
            let number = self.paddings.len();
            self.paddings.push(self.load.padding.load(Ordering::Relaxed));
            self.insist(number).await;
            if self.random.random_bool(REPEATS) {
                let earlier = self.random.random_range(0..=number);
                self.insist(earlier).await;
            }
            tokio::time::sleep(self.random.random_range(Duration::ZERO..PAUSE)).await;
        }
    }

    /// Sends a message until it is acknowledged.
    async fn insist(&mut self, number: usize) {
        self.load.ledger.sending(&self.key, number);
        while self.load.api.up().await {
            match self.send(number).await {
                Some(answer) if answer.is_success() => return self.acknowledge(number, &answer),
                Some(answer) if !answer.is_busy() => {
                    let Answer { status, body } = answer;
                    self.load.ledger.odd(format!("{}: {number}: {status} {body}", self.key));
                    return;
                }
                Some(answer) => {
                    let what = format!("{number} is answered with {}", answer.status);
                    self.load.ledger.note(&self.key, what);
                }
                None => self.load.ledger.note(&self.key, format!("{number} gets no answer")),
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn send(&self, number: usize) -> Option<Answer> {
        let Key { direction, channel, conversation } = &self.key;
        let words = words(number, self.paddings.get(number).copied().unwrap_or_default());
        let json = ("content-type", "application/json");
        match direction {
            Direction::In => {
                let path = self.load.ingress.get(self.channel.id)?;
                let body = self.channel.request(conversation, number, &words);
                self.load.api.call(Method::POST, path, &[json], body).await
            }
            Direction::Out => {
                let path = format!("/v1/channels/{channel}/messages?start=true");
                let key = external_id(conversation, number);
                let body = json!({
                    "conversation": conversation, "type": "text", "text": { "body": words },
                });
                let headers = [json, ("idempotency-key", &*key)];
                self.load.api.call(Method::POST, &path, &headers, body.to_string()).await
            }
        }
    }

    fn acknowledge(&self, number: usize, answer: &Answer) {
        let pointer = match self.key.direction {
            Direction::In => "/messages/0/id",
            Direction::Out => "/id",
        };
        match text(&answer.json(), pointer) {
            Ok(id) => self.load.ledger.acknowledged(&self.key, number, id),
            Err(error) => self.load.ledger.odd(format!("{}: {error:#}", self.key)),
        }
    }
}
