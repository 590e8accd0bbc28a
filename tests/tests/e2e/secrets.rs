//! No secret is ever shown: not in an answer, not in the log, not to a chat or
//! the platform that is not its owner.
//!
//! The journal's file is left out: for now it holds the channels' secrets as they
//! are, and its folder is to be kept like them.

use eclusa_tests::{Chat, Eclusa, FakeChat, FakePlatform, Reply, Request, Setup};
use serde_json::{Value, json};

/// All that is logged by anybody who might log a request; the compiler's own
/// notes are of no interest.
const EVERYTHING: &str = "debug,wasmtime=info,cranelift=info,regalloc2=info";

#[tokio::test]
async fn no_secret_is_shown_anywhere() {
    let platform = FakePlatform::start();
    let eclusa = Setup::with(&Chat::ALL)
        .hostile("behave")
        .platform(&platform)
        .config("[delivery]\nattempts = 2\nfirst_pause_ms = 100\nlongest_pause_ms = 100")
        .log(EVERYTHING)
        .start();
    let mut seen = Vec::new();
    for chat in Chat::ALL {
        let fake = FakeChat::start(chat);
        live(&eclusa, chat, &fake).await;
        seen.push((chat, fake.requests()));
    }
    look_around(&eclusa).await;
    let pushes = platform.requests();
    assert!(pushes.len() >= 4);
    let log = eclusa.log();
    assert!(log.contains("DEBUG"), "the log shows everything");
    let answers = eclusa.answers();
    assert!(answers.len() > 50);
    for (owner, name, secret) in all_secrets(&eclusa) {
        check(&format!("the log, {name}"), &log, &secret);
        for answer in &answers {
            check(&format!("an answer, {name}"), answer, &secret);
        }
        for push in &pushes {
            check(&format!("a push, {name}"), &format!("{push:?}"), &secret);
        }
        for (chat, requests) in &seen {
            if Some(*chat) != owner {
                check(&format!("{chat:?}, {name}"), &format!("{requests:?}"), &secret);
            }
        }
    }
    // The search would find them: their owners were sent them.
    let sent = |chat: Chat, secret: &str| {
        let (_, requests) = seen.iter().find(|(known, _)| *known == chat).unwrap();
        format!("{requests:?}").contains(secret)
    };
    assert!(sent(Chat::Telegram, Chat::Telegram.secret("bot-token")));
    assert!(sent(Chat::Whatsapp, Chat::Whatsapp.secret("access-token")));
    assert!(sent(Chat::Slack, Chat::Slack.secret("bot-token")));
    assert!(sent(Chat::Open, Chat::Open.headers()[0].1));
}

/// All secrets, and the chat that may see each.
fn all_secrets(eclusa: &Eclusa) -> Vec<(Option<Chat>, String, String)> {
    let own = |name: &str, value: &str| (None, name.to_owned(), value.to_owned());
    let mut secrets = vec![
        own("the admin's token", eclusa.token()),
        own("the platform's key", FakePlatform::SECRET.trim_start_matches("whsec_")),
    ];
    for chat in Chat::ALL {
        for (name, value) in chat.secrets().iter().chain(chat.headers()) {
            // Two chats share the header of their tenant.
            let owner = (*name != "x-tenant").then_some(chat);
            if owner.is_some() || chat == Chat::Open {
                secrets.push((owner, format!("{name} of {chat:?}"), (*value).to_owned()));
            }
        }
    }
    secrets
}

fn check(place: &str, text: &str, secret: &str) {
    let escaped = json!(secret).to_string();
    for written in [secret, escaped.trim_matches('"')] {
        if let Some(at) = text.find(written) {
            let start =
                (at.saturating_sub(300)..=at).find(|at| text.is_char_boundary(*at)).unwrap();
            let rest = text[at + written.len()..].chars().take(100).collect::<String>();
            panic!("{place} is shown: {}<HERE>{rest}", &text[start..at]);
        }
    }
}

/// All that can happen to a channel, good and bad.
async fn live(eclusa: &Eclusa, chat: Chat, fake: &FakeChat) {
    let name = chat.adapter();
    let channel = eclusa.create(&chat.channel(name, &fake.url())).await;
    let body = chat.text_request("41", "Oi");
    eclusa.chat_posts(chat, &channel, &body).await.ok();
    eclusa.chat_posts(chat, &channel, "{").await;
    let mut wrong = chat.sign(b"something else");
    wrong[0].1.push('x');
    eclusa.call("POST", &channel.ingress, &wrong, &*body).await;
    let text = |body: &str| json!({ "conversation": chat.conversation(), "type": "text", "text": { "body": body } });
    // A chat that shows back all that it was sent, in an answer and in an error.
    let echo = |status: u16| {
        move |request: &Request, _: u64| {
            let headers = format!("{:?}", request.headers);
            let all = json!({ "path": request.path, "headers": headers, "body": request.body });
            Some(Reply::json(status, &all).header("x-path", &request.path))
        }
    };
    for status in [200, 400, 401, 500, 302] {
        fake.rule(echo(status));
        let id = eclusa.send(&channel, &text("Bom dia!")).await;
        let done = |message: &Value| message["state"] == "sent" || message["state"] == "failed";
        eclusa.message_when(&id, done).await;
    }
    fake.no_rule();
    let names = chat.secrets().iter().map(|(name, _)| format!("{{secret:{name}}}"));
    for body in ["Bom dia!", &names.collect::<String>()] {
        let id = eclusa.send(&channel, &text(body)).await;
        eclusa.message_in_state(&id, "sent").await;
    }
    // Writing a channel again, also wrongly, does not show it.
    let path = format!("/v1/channels/{name}");
    let mut change = chat.channel(name, &fake.url());
    eclusa.api("PUT", &path, &change).await.ok();
    eclusa.api("PATCH", &path, &json!({ "description": "changed" })).await.ok();
    change["secrets"]["unknown"] = json!(chat.secrets()[0].1);
    change["headers"]["content-type"] = json!(chat.headers()[0].1);
    eclusa.api("PUT", &path, &change).await.problem(422, "invalid_input");
    change["secrets"] = json!(chat.secrets()[0].1);
    eclusa.api("PUT", &path, &change).await.problem(422, "invalid_input");
    // Nobody is there any more.
    let gone = json!({ "url": format!("{}/gone", eclusa_tests::Unreachable::new().url(chat)) });
    eclusa.api("PATCH", &path, &gone).await.ok();
    let id = eclusa.send(&channel, &text("Bom dia!")).await;
    eclusa.message_when(&id, |message| message["state"] == "failed").await;
}

/// Reads everything that can be read.
async fn look_around(eclusa: &Eclusa) {
    for path in [
        "/",
        "/livez",
        "/readyz",
        "/metrics",
        "/openapi.json",
        "/v1/channels",
        "/v1/adapters",
        "/v1/dead-letters",
        "/v1/requests/unmapped",
        "/v1/events?limit=500",
    ] {
        assert_eq!(eclusa.get(path).await.status, 200, "{path}");
    }
    for chat in Chat::ALL {
        eclusa.get(&format!("/v1/channels/{}", chat.adapter())).await.ok();
        eclusa.get(&format!("/v1/adapters/{}", chat.adapter())).await.ok();
    }
    let events = eclusa.get("/v1/events?limit=500").await.ok();
    for event in events["events"].as_array().unwrap() {
        if let Some(id) = event["message"]["id"].as_str() {
            eclusa.message(id).await;
        }
    }
    eclusa
        .call("GET", "/v1/channels", &[("authorization".to_owned(), "Bearer wrong".to_owned())], "")
        .await;
}
