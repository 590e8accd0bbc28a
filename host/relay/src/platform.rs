//! Pushes events to the platform, signed by Standard Webhooks.

use std::sync::Arc;

use async_trait::async_trait;
use eclusa_journal::{DeliveryBody, Lane, StoredEvent};
use eclusa_model::{Problem, Secret};
use fail::fail_point;
use http::{HeaderMap, HeaderName, HeaderValue};
use standardwebhooks::{
    HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook,
};
use url::Url;

use crate::delivery::{Carried, Carrier, NotSent, Policy, Recorder};
use crate::gate::Gate;
use crate::http::{Answer, parse_url};
use crate::{
    Channels, Guard, HttpClient, HttpError, OutgoingRequest, PlatformEvent, Refusal, Response,
    trace,
};

/// Where events are pushed to.
pub struct Platform {
    url: Url,
    webhook: Webhook,
}

/// Events cannot be pushed to such a platform.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPlatform {
    /// Not an absolute http(s) URL.
    #[error("the platform's URL: {0}")]
    Url(String),
    /// Nothing is sent there.
    #[error("the platform's URL: {0}")]
    Refused(#[from] Refusal),
    /// Not a secret of Standard Webhooks.
    #[error("the platform's secret is not `whsec_` followed by 24 to 64 bytes in base64")]
    Secret,
}

impl Platform {
    /// A platform by its URL and the secret `whsec_…` with which pushes are
    /// signed. The URL is held to the guard here as far as it can be without a
    /// connection, so that a wrong one is told at the start.
    ///
    /// # Errors
    /// When one of them cannot be used.
    pub fn new(url: &str, secret: &Secret, guard: &Guard) -> Result<Self, InvalidPlatform> {
        use base64::Engine as _;

        let url = parse_url(url).map_err(|error| InvalidPlatform::Url(error.message))?;
        guard.check_url(&url)?;
        let key = secret
            .expose()
            .strip_prefix("whsec_")
            .and_then(|key| base64::engine::general_purpose::STANDARD.decode(key).ok())
            .filter(|key| (24..=64).contains(&key.len()))
            .ok_or(InvalidPlatform::Secret)?;
        let webhook = Webhook::from_bytes(key).map_err(|_| InvalidPlatform::Secret)?;
        Ok(Self { url, webhook })
    }

    /// The signed push of an event. Its `webhook-id` is the event's id, the same
    /// over all attempts.
    fn request(&self, event: &PlatformEvent<'_>, id: &str, now: i64) -> Option<OutgoingRequest> {
        let body = serde_json::to_string(event).ok()?;
        let signature = self.webhook.sign(id, now, body.as_bytes()).ok()?;
        let mut headers = HeaderMap::new();
        headers.insert(
            http::header::CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        );
        headers.insert(HEADER_WEBHOOK_ID, HeaderValue::from_str(id).ok()?);
        headers.insert(HEADER_WEBHOOK_TIMESTAMP, HeaderValue::from(now));
        headers.insert(HEADER_WEBHOOK_SIGNATURE, HeaderValue::from_str(&signature).ok()?);
        Some(OutgoingRequest {
            method: http::Method::POST,
            url: self.url.clone(),
            headers,
            body: Some(body),
        })
    }
}

impl std::fmt::Debug for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Platform").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

/// Pushes events.
pub(crate) struct PlatformCarrier {
    pub(crate) platform: Platform,
    pub(crate) channels: Arc<dyn Channels>,
    pub(crate) http: HttpClient,
    pub(crate) policy: Policy,
    pub(crate) gate: Gate,
}

impl PlatformCarrier {
    async fn push(&self, event: &StoredEvent, attempts: u32) -> Result<Carried, NotSent> {
        let now_ms = self.policy.clock.now_ms();
        let mut recorder = Recorder::start(now_ms, None);
        let channel = self.channels.channel(&event.channel);
        let shape = PlatformEvent::new(event, channel.as_deref().map(|channel| &channel.profile));
        let Some(request) = self.platform.request(&shape, &event.id, now_ms.div_euclid(1000))
        else {
            return Ok(recorder.dead(Problem::invalid(
                "event_unreadable",
                "the event in the journal cannot be written as JSON",
            )));
        };
        self.gate.ask(request.url()).map_err(|host| NotSent::Blocked { host })?;
        let request = traced(request);
        recorder.request(
            "POST".to_owned(),
            without_credentials(request.url()),
            request.body().map(str::to_owned),
        );
        let url = request.url().clone();
        let result = self.http.send(request).await;
        // People see its host anyway.
        self.gate.tell(&url, &result, std::convert::identity);
        Ok(self.judge(recorder, result, attempts))
    }

    fn judge(
        &self,
        mut recorder: Recorder,
        result: Result<Response, HttpError>,
        attempts: u32,
    ) -> Carried {
        let response = match result {
            Ok(response) => response.response,
            // The status alone decides; that the body broke off is no matter.
            Err(error) if error.status.map(Answer::of) == Some(Answer::Taken) => {
                recorder.attempt.status = error.status;
                return recorder.done(None);
            }
            Err(error) => {
                recorder.attempt.status = error.status;
                return recorder.failed(&self.policy, attempts, None, error.problem());
            }
        };
        recorder.response(&response);
        let refused = |code: &str| {
            Problem::refused(code, format!("the platform answered with status {}", response.status))
        };
        match Answer::of(response.status) {
            Answer::Taken => {
                fail_point!("relay.platform_answered");
                recorder.done(None)
            }
            Answer::NotNow => {
                let problem = refused("platform_unavailable")
                    .action("Check why the platform does not take events.")
                    .retryable();
                let retry_after = self.policy.retry_after(&response);
                recorder.failed(&self.policy, attempts, retry_after, problem)
            }
            Answer::Gone => {
                let problem = refused("platform_gone")
                    .action("Correct `platform.url`, or resume it: `eclusa platform resume`.");
                recorder.gone(&self.policy, problem)
            }
            Answer::Never => recorder.dead(
                refused("platform_refused")
                    .action("Read the platform's answer, and check its URL and secret."),
            ),
        }
    }
}

/// A push that goes on with the trace of this attempt.
fn traced(mut request: OutgoingRequest) -> OutgoingRequest {
    let traceparent = trace::traceparent().and_then(|value| HeaderValue::try_from(value).ok());
    request
        .headers
        .extend(traceparent.map(|value| (HeaderName::from_static(trace::TRACEPARENT), value)));
    request
}

#[async_trait]
impl Carrier for PlatformCarrier {
    async fn carry(&self, _lane: &Lane, body: DeliveryBody) -> Result<Carried, NotSent> {
        match body {
            DeliveryBody::Event { event, attempts } => self.push(&event, attempts).await,
            DeliveryBody::Message { .. } => {
                let recorder = Recorder::start(self.policy.clock.now_ms(), None);
                Ok(recorder.dead(Problem::invalid(
                    "wrong_target",
                    "a message to a chat stands in a lane to the platform",
                )))
            }
        }
    }
}

/// An address as it may be recorded: query and credentials may be secrets.
fn without_credentials(url: &Url) -> String {
    let mut url = url.clone();
    // These fail for URLs without a host only, which a platform's never is.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    if url.query().is_some() {
        url.set_query(Some("…"));
    }
    url.to_string()
}
