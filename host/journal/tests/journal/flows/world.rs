//! A journal with a flow on its channel, and a clock that is moved by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use eclusa_flow::{Flow, Input};
use eclusa_journal::{Accepted, AttendanceStep, Clock, JournalError, Moment, SentBy, rfc3339};
use eclusa_model::{AttendanceState, Content, Event, FlowRunner, Postback};
use serde_json::{Value, json};

use crate::attendances::{assign, change, listed};
use crate::channels::{channel, put};
use crate::make::{self, audit, number, pushed, submit};
use crate::{Both, Maker};

/// Monday, 2026-03-02, 09:00 in São Paulo.
pub(super) const NINE: i64 = 1_772_452_800_000;

pub(super) struct Hands(AtomicI64);

impl Clock for Hands {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

pub(super) fn text(body: &str) -> Value {
    json!({ "type": "text", "text": { "body": body } })
}

/// A flow with all parts but opening times.
pub(super) fn counter() -> Value {
    json!({
        "id": "counter", "name": "Counter", "greeting": [text("Hello")], "queue": "front",
        "menu": { "text": "What is it?", "retries": 1, "invalid": "Sorry?", "options": [
            { "key": "buy", "label": "Buy", "then": { "queue": "sales" } },
            { "key": "where", "label": "Where?", "then": { "answer": {
                "contents": [text("Here")], "then": "menu" } } },
            { "key": "bye", "label": "Bye", "then": { "answer": {
                "contents": [text("So long")], "then": "close" } } } ] },
        "idle": { "reminder": { "after_seconds": 60, "contents": [text("Still there?")] },
                  "close": { "after_seconds": 120, "contents": [text("We close")] } },
        "closing": [text("Thank you")]
    })
}

pub(super) fn flow(document: Value) -> Flow {
    Flow::new(serde_json::from_value(document).unwrap()).unwrap()
}

pub(super) struct World<J> {
    pub(super) journal: J,
    pub(super) clock: Arc<Hands>,
    said: u32,
}

impl<J: Both> World<J> {
    /// The channel `shop` has the flow; the time is [`NINE`].
    pub(super) async fn new(maker: &impl Maker<Journal = J>, document: Value) -> Self {
        let clock = Arc::new(Hands(AtomicI64::new(NINE)));
        let journal = maker.open_by(Arc::clone(&clock) as Arc<dyn Clock>);
        let world = Self { journal, clock, said: 0 };
        let id = document["id"].as_str().unwrap().to_owned();
        world.journal.put_flow(flow(document), 0, audit()).await.unwrap();
        world.give("shop", &id, FlowRunner::Eclusa).await.unwrap();
        world
    }

    /// Creates a channel with a flow.
    pub(super) async fn give(
        &self,
        id: &str,
        flow: &str,
        flow_runner: FlowRunner,
    ) -> Result<(), JournalError> {
        let mut channel = channel(id, 1);
        channel.profile.flow = Some(flow.to_owned());
        channel.profile.flow_runner = flow_runner;
        self.journal.change_channel(put(channel, 0), audit()).await
    }

    pub(super) fn set(&self, ms: i64) {
        self.clock.0.store(ms, Ordering::Relaxed);
    }

    /// Moves the clock on and does what is due then.
    pub(super) async fn pass(&self, seconds: i64) -> u32 {
        self.set(self.clock.now_ms() + seconds * 1000);
        let advanced = self.journal.advance_flows(10, true).await.unwrap();
        assert_eq!(advanced.next_due_ms, self.journal.flows_due().await.unwrap());
        advanced.count
    }

    pub(super) async fn event(&self, event: Event) -> Accepted {
        self.journal.accept(pushed(vec![event])).await.unwrap()
    }

    pub(super) async fn says(&mut self, body: &str) -> Accepted {
        self.said += 1;
        let id = format!("m{}", self.said);
        self.event(Event::Message(make::inbound("c1", &id, Content::text(body)))).await
    }

    /// Does an input of a script to the conversation `c1`.
    pub(super) async fn happen(&mut self, input: &Input) {
        let open = listed(&self.journal).await.into_iter().next();
        let open = open.filter(|it| it.state != AttendanceState::Closed);
        self.said += 1;
        let id = format!("m{}", self.said);
        let step = match input {
            Input::Writes(body) => {
                self.event(Event::Message(make::inbound("c1", &id, Content::text(body)))).await;
                return;
            }
            Input::Sends => {
                let card = eclusa_model::Contact { name: "Rui".to_owned(), ..Default::default() };
                let content = Content::Contact(card);
                self.event(Event::Message(make::inbound("c1", &id, content))).await;
                return;
            }
            Input::Presses { payload, title } => {
                let Event::Postback(pressed) = make::postback("c1", &id) else { return };
                let (payload, title) = (payload.clone(), title.clone());
                self.event(Event::Postback(Postback { payload, title, ..pressed })).await;
                return;
            }
            Input::Answered => {
                // Before the chat has written there is nobody to answer.
                let _ = self.journal.submit(submit("c1", "I am Rui")).await;
                return;
            }
            Input::Assigned => assign("rui"),
            Input::Queued => AttendanceStep::Queue { queue: Some("other".to_owned()) },
            Input::Transferred => {
                AttendanceStep::Transfer { queue: None, agent: Some("eva".to_owned()) }
            }
            Input::Closed => AttendanceStep::Close,
            Input::Due => return,
        };
        if let Some(open) = open {
            // Who has it already cannot take it again.
            let _ = self.journal.change_attendance(change(&open.id, step)).await;
        }
    }

    /// The same after a stop in which something else was done.
    pub(super) fn after(self, maker: &impl Maker<Journal = J>, write: impl FnOnce()) -> Self {
        let Self { journal, clock, said } = self;
        drop(journal);
        write();
        let journal = maker.open_by(Arc::clone(&clock) as Arc<dyn Clock>);
        Self { journal, clock, said }
    }

    /// What flows did in all attendances, oldest first: when and what.
    pub(super) async fn acted(&self) -> Vec<(String, Value)> {
        let mut all: Vec<(i64, String, Value)> = Vec::new();
        for attendance in listed(&self.journal).await {
            let mut before = None;
            loop {
                let page = self.journal.moments(attendance.id.clone(), before, 500).await.unwrap();
                let Some(last) = page.last() else { break };
                before = Some(last.id.clone());
                all.extend(page.iter().filter_map(|moment| {
                    let when = number(&moment.id) >> 20;
                    let at = if moment.kind == "message.sent" {
                        moment.at.clone()
                    } else {
                        rfc3339(when)
                    };
                    Some((number(&moment.id), at, action(moment)?))
                }));
            }
        }
        all.sort_by_key(|(id, ..)| *id);
        all.into_iter().map(|(_, at, what)| (at, what)).collect()
    }

    /// The texts that the flow said, and `[what else it did]`.
    pub(super) async fn told(&self) -> Vec<String> {
        let line = |(_, action): (String, Value)| match action.pointer("/says/text/body") {
            Some(body) => body.as_str().unwrap().to_owned(),
            None => action.to_string(),
        };
        self.acted().await.into_iter().map(line).collect()
    }
}

/// What a flow did, as a simulation tells it.
fn action(moment: &Moment) -> Option<Value> {
    let object: Value = serde_json::from_str(moment.object.get()).unwrap();
    let by_flow = object["changed_by"].as_str().is_some_and(|it| it.starts_with("flow:"));
    match moment.kind.as_str() {
        "message.sent" if moment.sent_by == Some(SentBy::Flow) => {
            let kind = object["type"].as_str().unwrap();
            Some(json!({ "says": { "type": kind, kind: object[kind] } }))
        }
        "attendance.queued" if by_flow => Some(json!({ "queues": { "queue": object["queue"] } })),
        "attendance.closed" if by_flow => Some(json!({ "closes": { "reason": object["reason"] } })),
        _ => None,
    }
}
