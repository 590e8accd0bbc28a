//! What Telegram's answer to a call means.

use eclusa_adapter_sdk::prelude::*;

use crate::outbound;

/// The `state` of the call that sends a link in place of a file.
const AS_LINK: &str = "link";

/// What the response to a message means.
pub(crate) fn settle(
    cx: &Context<'_>,
    message: &OutboundMessage,
    response: &HttpResponse,
    state: Option<&str>,
) -> Outcome {
    let Ok(json) = Json::parse(&response.body) else { return settle_by_status(response) };
    let root = json.root();
    if root.get("ok").is_some_and(Node::is_true) {
        let id = root.find(&["result", "message_id"]).and_then(|id| id.id().ok());
        let mut outcome = Outcome::sent(id);
        if let (Outcome::Sent(receipt), Some(AS_LINK)) = (&mut outcome, state) {
            receipt.warnings.push(Warning::degraded(
                "sent_as_link",
                "Telegram could not fetch the file: a text with its address was sent",
            ));
        }
        return outcome;
    }
    let problem = problem(response);
    if problem.retryable {
        let after = root.find(&["parameters", "retry_after"]).and_then(|after| after.size().ok());
        return Outcome::retry(after.and_then(|seconds| u32::try_from(seconds).ok()), problem);
    }
    let may_link = state.is_none() && cx.flag("links_for_refused_files", true);
    if problem.code == "file_refused"
        && may_link
        && let Some(Ok(request)) = outbound::as_link(cx, message)
    {
        return Outcome::Next(NextRequest { request, state: AS_LINK.to_owned() });
    }
    Outcome::Refused(problem)
}

/// Why a call failed.
pub(crate) fn problem(response: &HttpResponse) -> Problem {
    let json = Json::parse(&response.body).ok();
    let root = json.as_ref().map(Json::root);
    let find = |path: &[&str]| root.and_then(|root| root.find(path));
    let code = find(&["error_code"])
        .and_then(|code| code.integer().ok())
        .unwrap_or_else(|| i64::from(response.status));
    let said = find(&["description"])
        .and_then(|text| text.text().ok())
        .map_or_else(|| format!("an answer with status {}", response.status), str::to_owned);
    let sentence = format!("Telegram says: {said}");
    if let Some(chat) = find(&["parameters", "migrate_to_chat_id"]).and_then(|id| id.id().ok()) {
        return Problem::refused("chat_migrated", sentence)
            .at("/conversation")
            .action(format!("The group became a supergroup: send to the conversation `{chat}`."));
    }
    match code {
        429 => Problem::refused("rate_limited", sentence).retryable(),
        500.. => Problem::refused("chat_unavailable", sentence).retryable(),
        401 | 404 => Problem::configuration("bad_token", sentence)
            .at("/secrets/bot-token")
            .action("Set the secret `bot-token` to the token that @BotFather shows."),
        _ => refusal(&said.to_ascii_lowercase(), code, sentence),
    }
}

/// Words of Telegram's descriptions, the code they stand for, and what to do.
const REFUSALS: &[(&str, &str, &str)] = &[
    (
        "bot was blocked",
        "bot_blocked",
        "Wait until the person writes again: only they can lift the block.",
    ),
    (
        "user is deactivated",
        "user_deactivated",
        "The account is gone: use another way to reach the person.",
    ),
    ("bot was kicked", "bot_removed", "Add the bot to the chat again."),
    ("bot is not a member", "bot_removed", "Add the bot to the chat again."),
    ("can't initiate conversation", "chat_not_started", "The person must write to the bot first."),
    ("bots can't send messages to bots", "chat_is_bot", "Send to a person or a group."),
    (
        "chat not found",
        "chat_not_found",
        "Check the conversation: the person must have written to this very bot.",
    ),
    (
        "not enough rights",
        "no_rights",
        "Let an administrator of the chat give the bot the right to send this.",
    ),
    (
        "have no rights",
        "no_rights",
        "Let an administrator of the chat give the bot the right to send this.",
    ),
    ("need administrator rights", "no_rights", "Make the bot an administrator of the channel."),
    (
        "voice_messages_forbidden",
        "voice_forbidden",
        "The person takes no voice notes: send the audio without `voice`.",
    ),
    (
        "thread not found",
        "topic_not_found",
        "Leave `extra.message_thread_id` out, or name a topic that exists.",
    ),
    ("topic_closed", "topic_closed", "Open the topic again, or send to another one."),
    ("message is too long", "too_long", "Send several messages."),
    ("caption is too long", "too_long", "Send the caption as a message of its own."),
    ("can't parse entities", "markup_refused", "Send the text with `markup` `plain`."),
    (
        "wrong file identifier",
        "file_refused",
        "Check the file's URL or handle: a handle is good for the bot that got it.",
    ),
    (
        "failed to get http url content",
        "file_refused",
        "Check that anyone may fetch the file's URL.",
    ),
    (
        "wrong type of the web page content",
        "file_refused",
        "Telegram fetches PDF, ZIP and GIF documents only.",
    ),
    (
        "wrong remote file",
        "file_refused",
        "Check the file's URL or handle: a handle is good for the bot that got it.",
    ),
    ("http url specified", "file_refused", "Check the file's URL."),
    ("wrong file_id", "file_refused", "Check the handle: it is good for the bot that got it."),
    ("type of file mismatch", "file_refused", "Send the handle as the type that it came as."),
    ("can't use file of type", "file_refused", "Send the handle as the type that it came as."),
    (
        "photo_invalid_dimensions",
        "file_refused",
        "Set `pictures_as_documents`, or shrink the picture.",
    ),
    (
        "image_process_failed",
        "file_refused",
        "Set `pictures_as_documents`, or convert the picture to JPEG.",
    ),
    (
        "file is too big",
        "file_too_large",
        "The Bot API hands out files of up to 20 MB: run a Bot API server of your own.",
    ),
    ("request entity too large", "file_too_large", "Send a link to the file instead."),
];

fn refusal(said: &str, code: i64, sentence: String) -> Problem {
    let known = REFUSALS.iter().find(|(words, ..)| said.contains(words));
    match known {
        Some((_, code, action)) => Problem::refused(*code, sentence).action(*action),
        None if code == 403 => Problem::refused("forbidden", sentence)
            .action("Check what the bot may do in this chat."),
        None => Problem::refused("rejected", sentence)
            .action("Check the message against what the Bot API takes."),
    }
}
