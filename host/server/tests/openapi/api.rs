//! A server whose every answer is held against openapi.json.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use eclusa_server::{Config, JournalKind, Outgoing, Server};
use reqwest::{Client, Method};
use serde_json::Value;

use crate::document::Document;

pub(crate) const TOKEN: &str = "ecl_token_of_this_test";

/// A server, and what it was asked.
pub(crate) struct Api {
    server: Server,
    client: Client,
    document: Document,
    /// The calls that were answered with success.
    seen: Mutex<BTreeSet<String>>,
}

/// A checked answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `null` where it is no JSON.
    pub(crate) body: Value,
    pub(crate) request_id: String,
    pub(crate) location: String,
}

/// What is sent.
pub(crate) enum Sent {
    Nothing,
    Json(Value),
    Bytes(Vec<u8>),
}

impl Api {
    /// A server on the adapters of a folder.
    pub(crate) async fn start(adapters: &Path) -> Self {
        let mut config = Config {
            listen: ([127, 0, 0, 1], 0).into(),
            adapters: adapters.to_owned(),
            admin_token: Some(eclusa_model::Secret::new(TOKEN)),
            journal: JournalKind::Memory,
            outgoing: Outgoing {
                allow: vec!["127.0.0.0/8".parse().unwrap()],
                ..Outgoing::default()
            },
            ..Config::default()
        };
        config.deploy.keep = 10;
        Self {
            server: Server::start(config).await.unwrap(),
            client: Client::builder().tls_certs_only([]).build().unwrap(),
            document: Document::read(),
            seen: Mutex::default(),
        }
    }

    pub(crate) fn document(&self) -> &Document {
        &self.document
    }

    /// The calls that were answered with success.
    pub(crate) fn seen(&self) -> BTreeSet<String> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) async fn stop(self) {
        self.server.stop().await;
    }

    /// Sends a request and gives what came back, unchecked.
    pub(crate) async fn raw(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        sent: Sent,
    ) -> reqwest::Response {
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let url = format!("http://{}{path}", self.server.address());
        let request = self.client.request(method, url);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let request = match sent {
            Sent::Nothing => request,
            Sent::Json(json) => request.json(&json),
            Sent::Bytes(bytes) => request.header("content-type", "application/wasm").body(bytes),
        };
        request.send().await.unwrap()
    }

    /// Makes a call and checks its answer.
    pub(crate) async fn call(&self, method: &str, path: &str, sent: Sent) -> Answer {
        let operation = self.document.operation(method, path);
        let json = if let Sent::Json(json) = &sent { Some(json.clone()) } else { None };
        let response = self.raw(method, path, Some(TOKEN), sent).await;
        let status = response.status().as_u16();
        let header = |name: &str| {
            let value = response.headers().get(name).map(|value| value.to_str().unwrap());
            value.unwrap_or_default().to_owned()
        };
        let (kind, request_id, location) =
            (header("content-type"), header("eclusa-request-id"), header("location"));
        let bytes = response.bytes().await.unwrap();
        self.document.check(operation, status, &kind, &bytes);
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if status < 300 {
            if let Some(json) = json {
                self.document.check_sent(operation, &json);
            }
            self.seen.lock().unwrap().insert(operation.id().to_owned());
        } else if tells_codes(operation.value) {
            let told = operation.value["responses"][status.to_string()]["description"].to_string();
            let code = body["code"].as_str().unwrap();
            assert!(told.contains(&format!("`{code}`")), "{method} {path}: {code} is not told of");
        }
        Answer { status, body, request_id, location }
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.call("get", path, Sent::Nothing).await;
        assert_eq!(answer.status, 200, "{path}: {:#}", answer.body);
        answer.body
    }

    /// A call that is refused, and the code of the problem.
    pub(crate) async fn refused(&self, method: &str, path: &str, sent: Sent) -> (u16, String) {
        let answer = self.call(method, path, sent).await;
        (answer.status, answer.body["code"].as_str().unwrap_or_default().to_owned())
    }

    /// Asks again and again until the answer is the one that must come.
    pub(crate) async fn until(&self, path: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        let asking = async {
            let mut ticks = tokio::time::interval(Duration::from_millis(10));
            loop {
                ticks.tick().await;
                let answer = self.get(path).await;
                if is_it(&answer) {
                    return answer;
                }
                last = answer;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(60), asking).await;
        waited.unwrap_or_else(|_| panic!("{path} never became what it should: {last:#}"))
    }
}

/// Whether the document names the codes of this call's problems.
fn tells_codes(operation: &Value) -> bool {
    let id = operation["operationId"].as_str().unwrap();
    ["adapters", "tokens"].iter().any(|tag| operation["tags"][0] == *tag)
        || id.starts_with("replay")
}
