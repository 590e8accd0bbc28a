//! Service sessions of two chats: opened by people, changed by the platform, told of in
//! order, over a crash.

use eclusa_tests::{Chat, FakeChat, FakePlatform, Setup, eventually, is_of_attendance};
use serde_json::{Value, json};

/// The events of one channel that the platform has taken, as soon as there are so many.
async fn pushed(platform: &FakePlatform, channel: &str, count: usize) -> Vec<Value> {
    eventually("events are pushed", async || {
        let taken = platform.requests().into_iter().filter(|push| push.reply.status == 202);
        let mut events = Vec::<Value>::new();
        for event in taken.map(|push| push.json()) {
            // One that was under way when the host was killed comes again.
            let again = events.iter().any(|it| it["id"] == event["id"]);
            if event["channel"]["id"] == channel && !again {
                events.push(event);
            }
        }
        (events.len() >= count).then_some(events)
    })
    .await
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn two_chats_have_their_own_and_the_platform_is_told_in_order() {
    let platform = FakePlatform::start();
    let (site, bot) = (FakeChat::start(Chat::Open), FakeChat::start(Chat::Telegram));
    let mut eclusa = Setup::with(&[Chat::Open, Chat::Telegram]).platform(&platform).start();
    let mut channels = Vec::new();
    for (chat, id, url) in [(Chat::Open, "site", site.url()), (Chat::Telegram, "bot", bot.url())] {
        let channel = eclusa.create(&chat.channel(id, &url)).await;
        // The second delivery of a message opens nothing.
        for number in ["41", "41", "42"] {
            eclusa.chat_posts(chat, &channel, &chat.text_request(number, "Oi")).await.ok();
        }
        channels.push((chat, channel));
    }
    let answer = |chat: Chat| json!({ "conversation": chat.conversation(), "type": "text", "text": { "body": "Olá" } });
    for (chat, channel) in &channels {
        let id = eclusa.send(channel, &answer(*chat)).await;
        eclusa.message_in_state(&id, "sent").await;
    }
    let list = eclusa.get("/v1/attendances").await.ok();
    let all = list["attendances"].as_array().unwrap();
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|it| it["state"] == "queued" && it["first_answer_at"].is_string()));
    let of_site = eclusa.get("/v1/attendances?channel=site").await.ok();
    let protocol = of_site["attendances"][0]["protocol"].as_str().unwrap().to_owned();

    // Taken, repeated with its key, and found after a crash as it was.
    let path = format!("/v1/attendances/{protocol}/assign");
    let key = vec![
        ("idempotency-key".to_owned(), "k-1".to_owned()),
        ("content-type".to_owned(), "application/json".to_owned()),
        ("authorization".to_owned(), format!("Bearer {}", eclusa.token())),
    ];
    let taken = eclusa.call("POST", &path, &key, r#"{"agent":"rui"}"#).await;
    let first = taken.body.clone();
    assert_eq!(taken.ok()["state"], "assigned");
    eclusa.kill();
    eclusa.start_again();
    let again = eclusa.call("POST", &path, &key, r#"{"agent":"rui"}"#).await;
    assert_eq!(again.body, first);
    let refused = eclusa.post(&path, &json!({ "agent": "eva" })).await;
    refused.problem(409, "attendance_assigned");
    let moved = ["attendance", "transfer", &protocol, "--queue", "sales", "--reason", "a price"];
    assert!(eclusa.cli(&moved).await.out.contains("transferred"));
    let (chat, channel) = &channels[0];
    eclusa.chat_posts(*chat, channel, &chat.text_request("43", "Alô?")).await.ok();
    assert!(eclusa.cli(&["attendance", "close", &protocol]).await.out.contains("closed"));
    eclusa.chat_posts(*chat, channel, &chat.text_request("44", "De novo")).await.ok();

    let expected = [
        "attendance.opened",
        "message.received",
        "message.received",
        "attendance.assigned",
        "attendance.transferred",
        "message.received",
        "attendance.closed",
        "attendance.opened",
        "message.received",
    ];
    let events = pushed(&platform, "site", expected.len()).await;
    assert_eq!(kinds(&events), expected);
    let states: Vec<_> = events.iter().map(|it| it["attendance"]["state"].clone()).collect();
    let (queued, moved) = ("queued", "transferred");
    let expected = [queued, queued, queued, "assigned", moved, moved, "closed", queued, queued];
    assert_eq!(states, expected);
    assert!(events[..7].iter().all(|it| it["attendance"]["protocol"] == *protocol));
    assert!(events[7..].iter().all(|it| it["attendance"]["protocol"] != *protocol));
    // What is pulled has the same bytes.
    let pulled = eclusa.get("/v1/events?limit=500").await.ok();
    let pulled = pulled["events"].as_array().unwrap().iter();
    let pulled: Vec<_> = pulled.filter(|it| it["channel"]["id"] == "site").cloned().collect();
    assert_eq!(pulled, events);
    let of_bot = pushed(&platform, "bot", 3).await;
    assert_eq!(of_bot.iter().filter(|it| is_of_attendance(it)).count(), 1);

    let shown = eclusa.cli(&["attendance", "show", &protocol]).await;
    for line in ["\u{2190} Oi", "\u{2192} Ol\u{e1} (sent)", "\u{2190} Al\u{f4}?"] {
        assert!(shown.out.contains(line), "{line}: {}", shown.out);
    }
    let report = eclusa.get("/v1/reports/attendances?by=channel&from=2026-01-01").await.ok();
    let counts = |of: &Value| {
        [&of["opened"], &of["answered"], &of["closed"], &of["waiting"]].map(Value::clone)
    };
    assert_eq!(counts(&report["totals"]), [json!(3), json!(2), json!(1), json!(2)]);
    assert_eq!(report["channels"][1]["color"], eclusa.get("/v1/channels/site").await.ok()["color"]);
    let table = eclusa.get("/v1/reports/attendances.csv?state=closed").await.body;
    assert!(table.contains(&protocol) && table.lines().count() == 2, "{table}");
    let table = eclusa.get("/v1/reports/attendances.json").await.ok();
    assert_eq!(table["attendances"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn what_is_open_in_a_channel_closes_when_the_channel_is_deleted() {
    let (site, other) = (FakeChat::start(Chat::Open), FakeChat::start(Chat::Open));
    let eclusa = Setup::with(&[Chat::Open]).start();
    for (id, url) in [("site", site.url()), ("other", other.url())] {
        let channel = eclusa.create(&Chat::Open.channel(id, &url)).await;
        for number in ["1", "2", "3"] {
            let mut message: Value =
                serde_json::from_str(&Chat::Open.text_request(number, "Oi")).unwrap();
            message["conversation"] = json!(format!("c-{number}"));
            eclusa.chat_posts(Chat::Open, &channel, &message.to_string()).await.ok();
        }
    }
    let deleted = eclusa.cli(&["channel", "delete", "site"]).await;
    assert!(deleted.out.contains("deleted"), "{} {}", deleted.out, deleted.err);
    let closed = eventually("they are closed", async || {
        let list = eclusa.get("/v1/attendances?channel=site&state=closed").await.ok();
        let closed = list["attendances"].as_array().unwrap().clone();
        (closed.len() == 3).then_some(closed)
    })
    .await;
    let by = ["changed_by", "reason"].map(|key| closed[0][key].as_str().unwrap().to_owned());
    assert_eq!(by, ["eclusa", "channel_deleted"]);
    let report = eclusa.get("/v1/reports/attendances?by=channel").await.ok();
    assert_eq!((&report["totals"]["open"], &report["totals"]["closed"]), (&json!(3), &json!(3)));
}
