//! Talking to Eclusa, as chats, the platform and operators do.

use reqwest::Method;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use url::Url;

use crate::{Answer, Channel, Chat, Eclusa, eventually, is_of_attendance};

/// An event as it was pulled.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its JSON, byte for byte.
    pub raw: String,
    /// The same, read.
    pub json: Value,
}

impl Eclusa {
    /// Any request, to the letter.
    pub async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(String, String)],
        body: impl Into<Vec<u8>>,
    ) -> Answer {
        self.try_call(method, path, headers, body).await.expect("an answer")
    }

    /// The same where no answer may come, since the process is killed.
    pub async fn try_call(
        &self,
        method: &str,
        path: &str,
        headers: &[(String, String)],
        body: impl Into<Vec<u8>>,
    ) -> Option<Answer> {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self.http.request(method, format!("{}{path}", self.url()));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let response = request.body(body.into()).send().await.ok()?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.text().await.ok()?;
        self.answers.lock().push(format!("{status} {headers:?}\n{body}"));
        Some(Answer { status, headers, body })
    }

    /// A request to the API with the admin's token.
    pub async fn api(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.call(method, path, &[bearer(self.token())], body).await
    }

    /// `GET` from the API.
    pub async fn get(&self, path: &str) -> Answer {
        self.api("GET", path, &Value::Null).await
    }

    /// `POST` to the API.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.api("POST", path, body).await
    }

    /// Makes a token with a role (`metrics`, `viewer`, `operator`, `admin`, `platform`).
    pub async fn new_token(&self, name: &str, role: &str) -> String {
        let made = self.post("/v1/tokens", &json!({ "name": name, "role": role })).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.json()["token"].as_str().expect("a token").to_owned()
    }

    /// Creates a channel.
    pub async fn create(&self, channel: &Value) -> Channel {
        let created = self.post("/v1/channels", channel).await;
        assert_eq!(created.status, 201, "{}", created.body);
        let created = created.json();
        let ingress = Url::parse(created["ingress_url"].as_str().unwrap()).expect("a URL");
        Channel {
            id: created["id"].as_str().unwrap().to_owned(),
            ingress: ingress.path().to_owned(),
        }
    }

    /// A request of the chat, signed as the chat signs.
    pub async fn chat_posts(&self, chat: Chat, channel: &Channel, body: &str) -> Answer {
        self.call("POST", &channel.ingress, &chat.sign(body.as_bytes()), body).await
    }

    /// Sends a message to the chat; returns its id.
    pub async fn send(&self, channel: &Channel, message: &Value) -> String {
        let answer = self.post(&format!("/v1/channels/{}/messages", channel.id), message).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// A message with its trace.
    pub async fn message(&self, id: &str) -> Value {
        self.get(&format!("/v1/messages/{id}")).await.ok()
    }

    /// A message with its trace, once it is as it must become.
    pub async fn message_when(&self, id: &str, is: impl Fn(&Value) -> bool) -> Value {
        eventually("a message changes", async || {
            let message = self.message(id).await;
            is(&message).then_some(message)
        })
        .await
    }

    /// A message with its trace, once it has come to a state.
    pub async fn message_in_state(&self, id: &str, state: &str) -> Value {
        let path = format!("/v1/messages/{id}");
        eventually(&format!("a message becomes {state}"), async || {
            let message = self.get(&path).await.ok();
            let found = message["state"].as_str().unwrap();
            assert!(
                found == state || found != "failed",
                "the message failed: {}",
                message["problem"]
            );
            (found == state).then_some(message)
        })
        .await
    }

    /// All events after a cursor, as soon as there are so many: of what chats told, not
    /// of attendances.
    pub async fn events(&self, after: Option<&str>, count: usize) -> Vec<Event> {
        #[derive(serde::Deserialize)]
        struct Page {
            events: Vec<Box<RawValue>>,
            next: Option<String>,
        }
        let mut events = Vec::new();
        let mut after = after.map(str::to_owned);
        while events.len() < count {
            let cursor = after.as_ref().map_or(String::new(), |after| format!("&after={after}"));
            let answer = self.get(&format!("/v1/events?limit=500&wait=30{cursor}")).await;
            let page: Page = serde_json::from_value::<Value>(answer.ok())
                .and_then(|_| serde_json::from_str(&answer.body))
                .expect("a page of events");
            assert!(!page.events.is_empty(), "only {} of {count} events came", events.len());
            let read = page.events.iter().map(|event| Event {
                raw: event.get().to_owned(),
                json: serde_json::from_str(event.get()).expect("JSON"),
            });
            events.extend(read.filter(|event| !is_of_attendance(&event.json)));
            after = page.next;
        }
        assert_eq!(events.len(), count, "more events than expected: {events:?}");
        events
    }

    /// The dead letters of a channel, newest first.
    pub async fn dead_letters(&self, channel: &Channel) -> Vec<Value> {
        let path = format!("/v1/dead-letters?channel={}", channel.id);
        self.get(&path).await.ok()["dead_letters"].as_array().unwrap().clone()
    }

    /// The requests to a channel that were not mapped, newest first.
    pub async fn unmapped(&self, channel: &Channel) -> Vec<Value> {
        let path = format!("/v1/requests/unmapped?channel={}", channel.id);
        self.get(&path).await.ok()["requests"].as_array().unwrap().clone()
    }
}

/// The header that carries a token.
pub(crate) fn bearer(token: &str) -> (String, String) {
    ("authorization".to_owned(), format!("Bearer {token}"))
}
