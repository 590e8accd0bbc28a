//! What callers and checks ask of the host, which may die meanwhile.

use std::time::Duration;

use anyhow::Context as _;
use reqwest::{Client, Method};
use serde_json::Value;
use tokio::sync::watch;

use crate::process::TOKEN;

/// Longer than any answer takes; a hanging host is a fault.
const LONGEST: Duration = Duration::from_secs(30);

/// The host, wherever it listens now.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    client: Client,
    /// None while it does not run.
    address: watch::Receiver<Option<String>>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    /// Its body as JSON; `null` where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// Whether it is one of success.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether the caller is to try again.
    pub(crate) fn is_busy(&self) -> bool {
        self.status == 429 || self.status >= 500
    }
}

impl Api {
    pub(crate) fn new(address: watch::Receiver<Option<String>>) -> anyhow::Result<Self> {
        // Fails where an earlier run has set it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().tls_certs_only([]).timeout(LONGEST).build()?;
        Ok(Self { client, address })
    }

    /// Waits until the host runs; false where it will not any more.
    pub(crate) async fn up(&mut self) -> bool {
        self.address.wait_for(Option::is_some).await.is_ok()
    }

    /// The answer, or none where the host is dead, or dies.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Option<Answer> {
        let base = self.address.borrow().clone()?;
        let mut request = self.client.request(method, format!("http://{base}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.bearer_auth(TOKEN).body(body).send().await.ok()?;
        let status = answer.status().as_u16();
        Some(Answer { status, body: answer.text().await.ok()? })
    }

    /// The text of a GET's answer, or none where the host dies.
    pub(crate) async fn text(&self, path: &str) -> Option<String> {
        Some(self.call(Method::GET, path, &[], "").await?.body)
    }

    /// A GET's answer as JSON, or none where the host dies.
    ///
    /// # Errors
    /// When the answer is none of success, nor one to try again.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Option<Value>> {
        let Some(answer) = self.call(Method::GET, path, &[], "").await else {
            return Ok(None);
        };
        if answer.is_busy() {
            return Ok(None);
        }
        anyhow::ensure!(answer.is_success(), "GET {path}: {} {}", answer.status, answer.body);
        Ok(Some(answer.json()))
    }
}

/// A text in JSON, by its pointer.
pub(crate) fn text<'a>(json: &'a Value, pointer: &str) -> anyhow::Result<&'a str> {
    let text = json.pointer(pointer).and_then(Value::as_str);
    text.with_context(|| format!("no text at {pointer} in {json}"))
}
