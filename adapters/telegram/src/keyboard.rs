//! Buttons: those under a message, and those of a keyboard that ask for more
//! than a text. Both become postbacks.

use eclusa_adapter_sdk::prelude::*;

use crate::{extra, people};

/// A button under a message was pressed.
pub(crate) fn pressed(query: Node<'_>) -> Result<Received, Problem> {
    let from = query.field("from")?;
    let payload = match query.get("game_short_name") {
        Some(game) if query.get("data").is_none() => game.text()?,
        _ => query.field("data")?.text()?,
    };
    let message = query.get("message");
    let mut warnings = Vec::new();
    let conversation = match message {
        Some(message) => message.field("chat")?.field("id")?.id()?,
        None => {
            // A message that was sent through inline mode lies in a chat which the
            // bot is not told: the person's own chat with the bot is what is left.
            let sentence = "the button's chat is unknown: taken for the person's own chat";
            warnings.push(Warning::degraded("chat_unknown", sentence).at(query.pointer()));
            from.field("id")?.id()?
        }
    };
    let mut extra = match message {
        Some(message) => extra::of_pressed(message),
        None => ExtraBuilder::new(),
    };
    for name in ["chat_instance", "inline_message_id", "game_short_name"] {
        if let Some(part) = query.get(name) {
            extra = extra::with(extra, name, part);
        }
    }
    let event = Event::Postback(Postback {
        external_id: query.field("id")?.id()?,
        conversation,
        sender: people::participant(from)?,
        payload: payload.to_owned(),
        title: message.and_then(|message| title(message, payload)),
        reply_to: message.map(|message| message.field("message_id")?.id()).transpose()?,
        // Telegram does not say when; the message's date is that of the message.
        at: None,
        extra: extra.build(),
    });
    Ok(Received { events: vec![event], reply: None, warnings })
}

/// What the button with this payload says.
fn title(message: Node<'_>, payload: &str) -> Option<String> {
    let rows = message.find(&["reply_markup", "inline_keyboard"])?.items().ok()?;
    rows.filter_map(|row| row.items().ok())
        .flatten()
        .find(|button| {
            button.get("callback_data").and_then(|data| data.text().ok()) == Some(payload)
        })
        .and_then(|button| button.get("text")?.string().ok())
}

/// The answer to the webhook of a pressed button. The person sees the button
/// wait until the bot says that it knows; that can be said right here, since
/// Telegram takes one call of a method as the answer to an update.
pub(crate) fn answer(cx: &Context<'_>, update: Node<'_>) -> Option<HttpResponse> {
    if !cx.flag("answer_buttons", true) {
        return None;
    }
    let id = update.find(&["callback_query", "id"])?.id().ok()?;
    let call = json!({ "method": "answerCallbackQuery", "callback_query_id": id });
    Some(HttpResponse {
        status: 200,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: call.to_string(),
    })
}

/// A button of a keyboard was answered: with data of a web app, or with people
/// or chats which the person picked.
pub(crate) fn answered(message: Node<'_>, kind: &str, part: Node<'_>) -> Result<Received, Problem> {
    let payload = match kind {
        "web_app_data" => part.field("data")?.string()?,
        _ => part.field("request_id")?.id()?,
    };
    Ok(Received::events(vec![Event::Postback(Postback {
        external_id: message.field("message_id")?.id()?,
        conversation: message.field("chat")?.field("id")?.id()?,
        sender: people::sender(message)?,
        payload,
        title: part.opt("button_text", Node::string)?,
        reply_to: None,
        at: message.opt("date", Node::time)?,
        extra: extra::with(extra::surroundings(message), kind, part).build(),
    })]))
}
