//! From the id of a file to the request that brings it.

use eclusa_adapter_sdk::prelude::*;

use crate::answer;
use crate::author::text_at;
use crate::outbound::authorization;

/// Asks `files.info` where the file is, then goes there.
pub(crate) fn media(
    base: &str,
    handle: &str,
    previous: Option<&MediaResponse>,
) -> Result<MediaStep, Problem> {
    let Some(previous) = previous else {
        let id: String = form_urlencoded::byte_serialize(handle.as_bytes()).collect();
        let mut request = HttpRequest::get(format!("{base}/files.info?file={id}"));
        request.headers.push(authorization());
        return Ok(MediaStep::Ask(NextRequest { request, state: "files.info".to_owned() }));
    };
    let json = answer::read(&previous.response).map_err(problem)?;
    let file = json.root().field("file")?;
    let url = text_at(file, &["url_private_download"]).or_else(|| text_at(file, &["url_private"]));
    let Some(url) = url else {
        return Err(Problem::refused("file_unavailable", "Slack says no address for this file")
            .at("/file/url_private")
            .action("Look whether it was deleted, or hidden by the limit of the plan."));
    };
    let mut request = HttpRequest::get(url);
    if is_slack(url, base) {
        request.headers.push(authorization());
    } else if !is_external(file) {
        return Err(Problem::refused(
            "unexpected_host",
            "the file's address is not one of Slack's",
        )
        .at("/file/url_private")
        .action("Open the file in Slack; the bot's token is sent to Slack alone."));
    }
    Ok(MediaStep::File(request))
}

fn is_external(file: Node<'_>) -> bool {
    text_at(file, &["mode"]) == Some("external")
        || file.get("is_external").is_some_and(Node::is_true)
}

/// Whether the bot's token may go there: to Slack by https, or to the server
/// that the channel names as Slack.
fn is_slack(url: &str, base: &str) -> bool {
    let Some((scheme, host)) = origin(url) else { return false };
    let by_name = scheme == "https" && (host == "slack.com" || host.ends_with(".slack.com"));
    by_name || origin(base) == Some((scheme, host))
}

/// Scheme and host with port.
fn origin(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    Some((scheme, rest.split(['/', '?', '#', '\\']).next()?))
}

fn problem(outcome: Outcome) -> Problem {
    match outcome {
        Outcome::Retry(postponement) => postponement.problem,
        Outcome::Refused(problem) => problem,
        Outcome::Sent(_) | Outcome::Next(_) => {
            Problem::refused("not_slack_api", "the answer does not come from Slack's Web API")
        }
    }
}
