//! What a chat says later of messages, and how chats check a webhook's address.

use eclusa_tests::{Channel, Chat, Eclusa, FakeChat, Setup};
use serde_json::{Value, json};

const CHAT: Chat = Chat::Whatsapp;

/// A status as the Cloud API tells it.
fn status(external_id: &str, state: &str, timestamp: u32, errors: &Value) -> String {
    let mut status = json!({
        "id": external_id, "status": state, "timestamp": timestamp.to_string(),
        "recipient_id": CHAT.conversation(),
    });
    if errors.is_array() {
        status["errors"] = errors.clone();
    }
    let value = json!({
        "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": "551130001000", "phone_number_id": "401000200030004" },
        "statuses": [status],
    });
    let change = json!({ "field": "messages", "value": value });
    json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": "301000200030004", "changes": [change] }],
    })
    .to_string()
}

struct Talk {
    eclusa: Eclusa,
    fake: FakeChat,
    channel: Channel,
}

impl Talk {
    /// The person has written, so that the platform may answer.
    async fn begin() -> Self {
        let fake = FakeChat::start(CHAT);
        let eclusa = Setup::with(&[CHAT]).start();
        let channel = eclusa.create(&CHAT.channel("sales", &fake.url())).await;
        let text = CHAT.text_request("wamid.IN1", "Bom dia!");
        eclusa.chat_posts(CHAT, &channel, &text).await.ok();
        Self { eclusa, fake, channel }
    }

    /// Sends a message; returns Eclusa's id and the chat's.
    async fn send(&self, message: &Value) -> (String, String) {
        let id = self.eclusa.send(&self.channel, message).await;
        let sent = self.eclusa.message_in_state(&id, "sent").await;
        (id, sent["external_id"].as_str().unwrap().to_owned())
    }

    /// The chat tells a status; returns the message's state then.
    async fn tell(&self, id: &str, status: &str) -> Value {
        self.eclusa.chat_posts(CHAT, &self.channel, status).await.ok();
        self.eclusa.message(id).await
    }
}

fn text(body: &str) -> Value {
    json!({ "conversation": CHAT.conversation(), "type": "text", "text": { "body": body } })
}

#[tokio::test]
async fn statuses_move_a_message_forward_only() {
    let talk = Talk::begin().await;
    let (id, external_id) = talk.send(&text("Bom dia, Ana!")).await;
    let steps = [
        ("delivered", 1, "delivered"),
        ("read", 2, "read"),
        ("delivered", 3, "read"),
        ("failed", 4, "read"),
    ];
    for (told, second, becomes) in steps {
        let status = status(&external_id, told, 1_772_366_500 + second, &Value::Null);
        assert_eq!(talk.tell(&id, &status).await["state"], becomes, "after {told}");
    }
    // Each of them is an event, about that message.
    let events = talk.eclusa.events(None, 5).await;
    for (event, (told, ..)) in events[1..].iter().zip(steps) {
        assert_eq!(event.json["type"], "message.status");
        let status = &event.json["status"];
        assert_eq!((&status["state"], &status["message_id"]), (&json!(told), &json!(id)));
        assert_eq!(status["conversation"], CHAT.conversation());
    }
}

#[tokio::test]
async fn a_failure_that_is_told_later_says_why() {
    let talk = Talk::begin().await;
    let (id, external_id) = talk.send(&text("Bom dia, Ana!")).await;
    let errors = json!([{
        "code": 131_047, "title": "Re-engagement message", "message": "Re-engagement message",
        "error_data": { "details": "More than 24 hours have passed." },
    }]);
    let failed = status(&external_id, "failed", 1_772_366_500, &errors);
    let message = talk.tell(&id, &failed).await;
    assert_eq!(
        (&message["state"], &message["problem"]["code"]),
        (&json!("failed"), &json!("delivery_failed"))
    );
    let why = message["problem"]["message"].as_str().unwrap();
    assert!(why.contains("131047") && why.contains("More than 24 hours"), "{why}");
}

#[tokio::test]
async fn a_status_that_overtakes_the_answer_is_not_lost() {
    let talk = Talk::begin().await;
    // The fake numbers its answers: this will be the next message's id.
    let early = status("wamid.HBgNFAKE000001", "delivered", 1_772_366_500, &Value::Null);
    talk.eclusa.chat_posts(CHAT, &talk.channel, &early).await.ok();
    let id = talk.eclusa.send(&talk.channel, &text("Bom dia, Ana!")).await;
    let message = talk.eclusa.message_in_state(&id, "delivered").await;
    assert_eq!(message["external_id"], "wamid.HBgNFAKE000001");
}

#[tokio::test]
async fn an_answer_names_the_message_by_the_ids_of_either_side() {
    let talk = Talk::begin().await;
    let events = talk.eclusa.events(None, 1).await;
    for reply_to in [events[0].json["message"]["id"].as_str().unwrap(), "wamid.IN1"] {
        let mut message = text("Bom dia, Ana!");
        message["reply_to"] = json!(reply_to);
        talk.send(&message).await;
        let request = talk.fake.requests().pop().unwrap();
        assert_eq!(request.json()["context"]["message_id"], "wamid.IN1", "{reply_to}");
    }
}

#[tokio::test]
async fn whatsapp_checks_the_address() {
    let talk = Talk::begin().await;
    let ask = async |token: &str| {
        let query = format!("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}");
        talk.eclusa.call("GET", &format!("{}?{query}", talk.channel.ingress), &[], "").await
    };
    let right = ask(CHAT.secret("verify-token")).await;
    assert_eq!((right.status, right.body.as_str()), (200, "1158201444"));
    let wrong = ask("guessed").await;
    assert_eq!(wrong.status, 403);
    assert!(!wrong.body.contains("1158201444"), "{}", wrong.body);
}

#[tokio::test]
async fn slack_checks_the_address() {
    let eclusa = Setup::with(&[Chat::Slack]).start();
    let channel = eclusa.create(&Chat::Slack.channel("support", "https://slack.example.com")).await;
    let body = r#"{"token":"none","challenge":"3eZbrw1aB","type":"url_verification"}"#;
    let answer = eclusa.chat_posts(Chat::Slack, &channel, body).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "3eZbrw1aB"));
    eclusa.call("POST", &channel.ingress, &[], body).await.problem(401, "signature_missing");
}
