//! The shapes of requests: envelopes, forms, interactions.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use eclusa_adapter_sdk::model::ProblemKind;
use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_slack::Slack;
use serde_json::Value;

fn receive(body: &str) -> Result<Received, Problem> {
    Slack::receive(&testing::TestHost::default().context(), &testing::post(body))
}

fn interaction(payload: &Value) -> Result<Received, Problem> {
    let escape = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    let payload: String = payload.to_string().bytes().map(escape).collect();
    receive(&format!("payload={payload}"))
}

fn postbacks(received: &Received) -> Vec<Value> {
    let events = serde_json::to_value(&received.events).unwrap();
    events.as_array().unwrap().iter().map(|event| event["postback"].clone()).collect()
}

fn actions(actions: Value) -> Received {
    interaction(&json!({
        "type": "block_actions", "user": { "id": "U1", "username": "ana" },
        "container": { "type": "message", "message_ts": "1.2", "channel_id": "C1" },
        "actions": actions
    }))
    .unwrap()
}

#[test]
fn what_is_not_slacks_is_invalid() {
    for (body, code) in [
        ("", "not_slack"),
        ("olá", "not_slack"),
        ("a=b&c=d", "not_slack"),
        ("[]", "not_slack"),
        ("{}", "not_slack"),
        (r#"{"type":"text","text":{"body":"a"}}"#, "not_slack"),
        (r#"{"type":"message"}"#, "not_slack"),
        (r#"{"type":"event_callback","event":{"type":"mess"#, "malformed_json"),
        (r#"{"type":"event_callback"}"#, "missing_field"),
        (r#"{"type":"event_callback","event":[]}"#, "wrong_type"),
        ("payload=%7B", "malformed_json"),
        ("payload=%7B%7D", "missing_field"),
        ("command=%2Fa&channel_id=C1&user_id=U1", "missing_field"),
    ] {
        let problem = receive(body).unwrap_err();
        assert_eq!(problem.code, code, "{body}");
        assert_eq!(problem.kind, ProblemKind::Invalid, "{body}");
    }
}

#[test]
fn what_slack_may_add_is_unsupported() {
    for (body, code) in [
        (r#"{"type":"event_bundle","team_id":"T1","events":[]}"#, "unknown_envelope"),
        ("payload=%7B%22type%22%3A%22hologram%22%7D", "unknown_interaction"),
    ] {
        let problem = receive(body).unwrap_err();
        assert_eq!(problem.code, code);
        assert_eq!(problem.kind, ProblemKind::Unsupported);
    }
}

#[test]
fn notices_about_the_app_are_ignored() {
    let limited = receive(r#"{"type":"app_rate_limited","team_id":"T1","minute_rate_limited":1}"#);
    assert_eq!(limited.unwrap().warnings[0].code, "app_rate_limited");
    let reply = receive("ssl_check=1&token=x").unwrap().reply.unwrap();
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
}

#[test]
fn other_wrappings_of_an_event_are_read() {
    let event = r#"{"type":"message","channel":"C1","user":"U1","ts":"1.2","text":"a"}"#;
    for body in [
        event.to_owned(),
        format!(r#"{{"type":"events_api","payload":{{"type":"event_callback","event":{event}}}}}"#),
    ] {
        assert_eq!(receive(&body).unwrap().events.len(), 1, "{body}");
    }
}

#[test]
fn every_element_has_a_value() {
    let received = actions(json!([
        { "type": "static_select", "action_id": "a", "action_ts": "1.1",
          "selected_option": { "value": "v", "text": { "type": "plain_text", "text": "V &amp; W" } } },
        { "type": "checkboxes", "action_id": "b", "action_ts": "1.1", "selected_options": [
            { "value": "1", "text": { "text": "Um" } }, { "value": "2", "text": { "text": "Dois" } }] },
        { "type": "multi_users_select", "action_id": "c", "action_ts": "1.1", "selected_users": ["U2", "U3"] },
        { "type": "datepicker", "action_id": "d", "action_ts": "1.1", "selected_date": "2026-03-01" },
        { "type": "datetimepicker", "action_id": "e", "action_ts": "1.1", "selected_date_time": 1772366400 },
        { "type": "button", "action_id": "f", "action_ts": "1.1", "text": { "text": "Ok" } },
    ]));
    let seen: Vec<_> = postbacks(&received)
        .iter()
        .map(|postback| {
            let field = |name: &str| postback[name].as_str().unwrap_or("-").to_owned();
            [field("external_id"), field("payload"), field("title")]
        })
        .collect();
    assert_eq!(
        seen,
        [
            ["1.1", "v", "V & W"],
            ["1.1#1", "1,2", "Um, Dois"],
            ["1.1#2", "U2,U3", "-"],
            ["1.1#3", "2026-03-01", "-"],
            ["1.1#4", "1772366400", "-"],
            ["1.1#5", "f", "Ok"],
        ]
    );
}

#[test]
fn slack_gets_an_empty_answer() {
    // Anything else would be shown to the person, or taken for an error.
    let received = actions(json!([{ "action_id": "a", "action_ts": "1.1" }]));
    assert_eq!(received.reply.unwrap(), HttpResponse::text(200, ""));
    let command =
        "command=%2Fa&text=%3C%40U2%7Cbia%3E+1%2B1&channel_id=C1&user_id=U1&trigger_id=9.8.f";
    let received = receive(command).unwrap();
    assert_eq!(received.reply, Some(HttpResponse::text(200, "")));
    let event = serde_json::to_value(&received.events[0]).unwrap();
    assert_eq!(event["message"]["text"]["body"], "/a @bia 1+1");
    assert_eq!(event["message"]["extra"]["mentions"], json!(["U2"]));
}

#[test]
fn forms_and_menus_name_their_callback() {
    let menu = interaction(&json!({
        "type": "message_action", "callback_id": "abrir", "action_ts": "5.6", "user": { "id": "U1" },
        "channel": { "id": "C1" }, "message": { "ts": "1.2" }
    }));
    let postback = &postbacks(&menu.unwrap())[0];
    assert_eq!(postback["payload"], "abrir");
    assert_eq!(postback["reply_to"], "1.2");

    let form = json!({
        "type": "view_submission", "trigger_id": "7.8", "user": { "id": "U1" },
        "view": { "callback_id": "cadastro", "state": { "values": { "b": { "a": { "value": "x" } } } } },
        "response_urls": [{ "channel_id": "C1" }]
    });
    let postback = &postbacks(&interaction(&form).unwrap())[0];
    assert_eq!(postback["payload"], "cadastro");
    assert_eq!(postback["extra"]["values"], json!({ "b": { "a": { "value": "x" } } }));
}

#[test]
fn what_belongs_to_no_conversation_is_ignored() {
    for (payload, code) in [
        (
            json!({ "type": "shortcut", "callback_id": "a", "user": { "id": "U1" } }),
            "interaction_ignored",
        ),
        (json!({ "type": "view_closed" }), "interaction_ignored"),
        (
            json!({ "type": "view_submission", "user": { "id": "U1" }, "view": {} }),
            "no_conversation",
        ),
        (
            json!({ "type": "block_actions", "container": { "type": "view" }, "actions": [] }),
            "no_conversation",
        ),
    ] {
        let received = interaction(&payload).unwrap();
        assert_eq!(received.warnings[0].code, code, "{payload}");
    }
}
