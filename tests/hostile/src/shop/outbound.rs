//! To the chat.

use serde_json::{Value, json};

use super::{Shop, problem};
use crate::exchange::{
    Channel, HttpResponse, Outcome, Postponement, Prepared, Problem, ProblemKind, Receipt,
};
use crate::messages::{Content, OutboundMessage};

/// The request for a message.
pub(super) fn write<S: Shop>(
    channel: Channel,
    message: OutboundMessage,
) -> Result<Prepared, Problem> {
    let Some(url) = channel.url else {
        let message = "the channel has no URL".to_owned();
        return Err(problem(ProblemKind::Configuration, "no_url", message, None));
    };
    let Content::Text(text) = message.content else {
        let message = "the shop takes only texts".to_owned();
        return Err(problem(ProblemKind::Unsupported, "not_a_text", message, Some("/type".into())));
    };
    let mut body = json!({ "thread": message.conversation, "ref": message.id });
    crate::set(&mut body, S::TEXT, text.body.into());
    let settings: Value = serde_json::from_str(&channel.settings).unwrap_or_default();
    if let Some(greeting) = settings.get("greeting") {
        crate::set(&mut body, "greeting", greeting.clone());
    }
    let request = crate::post(format!("{url}/messages"), body.to_string());
    Ok(Prepared { request, warnings: Vec::new() })
}

/// What a response means.
pub(super) fn settle(response: &HttpResponse) -> Outcome {
    let refusal = |code| {
        let message = format!("the shop answered {}", response.status);
        problem(ProblemKind::Refused, code, message, None)
    };
    match response.status {
        200..=299 => {
            let body: Value = serde_json::from_str(&response.body).unwrap_or_default();
            let external_id = body.get("id").and_then(Value::as_str).map(str::to_owned);
            Outcome::Sent(Receipt { external_id, warnings: Vec::new() })
        }
        429 | 500..=599 => {
            let header = response.headers.iter().find(|(name, _)| name == "retry-after");
            Outcome::Retry(Postponement {
                after_seconds: header.and_then(|(_, value)| value.parse().ok()),
                problem: refusal("shop_unavailable"),
            })
        }
        _ => Outcome::Refused(refusal("rejected")),
    }
}
