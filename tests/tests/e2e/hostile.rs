//! Adapters that misbehave: each ends in its own code, and everybody else goes on
//! being served by the same process.

use eclusa_tests::{Channel, Chat, Eclusa, FakeChat, Setup, hostile_file};
use serde_json::{Value, json};

/// Files that cannot serve, and why.
const REFUSED: [(&str, &str); 18] = [
    ("version-newer", "wrong_version"),
    ("version-older", "wrong_version"),
    ("other-world", "wrong_world"),
    ("imports-sockets", "forbidden_import"),
    ("memory-at-start", "memory_too_large"),
    ("functions-missing", "wrong_world"),
    ("wrong-signature", "wrong_signature"),
    ("describe-traps", "describe_trapped"),
    ("describe-panics", "describe_trapped"),
    ("describe-exits", "describe_trapped"),
    ("describe-loops", "describe_deadline"),
    ("describe-hoards", "describe_memory"),
    ("describe-recurses", "describe_stack"),
    ("describe-huge", "describe_too_large"),
    ("manifest-not-json", "manifest_not_json"),
    ("manifest-invalid", "manifest_invalid"),
    ("sample-fails", "sample_failed"),
    ("state-kept", "state_kept"),
];

/// What the adapter `behave` can be told to do with a request, and its code.
const RECEIVING: [(&str, &str); 15] = [
    ("panic", "trap"),
    ("trap", "trap"),
    ("index", "trap"),
    ("exit", "exit"),
    ("loop", "deadline_exceeded"),
    ("stderr", "deadline_exceeded"),
    ("memory", "memory_exceeded"),
    ("recurse", "stack_overflow"),
    ("recurse-small", "stack_overflow"),
    ("huge-string", "output_too_large"),
    ("aliases", "output_too_large"),
    ("many-events", "output_too_large"),
    ("too-many-events", "too_many_events"),
    ("nan", "bad_output"),
    ("empty-id", "bad_output"),
];

/// What it can be told to do with a message, and the code in which that ends.
const SENDING: [(&str, &str); 12] = [
    ("panic", "trap"),
    ("exit", "exit"),
    ("loop", "deadline_exceeded"),
    ("memory", "memory_exceeded"),
    ("recurse", "stack_overflow"),
    ("huge-body", "output_too_large"),
    ("bad-url", "bad_output"),
    ("file-url", "bad_output"),
    ("bad-method", "bad_output"),
    ("bad-header", "bad_output"),
    ("settle-panic", "settle_failed"),
    ("settle-loop", "settle_failed"),
];

/// A channel that works, beside those that do not.
struct Healthy {
    chat: FakeChat,
    channel: Channel,
    /// The process that has served from the beginning.
    process: u32,
    served: usize,
}

impl Healthy {
    async fn new(eclusa: &Eclusa) -> Self {
        let chat = FakeChat::start(Chat::Open);
        let channel = eclusa.create(&Chat::Open.channel("healthy", &chat.url())).await;
        Self { chat, channel, process: eclusa.process_id(), served: 0 }
    }

    /// A message comes in, and one goes out.
    async fn check(&mut self, eclusa: &Eclusa) {
        self.served += 1;
        let body = Chat::Open.text_request(&format!("m-{}", self.served), "Oi");
        let answer = eclusa.chat_posts(Chat::Open, &self.channel, &body).await;
        let id = answer.ok()["messages"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(eclusa.message(&id).await["state"], "mapped");
        let reply = json!({
            "conversation": Chat::Open.conversation(), "type": "text", "text": { "body": "Oi" },
        });
        let id = eclusa.send(&self.channel, &reply).await;
        eclusa.message_in_state(&id, "sent").await;
        assert_eq!(self.chat.requests().len(), self.served);
        assert_eq!(eclusa.process_id(), self.process);
    }
}

#[tokio::test]
async fn files_that_cannot_serve_are_listed_with_their_code() {
    let core = wat::parse_str("(module (memory 1))").unwrap();
    let behave = std::fs::read(hostile_file("behave")).unwrap();
    let setup = Setup::with(&[Chat::Open])
        .adapter_bytes("empty-file", "")
        .adapter_bytes("text", "hello")
        .adapter_bytes("core-module", core)
        .adapter_bytes("half", &behave[..behave.len() / 2]);
    let eclusa = REFUSED.iter().fold(setup, |setup, (name, _)| setup.hostile(name)).start();
    let mut healthy = Healthy::new(&eclusa).await;
    let listed = eclusa.get("/v1/adapters").await.ok();
    let bytes = [
        ("empty-file", "empty_file"),
        ("text", "not_wasm"),
        ("core-module", "core_module"),
        ("half", "truncated"),
    ];
    for (name, code) in REFUSED.into_iter().chain(bytes) {
        let all = listed["adapters"].as_array().unwrap();
        let adapter = all.iter().find(|adapter| adapter["name"] == name).unwrap();
        assert_eq!(
            (&adapter["state"], &adapter["error"]["code"]),
            (&json!("rejected"), &json!(code)),
            "{name}: {adapter}"
        );
        let sha256 = adapter["deployment"]["revision"].as_str().unwrap();
        assert_eq!(sha256.len(), 64, "{name}");
        for text in ["message", "action", "stage"] {
            assert!(adapter["error"][text].as_str().is_some_and(|text| !text.is_empty()), "{name}");
        }
        let mut channel = Chat::Open.channel(name, "https://chat.example.com");
        channel["adapter"] = json!(name);
        let problem = eclusa.post("/v1/channels", &channel).await.problem(422, "invalid_input");
        assert_eq!(problem["violations"][0]["pointer"], "/adapter", "{name}");
    }
    healthy.check(&eclusa).await;
}

fn behaving(id: &str, url: &str) -> Value {
    json!({ "id": id, "name": id, "adapter": "behave", "url": url })
}

#[tokio::test]
async fn requests_that_make_an_adapter_misbehave_are_kept_with_their_code() {
    let eclusa = Setup::with(&[Chat::Open]).hostile("behave").start();
    let mut healthy = Healthy::new(&eclusa).await;
    let channel = eclusa.create(&behaving("behave", "https://chat.example.com")).await;
    for (told, code) in RECEIVING {
        let body = json!({ "behave": told }).to_string();
        let post = eclusa.call("POST", &channel.ingress, &[], &*body);
        // While it runs, others are served.
        let (answer, ()) = tokio::join!(post, healthy.check(&eclusa));
        // The chat is told that the request was kept; sending it again is no use.
        assert_eq!(answer.ok()["problem"]["code"], code, "{told}: {}", answer.body);
        let kept = eclusa.unmapped(&channel).await.remove(0);
        assert_eq!(
            (&kept["raw"]["body"], &kept["problem"]["code"]),
            (&json!(body), &json!(code)),
            "{told}"
        );
        assert!(kept["problem"]["action"].is_string(), "{told}");
        assert_eq!(kept["revision"]["adapter"], "behave");
    }
    assert_eq!(eclusa.unmapped(&channel).await.len(), RECEIVING.len());
    // The operator sees the panic and where it was; the chat sees no backtrace.
    let body = json!({ "behave": "panic" }).to_string();
    let answer = eclusa.call("POST", &channel.ingress, &[], body).await;
    let kept = eclusa.unmapped(&channel).await.remove(0);
    let message = kept["problem"]["message"].as_str().unwrap();
    assert!(message.contains("told to panic") && message.contains("\n  at "), "{message}");
    assert!(!answer.body.contains("\\n  at "), "{}", answer.body);
    // And the same channel still maps what is sound.
    let sound = eclusa.call("POST", &channel.ingress, &[], "hello").await;
    assert_eq!(sound.ok()["messages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn messages_that_make_an_adapter_misbehave_are_dead_letters_with_their_code() {
    let fake = FakeChat::start(Chat::Open);
    fake.rule(|_, _| Some(eclusa_tests::Reply::json(200, &json!({}))));
    let eclusa = Setup::with(&[Chat::Open]).hostile("behave").start();
    let mut healthy = Healthy::new(&eclusa).await;
    let channel = eclusa.create(&behaving("behave", &fake.url())).await;
    for (told, code) in SENDING {
        let message = json!({
            "conversation": told, "type": "text", "text": { "body": "Oi" }, "extra": { "behave": told },
        });
        let path = format!("/v1/channels/{}/messages?start=true", channel.id);
        let id = eclusa.post(&path, &message).await.ok()["id"].as_str().unwrap().to_owned();
        healthy.check(&eclusa).await;
        let message = eclusa.message_when(&id, |message| message["state"] == "failed").await;
        assert_eq!(message["problem"]["code"], code, "{told}: {message}");
        let letter = eclusa.dead_letters(&channel).await.remove(0);
        assert_eq!(
            (&letter["id"], &letter["problem"]),
            (&json!(id), &message["problem"]),
            "{told}"
        );
    }
    // What was never made into a request was never sent.
    let settled = SENDING.iter().filter(|(told, _)| told.starts_with("settle")).count();
    assert_eq!(fake.requests().len(), settled);
}

/// Many at the same time take all places for calls; others wait for theirs, and
/// are not forgotten.
#[tokio::test]
async fn many_endless_calls_at_once_do_not_shut_others_out() {
    let eclusa = Setup::with(&[Chat::Open])
        .hostile("behave")
        .config("[limits]\nconcurrent_calls = 4")
        .start();
    let mut healthy = Healthy::new(&eclusa).await;
    let channel = eclusa.create(&behaving("behave", "https://chat.example.com")).await;
    let body = json!({ "behave": "loop" }).to_string();
    let posts = (0..24).map(|_| eclusa.call("POST", &channel.ingress, &[], &*body));
    let (answers, ()) = tokio::join!(eclusa_tests::join_all(posts), healthy.check(&eclusa));
    let mut kept = 0;
    for answer in answers {
        if answer.status == 503 {
            // Not kept, and said so: the chat sends it again.
            let problem = answer.problem(503, "busy");
            assert_eq!(problem["retryable"], true);
            assert!(answer.header("retry-after").is_some());
        } else {
            assert_eq!(answer.ok()["problem"]["code"], "deadline_exceeded");
            kept += 1;
        }
    }
    assert_eq!(eclusa.unmapped(&channel).await.len(), kept);
    healthy.check(&eclusa).await;
}
