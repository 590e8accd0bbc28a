//! Slack's answers to Web API calls: `ok`, or an error and what to do about it.

use eclusa_adapter_sdk::prelude::*;

use crate::author::text_at;

/// What an answer says. `Err` is an outcome other than success.
pub(crate) fn read(response: &HttpResponse) -> Result<Json<'_>, Outcome> {
    let after = response.header("retry-after").and_then(|seconds| seconds.trim().parse().ok());
    let Ok(json) = Json::parse(&response.body) else {
        return Err(by_status(response.status, after));
    };
    let root = json.root();
    match root.get("ok").map(|ok| ok.boolean()) {
        Some(Ok(true)) => Ok(json),
        Some(Ok(false)) => {
            let error = text_at(root, &["error"]).unwrap_or("unknown_error");
            let needed = text_at(root, &["needed"]);
            Err(by_error(error, needed, response.status, after))
        }
        _ => Err(by_status(response.status, after)),
    }
}

/// An answer that is none of Slack's: from a proxy, or from another server.
fn by_status(status: u16, after: Option<u32>) -> Outcome {
    let message = |what: &str| format!("the answer with status {status} {what}");
    match status {
        429 => Outcome::retry(after, Problem::refused("ratelimited", message("asks to wait"))),
        408 | 500.. => Outcome::retry(
            after,
            Problem::refused("slack_unavailable", message("says that Slack cannot answer now")),
        ),
        _ => Outcome::Refused(
            Problem::configuration("not_slack_api", message("does not come from Slack's Web API"))
                .action("Check the channel's URL; without one it is https://slack.com/api."),
        ),
    }
}

fn by_error(error: &str, needed: Option<&str>, status: u16, after: Option<u32>) -> Outcome {
    let message = format!("Slack answered `{error}`");
    if TEMPORARY.contains(&error) || matches!(status, 429 | 500..) {
        return Outcome::retry(after, Problem::refused(error, message));
    }
    if let Some((_, action)) = CONFIGURATION.iter().find(|(code, _)| *code == error) {
        let action = match needed {
            Some(scope) if error == "missing_scope" => {
                format!("Add the scope `{scope}` to the app and install it again.")
            }
            _ => (*action).to_owned(),
        };
        return Outcome::Refused(Problem::configuration(error, message).action(action));
    }
    let action = REFUSED.iter().find(|(code, _)| *code == error).map_or(
        "Look the error up at https://docs.slack.dev/reference/methods/chat.postMessage.",
        |(_, action)| *action,
    );
    Outcome::Refused(Problem::refused(error, message).action(action))
}

/// Errors that pass.
const TEMPORARY: [&str; 8] = [
    "ratelimited",
    "rate_limited",
    "fatal_error",
    "internal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
    "accesslimited",
];

/// Errors of the app's installation, with what to do.
const CONFIGURATION: [(&str, &str); 14] = [
    ("invalid_auth", NEW_TOKEN),
    ("not_authed", NEW_TOKEN),
    ("account_inactive", NEW_TOKEN),
    ("token_revoked", NEW_TOKEN),
    ("token_expired", NEW_TOKEN),
    ("org_login_required", NEW_TOKEN),
    ("two_factor_setup_required", NEW_TOKEN),
    ("not_allowed_token_type", "Use the bot token of the app, which begins with `xoxb-`."),
    ("missing_scope", "Add the missing scope to the app and install it again."),
    ("no_permission", "Add the missing scope to the app and install it again."),
    ("messages_tab_disabled", "Switch the messages tab on under App Home in the app's settings."),
    ("team_access_not_granted", "Let an admin grant the app access to this workspace."),
    ("enterprise_is_restricted", "Let an admin approve the app for this workspace."),
    ("ekm_access_denied", "Ask the workspace's admins, who have suspended access by their keys."),
];

const NEW_TOKEN: &str =
    "Install the app in the workspace again and set its bot token as the secret `bot-token`.";

/// Errors of one message, with what to do.
const REFUSED: [(&str, &str); 24] = [
    ("channel_not_found", "Check the conversation's id, and that the app may see that channel."),
    ("not_in_channel", "Invite the app to the channel, or give it the scope `chat:write.public`."),
    ("is_archived", "Unarchive the channel, or write to another one."),
    ("msg_too_long", SPLIT),
    ("msg_blocks_too_long", SPLIT),
    ("markdown_text_conflict", "Send either markdown or blocks."),
    ("no_text", "Send a text that is not empty."),
    ("invalid_blocks", PICTURE),
    ("invalid_blocks_format", PICTURE),
    ("invalid_attachments", "Report this to the adapter's maintainers, with the message's trace."),
    ("invalid_arguments", "Report this to the adapter's maintainers, with the message's trace."),
    ("restricted_action", ADMIN),
    ("restricted_action_read_only_channel", ADMIN),
    ("restricted_action_thread_only_channel", "Answer in a thread of this channel."),
    ("restricted_action_non_threadable_channel", "Send it without `reply_to`."),
    ("restricted_action_thread_locked", "The thread is locked; start a new one."),
    ("cannot_reply_to_message", "Send it without `reply_to`."),
    ("thread_not_found", "Answer the first message of a thread, or send it without `reply_to`."),
    ("invalid_thread_ts", "Answer the first message of a thread, or send it without `reply_to`."),
    ("user_not_found", "Check the conversation's id."),
    ("user_disabled", "The person's account is deactivated; write to someone else."),
    ("message_limit_exceeded", "The workspace has sent too many messages for its plan."),
    ("file_not_found", "The file is gone, or the app may not see it."),
    ("file_deleted", "The file was deleted in Slack."),
];

const SPLIT: &str = "Send it in several messages.";
const ADMIN: &str = "Let an admin allow the app to post in this channel.";
const PICTURE: &str =
    "Check that the picture's URL can be had without a password and is a png, jpg or gif.";
