//! From the chat to the platform: what each chat documents to send comes out of
//! `GET /v1/events` and of a signed push, field by field as it must be.

use std::collections::BTreeSet;

use eclusa_tests::{
    Answer, Chat, Eclusa, Event, FakePlatform, Request, Sample, Setup, receive_samples,
};
use serde_json::{Value, json};

#[tokio::test]
async fn open() {
    all_samples(Chat::Open).await;
}

#[tokio::test]
async fn telegram() {
    all_samples(Chat::Telegram).await;
}

#[tokio::test]
async fn whatsapp() {
    all_samples(Chat::Whatsapp).await;
}

#[tokio::test]
async fn slack() {
    all_samples(Chat::Slack).await;
}

async fn all_samples(chat: Chat) {
    let platform = FakePlatform::start();
    let eclusa = Setup::with(&[chat]).platform(&platform).start();
    let mut circle =
        Circle { chat, eclusa, platform, cursor: None, events: 0, types: BTreeSet::new() };
    for sample in receive_samples(chat) {
        circle.run(&sample).await;
    }
    circle.check_types().await;
}

struct Circle {
    chat: Chat,
    eclusa: Eclusa,
    platform: FakePlatform,
    cursor: Option<String>,
    /// So many were pushed.
    events: usize,
    /// The message types that came.
    types: BTreeSet<String>,
}

impl Circle {
    /// Each sample has a channel of its own: ids of the chat repeat among them.
    async fn run(&mut self, sample: &Sample) {
        let mut channel = self.chat.channel(&sample.name, "https://chat.example.com");
        sample.merge_channel(&mut channel);
        let channel = self.eclusa.create(&channel).await;
        let body = sample.request_body();
        let (method, path, headers) = sample.request_line(self.chat);
        let answer = self
            .eclusa
            .call(&method, &format!("{}{path}", channel.ingress), &headers, &*body)
            .await;
        let name = &sample.name;
        if sample.json["problem"].is_object() {
            return self.check_problem(sample, &answer, &channel).await;
        }
        let expected = sample.json["events"].as_array().cloned().unwrap_or_default();
        check_answer(sample, &expected, &answer);
        let pulled = self.eclusa.events(self.cursor.as_deref(), expected.len()).await;
        self.events += expected.len();
        let pushed = self.platform.taken(self.events).await;
        let pushed = &pushed[self.events - expected.len()..];
        let raws: BTreeSet<&str> = pushed.iter().map(|push| push.body.as_str()).collect();
        let mut known = Vec::new();
        for (expected, event) in expected.iter().zip(&pulled) {
            assert!(
                raws.contains(event.raw.as_str()),
                "{name}: pulled, but not pushed: {}",
                event.raw
            );
            let expected = whole(expected, &event.json, &channel.id, self.chat, &mut known);
            assert_eq!(event.json, expected, "{name}");
            self.types.extend(event.json["message"]["type"].as_str().map(str::to_owned));
        }
        check_order(&pulled, pushed);
        self.cursor = pulled
            .last()
            .and_then(|event| event.json["id"].as_str())
            .map(str::to_owned)
            .or(self.cursor.take());
        self.check_trace(&answer, &pulled, &body).await;
    }

    /// What cannot be mapped is told, and kept.
    async fn check_problem(
        &self,
        sample: &Sample,
        answer: &Answer,
        channel: &eclusa_tests::Channel,
    ) {
        let code = sample.json["problem"]["code"].as_str().unwrap();
        let invalid = sample.json["problem"]["kind"] == "invalid";
        if invalid && self.chat == Chat::Open {
            let problem = answer.problem(400, code);
            if let Some(pointer) = sample.json["problem"]["pointer"].as_str() {
                assert_eq!(problem["violations"][0]["pointer"], pointer, "{}", sample.name);
            }
            assert_eq!(self.eclusa.unmapped(channel).await, Vec::<Value>::new());
            return;
        }
        assert_eq!((answer.status, &answer.json()["problem"]["code"]), (200, &json!(code)));
        let unmapped = self.eclusa.unmapped(channel).await;
        assert_eq!(unmapped.len(), 1, "{}", sample.name);
        assert_eq!(unmapped[0]["raw"]["body"], sample.request_body());
        assert_eq!(unmapped[0]["problem"]["code"], code);
    }

    /// Each message can be traced back to the request, byte for byte.
    async fn check_trace(&self, answer: &Answer, events: &[Event], body: &str) {
        let received = events.iter().filter(|event| event.json["type"] == "message.received");
        for event in received {
            let id = event.json["message"]["id"].as_str().unwrap();
            let message = self.eclusa.message_in_state(id, "pushed").await;
            assert_eq!(message["direction"], "inbound");
            assert_eq!(message["message"], event.json["message"]);
            assert_eq!(message["external_id"], event.json["message"]["external_id"]);
            assert_eq!(message["request"]["raw"]["body"], body);
            assert_eq!(message["request"]["revision"]["adapter"], self.chat.adapter());
            assert_eq!(message["request"]["id"].as_str(), answer.header("eclusa-request-id"));
            assert_eq!(message["attempts"][0]["status"], 202);
        }
    }

    /// The samples show every type that the manifest promises.
    async fn check_types(&self) {
        let path = format!("/v1/adapters/{}", self.chat.adapter());
        let manifest = self.eclusa.get(&path).await.ok()["manifest"].clone();
        let promised: BTreeSet<String> =
            manifest["inbound"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(self.types, promised);
        let count = if self.chat == Chat::Slack { 4 } else { 6 };
        assert_eq!(promised.len(), count);
    }
}

/// The chat is told the ids of its messages, or what the adapter replies.
fn check_answer(sample: &Sample, expected: &[Value], answer: &Answer) {
    let (name, reply) = (&sample.name, &sample.json["reply"]);
    if reply.is_object() {
        assert_eq!(answer.status, reply["status"], "{name}");
        assert_eq!(answer.body, reply["body"].as_str().unwrap_or_default(), "{name}");
        return;
    }
    let told = answer.ok();
    let ids = |messages: Vec<&Value>| -> Vec<Value> {
        messages.into_iter().map(|message| message["external_id"].clone()).collect()
    };
    let received = expected.iter().filter(|event| event["type"] == "message.received");
    assert_eq!(
        ids(told["messages"].as_array().unwrap().iter().collect()),
        ids(received.map(|event| &event["message"]).collect()),
        "{name}"
    );
    let codes = |warnings: &Value| -> Vec<Value> {
        let warnings = warnings.as_array().into_iter().flatten();
        warnings.map(|warning| json!([warning["kind"], warning["code"]])).collect()
    };
    assert_eq!(codes(&told["warnings"]), codes(&sample.json["warnings"]), "{name}");
}

/// What the sample leaves to the host: ids, the channel, the time of receipt.
fn whole(event: &Value, got: &Value, channel: &str, chat: Chat, known: &mut Vec<Value>) -> Value {
    let mut event = event.clone();
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    assert!(is_text(&got["id"]));
    event["id"] = got["id"].clone();
    // What opens an attendance belongs to one; other events where one is open.
    if event["type"] == "message.received" || event["type"] == "postback" {
        assert_eq!(got["attendance"]["state"], "queued", "{got}");
    }
    event["attendance"] = got["attendance"].clone();
    event["channel"] = json!({ "id": channel, "name": format!("Sales on {chat:?}"), "color": "#2A9D8F", "flow": "day" });
    let name = ["message", "status", "reaction", "typing", "postback"]
        .into_iter()
        .find(|name| event[*name].is_object())
        .unwrap();
    let object = &got[name];
    event[name]["channel"] = json!(channel);
    let kind = event["type"].as_str().unwrap();
    if kind == "message.received" || kind == "message.edited" {
        for key in ["id", "received_at"] {
            assert!(is_text(&object[key]), "{key} in {got}");
            event[name][key] = object[key].clone();
        }
        known.push(object["id"].clone());
    }
    // The message that it is about, where that came in the same request.
    if known.contains(&object["message_id"]) {
        event[name]["message_id"] = object["message_id"].clone();
    }
    if event["occurred_at"].is_null() {
        assert!(is_text(&got["occurred_at"]));
        event["occurred_at"] = got["occurred_at"].clone();
    }
    event
}

/// Within a conversation the pushes have the order of the events.
fn check_order(pulled: &[Event], pushed: &[Request]) {
    let conversation = |event: &Value| {
        let objects = ["message", "status", "reaction", "typing", "postback"];
        objects.iter().find_map(|name| event[*name]["conversation"].as_str()).map(str::to_owned)
    };
    let ids = |events: Vec<Value>, of: &Option<String>| -> Vec<Value> {
        let in_it = events.into_iter().filter(|event| conversation(event) == *of);
        in_it.map(|event| event["id"].clone()).collect()
    };
    for event in pulled {
        let of = conversation(&event.json);
        let expected = ids(pulled.iter().map(|event| event.json.clone()).collect(), &of);
        assert_eq!(ids(pushed.iter().map(Request::json).collect(), &of), expected);
    }
}
