//! Who visits: each writes, is answered and waits, one thing after another.

use std::ops::RangeInclusive;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::flow::{IDLE, REMINDER, WORDS};
use super::{CHANNEL, Did, Visits};
use crate::api::{Answer, text};
use crate::callers::Load;

/// So many visit at a time.
const VISITORS: usize = 5;

/// So much is done in a conversation before another one is begun; what comes of it is
/// well below the longest script of the simulator.
const STEPS: usize = 30;

/// Pauses between two things, in milliseconds.
const PAUSE_MS: RangeInclusive<u64> = 0..=30;

/// Longer than any reminder or acknowledgement takes, starts of the host counted.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts the visitors.
pub(crate) fn start(callers: &mut JoinSet<()>, load: &Load, visits: &Visits, seed: u64) {
    for (number, seed) in (0..VISITORS).zip(seed..) {
        let random = StdRng::seed_from_u64(seed);
        let visitor = Visitor { load: load.clone(), visits: visits.clone(), number, random };
        callers.spawn(visitor.run());
    }
}

struct Visitor {
    load: Load,
    visits: Visits,
    number: usize,
    random: StdRng,
}

impl Visitor {
    async fn run(mut self) {
        for visit in 0.. {
            let conversation = format!("v-{}-{visit}", self.number);
            for step in 0..STEPS {
                if self.load.stop.load(Ordering::Relaxed) {
                    break;
                }
                self.act(&conversation, step).await;
                let pause = Duration::from_millis(self.random.random_range(PAUSE_MS));
                tokio::time::sleep(pause).await;
            }
            // Nothing happens by itself in it any more.
            self.close(&conversation, "end").await;
            if self.load.stop.load(Ordering::Relaxed) {
                return;
            }
        }
    }

    async fn act(&mut self, conversation: &str, step: usize) {
        let step = step.to_string();
        match self.random.random_range(0..100) {
            0..75 => {
                let words = WORDS.choose(&mut self.random).copied().unwrap_or_default();
                self.write(conversation, &step, words).await;
            }
            75..86 => self.answer(conversation, &step).await,
            86..92 => self.close(conversation, &step).await,
            _ => self.wait(conversation, &step).await,
        }
    }

    /// Says nothing any more, in a menu or after an agent's message.
    async fn wait(&mut self, conversation: &str, step: &str) {
        self.close(conversation, step).await;
        let count = self.visits.count(conversation);
        self.write(conversation, step, "hi").await;
        if self.random.random() {
            self.answer(conversation, step).await;
        }
        let words = if self.random.random() { REMINDER } else { IDLE };
        let began = Instant::now();
        while !self.visits.has_come(conversation, words, count) {
            if self.load.stop.load(Ordering::Relaxed) {
                return;
            }
            if began.elapsed() > PATIENCE {
                self.load.ledger.odd(format!("{conversation} waits for {words:?} in vain"));
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn write(&mut self, conversation: &str, step: &str, words: &str) {
        let id = format!("{conversation}-{step}");
        let body = json!({
            "id": id, "conversation": conversation, "from": { "id": conversation, "name": "Ana" },
            "type": "text", "text": { "body": words },
        });
        let path = self.load.ingress.get(CHANNEL).cloned().unwrap_or_default();
        // Chats send again what they were not answered, and now and then what they were.
        let times = if self.random.random_bool(0.05) { 2 } else { 1 };
        for time in 0..times {
            if self.insist(&path, &id, &body).await.is_some() && time == 0 {
                let did = Did::Wrote { external_id: id.clone(), words: words.to_owned() };
                self.visits.did(conversation, did);
            }
        }
    }

    async fn answer(&mut self, conversation: &str, step: &str) {
        let path = format!("/v1/channels/{CHANNEL}/messages?start=true");
        let body = json!({
            "conversation": conversation, "type": "text", "text": { "body": "I am Rui" },
        });
        let Some(sent) = self.insist(&path, &format!("{conversation}-{step}"), &body).await else {
            return;
        };
        match text(&sent, "/id") {
            Ok(id) => self.visits.did(conversation, Did::Answered { id: id.to_owned() }),
            Err(error) => self.load.ledger.odd(format!("{conversation}: {error:#}")),
        }
    }

    /// Closes the attendance, where one is open and the flow is not faster.
    async fn close(&mut self, conversation: &str, step: &str) {
        let list = format!("/v1/attendances?channel={CHANNEL}&conversation={conversation}&limit=1");
        let began = Instant::now();
        let newest = loop {
            if !self.load.api.up().await {
                return;
            }
            if began.elapsed() > PATIENCE {
                return self.load.ledger.odd(format!("GET {list} is not answered"));
            }
            match self.load.api.get(&list).await {
                Ok(Some(page)) => break page.pointer("/attendances/0").cloned(),
                Ok(None) => tokio::time::sleep(Duration::from_millis(5)).await,
                Err(error) => return self.load.ledger.odd(format!("{error:#}")),
            }
        };
        let Some(open) = newest.filter(|it| text(it, "/state").is_ok_and(|it| it != "closed"))
        else {
            return;
        };
        let id = text(&open, "/id").unwrap_or_default();
        let path = format!("/v1/attendances/{id}/close");
        let key = format!("{conversation}-{step}-close");
        if self.insist(&path, &key, &json!({})).await.is_some() {
            self.visits.did(conversation, Did::Closed);
        }
    }

    /// Posts something until it is acknowledged; none where an attendance was closed
    /// before, the run ends, or it is refused for too long.
    async fn insist(&mut self, path: &str, key: &str, body: &Value) -> Option<Value> {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        let began = Instant::now();
        while self.load.api.up().await {
            let answer = self.load.api.call(Method::POST, path, &headers, body.to_string()).await;
            match answer {
                Some(answer) if answer.is_success() => return Some(answer.json()),
                Some(answer) if !answer.is_busy() => {
                    if text(&answer.json(), "/code").ok() != Some("attendance_closed") {
                        let Answer { status, body } = answer;
                        self.load.ledger.odd(format!("POST {path}: {status} {body}"));
                    }
                    return None;
                }
                last if began.elapsed() > PATIENCE => {
                    let last = last.map_or_else(
                        || "no answer".to_owned(),
                        |Answer { status, body }| format!("{status} {body}"),
                    );
                    let odd = format!("POST {path} ({key}) is not acknowledged; at last: {last}");
                    self.load.ledger.odd(odd);
                    return None;
                }
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
        None
    }
}
