//! Talks to a server.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::failure::Failure;
use super::output::Style;

/// How long a server may take to answer.
const USUAL: Duration = Duration::from_secs(60);

/// The same where much has to be sent or compared first.
const LONG: Duration = Duration::from_secs(600);

/// Which server to talk to. The token is read from ECLUSA_TOKEN only: arguments
/// can be seen by everyone on a machine.
#[derive(Debug, clap::Args)]
pub(super) struct Server {
    /// Base URL of the server, e.g. http://127.0.0.1:8080. Its token is read from ECLUSA_TOKEN.
    #[arg(long, env = "ECLUSA_URL")]
    url: Option<String>,
}

impl Server {
    /// Whether a server is named at all.
    pub(super) fn is_named(&self) -> bool {
        self.url.as_ref().is_some_and(|url| !url.is_empty())
    }
}

/// A connection to a server's API.
pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    token: Option<String>,
    runtime: Runtime,
}

/// What a server answered where all went well.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) document: Value,
}

/// A server said no: its problem document (RFC 9457), as far as it gave one.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", self.sentence())]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// The whole document, for programs.
    pub(super) document: Value,
    fields: ProblemFields,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct ProblemFields {
    code: Option<String>,
    title: Option<String>,
    detail: Option<String>,
    action: Option<String>,
    correlation_id: Option<String>,
    violations: Vec<Violation>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Violation {
    pointer: String,
    message: String,
}

impl Refusal {
    fn new(status: StatusCode, text: &str) -> Self {
        let document: Value = serde_json::from_str(text).unwrap_or(Value::Null);
        let fields = ProblemFields::deserialize(&document).unwrap_or_default();
        Self { status, document, fields }
    }

    fn sentence(&self) -> String {
        let fields = &self.fields;
        let detail = fields.detail.as_deref().or(fields.title.as_deref());
        match (detail, &fields.code) {
            (Some(detail), Some(code)) => format!("{detail} ({}, {code})", self.status.as_u16()),
            (Some(detail), None) => format!("{detail} ({})", self.status.as_u16()),
            (None, _) => format!("the server answered {} without saying why", self.status),
        }
    }

    /// What to do and where, below the sentence.
    pub(super) fn lines(&self, style: Style) -> Vec<String> {
        let fields = &self.fields;
        let violations =
            fields.violations.iter().map(|one| format!("  - {}: {}", one.pointer, one.message));
        let action = match (&fields.action, self.status) {
            (Some(action), _) => Some(action.as_str()),
            (None, StatusCode::UNAUTHORIZED) => {
                Some("Set ECLUSA_TOKEN to a token of this server; its first start printed one.")
            }
            (None, _) => None,
        };
        let help = action.map(|action| format!("  {} {action}", style.bold("help:")));
        let id = fields.correlation_id.as_ref().map(|id| format!("  correlation id {id}"));
        violations.chain(help).chain(id).collect()
    }
}

impl Client {
    /// Reads what the environment says.
    pub(super) fn new(server: &Server) -> anyhow::Result<Self> {
        let base = base_url(server.url.as_deref().unwrap_or_default())?;
        // Fails where there is one already, which then serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("eclusa/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .timeout(USUAL);
        if base.scheme() == "http" {
            // Not reading the machine's certificates saves time, and works without.
            builder = builder.tls_certs_only([]);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let token = std::env::var("ECLUSA_TOKEN").ok().filter(|token| !token.is_empty());
        Ok(Self { http: builder.build()?, base, token, runtime })
    }

    /// The server's address.
    pub(super) fn address(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// Reads a document.
    pub(super) fn get(&self, path: &str) -> anyhow::Result<Value> {
        Ok(self.call(Method::GET, path, None)?.document)
    }

    /// Reads a document that the server works on for longer.
    pub(super) fn get_slowly(&self, path: &str) -> anyhow::Result<Value> {
        Ok(self.send(self.request(Method::GET, path).timeout(LONG))?.document)
    }

    /// Creates or changes something.
    pub(super) fn put(&self, path: &str, body: String) -> anyhow::Result<Reply> {
        self.call(Method::PUT, path, Some(body))
    }

    /// Hands a component over.
    pub(super) fn put_component(&self, path: &str, bytes: Vec<u8>) -> anyhow::Result<Value> {
        let request = self.request(Method::PUT, path).timeout(LONG);
        Ok(self.send(request.header("content-type", "application/wasm").body(bytes))?.document)
    }

    /// Does something.
    pub(super) fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        Ok(self.call(Method::POST, path, Some(body.to_string()))?.document)
    }

    /// Does something that the server works on for longer.
    pub(super) fn post_slowly(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.request(Method::POST, path).timeout(LONG);
        let request = request.header("content-type", "application/json").body(body.to_string());
        Ok(self.send(request)?.document)
    }

    /// Deletes something.
    pub(super) fn delete(&self, path: &str) -> anyhow::Result<Reply> {
        self.call(Method::DELETE, path, None)
    }

    fn call(&self, method: Method, path: &str, body: Option<String>) -> anyhow::Result<Reply> {
        let request = self.request(method, path);
        self.send(match body {
            Some(body) => request.header("content-type", "application/json").body(body),
            None => request,
        })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.address());
        let request = self.http.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    fn send(&self, request: RequestBuilder) -> anyhow::Result<Reply> {
        let (status, text) = self
            .runtime
            .block_on(async {
                let response = request.send().await?;
                Ok((response.status(), response.text().await?))
            })
            .map_err(|error: reqwest::Error| self.unreachable(&error))?;
        if !status.is_success() {
            return Err(Refusal::new(status, &text).into());
        }
        if text.is_empty() {
            return Ok(Reply { status, document: Value::Null });
        }
        let document = serde_json::from_str(&text).map_err(|_| {
            Failure::new(
                "not_eclusa",
                format!("what answers at {} is no Eclusa server", self.base),
                "Check ECLUSA_URL; it is the base of the API, without /v1.",
            )
        })?;
        Ok(Reply { status, document })
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let why = if error.is_timeout() {
            "it did not answer in time".to_owned()
        } else {
            let chain: Vec<_> =
                std::iter::successors(Some(error as &dyn std::error::Error), |error| {
                    error.source()
                })
                .map(ToString::to_string)
                .collect();
            chain.last().cloned().unwrap_or_default()
        };
        Failure::new(
            "unreachable",
            format!("the server at {} cannot be reached: {why}", self.base),
            "Check that it runs (`eclusa serve`) and that ECLUSA_URL names its address.",
        )
    }
}

/// Reads what a server answered.
pub(super) fn understood<T: DeserializeOwned>(document: &Value) -> Result<T, Failure> {
    T::deserialize(document).map_err(|error| {
        Failure::new(
            "other_version",
            format!("the server's answer is not understood: {error}"),
            "Use the `eclusa` of the server's own version, or `--json`.",
        )
    })
}

fn base_url(text: &str) -> Result<Url, Failure> {
    if text.is_empty() {
        return Err(Failure::new(
            "no_server",
            "it is not said which server to talk to",
            "Set ECLUSA_URL, e.g. to http://127.0.0.1:8080, or give --url.",
        ));
    }
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err(Failure::new(
            "bad_url",
            format!("`{text}` is no address of a server"),
            "Give it with its scheme, e.g. http://127.0.0.1:8080.",
        )),
    }
}
