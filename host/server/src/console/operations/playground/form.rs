//! The form of the playground.

use std::sync::Arc;

use eclusa_engine::{CallContext, Revision};
use eclusa_ingress::decode_body;
use eclusa_journal::RevisionRef;
use eclusa_model::{OutboundMessage, Request, SampleChannel};

use crate::api::{find_channel, read_json};
use crate::app::App;
use crate::console::posted::Fields;
use crate::problem::{ApiProblem, Violation};

/// What a message is called that has no id: adapters may write it into their requests.
const NO_ID: &str = "00000000000000000000000000";

/// What is filled in.
#[derive(Debug, Clone, Default)]
pub(super) struct Form {
    /// `channel:ID`, or `adapter:NAME` for a channel with no settings.
    pub(super) on: String,
    /// SHA-256 of a kept revision; empty: the one that serves.
    pub(super) revision: String,
    /// `receive` or `send`.
    pub(super) direction: String,
    pub(super) method: String,
    pub(super) path: String,
    /// A line each: `name: value`.
    pub(super) headers: String,
    pub(super) body: String,
}

/// Whom it is tried for.
pub(super) struct Subject {
    pub(super) revision: Arc<Revision>,
    pub(super) context: CallContext,
}

/// What it is tried with.
pub(super) enum Input {
    Receive(Box<Request>),
    Send(Box<OutboundMessage>),
}

fn wrong(pointer: &str, message: impl Into<String>) -> ApiProblem {
    ApiProblem::violations(vec![Violation::new(pointer, message)])
}

impl Form {
    /// As it was sent.
    pub(super) fn sent(fields: &Fields) -> Self {
        let value = |name| fields.get(name).unwrap_or_default().to_owned();
        Self {
            on: value("on"),
            revision: value("revision"),
            direction: value("direction"),
            method: value("method"),
            path: value("path"),
            headers: value("headers"),
            body: value("body"),
        }
    }

    /// The adapter that it names, where there is one.
    pub(super) fn adapter(&self, app: &App) -> Option<String> {
        match self.on.split_once(':') {
            Some(("adapter", name)) => Some(name.to_owned()),
            Some(("channel", id)) => Some(app.channels.by_id(id)?.channel.profile.adapter.clone()),
            _ => None,
        }
    }

    /// Messages to the chat are tried, not requests from it.
    pub(super) fn sends(&self) -> bool {
        self.direction == "send"
    }

    /// Whom it is tried for.
    pub(super) async fn subject(&self, app: &App) -> Result<Subject, ApiProblem> {
        let (channel, adapter) = match self.on.split_once(':') {
            Some(("channel", id)) => {
                let channel = find_channel(app, id).map_err(|problem| problem.at("/on"))?;
                let adapter = channel.profile.adapter.clone();
                (Some(channel), adapter)
            }
            Some(("adapter", name)) => (None, name.to_owned()),
            _ => return Err(wrong("/on", "expected a channel or an adapter")),
        };
        let context = match &channel {
            Some(channel) => CallContext::from(&**channel),
            None => CallContext::from(&SampleChannel::default()),
        };
        let serving = channel.as_ref().and_then(|channel| app.route(channel));
        let serving = serving.map(|route| Arc::clone(route.revision()));
        let revision = if self.revision.is_empty() {
            let serving = serving.or_else(|| app.deployer.routes().active(&adapter));
            serving.ok_or_else(|| wrong("/revision", "no revision of this adapter serves"))?
        } else {
            let sha256 = self.revision.clone();
            let line = app.deployer.line_by(&RevisionRef { adapter, sha256 }).await;
            let line = line.map_err(|error| ApiProblem::from(error).at("/revision"))?;
            Arc::clone(line.revision())
        };
        Ok(Subject { revision, context })
    }

    /// What it is tried with, as the adapter would get it.
    pub(super) fn input(&self, app: &App) -> Result<Input, ApiProblem> {
        if self.sends() {
            let read = read_json::<OutboundMessage>(&self.body.clone().into());
            let mut message = read.map_err(|problem| match problem.wrong_fields() {
                [] => problem.at("/body"),
                _ => problem,
            })?;
            if message.id.is_empty() {
                NO_ID.clone_into(&mut message.id);
            }
            return Ok(Input::Send(Box::new(message)));
        }
        let depth = app.config.limits.json_depth;
        let body = decode_body(self.body.clone().into_bytes(), depth);
        let body = body.map_err(|error| wrong("/body", error.to_string()))?;
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let method = Some(self.method.trim()).filter(|method| !method.is_empty());
        Ok(Input::Receive(Box::new(Request {
            method: method.unwrap_or("POST").to_ascii_uppercase(),
            path: path.trim().to_owned(),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: headers(&self.headers)?,
            body,
            received_at: app.now(),
        })))
    }
}

/// Headers with names in lower case, as they come from the host.
fn headers(text: &str) -> Result<Vec<(String, String)>, ApiProblem> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let (name, value) = line.split_once(':').ok_or_else(|| {
                wrong("/headers", "expected a header on each line, as `name: value`")
            })?;
            Ok((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::headers;

    #[test]
    fn a_header_stands_on_each_line() {
        let read = headers("X-Id: a:b\n\n content-type:application/json\r\n");
        let expected = [("x-id", "a:b"), ("content-type", "application/json")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert!(read.is_ok_and(|read| read == expected));
        assert!(headers("no colon").is_err_and(|problem| problem.code() == "invalid_input"));
    }
}
