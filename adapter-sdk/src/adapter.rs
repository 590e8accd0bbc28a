//! What an integrator implements.

use eclusa_model::{
    ContentType, HttpResponse, MediaResponse, MediaStep, OutboundMessage, Outcome, Prepared,
    Problem, Received, Request,
};

use crate::{Context, Json, ManifestSource};

/// An adapter. It has no state: each call gets all that it may use.
pub trait Adapter {
    /// What the adapter is, needs and can do, with its samples.
    const MANIFEST: ManifestSource;

    /// What a request from the chat means. Its signature has been verified
    /// already, as the manifest demands.
    ///
    /// # Errors
    /// A problem of kind `invalid` (the request contradicts what the chat
    /// documents) or `unsupported` (it is sound, but nothing in it can be said
    /// in six types). Both are kept by the host and can be mapped again.
    fn receive(cx: &Context<'_>, request: &Request) -> Result<Received, Problem>;

    /// Which request sends a message.
    ///
    /// # Errors
    /// Why the chat cannot be asked to take it; it becomes a dead letter.
    fn send(cx: &Context<'_>, message: &OutboundMessage) -> Result<Prepared, Problem>;

    /// What the chat's response to a message means. The default goes by the
    /// status, and takes a top-level `id` of a JSON body as the chat's id.
    fn settle(
        cx: &Context<'_>,
        message: &OutboundMessage,
        response: &HttpResponse,
        state: Option<&str>,
    ) -> Outcome {
        let _ = (cx, message, state);
        settle_by_status(response)
    }

    /// Which request brings a file with the chat's own id. The default is for
    /// chats that give addresses only.
    ///
    /// # Errors
    /// Why the file cannot be had.
    fn media(
        cx: &Context<'_>,
        handle: &str,
        previous: Option<&MediaResponse>,
    ) -> Result<MediaStep, Problem> {
        let _ = (cx, previous);
        Err(Problem::unsupported(
            "no_handles",
            format!("this chat gives files by URL, so `{handle}` means nothing to it"),
        ))
    }
}

/// Reads a response by its status: 2xx is sent (with a top-level `id` of a JSON
/// body as the chat's id); 408, 425, 429 and 5xx are to be tried again, after
/// `retry-after` seconds where the header says so; 401 and 403 are a matter of
/// configuration; everything else is refused for good.
pub fn settle_by_status(response: &HttpResponse) -> Outcome {
    let status = response.status;
    if response.is_success() {
        let id = Json::parse(&response.body)
            .ok()
            .and_then(|json| json.root().get("id").and_then(|id| id.id().ok()));
        return Outcome::sent(id);
    }
    let said = excerpt(&response.body);
    match status {
        408 | 425 | 429 | 500..=599 => {
            let after = response.header("retry-after").and_then(|value| value.trim().parse().ok());
            let code = if status == 429 { "rate_limited" } else { "chat_unavailable" };
            Outcome::retry(
                after,
                Problem::refused(code, format!("the chat answered {status}{said}")),
            )
        }
        401 | 403 => Outcome::Refused(
            Problem::configuration("unauthorized", format!("the chat answered {status}{said}"))
                .action("Check the secrets and headers of the channel."),
        ),
        _ => Outcome::Refused(
            Problem::refused("rejected", format!("the chat answered {status}{said}"))
                .action("Check the URL of the channel and what the chat says of the message."),
        ),
    }
}

/// The problem of a message type which the chat cannot take.
pub fn refused_type(kind: ContentType) -> Problem {
    Problem::unsupported("type_refused", format!("this chat takes no {kind} messages"))
        .at("/type")
        .action("Send a type that the adapter's manifest lists as outbound.")
}

/// The problem of a text that is longer than the chat takes. `pointer` names the
/// field, e.g. `/text/body`; lengths are in characters as the chat counts them.
pub fn too_long(pointer: &str, length: usize, limit: usize) -> Problem {
    Problem::refused(
        "too_long",
        format!("{pointer} is {length} characters long, and the chat takes {limit}"),
    )
    .at(pointer)
    .action(format!("Shorten it to {limit} characters, or send several messages."))
}

fn excerpt(body: &str) -> String {
    let text: String = body.trim().chars().take(200).collect();
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, body: &str) -> HttpResponse {
        HttpResponse {
            status,
            headers: vec![("retry-after".into(), "7".into())],
            body: body.into(),
        }
    }

    #[test]
    fn the_status_decides() {
        assert_eq!(
            settle_by_status(&response(200, r#"{"id":12}"#)),
            Outcome::sent(Some("12".into()))
        );
        assert_eq!(settle_by_status(&response(204, "")), Outcome::sent(None));
        assert!(matches!(
            settle_by_status(&response(429, "")),
            Outcome::Retry(p) if p.after_seconds == Some(7) && p.problem.retryable && p.problem.code == "rate_limited"
        ));
        assert!(matches!(settle_by_status(&response(503, "")), Outcome::Retry(_)));
        assert!(
            matches!(settle_by_status(&response(401, "")), Outcome::Refused(p) if p.code == "unauthorized")
        );
        assert!(
            matches!(settle_by_status(&response(404, "no")), Outcome::Refused(p) if p.message.ends_with("404: no"))
        );
    }
}
