//! Where the real process sends requests, and where it does not.

use eclusa_tests::{Chat, Eclusa, FakeChat, Setup, delivery};
use serde_json::{Value, json};

const ALLOW: &str = "ECLUSA_OUTGOING_ALLOW";
const LOOPBACK: &str = "127.0.0.0/8";
/// What a message waits for must not keep a test waiting.
fn text(body: &str) -> Value {
    json!({ "conversation": Chat::Open.conversation(), "type": "text", "text": { "body": body } })
}

/// The code of a message's newest attempt.
fn newest_code(message: &Value) -> Option<&str> {
    message["attempts"].as_array()?.last()?["problem"]["code"].as_str()
}

#[tokio::test]
async fn a_channel_on_a_refused_address_is_not_saved() {
    let eclusa = Setup::with(&[Chat::Open]).outgoing("").start();
    for (url, wanted) in [
        ("https://127.0.0.1:8443/hook", "127.0.0.0/8 (loopback)"),
        ("https://[::ffff:10.0.0.1]/hook", "10.0.0.0/8 (private, RFC 1918)"),
        ("https://0xa9fea9fe/latest/meta-data", "cloud metadata"),
        ("https://localhost./hook", "this machine itself"),
        ("http://chat.example/hook", "use https"),
        ("https://chat.example:25/", "port 25"),
    ] {
        let answer = eclusa.post("/v1/channels", &Chat::Open.channel("sales", url)).await;
        assert_eq!(answer.status, 422, "{url}: {}", answer.body);
        let problem = answer.json();
        let violation = &problem["violations"][0];
        assert_eq!(violation["pointer"], "/url", "{problem}");
        assert!(violation["message"].as_str().unwrap().contains(wanted), "{url}: {problem}");
    }
    // What a name stands for may change any time; it is looked at when it is used.
    eclusa.create(&Chat::Open.channel("sales", "https://chat.example/hook")).await;
}

/// Whoever restarts with the network forgotten loses nothing by it.
#[tokio::test]
async fn what_is_refused_waits_and_goes_out_once_it_is_allowed() {
    let chat = FakeChat::start(Chat::Open);
    let mut eclusa = Setup::with(&[Chat::Open])
        .outgoing("")
        .env(ALLOW, LOOPBACK)
        .config(&delivery(1000, 0.1))
        .start();
    let channel = eclusa.create(&Chat::Open.channel("sales", &chat.url())).await;
    eclusa.chat_posts(Chat::Open, &channel, &Chat::Open.text_request("41", "Oi")).await.ok();
    let first = eclusa.send(&channel, &text("first")).await;
    eclusa.message_in_state(&first, "sent").await;

    assert!(eclusa.stop().success());
    eclusa.set_env(ALLOW, "");
    eclusa.start_again();
    let second = eclusa.send(&channel, &text("second")).await;
    let refused = |message: &Value| newest_code(message) == Some("address_refused");
    let message = eclusa.message_when(&second, refused).await;
    assert_eq!(message["state"], "queued");
    let problem = &message["attempts"][0]["problem"];
    assert_eq!((&problem["retryable"], &problem["kind"]), (&json!(true), &json!("configuration")));
    assert!(problem["message"].as_str().unwrap().contains("127.0.0.0/8 (loopback)"), "{problem}");
    assert!(problem["action"].as_str().unwrap().contains("`outgoing.allow`"), "{problem}");
    assert_eq!(chat.requests().len(), 1);

    assert!(eclusa.stop().success());
    eclusa.set_env(ALLOW, LOOPBACK);
    eclusa.start_again();
    eclusa.message_in_state(&second, "sent").await;
    assert_eq!(chat.requests().len(), 2);
}

#[tokio::test]
async fn proxies_of_the_environment_are_not_asked() {
    let (chat, proxy) = (FakeChat::start(Chat::Open), FakeChat::start(Chat::Open));
    let names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"];
    let setup =
        names.iter().fold(Setup::with(&[Chat::Open]), |setup, name| setup.env(name, &proxy.url()));
    let eclusa = setup.start();
    let channel = eclusa.create(&Chat::Open.channel("sales", &chat.url())).await;
    eclusa.chat_posts(Chat::Open, &channel, &Chat::Open.text_request("41", "Oi")).await.ok();
    let id = eclusa.send(&channel, &text("Oi")).await;
    eclusa.message_in_state(&id, "sent").await;
    assert_eq!((chat.requests().len(), proxy.requests().len()), (1, 0));
}

/// Its chats are the server itself, which it may reach, and nothing beside it.
#[tokio::test]
async fn a_demo_needs_no_settings() {
    // The first start of a demo prints no token of the admin.
    let mut eclusa = Setup::with(&[Chat::Open]).outgoing("").start();
    assert!(eclusa.stop().success());
    eclusa.set_env("ECLUSA_DEMO", "true");
    eclusa.start_again();
    let id = send_in_demo(&eclusa).await;
    eclusa.message_in_state(&id, "sent").await;
    let chat = FakeChat::start(Chat::Open);
    let beside = eclusa.post("/v1/channels", &Chat::Open.channel("beside", &chat.url())).await;
    assert_eq!(beside.status, 422, "{}", beside.body);
}

async fn send_in_demo(eclusa: &Eclusa) -> String {
    let message = json!({ "conversation": "site-17", "type": "text", "text": { "body": "Oi" } });
    let answer = eclusa.post("/v1/channels/demo-open/messages?start=true", &message).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}
