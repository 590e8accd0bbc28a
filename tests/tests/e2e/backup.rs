//! A backup of a server that goes on: made, listed, restored, started on.

use eclusa_tests::{Chat, FakeChat, Reply, Setup, join_all};
use serde_json::json;

#[tokio::test]
async fn a_backup_is_made_over_http_restored_and_started_on() {
    let fake = FakeChat::start(Chat::Open);
    fake.rule(|_, _| Some(Reply::json(503, &json!({}))));
    let mut eclusa = Setup::with(&[Chat::Open]).start();
    let channel = eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    let text = Chat::Open.text_request("41", "Oi");
    let received = eclusa.chat_posts(Chat::Open, &channel, &text).await.ok();
    let reply = json!({
        "conversation": Chat::Open.conversation(), "type": "text", "text": { "body": "Oi" },
    });
    let pending = eclusa.send(&channel, &reply).await;

    let made = eclusa.post("/v1/backups", &json!({})).await;
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.ok();
    assert_eq!(made["manifest"]["rows"]["requests"], 1);
    let listed = eclusa.get("/v1/backups").await.ok();
    assert_eq!(listed["backups"], json!([made]));
    let folder = made["folder"].as_str().unwrap().to_owned();
    // One of several at once is made, or one after another; none breaks.
    let several =
        join_all((0..4).map(async |_| eclusa.post("/v1/backups", &json!({})).await)).await;
    assert!(several.iter().any(|answer| answer.status == 201));
    for answer in several.iter().filter(|answer| answer.status != 201) {
        answer.problem(409, "backup_under_way");
    }
    // After it: not in it.
    eclusa.chat_posts(Chat::Open, &channel, &Chat::Open.text_request("42", "Tudo bem?")).await.ok();

    // What a crash has left goes at the next start.
    let partial = eclusa.data().join("backups/20260101T000000000Z.partial");
    std::fs::create_dir_all(&partial).unwrap();
    eclusa.kill();
    let restored = eclusa.data().with_file_name("restored");
    let done = eclusa.command(&["restore", &folder, "--data", restored.to_str().unwrap()]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    std::fs::copy(eclusa.data().join("secrets.key"), restored.join("secrets.key")).unwrap();
    fake.no_rule();
    eclusa.start_again();
    assert!(!partial.exists());
    assert_eq!(eclusa.events(None, 2).await.len(), 2);
    assert!(eclusa.stop().success());

    eclusa.set_env("ECLUSA_DATA", restored.to_str().unwrap());
    eclusa.start_again();
    let events = eclusa.events(None, 1).await;
    assert_eq!(events[0].json["id"], received["messages"][0]["id"]);
    // Known as it was, secrets and all; and what was pending goes out, with its id.
    let again = eclusa.chat_posts(Chat::Open, &channel, &text).await.ok();
    assert_eq!(again["messages"][0]["id"], received["messages"][0]["id"]);
    eclusa.message_in_state(&pending, "sent").await;
    assert!(fake.requests().iter().all(|request| request.json()["id"] == json!(pending)));
}
