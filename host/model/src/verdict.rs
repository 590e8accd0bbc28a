//! Runs samples against an adapter and says what differs.

use serde_json::Value;

use crate::{
    Body, ChannelView, HttpResponse, OutboundMessage, Outcome, Prepared, Problem, ReceiveSample,
    Received, Request, SampleChannel, Samples, SendSample, SettleSample,
};

/// What samples are run against: an adapter as plain Rust in its own tests, a
/// loaded component in the host. `Err` is a call that did not come back with an
/// answer of the contract, e.g. a trap.
pub trait SampleSubject {
    /// Maps a request; `channel` holds the secrets for `secret-matches`.
    fn receive(
        &mut self,
        channel: &SampleChannel,
        request: &Request,
    ) -> Result<Result<Received, Problem>, String>;

    /// Maps a message.
    fn send(
        &mut self,
        channel: &ChannelView,
        message: &OutboundMessage,
    ) -> Result<Result<Prepared, Problem>, String>;

    /// Reads a response.
    fn settle(
        &mut self,
        channel: &ChannelView,
        message: &OutboundMessage,
        response: &HttpResponse,
        state: Option<&str>,
    ) -> Result<Outcome, String>;
}

/// A sample that did not become what it says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("sample `{sample}`: {difference}")]
pub struct SampleFailure {
    /// `receive/NAME` or `send/NAME`.
    pub sample: String,
    /// What differs, with its JSON pointer, what was expected and what came.
    pub difference: String,
}

impl Samples {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.receive.len() + self.send.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Runs all of them, and returns those that failed.
    pub fn run(&self, subject: &mut impl SampleSubject) -> Vec<SampleFailure> {
        let mut failures = Vec::new();
        for sample in &self.receive {
            if let Err(difference) = run_receive(sample, subject) {
                failures
                    .push(SampleFailure { sample: format!("receive/{}", sample.name), difference });
            }
        }
        for sample in &self.send {
            if let Err(difference) = run_send(sample, subject) {
                failures
                    .push(SampleFailure { sample: format!("send/{}", sample.name), difference });
            }
        }
        failures
    }
}

fn run_receive(sample: &ReceiveSample, subject: &mut impl SampleSubject) -> Result<(), String> {
    let result = subject.receive(&sample.channel, &sample.request.to_request())?;
    let received = match (result, &sample.problem) {
        (Ok(received), None) => received,
        (Ok(_), Some(expected)) => {
            return Err(format!("expected the problem `{}`, but it was mapped", expected.code));
        }
        (Err(problem), Some(expected)) if expected.matches(&problem) => return Ok(()),
        (Err(problem), Some(expected)) => {
            return Err(format!("expected the problem `{}`, got {problem}", expected.code));
        }
        (Err(problem), None) => return Err(format!("refused: {problem}")),
    };
    compare("/events", &Value::Array(sample.events.clone()), &to_value(&received.events)?)?;
    compare("/reply", &to_value(&sample.reply)?, &to_value(&received.reply)?)?;
    compare_warnings(&sample.warnings, &received.warnings)
}

fn run_send(sample: &SendSample, subject: &mut impl SampleSubject) -> Result<(), String> {
    let channel = sample.channel.view();
    let result = subject.send(&channel, &sample.message)?;
    match (result, &sample.problem) {
        (Ok(prepared), None) => {
            let Some(expected) = &sample.request else {
                return Err("the sample names neither a request nor a problem".to_owned());
            };
            let request = &prepared.request;
            compare("/request/method", &to_value(&expected.method)?, &to_value(&request.method)?)?;
            compare("/request/url", &to_value(&expected.url)?, &to_value(&request.url)?)?;
            let headers: std::collections::BTreeMap<_, _> =
                request.headers.iter().cloned().collect();
            compare("/request/headers", &to_value(&expected.headers)?, &to_value(&headers)?)?;
            compare_body(expected.body.as_ref(), request.body.as_deref())?;
            compare_warnings(&sample.warnings, &prepared.warnings)?;
        }
        (Ok(_), Some(expected)) => {
            return Err(format!("expected the problem `{}`, but it was mapped", expected.code));
        }
        (Err(problem), Some(expected)) if expected.matches(&problem) => {}
        (Err(problem), Some(expected)) => {
            return Err(format!("expected the problem `{}`, got {problem}", expected.code));
        }
        (Err(problem), None) => return Err(format!("refused: {problem}")),
    }
    for (index, settle) in sample.responses.iter().enumerate() {
        run_settle(settle, &channel, &sample.message, subject)
            .map_err(|difference| format!("/responses/{index}: {difference}"))?;
    }
    Ok(())
}

fn run_settle(
    sample: &SettleSample,
    channel: &ChannelView,
    message: &OutboundMessage,
    subject: &mut impl SampleSubject,
) -> Result<(), String> {
    let response = sample.response.to_response();
    let outcome = subject.settle(channel, message, &response, sample.state.as_deref())?;
    compare_part("/outcome", &sample.outcome, &to_value(&outcome)?)
}

fn compare_warnings(
    expected: &[crate::ExpectedWarning],
    warnings: &[crate::Warning],
) -> Result<(), String> {
    let matches = expected.len() == warnings.len()
        && expected.iter().zip(warnings).all(|(expected, warning)| expected.matches(warning));
    if matches {
        return Ok(());
    }
    Err(format!("/warnings: expected {}, got {}", to_value(&expected)?, to_value(&warnings)?))
}

fn compare_body(expected: Option<&Body>, body: Option<&str>) -> Result<(), String> {
    match (expected, body) {
        (Some(Body::Json(expected)), Some(body)) => {
            let body = serde_json::from_str(body)
                .map_err(|error| format!("/request/body: not JSON: {error}"))?;
            compare("/request/body", expected, &body)
        }
        (Some(Body::Text(expected)), Some(body)) if expected == body => Ok(()),
        (None, None) => Ok(()),
        (expected, body) => Err(format!(
            "/request/body: expected {}, got {}",
            expected.map_or_else(|| "none".to_owned(), Body::to_text),
            body.unwrap_or("none"),
        )),
    }
}

fn to_value(value: &impl serde::Serialize) -> Result<Value, String> {
    serde_json::to_value(value).map_err(|error| error.to_string())
}

/// The first difference between two values, in words.
fn compare(pointer: &str, expected: &Value, got: &Value) -> Result<(), String> {
    if let (Value::Object(expected), Value::Object(got)) = (expected, got)
        && let Some(key) = got.keys().find(|key| !expected.contains_key(*key))
    {
        let value = got.get(key).unwrap_or(&Value::Null);
        return Err(format!("{pointer}/{key}: expected nothing, got {value}"));
    }
    if let (Value::Array(expected), Value::Array(got)) = (expected, got)
        && expected.len() != got.len()
    {
        return Err(format!(
            "{pointer}: expected {} items, got {}: {}",
            expected.len(),
            got.len(),
            Value::Array(got.clone()),
        ));
    }
    walk(pointer, expected, got, compare)
}

/// The first value of `expected` that `got` lacks; more in `got` is allowed.
fn compare_part(pointer: &str, expected: &Value, got: &Value) -> Result<(), String> {
    walk(pointer, expected, got, compare_part)
}

fn walk(
    pointer: &str,
    expected: &Value,
    got: &Value,
    compare: fn(&str, &Value, &Value) -> Result<(), String>,
) -> Result<(), String> {
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            expected.iter().try_for_each(|(key, value)| match got.get(key) {
                Some(got) => compare(&format!("{pointer}/{key}"), value, got),
                None => Err(format!("{pointer}/{key}: expected {value}, got nothing")),
            })
        }
        (Value::Array(expected), Value::Array(got)) => {
            expected.iter().enumerate().try_for_each(|(index, value)| match got.get(index) {
                Some(got) => compare(&format!("{pointer}/{index}"), value, got),
                None => Err(format!("{pointer}/{index}: expected {value}, got nothing")),
            })
        }
        (Value::Number(left), Value::Number(right))
            if (left.is_f64() || right.is_f64()) && left.as_f64() == right.as_f64() =>
        {
            Ok(())
        }
        (expected, got) if expected == got => Ok(()),
        (expected, got) => Err(format!("{pointer}: expected {expected}, got {got}")),
    }
}
