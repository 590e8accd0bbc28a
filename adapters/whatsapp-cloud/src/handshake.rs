//! The `GET` with which Meta checks a webhook's address.

use eclusa_adapter_sdk::prelude::*;

/// Name of the secret that Meta must send back.
pub(crate) const VERIFY_TOKEN: &str = "verify-token";

/// Gives the challenge back to whoever knows the verify token.
pub(crate) fn answer(cx: &Context<'_>, request: &Request) -> Received {
    let (Some("subscribe"), Some(challenge)) =
        (request.query("hub.mode"), request.query("hub.challenge"))
    else {
        return refuse(
            400,
            "not_a_handshake",
            "a GET must ask for hub.mode=subscribe and bring a hub.challenge",
        );
    };
    let token = request.query("hub.verify_token").unwrap_or_default();
    if cx.secret_matches(VERIFY_TOKEN, token) {
        Received::reply(HttpResponse::text(200, challenge))
    } else {
        refuse(
            403,
            "wrong_verify_token",
            "hub.verify_token is not the channel's secret `verify-token`",
        )
    }
}

fn refuse(status: u16, code: &str, message: &str) -> Received {
    Received {
        reply: Some(HttpResponse::text(status, message)),
        warnings: vec![Warning::ignored(code, message)],
        ..Received::default()
    }
}
