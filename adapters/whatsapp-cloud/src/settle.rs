//! What WhatsApp's answers mean.

use eclusa_adapter_sdk::prelude::*;

use crate::error::ChatError;

/// Reads the answer to a message.
pub(crate) fn settle(response: &HttpResponse) -> Outcome {
    let Ok(json) = Json::parse(&response.body) else {
        return settle_by_status(response);
    };
    if let Some(error) = json.root().get("error") {
        return refusal(response, error);
    }
    if !response.is_success() {
        return settle_by_status(response);
    }
    let messages = json.root().list("messages").unwrap_or_default();
    let first = messages.first();
    let external_id = first.and_then(|node| node.get("id")).and_then(|id| id.id().ok());
    let pacing =
        first.and_then(|node| node.get("message_status")).and_then(|node| node.text().ok());
    let warnings = pacing
        .filter(|status| *status != "accepted")
        .map(|status| {
            Warning::degraded("held_back", format!("WhatsApp took it, but says `{status}`"))
        })
        .into_iter()
        .collect();
    Outcome::Sent(Receipt { external_id, warnings })
}

fn refusal(response: &HttpResponse, error: Node<'_>) -> Outcome {
    let said = ChatError::read(error);
    let code = error.get("code").and_then(|code| code.integer().ok());
    let transient = error.get("is_transient").is_some_and(Node::is_true);
    let verdict = code.map_or(Verdict::Unknown, verdict);
    let message = format!("WhatsApp answered {}: {said}", response.status);
    match verdict {
        Verdict::Wait(code) => Outcome::retry(after(response), Problem::refused(code, message)),
        Verdict::Configuration(code, action) => {
            Outcome::Refused(Problem::configuration(code, message).action(action))
        }
        Verdict::Refused(code, action) => {
            Outcome::Refused(Problem::refused(code, message).action(action))
        }
        Verdict::Unknown if transient || matches!(response.status, 408 | 425 | 429 | 500..) => {
            Outcome::retry(after(response), Problem::refused("chat_unavailable", message))
        }
        Verdict::Unknown if response.status == 401 => {
            Outcome::Refused(Problem::configuration("unauthorized", message).action(NEW_TOKEN))
        }
        Verdict::Unknown => Outcome::Refused(
            Problem::refused("rejected", message).action("See Meta's list of error codes."),
        ),
    }
}

fn after(response: &HttpResponse) -> Option<u32> {
    response.header("retry-after").and_then(|value| value.trim().parse().ok())
}

const NEW_TOKEN: &str = "Put a valid access token of a system user with the permission \
     whatsapp_business_messaging into the secret `access-token`.";

/// What is to be done about an error.
enum Verdict {
    /// Try again later.
    Wait(&'static str),
    /// Someone must change the channel or the account.
    Configuration(&'static str, &'static str),
    /// This message will never pass.
    Refused(&'static str, &'static str),
    /// The code is not in the table.
    Unknown,
}

/// Meta's error codes, by what is to be done about them.
fn verdict(code: i64) -> Verdict {
    use Verdict::{Configuration, Refused, Unknown, Wait};
    match code {
        4 | 80007 | 130_429 | 131_048 | 131_056 => Wait("rate_limited"),
        1 | 2 | 131_000 | 131_016 | 131_057 | 133_004 => Wait("chat_unavailable"),
        0 | 3 | 10 | 190 | 200..=299 | 131_005 => Configuration("unauthorized", NEW_TOKEN),
        33 | 133_010 => Configuration(
            "number_not_registered",
            "Check the setting `phone_number_id`, and that the number is registered.",
        ),
        131_042 => Configuration(
            "payment_missing",
            "Put the payment method of the WhatsApp Business Account in order.",
        ),
        131_037 | 131_045 => Configuration(
            "number_not_ready",
            "Finish the registration and the display name of the number in WhatsApp Manager.",
        ),
        368 | 130_497 | 131_031 => Refused(
            "account_restricted",
            "See in WhatsApp Manager why Meta has restricted the account.",
        ),
        131_047 => Refused(
            "outside_window",
            "Send a template (`extra.template`): the person wrote more than 24 hours ago.",
        ),
        131_026 => Refused(
            "undeliverable",
            "Check that the number is on WhatsApp with a current version, or use another way.",
        ),
        131_030 => Refused(
            "recipient_not_allowed",
            "Add the number to the test number's list of recipients.",
        ),
        131_021 => Refused("same_number", "Do not send to the business number itself."),
        131_049 | 130_472 => Refused(
            "not_delivered_by_meta",
            "Meta limits marketing messages to this person: try again after some days, or not at all.",
        ),
        131_050 => Refused("marketing_stopped", "The person stopped marketing messages."),
        131_051 => Refused("type_refused", "Send a type that the adapter's manifest lists."),
        131_052 | 131_053 => Refused(
            "media_refused",
            "Check that the file's address is public, and its MIME type and size are allowed.",
        ),
        131_062 => Refused("needs_number", "This message can go to a phone number only."),
        132_000..=132_999 => Refused(
            "template_refused",
            "Compare `extra.template` with the approved template: name, language, parameters.",
        ),
        100 | 131_008 | 131_009 => Refused(
            "invalid_parameter",
            "Check the conversation's id and what `extra` holds against Meta's reference.",
        ),
        _ => Unknown,
    }
}
