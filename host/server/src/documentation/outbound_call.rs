//! A message as the call by which the platform sends it.

use super::code::{Call, Piece};

/// The call to the API at this address that sends a message, given as JSON. Its token
/// stands in the environment, as `ECLUSA_TOKEN`.
pub(crate) fn outbound_call(public_url: &str, channel: &str, message: &str) -> Call {
    Call {
        method: "POST".to_owned(),
        // The conversations of samples are unknown to most channels.
        url: vec![Piece::Text(format!("{public_url}/v1/channels/{channel}/messages?start=true"))],
        headers: vec![
            (
                "authorization".to_owned(),
                vec![Piece::text("Bearer "), Piece::variable("ECLUSA_TOKEN")],
            ),
            ("content-type".to_owned(), vec![Piece::text("application/json")]),
        ],
        body: Some(vec![Piece::text(message)]),
        ..Call::default()
    }
}
