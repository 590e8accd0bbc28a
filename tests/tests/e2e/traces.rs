//! Traces: one from the chat's request to the push, out to a collector.

use eclusa_tests::{
    Chat, FakeChat, FakeCollector, FakePlatform, Setup, TracedSpan, Unreachable, delivery,
};
use serde_json::json;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "00f067aa0ba902b7";

fn traces(url: &str) -> String {
    format!("[traces]\nendpoint = {url:?}")
}

fn named<'a>(spans: &'a [TracedSpan], name: &str) -> Option<&'a TracedSpan> {
    spans.iter().find(|span| span.name == name)
}

#[tokio::test]
async fn a_message_is_one_trace_from_the_chat_to_the_platform_and_over_a_restart() {
    let (collector, platform) = (FakeCollector::start(), FakePlatform::start());
    platform.rule(|_, _| Some(eclusa_tests::Reply::json(503, &json!({}))));
    let mut eclusa = Setup::with(&[Chat::Open])
        .platform(&platform)
        .config(&traces(&collector.url()))
        .config(&delivery(100, 0.1))
        .start();
    let channel = eclusa.create(&Chat::Open.channel("site", "https://chat.example.com")).await;
    let body = Chat::Open.text_request("41", "Oi");
    let mut headers = Chat::Open.sign(body.as_bytes());
    headers.push(("traceparent".to_owned(), format!("00-{TRACE}-{PARENT}-01")));
    eclusa.call("POST", &channel.ingress, &headers, body).await.ok();
    collector.spans(|spans| named(spans, "push").is_some()).await;
    // The trace is kept with the delivery.
    eclusa.kill();
    platform.no_rule();
    eclusa.start_again();
    let taken = platform.taken(1).await;
    assert!(eclusa.stop().success());
    let ours = |spans: &[TracedSpan]| -> Vec<TracedSpan> {
        spans.iter().filter(|span| span.trace == TRACE).cloned().collect()
    };
    let traceparent = taken[0].header("traceparent").expect("a traceparent").to_owned();
    let (trace, pushed_by) = (&traceparent[3..35], &traceparent[36..52]);
    assert_eq!(trace, TRACE);
    let spans = collector.spans(|spans| spans.iter().any(|span| span.id == pushed_by)).await;
    let spans = ours(&spans);
    let request = named(&spans, "POST /in/{key}").expect("the request");
    assert_eq!(request.parent, PARENT);
    for name in ["verify", "guest receive", "commit"] {
        let span = named(&spans, name).unwrap_or_else(|| panic!("{name} is missing: {spans:#?}"));
        assert_eq!(span.parent, request.id, "{name}");
    }
    let pushes: Vec<_> = spans.iter().filter(|span| span.name == "push").collect();
    assert!(pushes.len() >= 2, "one for each attempt");
    assert!(pushes.iter().all(|push| push.parent == request.id));
    assert!(pushes.iter().any(|push| push.id == pushed_by));
    // The ingress URL is a secret, and so is the signature.
    let key = channel.ingress.trim_start_matches("/in/");
    for span in &spans {
        assert!(!span.text.contains(key), "{}", span.text);
        for (_, secret) in Chat::Open.secrets() {
            assert!(!span.text.contains(secret), "{}", span.text);
        }
    }
    assert!(request.text.contains("site"), "it names the channel: {}", request.text);
}

#[tokio::test]
async fn what_the_platform_sends_is_one_trace_to_the_chat_who_is_not_told() {
    let (collector, fake) = (FakeCollector::start(), FakeChat::start(Chat::Open));
    let eclusa = Setup::with(&[Chat::Open]).config(&traces(&collector.url())).start();
    eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    let message = json!({ "conversation": "c-1", "type": "text", "text": { "body": "Oi" } });
    let id = eclusa.post("/v1/channels/site/messages?start=true", &message).await.ok();
    eclusa.message_in_state(id["id"].as_str().unwrap(), "sent").await;
    let spans = collector.spans(|spans| named(spans, "deliver").is_some()).await;
    let deliver = named(&spans, "deliver").unwrap();
    let request = named(&spans, "POST /v1/channels/{id}/messages").expect("the request");
    assert_eq!((&deliver.trace, &deliver.parent), (&request.trace, &request.id));
    for name in ["guest send", "guest settle"] {
        assert_eq!(named(&spans, name).expect(name).parent, deliver.id, "{name}");
    }
    assert_eq!(fake.requests()[0].header("traceparent"), None);
    // A problem's id is that of its trace.
    let problem = eclusa.get("/v1/messages/none").await.problem(404, "message_not_found");
    let id = problem["correlation_id"].as_str().unwrap().to_owned();
    collector.spans(|spans| spans.iter().any(|span| span.trace == id)).await;
}

#[tokio::test]
async fn without_a_collector_all_goes_on_and_the_operator_is_told_once() {
    let collector = Unreachable::new();
    let mut eclusa = Setup::with(&[Chat::Open]).config(&traces(&collector.url(Chat::Open))).start();
    let channel = eclusa.create(&Chat::Open.channel("site", "https://chat.example.com")).await;
    for number in 0..50 {
        let body = Chat::Open.text_request(&number.to_string(), "Oi");
        eclusa.chat_posts(Chat::Open, &channel, &body).await.ok();
    }
    assert!(eclusa.stop().success());
    assert_eq!(eclusa.log().matches("the collector takes no traces").count(), 1);
}
