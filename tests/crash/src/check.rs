//! What the host says, held against what callers and fakes know.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rand::Rng;
use serde_json::Value;

use crate::api::{Api, text};
use crate::chat::{is_of_attendance, read_event};
use crate::counters;
use crate::ledger::{Direction, Key, Ledger};
use crate::operator::Operator;
use crate::violation::Kind;
use crate::visits::is_of_visit;
use crate::witness::own_id;

/// How long it may take until all has come that was acknowledged.
const DRAIN_TIME: Duration = Duration::from_secs(120);

/// Reads what the host has, from where it was read before.
pub(crate) struct Check {
    api: Api,
    ledger: Ledger,
    operator: Operator,
    cursor: Option<String>,
}

impl Check {
    pub(crate) fn new(api: Api, ledger: Ledger, operator: Operator) -> Self {
        Self { api, ledger, operator, cursor: None }
    }

    /// What it asks.
    pub(crate) fn api(&self) -> &Api {
        &self.api
    }

    /// Checks everything while the load goes on; false where the host dies
    /// meanwhile. What is seen then counts all the same.
    pub(crate) async fn running(&mut self, random: &mut impl Rng) -> anyhow::Result<bool> {
        if !self.operator.check().await? || !self.events().await? {
            return Ok(false);
        }
        counters::close_some(&self.api, &self.ledger, random).await?;
        for key in self.ledger.keys() {
            let acknowledged = self.acknowledged(&key);
            let Some(newest) = acknowledged.checked_sub(1) else { continue };
            for number in [newest, random.random_range(0..=newest)] {
                if self.state(&key, number, false).await?.is_none() {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Checks all messages once nothing more is sent.
    pub(crate) async fn last(&mut self) -> anyhow::Result<()> {
        self.drained().await?;
        // From the first one again: nothing that was there is gone.
        self.cursor = None;
        for key in self.ledger.keys() {
            self.ledger.with(&key, |lane, _| {
                lane.list_again();
                lane.must_have_taken_all()
            });
        }
        anyhow::ensure!(self.events().await?, "the host ended during the last check");
        for key in self.ledger.keys() {
            for number in 0..self.acknowledged(&key) {
                self.state(&key, number, true).await?.context("the host ended")?;
            }
        }
        counters::recount(&self.api, &self.ledger).await?;
        for (path, pointer) in
            [("/v1/dead-letters", "/dead_letters"), ("/v1/requests/unmapped", "/requests")]
        {
            let list = self.api.get(path).await?.context("the host ended")?;
            if list.pointer(pointer).and_then(Value::as_array).is_none_or(|list| !list.is_empty()) {
                self.ledger.odd(format!("{path} has {list}"));
            }
        }
        Ok(())
    }

    /// Waits until nothing is to be handed on any more.
    async fn drained(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        loop {
            let left = self.ledger.keys().iter().any(|key| {
                let taken = self.ledger.with(key, |lane, _| Ok(lane.taken_count()));
                taken.unwrap_or_default() < self.acknowledged(key)
            });
            // The host's own count, made anew from the disk at its start.
            let metrics = self.api.text("/metrics").await.context("the host ended")?;
            let pending = metrics
                .lines()
                .find_map(|line| line.strip_prefix("eclusa_deliveries_pending "))
                .and_then(|count| count.parse::<f64>().ok());
            if !left && pending == Some(0.0) {
                return Ok(());
            }
            if began.elapsed() > DRAIN_TIME {
                // What is missing, conversation by conversation, is told next.
                self.ledger.odd(format!(
                    "after {DRAIN_TIME:?} the host says that {pending:?} deliveries are pending"
                ));
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn acknowledged(&self, key: &Key) -> usize {
        self.ledger.with(key, |lane, _| Ok(lane.acknowledged_count())).unwrap_or_default()
    }

    /// Reads the events that are new: each is known, once, in order; and all are
    /// there that were acknowledged before.
    async fn events(&mut self) -> anyhow::Result<bool> {
        let inbound = self.ledger.keys().into_iter().filter(|key| key.direction == Direction::In);
        let acknowledged: BTreeMap<_, _> =
            inbound.map(|key| (key.clone(), self.acknowledged(&key))).collect();
        loop {
            let after =
                self.cursor.as_ref().map_or(String::new(), |after| format!("&after={after}"));
            let path = format!("/v1/events?limit=200{after}");
            let Some(page) = self.api.get(&path).await? else { return Ok(false) };
            let events = page.get("events").and_then(Value::as_array);
            let events = events.with_context(|| format!("no events in {page}"))?;
            let others = |event: &&Value| !is_of_attendance(event) && !is_of_visit(event);
            for event in events.iter().filter(others) {
                match read_event(event) {
                    Ok((id, channel, conversation, number)) => {
                        let key = Key::new(Direction::In, &channel, &conversation);
                        self.ledger.with(&key, |lane, now| lane.listed(now, number, &id));
                    }
                    Err(error) => self.ledger.odd(format!("listed: {error:#}")),
                }
            }
            if events.is_empty() {
                break;
            }
            self.cursor = Some(text(&page, "/next")?.to_owned());
        }
        for (key, count) in acknowledged {
            self.ledger.with(&key, |lane, _| lane.must_have_listed(count));
        }
        Ok(true)
    }

    /// Checks one message that was acknowledged; none where the host dies.
    async fn state(&self, key: &Key, number: usize, is_last: bool) -> anyhow::Result<Option<()>> {
        let before = self.ledger.with(key, |lane, _| {
            let id = lane.id(number).map(str::to_owned);
            Ok((
                id.ok_or_else(|| Kind::Lost.of(format!("{number} has no id")))?,
                lane.taken_count(),
            ))
        });
        let Some((id, taken_before)) = before else { return Ok(Some(())) };
        let answer =
            self.api.call(reqwest::Method::GET, &format!("/v1/messages/{id}"), &[], "").await;
        let Some(answer) = answer.filter(|answer| !answer.is_busy()) else { return Ok(None) };
        let message = answer.json();
        let state = message.get("state").and_then(Value::as_str).unwrap_or_default();
        let own = message.get("external_id").and_then(Value::as_str);
        let has_id = match (key.direction, state) {
            (Direction::Out, "sent") => own == Some(&own_id(&id)),
            (Direction::Out, _) => own.is_none(),
            (Direction::In, _) => own.is_some(),
        };
        let is_done = matches!(state, "sent" | "pushed");
        self.ledger.with(key, |lane, now| {
            if !answer.is_success() {
                let what = format!("{number} was acknowledged as {id}: {}", answer.body);
                return Err(Kind::Lost.of(what));
            }
            if !has_id {
                let what = format!("{number} is {state}, and the chat's id of it is {own:?}");
                return Err(Kind::Unearned.of(what));
            }
            if is_last && !is_done {
                return Err(Kind::Unearned.of(format!("{number} is {state} when all is done")));
            }
            lane.is_said_to_be(now, number, state, taken_before)
        });
        Ok(Some(()))
    }
}
