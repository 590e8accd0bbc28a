//! What a channel's documentation shows is true: every shown command, run as it is
//! printed against a demo, does what the page says of it.

use std::process::Command;

use eclusa_tests::{Browser, Channel, Chat, Eclusa, Setup};
use serde_json::{Value, json};

/// One example of a page.
struct Example {
    name: String,
    shell: String,
    javascript: String,
    python: String,
    /// The events that the page says it becomes.
    events: Vec<Value>,
    /// The request that the page says the chat gets.
    request: Option<String>,
    /// The code with which the page says it is refused.
    problem: Option<String>,
    /// The answer that the page says the chat gets.
    reply: Option<String>,
}

fn unescaped(text: &str) -> String {
    let mut out = text.to_owned();
    for (code, character) in
        [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")]
    {
        out = out.replace(code, character);
    }
    out
}

/// What stands as code behind each mark.
fn codes(part: &str, mark: &str) -> Vec<String> {
    let code = |rest: &str| {
        let (_, code) = rest.split_once("<code>").unwrap();
        unescaped(code.split_once("</code>").unwrap().0)
    };
    part.split(mark).skip(1).map(code).collect()
}

/// The examples of a page, in a direction.
fn examples(page: &str, direction: &str) -> Vec<Example> {
    let mark = format!("data-direction=\"{direction}\" data-name=\"");
    let parts = page.split(&mark).skip(1).map(|part| {
        // Up to the next example, of whichever direction.
        part.split("data-direction=").next().unwrap()
    });
    let example = |part: &str| {
        let code =
            |language: &str| codes(part, &format!("data-language=\"{language}\"")).pop().unwrap();
        let event = |json: String| serde_json::from_str(&json).unwrap();
        Example {
            name: part.split('"').next().unwrap().to_owned(),
            shell: code("shell"),
            javascript: code("javascript"),
            python: code("python"),
            events: codes(part, "<div data-event>").into_iter().map(event).collect(),
            request: codes(part, "<div data-request>").pop(),
            problem: codes(part, "<div class=\"note warn\">").pop(),
            reply: codes(part, "and is answered with:").pop(),
        }
    };
    parts.map(example).collect()
}

fn demo() -> Eclusa {
    Setup::with(&Chat::ALL).env("ECLUSA_DEMO", "true").start()
}

/// A channel of the demo, whose chat shows what it was sent.
async fn channel(eclusa: &Eclusa, chat: Chat, id: &str) -> Channel {
    let url = format!("{}/demo/chat/{}", eclusa.url(), chat.adapter());
    eclusa.create(&chat.channel(id, &url)).await
}

async fn page(eclusa: &Eclusa, browser: &Browser, channel: &str) -> String {
    let page = browser.open(eclusa, &format!("/channels/{channel}/documentation")).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page.body
}

/// Runs a program as somebody would who has set what the page tells them to set.
fn run(eclusa: &Eclusa, chat: Chat, program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments).env("ECLUSA_TOKEN", eclusa.token()).env("no_proxy", "*");
    for (name, value) in chat.secrets() {
        command.env(name.replace('-', "_").to_uppercase(), value);
    }
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && program != "sh" => {
            eprintln!("SKIPPED: there is no {program} on this machine");
            return None;
        }
        Err(error) => panic!("{program}: {error}"),
    };
    assert!(output.status.success(), "{program} {arguments:?}\n{output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

fn shell(eclusa: &Eclusa, chat: Chat, command: &str) -> String {
    run(eclusa, chat, "sh", &["-euc", command]).unwrap()
}

/// Whether all that stands in one value stands in the other.
fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => part
            .iter()
            .all(|(name, part)| whole.get(name).is_some_and(|whole| contains(whole, part))),
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(a, b)| contains(a, b))
        }
        (whole, part) => whole == part,
    }
}

async fn feed(eclusa: &Eclusa, cursor: &mut Option<String>) -> Vec<Value> {
    let after = cursor.as_ref().map(|it| format!("&after={it}")).unwrap_or_default();
    let page = eclusa.get(&format!("/v1/events?limit=500{after}")).await.ok();
    if let Some(next) = page["next"].as_str() {
        *cursor = Some(next.to_owned());
    }
    let all = page["events"].as_array().unwrap().clone();
    all.into_iter()
        .filter(|event| !event["type"].as_str().unwrap().starts_with("attendance."))
        .collect()
}

/// Each shown request of a chat, on a channel of its own: ids of the chat repeat among
/// the samples.
async fn inbound(chat: Chat, expected: usize) {
    let eclusa = demo();
    let browser = Browser::signed_in(&eclusa, eclusa.token()).await;
    channel(&eclusa, chat, "all").await;
    let names: Vec<String> = examples(&page(&eclusa, &browser, "all").await, "inbound")
        .into_iter()
        .map(|example| example.name)
        .collect();
    assert_eq!(names.len(), expected, "{names:?}");
    let mut cursor = None;
    for (number, name) in names.iter().enumerate() {
        let id = format!("c{number}");
        channel(&eclusa, chat, &id).await;
        let all = examples(&page(&eclusa, &browser, &id).await, "inbound");
        let example = all.into_iter().find(|example| example.name == *name).unwrap();
        let answer = shell(&eclusa, chat, &example.shell);
        let what = format!("{chat:?} {name}:\n{}\n{answer}", example.shell);
        let events = feed(&eclusa, &mut cursor).await;
        assert_eq!(events.len(), example.events.len(), "{what}\n{events:?}");
        for (event, shown) in events.iter().zip(&example.events) {
            let mut shown = shown.clone();
            // Where the chat says no time, it is that of the request.
            shown.as_object_mut().unwrap().remove("occurred_at");
            assert!(contains(event, &shown), "{what}\n{event:#}\n{shown:#}");
            assert_eq!(event["channel"]["id"], id, "{what}");
        }
        if let Some(code) = &example.problem {
            assert!(answer.contains(&format!("\"code\":\"{code}\"")), "{what}");
        }
        if let Some(reply) = &example.reply {
            let body = reply.split_once("\n\n").map_or("", |(_, body)| body);
            let json = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| json!(text));
            assert_eq!(json(&answer), json(body), "{what}");
        } else {
            let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{what}"));
            assert!(answer["messages"].is_array() || answer["code"].is_string(), "{what}");
        }
    }
}

#[tokio::test]
async fn every_shown_request_of_a_chat_on_open_does_what_the_page_says() {
    inbound(Chat::Open, eclusa_tests::receive_samples(Chat::Open).len()).await;
}

#[tokio::test]
async fn every_shown_request_of_telegram_does_what_the_page_says() {
    inbound(Chat::Telegram, eclusa_tests::receive_samples(Chat::Telegram).len()).await;
}

#[tokio::test]
async fn every_shown_request_of_whatsapp_does_what_the_page_says() {
    inbound(Chat::Whatsapp, eclusa_tests::receive_samples(Chat::Whatsapp).len()).await;
}

#[tokio::test]
async fn every_shown_request_of_slack_does_what_the_page_says() {
    inbound(Chat::Slack, eclusa_tests::receive_samples(Chat::Slack).len()).await;
}

/// Whether the demo's chat was sent the request that the page shows.
async fn arrived(eclusa: &Eclusa, chat: Chat, shown: &str) -> bool {
    let (head, body) = shown.split_once("\n\n").unwrap_or((shown, ""));
    let (method, url) = head.lines().next().unwrap().split_once(' ').unwrap();
    let last = url.rsplit('/').next().unwrap().split('?').next().unwrap();
    let json = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| json!(text));
    let sent: Value = eclusa.get("/demo/sent").await.ok();
    sent.as_array().unwrap().iter().any(|sent| {
        let call = sent["call"].as_str().unwrap();
        let named = last == chat.adapter() || call.ends_with(&format!(" {last}"));
        let body_of: Value = json(sent["body"].as_str().unwrap());
        let mut body: Value = json(body);
        // On `open`, the host's id of the message goes along.
        if chat == Chat::Open {
            body["id"] = body_of["id"].clone();
        }
        sent["chat"] == chat.adapter() && call.starts_with(method) && named && body_of == body
    })
}

/// Each shown message to a chat, on a channel of its own.
#[tokio::test]
async fn every_shown_message_becomes_the_request_that_the_page_shows() {
    let eclusa = demo();
    let browser = Browser::signed_in(&eclusa, eclusa.token()).await;
    for chat in Chat::ALL {
        let adapter = chat.adapter();
        let first = format!("{adapter}-all");
        channel(&eclusa, chat, &first).await;
        let count = examples(&page(&eclusa, &browser, &first).await, "outbound").len();
        assert_eq!(count, eclusa_tests::send_samples(chat).len());
        for number in 0..count {
            let id = format!("{adapter}-{number}");
            channel(&eclusa, chat, &id).await;
            let mut all = examples(&page(&eclusa, &browser, &id).await, "outbound");
            let example = all.swap_remove(number);
            let answer = shell(&eclusa, chat, &example.shell);
            let what = format!("{chat:?} {}:\n{}\n{answer}", example.name, example.shell);
            let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{what}"));
            assert_eq!(answer["state"], "queued", "{what}");
            let message = answer["id"].as_str().unwrap();
            let over = |it: &Value| ["sent", "failed"].contains(&it["state"].as_str().unwrap());
            let message = eclusa.message_when(message, over).await;
            match (&example.request, &example.problem) {
                (Some(request), _) => {
                    assert_eq!(message["state"], "sent", "{what}\n{message:#}");
                    assert!(arrived(&eclusa, chat, request).await, "{what}\n{request}");
                }
                (None, Some(code)) => {
                    assert_eq!(message["state"], "failed", "{what}\n{message:#}");
                    assert_eq!(message["problem"]["code"], code.as_str(), "{what}\n{message:#}");
                }
                (None, None) => panic!("{what}: the page says nothing of it"),
            }
        }
    }
}

#[tokio::test]
async fn all_languages_make_the_same_request() {
    let eclusa = demo();
    let browser = Browser::signed_in(&eclusa, eclusa.token()).await;
    for chat in Chat::ALL {
        channel(&eclusa, chat, chat.adapter()).await;
        let all = examples(&page(&eclusa, &browser, chat.adapter()).await, "inbound");
        let text = all.into_iter().find(|example| example.name == "text").unwrap();
        let first: Value = serde_json::from_str(&shell(&eclusa, chat, &text.shell)).unwrap();
        let id = first["messages"][0]["id"].as_str().unwrap();
        // Sent again, it gets the first one's id: it is the same message, and was let in.
        for (program, arguments) in [
            ("node", ["--input-type=module", "-e", &text.javascript].as_slice()),
            ("python3", &["-c", &text.python]),
        ] {
            let Some(printed) = run(&eclusa, chat, program, arguments) else { continue };
            assert!(printed.starts_with("200 "), "{program}: {printed}");
            assert!(printed.contains(id), "{program}: {printed}");
        }
        let sent = examples(&page(&eclusa, &browser, chat.adapter()).await, "outbound");
        let text = sent.into_iter().find(|example| example.name == "text").unwrap();
        for (program, arguments) in [
            ("node", ["--input-type=module", "-e", &text.javascript].as_slice()),
            ("python3", &["-c", &text.python]),
        ] {
            let Some(printed) = run(&eclusa, chat, program, arguments) else { continue };
            assert!(printed.starts_with("202 "), "{program}: {printed}");
        }
    }
}
