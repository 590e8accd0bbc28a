//! Flows as they run.

use eclusa_flow::{Input, Stage};
use eclusa_journal::{Attendances, Delivery, DeliveryChange, Flows, Journal, SentBy, Target};
use eclusa_model::{AttendanceState, FlowRunner};
use serde_json::json;

use super::world::{NINE, World, counter, flow};
use crate::Maker;
use crate::attendances::listed;
use crate::channels::delete;
use crate::make::{audit, everything, submit};

const MENU: &str = "What is it?\n\n1. Buy\n2. Where?\n3. Bye";

pub(crate) async fn a_contact_is_led_to_a_person(maker: &impl Maker) {
    let mut world = World::new(maker, counter()).await;
    world.says("hi").await;
    assert_eq!(world.told().await, ["Hello", MENU]);
    let opened = listed(&world.journal).await.remove(0);
    assert_eq!((opened.state, &opened.queue), (AttendanceState::Queued, &None));
    let session = world.journal.flow_session(opened.id.clone()).await.unwrap().unwrap();
    assert_eq!((session.flow.as_str(), session.revision), ("counter", 1));
    assert_eq!(session.session.waiting_since_ms, Some(NINE));
    // What it said goes out as any message does, in order.
    let mut deliveries = world.journal.take_deliveries().unwrap();
    let mut lanes = Vec::new();
    while let Some(DeliveryChange::Put(Delivery { lane, .. })) = deliveries.try_recv() {
        lanes.push((lane.target, lane.conversation));
    }
    let to = |target| (target, "c1".to_owned());
    use Target::{Chat, Platform};
    assert_eq!(lanes, [to(Platform), to(Platform), to(Chat), to(Chat)]);

    world.says("Nowhere").await;
    world.says(" WHERE?").await;
    world.says("1.").await;
    let sorry = format!("Sorry?\n\n{MENU}");
    let queued = r#"{"queues":{"queue":"sales"}}"#;
    assert_eq!(world.told().await[2..], [&sorry, "Here", MENU, queued]);
    // An own text stands for no answer of a person.
    let waits = listed(&world.journal).await.remove(0);
    assert_eq!((waits.queue.as_deref(), waits.first_answer_at), (Some("sales"), None));
    assert_eq!(waits.changed_by.as_deref(), Some("flow:counter"));
    let session = world.journal.flow_session(waits.protocol.to_string()).await.unwrap().unwrap();
    assert_eq!((session.session.stage, session.due_at), (Stage::Person, None));
    world.says("hello?").await;
    assert_eq!(world.told().await.len(), 6);
    let said = world.journal.transcript(waits.id.clone(), None, 500).await.unwrap();
    let by: Vec<_> = said.iter().filter_map(|said| said.sent_by).collect();
    assert_eq!(by, [SentBy::Flow; 5]);
    let last = world.journal.message(said[1].id.clone()).await.unwrap().unwrap();
    assert_eq!(last.sent_by, Some(SentBy::Flow));
    // A person's answer counts, and the contact is waited for.
    world.journal.submit(submit("c1", "I am Rui")).await.unwrap();
    assert!(listed(&world.journal).await.remove(0).first_answer_at.is_some());
    assert_eq!(world.journal.flows_due().await.unwrap(), Some(NINE + 60_000));
    let kinds: Vec<_> = everything(&world.journal).await.into_iter().map(|it| it.kind).collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "attendance.queued").count(), 1);
}

pub(crate) async fn a_duplicate_runs_nothing(maker: &impl Maker) {
    let mut world = World::new(maker, counter()).await;
    let hello = crate::make::text("c1", "same");
    for _ in 0..3 {
        world.event(hello.clone()).await;
    }
    assert_eq!(world.told().await, ["Hello", MENU]);
    // Two of one request are two answers, in their order.
    let answer = |id: &str, body: &str| {
        let content = eclusa_model::Content::text(body);
        eclusa_model::Event::Message(crate::make::inbound("c1", id, content))
    };
    let events = vec![answer("a", "2"), answer("b", "3"), answer("c", "again")];
    world.journal.accept(crate::make::accept(events)).await.unwrap();
    let told = world.told().await;
    let closes = r#"{"closes":{"reason":"answered"}}"#;
    // The third opened another attendance.
    assert_eq!(told[2..], ["Here", MENU, "So long", "Thank you", closes, "Hello", MENU]);
    world.says("1").await;
    assert_eq!(listed(&world.journal).await.len(), 2);
}

pub(crate) async fn a_flow_of_the_platform_is_not_run(maker: &impl Maker) {
    let world = World::new(maker, counter()).await;
    world.give("bot", "counter", FlowRunner::Platform).await.unwrap();
    let mut accept = crate::make::accept(vec![crate::make::text("c1", "m1")]);
    accept.channel = "bot".to_owned();
    world.journal.accept(accept).await.unwrap();
    let opened = listed(&world.journal).await.remove(0);
    assert_eq!(opened.flow.as_deref(), Some("counter"));
    assert_eq!(world.journal.flow_session(opened.id).await.unwrap(), None);
    assert!(world.told().await.is_empty());
}

pub(crate) async fn an_attendance_keeps_its_revision(maker: &impl Maker) {
    let mut world = World::new(maker, counter()).await;
    world.says("hi").await;
    for revision in 1..4 {
        let mut other = counter();
        other["menu"]["options"] = json!([
            { "key": "x", "label": format!("X{revision}"), "then": { "queue": "elsewhere" } }]);
        world.journal.put_flow(flow(other), revision, audit()).await.unwrap();
    }
    world.journal.change_channel(delete("shop", 1), audit()).await.unwrap();
    world.journal.delete_flow("counter".to_owned(), 4, audit()).await.unwrap();
    // The id may be used again, and stands for something else.
    let mut other = counter();
    other["menu"]["options"][0]["then"] = json!({ "queue": "wrong" });
    let again = world.journal.put_flow(flow(other), 0, audit()).await.unwrap();
    assert_ne!(again.revision, 1);
    world.says("buy").await;
    assert_eq!(world.told().await.last().unwrap(), r#"{"queues":{"queue":"sales"}}"#);
}

pub(crate) async fn closing_is_said_whoever_closes(maker: &impl Maker) {
    let mut world = World::new(maker, counter()).await;
    world.says("hi").await;
    world.happen(&Input::Assigned).await;
    world.happen(&Input::Answered).await;
    world.happen(&Input::Closed).await;
    assert_eq!(world.told().await, ["Hello", MENU, "Thank you"]);
    let closed = listed(&world.journal).await.remove(0);
    assert_eq!(world.journal.flow_session(closed.id.clone()).await.unwrap(), None);
    assert_eq!(world.pass(3600).await, 0);
    let said = world.journal.transcript(closed.id, None, 500).await.unwrap();
    assert!(said.last().unwrap().object.get().contains("Thank you"));
}

pub(crate) async fn what_was_due_meanwhile_is_done_once(maker: &impl Maker) {
    let mut world = World::new(maker, counter()).await;
    world.says("hi").await;
    assert_eq!(world.pass(59).await, 0);
    // A day later both were due: the contact is reminded, and has its time to answer.
    let day = 24 * 60 * 60;
    assert_eq!(world.pass(day).await, 1);
    assert_eq!(world.told().await[2..], ["Still there?"]);
    assert_eq!((world.pass(0).await, world.pass(59).await, world.pass(1).await), (0, 0, 1));
    let closes = r#"{"closes":{"reason":"idle"}}"#;
    assert_eq!(world.told().await[3..], ["We close", "Thank you", closes]);
    assert_eq!((world.pass(day).await, world.journal.flows_due().await.unwrap()), (0, None));
    assert_eq!(listed(&world.journal).await.remove(0).reason.as_deref(), Some("idle"));
}

pub(crate) async fn what_a_deleted_channel_had_ends_quietly(maker: &impl Maker) {
    let mut world = World::new(maker, counter()).await;
    world.says("hi").await;
    world.journal.change_channel(delete("shop", 1), audit()).await.unwrap();
    assert_eq!(world.pass(60).await, 1);
    assert_eq!(world.told().await, ["Hello", MENU]);
    assert_eq!(world.journal.flows_due().await.unwrap(), None);
}
