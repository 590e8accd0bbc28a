//! From the platform to the chat: each message becomes exactly the request that
//! the chat documents, and what the chat answers becomes the message's state.

use std::collections::{BTreeMap, BTreeSet};

use eclusa_tests::{Chat, Eclusa, FakeChat, Reply, Request, Sample, Setup, delivery, send_samples};
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
    let fake = FakeChat::start(chat);
    let eclusa = Setup::with(&[chat]).config(&delivery(3, 0.1)).start();
    let mut types = BTreeSet::new();
    for sample in send_samples(chat) {
        let sent = Sent::submit(chat, &eclusa, &fake.url(), &sample, &sample.name).await;
        if sample.json["problem"].is_object() {
            sent.check_problem(&eclusa).await;
        } else {
            sent.check_sent(&eclusa, &fake).await;
            types.insert(sample.json["message"]["type"].as_str().unwrap().to_owned());
        }
    }
    let all = ["audio", "contact", "document", "location", "text", "video"].map(str::to_owned);
    assert_eq!(types, BTreeSet::from(all));
}

/// A sample's message on its way, in a channel of its own.
struct Sent<'a> {
    chat: Chat,
    sample: &'a Sample,
    channel: eclusa_tests::Channel,
    id: String,
    /// The base URL that the sample's own takes the place of.
    url: String,
}

impl<'a> Sent<'a> {
    async fn submit(
        chat: Chat,
        eclusa: &Eclusa,
        url: &str,
        sample: &'a Sample,
        channel: &str,
    ) -> Self {
        let mut input = chat.channel(channel, url);
        sample.merge_channel(&mut input);
        let channel = eclusa.create(&input).await;
        let mut message = sample.json["message"].clone();
        message.as_object_mut().unwrap().remove("id");
        // The chat need not have written first in these.
        let path = format!("/v1/channels/{}/messages?start=true", channel.id);
        let answer = eclusa.post(&path, &message).await;
        assert_eq!(
            (answer.status, &answer.json()["state"]),
            (202, &json!("queued")),
            "{}",
            answer.body
        );
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        Self { chat, sample, channel, id, url: url.to_owned() }
    }

    /// The request came as it must, and the chat's id of the message is known.
    async fn check_sent(&self, eclusa: &Eclusa, fake: &FakeChat) {
        let name = &self.sample.name;
        let message = eclusa.message_in_state(&self.id, "sent").await;
        let request = fake.requests().pop().unwrap();
        self.check_request(&request);
        assert_eq!(message["external_id"].as_str(), request.reply.external_id.as_deref(), "{name}");
        assert_eq!(
            (&message["direction"], &message["next_attempt_at"]),
            (&json!("outbound"), &Value::Null)
        );
        let attempts = message["attempts"].as_array().unwrap();
        assert_eq!(attempts.len(), 1, "{name}");
        self.check_attempt(&attempts[0], &request);
    }

    /// To the letter, secrets filled in.
    fn check_request(&self, request: &Request) {
        let (name, expected) = (&self.sample.name, &self.sample.json["request"]);
        assert_eq!(request.method, expected["method"].as_str().unwrap(), "{name}");
        assert_eq!(
            request.path,
            self.fill(&self.path(expected["url"].as_str().unwrap())),
            "{name}"
        );
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in expected["headers"].as_object().into_iter().flatten() {
            headers.insert(name.to_lowercase(), self.fill(value.as_str().unwrap()));
        }
        for (name, value) in self.chat.headers() {
            headers.insert((*name).to_owned(), (*value).to_owned());
        }
        let of_the_connection = ["host", "content-length", "accept"];
        let mut came: BTreeMap<String, String> = request.headers.iter().cloned().collect();
        assert_eq!(came.len(), request.headers.len(), "{name}: a header came twice");
        came.retain(|name, _| !of_the_connection.contains(&name.as_str()));
        let agent = came.remove("user-agent").unwrap_or_default();
        assert!(agent.starts_with("Eclusa/"), "{name}: {agent}");
        assert_eq!(came, headers, "{name}");
        match &expected["body"] {
            Value::Null => assert_eq!(request.body, "", "{name}"),
            Value::String(body) => assert_eq!(request.body, self.fill(body), "{name}"),
            json => {
                let mut json = json.clone();
                if json["id"] == self.sample.json["message"]["id"] {
                    json["id"] = json!(self.id);
                }
                assert_eq!(request.json(), json, "{name}");
            }
        }
    }

    /// The trace shows the request, with placeholders where secrets went out, and
    /// what the chat will not show as it was written.
    fn check_attempt(&self, attempt: &Value, request: &Request) {
        let (name, expected) = (&self.sample.name, &self.sample.json["request"]);
        let url = expected["url"].as_str().unwrap();
        let base = self.url.trim_end_matches(FakeChat::base(self.chat));
        assert_eq!(attempt["url"], format!("{base}{}", self.path(url)), "{name}");
        assert_eq!(attempt["status"], request.reply.status, "{name}");
        assert_eq!(attempt["response_body"], request.reply.body, "{name}");
        assert_eq!(attempt["revision"]["adapter"], self.chat.adapter());
        let codes = |warnings: &Value| -> Vec<Value> {
            let warnings = warnings.as_array().into_iter().flatten();
            warnings.map(|warning| json!([warning["kind"], warning["code"]])).collect()
        };
        assert_eq!(codes(&attempt["warnings"]), codes(&self.sample.json["warnings"]), "{name}");
    }

    /// What the adapter refuses is never sent.
    async fn check_problem(&self, eclusa: &Eclusa) {
        let problem = &self.sample.json["problem"];
        let message = eclusa.message_when(&self.id, |message| message["state"] == "failed").await;
        assert_eq!(message["problem"]["code"], problem["code"], "{}", self.sample.name);
        assert_eq!(message["attempts"][0]["status"], Value::Null);
        let letters = eclusa.dead_letters(&self.channel).await;
        assert_eq!((letters.len(), &letters[0]["id"]), (1, &json!(self.id)));
        assert_eq!(letters[0]["problem"], message["problem"]);
    }

    /// The path of a sample's URL, below the base of the fake.
    fn path(&self, url: &str) -> String {
        let sample = &self.sample.json["channel"]["url"];
        let base = match self.chat {
            Chat::Open => "https://chat.example.com/eclusa",
            Chat::Telegram => "https://api.telegram.org",
            Chat::Whatsapp => "https://graph.facebook.com/v25.0",
            Chat::Slack => "https://slack.com/api",
        };
        let base = sample.as_str().unwrap_or(base).trim_end_matches('/');
        let rest = url.strip_prefix(base).unwrap_or_else(|| {
            // A version of the API in the settings counts for the usual base only.
            let (_, rest) = url.split_once("graph.facebook.com/").unwrap();
            rest.split_once('/').map(|_| &rest[rest.find('/').unwrap()..]).unwrap()
        });
        format!("{}{rest}", FakeChat::base(self.chat))
    }

    fn fill(&self, text: &str) -> String {
        self.chat.secrets().iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{secret:{name}}}"), value)
        })
    }
}

/// Each answer that a chat documents moves the message as the adapter says.
mod answers {
    use std::sync::Mutex;

    use super::*;

    #[tokio::test]
    async fn open() {
        all_answers(Chat::Open).await;
    }

    #[tokio::test]
    async fn telegram() {
        all_answers(Chat::Telegram).await;
    }

    #[tokio::test]
    async fn whatsapp() {
        all_answers(Chat::Whatsapp).await;
    }

    #[tokio::test]
    async fn slack() {
        all_answers(Chat::Slack).await;
    }

    async fn all_answers(chat: Chat) {
        let fake = FakeChat::start(chat);
        // What is to be tried again is not tried again within this test.
        let eclusa = Setup::with(&[chat]).config(&delivery(3, 600.0)).start();
        let mut kinds = BTreeSet::new();
        for sample in send_samples(chat) {
            let answers = sample.json["responses"].as_array().cloned().unwrap_or_default();
            // Those with a state answer the second request of a message.
            for (number, answer) in answers.iter().filter(|it| it["state"].is_null()).enumerate() {
                let first = Mutex::new(Some(documented(&answer["response"])));
                fake.rule(move |_, _| first.lock().unwrap().take());
                let channel = format!("{}-{number}", sample.name);
                let sent = Sent::submit(chat, &eclusa, &fake.url(), &sample, &channel).await;
                kinds.insert(sent.check_outcome(&eclusa, &fake, &answer["outcome"]).await);
            }
        }
        kinds.remove("next");
        assert_eq!(kinds, BTreeSet::from(["sent", "retry", "refused"]));
    }

    fn documented(response: &Value) -> Reply {
        let headers = response["headers"].as_object().into_iter().flatten();
        Reply {
            status: u16::try_from(response["status"].as_u64().unwrap()).unwrap(),
            headers: headers
                .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
                .collect(),
            body: eclusa_tests::body_text(&response["body"]),
            external_id: None,
        }
    }

    impl Sent<'_> {
        async fn check_outcome(
            &self,
            eclusa: &Eclusa,
            fake: &FakeChat,
            outcome: &Value,
        ) -> &'static str {
            let id = &self.channel.id;
            let tried =
                |message: &Value| message["attempts"].as_array().is_some_and(|all| !all.is_empty());
            let message = eclusa.message_when(&self.id, tried).await;
            let attempt = &message["attempts"][0];
            if outcome["sent"].is_object() {
                assert_eq!(message["state"], "sent", "{id}: {}", message["problem"]);
                if let Some(external_id) = outcome["sent"].get("external_id") {
                    assert_eq!(message["external_id"], *external_id, "{id}");
                }
                return "sent";
            }
            if outcome["refused"].is_object() {
                assert_eq!(message["state"], "failed", "{id}");
                same_where_said(&outcome["refused"], &message["problem"], id);
                let letters = eclusa.dead_letters(&self.channel).await;
                assert_eq!(letters[0]["problem"], message["problem"], "{id}");
                return "refused";
            }
            if outcome["next"].is_object() {
                assert_eq!(message["state"], "sent", "{id}");
                let second = &outcome["next"]["request"];
                let body: Value = serde_json::from_str(second["body"].as_str().unwrap()).unwrap();
                let requests = fake.requests();
                assert_eq!(requests.last().unwrap().json(), body, "{id}");
                return "next";
            }
            let retry = &outcome["retry"];
            assert!(retry.is_object(), "{id}: {outcome}");
            assert_eq!(message["state"], "queued", "{id}");
            same_where_said(&retry["problem"], &attempt["problem"], id);
            assert!(message["next_attempt_at"].is_string(), "{id}");
            "retry"
        }
    }

    fn same_where_said(said: &Value, got: &Value, id: &str) {
        for (name, value) in said.as_object().into_iter().flatten() {
            assert_eq!(got[name], *value, "{id}: {name}");
        }
    }
}
