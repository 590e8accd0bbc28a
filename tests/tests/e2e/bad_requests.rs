//! Requests from chats that are wrong: each is told what is wrong, nothing is
//! lost, and what follows is served.

use std::time::{SystemTime, UNIX_EPOCH};

use eclusa_tests::{Answer, Channel, Chat, Eclusa, Setup};
use serde_json::json;

const LIMIT: usize = 20_000;

struct Door {
    eclusa: Eclusa,
    channels: Vec<(Chat, Channel)>,
}

impl Door {
    /// A channel of each chat.
    async fn open() -> Self {
        let limits = format!("[limits]\nbody_bytes = {LIMIT}");
        let eclusa = Setup::with(&Chat::ALL).config(&limits).start();
        let mut channels = Vec::new();
        for chat in Chat::ALL {
            let channel =
                eclusa.create(&chat.channel(chat.adapter(), "https://chat.example.com")).await;
            channels.push((chat, channel));
        }
        Self { eclusa, channels }
    }

    async fn signed(&self, chat: Chat, channel: &Channel, body: &[u8]) -> Answer {
        self.eclusa.call("POST", &channel.ingress, &chat.sign(body), body).await
    }

    /// Nothing came of it, and the next request is served.
    async fn check_unharmed(&self) {
        for (chat, channel) in &self.channels {
            assert!(self.eclusa.unmapped(channel).await.is_empty(), "{chat:?}");
        }
        assert_eq!(self.eclusa.get("/v1/events").await.ok()["events"], json!([]));
        for (chat, channel) in &self.channels {
            let answer =
                self.eclusa.chat_posts(*chat, channel, &chat.text_request("41", "Oi")).await;
            assert_eq!(answer.ok()["messages"][0]["external_id"], "41", "{chat:?}");
        }
    }
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused() {
    let door = Door::open().await;
    let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
    let large = vec![b' '; LIMIT + 1];
    let table: [(&[u8], u16, &str); 3] = [
        (b"{\"id\":\"\xff\"}", 400, "body_not_utf8"),
        (&large, 413, "body_too_large"),
        (deep.as_bytes(), 400, "json_too_deep"),
    ];
    for (chat, channel) in &door.channels {
        for (body, status, code) in table {
            door.signed(*chat, channel, body).await.problem(status, code);
        }
    }
    let not_utf8 = door.signed(Chat::Open, &door.channels[0].1, table[0].0).await;
    let detail = not_utf8.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("byte 7"), "it says where: {detail}");
    door.check_unharmed().await;
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_taken() {
    let door = Door::open().await;
    let (chat, channel) = &door.channels[0];
    let mut body = chat.text_request("1", "Oi").into_bytes();
    body.resize(LIMIT, b' ');
    assert_eq!(door.signed(*chat, channel, &body).await.status, 200);
}

#[tokio::test]
async fn requests_that_no_chat_has_signed_are_refused() {
    let door = Door::open().await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    for (chat, channel) in &door.channels {
        let body = chat.text_request("41", "Oi");
        let post = async |headers: Vec<(String, String)>| {
            door.eclusa.call("POST", &channel.ingress, &headers, &*body).await
        };
        post(Vec::new()).await.problem(401, "signature_missing");
        // Signed, but something else: a secret in a header signs no body.
        let mut other = chat.sign(b"something else");
        if matches!(chat, Chat::Open | Chat::Telegram) {
            other[0].1.push('x');
        }
        post(other).await.problem(401, "signature_mismatch");
        let mut twice = chat.sign(body.as_bytes());
        twice.insert(0, twice[0].clone());
        post(twice).await.problem(401, "signature_malformed");
    }
    let (chat, channel) = &door.channels[3];
    assert_eq!(*chat, Chat::Slack);
    let body = chat.text_request("41", "Oi");
    for (time, code) in [(now - 400, "timestamp_stale"), (now + 400, "timestamp_stale")] {
        let headers = chat.sign_at(body.as_bytes(), time);
        door.eclusa.call("POST", &channel.ingress, &headers, &*body).await.problem(401, code);
    }
    let mut headers = chat.sign(body.as_bytes());
    headers.retain(|(name, _)| name != "x-slack-request-timestamp");
    door.eclusa
        .call("POST", &channel.ingress, &headers, &*body)
        .await
        .problem(401, "timestamp_missing");
    door.check_unharmed().await;
}

#[tokio::test]
async fn an_ingress_url_that_nobody_has_is_refused() {
    let door = Door::open().await;
    let body = Chat::Open.text_request("1", "Oi");
    let headers = Chat::Open.sign(body.as_bytes());
    for path in ["/in/0123456789abcdef0123456789abcdef", "/in/open", "/in/x/y"] {
        door.eclusa.call("POST", path, &headers, &*body).await.problem(404, "channel_unknown");
    }
    door.check_unharmed().await;
}

/// What the chat sends, but nothing that an adapter can map: kept and listed,
/// and told to a chat whose developer will read it.
#[tokio::test]
async fn what_cannot_be_mapped_is_kept_or_refused_as_the_manifest_says() {
    let door = Door::open().await;
    for (chat, channel) in &door.channels {
        let text = chat.text_request("41", "Oi");
        let cut_off = &text[..text.len() / 2];
        for body in [cut_off, "", "null", "42", "{}", "Oi"] {
            let answer = door.signed(*chat, channel, body.as_bytes()).await;
            if *chat == Chat::Open {
                assert_eq!(answer.status, 400, "{body}: {}", answer.body);
                answer.problem(400, answer.json()["code"].as_str().unwrap());
                continue;
            }
            let problem = answer.ok()["problem"].clone();
            assert_eq!(problem["kind"], "invalid", "{chat:?}: {body}: {}", answer.body);
            let newest = door.eclusa.unmapped(channel).await.remove(0);
            assert_eq!(
                (&newest["raw"]["body"], &newest["problem"]["code"]),
                (&json!(body), &problem["code"])
            );
            assert_eq!(newest["id"].as_str(), answer.header("eclusa-request-id"));
        }
    }
    let unsupported = json!({ "type": "of the future", "api_app_id": "A0ECLUSA" }).to_string();
    let (chat, channel) = &door.channels[3];
    let answer = door.signed(*chat, channel, unsupported.as_bytes()).await;
    assert_eq!(answer.ok()["problem"]["kind"], "unsupported", "{}", answer.body);
    let newest = door.eclusa.unmapped(channel).await.remove(0);
    assert_eq!(newest["raw"]["body"], unsupported);
    // Neither the secret nor the signature's secret is kept with it.
    for (chat, channel) in &door.channels {
        let kept = json!(door.eclusa.unmapped(channel).await).to_string();
        for (name, value) in chat.secrets() {
            assert!(!kept.contains(value), "{chat:?} keeps `{name}`");
        }
    }
}

#[tokio::test]
async fn a_message_that_comes_again_is_one_message_with_one_answer() {
    let door = Door::open().await;
    for (chat, channel) in &door.channels {
        let body = chat.text_request("41", "Oi");
        let first = door.eclusa.chat_posts(*chat, channel, &body).await;
        let again = door.eclusa.chat_posts(*chat, channel, &body).await;
        assert_eq!((first.status, &first.body), (again.status, &again.body), "{chat:?}");
        // Also at the same time, from many connections.
        let posts = (0..8).map(|_| door.eclusa.chat_posts(*chat, channel, &body));
        for answer in eclusa_tests::join_all(posts).await {
            assert_eq!(answer.body, first.body, "{chat:?}");
        }
    }
    let events = door.eclusa.events(None, door.channels.len()).await;
    assert!(events.iter().all(|event| event.json["message"]["external_id"] == "41"));
}
