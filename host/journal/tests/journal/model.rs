//! Any sequence of calls does to the durable journal what it does to the one in
//! memory, whatever restarts come in between.

use std::collections::{BTreeSet, HashMap};

use eclusa_journal::registry::{AuditAction, AuditEntry};
use eclusa_journal::{
    Accepted, AttendanceChange, AttendanceChanged, AttendanceStep, Deliveries, Delivery,
    DeliveryBody, DeliveryChange, Discard, Finish, HELD, Handled, Idempotency, InboxQuery,
    InboxView, JournalError, Lane, LetterFilter, LetterState, MemoryJournal, OutboundRecord,
    Redrive, Registry, Remap, Skip, SqliteJournal, Submitted, Window,
};
use eclusa_model::{Attendance, DeliveryState, Event, Problem};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::attendances::{change, listed, totals};
use crate::letters::{again, entry, given_up};
use crate::make::{self, accept, attempt, page};
use crate::{Both, Maker, Memory, Sqlite};

#[derive(Debug, Clone)]
enum Step {
    Accept { events: Vec<Event>, push: bool },
    Unmapped { called: bool },
    Remap { request: usize, events: Vec<Event>, push: bool },
    Submit { conversation: u8, start: bool, key: Option<(u8, u8)>, reply_to: Option<usize> },
    Finish { delivery: usize, finish: Finish },
    Redrive { letters: Vec<usize>, chosen: bool },
    Discard { letter: usize },
    Attend { attendance: usize, step: AttendanceStep, key: Option<(u8, u8)> },
    Reopen,
}

fn events() -> impl Strategy<Value = Event> {
    // Few names, so that the same ones meet.
    let names = (0..3u8, 0..4u8)
        .prop_map(|(conversation, id)| (format!("c{conversation}"), format!("x{id}")));
    let states = prop::sample::select(vec![
        DeliveryState::Sent,
        DeliveryState::Delivered,
        DeliveryState::Read,
        DeliveryState::Failed,
    ]);
    (names, 0..8u8, states, any::<bool>()).prop_map(|((conversation, id), kind, state, flag)| {
        match kind {
            0 | 1 => make::text(&conversation, &id),
            2 => make::edited(&conversation, &id, if flag { "one" } else { "two" }, None),
            3 => make::deleted(&conversation, &id),
            4 => make::reaction(&conversation, &id, "+1", flag),
            5 => make::typing(&conversation),
            6 => make::postback(&conversation, &id),
            _ => make::status(flag.then_some(&conversation), &id, state, vec![]),
        }
    })
}

fn finishes() -> impl Strategy<Value = Finish> {
    prop_oneof![
        3 => (0..4u8).prop_map(|id| make::done(&format!("x{id}"))),
        1 => Just(Finish::Done { external_id: None }),
        1 => (1..1_000_000i64).prop_map(|due_at_ms| Finish::Retry { due_at_ms }),
        1 => (1..1_000_000i64).prop_map(|due_at_ms| Finish::Wait { due_at_ms }),
        2 => Just(Finish::Dead { problem: Problem::refused("gone", "gone") }),
        2 => Just(Finish::Held { problem: Problem::refused("gone", "gone") }),
    ]
}

fn attends() -> impl Strategy<Value = AttendanceStep> {
    let names = || prop::option::of((0..2u8).prop_map(|name| format!("n{name}")));
    prop_oneof![
        names().prop_map(|queue| AttendanceStep::Queue { queue }),
        (0..2u8).prop_map(|agent| AttendanceStep::Assign { agent: format!("n{agent}") }),
        (names(), names()).prop_map(|(queue, agent)| AttendanceStep::Transfer { queue, agent }),
        Just(AttendanceStep::Close),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    let submit = (0..3u8, any::<bool>(), prop::option::of((0..2u8, 0..2u8)));
    prop_oneof![
        4 => (prop::collection::vec(events(), 0..4), any::<bool>())
            .prop_map(|(events, push)| Step::Accept { events, push }),
        2 => any::<bool>().prop_map(|called| Step::Unmapped { called }),
        2 => (any::<prop::sample::Index>(), prop::collection::vec(events(), 0..4), any::<bool>())
            .prop_map(|(request, events, push)| {
                Step::Remap { request: request.index(64), events, push }
            }),
        3 => (submit, prop::option::of(any::<prop::sample::Index>())).prop_map(
            |((conversation, start, key), reply_to)| {
                let reply_to = reply_to.map(|index| index.index(64));
                Step::Submit { conversation, start, key, reply_to }
            }
        ),
        4 => (any::<prop::sample::Index>(), finishes())
            .prop_map(|(index, finish)| Step::Finish { delivery: index.index(64), finish }),
        2 => (prop::collection::vec(any::<prop::sample::Index>(), 1..4), any::<bool>()).prop_map(
            |(letters, chosen)| {
                let letters = letters.into_iter().map(|index| index.index(64)).collect();
                Step::Redrive { letters, chosen }
            }
        ),
        1 => any::<prop::sample::Index>()
            .prop_map(|index| Step::Discard { letter: index.index(64) }),
        2 => (any::<prop::sample::Index>(), attends(), prop::option::of((0..2u8, 0..2u8))).prop_map(
            |(attendance, step, key)| {
                Step::Attend { attendance: attendance.index(8), step, key }
            }
        ),
        1 => Just(Step::Reopen),
    ]
}

/// A journal, its ids in the order in which they were told, and its deliveries
/// in the order in which they came.
struct Side<J> {
    journal: J,
    ids: Vec<String>,
    /// The requests that could not be mapped at first.
    unmapped: Vec<String>,
    feed: Deliveries,
    deliveries: Vec<Delivery>,
    /// Of the audit.
    entries: u64,
}

impl<J: Both + Registry> Side<J> {
    fn new(journal: J) -> Self {
        let feed = journal.take_deliveries().unwrap();
        let (ids, unmapped, deliveries) = (Vec::new(), Vec::new(), Vec::new());
        Self { journal, ids, unmapped, feed, deliveries, entries: 0 }
    }

    /// What the step did, with names in place of ids.
    async fn step(&mut self, step: &Step) -> Value {
        let seen = match step {
            Step::Accept { events, push } => {
                let request = eclusa_journal::Accept { push: *push, ..accept(events.clone()) };
                self.accepted(self.journal.accept(request).await.unwrap())
            }
            Step::Unmapped { called } => {
                let request = make::failed(called.then(make::revision), "?");
                let accepted = self.journal.accept(request).await.unwrap();
                self.unmapped.push(accepted.request_id.clone());
                self.accepted(accepted)
            }
            Step::Remap { request, events, push } => {
                let count = self.unmapped.len().max(1);
                let id = self.unmapped.get(request % count).cloned().unwrap_or_default();
                let request = Accepted { request_id: id, events: vec![] };
                let remap = Remap { push: *push, ..make::remap(&request, events.clone()) };
                match self.journal.remap(remap).await {
                    Ok(accepted) => self.accepted(accepted),
                    Err(error) => json!(matches!(error, JournalError::NotUnmapped { .. })),
                }
            }
            Step::Submit { conversation, start, key, reply_to } => {
                let mut submit = make::submit(&format!("c{conversation}"), "x");
                submit.start = *start;
                submit.reply_to = reply_to.and_then(|place| self.ids.get(place).cloned());
                if let Some((key, fingerprint)) = key {
                    submit = make::keyed(submit, &key.to_string(), *fingerprint);
                }
                self.submitted(self.journal.submit(submit).await)
            }
            Step::Finish { delivery, finish } => {
                let found = self.deliveries.get(delivery % self.deliveries.len().max(1));
                let id = found.map_or(1, |delivery| delivery.id);
                json!(self.journal.finish(id, attempt(200), finish.clone()).await.is_ok())
            }
            Step::Redrive { letters, chosen } => {
                let ids: BTreeSet<String> =
                    letters.iter().filter_map(|place| self.id_at(*place)).collect();
                let mut redrives = Vec::new();
                for id in ids {
                    let revision = chosen.then(make::revision);
                    redrives.push(Redrive { revision, audit: self.entry(), ..again(&id) });
                }
                let handled = self.journal.redrive(redrives).await.unwrap();
                self.handled(handled)
            }
            Step::Attend { attendance, step, key } => {
                let all = listed(&self.journal).await;
                let found = all.get(attendance % all.len().max(1));
                let id = found.map_or("20200101-000001".to_owned(), |it| it.id.clone());
                let idempotency = key.map(|(key, fingerprint)| Idempotency {
                    scope: "platform".to_owned(),
                    key: key.to_string(),
                    fingerprint: [fingerprint; 32],
                });
                let change = AttendanceChange {
                    idempotency,
                    audit: self.entry(),
                    ..change(&id, step.clone())
                };
                match self.journal.change_attendance(change).await {
                    Ok(AttendanceChanged { attendance, replayed }) => {
                        json!([attendance.protocol, attendance.state, replayed])
                    }
                    Err(error) => json!(error.to_string()),
                }
            }
            Step::Discard { letter } => {
                let Some(id) = self.id_at(*letter) else { return Value::Null };
                let discard = Discard { audit: self.entry(), ..given_up(&id) };
                let handled = self.journal.discard(vec![discard]).await.unwrap();
                self.handled(handled)
            }
            Step::Reopen => Value::Null,
        };
        let changes: Vec<_> = std::iter::from_fn(|| self.feed.try_recv()).collect();
        let mut told = Vec::new();
        for change in changes {
            match change {
                DeliveryChange::Put(delivery) => {
                    told.push(self.delivery(&delivery));
                    if !self.deliveries.iter().any(|known| known.id == delivery.id) {
                        self.deliveries.push(delivery);
                    }
                }
                DeliveryChange::Remove { id, lane } => {
                    told.push(json!([self.place(id), lane.target, lane.channel]));
                }
            }
        }
        json!([seen, told])
    }

    fn id_at(&self, place: usize) -> Option<String> {
        self.ids.get(place % self.ids.len().max(1)).cloned()
    }

    /// An entry of the audit with an id of its own, the same on both sides.
    fn entry(&mut self) -> AuditEntry {
        self.entries += 1;
        let id = ulid::Ulid::from_parts(self.entries, 0).to_string();
        AuditEntry { id, ..entry(AuditAction::Redriven, "a letter") }
    }

    fn handled(&self, handled: Vec<Handled>) -> Value {
        let told =
            |it: &Handled| json!([self.place(make::number(&it.id)), it.skipped.map(Skip::code)]);
        handled.iter().map(told).collect()
    }

    fn place(&self, number: i64) -> Option<usize> {
        self.ids.iter().position(|id| make::number(id) == number)
    }

    fn name(&mut self, id: String) -> usize {
        self.ids.iter().position(|known| *known == id).unwrap_or_else(|| {
            self.ids.push(id);
            self.ids.len() - 1
        })
    }

    fn accepted(&mut self, accepted: Accepted) -> Value {
        let events: Vec<Value> = accepted
            .events
            .into_iter()
            .map(|event| {
                let message = event.message.map(|(id, external)| (self.name(id), external));
                json!([self.name(event.id), message, event.duplicate, event.echo])
            })
            .collect();
        json!([self.name(accepted.request_id), events])
    }

    fn submitted(&mut self, submitted: Result<Submitted, JournalError>) -> Value {
        match submitted {
            Ok(submitted) => {
                json!([self.name(submitted.id), submitted.state, submitted.replayed])
            }
            Err(error) => json!(error.to_string()),
        }
    }

    fn delivery(&self, delivery: &Delivery) -> Value {
        let place = self.place(delivery.id);
        let Lane { target, channel, conversation } = &delivery.lane;
        let is_held = delivery.due_at_ms == HELD;
        json!([place, target, channel, conversation, delivery.attempts, is_held])
    }

    fn named_deliveries(&self) -> Vec<Value> {
        self.deliveries.iter().map(|delivery| self.delivery(delivery)).collect()
    }

    /// What was counted, which is what is found when it is counted again.
    async fn counted(&self) -> [u64; 3] {
        let all = listed(&self.journal).await;
        let of = |at: fn(&Attendance) -> bool| all.iter().filter(|it| at(it)).count() as u64;
        let found = [
            all.len() as u64,
            of(|it| it.first_answer_at.is_some()),
            of(|it| it.closed_at.is_some()),
        ];
        let (counted, _) = totals(&self.journal).await;
        assert_eq!(counted, found);
        counted
    }

    /// Everything that can be read.
    async fn all(&self) -> Value {
        let events = make::everything(&self.journal).await;
        // What the journal tells by itself has its ids from nobody.
        let own = events.iter().map(|event| &event.id).filter(|id| !self.ids.contains(id));
        let ids: Vec<String> = self.ids.iter().chain(own).cloned().collect();
        let names: HashMap<&str, usize> =
            ids.iter().enumerate().map(|(place, id)| (id.as_str(), place)).collect();
        let mut all = Vec::new();
        for event in events {
            let object = make::object(&event);
            let (name, late) = (event.object.0, event.late);
            let at = (name != "attendance").then_some(event.occurred_at);
            let attendance = event.attendance.map(|it| json!([it.id, it.protocol, it.state]));
            all.push(json!([event.id, event.kind, at, late, name, object, attendance]));
        }
        for id in &ids {
            all.push(json!(self.journal.message(id.clone()).await.unwrap()));
            let carried = self.journal.delivery(make::number(id)).await.unwrap();
            all.push(json!(carried.as_ref().map(body)));
            all.push(json!(self.journal.request(id.clone()).await.unwrap()));
            let events = self.journal.events_of(id.clone()).await.unwrap();
            all.push(events.into_iter().map(|event| event.id).collect());
        }
        all.push(json!(self.journal.unmapped(page(500)).await.unwrap()));
        for state in [LetterState::Waiting, LetterState::Discarded] {
            let filter = LetterFilter { state, ..LetterFilter::default() };
            all.push(json!(self.journal.letters(filter, Window::newest(500)).await.unwrap()));
        }
        all.push(json!(self.journal.audit(None, page(500)).await.unwrap()));
        all.push(json!(self.journal.requests(page(500)).await.unwrap()));
        let failed = self.journal.failed_by(make::revision(), None, 500).await.unwrap();
        all.push(json!(failed));
        for OutboundRecord { channel, message, response, revision } in
            self.journal.outbound(page(500)).await.unwrap()
        {
            all.push(json!([channel, message, response, revision]));
        }
        for attendance in listed(&self.journal).await {
            let said = self.journal.transcript(attendance.id.clone(), None, 500).await.unwrap();
            let moments = self.journal.moments(attendance.id.clone(), None, 500).await.unwrap();
            let told = moments.iter().map(|it| {
                json!([it.id, it.kind, it.state, it.problem, it.external_id, it.about, it.object])
            });
            all.push(json!([attendance, said, told.collect::<Vec<_>>()]));
        }
        for view in [InboxView::Open, InboxView::Waiting, InboxView::Closed] {
            let query = InboxQuery { view, channel: None };
            for entry in self.journal.inbox(query, None, 500).await.unwrap() {
                let turn = entry.turn.map(|turn| turn.unanswered);
                all.push(json!([entry.attendance.protocol, turn, entry.last]));
            }
        }
        let open = self.journal.open_attendances().await.unwrap();
        all.push(open.iter().map(|it| json!([it.channel, it.state, it.count])).collect());
        all.push(json!(self.counted().await));
        let mut all = Value::Array(all);
        rename(&mut all, &names);
        all
    }
}

/// What the journal's clock sets.
const TIMES: [&str; 6] =
    ["updated_at", "next_attempt_at", "died_at", "opened_at", "first_answer_at", "closed_at"];

fn body(body: &DeliveryBody) -> Value {
    match body {
        DeliveryBody::Message { message, attempts, revision, warnings } => {
            json!([message, attempts, revision, warnings.len()])
        }
        DeliveryBody::Event { event, attempts } => json!([event.id, attempts]),
    }
}

/// Puts names in place of ids, and takes out the times of the journal's clock.
fn rename(value: &mut Value, names: &HashMap<&str, usize>) {
    match value {
        Value::String(text) => {
            let number = text.parse::<i64>().ok();
            let is_delivery = |id: &&&str| Some(make::number(id)) == number;
            let name = names.get(text.as_str());
            let name =
                name.or_else(|| names.keys().find(is_delivery).and_then(|id| names.get(*id)));
            if let Some(name) = name {
                *value = json!(format!("#{name}"));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        Value::Object(fields) => {
            for (key, field) in fields {
                if TIMES.contains(&key.as_str()) {
                    *field = json!(field.is_null());
                }
                rename(field, names);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

async fn run(steps: Vec<Step>) {
    let (sqlite, memory) = (Sqlite::default(), Memory);
    let mut durable: Side<SqliteJournal> = Side::new(sqlite.open());
    let mut model: Side<MemoryJournal> = Side::new(memory.open());
    for step in &steps {
        if matches!(step, Step::Reopen) {
            assert_eq!(durable.all().await, model.all().await);
            let Side { journal, ids, unmapped, entries, .. } = durable;
            durable = Side { ids, unmapped, entries, ..Side::new(sqlite.reopen(journal)) };
            let Side { journal, ids, unmapped, entries, .. } = model;
            model = Side { ids, unmapped, entries, ..Side::new(memory.reopen(journal)) };
            // An answer of the writer tells that it has announced what is pending.
            durable.step(&Step::Unmapped { called: false }).await;
            model.step(&Step::Unmapped { called: false }).await;
            assert_eq!(durable.named_deliveries(), model.named_deliveries());
        }
        assert_eq!(durable.step(step).await, model.step(step).await, "{step:?}");
    }
    assert_eq!(durable.all().await, model.all().await);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_durable_journal_does_what_its_model_does(
        steps in prop::collection::vec(steps(), 1..40)
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        runtime.block_on(run(steps));
    }
}
