//! What an operator or the platform asks of a server.

use std::time::Duration;

use anyhow::Context as _;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// The admin token of all servers under measurement.
pub(crate) const TOKEN: &str = "ecl_benchmark_only";

/// A server's API.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    client: reqwest::Client,
    base: String,
}

impl Api {
    /// The API at this address.
    pub(crate) fn at(address: &str) -> anyhow::Result<Self> {
        // Fails where it was installed by an earlier call.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().tls_certs_only([]).no_proxy().build()?;
        Ok(Self { client, base: format!("http://{address}") })
    }

    /// The answer to a GET.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.answer(self.request(Method::GET, path)).await
    }

    /// The text of a GET's answer.
    pub(crate) async fn text(&self, path: &str) -> anyhow::Result<String> {
        let answer = self.request(Method::GET, path).send().await?.error_for_status()?;
        Ok(answer.text().await?)
    }

    /// Creates a channel and returns the path of its ingress.
    pub(crate) async fn channel(&self, id: &str, channel: &Value) -> anyhow::Result<String> {
        let put = self.request(Method::PUT, &format!("/v1/channels/{id}")).json(channel);
        let channel = self.answer(put).await?;
        let url = channel.get("ingress_url").and_then(Value::as_str);
        let url = url.with_context(|| format!("no ingress URL in {channel}"))?;
        let path = url.find("/in/").and_then(|start| url.get(start..));
        Ok(path.context("no path in the ingress URL")?.to_owned())
    }

    /// Sends a message to a chat; it may be the first of its conversation.
    pub(crate) async fn send(&self, channel: &str, message: &Value) -> anyhow::Result<()> {
        let path = format!("/v1/channels/{channel}/messages?start=true");
        self.answer(self.request(Method::POST, &path).json(message)).await?;
        Ok(())
    }

    /// Posts JSON as a chat does.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<()> {
        let answer = self.request(Method::POST, path).json(body).send().await?;
        answer.error_for_status()?;
        Ok(())
    }

    /// Brings a candidate, and returns its deployment as far as it is then.
    pub(crate) async fn submit(&self, adapter: &str, bytes: Vec<u8>) -> anyhow::Result<Value> {
        let put = self.request(Method::PUT, &format!("/v1/adapters/{adapter}")).body(bytes);
        self.answer(put).await
    }

    /// Brings a candidate that must go live, and waits until it has.
    pub(crate) async fn deploy(&self, adapter: &str, bytes: Vec<u8>) -> anyhow::Result<Value> {
        let submitted = self.submit(adapter, bytes).await?;
        self.settled(&submitted, Duration::from_millis(5)).await
    }

    /// Waits until a deployment serves.
    pub(crate) async fn settled(
        &self,
        deployment: &Value,
        pause: Duration,
    ) -> anyhow::Result<Value> {
        let path = format!("/v1/deployments/{}", text(deployment, "/id")?);
        loop {
            let deployment = self.get(&path).await?;
            match text(&deployment, "/state")? {
                "checking" => tokio::time::sleep(pause).await,
                "trial" | "live" => return Ok(deployment),
                other => {
                    let reason = deployment.get("reason").unwrap_or(&Value::Null);
                    anyhow::bail!("a candidate did not go live but is {other}: {reason}")
                }
            }
        }
    }

    /// Puts a kept revision into service.
    pub(crate) async fn activate(&self, adapter: &str, sha256: &str) -> anyhow::Result<()> {
        let post = self.request(Method::POST, &format!("/v1/adapters/{adapter}/activate"));
        self.answer(post.json(&json!({ "revision": sha256 }))).await?;
        Ok(())
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base)).bearer_auth(TOKEN)
    }

    async fn answer(&self, request: RequestBuilder) -> anyhow::Result<Value> {
        let answer = request.send().await?;
        let status = answer.status();
        let body: Value = answer.json().await?;
        anyhow::ensure!(status.is_success(), "the answer is {status}: {body}");
        Ok(body)
    }
}

/// A text in an answer, by its JSON pointer.
pub(crate) fn text<'a>(json: &'a Value, pointer: &str) -> anyhow::Result<&'a str> {
    let text = json.pointer(pointer).and_then(Value::as_str);
    text.with_context(|| format!("no text at {pointer} in {json}"))
}
