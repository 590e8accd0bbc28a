//! `eclusa channel`, and what else talks to a server, against a fake one.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Stdio;
use std::thread::JoinHandle;

use support::{Ended, eclusa, ended, run, write};

/// A server that gives these answers, one for each connection, and then tells
/// what it was asked.
struct FakeServer {
    url: String,
    thread: JoinHandle<Vec<String>>,
}

impl FakeServer {
    fn answering(answers: &'static [(u16, &'static str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let thread = std::thread::spawn(move || {
            let mut requests = Vec::new();
            for (status, body) in answers {
                let (stream, _) = listener.accept().unwrap();
                let mut reader = BufReader::new(stream);
                let (mut request, mut length) = (String::new(), 0);
                loop {
                    let mut line = String::new();
                    reader.read_line(&mut line).unwrap();
                    if let Some(value) = line.strip_prefix("content-length: ") {
                        length = value.trim().parse().unwrap();
                    }
                    if line.trim().is_empty() {
                        break;
                    }
                    request.push_str(&line);
                }
                let mut content = vec![0; length];
                reader.read_exact(&mut content).unwrap();
                request.push_str(&String::from_utf8(content).unwrap());
                requests.push(request);
                let length = body.len();
                write!(
                    reader.get_mut(),
                    "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
                )
                .unwrap();
            }
            requests
        });
        Self { url, thread }
    }

    fn run(self, args: &[&str]) -> (Ended, Vec<String>) {
        let mut command = eclusa(args);
        command.env("ECLUSA_URL", &self.url).env("ECLUSA_TOKEN", "t0ken").stdin(Stdio::null());
        let ended = ended(command.output().unwrap());
        (ended, self.thread.join().unwrap())
    }
}

#[test]
fn channels_are_listed() {
    let server = FakeServer::answering(&[(
        200,
        r#"{"channels":[{"id":"sales","name":"Sales","adapter":"open","url":null}]}"#,
    )]);
    let (ended, requests) = server.run(&["channel", "list"]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(ended.out.contains("sales  Sales  open"), "{}", ended.out);
    assert!(requests[0].starts_with("GET /v1/channels HTTP/1.1"), "{}", requests[0]);
    assert!(requests[0].contains("authorization: Bearer t0ken"), "{}", requests[0]);
}

#[test]
fn channels_are_applied_word_for_word() {
    let folder = tempfile::tempdir().unwrap();
    let json = r#"[{"id":"a","settings":{"n":12345678901234567890123}}, {"id":"b"}]"#;
    let json = write(folder.path(), "channels.json", json);
    let toml = "[[channels]]\nid = \"a\"\n[channels.settings]\nn = 1\n[[channels]]\nid = \"b\"\n";
    let toml = write(folder.path(), "channels.toml", toml);
    for (file, number) in [(json, "12345678901234567890123"), (toml, "1")] {
        let server = FakeServer::answering(&[
            (201, r#"{"id":"a","ingress_url":"http://x/in/1"}"#),
            (200, r#"{"id":"b"}"#),
        ]);
        let (ended, requests) = server.run(&["channel", "apply", "-f", &file]);
        assert_eq!(ended.code, 0, "{}", ended.err);
        assert_eq!(ended.out, "created a  http://x/in/1\nchanged b\n");
        assert!(requests[0].starts_with("PUT /v1/channels/a "), "{}", requests[0]);
        assert!(requests[0].contains(&format!(r#""n":{number}}}"#)), "{}", requests[0]);
        assert!(requests[1].starts_with("PUT /v1/channels/b "), "{}", requests[1]);
    }
}

#[test]
fn a_problem_is_told_and_holds_no_other_channel_up() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "c.json", r#"{"channels":[{"id":"a"},{"id":"b"}]}"#);
    let server = FakeServer::answering(&[
        (
            422,
            r#"{"status":422,"code":"invalid_input","detail":"2 fields are wrong","action":"Correct them.",
                "violations":[{"pointer":"/name","message":"missing"},{"pointer":"/color","message":"no"}],
                "correlation_id":"01ABC"}"#,
        ),
        (201, "{}"),
    ]);
    let (ended, _) = server.run(&["channel", "apply", "-f", &file]);
    assert_eq!((ended.code, ended.out.as_str()), (1, "created b\n"));
    for part in [
        "2 fields are wrong (422, invalid_input)",
        "- /name: missing",
        "- /color: no",
        "help: Correct them.",
        "01ABC",
    ] {
        assert!(ended.err.contains(part), "{part}: {}", ended.err);
    }
}

#[test]
fn channels_are_deleted() {
    let server = FakeServer::answering(&[(204, "")]);
    let (ended, requests) = server.run(&["channel", "delete", "sales", "--json"]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert_eq!(ended.text("/channels/0/result"), "deleted");
    assert!(requests[0].starts_with("DELETE /v1/channels/sales "), "{}", requests[0]);

    let server =
        FakeServer::answering(&[(404, r#"{"code":"channel_not_found","detail":"there is none"}"#)]);
    let (ended, _) = server.run(&["channel", "delete", "sales", "--json"]);
    assert_eq!(ended.code, 1);
    assert_eq!(ended.text("/channels/0/problem/code"), "channel_not_found");
}

#[test]
fn adapters_of_a_server_are_listed() {
    let server = FakeServer::answering(&[(
        200,
        r#"{"adapters":[{"name":"open","state":"active","version":"1.0.0"}]}"#,
    )]);
    let (ended, requests) = server.run(&["adapter", "list"]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(ended.out.contains("open  active  1.0.0"), "{}", ended.out);
    assert!(requests[0].starts_with("GET /v1/adapters "), "{}", requests[0]);
}

#[test]
fn a_missing_token_is_told() {
    let server = FakeServer::answering(&[(401, r#"{"detail":"no token"}"#)]);
    let (ended, _) = server.run(&["channel", "list"]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("help: Set ECLUSA_TOKEN"), "{}", ended.err);
}

#[test]
fn what_cannot_work_is_told_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let channel = write(folder.path(), "a.json", r#"{"id":"a"}"#);
    let no_id = write(folder.path(), "no-id.json", r#"{"name":"a"}"#);
    let bad_id = write(folder.path(), "bad-id.json", r#"{"id":"../tokens"}"#);
    let cut = write(folder.path(), "cut.json", "[{\"id\":\n");
    let none = write(folder.path(), "none.json", "[]");
    let toml = write(folder.path(), "bad.toml", "id = ");
    let closed = "http://127.0.0.1:9";
    for (args, code) in [
        (vec!["list"], "no_server"),
        (vec!["list", "--url", "localhost:8080"], "bad_url"),
        (vec!["list", "--url", closed], "unreachable"),
        (vec!["apply", "--url", closed, "-f", &channel], "unreachable"),
        (vec!["apply", "--url", closed, "-f", &no_id], "wrong_shape"),
        (vec!["apply", "--url", closed, "-f", &bad_id], "bad_id"),
        (vec!["apply", "--url", closed, "-f", &cut], "json_cut_off"),
        (vec!["apply", "--url", closed, "-f", &none], "no_channels"),
        (vec!["apply", "--url", closed, "-f", &toml], "malformed_toml"),
        (vec!["apply", "--url", closed, "-f", "/no/such/file"], "file_missing"),
        (vec!["delete", "--url", closed, "A B"], "bad_id"),
    ] {
        let ended = run(&[&["channel", "--json"], args.as_slice()].concat());
        assert_eq!((ended.code, ended.text("/error/code").as_str()), (1, code), "{args:?}");
        assert!(ended.err.contains("help: "), "{args:?}: {}", ended.err);
    }
}
