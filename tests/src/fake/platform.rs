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

    /// The pushes that were taken, in order, as soon as there are so many.
    pub async fn taken(&self, count: usize) -> Vec<Request> {
        let taken = |all: &[Request]| -> Vec<Request> {
            all.iter().filter(|request| request.reply.status == 202).cloned().collect()
        };
        taken(&self.server.requests_when(|all| taken(all).len() >= count).await)
    }
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
