//! Running an adapter in its own tests, as plain Rust.

use std::collections::BTreeMap;
use std::path::Path;

use eclusa_model::{
    ChannelView, HttpResponse, Manifest, OutboundMessage, Outcome, Prepared, Problem, Received,
    Request, SampleChannel, SampleRequest, SampleSubject,
};

use crate::{Adapter, Context, Host, Level};

/// A host for tests: a channel and secrets of your choice; log lines go to
/// standard error.
#[derive(Debug, Clone)]
pub struct TestHost {
    /// The channel that calls are made for.
    pub channel: ChannelView,
    /// Secrets by name, for `secret_matches`.
    pub secrets: BTreeMap<String, String>,
}

impl Default for TestHost {
    fn default() -> Self {
        Self { channel: SampleChannel::default().view(), secrets: BTreeMap::new() }
    }
}

impl TestHost {
    /// A host with these settings.
    pub fn with_settings(settings: &serde_json::Value) -> Self {
        let mut host = Self::default();
        host.channel.settings = settings.to_string();
        host
    }

    /// The context to call an adapter with.
    pub fn context(&self) -> Context<'_> {
        Context::new(&self.channel, self)
    }
}

impl Host for TestHost {
    fn log(&self, level: Level, text: &str) {
        eprintln!("{level:?}: {text}");
    }

    fn secret_matches(&self, name: &str, candidate: &str) -> bool {
        self.secrets.get(name).is_some_and(|secret| secret == candidate)
    }
}

/// A `POST` of a body, without headers.
pub fn post(body: &str) -> Request {
    Request {
        method: "POST".to_owned(),
        path: String::new(),
        query: Vec::new(),
        headers: Vec::new(),
        body: body.to_owned(),
        received_at: SampleRequest::RECEIVED_AT.to_owned(),
    }
}

/// A JSON response.
pub fn response(status: u16, body: &serde_json::Value) -> HttpResponse {
    HttpResponse {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_string(),
    }
}

/// Checks the manifest of an adapter, and runs all of its samples. `crate_dir` is
/// `env!("CARGO_MANIFEST_DIR")`: each JSON file in its `samples` folder must be
/// named in the adapter's `manifest!`.
///
/// # Errors
/// All that is wrong, one line for each.
pub fn check_samples<A: Adapter>(crate_dir: &str) -> Result<(), String> {
    let document = A::MANIFEST.document();
    let manifest: Manifest =
        serde_json::from_str(&document).map_err(|error| format!("manifest: {error}"))?;
    let mut failures: Vec<String> = manifest
        .samples
        .run(&mut Native::<A>(std::marker::PhantomData))
        .iter()
        .map(ToString::to_string)
        .collect();
    for (folder, listed) in [("receive", A::MANIFEST.receive), ("send", A::MANIFEST.send)] {
        let path = Path::new(crate_dir).join("samples").join(folder);
        for entry in path.read_dir().into_iter().flatten().flatten() {
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
            if !listed.contains(&text.as_str()) {
                failures.push(format!("{} is not named in manifest!", entry.path().display()));
            }
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

struct Native<A>(std::marker::PhantomData<A>);

impl<A: Adapter> SampleSubject for Native<A> {
    fn receive(
        &mut self,
        channel: &SampleChannel,
        request: &Request,
    ) -> Result<Result<Received, Problem>, String> {
        let host = TestHost { channel: channel.view(), secrets: channel.secrets.clone() };
        Ok(A::receive(&host.context(), request))
    }

    fn send(
        &mut self,
        channel: &ChannelView,
        message: &OutboundMessage,
    ) -> Result<Result<Prepared, Problem>, String> {
        let host = TestHost { channel: channel.clone(), secrets: BTreeMap::new() };
        Ok(A::send(&host.context(), message))
    }

    fn settle(
        &mut self,
        channel: &ChannelView,
        message: &OutboundMessage,
        response: &HttpResponse,
        state: Option<&str>,
    ) -> Result<Outcome, String> {
        let host = TestHost { channel: channel.clone(), secrets: BTreeMap::new() };
        Ok(A::settle(&host.context(), message, response, state))
    }
}
