//! What a revision makes of recorded traffic.

use eclusa_engine::CallError;
use eclusa_model::{Outcome, Prepared, Problem, Received};
use serde::Serialize;
use serde_json::{Value, json};

use super::failure::Failure;
use super::json;

/// What a revision makes of recorded traffic. In JSON what `eclusa adapter map`
/// prints: an object of `events`, `reply` and `warnings`, or of `request` and
/// `warnings`; an outcome is an object with one key; what went wrong stands under
/// `problem` or `error`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// The adapter returned a problem instead.
    Problem(Problem),
    /// The call trapped, passed a limit or returned what the contract does not
    /// allow.
    Error(CallError),
    /// What a request means.
    #[serde(untagged)]
    Received(Received),
    /// Which request sends a message.
    #[serde(untagged)]
    Prepared(Prepared),
    /// What a response to a message means.
    #[serde(untagged)]
    Settled(Outcome),
}

/// Where an answer has a body of a request or a response.
const BODIES: [&[&str]; 3] =
    [&["request", "body"], &["reply", "body"], &["next", "request", "body"]];

impl Answer {
    /// The JSON to compare it by, e.g. with [`difference`](super::difference). A
    /// body that is a JSON object or list stands there as such; whole numbers
    /// beyond 64 bits are text; a header that is there twice has a list. Of an
    /// error there are code and message only.
    pub fn comparable(&self) -> Value {
        match self {
            Self::Error(error) => {
                json!({"error": {"code": error.code, "message": error.message}})
            }
            answer => comparable(&answer.text()),
        }
    }

    /// It as JSON text.
    pub(super) fn text(&self) -> String {
        // Nothing in it has keys that are no strings, so there is no such error;
        // text that is no JSON is compared as text.
        serde_json::to_string(self).unwrap_or_else(|_| format!("{self:?}"))
    }

    /// Why there is no answer.
    pub(super) fn failure(&self) -> Option<Failure> {
        match self {
            Self::Problem(problem) => Some(Failure::of_problem(problem)),
            Self::Error(error) => Some(Failure::of_call(error)),
            Self::Received(_) | Self::Prepared(_) | Self::Settled(_) => None,
        }
    }
}

/// The JSON to compare an answer by, of its JSON text: see
/// [`Answer::comparable`]. What is no JSON is a text.
pub fn comparable(text: &str) -> Value {
    let mut value = json::read(text);
    for path in BODIES {
        json::open(&mut value, path);
    }
    value
}

#[cfg(test)]
mod tests {
    use eclusa_model::{
        Event, Extra, HttpRequest, HttpResponse, InboundMessage, NextRequest, Outcome, Participant,
        Prepared, Problem, Received, Warning,
    };
    use serde_json::json;

    use super::Answer;

    #[test]
    fn a_body_that_is_json_is_compared_as_json() {
        let request = HttpRequest::post_json("https://chat.example", &json!({"b": 1, "a": [2]}));
        let answer = Answer::Prepared(request.header("x", "1").header("x", "2").into());
        assert_eq!(
            answer.comparable(),
            json!({
                "request": {
                    "method": "POST",
                    "url": "https://chat.example",
                    "headers": {"content-type": "application/json", "x": ["1", "2"]},
                    "body": {"a": [2], "b": 1},
                },
                "warnings": [],
            })
        );
        let next = NextRequest {
            request: HttpRequest::post_json("https://chat.example", &json!({"c": 1})),
            state: "{}".into(),
        };
        let next = Answer::Settled(Outcome::Next(next)).comparable();
        assert_eq!(next["next"]["request"]["body"], json!({"c": 1}));
        assert_eq!(next["next"]["state"], json!("{}"));
    }

    #[test]
    fn other_bodies_are_compared_as_text() {
        let reply = |body: &str| Answer::Received(Received::reply(HttpResponse::text(200, body)));
        for body in ["hello", "12345", "a=b&c=%20", "{half", "\"quoted\""] {
            assert_eq!(reply(body).comparable()["reply"]["body"], json!(body));
        }
        assert_eq!(reply("[1]").comparable()["reply"]["body"], json!([1]));
    }

    #[test]
    fn extra_keeps_its_digits() {
        let event = |id: &str| {
            Answer::Received(Received::events(vec![Event::Message(InboundMessage {
                external_id: "1".into(),
                conversation: "c".into(),
                sender: Participant::new("p"),
                sent_at: None,
                content: eclusa_model::Content::text("t"),
                reply_to: None,
                extra: Extra::from_json(format!(r#"{{"id": {id}}}"#)).unwrap(),
            })]))
        };
        let (one, other) = ("123456789012345678901", "123456789012345678902");
        assert_eq!(event(one).comparable()["events"][0]["message"]["extra"]["id"], json!(one));
        assert_ne!(event(one).comparable(), event(other).comparable());
    }

    #[test]
    fn answers_are_printed_as_the_command_line_prints_them() {
        let received = Received::nothing(Warning::ignored("echo", "An echo."));
        let answer = serde_json::to_value(Answer::Received(received)).unwrap();
        assert_eq!(answer["events"], json!([]));
        assert_eq!(answer["warnings"][0]["code"], json!("echo"));
        let answer = Answer::Problem(Problem::invalid("bad", "Bad."));
        assert_eq!(serde_json::to_value(answer).unwrap()["problem"]["code"], json!("bad"));
        let answer = Answer::Settled(Outcome::sent(Some("7".into())));
        assert_eq!(answer.comparable(), json!({"sent": {"external_id": "7"}}));
        let answer = Answer::Prepared(Prepared::from(HttpRequest::get("https://chat.example")));
        assert_eq!(answer.comparable()["request"]["method"], json!("GET"));
    }
}
