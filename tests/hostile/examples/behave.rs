//! Does nothing wrong until it is told to, by `{"behave":"panic"}` as a request's
//! body, as a channel's settings, or as a message's `extra`. Any other request
//! becomes a text message of its body.

use eclusa_hostile::exchange::{
    Channel, HttpResponse, NextRequest, Outcome, Postponement, Prepared, Problem, ProblemKind,
    Receipt, Received, Request, Warning, WarningKind,
};
use eclusa_hostile::messages::{
    Contact, Content, Event, Location, Markup, Media, MediaSource, OutboundMessage, Text,
};
use eclusa_hostile::{Adapter, host, message, misbehave, post, received, text_event};

struct Behave;

impl Adapter for Behave {
    fn describe() -> String {
        let mut manifest = eclusa_hostile::manifest("behave");
        eclusa_hostile::set(
            &mut manifest,
            "secrets",
            serde_json::json!([{ "name": "token", "summary": "Any text." }]),
        );
        let samples = serde_json::json!({
            "receive": [{
                "name": "text",
                "request": { "body": "hello" },
                "events": [{
                    "type": "message.received",
                    "occurred_at": null,
                    "message": {
                        "external_id": "1",
                        "conversation": "conversation",
                        "from": { "id": "person" },
                        "type": "text",
                        "text": { "body": "hello", "markup": "plain" },
                        "sent_at": null,
                        "reply_to": null,
                        "extra": {}
                    }
                }]
            }]
        });
        eclusa_hostile::set(&mut manifest, "samples", samples);
        manifest.to_string()
    }

    fn receive(channel: Channel, request: Request) -> Result<Received, Problem> {
        let told = told(&request.body).or_else(|| told(&channel.settings)).unwrap_or_default();
        misbehave(&told);
        let with = |change: fn(&mut eclusa_hostile::messages::InboundMessage)| {
            let mut message = message("1", text("hello"));
            change(&mut message);
            Ok(received(vec![Event::Message(message)]))
        };
        let content = |content| Ok(received(vec![Event::Message(message("1", content))]));
        let reply = |status, name: &str, value: &str| {
            let headers = vec![
                ("content-type".to_owned(), "text/plain".to_owned()),
                (name.to_owned(), value.to_owned()),
            ];
            let reply = Some(HttpResponse { status, headers, body: "reply".into() });
            Ok(Received { events: Vec::new(), reply, warnings: Vec::new() })
        };
        match told.as_str() {
            "huge-string" => content(text(&"x".repeat(3 << 20))),
            "aliases" => content(eclusa_hostile::aliases()),
            "many-events" => Ok(received(events(20_000))),
            "too-many-events" => Ok(received(events(501))),
            "most-events" => Ok(received(events(500))),
            "nan" => content(place(f64::NAN, 0.0)),
            "infinite" => content(place(0.0, f64::INFINITY)),
            "off-globe" => content(place(91.0, 0.0)),
            "extra" => with(|message| message.extra = Some("{\"a\":".into())),
            "extra-array" => with(|message| message.extra = Some("[]".into())),
            "empty-id" => with(|message| message.external_id.clear()),
            "empty-conversation" => with(|message| message.conversation.clear()),
            "empty-sender" => with(|message| message.sender.id.clear()),
            "time" => with(|message| message.sent_at = Some("1441645532".into())),
            "empty-text" => content(text("")),
            "no-name" => content(Content::Contact(Contact {
                name: " ".into(),
                phones: Vec::new(),
                emails: Vec::new(),
                organization: None,
                vcard: None,
            })),
            "half-a-byte" => content(Content::Document(Media {
                source: MediaSource::Handle("file".into()),
                mime: None,
                filename: None,
                caption: None,
                size: Some(0.5),
                duration_seconds: None,
                voice: false,
            })),
            "status-42" => reply(42, "x-a", "b"),
            "status-301" => reply(301, "x-a", "b"),
            "header" => reply(200, "x-a", "b\r\nset-cookie: c"),
            "handshake" => reply(200, "x-a", "b"),
            "warning-code" => Ok(Received {
                warnings: vec![Warning {
                    kind: WarningKind::Ignored,
                    code: "Not Snake".into(),
                    message: String::new(),
                    pointer: None,
                }],
                ..received(Vec::new())
            }),
            "invalid" => Err(problem(ProblemKind::Invalid, "told_so")),
            "unsupported" => Err(problem(ProblemKind::Unsupported, "told_so")),
            "configuration" => Err(problem(ProblemKind::Configuration, "told_so")),
            "secret" => {
                let right = host::secret_matches("token", "open sesame");
                let wrong = host::secret_matches("token", "open says me");
                let unknown = host::secret_matches("other", "open sesame");
                content(text(&format!("{right} {wrong} {unknown}")))
            }
            "log" => {
                host::log(host::Level::Warn, "a line of the log");
                content(text("logged"))
            }
            "log-much" => {
                for _ in 0..10_000 {
                    host::log(host::Level::Info, &"é".repeat(500));
                }
                content(text("logged"))
            }
            "inputs" => content(text(&format!("{channel:?} {request:?}"))),
            "world" => content(text(&eclusa_hostile::world())),
            _ => Ok(received(vec![text_event("1", &request.body)])),
        }
    }

    fn send(channel: Channel, message: OutboundMessage) -> Result<Prepared, Problem> {
        let extra = message.extra.as_deref().unwrap_or_default();
        let told = told(extra).or_else(|| told(&channel.settings)).unwrap_or_default();
        misbehave(&told);
        let base = channel.url.clone().unwrap_or_else(|| "https://chat.example".into());
        let mut request = post(format!("{base}/send"), format!("{message:?}"));
        match told.as_str() {
            "bad-url" => request.url = "/send".into(),
            "file-url" => request.url = "file:///etc/passwd".into(),
            "bad-method" => request.method = "TRACE".into(),
            "bad-header" => request.headers.push(("x a".into(), "b".into())),
            "huge-body" => request.body = Some("x".repeat(3 << 20)),
            "refuse" => return Err(problem(ProblemKind::Refused, "told_so")),
            "plain" => request.body = Some("body".into()),
            _ => {
                let body = serde_json::json!({
                    "to": message.conversation,
                    "text": match &message.content {
                        Content::Text(text) => text.body.as_str(),
                        _ => "(not a text)",
                    },
                });
                request.body = Some(body.to_string());
            }
        }
        Ok(Prepared { request, warnings: Vec::new() })
    }

    fn settle(
        channel: Channel,
        message: OutboundMessage,
        response: HttpResponse,
        state: Option<String>,
    ) -> Outcome {
        let extra = message.extra.as_deref().unwrap_or_default();
        let told = told(extra).or_else(|| told(&channel.settings)).unwrap_or_default();
        let Some(told) = told.strip_prefix("settle-") else {
            let external_id = Some(format!("chat-{}", message.id));
            return Outcome::Sent(Receipt { external_id, warnings: Vec::new() });
        };
        misbehave(told);
        match (told, state) {
            ("retry", _) => Outcome::Retry(Postponement {
                after_seconds: Some(7),
                problem: problem(ProblemKind::Refused, "told_so"),
            }),
            ("refuse", _) => Outcome::Refused(problem(ProblemKind::Refused, "told_so")),
            ("next", None) => Outcome::Next(NextRequest {
                request: post("https://chat.example/next".into(), response.body),
                state: "second".into(),
            }),
            ("empty-id", _) => {
                Outcome::Sent(Receipt { external_id: Some(String::new()), warnings: Vec::new() })
            }
            (_, state) => Outcome::Sent(Receipt { external_id: state, warnings: Vec::new() }),
        }
    }
}

/// What a JSON text tells the adapter to do.
fn told(json: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(json).ok()?;
    value.get("behave")?.as_str().map(str::to_owned)
}

fn text(body: &str) -> Content {
    Content::Text(Text { body: body.into(), markup: Markup::Plain })
}

fn place(latitude: f64, longitude: f64) -> Content {
    Content::Location(Location { latitude, longitude, name: None, address: None })
}

fn events(count: usize) -> Vec<Event> {
    (0..count).map(|index| text_event(&index.to_string(), "x")).collect()
}

fn problem(kind: ProblemKind, code: &str) -> Problem {
    Problem {
        kind,
        code: code.into(),
        message: "It was told to.".into(),
        pointer: Some("/behave".into()),
        action: Some("Tell it something else.".into()),
        retryable: false,
    }
}

eclusa_hostile::adapter!(Behave);
