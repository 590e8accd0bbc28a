//! Edits, deletions and reactions, beyond what the samples show.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_slack::Slack;
use serde_json::Value;

fn receive_with(settings: Value, event: Value) -> Received {
    let host = testing::TestHost::with_settings(&settings);
    let body = json!({ "type": "event_callback", "api_app_id": "A1", "event": event });
    Slack::receive(&host.context(), &testing::post(&body.to_string())).unwrap()
}

fn receive(event: Value) -> Received {
    receive_with(json!({}), event)
}

fn changed(message: Value, previous: Value) -> Received {
    receive(json!({
        "type": "message", "subtype": "message_changed", "channel": "C1", "ts": "1700000009.000900",
        "message": message, "previous_message": previous
    }))
}

fn codes(received: &Received) -> Vec<&str> {
    received.warnings.iter().map(|warning| warning.code.as_str()).collect()
}

fn first(received: &Received) -> Value {
    serde_json::to_value(&received.events[0]).unwrap()
}

const TS: &str = "1700000000.000100";

#[test]
fn another_text_is_an_edit_without_a_mark() {
    let received = changed(
        json!({ "user": "U1", "ts": TS, "text": "b" }),
        json!({ "user": "U1", "ts": TS, "text": "a" }),
    );
    let event = first(&received);
    assert_eq!(event["type"], "message.edited");
    // Without the time of the edit it is that of the event.
    assert_eq!(event["occurred_at"], "2023-11-14T22:13:29.000900Z");
    assert_eq!(event["message"]["sent_at"], "2023-11-14T22:13:20.000100Z");
}

#[test]
fn a_mark_that_was_there_before_is_no_edit() {
    let edited = json!({ "user": "U1", "ts": "1700000005.000000" });
    let message = json!({ "user": "U1", "ts": TS, "text": "a", "edited": edited });
    assert_eq!(codes(&changed(message.clone(), message)), ["not_edited"]);
    let empty = json!({ "user": "U1", "ts": TS, "text": "a", "edited": {} });
    assert_eq!(codes(&changed(empty.clone(), empty)), ["not_edited"]);
}

#[test]
fn the_text_of_a_file_is_edited_once() {
    let files = json!([{ "id": "F1", "name": "a.pdf" }, { "id": "F2" }]);
    let received = changed(
        json!({ "user": "U1", "ts": TS, "text": "b", "files": files }),
        json!({ "user": "U1", "ts": TS, "text": "a", "files": files }),
    );
    assert_eq!(received.events.len(), 1);
    assert_eq!(first(&received)["message"]["external_id"], TS);
    assert_eq!(first(&received)["message"]["document"]["caption"], "b");
}

#[test]
fn edits_of_bots_and_notices_are_ignored() {
    let own = json!({ "user": "U1", "bot_id": "B1", "app_id": "A1", "ts": TS, "text": "b" });
    assert_eq!(codes(&changed(own, json!({ "text": "a" }))), ["own_message"]);
    let bot = json!({ "bot_id": "B2", "ts": TS, "text": "b" });
    assert_eq!(codes(&changed(bot, json!({ "text": "a" }))), ["bot_message"]);
    let huddle = json!({ "subtype": "huddle_thread", "user": "USLACKBOT", "ts": TS, "text": "b" });
    assert_eq!(codes(&changed(huddle, json!({ "text": "a" }))), ["subtype_ignored"]);
}

#[test]
fn each_part_of_a_message_is_taken_back() {
    let received = receive(json!({
        "type": "message", "subtype": "message_deleted", "channel": "C1", "deleted_ts": TS,
        "ts": "1700000009.000900",
        "previous_message": { "user": "U1", "ts": TS, "text": "a",
            "files": [{ "id": "F1" }, { "id": "F2", "mode": "tombstone" }, { "id": "F3" }] }
    }));
    let ids: Vec<_> = serde_json::to_value(&received.events)
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["message"]["external_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids, [TS.to_owned(), format!("{TS}#1")]);
}

#[test]
fn a_deletion_without_the_message_has_its_id() {
    let received = receive(json!({
        "type": "message", "subtype": "message_deleted", "channel": "C1", "deleted_ts": TS
    }));
    assert_eq!(first(&received)["message"]["external_id"], TS);
}

#[test]
fn deletions_of_what_never_came_in_are_ignored() {
    let received = receive(json!({
        "type": "message", "subtype": "message_deleted", "channel": "C1", "deleted_ts": TS,
        "previous_message": { "bot_id": "B1", "app_id": "A1", "ts": TS }
    }));
    assert_eq!(codes(&received), ["own_message"]);
}

#[test]
fn reactions_to_files_and_our_own_are_ignored() {
    let reaction = |item: Value| json!({ "type": "reaction_added", "user": "U1", "reaction": "+1::skin-tone-2", "item": item });
    let to_file = receive(reaction(json!({ "type": "file", "file": "F1" })));
    assert_eq!(codes(&to_file), ["reaction_to_file"]);
    let message = json!({ "type": "message", "channel": "C1", "ts": TS });
    assert_eq!(first(&receive(reaction(message.clone())))["reaction"]["emoji"], "+1::skin-tone-2");
    let own = receive_with(json!({ "bot_user_id": "U1" }), reaction(message));
    assert_eq!(codes(&own), ["own_reaction"]);
}
