//! `eclusa adapter map` on real components.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use serde_json::{Value, json};
use support::{adapter, hostile, run, run_with, write};

/// A message in Eclusa's own JSON, with a number that no float can hold.
const BODY: &str = r#"{"id":9007199254740993,"conversation":"room","from":{"id":5},
    "type":"text","text":{"body":"Olá"},
    "extra":{"z":123456789012345678901234567890, "a": " : "}}"#;

fn map(args: &[&str]) -> Vec<String> {
    ["adapter", "map"].iter().chain(args).map(ToString::to_string).collect()
}

fn map_with(args: &[&str], input: &str) -> support::Ended {
    let args = map(args);
    run_with(&args.iter().map(String::as_str).collect::<Vec<_>>(), input.as_bytes())
}

#[test]
fn a_body_becomes_events() {
    let ended = map_with(&[&adapter("open"), "--receive", "-"], BODY);
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert_eq!(ended.text("/events/0/message/external_id"), "9007199254740993");
    assert_eq!(ended.text("/events/0/message/text/body"), "Olá");
    assert_eq!(ended.json()["reply"], Value::Null);
    assert_eq!(ended.json()["warnings"], json!([]));
    // Neither rounded nor in another order.
    let extra = "\"z\": 123456789012345678901234567890,\n          \"a\": \" : \"";
    assert!(ended.out.contains(extra), "{}", ended.out);
    assert_eq!(ended.err, "");
}

#[test]
fn a_request_gives_the_same_as_its_body() {
    let bare = map_with(&[&adapter("open"), "--receive", "-"], BODY);
    let text = serde_json::to_string(BODY).unwrap();
    for request in [
        format!(r#"{{"body":{BODY}}}"#),
        format!(r#"{{"body":{text}}}"#),
        format!(
            r#"{{"method":"POST","path":"","query":{{}},"headers":{{"A":"b"}},"body":{BODY}}}"#
        ),
    ] {
        let ended = map_with(&[&adapter("open"), "--receive", "-"], &request);
        assert_eq!((ended.code, &ended.out), (0, &bare.out), "{request}");
    }
}

#[test]
fn the_adapter_gets_the_parts_of_the_request() {
    let request = json!({
        "method": "put", "path": "/a", "query": { "q": "1" }, "headers": { "X-A": "b" },
        "body": { "behave": "inputs" },
    });
    let file = hostile("behave");
    let settings = r#"{"locale":"pt-BR"}"#;
    let args =
        [&file, "--receive", "-", "--url", "https://chat.example/x/", "--settings", settings];
    let seen = map_with(&args, &request.to_string()).text("/events/0/message/text/body");
    for part in
        ["\"PUT\"", "\"/a\"", "(\"q\", \"1\")", "(\"x-a\", \"b\")", "chat.example/x\"", "pt-BR"]
    {
        assert!(seen.contains(part), "{part}: {seen}");
    }
}

#[test]
fn secrets_serve_for_comparing_only() {
    let file = hostile("behave");
    let body = r#"{"behave":"secret"}"#;
    let ended = map_with(&[&file, "--receive", "-", "--secret", "token=open sesame"], body);
    assert_eq!(ended.text("/events/0/message/text/body"), "true false false");
}

#[test]
fn what_a_server_would_refuse_is_told() {
    let args = [&adapter("open"), "--receive", "-", "--settings", r#"{"locale":1}"#];
    let ended = map_with(&[args.as_slice(), &["--secret", "tokn=1"]].concat(), BODY);
    assert_eq!(ended.code, 0);
    assert!(ended.err.contains("would refuse these settings"), "{}", ended.err);
    assert!(ended.err.contains("no secret `tokn`; it knows: inbound-token"), "{}", ended.err);
}

#[test]
fn several_requests_give_a_line_each() {
    let folder = tempfile::tempdir().unwrap();
    let good = write(folder.path(), "good.json", BODY);
    let bad = write(folder.path(), "bad.json", r#"{"type":"hologram"}"#);
    let none = folder.path().join("none.json").to_str().unwrap().to_owned();
    let args = map(&[&adapter("open"), "--receive", &good, &bad, &none]);
    let ended = run(&args.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(ended.code, 1);
    let lines: Vec<Value> =
        ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["file"], good);
    assert_eq!(lines[0]["events"][0]["type"], "message.received");
    assert_eq!(lines[1]["problem"]["code"], "unknown_type");
    assert_eq!(lines[2]["error"]["code"], "file_missing");
    assert!(ended.err.contains("refused[unknown_type]"), "{}", ended.err);
}

#[test]
fn a_message_becomes_a_request_and_its_response_an_outcome() {
    let folder = tempfile::tempdir().unwrap();
    let message = r#"{"conversation":"room","type":"text","text":{"body":"Oi"},"reply_to":"7"}"#;
    let message = write(folder.path(), "message.json", message);
    let file = adapter("open");
    let url = "https://chat.example/in";
    let ended = map_with(&[&file, "--send", &message, "--url", url], "");
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert_eq!(ended.text("/request/url"), url);
    let body: Value = serde_json::from_str(&ended.text("/request/body")).unwrap();
    assert_eq!(body["reply_to"], "7");

    let settle = [file.as_str(), "--settle", "-", "--message", &message];
    let ended = map_with(&settle, r#"{"id":"a-1"}"#);
    assert_eq!((ended.code, ended.text("/outcome/sent/external_id").as_str()), (0, "a-1"));
    let busy = r#"{"status":503,"headers":{"Retry-After":"30"}}"#;
    let ended = map_with(&settle, busy);
    assert_eq!(ended.json()["outcome"]["retry"]["after_seconds"], 30);
}

#[test]
fn what_next_remembers_comes_back_as_state() {
    let folder = tempfile::tempdir().unwrap();
    let message = r#"{"conversation":"c","type":"text","text":{"body":"a"},"extra":{"behave":"settle-next"}}"#;
    let message = write(folder.path(), "message.json", message);
    let settle = [&hostile("behave"), "--settle", "-", "--message", &message];
    assert_eq!(map_with(&settle, "x").text("/outcome/next/state"), "second");
    let state = [settle.as_slice(), &["--state", "second"]].concat();
    assert_eq!(map_with(&state, "x").text("/outcome/sent/external_id"), "second");
}

#[test]
fn a_file_is_asked_for_by_its_handle() {
    let ended = map_with(&[&adapter("telegram"), "--media", "AgAD"], "");
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(ended.text("/media/ask/request/url").contains("getFile"), "{}", ended.out);
    let state = ended.text("/media/ask/state");
    let response = r#"{"ok":true,"result":{"file_id":"AgAD","file_path":"photos/file_1.jpg"}}"#;
    let args = [&adapter("telegram"), "--media", "AgAD", "--response", "-", "--state", &state];
    let ended = map_with(&args, response);
    assert!(ended.text("/media/file/url").ends_with("photos/file_1.jpg"), "{}", ended.out);
}

#[test]
fn a_refusal_is_printed_for_programs_and_for_people() {
    let ended = map_with(&[&adapter("open"), "--receive", "-"], r#"{"type":"hologram"}"#);
    assert_eq!(ended.code, 1);
    assert_eq!(ended.text("/problem/code"), "unknown_type");
    assert_eq!(ended.text("/problem/pointer"), "/type");
    assert!(ended.err.starts_with("refused[unknown_type]: "), "{}", ended.err);
}

#[test]
fn a_panic_is_printed_with_its_text_and_its_place() {
    let ended = map_with(&[&hostile("behave"), "--receive", "-"], r#"{"behave":"panic"}"#);
    assert_eq!(ended.code, 1);
    assert!(!ended.text("/error/code").is_empty());
    assert!(ended.text("/error/panic").contains("told to panic"), "{}", ended.out);
    assert!(!ended.json()["error"]["backtrace"].as_array().unwrap().is_empty());
    assert!(ended.err.contains("  | told to panic"), "{}", ended.err);
    assert!(ended.err.contains("help: "), "{}", ended.err);
}

#[test]
fn limits_end_in_their_own_codes() {
    let file = hostile("behave");
    let mut codes = std::collections::BTreeSet::new();
    for behaviour in ["loop", "memory", "recurse", "exit", "huge-string"] {
        let body = json!({ "behave": behaviour }).to_string();
        let ended = map_with(&[&file, "--receive", "-"], &body);
        assert_eq!(ended.code, 1, "{behaviour}");
        codes.insert(ended.text("/error/code"));
    }
    assert!(!codes.contains(""));
    assert!(codes.len() >= 4, "{codes:?}");
}

#[test]
fn what_the_adapter_logs_goes_to_standard_error() {
    let ended = map_with(&[&hostile("behave"), "--receive", "-"], r#"{"behave":"log"}"#);
    assert_eq!(ended.code, 0);
    assert!(ended.err.contains("log[warn]: a line of the log"), "{}", ended.err);
}

#[test]
fn bad_input_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = adapter("open");
    let good = r#"{"conversation":"1","type":"text","text":{"body":"a"}}"#;
    let large = write(folder.path(), "large.json", vec![b' '; (4 << 20) + 1]);
    let latin1 = write(folder.path(), "latin1.json", b"{\"id\":\"caf\xe9\"}");
    let method = write(folder.path(), "method.json", r#"{"method":7,"body":""}"#);
    let status = write(folder.path(), "status.json", r#"{"status":"ok"}"#);
    let good = write(folder.path(), "good.json", good);
    let cut = write(folder.path(), "cut.json", "{\"conversation\":\"1\",\"ty\n");
    let typo = r#"{"conversation":"1","type":"text","text":{"bodi":"a"}}"#;
    let typo = write(folder.path(), "typo.json", typo);
    let kind = write(folder.path(), "kind.json", r#"{"conversation":"1","type":"hologram"}"#);
    let dir = folder.path().to_str().unwrap();
    for (args, code, part) in [
        (vec!["--receive", "/no/such/file"], "file_missing", "/no/such/file"),
        (vec!["--receive", dir], "not_a_file", "folder"),
        (vec!["--receive", &large], "body_too_large", "4 MiB"),
        (vec!["--receive", &latin1], "not_utf8", "offset 10"),
        (vec!["--receive", &method], "wrong_shape", "`method`"),
        (vec!["--send", &cut], "json_cut_off", "cut off"),
        (vec!["--send", &typo], "wrong_shape", "/text/bodi"),
        (vec!["--send", &kind], "wrong_shape", "/type"),
        (vec!["--settle", &status, "--message", &good], "wrong_shape", "`status`"),
    ] {
        let ended = map_with(&[&[file.as_str()], args.as_slice()].concat(), "");
        assert_eq!((ended.code, ended.text("/error/code").as_str()), (1, code), "{args:?}");
        assert!(ended.text("/error/message").contains(part), "{}", ended.out);
        assert!(!ended.text("/error/action").is_empty(), "{args:?}");
        assert!(ended.err.contains("help: "), "{args:?}");
    }
}

#[test]
fn wrong_usage_ends_with_2() {
    let file = adapter("open");
    for args in [
        vec![],
        vec!["--receive", "-", "--media", "1"],
        vec!["--settle", "-"],
        vec!["--settle", "-", "--message", "-"],
        vec!["--media", "1", "--state", "s"],
        vec!["--receive", "-", "--settings", "[]"],
        vec!["--receive", "-", "--settings", "@/no/such/file"],
        vec!["--receive", "-", "--secret", "token"],
    ] {
        let ended = map_with(&[&[file.as_str()], args.as_slice()].concat(), "{}");
        assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{args:?}: {}", ended.err);
        assert!(!ended.err.is_empty());
    }
}
