//! The platform that events are pushed to.

use serde_json::{Value, json};
use standardwebhooks::Webhook;

use super::server::FakeServer;
use super::{Reply, Request};

/// The platform that events are pushed to: it takes what is signed rightly.
#[derive(Debug, Clone)]
pub struct FakePlatform {
    server: FakeServer,
}

impl Default for FakePlatform {
    fn default() -> Self {
        Self::start()
    }
}

impl FakePlatform {
    /// The key of the signatures.
    pub const SECRET: &str = "whsec_cGxhdGZvcm0ta2V5LW9mLXRoZS10ZXN0cy0wMDE=";

    /// Starts one on a free port.
    pub fn start() -> Self {
        Self { server: FakeServer::start(answer) }
    }

    /// Where events are to be pushed to.
    pub fn url(&self) -> String {
        format!("{}/events", self.server.url())
    }

    /// Lets a rule answer before the signature is looked at.
    pub fn rule(&self, rule: impl Fn(&Request, u64) -> Option<Reply> + Send + Sync + 'static) {
        self.server.rule(rule);
    }

    /// Takes what is signed rightly again.
    pub fn no_rule(&self) {
        self.server.no_rule();
    }

    /// All pushes so far, also those refused.
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    /// The pushes that were taken, in order, as soon as there are so many: of what chats
    /// told, not of attendances.
    pub async fn taken(&self, count: usize) -> Vec<Request> {
        let is_taken =
            |request: &&Request| request.reply.status == 202 && !is_of_attendance(&request.json());
        let taken =
            |all: &[Request]| -> Vec<Request> { all.iter().filter(is_taken).cloned().collect() };
        taken(&self.server.requests_when(|all| taken(all).len() >= count).await)
    }
}

/// Whether an event tells of an attendance, and not of what a chat has told.
pub fn is_of_attendance(event: &Value) -> bool {
    event["type"].as_str().is_some_and(|kind| kind.starts_with("attendance."))
}

fn answer(request: &Request, _number: u64) -> Reply {
    let webhook = Webhook::new(FakePlatform::SECRET).expect("a key");
    let headers = request
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.parse().ok()?, value.parse().ok()?)))
        .collect::<axum::http::HeaderMap>();
    let signed = webhook.verify(request.body.as_bytes(), &headers);
    if let Err(error) = signed {
        return Reply::json(401, &json!({ "error": error.to_string() }));
    }
    let event: Value = request.json();
    if request.method != "POST" || request.header("webhook-id") != event["id"].as_str() {
        return Reply::json(422, &json!({ "error": "webhook-id is not the event's id" }));
    }
    Reply::json(202, &json!({}))
}
