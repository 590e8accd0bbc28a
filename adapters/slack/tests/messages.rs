//! Message events, beyond what the samples show.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_slack::Slack;
use serde_json::Value;

/// A message event with these fields over those of a usual one.
fn event(fields: Value) -> Value {
    let mut event = json!({
        "type": "message", "user": "U1", "channel": "C1", "ts": "1700000000.000100", "text": "hi"
    });
    for (name, value) in fields.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

fn envelope(event: Value) -> Value {
    json!({
        "type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event": event,
        "authorizations": [{ "user_id": "UBOT", "is_bot": true }]
    })
}

fn receive_with(settings: Value, fields: Value) -> Result<Received, Problem> {
    let host = testing::TestHost::with_settings(&settings);
    Slack::receive(&host.context(), &testing::post(&envelope(event(fields)).to_string()))
}

fn receive(fields: Value) -> Received {
    receive_with(json!({}), fields).unwrap()
}

fn messages(received: &Received) -> Vec<Value> {
    let events = serde_json::to_value(&received.events).unwrap();
    events.as_array().unwrap().iter().map(|event| event["message"].clone()).collect()
}

fn codes(received: &Received) -> Vec<&str> {
    received.warnings.iter().map(|warning| warning.code.as_str()).collect()
}

#[test]
fn a_person_named_in_authorizations_is_still_a_person() {
    // The list names for whom the event was delivered, not who wrote.
    assert_eq!(messages(&receive(json!({ "user": "UBOT" }))).len(), 1);
}

#[test]
fn own_messages_never_come_back() {
    for fields in [
        json!({ "bot_id": "B1", "app_id": "A1" }),
        json!({ "bot_id": "B1", "bot_profile": { "app_id": "A1" } }),
        json!({ "bot_id": "B1", "user": "UBOT" }),
    ] {
        let received = receive_with(json!({ "accept_bots": true }), fields.clone()).unwrap();
        assert_eq!((received.events.len(), codes(&received)), (0, vec!["own_message"]), "{fields}");
    }
    let settings = json!({ "bot_user_id": "U9" });
    let received = receive_with(settings, json!({ "user": "U9" })).unwrap();
    assert_eq!(codes(&received), ["own_message"]);
}

#[test]
fn other_bots_come_in_only_where_wanted() {
    for fields in [
        json!({ "bot_id": "B2", "app_id": "A2", "user": "UBOT" }),
        json!({ "bot_id": "B2", "subtype": "bot_message", "user": null }),
        json!({ "subtype": "bot_message", "bot_id": "B2", "user": null, "username": "Bot" }),
    ] {
        assert_eq!(codes(&receive(fields.clone())), ["bot_message"], "{fields}");
        let accepted = receive_with(json!({ "accept_bots": true }), fields).unwrap();
        assert_eq!(accepted.events.len(), 1);
    }
}

#[test]
fn another_bot_posting_for_an_authorized_person_is_not_this_app() {
    let mut body = envelope(event(json!({ "bot_id": "B2", "user": "U1" })));
    body["authorizations"] = json!([{ "user_id": "U1", "is_bot": false }]);
    let host = testing::TestHost::default();
    let received = Slack::receive(&host.context(), &testing::post(&body.to_string())).unwrap();
    assert_eq!(codes(&received), ["bot_message"]);
}

#[test]
fn an_empty_bot_id_is_none() {
    assert_eq!(messages(&receive(json!({ "bot_id": null }))).len(), 1);
    assert_eq!(messages(&receive(json!({ "bot_id": "" }))).len(), 1);
}

#[test]
fn the_first_message_of_a_thread_answers_nothing() {
    let root = receive(json!({ "thread_ts": "1700000000.000100" }));
    assert_eq!(messages(&root)[0]["reply_to"], Value::Null);
}

#[test]
fn names_come_from_the_profile() {
    let name = |profile: Value| {
        messages(&receive(json!({ "user_profile": profile })))[0]["from"]["name"].clone()
    };
    assert_eq!(name(json!({ "display_name": "Ana", "real_name": "Ana Souza" })), "Ana");
    assert_eq!(name(json!({ "display_name": "", "real_name": "Ana Souza" })), "Ana Souza");
    assert_eq!(name(json!({})), Value::Null);
}

#[test]
fn text_only_in_blocks_is_read() {
    let blocks = json!([
        { "type": "header", "text": { "type": "plain_text", "text": "Pedido &amp; nota" } },
        { "type": "section", "text": { "type": "mrkdwn", "text": "<@U2|bia>" },
          "fields": [{ "type": "mrkdwn", "text": "a" }] },
        { "type": "divider" },
        { "type": "context", "elements": [{ "type": "mrkdwn", "text": "rodapé" }] },
        { "type": "rich_text", "elements": [
            { "type": "rich_text_section", "elements": [
                { "type": "text", "text": "Oi " }, { "type": "user", "user_id": "U2" },
                { "type": "text", "text": " " }, { "type": "emoji", "name": "wave", "unicode": "1f44b-1f3fb" },
                { "type": "emoji", "name": "loja" },
                { "type": "link", "url": "https://x.org/", "text": "aqui" } ] },
            { "type": "rich_text_list", "style": "ordered", "elements": [
                { "type": "rich_text_section", "elements": [{ "type": "text", "text": "um" }] },
                { "type": "rich_text_section", "elements": [{ "type": "text", "text": "dois" }] } ] },
            { "type": "rich_text_quote", "elements": [{ "type": "text", "text": "a\nb" }] } ] },
    ]);
    let received = receive(json!({ "text": "", "blocks": blocks }));
    assert_eq!(
        messages(&received)[0]["text"]["body"],
        "Pedido & nota\n@bia\na\nrodapé\nOi @U2 👋🏻:loja:aqui (https://x.org/)\n1. um\n2. dois\n> a\n> b"
    );
    assert_eq!(messages(&received)[0]["extra"]["blocks"], true);
}

#[test]
fn forwarded_messages_are_part_of_the_text() {
    let shared = json!([{
        "is_share": true, "is_msg_unfurl": true, "author_id": "U2", "author_name": "Bia",
        "channel_id": "C2", "ts": "1699999999.000100", "text": "a &lt; b\nc"
    }]);
    let alone = receive(json!({ "text": "", "attachments": shared }));
    assert_eq!(messages(&alone)[0]["text"]["body"], "a < b\nc");
    assert_eq!(messages(&alone)[0]["extra"]["forwarded"]["author_name"], "Bia");
    let commented = receive(json!({ "text": "veja", "attachments": shared }));
    assert_eq!(messages(&commented)[0]["text"]["body"], "veja\n\n> a < b\n> c");
    // The preview of a link is not what the person wrote.
    let preview = json!([{ "from_url": "https://x.org", "text": "preview" }]);
    let linked = receive(json!({ "text": "<https://x.org>", "attachments": preview }));
    assert_eq!(messages(&linked)[0]["text"]["body"], "https://x.org");
}

#[test]
fn forwarded_files_are_files() {
    let shared = json!([{ "is_share": true, "files": [{ "id": "F1", "mimetype": "image/png" }] }]);
    let received = receive(json!({ "text": "", "attachments": shared }));
    assert_eq!(messages(&received)[0]["document"]["handle"], "F1");
}

#[test]
fn files_become_what_they_are() {
    let kind = |file: Value| {
        let received = receive(json!({ "subtype": "file_share", "files": [file] }));
        messages(&received)[0]["type"].clone()
    };
    assert_eq!(kind(json!({ "id": "F1", "mimetype": "audio/mpeg" })), "audio");
    assert_eq!(kind(json!({ "id": "F1", "mimetype": "video/mp4" })), "video");
    assert_eq!(
        kind(json!({ "id": "F1", "mimetype": "video/mp4", "subtype": "slack_audio" })),
        "audio"
    );
    assert_eq!(kind(json!({ "id": "F1", "mimetype": "", "subtype": "slack_video" })), "video");
    assert_eq!(kind(json!({ "id": "F1", "mimetype": "image/png" })), "document");
    assert_eq!(kind(json!({ "id": "F1" })), "document");
}

#[test]
fn files_that_cannot_be_had_are_told() {
    let files = json!([
        { "id": "F1", "mode": "tombstone" },
        { "id": "F2", "mode": "hidden_by_limit" },
        { "id": "F3", "file_access": "access_denied" },
        { "name": "no id" },
        "no object",
        { "id": "F4", "file_access": "check_file_info" },
        { "id": "F5", "name": "ok.pdf", "size": "12" },
    ]);
    let received = receive(json!({ "subtype": "file_share", "files": files }));
    let messages = messages(&received);
    let ids: Vec<_> = messages.iter().map(|message| &message["external_id"]).collect();
    assert_eq!(ids, ["1700000000.000100", "1700000000.000100#1"]);
    assert_eq!(messages[0]["document"]["handle"], "F4");
    assert_eq!(messages[0]["document"]["caption"], "hi");
    assert_eq!(messages[1]["document"]["caption"], Value::Null);
    assert_eq!(messages[1]["document"]["size"], 12);
    let mut expected = vec!["file_unavailable"; 5];
    expected.push("file_details_missing");
    assert_eq!(codes(&received), expected);
    assert_eq!(received.warnings[2].pointer.as_deref(), Some("/event/files/2"));
}

#[test]
fn a_text_whose_file_is_gone_stays() {
    let received = receive(json!({ "files": [{ "id": "F1", "mode": "tombstone" }] }));
    assert_eq!(messages(&received)[0]["text"]["body"], "hi");
    let received = receive(json!({ "text": "", "files": [{ "id": "F1", "mode": "tombstone" }] }));
    assert_eq!((received.events.len(), codes(&received)), (0, vec!["file_unavailable"]));
}

#[test]
fn the_old_shape_of_a_file_is_read() {
    let received =
        receive(json!({ "subtype": "file_share", "file": { "id": "F1", "name": "a.txt" } }));
    assert_eq!(messages(&received)[0]["document"]["filename"], "a.txt");
}

#[test]
fn an_external_file_without_an_address_is_had_by_its_id() {
    let file = json!({ "id": "F1", "mode": "external", "external_url": "drive:1" });
    let received = receive(json!({ "files": [file] }));
    assert_eq!(messages(&received)[0]["document"]["handle"], "F1");
}

#[test]
fn a_private_address_is_never_a_public_one() {
    let file = json!({ "id": "F1", "url_private": "https://files.slack.com/F1", "mode": "hosted" });
    let message = &messages(&receive(json!({ "files": [file] })))[0];
    assert_eq!(message["document"]["url"], Value::Null);
    assert_eq!(message["extra"]["url_private"], "https://files.slack.com/F1");
}

#[test]
fn nothing_to_show_is_told() {
    assert_eq!(codes(&receive(json!({ "text": " " }))), ["empty_message"]);
    assert_eq!(codes(&receive(json!({ "text": null }))), ["empty_message"]);
}

#[test]
fn unknown_subtypes_are_kept_and_notices_ignored() {
    let problem = receive_with(json!({}), json!({ "subtype": "hologram" })).unwrap_err();
    assert_eq!(
        (problem.code.as_str(), problem.pointer.as_deref()),
        ("unknown_subtype", Some("/event/subtype"))
    );
    for subtype in
        ["channel_join", "group_topic", "bot_add", "message_replied", "ekm_access_denied"]
    {
        assert_eq!(codes(&receive(json!({ "subtype": subtype }))), ["subtype_ignored"]);
    }
}

#[test]
fn missing_and_wrong_fields_are_named() {
    for (fields, code, pointer) in [
        (json!({ "channel": null }), "missing_field", "/event/channel"),
        (json!({ "channel": {} }), "wrong_type", "/event/channel"),
        (json!({ "ts": null }), "missing_field", "/event/ts"),
        (json!({ "user": null }), "missing_field", "/event/user"),
        (json!({ "user": [] }), "wrong_type", "/event/user"),
        (json!({ "type": 1 }), "wrong_type", "/event/type"),
    ] {
        let problem = receive_with(json!({}), fields).unwrap_err();
        assert_eq!((problem.code.as_str(), problem.pointer.as_deref()), (code, Some(pointer)));
    }
}

#[test]
fn a_retry_is_the_same_request() {
    let host = testing::TestHost::default();
    let mut request = testing::post(&envelope(event(json!({}))).to_string());
    let first = Slack::receive(&host.context(), &request).unwrap();
    request.headers.push(("x-slack-retry-num".into(), "1".into()));
    assert_eq!(Slack::receive(&host.context(), &request).unwrap(), first);
}
