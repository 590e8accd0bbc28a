//! Who swaps the shop's revisions while all goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::Method;
use serde_json::json;

use crate::api::{Answer, Api, text};
use crate::ledger::Ledger;

/// The adapter that is swapped.
const ADAPTER: &str = "shop";

/// Who swaps revisions, and what the host was told last.
#[derive(Debug, Clone)]
pub(crate) struct Operator {
    pub(crate) api: Api,
    pub(crate) ledger: Ledger,
    /// Both are kept by the host.
    revisions: [String; 2],
    asked: Arc<Mutex<Asked>>,
}

#[derive(Debug, Default)]
struct Asked {
    /// Acknowledged last.
    serves: String,
    /// Asked for, and not acknowledged.
    under_way: Option<String>,
    swaps: u64,
}

impl Operator {
    /// One for these revisions, of which the first serves.
    pub(crate) fn new(api: Api, ledger: Ledger, revisions: [String; 2]) -> Self {
        let [first, _] = &revisions;
        let asked = Asked { serves: first.clone(), ..Asked::default() };
        Self { api, ledger, revisions, asked: Arc::new(Mutex::new(asked)) }
    }

    /// Lets both serve in turn until it is stopped.
    pub(crate) async fn run(mut self, stop: Arc<AtomicBool>, seed: u64) {
        let mut random = StdRng::seed_from_u64(seed);
        while !stop.load(Ordering::Relaxed) {
            let [first, second] = &self.revisions;
            let next = if self.asked.lock().serves == *first { second } else { first }.clone();
            self.asked.lock().under_way = Some(next.clone());
            while self.api.up().await && !self.activate(&next).await {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokio::time::sleep(Duration::from_millis(random.random_range(60..200))).await;
        }
    }

    /// Whether the host has it now.
    async fn activate(&self, revision: &str) -> bool {
        let path = format!("/v1/adapters/{ADAPTER}/activate");
        let body = json!({ "revision": revision }).to_string();
        let json = [("content-type", "application/json")];
        let Some(answer) = self.api.call(Method::POST, &path, &json, body).await else {
            return false;
        };
        // A try that got no answer may have done it.
        if answer.is_success() || is_already_so(&answer) {
            let mut asked = self.asked.lock();
            asked.serves = revision.to_owned();
            asked.under_way = None;
            asked.swaps += 1;
            return true;
        }
        if !answer.is_busy() {
            let what = format!("the swap to {revision}: {} {}", answer.status, answer.body);
            self.ledger.odd(what);
        }
        false
    }

    /// Asks for something again and again, until the host dies.
    pub(crate) async fn insist(&self, path: &str) {
        while let Some(answer) = self.api.call(Method::POST, path, &[], "").await {
            if !answer.is_success() && !answer.is_busy() {
                self.ledger.odd(format!("POST {path}: {} {}", answer.status, answer.body));
                return;
            }
        }
    }

    /// How often it has swapped.
    pub(crate) fn swaps(&self) -> u64 {
        self.asked.lock().swaps
    }

    /// Sees that what serves is what was acknowledged last, or is under way; false
    /// where the host dies meanwhile.
    pub(crate) async fn check(&self) -> anyhow::Result<bool> {
        let expected = || {
            let asked = self.asked.lock();
            [Some(asked.serves.clone()), asked.under_way.clone()]
        };
        let before = expected();
        let Some(adapter) = self.api.get(&format!("/v1/adapters/{ADAPTER}")).await? else {
            return Ok(false);
        };
        let serves = text(&adapter, "/revision").context("the adapter serves nothing")?;
        let may = before.into_iter().chain(expected()).flatten();
        if !may.clone().any(|revision| revision == serves) {
            let may: Vec<_> = may.collect();
            self.ledger.odd(format!("{serves} serves, and one of {may:?} should"));
        }
        Ok(true)
    }
}

fn is_already_so(answer: &Answer) -> bool {
    text(&answer.json(), "/code").is_ok_and(|code| code == "already_active")
}
